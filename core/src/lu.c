/* P A = L U with partial pivoting, and what follows from it: inverse, det, slogdet. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "linalg.h"
#include "matrix.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"

enum { PANEL = 16 }; /* columns factored directly */

static int64_t largest_below(nd_matrix a, int64_t j) {
    int64_t at = j;
    for (int64_t i = j + 1; i < a.rows; i++)
        if (fabs(*nd_entry(a, i, j)) > fabs(*nd_entry(a, at, j)))
            at = i;
    return at;
}

static void swap_rows(nd_matrix a, int64_t i, int64_t j) {
    if (i != j)
        nd_swap_vectors(nd_entry(a, i, 0), nd_entry(a, j, 0), a.columns);
}

static void swap_all(nd_matrix a, const int64_t *pivots, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        swap_rows(a, i, pivots[i]);
}

/* A column without a pivot is left as it is: the zero on the diagonal says so. */
static void factor_panel(nd_matrix a, int64_t *pivots) {
    for (int64_t j = 0; j < a.columns; j++) {
        swap_rows(a, j, pivots[j] = largest_below(a, j));
        double pivot = *nd_entry(a, j, j);
        for (int64_t i = j + 1; i < a.rows && pivot != 0; i++) {
            double *row = nd_entry(a, i, j);
            row[0] /= pivot;
            nd_add_scaled(row + 1, -row[0], nd_entry(a, j, j + 1), a.columns - j - 1);
        }
    }
}

/* By halves of the columns, of which there are no more than rows. pivots[i]: the row that row i was exchanged with. */
static int factor(nd_matrix a, int64_t *pivots) {
    int64_t half = a.columns / 2, rest = a.columns - half;
    if (a.columns <= PANEL)
        return factor_panel(a, pivots), 0;
    nd_matrix left = nd_part(a, 0, 0, a.rows, half), right = nd_part(a, 0, half, a.rows, rest);
    if (factor(left, pivots) < 0)
        return -1;
    swap_all(right, pivots, half);
    nd_matrix corner = nd_part(left, 0, 0, half, half), above = nd_part(right, 0, 0, half, rest);
    nd_matrix below = nd_part(right, half, 0, a.rows - half, rest);
    nd_matrix multipliers = nd_part(left, half, 0, a.rows - half, half);
    if (nd_matrix_solve(corner, above, true, true) < 0 || nd_matrix_subtract_product(below, multipliers, above) < 0 ||
        factor(below, pivots + half) < 0)
        return -1;
    swap_all(multipliers, pivots + half, rest);
    for (int64_t i = half; i < a.columns; i++)
        pivots[i] += half;
    return 0;
}

/* --------------------------------------------------------------------------------------- batches of them */

typedef int visit_function(nd_invocation *call, int64_t i, nd_matrix lu, const int64_t *pivots);

/* Factors a copy of each matrix and hands it on. */
static int visit_factors(nd_invocation *call, visit_function *visit) {
    const nd_array *a = call->in[0];
    int64_t n = a->shape[a->ndim - 1];
    if (call->out[0]->size == 0)
        return 0;
    double *copy = nd_alloc(n * n * (int64_t)sizeof *copy + 1);
    int64_t *pivots = nd_alloc(n * (int64_t)sizeof *pivots + 1);
    int status = copy && pivots ? 0 : -1;
    for (int64_t i = 0; i < nd_matrix_count(a) && status == 0; i++) {
        nd_matrix lu = {copy, n, n, n, 1};
        nd_matrix_copy(lu, nd_matrix_of(a, i));
        status = factor(lu, pivots) < 0 ? -1 : visit(call, i, lu, pivots);
    }
    nd_free(copy), nd_free(pivots);
    return status;
}

static bool is_singular(nd_matrix lu) {
    for (int64_t i = 0; i < lu.rows; i++)
        if (*nd_entry(lu, i, i) == 0)
            return true;
    return false;
}

/* ----------------------------------------------------------------------------------------------- inverse */

static int invert(nd_matrix x, nd_matrix lu, const int64_t *pivots) {
    nd_matrix_identity(x);
    swap_all(x, pivots, lu.rows);
    return nd_matrix_solve(lu, x, true, true) < 0 ? -1 : nd_matrix_solve(lu, x, false, false);
}

