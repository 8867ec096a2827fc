/* SoftmaxOutput: softmax that states the gradient of the cross-entropy with the label. */
#include "array.h"
#include "loss.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

enum { BATCH, NONE, VALID }; /* the choices of normalization, in the table's order */

typedef struct options {
    double scale, ignored, smoothing;
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

/* The distribution wanted: 1 at the label, less the smoothing, which the other classes share. */
static nd_array *wanted(nd_scope *s, nd_array *label, const nd_spec *view, const options *o) {
    static const int64_t classes_second[] = {0, 2, 1};
    double smoothing = o->multi ? 0 : o->smoothing, others = (double)(view->shape[1] > 1 ? view->shape[1] - 1 : 1);
    int64_t shape[] = {view->shape[0], view->shape[2]};
    nd_array *classes = nd_do_reshape(s, label, 2, shape);
    nd_array *rows = nd_do_one_hot(s, classes, view->shape[1], view->dtype, 1 - smoothing, smoothing / others);
    return view->shape[2] == 1 ? nd_do_like(s, rows, view) : nd_do_transpose(s, rows, 3, classes_second);
}

/* Zero where the label is the one to be ignored. */
static nd_array *ignore(nd_scope *s, nd_array *gradient, nd_array *counts, const nd_spec *view) {
    int64_t shape[] = {view->shape[0], 1, view->shape[2]};
    return nd_do2(s, ND_OP_mul, gradient, nd_do_reshape(s, counts, 3, shape));
}

/* Divided by the number of positions, by that and the number of samples, or by how many labels count. */
static nd_array *normalize(nd_scope *s, nd_array *gradient, nd_array *counts, const nd_spec *view, int64_t how) {
    int64_t positions = view->shape[2], samples = how == BATCH ? view->shape[0] : 1, all = positions * samples;
    if (how != VALID)
        return nd_do_scalar(s, ND_OP_div_scalar, gradient, (double)(all ? all : 1));
    nd_array *count = nd_do_scalar(s, ND_OP_maximum_scalar, nd_do1(s, ND_OP_sum, counts), 1);
    return nd_do2(s, ND_OP_div, gradient, nd_do_reshape(s, count, 1, (int64_t[]){1}));
}

/* Of the cross-entropy of `shares` with classes. */
static nd_array *gradient_of_classes(nd_scope *s, nd_array *shares, nd_array *label, const nd_spec *view,
                                     const options *o) {
    nd_array *gradient = nd_do2(s, ND_OP_sub, shares, wanted(s, label, view, o));
    nd_array *known = nd_do_scalar(s, ND_OP_not_equal_scalar, nd_do1(s, ND_OP_trunc, label), o->ignored);
    nd_array *counts = nd_do_cast(s, known, view->dtype);
    if (o->ignores)
        gradient = ignore(s, gradient, counts, view);
    return normalize(s, gradient, counts, view, o->normalization);
}

int softmax_output_compose(nd_invocation *call) {
    nd_array *data = call->in[0], *label = call->in[1];
    options o = read(call);
    if (data->ndim < 2)
        return nd_fail(ND_ESHAPE, "SoftmaxOutput: data of shape %s has no axis of classes", nd_array_text(data).chars);
    nd_spec view = view_of(data, &o);
    if (check(data, label, &view) < 0)
        return -1;
    bool classes = !nd_same_shape(data->ndim, data->shape, label->ndim, label->shape);
    nd_scope s = {0};
    nd_words along_classes = nd_words_new(ND_OP_softmax);
    nd_words_int(&along_classes, ND_OP_softmax, 0, 1);
    nd_array *seen = nd_do_like(&s, data, &view), *shares = nd_do_with(&s, ND_OP_softmax, seen, &along_classes);
    nd_array *gradient = classes ? gradient_of_classes(&s, shares, label, &view, &o)
                                 : nd_do2(&s, ND_OP_sub, shares, nd_do_label(&s, label, seen));
    gradient = nd_do_scalar(&s, ND_OP_mul_scalar, gradient, o.scale);
    nd_array *out = nd_do_attach(&s, shares, seen, gradient, o.times_head);
    out = nd_do_reshape(&s, out, data->ndim, data->shape);
    return nd_scope_results(&s, &out, 1, call->out);
}
