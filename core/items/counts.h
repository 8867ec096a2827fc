/* How many elements lie between edges. */
#ifndef ND_COUNTS_H
#define ND_COUNTS_H

#include "elements.h"
#include "item.h"

typedef struct nd_histogram_work {
    const void *data, *edges;
    nd_dtype dtype; /* of both */
    int64_t bins, *counts;
} nd_histogram_work;

ND_SHARED double nd_bin_edge(const nd_histogram_work *w, int64_t i) {
    return nd_element(w->edges, w->dtype, i);
}

/* The number of the bin that x lies in, or -1. The last one has its upper edge too. */
ND_SHARED int64_t nd_histogram_bin(const nd_histogram_work *w, double x) {
    int64_t low = 0, high = w->bins;
    if (!(x >= nd_bin_edge(w, low) && x <= nd_bin_edge(w, high)))
        return -1;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (x < nd_bin_edge(w, middle))
            high = middle;
        else
            low = middle;
    }
    return low;
}

ND_SHARED void nd_histogram_item(const nd_histogram_work *w, int64_t i) {
    int64_t bin = nd_histogram_bin(w, nd_element(w->data, w->dtype, i));
    if (bin >= 0)
        ND_COUNT_ONE(w->counts + bin);
}

#endif
