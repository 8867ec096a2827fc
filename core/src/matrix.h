/* Matrices of float64 in memory, and what the factorizations do with them.
 *
 * Rows of linear algebra compute in float64 alone (the table's DOUBLES); the core casts the other floats to it and
 * back.
 */
#ifndef ND_MATRIX_H
#define ND_MATRIX_H

#include "items/reflections.h"
#include "op.h"

/* How many matrices an array holds in its last two axes. They are worked on one after another, or on a GPU all at once:
 * in how many steps, and the matrix or the stack of the i-th of them. */
int64_t nd_matrix_count(const nd_array *array);
int64_t nd_matrix_steps(const nd_array *array);
nd_matrix nd_matrix_of(const nd_array *array, int64_t step);

/* Of stacks, each of them. */
int nd_matrix_copy(nd_matrix to, nd_matrix from);
int nd_matrix_identity(nd_matrix m);
int nd_matrix_subtract_product(nd_matrix c, nd_matrix a, nd_matrix b); /* c -= a b */

/* b becomes a^-1 b, where only the lower (or upper) triangle of a is read; a unit diagonal is not read either. */
int nd_matrix_solve(nd_matrix a, nd_matrix b, bool lower, bool unit);

/* Zeros for what lies above (lower: false: below) the diagonal that is `offset` above the main one; of any dtype. */
int nd_clear_beyond(const nd_array *x, bool lower, int64_t offset);

/* Rows become those times a reflection, whose vector and number are those of their matrix. */
int nd_matrix_reflect_rows(nd_matrix rows, nd_vectors v, nd_vectors tau);

void nd_fill_nan(double *x, int64_t n);
void nd_swap_vectors(double *x, double *y, int64_t n);

/* -------------------------------------------------------------------------------------------------- checks */

/* For infer: inputs are floats of one dtype with two axes at least; square: that input's last two are equal. */
int nd_check_matrices(const nd_invocation *call);
int nd_check_square(const nd_invocation *call, int input);
int nd_check_wide(const nd_invocation *call); /* input 0: no more rows than columns */
/* A is square, and b has as many rows (right: columns) as A. */
int nd_check_triangular(const nd_invocation *call, bool right);
/* The shape of input 0 without its last `axes` axes; (1,) where none is left. */
nd_spec nd_batch_spec(const nd_invocation *call, int axes);

#endif
