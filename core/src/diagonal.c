/* Diagonals and triangles of square matrices as vectors, and matrices made of such vectors: each is the other's
 * gradient. */
#include <math.h>

#include "array.h"
#include "cast.h"
#include "compose.h"
#include "each.h"
#include "items/triangles.h"
#include "matrix.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

static bool is_triangle(const nd_op *op) {
    return op == &nd_ops[ND_OP__linalg_extracttrian] || op == &nd_ops[ND_OP__linalg_maketrian];
}

/* An offset other than 0 says by its sign which triangle it is. */
static nd_diagonal_work read_part(const nd_op *op, const nd_word *words) {
    const int64_t offset = nd_int(op, words, 0);
    const bool triangle = is_triangle(op), lower = offset < 0 || (offset == 0 && triangle && nd_int(op, words, 1));
    return (nd_diagonal_work){.triangle = triangle, .lower = lower, .far = offset < 0 ? -offset : offset};
}

ND_EACH(diagonal)

static int move_all(nd_diagonal_work *work, nd_array *vectors, nd_array *matrices, bool extract) {
    work->vectors = nd_data(vectors), work->matrices = nd_data(matrices);
    work->bytes = nd_dtype_size(vectors->dtype);
    work->extract = extract;
    if (!extract && nd_clear(matrices) < 0)
        return -1;
    return vectors->size ? each_diagonal(vectors->context, work, nd_matrix_count(matrices) * work->side) : 0;
}

/* ----------------------------------------------------------------------------------------------- extract */

static nd_diagonal_work part_of_matrix(const nd_op *op, const nd_word *words, const nd_array *x) {
    nd_diagonal_work p = read_part(op, words);
    p.n = x->shape[x->ndim - 1];
    p.side = p.n - p.far;
    p.length = p.triangle ? p.side * (p.side + 1) / 2 : p.side;
    return p;
}

int extract_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    if (nd_check_matrices(call) < 0 || nd_check_square(call, 0) < 0)
        return -1;
    int64_t n = x->shape[x->ndim - 1], offset = nd_int(call->op, call->words, 0);
    if (offset && (offset <= -n || offset >= n))
        return nd_fail(ND_EARGUMENT, "%s: offset %lld lies beyond matrices of shape %s", call->op->name,
                       (long long)offset, nd_array_text(x).chars);
    nd_diagonal_work p = part_of_matrix(call->op, call->words, x);
    nd_like(call, 0);
    call->spec[0].ndim--;
    call->spec[0].shape[x->ndim - 2] = p.length;
    return 0;
}

int extract_run(nd_invocation *call) {
    nd_diagonal_work p = part_of_matrix(call->op, call->words, call->in[0]);
    return move_all(&p, call->out[0], call->in[0], true);
}

static int apply_other(nd_backprop *b, nd_op_id other) {
    b->into[0] = nd_apply(&nd_ops[other], &b->g[0], 1, b->words);
    return b->into[0] ? 0 : -1;
}

int extract_gradient(nd_backprop *b) {
    return apply_other(b, is_triangle(b->op) ? ND_OP__linalg_maketrian : ND_OP__linalg_makediag);
}

/* -------------------------------------------------------------------------------------------------- make */

/* The side of a triangle of so many elements, or -1. */
static int64_t side_of(int64_t elements) {
    int64_t side = (int64_t)sqrt(2.0 * (double)elements);
    return elements < INT64_MAX / 4 && side * (side + 1) / 2 == elements ? side : -1;
}

static nd_diagonal_work part_of_vector(const nd_op *op, const nd_word *words, const nd_array *x) {
    nd_diagonal_work p = read_part(op, words);
    p.length = x->shape[x->ndim - 1];
    p.side = p.triangle ? side_of(p.length) : p.length;
    p.n = p.side + p.far;
    return p;
}

int make_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    const nd_op *op = call->op;
    if (x->ndim == 0 || x->ndim == ND_MAX_DIM || !nd_dtype_is_float(x->dtype))
        return nd_fail(x->ndim && x->ndim < ND_MAX_DIM ? ND_EDTYPE : ND_ESHAPE,
                       "%s: vectors of floats are needed, with 1 to %d axes, not shape %s and dtype %s", op->name,
                       ND_MAX_DIM - 1, nd_array_text(x).chars, nd_dtype_name(x->dtype));
    int64_t offset = nd_int(op, call->words, 0);
    if (offset < -INT32_MAX || offset > INT32_MAX)
        return nd_fail(ND_EARGUMENT, "%s: offset %lld is too large", op->name, (long long)offset);
    nd_diagonal_work p = part_of_vector(op, call->words, x);
    if (p.side < 0)
        return nd_fail(ND_ESHAPE, "%s: no triangle has as many elements as the last axis of shape %s: 1, 3, 6, 10 ...",
                       op->name, nd_array_text(x).chars);
    nd_like(call, 0);
    nd_spec *spec = &call->spec[0];
    spec->shape[spec->ndim - 1] = spec->shape[spec->ndim] = p.n;
    spec->ndim++;
    return nd_checked_size(op->name, spec) < 0 ? -1 : 0;
}

int make_run(nd_invocation *call) {
    nd_diagonal_work p = part_of_vector(call->op, call->words, call->in[0]);
    return move_all(&p, call->in[0], call->out[0], false);
}

int make_gradient(nd_backprop *b) {
    return apply_other(b, is_triangle(b->op) ? ND_OP__linalg_extracttrian : ND_OP__linalg_extractdiag);
}

/* -------------------------------------------------------------------------------------------- sumlogdiag */

int sumlogdiag_compose(nd_invocation *call) {
    nd_scope s = {0};
    int64_t last = -1;
    if (nd_check_matrices(call) < 0 || nd_check_square(call, 0) < 0)
        return -1;
    nd_array *diagonal = nd_do1(&s, ND_OP__linalg_extractdiag, call->in[0]);
    nd_array *out = nd_do_reduce(&s, ND_OP_sum, nd_do1(&s, ND_OP_log, diagonal), 1, &last, false);
    return nd_scope_results(&s, &out, 1, call->out);
}
