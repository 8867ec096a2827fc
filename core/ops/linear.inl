/* Matrix products and linear algebra. */
/* clang-format off */

OP(dot, "", "lhs rhs", 2, 1, PARAMS(FLAG("transpose_a", 0), FLAG("transpose_b", 0), OPT_CHOICE("forward_stype", "default csr row_sparse")),
   dot_infer, dot_run, dot_gradient, KEEP_INPUT(0) | KEEP_INPUT(1), FLOATS,
   "The sum of products over the last axis of lhs and the first axis of rhs (with a transpose flag: first of lhs, last of rhs).")
OP(batch_dot, "", "lhs rhs", 2, 1, PARAMS(FLAG("transpose_a", 0), FLAG("transpose_b", 0), OPT_CHOICE("forward_stype", "default csr row_sparse")),
   batch_dot_infer, batch_dot_run, batch_dot_gradient, KEEP_INPUT(0) | KEEP_INPUT(1), FLOATS,
   "The matrix product of each pair of matrices of two batches, (b, m, k) and (b, k, n).")

/* clang-format on */
