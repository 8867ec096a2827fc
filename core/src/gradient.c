/* Gradients of elementwise and reduction rows, in the two forms that are computed:
 *
 *   recorded   the table's expression as calls of other operators, which the tape records in their turn, so that every
 *              order of derivative exists
 *   fused      one pass of a kernel that the same expression made (kernels/elementwise.c)
 */
#include "gradient.h"

#include <math.h>

#include "array.h"
#include "compose.h"
#include "map.h"
#include "operators.h"
#include "shape.h"
#include "uses.h"

/* --------------------------------------------------------------------- values: arrays, or numbers not yet arrays */

typedef struct value {
    nd_scope *owner; /* NULL for a number */
    nd_array *array; /* NULL for a number */
    double number;
} value;

static value given(nd_scope *owner, nd_array *array) {
    return (value){owner, array, 0};
}

static value K(double number) {
    return (value){NULL, NULL, number};
}

static value made(nd_scope *owner, nd_array *array) {
    return given(owner, nd_scope_own(owner, array));
}

static value word1(nd_op_id op, value u) {
    return u.owner->failed ? u : made(u.owner, nd_apply1(op, u.array, NULL));
}

static value word2(nd_op_id op, nd_op_id scalar, nd_op_id left, value u, value v) {
    nd_scope *owner = u.owner ? u.owner : v.owner;
    if (owner->failed)
        return given(owner, NULL);
    if (!u.array)
        return made(owner, nd_apply_scalar(left, v.array, u.number));
    if (!v.array)
        return made(owner, nd_apply_scalar(scalar, u.array, v.number));
    return made(owner, nd_apply2(op, u.array, v.array, NULL));
}

/* A number beside an array becomes an array of one element of the same number of axes. */
static value full(value like, double number) {
    nd_scope *owner = like.owner;
    nd_spec spec = nd_array_spec(like.array);
    for (int i = 0; i < spec.ndim; i++)
        spec.shape[i] = 1;
    value result = made(owner, nd_array_new(&spec, like.array->context));
    if (result.array)
        nd_array_fill(result.array, number);
    return result;
}

static value SELECT(value condition, value yes, value no) {
    nd_scope *owner = condition.owner;
    if (!owner->failed && !yes.array)
        yes = full(condition, yes.number);
    if (!owner->failed && !no.array)
        no = full(condition, no.number);
    if (owner->failed)
        return given(owner, NULL);
    nd_array *in[] = {condition.array, yes.array, no.array};
    return made(owner, nd_apply(&nd_ops[ND_OP_where], in, 3, NULL));
}

#define WORD1(word, op, folded)                                             \
    static inline double word##_folded(double u) {                          \
        return folded;                                                      \
    }                                                                       \
    static inline value word(value u) {                                     \
        return u.owner ? word1(ND_OP_##op, u) : K(word##_folded(u.number)); \
    }
#define WORD2(word, op, folded, left)                                      \
    static inline double word##_folded(double u, double v) {               \
        return folded;                                                     \
    }                                                                      \
    static inline value word(value u, value v) {                           \
        if (!u.owner && !v.owner)                                          \
            return K(word##_folded(u.number, v.number));                   \
        return word2(ND_OP_##op, ND_OP_##op##_scalar, ND_OP_##left, u, v); \
    }
#define WORDN(word, op)                                                                                  \
    static inline value word(value number, value u) {                                                    \
        return u.owner->failed ? u : made(u.owner, nd_apply_scalar(ND_OP_##op, u.array, number.number)); \
    }
#include "vocabulary.inl"

/* ------------------------------------------------------------------------------------- the recorded form */

/* The operands that an elementwise expression may name, before it is known which it names. */
typedef struct operands {
    value g, in[2], y, p, q;
} operands;

#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) \
    static value gradient_of_##name(const operands *o, int of) {      \
        value g = o->g, x = o->in[0], y = o->y;                       \
        return (void)g, (void)x, (void)y, (void)of, gradient;         \
    }
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    static value gradient_of_##name(const operands *o, int of) {                                           \
        value g = o->g, a = o->in[0], b = o->in[1], y = o->y;                                              \
        return (void)g, (void)a, (void)b, (void)y, of == 0 ? (ga) : (gb);                                  \
    }
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) \
    static value gradient_of_##name(const operands *o, int of) {                   \
        value g = o->g, x = o->in[0], y = o->y, p = o->p, q = o->q;                \
        return (void)g, (void)x, (void)y, (void)p, (void)q, (void)of, gradient;    \
    }
#include "ops.inl"

