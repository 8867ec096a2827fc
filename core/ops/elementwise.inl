/* Elementwise operators. */
/* clang-format off */

/* ------------------------------------------------------------------------------- elementwise, one input */

UNARY(ANY, abs, "", ABS(x), MUL(g, SIGN(x)), 0.3, 2, "Absolute value.")
UNARY(ANY, sign, "", SIGN(x), K(0), 0.3, 2, "-1, 0 or 1 by the sign of x.")
UNARY(ANY, negative, "_np_negative", NEG(x), NEG(g), -2, 2, "-x.")
UNARY(ANY, square, "", MUL(x, x), MUL(g, MUL(K(2), x)), -2, 2, "x times x.")
/* LLVM takes MAX(x, K(0)) for the pmax of wasm128, which keeps -0. */
UNARY(ANY, relu, "", ABS(MAX(x, K(0))), SELECT(GT(y, K(0)), g, SELECT(EQ(y, y), K(0), y)), 0.3, 2,
      "max(x, 0); the derivative at 0 is 0, at nan nan.")
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
UNARY(FLOAT, erfinv, "", ERFINV(x), MUL(g, MUL(K(0.88622692545275801365), EXP(MUL(y, y)))), -0.9, 0.9, "The inverse of erf, on -1 ... 1.")
UNARY(FLOAT, gamma, "", GAMMA(x), MUL(g, MUL(y, POLYGAMMA(K(0), x))), 0.5, 3, "The gamma function: (x - 1)! of whole numbers.")
UNARY(FLOAT, gammaln, "", GAMMALN(x), MUL(g, POLYGAMMA(K(0), x)), 2, 4, "The logarithm of the size of gamma(x).")

/* ------------------------------------------------------------------------------ elementwise, two inputs */

BINARY(ANY, SYMMETRIC, add, plus, Plus, "broadcast_plus", ADD(a, b), g, g, -2, 2, -2, 2, "a + b.")
BINARY(ANY, ORDERED, sub, minus, Minus, "broadcast_minus", SUB(a, b), g, NEG(g), -2, 2, -2, 2, "a - b.")
BINARY(ANY, SYMMETRIC, mul, mul, Mul, "", MUL(a, b), MUL(g, b), MUL(g, a), -2, 2, -2, 2, "a times b.")
BINARY(ANY, ORDERED, div, div, Div, "", DIV(a, b), DIV(g, b), NEG(DIV(MUL(g, y), b)), -2, 2, 0.5, 2,
   "a / b. Integers truncate toward zero, and dividing them by zero is an error." ERRORS("ArgumentError for an integer divided by zero"))
BINARY(ANY, ORDERED, mod, mod, Mod, "", MOD(a, b), g, NEG(MUL(g, FLOOR(DIV(a, b)))), 0.1, 0.4, 0.5, 2,
   "The rest of a / b, with the sign of b as in Python." ERRORS("ArgumentError for an integer divided by zero"))
BINARY(FLOAT, ORDERED, power, power, Power, "", POW(a, b), MUL(g, MUL(b, POW(a, SUB(b, K(1))))), MUL(g, MUL(y, LOG(a))),
       0.5, 2, -2, 2, "a to the power b.")
BINARY(ANY, SYMMETRIC, maximum, maximum, Maximum, "", MAX(a, b), SELECT(GE(a, b), g, K(0)), SELECT(LT(a, b), g, K(0)),
       0, 1, 2, 3, "The larger of a and b; the gradient of a tie goes to a.")
BINARY(ANY, SYMMETRIC, minimum, minimum, Minimum, "", MIN(a, b), SELECT(LE(a, b), g, K(0)), SELECT(GT(a, b), g, K(0)),
       0, 1, 2, 3, "The smaller of a and b; the gradient of a tie goes to a.")
BINARY(FLOAT, SYMMETRIC, hypot, hypot, Hypot, "", HYPOT(a, b), MUL(g, DIV(a, y)), MUL(g, DIV(b, y)), 0.5, 2, 0.5, 2,
       "sqrt(a*a + b*b) without overflow on the way.")
BINARY(ANY, SYMMETRIC, equal, equal, Equal, "", TRUTH(EQ(a, b)), K(0), K(0), 0, 1, 2, 3, "1 where a == b, else 0.")
BINARY(ANY, SYMMETRIC, not_equal, not_equal, NotEqual, "", TRUTH(NE(a, b)), K(0), K(0), 0, 1, 2, 3, "1 where a != b, else 0.")
BINARY(ANY, SYMMETRIC, greater, greater, Greater, "", TRUTH(GT(a, b)), K(0), K(0), 0, 1, 2, 3, "1 where a > b, else 0.")
BINARY(ANY, SYMMETRIC, greater_equal, greater_equal, GreaterEqual, "", TRUTH(GE(a, b)), K(0), K(0), 0, 1, 2, 3, "1 where a >= b, else 0.")
BINARY(ANY, SYMMETRIC, lesser, lesser, Lesser, "", TRUTH(LT(a, b)), K(0), K(0), 0, 1, 2, 3, "1 where a < b, else 0.")
BINARY(ANY, SYMMETRIC, lesser_equal, lesser_equal, LesserEqual, "", TRUTH(LE(a, b)), K(0), K(0), 0, 1, 2, 3, "1 where a <= b, else 0.")
BINARY(ANY, SYMMETRIC, logical_and, logical_and, LogicalAnd, "", TRUTH(AND(NE(a, K(0)), NE(b, K(0)))), K(0), K(0), 0, 1, 2, 3,
       "1 where a and b are not zero, else 0.")
