/* How to call every operator: the shapes of its inputs and its parameters, a few ways each.
 *
 * A row is for the operator of that name, or, where an operator has no row of its own, for its family. Inputs are
 * separated by blanks: "3x4" is a shape, "s" no axes at all; "5<3" takes whole numbers 0, 1, 2 (indices, conditions)
 * and gets no gradient, "5<3." the same in the dtype of the others. "3x4>" is positive and below 1. "3x3+" has a
 * diagonal that outweighs the rest, so that it is regular; "3x3=" is symmetric and positive definite besides, also
 * where a difference quotient moves a single element of it. "3x4:float16" has that dtype whatever the others have.
 * "3x4!" is written by the operator, gets no gradient, and is restored before the next call. A new operator of the
 * family "other" needs a row here: test_ops fails without one.
 */
#ifndef ND_SAMPLES_H
#define ND_SAMPLES_H

#include "support.h"

typedef struct sample {
    const char *name, *inputs, *params;
} sample;

static const sample samples[] = {
#include "samples/basic.inl"
#include "samples/neural.inl"
#include "samples/shape.inl"
#include "samples/randoms.inl"
#include "samples/special.inl"
#include "samples/order.inl"
#include "samples/optimizer.inl"
#include "samples/contrib.inl"
#include "samples/convolution.inl"
#include "samples/image.inl"
#include "samples/linalg.inl"
#include "samples/vision.inl"
#include "samples/recurrent.inl"
#include "samples/quantization.inl"
};

/* An operator with inputs and parameters, ready to be called. */
enum { MAX_INPUTS = 9 };

typedef struct trial {
    const nd_op *op;
    const sample *sample;
    int count;
    nd_array *in[MAX_INPUTS];
    bool whole[MAX_INPUTS]; /* takes indices: no gradient goes there */
    bool symmetric[MAX_INPUTS];
    nd_array *before[MAX_INPUTS]; /* of what the operator writes, the content before; else NULL */
    nd_word words[ND_MAX_WORDS];
} trial;

static inline int samples_named(const char *name, const sample **first) {
    int count = 0;
    *first = samples; /* of none, any */
    for (int i = 0; i < COUNT(samples); i++)
        if (strcmp(samples[i].name, name) == 0)
            *first = &samples[i - count++];
    return count;
}

/* How many rows are for the operator, and the first of them: rows of one name lie together. */
static inline int samples_for(const nd_op *op, const sample **first) {
    int own = samples_named(nd_op_name(op), first);
    return own ? own : samples_named(nd_op_family(op), first);
}

/* Floats from the operator's domain; integers of both signs, where they have one. */
static inline void fill_input(const nd_op *op, int input, nd_array *array) {
    double low, high;
    nd_op_domain(op, input, &low, &high);
    if (nd_dtype_is_float(array->dtype))
        fill_random(array, low, high);
    else if (array->dtype == ND_BOOL)
        fill_whole(array, 0, 2);
    else
        fill_whole(array, array->dtype == ND_UINT8 ? 0 : -5, 10);
}

/* The dtype whose name starts there. */
static inline nd_dtype dtype_at(const char *text) {
    char name[16] = "";
    memcpy(name, text, strcspn(text, " !"));
    return (nd_dtype)nd_dtype_find(name);
}

static inline void raise_diagonal(nd_array *array) {
    int64_t n = array->shape[array->ndim - 1];
    for (int64_t i = 0; i < array->size; i++)
        if (i / n % n == i % n)
            nd_array_set(array, i, nd_array_get(array, i) + 4.0 * (double)n);
}

/* The mean of a matrix and its transpose, by operators. */
static inline nd_array *symmetric_part(nd_array *x) {
    nd_array *flipped = apply("SwapAxis", "dim1=-2 dim2=-1", x, NULL, NULL);
    return then("_mul_scalar", "scalar=0.5", then("broadcast_add", "", flipped, x), NULL);
}

static inline void shape_input(trial *t, char mark) {
    nd_array *x = t->in[t->count];
    if (mark == '>' && nd_dtype_is_float(x->dtype))
        fill_random(x, 0.2, 0.9);
    if (mark == '+' || mark == '=')
        raise_diagonal(x);
    t->symmetric[t->count] = mark == '=';
    if (mark == '=') {
        t->in[t->count] = symmetric_part(x);
        nd_array_release(x);
    }
}

static inline trial trial_open(const nd_op *op, const sample *sample, nd_dtype dtype) {
    trial t = {.op = op, .sample = sample};
    read_params(op, t.words, sample->params);
    for (const char *at = sample->inputs; *at; t.count++) {
        nd_spec spec = read_shape(&at, dtype);
        t.whole[t.count] = *at == '<';
        char *after = NULL;
        int64_t limit = t.whole[t.count] ? strtoll(at + 1, &after, 10) : 0;
        spec.dtype = (uint8_t)(after && *after != '.' ? ND_INT32 : *at == ':' ? dtype_at(at + 1) : dtype);
        t.in[t.count] = nd_array_new(&spec, CPU);
        if (t.whole[t.count])
            fill_whole(t.in[t.count], 0, limit);
        else
            fill_input(op, t.count, t.in[t.count]);
        shape_input(&t, *at);
        at += strcspn(at, " !");
        if (*at == '!')
            t.before[t.count] = copy_of(t.in[t.count]);
        at += strspn(at, " !");
    }
    return t;
}

static inline void trial_close(trial *t) {
    release_all(t->in, t->count);
    release_all(t->before, t->count);
}

/* The inputs as they were before any call. */
static inline void trial_restore(const trial *t) {
    for (int i = 0; i < t->count; i++)
        if (t->before[i] && t->in[i]->size)
            memcpy(nd_array_data(t->in[i]), nd_array_data(t->before[i]),
                   (size_t)(t->in[i]->size * nd_dtype_size(t->in[i]->dtype)));
}

static inline bool trial_writes(const trial *t) {
    for (int i = 0; i < t->count; i++)
        if (t->before[i])
            return true;
    return false;
}

/* The outputs, in an array that has room for them all; their number, or -1. Operators that draw random numbers draw
 * the same ones in every call. */
static inline int trial_call(const trial *t, nd_array **outputs) {
    nd_array *in[MAX_INPUTS];
    trial_restore(t);
    for (int i = 0; i < t->count; i++)
        in[i] = t->symmetric[i] ? symmetric_part(t->in[i]) : nd_array_retain(t->in[i]);
    memset(outputs, 0, ND_MAX_OUTPUTS * sizeof *outputs);
    nd_seed(5);
    int count = nd_call(t->op, in, t->count, t->words, CPU, outputs);
    release_all(in, t->count);
    return count;
}

/* For every operator and each of its samples. */
static inline void for_each_trial(nd_dtype dtype, void (*visit)(trial *)) {
    for (int i = 0; i < nd_op_count(); i++) {
        const sample *first;
        for (int k = 0, count = samples_for(nd_op_at(i), &first); k < count; k++) {
            trial t = trial_open(nd_op_at(i), first + k, dtype);
            visit(&t);
            trial_close(&t);
        }
    }
}

#endif
