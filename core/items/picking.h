/* One element of each line along an axis, by an index that is brought inside it. */
#ifndef ND_PICKING_H
#define ND_PICKING_H

#include "elements.h"
#include "item.h"

/* Lines of `extent` elements of so many bytes, `stride` elements apart. */
typedef struct nd_pick_work {
    char *whole, *picked;
    int bytes;
    const void *indices;
    nd_dtype dtype; /* of the indices */
    int64_t extent, stride;
    bool wraps, back; /* -1 is the last one, not the first; from the picked ones into the whole */
} nd_pick_work;

ND_SHARED int64_t nd_brought_inside(int64_t index, int64_t extent, bool wraps) {
    if (wraps)
        return index % extent + (index % extent < 0 ? extent : 0);
    return index < 0 ? 0 : index < extent ? index : extent - 1;
}

ND_SHARED void nd_pick_item(const nd_pick_work *w, int64_t i) {
    const int64_t index = nd_brought_inside(nd_element_int(w->indices, w->dtype, i), w->extent, w->wraps);
    char *in_whole = w->whole + ((i / w->stride * w->extent + index) * w->stride + i % w->stride) * w->bytes;
    char *picked = w->picked + i * w->bytes;
    memcpy(w->back ? in_whole : picked, w->back ? picked : in_whole, (size_t)w->bytes);
}

#endif