BINARY(ANY, SYMMETRIC, logical_or, logical_or, LogicalOr, "", TRUTH(OR(NE(a, K(0)), NE(b, K(0)))), K(0), K(0), 0, 1, 2, 3,
       "1 where a or b is not zero, else 0.")
BINARY(ANY, SYMMETRIC, logical_xor, logical_xor, LogicalXor, "", TRUTH(XOR(NE(a, K(0)), NE(b, K(0)))), K(0), K(0), 0, 1, 2, 3,
       "1 where one of a and b is zero and the other is not, else 0.")

ELEMWISE(ANY, add, "elemwise_add", "_plus _add _Plus _grad_add")
ELEMWISE(ANY, sub, "elemwise_sub", "_minus _sub _Minus")
ELEMWISE(ANY, mul, "elemwise_mul", "_mul _Mul")
ELEMWISE(ANY, div, "elemwise_div", "_div _Div _scatter_elemwise_div")
ELEMWISE(ANY, mod, "_mod", "_Mod")
ELEMWISE(FLOAT, power, "_power", "_Power")
ELEMWISE(FLOAT, hypot, "_hypot", "_Hypot")
ELEMWISE(ANY, maximum, "_maximum", "_Maximum")
ELEMWISE(ANY, minimum, "_minimum", "_Minimum")
ELEMWISE(ANY, equal, "_equal", "_Equal")
ELEMWISE(ANY, not_equal, "_not_equal", "_Not_Equal")
ELEMWISE(ANY, greater, "_greater", "_Greater")
ELEMWISE(ANY, greater_equal, "_greater_equal", "_Greater_Equal")
ELEMWISE(ANY, lesser, "_lesser", "_Lesser")
ELEMWISE(ANY, lesser_equal, "_lesser_equal", "_Lesser_Equal")
ELEMWISE(ANY, logical_and, "_logical_and", "_Logical_And")
ELEMWISE(ANY, logical_or, "_logical_or", "_Logical_Or")
ELEMWISE(ANY, logical_xor, "_logical_xor", "_Logical_Xor")

/* ----------------------------------------------------------------- elementwise, three inputs, and scaled */

TERNARY(ANY, where, "", SELECT(NE(a, K(0)), b, c),
   "x where the condition is not zero, else y. A condition of one dimension chooses rows."
   DTYPES("all, but one for x and y (else DTypeError); the condition has its own"))

SCALED(ANY, clip, "", PARAMS(NEEDED_REAL("a_min"), NEEDED_REAL("a_max")), MIN(MAX(x, p), q),
       SELECT(LT(x, p), K(0), SELECT(GT(x, q), K(0), g)), -0.9, 0.9,
   "x limited to a_min ... a_max; the gradient passes at the limits." SAYS("a_min", "the least value") SAYS("a_max", "the greatest value"))
SCALED(FLOAT, hard_sigmoid, "", PARAMS(REAL("alpha", 0.2), REAL("beta", 0.5)),
       MIN(MAX(ADD(MUL(x, p), q), K(0)), K(1)), SELECT(AND(GT(y, K(0)), LT(y, K(1))), MUL(g, p), K(0)), -0.9, 0.9,
   "alpha*x + beta limited to 0 ... 1." SAYS("alpha", "the slope") SAYS("beta", "the value at 0"))
SCALED(FLOAT, _polygamma, "", PARAMS(REAL("order", 0)), POLYGAMMA(p, x), MUL(g, POLYGAMMA(ADD(p, K(1)), x)), 1, 3,
       "The derivative of that order of digamma, which is the derivative of gammaln.")
SCALED(FLOAT, smooth_l1, "", PARAMS(REAL("scalar", 1)),
       SELECT(LT(ABS(x), DIV(K(1), MUL(p, p))), MUL(MUL(K(0.5), MUL(p, p)), MUL(x, x)),
              SUB(ABS(x), DIV(K(0.5), MUL(p, p)))),
       SELECT(GE(ABS(x), DIV(K(1), MUL(p, p))), MUL(g, SIGN(x)), MUL(g, MUL(MUL(p, p), x))), 0.2, 0.9,
   "The smooth L1 loss: (scalar x)**2 / 2 for |x| < 1/scalar**2, |x| - 1/(2 scalar**2) beyond (Girshick, Fast R-CNN, 2015)."
   SAYS("scalar", "where it changes, as above"))

/* clang-format on */
