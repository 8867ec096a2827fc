/* The products of attention on projections that lie interleaved: of each head its query, key and value side by side. */
#include <math.h>

#include "array.h"
#include "compose.h"
#include "operators.h"
#include "spec.h"

static const int64_t length_second[] = {1, 0, 2};

/* The heads' size in an array of shape (length, batch, heads*parts*size); 0 after nd_fail. */
static int64_t head_size(const nd_invocation *call, int input, int64_t parts) {
    const nd_array *x = call->in[input];
    int64_t heads = nd_int(call->op, call->words, 0);
    if (x->ndim == 3 && heads > 0 && heads <= x->shape[2] / parts && x->shape[2] % (heads * parts) == 0)
        return x->shape[2] / (heads * parts);
    nd_fail(ND_ESHAPE, "%s: heads=%lld need data of shape (length, batch, %lld*heads*size), not %s", call->op->name,
            (long long)heads, (long long)parts, nd_array_text(x).chars);
    return 0;
}

/* One of a head's parts, as (batch*heads, length, size). */
static nd_array *part(nd_scope *s, const nd_invocation *call, int input, int64_t parts, int64_t which) {
    nd_array *x = call->in[input];
    int64_t heads = nd_int(call->op, call->words, 0), size = head_size(call, input, parts);
    if (!size)
        return nd_scope_own(s, NULL);
    int64_t rows = x->shape[1] * heads, cut[] = {x->shape[0], rows, parts * size};
    nd_array *all = nd_do_reshape(s, x, 3, cut);
    return nd_do_transpose(s, nd_do_slice_axis(s, all, 2, which * size, (which + 1) * size), 3, length_second);
}

static int scaled_products(nd_invocation *call, int64_t query_parts, int keys, int64_t key_parts) {
    nd_scope s = {0};
    nd_array *queries = part(&s, call, 0, query_parts, 0);
    nd_array *in[] = {queries, part(&s, call, keys, key_parts, key_parts - 2)};
    nd_words words = nd_words_new(ND_OP_batch_dot);
    nd_words_int(&words, ND_OP_batch_dot, 1, true);
    if (!s.failed)
        in[0] = nd_do_scalar(&s, ND_OP_mul_scalar, queries, 1 / sqrt((double)queries->shape[2]));
    nd_array *out = nd_do(&s, ND_OP_batch_dot, in, 2, &words);
    return nd_scope_results(&s, &out, 1, call->out);
}

static int weighted_values(nd_invocation *call, int64_t parts) {
    nd_scope s = {0};
    nd_array *values = part(&s, call, 0, parts, parts - 1), *out = NULL;
    if (!s.failed) {
        nd_array *products = nd_do2(&s, ND_OP_batch_dot, call->in[1], values);
        int64_t batch = call->in[0]->shape[1], width = call->in[0]->shape[2] / parts;
        out = nd_do_transpose(&s, products, 3, length_second);
        out = s.failed ? NULL : nd_do_reshape(&s, out, 3, (int64_t[]){out->shape[0], batch, width});
    }
    return nd_scope_results(&s, &out, 1, call->out);
}

int selfatt_qk_compose(nd_invocation *call) {
    return scaled_products(call, 3, 0, 3);
}

int selfatt_valatt_compose(nd_invocation *call) {
    return weighted_values(call, 3);
}

int encdec_qk_compose(nd_invocation *call) {
    return scaled_products(call, 1, 1, 2);
}

int encdec_valatt_compose(nd_invocation *call) {
    return weighted_values(call, 2);
}
