/* Arrays of small integers, and the range of real numbers that they stand for: two arrays of one float each.
 *
 * int8 stands for both sides of zero, 127 for the farther end of its range; 255 of uint8 and 2147483647 of int32 do so
 * too. Gradients are zero.
 */
/* clang-format off */

#define CALIBRATED OPT_REAL("min_calib_range"), OPT_REAL("max_calib_range")
#define SAYS_CALIBRATED(otherwise) \
    SAYS("min_calib_range", "the range of the result, with the next; None: " otherwise) SAYS("max_calib_range", "see min_calib_range")
#define BYTES DTYPES("int8 or uint8 (else DTypeError), and float ends of ranges")
#define AN_END "ShapeError if an end of a range is not one float"

OP(_saturate, "", "data", 1, 1, PARAMS(REAL("scale", 1), TYPE_IS("dtype", ND_INT8)), saturate_infer, saturate_run, zero_gradient, 0, ALL,
   "data * scale rounded to the nearest integer of the dtype, halves to the even one: what the operators below call."
   SHAPES("data (any) -> the same") DTYPES("float32 -> int8, uint8 or int32 (else DTypeError)"))

CONSTANT(_contrib_quantize, "", "data min_range max_range", 3, 3, PARAMS(CHOICE("out_type", "int8 uint8", 1)), quantize_compose,
   "data * 127/reach as int8, or data * 255/reach as uint8, where reach = max(|min_range|, |max_range|); of int8 the range is -reach to reach."
   SHAPES("data (any), min_range (1), max_range (1) -> data's, (1), (1): the range") FLOATS_ONLY ERRORS(AN_END) SAYS("out_type", "of the result"))
CONSTANT(_contrib_quantize_v2, "", "data", 1, 3, PARAMS(CHOICE("out_type", "auto int8 uint8", 1), CALIBRATED), quantize_v2_compose,
   "data * 127.5/reach as int8, or data * 255.5/reach as uint8, where reach is that of the farther end of the range; integers stay as they are."
   SHAPES("data (any) -> data's, (1), (1): the range") DTYPES("int8, uint8, float16, float32, float64 (else DTypeError)")
   ERRORS("ShapeError for data without elements and a range") SAYS("out_type", "auto: uint8 if min_calib_range is at least 0, else int8")
   SAYS_CALIBRATED("the least and the greatest element"))
CONSTANT(_contrib_dequantize, "", "data min_range max_range", 3, 1, PARAMS(CHOICE("out_type", "float32", 0)), dequantize_compose,
   "data * reach/127.5 of int8, reach/255.5 of uint8, reach/2147483647 of int32, where reach = max(|min_range|, |max_range|)."
   SHAPES("data (any), min_range (1), max_range (1) -> data's") DTYPES("int8, uint8, int32 (else DTypeError) -> float32") ERRORS(AN_END))
CONSTANT(_contrib_requantize, "", "data min_range max_range", 3, 3, PARAMS(CHOICE("out_type", "auto int8 uint8", 1), CALIBRATED), requantize_compose,
   "int32 of one range as int8 or uint8 of another: data * reach/2147483647 * 127/reach', or 255/reach'."
   SHAPES("data (any), min_range (1), max_range (1) -> data's, (1), (1): the range") DTYPES("int32 (else DTypeError) -> int8 or uint8") ERRORS(AN_END)
   SAYS("out_type", "auto: uint8 if min_calib_range is at least 0, else int8") SAYS_CALIBRATED("what the elements reach"))
OP(_contrib_calibrate_entropy, "", "hist hist_edges", 2, 2, PARAMS(INT("num_quantized_bins", 255)), calibrate_entropy_infer, calibrate_entropy_run,
   zero_gradient, 0, ALL,
   "The threshold at which a histogram around zero, cut off there and quantized, diverges least from what it was, and that divergence, the sum of"
   " p log(p/q) (Kullback and Leibler, 1951)."
   SHAPES("hist (n), hist_edges (n + 1) -> (1), (1)") ERRORS("ShapeError if the edges do not fit; ArgumentError if n is even, or too small")
   SAYS("num_quantized_bins", "at most n"))

