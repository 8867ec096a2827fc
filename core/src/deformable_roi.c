/* DeformablePSROIPooling: bins of regions, each of channels of its own, that look where `trans` moves them. Composed of
 * operators, so that gradients of every order go to the data and to the moves. */
#include <math.h>

#include "array.h"
#include "compose.h"
#include "each.h"
#include "items/deformable.h"
#include "normalize.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

enum { SCALE, OUTPUT_DIM, GROUP, POOLED, PART, SAMPLES, STD, NO_TRANS };

/* One call on its way. Points are (regions, channels, bins, samples of a bin). */
typedef struct pooling {
    const nd_invocation *call;
    const nd_array *rois; /* in host memory */
    int64_t regions, channels, pooled, samples, group, part, classes;
    nd_dtype dtype; /* that it is computed in */
} pooling;

static int64_t parameter(const pooling *p, int which) {
    return nd_int(p->call->op, p->call->words, which);
}

static int refuse(const nd_invocation *call) {
    return nd_fail(ND_ESHAPE,
                   "%s: data (n, output_dim * group_size ** 2, h, w), rois (regions, 5) and, unless no_trans, trans "
                   "(regions, 2 * classes, part_size, part_size) are needed, not %s, %s and %s; output_dim is a "
                   "multiple of the classes",
                   call->op->name, nd_array_text(call->in[0]).chars, nd_array_text(call->in[1]).chars,
                   call->inputs == 3 ? nd_array_text(call->in[2]).chars : "none");
}

static bool in_range(int64_t x) {
    return x >= 1 && x <= 1024;
}

static int read_pooling(nd_invocation *call, pooling *p) {
    const nd_array *x = call->in[0], *rois = call->in[1];
    const bool moves = !nd_int(call->op, call->words, NO_TRANS);
    *p = (pooling){.call = call, .dtype = nd_wide(x), .classes = 1, .regions = rois->ndim ? rois->shape[0] : 0};
    p->channels = parameter(p, OUTPUT_DIM), p->pooled = parameter(p, POOLED), p->samples = parameter(p, SAMPLES);
    p->group = parameter(p, GROUP), p->part = parameter(p, PART) ? parameter(p, PART) : p->pooled;
    if (nd_check_float(call) < 0)
        return -1;
    if (!in_range(p->channels) || !in_range(p->pooled) || !in_range(p->samples) || !in_range(p->group) ||
        !in_range(p->part))
        return nd_fail(ND_EARGUMENT,
                       "%s: output_dim, group_size, pooled_size, part_size and sample_per_part must be 1 "
                       "to 1024",
                       call->op->name);
    if (call->inputs != (moves ? 3 : 2))
        return nd_fail(ND_ECALL, "%s: no_trans=%s takes %d inputs, not %d", call->op->name, moves ? "False" : "True",
                       moves ? 3 : 2, call->inputs);
    if (x->ndim != 4 || x->size == 0 || x->shape[1] != p->channels * p->group * p->group || rois->ndim != 2 ||
        rois->shape[1] != 5)
        return refuse(call);
    if (!moves)
        return 0;
    const nd_array *trans = call->in[2];
    p->classes = trans->ndim == 4 ? trans->shape[1] / 2 : 0;
    bool fits = p->classes && trans->shape[0] == p->regions && trans->shape[1] % 2 == 0 && trans->shape[2] == p->part &&
                trans->shape[3] == p->part && p->channels % p->classes == 0;
    return fits ? nd_same_dtype(call, 0, 2) : refuse(call);
}

/* ---------------------------------------------------------------------------------------------- the points */

/* Where a region begins along an axis (0: width, 1: height), and its extent. */
static void read_axis(const pooling *p, int64_t region, int axis, double *start, double *extent) {
    const double scale = nd_float(p->call->op, p->call->words, SCALE);
    const nd_array *rois = p->rois;
    *start = round(nd_array_get(rois, 5 * region + 1 + axis)) * scale - 0.5;
    *extent = fmax((round(nd_array_get(rois, 5 * region + 3 + axis)) + 1) * scale - 0.5 - *start, 0.1);
}

/* A bin along an axis: width or height. */
static int64_t bin_along(const pooling *p, int64_t bin, int axis) {
    return axis ? bin / p->pooled : bin % p->pooled;
}

