/* moments: the mean and the variance over axes. */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* The mean over the axes of the bits, or over all, with extent 1 there. */
static nd_array *mean_over(nd_scope *s, nd_array *x, int bits) {
    int64_t axes[ND_MAX_DIM];
    int count = 0;
    for (int i = 0; i < ND_MAX_DIM; i++)
        if (bits >> i & 1)
            axes[count++] = i;
    return nd_do_reduce(s, ND_OP_mean, x, count, axes, true);
}

/* The shape without the axes of the bits; (1,) if none is left. */
static nd_spec without(const nd_array *x, int bits) {
    nd_spec spec = {.dtype = x->dtype};
    for (int i = 0; i < x->ndim; i++)
        if (!(bits >> i & 1))
            spec.shape[spec.ndim++] = x->shape[i];
    if (spec.ndim == 0)
        spec = (nd_spec){.dtype = x->dtype, .ndim = 1, .shape = {1}};
    return spec;
}

int moments_compose(nd_invocation *call) {
    nd_array *x = call->in[0];
    int bits = nd_axis_bits(call->op, call->words, 0, x->ndim, x, (1 << x->ndim) - 1);
    nd_spec folded = without(x, bits);
    if (bits < 0)
        return -1;
    nd_scope s = {0};
    nd_array *mean = mean_over(&s, x, bits);
    nd_array *deviation = nd_do2(&s, ND_OP_sub, x, mean);
    nd_array *y[] = {mean, mean_over(&s, nd_do1(&s, ND_OP_square, deviation), bits)};
    for (int i = 0; i < 2 && !nd_int(call->op, call->words, 1); i++)
        y[i] = nd_do_like(&s, y[i], &folded);
    call->outputs = 2;
    return nd_scope_results(&s, y, 2, call->out);
}