/* The parameters of each layer are those of the one on floats, in its order: src/quantized.c hands them on. */

#define LAYER "data weight ?bias min_data max_data min_weight max_weight ?min_bias ?max_bias"
#define LAYER_TYPES DTYPES("data int8 or uint8, weight and bias int8 (else DTypeError), float ends of ranges -> int32")

CONSTANT(_contrib_quantized_conv, "", LAYER, 9, 3,
   PARAMS(NEEDED_SHAPE("kernel"), SHAPE("stride", 0), SHAPE("dilate", 0), SHAPE("pad", 0), NEEDED_INT("num_filter"), INT("num_group", 1),
          INT("workspace", 1024), FLAG("no_bias", 0), OPT_CHOICE("cudnn_tune", "fastest limited_workspace off"), FLAG("cudnn_off", 0),
          OPT_CHOICE("layout", "NCDHW NCHW NCW NDHWC NHWC")), quantized_conv_compose,
   "Convolution of integers, whose sums are exact, with the bias brought to their levels. The range reaches as far as 2147483647 products of levels."
   SHAPES("data (n, c, h, w), weight (num_filter, c/num_group, kh, kw), bias (num_filter), each end of a range (1) -> (n, num_filter, h', w'), (1), (1)")
   LAYER_TYPES ERRORS(AN_END ", or data and weight do not fit; ArgumentError for a window that cannot be"))
CONSTANT(_contrib_quantized_fully_connected, "", LAYER, 9, 3, PARAMS(NEEDED_INT("num_hidden"), FLAG("no_bias", 0), FLAG("flatten", 1)),
   quantized_fully_connected_compose,
   "FullyConnected of integers, whose sums are exact, with the bias brought to their levels. The range reaches as far as 2147483647 products of levels."
   SHAPES("data (n, ...), weight (num_hidden, k), bias (num_hidden), each end of a range (1) -> (n, num_hidden), (1), (1)")
   LAYER_TYPES ERRORS(AN_END ", or data and weight do not fit") SAYS("num_hidden", "rows of the weight")
   SAYS("flatten", "all axes but the first are features, else the last one"))
CONSTANT(_contrib_quantized_pooling, "", "data min_data max_data", 3, 3,
   PARAMS(SHAPE("kernel", 0), CHOICE("pool_type", "max avg sum lp", 0), FLAG("global_pool", 0), FLAG("cudnn_off", 0),
          CHOICE("pooling_convention", "valid full same", 0), SHAPE("stride", 0), SHAPE("pad", 0), OPT_INT("p_value"),
          OPT_INT("count_include_pad"), OPT_CHOICE("layout", "NCW NCHW NCDHW NWC NHWC NDHWC")), quantized_pooling_compose,
   "The largest integer of each window, or their average, rounded; the range stays as it is."
   SHAPES("data (n, c, h, w), min_data (1), max_data (1) -> (n, c, h', w') as Pooling has it, (1), (1)") BYTES
   ERRORS("ShapeError as Pooling, or if an end of a range is not one float; ArgumentError for a pool_type other than max and avg, or a window that cannot be"))
CONSTANT(_contrib_quantized_act, "", "data min_data max_data", 3, 3, PARAMS(NEEDED_CHOICE("act_type", "relu sigmoid softrelu softsign tanh")),
   quantized_act_compose, "max(data, 0); the range stays as it is."
   SHAPES("data (any), min_data (1), max_data (1) -> data's, (1), (1)") BYTES ERRORS(AN_END "; ArgumentError unless act_type is relu"))
CONSTANT(_contrib_quantized_flatten, "", "data min_data max_data", 3, 3, NO_PARAMS, quantized_flatten_compose,
   "data with all axes but the first made one; the range stays as it is."
   SHAPES("data (n, ...), min_data (1), max_data (1) -> (n, k), (1), (1)") BYTES ERRORS(AN_END))
