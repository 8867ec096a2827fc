/* THE table of operators. Each row says once what an operator computes and what its gradient is.
 *
 * A row is expanded by whoever includes this file after defining the row macros it wants (the others are empty by
 * default). The expressions are written in a small vocabulary - ADD SUB MUL DIV NEG, EXP LOG SIN ..., K(constant),
 * SELECT(condition, yes, no) with conditions GT GE LT LE EQ NE AND OR NOT - which each expansion defines for itself:
 *
 *   kernels/elementwise.c   on SIMD vectors and on integers: the forward kernel, and the gradient fused in one pass
 *   src/op.c                the operator's entry: name, inputs, parameters, documentation, domain
 *   src/gradient.c          on arrays: the gradient as calls of other operators, so that every order of it exists
 *   src/gradient.c          on bit sets: which of its operands a gradient uses, so that nothing else is kept alive
 *
 * Names in expressions: x or a, b, c the inputs; p, q the parameters; y the output; g the gradient that comes in.
 *
 *   UNARY(kind, name, aliases, forward, gradient, low, high, doc)
 *   BINARY(kind, order, name, scalar, aliases, forward, gradient of a, of b, alow, ahigh, blow, bhigh, doc)
 *       makes broadcast_<name>, _<scalar>_scalar and, if the order of its operands matters, _r<scalar>_scalar
 *   ELEMWISE(name, aliases)      the strict form of a BINARY row: equal shapes only
 *   TERNARY(kind, name, aliases, forward, doc)      a condition and two arrays
 *   SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc)   one array, up to two numbers p, q
 *   REDUCE(kind, name, aliases, start, load, combine, finish, gradient, low, high, doc)
 *       folds load(x) into acc over the axes; then finish(acc, n); in the gradient N is the number folded
 *   OP(name, aliases, inputs, count, outputs, parameters, infer, run, gradient, keeps, dtypes, doc)
 *       everything else: three functions in src/; `keeps` says what the gradient needs of the inputs and outputs
 *
 * kind: ANY computes on integers in their own arithmetic, FLOAT in float64 and casts back.
 * order: ORDERED if op(a, b) differs from op(b, a), else SYMMETRIC.
 * low, high: where a test draws inputs from, so that values and derivatives are finite.
 */

#ifndef ND_IF_ORDERED
#define ND_IF_ORDERED(...) __VA_ARGS__
#define ND_IF_SYMMETRIC(...)
#define ND_IF_ANY(...) __VA_ARGS__
#define ND_IF_FLOAT(...)
#endif

#ifndef UNARY
#define UNARY(kind, name, aliases, forward, gradient, low, high, doc)
#endif
#ifndef BINARY
#define BINARY(kind, order, name, scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc)
#endif
#ifndef ELEMWISE
#define ELEMWISE(name, aliases)
#endif
#ifndef TERNARY
#define TERNARY(kind, name, aliases, forward, doc)
#endif
#ifndef SCALED
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc)
#endif
#ifndef REDUCE
#define REDUCE(kind, name, aliases, start, load, combine, finish, gradient, low, high, doc)
#endif
#ifndef OP
#define OP(name, aliases, inputs, count, outputs, parameters, infer, run, gradient, keeps, dtypes, doc)
#endif

/* clang-format off */

/* ------------------------------------------------------------------------------- elementwise, one input */

UNARY(ANY, abs, "", ABS(x), MUL(g, SIGN(x)), 0.3, 2, "Absolute value.")
UNARY(ANY, sign, "", SIGN(x), K(0), 0.3, 2, "-1, 0 or 1 by the sign of x.")
UNARY(ANY, negative, "_np_negative", NEG(x), NEG(g), -2, 2, "-x.")
UNARY(ANY, square, "", MUL(x, x), MUL(g, MUL(K(2), x)), -2, 2, "x times x.")
UNARY(ANY, relu, "", MAX(x, K(0)), SELECT(GT(y, K(0)), g, K(0)), 0.3, 2, "max(x, 0); the derivative at 0 is 0.")
UNARY(ANY, logical_not, "", TRUTH(EQ(x, K(0))), K(0), -2, 2, "1 where x is zero, else 0.")

