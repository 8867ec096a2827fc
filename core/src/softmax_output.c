/* SoftmaxOutput: softmax that states the gradient of the cross-entropy with the label. */
#include "array.h"
#include "loss.h"
#include "map.h"
#include "normalize.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

enum { BATCH, NONE, VALID }; /* the choices of normalization, in the table's order */

typedef struct options {
    double scale, ignored, smoothing;
    bool classes; /* labels name them; else they are probabilities */
    bool multi, ignores, preserves, times_head;
    int64_t normalization;
} options;

static options read(const nd_invocation *call) {
    const nd_op *op = call->op;
    const nd_word *w = call->words;
    return (options){.scale = nd_float(op, w, 0),
                     .ignored = nd_float(op, w, 1),
                     .smoothing = nd_float(op, w, 7),
                     .multi = nd_int(op, w, 2),
                     .ignores = nd_int(op, w, 3),
                     .preserves = nd_int(op, w, 4),
                     .times_head = nd_int(op, w, 6),
                     .normalization = nd_int(op, w, 5)};
}

/* Which axis holds the classes of (samples, classes, positions): data as it is seen, with one position or several. */
static nd_spec view_of(const nd_array *data, const options *o) {
    nd_spec spec = {.dtype = data->dtype, .ndim = 3};
    int64_t first = data->shape[0], last = data->shape[data->ndim - 1];
    if (o->multi)
        spec.shape[0] = first, spec.shape[1] = data->shape[1],
        spec.shape[2] = nd_count(data->ndim - 2, data->shape + 2);
    else if (o->preserves)
        spec.shape[0] = nd_count(data->ndim - 1, data->shape), spec.shape[1] = last, spec.shape[2] = 1;
    else
        spec.shape[0] = first, spec.shape[1] = nd_count(data->ndim - 1, data->shape + 1), spec.shape[2] = 1;
    return spec;
}

/* A class for each sample and position, or as many probabilities as the data has. */
static int check(const nd_array *data, const nd_array *label, const nd_spec *view) {
    bool fits = label->size == view->shape[0] * view->shape[2] && label->ndim && label->shape[0] == data->shape[0];
    if (fits || nd_same_shape(data->ndim, data->shape, label->ndim, label->shape))
        return 0;
    return nd_fail(ND_ESHAPE,
                   "SoftmaxOutput: data of shape %s, read as (samples, classes, positions) %s, needs a label with a "
                   "class for each sample and position, or of the data's shape, not %s",
                   nd_array_text(data).chars, nd_spec_text(view).chars, nd_array_text(label).chars);
}

/* ------------------------------------------------------------------------------- _class_gradient, in one pass */

int class_gradient_infer(nd_invocation *call) {
    nd_like(call, 0);
    for (int i = 1; i < 3; i++) {
        if (nd_same_dtype(call, 0, i) < 0)
            return -1;
        if (!nd_lies_along(call->in[i], call->in[0]))
            return nd_fail(ND_ESHAPE, "%s: input %d of shape %s does not broadcast to shares of shape %s",
                           call->op->name, i, nd_array_text(call->in[i]).chars, nd_array_text(call->in[0]).chars);
    }
    return 0;
}

int class_gradient_run(nd_invocation *call) {
    nd_operands operands = {.count = 0};
    nd_add_inputs(&operands, call->op, call->in, call->inputs, call->words, call->out[0]->dtype);
    return nd_map_over(call->op, ND_MAP__class_gradient, 0, &operands, call->out[0]);
}

int class_gradient_gradient(nd_backprop *b) {
    b->into[0] = nd_apply_scalar(ND_OP_mul_scalar, b->g[0], nd_float(b->op, b->words, 2));
    return b->into[0] ? 0 : -1;
}

/* ------------------------------------------------------------------------------------------------ the layer */

/* 1 for the class in a label, less the smoothing, which the other classes share. */
static nd_words target(const nd_spec *view, const options *o, double scale) {
    nd_words words = nd_words_new(ND_OP__class_gradient);
    double smoothing = o->multi ? 0 : o->smoothing, others = (double)(view->shape[1] > 1 ? view->shape[1] - 1 : 1);
    words.at[0].f = 1 - smoothing;
    words.at[1].f = smoothing / others;
    words.at[2].f = scale;
    return words;
}

