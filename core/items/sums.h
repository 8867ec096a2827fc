/* Sums of what comes before in rows of n elements, `stride` apart, on a GPU: of chunks of each row by themselves; of
 * the chunks' last elements, which are put into `totals`; and these added to the chunks.
 */
#ifndef ND_SUMS_H
#define ND_SUMS_H

#include "elements.h"
#include "item.h"

typedef struct nd_running_sum {
    void *data, *totals; /* as many totals of each row as chunks */
    nd_dtype dtype;
    int64_t n, stride, chunk, chunks;
} nd_running_sum;
typedef nd_running_sum nd_sum_chunk_work, nd_sum_totals_work, nd_sum_shift_work;

#define ND_ADD_AS(T) ((T *)to)[at] = (T)(((const T *)to)[at] + ((const T *)from)[i]);

/* to[at] += from[i]; integers wrap. */
ND_SHARED void nd_add_element(void *to, int64_t at, const void *from, int64_t i, nd_dtype dtype) {
    switch (dtype) {
    case ND_FLOAT32: ND_ADD_AS(float) break;
    case ND_FLOAT64: ND_ADD_AS(double) break;
    case ND_INT8:
    case ND_UINT8: ND_ADD_AS(uint8_t) break;
    case ND_INT32: ND_ADD_AS(uint32_t) break;
    case ND_INT64: ND_ADD_AS(uint64_t) break;
    default: nd_set_element(to, dtype, at, nd_element(to, dtype, at) + nd_element(from, dtype, i));
    }
}

/* Where element i of a row lies. */
ND_SHARED int64_t nd_in_row(const nd_running_sum *w, int64_t row, int64_t i) {
    return (row / w->stride * w->n + i) * w->stride + row % w->stride;
}

ND_SHARED void nd_sum_chunk_item(const nd_sum_chunk_work *w, int64_t item) {
    const int64_t row = item / w->chunks, first = item % w->chunks * w->chunk;
    for (int64_t i = first + 1; i < first + w->chunk && i < w->n; i++)
        nd_add_element(w->data, nd_in_row(w, row, i), w->data, nd_in_row(w, row, i - 1), w->dtype);
}

/* The totals, which are zeros before, become for each chunk of a row all that comes before it. */
ND_SHARED void nd_sum_totals_item(const nd_sum_totals_work *w, int64_t row) {
    for (int64_t c = 1; c < w->chunks; c++) {
        const int64_t at = row * w->chunks + c;
        nd_add_element(w->totals, at, w->totals, at - 1, w->dtype);
        nd_add_element(w->totals, at, w->data, nd_in_row(w, row, c * w->chunk - 1), w->dtype);
    }
}

ND_SHARED void nd_sum_shift_item(const nd_sum_shift_work *w, int64_t item) {
    const int64_t row = item / w->n, i = item % w->n, c = i / w->chunk;
    if (c > 0)
        nd_add_element(w->data, nd_in_row(w, row, i), w->totals, row * w->chunks + c, w->dtype);
}

#undef ND_ADD_AS

#endif
