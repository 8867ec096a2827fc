/* Deformable convolution: the taps of each window look where an offset moves them, between the elements.
 *
 * What they see, columns as im2col would make them, is then convolved with a kernel of one tap after another.
 */
#include "array.h"
#include "operators.h"
#include "sampling.h"
#include "shape.h"
#include "spec.h"
#include "window.h"

enum { AXES = ND_WINDOW_AXES };
enum { NUM_FILTER = 4, NUM_GROUP, DEFORMABLE_GROUPS, WORKSPACE, NO_BIAS }; /* parameters after those of the window */

typedef struct deformable {
    nd_window window;
    nd_array *data, *offset, *mask, *weight, *bias; /* mask and bias may be NULL */
    int64_t groups, taps, places;                   /* deformable groups */
} deformable;

static int read_inputs(const nd_invocation *call, bool modulated, deformable *d) {
    bool no_bias = nd_int(call->op, call->words, NO_BIAS);
    int first = modulated ? 3 : 2;
    if (call->inputs != first + (no_bias ? 1 : 2))
        return nd_fail(ND_ECALL, "%s: %s; pass the bias, or no_bias=True", call->op->name,
                       no_bias ? "no_bias is set, but a bias is given" : "the bias is missing");
    *d = (deformable){.data = call->in[0], .offset = call->in[1], .weight = call->in[first]};
    d->mask = modulated ? call->in[2] : NULL;
    d->bias = no_bias ? NULL : call->in[first + 1];
    return nd_window_floats(call, call->inputs);
}

static int check_points(const nd_invocation *call, const deformable *d, const nd_array *x, int64_t each) {
    const nd_window *w = &d->window;
    nd_spec wanted = {.ndim = 4, .shape = {d->data->shape[0], d->groups * each * d->taps, w->out[1], w->out[2]}};
    if (nd_same_shape(x->ndim, x->shape, wanted.ndim, wanted.shape))
        return 0;
    return nd_fail(ND_ESHAPE, "%s: data of shape %s needs an %s of shape %s, not %s", call->op->name,
                   nd_array_text(d->data).chars, each == 2 ? "offset" : "mask", nd_spec_text(&wanted).chars,
                   nd_array_text(x).chars);
}

static int read_shapes(const nd_invocation *call, deformable *d) {
    const nd_array *data = d->data, *weight = d->weight;
    d->groups = nd_int(call->op, call->words, DEFORMABLE_GROUPS);
    if (data->ndim != 4 || data->size == 0)
        return nd_fail(ND_ESHAPE, "%s: data must be images (n, channels, height, width) with elements, not shape %s",
                       call->op->name, nd_array_text(data).chars);
    if (nd_window_read(call->op, call->words, 0, data->ndim, &d->window) < 0 ||
        nd_window_fit(call->op, &d->window, data->shape + 2) < 0)
        return -1;
    d->taps = nd_count(AXES, d->window.kernel);
    d->places = nd_count(AXES, d->window.out);
    if (d->groups < 1 || data->shape[1] % d->groups)
        return nd_fail(ND_EARGUMENT, "%s: num_deformable_group=%lld must divide the channels, %lld", call->op->name,
                       (long long)d->groups, (long long)data->shape[1]);
    if (weight->ndim != 4 || weight->shape[2] != d->window.kernel[1] || weight->shape[3] != d->window.kernel[2])
        return nd_fail(ND_ESHAPE,
                       "%s: a kernel of (%lld, %lld) needs a weight (filters, channels, height, width), not %s",
                       call->op->name, (long long)d->window.kernel[1], (long long)d->window.kernel[2],
                       nd_array_text(weight).chars);
    return check_points(call, d, d->offset, 2) < 0 || (d->mask && check_points(call, d, d->mask, 1) < 0) ? -1 : 0;
}

/* Where a tap looks without an offset, along axis 1 (height) or 2 (width): (1, 1, taps, places). */
static nd_array *usual_points(nd_scope *s, const deformable *d, int axis) {
    const nd_window *w = &d->window;
    nd_spec spec = {.dtype = d->data->dtype, .ndim = 4, .shape = {1, 1, d->taps, d->places}};
    nd_array *points = nd_do_table(s, &spec, d->data->context);
    for (int64_t i = 0; points && i < points->size; i++) {
        int64_t tap = i / d->places, place = i % d->places;
        int64_t along_tap = axis == 1 ? tap / w->kernel[2] : tap % w->kernel[2];
        int64_t along_place = axis == 1 ? place / w->out[2] : place % w->out[2];
        nd_array_set(points, i, (double)(along_place * w->stride[axis] + along_tap * w->dilate[axis] - w->pad[axis]));
    }
    return nd_do_there(s, points, d->data->context);
}

