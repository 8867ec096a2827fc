/* Products of batches of matrices, made of batch_dot: gemm, gemm2, syrk, trmm. */
#include <string.h>

#include "array.h"
#include "linalg.h"
#include "matrix.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* What a call of gemm or gemm2 asks for: the axis of the rows is brought next to the last one. */
typedef struct request {
    bool flip_a, flip_b;
    int axis, ndim;
} request;

static int refuse(const nd_invocation *call, const char *why) {
    return nd_fail(ND_ESHAPE, "%s: shapes %s and %s do not fit%s%s: %s", call->op->name,
                   nd_array_text(call->in[0]).chars, nd_array_text(call->in[1]).chars,
                   nd_int(call->op, call->words, 0) ? ", transpose_a" : "",
                   nd_int(call->op, call->words, 1) ? ", transpose_b" : "", why);
}

static int read_request(const nd_invocation *call, int axis_parameter, request *r) {
    const nd_array *a = call->in[0], *b = call->in[1];
    if (nd_check_matrices(call) < 0)
        return -1;
    *r = (request){nd_int(call->op, call->words, 0), nd_int(call->op, call->words, 1), 0, a->ndim};
    r->axis = nd_axis(call->op, nd_int(call->op, call->words, axis_parameter), a->ndim, a);
    if (r->axis < 0)
        return -1;
    if (r->axis == a->ndim - 1)
        return nd_fail(ND_EAXIS, "%s: axis %d holds the columns of shape %s; name another one for the rows",
                       call->op->name, r->axis, nd_array_text(a).chars);
    if (a->ndim != b->ndim)
        return refuse(call, "they must have the same number of axes");
    for (int i = 0; i < a->ndim - 1; i++)
        if (i != r->axis && a->shape[i] != b->shape[i])
            return refuse(call, "all extents but those of the matrices must be equal");
    if (a->shape[r->flip_a ? r->axis : a->ndim - 1] != b->shape[r->flip_b ? a->ndim - 1 : r->axis])
        return refuse(call, "the axes summed over must have equal extents");
    return 0;
}

/* Exchanges the axis of the rows and the last but one. */
static nd_array *place_rows(nd_scope *s, nd_array *x, const request *r) {
    if (r->axis == r->ndim - 2)
        return x;
    nd_words words = nd_words_new(ND_OP_SwapAxis);
    nd_words_int(&words, ND_OP_SwapAxis, 0, r->axis);
    nd_words_int(&words, ND_OP_SwapAxis, 1, r->ndim - 2);
    return nd_do_with(s, ND_OP_SwapAxis, x, &words);
}

/* All leading axes as one. */
static nd_array *batch_of(nd_scope *s, nd_array *x) {
    if (!x || x->ndim == 3)
        return x;
    int64_t shape[] = {nd_matrix_count(x), x->shape[x->ndim - 2], x->shape[x->ndim - 1]};
    return nd_do_reshape(s, x, 3, shape);
}

static nd_array *product(nd_scope *s, nd_array *a, nd_array *b, const request *r) {
    nd_words words = nd_words_new(ND_OP_batch_dot);
    nd_words_int(&words, ND_OP_batch_dot, 0, r->flip_a);
    nd_words_int(&words, ND_OP_batch_dot, 1, r->flip_b);
    a = place_rows(s, a, r);
    nd_array *in[] = {batch_of(s, a), batch_of(s, place_rows(s, b, r))};
    nd_array *out = nd_do(s, ND_OP_batch_dot, in, 2, &words);
    if (!out)
        return NULL;
    nd_spec spec = nd_array_spec(a);
    memcpy(spec.shape + spec.ndim - 2, out->shape + 1, 2 * sizeof out->shape[0]);
    return place_rows(s, nd_do_like(s, out, &spec), r);
}

static nd_array *scaled(nd_scope *s, nd_array *x, double by) {
    return by == 1 ? x : nd_do_scalar(s, ND_OP_mul_scalar, x, by);
}

int gemm2_compose(nd_invocation *call) {
    nd_scope s = {0};
    request r;
    if (read_request(call, 3, &r) < 0)
        return -1;
    nd_array *out = scaled(&s, product(&s, call->in[0], call->in[1], &r), nd_float(call->op, call->words, 2));
    return nd_scope_results(&s, &out, 1, call->out);
}

static int check_addend(const nd_invocation *call, const request *r) {
    const nd_array *a = call->in[0], *b = call->in[1], *c = call->in[2];
    nd_spec spec = nd_array_spec(a);
    spec.shape[r->axis] = a->shape[r->flip_a ? a->ndim - 1 : r->axis];
    spec.shape[a->ndim - 1] = b->shape[r->flip_b ? r->axis : a->ndim - 1];
    if (nd_same_shape(c->ndim, c->shape, spec.ndim, spec.shape))
        return 0;
    return nd_fail(ND_ESHAPE, "%s: the product has shape %s, but C, which is added to it, %s", call->op->name,
                   nd_spec_text(&spec).chars, nd_array_text(c).chars);
}

int gemm_compose(nd_invocation *call) {
    nd_scope s = {0};
    request r;
    if (read_request(call, 4, &r) < 0 || check_addend(call, &r) < 0)
        return -1;
    nd_array *out = scaled(&s, product(&s, call->in[0], call->in[1], &r), nd_float(call->op, call->words, 2));
    out = nd_do2(&s, ND_OP_add, out, scaled(&s, call->in[2], nd_float(call->op, call->words, 3)));
    return nd_scope_results(&s, &out, 1, call->out);
}

int syrk_compose(nd_invocation *call) {
    nd_scope s = {0};
    bool transpose = nd_int(call->op, call->words, 0);
    if (nd_check_matrices(call) < 0)
        return -1;
    nd_array *out = nd_do_product(&s, call->in[0], call->in[0], transpose, !transpose);
    out = scaled(&s, out, nd_float(call->op, call->words, 1));
    return nd_scope_results(&s, &out, 1, call->out);
}

/* The parameters of trmm. */
enum { TRANSPOSE, RIGHT, LOWER, ALPHA };

int trmm_compose(nd_invocation *call) {
    nd_scope s = {0};
    const nd_op *op = call->op;
    if (nd_check_triangular(call, nd_int(op, call->words, RIGHT)) < 0)
        return -1;
    bool flip = nd_int(op, call->words, TRANSPOSE), right = nd_int(op, call->words, RIGHT);
    nd_array *a = nd_do_triangle(&s, call->in[0], nd_int(op, call->words, LOWER), 0), *b = call->in[1];
    nd_array *out = right ? nd_do_product(&s, b, a, false, flip) : nd_do_product(&s, a, b, flip, false);
    out = scaled(&s, out, nd_float(op, call->words, ALPHA));
    return nd_scope_results(&s, &out, 1, call->out);
}
