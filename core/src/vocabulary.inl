/* The words of the table's gradient expressions, each with the operator that it stands for.
 *
 *   WORD1(word, operator)
 *   WORD2(word, operator, what two numbers u and v give, the operator for a number on the left)
 */
WORD1(NEG, negative)
WORD1(ABS, abs)
WORD1(SIGN, sign)
WORD1(FLOOR, floor)
WORD1(SQRT, sqrt)
WORD1(EXP, exp)
WORD1(LOG, log)
WORD1(SIN, sin)
WORD1(COS, cos)
WORD1(SINH, sinh)
WORD1(COSH, cosh)
WORD1(SIGMOID, sigmoid)

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

#undef WORD1
#undef WORD2
