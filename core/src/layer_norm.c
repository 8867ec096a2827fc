/* LayerNorm, GroupNorm, InstanceNorm: data seen under three axes and normalized along one of them; and what they share
 * with BatchNorm. */
#include "array.h"
#include "normalize.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* ---------------------------------------------------------------------------------------------- shared */

nd_layer nd_layer_at(const nd_array *data, int axis, double eps) {
    return (nd_layer){.view = {nd_count(axis, data->shape), data->shape[axis],
                               nd_count(data->ndim - axis - 1, data->shape + axis + 1)},
                      .axes = 1,
                      .axis = {1},
                      .eps = eps};
}

int nd_check_scales(const nd_invocation *call, int64_t count) {
    for (int i = 1; i < call->inputs; i++)
        if (call->in[i]->ndim != 1 || call->in[i]->shape[0] != count)
            return nd_fail(ND_ESHAPE, "%s: data of shape %s needs inputs of shape (%lld,) beside it, not %s",
                           call->op->name, nd_array_text(call->in[0]).chars, (long long)count,
                           nd_array_text(call->in[i]).chars);
    return 0;
}

nd_dtype nd_wide(const nd_array *data) {
    return data->dtype == ND_FLOAT64 ? ND_FLOAT64 : ND_FLOAT32;
}

nd_array *nd_do_scale(nd_scope *s, nd_array *scale, const nd_array *data) {
    return s->failed ? NULL : nd_do_reshape(s, nd_do_as(s, scale, nd_wide(data)), 3, (int64_t[]){1, scale->size, 1});
}

nd_array *nd_do_moved(nd_scope *scope, nd_array *average, nd_array *batch, double momentum) {
    nd_array *kept = nd_do_scalar(scope, ND_OP_mul_scalar, average, momentum);
    nd_array *gained = nd_do_scalar(scope, ND_OP_mul_scalar, batch, 1 - momentum);
    return nd_do2(scope, ND_OP_add, kept, gained);
}

nd_array *nd_do_deviation(nd_scope *s, nd_op_id root, nd_array *variance, double eps) {
    return nd_do1(s, root, nd_do_scalar(s, ND_OP_add_scalar, variance, eps));
}

nd_normalized nd_do_normalize(nd_scope *s, nd_array *data, nd_array *gamma, nd_array *beta, const nd_layer *layer) {
    nd_words words = nd_words_new(ND_OP__normalize);
    nd_words_list(&words, ND_OP__normalize, 0, layer->axis, layer->axes);
    words.at[nd_op_word_of(&nd_ops[ND_OP__normalize], 1)].f = layer->eps;
    nd_array *seen = nd_do_reshape(s, nd_do_as(s, data, nd_wide(data)), 3, layer->view), *made[3] = {0};
    nd_array *in[] = {seen, nd_do_scale(s, gamma, data), nd_do_scale(s, beta, data)};
    if (s->failed || nd_call(&nd_ops[ND_OP__normalize], in, 3, words.at, data->context, made) < 0)
        s->failed = true;
    for (int i = 0; i < 3 && made[i]; i++)
        made[i] = nd_scope_own(s, made[i]);
    nd_array *out = nd_do_reshape(s, made[0], data->ndim, data->shape);
    return (nd_normalized){nd_do_as(s, out, data->dtype), made[1], made[2]};
}

/* ---------------------------------------------------------------------------------------------- layers */

static int check(const nd_invocation *call, int ndim) {
    const nd_array *x = call->in[0];
    if (x->ndim < ndim)
        return nd_fail(ND_ESHAPE, "%s: data needs at least %d axes, not shape %s", call->op->name, ndim,
                       nd_array_text(x).chars);
    return nd_check_float(call);
}

/* The outputs: the result alone, or with the mean and the deviation under a shape of their own. */
static int normalize(nd_invocation *call, const nd_layer *layer, bool statistics, const nd_spec *shape) {
    nd_scope s = {0};
    nd_normalized n = nd_do_normalize(&s, call->in[0], call->in[1], call->in[2], layer);
    nd_array *outputs[3] = {n.out, n.mean, n.variance};
    if (!statistics)
        return nd_scope_results(&s, outputs, 1, call->out);
    outputs[1] = nd_do_like(&s, n.mean, shape);
    outputs[2] = nd_do_like(&s, nd_do_deviation(&s, ND_OP_sqrt, n.variance, layer->eps), shape);
    for (int i = 1; i < 3; i++)
        outputs[i] = nd_do_as(&s, outputs[i], call->in[0]->dtype);
    call->outputs = 3;
    return nd_scope_results(&s, outputs, 3, call->out);
}

int layer_norm_compose(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int axis = nd_axis(call->op, nd_int(call->op, call->words, 0), x->ndim, x);
    if (axis < 0 || check(call, 1) < 0 || nd_check_scales(call, x->shape[axis]) < 0)
        return -1;
    nd_layer layer = nd_layer_at(x, axis, nd_float(call->op, call->words, 1));
    nd_spec shape = nd_array_spec(x);
    shape.shape[axis] = 1;
    return normalize(call, &layer, nd_int(call->op, call->words, 2), &shape);
}

int group_norm_compose(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t groups = nd_int(call->op, call->words, 0);
    if (check(call, 3) < 0)
        return -1;
    if (groups < 1 || x->shape[1] % groups)
        return nd_fail(ND_EARGUMENT, "GroupNorm: the %lld channels of shape %s do not divide into num_groups=%lld",
                       (long long)x->shape[1], nd_array_text(x).chars, (long long)groups);
    if (nd_check_scales(call, groups) < 0)
        return -1;
    int64_t samples = x->shape[0], size = nd_count(x->ndim - 1, x->shape + 1) / groups;
    nd_layer layer = {
        .view = {samples, groups, size}, .axes = 1, .axis = {2}, .eps = nd_float(call->op, call->words, 1)};
    nd_spec shape = {.dtype = x->dtype, .ndim = 2, .shape = {samples, groups}};
    return normalize(call, &layer, nd_int(call->op, call->words, 2), &shape);
}

int instance_norm_compose(nd_invocation *call) {
    const nd_array *x = call->in[0];
    if (check(call, 3) < 0 || nd_check_scales(call, x->shape[1]) < 0)
        return -1;
    nd_layer layer = nd_layer_at(x, 1, nd_float(call->op, call->words, 0));
    layer.axis[0] = 2;
    return normalize(call, &layer, false, NULL);
}
