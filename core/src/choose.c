/* One choice from each row, or of some rows: argmax_channel, batch_take, one-hot rows, boolean masks. */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

int argmax_channel_compose(nd_invocation *call) {
    nd_scope s = {0};
    nd_words words = nd_words_new(ND_OP_argmax);
    nd_words_int(&words, ND_OP_argmax, 0, 1);
    nd_array *y = nd_do_with(&s, ND_OP_argmax, call->in[0], &words);
    return nd_scope_results(&s, &y, 1, call->out);
}

int batch_take_compose(nd_invocation *call) {
    nd_scope s = {0};
    nd_array *y = nd_do2(&s, ND_OP_pick, call->in[0], call->in[1]);
    return nd_scope_results(&s, &y, 1, call->out);
}

int onehot_encode_compose(nd_invocation *call) {
    const nd_array *index = call->in[0], *like = call->in[1];
    if (index->ndim != 1 || like->ndim != 2 || like->shape[0] != index->shape[0])
        return nd_fail(ND_ESHAPE, "%s: lhs of shape %s needs an rhs of shape (%lld, classes), not %s", call->op->name,
                       nd_array_text(index).chars, index->ndim ? (long long)index->shape[0] : 1,
                       nd_array_text(like).chars);
    nd_scope s = {0};
    nd_words words = nd_words_new(ND_OP_one_hot);
    nd_words_int(&words, ND_OP_one_hot, 0, like->shape[1]);
    nd_words_int(&words, ND_OP_one_hot, 3, like->dtype);
    nd_array *y = nd_do_beside(&s, nd_do_with(&s, ND_OP_one_hot, call->in[0], &words), call->in[1]);
    return nd_scope_results(&s, &y, 1, call->out);
}

/* ----------------------------------------------------------------------------------------- boolean_mask */

static bool chosen(const nd_array *mask, int64_t i) {
    return nd_array_get(mask, i) != 0;
}

/* Where the mask is not zero. */
static nd_array *places_of(nd_scope *s, nd_array *given) {
    const nd_array *mask = nd_do_read(s, given);
    nd_spec spec = {.dtype = ND_INT64, .ndim = 1};
    for (int64_t i = 0; mask && i < mask->size; i++)
        spec.shape[0] += chosen(mask, i);
    nd_array *places = nd_do_table(s, &spec, given->context);
    for (int64_t i = 0, at = 0; places && i < mask->size; i++)
        if (chosen(mask, i))
            nd_array_set_int(places, at++, i);
    return nd_do_there(s, places, given->context);
}

int boolean_mask_compose(nd_invocation *call) {
    const nd_array *x = call->in[0];
    nd_array *mask = call->in[1];
    int axis = nd_axis(call->op, nd_int(call->op, call->words, 0), x->ndim, x);
    if (axis < 0)
        return -1;
    if (mask->ndim != 1 || mask->shape[0] != x->shape[axis])
        return nd_fail(ND_ESHAPE, "%s: axis %d of shape %s needs an index of shape (%lld,), not %s", call->op->name,
                       axis, nd_array_text(x).chars, (long long)x->shape[axis], nd_array_text(mask).chars);
    nd_scope s = {0};
    nd_words words = nd_words_new(ND_OP_take);
    nd_words_int(&words, ND_OP_take, 0, axis);
    nd_array *in[] = {call->in[0], places_of(&s, mask)};
    nd_array *y = nd_do_beside(&s, nd_do(&s, ND_OP_take, in, 2, &words), call->in[1]);
    return nd_scope_results(&s, &y, 1, call->out);
}
