/* How much a histogram diverges when it is cut off and quantized (Kullback and Leibler): src/calibrate.c. */
#ifndef ND_DIVERGENCE_H
#define ND_DIVERGENCE_H

#include "item.h"

/* An item is a place to cut: item i keeps the 2 (quantized / 2 + i) + 1 middle bins. */
typedef struct nd_divergence_work {
    const double *histogram;
    int64_t bins, quantized;
    double *divergence;
} nd_divergence_work;

/* The middle `size` bins, and what is cut off, which is added to the outer ones. */
typedef struct nd_histogram_cut {
    const double *slice;
    int64_t size, quantized;
    double below, above;
} nd_histogram_cut;

ND_SHARED double nd_sum_of(const double *x, int64_t n) {
    double total = 0;
    for (int64_t i = 0; i < n; i++)
        total += x[i];
    return total;
}

ND_SHARED double nd_fine_bin(const nd_histogram_cut *c, int64_t i) {
    const double x = c->slice[i] + (i == 0 ? c->below : 0);
    return x + (i == c->size - 1 ? c->above : 0);
}

/* Quantized bin j ends where `end` says. Its sum is spread evenly over those of its bins that are not empty. */
ND_SHARED double nd_coarse_bin(const nd_histogram_cut *c, int64_t j, int64_t *end) {
    const int64_t width = c->size / c->quantized, first = j * width;
    int64_t filled = 0;
    *end = j == c->quantized - 1 ? c->size : first + width;
    for (int64_t i = first; i < *end; i++)
        filled += nd_fine_bin(c, i) != 0;
    return filled ? nd_sum_of(c->slice + first, *end - first) / (double)filled : 0;
}

/* A distribution: its sum, and what smoothing takes from each bin that is not empty, to give a little to the others.
 * The sum stays the same. */
typedef struct nd_smoothing {
    double sum;
    int64_t empty;
    double less;
} nd_smoothing;
#define ND_LITTLE 0.0001

/* False if there is too little to take from. */
ND_SHARED bool nd_can_smooth(nd_smoothing *s, int64_t n) {
    const double taken = ND_LITTLE * (double)s->empty, filled = (double)(n - s->empty);
    s->less = taken / filled;
    return s->empty < n && taken < filled;
}

ND_SHARED double nd_share_of(const nd_smoothing *s, double x) {
    return (x == 0 ? ND_LITTLE : x - s->less) / s->sum;
}

ND_SHARED void nd_add_up_bins(const nd_histogram_cut *c, nd_smoothing *fine, nd_smoothing *coarse) {
    for (int64_t j = 0, i = 0, end; j < c->quantized; j++)
        for (const double each = nd_coarse_bin(c, j, &end); i < end; i++) {
            const double x = nd_fine_bin(c, i), y = x != 0 ? each : 0;
            fine->sum += x, fine->empty += x == 0;
            coarse->sum += y, coarse->empty += y == 0;
        }
}

ND_SHARED double nd_divergence_of(const nd_histogram_cut *c, const nd_smoothing *fine, const nd_smoothing *coarse) {
    double total = 0;
    for (int64_t j = 0, i = 0, end; j < c->quantized; j++)
        for (const double each = nd_coarse_bin(c, j, &end); i < end; i++) {
            const double x = nd_fine_bin(c, i), share = nd_share_of(fine, x);
            total += share * log(share / nd_share_of(coarse, x != 0 ? each : 0));
        }
    return total;
}

ND_SHARED void nd_divergence_item(const nd_divergence_work *w, int64_t item) {
    const int64_t size = 2 * (w->quantized / 2 + item) + 1, first = (w->bins - size) / 2, end = first + size;
    const nd_histogram_cut c = {w->histogram + first, size, w->quantized, nd_sum_of(w->histogram, first),
                                nd_sum_of(w->histogram + end, w->bins - end)};
    nd_smoothing fine = {0, 0, 0}, coarse = {0, 0, 0};
    nd_add_up_bins(&c, &fine, &coarse);
    const bool possible = nd_can_smooth(&fine, size) && nd_can_smooth(&coarse, size);
    w->divergence[item] = possible ? nd_divergence_of(&c, &fine, &coarse) : INFINITY;
}

#endif
