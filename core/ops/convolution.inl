/* Convolution, pooling, sampling and resizing of images. */
/* clang-format off */

#define WINDOW NEEDED_SHAPE("kernel"), SHAPE("stride", 0), SHAPE("dilate", 0), SHAPE("pad", 0)
#define CUDNN OPT_CHOICE("cudnn_tune", "fastest limited_workspace off"), FLAG("cudnn_off", 0)
#define LAYOUT OPT_CHOICE("layout", "NCDHW NCHW NCW NDHWC NHWC")

OP(Convolution, "Convolution_v1", "data weight ?bias", 3, 1,
   PARAMS(WINDOW, NEEDED_INT("num_filter"), INT("num_group", 1), INT("workspace", 1024), FLAG("no_bias", 0), CUDNN, LAYOUT),
   convolution_infer, convolution_run, convolution_gradient, KEEP_INPUT(0) | KEEP_INPUT(1), FLOATS,
   "out[i, f, y, x] = bias[f] + the sum over c, u, v of weight[f, c, u, v] * data[i, c, y stride + u dilate - pad, x stride + v dilate - "
   "pad], with one to three axes like y and x, and zeros outside data."
   SHAPES("data (n, c, h, w), weight (num_filter, c/num_group, kh, kw), bias (num_filter) -> (n, num_filter, h', w'), h' = floor((h + 2 pad - "
   "dilate (kh - 1) - 1) / stride) + 1")
   FLOATS_ALIKE
   ERRORS("ShapeError if weight, bias or groups do not fit, or the kernel exceeds the data; ArgumentError for a window or a layout that the data "
   "cannot have"))
OP(Deconvolution, "", "data weight ?bias", 3, 1,
   PARAMS(WINDOW, SHAPE("adj", 0), SHAPE("target_shape", 0), NEEDED_INT("num_filter"), INT("num_group", 1), INT("workspace", 512),
          FLAG("no_bias", 1), CUDNN, LAYOUT),
   deconvolution_infer, deconvolution_run, deconvolution_gradient, KEEP_INPUT(0) | KEEP_INPUT(1), FLOATS,
   "The transpose of Convolution: each element of data adds a multiple of its filter to a window of the result."
   SHAPES("data (n, c, h, w), weight (c, num_filter/num_group, kh, kw), bias (num_filter) -> (n, num_filter, h', w'), h' = stride (h - 1) + dilate "
   "(kh - 1) + 1 - 2 pad + adj; of one to three axes like h and w")
   FLOATS_ALIKE
   ERRORS("ShapeError if weight, bias or groups do not fit; ArgumentError for a window, a layout, an adj or a target_shape that cannot be")
   SAYS("pad", "how much is cut off both sides") SAYS("adj", "more elements at the end, fewer than stride")
   SAYS("target_shape", "extents of the result, instead of pad and adj"))
OP(_conv_weight_gradient, "", "data g", 2, 1, PARAMS(WINDOW, INT("num_group", 1)), conv_weight_gradient_infer,
   conv_weight_gradient_run, conv_weight_gradient_gradient, KEEP_INPUT(0) | KEEP_INPUT(1), FLOATS,
   "The gradient of Convolution by its weight, from the data and the gradient of its result.")


#define POOL SHAPE("size", 0), SHAPE("kernel", 0), SHAPE("stride", 0), SHAPE("pad", 0), CHOICE("average", "none whole inside", 0), FLAG("last", 0)

COMPOSED(Pooling, "", "data", 1, 1,
   PARAMS(SHAPE("kernel", 0), CHOICE("pool_type", "max avg sum lp", 0), FLAG("global_pool", 0), FLAG("cudnn_off", 0),
          CHOICE("pooling_convention", "valid full same", 0), SHAPE("stride", 0), SHAPE("pad", 0), OPT_INT("p_value"),
          OPT_INT("count_include_pad"), OPT_CHOICE("layout", "NCW NCHW NCDHW NWC NHWC NDHWC")),
   pooling_compose,
   "The largest, average, sum or p-norm of the windows of data, of one to three axes."
   SHAPES("data (n, c, h, w) -> (n, c, h', w'), h' = floor((h + 2 pad - kernel) / stride) + 1; ceil with the convention full, ceil(h / stride) with"
   " same, 1 if global_pool")
   FLOATS_ONLY
   ERRORS("ShapeError if the kernel exceeds the data, or data has not 3 to 5 axes; ArgumentError for a window, a layout or a p_value that cannot be"))
COMPOSED(_contrib_AdaptiveAvgPooling2D, "", "data", 1, 1, PARAMS(AXES("output_size")), adaptive_average_compose,
   "The averages of as many equal parts of an image as the output has elements." SHAPES("data (n, c, h, w) -> (n, c, h', w')") FLOATS_ONLY
   ERRORS("ShapeError unless data has 4 axes; ArgumentError for an output_size that is not one or two positive numbers")
   SAYS("output_size", "(h', w'), or one number for both; None: 1"))
