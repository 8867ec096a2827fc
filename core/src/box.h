/* Rectangles in the plane, by their corners or by center and size. */
#ifndef ND_BOX_H
#define ND_BOX_H

#include "op.h"

typedef struct nd_box {
    double left, top, right, bottom;
} nd_box;

static inline nd_box nd_box_read(const double *at, bool center) {
    if (center)
        return (nd_box){at[0] - at[2] / 2, at[1] - at[3] / 2, at[0] + at[2] / 2, at[1] + at[3] / 2};
    return (nd_box){at[0], at[1], at[2], at[3]};
}

static inline void nd_box_write(double *at, nd_box box) {
    at[0] = box.left, at[1] = box.top, at[2] = box.right, at[3] = box.bottom;
}

double nd_box_overlap(nd_box a, nd_box b); /* the intersection's area as a part of the union's; 0 of nothing */

/* A threshold as MXNet reads it, in float32: a float32 score that was written alike is equal to it. */
static inline double nd_threshold(const nd_op *op, const nd_word *words, int parameter) {
    return (double)(float)nd_float(op, words, parameter);
}

/* Where a box lies seen from an anchor, in the units that detectors learn: the distance of the centers in sizes of the
 * anchor, and the logarithms of the ratios of sizes; and back. */
void nd_box_encode(nd_box anchor, nd_box box, double *at);
nd_box nd_box_decode(nd_box anchor, const double *at);

/* For infer: input i is of floats, of the first input's dtype, and has the axes that `needed` shows, such as
 * "(batch, anchors, 4)": `ndim` of them, or with `more` at least so many, the last of extent `width` if that is not 0.
 */
int nd_check_axes(const nd_invocation *call, int i, int ndim, bool more, int64_t width, const char *needed);

/* The order of n scores from the largest to the smallest (ascending: the other way round), equal ones as they come:
 * order[0 ... n-1] holds their places on entry, `scratch` n more. */
void nd_sort_places(int64_t *order, int64_t *scratch, int64_t n, const double *scores, bool ascending);

#endif