/* The points along an axis before they are moved, (regions, 1, bins, samples). */
static nd_array *usual_points(nd_scope *s, const pooling *p, int axis) {
    const int64_t bins = p->pooled * p->pooled, each = p->samples * p->samples;
    const nd_spec spec = {p->dtype, 4, {p->regions, 1, bins, each}};
    nd_array *points = nd_do_table(s, &spec, p->call->context);
    for (int64_t i = 0; points && i < points->size; i++) {
        int64_t sample = axis ? i % each / p->samples : i % p->samples;
        double start, extent, width;
        read_axis(p, i / each / bins, axis, &start, &extent);
        width = extent / (double)p->pooled;
        nd_array_set(points, i,
                     start +
                         width * ((double)bin_along(p, i / each % bins, axis) + (double)sample / (double)p->samples));
    }
    return nd_do_there(s, points, p->call->context);
}

/* How far trans moves them, (regions, channels, bins, 1). */
static nd_array *moves_along(nd_scope *s, const pooling *p, int axis) {
    const int64_t bins = p->pooled * p->pooled, whole = p->call->in[2]->size;
    const nd_spec spec = {ND_INT64, 4, {p->regions, p->channels, bins, 1}}, one = {p->dtype, 4, {p->regions, 1, 1, 1}};
    const nd_context where = p->call->context;
    nd_array *places = nd_do_table(s, &spec, where), *extents = nd_do_table(s, &one, where);
    for (int64_t i = 0; extents && i < places->size; i++) {
        int64_t bin = i % bins, channel = i / bins % p->channels, region = i / bins / p->channels;
        int64_t kind = 2 * (channel / (p->channels / p->classes)) + axis;
        int64_t row = bin_along(p, bin, 1) * p->part / p->pooled, column = bin_along(p, bin, 0) * p->part / p->pooled;
        nd_array_set_int(places, i, ((region * 2 * p->classes + kind) * p->part + row) * p->part + column);
    }
    for (int64_t region = 0; extents && region < p->regions; region++) {
        double start, extent;
        read_axis(p, region, axis, &start, &extent);
        nd_array_set(extents, region, extent * nd_float(p->call->op, p->call->words, STD));
    }
    nd_array *flat = nd_do_reshape(s, nd_do_cast(s, p->call->in[2], p->dtype), 1, &whole);
    places = nd_do_there(s, places, where), extents = nd_do_there(s, extents, where);
    return nd_do2(s, ND_OP_mul, nd_do2(s, ND_OP_take, flat, places), extents);
}

static nd_array *points_along(nd_scope *s, const pooling *p, int axis) {
    const int64_t shape[] = {p->regions, p->channels, p->pooled * p->pooled, p->samples * p->samples};
    nd_array *points = usual_points(s, p, axis);
    if (!parameter(p, NO_TRANS))
        points = nd_do2(s, ND_OP_add, points, moves_along(s, p, axis));
    return nd_do_broadcast(s, points, 4, shape);
}

/* -------------------------------------------------------------------------------------- between elements */

/* Of all points, what nd_deformed_bin_work says. */
typedef struct grid {
    nd_array *place, *right, *below, *x, *y, *share;
} grid;

static int64_t image_of(const pooling *p, int64_t region) {
    double image = nd_array_get(p->rois, 5 * region);
    if (image >= 0 && image < (double)p->call->in[0]->shape[0])
        return (int64_t)image;
    return nd_fail(ND_EINDEX, "%s: region %lld is of image %g, but there are %lld", p->call->op->name,
                   (long long)region, image, (long long)p->call->in[0]->shape[0]);
}

static nd_array *images_of_regions(nd_scope *s, const pooling *p) {
    const nd_spec spec = {ND_INT64, 1, {p->regions}};
    nd_array *images = nd_do_table(s, &spec, p->call->context);
    for (int64_t region = 0; region < p->regions && !s->failed; region++) {
        const int64_t image = image_of(p, region);
        s->failed = image < 0;
        nd_array_set_int(images, region, image);
    }
    return nd_do_there(s, images, p->call->context);
}

static nd_numbers numbers_of(const nd_array *x) {
    return (nd_numbers){nd_data(x), x->dtype};
}

