/* The table of operators, and everything that can be asked of it. */
#include "op.h"

#include <math.h>
#include <string.h>

#include "operators.h"

#define PARAMS(...)      \
    (const nd_param[]) { \
        __VA_ARGS__, {0} \
    }
#define NO_PARAMS \
    (const nd_param[]) {{0}}
#define PARAMETER(name, kind, required, initial, choices) {name, kind, required, initial, choices}
#define INT(name, value) PARAMETER(name, ND_INT, false, {.i = value}, NULL)
#define NEEDED_INT(name) PARAMETER(name, ND_INT, true, {.i = 0}, NULL)
#define OPT_INT(name) PARAMETER(name, ND_OPT_INT, false, {.i = ND_NONE}, NULL)
#define OPT_INT_IS(name, value) PARAMETER(name, ND_OPT_INT, false, {.i = value}, NULL)
#define REAL(name, value) PARAMETER(name, ND_FLOAT, false, {.f = value}, NULL)
#define NEEDED_REAL(name) PARAMETER(name, ND_FLOAT, true, {.f = 0}, NULL)
#define OPT_REAL(name) PARAMETER(name, ND_OPT_FLOAT, false, {.f = NAN}, NULL)
#define FLAG(name, value) PARAMETER(name, ND_FLAG, false, {.i = value}, NULL)
#define CHOICE(name, choices, value) PARAMETER(name, ND_CHOICE, false, {.i = value}, choices)
#define NEEDED_CHOICE(name, choices) PARAMETER(name, ND_CHOICE, true, {.i = 0}, choices)
#define OPT_CHOICE(name, choices) PARAMETER(name, ND_CHOICE, false, {.i = ND_NONE}, choices)
#define TYPE(name) PARAMETER(name, ND_TYPE, false, {.i = ND_NONE}, NULL)
#define TYPE_IS(name, value) PARAMETER(name, ND_TYPE, false, {.i = value}, NULL)
#define NEEDED_TYPE(name) PARAMETER(name, ND_TYPE, true, {.i = ND_NONE}, NULL)
#define SHAPE(name, count) PARAMETER(name, ND_SHAPE, false, {.i = count}, NULL)
#define NEEDED_SHAPE(name) PARAMETER(name, ND_SHAPE, true, {.i = 0}, NULL)
#define AXES(name) PARAMETER(name, ND_AXES, false, {.i = ND_NONE}, NULL)
#define INTS(name) PARAMETER(name, ND_INTS, false, {.i = 0}, NULL)
#define NEEDED_INTS(name) PARAMETER(name, ND_INTS, true, {.i = 0}, NULL)
#define REALS(name) PARAMETER(name, ND_REALS, false, {.i = ND_NONE}, NULL)
#define NEEDED_REALS(name) PARAMETER(name, ND_REALS, true, {.i = 0}, NULL)
#define NEEDED_TEXT(name) PARAMETER(name, ND_TEXT, true, {.i = 0}, NULL)

/* What a row's documentation says after its first words: each is a line that begins with a name. */
#define SAYS(name, text) "\n" name ": " text
#define SHAPES(text) SAYS("Shapes", text ".")
#define DTYPES(text) SAYS("Dtypes", text ".")
#define ERRORS(text) SAYS("Errors", text "; ")
#define FLOATS_ONLY DTYPES("float16, float32, float64 (else DTypeError)")
#define FLOATS_ALIKE DTYPES("float16, float32, float64, but one for all (else DTypeError)")
#define ALIKE DTYPES("all, but one for all arrays (else DTypeError)")

/* Of optimizer updates. */
#define UPDATE_DOC                                                                                                     \
    SHAPES("weight, grad and the states (any, all the same) -> the new weight, which out=weight writes over the old; " \
           "the states change. rescale_grad, r1 and r2 have one element")                                              \
    FLOATS_ALIKE ERRORS(                                                                                               \
        "ShapeError if the shapes differ; GraphError if a state is part of the graph that is being recorded")

#define REDUCE_PARAMS PARAMS(AXES("axis"), FLAG("keepdims", 0), FLAG("exclude", 0))
#define DTYPES_ANY NUMBERS
#define DTYPES_FLOAT FLOATS

/* The names of inputs, by how many there are. */
#define ONE_INPUT .inputs = "data", .input_count = 1
#define TWO_INPUTS .inputs = "lhs rhs", .input_count = 2

#define BINARY_ENTRY(kind, id, text, others, row, alow, ahigh, blow, bhigh, f, ga, gb, words) \
    [ND_OP_##id] = {.name = text,                                                             \
                    .aliases = others,                                                        \
                    TWO_INPUTS,                                                               \
                    .doc = words,                                                             \
                    .family = ND_BINARY,                                                      \
                    .kernel = ND_MAP_##row,                                                   \
                    .dtypes = DTYPES_##kind,                                                  \
                    .params = NO_PARAMS,                                                      \
                    .infer = binary_infer,                                                    \
                    .run = map_run,                                                           \
                    .gradient = map_gradient,                                                 \
                    .domain = {{alow, ahigh}, {blow, bhigh}},                                 \
                    .expressions = {f, ga, gb}},
