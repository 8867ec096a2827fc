/* box_nms: boxes by descending score, without those that overlap a better one too much. */
#include "array.h"
#include "box.h"
#include "compose.h"
#include "each.h"
#include "items/nms.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* The parameters, in the table's order. */
enum { OVERLAP, VALID, TOPK, COORDS, SCORE, ID, BACKGROUND, FORCE, IN_FORMAT, OUT_FORMAT };

static bool inside(int64_t first, int64_t count, int64_t width) {
    return first >= 0 && first <= width - count;
}

static int check(const nd_invocation *call) {
    const nd_array *x = call->in[0];
    if (nd_check_axes(call, 0, 2, true, 0, "(..., boxes, 5 or more)") < 0)
        return -1;
    int64_t width = x->shape[x->ndim - 1], coords = nd_int(call->op, call->words, COORDS);
    int64_t score = nd_int(call->op, call->words, SCORE), id = nd_int(call->op, call->words, ID);
    if (!inside(coords, 4, width))
        return nd_fail(ND_EARGUMENT, "%s: coord_start=%lld leaves no room for 4 coordinates in shape %s",
                       call->op->name, (long long)coords, nd_array_text(x).chars);
    if (!inside(score, 1, width) || (id != -1 && !inside(id, 1, width)))
        return nd_fail(ND_EARGUMENT, "%s: score_index=%lld and id_index=%lld must lie in the last axis of shape %s",
                       call->op->name, (long long)score, (long long)id, nd_array_text(x).chars);
    return 0;
}

int box_nms_choice_infer(nd_invocation *call) {
    if (check(call) < 0)
        return -1;
    nd_like(call, 0);
    call->spec[0].ndim--;
    call->spec[0].dtype = ND_INT64;
    return 0;
}

ND_EACH(nms)
ND_EACH(rivals)
ND_EACH(rivals_settle)
ND_EACH(rivals_suppress)
ND_EACH(rivals_gather)

static int settle_on_gpu(nd_context where, nd_rivals rivals, int64_t batches) {
    for (; rivals.block < rivals.most; rivals.block += ND_RIVALS_BLOCK) {
        const int64_t behind = rivals.most - rivals.block - ND_RIVALS_BLOCK;
        if (each_rivals_settle(where, &rivals, batches) < 0 ||
            (behind > 0 && each_rivals_suppress(where, &rivals, batches * behind) < 0))
            return -1;
    }
    return each_rivals_gather(where, &rivals, batches);
}

int nd_settle_rivals(nd_context where, const nd_rivals *rivals, int64_t batches) {
    return nd_on_gpu(where) ? settle_on_gpu(where, *rivals, batches) : each_rivals(where, rivals, batches);
}

static nd_nms_work read_work(const nd_invocation *call) {
    const nd_array *x = call->in[0];
    const nd_op *op = call->op;
    const nd_word *words = call->words;
    return (nd_nms_work){.boxes = nd_data(x),
                         .count = x->shape[x->ndim - 2],
                         .width = x->shape[x->ndim - 1],
                         .score = nd_int(op, words, SCORE),
                         .id = nd_int(op, words, ID),
                         .most = nd_int(op, words, TOPK),
                         .valid = nd_threshold(op, words, VALID),
                         .background = (double)nd_int(op, words, BACKGROUND),
                         .chosen = nd_data(call->out[0])};
}

/* `kept` has a number for each batch. */
static int choose(const nd_invocation *call, const nd_nms_work *work, int64_t batches, int64_t *kept) {
    const nd_op *op = call->op;
    const nd_word *words = call->words;
    const nd_rivals rivals = {.rows = work->boxes,
                              .width = work->width,
                              .coords = nd_int(op, words, COORDS),
                              .id = nd_int(op, words, FORCE) ? -1 : work->id,
                              .overlap = nd_threshold(op, words, OVERLAP),
                              .center = nd_int(op, words, IN_FORMAT) == 1,
                              .count = work->count,
                              .most = work->most > 0 && work->most < work->count ? work->most : work->count,
                              .last = work->count,
                              .chosen = work->chosen,
                              .kept = kept};
    return each_nms(call->context, work, batches) < 0 ? -1 : nd_settle_rivals(call->context, &rivals, batches);
}

