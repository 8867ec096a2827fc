/* Regions that a network proposes: anchors at every cell of a feature map, moved as it says, the best that do not
 * overlap (Ren and others, Faster R-CNN, 2015). Boxes are in pixels, and their last ones count in. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "box.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

enum { FIRST, LAST, THRESHOLD, MIN_SIZE, SCALES, RATIOS, STRIDE, WITH_SCORE, CORNERS };

/* One call on its way: what is proposed for an image. */
typedef struct proposer {
    const nd_invocation *call;
    int64_t anchors, height, width, count; /* count = height * width * anchors */
    double (*base)[4];                     /* of each anchor of the first cell */
    double (*boxes)[4], *scores;
    int64_t *order, *kept;
} proposer;

/* The numbers of a parameter, or those that MXNet takes for none. */
static int64_t numbers(const nd_invocation *call, int parameter, double *values) {
    static const double usual[2][4] = {{4, 8, 16, 32}, {0.5, 1, 2}};
    const nd_word *given;
    int64_t count = nd_list(call->op, call->words, parameter, &given);
    for (int64_t i = 0; i < count; i++)
        values[i] = given[i].f;
    if (count > 0)
        return count;
    memcpy(values, usual[parameter - SCALES], sizeof usual[0]);
    return parameter == SCALES ? 4 : 3;
}