#define SCALAR_ENTRY(kind, id, text, others, row, is_reversed, low, high, f, g, words) \
    [ND_OP_##id] = {.name = text,                                                      \
                    .aliases = others,                                                 \
                    ONE_INPUT,                                                         \
                    .doc = words,                                                      \
                    .family = ND_SCALAR,                                               \
                    .reversed = is_reversed,                                           \
                    .kernel = ND_MAP_##row,                                            \
                    .dtypes = DTYPES_##kind,                                           \
                    .params = PARAMS(REAL("scalar", 1)),                               \
                    .infer = same_infer,                                               \
                    .run = map_run,                                                    \
                    .gradient = map_gradient,                                          \
                    .domain = {{low, high}},                                           \
                    .expressions = {f, g}},

/* How many outputs a call has. */
#define INT_OF(parameter) nd_int(op, words, parameter)
#define OP(id, aliases, inputs, count, results, parameters, infer, run, gradient, keeps, dtypes, doc) \
    static int outputs_of_##id(const nd_op *op, const nd_word *words) {                               \
        return (void)op, (void)words, results;                                                        \
    }
#define COMPOSED(id, aliases, inputs, count, results, ...)              \
    static int outputs_of_##id(const nd_op *op, const nd_word *words) { \
        return (void)op, (void)words, results;                          \
    }
#define MULTI_UPDATE(id, rule, group, tail, number, parameters, doc)    \
    static int outputs_of_##id(const nd_op *op, const nd_word *words) { \
        return (int)INT_OF(number);                                     \
    }
#include "ops.inl"

