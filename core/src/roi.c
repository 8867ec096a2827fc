/* Regions of interest: ROIPooling, and the samplings that are linear in the data, ROIAlign, RROIAlign, PSROIPooling.
 *
 * Rows of rois are (image, left, top, right, bottom), or (image, x, y, width, height, degrees) for RROIAlign; an image
 * below 0 gives zeros. They may be of any dtype.
 */
#include <math.h>

#include "array.h"
#include "cast.h"
#include "compose.h"
#include "each.h"
#include "items/regions.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

static nd_images images_of(const nd_array *x) {
    return (nd_images){nd_data(x), x->dtype == ND_FLOAT64, x->shape[1], x->shape[2], x->shape[3]};
}

static double rounded(const nd_array *x, double value) {
    return nd_rounded(x->dtype == ND_FLOAT64, value);
}

/* ------------------------------------------------------------------------------------------------- checks */

static int check_rois(const nd_invocation *call, int width) {
    const nd_array *x = call->in[0], *rois = call->in[1];
    if (!nd_dtype_is_float(x->dtype))
        return nd_fail(ND_EDTYPE, "%s: float arrays only, not %s; cast with astype('float32')", call->op->name,
                       nd_dtype_name(x->dtype));
    if (x->ndim == 4 && rois->ndim == 2 && rois->shape[1] == width)
        return 0;
    return nd_fail(ND_ESHAPE,
                   "%s: data of shape %s and rois of shape %s, but (images, channels, height, width) and "
                   "(regions, %d) are needed",
                   call->op->name, nd_array_text(x).chars, nd_array_text(rois).chars, width);
}

/* The two extents of a shape parameter. */
static int read_pair(const nd_invocation *call, int parameter, const char *name, int64_t *pair) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, parameter, &values);
    if (count == 2 && values[0].i > 0 && values[1].i > 0)
        return pair[0] = values[0].i, pair[1] = values[1].i, 0;
    return nd_fail(ND_EARGUMENT, "%s: %s must be two numbers above 0, for y and x", call->op->name, name);
}

/* The image of a region; -1 for none, -2 after nd_fail. */
static int64_t image_of(const nd_op *op, const nd_array *rois, int64_t region, int64_t images) {
    double image = nd_array_get(rois, region * rois->shape[1]);
    if (image < 0 || isnan(image))
        return -1;
    if (image < (double)images)
        return (int64_t)image;
    nd_fail(ND_EINDEX, "%s: region %lld is of image %g, but there are %lld", op->name, (long long)region, image,
            (long long)images);
    return -2;
}

/* --------------------------------------------------------------------------------------------- ROIPooling */

enum { POOLED, SCALE };

