/* The axes in another order. */
#include "array.h"
#include "copy.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

typedef struct order {
    int axes[ND_MAX_DIM];
} order;

static int read_order(const nd_op *op, const nd_word *words, const nd_array *x, order *order) {
    const nd_word *values;
    int64_t count = nd_list(op, words, 0, &values);
    for (int i = 0; i < x->ndim; i++)
        order->axes[i] = x->ndim - 1 - i;
    if (count == ND_NONE || count == 0)
        return 0;
    if (count != x->ndim)
        return nd_fail(ND_EAXIS, "transpose: %lld axes for an array of shape %s; name each axis once", (long long)count,
                       nd_array_text(x).chars);
    if (nd_axis_bits(op, words, 0, x->ndim, x, 0) < 0)
        return -1;
    for (int i = 0; i < x->ndim; i++)
        order->axes[i] = (int)(values[i].i < 0 ? values[i].i + x->ndim : values[i].i);
    return 0;
}

static int swapped(const nd_op *op, const nd_word *words, const nd_array *x, order *order) {
    int first = nd_axis(op, nd_int(op, words, 0), x->ndim, x), second = nd_axis(op, nd_int(op, words, 1), x->ndim, x);
    if (first < 0 || second < 0)
        return -1;
    for (int i = 0; i < x->ndim; i++)
        order->axes[i] = i == first ? second : i == second ? first : i;
    return 0;
}

static void permuted_spec(nd_invocation *call, const order *order) {
    nd_like(call, 0);
    for (int i = 0; i < call->in[0]->ndim; i++)
        call->spec[0].shape[i] = call->in[0]->shape[order->axes[i]];
}

static int permute(nd_invocation *call, const order *order) {
    const nd_array *x = call->in[0], *out = call->out[0];
    nd_strides from = nd_strides_of(x->ndim, x->shape), permuted = {{0}};
    for (int i = 0; i < x->ndim; i++)
        permuted.of[i] = from.of[order->axes[i]];
    return nd_copy_arranged(x->context, out->ndim, out->shape, nd_data(out), nd_strides_of(out->ndim, out->shape),
                            nd_data(x), permuted, nd_dtype_size(x->dtype));
}

int transpose_infer(nd_invocation *call) {
    order order;
    if (read_order(call->op, call->words, call->in[0], &order) < 0)
        return -1;
    permuted_spec(call, &order);
    return 0;
}

int transpose_run(nd_invocation *call) {
    order order;
    return read_order(call->op, call->words, call->in[0], &order) < 0 ? -1 : permute(call, &order);
}

int transpose_gradient(nd_backprop *b) {
    order order;
    int64_t inverse[ND_MAX_DIM];
    if (read_order(b->op, b->words, b->g[0], &order) < 0)
        return -1;
    for (int i = 0; i < b->g[0]->ndim; i++)
        inverse[order.axes[i]] = i;
    nd_words words = nd_words_new(ND_OP_transpose);
    nd_words_list(&words, ND_OP_transpose, 0, inverse, b->g[0]->ndim);
    b->into[0] = nd_apply1(ND_OP_transpose, b->g[0], &words);
    return b->into[0] ? 0 : -1;
}

int swapaxes_infer(nd_invocation *call) {
    order order;
    if (swapped(call->op, call->words, call->in[0], &order) < 0)
        return -1;
    permuted_spec(call, &order);
    return 0;
}

int swapaxes_run(nd_invocation *call) {
    order order;
    return swapped(call->op, call->words, call->in[0], &order) < 0 ? -1 : permute(call, &order);
}

int swapaxes_gradient(nd_backprop *b) {
    b->into[0] = nd_apply(b->op, &b->g[0], 1, b->words);
    return b->into[0] ? 0 : -1;
}
