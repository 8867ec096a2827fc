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

#undef WINDOW
#undef CUDNN
#undef LAYOUT
/* clang-format on */
