/* Where to cut a histogram off so that what quantization leaves of it diverges least (Kullback and Leibler). */
#include <math.h>

#include "array.h"
#include "cast.h"
#include "each.h"
#include "items/divergence.h"
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

ND_EACH(divergence)

/* The divergences of `cuts` places to cut, in host memory. */
static nd_array *divergences(const nd_array *histogram, int64_t quantized, int64_t cuts) {
    const nd_spec all = {ND_FLOAT64, 1, {histogram->size}}, some = {ND_FLOAT64, 1, {cuts}};
    nd_array *copy = nd_array_new(&all, histogram->context), *found = nd_array_new(&some, histogram->context);
    nd_array *here = NULL;
    if (copy && found && nd_convert(copy, histogram) == 0) {
        const nd_divergence_work work = {nd_data(copy), histogram->size, quantized, nd_data(found)};
        here = each_divergence(histogram->context, &work, cuts) < 0 ? NULL : nd_on_host(found);
    }
    nd_array_release(copy), nd_array_release(found);
    return here;
}

/* The first of the least; without one that is finite nothing is cut off. */
int calibrate_entropy_run(nd_invocation *call) {
    const nd_array *edges = call->in[1];
    const int64_t bins = call->in[0]->size, quantized = nd_int(call->op, call->words, 0);
    const int64_t cuts = bins / 2 - quantized / 2 + 1;
    nd_array *found = divergences(call->in[0], quantized, cuts);
    double least = INFINITY;
    int64_t edge = bins;
    for (int64_t i = 0; found && i < cuts; i++)
        if (nd_array_get(found, i) < least) {
            least = nd_array_get(found, i);
            edge = bins / 2 + quantized / 2 + i + 1;
        }
    if (!found)
        return -1;
    nd_array_release(found);
    nd_array_set(call->out[0], 0, nd_array_get(edges, edge));
    nd_array_set(call->out[1], 0, least);
    return 0;
}
