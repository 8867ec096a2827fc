/* L2Normalization and LRN: data over a norm of its own neighbourhood. */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "spec.h"

/* data / sqrt(the sum of squares along the axes + eps) */
int l2_normalization_compose(nd_invocation *call) {
    enum { CHANNEL, INSTANCE, SPATIAL };
    static const int64_t axes[] = {1, 2, 3, 4, 5, 6, 7};
    nd_array *x = call->in[0];
    int64_t mode = nd_int(call->op, call->words, 1);
    int least = mode == INSTANCE ? 2 : 3;
    if (x->ndim < least)
        return nd_fail(ND_ESHAPE, "L2Normalization: this mode needs at least %d axes, not shape %s", least,
                       nd_array_text(x).chars);
    nd_scope s = {0};
    int count = mode == CHANNEL ? 1 : mode == SPATIAL ? x->ndim - 2 : x->ndim - 1;
    nd_array *squares =
        nd_do_reduce(&s, ND_OP_sum, nd_do1(&s, ND_OP_square, x), count, mode == SPATIAL ? axes + 1 : axes, true);
    nd_array *norm =
        nd_do1(&s, ND_OP_sqrt, nd_do_scalar(&s, ND_OP_add_scalar, squares, nd_float(call->op, call->words, 0)));
    nd_array *out = nd_do2(&s, ND_OP_div, x, norm);
    return nd_scope_results(&s, &out, 1, call->out);
}

/* The sums of nsize neighbours along axis 1, zeros standing beyond the ends: shifted copies added up. */
static nd_array *sum_of_neighbours(nd_scope *s, nd_array *x, int64_t nsize) {
    nd_array *sum = x;
    for (int64_t shift = 1; !s->failed && x->size && shift <= nsize / 2 && shift < x->shape[1]; shift++) {
        int64_t channels = x->shape[1];
        nd_array *below = nd_do_slice_axis(s, x, 1, 0, channels - shift);
        nd_array *above = nd_do_slice_axis(s, x, 1, shift, channels);
        nd_array *ends = nd_do1(s, ND_OP_zeros_like, nd_do_slice_axis(s, x, 1, 0, shift));
        nd_array *left[] = {ends, below}, *right[] = {above, ends};
        nd_array *both =
            nd_do2(s, ND_OP_add, nd_do(s, ND_OP_concat, left, 2, NULL), nd_do(s, ND_OP_concat, right, 2, NULL));
        sum = nd_do2(s, ND_OP_add, sum, both);
    }
    return sum;
}

int lrn_compose(nd_invocation *call) {
    nd_array *x = call->in[0];
    double alpha = nd_float(call->op, call->words, 0), beta = nd_float(call->op, call->words, 1);
    int64_t nsize = nd_int(call->op, call->words, 3);
    if (x->ndim < 2 || nsize < 1 || nsize % 2 == 0)
        return nd_fail(ND_EARGUMENT, "LRN: needs an odd nsize and at least 2 axes, not nsize=%lld and shape %s",
                       (long long)nsize, nd_array_text(x).chars);
    nd_scope s = {0};
    nd_array *squares = sum_of_neighbours(&s, nd_do1(&s, ND_OP_square, x), nsize);
    nd_array *scaled = nd_do_scalar(&s, ND_OP_mul_scalar, squares, alpha / (double)nsize);
    nd_array *base = nd_do_scalar(&s, ND_OP_add_scalar, scaled, nd_float(call->op, call->words, 2));
    nd_array *out = nd_do2(&s, ND_OP_mul, x, nd_do_scalar(&s, ND_OP_power_scalar, base, -beta));
    return nd_scope_results(&s, &out, 1, call->out);
}
