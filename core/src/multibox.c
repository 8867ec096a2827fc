/* Single shot detection (Liu et al., SSD, 2016): anchors, their targets, and what was detected. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "box.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* The parameters that are lists, and what they are unless they are given. */
typedef struct reals {
    int64_t count;
    const nd_word *at;
} reals;

static reals read_reals(const nd_op *op, const nd_word *words, int parameter, reals otherwise) {
    reals given;
    given.count = nd_list(op, words, parameter, &given.at);
    return given.count == ND_NONE ? otherwise : given;
}

static reals read_variances(const nd_op *op, const nd_word *words, int parameter) {
    static const nd_word usual[] = {{.f = 0.1}, {.f = 0.1}, {.f = 0.2}, {.f = 0.2}};
    return read_reals(op, words, parameter, (reals){4, usual});
}

static int check_variances(const nd_invocation *call, int parameter) {
    int64_t count = read_variances(call->op, call->words, parameter).count;
    return count == 4
               ? 0
               : nd_fail(ND_EARGUMENT, "%s: variances must be 4 numbers, not %lld", call->op->name, (long long)count);
}

static int refuse(const nd_invocation *call, int i, int j) {
    return nd_fail(ND_ESHAPE, "%s: inputs %d and %d have shapes %s and %s, which do not fit together", call->op->name,
                   i, j, nd_array_text(call->in[i]).chars, nd_array_text(call->in[j]).chars);
}

static double limited(double x, bool clip) {
    return clip ? fmin(fmax(x, 0), 1) : x;
}

static nd_box clipped(nd_box b, bool clip) {
    return (nd_box){limited(b.left, clip), limited(b.top, clip), limited(b.right, clip), limited(b.bottom, clip)};
}

/* ----------------------------------------------------------------------------------------- MultiBoxPrior */

/* The parameters, in the table's order. */
enum { SIZES, RATIOS, CLIP, STEPS, OFFSETS };

typedef struct shapes {
    reals sizes, ratios, steps, offsets;
} shapes;

static shapes read_shapes(const nd_op *op, const nd_word *words) {
    static const nd_word one = {.f = 1}, automatic[] = {{.f = -1}, {.f = -1}}, middle[] = {{.f = 0.5}, {.f = 0.5}};
    return (shapes){read_reals(op, words, SIZES, (reals){1, &one}), read_reals(op, words, RATIOS, (reals){1, &one}),
                    read_reals(op, words, STEPS, (reals){2, automatic}),
                    read_reals(op, words, OFFSETS, (reals){2, middle})};
}

int multibox_prior_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    shapes s = read_shapes(call->op, call->words);
    if (nd_check_axes(call, 0, 4, false, 0, "(batch, channels, height, width)") < 0)
        return -1;
    if (s.sizes.count < 1 || s.ratios.count < 1 || s.steps.count != 2 || s.offsets.count != 2)
        return nd_fail(ND_EARGUMENT,
                       "%s: sizes and ratios need a number at least, steps and offsets two numbers, for y and x",
                       call->op->name);
    nd_spec grid = {x->dtype, 4, {x->shape[2], x->shape[3], s.sizes.count + s.ratios.count - 1, 4}};
    if (nd_checked_size(call->op->name, &grid) < 0)
        return -1;
    call->outputs = 1;
    call->spec[0] = (nd_spec){x->dtype, 3, {1, nd_count(3, grid.shape), 4}};
    return 0;
}

/* Half of the k-th shape, before its width is scaled to the grid: every size in the first ratio, then the first size in
 * the others. */
static nd_box half_shape(const shapes *s, int64_t k) {
    int64_t sizes = s->sizes.count;
    double size = s->sizes.at[k < sizes ? k : 0].f, ratio = sqrt(s->ratios.at[k < sizes ? 0 : k - sizes + 1].f);
    return (nd_box){-size * ratio / 2, -size / ratio / 2, size * ratio / 2, size / ratio / 2};
}

/* The center of a cell along an axis. */
static double center_of(const shapes *s, int axis, int64_t at, int64_t extent) {
    double step = s->steps.at[axis].f > 0 ? s->steps.at[axis].f : 1 / (double)extent;
    return ((double)at + s->offsets.at[axis].f) * step;
}

