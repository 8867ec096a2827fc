/* How to call every operator: the shapes of its inputs and its parameters, a few ways each.
 *
 * A row is for the operator of that name, or, where an operator has no row of its own, for its family. Inputs are
 * separated by blanks: "3x4" is a shape, "s" no axes at all; "5<3" takes whole numbers 0, 1, 2 (indices, conditions)
 * and gets no gradient. A new operator of the family "other" needs a row here: test_ops fails without one.
 */
#ifndef ND_SAMPLES_H
#define ND_SAMPLES_H

#include "support.h"

typedef struct sample {
    const char *name, *inputs, *params;
} sample;

static const sample samples[] = {
    {"unary", "3x5", ""},
    {"unary", "s", ""},
    {"unary", "2x0x3", ""},
    {"unary", "1x37", ""},

    {"binary", "3x5 3x5", ""},
    {"binary", "3x5 5", ""},
    {"binary", "3x1 1x5", ""},
    {"binary", "2x1x3x1 4x1x2", ""},
    {"binary", "s 3", ""},
    {"binary", "3x1 s", ""},
    {"binary", "0x3 1x3", ""},
    {"elemwise", "3x5 3x5", ""},
    {"elemwise", "s s", ""},
    {"elemwise", "0 0", ""},

    {"scalar", "3x5", "scalar=1.5"},
    {"scalar", "s", "scalar=2"},
    {"scalar", "0x4", "scalar=1"},
    {"_mod_scalar", "3x5", "scalar=1.5"},
    {"_rmod_scalar", "3x5", "scalar=0.3"},

    {"where", "3x5<2 3x5 3x5", ""},
    {"where", "3<2 3x5 3x5", ""}, /* chooses rows */
    {"where", "5<2 3x5 3x5", ""}, /* broadcasts */
    {"where", "3x1<2 3x5 1x5", ""},
    {"where", "3<2 1x3 3x3", ""},   /* not rows of x, though rows of the result */
    {"where", "3<2 3x2 4x3x2", ""}, /* rows of x, though not of the result */
    {"where", "s<2 0x2 0x2", ""},

    {"clip", "3x5", "a_min=-0.5 a_max=0.5"},
    {"hard_sigmoid", "3x5", ""},
    {"hard_sigmoid", "4", "alpha=0.3 beta=0.4"},
    {"smooth_l1", "3x5", ""},
    {"smooth_l1", "7", "scalar=1.5"},

    {"reduce", "3x5", ""},
    {"reduce", "3x5", "axis=1"},
    {"reduce", "3x5", "axis=0 keepdims=1"},
    {"reduce", "2x3x4", "axis=0,-1"},
    {"reduce", "2x3x4", "axis=1 exclude=1"},
    {"reduce", "2x1x3x2", "axis=1,3 keepdims=1"},
    {"reduce", "2x0x3", "axis=0"},
    {"reduce", "s", ""},
    {"reduce", "s", "keepdims=1"},
    {"norm", "3x5", ""},
    {"norm", "3x5", "ord=1 axis=1"},
    {"norm", "2x3x2", "axis=0,2 keepdims=1"},
    {"argmax", "3x5", ""},
    {"argmax", "3x5", "axis=1"},
    {"argmax", "2x3x4", "axis=-2 keepdims=1"},
    {"argmin", "3x5", ""},
    {"argmin", "3x5", "axis=0 keepdims=1"},

    {"dot", "3x4 4x2", ""},
    {"dot", "4x3 4x2", "transpose_a=1"},
    {"dot", "3x4 2x4", "transpose_b=1"},
    {"dot", "4x3 2x4", "transpose_a=1 transpose_b=1"},
    {"dot", "4 4", ""},
    {"dot", "4 4x3", ""},
    {"dot", "2x3x4 4x5", ""},
    {"dot", "3x4 4x2x2", ""},
    {"dot", "4x2x3 2x3x4", "transpose_a=1 transpose_b=1"},
    {"dot", "3x0 0x2", ""},
    {"dot", "0x3 3x2", ""},
    {"batch_dot", "2x3x4 2x4x2", ""},
    {"batch_dot", "2x4x3 2x4x2", "transpose_a=1"},
    {"batch_dot", "2x3x4 2x2x4", "transpose_b=1"},
    {"batch_dot", "2x4x3 2x2x4", "transpose_a=1 transpose_b=1"},
    {"batch_dot", "0x3x4 0x4x2", ""},
    {"batch_dot", "2x3x0 2x0x2", ""},

    {"softmax", "3x5", ""},
    {"softmax", "3x5", "axis=0"},
    {"softmax", "2x3x4", "axis=1 temperature=2"},
    {"softmax", "2x7", "temperature=-0.5"},
    {"softmax", "2x3", "dtype=float64"},
    {"softmax", "0x3", ""},
    {"log_softmax", "3x5", ""},
    {"log_softmax", "3x5", "axis=0"},
    {"log_softmax", "2x3x4", "axis=1 temperature=2"},
    {"log_softmax", "2x7", "temperature=-0.5"},

    {"_copy", "3x5", ""},
    {"BlockGrad", "3x5", ""},
    {"Cast", "3x5", "dtype=float64"},
    {"zeros_like", "3x5", ""},
    {"ones_like", "3x5", ""},
    {"reshape", "3x4", "shape=2,-1"},
    {"reshape", "2x3x4", "shape=-3,0"},
    {"reshape", "2x6", "shape=0,-4,2,-1"},
    {"reshape", "2x3x4", "shape=0,-1 reverse=1"},
    {"reshape", "1", "shape="},
    {"reshape_like", "3x4 2x6", ""},
    {"Flatten", "2x3x4", ""},
    {"Flatten", "s", ""},
    {"expand_dims", "3x4", "axis=1"},
    {"expand_dims", "3x4", "axis=-1"},
    {"squeeze", "1x3x1", ""},
    {"squeeze", "1x3x1", "axis=2"},
    {"squeeze", "1x1", ""},
    {"transpose", "2x3x4", ""},
    {"transpose", "2x3x4", "axes=1,2,0"},
    {"transpose", "s", ""},
    {"SwapAxis", "2x3x4", "dim1=0 dim2=2"},
    {"broadcast_to", "3x1", "shape=3,4"},
    {"broadcast_to", "1x3", "shape=2,0"},
    {"broadcast_to", "s", "shape=2,3"},
    {"_broadcast_exactly", "1x3", "shape=2,3"},
    {"_broadcast_exactly", "1x3", "shape=0,3"},
    {"broadcast_like", "3x1 2x3x4", ""},
    {"broadcast_axis", "2x1x1", "axis=1,2 size=3,2"},
    {"broadcast_axis", "2x1", "axis=1 size=0"},

    {"concat", "2x3 2x1 2x2", ""},
    {"concat", "2x3 1x3", "dim=0"},
    {"concat", "2x3 2x0", "dim=-1"},
    {"concat", "3x2", "dim=0"},
    {"stack", "2x3 2x3", ""},
    {"stack", "2x3 2x3 2x3", "axis=-1"},
    {"split", "2x6", "num_outputs=3"},
    {"split", "4x2", "num_outputs=2 axis=0"},
    {"split", "2x3", "num_outputs=3 axis=-1 squeeze_axis=1"},
    {"slice", "4x5", "begin=1,0 end=3,5 step=1,2"},
    {"slice", "4x5", "begin=None,-1 end=None,None step=None,-2"},
    {"slice", "4x5", "begin=1 end=3"},
    {"slice", "4x5", "begin=3 end=1"},
    {"slice_axis", "4x5", "axis=1 begin=1 end=-1"},
    {"slice_axis", "4x5", "axis=-2 begin=2 end=None"},
    {"_slice_scatter", "2x3", "begin=1,4 step=2,-2 shape=4,5"},
    {"take", "4x5 3<4", ""},
    {"take", "4x5 2x3<9", "axis=1 mode=wrap"},
    {"take", "4x5 s<4", "axis=-1 mode=raise"},
    {"take", "4x5 0<4", ""},
    {"_take_scatter", "3x5 3<4", "shape=4,5"},
    {"_take_scatter", "4x2x3 2x3<9", "axis=1 mode=wrap shape=4,5"},
    {"gather_nd", "4x5 2x3<4", ""},
    {"gather_nd", "4x5 1x3<4", ""},
    {"gather_nd", "3x3 2<3", ""},
    {"_gather_scatter", "3 2x3<4", "shape=4,5"},
    {"_gather_scatter", "3x5 1x3<4", "shape=4,5"},
    {"pick", "4x5 4<5", ""},
    {"pick", "4x5 5<9", "axis=0 keepdims=1 mode=wrap"},
    {"pick", "4 1<4", ""},
    {"_pick_scatter", "4 4<5", "shape=4,5"},
    {"_pick_scatter", "5 5<4", "axis=0 shape=4,5"},
    {"one_hot", "2x3<5", "depth=4"},
    {"one_hot", "s<5", "depth=4 on_value=2 off_value=-1 dtype=int32"},

    {"_zeros", "", "shape=2,3"},
    {"_ones", "", "shape=2,0,3 dtype=float16"},
    {"_full", "", "shape=2,3 dtype=int64 value=7.5"},
    {"_eye", "", "N=3"},
    {"_eye", "", "N=3 M=5 k=-1 dtype=bool"},
    {"_arange", "", "start=3"},
    {"_arange", "", "start=5 stop=1 step=-0.5 repeat=2 dtype=float64"},
    {"_random_uniform", "", "shape=3,70"},
    {"_random_uniform", "", "low=-1 high=2 shape=5 dtype=float16"},
    {"_random_normal", "", "loc=1 scale=2 shape=3,70 dtype=float64"},
    {"_random_exponential", "", "lam=2 shape=7 dtype=float16"},
    {"_random_exponential", "", "shape=7"},
    {"_random_randint", "", "low=-3 high=9 shape=4,4"},
    {"_random_randint", "", "low=0 high=2 dtype=int64"},
};