static int visit_inverse(nd_invocation *call, int64_t i, nd_matrix lu, const int64_t *pivots) {
    if (is_singular(lu))
        return nd_fail(ND_EARGUMENT, "%s: a matrix is singular (matrix %lld of the batch); it has no inverse",
                       call->op->name, (long long)i);
    return invert(nd_matrix_of(call->out[0], i), lu, pivots);
}

static int visit_inverse_or_zeros(nd_invocation *call, int64_t i, nd_matrix lu, const int64_t *pivots) {
    nd_matrix x = nd_matrix_of(call->out[0], i);
    if (is_singular(lu))
        return memset(x.at, 0, (size_t)(x.rows * x.columns) * sizeof *x.at), 0;
    return invert(x, lu, pivots);
}

int inverse_run(nd_invocation *call) {
    return visit_factors(call, visit_inverse);
}

int inverse_or_zeros_run(nd_invocation *call) {
    return visit_factors(call, visit_inverse_or_zeros);
}

/* -X^T G X^T */
int inverse_gradient(nd_backprop *b) {
    nd_scope s = {0};
    nd_array *x = b->out[0], *product = nd_do_product(&s, nd_do_product(&s, x, b->g[0], true, false), x, false, true);
    b->into[0] = nd_scope_result(&s, nd_do1(&s, ND_OP_negative, product));
    return b->into[0] ? 0 : -1;
}

/* ------------------------------------------------------------------------------------------ determinants */

int det_infer(nd_invocation *call) {
    if (nd_check_matrices(call) < 0 || nd_check_square(call, 0) < 0)
        return -1;
    call->outputs = nd_op_output_count(call->op, call->words);
    for (int i = 0; i < call->outputs; i++)
        call->spec[i] = nd_batch_spec(call, 2);
    return 0;
}

static double sign_of_order(const int64_t *pivots, int64_t n) {
    double sign = 1;
    for (int64_t i = 0; i < n; i++)
        sign = pivots[i] == i ? sign : -sign;
    return sign;
}

static int visit_det(nd_invocation *call, int64_t i, nd_matrix lu, const int64_t *pivots) {
    double product = sign_of_order(pivots, lu.rows);
    for (int64_t k = 0; k < lu.rows; k++)
        product *= *nd_entry(lu, k, k);
    ((double *)nd_data(call->out[0]))[i] = product;
    return 0;
}

int det_run(nd_invocation *call) {
    return visit_factors(call, visit_det);
}

static int visit_slogdet(nd_invocation *call, int64_t i, nd_matrix lu, const int64_t *pivots) {
    double sign = sign_of_order(pivots, lu.rows), logarithm = 0;
    for (int64_t k = 0; k < lu.rows; k++) {
        double factor = *nd_entry(lu, k, k);
        sign *= (factor > 0) - (factor < 0);
        logarithm += log(fabs(factor));
    }
    ((double *)nd_data(call->out[0]))[i] = sign;
    ((double *)nd_data(call->out[1]))[i] = logarithm;
    return 0;
}

int slogdet_run(nd_invocation *call) {
    return visit_factors(call, visit_slogdet);
}

/* A^-T times a number for each matrix. Where A is singular the gradient is zero, as in MXNet. */
static nd_array *scaled_inverse(nd_scope *s, nd_array *a, nd_array *by) {
    nd_array *inverse = nd_do_flip(s, nd_do1(s, ND_OP__inverse_or_zeros, a));
    if (!inverse)
        return NULL;
    nd_spec spec = nd_array_spec(inverse);
    spec.shape[spec.ndim - 2] = spec.shape[spec.ndim - 1] = 1;
    return nd_do2(s, ND_OP_mul, inverse, nd_do_like(s, by, &spec));
}

int det_gradient(nd_backprop *b) {
    nd_scope s = {0};
    b->into[0] = nd_scope_result(&s, scaled_inverse(&s, b->in[0], nd_do2(&s, ND_OP_mul, b->g[0], b->out[0])));
    return b->into[0] ? 0 : -1;
}

/* The sign is constant. */
int slogdet_gradient(nd_backprop *b) {
    nd_scope s = {0};
    b->into[0] = nd_scope_result(&s, scaled_inverse(&s, b->in[0], b->g[1]));
    return b->into[0] ? 0 : -1;
}