const nd_op nd_ops[ND_OPS] = {
#define UNARY(kind, id, others, forward, gradient_, low, high, words) \
    [ND_OP_##id] = {.name = #id,                                      \
                    .aliases = others,                                \
                    ONE_INPUT,                                        \
                    .doc = words,                                     \
                    .family = ND_UNARY,                               \
                    .kernel = ND_MAP_##id,                            \
                    .dtypes = DTYPES_##kind,                          \
                    .params = NO_PARAMS,                              \
                    .infer = same_infer,                              \
                    .run = map_run,                                   \
                    .gradient = map_gradient,                         \
                    .domain = {{low, high}},                          \
                    .expressions = {#forward, #gradient_}},
#define BINARY(kind, order, id, scalar, Scalar, others, forward, ga, gb, alow, ahigh, blow, bhigh, words)          \
    BINARY_ENTRY(kind, id, "broadcast_" #id, others, id, alow, ahigh, blow, bhigh, #forward, #ga, #gb, words)      \
    SCALAR_ENTRY(kind, id##_scalar, "_" #scalar "_scalar", "_" #Scalar "Scalar", id, false, alow, ahigh, #forward, \
                 #ga, "Of the array a and the scalar b: " words)                                                   \
    ND_IF_##order(SCALAR_ENTRY(kind, id##_reversed, "_r" #scalar "_scalar", "_R" #Scalar "Scalar", id, true, blow, \
                               bhigh, #forward, #gb, "Of the scalar a and the array b: " words))
#define ELEMWISE(kind, id, text, others)                              \
    [ND_OP_elemwise_##id] = {                                         \
        .name = text,                                                 \
        .aliases = others,                                            \
        TWO_INPUTS,                                                   \
        .family = ND_ELEMWISE,                                        \
        .doc = "As broadcast_" #id ", for arrays of the same shape.", \
        .kernel = ND_MAP_##id,                                        \
        .dtypes = DTYPES_##kind,                                      \
        .params = NO_PARAMS,                                          \
        .infer = elemwise_infer,                                      \
        .run = map_run,                                               \
        .gradient = map_gradient,                                     \
    },
#define TERNARY(kind, id, others, forward, words) \
    [ND_OP_##id] = {.name = #id,                  \
                    .aliases = others,            \
                    .inputs = "condition x y",    \
                    .input_count = 3,             \
                    .doc = words,                 \
                    .family = ND_TERNARY,         \
                    .kernel = ND_MAP_##id,        \
                    .dtypes = DTYPES_##kind,      \
                    .keeps = KEEP_INPUT(0),       \
                    .params = NO_PARAMS,          \
                    .infer = where_infer,         \
                    .run = where_run,             \
                    .gradient = where_gradient,   \
                    .domain = {{1, 2}, {-2, 2}}},
#define SCALED(kind, id, others, parameters, forward, gradient_, low, high, words) \
    [ND_OP_##id] = {.name = #id,                                                   \
                    .aliases = others,                                             \
                    ONE_INPUT,                                                     \
                    .doc = words,                                                  \
                    .family = ND_SCALED,                                           \
                    .kernel = ND_MAP_##id,                                         \
                    .dtypes = DTYPES_##kind,                                       \
                    .params = parameters,                                          \
                    .infer = same_infer,                                           \
                    .run = map_run,                                                \
                    .gradient = map_gradient,                                      \
                    .domain = {{low, high}},                                       \
                    .expressions = {#forward, #gradient_}},
#define REDUCE(kind, id, others, start, load, combine, finish, gradient_, low, high, words) \
    [ND_OP_##id] = {.name = #id,                                                            \
                    .aliases = others,                                                      \
                    ONE_INPUT,                                                              \
                    .doc = words,                                                           \
                    .family = ND_REDUCE,                                                    \
                    .kernel = ND_REDUCE_##id,                                               \
                    .dtypes = DTYPES_##kind,                                                \
                    .params = REDUCE_PARAMS,                                                \
                    .infer = reduce_infer,                                                  \
                    .run = reduce_run,                                                      \
                    .gradient = reduce_gradient,                                            \
                    .domain = {{low, high}},                                                \
                    .expressions = {NULL, #gradient_}},
#define OP(id, others, names, count, results, parameters, infer_, run_, gradient_, keeps_, dtypes_, words) \
    [ND_OP_##id] = {.name = #id,                                                                           \
                    .aliases = others,                                                                     \
                    .inputs = names,                                                                       \
                    .input_count = count,                                                                  \
                    .doc = words,                                                                          \
                    .family = ND_OTHER,                                                                    \
                    .dtypes = dtypes_,                                                                     \
                    .outputs = outputs_of_##id,                                                            \
                    .keeps = keeps_,                                                                       \
                    .params = parameters,                                                                  \
                    .infer = infer_,                                                                       \
                    .run = run_,                                                                           \
                    .gradient = gradient_,                                                                 \
                    .domain = {{-2, 2}, {-2, 2}}},
#define COMPOSED_ENTRY(id, others, names, count, compose_, words, ...) \
    [ND_OP_##id] = {.name = #id,                                       \
                    .aliases = others,                                 \
                    .inputs = names,                                   \
                    .input_count = count,                              \
                    .doc = words,                                      \
                    .family = ND_OTHER,                                \
                    .dtypes = ALL,                                     \
                    .outputs = outputs_of_##id,                        \
                    .compose = compose_,                               \
                    .domain = {{-2, 2}, {-2, 2}},                      \
                    __VA_ARGS__},
#define COMPOSED(id, others, names, count, results, parameters, compose, words) \
    COMPOSED_ENTRY(id, others, names, count, compose, words, .params = parameters)
#define CONSTANT(id, others, names, count, results, parameters, compose, words) \
    COMPOSED_ENTRY(id, others, names, count, compose, words, .params = parameters, .gradient = zero_gradient)
#define UPDATE_ENTRY(id, names, count, words, ...)  \
    [ND_OP_##id] = {.name = #id,                    \
                    .aliases = "",                  \
                    .inputs = names,                \
                    .input_count = count,           \
                    .doc = words,                   \
                    .family = ND_OTHER,             \
                    .direct = true,                 \
                    .kernel = ND_UPDATE_##id,       \
                    .dtypes = FLOATS,               \
                    .infer = update_infer,          \
                    .run = update_run,              \
                    .gradient = zero_gradient,      \
                    .domain = {{0.5, 2}, {0.5, 2}}, \
                    __VA_ARGS__},
#define UPDATE(id, rule, inputs, count, parameters, words) \
    UPDATE_ENTRY(id, inputs, count, words UPDATE_DOC, .params = parameters)
#define MULTI_UPDATE(id, rule, group, tail, number, parameters, words)                                            \
    UPDATE_ENTRY(id, "*data", ND_VARIADIC,                                                                        \
                 words SHAPES(group " (any, all the same), again for each weight -> the new weights") UPDATE_DOC, \
                 .params = parameters, .outputs = outputs_of_##id)
#include "ops.inl"
};

/* ------------------------------------------------------------------------------------ asking the table */

int nd_op_count(void) {
    return ND_OPS;
}

const nd_op *nd_op_at(int index) {
    return &nd_ops[index];
}

int nd_op_index(const nd_op *op) {
    return (int)(op - nd_ops);
}

/* Is `name` one of the blank-separated names? */
static bool among(const char *name, const char *names) {
    size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)); at += length)
        if ((at == names || at[-1] == ' ') && (at[length] == ' ' || at[length] == 0))
            return true;
    return false;
}

const nd_op *nd_op_find(const char *name) {
    if (!*name || strchr(name, ' '))
        return NULL;
    for (int i = 0; i < ND_OPS; i++)
        if (strcmp(name, nd_ops[i].name) == 0 || among(name, nd_ops[i].aliases))
            return &nd_ops[i];
    return NULL;
}

const char *nd_op_name(const nd_op *op) {
    return op->name;
}

const char *nd_op_aliases(const nd_op *op) {
    return op->aliases;
}

const char *nd_op_doc(const nd_op *op) {
    return op->doc;
}

bool nd_op_computes(const nd_op *op, nd_dtype dtype) {
    return op->dtypes >> dtype & 1;
}

const char *nd_op_family(const nd_op *op) {
    static const char *const names[] = {"unary",   "binary", "elemwise", "scalar",
                                        "ternary", "scaled", "reduce",   "other"};
    return names[op->family];
}

const char *nd_op_inputs(const nd_op *op) {
    return op->inputs;
}

int nd_op_input_count(const nd_op *op) {
    return op->input_count;
}

int nd_op_output_count(const nd_op *op, const nd_word *words) {
    return op->outputs ? op->outputs(op, words) : 1;
}

const nd_param *nd_op_params(const nd_op *op) {
    return op->params;
}

const nd_op *nd_op_broadcasting(const nd_op *strict) {
    const nd_op *op = nd_ops;
    while (op->family != ND_BINARY || op->kernel != strict->kernel)
        op++;
    return op;
}

void nd_op_domain(const nd_op *op, int input, double *low, double *high) {
    if (op->family == ND_ELEMWISE)
        op = nd_op_broadcasting(op);
    *low = op->domain[input > 0][0];
    *high = op->domain[input > 0][1];
}

/* ------------------------------------------------------------------------------------------ parameters */

static int words_of(const nd_param *param) {
    switch (param->kind) {
    case ND_SHAPE:
    case ND_AXES: return 1 + ND_MAX_DIM;
    case ND_INTS:
    case ND_REALS: return 1 + ND_MAX_ITEMS;
    default: return 1;
    }
}

const char *nd_op_expression(const nd_op *op, int which) {
    return (op->family == ND_ELEMWISE ? nd_op_broadcasting(op) : op)->expressions[which];
}

int nd_op_word_of(const nd_op *op, int parameter) {
    int word = 0;
    for (int i = 0; i < parameter; i++)
        word += words_of(&op->params[i]);
    return word;
}

int nd_op_words(const nd_op *op) {
    int count = 0;
    for (const nd_param *param = op->params; param->name; param++)
        count += words_of(param);
    return count;
}

void nd_op_defaults(const nd_op *op, nd_word *words) {
    for (const nd_param *param = op->params; param->name; words += words_of(param++))
        *words = param->initial;
}

int64_t nd_int(const nd_op *op, const nd_word *words, int parameter) {
    return words[nd_op_word_of(op, parameter)].i;
}

double nd_float(const nd_op *op, const nd_word *words, int parameter) {
    return words[nd_op_word_of(op, parameter)].f;
}

int64_t nd_list(const nd_op *op, const nd_word *words, int parameter, const nd_word **values) {
    int word = nd_op_word_of(op, parameter);
    *values = words + word + 1;
    return words[word].i;
}

nd_words nd_words_new(nd_op_id op) {
    nd_words words;
    nd_op_defaults(&nd_ops[op], words.at);
    return words;
}

nd_words nd_words_copy(const nd_op *op, const nd_word *words) {
    nd_words copy;
    memcpy(copy.at, words, (size_t)nd_op_words(op) * sizeof copy.at[0]);
    return copy;
}

void nd_words_int(nd_words *words, nd_op_id op, int parameter, int64_t value) {
    words->at[nd_op_word_of(&nd_ops[op], parameter)].i = value;
}

void nd_words_list(nd_words *words, nd_op_id op, int parameter, const int64_t *values, int count) {
    nd_word *at = words->at + nd_op_word_of(&nd_ops[op], parameter);
    at[0].i = count;
    for (int i = 0; i < count; i++)
        at[1 + i].i = values[i];
}

nd_array *nd_apply1(nd_op_id op, nd_array *input, const nd_words *words) {
    return nd_apply2(op, input, NULL, words);
}

nd_array *nd_apply2(nd_op_id op, nd_array *a, nd_array *b, const nd_words *words) {
    nd_words defaults;
    if (!words)
        defaults = nd_words_new(op);
    nd_array *inputs[] = {a, b};
    return nd_apply(&nd_ops[op], inputs, b ? 2 : 1, words ? words->at : defaults.at);
}

nd_array *nd_apply_scalar(nd_op_id op, nd_array *input, double scalar) {
    nd_word word = {.f = scalar};
    return nd_apply(&nd_ops[op], &input, 1, &word);
}