CONSTANT(_contrib_quantized_embedding, "", "data weight min_weight max_weight", 4, 3,
   PARAMS(NEEDED_INT("input_dim"), NEEDED_INT("output_dim"), TYPE_IS("dtype", ND_FLOAT32), FLAG("sparse_grad", 0)), quantized_embedding_compose,
   "The rows of the weight that data numbers; numbers beyond the ends are clipped. The range stays as it is."
   SHAPES("data (any), weight (input_dim, output_dim), min_weight (1), max_weight (1) -> (..., output_dim), (1), (1)")
   DTYPES("weight int8 or uint8 (else DTypeError), and float ends of ranges") ERRORS(AN_END ", or the weight does not fit")
   SAYS("input_dim", "rows of the weight") SAYS("output_dim", "its columns") SAYS("dtype", "accepted, for the result has that of the weight"))
CONSTANT(_contrib_quantized_batch_norm, "", "data gamma beta moving_mean moving_var min_data max_data", 7, 3,
   PARAMS(REAL("eps", 0.0010000000474974513), REAL("momentum", 0.899999976), FLAG("fix_gamma", 1), FLAG("use_global_stats", 0),
          FLAG("output_mean_var", 0), INT("axis", 1), FLAG("cudnn_off", 0), CALIBRATED), quantized_batch_norm_compose,
   "(data as real numbers - moving_mean) / sqrt(moving_var + eps) * gamma + beta, as int8 of the calibrated range."
   SHAPES("data (n, c, ...), gamma, beta, moving_mean, moving_var (c), min_data (1), max_data (1) -> data's, (1), (1)") BYTES
   ERRORS("ShapeError if data has one axis only, the others do not fit, or an end of a range is not one float; AxisError if data has no such axis; "
          "ArgumentError without a calibrated range")
   SAYS("axis", "that of the channels") SAYS("fix_gamma", "accepted; gamma is what it is") SAYS("use_global_stats", "accepted; they always are")
   SAYS("momentum", "accepted; nothing moves") SAYS("output_mean_var", "accepted, without meaning here") SAYS_CALIBRATED("an error"))
CONSTANT(_contrib_quantized_concat, "", "*data", ND_VARIADIC, 3, PARAMS(INT("dim", 1)), quantized_concat_compose,
   "Arrays joined along an axis, brought to the range from the least of their lower ends to the greatest of their upper ones."
   SHAPES("arrays that differ along dim only, then for each the two ends of its range (1), (1) -> the joined array, (1), (1)")
   DTYPES("int8 or uint8 (else DTypeError), and float ends of ranges -> uint8 if all are, else int8") ERRORS("ShapeError if shapes do not fit; AxisError for dim")
   SAYS("dim", "the axis"))
CONSTANT(_contrib_quantized_elemwise_add, "", "lhs rhs lhs_min lhs_max rhs_min rhs_max", 6, 3, PARAMS(CALIBRATED), quantized_elemwise_add_compose,
   "lhs + rhs as real numbers, rounded to levels of the calibrated range, or of one that reaches as far as both together."
   SHAPES("lhs (any), rhs (the same), each end of a range (1) -> lhs's, (1), (1)")
   DTYPES("int8 or uint8 (else DTypeError), float ends of ranges -> int32; calibrated uint8 if both are, else int8") ERRORS("ShapeError if shapes do not fit")
   SAYS_CALIBRATED("int32"))
CONSTANT(_contrib_quantized_elemwise_mul, "", "lhs rhs lhs_min lhs_max rhs_min rhs_max", 6, INT_OF(2) ? 1 : 3,
   PARAMS(CALIBRATED, FLAG("enable_float_output", 0)), quantized_elemwise_mul_compose,
   "lhs * rhs, exact as int32; or rounded to levels of the calibrated range; or as real numbers."
   SHAPES("lhs (any), rhs (the same), each end of a range (1) -> lhs's, (1), (1); lhs's alone of real numbers")
   DTYPES("int8 or uint8 (else DTypeError), float ends of ranges -> int32; calibrated uint8 if both are, else int8") ERRORS("ShapeError if shapes do not fit")
   SAYS_CALIBRATED("int32") SAYS("enable_float_output", "give the real numbers, float32"))

#undef CALIBRATED
#undef SAYS_CALIBRATED
#undef BYTES
#undef AN_END
#undef LAYER
#undef LAYER_TYPES
/* clang-format on */
