/* Axes of extent 1 repeated. */
#include "array.h"
#include "copy.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

static int check_broadcast(nd_invocation *call, nd_spec target) {
    nd_spec own = nd_array_spec(call->in[0]), both = own;
    target.dtype = own.dtype;
    if (nd_broadcast(call->op, own, target, &both) < 0)
        return -1;
    if (!nd_same_shape(both.ndim, both.shape, target.ndim, target.shape))
        return nd_fail(ND_ESHAPE, "%s: shape %s cannot be broadcast to %s, which would shrink it", call->op->name,
                       nd_spec_text(&own).chars, nd_spec_text(&target).chars);
    call->spec[0] = target;
    return nd_checked_size(call->op->name, &target) < 0 ? -1 : 0;
}

int broadcast_to_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, 0, &values);
    nd_spec target = nd_listed_spec(x->dtype, count, values);
    for (int i = 0, added = target.ndim - x->ndim; i < target.ndim; i++)
        if (target.shape[i] == 0 && i >= added)
            target.shape[i] = x->shape[i - added];
    return check_broadcast(call, target);
}

int broadcast_exactly_infer(nd_invocation *call) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, 0, &values);
    return check_broadcast(call, nd_listed_spec(call->in[0]->dtype, count, values));
}

/* Of rhs all extents, or those of some axes for some of lhs. */
int broadcast_like_infer(nd_invocation *call) {
    const nd_array *x = call->in[0], *like = call->in[1];
    const nd_word *axes, *others;
    int64_t count = nd_list(call->op, call->words, 0, &axes), given = nd_list(call->op, call->words, 1, &others);
    if (count == ND_NONE && given == ND_NONE)
        return check_broadcast(call, nd_array_spec(like));
    if (count < 1 || count != given)
        return nd_fail(ND_EARGUMENT, "broadcast_like: needs as many rhs_axes as lhs_axes");
    nd_spec target = nd_array_spec(x);
    for (int i = 0; i < count; i++) {
        int axis = nd_axis(call->op, axes[i].i, x->ndim, x);
        int other = axis < 0 ? -1 : nd_axis(call->op, others[i].i, like->ndim, like);
        if (other < 0)
            return -1;
        target.shape[axis] = like->shape[other];
    }
    return check_broadcast(call, target);
}

int broadcast_axis_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    const nd_word *axes, *sizes;
    int64_t count = nd_list(call->op, call->words, 0, &axes), given = nd_list(call->op, call->words, 1, &sizes);
    nd_spec target = nd_array_spec(x);
    if (count == ND_NONE || count != given)
        return nd_fail(ND_EARGUMENT, "broadcast_axis: needs as many sizes as axes");
    for (int i = 0; i < count; i++) {
        int axis = nd_axis(call->op, axes[i].i, x->ndim, x);
        if (axis < 0)
            return -1;
        if (x->shape[axis] != 1)
            return nd_fail(ND_ESHAPE, "broadcast_axis: axis %d of shape %s is not of extent 1", axis,
                           nd_array_text(x).chars);
        target.shape[axis] = sizes[i].i;
    }
    call->spec[0] = target;
    return nd_checked_size(call->op->name, &target) < 0 ? -1 : 0;
}

int broadcast_run(nd_invocation *call) {
    const nd_array *x = call->in[0], *out = call->out[0];
    nd_strides from = nd_strides_to(x->ndim, x->shape, &call->spec[0]);
    return nd_copy_arranged(x->context, out->ndim, out->shape, nd_data(out), nd_strides_of(out->ndim, out->shape),
                            nd_data(x), from, nd_dtype_size(x->dtype));
}

int broadcast_gradient(nd_backprop *b) {
    nd_spec spec = nd_input_spec(b->node, 0);
    b->into[0] = nd_sum_to(b->g[0], &spec);
    return b->into[0] ? 0 : -1;
}

int nd_array_assign(nd_array *target, const nd_array *source) {
    int64_t start[ND_MAX_DIM] = {0}, step[ND_MAX_DIM];
    for (int i = 0; i < target->ndim; i++)
        step[i] = 1;
    return nd_slice_assign(target, start, step, target->shape, source);
}
