/* The calls that compositions and gradients of linear algebra are made of, on matrices in the last two axes. */
#ifndef ND_LINALG_H
#define ND_LINALG_H

#include "compose.h"

nd_array *nd_do_flip(nd_scope *s, nd_array *x); /* the transposes */
nd_array *nd_do_product(nd_scope *s, nd_array *a, nd_array *b, bool flip_a, bool flip_b);
nd_array *nd_do_triangle(nd_scope *s, nd_array *x, bool lower, int64_t offset);
/* a^-1 b, or b a^-1 on the right, for a triangular a; of its transpose with `flip`. */
nd_array *nd_do_solve(nd_scope *s, nd_array *a, nd_array *b, bool flip, bool right, bool lower);
nd_array *nd_do_mirrored(nd_scope *s, nd_array *x); /* the lower triangle, and its mirror image above */

/* Vectors in the last axis: an element for each row, or for each column, of the matrices. */
nd_array *nd_do_scale_rows(nd_scope *s, nd_array *x, nd_array *by);
nd_array *nd_do_scale_columns(nd_scope *s, nd_array *x, nd_array *by);
nd_array *nd_do_differences(nd_scope *s, nd_array *x);        /* the matrix of x[i] - x[j] */
nd_array *nd_do_reciprocal_or_zero(nd_scope *s, nd_array *x); /* where nothing else is defined */

#endif
