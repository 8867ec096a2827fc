/* Convolution, pooling, sampling and resizing of images. */
/* clang-format off */

#define WINDOW NEEDED_SHAPE("kernel"), SHAPE("stride", 0), SHAPE("dilate", 0), SHAPE("pad", 0)
#define CUDNN OPT_CHOICE("cudnn_tune", "fastest limited_workspace off"), FLAG("cudnn_off", 0)
#define LAYOUT OPT_CHOICE("layout", "NCDHW NCHW NCW NDHWC NHWC")

OP(Convolution, "Convolution_v1", "data weight ?bias", 3, 1,
   PARAMS(WINDOW, NEEDED_INT("num_filter"), INT("num_group", 1), INT("workspace", 1024), FLAG("no_bias", 0), CUDNN, LAYOUT),
   convolution_infer, convolution_run, convolution_gradient, KEEP_INPUT(0) | KEEP_INPUT(1), FLOATS,
   "The sum of products of filters (filters, channels, *kernel) with windows of data (n, channels, *extents), of one to three axes.")
OP(Deconvolution, "", "data weight ?bias", 3, 1,
   PARAMS(WINDOW, SHAPE("adj", 0), SHAPE("target_shape", 0), NEEDED_INT("num_filter"), INT("num_group", 1), INT("workspace", 512),
          FLAG("no_bias", 1), CUDNN, LAYOUT),
   deconvolution_infer, deconvolution_run, deconvolution_gradient, KEEP_INPUT(0) | KEEP_INPUT(1), FLOATS,
   "The transpose of Convolution: each element of data adds a multiple of its filter (channels, filters, *kernel) to a window.")
OP(_conv_weight_gradient, "", "data g", 2, 1, PARAMS(WINDOW, INT("num_group", 1)), conv_weight_gradient_infer,
   conv_weight_gradient_run, conv_weight_gradient_gradient, KEEP_INPUT(0) | KEEP_INPUT(1), FLOATS,
   "The gradient of Convolution by its weight, from the data and the gradient of its result.")


#define POOL SHAPE("size", 0), SHAPE("kernel", 0), SHAPE("stride", 0), SHAPE("pad", 0), CHOICE("average", "none whole inside", 0), FLAG("last", 0)

COMPOSED(Pooling, "", "data", 1, 1,
   PARAMS(SHAPE("kernel", 0), CHOICE("pool_type", "max avg sum lp", 0), FLAG("global_pool", 0), FLAG("cudnn_off", 0),
          CHOICE("pooling_convention", "valid full same", 0), SHAPE("stride", 0), SHAPE("pad", 0), OPT_INT("p_value"),
          OPT_INT("count_include_pad"), OPT_CHOICE("layout", "NCW NCHW NCDHW NWC NHWC NDHWC")),
   pooling_compose, "The largest, average, sum or norm of the windows of data (n, channels, *extents), of one to three axes.")
COMPOSED(_contrib_AdaptiveAvgPooling2D, "", "data", 1, 1, PARAMS(AXES("output_size")), adaptive_average_compose,
   "The averages of as many equal parts of an image as the output has elements.")
OP(_pool_sum, "", "data", 1, 1, PARAMS(POOL), pool_sum_infer, pool_sum_run, pool_sum_gradient, 0, FLOATS,
   "The sum, or the average, of each window; without a kernel, of each of `size` equal parts.")
OP(_pool_spread, "", "g", 1, 1, PARAMS(POOL, SHAPE("shape", 0)), pool_spread_infer, pool_spread_run, pool_spread_gradient, 0, FLOATS,
   "Zeros of the shape with g added over its windows: the gradient of _pool_sum.")
OP(_pool_choose, "", "data from", 2, 1, PARAMS(POOL), pool_choose_infer, pool_choose_run, pool_choose_gradient, KEEP_INPUT(0), FLOATS,
   "The elements of `from` where data is largest in each window.")
OP(_pool_return, "", "data g", 2, 1, PARAMS(POOL, SHAPE("shape", 0)), pool_return_infer, pool_return_run, pool_return_gradient, KEEP_INPUT(0),
   FLOATS, "Zeros with g added where data is largest in each window: the gradient of _pool_choose.")
OP(im2col, "", "data", 1, 1, PARAMS(WINDOW), im2col_infer, im2col_run, im2col_gradient, 0, FLOATS,
   "The windows of images (n, channels, *extents) as columns, (n, channels * taps, windows).")
OP(col2im, "", "data", 1, 1, PARAMS(NEEDED_SHAPE("output_size"), WINDOW), col2im_infer, col2im_run, col2im_gradient, 0, FLOATS,
   "Images with columns (n, channels * taps, windows) added over their windows: the gradient of im2col.")

#undef POOL
#undef WINDOW
#undef CUDNN
#undef LAYOUT
/* clang-format on */