/* 0, 1, 2 ... along the axis of classes. */
static nd_array *number_classes(nd_scope *s, nd_array *shares) {
    nd_words words = nd_words_new(ND_OP__contrib_arange_like);
    nd_words_int(&words, ND_OP__contrib_arange_like, 3, 1);
    nd_array *numbers = nd_do_with(s, ND_OP__contrib_arange_like, shares, &words);
    return s->failed ? NULL : nd_do_reshape(s, numbers, 3, (int64_t[]){1, numbers->size, 1});
}

/* By the number of positions, by that and the number of samples, or not: what counts is divided by later. */
static double divisor(const nd_spec *view, int64_t how) {
    double all = (double)view->shape[2] * (how == BATCH ? (double)view->shape[0] : 1);
    return how == VALID || all == 0 ? 1 : all;
}

/* 0 for the samples and positions whose label is to be ignored, and over the number of labels that count. */
static nd_array *weigh(nd_scope *s, nd_array *gradient, nd_array *label, const options *o) {
    if (!o->ignores && o->normalization != VALID)
        return gradient;
    nd_array *known = nd_do_scalar(s, ND_OP_not_equal_scalar, nd_do1(s, ND_OP_trunc, label), o->ignored);
    if (o->ignores)
        gradient = nd_do2(s, ND_OP_mul, gradient, known);
    if (o->normalization != VALID)
        return gradient;
    nd_array *count = nd_do_scalar(s, ND_OP_maximum_scalar, nd_do1(s, ND_OP_sum, known), 1);
    return nd_do2(s, ND_OP_div, gradient, count);
}

/* Of the cross-entropy of `shares` with classes. float16 does not count far enough. */
static nd_array *gradient_of_classes(nd_scope *s, nd_array *shares, nd_array *label, const nd_spec *view,
                                     const options *o) {
    if (s->failed)
        return NULL;
    nd_dtype dtype = shares->dtype, wide = nd_wide(shares);
    nd_array *wider = nd_do_as(s, shares, wide);
    label = nd_do_reshape(s, nd_do_as(s, label, wide), 3, (int64_t[]){view->shape[0], 1, view->shape[2]});
    nd_words words = target(view, o, o->scale / divisor(view, o->normalization));
    nd_array *in[] = {wider, label, number_classes(s, wider)};
    nd_array *gradient = nd_do(s, ND_OP__class_gradient, in, 3, &words);
    return nd_do_as(s, weigh(s, gradient, label, o), dtype);
}

static nd_array *gradient_of(nd_scope *s, nd_array *shares, nd_array *label, const nd_spec *view, const options *o) {
    if (o->classes)
        return gradient_of_classes(s, shares, label, view, o);
    nd_array *difference = s->failed ? NULL : nd_do2(s, ND_OP_sub, shares, nd_do_label(s, label, shares));
    return nd_do_scalar(s, ND_OP_mul_scalar, difference, o->scale);
}

int softmax_output_compose(nd_invocation *call) {
    nd_array *data = call->in[0], *label = call->in[1];
    options o = read(call);
    if (data->ndim < 2)
        return nd_fail(ND_ESHAPE, "SoftmaxOutput: data of shape %s has no axis of classes", nd_array_text(data).chars);
    nd_spec view = view_of(data, &o);
    if (check(data, label, &view) < 0)
        return -1;
    o.classes = !nd_same_shape(data->ndim, data->shape, label->ndim, label->shape);
    nd_scope s = {0};
    nd_words along_classes = nd_words_new(ND_OP_softmax);
    nd_words_int(&along_classes, ND_OP_softmax, 0, 1);
    nd_array *seen = nd_do_like(&s, data, &view), *out = nd_do_with(&s, ND_OP_softmax, seen, &along_classes);
    if (nd_is_recording())
        out = nd_do_attach(&s, out, seen, gradient_of(&s, out, label, &view, &o), o.times_head);
    out = nd_do_reshape(&s, out, data->ndim, data->shape);
    return nd_scope_results(&s, &out, 1, call->out);
}
