/* Rows of matrices made orthogonal by rotations: what singular values, and on GPUs eigenvalues, are made of. */
#ifndef ND_JACOBI_H
#define ND_JACOBI_H

#include "items/rotations.h"
#include "matrix.h"

/* A matrix, or on a GPU the stack of all, on its way. */
typedef struct nd_jacobi {
    nd_rotated all;
    double *lengths, *scales; /* those of `all`, to be written */
    int64_t *order;
    nd_array *numbers, *places; /* their memory */
    nd_array *again;            /* whether a sweep found anything to do */
} nd_jacobi;

/* 0, or -1; to be dropped after either. */
int nd_jacobi_new(nd_matrix like, nd_jacobi *j);
void nd_jacobi_drop(nd_jacobi *j);

/* Divides the matrix by a power of two, so that its length is between 1 and 2 and no square overflows or vanishes,
 * makes its rows orthogonal, and orders their lengths. What is not finite becomes nan. A symmetric one, of which the
 * lower triangle is read, gets the shift on its diagonal, and its rows come in ascending order; else descending. */
int nd_jacobi_run(nd_jacobi *j, nd_matrix from, bool symmetric, double shift);

/* The rows' signs, and those of their partners, which are columns: see nd_settle_sign_work. */
int nd_settle_signs(nd_matrix rows, nd_matrix partners);

#endif