ND_EACH(deformed_bin)

static int fill_grid(const pooling *p, const grid *g, const nd_array *images, const nd_array *y, const nd_array *x) {
    const nd_deformed_bin_work work = {.channels = p->channels,
                                       .pooled = p->pooled,
                                       .samples = p->samples,
                                       .group = p->group,
                                       .height = p->call->in[0]->shape[2],
                                       .width = p->call->in[0]->shape[3],
                                       .images = nd_data(images),
                                       .y = numbers_of(y),
                                       .x = numbers_of(x),
                                       .place = nd_data(g->place),
                                       .right = nd_data(g->right),
                                       .below = nd_data(g->below),
                                       .left = numbers_of(g->x),
                                       .top = numbers_of(g->y),
                                       .share = numbers_of(g->share)};
    return each_deformed_bin(p->call->context, &work, p->regions * p->channels * p->pooled * p->pooled);
}

static nd_array *part_of(nd_scope *s, nd_array *points, int64_t extent, nd_array *element) {
    nd_words words = nd_words_new(ND_OP_clip);
    words.at[0].f = 0, words.at[1].f = (double)(extent - 1);
    return nd_do2(s, ND_OP_sub, nd_do_with(s, ND_OP_clip, points, &words), element);
}

static nd_array *between(nd_scope *s, nd_array *a, nd_array *b, nd_array *part) {
    return nd_do2(s, ND_OP_add, a, nd_do2(s, ND_OP_mul, nd_do2(s, ND_OP_sub, b, a), part));
}

static nd_array *sampled(nd_scope *s, const pooling *p, const grid *g, nd_array *y, nd_array *x) {
    const int64_t *extents = p->call->in[0]->shape + 2, whole = p->call->in[0]->size, last = 3;
    nd_array *flat = nd_do_reshape(s, nd_do_cast(s, p->call->in[0], p->dtype), 1, &whole);
    nd_array *corner = nd_do2(s, ND_OP_add, g->right, nd_do2(s, ND_OP_sub, g->below, g->place));
    nd_array *across = part_of(s, x, extents[1], g->x), *down = part_of(s, y, extents[0], g->y);
    nd_array *top = between(s, nd_do2(s, ND_OP_take, flat, g->place), nd_do2(s, ND_OP_take, flat, g->right), across);
    nd_array *low = between(s, nd_do2(s, ND_OP_take, flat, g->below), nd_do2(s, ND_OP_take, flat, corner), across);
    nd_array *seen = nd_do2(s, ND_OP_mul, between(s, top, low, down), g->share);
    return nd_do_reduce(s, ND_OP_sum, seen, 1, &last, false);
}

int deformable_psroi_compose(nd_invocation *call) {
    pooling p;
    if (read_pooling(call, &p) < 0)
        return -1;
    const nd_spec real = {p.dtype, 4, {p.regions, p.channels, p.pooled * p.pooled, p.samples * p.samples}};
    nd_spec place = real;
    place.dtype = ND_INT64;
    if (nd_checked_size(call->op->name, &real) < 0)
        return -1;
    nd_scope s = {0};
    p.rois = nd_do_read(&s, call->in[1]);
    nd_array *images = images_of_regions(&s, &p);
    nd_array *y = points_along(&s, &p, 1), *x = points_along(&s, &p, 0), *made[6];
    for (int i = 0; i < 6; i++)
        made[i] = nd_do_new(&s, i < 3 ? &place : &real, call->context);
    const grid g = {made[0], made[1], made[2], made[3], made[4], made[5]};
    if (!s.failed && fill_grid(&p, &g, images, y, x) < 0)
        s.failed = true;
    nd_array *out = s.failed ? NULL : sampled(&s, &p, &g, y, x);
    const int64_t shape[] = {p.regions, p.channels, p.pooled, p.pooled};
    out = nd_do_cast(&s, nd_do_reshape(&s, out, 4, shape), call->in[0]->dtype);
    out = nd_do_beside(&s, out, call->in[1]);
    if (call->inputs > 2 && parameter(&p, NO_TRANS))
        out = nd_do_beside(&s, out, call->in[2]);
    return nd_scope_results(&s, &out, 1, call->out);
}
