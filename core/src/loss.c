/* Output layers of MXNet's old interface: each shows its prediction and states the gradient of a loss, which replaces
 * that of what is shown. */
#include <math.h>

#include "array.h"
#include "loss.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* ---------------------------------------------------------------------------------- the stated gradient */

int attach_gradient_infer(nd_invocation *call) {
    const nd_array *data = call->in[1], *gradient = call->in[2];
    nd_like(call, 0);
    if (nd_same_dtype(call, 1, 2) < 0)
        return -1;
    if (nd_same_shape(data->ndim, data->shape, gradient->ndim, gradient->shape))
        return 0;
    return nd_fail(ND_ESHAPE, "_attach_gradient: data of shape %s cannot have a gradient of shape %s",
                   nd_array_text(data).chars, nd_array_text(gradient).chars);
}

int attach_gradient_gradient(nd_backprop *b) {
    bool times_head = nd_int(b->op, b->words, 0);
    b->into[1] = times_head ? nd_apply2(ND_OP_mul, b->in[2], b->g[0], NULL) : nd_array_retain(b->in[2]);
    return b->into[1] ? 0 : -1;
}

nd_array *nd_do_attach(nd_scope *s, nd_array *shown, nd_array *data, nd_array *gradient, bool times_head) {
    nd_words words = nd_words_new(ND_OP__attach_gradient);
    nd_words_int(&words, ND_OP__attach_gradient, 0, times_head);
    nd_array *in[] = {shown, data, gradient};
    return nd_do(s, ND_OP__attach_gradient, in, 3, &words);
}

nd_array *nd_do_label(nd_scope *s, nd_array *label, const nd_array *data) {
    return s->failed ? NULL : nd_do_reshape(s, nd_do_cast(s, label, data->dtype), data->ndim, data->shape);
}

/* ------------------------------------------------------------------------------------------ regression */

static int64_t per_sample(const nd_array *data) {
    return data->ndim && data->shape[0] ? data->size / data->shape[0] : 1;
}

/* The label may be flat, or lack axes of extent 1. */
static int check_regression(const nd_invocation *call) {
    const nd_array *data = call->in[0], *label = call->in[1];
    if (label->size == data->size && (data->ndim == 0 || (label->ndim && label->shape[0] == data->shape[0])))
        return 0;
    return nd_fail(ND_ESHAPE, "%s: data of shape %s needs a label of the same shape, not %s", call->op->name,
                   nd_array_text(data).chars, nd_array_text(label).chars);
}

/* Shows the prediction; the gradient is grad_scale times `slope` of prediction and label, over the numbers in a sample.
 */
