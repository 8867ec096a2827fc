/* Windows that slide over one, two or three axes, as in convolution: their geometry.
 *
 * There are always three axes here; those that the arrays lack come first, with extent 1.
 */
#ifndef ND_WINDOWS_H
#define ND_WINDOWS_H

#include "item.h"

enum { ND_WINDOW_AXES = 3 };

/* Output o looks through tap k at input o*stride + k*dilate - pad. */
typedef struct nd_window {
    int axes; /* that the arrays have */
    int64_t in[ND_WINDOW_AXES], out[ND_WINDOW_AXES];
    int64_t kernel[ND_WINDOW_AXES], stride[ND_WINDOW_AXES], dilate[ND_WINDOW_AXES], pad[ND_WINDOW_AXES];
} nd_window;

/* One of the elements, windows or taps of the axes: where on each of them. */
typedef struct nd_point {
    int64_t at[ND_WINDOW_AXES];
} nd_point;

ND_SHARED nd_point nd_point_of(int64_t i, const int64_t *extents) {
    nd_point point = {{i / extents[2] / extents[1], i / extents[2] % extents[1], i % extents[2]}};
    return point;
}

ND_SHARED int64_t nd_extent_of_all(const int64_t *extents) {
    return extents[0] * extents[1] * extents[2];
}

/* The input that output o sees through tap k of an axis; negative: what it sees is padding. */
ND_SHARED int64_t nd_seen(const nd_window *w, int axis, int64_t o, int64_t k) {
    const int64_t at = o * w->stride[axis] + k * w->dilate[axis] - w->pad[axis];
    return at < w->in[axis] ? at : -1;
}

/* The output that sees input `at` through tap k of an axis; negative: none does. */
ND_SHARED int64_t nd_seeing(const nd_window *w, int axis, int64_t at, int64_t k) {
    const int64_t from = at + w->pad[axis] - k * w->dilate[axis], stride = w->stride[axis];
    const int64_t o = stride == 1 ? from : from / stride;
    return from >= 0 && o * stride == from && o < w->out[axis] ? o : -1;
}

/* The element of a plane that a window sees through a tap; negative: it sees padding. */
ND_SHARED int64_t nd_element_seen(const nd_window *w, nd_point o, nd_point tap) {
    const int64_t i = nd_seen(w, 0, o.at[0], tap.at[0]), j = nd_seen(w, 1, o.at[1], tap.at[1]);
    const int64_t k = nd_seen(w, 2, o.at[2], tap.at[2]);
    return (i | j | k) < 0 ? -1 : (i * w->in[1] + j) * w->in[2] + k;
}

/* The window that sees an element through a tap; negative: none does. */
ND_SHARED int64_t nd_window_seeing(const nd_window *w, nd_point element, nd_point tap) {
    const int64_t i = nd_seeing(w, 0, element.at[0], tap.at[0]), j = nd_seeing(w, 1, element.at[1], tap.at[1]);
    const int64_t k = nd_seeing(w, 2, element.at[2], tap.at[2]);
    return (i | j | k) < 0 ? -1 : (i * w->out[1] + j) * w->out[2] + k;
}

#endif
