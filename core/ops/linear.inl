/* Matrix products and linear algebra. */
/* clang-format off */

OP(dot, "", "lhs rhs", 2, 1, PARAMS(FLAG("transpose_a", 0), FLAG("transpose_b", 0), OPT_CHOICE("forward_stype", "default csr row_sparse")),
   dot_infer, dot_run, dot_gradient, KEEP_INPUT(0) | KEEP_INPUT(1), FLOATS,
   "The sum of products over the last axis of lhs and the first axis of rhs (with a transpose flag: first of lhs, last of rhs)."
   SHAPES("lhs (a, b, k), rhs (k, c, d) -> (a, b, c, d); vectors (k), (k) -> (1)") FLOATS_ALIKE
   ERRORS("ShapeError unless the axes summed over have equal extents") SAYS("transpose_a", "sum over the first axis of lhs")
   SAYS("transpose_b", "sum over the last axis of rhs"))
OP(batch_dot, "", "lhs rhs", 2, 1, PARAMS(FLAG("transpose_a", 0), FLAG("transpose_b", 0), OPT_CHOICE("forward_stype", "default csr row_sparse")),
   batch_dot_infer, batch_dot_run, batch_dot_gradient, KEEP_INPUT(0) | KEEP_INPUT(1), FLOATS,
   "The matrix product of each pair of matrices of two batches, (b, m, k) and (b, k, n)."
   SHAPES("lhs (b, m, k), rhs (b, k, n) -> (b, m, n); transposed lhs (b, k, m), rhs (b, n, k)") FLOATS_ALIKE
   ERRORS("ShapeError unless both have three axes that fit together"))

/* clang-format on */
