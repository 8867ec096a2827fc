/* Rows of matrices made orthogonal by rotations (src/jacobi.c), and what singular values and eigenvalues are made of.
 */
#ifndef ND_ROTATIONS_H
#define ND_ROTATIONS_H

#include <float.h>

#include "matrices.h"
#include "places.h"

/* The lengths of rows, or of what a lower triangle has of them. An item is a row. */
typedef struct nd_row_length_work {
    nd_matrix rows;
    double *lengths;
    bool lower;
} nd_row_length_work;

ND_SHARED void nd_row_length_item(const nd_row_length_work *w, int64_t item) {
    const nd_matrix rows = nd_matrix_at(w->rows, item / w->rows.rows);
    const int64_t i = item % rows.rows;
    w->lengths[item] = nd_length(nd_entry(rows, i, 0), w->lower ? i + 1 : rows.columns);
}

/* By what matrices are divided, from the lengths of their rows: an item is a matrix. */
typedef struct nd_matrix_scale_work {
    const double *lengths;
    int64_t rows;
    double *scales;
} nd_matrix_scale_work;

ND_SHARED void nd_matrix_scale_item(const nd_matrix_scale_work *w, int64_t item) {
    w->scales[item] = nd_scale_near(nd_length(w->lengths + item * w->rows, w->rows));
}

/* Rows of a matrix that is divided by its scale, so that no square overflows or vanishes; of a symmetric one the lower
 * triangle is read, and the shift added to its diagonal. An item is a row. */
typedef struct nd_scaled_rows_work {
    nd_matrix to, from;
    const double *scales;
    bool symmetric;
    double shift;
} nd_scaled_rows_work;

ND_SHARED void nd_scaled_rows_item(const nd_scaled_rows_work *w, int64_t item) {
    const int64_t matrix = item / w->to.rows, i = item % w->to.rows;
    const nd_matrix to = nd_matrix_at(w->to, matrix), from = nd_matrix_at(w->from, matrix);
    for (int64_t j = 0; j < to.columns; j++) {
        const bool above = w->symmetric && j > i;
        const double x = *nd_entry(from, above ? j : i, above ? i : j) / w->scales[matrix];
        *nd_entry(to, i, j) = i == j ? x + w->shift : x;
    }
}

/* A round of a sweep over all pairs of rows, in which each row has one partner. `turned` takes part in the rotations,
 * `squares` holds the rows' squared lengths. */
typedef struct nd_rotations {
    nd_matrix rows, turned;
    double *squares;
    int64_t *again; /* becomes 1 where two rows were not orthogonal yet */
    int64_t round;
} nd_rotations, nd_square_work, nd_rotate_pair_work;

/* An item is a row. */
ND_SHARED void nd_square_item(const nd_rotations *w, int64_t item) {
    const double *row = nd_entry(nd_matrix_at(w->rows, item / w->rows.rows), item % w->rows.rows, 0);
    w->squares[item] = nd_dot(row, row, w->rows.columns);
}

/* Makes rows i and j orthogonal, and says whether they were not. */
ND_SHARED bool nd_make_orthogonal(const nd_rotations *w, int64_t matrix, int64_t i, int64_t j) {
    const nd_matrix rows = nd_matrix_at(w->rows, matrix), turned = nd_matrix_at(w->turned, matrix);
    const int64_t n = rows.columns;
    double *x = nd_entry(rows, i, 0), *y = nd_entry(rows, j, 0), *squares = w->squares + matrix * rows.rows;
    const double both = nd_dot(x, y, n), negligible = DBL_EPSILON * sqrt((double)n);
    if (!(fabs(both) > negligible * sqrt(squares[i]) * sqrt(squares[j])))
        return false;
    const double zeta = (squares[j] - squares[i]) / (2 * both);
    const double t = copysign(1.0, zeta) / (fabs(zeta) + hypot(1.0, zeta)), c = 1 / sqrt(1 + t * t), s = c * t;
    nd_rotate(x, y, n, c, s);
    nd_rotate(nd_entry(turned, i, 0), nd_entry(turned, j, 0), turned.columns, c, s);
    squares[i] = nd_dot(x, x, n);
    squares[j] = nd_dot(y, y, n);
    return true;
}

/* An item is a pair. The last row stays, the others go round it; of an odd number one rests. */
ND_SHARED void nd_rotate_pair_item(const nd_rotations *w, int64_t item) {
    const int64_t rows = w->rows.rows, others = rows - (rows + 1) % 2, pairs = (rows + 1) / 2, k = item % pairs;
    const int64_t i = (w->round + k) % others, j = k ? (w->round + others - k) % others : others;
    if (j < rows && nd_make_orthogonal(w, item / pairs, i < j ? i : j, i < j ? j : i))
        *w->again = 1;
}

/* The order of rows by their lengths. An item is a matrix, with room for as many places twice. */
typedef struct nd_row_order_work {
    const double *lengths;
    int64_t rows, *order;
    bool ascending;
} nd_row_order_work;

ND_SHARED void nd_row_order_item(const nd_row_order_work *w, int64_t item) {
    int64_t *order = w->order + 2 * item * w->rows;
    for (int64_t i = 0; i < w->rows; i++)
        order[i] = i;
    nd_sort_places(order, order + w->rows, w->rows, w->lengths + item * w->rows, w->ascending);
}

