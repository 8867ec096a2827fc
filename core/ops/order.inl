/* Ordering: sort, argsort, topk. */
/* clang-format off */

/* clang-format on */