OP(_pool_sum, "", "data", 1, 1, PARAMS(POOL), pool_sum_infer, pool_sum_run, pool_sum_gradient, 0, FLOATS,
   "The sum, or the average, of each window; without a kernel, of each of `size` equal parts.")
OP(_pool_spread, "", "g", 1, 1, PARAMS(POOL, SHAPE("shape", 0)), pool_spread_infer, pool_spread_run, pool_spread_gradient, 0, FLOATS,
   "Zeros of the shape with g added over its windows: the gradient of _pool_sum.")
OP(_pool_choose, "", "data chosen", 2, 1, PARAMS(POOL), pool_choose_infer, pool_choose_run, pool_choose_gradient, KEEP_INPUT(0), FLOATS,
   "The elements of `from` where data is largest in each window.")
OP(_pool_return, "", "data g", 2, 1, PARAMS(POOL, SHAPE("shape", 0)), pool_return_infer, pool_return_run, pool_return_gradient, KEEP_INPUT(0),
   FLOATS, "Zeros with g added where data is largest in each window: the gradient of _pool_choose.")
OP(im2col, "", "data", 1, 1, PARAMS(WINDOW), im2col_infer, im2col_run, im2col_gradient, 0, FLOATS,
   "The windows of images (n, channels, *extents) as columns, (n, channels * taps, windows)."
   SHAPES("data (n, c, h, w) -> (n, c kh kw, h' w'), h' as for Convolution; of one to three axes like h and w") FLOATS_ONLY
   ERRORS("ShapeError if the kernel exceeds the data, or there are no channels; ArgumentError for a window that the data cannot have"))
OP(col2im, "", "data", 1, 1, PARAMS(NEEDED_SHAPE("output_size"), WINDOW), col2im_infer, col2im_run, col2im_gradient, 0, FLOATS,
   "Images with columns (n, channels * taps, windows) added over their windows: the gradient of im2col."
   SHAPES("data (n, c kh kw, h' w') -> (n, c, h, w), the last ones being output_size") FLOATS_ONLY
   ERRORS("ShapeError if data does not fit; ArgumentError for a window that the result cannot have")
   SAYS("output_size", "(h, w), of one to three axes"))

#undef POOL
#undef WINDOW
#undef CUDNN
#undef LAYOUT

COMPOSED(UpSampling, "", "*data", ND_VARIADIC, 1,
   PARAMS(NEEDED_INT("scale"), INT("num_filter", 0), NEEDED_CHOICE("sample_type", "nearest bilinear"),
          CHOICE("multi_input_mode", "concat sum", 0), INT("workspace", 512)),
   up_sampling_compose,
   "Images `scale` times as high and wide: elements repeated, or interpolated by a weight given after the data."
   SHAPES("data (n, c, h, w) and perhaps more arrays, brought to the same extents -> (n, c, h scale, w scale), channels joined or added; bilinear: "
   "data, weight (c, 1, k, k), k = 2 scale - scale % 2")
   FLOATS_ALIKE ERRORS("ShapeError unless the arrays have 4 axes that fit; ArgumentError for a scale below 1, or a num_filter but c")
   SAYS("scale", "the factor") SAYS("num_filter", "of bilinear: the channels") SAYS("sample_type", "how")
   SAYS("multi_input_mode", "what becomes of several arrays"))
COMPOSED(_contrib_BilinearResize2D, "", "data ?like", 2, 1,
   PARAMS(INT("height", 1), INT("width", 1), OPT_REAL("scale_height"), OPT_REAL("scale_width"),
          CHOICE("mode", "size like odd_scale to_even_down to_even_up to_odd_down to_odd_up", 0), FLAG("align_corners", 1)),
   bilinear_resize_compose,
   "Images of another height and width, interpolated between the four nearest elements."
   SHAPES("data (n, c, h, w), for mode like an array (n', c', h', w') -> (n, c, h', w')")
   DTYPES("float16, float32, float64 (else DTypeError); like has its own")
   ERRORS("ShapeError unless data has 4 axes; ArgumentError for a height or width below 1") SAYS("height", "of the result")
   SAYS("width", "of the result") SAYS("scale_height", "the height's factor, instead of height") SAYS("scale_width", "the width's factor")
   SAYS("mode", "where height and width come from: these parameters, like, or the data's made odd or even")
   SAYS("align_corners", "the outermost elements stay where they are"))
COMPOSED(GridGenerator, "", "data", 1, 1, PARAMS(NEEDED_CHOICE("transform_type", "affine warp"), SHAPE("target_shape", 0)),
   grid_generator_compose,
   "Points (n, 2, height, width) from -1 to 1: a regular grid under affine maps (n, 6), or shifted by a flow."
   SHAPES("data (n, 6) -> (n, 2, target_shape), or warp (n, 2, h, w) -> the same") FLOATS_ONLY
   ERRORS("ShapeError if data does not fit; ArgumentError for affine without a positive target_shape") SAYS("transform_type", "what data is")
   SAYS("target_shape", "(height, width), for affine"))
