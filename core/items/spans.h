/* What windows see along one axis when they are pooled. */
#ifndef ND_SPANS_H
#define ND_SPANS_H

#include "item.h"

/* Windows that slide over `in` elements, or `out` parts of equal size. */
typedef struct nd_windows_along {
    int64_t in, out;
    bool parts;
    int64_t kernel, stride, pad;
    bool inside; /* a window counts for what of it lies on the input, not on the padded one */
} nd_windows_along;

/* Inputs begin ... end - 1; in an average they count as `share`. */
typedef struct nd_span {
    int64_t begin, end, share;
} nd_span;

ND_SHARED int64_t nd_clipped(int64_t x, int64_t most) {
    return x < 0 ? 0 : x < most ? x : most;
}

ND_SHARED nd_span nd_span_slid(const nd_windows_along *w, int64_t o) {
    const int64_t begin = o * w->stride - w->pad, end = begin + w->kernel;
    nd_span s = {nd_clipped(begin, w->in), nd_clipped(end, w->in), 0};
    s.share = w->inside ? s.end - s.begin : (end < w->in + w->pad ? end : w->in + w->pad) - begin;
    return s;
}

/* In whole elements. */
ND_SHARED nd_span nd_span_of_part(const nd_windows_along *w, int64_t o) {
    nd_span s = {o * w->in / w->out, ((o + 1) * w->in + w->out - 1) / w->out, 0};
    s.share = s.end - s.begin;
    return s;
}

ND_SHARED nd_span nd_span_of(const nd_windows_along *w, int64_t o) {
    return w->parts ? nd_span_of_part(w, o) : nd_span_slid(w, o);
}

/* How many windows begin at input `at` or before, and how many have ended there: those between see it. */
ND_SHARED int64_t nd_windows_begun(const nd_windows_along *w, int64_t at) {
    return nd_clipped(w->parts ? ((at + 1) * w->out - 1) / w->in + 1 : (at + w->pad) / w->stride + 1, w->out);
}

ND_SHARED int64_t nd_windows_ended(const nd_windows_along *w, int64_t at) {
    const int64_t left = at + w->pad - w->kernel;
    return nd_clipped(w->parts ? at * w->out / w->in : left < 0 ? 0 : left / w->stride + 1, w->out);
}

#endif
