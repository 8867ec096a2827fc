/* Expands the table's gradient expressions over bit sets: a word's value is the union of what its operands use. */
#include "uses.h"

typedef nd_keeps bits;

#define WORD1(word, op, folded)       \
    static inline bits word(bits u) { \
        return u | COMPUTES;          \
    }
#define WORD2(word, op, folded, left)         \
    static inline bits word(bits u, bits v) { \
        return u | v | COMPUTES;              \
    }
#define WORDN(word, op)                            \
    static inline bits word(bits number, bits u) { \
        return number | u | COMPUTES;              \
    }
#include "vocabulary.inl"

static inline bits SELECT(bits condition, bits yes, bits no) {
    return condition | yes | no | COMPUTES;
}

#define K(number) 0u

/* Functions that a compiler folds to constants. */
#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) \
    static bits uses_##name(void) {                                   \
        const bits g = USES_G, x = KEEP_INPUT(0), y = KEEP_OUTPUT;    \
        return (void)g, (void)x, (void)y, gradient;                   \
    }
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    static bits uses_##name(int of) {                                                                      \
        const bits g = USES_G, a = KEEP_INPUT(0), b = KEEP_INPUT(1), y = KEEP_OUTPUT;                      \
        return (void)g, (void)a, (void)b, (void)y, of == 0 ? (ga) : (gb);                                  \
    }
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) \
    static bits uses_##name(void) {                                                \
        const bits g = USES_G, x = KEEP_INPUT(0), y = KEEP_OUTPUT, p = 0, q = 0;   \
        return (void)g, (void)x, (void)y, (void)p, (void)q, gradient;              \
    }
#include "ops.inl"

static bits uses_of_map(nd_map_id map, int input) {
    switch (map) {
#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) \
    case ND_MAP_##name: return uses_##name();
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    case ND_MAP_##name: return uses_##name(input);
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) \
    case ND_MAP_##name: return uses_##name();
#include "ops.inl"
    default: return 0;
    }
}

static bits uses_of_reduction(nd_reduce_id id) {
    const bits g = USES_G, x = KEEP_INPUT(0), y = KEEP_OUTPUT, N = 0;
    (void)g, (void)x, (void)y, (void)N;
    switch (id) {
#define REDUCE(kind, name, aliases, start, load, combine, finish, gradient, low, high, doc) \
    case ND_REDUCE_##name: return gradient;
#include "ops.inl"
    default: return 0;
    }
}

/* A scalar operator's number takes no gradient and needs no keeping; its array is the operator's only input. */
static bits uses_of_scalar(const nd_op *op) {
    bits uses = uses_of_map(op->kernel, op->reversed ? 1 : 0);
    bits array = uses & KEEP_INPUT(op->reversed ? 1 : 0);
    return (uses & ~(KEEP_INPUT(0) | KEEP_INPUT(1))) | (array ? KEEP_INPUT(0) : 0);
}

nd_keeps nd_uses(const nd_op *op, int input) {
    if (op->family == ND_REDUCE)
        return uses_of_reduction(op->kernel);
    return op->family == ND_SCALAR ? uses_of_scalar(op) : uses_of_map(op->kernel, input);
}

nd_keeps nd_keeps_of(const nd_op *op, uint32_t traced) {
    if (op->family == ND_OTHER || op->family == ND_TERNARY)
        return op->keeps;
    nd_keeps keeps = 0;
    for (int i = 0; i < op->input_count; i++)
        if (traced >> i & 1)
            keeps |= nd_uses(op, i);
    return keeps & ~(USES_G | COMPUTES);
}

bool nd_op_differentiable(const nd_op *op) {
    extern nd_gradient_function zero_gradient, map_gradient, reduce_gradient;
    if (op->gradient == map_gradient || op->gradient == reduce_gradient)
        return nd_uses(op, 0) != 0 || (op->input_count == 2 && nd_uses(op, 1) != 0);
    return op->gradient != zero_gradient;
}
