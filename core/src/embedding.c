/* Embedding: rows of a weight, which is a `take` that checks the weight's shape. */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "spec.h"

int embedding_compose(nd_invocation *call) {
    int64_t rows = nd_int(call->op, call->words, 0), columns = nd_int(call->op, call->words, 1);
    const nd_array *weight = call->in[1];
    if (weight->ndim != 2 || weight->shape[0] != rows || weight->shape[1] != columns)
        return nd_fail(
            ND_ESHAPE, "Embedding: input_dim=%lld and output_dim=%lld need a weight of shape (%lld, %lld), not %s",
            (long long)rows, (long long)columns, (long long)rows, (long long)columns, nd_array_text(weight).chars);
    nd_scope s = {0};
    nd_array *out = nd_do2(&s, ND_OP_take, call->in[1], call->in[0]); /* clips by default */
    return nd_scope_results(&s, &out, 1, call->out);
}
