/* khatri_rao: of matrices (rows, k), the Kronecker products of their columns, (product of rows, k). */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "spec.h"

/* Every row of a times every row of b. */
static nd_array *product(nd_scope *s, nd_array *a, nd_array *b) {
    if (s->failed)
        return NULL;
    const int64_t m = a->shape[0], n = b->shape[0], k = a->shape[1];
    nd_array *left = nd_do_reshape(s, a, 3, (int64_t[]){m, 1, k});
    nd_array *right = nd_do_reshape(s, b, 3, (int64_t[]){1, n, k});
    return nd_do_reshape(s, nd_do2(s, ND_OP_mul, left, right), 2, (int64_t[]){m * n, k});
}

int khatri_rao_compose(nd_invocation *call) {
    nd_array *first = call->in[0], *y = first;
    nd_spec spec = nd_array_spec(first);
    for (int i = 0; i < call->inputs; i++) {
        const nd_array *x = call->in[i];
        if (x->ndim != 2 || x->shape[1] != first->shape[first->ndim - 1])
            return nd_fail(ND_ESHAPE, "%s: input %d of shape %s is not a matrix with as many columns as input 0, %s",
                           call->op->name, i, nd_array_text(x).chars, nd_array_text(first).chars);
        if (i && __builtin_mul_overflow(spec.shape[0], x->shape[0], &spec.shape[0]))
            spec.shape[0] = INT64_MAX;
        if (nd_checked_size(call->op->name, &spec) < 0)
            return -1;
    }
    nd_scope s = {0};
    for (int i = 1; i < call->inputs; i++)
        y = product(&s, y, call->in[i]);
    if (y == first)
        y = nd_do1(&s, ND_OP__copy, first);
    return nd_scope_results(&s, &y, 1, call->out);
}