UNARY(FLOAT, floor, "", FLOOR(x), K(0), 0.1, 0.9, "The largest integer not above x.")
UNARY(FLOAT, ceil, "", CEIL(x), K(0), 0.1, 0.9, "The smallest integer not below x.")
UNARY(FLOAT, trunc, "", TRUNC(x), K(0), 0.1, 0.9, "x without its fraction.")
UNARY(FLOAT, fix, "", TRUNC(x), K(0), 0.1, 0.9, "The integer nearest to x toward zero.")
UNARY(FLOAT, rint, "", RINT(x), K(0), 0.1, 0.4, "The nearest integer; halves go to the lower one.")
UNARY(FLOAT, round, "", ROUND(x), K(0), 0.1, 0.4, "The nearest integer; halves go away from zero.")

UNARY(FLOAT, reciprocal, "", DIV(K(1), x), NEG(MUL(g, MUL(y, y))), 0.5, 2, "1/x.")
UNARY(FLOAT, sqrt, "", SQRT(x), DIV(g, MUL(K(2), y)), 0.5, 2, "Square root.")
UNARY(FLOAT, rsqrt, "", RSQRT(x), MUL(MUL(K(-0.5), g), DIV(y, x)), 0.5, 2, "1/sqrt(x).")
UNARY(FLOAT, cbrt, "", CBRT(x), DIV(g, MUL(K(3), MUL(y, y))), 0.5, 2, "Cube root.")
UNARY(FLOAT, rcbrt, "", DIV(K(1), CBRT(x)), MUL(MUL(K(-1.0 / 3), g), DIV(y, x)), 0.5, 2, "1/cbrt(x).")

UNARY(FLOAT, exp, "", EXP(x), MUL(g, y), -2, 2, "e to the power x.")
UNARY(FLOAT, expm1, "", EXPM1(x), MUL(g, ADD(y, K(1))), -2, 2, "exp(x) - 1, exact near 0.")
UNARY(FLOAT, log, "", LOG(x), DIV(g, x), 0.5, 3, "Natural logarithm; -inf at 0, nan below.")
UNARY(FLOAT, log1p, "", LOG1P(x), DIV(g, ADD(K(1), x)), -0.5, 2, "log(1 + x), exact near 0.")
UNARY(FLOAT, log2, "", LOG2(x), DIV(g, MUL(K(0.69314718055994530942), x)), 0.5, 3, "Logarithm to base 2.")
UNARY(FLOAT, log10, "", LOG10(x), DIV(g, MUL(K(2.30258509299404568402), x)), 0.5, 3, "Logarithm to base 10.")

