/* Gradients of table rows, recorded: as calls of other operators. */
#ifndef ND_GRADIENT_H
#define ND_GRADIENT_H

#include "op.h"

/* The gradient of a reduction: g and y have the input's number of axes, `folded` is how many elements went into each.
 */
nd_array *nd_reduce_expression(nd_reduce_id id, nd_array *g, nd_array *x, nd_array *y, double folded);

#endif
