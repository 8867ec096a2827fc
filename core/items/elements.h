/* Elements of any dtype, one at a time: nd_element and its like, and of arrays nd_at; and ND_COUNT_ONE, by which items
 * count together. */
#ifndef ND_ELEMENTS_H
#define ND_ELEMENTS_H

#include "item.h"

#ifdef __cplusplus
#include "elements.cuh"
#else
#include "cast.h"
#define ND_COUNT_ONE(count) ++*(count)
#endif

typedef struct nd_numbers {
    void *data;
    nd_dtype dtype;
} nd_numbers;

ND_SHARED double nd_at(nd_numbers x, int64_t i) {
    return nd_element(x.data, x.dtype, i);
}

ND_SHARED void nd_set_at(nd_numbers x, int64_t i, double value) {
    nd_set_element(x.data, x.dtype, i, value);
}

#endif