UNARY(FLOAT, sin, "", SIN(x), MUL(g, COS(x)), -2, 2, "Sine of x radians.")
UNARY(FLOAT, cos, "", COS(x), NEG(MUL(g, SIN(x))), -2, 2, "Cosine of x radians.")
UNARY(FLOAT, tan, "", TAN(x), MUL(g, ADD(K(1), MUL(y, y))), -1, 1, "Tangent of x radians.")
UNARY(FLOAT, arcsin, "", ASIN(x), DIV(g, SQRT(SUB(K(1), MUL(x, x)))), -0.8, 0.8, "Inverse sine, in radians.")
UNARY(FLOAT, arccos, "", ACOS(x), NEG(DIV(g, SQRT(SUB(K(1), MUL(x, x))))), -0.8, 0.8, "Inverse cosine, in radians.")
UNARY(FLOAT, arctan, "", ATAN(x), DIV(g, ADD(K(1), MUL(x, x))), -2, 2, "Inverse tangent, in radians.")
UNARY(FLOAT, sinh, "", SINH(x), MUL(g, COSH(x)), -2, 2, "Hyperbolic sine.")
UNARY(FLOAT, cosh, "", COSH(x), MUL(g, SINH(x)), -2, 2, "Hyperbolic cosine.")
UNARY(FLOAT, tanh, "", TANH(x), MUL(g, SUB(K(1), MUL(y, y))), -2, 2, "Hyperbolic tangent.")
UNARY(FLOAT, arcsinh, "", ASINH(x), DIV(g, SQRT(ADD(MUL(x, x), K(1)))), -2, 2, "Inverse hyperbolic sine.")
UNARY(FLOAT, arccosh, "", ACOSH(x), DIV(g, SQRT(SUB(MUL(x, x), K(1)))), 1.5, 3, "Inverse hyperbolic cosine, for x >= 1.")
UNARY(FLOAT, arctanh, "", ATANH(x), DIV(g, SUB(K(1), MUL(x, x))), -0.8, 0.8, "Inverse hyperbolic tangent.")
UNARY(FLOAT, degrees, "", MUL(x, K(57.295779513082320877)), MUL(g, K(57.295779513082320877)), -2, 2, "Radians to degrees.")
UNARY(FLOAT, radians, "", MUL(x, K(0.017453292519943295769)), MUL(g, K(0.017453292519943295769)), -2, 2, "Degrees to radians.")

UNARY(FLOAT, sigmoid, "", SIGMOID(x), MUL(g, MUL(y, SUB(K(1), y))), -2, 2, "1 / (1 + exp(-x)).")
UNARY(FLOAT, softsign, "", DIV(x, ADD(K(1), ABS(x))),
      DIV(g, MUL(ADD(K(1), ABS(x)), ADD(K(1), ABS(x)))), 0.3, 2, "x / (1 + |x|).")
UNARY(FLOAT, log_sigmoid, "", NEG(SOFTPLUS(NEG(x))), MUL(g, SIGMOID(NEG(x))), -2, 2, "log(sigmoid(x)), exact for large |x|.")
UNARY(FLOAT, erf, "", ERF(x), MUL(g, MUL(K(1.1283791670955125739), EXP(NEG(MUL(x, x))))), -2, 2,
      "The error function, 2/sqrt(pi) times the integral of exp(-t*t) from 0 to x.")

/* ------------------------------------------------------------------------------ elementwise, two inputs */

BINARY(ANY, SYMMETRIC, add, plus, "broadcast_plus", ADD(a, b), g, g, -2, 2, -2, 2, "a + b.")
BINARY(ANY, ORDERED, sub, minus, "broadcast_minus", SUB(a, b), g, NEG(g), -2, 2, -2, 2, "a - b.")
BINARY(ANY, SYMMETRIC, mul, mul, "", MUL(a, b), MUL(g, b), MUL(g, a), -2, 2, -2, 2, "a times b.")
BINARY(ANY, ORDERED, div, div, "", DIV(a, b), DIV(g, b), NEG(DIV(MUL(g, y), b)), -2, 2, 0.5, 2,
       "a / b. Integers truncate toward zero, and dividing them by zero is an error.")
BINARY(ANY, ORDERED, mod, mod, "", MOD(a, b), g, NEG(MUL(g, FLOOR(DIV(a, b)))), 0.1, 0.4, 0.5, 2,
       "The rest of a / b, with the sign of b as in Python.")
BINARY(FLOAT, ORDERED, power, power, "", POW(a, b), MUL(g, MUL(b, POW(a, SUB(b, K(1))))), MUL(g, MUL(y, LOG(a))),
       0.5, 2, -2, 2, "a to the power b.")
BINARY(ANY, SYMMETRIC, maximum, maximum, "", MAX(a, b), SELECT(GE(a, b), g, K(0)), SELECT(GE(a, b), K(0), g),
       0, 1, 2, 3, "The larger of a and b; the gradient of a tie goes to a.")
