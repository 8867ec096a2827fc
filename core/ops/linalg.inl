/* Linear algebra on batches of matrices: mx.nd.linalg. */
/* clang-format off */

/* clang-format on */
