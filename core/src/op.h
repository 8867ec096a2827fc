/* What an operator is inside the core: its row of the table, and one call of it on its way. */
#ifndef ND_OP_H
#define ND_OP_H

#include "kernels.h"
#include "ndgrad.h"
#include "tape.h"

/* One call: what it was given, then what `infer` found, then what `run` fills. */
typedef struct nd_invocation {
    const nd_op *op;
    nd_array *const *in;
    int inputs;
    const nd_word *words;
    nd_context context;
    nd_array *const *given; /* the outputs that the caller brought, NULL where it brought none */
    int outputs;
    nd_spec spec[ND_MAX_OUTPUTS];
    nd_array *out[ND_MAX_OUTPUTS];
} nd_invocation;

/* A gradient being taken: g[i] is that of output i (never NULL), in[i] and out[i] are what the operator kept, and
 * into[i], for each input whose bit is in `wanted`, receives a new reference or stays NULL for zero. */
typedef struct nd_backprop {
    const nd_op *op;
    nd_node *node;
    const nd_word *words;
    bool create_graph;
    nd_array *g[ND_MAX_OUTPUTS];
    nd_array *in[ND_KEPT_INPUTS];
    nd_array *out[ND_KEPT_OUTPUTS];
    nd_array **into;
    const bool *wanted; /* for each input: does a gradient have to go there? */
} nd_backprop;

static inline bool nd_wanted(const nd_backprop *backprop, int input) {
    return backprop->wanted[input];
}

typedef int nd_infer_function(nd_invocation *call); /* sets outputs and spec, or fails */
typedef int nd_run_function(nd_invocation *call);   /* fills out */
typedef int nd_gradient_function(nd_backprop *backprop);
typedef int nd_compose_function(nd_invocation *call); /* sets outputs, and out to new references */
typedef int nd_outputs_function(const nd_op *op, const nd_word *words);

typedef enum nd_family {
    ND_UNARY,
    ND_BINARY,
    ND_ELEMWISE,
    ND_SCALAR,
    ND_TERNARY,
    ND_SCALED,
    ND_REDUCE,
    ND_OTHER
} nd_family;

/* Sets of dtypes that an operator computes in; others are cast to the next wider one of these and back. */
typedef uint16_t nd_dtypes;
#define ND_DTYPE_BIT(dtype) (1u << (dtype))
#define FLOATS (ND_DTYPE_BIT(ND_FLOAT32) | ND_DTYPE_BIT(ND_FLOAT64))
#define DOUBLES ND_DTYPE_BIT(ND_FLOAT64)
#define NUMBERS \
    (FLOATS | ND_DTYPE_BIT(ND_UINT8) | ND_DTYPE_BIT(ND_INT32) | ND_DTYPE_BIT(ND_INT8) | ND_DTYPE_BIT(ND_INT64))
#define ALL 0xffff

struct nd_op {
    const char *name;
    const char *aliases;
    const char *inputs; /* their names, separated by blanks; a ? before those that may be left out */
    const char *doc;
    uint8_t family;
    uint8_t input_count; /* at most; or ND_VARIADIC */
    bool reversed;       /* a scalar operator whose number is the left operand */
    bool direct;         /* its run may write straight into given outputs: see call.c */
    uint16_t kernel;     /* nd_map_id, nd_reduce_id or nd_update_id */
    nd_dtypes dtypes;
    nd_keeps keeps;               /* rows with an expression find theirs in it */
    const nd_param *params;       /* ended by one without a name */
    nd_outputs_function *outputs; /* NULL: one */
    nd_compose_function *compose; /* NULL: the three that follow; with one, a gradient is the zero_gradient */
    nd_infer_function *infer;
    nd_run_function *run;
    nd_gradient_function *gradient;
    double domain[2][2];        /* low and high of the first and the second input */
    const char *expressions[3]; /* the row's own text: of the value, and of the gradients by the inputs */
};

/* The identifiers of rows, for the core's own use: nd_op_at(ND_OP_exp) is the operator. */
typedef enum nd_op_id {
#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) ND_OP_##name,
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    ND_OP_##name, ND_OP_##name##_scalar, ND_IF_##order(ND_OP_##name##_reversed, )
#define ELEMWISE(kind, name, text, aliases) ND_OP_elemwise_##name,
#define TERNARY(kind, name, aliases, forward, doc) ND_OP_##name,
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) ND_OP_##name,
#define REDUCE(kind, name, aliases, start, load, combine, finish, gradient, low, high, doc) ND_OP_##name,
#define OP(name, aliases, inputs, count, outputs, parameters, infer, run, gradient, keeps, dtypes, doc) ND_OP_##name,
#define COMPOSED(name, aliases, inputs, count, outputs, parameters, compose, doc) ND_OP_##name,
#define UPDATE(name, rule, inputs, count, parameters, doc) ND_OP_##name,
#define MULTI_UPDATE(name, rule, group, tail, number, parameters, doc) ND_OP_##name,
#include "ops.inl"
    ND_OPS
} nd_op_id;

extern const nd_op nd_ops[ND_OPS];

const nd_op *nd_op_broadcasting(const nd_op *strict); /* the form of a strict elementwise operator that broadcasts */

typedef enum nd_update_id {
#define UPDATE(name, rule, inputs, count, parameters, doc) ND_UPDATE_##name,
#define MULTI_UPDATE(name, rule, group, tail, number, parameters, doc) ND_UPDATE_##name,
#include "ops.inl"
    ND_UPDATES
} nd_update_id;

/* Puts the name of the operator that was called before a message of one that it called. */
void nd_error_within(const char *who);

/* Fails, naming `who`, unless all arrays live in one context. */
int nd_check_contexts(const char *who, nd_array *const *arrays, int count);

/* ------------------------------------------------------------------- reading a call's parameters, by position */

int64_t nd_int(const nd_op *op, const nd_word *words, int parameter);
double nd_float(const nd_op *op, const nd_word *words, int parameter);
/* The count of a shape or axes parameter (ND_NONE for None), and its values. */
int64_t nd_list(const nd_op *op, const nd_word *words, int parameter, const nd_word **values);

/* A call of another operator with its parameters set one by one, as gradients make them. */
typedef struct nd_words {
    nd_word at[ND_MAX_WORDS];
} nd_words;
nd_words nd_words_new(nd_op_id op);
nd_words nd_words_copy(const nd_op *op, const nd_word *words); /* those of a call of `op` */
void nd_words_int(nd_words *words, nd_op_id op, int parameter, int64_t value);
void nd_words_list(nd_words *words, nd_op_id op, int parameter, const int64_t *values, int count);
nd_array *nd_apply1(nd_op_id op, nd_array *input, const nd_words *words); /* NULL words: the defaults */
nd_array *nd_apply2(nd_op_id op, nd_array *a, nd_array *b, const nd_words *words);
nd_array *nd_apply_scalar(nd_op_id op, nd_array *input, double scalar);

#endif
