/* Single shot detection (Liu et al., SSD, 2016): anchors, their targets, and what was detected. */
#include <math.h>

#include "array.h"
#include "box.h"
#include "compose.h"
#include "each.h"
#include "items/multibox.h"
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

static void copy_variances(const nd_invocation *call, int parameter, double *to) {
    reals variances = read_variances(call->op, call->words, parameter);
    for (int k = 0; k < 4; k++)
        to[k] = variances.at[k].f;
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
        nd_box_write(at, nd_box_clipped(box, nd_int(call->op, call->words, CLIP)));
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

ND_EACH(multibox_target)

static nd_multibox_target_work read_target(const nd_invocation *call) {
    nd_array *const *in = call->in;
    const nd_op *op = call->op;
    const nd_word *words = call->words;
    nd_multibox_target_work work = {.anchors = nd_data(in[0]), .labels = nd_data(in[1]), .scores = nd_data(in[2])};
    work.targets = nd_data(call->out[0]), work.masks = nd_data(call->out[1]), work.found = nd_data(call->out[2]);
    work.count = in[0]->shape[1], work.classes = in[2]->shape[1];
    work.boxes = in[1]->shape[1], work.width = in[1]->shape[2];
    work.enough = nd_threshold(op, words, OVERLAP), work.negative = nd_threshold(op, words, NEGATIVE);
    work.ignored = nd_float(op, words, IGNORED), work.ratio = nd_float(op, words, RATIO);
    copy_variances(call, VARIANCES, work.variances);
    return work;
}

int multibox_target_run(nd_invocation *call) {
    nd_multibox_target_work work = read_target(call);
    const int64_t batch = call->in[1]->shape[0], anchors = batch * work.count;
    const nd_spec places = {.dtype = ND_INT64, .ndim = 1, .shape = {4 * anchors + batch * work.boxes}};
    const nd_spec numbers = {.dtype = ND_FLOAT64, .ndim = 1, .shape = {2 * anchors}};
    nd_scope s = {0};
    nd_array *room = nd_do_new(&s, &places, call->context), *more = nd_do_new(&s, &numbers, call->context);
    if (!s.failed) {
        work.best = nd_data(room), work.kind = work.best + 3 * anchors, work.taken = work.kind + anchors;
        work.overlap = nd_data(more), work.confidence = work.overlap + anchors;
        s.failed = each_multibox_target(call->context, &work, batch) < 0;
    }
    return nd_scope_results(&s, NULL, 0, NULL);
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

ND_EACH(multibox_detection)
ND_EACH(multibox_drop)

static nd_multibox_detection_work read_detection(const nd_invocation *call) {
    nd_array *const *in = call->in;
    const nd_op *op = call->op;
    const nd_word *words = call->words;
    nd_multibox_detection_work work = {.scores = nd_data(in[0]), .offsets = nd_data(in[1]), .anchors = nd_data(in[2])};
    work.rows = nd_data(call->out[0]);
    work.classes = in[0]->shape[1], work.count = in[0]->shape[2];
    work.least = nd_threshold(op, words, THRESHOLD), work.clip = nd_int(op, words, DETECTION_CLIP);
    work.most = nd_int(op, words, TOPK);
    copy_variances(call, DETECTION_VARIANCES, work.variances);
    return work;
}

/* Of other overlaps MXNet suppresses nothing. */
static int suppress(const nd_invocation *call, const nd_multibox_detection_work *work, int64_t *kept) {
    const nd_rivals rivals = {.rows = work->rows,
                              .width = 6,
                              .coords = 2,
                              .id = nd_int(call->op, call->words, FORCE) ? -1 : 0,
                              .overlap = nd_threshold(call->op, call->words, NMS),
                              .touching = true,
                              .count = work->count,
                              .most = work->count,
                              .last = work->count,
                              .chosen = work->chosen,
                              .kept = kept};
    const int64_t batch = call->out[0]->shape[0];
    return nd_settle_rivals(call->context, &rivals, batch) < 0 ? -1 : each_multibox_drop(call->context, work, batch);
}

int multibox_detection_run(nd_invocation *call) {
    nd_multibox_detection_work work = read_detection(call);
    const double overlap = nd_threshold(call->op, call->words, NMS);
    const int64_t batch = call->out[0]->shape[0], anchors = batch * work.count;
    const nd_spec places = {.dtype = ND_INT64, .ndim = 1, .shape = {3 * anchors + batch}};
    const nd_spec numbers = {.dtype = ND_FLOAT64, .ndim = 1, .shape = {7 * anchors}};
    nd_scope s = {0};
    nd_array *order = nd_do_new(&s, &places, call->context), *room = nd_do_new(&s, &numbers, call->context);
    if (!s.failed) {
        work.suppresses = overlap > 0 && overlap <= 1;
        work.order = nd_data(order), work.chosen = work.order + 2 * anchors;
        work.copy = nd_data(room), work.by = work.copy + 6 * anchors;
        s.failed = each_multibox_detection(call->context, &work, batch) < 0 ||
                   (work.suppresses && suppress(call, &work, work.chosen + anchors) < 0);
    }
    return nd_scope_results(&s, NULL, 0, NULL);
}
