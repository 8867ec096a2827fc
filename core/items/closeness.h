/* Whether two arrays are nearly equal. */
#ifndef ND_CLOSENESS_H
#define ND_CLOSENESS_H

#include "elements.h"
#include "item.h"

typedef struct nd_differ_work {
    const void *a, *b;
    nd_dtype dtype; /* of both */
    double rtol, atol;
    bool nan_is_nan;
    uint8_t *close; /* becomes 0 where two elements differ */
} nd_differ_work;

ND_SHARED void nd_differ_item(const nd_differ_work *w, int64_t i) {
    double a = nd_element(w->a, w->dtype, i), b = nd_element(w->b, w->dtype, i);
    if (!(a == b || fabs(a - b) <= w->atol + w->rtol * fabs(b) || (w->nan_is_nan && a != a && b != b)))
        *w->close = 0;
}

#endif
