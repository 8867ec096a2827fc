/* Shapes and dtypes without data: names, sizes, equality, and their text for messages. */
#ifndef ND_SPEC_H
#define ND_SPEC_H

#include "ndgrad.h"

typedef struct nd_text {
    char chars[160];
} nd_text;

static inline bool nd_same_shape(int ndim_a, const int64_t *a, int ndim_b, const int64_t *b) {
    bool same = ndim_a == ndim_b;
    for (int i = 0; same && i < ndim_a; i++)
        same = a[i] == b[i];
    return same;
}

/* Axes that are not there stay undefined: to clear them would take longer than to add small arrays. */
static inline void nd_read_spec(nd_spec *spec, uint8_t dtype, uint8_t ndim, const int64_t *shape) {
    spec->dtype = dtype;
    spec->ndim = ndim;
    for (int i = 0; i < ndim; i++)
        spec->shape[i] = shape[i];
}

nd_text nd_shape_text(int ndim, const int64_t *shape); /* "(2, 3)", as Python writes it */
nd_text nd_spec_text(const nd_spec *spec);             /* the shape alone */
nd_text nd_array_text(const nd_array *array);          /* the shape alone */

int64_t nd_count(int ndim, const int64_t *shape); /* product of the extents */

/* The size if every extent is >= 0 and bytes fit an int64, else -1 after nd_fail naming `who`. */
int64_t nd_checked_size(const char *who, const nd_spec *spec);

#endif
