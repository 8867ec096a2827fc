/* Arrays of small integers, and the range of real numbers that they stand for: two arrays of one float each.
 *
 * int8 stands for both sides of zero, 127 for the farther end of its range; 255 of uint8 and 2147483647 of int32 do so
 * too. Gradients are zero.
 */
/* clang-format off */

#define CALIBRATED OPT_REAL("min_calib_range"), OPT_REAL("max_calib_range")

OP(_saturate, "", "data", 1, 1, PARAMS(REAL("scale", 1), TYPE_IS("dtype", ND_INT8)), saturate_infer, saturate_run, zero_gradient, 0, ALL,
   "data * scale rounded to the nearest integer of the dtype, halves to the even one.\n\n"
   "data of any shape and float32 -> the same shape, int8, uint8 or int32. Another dtype is a DTypeError.")

CONSTANT(_contrib_quantize, "", "data min_range max_range", 3, 3, PARAMS(CHOICE("out_type", "int8 uint8", 1)), quantize_compose,
   "data * 127/reach as int8 or data * 255/reach as uint8, where reach is max(|min_range|, |max_range|).\n\n"
   "data of any shape, min_range (1,), max_range (1,) -> data's shape and the range, (1,) and (1,); of int8 it is -reach to reach.")
CONSTANT(_contrib_quantize_v2, "", "data", 1, 3, PARAMS(CHOICE("out_type", "auto int8 uint8", 1), CALIBRATED), quantize_v2_compose,
   "data * 127.5/reach as int8 or data * 255.5/reach as uint8, where reach is that of the calibrated range, or of the least and greatest element.\n\n"
   "data of any shape -> its shape and the range, (1,) and (1,). auto is uint8 if min_calib_range >= 0. int8 and uint8 stay as they are.")
CONSTANT(_contrib_dequantize, "", "data min_range max_range", 3, 1, PARAMS(CHOICE("out_type", "float32", 0)), dequantize_compose,
   "data * reach/127.5 of int8, reach/255.5 of uint8, reach/2147483647 of int32, where reach is max(|min_range|, |max_range|).\n\n"
   "data of any shape, min_range (1,), max_range (1,) -> data's shape, float32.")
CONSTANT(_contrib_requantize, "", "data min_range max_range", 3, 3, PARAMS(CHOICE("out_type", "auto int8 uint8", 1), CALIBRATED), requantize_compose,
   "int32 of one range as int8 or uint8 of another: the calibrated one, or that which the elements reach.\n\n"
   "data of any shape, min_range (1,), max_range (1,) -> data's shape and the range, (1,) and (1,). Other data is a DTypeError.")
OP(_contrib_calibrate_entropy, "", "hist hist_edges", 2, 2, PARAMS(INT("num_quantized_bins", 255)), calibrate_entropy_infer, calibrate_entropy_run,
   zero_gradient, 0, ALL,
   "The threshold at which a histogram around zero, cut off and quantized, diverges least from what it was, and that divergence.\n\n"
   "hist (n,), hist_edges (n + 1,) -> (1,), (1,). n must be odd and at least num_quantized_bins.")

/* The parameters of each layer are those of the one on floats, in its order: src/quantized.c hands them on. */

CONSTANT(_contrib_quantized_conv, "", "data weight ?bias min_data max_data min_weight max_weight ?min_bias ?max_bias", 9, 3,
   PARAMS(NEEDED_SHAPE("kernel"), SHAPE("stride", 0), SHAPE("dilate", 0), SHAPE("pad", 0), NEEDED_INT("num_filter"), INT("num_group", 1),
          INT("workspace", 1024), FLAG("no_bias", 0), OPT_CHOICE("cudnn_tune", "fastest limited_workspace off"), FLAG("cudnn_off", 0),
          OPT_CHOICE("layout", "NCDHW NCHW NCW NDHWC NHWC")), quantized_conv_compose,
   "Convolution of integers, whose sums are exact; the range is that of their products, and the bias is brought to it.\n\n"
   "data (n, c, *extents) int8 or uint8, weight (num_filter, c/num_group, *kernel) int8, bias (num_filter,) int8, ranges (1,) -> (n, num_filter, *extents') "
   "int32 and its range, (1,) and (1,).")
CONSTANT(_contrib_quantized_fully_connected, "", "data weight ?bias min_data max_data min_weight max_weight ?min_bias ?max_bias", 9, 3,
   PARAMS(NEEDED_INT("num_hidden"), FLAG("no_bias", 0), FLAG("flatten", 1)), quantized_fully_connected_compose,
   "FullyConnected of integers, whose sums are exact; the range is that of their products, and the bias is brought to it.\n\n"
   "data (n, ...) int8 or uint8, weight (num_hidden, features) int8, bias (num_hidden,) int8, ranges (1,) -> (n, num_hidden) int32 and its range, (1,) and (1,).")
