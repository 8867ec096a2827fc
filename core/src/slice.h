/* begin:end:step of each axis, as the elements that it names. */
#ifndef ND_SLICE_H
#define ND_SLICE_H

#include "op.h"

/* For every axis: start, start + step, ..., count elements, all inside. */
typedef struct nd_ranges {
    int64_t start[ND_MAX_DIM], step[ND_MAX_DIM], count[ND_MAX_DIM];
} nd_ranges;

/* Reads the parameters begin, end and step, of which begin is the one at `first`; -1 after nd_fail. */
int nd_read_slice(const nd_op *op, const nd_word *words, int first, const nd_array *x, nd_ranges *ranges);

#endif
