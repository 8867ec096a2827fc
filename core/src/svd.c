/* A = UT diag(L) V by rotations of its rows until they are orthogonal (one-sided Jacobi; Demmel and Veselic, Jacobi's
 * method is more accurate than QR, 1992): the rows' lengths are the singular values, the rotations UT, the rows V. */
#include <float.h>
#include <math.h>

#include "array.h"
#include "linalg.h"
#include "matrix.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"

enum { SWEEPS = 60 }; /* about ten are enough */

int svd_infer(nd_invocation *call) {
    if (nd_check_wide(call) < 0)
        return -1;
    nd_like(call, 0);
    call->outputs = 3;
    call->spec[1] = call->spec[2] = call->spec[0];
    int last = call->spec[0].ndim - 1;
    call->spec[0].shape[last] = call->spec[0].shape[last - 1];
    call->spec[1].ndim--;
    return 0;
}

/* Makes rows i and j orthogonal, and says whether they were not. `squares` holds the squared lengths. */
static bool rotate_pair(nd_matrix rows, nd_matrix turned, double *squares, int64_t i, int64_t j) {
    double *x = nd_entry(rows, i, 0), *y = nd_entry(rows, j, 0), both = nd_dot(x, y, rows.columns);
    double negligible = DBL_EPSILON * sqrt((double)rows.columns);
    if (!(fabs(both) > negligible * sqrt(squares[i]) * sqrt(squares[j])))
        return false;
    double zeta = (squares[j] - squares[i]) / (2 * both), t = copysign(1, zeta) / (fabs(zeta) + hypot(1, zeta));
    double c = 1 / sqrt(1 + t * t), s = c * t;
    nd_rotate(x, y, rows.columns, c, s);
    nd_rotate(nd_entry(turned, i, 0), nd_entry(turned, j, 0), turned.columns, c, s);
    squares[i] = nd_dot(x, x, rows.columns);
    squares[j] = nd_dot(y, y, rows.columns);
    return true;
}

static void orthogonalize(nd_matrix rows, nd_matrix turned, double *squares) {
    bool again = true;
    for (int64_t i = 0; i < rows.rows; i++)
        squares[i] = nd_dot(nd_entry(rows, i, 0), nd_entry(rows, i, 0), rows.columns);
    for (int sweep = 0; sweep < SWEEPS && again; sweep++) {
        again = false;
        for (int64_t i = 0; i < rows.rows; i++)
            for (int64_t j = i + 1; j < rows.rows; j++)
                again |= rotate_pair(rows, turned, squares, i, j);
    }
}

/* ------------------------------------------------------------------------------------- directions of the rows */

/* Makes row i orthogonal to those before it and normal; false if nothing but rounding is left of it. */
static bool settle(nd_matrix v, int64_t i) {
    double *row = nd_entry(v, i, 0), length = nd_length(row, v.columns);
    if (length == 0)
        return false;
    nd_divide(row, v.columns, length);
    for (int pass = 0; pass < 2; pass++) /* what the first leaves by rounding the second removes */
        for (int64_t k = 0; k < i; k++)
            nd_add_scaled(row, -nd_dot(row, nd_entry(v, k, 0), v.columns), nd_entry(v, k, 0), v.columns);
    length = nd_length(row, v.columns);
    if (length < 0.5 / sqrt((double)v.columns))
        return false;
    nd_divide(row, v.columns, length);
    return true;
}

/* A singular value that is zero to rounding leaves its row open: any unit vector that is far from the rows before. */
static void choose_direction(nd_matrix v, int64_t i) {
    for (int64_t axis = i; !settle(v, i); axis++)
        for (int64_t j = 0; j < v.columns; j++)
            *nd_entry(v, i, j) = j == axis % v.columns;
}

/* Lengths in descending order, and the rows with them. */
static void sort(double *lengths, nd_matrix rows, nd_matrix turned) {
    for (int64_t i = 0; i < rows.rows; i++) {
        int64_t largest = i;
        for (int64_t j = i + 1; j < rows.rows; j++)
            largest = lengths[j] > lengths[largest] ? j : largest;
        if (largest == i)
            continue;
        nd_swap_vectors(&lengths[i], &lengths[largest], 1);
        nd_swap_vectors(nd_entry(rows, i, 0), nd_entry(rows, largest, 0), rows.columns);
        nd_swap_vectors(nd_entry(turned, i, 0), nd_entry(turned, largest, 0), turned.columns);
    }
}