static int regression(nd_invocation *call, nd_op_id predict, nd_array *(*slope)(nd_scope *, nd_array *, nd_array *)) {
    if (check_regression(call) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *data = call->in[0];
    nd_array *shown = nd_do1(&s, predict, data), *label = nd_do_label(&s, call->in[1], data);
    double scale = nd_float(call->op, call->words, 0) / (double)per_sample(data);
    nd_array *gradient = nd_do_scalar(&s, ND_OP_mul_scalar, slope(&s, shown, label), scale);
    nd_array *out = nd_do_attach(&s, shown, data, gradient, false);
    return nd_scope_results(&s, &out, 1, call->out);
}

static nd_array *difference(nd_scope *s, nd_array *prediction, nd_array *label) {
    return nd_do2(s, ND_OP_sub, prediction, label);
}

/* 1 above the label, -1 at it and below. */
static nd_array *side(nd_scope *s, nd_array *prediction, nd_array *label) {
    nd_array *above = nd_do2(s, ND_OP_greater, prediction, label);
    return nd_do_scalar(s, ND_OP_sub_scalar, nd_do_scalar(s, ND_OP_mul_scalar, above, 2), 1);
}

int linear_regression_compose(nd_invocation *call) {
    return regression(call, ND_OP__copy, difference);
}

int logistic_regression_compose(nd_invocation *call) {
    return regression(call, ND_OP_sigmoid, difference);
}

int mae_regression_compose(nd_invocation *call) {
    return regression(call, ND_OP__copy, side);
}

/* ------------------------------------------------------------------------------------- classes in labels */

nd_array *nd_do_one_hot(nd_scope *s, nd_array *label, int64_t classes, nd_dtype dtype, double on, double off) {
    nd_words words = nd_words_new(ND_OP_one_hot);
    nd_words_int(&words, ND_OP_one_hot, 0, classes);
    words.at[nd_op_word_of(&nd_ops[ND_OP_one_hot], 1)].f = on;
    words.at[nd_op_word_of(&nd_ops[ND_OP_one_hot], 2)].f = off;
    nd_words_int(&words, ND_OP_one_hot, 3, dtype);
    return nd_do_with(s, ND_OP_one_hot, label, &words);
}

/* (n, classes) and (n,): the shapes that softmax_cross_entropy and SVMOutput work on. */
static int check_rows(const nd_invocation *call) {
    const nd_array *data = call->in[0], *label = call->in[1];
    if (data->ndim == 2 && label->ndim == 1 && label->shape[0] == data->shape[0] && data->shape[1] > 0)
        return 0;
    return nd_fail(ND_ESHAPE, "%s: needs data of shape (n, classes) and a label of shape (n,), not %s and %s",
                   call->op->name, nd_array_text(data).chars, nd_array_text(label).chars);
}

/* The logarithm, or that of 1e-8 where it is less; the gradient does not stop there. */
static nd_array *kept_above(nd_scope *s, nd_array *logs) {
    nd_spec spec = s->failed ? (nd_spec){0} : nd_array_spec(logs);
    nd_array *ones = s->failed ? NULL : nd_do_full(s, &spec, logs->context, 1);
    return nd_do_attach(s, nd_do_scalar(s, ND_OP_maximum_scalar, logs, log(1e-8)), logs, ones, true);
}

/* A label beyond the classes counts from the other end. */
int softmax_cross_entropy_compose(nd_invocation *call) {
    enum { WRAP = 1 };
    if (check_rows(call) < 0)
        return -1;
    nd_scope s = {0};
    nd_words wrapped = nd_words_new(ND_OP_pick);
    nd_words_int(&wrapped, ND_OP_pick, 2, WRAP);
    nd_array *in[] = {nd_do1(&s, ND_OP_log_softmax, call->in[0]), call->in[1]};
    nd_array *total = nd_do1(&s, ND_OP_sum, kept_above(&s, nd_do(&s, ND_OP_pick, in, 2, &wrapped)));
    nd_array *out = nd_do1(&s, ND_OP_negative, total);
    return nd_scope_results(&s, &out, 1, call->out);
}

/* Of the row's hinges max(0, margin - side*x), where side is 1 for the label's class and -1 for the others. */
int svm_output_compose(nd_invocation *call) {
    double margin = nd_float(call->op, call->words, 0), weight = nd_float(call->op, call->words, 1);
    bool linear = nd_int(call->op, call->words, 2);
    if (check_rows(call) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *x = call->in[0], *sides = nd_do_one_hot(&s, call->in[1], x->shape[1], x->dtype, 1, -1);
    nd_array *gap = nd_do_scalar(&s, ND_OP_sub_reversed, nd_do2(&s, ND_OP_mul, sides, x), margin);
    nd_array *slope = linear ? nd_do_scalar(&s, ND_OP_greater_scalar, gap, 0) : nd_do1(&s, ND_OP_relu, gap);
    nd_array *signed_slope = nd_do2(&s, ND_OP_mul, slope, sides);
    nd_array *gradient = nd_do_scalar(&s, ND_OP_mul_scalar, signed_slope, linear ? -weight : -2 * weight);
    nd_array *out = nd_do_attach(&s, nd_do1(&s, ND_OP__copy, x), x, gradient, false);
    return nd_scope_results(&s, &out, 1, call->out);
}
