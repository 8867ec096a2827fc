/* Boxes and regions of interest. */
/* clang-format off */

/* clang-format on */
