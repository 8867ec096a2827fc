/* Steps of factorizations, of which nothing but small blocks is left to do: see matrix.c, cholesky.c and lu.c. */
#ifndef ND_FACTORS_H
#define ND_FACTORS_H

#include "matrices.h"

/* ------------------------------------------------------------------------------------------------- triangles */

/* Numbers times a factor. */
typedef struct nd_scale_work {
    double *to;
    const double *from;
    double by;
} nd_scale_work;

ND_SHARED void nd_scale_item(const nd_scale_work *w, int64_t i) {
    w->to[i] = w->by * w->from[i];
}

/* b becomes a^-1 b for a triangular a. An item is a right side. */
typedef struct nd_substitute_work {
    nd_matrix a, b;
    bool lower, unit;
} nd_substitute_work;

ND_SHARED void nd_substitute_item(const nd_substitute_work *w, int64_t item) {
    const nd_matrix a = nd_matrix_at(w->a, item / w->b.columns), b = nd_matrix_at(w->b, item / w->b.columns);
    const int64_t n = a.rows, side = item % w->b.columns;
    for (int64_t step = 0; step < n; step++) {
        const int64_t i = w->lower ? step : n - 1 - step, first = w->lower ? 0 : i + 1, end = w->lower ? i : n;
        double x = *nd_entry(b, i, side);
        for (int64_t k = first; k < end; k++)
            x -= *nd_entry(a, i, k) * *nd_entry(b, k, side);
        *nd_entry(b, i, side) = w->unit ? x : x / *nd_entry(a, i, i);
    }
}

/* The lower triangle of a becomes L with L L^T = a, row by row. An item is a matrix, whose pivot becomes the first one
 * that is not positive. A nan passes, as in LAPACK. */
typedef struct nd_cholesky_work {
    nd_matrix a;
    double *pivots;
} nd_cholesky_work;

ND_SHARED void nd_cholesky_item(const nd_cholesky_work *w, int64_t item) {
    const nd_matrix a = nd_matrix_at(w->a, item);
    for (int64_t i = 0; i < a.rows; i++) {
        double *row = nd_entry(a, i, 0);
        for (int64_t j = 0; j < i; j++)
            row[j] = (row[j] - nd_dot(row, nd_entry(a, j, 0), j)) / *nd_entry(a, j, j);
        const double pivot = row[i] - nd_dot(row, row, i);
        if (pivot <= 0 && w->pivots[item] > 0)
            w->pivots[item] = pivot;
        row[i] = sqrt(pivot);
    }
}

/* ------------------------------------------------------------------------------------------------ LU by columns */

/* How the rows of matrices were exchanged: row i with the one that lies at[i] below it; the matrices' are `apart`. */
typedef struct nd_exchanges {
    int64_t *at, apart;
} nd_exchanges;

/* A step in column j of panels. The rows from j on are searched in chunks, whose largest elements lie where `best`
 * says. */
enum { ND_PIVOT_CHUNK = 64 };
typedef struct nd_panel_work {
    nd_matrix a;
    int64_t j, chunks, *best;
    nd_exchanges exchanges;
} nd_panel_work, nd_panel_search_work, nd_panel_pivot_work, nd_panel_eliminate_work;

/* An item is a chunk. A nan is no pivot, unless it is on the diagonal. */
ND_SHARED void nd_panel_search_item(const nd_panel_work *w, int64_t item) {
    const nd_matrix a = nd_matrix_at(w->a, item / w->chunks);
    const int64_t first = w->j + item % w->chunks * ND_PIVOT_CHUNK;
    double largest = -1;
    w->best[item] = w->j;
    for (int64_t i = first; i < a.rows && i < first + ND_PIVOT_CHUNK; i++)
        if (fabs(*nd_entry(a, i, w->j)) > largest) {
            largest = fabs(*nd_entry(a, i, w->j));
            w->best[item] = i;
        }
}

ND_SHARED void nd_exchange_rows(nd_matrix a, int64_t column, int64_t i, int64_t j) {
    const double kept = *nd_entry(a, i, column);
    *nd_entry(a, i, column) = *nd_entry(a, j, column);
    *nd_entry(a, j, column) = kept;
}

