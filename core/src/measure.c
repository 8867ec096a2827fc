/* Arrays made of the shape of another one. */
#include "array.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

int shape_array_infer(nd_invocation *call) {
    call->spec[0] = (nd_spec){.dtype = ND_INT64, .ndim = 1, .shape = {call->in[0]->ndim}};
    return 0;
}

int shape_array_run(nd_invocation *call) {
    for (int i = 0; i < call->in[0]->ndim; i++)
        nd_array_set_int(call->out[0], i, call->in[0]->shape[i]);
    return 0;
}

int size_array_infer(nd_invocation *call) {
    call->spec[0] = (nd_spec){.dtype = ND_INT64, .ndim = 1, .shape = {1}};
    return 0;
}

int size_array_run(nd_invocation *call) {
    nd_array_set_int(call->out[0], 0, call->in[0]->size);
    return 0;
}

/* ------------------------------------------------------------------------------------------- index_array */

/* The axes whose indices are wanted; how many, or -1 after nd_fail. */
static int read_axes(const nd_invocation *call, int *axes) {
    const nd_array *x = call->in[0];
    const nd_word *values;
    int64_t given = nd_list(call->op, call->words, 0, &values);
    int count = given == ND_NONE ? x->ndim : (int)given;
    for (int i = 0; i < count; i++) {
        axes[i] = given == ND_NONE ? i : nd_axis(call->op, values[i].i, x->ndim, x);
        if (axes[i] < 0)
            return -1;
    }
    return count;
}

int index_array_infer(nd_invocation *call) {
    int axes[ND_MAX_DIM], count = read_axes(call, axes);
    if (count < 0)
        return -1;
    nd_like(call, 0);
    nd_spec *spec = &call->spec[0];
    spec->dtype = ND_INT64;
    if (spec->ndim == ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "%s: %s has as many axes as an array can have", call->op->name,
                       nd_array_text(call->in[0]).chars);
    spec->shape[spec->ndim++] = count;
    return nd_checked_size(call->op->name, spec) < 0 ? -1 : 0;
}

int index_array_run(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int axes[ND_MAX_DIM], count = read_axes(call, axes);
    int64_t *to = nd_data(call->out[0]), stride[ND_MAX_DIM], extent[ND_MAX_DIM];
    for (int k = 0; k < count; k++) {
        stride[k] = nd_count(x->ndim - axes[k] - 1, x->shape + axes[k] + 1);
        extent[k] = x->shape[axes[k]];
    }
    for (int64_t i = 0; i < x->size; i++)
        for (int k = 0; k < count; k++)
            *to++ = i / stride[k] % extent[k];
    return 0;
}

/* ------------------------------------------------------------------------------------------- arange_like */

int arange_like_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t repeat = nd_int(call->op, call->words, 2), given = nd_int(call->op, call->words, 3);
    int axis = given == ND_NONE ? 0 : nd_axis(call->op, given, x->ndim, x);
    nd_like(call, 0);
    if (repeat < 1)
        return nd_fail(ND_EARGUMENT, "%s: a number cannot be there %lld times", call->op->name, (long long)repeat);
    if (given != ND_NONE)
        call->spec[0] = (nd_spec){.dtype = x->dtype, .ndim = 1, .shape = {axis < 0 ? 0 : x->shape[axis]}};
    return axis < 0 ? -1 : 0;
}

int arange_like_run(nd_invocation *call) {
    double start = nd_float(call->op, call->words, 0), step = nd_float(call->op, call->words, 1);
    int64_t repeat = nd_int(call->op, call->words, 2);
    for (int64_t i = 0; i < call->out[0]->size; i++)
        nd_array_set(call->out[0], i, start + (double)(i / repeat) * step);
    return 0;
}
