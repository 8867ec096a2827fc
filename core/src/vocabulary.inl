/* The words of the table's gradient expressions, each with the operator that it stands for.
 *
 *   WORD1(word, operator, what a number u gives)
 *   WORD2(word, operator, what two numbers u and v give, the operator for a number on the left)
 *   WORDN(word, operator)   the operator of an array and one number, which the word has first
 */
WORD1(NEG, negative, -u)
WORD1(ABS, abs, fabs(u))
WORD1(SIGN, sign, (u > 0) - (u < 0))
WORD1(FLOOR, floor, floor(u))
WORD1(SQRT, sqrt, sqrt(u))
WORD1(EXP, exp, exp(u))
WORD1(LOG, log, log(u))
WORD1(SIN, sin, sin(u))
WORD1(COS, cos, cos(u))
WORD1(SINH, sinh, sinh(u))
WORD1(COSH, cosh, cosh(u))
WORD1(SIGMOID, sigmoid, 1 / (1 + exp(-u)))
WORD1(ERF, erf, erf(u))

WORD2(ADD, add, u + v, add_scalar)
WORD2(SUB, sub, u - v, sub_reversed)
WORD2(MUL, mul, u *v, mul_scalar)
WORD2(DIV, div, u / v, div_reversed)
WORD2(POW, power, pow(u, v), power_reversed)
WORD2(EQ, equal, u == v, equal_scalar)
WORD2(NE, not_equal, u != v, not_equal_scalar)
WORD2(GT, greater, u > v, lesser_scalar)
WORD2(GE, greater_equal, u >= v, lesser_equal_scalar)
WORD2(LT, lesser, u < v, greater_scalar)
WORD2(LE, lesser_equal, u <= v, greater_equal_scalar)
WORD2(AND, logical_and, u && v, logical_and_scalar)

WORDN(POLYGAMMA, _polygamma)

#undef WORD1
#undef WORD2
#undef WORDN