/* What rotations came to. */
typedef struct nd_rotated {
    nd_matrix rows, turned;
    const double *lengths, *scales;
    const int64_t *order;
} nd_rotated;

ND_SHARED int64_t nd_rotated_place(const nd_rotated *r, int64_t matrix, int64_t i) {
    return r->order[2 * matrix * r->rows.rows + i];
}

ND_SHARED double nd_rotated_length(const nd_rotated *r, int64_t matrix, int64_t i) {
    return r->lengths[matrix * r->rows.rows + nd_rotated_place(r, matrix, i)];
}

/* Lengths that are no more than rounding, beside the largest one. */
ND_SHARED bool nd_is_negligible(const nd_rotated *r, int64_t matrix, int64_t i) {
    return nd_rotated_length(r, matrix, i) <= DBL_EPSILON * nd_rotated_length(r, matrix, 0);
}

/* A singular value, its row of V and its column of UT; an item is one of them. */
typedef struct nd_singular_value_work {
    nd_rotated from;
    nd_matrix ut, v;
    double *values;
} nd_singular_value_work, nd_free_directions_work;

ND_SHARED void nd_singular_value_item(const nd_singular_value_work *w, int64_t item) {
    const int64_t matrix = item / w->v.rows, i = item % w->v.rows, place = nd_rotated_place(&w->from, matrix, i);
    const nd_matrix v = nd_matrix_at(w->v, matrix), ut = nd_matrix_at(w->ut, matrix);
    const nd_matrix rows = nd_matrix_at(w->from.rows, matrix), turned = nd_matrix_at(w->from.turned, matrix);
    const double length = nd_rotated_length(&w->from, matrix, i), scale = w->from.scales[matrix];
    const double by = nd_is_negligible(&w->from, matrix, i) ? 1 : length;
    w->values[item] = length * scale;
    for (int64_t j = 0; j < v.columns; j++)
        *nd_entry(v, i, j) = *nd_entry(rows, place, j) / by;
    for (int64_t j = 0; j < ut.rows; j++)
        *nd_entry(ut, j, i) = *nd_entry(turned, place, j) + 0 * scale; /* a nan for matrices that are not finite */
}

/* Makes row i orthogonal to those before it and normal; false if nothing but rounding is left of it. */
ND_SHARED bool nd_settle_direction(nd_matrix v, int64_t i) {
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

/* A singular value that is zero to rounding leaves its row open: any unit vector that is far from the rows before. An
 * item is a matrix. */
ND_SHARED void nd_free_directions_item(const nd_singular_value_work *w, int64_t item) {
    const nd_matrix v = nd_matrix_at(w->v, item);
    for (int64_t i = 0; i < v.rows; i++)
        for (int64_t axis = i; nd_is_negligible(&w->from, item, i) && !nd_settle_direction(v, i); axis++)
            for (int64_t j = 0; j < v.columns; j++)
                *nd_entry(v, i, j) = j == axis % v.columns;
}

/* An eigenvalue, and its row of U. */
typedef struct nd_eigenvalue_work {
    nd_rotated from;
    nd_matrix u;
    double *values, shift;
} nd_eigenvalue_work;

ND_SHARED void nd_eigenvalue_item(const nd_eigenvalue_work *w, int64_t item) {
    const int64_t matrix = item / w->u.rows, i = item % w->u.rows, place = nd_rotated_place(&w->from, matrix, i);
    const nd_matrix u = nd_matrix_at(w->u, matrix), turned = nd_matrix_at(w->from.turned, matrix);
    const double scale = w->from.scales[matrix];
    w->values[item] = (nd_rotated_length(&w->from, matrix, i) - w->shift) * scale;
    for (int64_t j = 0; j < u.columns; j++)
        *nd_entry(u, i, j) = *nd_entry(turned, place, j) + 0 * scale;
}

/* Factorizations leave the signs of vectors open: a row is negated, and its partner, if the first of its largest
 * elements is negative. Elements that only rounding tells apart count as equal. An item is a row. */
typedef struct nd_settle_sign_work {
    nd_matrix rows, partners; /* columns, if there are any */
} nd_settle_sign_work;

ND_SHARED bool nd_is_negative(const double *x, int64_t n) {
    double largest = 0;
    int64_t i = 0;
    for (int64_t j = 0; j < n; j++)
        largest = fabs(x[j]) > largest ? fabs(x[j]) : largest;
    while (i < n && !(fabs(x[i]) >= largest * (1 - 1e-12)))
        i++;
    return i < n && x[i] < 0;
}

ND_SHARED void nd_settle_sign_item(const nd_settle_sign_work *w, int64_t item) {
    const int64_t matrix = item / w->rows.rows, i = item % w->rows.rows;
    double *row = nd_entry(nd_matrix_at(w->rows, matrix), i, 0);
    if (!nd_is_negative(row, w->rows.columns))
        return;
    for (int64_t j = 0; j < w->rows.columns; j++)
        row[j] = -row[j];
    for (int64_t j = 0; j < w->partners.rows; j++)
        *nd_entry(nd_matrix_at(w->partners, matrix), j, i) *= -1;
}

#endif
