/* A vector cut into pieces of given sizes. */
#include "array.h"
#include "copy.h"
#include "operators.h"
#include "spec.h"

int vector_pieces_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    const nd_word *sizes;
    int64_t count = nd_list(call->op, call->words, 0, &sizes), left = x->size;
    call->outputs = (int)count;
    for (int i = 0; i < count && sizes[i].f >= 0 && sizes[i].f <= (double)left; i++) {
        call->spec[i] = (nd_spec){.dtype = x->dtype, .ndim = 1, .shape = {(int64_t)sizes[i].f}};
        left -= call->spec[i].shape[0];
        if (i + 1 == count && left == 0 && x->ndim == 1)
            return 0;
    }
    return nd_fail(ND_ESHAPE, "%s: needs a vector and sizes that add up to its own, not an array of shape %s",
                   call->op->name, nd_array_text(x).chars);
}

int vector_pieces_run(nd_invocation *call) {
    const nd_strides packed = {{1}};
    const char *from = nd_data(call->in[0]);
    int status = 0;
    for (int i = 0; i < call->outputs && status == 0; from += nd_bytes(call->out[i++]))
        status = nd_copy_arranged(call->context, 1, &call->out[i]->size, nd_data(call->out[i]), packed, from, packed,
                                  nd_dtype_size(call->out[i]->dtype));
    return status;
}

int vector_pieces_gradient(nd_backprop *b) {
    nd_words words = nd_words_new(ND_OP_concat);
    nd_words_int(&words, ND_OP_concat, 0, 0);
    b->into[0] = nd_apply(&nd_ops[ND_OP_concat], b->g, b->node->outputs, words.at);
    return b->into[0] ? 0 : -1;
}
