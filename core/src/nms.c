/* box_nms: boxes by descending score, without those that overlap a better one too much. */
#include "array.h"
#include "box.h"
#include "compose.h"
#include "memory.h"
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

/* One batch: `count` boxes of `width` numbers; `order` and `scores` are room for as many places (twice) and scores. */
typedef struct contest {
    const nd_op *op;
    const nd_word *words;
    const double *boxes;
    int64_t count, width;
    int64_t *order;
    double *scores;
} contest;

static double number(const contest *c, int64_t box, int parameter) {
    return c->boxes[box * c->width + nd_int(c->op, c->words, parameter)];
}

/* Those that take part, best first: how many. */
static int64_t enter(contest *c) {
    bool with_ids = nd_int(c->op, c->words, ID) >= 0;
    double background = (double)nd_int(c->op, c->words, BACKGROUND), valid = nd_threshold(c->op, c->words, VALID);
    int64_t entered = 0, most = nd_int(c->op, c->words, TOPK);
    for (int64_t i = 0; i < c->count; i++) {
        c->scores[i] = number(c, i, SCORE);
        if (c->scores[i] > valid && !(with_ids && number(c, i, ID) == background))
            c->order[entered++] = i;
    }
    nd_sort_places(c->order, c->order + c->count, entered, c->scores, false);
    return most > 0 && most < entered ? most : entered;
}

static bool suppresses(const contest *c, int64_t better, int64_t box) {
    bool center = nd_int(c->op, c->words, IN_FORMAT) == 1;
    int64_t coords = nd_int(c->op, c->words, COORDS);
    if (nd_int(c->op, c->words, ID) >= 0 && !nd_int(c->op, c->words, FORCE) &&
        number(c, better, ID) != number(c, box, ID))
        return false;
    return nd_box_overlap(nd_box_read(c->boxes + better * c->width + coords, center),
                          nd_box_read(c->boxes + box * c->width + coords, center)) >
           nd_threshold(c->op, c->words, OVERLAP);
}

/* Writes the places of those that stay, counted from `first`, and -1 behind them. */
static void choose(contest *c, int64_t first, int64_t *chosen) {
    int64_t kept = 0, entered = enter(c);
    for (int64_t i = 0; i < entered; i++) {
        int64_t box = c->order[i], k = 0;
        while (k < kept && !suppresses(c, chosen[k] - first, box))
            k++;
        if (k == kept)
            chosen[kept++] = first + box;
    }
    for (; kept < c->count; kept++)
        chosen[kept] = -1;
}

int box_nms_choice_run(nd_invocation *call) {
    const nd_array *x = call->in[0];
    contest c = {.op = call->op, .words = call->words};
    c.count = x->shape[x->ndim - 2], c.width = x->shape[x->ndim - 1];
    if (x->size == 0)
        return 0;
    c.order = nd_alloc(2 * c.count * (int64_t)sizeof *c.order);
    c.scores = nd_alloc(c.count * (int64_t)sizeof *c.scores);
    int status = c.order && c.scores ? 0 : -1;
    for (int64_t first = 0; first < x->size / c.width && status == 0; first += c.count) {
        c.boxes = (double *)nd_data(x) + first * c.width;
        choose(&c, first, (int64_t *)nd_data(call->out[0]) + first);
    }
    nd_free(c.order), nd_free(c.scores);
    return status;
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
