/* Included by elementwise.c for float32 and float64: every elementwise row on vectors. */
#include "vocabulary_float.h"

#define TYPED(name) WITH_SUFFIX(nd_map_##name)

/* Every operand is named, used or not: an unused load is no code. */
#define X V x = OPERAND(0);
#define AB V a = OPERAND(0), b = OPERAND(1);
#define ABC V a = OPERAND(0), b = OPERAND(1), c = OPERAND(2);
#define XPQ                                           \
    V x = OPERAND(0), p = OPERAND(1), q = OPERAND(2); \
    (void)p, (void)q;
#define GXY                                           \
    V g = OPERAND(0), x = OPERAND(1), y = OPERAND(2); \
    (void)g, (void)x, (void)y;
#define GABY                                                          \
    V g = OPERAND(0), a = OPERAND(1), b = OPERAND(2), y = OPERAND(3); \
    (void)g, (void)a, (void)b, (void)y;
#define GXYPQ                                                                         \
    V g = OPERAND(0), x = OPERAND(1), y = OPERAND(2), p = OPERAND(3), q = OPERAND(4); \
    (void)g, (void)x, (void)y, (void)p, (void)q;

#define FIRST_2 AB
#define FIRST_3 ABC
#define FIRST_5 ABC V d = OPERAND(3), e = OPERAND(4);
#define FIRST_6 FIRST_5 V f = OPERAND(5);
#define FIRST_7 FIRST_6 V h = OPERAND(6);

#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) \
    KERNEL(name, 1, X, forward)                                       \
    KERNEL(name##_grad, 3, GXY, gradient)
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    KERNEL(name, 2, AB, forward)                                                                           \
    KERNEL(name##_grad_a, 4, GABY, ga)                                                                     \
    KERNEL(name##_grad_b, 4, GABY, gb)
#define TERNARY(kind, name, aliases, forward, doc) KERNEL(name, 3, ABC, forward)
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) \
    KERNEL(name, 3, XPQ, forward)                                                  \
    KERNEL(name##_grad, 5, GXYPQ, gradient)
#define FUSED(name, count, forward) KERNEL(name, count, FIRST_##count, forward)
#include "ops.inl"

#include "vocabulary_end.h"
