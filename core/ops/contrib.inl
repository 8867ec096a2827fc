/* Operators that MXNet keeps under contrib. */
/* clang-format off */

/* clang-format on */
