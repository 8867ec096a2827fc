/* Regions that a network proposes: anchors at every cell of a feature map, moved as it says, the best that do not
 * overlap (Ren and others, Faster R-CNN, 2015). Boxes are in pixels, and their last ones count in. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "box.h"
#include "compose.h"
#include "each.h"
#include "items/proposals.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

enum { FIRST, LAST, THRESHOLD, MIN_SIZE, SCALES, RATIOS, STRIDE, WITH_SCORE, CORNERS };

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
static void make_anchors(const nd_invocation *call, double *base, int64_t count) {
    double scales[ND_MAX_ITEMS], ratios[ND_MAX_ITEMS];
    const int64_t many = numbers(call, SCALES, scales), stride = nd_int(call->op, call->words, STRIDE);
    const double middle = 0.5 * (double)(stride - 1);
    numbers(call, RATIOS, ratios);
    for (int64_t i = 0; i < count; i++) {
        double area = floor((double)stride * (double)stride / ratios[i / many]), root = floor(sqrt(area) + 0.5);
        double width = root * scales[i % many], height = floor(root * ratios[i / many] + 0.5) * scales[i % many];
        const double box[] = {middle - 0.5 * (width - 1), middle - 0.5 * (height - 1), middle + 0.5 * (width - 1),
                              middle + 0.5 * (height - 1)};
        memcpy(base + i * 4, box, sizeof box);
    }
}

static const double *anchors_of(nd_scope *s, const nd_invocation *call, int64_t count) {
    const nd_spec spec = {.dtype = ND_FLOAT64, .ndim = 2, .shape = {count, 4}};
    nd_array *table = nd_do_table(s, &spec, call->context);
    if (table)
        make_anchors(call, nd_data(table), count);
    table = nd_do_there(s, table, call->context);
    return s->failed ? NULL : nd_data(table);
}

/* ---------------------------------------------------------------------------------------------- the best */

ND_EACH(propose)
ND_EACH(propose_order)
ND_EACH(proposed)

static nd_proposing read_work(const nd_invocation *call) {
    nd_array *const *in = call->in;
    const nd_op *op = call->op;
    const nd_word *words = call->words;
    nd_proposing work = {.scores = nd_data(in[0]), .moves = nd_data(in[1]), .info = nd_data(in[2])};
    work.anchors = in[0]->shape[1] / 2, work.height = in[0]->shape[2], work.width = in[0]->shape[3];
    work.count = work.anchors * work.height * work.width;
    work.stride = nd_int(op, words, STRIDE);
    work.first = nd_int(op, words, FIRST), work.last = nd_int(op, words, LAST);
    work.least = (double)nd_int(op, words, MIN_SIZE);
    work.corners = nd_int(op, words, CORNERS);
    work.rows = nd_data(call->out[0]);
    work.numbers = call->outputs == 2 ? nd_data(call->out[1]) : NULL;
    return work;
}

static int choose(const nd_invocation *call, const nd_proposing *work, int64_t images) {
    const nd_rivals rivals = {.rows = work->boxes,
                              .width = 4,
                              .id = -1,
                              .overlap = nd_threshold(call->op, call->words, THRESHOLD),
                              .pixels = true,
                              .count = work->count,
                              .most = work->first > 0 && work->first < work->count ? work->first : work->count,
                              .last = work->last,
                              .chosen = work->chosen,
                              .kept = work->kept};
    return each_propose_order(call->context, work, images) < 0 || nd_settle_rivals(call->context, &rivals, images) < 0
               ? -1
               : each_proposed(call->context, work, images);
}

int proposal_run(nd_invocation *call) {
    nd_proposing work = read_work(call);
    const int64_t images = call->in[0]->shape[0], all = images * work.count;
    const nd_spec real = {.dtype = ND_FLOAT64, .ndim = 2, .shape = {5, all}};
    const nd_spec places = {.dtype = ND_INT64, .ndim = 1, .shape = {3 * all + images}};
    nd_scope s = {0};
    work.base = anchors_of(&s, call, work.anchors);
    nd_array *boxes = nd_do_new(&s, &real, call->context), *order = nd_do_new(&s, &places, call->context);
    if (!s.failed) {
        work.boxes = nd_data(boxes), work.score = work.boxes + 4 * all;
        work.order = nd_data(order), work.chosen = work.order + 2 * all, work.kept = work.chosen + all;
        s.failed = each_propose(call->context, &work, all) < 0 || choose(call, &work, images) < 0;
    }
    return nd_scope_results(&s, NULL, 0, NULL);
}