/* An operator with inputs and parameters, ready to be called. */
enum { MAX_INPUTS = 4 };

typedef struct trial {
    const nd_op *op;
    const sample *sample;
    int count;
    nd_array *in[MAX_INPUTS];
    bool whole[MAX_INPUTS]; /* takes indices: no gradient goes there */
    nd_word words[ND_MAX_WORDS];
} trial;

static inline int samples_named(const char *name, const sample **first) {
    int count = 0;
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

static inline trial trial_open(const nd_op *op, const sample *sample, nd_dtype dtype) {
    trial t = {.op = op, .sample = sample};
    read_params(op, t.words, sample->params);
    for (const char *at = sample->inputs; *at; t.count++) {
        nd_spec spec = read_shape(&at, dtype);
        t.whole[t.count] = *at == '<';
        int64_t limit = t.whole[t.count] ? strtoll(at + 1, NULL, 10) : 0;
        spec.dtype = (uint8_t)(t.whole[t.count] ? ND_INT32 : dtype);
        t.in[t.count] = nd_array_new(&spec, CPU);
        if (t.whole[t.count])
            fill_whole(t.in[t.count], 0, limit);
        else
            fill_input(op, t.count, t.in[t.count]);
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    return t;
}

static inline void trial_close(trial *t) {
    release_all(t->in, t->count);
}

/* The outputs, in an array that has room for them all; their number, or -1. */
static inline int trial_call(const trial *t, nd_array **outputs) {
    memset(outputs, 0, ND_MAX_OUTPUTS * sizeof *outputs);
    return nd_call(t->op, t->in, t->count, t->words, CPU, outputs);
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