BINARY(ANY, SYMMETRIC, minimum, minimum, "", MIN(a, b), SELECT(LE(a, b), g, K(0)), SELECT(LE(a, b), K(0), g),
       0, 1, 2, 3, "The smaller of a and b; the gradient of a tie goes to a.")
BINARY(FLOAT, SYMMETRIC, hypot, hypot, "", HYPOT(a, b), MUL(g, DIV(a, y)), MUL(g, DIV(b, y)), 0.5, 2, 0.5, 2,
       "sqrt(a*a + b*b) without overflow on the way.")
BINARY(ANY, SYMMETRIC, equal, equal, "", TRUTH(EQ(a, b)), K(0), K(0), 0, 1, 2, 3, "1 where a == b, else 0.")
BINARY(ANY, SYMMETRIC, not_equal, not_equal, "", TRUTH(NE(a, b)), K(0), K(0), 0, 1, 2, 3, "1 where a != b, else 0.")
BINARY(ANY, SYMMETRIC, greater, greater, "", TRUTH(GT(a, b)), K(0), K(0), 0, 1, 2, 3, "1 where a > b, else 0.")
BINARY(ANY, SYMMETRIC, greater_equal, greater_equal, "", TRUTH(GE(a, b)), K(0), K(0), 0, 1, 2, 3, "1 where a >= b, else 0.")
BINARY(ANY, SYMMETRIC, lesser, lesser, "", TRUTH(LT(a, b)), K(0), K(0), 0, 1, 2, 3, "1 where a < b, else 0.")
BINARY(ANY, SYMMETRIC, lesser_equal, lesser_equal, "", TRUTH(LE(a, b)), K(0), K(0), 0, 1, 2, 3, "1 where a <= b, else 0.")
BINARY(ANY, SYMMETRIC, logical_and, logical_and, "", TRUTH(AND(NE(a, K(0)), NE(b, K(0)))), K(0), K(0), 0, 1, 2, 3,
       "1 where a and b are not zero, else 0.")
BINARY(ANY, SYMMETRIC, logical_or, logical_or, "", TRUTH(OR(NE(a, K(0)), NE(b, K(0)))), K(0), K(0), 0, 1, 2, 3,
       "1 where a or b is not zero, else 0.")
BINARY(ANY, SYMMETRIC, logical_xor, logical_xor, "", TRUTH(XOR(NE(a, K(0)), NE(b, K(0)))), K(0), K(0), 0, 1, 2, 3,
       "1 where one of a and b is zero and the other is not, else 0.")

ELEMWISE(add, "_plus _add _Plus")
ELEMWISE(sub, "_minus _sub _Minus")
ELEMWISE(mul, "_mul _Mul")
ELEMWISE(div, "_div _Div")

/* ----------------------------------------------------------------- elementwise, three inputs, and scaled */

TERNARY(ANY, where, "", SELECT(NE(a, K(0)), b, c),
        "x where the condition is not zero, else y. A condition of one dimension chooses rows.")

SCALED(ANY, clip, "", PARAMS(NEEDED_REAL("a_min"), NEEDED_REAL("a_max")), MIN(MAX(x, p), q),
       SELECT(AND(GE(x, p), LE(x, q)), g, K(0)), -0.9, 0.9, "x limited to a_min ... a_max; the gradient passes at the limits.")
SCALED(FLOAT, hard_sigmoid, "", PARAMS(REAL("alpha", 0.2), REAL("beta", 0.5)),
       MIN(MAX(ADD(MUL(x, p), q), K(0)), K(1)), SELECT(AND(GT(y, K(0)), LT(y, K(1))), MUL(g, p), K(0)), -0.9, 0.9,
       "alpha*x + beta limited to 0 ... 1.")
