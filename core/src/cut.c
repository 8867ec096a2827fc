/* Slices that are described otherwise: by another array's shape, by a window, or backwards. */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* begin[i], begin[i] + step[i] ... before end[i] of each axis; always a copy. A second input said which. */
static int cut(nd_invocation *call, const int64_t *begin, const int64_t *end, const int64_t *step) {
    nd_array *x = call->in[0];
    nd_words words = nd_words_new(ND_OP_slice);
    nd_words_list(&words, ND_OP_slice, 0, begin, x->ndim);
    nd_words_list(&words, ND_OP_slice, 1, end, x->ndim);
    nd_words_list(&words, ND_OP_slice, 2, step, x->ndim);
    nd_scope s = {0};
    nd_array *y = nd_do_with(&s, ND_OP_slice, x, &words);
    if (call->inputs > 1)
        y = nd_do_beside(&s, y, call->in[1]);
    return nd_scope_results(&s, &y, 1, call->out);
}

int reverse_compose(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t none[ND_MAX_DIM], step[ND_MAX_DIM];
    int bits = nd_axis_bits(call->op, call->words, 0, x->ndim, x, 0);
    for (int i = 0; i < x->ndim; i++)
        none[i] = ND_NONE, step[i] = bits >> i & 1 ? -1 : 1;
    return bits < 0 ? -1 : cut(call, none, none, step);
}

/* The axes named are cut to the extents that they have in shape_like. */
int slice_like_compose(nd_invocation *call) {
    const nd_array *x = call->in[0], *like = call->in[1];
    int64_t begin[ND_MAX_DIM] = {0}, end[ND_MAX_DIM], step[ND_MAX_DIM];
    int least = x->ndim < like->ndim ? x->ndim : like->ndim;
    int bits = nd_axis_bits(call->op, call->words, 0, x->ndim, x, (1 << x->ndim) - 1);
    if (bits < 0)
        return -1;
    for (int i = 0; i < x->ndim; i++) {
        bool named = bits >> i & 1;
        if (named && (i >= least || like->shape[i] > x->shape[i]))
            return nd_fail(ND_ESHAPE, "%s: axis %d of shape %s cannot be cut to that of shape %s; name the axes",
                           call->op->name, i, nd_array_text(x).chars, nd_array_text(like).chars);
        end[i] = named ? like->shape[i] : x->shape[i];
        step[i] = 1;
    }
    return cut(call, begin, end, step);
}

/* ------------------------------------------------------------------------------------------------- Crop */

/* The two values of a shape parameter. */
static int read_pair(const nd_invocation *call, int parameter, int64_t *pair) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, parameter, &values);
    pair[0] = count == 2 ? values[0].i : 0;
    pair[1] = count == 2 ? values[1].i : 0;
    return count == 2 || count == 0
               ? 0
               : nd_fail(ND_EARGUMENT, "%s: offset and h_w are pairs: height and width", call->op->name);
}

/* A window of the last two axes, as large as h_w or as the second array's. */
int crop_compose(nd_invocation *call) {
    const nd_array *x = call->in[0], *like = call->inputs > 1 ? call->in[1] : NULL;
    int64_t offset[2], size[2], begin[4] = {0}, end[4];
    if (read_pair(call, 0, offset) < 0 || read_pair(call, 1, size) < 0)
        return -1;
    if (call->inputs > 2 || x->ndim != 4 || (like && like->ndim != 4))
        return nd_fail(ND_ESHAPE, "%s: one or two arrays of shape (batch, channels, height, width), the first being %s",
                       call->op->name, nd_array_text(x).chars);
    for (int i = 0; i < 4; i++) {
        int64_t wanted = i < 2 ? x->shape[i] : like ? like->shape[i] : size[i - 2];
        int64_t spare = wanted < 0 ? -1 : x->shape[i] - wanted;
        bool centred = nd_int(call->op, call->words, 2);
        begin[i] = i < 2 ? 0 : centred ? spare / 2 : offset[i - 2];
        if (spare < 0 || begin[i] < 0 || begin[i] > spare)
            return nd_fail(ND_ESHAPE, "%s: axis %d of shape %s has no window of extent %lld at %lld", call->op->name, i,
                           nd_array_text(x).chars, (long long)wanted, (long long)begin[i]);
        end[i] = begin[i] + wanted;
    }
    return cut(call, begin, end, (int64_t[]){1, 1, 1, 1});
}
