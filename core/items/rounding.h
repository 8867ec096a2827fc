/* Numbers rounded to integers, and kept within what these hold. */
#ifndef ND_ROUNDING_H
#define ND_ROUNDING_H

#include "item.h"

typedef struct nd_saturate_work {
    const float *from;
    void *to;
    nd_dtype dtype; /* int8, uint8 or int32 */
    float scale;
    double low, high;
} nd_saturate_work;

/* What is no number becomes the least. */
ND_SHARED void nd_saturate_item(const nd_saturate_work *w, int64_t i) {
    double v = rint((double)(w->from[i] * w->scale));
    v = !(v > w->low) ? w->low : v > w->high ? w->high : v;
    if (w->dtype == ND_INT8)
        ((int8_t *)w->to)[i] = (int8_t)v;
    else if (w->dtype == ND_UINT8)
        ((uint8_t *)w->to)[i] = (uint8_t)v;
    else
        ((int32_t *)w->to)[i] = (int32_t)v;
}

#endif