SCALED(FLOAT, smooth_l1, "", PARAMS(REAL("scalar", 1), REAL("_unused", 0)),
       SELECT(LT(ABS(x), DIV(K(1), MUL(p, p))), MUL(MUL(K(0.5), MUL(p, p)), MUL(x, x)),
              SUB(ABS(x), DIV(K(0.5), MUL(p, p)))),
       SELECT(LT(ABS(x), DIV(K(1), MUL(p, p))), MUL(g, MUL(MUL(p, p), x)), MUL(g, SIGN(x))), 0.2, 0.9,
       "Quadratic for |x| < 1/scalar**2, linear beyond (Girshick, Fast R-CNN, 2015).")

/* -------------------------------------------------------------------------------------------- reductions */

REDUCE(ANY, sum, "sum_axis", 0, x, ADD(acc, x), acc, g, -2, 2, "The sum over the axes.")
REDUCE(FLOAT, mean, "", 0, x, ADD(acc, x), DIV(acc, n), DIV(g, N), -2, 2, "The mean over the axes.")
REDUCE(ANY, prod, "", 1, x, MUL(acc, x), acc, DIV(MUL(g, y), x), 0.5, 2, "The product over the axes.")
REDUCE(ANY, max, "max_axis", ND_LOWEST, x, MAX(acc, x), acc, SELECT(EQ(x, y), g, K(0)), -2, 2,
       "The largest over the axes; every tie gets the whole gradient.")
REDUCE(ANY, min, "min_axis", ND_HIGHEST, x, MIN(acc, x), acc, SELECT(EQ(x, y), g, K(0)), -2, 2,
       "The smallest over the axes; every tie gets the whole gradient.")
REDUCE(ANY, nansum, "", 0, SELECT(EQ(x, x), x, K(0)), ADD(acc, x), acc, SELECT(EQ(x, x), g, K(0)), -2, 2,
       "The sum over the axes with nan counted as 0.")
REDUCE(ANY, nanprod, "", 1, SELECT(EQ(x, x), x, K(1)), MUL(acc, x), acc, SELECT(EQ(x, x), DIV(MUL(g, y), x), K(0)), 0.5, 2,
       "The product over the axes with nan counted as 1.")
REDUCE(FLOAT, _norm_l1, "", 0, ABS(x), ADD(acc, x), acc, MUL(g, SIGN(x)), 0.3, 2, "The sum of absolute values over the axes.")
REDUCE(FLOAT, _norm_l2, "", 0, MUL(x, x), ADD(acc, x), SQRT(acc), MUL(DIV(g, y), x), 0.3, 2,
       "The square root of the sum of squares over the axes.")

/* -------------------------------------------------------------------------------------------- the others */

OP(norm, "", "data", 1, 1, PARAMS(INT("ord", 2), AXES("axis"), TYPE("out_dtype"), FLAG("keepdims", 0)),
   norm_infer, reduce_run, norm_gradient, KEEP_INPUT(0) | KEEP_OUTPUT, FLOATS,
   "The norm of order 1 or 2 over the axes.")
OP(argmax, "", "data", 1, 1, PARAMS(OPT_INT("axis"), FLAG("keepdims", 0)), arg_infer, argmax_run, zero_gradient, 0, NUMBERS,
   "The position of the first largest element along the axis, as float32; without an axis, in the flattened array.")
OP(argmin, "", "data", 1, 1, PARAMS(OPT_INT("axis"), FLAG("keepdims", 0)), arg_infer, argmin_run, zero_gradient, 0, NUMBERS,
   "The position of the first smallest element along the axis, as float32; without an axis, in the flattened array.")

OP(dot, "", "lhs rhs", 2, 1, PARAMS(FLAG("transpose_a", 0), FLAG("transpose_b", 0), CHOICE("forward_stype", "default csr row_sparse", 0)),
   dot_infer, dot_run, dot_gradient, KEEP_INPUT(0) | KEEP_INPUT(1), FLOATS,
   "The sum of products over the last axis of lhs and the first axis of rhs (with a transpose flag: first of lhs, last of rhs).")
