/* Index tuples as flat indices into a shape, and back. */
#ifndef ND_INDICES_H
#define ND_INDICES_H

#include "elements.h"
#include "item.h"

/* An item is an index tuple, whose parts lie `n` apart. */
typedef struct nd_raveling {
    const void *from; /* ravel: parts; unravel: flat indices */
    void *to;
    nd_dtype dtype;
    int64_t n, extent[ND_MAX_DIM];
    int count;
} nd_raveling;
typedef nd_raveling nd_ravel_work, nd_unravel_work;

/* What lies beyond the shape is counted all the same; numbers too large wrap around. */
ND_SHARED void nd_ravel_item(const nd_ravel_work *w, int64_t i) {
    uint64_t flat = 0;
    for (int k = 0; k < w->count; k++)
        flat = flat * (uint64_t)w->extent[k] + (uint64_t)nd_element_int(w->from, w->dtype, k * w->n + i);
    nd_set_element_int(w->to, w->dtype, i, (int64_t)flat);
}

ND_SHARED void nd_unravel_item(const nd_unravel_work *w, int64_t i) {
    int64_t flat = nd_element_int(w->from, w->dtype, i);
    for (int k = w->count - 1; k > 0; k--) {
        nd_set_element_int(w->to, w->dtype, k * w->n + i, flat % w->extent[k]);
        flat /= w->extent[k];
    }
    nd_set_element_int(w->to, w->dtype, i, flat);
}

#endif
