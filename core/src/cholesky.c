/* A = L L^T with a lower triangular L, for positive definite matrices: potrf, and the inverse from L: potri. */
#include <math.h>

#include "array.h"
#include "linalg.h"
#include "matrix.h"
#include "operators.h"
#include "shape.h"

enum { BLOCK = 32 }; /* factored directly */

static int not_positive(double pivot) {
    return nd_fail(ND_EARGUMENT,
                   "_linalg_potrf: a matrix is not positive definite (a pivot is %g); add a multiple of the identity, "
                   "or check that it is symmetric",
                   pivot);
}

/* Row by row. A nan passes, as in LAPACK. */
static int factor_block(nd_matrix a) {
    for (int64_t i = 0; i < a.rows; i++) {
        double *row = nd_entry(a, i, 0);
        for (int64_t j = 0; j < i; j++)
            row[j] = (row[j] - nd_dot(row, nd_entry(a, j, 0), j)) / *nd_entry(a, j, j);
        double pivot = row[i] - nd_dot(row, row, i);
        if (pivot <= 0)
            return not_positive(pivot);
        row[i] = sqrt(pivot);
    }
    return 0;
}

/* By quarters: L11 L11^T = A11, L21 L11^T = A21, and what they leave of A22. */
static int factor(nd_matrix a) {
    int64_t n = a.rows, half = n / 2;
    if (n <= BLOCK)
        return factor_block(a);
    nd_matrix corner = nd_part(a, 0, 0, half, half), below = nd_part(a, half, 0, n - half, half);
    nd_matrix rest = nd_part(a, half, half, n - half, n - half);
    if (factor(corner) < 0 || nd_matrix_solve(corner, nd_flipped(below), true, false) < 0 ||
        nd_matrix_subtract_product(rest, below, nd_flipped(below)) < 0)
        return -1;
    return factor(rest);
}

static void clear_above(nd_matrix a) {
    for (int64_t i = 0; i < a.rows; i++)
        for (int64_t j = i + 1; j < a.columns; j++)
            *nd_entry(a, i, j) = 0;
}

int square_infer(nd_invocation *call) {
    nd_like(call, 0);
    return nd_check_matrices(call) < 0 ? -1 : nd_check_square(call, 0);
}

int potrf_run(nd_invocation *call) {
    nd_array *out = call->out[0];
    for (int64_t i = 0; i < nd_matrix_count(out) && out->size; i++) {
        nd_matrix a = nd_matrix_of(out, i);
        nd_matrix_copy(a, nd_matrix_of(call->in[0], i));
        if (factor(a) < 0)
            return -1;
        clear_above(a);
    }
    return 0;
}

/* L^-T M L^-1 / 2, where M mirrors the lower triangle of L^T G, of which L has a lower triangle only
 * (Seeger et al., Auto-Differentiating Linear Algebra, 2017; so too the other gradients of factorizations). */
int potrf_gradient(nd_backprop *b) {
    nd_scope s = {0};
    nd_array *l = b->out[0], *g = nd_do_triangle(&s, b->g[0], true, 0);
    nd_array *m = nd_do_mirrored(&s, nd_do_product(&s, l, g, true, false));
    m = nd_do_solve(&s, l, m, true, false, true);
    m = nd_do_solve(&s, l, m, false, true, true);
    b->into[0] = nd_scope_result(&s, nd_do_scalar(&s, ND_OP_mul_scalar, m, 0.5));
    return b->into[0] ? 0 : -1;
}

static int check_diagonal(const nd_invocation *call) {
    const nd_array *a = call->in[0];
    int64_t n = a->shape[a->ndim - 1];
    for (int64_t k = 0; k < nd_matrix_count(a) * n; k++)
        if (nd_array_get(a, k / n * n * n + k % n * (n + 1)) == 0)
            return nd_fail(ND_EARGUMENT, "%s: a zero on the diagonal; A must be a triangular factor, as potrf gives it",
                           call->op->name);
    return 0;
}

/* (L L^T)^-1 = L^-T L^-1. */
int potri_compose(nd_invocation *call) {
    nd_scope s = {0};
    if (nd_check_matrices(call) < 0 || nd_check_square(call, 0) < 0 || check_diagonal(call) < 0)
        return -1;
    nd_array *l = call->in[0];
    nd_array *ones = nd_do1(&s, ND_OP_ones_like, nd_do1(&s, ND_OP__linalg_extractdiag, l));
    nd_array *inverse = nd_do_solve(&s, l, nd_do1(&s, ND_OP__linalg_makediag, ones), false, false, true);
    nd_array *out = nd_do_product(&s, inverse, inverse, true, false);
    return nd_scope_results(&s, &out, 1, call->out);
}
