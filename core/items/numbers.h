/* Numbers one at a time, of any dtype: flat indices, rounding, learning rates, comparisons, counts and sums. */
#ifndef ND_NUMBERS_H
#define ND_NUMBERS_H

#include "elements.h"
#include "item.h"

/* ------------------------------------------------------------------------------------------------ indices */

/* An item is an index tuple: its parts lie `n` apart in `parts`. */
typedef struct nd_raveling {
    const void *parts;
    void *made;
    nd_dtype dtype;
    int64_t n, extent[ND_MAX_DIM];
    int count;
} nd_raveling;
typedef nd_raveling nd_ravel_work;

/* What lies beyond the shape is counted all the same; numbers too large wrap around. */
ND_SHARED void nd_ravel_item(const nd_ravel_work *w, int64_t i) {
    uint64_t flat = 0;
    for (int k = 0; k < w->count; k++)
        flat = flat * (uint64_t)w->extent[k] + (uint64_t)nd_element_int(w->parts, w->dtype, k * w->n + i);
    nd_set_element_int(w->made, w->dtype, i, (int64_t)flat);
}

/* The other way: `parts` holds flat indices, `made` their parts. */
typedef nd_raveling nd_unravel_work;

ND_SHARED void nd_unravel_item(const nd_unravel_work *w, int64_t i) {
    int64_t flat = nd_element_int(w->parts, w->dtype, i);
    for (int k = w->count - 1; k > 0; k--) {
        nd_set_element_int(w->made, w->dtype, k * w->n + i, flat % w->extent[k]);
        flat /= w->extent[k];
    }
    nd_set_element_int(w->made, w->dtype, i, flat);
}

/* ------------------------------------------------------------------------------------------------ rounding */

typedef struct nd_saturate_work {
    const float *x;
    float scale;
    void *out;
    nd_dtype dtype;
    double low, high;
} nd_saturate_work;

/* What is no number becomes the least. */
ND_SHARED void nd_saturate_item(const nd_saturate_work *w, int64_t i) {
    double v = rint((double)(w->x[i] * w->scale));
    v = !(v > w->low) ? w->low : v > w->high ? w->high : v;
    if (w->dtype == ND_INT8)
        ((int8_t *)w->out)[i] = (int8_t)v;
    else if (w->dtype == ND_UINT8)
        ((uint8_t *)w->out)[i] = (uint8_t)v;
    else
        ((int32_t *)w->out)[i] = (int32_t)v;
}

/* ---------------------------------------------------------------------------------------------- optimizers */

/* An array to read or write elements of. */
typedef struct nd_elements {
    void *data;
    nd_dtype dtype;
} nd_elements;

ND_SHARED double nd_at(nd_elements x, int64_t i) {
    return nd_element(x.data, x.dtype, i);
}

typedef struct nd_lars_work {
    nd_elements rates, weights, gradients, decays, out; /* weights, gradients: sums of squares */
    double eta, eps, scale;
} nd_lars_work;

ND_SHARED void nd_lars_item(const nd_lars_work *w, int64_t i) {
    double rate = nd_at(w->rates, i), weight = sqrt(nd_at(w->weights, i));
    double gradient = w->scale * sqrt(nd_at(w->gradients, i));
    if (weight > 0 && gradient > 0)
        rate = rate * w->eta * weight / (gradient + nd_at(w->decays, i) * weight + w->eps);
    nd_set_element(w->out.data, w->out.dtype, i, rate);
}

/* An item is a row of weights. */
typedef struct nd_group_adagrad_work {
    nd_elements weight, grad, history, out;
    int64_t columns;
    double rate, eps, scale, limit;
} nd_group_adagrad_work;

/* A gradient, rescaled and clipped. */
ND_SHARED double nd_slope_at(const nd_group_adagrad_work *w, int64_t i) {
    double g = w->scale * nd_at(w->grad, i);
    return w->limit < 0 ? g : g > w->limit ? w->limit : g < -w->limit ? -w->limit : g;
}

ND_SHARED void nd_group_adagrad_item(const nd_group_adagrad_work *w, int64_t row) {
    const int64_t first = row * w->columns, end = first + w->columns;
    double sum = 0;
    for (int64_t i = first; i < end; i++)
        sum += nd_slope_at(w, i) * nd_slope_at(w, i);
    nd_set_element(w->history.data, w->history.dtype, row, nd_at(w->history, row) + sum / (double)w->columns);
    for (int64_t i = first; i < end; i++)
        nd_set_element(w->out.data, w->out.dtype, i,
                       nd_at(w->weight, i) - w->rate * nd_slope_at(w, i) / sqrt(nd_at(w->history, row) + w->eps));
}

