/* Walks a kernel over its operands in whole vectors.
 *
 * An operand that is one value for all i becomes a vector of copies which the walk does not advance along, so that the
 * loop has no cases. What is left at the end goes through padded copies, so that the expression exists once in the
 * code. It is padded with its own first element: padding must not divide by zero where the data does not.
 */
#ifndef ND_SPAN_H
#define ND_SPAN_H

#include "kernels.h"
#include "simd.h"

typedef struct nd_span {
    const char *in[ND_MAX_MAP_INPUTS];
    int64_t step[ND_MAX_MAP_INPUTS]; /* 1 or 0 */
    char *out;
    int64_t n;    /* elements to compute now, a multiple of the vector's lanes */
    int64_t rest; /* elements left for the padded copies */
    char *end;    /* where those belong */
    _Alignas(16) char pad[ND_MAX_MAP_INPUTS + 1][ND_VECTOR_BYTES];
} nd_span;

/* `size` is a constant wherever these are inlined, so each memcpy of it is a single move. */
ND_INLINE void nd_span_fill(char *pad, const char *value, int size) {
    char copy[8]; /* nothing written to pad can change it */
    memcpy(copy, value, (size_t)size);
    for (int at = 0; at < ND_VECTOR_BYTES; at += size)
        memcpy(pad + at, copy, (size_t)size);
}

ND_INLINE void nd_span_open(nd_span *span, void *out, const void *const *in, const uint8_t *step, int64_t n, int count,
                            int size) {
    int lanes = ND_VECTOR_BYTES / size;
    span->out = out;
    span->n = n - n % lanes;
    span->rest = n % lanes;
    for (int k = 0; k < count; k++) {
        span->in[k] = in[k];
        span->step[k] = step[k];
        if (!step[k]) {
            nd_span_fill(span->pad[k], in[k], size);
            span->in[k] = span->pad[k];
        }
    }
}

/* After the whole vectors: true once if a rest is to be computed; after the rest: stores it and is false. */
ND_INLINE int nd_span_next(nd_span *span, int count, int size) {
    char *last = span->pad[ND_MAX_MAP_INPUTS];
    if (span->out == last)
        nd_copy_part(span->end, last, (int)span->rest * size, size);
    if (span->rest == 0 || span->out == last)
        return 0;
    for (int k = 0; k < count; k++) {
        const char *from = span->in[k] + span->n * size;
        if (!span->step[k])
            continue;
        nd_span_fill(span->pad[k], from, size);
        nd_copy_part(span->pad[k], from, (int)span->rest * size, size);
        span->in[k] = span->pad[k];
    }
    span->end = span->out + span->n * size;
    span->out = last;
    span->n = ND_VECTOR_BYTES / size;
    return 1;
}

#endif
