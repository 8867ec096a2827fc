/* Triangles of matrices: cutting them out, and solving with them. */
#include "array.h"
#include "cast.h"
#include "each.h"
#include "items/factors.h"
#include "items/triangles.h"
#include "linalg.h"
#include "matrix.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* ---------------------------------------------------------------------------------------------- triangle */

int triangle_infer(nd_invocation *call) {
    nd_like(call, 0);
    if (call->in[0]->ndim >= 2)
        return 0;
    return nd_fail(ND_ESHAPE, "%s: an array of shape %s is no matrix; it needs two axes or more", call->op->name,
                   nd_array_text(call->in[0]).chars);
}

ND_EACH(triangle)

int nd_clear_beyond(const nd_array *x, bool lower, int64_t offset) {
    const int64_t rows = x->shape[x->ndim - 2], columns = x->shape[x->ndim - 1];
    nd_triangle_work work = {.data = nd_data(x), .rows = rows, .columns = columns, .lower = lower};
    work.bytes = nd_dtype_size(x->dtype);
    work.offset = nd_limited_to(offset, -rows, columns); /* beyond, nothing changes any more */
    return x->size == 0 ? 0 : each_triangle(x->context, &work, x->size / columns);
}

int triangle_run(nd_invocation *call) {
    const bool lower = nd_int(call->op, call->words, 0);
    const int64_t offset = nd_int(call->op, call->words, 1);
    return nd_convert(call->out[0], call->in[0]) < 0 ? -1 : nd_clear_beyond(call->out[0], lower, offset);
}

int triangle_gradient(nd_backprop *b) {
    b->into[0] = nd_apply(b->op, &b->g[0], 1, b->words);
    return b->into[0] ? 0 : -1;
}

/* -------------------------------------------------------------------------------------------------- trsm */

enum { TRANSPOSE, RIGHT, LOWER, ALPHA };

int nd_check_triangular(const nd_invocation *call, bool right) {
    const nd_array *a = call->in[0], *b = call->in[1];
    if (nd_check_matrices(call) < 0 || nd_check_square(call, 0) < 0)
        return -1;
    if (a->ndim == b->ndim && nd_same_shape(a->ndim - 2, a->shape, b->ndim - 2, b->shape) &&
        a->shape[a->ndim - 1] == b->shape[b->ndim - (right ? 1 : 2)])
        return 0;
    return nd_fail(ND_ESHAPE, "%s: shapes %s and %s do not fit%s: the matrices of B need as many %s as A has",
                   call->op->name, nd_array_text(a).chars, nd_array_text(b).chars, right ? ", rightside" : "",
                   right ? "columns" : "rows");
}

int trsm_infer(nd_invocation *call) {
    nd_like(call, 1);
    return nd_check_triangular(call, nd_int(call->op, call->words, RIGHT));
}

/* X a = b is a^T X^T = b^T. */
static int solve(nd_matrix a, nd_matrix b, bool transpose, bool right, bool lower) {
    bool flip = transpose != right;
    return nd_matrix_solve(flip ? nd_flipped(a) : a, right ? nd_flipped(b) : b, lower != flip, false);
}

ND_EACH(scale)

int trsm_run(nd_invocation *call) {
    const nd_op *op = call->op;
    const nd_array *a = call->in[0], *out = call->out[0];
    const nd_scale_work work = {nd_data(out), nd_data(call->in[1]), nd_float(op, call->words, ALPHA)};
    if (out->size == 0)
        return 0;
    if (each_scale(call->context, &work, out->size) < 0)
        return -1;
    for (int64_t i = 0, steps = nd_matrix_steps(out); i < steps; i++)
        if (solve(nd_matrix_of(a, i), nd_matrix_of(out, i), nd_int(op, call->words, TRANSPOSE),
                  nd_int(op, call->words, RIGHT), nd_int(op, call->words, LOWER)) < 0)
            return -1;
    return 0;
}

static nd_array *gradient_of_triangle(nd_scope *s, nd_array *x, nd_array *y, bool right, bool lower) {
    nd_array *product = nd_do_product(s, x, y, right, !right);
    return nd_do1(s, ND_OP_negative, nd_do_triangle(s, product, lower, 0));
}

/* With M = op(A)^-T G: dB = alpha M and d(op A) = -M X^T, of which the triangle counts; from the right likewise. */
int trsm_gradient(nd_backprop *b) {
    nd_scope s = {0};
    nd_array *a = b->in[0], *x = b->out[0], *made[2];
    bool flip = nd_int(b->op, b->words, TRANSPOSE), right = nd_int(b->op, b->words, RIGHT);
    bool lower = nd_int(b->op, b->words, LOWER);
    nd_array *m = nd_do_solve(&s, a, b->g[0], !flip, right, lower);
    made[0] =
        nd_wanted(b, 0) ? gradient_of_triangle(&s, flip != right ? x : m, flip != right ? m : x, right, lower) : NULL;
    made[1] = nd_wanted(b, 1) ? nd_do_scalar(&s, ND_OP_mul_scalar, m, nd_float(b->op, b->words, ALPHA)) : NULL;
    return nd_scope_results(&s, made, 2, b->into);
}
