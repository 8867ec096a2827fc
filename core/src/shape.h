/* How shapes combine: broadcasting, axes, and the reduction of a gradient back to its operand's shape. */
#ifndef ND_SHAPE_H
#define ND_SHAPE_H

#include "op.h"

/* Gives `into` the shape that both broadcast to; -1 after nd_fail if there is none. Its dtype is left alone. */
int nd_broadcast(const nd_op *op, nd_spec a, nd_spec b, nd_spec *into);

/* True if the array has as many axes as `whole`, each of its extent or 1. */
bool nd_lies_along(const nd_array *array, const nd_array *whole);

/* An axis counted from the end becomes one counted from the start; -1 after nd_fail beyond `ndim`. */
int nd_axis(const nd_op *op, int64_t axis, int ndim, const nd_array *shown);

/* A bit for each axis of the list, of `ndim` axes; `none` if the list is None. 0 <= bits, or -1 after nd_fail, which
 * shows the array; it may be NULL where the list was checked before. */
int nd_axis_bits(const nd_op *op, const nd_word *words, int parameter, int ndim, const nd_array *shown, int none);

/* One output of the dtype and, so far, the shape of input i. */
void nd_like(nd_invocation *call, int input);

/* The extents of a shape parameter; none for None. */
nd_spec nd_listed_spec(nd_dtype dtype, int64_t count, const nd_word *values);

/* Fails unless inputs i and j have one dtype. */
int nd_mixed_dtypes(const nd_invocation *call, int i, int j); /* -1 after nd_fail */
static inline int nd_same_dtype(const nd_invocation *call, int i, int j) {
    return call->in[i]->dtype == call->in[j]->dtype ? 0 : nd_mixed_dtypes(call, i, j);
}

/* Fails unless input 0 is of floats. */
int nd_check_float(const nd_invocation *call);

/* The sum of `array` over the axes that broadcasting `spec` to its shape repeated: a new reference of shape `spec`. */
nd_array *nd_sum_to(nd_array *array, const nd_spec *spec);

nd_array *nd_broadcast_to(nd_array *array, const nd_spec *spec);
nd_array *nd_reshape_to(nd_array *array, const nd_spec *spec);

#endif
