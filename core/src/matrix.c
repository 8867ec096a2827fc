#include "matrix.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "array.h"
#include "memory.h"
#include "multiply.h"
#include "shape.h"
#include "spec.h"

int64_t nd_matrix_count(const nd_array *array) {
    return nd_count(array->ndim - 2, array->shape);
}

nd_matrix nd_matrix_of(const nd_array *array, int64_t i) {
    int64_t rows = array->shape[array->ndim - 2], columns = array->shape[array->ndim - 1];
    return (nd_matrix){(double *)nd_data(array) + i * rows * columns, rows, columns, columns, 1};
}

void nd_matrix_copy(nd_matrix to, nd_matrix from) {
    for (int64_t i = 0; i < to.rows; i++)
        for (int64_t j = 0; j < to.columns; j++)
            *nd_entry(to, i, j) = *nd_entry(from, i, j);
}

void nd_matrix_identity(nd_matrix m) {
    for (int64_t i = 0; i < m.rows; i++)
        for (int64_t j = 0; j < m.columns; j++)
            *nd_entry(m, i, j) = i == j;
}

/* -------------------------------------------------------------------------------------------- the product */

static void subtract(nd_matrix c, nd_matrix product) {
    if (c.across != 1) /* walk memory in order */
        c = nd_flipped(c), product = nd_flipped(product);
    for (int64_t i = 0; i < c.rows; i++) {
        double *to = nd_entry(c, i, 0);
        const double *from = nd_entry(product, i, 0);
        for (int64_t j = 0; j < c.columns; j++)
            to[j * c.across] -= from[j * product.across];
    }
}

/* The kernel overwrites its result, so the product is made apart. */
int nd_matrix_subtract_product(nd_matrix c, nd_matrix a, nd_matrix b) {
    nd_gemm problem = {.m = c.rows, .n = c.columns, .k = a.columns, .a = a.at, .b = b.at, .ldc = c.columns};
    problem.ra = a.down, problem.ca = a.across, problem.rb = b.down, problem.cb = b.across;
    int64_t size = c.rows * c.columns;
    if (size == 0 || a.columns == 0)
        return 0;
    double *product = nd_alloc(size * (int64_t)sizeof *product);
    problem.c = product;
    int status = product ? nd_multiply(&problem, ND_FLOAT64, 1) : -1;
    if (status == 0)
        subtract(c, (nd_matrix){product, c.rows, c.columns, c.columns, 1});
    nd_free(product);
    return status;
}

/* ----------------------------------------------------------------------------------------- triangular solve */

enum { BLOCK = 32, STRIP = 64 }; /* solved directly: as many unknowns, as many right sides at once */

/* x holds a strip of right sides in rows of STRIP. */
static void substitute(nd_matrix a, double *x, int64_t columns, bool lower, bool unit) {
    for (int64_t step = 0; step < a.rows; step++) {
        int64_t i = lower ? step : a.rows - 1 - step, first = lower ? 0 : i + 1, end = lower ? i : a.rows;
        double *row = x + i * STRIP;
        for (int64_t k = first; k < end; k++)
            nd_add_scaled(row, -*nd_entry(a, i, k), x + k * STRIP, columns);
        for (int64_t j = 0; j < columns && !unit; j++)
            row[j] /= *nd_entry(a, i, i);
    }
}

static void solve_block(nd_matrix a, nd_matrix b, bool lower, bool unit) {
    double strip[BLOCK * STRIP];
    for (int64_t j = 0; j < b.columns; j += STRIP) {
        int64_t columns = b.columns - j < STRIP ? b.columns - j : STRIP;
        nd_matrix part = nd_part(b, 0, j, b.rows, columns), x = {strip, b.rows, columns, STRIP, 1};
        nd_matrix_copy(x, part);
        substitute(a, strip, columns, lower, unit);
        nd_matrix_copy(part, x);
    }
}

/* By halves: the first unknowns, what they leave of the right side, the others. */
int nd_matrix_solve(nd_matrix a, nd_matrix b, bool lower, bool unit) {
    int64_t n = a.rows, half = n / 2;
    if (n <= BLOCK)
        return solve_block(a, b, lower, unit), 0;
    int64_t at = lower ? 0 : half, count = lower ? half : n - half, rest = lower ? half : 0;
    nd_matrix solved = nd_part(b, at, 0, count, b.columns), left = nd_part(b, rest, 0, n - count, b.columns);
    if (nd_matrix_solve(nd_part(a, at, at, count, count), solved, lower, unit) < 0)
        return -1;
    if (nd_matrix_subtract_product(left, nd_part(a, rest, at, n - count, count), solved) < 0)
        return -1;
    return nd_matrix_solve(nd_part(a, rest, rest, n - count, n - count), left, lower, unit);
}

/* ------------------------------------------------------------------------------------------------- vectors */

/* Four sums side by side, so that an addition need not wait for the one before. */
double nd_dot(const double *x, const double *y, int64_t n) {
    double sum[4] = {0};
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++)
            sum[k] += x[i + k] * y[i + k];
    for (; i < n; i++)
        sum[0] += x[i] * y[i];
    return sum[0] + sum[1] + (sum[2] + sum[3]);
}

