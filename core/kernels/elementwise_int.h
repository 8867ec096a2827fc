/* Included by elementwise.c for each integer type: the rows of kind ANY. One vector's worth of elements is computed by
 * a plain loop, which the compiler turns into vector code.
 */
#include "vocabulary_int.h"

#define TYPED(name) WITH_SUFFIX(nd_map_##name)
#define LANES (ND_VECTOR_BYTES / (int64_t)sizeof(T))
#define PACK WITH_SUFFIX(nd_pack)

/* One vector's worth of elements as a value of its own, so that the compiler need not fear that storing one changes
 * another. */
typedef struct PACK {
    T at[ND_VECTOR_BYTES / sizeof(T)];
} PACK;

ND_INLINE PACK WITH_SUFFIX(nd_load_pack)(const T *address) {
    PACK pack;
    memcpy(&pack, address, sizeof pack);
    return pack;
}

#define LOAD WITH_SUFFIX(nd_load_pack)
/* The operands' names stand for elements l, so the store is the loop. */
#define STORE(address, expression)               \
    do {                                         \
        PACK result;                             \
        for (int64_t l = 0; l < LANES; l++)      \
            result.at[l] = (T)(expression);      \
        memcpy(address, &result, sizeof result); \
    } while (0)

#define x x_.at[l]
#define a a_.at[l]
#define b b_.at[l]
#define c c_.at[l]
#define p p_.at[l]
#define q q_.at[l]
#define X PACK x_ = OPERAND(0);
#define AB PACK a_ = OPERAND(0), b_ = OPERAND(1);
#define ABC PACK a_ = OPERAND(0), b_ = OPERAND(1), c_ = OPERAND(2);
#define XPQ PACK x_ = OPERAND(0), p_ = OPERAND(1), q_ = OPERAND(2);

#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) ND_IF_##kind(KERNEL(name, 1, X, forward))
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    ND_IF_##kind(KERNEL(name, 2, AB, forward))
#define TERNARY(kind, name, aliases, forward, doc) ND_IF_##kind(KERNEL(name, 3, ABC, forward))
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) \
    ND_IF_##kind(KERNEL(name, 3, XPQ, forward))
#include "ops.inl"

#undef x
#undef a
#undef b
#undef c
#undef p
#undef q
#include "vocabulary_end.h"
