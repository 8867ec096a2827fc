/* Matrices of float64 in memory, and vectors, for the core and for GPUs. */
#ifndef ND_MATRICES_H
#define ND_MATRICES_H

#include "item.h"

/* Element (i, j) is at[i * down + j * across]: a part or the transpose of a matrix is a matrix without a copy. On a GPU
 * the matrices of a whole array are worked on at once, as a stack of `count`, each `apart` from the one before. */
typedef struct nd_matrix {
    double *at;
    int64_t rows, columns;
    int64_t down, across;
    int64_t count, apart;
    nd_context where;
} nd_matrix;

ND_SHARED double *nd_entry(nd_matrix m, int64_t i, int64_t j) {
    return m.at + i * m.down + j * m.across;
}

ND_SHARED nd_matrix nd_part(nd_matrix m, int64_t i, int64_t j, int64_t rows, int64_t columns) {
    m.at = nd_entry(m, i, j), m.rows = rows, m.columns = columns;
    return m;
}

ND_SHARED nd_matrix nd_flipped(nd_matrix m) {
    nd_matrix flipped = m;
    flipped.rows = m.columns, flipped.columns = m.rows, flipped.down = m.across, flipped.across = m.down;
    return flipped;
}

/* One of a stack. */
ND_SHARED nd_matrix nd_matrix_at(nd_matrix m, int64_t i) {
    m.at += i * m.apart, m.count = 1;
    return m;
}

#ifdef __cplusplus
#define ND_VECTORS ND_SHARED
#else
#define ND_VECTORS /* compiled once, in matrix.c */
#endif

ND_VECTORS double nd_dot(const double *x, const double *y, int64_t n);
ND_VECTORS double nd_length(const double *x, int64_t n);                            /* without overflow on the way */
ND_VECTORS void nd_add_scaled(double *y, double scale, const double *x, int64_t n); /* y += scale x */
ND_VECTORS void nd_divide(double *x, int64_t n, double by);
/* A power of two near a length, which divided by it is between 1 and 2; 1 for 0, a nan for what is not finite. */
ND_VECTORS double nd_scale_near(double length);
/* The plane rotation (x, y) <- (c x - s y, s x + c y). */
ND_VECTORS void nd_rotate(double *x, double *y, int64_t n, double c, double s);

/* The reflection I - tau v v^T that takes x to (result, 0, ..., 0): x becomes v, whose first element is 1. */
typedef struct nd_reflection {
    double tau, result;
} nd_reflection;
ND_VECTORS nd_reflection nd_reflect(double *x, int64_t n);

#ifdef __cplusplus
#include "vectors.h"
#endif

#endif
