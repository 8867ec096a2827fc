/* FullyConnected: data (n, ...) times the transposed weight (units, features), plus the bias (units,). */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* Refuses what does not fit, and says how many features the weight must have. */
static int check(const nd_invocation *call, bool no_bias, bool flatten, int64_t units) {
    const nd_array *x = call->in[0], *weight = call->in[1];
    if (call->inputs != (no_bias ? 2 : 3))
        return nd_fail(ND_ECALL, "FullyConnected: %s; pass the bias, or no_bias=True",
                       no_bias ? "no_bias is set, but a bias is given" : "the bias is missing");
    if (x->ndim == 0)
        return nd_fail(ND_ESHAPE, "FullyConnected: data of shape () has no axis of features");
    int64_t features = flatten ? nd_count(x->ndim - 1, x->shape + 1) : x->shape[x->ndim - 1];
    if (weight->ndim != 2 || weight->shape[0] != units || weight->shape[1] != features)
        return nd_fail(
            ND_ESHAPE,
            "FullyConnected: data of shape %s and num_hidden=%lld need a weight of shape (%lld, %lld), not %s",
            nd_array_text(x).chars, (long long)units, (long long)units, (long long)features,
            nd_array_text(weight).chars);
    if (!no_bias && (call->in[2]->ndim != 1 || call->in[2]->shape[0] != units))
        return nd_fail(ND_ESHAPE, "FullyConnected: num_hidden=%lld needs a bias of shape (%lld,), not %s",
                       (long long)units, (long long)units, nd_array_text(call->in[2]).chars);
    return 0;
}

/* Seen as (n, features): Flatten would copy. */
static nd_array *flattened(nd_scope *s, nd_array *x) {
    return x->ndim == 2 ? x : nd_do_reshape(s, x, 2, (int64_t[]){x->shape[0], nd_count(x->ndim - 1, x->shape + 1)});
}

int fully_connected_compose(nd_invocation *call) {
    int64_t units = nd_int(call->op, call->words, 0);
    bool no_bias = nd_int(call->op, call->words, 1), flatten = nd_int(call->op, call->words, 2);
    if (check(call, no_bias, flatten, units) < 0)
        return -1;
    nd_scope s = {0};
    nd_words transposed = nd_words_new(ND_OP_dot);
    nd_words_int(&transposed, ND_OP_dot, 1, true);
    nd_array *x = call->in[0], *rows = flatten ? flattened(&s, x) : x, *in[] = {rows, call->in[1]};
    nd_array *out = nd_do(&s, ND_OP_dot, in, 2, &transposed);
    if (!no_bias)
        out = nd_do2(&s, ND_OP_add, out, call->in[2]);
    return nd_scope_results(&s, &out, 1, call->out);
}
