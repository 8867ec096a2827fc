/* A = L L^T with a lower triangular L, for positive definite matrices: potrf, and the inverse from L: potri. */
#include "array.h"
#include "each.h"
#include "items/factors.h"
#include "linalg.h"
#include "matrix.h"
#include "operators.h"
#include "shape.h"

enum { BLOCK = 32 }; /* factored directly */

ND_EACH(cholesky)

/* By quarters: L11 L11^T = A11, L21 L11^T = A21, and what they leave of A22. */
static int factor(nd_matrix a, double *pivots) {
    int64_t n = a.rows, half = n / 2;
    const nd_cholesky_work work = {a, pivots};
    if (n <= BLOCK)
        return each_cholesky(a.where, &work, a.count);
    nd_matrix corner = nd_part(a, 0, 0, half, half), below = nd_part(a, half, 0, n - half, half);
    nd_matrix rest = nd_part(a, half, half, n - half, n - half);
    if (factor(corner, pivots) < 0 || nd_matrix_solve(corner, nd_flipped(below), true, false) < 0 ||
        nd_matrix_subtract_product(rest, below, nd_flipped(below)) < 0)
        return -1;
    return factor(rest, pivots);
}

int square_infer(nd_invocation *call) {
    nd_like(call, 0);
    return nd_check_matrices(call) < 0 ? -1 : nd_check_square(call, 0);
}

/* An array of a number for each matrix; 1: no pivot but positive ones so far. */
static nd_array *new_pivots(const nd_array *matrices) {
    const nd_spec spec = {.dtype = ND_FLOAT64, .ndim = 1, .shape = {nd_matrix_count(matrices)}};
    nd_array *pivots = nd_array_new(&spec, matrices->context);
    if (!pivots || nd_array_fill(pivots, 1) == 0)
        return pivots;
    nd_array_release(pivots);
    return NULL;
}

static int factor_all(const nd_array *out, const nd_array *in, double *pivots) {
    for (int64_t i = 0, steps = nd_matrix_steps(out); i < steps; i++) {
        nd_matrix a = nd_matrix_of(out, i);
        if (nd_matrix_copy(a, nd_matrix_of(in, i)) < 0 || factor(a, pivots + i) < 0)
            return -1;
    }
    return nd_clear_beyond(out, true, 0);
}

/* The first of them that is not positive, or 1. */
static double bad_pivot(const nd_array *pivots) {
    const double *pivot = nd_data(pivots);
    for (int64_t i = 0; i < pivots->size; i++)
        if (pivot[i] <= 0)
            return pivot[i];
    return 1;
}

static int check_pivots(nd_array *pivots) {
    nd_array *here = nd_on_host(pivots);
    const double pivot = here ? bad_pivot(here) : 1;
    const int status = here ? 0 : -1;
    nd_array_release(here);
    if (pivot > 0)
        return status;
    return nd_fail(ND_EARGUMENT,
                   "_linalg_potrf: a matrix is not positive definite (a pivot is %g); add a multiple of the identity, "
                   "or check that it is symmetric",
                   pivot);
}

int potrf_run(nd_invocation *call) {
    nd_array *out = call->out[0];
    if (out->size == 0)
        return 0;
    nd_array *pivots = new_pivots(out);
    int status = pivots ? factor_all(out, call->in[0], nd_data(pivots)) : -1;
    if (status == 0)
        status = check_pivots(pivots);
    nd_array_release(pivots);
    return status;
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

static bool has_zero(const nd_array *x) {
    for (int64_t i = 0; i < x->size; i++)
        if (nd_array_get(x, i) == 0)
            return true;
    return false;
}

/* (L L^T)^-1 = L^-T L^-1. */
int potri_compose(nd_invocation *call) {
    nd_scope s = {0};
    if (nd_check_matrices(call) < 0 || nd_check_square(call, 0) < 0)
        return -1;
    nd_array *l = call->in[0], *diagonal = nd_do1(&s, ND_OP__linalg_extractdiag, l);
    nd_array *here = nd_do_read(&s, diagonal);
    if (here && has_zero(here)) {
        nd_fail(ND_EARGUMENT, "%s: a zero on the diagonal; A must be a triangular factor, as potrf gives it",
                call->op->name);
        s.failed = true;
    }
    nd_array *ones = nd_do1(&s, ND_OP_ones_like, diagonal);
    nd_array *inverse = nd_do_solve(&s, l, nd_do1(&s, ND_OP__linalg_makediag, ones), false, false, true);
    nd_array *out = nd_do_product(&s, inverse, inverse, true, false);
    return nd_scope_results(&s, &out, 1, call->out);
}
