/* Included by elementwise.c for each integer type: the rows of kind ANY. One vector's worth of elements is computed by a plain
 * loop, which the compiler turns into vector code.
 */
#include "vocabulary_int.h"

#define TYPED(name) WITH_SUFFIX(nd_map_##name)
#define LANES (ND_VECTOR_BYTES / (int64_t)sizeof(T))
#define LOAD(address) (address)
/* The names in the expression are pointers here; [l] is what makes them elements, so the store is the inner loop. */
#define STORE(address, expression)            \
    for (int64_t l = 0; l < LANES; l++)       \
        (address)[l] = (T)(expression)

#define x x_[l]
#define a a_[l]
#define b b_[l]
#define c c_[l]
#define p p_[l]
#define q q_[l]
#define X const T *x_ = OPERAND(0);
#define AB const T *a_ = OPERAND(0), *b_ = OPERAND(1);
#define ABC const T *a_ = OPERAND(0), *b_ = OPERAND(1), *c_ = OPERAND(2);
#define XPQ const T *x_ = OPERAND(0), *p_ = OPERAND(1), *q_ = OPERAND(2);

#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) ND_IF_##kind(KERNEL(name, 1, X, forward))
#define BINARY(kind, order, name, scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    ND_IF_##kind(KERNEL(name, 2, AB, forward))
#define TERNARY(kind, name, aliases, forward, doc) ND_IF_##kind(KERNEL(name, 3, ABC, forward))
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) ND_IF_##kind(KERNEL(name, 3, XPQ, forward))
#include "ops.inl"

#undef x
#undef a
#undef b
#undef c
#undef p
#undef q
#include "vocabulary_end.h"