OP(batch_dot, "", "lhs rhs", 2, 1, PARAMS(FLAG("transpose_a", 0), FLAG("transpose_b", 0), CHOICE("forward_stype", "default csr row_sparse", 0)),
   batch_dot_infer, batch_dot_run, batch_dot_gradient, KEEP_INPUT(0) | KEEP_INPUT(1), FLOATS,
   "The matrix product of each pair of matrices of two batches, (b, m, k) and (b, k, n).")

OP(softmax, "", "data", 1, 1, PARAMS(INT("axis", -1), OPT_REAL("temperature"), TYPE("dtype")),
   softmax_infer, softmax_run, softmax_gradient, KEEP_OUTPUT, FLOATS,
   "exp(x/temperature) divided by its sum along the axis.")
OP(log_softmax, "", "data", 1, 1, PARAMS(INT("axis", -1), OPT_REAL("temperature"), TYPE("dtype")),
   softmax_infer, log_softmax_run, log_softmax_gradient, KEEP_OUTPUT, FLOATS,
   "The logarithm of softmax, exact where softmax underflows.")

OP(_copy, "identity", "data", 1, 1, NO_PARAMS, same_infer, copy_run, pass_gradient, 0, ALL, "A copy of the array.")
OP(BlockGrad, "stop_gradient", "data", 1, 1, NO_PARAMS, same_infer, copy_run, zero_gradient, 0, ALL,
   "A copy of the array through which no gradient flows.")
OP(Cast, "cast", "data", 1, 1, PARAMS(NEEDED_TYPE("dtype")), cast_infer, copy_run, cast_gradient, 0, ALL,
   "The array in another dtype.")
OP(zeros_like, "", "data", 1, 1, NO_PARAMS, same_infer, zeros_run, zero_gradient, 0, ALL, "Zeros of the array's shape and dtype.")
OP(ones_like, "", "data", 1, 1, NO_PARAMS, same_infer, ones_run, zero_gradient, 0, ALL, "Ones of the array's shape and dtype.")

OP(reshape, "Reshape", "data", 1, 1, PARAMS(SHAPE("shape", 0), FLAG("reverse", 0)), reshape_infer, copy_run, reshape_gradient, 0, ALL,
   "The same elements under another shape. 0 keeps an extent, -1 infers one, -2 takes all the rest, -3 merges two, -4 splits one.")
OP(reshape_like, "", "lhs rhs", 2, 1, NO_PARAMS, reshape_like_infer, copy_run, reshape_gradient, 0, ALL, "lhs under the shape of rhs.")
OP(Flatten, "flatten", "data", 1, 1, NO_PARAMS, flatten_infer, copy_run, reshape_gradient, 0, ALL,
   "All axes but the first merged into one.")
OP(expand_dims, "", "data", 1, 1, PARAMS(NEEDED_INT("axis")), expand_dims_infer, copy_run, reshape_gradient, 0, ALL,
   "An axis of extent 1 inserted at the position.")
OP(squeeze, "", "data", 1, 1, PARAMS(AXES("axis")), squeeze_infer, copy_run, reshape_gradient, 0, ALL,
   "Axes of extent 1 removed: the ones named, or all.")
OP(transpose, "", "data", 1, 1, PARAMS(AXES("axes")), transpose_infer, transpose_run, transpose_gradient, 0, ALL,
   "The axes in another order; without axes, in reverse.")
OP(SwapAxis, "swapaxes", "data", 1, 1, PARAMS(INT("dim1", 0), INT("dim2", 0)), swapaxes_infer, swapaxes_run, swapaxes_gradient, 0, ALL,
   "Two axes exchanged.")
OP(broadcast_to, "", "data", 1, 1, PARAMS(SHAPE("shape", 0)), broadcast_to_infer, broadcast_run, broadcast_gradient, 0, ALL,
   "Axes of extent 1 repeated to the shape; 0 keeps an extent.")
