/* Triangles and diagonals of matrices: cut out, made, solved with. Matrices to compute with are of float64. */
#ifndef ND_TRIANGLES_H
#define ND_TRIANGLES_H

#include "item.h"

/* An item is a row, of which a triangle stays; the others of its elements, of `bytes` each, become zeros. */
typedef struct nd_triangle_work {
    const char *from;
    char *to;
    int64_t rows, columns, offset;
    int bytes;
    bool lower;
} nd_triangle_work;

ND_SHARED int64_t nd_limited_to(int64_t x, int64_t least, int64_t most) {
    return x < least ? least : x > most ? most : x;
}

ND_SHARED void nd_triangle_item(const nd_triangle_work *w, int64_t i) {
    const int64_t diagonal = i % w->rows + w->offset, row = i * w->columns * w->bytes;
    const int64_t first = nd_limited_to(w->lower ? 0 : diagonal, 0, w->columns) * w->bytes;
    const int64_t end = nd_limited_to(w->lower ? diagonal + 1 : w->columns, 0, w->columns) * w->bytes;
    memset(w->to + row, 0, (size_t)(w->columns * w->bytes));
    if (end > first)
        memcpy(w->to + row + first, w->from + row + first, (size_t)(end - first));
}

/* What of an n x n matrix a vector holds: `side` elements of the diagonal that lies `far` off, and of a triangle all
 * beyond it. An item is one of the `side` rows of a matrix. */
typedef struct nd_diagonal_work {
    char *vectors, *matrices;
    int64_t n, side, far, length;
    int bytes;
    bool triangle, lower, extract;
} nd_diagonal_work;

/* The elements in order: row by row of the lower triangle, and the upper one is its mirror image. */
ND_SHARED void nd_diagonal_item(const nd_diagonal_work *w, int64_t at) {
    const int64_t matrix = at / w->side, i = at % w->side, first = w->triangle ? i * (i + 1) / 2 : i;
    for (int64_t j = w->triangle ? 0 : i; j <= i; j++) {
        char *vector = w->vectors + (matrix * w->length + first + (w->triangle ? j : 0)) * w->bytes;
        const int64_t row = w->lower ? i + w->far : j, column = w->lower ? j : i + w->far;
        char *place = w->matrices + ((matrix * w->n + row) * w->n + column) * w->bytes;
        memcpy(w->extract ? vector : place, w->extract ? place : vector, (size_t)w->bytes);
    }
}

/* --------------------------------------------------------------------------------------------------- solved */

/* A triangle of a matrix, element (i, j) at a[i * down + j * across]; a unit diagonal is not read. */
typedef struct nd_triangle {
    const double *a;
    int64_t n, down, across;
    bool lower, unit;
} nd_triangle;

/* x, whose elements lie `step` apart, becomes a^-1 x. */
ND_SHARED void nd_solve_triangle(const nd_triangle *t, double *x, int64_t step) {
    for (int64_t k = 0; k < t->n; k++) {
        const int64_t i = t->lower ? k : t->n - 1 - k, first = t->lower ? 0 : i + 1, end = t->lower ? i : t->n;
        double rest = x[i * step];
        for (int64_t j = first; j < end; j++)
            rest -= t->a[i * t->down + j * t->across] * x[j * step];
        x[i * step] = t->unit ? rest : rest / t->a[i * (t->down + t->across)];
    }
}

/* An item is a right side of a matrix: `columns` for each, `beside` apart. */
typedef struct nd_substitute_work {
    nd_triangle triangle; /* of the first matrix */
    double *x;
    int64_t columns, step, beside;
} nd_substitute_work;

ND_SHARED void nd_substitute_item(const nd_substitute_work *w, int64_t item) {
    const int64_t matrix = item / w->columns, n = w->triangle.n;
    nd_triangle t = w->triangle;
    t.a += matrix * n * n;
    nd_solve_triangle(&t, w->x + matrix * n * w->columns + item % w->columns * w->beside, w->step);
}

/* ------------------------------------------------------------------- what follows from P A = L U in one square */

typedef struct nd_factors {
    const double *lu;
    const int64_t *pivots;  /* the row that row i was exchanged with */
    const double *singular; /* of each matrix: not 0 if it is */
    int64_t n;
    double *inverse, *sign, *magnitude; /* the results that are wanted; the others are NULL */
} nd_factors;
typedef nd_factors nd_lu_column_work, nd_lu_product_work;

/* An item is a column of an inverse; zeros where there is none. */
ND_SHARED void nd_lu_column_item(const nd_lu_column_work *w, int64_t item) {
    const int64_t n = w->n, matrix = item / n, column = item % n;
    const int64_t *pivots = w->pivots + matrix * n;
    double *x = w->inverse + matrix * n * n + column;
    int64_t place = column;
    for (int64_t i = 0; i < n; i++) {
        x[i * n] = 0;
        place = place == i ? pivots[i] : place == pivots[i] ? i : place;
    }
    if (w->singular[matrix] != 0)
        return;
    nd_triangle lower = {w->lu + matrix * n * n, n, n, 1, true, true}, upper = lower;
    upper.lower = upper.unit = false;
    x[place * n] = 1;
    nd_solve_triangle(&lower, x, n);
    nd_solve_triangle(&upper, x, n);
}

/* An item is a determinant: itself in `sign`, or with `magnitude` its sign, and there the logarithm of its absolute
 * value. */
ND_SHARED void nd_lu_product_item(const nd_lu_product_work *w, int64_t matrix) {
    double sign = 1, product = 1, logarithm = 0;
    for (int64_t i = 0; i < w->n; i++) {
        const double factor = w->lu[(matrix * w->n + i) * w->n + i];
        sign = w->pivots[matrix * w->n + i] == i ? sign : -sign;
        product *= factor;
        if (!w->magnitude)
            continue;
        sign *= (factor > 0) - (factor < 0);
        logarithm += log(fabs(factor));
    }
    w->sign[matrix] = w->magnitude ? sign : sign * product;
    if (w->magnitude)
        w->magnitude[matrix] = logarithm;
}

#endif