/* v holds A and becomes V, `turned` becomes the transpose of UT. */
static void decompose(nd_matrix v, nd_matrix turned, double *lengths) {
    double scale = nd_scale_of(v.at, v.rows * v.columns);
    nd_divide(v.at, v.rows * v.columns, scale);
    nd_matrix_identity(turned);
    orthogonalize(v, turned, lengths);
    for (int64_t i = 0; i < v.rows; i++)
        lengths[i] = nd_length(nd_entry(v, i, 0), v.columns);
    sort(lengths, v, turned);
    double negligible = DBL_EPSILON * lengths[0];
    for (int64_t i = 0; i < v.rows; i++) {
        if (lengths[i] > negligible)
            nd_divide(nd_entry(v, i, 0), v.columns, lengths[i]);
        else
            choose_direction(v, i);
        lengths[i] *= scale;
        nd_settle_sign(nd_entry(v, i, 0), v.columns, nd_entry(turned, i, 0), turned.columns);
    }
}

/* --------------------------------------------------------------------------------------------------- svd */

/* UT is made as its transpose, whose rows can be worked on, in `work`. */
static void solve(nd_matrix a, nd_matrix ut, double *values, nd_matrix v, double *work) {
    nd_matrix turned = {
        .at = work, .rows = ut.rows, .columns = ut.columns, .down = ut.columns, .across = 1, .count = 1};
    if (!isfinite(nd_length(a.at, a.rows * a.columns))) {
        nd_fill_nan(ut.at, ut.rows * ut.columns), nd_fill_nan(values, v.rows), nd_fill_nan(v.at, v.rows * v.columns);
        return;
    }
    nd_matrix_copy(v, a);
    decompose(v, turned, values);
    nd_matrix_copy(ut, nd_flipped(turned));
}

int svd_run(nd_invocation *call) {
    const nd_array *a = call->in[0], *ut = call->out[0], *values = call->out[1], *v = call->out[2];
    int64_t m = a->shape[a->ndim - 2];
    if (v->size == 0)
        return 0;
    double *work = nd_alloc(m * m * (int64_t)sizeof *work);
    for (int64_t i = 0; i < nd_matrix_count(a) && work; i++)
        solve(nd_matrix_of(a, i), nd_matrix_of(ut, i), (double *)nd_data(values) + i * m, nd_matrix_of(v, i), work);
    nd_free(work);
    return work ? 0 : -1;
}

/* x - x^T where the factors of x are given: x o factors. */
static nd_array *turned_by(nd_scope *s, nd_array *x, nd_array *factors) {
    return nd_do2(s, ND_OP_mul, nd_do2(s, ND_OP_sub, x, nd_do_flip(s, x)), factors);
}

/* With U for UT, F[i, j] = 1 / (l[j]^2 - l[i]^2) and x~ = (x - x^T) o F:
 *
 *     U (diag(G_L) + (U^T G_U)~ diag(L) + diag(L) (V G_V^T)~) V + U diag(1/L) G_V (I - V^T V)
 */
int svd_gradient(nd_backprop *b) {
    nd_scope s = {0};
    nd_array *u = b->out[0], *l = b->out[1], *v = b->out[2], *gu = b->g[0], *gv = b->g[2];
    nd_array *factors =
        nd_do_reciprocal_or_zero(&s, nd_do1(&s, ND_OP_negative, nd_do_differences(&s, nd_do1(&s, ND_OP_square, l))));
    nd_array *of_u = turned_by(&s, nd_do_product(&s, u, gu, true, false), factors);
    nd_array *of_v = turned_by(&s, nd_do_product(&s, v, gv, false, true), factors);
    nd_array *core = nd_do2(&s, ND_OP_add, nd_do_scale_columns(&s, of_u, l), nd_do_scale_rows(&s, of_v, l));
    core = nd_do2(&s, ND_OP_add, core, nd_do1(&s, ND_OP__linalg_makediag, b->g[1]));
    nd_array *inside = nd_do_product(&s, nd_do_product(&s, gv, v, false, true), v, false, false);
    nd_array *outside = nd_do_scale_rows(&s, nd_do2(&s, ND_OP_sub, gv, inside), nd_do_reciprocal_or_zero(&s, l));
    nd_array *sum = nd_do2(&s, ND_OP_add, nd_do_product(&s, core, v, false, false), outside);
    b->into[0] = nd_scope_result(&s, nd_do_product(&s, u, sum, false, false));
    return b->into[0] ? 0 : -1;
}