int proposal_infer(nd_invocation *call) {
    const nd_array *score = call->in[0], *moves = call->in[1], *info = call->in[2];
    double scales[ND_MAX_ITEMS], ratios[ND_MAX_ITEMS];
    const int64_t anchors = numbers(call, SCALES, scales) * numbers(call, RATIOS, ratios);
    const int64_t last = nd_int(call->op, call->words, LAST);
    if (nd_check_float(call) < 0 || nd_same_dtype(call, 0, 1) < 0 || nd_same_dtype(call, 0, 2) < 0)
        return -1;
    if (score->ndim != 4 || moves->ndim != 4 || info->ndim != 2 || score->shape[1] != 2 * anchors ||
        moves->shape[1] != 4 * anchors || moves->shape[0] != score->shape[0] || info->shape[0] != score->shape[0] ||
        info->shape[1] != 3 || !nd_same_shape(2, score->shape + 2, 2, moves->shape + 2) || score->size == 0)
        return nd_fail(ND_ESHAPE,
                       "%s: %lld anchors need cls_prob (n, %lld, h, w), bbox_pred (n, %lld, h, w) and im_info (n, 3), "
                       "not %s, %s and %s",
                       call->op->name, (long long)anchors, (long long)(2 * anchors), (long long)(4 * anchors),
                       nd_array_text(score).chars, nd_array_text(moves).chars, nd_array_text(info).chars);
    if (last < 1 || last > INT32_MAX || nd_int(call->op, call->words, STRIDE) < 1)
        return nd_fail(ND_EARGUMENT, "%s: rpn_post_nms_top_n and feature_stride must be above 0", call->op->name);
    call->outputs = nd_int(call->op, call->words, WITH_SCORE) ? 2 : 1;
    call->spec[0] = (nd_spec){.dtype = score->dtype, .ndim = 2, .shape = {score->shape[0] * last, 5}};
    call->spec[1] = (nd_spec){.dtype = score->dtype, .ndim = 2, .shape = {score->shape[0] * last, 1}};
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

/* ------------------------------------------------------------------------------------------------ anchors */

/* Boxes of every ratio and scale around the first cell. */
static void make_anchors(const proposer *p) {
    double scales[ND_MAX_ITEMS], ratios[ND_MAX_ITEMS];
    const int64_t many = numbers(p->call, SCALES, scales), stride = nd_int(p->call->op, p->call->words, STRIDE);
    const double middle = 0.5 * (double)(stride - 1);
    numbers(p->call, RATIOS, ratios);
    for (int64_t i = 0; i < p->anchors; i++) {
        double area = floor((double)stride * (double)stride / ratios[i / many]), root = floor(sqrt(area) + 0.5);
        double width = root * scales[i % many], height = floor(root * ratios[i / many] + 0.5) * scales[i % many];
        const double box[] = {middle - 0.5 * (width - 1), middle - 0.5 * (height - 1), middle + 0.5 * (width - 1),
                              middle + 0.5 * (height - 1)};
        memcpy(p->base[i], box, sizeof box);
    }
}

/* An axis of a box: its center moved by a part of its size, which is multiplied by a power of e; or both ends moved. */
static void move_axis(double *box, double shift, double growth, bool corners) {
    double size = box[2] - box[0] + 1, center = box[0] + 0.5 * (size - 1) + shift * size;
    double half = 0.5 * (exp(growth) * size - 1);
    box[0] = corners ? box[0] + shift : center - half;
    box[2] = corners ? box[2] + growth : center + half;
}

static double limited(double x, double extent) {
    return fmax(fmin(x, extent - 1), 0);
}

/* What is too small comes last, larger by as much as it should have been. */
static void check_size(const proposer *p, int64_t i, double scale) {
    double least = (double)nd_int(p->call->op, p->call->words, MIN_SIZE) * scale, *box = p->boxes[i];
    if (box[2] - box[0] + 1 >= least && box[3] - box[1] + 1 >= least)
        return;
    for (int k = 0; k < 4; k++)
        box[k] += k < 2 ? -least / 2 : least / 2;
    p->scores[i] = -1;
}

static void propose(const proposer *p, int64_t image, int64_t i) {
    const nd_word *words = p->call->words;
    const int64_t anchor = i % p->anchors, x = i / p->anchors % p->width, y = i / p->anchors / p->width;
    const int64_t stride = nd_int(p->call->op, words, STRIDE), plane = p->height * p->width, at = y * p->width + x;
    const double *info = (double *)nd_data(p->call->in[2]) + 3 * image, *moves = nd_data(p->call->in[1]);
    const double *scores = nd_data(p->call->in[0]);
    const bool corners = nd_int(p->call->op, words, CORNERS);
    double *box = p->boxes[i];
    moves += (image * p->anchors + anchor) * 4 * plane + at;
    for (int k = 0; k < 4; k++)
        box[k] = p->base[anchor][k] + (double)((k % 2 ? y : x) * stride);
    for (int k = 0; k < 2; k++)
        move_axis(box + k, moves[k * plane], moves[(k + 2) * plane], corners);
    for (int k = 0; k < 4; k++)
        box[k] = limited(box[k], info[k % 2 ? 0 : 1]);
    p->scores[i] = scores[((2 * image + 1) * p->anchors + anchor) * plane + at];
    if (y >= (int64_t)(info[0] / (double)stride) || x >= (int64_t)(info[1] / (double)stride))
        p->scores[i] = -1;
    check_size(p, i, info[2]);
}

/* ---------------------------------------------------------------------------------------------- the best */

static double overlap(const double *a, const double *b) {
    double width = fmin(a[2], b[2]) - fmax(a[0], b[0]) + 1, height = fmin(a[3], b[3]) - fmax(a[1], b[1]) + 1;
    double both = fmax(width, 0) * fmax(height, 0);
    return both / ((a[2] - a[0] + 1) * (a[3] - a[1] + 1) + (b[2] - b[0] + 1) * (b[3] - b[1] + 1) - both);
}

/* How many are kept: the best first, none that overlaps a better one. */
static int64_t choose(const proposer *p) {
    const double threshold = nd_threshold(p->call->op, p->call->words, THRESHOLD);
    const int64_t first = nd_int(p->call->op, p->call->words, FIRST), last = nd_int(p->call->op, p->call->words, LAST);
    int64_t kept = 0, entered = first > 0 && first < p->count ? first : p->count;
    for (int64_t i = 0; i < p->count; i++)
        p->order[i] = i;
    nd_sort_places(p->order, p->order + p->count, p->count, p->scores, false);
    for (int64_t i = 0; i < entered && kept < last; i++) {
        bool good = true;
        for (int64_t k = 0; k < kept && good; k++)
            good = !(overlap(p->boxes[p->order[i]], p->boxes[p->kept[k]]) > threshold);
        if (good)
            p->kept[kept++] = p->order[i];
    }
    return kept;
}

/* Those kept, again and again until all rows are filled. */
static void write_rows(const proposer *p, int64_t image, int64_t kept) {
    const int64_t last = nd_int(p->call->op, p->call->words, LAST);
    double *rows = (double *)nd_data(p->call->out[0]) + image * last * 5;
    for (int64_t i = 0; i < last; i++) {
        int64_t chosen = p->kept[i % kept];
        rows[5 * i] = (double)image;
        memcpy(rows + 5 * i + 1, p->boxes[chosen], sizeof p->boxes[chosen]);
        if (p->call->outputs == 2)
            ((double *)nd_data(p->call->out[1]))[image * last + i] = p->scores[chosen];
    }
}

static void release(const proposer *p) {
    nd_free(p->base);
    nd_free(p->boxes);
    nd_free(p->scores);
    nd_free(p->order);
}

int proposal_run(nd_invocation *call) {
    const int64_t *shape = call->in[0]->shape, anchors = shape[1] / 2, count = anchors * shape[2] * shape[3];
    proposer p = {call, anchors, shape[2], shape[3], count, NULL, NULL, NULL, NULL, NULL};
    p.base = nd_alloc(anchors * (int64_t)sizeof *p.base);
    p.boxes = nd_alloc(count * (int64_t)sizeof *p.boxes);
    p.scores = nd_alloc(count * (int64_t)sizeof *p.scores);
    p.order = nd_alloc(3 * count * (int64_t)sizeof *p.order);
    const bool ready = p.base && p.boxes && p.scores && p.order;
    if (ready) {
        p.kept = p.order + 2 * count;
        make_anchors(&p);
    }
    for (int64_t image = 0; image < shape[0] && ready; image++) {
        for (int64_t i = 0; i < count; i++)
            propose(&p, image, i);
        write_rows(&p, image, choose(&p));
    }
    release(&p);
    return ready ? 0 : -1;
}