/* --------------------------------------------------------------------------------------------- comparisons */

/* An item that is not close makes `close` 0. */
typedef struct nd_difference_work {
    nd_elements a, b;
    double rtol, atol;
    bool nan_is_nan;
    uint8_t *close;
} nd_difference_work;

ND_SHARED void nd_difference_item(const nd_difference_work *w, int64_t i) {
    double a = nd_at(w->a, i), b = nd_at(w->b, i);
    if (!(a == b || fabs(a - b) <= w->atol + w->rtol * fabs(b) || (w->nan_is_nan && a != a && b != b)))
        *w->close = 0;
}

/* -------------------------------------------------------------------------------------------------- counts */

typedef struct nd_histogram_work {
    nd_elements x, edges;
    int64_t bins, *counts;
} nd_histogram_work;

/* The number of the bin that x lies in, or -1. The last one has its upper edge too. */
ND_SHARED int64_t nd_histogram_bin(const nd_histogram_work *w, double x) {
    int64_t low = 0, high = w->bins;
    if (!(x >= nd_at(w->edges, low) && x <= nd_at(w->edges, high)))
        return -1;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (x < nd_at(w->edges, middle))
            high = middle;
        else
            low = middle;
    }
    return low;
}

ND_SHARED void nd_histogram_item(const nd_histogram_work *w, int64_t i) {
    int64_t bin = nd_histogram_bin(w, nd_at(w->x, i));
    if (bin >= 0)
        ND_COUNT_ONE(w->counts + bin);
}

/* -------------------------------------------------------------------------------------------------- sums */

/* Sums of what comes before in rows of n elements, `stride` apart: of chunks of each row by themselves; of the chunks'
 * last elements, which are put into `totals`; and these added to the chunks. Rows of other elements lie between. */
typedef struct nd_running_sum {
    void *data;
    nd_dtype dtype;
    int64_t n, stride, chunk, chunks; /* chunks of a row */
    void *totals;
} nd_running_sum;
typedef nd_running_sum nd_sum_chunk_work, nd_sum_totals_work, nd_sum_shift_work;

/* to = a + b; integers wrap. */
ND_SHARED void nd_add_elements(void *to, int64_t at, const void *a, int64_t i, const void *b, int64_t j, nd_dtype dtype) {
#define ND_ADD_AS(T) ((T *)to)[at] = (T)(((const T *)a)[i] + ((const T *)b)[j]); break
    switch (dtype) {
    case ND_FLOAT32: ND_ADD_AS(float);
    case ND_FLOAT64: ND_ADD_AS(double);
    case ND_INT8:
    case ND_UINT8: ND_ADD_AS(uint8_t);
    case ND_INT32: ND_ADD_AS(uint32_t);
    case ND_INT64: ND_ADD_AS(uint64_t);
    default: nd_set_element(to, dtype, at, nd_element(a, dtype, i) + nd_element(b, dtype, j));
    }
#undef ND_ADD_AS
}

/* Where element i of a row lies. */
ND_SHARED int64_t nd_in_row(const nd_running_sum *w, int64_t row, int64_t i) {
    return (row / w->stride * w->n + i) * w->stride + row % w->stride;
}

ND_SHARED void nd_sum_chunk_item(const nd_sum_chunk_work *w, int64_t item) {
    const int64_t row = item / w->chunks, first = item % w->chunks * w->chunk;
    for (int64_t i = first + 1; i < first + w->chunk && i < w->n; i++)
        nd_add_elements(w->data, nd_in_row(w, row, i), w->data, nd_in_row(w, row, i - 1), w->data,
                        nd_in_row(w, row, i), w->dtype);
}

/* totals[c] of a row: all before chunk c + 1. */
ND_SHARED void nd_sum_totals_item(const nd_sum_totals_work *w, int64_t row) {
    for (int64_t c = 0; c + 1 < w->chunks; c++) {
        const int64_t at = row * w->chunks + c, last = nd_in_row(w, row, (c + 1) * w->chunk - 1);
        if (c == 0)
            nd_set_element(w->totals, w->dtype, at, 0);
        nd_add_elements(w->totals, at, w->totals, c ? at - 1 : at, w->data, last, w->dtype);
    }
}

ND_SHARED void nd_sum_shift_item(const nd_sum_shift_work *w, int64_t item) {
    const int64_t row = item / w->n, i = item % w->n, c = i / w->chunk, at = nd_in_row(w, row, i);
    if (c > 0)
        nd_add_elements(w->data, at, w->totals, row * w->chunks + c - 1, w->data, at, w->dtype);
}

#endif