/* An item is a matrix: the first of the largest goes on the diagonal. */
ND_SHARED void nd_panel_pivot_item(const nd_panel_work *w, int64_t item) {
    const nd_matrix a = nd_matrix_at(w->a, item);
    int64_t at = w->j;
    for (int64_t chunk = 0; chunk < w->chunks; chunk++) {
        const int64_t i = w->best[item * w->chunks + chunk];
        if (fabs(*nd_entry(a, i, w->j)) > fabs(*nd_entry(a, at, w->j)))
            at = i;
    }
    w->exchanges.at[item * w->exchanges.apart + w->j] = at - w->j;
    for (int64_t column = 0; column < a.columns && at != w->j; column++)
        nd_exchange_rows(a, column, w->j, at);
}

/* An item is a row below. A column without a pivot is left as it is: the zero on the diagonal says so. */
ND_SHARED void nd_panel_eliminate_item(const nd_panel_work *w, int64_t item) {
    const int64_t below = w->a.rows - w->j - 1, j = w->j;
    const nd_matrix a = nd_matrix_at(w->a, item / below);
    double *row = nd_entry(a, j + 1 + item % below, j);
    const double *top = nd_entry(a, j, j);
    if (top[0] == 0)
        return;
    row[0] /= top[0];
    nd_add_scaled(row + 1, -row[0], top + 1, a.columns - j - 1);
}

/* Exchanges the rows of matrices. An item is a column. */
typedef struct nd_exchange_work {
    nd_matrix a;
    nd_exchanges exchanges;
    int64_t count;
} nd_exchange_work;

ND_SHARED void nd_exchange_item(const nd_exchange_work *w, int64_t item) {
    const nd_matrix a = nd_matrix_at(w->a, item / w->a.columns);
    const int64_t *below = w->exchanges.at + item / w->a.columns * w->exchanges.apart;
    for (int64_t i = 0; i < w->count; i++)
        nd_exchange_rows(a, item % a.columns, i, i + below[i]);
}

/* ------------------------------------------------------------------------------------------- what follows from it */

ND_SHARED bool nd_is_singular(nd_matrix factor) {
    for (int64_t i = 0; i < factor.rows; i++)
        if (*nd_entry(factor, i, i) == 0)
            return true;
    return false;
}

/* An item is a matrix: whether its factor has a zero on the diagonal. */
typedef struct nd_singular_work {
    nd_matrix factor;
    int64_t *found;
} nd_singular_work;

ND_SHARED void nd_singular_item(const nd_singular_work *w, int64_t item) {
    w->found[item] = nd_is_singular(nd_matrix_at(w->factor, item));
}

/* Rows of x become zeros where the factor is singular. An item is a row. */
typedef struct nd_clear_singular_work {
    nd_matrix x, factor;
} nd_clear_singular_work;

ND_SHARED void nd_clear_singular_item(const nd_clear_singular_work *w, int64_t item) {
    const nd_matrix x = nd_matrix_at(w->x, item / w->x.rows);
    if (nd_is_singular(nd_matrix_at(w->factor, item / w->x.rows)))
        for (int64_t j = 0; j < x.columns; j++)
            *nd_entry(x, item % x.rows, j) = 0;
}

/* x becomes the identity. An item is a row. */
typedef struct nd_identity_work {
    nd_matrix x;
} nd_identity_work;

ND_SHARED void nd_identity_item(const nd_identity_work *w, int64_t item) {
    const nd_matrix x = nd_matrix_at(w->x, item / w->x.rows);
    for (int64_t j = 0; j < x.columns; j++)
        *nd_entry(x, item % x.rows, j) = item % x.rows == j;
}

/* Determinants, or their signs and the logarithms of their absolute values. An item is a matrix. */
typedef struct nd_determinant_work {
    nd_matrix factor;
    nd_exchanges exchanges;
    double *product, *sign, *logarithm; /* NULL: not wanted */
} nd_determinant_work;

ND_SHARED double nd_order_sign(const int64_t *exchanges, int64_t n) {
    double sign = 1;
    for (int64_t i = 0; i < n; i++)
        sign = exchanges[i] ? -sign : sign;
    return sign;
}

ND_SHARED void nd_determinant_item(const nd_determinant_work *w, int64_t item) {
    const nd_matrix factor = nd_matrix_at(w->factor, item);
    double sign = nd_order_sign(w->exchanges.at + item * w->exchanges.apart, factor.rows), logarithm = 0;
    for (int64_t i = 0; i < factor.rows; i++) {
        const double pivot = *nd_entry(factor, i, i);
        sign *= w->sign ? (double)((pivot > 0) - (pivot < 0)) : pivot;
        logarithm += w->sign ? log(fabs(pivot)) : 0;
    }
    if (w->product)
        w->product[item] = sign;
    if (w->sign)
        w->sign[item] = sign, w->logarithm[item] = logarithm;
}

#endif