/* Without a mask, points up to the far edge of the last element count as on it, and points before the first do not
 * count. With one, an image fades out over the distance of one element on all sides. */
static nd_array *kept_inside(nd_scope *s, nd_array *points, int64_t extent) {
    nd_array *there = nd_do2(s, ND_OP_mul, nd_do_scalar(s, ND_OP_greater_equal_scalar, points, 0),
                             nd_do_scalar(s, ND_OP_lesser_scalar, points, (double)extent));
    nd_array *last = nd_do_scalar(s, ND_OP_minimum_scalar, points, (double)(extent - 1));
    nd_array *in[] = {there, last, nd_do_scalar(s, ND_OP_sub_scalar, nd_do1(s, ND_OP_zeros_like, points), 2)};
    return nd_do(s, ND_OP_where, in, 3, NULL);
}

/* The points of all taps along an axis: (n, groups, taps * places). */
static nd_array *points_along(nd_scope *s, const deformable *d, int axis) {
    int64_t n = d->data->shape[0], pairs[] = {n, d->groups, d->taps, 2, d->places};
    int64_t apart[] = {n, d->groups, d->taps, d->places}, flat[] = {n, d->groups, d->taps * d->places};
    nd_array *offsets = nd_do_slice_axis(s, nd_do_reshape(s, d->offset, 5, pairs), 3, axis - 1, axis);
    nd_array *points = nd_do2(s, ND_OP_add, nd_do_reshape(s, offsets, 4, apart), usual_points(s, d, axis));
    if (!d->mask)
        points = kept_inside(s, points, d->window.in[axis]);
    return nd_do_reshape(s, points, 3, flat);
}

/* What the taps see: (n, channels, taps, places). */
static nd_array *columns_of(nd_scope *s, const deformable *d) {
    int64_t n = d->data->shape[0], channels = d->data->shape[1];
    int64_t grouped[] = {n, d->groups, channels / d->groups, d->taps, d->places};
    int64_t masks[] = {n, d->groups, 1, d->taps, d->places}, out[] = {n, channels, d->taps, d->places};
    nd_array *y = points_along(s, d, 1), *x = points_along(s, d, 2), *seen = nd_do_sample(s, d->data, y, x);
    if (d->mask)
        seen = nd_do2(s, ND_OP_mul, nd_do_reshape(s, seen, 5, grouped), nd_do_reshape(s, d->mask, 5, masks));
    return nd_do_reshape(s, seen, 4, out);
}

static int convolve(nd_invocation *call, const deformable *d) {
    nd_scope s = {0};
    nd_words words = nd_words_new(ND_OP_Convolution);
    nd_words_list(&words, ND_OP_Convolution, 0, (int64_t[]){d->taps, 1}, 2);
    nd_words_int(&words, ND_OP_Convolution, 4, nd_int(call->op, call->words, NUM_FILTER));
    nd_words_int(&words, ND_OP_Convolution, 5, nd_int(call->op, call->words, NUM_GROUP));
    nd_words_int(&words, ND_OP_Convolution, 7, !d->bias);
    int64_t kernels[] = {d->weight->shape[0], d->weight->shape[1], d->taps, 1};
    nd_array *in[] = {columns_of(&s, d), nd_do_reshape(&s, d->weight, 4, kernels), d->bias};
    nd_array *made = nd_do(&s, ND_OP_Convolution, in, d->bias ? 3 : 2, &words);
    int64_t out[] = {d->data->shape[0], d->weight->shape[0], d->window.out[1], d->window.out[2]};
    made = nd_do_reshape(&s, made, 4, out);
    return nd_scope_results(&s, &made, 1, call->out);
}

static int compose(nd_invocation *call, bool modulated) {
    deformable d;
    return read_inputs(call, modulated, &d) < 0 || read_shapes(call, &d) < 0 ? -1 : convolve(call, &d);
}

int deformable_convolution_compose(nd_invocation *call) {
    return compose(call, false);
}

int modulated_convolution_compose(nd_invocation *call) {
    return compose(call, true);
}
