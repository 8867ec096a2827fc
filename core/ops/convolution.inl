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
OP(_pool_choose, "", "data chosen", 2, 1, PARAMS(POOL), pool_choose_infer, pool_choose_run, pool_choose_gradient, KEEP_INPUT(0), FLOATS,
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

COMPOSED(UpSampling, "", "*data", ND_VARIADIC, 1,
   PARAMS(NEEDED_INT("scale"), INT("num_filter", 0), NEEDED_CHOICE("sample_type", "nearest bilinear"),
          CHOICE("multi_input_mode", "concat sum", 0), INT("workspace", 512)),
   up_sampling_compose, "Images `scale` times as high and wide: elements repeated, or interpolated by a weight given after the data.")
COMPOSED(_contrib_BilinearResize2D, "", "data ?like", 2, 1,
   PARAMS(INT("height", 1), INT("width", 1), OPT_REAL("scale_height"), OPT_REAL("scale_width"),
          CHOICE("mode", "size like odd_scale to_even_down to_even_up to_odd_down to_odd_up", 0), FLAG("align_corners", 1)),
   bilinear_resize_compose, "Images of another height and width, interpolated between the four nearest elements.")
COMPOSED(GridGenerator, "", "data", 1, 1, PARAMS(NEEDED_CHOICE("transform_type", "affine warp"), SHAPE("target_shape", 0)),
   grid_generator_compose, "Points (n, 2, height, width) from -1 to 1: a regular grid under affine maps (n, 6), or shifted by a flow.")
COMPOSED(BilinearSampler, "", "data grid", 2, 1, PARAMS(OPT_INT("cudnn_off")), bilinear_sampler_compose,
   "Images at the points of a grid, which runs from -1 to 1; zeros outside.")
COMPOSED(SpatialTransformer, "", "data loc", 2, 1,
   PARAMS(SHAPE("target_shape", 0), NEEDED_CHOICE("transform_type", "affine"), NEEDED_CHOICE("sampler_type", "bilinear"), OPT_INT("cudnn_off")),
   spatial_transformer_compose, "Images under affine maps (n, 6): GridGenerator and BilinearSampler in one.")
COMPOSED(Correlation, "", "data1 data2", 2, 1,
   PARAMS(INT("kernel_size", 1), INT("max_displacement", 1), INT("stride1", 1), INT("stride2", 1), INT("pad_size", 0), FLAG("is_multiply", 1)),
   correlation_compose, "How patches of data1 agree with those of data2 around their place: one channel for each displacement (Dosovitskiy, FlowNet, 2015).")

#define DEFORMABLE SHAPE("pad", 0), NEEDED_INT("num_filter"), INT("num_group", 1), INT("num_deformable_group", 1), INT("workspace", 1024), \
    FLAG("no_bias", 0)

COMPOSED(_contrib_DeformableConvolution, "", "data offset weight ?bias", 4, 1,
   PARAMS(NEEDED_SHAPE("kernel"), SHAPE("stride", 0), SHAPE("dilate", 0), DEFORMABLE, OPT_CHOICE("layout", "NCDHW NCHW NCW")),
   deformable_convolution_compose, "Convolution whose taps look where `offset` (n, 2 * groups * taps, height, width) moves them (Dai, 2017).")
COMPOSED(_contrib_ModulatedDeformableConvolution, "", "data offset mask weight ?bias", 5, 1,
   PARAMS(NEEDED_SHAPE("kernel"), SHAPE("stride", 0), SHAPE("dilate", 0), DEFORMABLE, INT("im2col_step", 64), OPT_CHOICE("layout", "NCDHW NCHW NCW")),
   modulated_convolution_compose, "DeformableConvolution with each tap's view multiplied by `mask` (n, groups * taps, height, width) (Zhu, 2019).")

#undef DEFORMABLE
/* clang-format on */