static double largest_of(const double *x, int64_t n) {
    double largest = 0;
    for (int64_t i = 0; i < n; i++)
        largest = fabs(x[i]) > largest ? fabs(x[i]) : largest;
    return largest;
}

double nd_length(const double *x, int64_t n) {
    double square = nd_dot(x, x, n), sum = 0;
    if (square > DBL_MIN / DBL_EPSILON && square <= DBL_MAX)
        return sqrt(square);
    double largest = largest_of(x, n);
    if (largest == 0 || !isfinite(largest))
        return sqrt(square);
    for (int64_t i = 0; i < n; i++)
        sum += x[i] / largest * (x[i] / largest);
    return largest * sqrt(sum);
}

double nd_scale_of(const double *x, int64_t n) {
    int exponent;
    double length = nd_length(x, n);
    frexp(length, &exponent);
    return length > 0 ? ldexp(0.5, exponent) : 1;
}

void nd_divide(double *x, int64_t n, double by) {
    for (int64_t i = 0; i < n; i++)
        x[i] /= by;
}

void nd_add_scaled(double *restrict y, double scale, const double *restrict x, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        y[i] += scale * x[i];
}

void nd_fill_nan(double *x, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        x[i] = NAN;
}

void nd_swap_vectors(double *restrict x, double *restrict y, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        double kept = x[i];
        x[i] = y[i];
        y[i] = kept;
    }
}

void nd_rotate(double *restrict x, double *restrict y, int64_t n, double c, double s) {
    for (int64_t i = 0; i < n; i++) {
        double first = c * x[i] - s * y[i], second = s * x[i] + c * y[i];
        x[i] = first;
        y[i] = second;
    }
}

static void negate(double *x, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        x[i] = -x[i];
}

/* Elements that only rounding tells apart count as equal. */
void nd_settle_sign(double *x, int64_t n, double *partner, int64_t partner_n) {
    double enough = largest_of(x, n) * (1 - 1e-12);
    int64_t i = 0;
    while (i < n && !(fabs(x[i]) >= enough))
        i++;
    if (i == n || x[i] >= 0)
        return;
    negate(x, n);
    if (partner)
        negate(partner, partner_n);
}

nd_reflection nd_reflect(double *x, int64_t n) {
    double alpha = x[0], rest = nd_length(x + 1, n - 1);
    x[0] = 1;
    if (rest == 0)
        return (nd_reflection){0, alpha};
    double beta = -copysign(hypot(alpha, rest), alpha);
    for (int64_t i = 1; i < n; i++)
        x[i] /= alpha - beta;
    return (nd_reflection){(beta - alpha) / beta, beta};
}

void nd_matrix_reflect_rows(nd_matrix m, int64_t first, int64_t column, const double *v, double tau) {
    int64_t n = m.columns - column;
    for (int64_t i = first; i < m.rows; i++) {
        double *row = nd_entry(m, i, column);
        nd_add_scaled(row, -tau * nd_dot(row, v, n), v, n);
    }
}

/* -------------------------------------------------------------------------------------------------- checks */

int nd_check_matrices(const nd_invocation *call) {
    for (int i = 0; i < call->inputs; i++) {
        const nd_array *x = call->in[i];
        if (nd_same_dtype(call, 0, i) < 0)
            return -1;
        if (!nd_dtype_is_float(x->dtype))
            return nd_fail(ND_EDTYPE, "%s: float arrays only, not %s; cast with astype('float32')", call->op->name,
                           nd_dtype_name(x->dtype));
        if (x->ndim < 2)
            return nd_fail(ND_ESHAPE, "%s: an array of shape %s is no matrix; it needs two axes or more",
                           call->op->name, nd_array_text(x).chars);
    }
    return 0;
}

int nd_check_square(const nd_invocation *call, int input) {
    const nd_array *x = call->in[input];
    if (x->shape[x->ndim - 2] == x->shape[x->ndim - 1])
        return 0;
    return nd_fail(ND_ESHAPE, "%s: shape %s holds no square matrices; its last two extents must be equal",
                   call->op->name, nd_array_text(x).chars);
}

int nd_check_wide(const nd_invocation *call) {
    const nd_array *a = call->in[0];
    if (nd_check_matrices(call) < 0)
        return -1;
    if (a->shape[a->ndim - 2] <= a->shape[a->ndim - 1])
        return 0;
    return nd_fail(ND_ESHAPE, "%s: the matrices of shape %s have more rows than columns; transpose them",
                   call->op->name, nd_array_text(a).chars);
}

nd_spec nd_batch_spec(const nd_invocation *call, int axes) {
    nd_spec spec = nd_array_spec(call->in[0]);
    spec.ndim = (uint8_t)(spec.ndim - axes);
    if (spec.ndim == 0)
        spec.shape[spec.ndim++] = 1;
    return spec;
}
