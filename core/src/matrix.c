#include "matrix.h"

#include <math.h>
#include <string.h>

#include "array.h"
#include "each.h"
#include "items/factors.h"
#include "items/vectors.h"
#include "memory.h"
#include "multiply.h"
#include "shape.h"
#include "spec.h"

int64_t nd_matrix_count(const nd_array *array) {
    return nd_count(array->ndim - 2, array->shape);
}

int64_t nd_matrix_steps(const nd_array *array) {
    const int64_t count = nd_matrix_count(array);
    return nd_on_gpu(array->context) && count > 1 ? 1 : count;
}

nd_matrix nd_matrix_of(const nd_array *array, int64_t step) {
    const int64_t rows = array->shape[array->ndim - 2], columns = array->shape[array->ndim - 1];
    return (nd_matrix){.at = (double *)nd_data(array) + step * rows * columns,
                       .rows = rows,
                       .columns = columns,
                       .down = columns,
                       .across = 1,
                       .count = nd_on_gpu(array->context) ? nd_matrix_count(array) : 1,
                       .apart = rows * columns,
                       .where = array->context};
}

int nd_matrix_copy(nd_matrix to, nd_matrix from) {
    const int64_t extent[] = {to.count, to.rows, to.columns};
    if (nd_on_gpu(to.where))
        return nd_gpu_copy(to.where, 3, extent, to.at, (nd_strides){{to.apart, to.down, to.across}}, from.at,
                           (nd_strides){{from.apart, from.down, from.across}}, sizeof *to.at);
    for (int64_t i = 0; i < to.rows; i++)
        for (int64_t j = 0; j < to.columns; j++)
            *nd_entry(to, i, j) = *nd_entry(from, i, j);
    return 0;
}

ND_EACH(identity)

int nd_matrix_identity(nd_matrix m) {
    const nd_identity_work work = {m};
    return each_identity(m.where, &work, m.count * m.rows);
}

/* -------------------------------------------------------------------------------------------- the product */

static void subtract(nd_matrix c, nd_matrix product) {
    for (int64_t i = 0; i < c.rows; i++) {
        double *to = nd_entry(c, i, 0);
        const double *from = nd_entry(product, i, 0);
        for (int64_t j = 0; j < c.columns; j++)
            to[j * c.across] -= from[j * product.across];
    }
}

static nd_gemm problem_of(nd_matrix a, nd_matrix b) {
    return (nd_gemm){.m = a.rows,
                     .n = b.columns,
                     .k = a.columns,
                     .a = a.at,
                     .b = b.at,
                     .ra = a.down,
                     .ca = a.across,
                     .rb = b.down,
                     .cb = b.across,
                     .apart_a = a.apart,
                     .apart_b = b.apart};
}

static int subtract_on_gpu(nd_matrix c, nd_matrix a, nd_matrix b) {
    nd_gemm problem = problem_of(a, b);
    problem.c = c.at, problem.ldc = c.down, problem.apart_c = c.apart;
    problem.add = problem.negative = true;
    return nd_gpu_multiply(c.where, &problem, ND_FLOAT64, c.count);
}

/* The kernel overwrites its result, so the product is made apart. */
static int subtract_here(nd_matrix c, nd_matrix a, nd_matrix b) {
    nd_gemm problem = problem_of(a, b);
    double *product = nd_alloc(c.rows * c.columns * (int64_t)sizeof *product);
    problem.c = product, problem.ldc = c.columns;
    int status = product ? nd_multiply(&problem, ND_FLOAT64, 1) : -1;
    if (status == 0)
        subtract(c, (nd_matrix){.at = product, .rows = c.rows, .columns = c.columns, .down = c.columns, .across = 1});
    nd_free(product);
    return status;
}

int nd_matrix_subtract_product(nd_matrix c, nd_matrix a, nd_matrix b) {
    if (c.rows == 0 || c.columns == 0 || a.columns == 0)
        return 0;
    if (c.across != 1) /* walk memory in order */
        return nd_matrix_subtract_product(nd_flipped(c), nd_flipped(b), nd_flipped(a));
    return nd_on_gpu(c.where) ? subtract_on_gpu(c, a, b) : subtract_here(c, a, b);
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

ND_EACH(substitute)

static int solve_block(nd_matrix a, nd_matrix b, bool lower, bool unit) {
    const nd_substitute_work work = {a, b, lower, unit};
    if (nd_on_gpu(b.where))
        return each_substitute(b.where, &work, b.count * b.columns);
    double strip[BLOCK * STRIP];
    for (int64_t j = 0; j < b.columns; j += STRIP) {
        int64_t columns = b.columns - j < STRIP ? b.columns - j : STRIP;
        nd_matrix part = nd_part(b, 0, j, b.rows, columns);
        nd_matrix x = {.at = strip, .rows = b.rows, .columns = columns, .down = STRIP, .across = 1};
        nd_matrix_copy(x, part);
        substitute(a, strip, columns, lower, unit);
        nd_matrix_copy(part, x);
    }
    return 0;
}

/* By halves: the first unknowns, what they leave of the right side, the others. */
int nd_matrix_solve(nd_matrix a, nd_matrix b, bool lower, bool unit) {
    int64_t n = a.rows, half = n / 2;
    if (n <= BLOCK)
        return solve_block(a, b, lower, unit);
    int64_t at = lower ? 0 : half, count = lower ? half : n - half, rest = lower ? half : 0;
    nd_matrix solved = nd_part(b, at, 0, count, b.columns), left = nd_part(b, rest, 0, n - count, b.columns);
    if (nd_matrix_solve(nd_part(a, at, at, count, count), solved, lower, unit) < 0)
        return -1;
    if (nd_matrix_subtract_product(left, nd_part(a, rest, at, n - count, count), solved) < 0)
        return -1;
    return nd_matrix_solve(nd_part(a, rest, rest, n - count, n - count), left, lower, unit);
}

/* ------------------------------------------------------------------------------------------------- vectors */

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

ND_EACH(reflect_row)

int nd_matrix_reflect_rows(nd_matrix rows, nd_vectors v, nd_vectors tau) {
    const nd_reflect_row_work work = {rows, v, tau};
    return each_reflect_row(rows.where, &work, rows.count * rows.rows);
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