COMPOSED(BilinearSampler, "", "data grid", 2, 1, PARAMS(OPT_INT("cudnn_off")), bilinear_sampler_compose,
   "Images at the points of a grid, which runs from -1 to 1; zeros outside."
   SHAPES("data (n, c, h, w), grid (n, 2, h', w') of x and y -> (n, c, h', w')") FLOATS_ALIKE
   ERRORS("ShapeError if the shapes do not fit, or data has no elements"))
COMPOSED(SpatialTransformer, "", "data loc", 2, 1,
   PARAMS(SHAPE("target_shape", 0), NEEDED_CHOICE("transform_type", "affine"), NEEDED_CHOICE("sampler_type", "bilinear"), OPT_INT("cudnn_off")),
   spatial_transformer_compose,
   "Images under affine maps: GridGenerator and BilinearSampler in one (Jaderberg and others, 2015)."
   SHAPES("data (n, c, h, w), loc (n, 6) -> (n, c, target_shape)") FLOATS_ALIKE
   ERRORS("ShapeError if the shapes do not fit; ArgumentError without a positive target_shape") SAYS("target_shape", "(height, width)"))
COMPOSED(Correlation, "", "data1 data2", 2, 1,
   PARAMS(INT("kernel_size", 1), INT("max_displacement", 1), INT("stride1", 1), INT("stride2", 1), INT("pad_size", 0), FLAG("is_multiply", 1)),
   correlation_compose,
   "How patches of data1 agree with those of data2 around their place: one channel for each displacement (Dosovitskiy, FlowNet, 2015)."
   SHAPES("data1 (n, c, h, w), data2 (the same) -> (n, d d, h', w'), d = 2 floor(max_displacement / stride2) + 1, h' = ceil((h + 2 pad_size - 2 "
   "(max_displacement + floor(kernel_size / 2))) / stride1)")
   FLOATS_ALIKE
   ERRORS("ShapeError if the shapes differ, have not 4 axes or leave nothing; ArgumentError for an even kernel_size or a stride below 1")
   SAYS("kernel_size", "extent of a patch") SAYS("max_displacement", "how far patches of data2 are moved")
   SAYS("stride1", "steps of data1's patches") SAYS("stride2", "steps of the displacements") SAYS("pad_size", "zeros around both")
   SAYS("is_multiply", "multiply the patches, else take distances"))

#define DEFORMABLE SHAPE("pad", 0), NEEDED_INT("num_filter"), INT("num_group", 1), INT("num_deformable_group", 1), INT("workspace", 1024), \
    FLAG("no_bias", 0)

COMPOSED(_contrib_DeformableConvolution, "", "data offset weight ?bias", 4, 1,
   PARAMS(NEEDED_SHAPE("kernel"), SHAPE("stride", 0), SHAPE("dilate", 0), DEFORMABLE, OPT_CHOICE("layout", "NCDHW NCHW NCW")),
   deformable_convolution_compose,
   "Convolution whose taps look where offset moves them, (y, x) for each (Dai and others, 2017)."
   SHAPES("data (n, c, h, w), offset (n, 2 g kh kw, h', w'), weight (num_filter, c/num_group, kh, kw), bias (num_filter) -> (n, num_filter, h', "
   "w'), h' as for Convolution, g = num_deformable_group")
   FLOATS_ALIKE ERRORS("ShapeError if the shapes do not fit; ArgumentError unless the groups divide the channels"))
COMPOSED(_contrib_ModulatedDeformableConvolution, "", "data offset mask weight ?bias", 5, 1,
   PARAMS(NEEDED_SHAPE("kernel"), SHAPE("stride", 0), SHAPE("dilate", 0), DEFORMABLE, INT("im2col_step", 64), OPT_CHOICE("layout", "NCDHW NCHW NCW")),
   modulated_convolution_compose,
   "DeformableConvolution with what each tap sees multiplied by mask (Zhu and others, 2019)."
   SHAPES("data (n, c, h, w), offset (n, 2 g kh kw, h', w'), mask (n, g kh kw, h', w'), weight (num_filter, c/num_group, kh, kw), bias (num_filter)"
   " -> (n, num_filter, h', w'), g = num_deformable_group")
   FLOATS_ALIKE ERRORS("ShapeError if the shapes do not fit; ArgumentError unless the groups divide the channels"))

#undef DEFORMABLE
COMPOSED(Pooling_v1, "", "data", 1, 1,
   PARAMS(SHAPE("kernel", 0), CHOICE("pool_type", "max avg sum", 0), FLAG("global_pool", 0), CHOICE("pooling_convention", "valid full", 0),
          SHAPE("stride", 0), SHAPE("pad", 0)), pooling_v1_compose,
   "Pooling to which the zeros around the data are elements like any other, and whose averages are sums divided by the whole kernel."
   SHAPES("data (n, c, h, w) -> (n, c, h', w') as Pooling has it") FLOATS_ONLY
   ERRORS("ShapeError unless data has 4 axes and room for the kernel; ArgumentError for a window that cannot be")
   SAYS("pool_type", "what to take") SAYS("global_pool", "one window over everything, without zeros around it")
   SAYS("pooling_convention", "full: a last window may hang over the end"))

/* clang-format on */