OP(_broadcast_exactly, "", "data", 1, 1, PARAMS(SHAPE("shape", 0)), broadcast_exactly_infer, broadcast_run, broadcast_gradient, 0, ALL,
   "As broadcast_to, but an extent of 0 is 0: what gradients call.")
OP(broadcast_like, "", "lhs rhs", 2, 1, NO_PARAMS, broadcast_like_infer, broadcast_run, broadcast_gradient, 0, ALL,
   "lhs broadcast to the shape of rhs.")
OP(broadcast_axis, "broadcast_axes", "data", 1, 1, PARAMS(AXES("axis"), AXES("size")), broadcast_axis_infer, broadcast_run,
   broadcast_gradient, 0, ALL, "The axes named, of extent 1, repeated to the sizes.")

OP(concat, "Concat", "*data", ND_VARIADIC, 1, PARAMS(INT("dim", 1)), concat_infer, concat_run, concat_gradient, 0, ALL,
   "The arrays one after another along an axis.")
OP(stack, "", "*data", ND_VARIADIC, 1, PARAMS(INT("axis", 0)), stack_infer, concat_run, stack_gradient, 0, ALL,
   "The arrays side by side along a new axis.")
OP(split, "SliceChannel", "data", 1, 0, PARAMS(NEEDED_INT("num_outputs"), INT("axis", 1), FLAG("squeeze_axis", 0)),
   split_infer, split_run, split_gradient, 0, ALL, "The array cut into equal parts along an axis.")

OP(slice, "crop", "data", 1, 1, PARAMS(NEEDED_SHAPE("begin"), NEEDED_SHAPE("end"), SHAPE("step", 0)),
   slice_infer, slice_run, slice_gradient, 0, ALL, "data[begin:end:step] for each of the leading axes.")
OP(slice_axis, "", "data", 1, 1, PARAMS(NEEDED_INT("axis"), NEEDED_INT("begin"), OPT_INT("end")),
   slice_axis_infer, slice_run, slice_gradient, 0, ALL, "data[begin:end] along one axis.")
OP(_slice_scatter, "", "data", 1, 1, PARAMS(SHAPE("begin", 0), SHAPE("step", 0), SHAPE("shape", 0)),
   slice_scatter_infer, slice_scatter_run, slice_scatter_gradient, 0, ALL,
   "Zeros of the shape with data written to [begin::step]: the gradient of slice.")
OP(take, "", "a indices", 2, 1, PARAMS(INT("axis", 0), CHOICE("mode", "clip raise wrap", 0)), take_infer, take_run, take_gradient,
   KEEP_INPUT(1), ALL, "The slices of a at the indices along an axis; indices beyond the ends are clipped, wrapped or refused.")
OP(_take_scatter, "", "data indices", 2, 1, PARAMS(INT("axis", 0), CHOICE("mode", "clip raise wrap", 0), SHAPE("shape", 0)),
   take_scatter_infer, take_scatter_run, take_scatter_gradient, KEEP_INPUT(1), NUMBERS,
   "Zeros of the shape with the slices of data added at the indices: the gradient of take.")
OP(gather_nd, "", "data indices", 2, 1, NO_PARAMS, gather_infer, gather_run, gather_gradient, KEEP_INPUT(1), ALL,
   "data[indices[0], indices[1], ...].")
OP(_gather_scatter, "_backward_gather_nd", "data indices", 2, 1, PARAMS(SHAPE("shape", 0)), gather_scatter_infer, gather_scatter_run,
   gather_scatter_gradient, KEEP_INPUT(1), NUMBERS, "Zeros of the shape with data added at the indices: the gradient of gather_nd.")
OP(pick, "choose_element_0index", "data index", 2, 1, PARAMS(OPT_INT_IS("axis", -1), FLAG("keepdims", 0), CHOICE("mode", "clip wrap", 0)),
   pick_infer, pick_run, pick_gradient, KEEP_INPUT(1), ALL, "One element along the axis for each index.")
