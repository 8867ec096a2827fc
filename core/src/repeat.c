/* Elements several times over: tile repeats the whole array along each axis, repeat each element along one. */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* x read as `outer` rows of `inner` elements, each row `times` times in succession. */
static nd_array *rows_repeated(nd_scope *s, nd_array *x, int64_t outer, int64_t times, int64_t inner) {
    nd_array *rows = nd_do_reshape(s, x, 3, (int64_t[]){outer, 1, inner});
    return nd_do_broadcast(s, rows, 3, (int64_t[]){outer, times, inner});
}

static int multiply(const nd_op *op, nd_spec *spec, int axis, int64_t times, int64_t least) {
    if (times >= least && !__builtin_mul_overflow(spec->shape[axis], times, &spec->shape[axis]))
        return nd_checked_size(op->name, spec) < 0 ? -1 : 0;
    return nd_fail(ND_EARGUMENT, "%s: cannot repeat axis %d %lld times", op->name, axis, (long long)times);
}

/* The shape with axes of extent 1 in front, if there are fewer than `ndim`. */
static nd_spec with_axes(const nd_array *x, int64_t ndim) {
    nd_spec spec = {.dtype = x->dtype, .ndim = (uint8_t)(ndim > x->ndim ? ndim : x->ndim)};
    for (int i = 0, added = spec.ndim - x->ndim; i < spec.ndim; i++)
        spec.shape[i] = i < added ? 1 : x->shape[i - added];
    return spec;
}

/* Repeats x, from the last axis to the first, until it has the shape. */
static nd_array *tiled(nd_scope *s, nd_array *x, nd_spec own, const nd_spec *shape) {
    for (int axis = shape->ndim - 1; axis >= 0; axis--) {
        int64_t times = own.shape[axis] ? shape->shape[axis] / own.shape[axis] : 1;
        int64_t outer = nd_count(axis, own.shape), inner = nd_count(own.ndim - axis, own.shape + axis);
        if (times != 1)
            x = rows_repeated(s, x, outer, times, inner);
        own.shape[axis] = shape->shape[axis];
    }
    return x;
}

int tile_compose(nd_invocation *call) {
    const nd_word *reps;
    int64_t count = nd_list(call->op, call->words, 0, &reps);
    nd_spec own = with_axes(call->in[0], count), spec = own;
    for (int axis = spec.ndim - 1, i = (int)count - 1; i >= 0; axis--, i--)
        if (multiply(call->op, &spec, axis, reps[i].i, 1) < 0)
            return -1;
    nd_scope s = {0};
    nd_array *y = tiled(&s, call->in[0], own, &spec);
    if (y == call->in[0]) /* a result shares no memory with an input */
        y = nd_do1(&s, ND_OP__copy, y);
    y = nd_do_like(&s, y, &spec);
    return nd_scope_results(&s, &y, 1, call->out);
}

int repeat_compose(nd_invocation *call) {
    nd_array *x = call->in[0];
    int64_t times = nd_int(call->op, call->words, 0), given = nd_int(call->op, call->words, 1);
    nd_spec flat = {.dtype = x->dtype, .ndim = 1, .shape = {x->size}};
    nd_spec spec = given == ND_NONE ? flat : nd_array_spec(x);
    int axis = given == ND_NONE ? 0 : nd_axis(call->op, given, x->ndim, x);
    if (axis < 0)
        return -1;
    int64_t outer = nd_count(axis + 1, spec.shape), inner = nd_count(spec.ndim - axis - 1, spec.shape + axis + 1);
    if (multiply(call->op, &spec, axis, times, 0) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *y = nd_do_like(&s, rows_repeated(&s, x, outer, times, inner), &spec);
    return nd_scope_results(&s, &y, 1, call->out);
}
