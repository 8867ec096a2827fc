/* Convolution, pooling, sampling and resizing of images. */
/* clang-format off */

/* clang-format on */
