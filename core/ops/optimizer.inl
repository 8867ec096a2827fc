/* Optimizer updates: they write their weight and their states. */
/* clang-format off */

/* clang-format on */
