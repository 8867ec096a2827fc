/* What training asks of many arrays at once: norms, learning rates by them, whether all is finite. */
#include <math.h>

#include "array.h"
#include "compose.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

static int check_count(const nd_invocation *call, int64_t wanted) {
    if (call->inputs == wanted)
        return 0;
    return nd_fail(ND_ECALL, "%s: num_arrays is %lld, but %d arrays are given", call->op->name, (long long)wanted,
                   call->inputs);
}

/* A reduction to one float32, which half precision would round. */
static nd_array *fold(nd_scope *s, nd_op_id op, nd_array *x) {
    nd_array *wide = x->dtype == ND_FLOAT16 ? nd_do_cast(s, x, ND_FLOAT32) : x;
    return nd_do_cast(s, nd_do_reduce(s, op, wide, 0, NULL, false), ND_FLOAT32);
}

int multi_sum_sq_compose(nd_invocation *call) {
    if (check_count(call, nd_int(call->op, call->words, 0)) < 0)
        return -1;
    nd_scope s = {0};
    nd_array **sums = nd_alloc(call->inputs * (int64_t)sizeof *sums);
    if (!sums)
        return -1;
    for (int i = 0; i < call->inputs; i++)
        sums[i] = fold(&s, ND_OP__square_sum, call->in[i]);
    nd_words words = nd_words_new(ND_OP_concat);
    nd_words_int(&words, ND_OP_concat, 0, 0);
    nd_array *out = nd_do(&s, ND_OP_concat, sums, call->inputs, &words);
    nd_free(sums);
    return nd_scope_results(&s, &out, 1, call->out);
}

static int finite_compose(nd_invocation *call, bool starts_anew) {
    nd_array *given = call->given[0];
    nd_scope s = {0};
    nd_array *out = fold(&s, ND_OP__all_finite, call->in[0]);
    for (int i = 1; i < call->inputs; i++)
        out = nd_do2(&s, ND_OP_mul, out, fold(&s, ND_OP__all_finite, call->in[i]));
    if (!starts_anew && given)
        out = nd_do2(&s, ND_OP_mul, out, nd_scope_own(&s, nd_array_detach(given)));
    return nd_scope_results(&s, &out, 1, call->out);
}

int all_finite_compose(nd_invocation *call) {
    return finite_compose(call, nd_int(call->op, call->words, 0));
}

int multi_all_finite_compose(nd_invocation *call) {
    if (check_count(call, nd_int(call->op, call->words, 0)) < 0)
        return -1;
    return finite_compose(call, nd_int(call->op, call->words, 1));
}

int multi_lars_infer(nd_invocation *call) {
    nd_like(call, 0);
    for (int i = 1; i < 4; i++)
        if (call->in[i]->size != call->in[0]->size)
            return nd_fail(ND_ESHAPE, "multi_lars: rates of shape %s need arrays of that size, not of shape %s",
                           nd_array_text(call->in[0]).chars, nd_array_text(call->in[i]).chars);
    return 0;
}

int multi_lars_run(nd_invocation *call) {
    double eta = nd_float(call->op, call->words, 0), eps = nd_float(call->op, call->words, 1);
    double scale = nd_float(call->op, call->words, 2);
    for (int64_t i = 0; i < call->out[0]->size; i++) {
        double lr = nd_array_get(call->in[0], i), wd = nd_array_get(call->in[3], i);
        double weight = sqrt(nd_array_get(call->in[1], i)), gradient = scale * sqrt(nd_array_get(call->in[2], i));
        bool trusted = weight > 0 && gradient > 0;
        nd_array_set(call->out[0], i, trusted ? lr * eta * weight / (gradient + wd * weight + eps) : lr);
    }
    return 0;
}

int group_adagrad_infer(nd_invocation *call) {
    const nd_array *weight = call->in[0], *grad = call->in[1];
    nd_array *history = call->in[2];
    nd_like(call, 0);
    if (weight->ndim == 0 || !nd_same_shape(weight->ndim, weight->shape, grad->ndim, grad->shape) ||
        history->size != weight->shape[0])
        return nd_fail(ND_ESHAPE, "%s: weight %s, grad %s and history %s do not fit; history has shape (rows, 1)",
                       call->op->name, nd_array_text(weight).chars, nd_array_text(grad).chars,
                       nd_array_text(history).chars);
    if (nd_same_dtype(call, 0, 1) < 0 || nd_same_dtype(call, 0, 2) < 0)
        return -1;
    return nd_is_recording() && nd_in_graph(history) ? nd_array_begin_write(history) : 0;
}

/* One row's gradients, rescaled and clipped. */
typedef struct slopes {
    const nd_array *grad;
    double scale, limit;
} slopes;

static double slope_at(const slopes *s, int64_t i) {
    double g = s->scale * nd_array_get(s->grad, i);
    return s->limit < 0 ? g : g > s->limit ? s->limit : g < -s->limit ? -s->limit : g;
}

int group_adagrad_run(nd_invocation *call) {
    const double lr = nd_float(call->op, call->words, 0), eps = nd_float(call->op, call->words, 3);
    const slopes s = {call->in[1], nd_float(call->op, call->words, 1), nd_float(call->op, call->words, 2)};
    nd_array *weight = call->in[0], *history = call->in[2];
    if (nd_array_begin_write(history) < 0)
        return -1;
    const int64_t columns = weight->size / (weight->shape[0] ? weight->shape[0] : 1);
    for (int64_t row = 0; columns && row < history->size; row++) {
        double sum = 0;
        for (int64_t i = row * columns; i < (row + 1) * columns; i++)
            sum += slope_at(&s, i) * slope_at(&s, i);
        double gathered = nd_array_get(history, row) + sum / (double)columns;
        nd_array_set(history, row, gathered);
        for (int64_t i = row * columns; i < (row + 1) * columns; i++)
            nd_array_set(call->out[0], i, nd_array_get(weight, i) - lr * slope_at(&s, i) / sqrt(gathered + eps));
    }
    return 0;
}
