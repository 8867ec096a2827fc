/* Moving elements between layouts: the one engine under transposing, broadcasting, slicing and joining. */
#ifndef ND_COPY_H
#define ND_COPY_H

#include "ndgrad.h"

/* Strides are in elements and may be 0 or negative. */
typedef struct nd_strides {
    int64_t of[ND_MAX_DIM];
} nd_strides;

nd_strides nd_strides_of(int ndim, const int64_t *shape);                        /* of contiguous elements */
nd_strides nd_strides_to(int ndim, const int64_t *shape, const nd_spec *target); /* broadcast to the target's axes */

/* to[i, j, ...] = from[i, j, ...] for all indices below the extents; `item` is an element's size in bytes. */
void nd_copy_strided(int ndim, const int64_t *extent, void *to, nd_strides to_strides, const void *from,
                     nd_strides from_strides, int item);

/* The same for elements of arrays in that context: 0, or -1 if a device failed. */
int nd_copy_arranged(nd_context where, int ndim, const int64_t *extent, void *to, nd_strides to_strides,
                     const void *from, nd_strides from_strides, int item);

#endif
