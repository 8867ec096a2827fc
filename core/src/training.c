/* What training asks of many arrays at once: norms, learning rates by them, whether all is finite. */
#include "array.h"
#include "compose.h"
#include "each.h"
#include "items/training.h"
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

static nd_numbers numbers_of(const nd_array *x) {
    return (nd_numbers){nd_data(x), x->dtype};
}

ND_EACH(lars)

int multi_lars_run(nd_invocation *call) {
    nd_array *const *in = call->in;
    nd_lars_work work = {.rates = numbers_of(in[0]), .weights = numbers_of(in[1]), .gradients = numbers_of(in[2])};
    work.decays = numbers_of(in[3]), work.out = numbers_of(call->out[0]);
    work.eta = nd_float(call->op, call->words, 0), work.eps = nd_float(call->op, call->words, 1);
    work.scale = nd_float(call->op, call->words, 2);
    return each_lars(call->context, &work, in[0]->size);
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

ND_EACH(group_adagrad)

int group_adagrad_run(nd_invocation *call) {
    nd_array *weight = call->in[0], *history = call->in[2];
    if (nd_array_begin_write(history) < 0)
        return -1;
    nd_group_adagrad_work work = {.weight = numbers_of(weight), .grad = numbers_of(call->in[1])};
    work.history = numbers_of(history), work.out = numbers_of(call->out[0]);
    work.columns = history->size ? weight->size / history->size : 0;
    work.rate = nd_float(call->op, call->words, 0), work.scale = nd_float(call->op, call->words, 1);
    work.limit = nd_float(call->op, call->words, 2), work.eps = nd_float(call->op, call->words, 3);
    return work.columns ? each_group_adagrad(call->context, &work, history->size) : 0;
}