int roi_argmax_infer(nd_invocation *call) {
    int64_t pooled[2] = {0};
    if (check_rois(call, 5) < 0 || read_pair(call, POOLED, "pooled_size", pooled) < 0)
        return -1;
    call->outputs = 1;
    call->spec[0] = (nd_spec){ND_INT64, 4, {call->in[1]->shape[0], call->in[0]->shape[1], pooled[0], pooled[1]}};
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

/* The regions as doubles, or NULL. */
static nd_array *read_rois(nd_scope *s, const nd_invocation *call) {
    const nd_array *rois = nd_do_read(s, call->in[1]);
    const nd_spec spec = {.dtype = ND_FLOAT64, .ndim = 2, .shape = {call->in[1]->shape[0], 5}};
    nd_array *table = nd_do_table(s, &spec, call->context);
    for (int64_t i = 0; !s->failed && i < rois->size; i++) {
        int64_t image = i % 5 ? 0 : image_of(call->op, rois, i / 5, call->in[0]->shape[0]);
        nd_array_set(table, i, image < 0 ? -1 : nd_array_get(rois, i));
        s->failed = image < -1;
    }
    return nd_do_there(s, table, call->context);
}

ND_EACH(roi_argmax)

int roi_argmax_run(nd_invocation *call) {
    const nd_array *out = call->out[0];
    nd_roi_argmax_work work = {.x = images_of(call->in[0]), .places = nd_data(out)};
    work.bins[0] = out->shape[2], work.bins[1] = out->shape[3];
    work.scale = rounded(call->in[0], nd_float(call->op, call->words, SCALE));
    nd_scope s = {0};
    nd_array *rois = out->size ? read_rois(&s, call) : NULL;
    if (rois && !s.failed) {
        work.rois = nd_data(rois);
        s.failed = each_roi_argmax(call->context, &work, out->size / out->shape[1]) < 0;
    }
    return nd_scope_results(&s, NULL, 0, NULL);
}

/* The elements at those places: the gradient goes to them. */
int roi_pooling_compose(nd_invocation *call) {
    nd_scope s = {0};
    nd_words words = nd_words_copy(call->op, call->words);
    nd_array *places = nd_do(&s, ND_OP__roi_argmax, call->in, call->inputs, &words);
    if (!places)
        return nd_scope_results(&s, &places, 1, call->out);
    int64_t size = call->in[0]->size;
    nd_array *picked = nd_do2(&s, ND_OP_take, nd_do_reshape(&s, call->in[0], 1, &size), places);
    nd_array *in[] = {nd_do_scalar(&s, ND_OP_greater_equal_scalar, places, 0), picked, NULL};
    in[2] = nd_do1(&s, ND_OP_zeros_like, picked);
    nd_array *out = nd_do(&s, ND_OP_where, in, 3, NULL);
    return nd_scope_results(&s, &out, 1, call->out);
}

/* ---------------------------------------------------------------------------------------- linear samplings */

/* The parameters of _roi_sample and _roi_scatter. */
enum { KIND, BINS, SAMPLE_SCALE, RATIO, ALIGNED, GROUPS, SHAPE };
enum { ALIGN, ROTATED, AVERAGE };

static int too_large(const nd_op *op, int64_t index) {
    return nd_fail(ND_EARGUMENT, "%s: region %lld is too large or not finite; rois are in units of 1/spatial_scale",
                   op->name, (long long)index);
}

/* Corners times the scale; half an element less if aligned, else at least one element large. */
static void read_corners(const nd_array *x, const double *at, double scale, bool aligned, nd_region *r) {
    double shift = aligned ? 0.5 : 0, least = aligned ? -INFINITY : 1;
    r->x = rounded(x, at[1] * scale) - shift, r->y = rounded(x, at[2] * scale) - shift;
    r->width = fmax(rounded(x, rounded(x, at[3] * scale) - shift - r->x), least);
    r->height = fmax(rounded(x, rounded(x, at[4] * scale) - shift - r->y), least);
}

static void read_rotated(const nd_array *x, const double *at, double scale, nd_region *r) {
    double angle = at[5] * acos(-1) / 180;
    r->center_x = rounded(x, at[1] * scale), r->center_y = rounded(x, at[2] * scale);
    r->width = fmax(rounded(x, at[3] * scale), 1), r->height = fmax(rounded(x, at[4] * scale), 1);
    r->x = -r->width / 2, r->y = -r->height / 2;
    r->cosine = cos(angle), r->sine = sin(angle);
}

/* Corners rounded to whole elements of the image; the right and the lower one count in. */
static void read_whole(const nd_array *x, const double *at, double scale, nd_region *r) {
    r->x = rounded(x, round(at[1]) * scale), r->y = rounded(x, round(at[2]) * scale);
    r->width = fmax(rounded(x, rounded(x, round(at[3] + 1) * scale) - r->x), 0.1);
    r->height = fmax(rounded(x, rounded(x, round(at[4] + 1) * scale) - r->y), 0.1);
}

enum { MOST_POINTS = 1024 }; /* of a bin along an axis */

static int read_region(const nd_op *op, const nd_word *words, const nd_array *x, const nd_array *rois, int64_t index,
                       nd_region *r) {
    const nd_word *bins;
    int64_t width = rois->shape[1], kind = nd_int(op, words, KIND);
    double at[6] = {0}, scale = rounded(x, nd_float(op, words, SAMPLE_SCALE));
    nd_list(op, words, BINS, &bins);
    for (int64_t k = 0; k < width; k++)
        at[k] = nd_array_get(rois, index * width + k);
    const int64_t image = image_of(op, rois, index, x->shape[0]);
    *r = (nd_region){.image = (double)image, .cosine = 1};
    if (kind == ROTATED)
        read_rotated(x, at, scale, r);
    else if (kind == AVERAGE)
        read_whole(x, at, scale, r);
    else
        read_corners(x, at, scale, nd_int(op, words, ALIGNED), r);
    r->height = rounded(x, r->height / (double)bins[0].i), r->width = rounded(x, r->width / (double)bins[1].i);
    if (!(fabs(r->height) <= MOST_POINTS && fabs(r->width) <= MOST_POINTS && isfinite(r->x + r->y + r->sine)))
        return too_large(op, index);
    return image < -1 ? -1 : 0;
}

/* All regions, where the call is; NULL after a failure. */
static const nd_region *read_regions(nd_scope *s, const nd_invocation *call, const nd_array *whole) {
    enum { FIELDS = sizeof(nd_region) / sizeof(double) };
    const nd_array *rois = nd_do_read(s, call->in[1]);
    const nd_spec spec = {.dtype = ND_FLOAT64, .ndim = 2, .shape = {call->in[1]->shape[0], FIELDS}};
    nd_array *table = nd_do_table(s, &spec, call->context);
    for (int64_t i = 0; !s->failed && i < rois->shape[0]; i++)
        s->failed = read_region(call->op, call->words, whole, rois, i, (nd_region *)nd_data(table) + i) < 0;
    table = nd_do_there(s, table, call->context);
    return s->failed ? NULL : nd_data(table);
}

ND_EACH(roi_sample)
ND_EACH(roi_scatter)

static int sample(nd_invocation *call, const nd_array *whole, const nd_array *pooled, bool backward) {
    const nd_word *groups;
    nd_scope s = {0};
    nd_sampling work = {.x = images_of(whole), .pooled = images_of(pooled), .count = pooled->shape[0]};
    nd_list(call->op, call->words, GROUPS, &groups);
    work.groups[0] = groups[0].i, work.groups[1] = groups[1].i;
    work.ratio = nd_int(call->op, call->words, RATIO);
    work.average = nd_int(call->op, call->words, KIND) == AVERAGE;
    if (pooled->size == 0 || whole->size == 0)
        return nd_clear(call->out[0]);
    work.regions = read_regions(&s, call, whole);
    if (work.regions && backward)
        s.failed = nd_clear(whole) < 0 || each_roi_scatter(call->context, &work, whole->shape[0] * whole->shape[1]) < 0;
    else if (work.regions)
        s.failed = each_roi_sample(call->context, &work, pooled->size) < 0;
    return nd_scope_results(&s, NULL, 0, NULL);
}

/* What a call of _roi_sample gives for data of that shape. */
static int pooled_spec(const nd_invocation *call, const nd_spec *whole, nd_spec *pooled) {
    int64_t bins[2] = {0}, groups[2] = {1, 1}, ratio = nd_int(call->op, call->words, RATIO);
    if (read_pair(call, BINS, "pooled_size", bins) < 0 || read_pair(call, GROUPS, "groups", groups) < 0)
        return -1;
    if (ratio > MOST_POINTS)
        return nd_fail(ND_EARGUMENT, "%s: %lld samples along an axis are too many; at most %d", call->op->name,
                       (long long)ratio, MOST_POINTS);
    if (groups[0] > INT32_MAX || groups[1] > INT32_MAX || whole->shape[1] % (groups[0] * groups[1]))
        return nd_fail(ND_ESHAPE, "%s: data of shape %s does not have a multiple of %lld x %lld channels",
                       call->op->name, nd_spec_text(whole).chars, (long long)groups[0], (long long)groups[1]);
    *pooled = (nd_spec){
        whole->dtype, 4, {call->in[1]->shape[0], whole->shape[1] / (groups[0] * groups[1]), bins[0], bins[1]}};
    return nd_checked_size(call->op->name, pooled) < 0 ? -1 : 0;
}

static int roi_width(const nd_invocation *call) {
    return nd_int(call->op, call->words, KIND) == ROTATED ? 6 : 5;
}

int roi_sample_infer(nd_invocation *call) {
    nd_spec whole = nd_array_spec(call->in[0]);
    call->outputs = 1;
    return check_rois(call, roi_width(call)) < 0 ? -1 : pooled_spec(call, &whole, &call->spec[0]);
}

int roi_sample_run(nd_invocation *call) {
    return sample(call, call->in[0], call->out[0], false);
}

int roi_sample_gradient(nd_backprop *b) {
    if (!nd_wanted(b, 0))
        return 0;
    nd_words words = nd_words_copy(b->op, b->words); /* _roi_scatter has them too, before the shape */
    nd_spec spec = nd_input_spec(b->node, 0);
    nd_words_list(&words, ND_OP__roi_scatter, SHAPE, spec.shape, spec.ndim);
    b->into[0] = nd_apply2(ND_OP__roi_scatter, b->g[0], b->in[1], &words);
    return b->into[0] ? 0 : -1;
}

int roi_scatter_infer(nd_invocation *call) {
    const nd_array *g = call->in[0];
    const nd_word *values;
    nd_spec pooled;
    call->outputs = 1;
    int64_t count = nd_list(call->op, call->words, SHAPE, &values);
    call->spec[0] = nd_listed_spec(g->dtype, count, values);
    if (check_rois(call, roi_width(call)) < 0 || nd_checked_size(call->op->name, &call->spec[0]) < 0)
        return -1;
    if (call->spec[0].ndim != 4)
        return nd_fail(ND_ESHAPE, "%s: shape must have four extents, not %s", call->op->name,
                       nd_spec_text(&call->spec[0]).chars);
    if (pooled_spec(call, &call->spec[0], &pooled) < 0)
        return -1;
    if (nd_same_shape(4, g->shape, 4, pooled.shape))
        return 0;
    return nd_fail(ND_ESHAPE, "%s: data has shape %s where %s is needed", call->op->name, nd_array_text(g).chars,
                   nd_spec_text(&pooled).chars);
}

int roi_scatter_run(nd_invocation *call) {
    return sample(call, call->out[0], call->in[0], true);
}

int roi_scatter_gradient(nd_backprop *b) {
    if (!nd_wanted(b, 0))
        return 0;
    nd_words words = nd_words_copy(&nd_ops[ND_OP__roi_sample], b->words);
    b->into[0] = nd_apply2(ND_OP__roi_sample, b->g[0], b->in[1], &words);
    return b->into[0] ? 0 : -1;
}

/* -------------------------------------------------------------------------- the operators made of samplings */

/* What the three have in common: which sampling, how many bins, at what scale, of how many groups of channels. */
static nd_words sampling(int64_t kind, const int64_t *bins, double scale, int64_t ratio, const int64_t *groups) {
    nd_words words = nd_words_new(ND_OP__roi_sample);
    nd_words_int(&words, ND_OP__roi_sample, KIND, kind);
    nd_words_list(&words, ND_OP__roi_sample, BINS, bins, 2);
    words.at[nd_op_word_of(&nd_ops[ND_OP__roi_sample], SAMPLE_SCALE)].f = scale;
    nd_words_int(&words, ND_OP__roi_sample, RATIO, ratio);
    nd_words_list(&words, ND_OP__roi_sample, GROUPS, groups, 2);
    return words;
}

static int compose(nd_invocation *call, const nd_words *words) {
    call->out[0] = nd_apply2(ND_OP__roi_sample, call->in[0], call->in[1], words);
    return call->out[0] ? 0 : -1;
}

/* pooled_size, spatial_scale, sample_ratio, position_sensitive, aligned */
int roi_align_compose(nd_invocation *call) {
    const nd_op *op = call->op;
    static const int64_t all[] = {1, 1};
    int64_t bins[2];
    if (read_pair(call, 0, "pooled_size", bins) < 0)
        return -1;
    nd_words words = sampling(ALIGN, bins, nd_float(op, call->words, 1), nd_int(op, call->words, 2),
                              nd_int(op, call->words, 3) ? bins : all);
    nd_words_int(&words, ND_OP__roi_sample, ALIGNED, nd_int(op, call->words, 4));
    return compose(call, &words);
}

/* pooled_size, spatial_scale, sampling_ratio */
int rotated_roi_align_compose(nd_invocation *call) {
    static const int64_t all[] = {1, 1};
    int64_t bins[2];
    if (read_pair(call, 0, "pooled_size", bins) < 0)
        return -1;
    nd_words words = sampling(ROTATED, bins, nd_float(call->op, call->words, 1), nd_int(call->op, call->words, 2), all);
    return compose(call, &words);
}

/* spatial_scale, output_dim, pooled_size, group_size */
int psroi_pooling_compose(nd_invocation *call) {
    const nd_op *op = call->op;
    int64_t outputs = nd_int(op, call->words, 1), size = nd_int(op, call->words, 2), group = nd_int(op, call->words, 3);
    group = group > 0 ? group : size;
    int64_t bins[] = {size, size}, groups[] = {group, group};
    if (check_rois(call, 5) < 0)
        return -1;
    if (size < 1 || group > INT32_MAX || call->in[0]->shape[1] / group / group != outputs)
        return nd_fail(ND_ESHAPE, "%s: data of shape %s does not have output_dim * group_size * group_size channels",
                       op->name, nd_array_text(call->in[0]).chars);
    nd_words words = sampling(AVERAGE, bins, nd_float(op, call->words, 0), 0, groups);
    return compose(call, &words);
}
