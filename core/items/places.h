/* Places sorted by their scores. */
#ifndef ND_PLACES_H
#define ND_PLACES_H

#include "item.h"

/* The order of n scores from the largest to the smallest (ascending: the other way round), equal ones as they come:
 * order[0 ... n-1] holds their places on entry, `scratch` n more. Merges runs of doubling length: stable, and in
 * n log n steps whatever the scores. A nan comes last. */
ND_SHARED void nd_sort_places(int64_t *order, int64_t *scratch, int64_t n, const double *scores, bool ascending) {
    for (int64_t run = 1; run < n; run *= 2) {
        for (int64_t start = 0; start < n; start += 2 * run) {
            int64_t middle = start + run < n ? start + run : n, end = middle + run < n ? middle + run : n;
            for (int64_t at = start, i = start, j = middle; at < end; at++) {
                bool second = i == middle || (j < end && (ascending ? scores[order[j]] < scores[order[i]]
                                                                    : scores[order[j]] > scores[order[i]]));
                scratch[at] = second ? order[j++] : order[i++];
            }
        }
        memcpy(order, scratch, (size_t)n * sizeof *order);
    }
}

#endif
