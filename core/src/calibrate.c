/* Where to cut a histogram off so that what quantization leaves of it diverges least (Kullback and Leibler). */
#include <math.h>

#include "array.h"
#include "memory.h"
#include "operators.h"
#include "spec.h"

int calibrate_entropy_infer(nd_invocation *call) {
    const nd_array *histogram = call->in[0], *edges = call->in[1];
    const int64_t bins = histogram->size, quantized = nd_int(call->op, call->words, 0);
    call->outputs = 2;
    for (int i = 0; i < 2; i++)
        call->spec[i] = (nd_spec){.dtype = ND_FLOAT32, .ndim = 1, .shape = {1}};
    if (histogram->ndim != 1 || edges->ndim != 1 || edges->size != bins + 1)
        return nd_fail(ND_ESHAPE, "%s: a histogram of shape (n,) needs edges of shape (n + 1,), not %s and %s",
                       call->op->name, nd_array_text(histogram).chars, nd_array_text(edges).chars);
    if (bins % 2 == 0 || quantized < 1 || quantized > bins)
        return nd_fail(ND_EARGUMENT,
                       "%s: the histogram must have an odd number of bins, at least num_quantized_bins=%lld, not %lld",
                       call->op->name, (long long)quantized, (long long)bins);
    return 0;
}

/* The middle `size` bins: as they are, with what is cut off added to the outer ones, and as quantized. */
typedef struct cut {
    int64_t size, quantized;
    const double *slice;
    double *reference, *coarse;
} cut;

static double sum(const double *x, int64_t n) {
    double total = 0;
    for (int64_t i = 0; i < n; i++)
        total += x[i];
    return total;
}

/* Each quantized bin's sum, spread evenly over those of its bins that are not empty. */
static void coarsen(const cut *c) {
    const int64_t width = c->size / c->quantized;
    for (int64_t j = 0; j < c->quantized; j++) {
        int64_t first = j * width, end = j == c->quantized - 1 ? c->size : first + width, filled = 0;
        for (int64_t i = first; i < end; i++)
            filled += c->reference[i] != 0;
        double each = filled ? sum(c->slice + first, end - first) / (double)filled : 0;
        for (int64_t i = first; i < end; i++)
            c->coarse[i] = c->reference[i] != 0 ? each : 0;
    }
}

/* Takes a little from what is there and gives it to empty bins; false if there is too little. */
static bool smooth(double *x, int64_t n) {
    const double little = 0.0001;
    int64_t empty = 0;
    for (int64_t i = 0; i < n; i++)
        empty += x[i] == 0;
    if (empty == n || little * (double)empty >= (double)(n - empty))
        return false;
    for (int64_t i = 0; i < n; i++)
        x[i] = x[i] == 0 ? little : x[i] - little * (double)empty / (double)(n - empty);
    return true;
}

static double divergence(const cut *c) {
    if (!smooth(c->reference, c->size) || !smooth(c->coarse, c->size))
        return INFINITY;
    double all = sum(c->reference, c->size), all_coarse = sum(c->coarse, c->size), total = 0;
    for (int64_t i = 0; i < c->size; i++)
        total += c->reference[i] / all * log(c->reference[i] / all / (c->coarse[i] / all_coarse));
    return total;
}

static double divergence_of(const double *histogram, int64_t bins, cut *c) {
    const int64_t first = (bins - c->size) / 2, end = first + c->size;
    c->slice = histogram + first;
    for (int64_t i = 0; i < c->size; i++)
        c->reference[i] = c->slice[i];
    c->reference[0] += sum(histogram, first);
    c->reference[c->size - 1] += sum(histogram + end, bins - end);
    coarsen(c);
    return divergence(c);
}

int calibrate_entropy_run(nd_invocation *call) {
    const nd_array *edges = call->in[1];
    const int64_t bins = call->in[0]->size, quantized = nd_int(call->op, call->words, 0);
    double *memory = nd_alloc(3 * bins * (int64_t)sizeof *memory), least = INFINITY;
    double threshold = nd_array_get(edges, bins);
    if (!memory)
        return -1;
    for (int64_t i = 0; i < bins; i++)
        memory[i] = nd_array_get(call->in[0], i);
    for (int64_t side = quantized / 2; side <= bins / 2; side++) {
        cut c = {2 * side + 1, quantized, NULL, memory + bins, memory + 2 * bins};
        double found = divergence_of(memory, bins, &c);
        if (found < least)
            least = found, threshold = nd_array_get(edges, bins / 2 + side + 1);
    }
    nd_free(memory);
    nd_array_set(call->out[0], 0, threshold);
    nd_array_set(call->out[1], 0, least);
    return 0;
}
