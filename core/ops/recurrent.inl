/* Recurrent networks and sequences. */
/* clang-format off */

/* clang-format on */