CONSTANT(_contrib_quantized_pooling, "", "data min_data max_data", 3, 3,
   PARAMS(SHAPE("kernel", 0), CHOICE("pool_type", "max avg sum lp", 0), FLAG("global_pool", 0), FLAG("cudnn_off", 0),
          CHOICE("pooling_convention", "valid full same", 0), SHAPE("stride", 0), SHAPE("pad", 0), OPT_INT("p_value"),
          OPT_INT("count_include_pad"), OPT_CHOICE("layout", "NCW NCHW NCDHW NWC NHWC NDHWC")), quantized_pooling_compose,
   "The largest integer of each window, or their average rounded.\n\n"
   "data (n, c, *extents) int8 or uint8, min_data (1,), max_data (1,) -> (n, c, *extents') of the same dtype and the same range.")
CONSTANT(_contrib_quantized_act, "", "data min_data max_data", 3, 3, PARAMS(NEEDED_CHOICE("act_type", "relu sigmoid softrelu softsign tanh")),
   quantized_act_compose,
   "max(data, 0) with act_type='relu', the only one.\n\n"
   "data of any shape, int8 or uint8, min_data (1,), max_data (1,) -> data's shape and dtype and the same range.")
CONSTANT(_contrib_quantized_flatten, "", "data min_data max_data", 3, 3, NO_PARAMS, quantized_flatten_compose,
   "data with all axes but the first made one.\n\n"
   "data (n, ...) int8 or uint8, min_data (1,), max_data (1,) -> (n, elements) of the same dtype and the same range.")
CONSTANT(_contrib_quantized_embedding, "", "data weight min_weight max_weight", 4, 3,
   PARAMS(NEEDED_INT("input_dim"), NEEDED_INT("output_dim"), TYPE_IS("dtype", ND_FLOAT32), FLAG("sparse_grad", 0)), quantized_embedding_compose,
   "The rows of the weight that data numbers; numbers beyond the ends are clipped.\n\n"
   "data of any shape, weight (input_dim, output_dim) int8 or uint8, min_weight (1,), max_weight (1,) -> (*data's shape, output_dim) of the weight's dtype and range.")
CONSTANT(_contrib_quantized_batch_norm, "", "data gamma beta moving_mean moving_var min_data max_data", 7, 3,
   PARAMS(REAL("eps", 0.0010000000474974513), REAL("momentum", 0.899999976), FLAG("fix_gamma", 1), FLAG("use_global_stats", 0),
          FLAG("output_mean_var", 0), INT("axis", 1), FLAG("cudnn_off", 0), CALIBRATED), quantized_batch_norm_compose,
   "(real data - moving_mean) / sqrt(moving_var + eps) * gamma + beta in int8 of the calibrated range, which is required.\n\n"
   "data (n, c, ...) int8 or uint8, gamma, beta, moving_mean, moving_var (c,), min_data (1,), max_data (1,) -> data's shape, int8, and the range.")
CONSTANT(_contrib_quantized_concat, "", "*data", ND_VARIADIC, 3, PARAMS(INT("dim", 1)), quantized_concat_compose,
   "Arrays joined along an axis, brought to the widest of their ranges.\n\n"
   "arrays of int8 or uint8 that differ along dim only, then for each its range, (1,) and (1,) -> the joined array and its range; uint8 if all are, else int8.")
CONSTANT(_contrib_quantized_elemwise_add, "", "lhs rhs lhs_min lhs_max rhs_min rhs_max", 6, 3, PARAMS(CALIBRATED), quantized_elemwise_add_compose,
   "The sum of the real numbers: in the calibrated range, or as int32 of a range that reaches as far as both together.\n\n"
   "lhs and rhs of one shape, int8 or uint8, ranges (1,) -> their shape, int32 or calibrated int8 (uint8 if both are), and its range.")
CONSTANT(_contrib_quantized_elemwise_mul, "", "lhs rhs lhs_min lhs_max rhs_min rhs_max", 6, INT_OF(2) ? 1 : 3,
   PARAMS(CALIBRATED, FLAG("enable_float_output", 0)), quantized_elemwise_mul_compose,
   "The product, exact in int32; in the calibrated range; or with enable_float_output as the real number.\n\n"
   "lhs and rhs of one shape, int8 or uint8, ranges (1,) -> their shape, int32 or calibrated int8 (uint8 if both are), and its range; or float32 alone.")

#undef CALIBRATED
/* clang-format on */
