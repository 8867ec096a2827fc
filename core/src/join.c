/* Arrays put together and cut apart along an axis. */
#include <string.h>

#include "array.h"
#include "copy.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* Copies between a whole and its part that begins at `begin` along the axis. */
static int copy_part(const nd_array *whole, const nd_array *part, int axis, int64_t begin, bool into_whole) {
    nd_spec shape = nd_array_spec(whole); /* the part's extents, under the whole's axes */
    nd_strides whole_strides = nd_strides_of(whole->ndim, whole->shape);
    shape.shape[axis] = part->size / (nd_spec_size(&shape) / shape.shape[axis]);
    nd_strides part_strides = nd_strides_of(shape.ndim, shape.shape);
    int item = nd_dtype_size(whole->dtype);
    char *inside = (char *)nd_data(whole) + begin * whole_strides.of[axis] * item;
    if (into_whole)
        return nd_copy_arranged(whole->context, shape.ndim, shape.shape, inside, whole_strides, nd_data(part),
                                part_strides, item);
    return nd_copy_arranged(whole->context, shape.ndim, shape.shape, nd_data(part), part_strides, inside, whole_strides,
                            item);
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
        if (call->in[i]->size && copy_part(out, call->in[i], (int)axis, begin, true) < 0)
            return -1;
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

/* Where along the axis each part begins, and behind the last one its end. */
typedef struct cuts {
    int axis, parts;
    int64_t begin[ND_MAX_OUTPUTS + 1];
} cuts;

/* Parts of equal extent, or of which the first ones are larger by one. */
static int cut_evenly(int64_t parts, int64_t extent, bool exactly, cuts *c) {
    if (parts < 1 || parts > ND_MAX_OUTPUTS || (exactly && extent % parts))
        return -1;
    c->parts = (int)parts;
    for (int64_t i = 0; i <= parts; i++)
        c->begin[i] = i * (extent / parts) + (i < extent % parts ? i : extent % parts);
    return 0;
}

static int cut_before(int64_t count, const nd_word *indices, int64_t extent, cuts *c) {
    if (count < 1 || count > ND_MAX_OUTPUTS || indices[0].i != 0)
        return -1;
    c->parts = (int)count;
    c->begin[count] = extent;
    for (int64_t i = count - 1; i >= 0; i--)
        if ((c->begin[i] = indices[i].i) > c->begin[i + 1])
            return -1;
    return 0;
}

static int read_cuts(const nd_op *op, const nd_word *words, const nd_array *x, cuts *c) {
    const nd_word *indices = NULL;
    bool v2 = op == &nd_ops[ND_OP__split_v2];
    int64_t count = v2 ? nd_list(op, words, 0, &indices) : 0;
    int64_t sections = nd_int(op, words, v2 ? 3 : 0);
    c->axis = nd_axis(op, nd_int(op, words, 1), x->ndim, x);
    if (c->axis < 0)
        return -1;
    int64_t extent = x->shape[c->axis];
    bool at_indices = v2 && sections <= 0;
    if ((at_indices ? cut_before(count, indices, extent, c) : cut_evenly(sections, extent, !v2, c)) == 0)
        return 0;
    if (at_indices)
        return nd_fail(ND_ESHAPE, "%s: axis %d of shape %s is cut before indices that ascend from 0, at most %d",
                       op->name, c->axis, nd_array_text(x).chars, ND_MAX_OUTPUTS);
    return nd_fail(ND_ESHAPE, "%s: axis %d of shape %s cannot be cut into %lld equal parts (at most %d)", op->name,
                   c->axis, nd_array_text(x).chars, (long long)sections, ND_MAX_OUTPUTS);
}

/* The part's shape, without the axis if that is to go. */
static int part_spec(nd_invocation *call, const cuts *c, int part) {
    nd_spec *spec = &call->spec[part];
    *spec = nd_array_spec(call->in[0]);
    spec->shape[c->axis] = c->begin[part + 1] - c->begin[part];
    if (!nd_int(call->op, call->words, 2))
        return 0;
    if (spec->shape[c->axis] != 1)
        return nd_fail(ND_ESHAPE, "%s: squeeze_axis needs parts of extent 1; axis %d of shape %s gives %lld",
                       call->op->name, c->axis, nd_array_text(call->in[0]).chars, (long long)spec->shape[c->axis]);
    memmove(spec->shape + c->axis, spec->shape + c->axis + 1, (size_t)(spec->ndim - c->axis - 1) * sizeof *spec->shape);
    spec->ndim--;
    return 0;
}

int split_infer(nd_invocation *call) {
    cuts c;
    if (read_cuts(call->op, call->words, call->in[0], &c) < 0)
        return -1;
    for (int i = 0; i < c.parts; i++)
        if (part_spec(call, &c, i) < 0)
            return -1;
    call->outputs = c.parts;
    return 0;
}

int split_run(nd_invocation *call) {
    const nd_array *x = call->in[0];
    cuts c;
    if (read_cuts(call->op, call->words, x, &c) < 0)
        return -1;
    for (int i = 0; i < c.parts && x->size; i++)
        if (copy_part(x, call->out[i], c.axis, c.begin[i], false) < 0)
            return -1;
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
