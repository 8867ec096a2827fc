/* Regions of interest: ROIPooling, and the samplings that are linear in the data, ROIAlign, RROIAlign, PSROIPooling.
 *
 * Rows of rois are (image, left, top, right, bottom), or (image, x, y, width, height, degrees) for RROIAlign; an image
 * below 0 gives zeros. They may be of any dtype. Geometry is computed in the dtype of the data, because it decides
 * which elements count.
 */
#include <math.h>
#include <string.h>

#include "array.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

static double load(const nd_array *x, int64_t i) {
    return x->dtype == ND_FLOAT32 ? (double)((const float *)nd_data(x))[i] : ((const double *)nd_data(x))[i];
}

static double rounded(const nd_array *x, double value) {
    return x->dtype == ND_FLOAT32 ? (double)(float)value : value;
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

/* Cells first ... end - 1 of bin `at` of `bins` along an axis whose region goes from `low` to `high`, inclusive. */
typedef struct range {
    int64_t first, end;
} range;

static int64_t inside(double at, int64_t extent) {
    return at > 0 ? at < (double)extent ? (int64_t)at : extent : 0;
}

static range bin_of(const nd_array *x, double low, double high, double scale, int64_t at, int64_t bins,
                    int64_t extent) {
    double start = round(rounded(x, low * scale)), end = round(rounded(x, high * scale));
    double size = rounded(x, fmax(end - start + 1, 1) / (double)bins);
    double first = floor(rounded(x, (double)at * size)), last = ceil(rounded(x, (double)(at + 1) * size));
    return (range){inside(first + start, extent), inside(last + start, extent)};
}

static int64_t largest_in(const nd_array *x, int64_t plane, range rows, range columns) {
    int64_t best = -1, width = x->shape[3];
    for (int64_t i = rows.first; i < rows.end; i++)
        for (int64_t j = columns.first; j < columns.end; j++) {
            int64_t place = plane + i * width + j;
            if (best < 0 || load(x, place) > load(x, best))
                best = place;
        }
    return best;
}

/* Of one region: for each channel and bin the place of the largest element, or -1. */
static void find_largest(const nd_invocation *call, int64_t region, int64_t image, int64_t *places) {
    const nd_array *x = call->in[0], *rois = call->in[1];
    const int64_t *bins = call->out[0]->shape + 2;
    double scale = rounded(x, nd_float(call->op, call->words, SCALE)), at[5];
    for (int k = 0; k < 5; k++)
        at[k] = nd_array_get(rois, region * 5 + k);
    for (int64_t i = 0; i < bins[0] * bins[1]; i++) {
        range rows = bin_of(x, at[2], at[4], scale, i / bins[1], bins[0], x->shape[2]);
        range columns = bin_of(x, at[1], at[3], scale, i % bins[1], bins[1], x->shape[3]);
        for (int64_t c = 0; c < x->shape[1]; c++) {
            int64_t plane = (image * x->shape[1] + c) * x->shape[2] * x->shape[3];
            places[c * bins[0] * bins[1] + i] = image < 0 ? -1 : largest_in(x, plane, rows, columns);
        }
    }
}

int roi_argmax_run(nd_invocation *call) {
    const nd_array *rois = call->in[1], *out = call->out[0];
    int64_t each = nd_count(3, out->shape + 1);
    for (int64_t region = 0; region < rois->shape[0] && out->size; region++) {
        int64_t image = image_of(call->op, rois, region, call->in[0]->shape[0]);
        if (image < -1)
            return -1;
        find_largest(call, region, image, (int64_t *)nd_data(out) + region * each);
    }
    return 0;
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

/* The parameters of _roi_sample and _roi_scatter. Channel c of the result has groups[0] x groups[1] channels of the
 * data, of which each bin reads one. */
enum { KIND, BINS, SAMPLE_SCALE, RATIO, ALIGNED, GROUPS, SHAPE };
enum { ALIGN, ROTATED, AVERAGE };

/* A region on its way: its bins, from `y`, `x` on, and what turns them about a center. */
typedef struct region {
    int64_t image;
    double y, x, height, width; /* of a bin */
    double center_y, center_x, cosine, sine;
} region;

/* Adds weight times an element, or (backward) adds weight times the value to it. */
typedef struct tap {
    const nd_array *data;
    int64_t plane;
    bool backward;
    double value;
} tap;

static void touch(tap *t, int64_t place, double weight) {
    if (!t->backward)
        t->value += weight * load(t->data, t->plane + place);
    else if (t->data->dtype == ND_FLOAT32)
        ((float *)nd_data(t->data))[t->plane + place] += (float)(weight * t->value);
    else
        ((double *)nd_data(t->data))[t->plane + place] += weight * t->value;
}

/* Between the centers of four elements, or of fewer at the edges; beyond a whole element outside there is nothing. */
static void touch_point(tap *t, double y, double x, double weight) {
    int64_t height = t->data->shape[2], width = t->data->shape[3];
    if (!(y >= -1 && y <= (double)height && x >= -1 && x <= (double)width))
        return;
    y = fmin(fmax(y, 0), (double)(height - 1)), x = fmin(fmax(x, 0), (double)(width - 1));
    int64_t top = (int64_t)y, left = (int64_t)x, bottom = top + (top + 1 < height), right = left + (left + 1 < width);
    double low = y - (double)top, far = x - (double)left;
    touch(t, top * width + left, weight * (1 - low) * (1 - far));
    touch(t, top * width + right, weight * (1 - low) * far);
    touch(t, bottom * width + left, weight * low * (1 - far));
    touch(t, bottom * width + right, weight * low * far);
}

/* The mean of points spread evenly over bin (i, j). */
static void touch_bin(tap *t, const region *r, int64_t i, int64_t j, int64_t ratio) {
    int64_t rows = ratio > 0 ? ratio : (int64_t)ceil(r->height), columns = ratio > 0 ? ratio : (int64_t)ceil(r->width);
    for (int64_t a = 0; a < rows; a++)
        for (int64_t b = 0; b < columns; b++) {
            double y = r->y + r->height * ((double)i + ((double)a + 0.5) / (double)rows);
            double x = r->x + r->width * ((double)j + ((double)b + 0.5) / (double)columns);
            touch_point(t, r->center_y + y * r->cosine - x * r->sine, r->center_x + x * r->cosine + y * r->sine,
                        1 / (double)(rows * columns));
        }
}

/* The elements that bin `at` touches along an axis. */
static range cells_of(const nd_array *x, double start, double size, int64_t at, int64_t extent) {
    double first = rounded(x, rounded(x, (double)at * size) + start);
    double end = rounded(x, rounded(x, (double)(at + 1) * size) + start);
    return (range){inside(floor(first), extent), inside(ceil(end), extent)};
}

static void touch_cells(tap *t, const region *r, int64_t i, int64_t j) {
    const nd_array *x = t->data;
    range rows = cells_of(x, r->y, r->height, i, x->shape[2]), columns = cells_of(x, r->x, r->width, j, x->shape[3]);
    double weight = 1 / (double)((rows.end - rows.first) * (columns.end - columns.first));
    for (int64_t a = rows.first; a < rows.end; a++)
        for (int64_t b = columns.first; b < columns.end; b++)
            touch(t, a * x->shape[3] + b, weight);
}

static int too_large(const nd_op *op, int64_t index) {
    return nd_fail(ND_EARGUMENT, "%s: region %lld is too large or not finite; rois are in units of 1/spatial_scale",
                   op->name, (long long)index);
}

/* Corners times the scale; half an element less if aligned, else at least one element large. */
static void read_corners(const nd_array *x, const double *at, double scale, bool aligned, region *r) {
    double shift = aligned ? 0.5 : 0, least = aligned ? -INFINITY : 1;
    r->x = rounded(x, at[1] * scale) - shift, r->y = rounded(x, at[2] * scale) - shift;
    r->width = fmax(rounded(x, rounded(x, at[3] * scale) - shift - r->x), least);
    r->height = fmax(rounded(x, rounded(x, at[4] * scale) - shift - r->y), least);
}

static void read_rotated(const nd_array *x, const double *at, double scale, region *r) {
    double angle = at[5] * acos(-1) / 180;
    r->center_x = rounded(x, at[1] * scale), r->center_y = rounded(x, at[2] * scale);
    r->width = fmax(rounded(x, at[3] * scale), 1), r->height = fmax(rounded(x, at[4] * scale), 1);
    r->x = -r->width / 2, r->y = -r->height / 2;
    r->cosine = cos(angle), r->sine = sin(angle);
}

/* Corners rounded to whole elements of the image; the right and the lower one count in. */
static void read_whole(const nd_array *x, const double *at, double scale, region *r) {
    r->x = rounded(x, round(at[1]) * scale), r->y = rounded(x, round(at[2]) * scale);
    r->width = fmax(rounded(x, rounded(x, round(at[3] + 1) * scale) - r->x), 0.1);
    r->height = fmax(rounded(x, rounded(x, round(at[4] + 1) * scale) - r->y), 0.1);
}

enum { MOST_POINTS = 1024 }; /* of a bin along an axis */

static int read_region(const nd_op *op, const nd_word *words, const nd_array *x, const nd_array *rois, int64_t index,
                       region *r) {
    const nd_word *bins;
    int64_t width = rois->shape[1], kind = nd_int(op, words, KIND);
    double at[6] = {0}, scale = rounded(x, nd_float(op, words, SAMPLE_SCALE));
    nd_list(op, words, BINS, &bins);
    for (int64_t k = 0; k < width; k++)
        at[k] = nd_array_get(rois, index * width + k);
    *r = (region){.image = image_of(op, rois, index, x->shape[0]), .cosine = 1};
    if (kind == ROTATED)
        read_rotated(x, at, scale, r);
    else if (kind == AVERAGE)
        read_whole(x, at, scale, r);
    else
        read_corners(x, at, scale, nd_int(op, words, ALIGNED), r);
    r->height = rounded(x, r->height / (double)bins[0].i), r->width = rounded(x, r->width / (double)bins[1].i);
    if (!(fabs(r->height) <= MOST_POINTS && fabs(r->width) <= MOST_POINTS && isfinite(r->x + r->y + r->sine)))
        return too_large(op, index);
    return r->image < -1 ? -1 : 0;
}

static void store(nd_array *x, int64_t i, double value) {
    if (x->dtype == ND_FLOAT32)
        ((float *)nd_data(x))[i] = (float)value;
    else
        ((double *)nd_data(x))[i] = value;
}

/* Element i of what is pooled of one region, from the data or (backward) to it. */
static void sample_element(const nd_op *op, const nd_word *words, const region *r, tap *t, nd_array *pooled,
                           int64_t i) {
    const nd_word *groups;
    const int64_t *whole = t->data->shape, *bins = pooled->shape + 2;
    int64_t column = i % bins[1], row = i / bins[1] % bins[0], channel = i / bins[1] / bins[0] % pooled->shape[1];
    nd_list(op, words, GROUPS, &groups);
    channel = channel * groups[0].i + row * groups[0].i / bins[0];
    channel = channel * groups[1].i + column * groups[1].i / bins[1];
    t->plane = (r->image * whole[1] + channel) * whole[2] * whole[3];
    t->value = t->backward ? load(pooled, i) : 0;
    if (nd_int(op, words, KIND) == AVERAGE)
        touch_cells(t, r, row, column);
    else
        touch_bin(t, r, row, column, nd_int(op, words, RATIO));
    if (!t->backward)
        store(pooled, i, t->value);
}

static int sample(nd_invocation *call, nd_array *whole, nd_array *pooled, bool backward) {
    const nd_array *rois = call->in[1];
    tap t = {.data = whole, .backward = backward};
    int64_t each = nd_count(3, pooled->shape + 1);
    for (int64_t index = 0; index < rois->shape[0] && pooled->size && whole->size; index++) {
        region r;
        if (read_region(call->op, call->words, whole, rois, index, &r) < 0)
            return -1;
        for (int64_t i = index * each; i < (index + 1) * each && r.image >= 0; i++)
            sample_element(call->op, call->words, &r, &t, pooled, i);
    }
    return 0;
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
    memset(nd_data(call->out[0]), 0, (size_t)nd_bytes(call->out[0]));
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
    memset(nd_data(call->out[0]), 0, (size_t)nd_bytes(call->out[0]));
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
