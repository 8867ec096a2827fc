/* Reductions over axes. */
/* clang-format off */

REDUCE(ANY, sum, "sum_axis", 0, x, ADD(acc, x), acc, g, -2, 2, "The sum over the axes.")
REDUCE(FLOAT, mean, "", 0, x, ADD(acc, x), DIV(acc, n), DIV(g, N), -2, 2, "The mean over the axes.")
REDUCE(ANY, prod, "", 1, x, MUL(acc, x), acc, DIV(MUL(g, y), x), 0.5, 2, "The product over the axes.")
REDUCE(ANY, max, "max_axis", ND_LOWEST, x, MAX(acc, x), acc, SELECT(EQ(x, y), g, K(0)), -2, 2,
   "The largest over the axes; every tie gets the whole gradient." ERRORS("ShapeError for an axis without elements"))
REDUCE(ANY, min, "min_axis", ND_HIGHEST, x, MIN(acc, x), acc, SELECT(EQ(x, y), g, K(0)), -2, 2,
   "The smallest over the axes; every tie gets the whole gradient." ERRORS("ShapeError for an axis without elements"))
REDUCE(ANY, nansum, "", 0, SELECT(EQ(x, x), x, K(0)), ADD(acc, x), acc, SELECT(EQ(x, x), g, K(0)), -2, 2,
       "The sum over the axes with nan counted as 0.")
REDUCE(ANY, nanprod, "", 1, SELECT(EQ(x, x), x, K(1)), MUL(acc, x), acc, SELECT(EQ(x, x), DIV(MUL(g, y), x), K(0)), 0.5, 2,
       "The product over the axes with nan counted as 1.")
REDUCE(FLOAT, _norm_l1, "", 0, ABS(x), ADD(acc, x), acc, MUL(g, SIGN(x)), 0.3, 2, "The sum of absolute values over the axes.")
REDUCE(FLOAT, _norm_l2, "", 0, MUL(x, x), ADD(acc, x), SQRT(acc), MUL(DIV(g, y), x), 0.3, 2,
       "The square root of the sum of squares over the axes.")
REDUCE(FLOAT, _square_sum, "", 0, MUL(x, x), ADD(acc, x), acc, MUL(g, MUL(K(2), x)), -2, 2, "The sum of squares over the axes.")
REDUCE(FLOAT, _all_finite, "", 1, TRUTH(EQ(SUB(x, x), K(0))), MIN(acc, x), acc, K(0), -2, 2,
       "1 if no element over the axes is infinite or nan, else 0.")

OP(norm, "", "data", 1, 1, PARAMS(INT("ord", 2), AXES("axis"), TYPE("out_dtype"), FLAG("keepdims", 0)),
   norm_infer, reduce_run, norm_gradient, KEEP_INPUT(0) | KEEP_OUTPUT, FLOATS,
   "The norm of order 1 (sum of absolute values) or 2 (root of the sum of squares) over the axes."
   SHAPES("data (any) -> without the axes, or with extent 1 there if keepdims")
   ERRORS("ArgumentError for an ord but 1 and 2; AxisError if data has no such axis; DTypeError for an out_dtype that is not that of data")
   SAYS("ord", "1 or 2") SAYS("axis", "one or several; None: all") SAYS("out_dtype", "accepted if it is that of data"))
OP(argmax, "", "data", 1, 1, PARAMS(OPT_INT("axis"), FLAG("keepdims", 0)), arg_infer, argmax_run, zero_gradient, 0, NUMBERS,
   "The position of the first largest element along the axis, in the array's dtype; without an axis, in the flattened array."
   SHAPES("data (a, b, c) -> (a, c), (a, 1, c) if keepdims, or (1) without an axis")
   ERRORS("AxisError if data has no such axis; ShapeError if there is nothing to choose from"))
OP(argmin, "", "data", 1, 1, PARAMS(OPT_INT("axis"), FLAG("keepdims", 0)), arg_infer, argmin_run, zero_gradient, 0, NUMBERS,
   "The position of the first smallest element along the axis, in the array's dtype; without an axis, in the flattened array."
   SHAPES("data (a, b, c) -> (a, c), (a, 1, c) if keepdims, or (1) without an axis")
   ERRORS("AxisError if data has no such axis; ShapeError if there is nothing to choose from"))

/* clang-format on */
