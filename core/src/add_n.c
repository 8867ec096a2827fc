/* add_n: the sum of any number of arrays. */
#include "array.h"
#include "map.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

int alike_infer(nd_invocation *call) {
    nd_like(call, 0);
    const nd_array *first = call->in[0];
    for (int i = 1; i < call->inputs; i++) {
        const nd_array *x = call->in[i];
        if (nd_same_dtype(call, 0, i) < 0)
            return -1;
        if (!nd_same_shape(x->ndim, x->shape, first->ndim, first->shape))
            return nd_fail(ND_ESHAPE, "%s: input 0 has shape %s and input %d %s; they must be equal", call->op->name,
                           nd_array_text(first).chars, i, nd_array_text(x).chars);
    }
    return 0;
}

int add_n_run(nd_invocation *call) {
    nd_array *out = call->out[0];
    int status = copy_run(call);
    for (int i = 1; i < call->inputs && status == 0; i++) {
        nd_operands both = {.count = 2, .array = {out, call->in[i]}};
        status = nd_map_over(call->op, ND_MAP_add, 0, &both, out);
    }
    return status;
}

int add_n_gradient(nd_backprop *b) {
    for (int i = 0; i < b->node->inputs; i++)
        if (nd_wanted(b, i))
            b->into[i] = nd_array_retain(b->g[0]);
    return 0;
}
