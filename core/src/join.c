/* Arrays put together and cut apart along an axis. */
#include <string.h>

#include "array.h"
#include "copy.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* Copies between a whole and its part that begins at `begin` along the axis. */
static void copy_part(const nd_array *whole, const nd_array *part, int axis, int64_t begin, bool into_whole) {
    nd_spec shape = nd_array_spec(whole); /* the part's extents, under the whole's axes */
    nd_strides whole_strides = nd_strides_of(whole->ndim, whole->shape);
    shape.shape[axis] = part->size / (nd_spec_size(&shape) / shape.shape[axis]);
    nd_strides part_strides = nd_strides_of(shape.ndim, shape.shape);
    int item = nd_dtype_size(whole->dtype);
    char *inside = (char *)nd_data(whole) + begin * whole_strides.of[axis] * item;
    if (into_whole)
        nd_copy_strided(shape.ndim, shape.shape, inside, whole_strides, nd_data(part), part_strides, item);
    else
        nd_copy_strided(shape.ndim, shape.shape, nd_data(part), part_strides, inside, whole_strides, item);
}

static int same_but_for(nd_invocation *call, int axis) {
    const nd_array *first = call->in[0];
    for (int i = 1; i < call->inputs; i++) {
        const nd_array *other = call->in[i];
        if (nd_same_dtype(call, 0, i) < 0)
            return -1;
        bool same = other->ndim == first->ndim;
        for (int k = 0; k < first->ndim && same; k++)
            same = k == axis || other->shape[k] == first->shape[k];
        if (!same)
            return nd_fail(ND_ESHAPE, "%s: input 0 has shape %s and input %d %s; they may differ along axis %d only",
                           call->op->name, nd_array_text(first).chars, i, nd_array_text(other).chars, axis);
    }
    return 0;
}

int concat_infer(nd_invocation *call) {
    int axis = nd_axis(call->op, nd_int(call->op, call->words, 0), call->in[0]->ndim, call->in[0]);
    if (axis < 0 || same_but_for(call, axis) < 0)
        return -1;
    nd_like(call, 0);
    for (int i = 1; i < call->inputs; i++)
        call->spec[0].shape[axis] += call->in[i]->shape[axis];
    return nd_checked_size("concat", &call->spec[0]) < 0 ? -1 : 0;
}

int stack_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    if (x->ndim == ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "stack: %s has as many axes as an array can have", nd_array_text(x).chars);
    int axis = nd_axis(call->op, nd_int(call->op, call->words, 0), x->ndim + 1, x);
    if (axis < 0 || same_but_for(call, -1) < 0)
        return -1;
    nd_like(call, 0);
    nd_spec *spec = &call->spec[0];
    memmove(spec->shape + axis + 1, spec->shape + axis, (size_t)(x->ndim - axis) * sizeof *spec->shape);
    spec->shape[axis] = call->inputs;
    spec->ndim++;
    return nd_checked_size("stack", spec) < 0 ? -1 : 0;
}

/* Serves stack too: there every input is of extent 1 along the output's axis. */
int concat_run(nd_invocation *call) {
    const nd_array *out = call->out[0];
    int64_t axis = nd_int(call->op, call->words, 0), begin = 0;
    axis += axis < 0 ? out->ndim : 0;
    bool stacks = call->op == &nd_ops[ND_OP_stack];
    for (int i = 0; i < call->inputs; i++) {
        if (call->in[i]->size)
            copy_part(out, call->in[i], (int)axis, begin, true);
        begin += stacks ? 1 : call->in[i]->shape[axis];
    }
    return 0;
}

/* The piece of g from `begin` along the axis, under the shape of an input. */
static nd_array *piece(nd_array *g, int axis, int64_t begin, int64_t extent, const nd_spec *spec) {
    int64_t start[ND_MAX_DIM] = {0}, step[ND_MAX_DIM], count[ND_MAX_DIM];
    for (int i = 0; i < g->ndim; i++)
        step[i] = 1, count[i] = g->shape[i];
    start[axis] = begin;
    count[axis] = extent;
    nd_array *slice = nd_slice_view(g, start, step, count);
    nd_array *shaped = slice ? nd_reshape_to(slice, spec) : NULL;
    nd_array_release(slice);
    return shaped;
}

static int pieces_gradient(nd_backprop *b, bool stacks) {
    nd_array *g = b->g[0];
    int64_t axis = nd_int(b->op, b->words, 0), begin = 0;
    axis += axis < 0 ? g->ndim : 0;
    for (int i = 0; i < b->node->inputs; i++) {
        nd_spec spec = nd_input_spec(b->node, i);
        int64_t extent = stacks ? 1 : spec.shape[axis];
        if (nd_wanted(b, i) && !(b->into[i] = piece(g, (int)axis, begin, extent, &spec)))
            return -1;
        begin += extent;
    }
    return 0;
}

int concat_gradient(nd_backprop *b) {
    return pieces_gradient(b, false);
}

int stack_gradient(nd_backprop *b) {
    return pieces_gradient(b, true);
}

int split_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t parts = nd_int(call->op, call->words, 0);
    int axis = nd_axis(call->op, nd_int(call->op, call->words, 1), x->ndim, x);
    if (axis < 0)
        return -1;
    if (parts < 1 || parts > ND_MAX_OUTPUTS || x->shape[axis] % parts)
        return nd_fail(ND_ESHAPE, "split: axis %d of shape %s cannot be cut into %lld equal parts (at most %d)", axis,
                       nd_array_text(x).chars, (long long)parts, ND_MAX_OUTPUTS);
    nd_like(call, 0);
    nd_spec spec = call->spec[0];
    spec.shape[axis] /= parts;
    if (nd_int(call->op, call->words, 2)) {
        if (spec.shape[axis] != 1)
            return nd_fail(ND_ESHAPE, "split: squeeze_axis needs parts of extent 1; axis %d of shape %s gives %lld",
                           axis, nd_array_text(x).chars, (long long)spec.shape[axis]);
        memmove(spec.shape + axis, spec.shape + axis + 1, (size_t)(x->ndim - axis - 1) * sizeof *spec.shape);
        spec.ndim--;
    }
    call->outputs = (int)parts;
    for (int i = 0; i < parts; i++)
        call->spec[i] = spec;
    return 0;
}

int split_run(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t axis = nd_int(call->op, call->words, 1);
    axis += axis < 0 ? x->ndim : 0;
    for (int i = 0; i < call->outputs && x->size; i++)
        copy_part(x, call->out[i], (int)axis, i * (x->shape[axis] / call->outputs), false);
    return 0;
}

int split_gradient(nd_backprop *b) {
    nd_spec spec = nd_input_spec(b->node, 0);
    int64_t axis = nd_int(b->op, b->words, 1);
    nd_words words = nd_words_new(ND_OP_concat);
    nd_words_int(&words, ND_OP_concat, 0, axis < 0 ? axis + spec.ndim : axis);
    if (nd_int(b->op, b->words, 2)) { /* the parts lost the axis: stack them on a new one */
        words = nd_words_new(ND_OP_stack);
        nd_words_int(&words, ND_OP_stack, 0, axis < 0 ? axis + spec.ndim : axis);
    }
    nd_op_id join = nd_int(b->op, b->words, 2) ? ND_OP_stack : ND_OP_concat;
    b->into[0] = nd_apply(&nd_ops[join], b->g, b->node->outputs, words.at);
    return b->into[0] ? 0 : -1;
}