int box_nms_choice_run(nd_invocation *call) {
    const nd_array *x = call->in[0];
    nd_nms_work work = read_work(call);
    if (x->size == 0)
        return 0;
    const int64_t boxes = x->size / work.width, batches = boxes / work.count;
    const nd_spec places = {.dtype = ND_INT64, .ndim = 1, .shape = {2 * boxes + batches}};
    const nd_spec scores = {.dtype = ND_FLOAT64, .ndim = 1, .shape = {boxes}};
    nd_scope s = {0};
    nd_array *order = nd_do_new(&s, &places, call->context), *room = nd_do_new(&s, &scores, call->context);
    if (!s.failed) {
        work.order = nd_data(order), work.scores = nd_data(room);
        s.failed = choose(call, &work, batches, work.order + 2 * boxes) < 0;
    }
    return nd_scope_results(&s, NULL, 0, NULL);
}

/* ------------------------------------------------------------------------------------------------ compose */

/* Columns `start` and the three behind it in the other format. */
static nd_array *convert(nd_scope *s, nd_array *x, int64_t start, bool to_center) {
    int64_t width = x->shape[1];
    nd_array *first = nd_do_slice_axis(s, x, 1, start, start + 2);
    nd_array *second = nd_do_slice_axis(s, x, 1, start + 2, start + 4);
    nd_array *half = nd_do_scalar(s, ND_OP_mul_scalar, second, 0.5);
    nd_array *in[4], *sum = nd_do2(s, ND_OP_add, first, second);
    int count = 0;
    if (start > 0)
        in[count++] = nd_do_slice_axis(s, x, 1, 0, start);
    in[count++] = to_center ? nd_do_scalar(s, ND_OP_mul_scalar, sum, 0.5) : nd_do2(s, ND_OP_sub, first, half);
    in[count++] = to_center ? nd_do2(s, ND_OP_sub, second, first) : nd_do2(s, ND_OP_add, first, half);
    if (start + 4 < width)
        in[count++] = nd_do_slice_axis(s, x, 1, start + 4, width);
    return nd_do(s, ND_OP_concat, in, count, NULL);
}

int box_nms_compose(nd_invocation *call) {
    nd_scope s = {0};
    nd_words words;
    if (check(call) < 0)
        return -1;
    if (nd_int(call->op, call->words, TOPK) == 0) { /* of no boxes to be kept MXNet makes no selection at all */
        call->out[0] = nd_apply1(ND_OP__copy, call->in[0], NULL);
        return call->out[0] ? 0 : -1;
    }
    words = nd_words_copy(call->op, call->words);
    nd_array *x = call->in[0];
    nd_spec spec = nd_array_spec(x);
    int64_t rows = nd_count(x->ndim - 1, x->shape), shape[] = {rows, x->shape[x->ndim - 1]};
    bool from = nd_int(call->op, call->words, IN_FORMAT), to = nd_int(call->op, call->words, OUT_FORMAT);
    nd_array *choice = nd_do_reshape(&s, nd_do_with(&s, ND_OP__box_nms_choice, x, &words), 1, shape);
    nd_array *picked = nd_do2(&s, ND_OP_take, nd_do_reshape(&s, x, 2, shape), choice);
    if (from != to && picked)
        picked = convert(&s, picked, nd_int(call->op, call->words, COORDS), to);
    nd_array *nothing = nd_do_scalar(&s, ND_OP_mul_scalar, nd_do1(&s, ND_OP_ones_like, picked), -1);
    nd_array *in[] = {nd_do_scalar(&s, ND_OP_greater_equal_scalar, choice, 0), picked, nothing};
    nd_array *out = nd_do_like(&s, nd_do(&s, ND_OP_where, in, 3, NULL), &spec);
    return nd_scope_results(&s, &out, 1, call->out);
}