int multibox_prior_run(nd_invocation *call) {
    const int64_t *grid = call->in[0]->shape + 2;
    shapes s = read_shapes(call->op, call->words);
    int64_t count = s.sizes.count + s.ratios.count - 1;
    double at[4], narrowed = (double)grid[0] / (double)grid[1];
    for (int64_t i = 0; i < call->out[0]->size / 4; i++) {
        int64_t cell = i / count;
        double y = center_of(&s, 0, cell / grid[1], grid[0]), x = center_of(&s, 1, cell % grid[1], grid[1]);
        nd_box half = half_shape(&s, i % count);
        nd_box box = {x + half.left * narrowed, y + half.top, x + half.right * narrowed, y + half.bottom};
        nd_box_write(at, clipped(box, nd_int(call->op, call->words, CLIP)));
        for (int k = 0; k < 4; k++)
            nd_array_set(call->out[0], i * 4 + k, at[k]);
    }
    return 0;
}

/* ---------------------------------------------------------------------------------------- MultiBoxTarget */

enum { OVERLAP, IGNORED, RATIO, NEGATIVE, LEAST, VARIANCES }; /* LEAST is not looked at, as in MXNet */

int multibox_target_infer(nd_invocation *call) {
    nd_array *const *in = call->in;
    if (nd_check_axes(call, 0, 3, false, 4, "(1, anchors, 4)") < 0 ||
        nd_check_axes(call, 1, 3, false, 0, "(batch, boxes, 5 or more)") < 0 ||
        nd_check_axes(call, 2, 3, false, 0, "(batch, classes, anchors)") < 0 || check_variances(call, VARIANCES) < 0)
        return -1;
    if (in[0]->shape[0] != 1 || in[2]->shape[2] != in[0]->shape[1] || in[2]->shape[1] < 1)
        return refuse(call, 0, 2);
    if (in[1]->shape[2] < 5 || in[1]->shape[0] != in[2]->shape[0])
        return refuse(call, 1, 2);
    int64_t batch = in[1]->shape[0], anchors = in[0]->shape[1];
    call->outputs = 3;
    call->spec[0] = (nd_spec){.dtype = in[0]->dtype, .ndim = 2, .shape = {batch, anchors * 4}};
    call->spec[1] = call->spec[2] = call->spec[0];
    call->spec[2].shape[1] = anchors;
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

/* One image: its boxes, and of every anchor the best of them, how far they overlap, and what the anchor became. */
typedef struct image {
    const nd_op *op;
    const nd_word *words;
    const double *anchors, *labels, *scores; /* scores: (classes, anchors) */
    int64_t count, boxes, width, classes;
    int64_t *best;      /* of an anchor */
    double *overlap;    /* with the best */
    int8_t *kind;       /* of an anchor */
    bool *taken;        /* of a box */
    int64_t *order;     /* and as many places of scratch */
    double *confidence; /* that an anchor is background */
} image;

enum { OPEN, POSITIVE, BACKGROUND };

static nd_box anchor_at(const image *m, int64_t i) {
    return nd_box_read(m->anchors + i * 4, false);
}

static nd_box label_at(const image *m, int64_t k) {
    return nd_box_read(m->labels + k * m->width + 1, false);
}

static void adopt(image *m, int64_t i, int64_t k, double overlap) {
    m->best[i] = k;
    m->overlap[i] = overlap;
}

/* Every box gets an anchor of its own: of all pairs still free the one that overlaps most, again and again. */
static void match_boxes(image *m) {
    for (int64_t round = 0; round < m->boxes; round++) {
        double largest = 1e-6; /* less is no overlap */
        int64_t anchor = -1, box = -1;
        for (int64_t i = 0; i < m->count; i++)
            for (int64_t k = 0; k < m->boxes && m->kind[i] == OPEN; k++) {
                double overlap = m->taken[k] ? 0 : nd_box_overlap(anchor_at(m, i), label_at(m, k));
                if (overlap > largest)
                    largest = overlap, anchor = i, box = k;
            }
        if (anchor < 0)
            return;
        adopt(m, anchor, box, largest);
        m->kind[anchor] = POSITIVE;
        m->taken[box] = true;
    }
}

/* Every other anchor gets the box that overlaps it most, if that is enough. */
static void match_anchors(image *m) {
    double enough = nd_threshold(m->op, m->words, OVERLAP);
    for (int64_t i = 0; i < m->count; i++) {
        if (m->kind[i] == POSITIVE)
            continue;
        m->overlap[i] = -1;
        for (int64_t k = 0; k < m->boxes; k++) {
            double overlap = nd_box_overlap(anchor_at(m, i), label_at(m, k));
            if (overlap > m->overlap[i])
                adopt(m, i, k, overlap);
        }
        if (enough > 0 && m->overlap[i] > enough)
            m->kind[i] = POSITIVE;
    }
}

/* The softmax of class 0. */
static double background_of(const image *m, int64_t i) {
    double largest = -INFINITY, sum = 0;
    for (int64_t c = 0; c < m->classes; c++)
        largest = fmax(largest, m->scores[c * m->count + i]);
    for (int64_t c = 0; c < m->classes; c++)
        sum += exp(m->scores[c * m->count + i] - largest);
    return exp(m->scores[i] - largest) / sum;
}

static int64_t positives(const image *m) {
    int64_t count = 0;
    for (int64_t i = 0; i < m->count; i++)
        count += m->kind[i] == POSITIVE;
    return count;
}

/* Of the others those count as background that look least like it, `ratio` times as many as there are positives. */
static void mine_negatives(image *m, double ratio) {
    int64_t candidates = 0, wanted = (int64_t)((double)positives(m) * ratio);
    for (int64_t i = 0; i < m->count; i++)
        if (m->kind[i] == OPEN && m->overlap[i] < nd_threshold(m->op, m->words, NEGATIVE)) {
            m->order[candidates++] = i;
            m->confidence[i] = background_of(m, i);
        }
    nd_sort_places(m->order, m->order + m->count, candidates, m->confidence, true);
    for (int64_t i = 0; i < candidates && i < wanted; i++)
        m->kind[m->order[i]] = BACKGROUND;
}

static void write_target(const image *m, int64_t i, double *target, double *mask, double *class) {
    reals variances = read_variances(m->op, m->words, VARIANCES);
    *class = m->kind[i] == BACKGROUND ? 0 : nd_float(m->op, m->words, IGNORED);
    for (int k = 0; k < 4; k++)
        target[k] = 0, mask[k] = m->kind[i] == POSITIVE;
    if (m->kind[i] != POSITIVE)
        return;
    *class = m->labels[m->best[i] * m->width] + 1;
    nd_box_encode_from(anchor_at(m, i), label_at(m, m->best[i]), target);
    for (int k = 0; k < 4; k++)
        target[k] /= variances.at[k].f;
}

static void assign(image *m) {
    double ratio = nd_float(m->op, m->words, RATIO);
    memset(m->kind, OPEN, (size_t)m->count);
    memset(m->taken, 0, (size_t)m->boxes);
    if (m->boxes == 0)
        return;
    match_boxes(m);
    match_anchors(m);
    if (ratio > 0)
        mine_negatives(m, ratio);
    for (int64_t i = 0; i < m->count && ratio <= 0; i++)
        m->kind[i] = m->kind[i] == OPEN ? BACKGROUND : m->kind[i];
}

/* The boxes of an image end at the first of class -1. */
static int64_t count_boxes(const double *labels, int64_t most, int64_t width) {
    int64_t count = 0;
    while (count < most && labels[count * width] != -1)
        count++;
    return count;
}

static int allocate(image *m, int64_t most) {
    m->best = nd_alloc(3 * m->count * (int64_t)sizeof *m->best + 1);
    m->overlap = nd_alloc(2 * m->count * (int64_t)sizeof *m->overlap + 1);
    m->kind = nd_alloc(m->count + most + 1);
    if (!m->best || !m->overlap || !m->kind)
        return -1;
    m->order = m->best + m->count;
    m->confidence = m->overlap + m->count;
    m->taken = (bool *)(m->kind + m->count);
    return 0;
}

int multibox_target_run(nd_invocation *call) {
    nd_array *const *in = call->in;
    int64_t most = in[1]->shape[1], width = in[1]->shape[2];
    image m = {
        .op = call->op, .words = call->words, .anchors = nd_data(in[0]), .count = in[0]->shape[1], .width = width};
    double *targets = nd_data(call->out[0]), *masks = nd_data(call->out[1]), *classes = nd_data(call->out[2]);
    m.classes = in[2]->shape[1];
    int status = allocate(&m, most);
    for (int64_t n = 0; n < in[1]->shape[0] && status == 0; n++) {
        m.labels = (double *)nd_data(in[1]) + n * most * width;
        m.scores = (double *)nd_data(in[2]) + n * m.classes * m.count;
        m.boxes = count_boxes(m.labels, most, width);
        assign(&m);
        for (int64_t i = 0; i < m.count; i++, targets += 4, masks += 4, classes++)
            write_target(&m, i, targets, masks, classes);
    }
    nd_free(m.best), nd_free(m.overlap), nd_free(m.kind);
    return status;
}

/* ------------------------------------------------------------------------------------- MultiBoxDetection */

enum { DETECTION_CLIP, THRESHOLD, BACKGROUND_ID, NMS, FORCE, DETECTION_VARIANCES, TOPK };

int multibox_detection_infer(nd_invocation *call) {
    nd_array *const *in = call->in;
    if (nd_check_axes(call, 0, 3, false, 0, "(batch, classes, anchors)") < 0 ||
        nd_check_axes(call, 1, 2, false, 0, "(batch, anchors * 4)") < 0 ||
        nd_check_axes(call, 2, 3, false, 4, "(1, anchors, 4)") < 0 || check_variances(call, DETECTION_VARIANCES) < 0)
        return -1;
    int64_t batch = in[0]->shape[0], anchors = in[0]->shape[2];
    if (in[1]->shape[0] != batch || in[1]->shape[1] / 4 != anchors || in[1]->shape[1] % 4)
        return refuse(call, 0, 1);
    if (in[2]->shape[0] != 1 || in[2]->shape[1] != anchors || in[0]->shape[1] < 1)
        return refuse(call, 0, 2);
    call->outputs = 1;
    call->spec[0] = (nd_spec){.dtype = in[0]->dtype, .ndim = 3, .shape = {batch, anchors, 6}};
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

/* Rows of class, score and box. */
static nd_box row_box(const double *row) {
    return nd_box_read(row + 2, false);
}

/* The rows of one image whose best class but the background reaches the threshold: how many. */
static int64_t detect(const nd_invocation *call, int64_t n, double *rows) {
    const nd_op *op = call->op;
    int64_t classes = call->in[0]->shape[1], anchors = call->in[0]->shape[2], count = 0;
    const double *scores = (double *)nd_data(call->in[0]) + n * classes * anchors;
    const double *offsets = (double *)nd_data(call->in[1]) + n * anchors * 4, *boxes = nd_data(call->in[2]);
    reals variances = read_variances(op, call->words, DETECTION_VARIANCES);
    for (int64_t i = 0; i < anchors; i++) {
        int64_t best = 0;
        for (int64_t c = 1; c < classes; c++)
            if (best == 0 || scores[c * anchors + i] > scores[best * anchors + i])
                best = c;
        double scaled[4], *row = rows + count * 6;
        if (best == 0 || scores[best * anchors + i] < nd_threshold(op, call->words, THRESHOLD))
            continue;
        for (int k = 0; k < 4; k++)
            scaled[k] = offsets[i * 4 + k] * variances.at[k].f;
        nd_box box = nd_box_decode_from(nd_box_read(boxes + i * 4, false), scaled);
        row[0] = (double)(best - 1);
        row[1] = scores[best * anchors + i];
        nd_box_write(row + 2, clipped(box, nd_int(op, call->words, DETECTION_CLIP)));
        count++;
    }
    return count;
}

/* Sorted by score, all but the best `most` and those that a better one overlaps too much lose their class. Rows behind
 * the best `most` stay where they were, as in MXNet. */
static void suppress(const nd_invocation *call, double *rows, int64_t count, double *copy, int64_t *order) {
    double threshold = nd_threshold(call->op, call->words, NMS), *scores = copy + count * 6;
    int64_t most = nd_int(call->op, call->words, TOPK), kept = most > 0 && most < count ? most : count;
    for (int64_t i = 0; i < count; i++)
        order[i] = i, scores[i] = rows[i * 6 + 1];
    nd_sort_places(order, order + count, count, scores, false);
    memcpy(copy, rows, (size_t)(count * 6) * sizeof *rows);
    for (int64_t i = 0; i < kept; i++)
        memcpy(rows + i * 6, copy + order[i] * 6, 6 * sizeof *rows);
    for (int64_t i = kept; i < count; i++)
        rows[i * 6] = -1;
    for (int64_t i = 0; i < kept; i++)
        for (int64_t j = i + 1; j < kept && rows[i * 6] >= 0; j++) {
            bool rivals = nd_int(call->op, call->words, FORCE) || rows[i * 6] == rows[j * 6];
            if (rivals && nd_box_overlap(row_box(rows + i * 6), row_box(rows + j * 6)) >= threshold)
                rows[j * 6] = -1;
        }
}

int multibox_detection_run(nd_invocation *call) {
    nd_array *out = call->out[0];
    int64_t anchors = out->shape[1];
    double threshold = nd_threshold(call->op, call->words, NMS);
    double *copy = nd_alloc(7 * anchors * (int64_t)sizeof *copy + 1);
    int64_t *order = nd_alloc(2 * anchors * (int64_t)sizeof *order + 1);
    for (int64_t n = 0; n < out->shape[0] && copy && order; n++) {
        double *rows = (double *)nd_data(out) + n * anchors * 6;
        for (int64_t i = 0; i < anchors * 6; i++)
            rows[i] = -1;
        int64_t count = detect(call, n, rows);
        if (threshold > 0 && threshold <= 1)
            suppress(call, rows, count, copy, order);
    }
    nd_free(copy), nd_free(order);
    return copy && order ? 0 : -1;
}
