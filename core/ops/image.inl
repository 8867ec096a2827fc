/* Image preprocessing: mx.nd.image. */
/* clang-format off */

/* clang-format on */