static value (*const expressions[ND_MAPS])(const operands *, int) = {
#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) [ND_MAP_##name] = gradient_of_##name,
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    [ND_MAP_##name] = gradient_of_##name,
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) [ND_MAP_##name] = gradient_of_##name,
#include "ops.inl"
};

/* In a row of two inputs, a scalar operator's array is the one that is not the number. */
static int place_of(const nd_op *op, int input) {
    return op->reversed ? 1 : input;
}

static nd_array *recorded(nd_backprop *b, int input) {
    nd_scope owner = {.count = 0};
    const nd_op *op = b->op;
    operands o = {.g = given(&owner, b->g[0]), .y = given(&owner, b->out[0])};
    for (int i = 0; i < op->input_count; i++)
        o.in[place_of(op, i)] = given(&owner, b->in[i]);
    if (op->family == ND_SCALAR)
        o.in[!op->reversed] = K(b->words[0].f);
    if (op->family == ND_SCALED)
        o.p = K(b->words[0].f), o.q = K(nd_op_words(op) > 1 ? b->words[1].f : 0);
    return nd_scope_result(&owner, expressions[op->kernel](&o, place_of(op, input)).array);
}

/* ---------------------------------------------------------------------------------------- the fused form */

/* The kernel's operands are g, the row's inputs, y, the parameters; one that the expression does not use is not kept,
 * and g stands in its place. */
static void add_operand(nd_operands *operands, const nd_backprop *b, const nd_array *array) {
    nd_add_array(operands, array ? array : b->g[0]);
}

/* The head's gradient is done with after the last input, and then holds the result if it is nobody else's. */
static nd_array *place_for(const nd_backprop *b, int input) {
    nd_spec spec = nd_array_spec(b->g[0]);
    bool last = input + 1 == b->op->input_count || !nd_wanted(b, input + 1);
    return last ? nd_room_of(b->g[0]) : nd_array_new(&spec, b->g[0]->context);
}

static nd_array *fused_in(nd_backprop *b, int input, nd_dtype dtype) {
    const nd_op *op = b->op;
    nd_operands operands;
    operands.count = 0;
    add_operand(&operands, b, b->g[0]);
    if (op->family == ND_SCALAR && op->reversed)
        nd_add_number(&operands, b->words[0].f, dtype);
    for (int i = 0; i < op->input_count; i++)
        add_operand(&operands, b, b->in[i]);
    if (op->family == ND_SCALAR && !op->reversed)
        nd_add_number(&operands, b->words[0].f, dtype);
    add_operand(&operands, b, b->out[0]);
    if (op->family == ND_SCALED)
        nd_add_parameters(&operands, op, b->words, dtype);
    nd_array *out = place_for(b, input);
    if (out && nd_map_over(op, op->kernel, 1 + place_of(op, input), &operands, out) < 0)
        return nd_array_release(out), NULL;
    return out;
}

static nd_array *cast_to(nd_array *array, nd_dtype dtype) {
    nd_words words = nd_words_new(ND_OP_Cast);
    nd_words_int(&words, ND_OP_Cast, 0, dtype);
    return nd_apply1(ND_OP_Cast, array, &words);
}

/* float16 and integers: the operands are cast up, the gradient down. */
static nd_array *fused_wider(nd_backprop *b, int input, nd_dtype dtype) {
    nd_array *from[] = {b->g[0], b->in[0], b->in[1], b->out[0]}, *wide[4] = {0};
    nd_array *result = NULL, *narrow = NULL;
    bool ok = true;
    for (int i = 0; i < 4 && ok; i++)
        if (from[i])
            ok = (wide[i] = cast_to(from[i], dtype)) != NULL;
    nd_backprop w = *b;
    w.g[0] = wide[0], w.in[0] = wide[1], w.in[1] = wide[2], w.out[0] = wide[3];
    if (ok)
        result = fused_in(&w, input, dtype);
    if (result)
        narrow = cast_to(result, b->g[0]->dtype);
    nd_array_release(result);
    for (int i = 0; i < 4; i++)
        nd_array_release(wide[i]);
    return narrow;
}

static nd_array *fused(nd_backprop *b, int input) {
    switch (b->g[0]->dtype) {
    case ND_FLOAT32:
    case ND_FLOAT64: return fused_in(b, input, b->g[0]->dtype);
    case ND_FLOAT16: return fused_wider(b, input, ND_FLOAT32);
    default: return fused_wider(b, input, ND_FLOAT64);
    }
}

/* ----------------------------------------------------------------------------------------- elementwise */

int map_gradient(nd_backprop *b) {
    for (int i = 0; i < b->op->input_count; i++) {
        nd_keeps uses = nd_uses(b->op, i);
        if (!nd_wanted(b, i) || uses == 0)
            continue;
        nd_array *full = uses == USES_G ? nd_array_retain(b->g[0]) : b->create_graph ? recorded(b, i) : fused(b, i);
        if (!full)
            return -1;
        nd_spec spec = nd_input_spec(b->node, i);
        b->into[i] = nd_sum_to(full, &spec);
        nd_array_release(full);
        if (!b->into[i])
            return -1;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------ reductions */

nd_array *nd_reduce_expression(nd_reduce_id id, nd_array *g_array, nd_array *x_array, nd_array *y_array,
                               double folded) {
    nd_scope owner = {.count = 0};
    value g = given(&owner, g_array), x = given(&owner, x_array), y = given(&owner, y_array), N = K(folded);
    (void)g, (void)x, (void)y, (void)N;
    switch (id) {
#define REDUCE(kind, name, aliases, start, load, combine, finish_, gradient, low, high, doc) \
    case ND_REDUCE_##name: return nd_scope_result(&owner, (gradient).array);
#include "ops.inl"
    default: return NULL;
    }
}
