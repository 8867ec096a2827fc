/* What the tests of the core share: random numbers, arrays and parameters from short texts, and what is in use. */
#ifndef ND_SUPPORT_H
#define ND_SUPPORT_H

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "ndgrad.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* A check that names what it was about when it fails. */
#define CHECK_FOR(cond, ...)                                          \
    do {                                                              \
        if (!check_count((cond), #cond, __FILE__, __LINE__))          \
            printf(" is false: "), printf(__VA_ARGS__), printf("\n"); \
    } while (0)

/* The call failed, in this way, and said something. */
#define CHECK_FAILS(call, kind)              \
    do {                                     \
        CHECK(call);                         \
        CHECK_EQ_I64(nd_error_kind(), kind); \
        CHECK(*nd_error_message());          \
    } while (0)

/* What failed before a sanitizer ends the process is seen. */
__attribute__((constructor)) static void print_at_once(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
}

/* ------------------------------------------------------------------------------------------ random numbers */

/* Marsaglia's xorshift: the same numbers in every run. */
static inline uint64_t random_bits(void) {
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static inline int64_t random_below(int64_t n) {
    return (int64_t)(random_bits() >> 1) % n;
}

static inline bool one_in(int64_t n) {
    return random_below(n) == 0;
}

static inline double random_between(double low, double high) {
    return low + (high - low) * (double)(random_bits() >> 11) * 0x1p-53;
}

/* -------------------------------------------------------------------------------------------------- arrays */

static const nd_context CPU = {ND_CPU, 0};

static inline nd_array *new_array(nd_dtype dtype, int ndim, const int64_t *shape) {
    nd_spec spec = {.dtype = (uint8_t)dtype, .ndim = (uint8_t)ndim};
    memcpy(spec.shape, shape, (size_t)ndim * sizeof *shape);
    return nd_array_new(&spec, CPU);
}

#define NEW(dtype, ...) \
    new_array(dtype, (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]){__VA_ARGS__})

static inline void fill_random(nd_array *array, double low, double high) {
    for (int64_t i = 0; i < array->size; i++)
        nd_array_set(array, i, random_between(low, high));
}

static inline void fill_whole(nd_array *array, int64_t low, int64_t limit) {
    for (int64_t i = 0; i < array->size; i++)
        nd_array_set_int(array, i, low + random_below(limit - low));
}

static inline nd_array *copy_of(const nd_array *array) {
    nd_spec spec = nd_array_spec(array);
    nd_array *copy = nd_array_new(&spec, array->context);
    if (copy && copy->size)
        memcpy(nd_array_data(copy), nd_array_data(array), (size_t)(array->size * nd_dtype_size(array->dtype)));
    return copy;
}

static inline bool same_shape(const nd_array *a, const nd_array *b) {
    return a->ndim == b->ndim && memcmp(a->shape, b->shape, a->ndim * sizeof *a->shape) == 0;
}

/* The same shape, dtype and bits. */
static inline bool same_array(const nd_array *a, const nd_array *b) {
    return same_shape(a, b) && a->dtype == b->dtype &&
           (a->size == 0 ||
            memcmp(nd_array_data(a), nd_array_data(b), (size_t)(a->size * nd_dtype_size(a->dtype))) == 0);
}

static inline void release_all(nd_array **arrays, int count) {
    for (int i = 0; i < count; i++)
        nd_array_release(arrays[i]), arrays[i] = NULL;
}

/* Reads a shape such as "3x4", or "s" for no axes, and moves on behind it. */
static inline nd_spec read_shape(const char **at, nd_dtype dtype) {
    nd_spec spec = {.dtype = (uint8_t)dtype};
    if (**at == 's') {
        ++*at;
        return spec;
    }
    for (;; ++*at) {
        char *end;
        spec.shape[spec.ndim++] = strtoll(*at, &end, 10);
        *at = end;
        if (**at != 'x')
            return spec;
    }
}

static inline nd_array *shaped(nd_dtype dtype, const char *shape) {
    nd_spec spec = read_shape(&shape, dtype);
    return nd_array_new(&spec, CPU);
}

static inline nd_array *scalar_of(double value) {
    nd_array *array = shaped(ND_FLOAT64, "1");
    nd_array_set(array, 0, value);
    return array;
}

/* ---------------------------------------------------------------------------------------------- parameters */

/* How many blank-separated words there are. */
static inline int count_words(const char *text) {
    int count = 0;
    for (text += strspn(text, " "); *text; count++) {
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
    return count;
}

static inline double read_number(const char *text, double none) {
    return strncmp(text, "None", 4) == 0 ? none : strtod(text, NULL);
}

static inline int64_t read_whole(const char *text) {
    return strncmp(text, "None", 4) == 0 ? ND_NONE : strtoll(text, NULL, 10);
}

/* The place of the word at `text` among blank-separated words. */
static inline int64_t read_choice(const char *text, const char *choices) {
    size_t length = strcspn(text, " ");
    for (int64_t place = 0; *choices; place++) {
        size_t here = strcspn(choices, " ");
        if (here == length && strncmp(choices, text, length) == 0)
            return place;
        choices += here + (choices[here] == ' ');
    }
    return 0;
}

static inline int64_t read_dtype(const char *text) {
    for (int dtype = 0; dtype < ND_DTYPES; dtype++)
        if (strncmp(text, nd_dtype_name(dtype), strlen(nd_dtype_name(dtype))) == 0)
            return dtype;
    return ND_NONE;
}

static inline void read_list(nd_word *at, const char *text) {
    at[0].i = 0;
    if (strncmp(text, "None", 5) == 0 || strncmp(text, "None ", 5) == 0) {
        at[0].i = ND_NONE;
        return;
    }
    while (*text && *text != ' ') {
        at[++at[0].i].i = read_whole(text);
        text += strcspn(text, ", ");
        text += *text == ',';
    }
}

static inline void read_reals(nd_word *at, const char *text) {
    at[0].i = 0;
    while (*text && *text != ' ') {
        char *end;
        at[++at[0].i].f = strtod(text, &end);
        text = end + (*end == ',');
    }
}

static inline void read_param(const nd_param *param, nd_word *at, const char *text) {
    switch (param->kind) {
    case ND_INT:
    case ND_OPT_INT:
    case ND_FLAG: at->i = read_whole(text); break;
    case ND_FLOAT:
    case ND_OPT_FLOAT: at->f = read_number(text, (double)NAN); break;
    case ND_CHOICE: at->i = read_choice(text, param->choices); break;
    case ND_TYPE: at->i = read_dtype(text); break;
    case ND_SHAPE:
    case ND_AXES:
    case ND_INTS: read_list(at, text); break;
    case ND_REALS: read_reals(at, text); break;
    case ND_TEXT: break;
    }
}

/* The defaults, and on top of them "name=value name=value", lists as "1,2,None". */
static inline void read_params(const nd_op *op, nd_word *words, const char *text) {
    memset(words, 0, ND_MAX_WORDS * sizeof *words);
    nd_op_defaults(op, words);
    for (; *text; text += strspn(text, " ")) {
        size_t length = strcspn(text, "=");
        const nd_param *params = nd_op_params(op);
        bool known = false;
        for (int i = 0; params[i].name && !known; i++) {
            known = strlen(params[i].name) == length && strncmp(params[i].name, text, length) == 0;
            if (known)
                read_param(&params[i], words + nd_op_word_of(op, i), text + length + 1);
        }
        CHECK_FOR(known, "%s has no parameter %s", nd_op_name(op), text);
        text += strcspn(text, " ");
    }
}

/* ------------------------------------------------------------------------------------------------ operators */

/* Calls an operator of one output by name: op("dot", "transpose_a=1", a, b, NULL). */
static inline nd_array *apply(const char *name, const char *params, nd_array *a, nd_array *b, nd_array *c) {
    const nd_op *op = nd_op_find(name);
    nd_array *in[] = {a, b, c};
    nd_word words[ND_MAX_WORDS];
    read_params(op, words, params);
    return nd_apply(op, in, !a ? 0 : !b ? 1 : !c ? 2 : 3, words);
}

static inline nd_array *square_of(nd_array *x) {
    return apply("square", "", x, NULL, NULL);
}

/* As apply, and lets go of `a`: chains read naturally and leave nothing behind. */
static inline nd_array *then(const char *name, const char *params, nd_array *a, nd_array *b) {
    nd_array *result = a ? apply(name, params, a, b, NULL) : NULL;
    nd_array_release(a);
    return result;
}

static inline int backward(nd_array *head, nd_array *head_grad) {
    return nd_backward(&head, &head_grad, 1, (nd_backward_options){.train_mode = true}, NULL, 0, NULL);
}

/* The gradients of one head. */
static inline int gradients(nd_array *head, nd_array *const *variables, int count, bool create_graph, nd_array **out) {
    nd_backward_options options = {.create_graph = create_graph, .retain_graph = create_graph, .train_mode = true};
    return nd_backward(&head, NULL, 1, options, variables, count, out);
}

/* -------------------------------------------------------------------------------------------------- leaves */

/* Of float64. */
static inline nd_array *leaf(const char *shape, double low, double high) {
    nd_array *x = shaped(ND_FLOAT64, shape);
    fill_random(x, low, high);
    nd_attach_grad(x, ND_GRAD_WRITE, NULL);
    return x;
}

static inline nd_array *leaf_of(double value) {
    nd_array *x = scalar_of(value);
    nd_attach_grad(x, ND_GRAD_WRITE, NULL);
    return x;
}

static inline double gradient_at(const nd_array *x, int64_t i) {
    nd_array *gradient = nd_grad(x);
    double value = nd_array_get(gradient, i);
    nd_array_release(gradient);
    return value;
}

/* --------------------------------------------------------------------------------------------------- ledger */

typedef struct ledger {
    int64_t array_bytes, nodes, tape_bytes;
} ledger;

static inline ledger ledger_now(void) {
    return (ledger){nd_bytes_in_use(), nd_nodes_in_use(), nd_tape_bytes_in_use()};
}

/* Whatever happened since: nothing of it is left. (Handles are left to the leak detector.) */
static inline bool nothing_left(ledger before) {
    ledger now = ledger_now();
    return memcmp(&now, &before, sizeof now) == 0;
}

#define CHECK_NOTHING_LEFT(before)                                                                               \
    CHECK_FOR(nothing_left(before), "%" PRId64 " bytes of arrays, %" PRId64 " nodes, %" PRId64 " bytes of tape", \
              ledger_now().array_bytes - (before).array_bytes, ledger_now().nodes - (before).nodes,              \
              ledger_now().tape_bytes - (before).tape_bytes)

/* --------------------------------------------------------------------------------------- instruction sets */

/* Those that this build and this machine have. */
static inline int instruction_sets(const char **names) {
    static const char *const known[] = {"baseline", "avx2", "avx512", "wasm128"};
    const char *best = nd_instruction_set();
    int count = 0;
    for (int i = 0; i < COUNT(known); i++)
        if (nd_use_instruction_set(known[i]) == 0)
            names[count++] = known[i];
    nd_use_instruction_set(best);
    return count;
}

#endif