OP(_pick_scatter, "", "data index", 2, 1, PARAMS(INT("axis", -1), CHOICE("mode", "clip wrap", 0), SHAPE("shape", 0)),
   pick_scatter_infer, pick_scatter_run, pick_scatter_gradient, KEEP_INPUT(1), ALL,
   "Zeros of the shape with one element along the axis set for each index: the gradient of pick.")
OP(one_hot, "", "indices", 1, 1, PARAMS(NEEDED_INT("depth"), REAL("on_value", 1), REAL("off_value", 0), TYPE_IS("dtype", ND_FLOAT32)),
   one_hot_infer, one_hot_run, zero_gradient, 0, ALL, "A row of `depth` values for each index, on_value at the index; beyond the ends none.")

OP(_zeros, "", "", 0, 1, PARAMS(NEEDED_SHAPE("shape"), TYPE_IS("dtype", ND_FLOAT32)), shape_infer, zeros_run, zero_gradient, 0, ALL, "Zeros.")
OP(_ones, "", "", 0, 1, PARAMS(NEEDED_SHAPE("shape"), TYPE_IS("dtype", ND_FLOAT32)), shape_infer, ones_run, zero_gradient, 0, ALL, "Ones.")
OP(_full, "", "", 0, 1, PARAMS(NEEDED_SHAPE("shape"), TYPE_IS("dtype", ND_FLOAT32), NEEDED_REAL("value")), shape_infer, full_run, zero_gradient,
   0, ALL, "One value everywhere.")
OP(_eye, "", "", 0, 1, PARAMS(NEEDED_INT("N"), INT("M", 0), INT("k", 0), TYPE_IS("dtype", ND_FLOAT32)), eye_infer, eye_run, zero_gradient,
   0, ALL, "N x M (0: N x N) with ones on the k-th diagonal and zeros elsewhere.")
OP(_arange, "", "", 0, 1, PARAMS(NEEDED_REAL("start"), OPT_REAL("stop"), REAL("step", 1), INT("repeat", 1), TYPE_IS("dtype", ND_FLOAT32)),
   arange_infer, arange_run, zero_gradient, 0, ALL, "start, start + step, ... before stop, each `repeat` times.")
OP(_random_uniform, "random_uniform uniform", "", 0, 1, PARAMS(REAL("low", 0), REAL("high", 1), SHAPE("shape", ND_NONE), TYPE("dtype")),
   random_infer, uniform_run, zero_gradient, 0, ALL, "Uniform on [low, high): MXNet 1.9.1's numbers, bit for bit.")
OP(_random_normal, "random_normal normal", "", 0, 1, PARAMS(REAL("loc", 0), REAL("scale", 1), SHAPE("shape", ND_NONE), TYPE("dtype")),
   random_infer, normal_run, zero_gradient, 0, ALL, "Normal with mean loc and deviation scale: MXNet 1.9.1's numbers, bit for bit.")
OP(_random_exponential, "random_exponential exponential", "", 0, 1, PARAMS(REAL("lam", 1), SHAPE("shape", ND_NONE), TYPE("dtype")),
   random_infer, exponential_run, zero_gradient, 0, ALL, "Exponential with rate lam: MXNet 1.9.1's numbers, bit for bit.")
OP(_random_randint, "random_randint randint", "", 0, 1, PARAMS(NEEDED_INT("low"), NEEDED_INT("high"), SHAPE("shape", ND_NONE), TYPE("dtype")),
   randint_infer, randint_run, zero_gradient, 0, ALL, "Integers on [low, high): MXNet 1.9.1's numbers, bit for bit.")

/* clang-format on */

#undef UNARY
#undef BINARY
#undef ELEMWISE
#undef TERNARY
#undef SCALED
#undef REDUCE
#undef OP
