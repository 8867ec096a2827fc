/* Rectangles in the plane, by their corners or by center and size: compared, matched, encoded, decoded. */
#ifndef ND_BOXES_H
#define ND_BOXES_H

#include "elements.h"
#include "item.h"
#include "places.h"

typedef struct nd_box {
    double left, top, right, bottom;
} nd_box;

ND_SHARED nd_box nd_box_of(double left, double top, double right, double bottom) {
    nd_box box = {left, top, right, bottom};
    return box;
}

ND_SHARED nd_box nd_box_read(const double *at, bool center) {
    if (center)
        return nd_box_of(at[0] - at[2] / 2, at[1] - at[3] / 2, at[0] + at[2] / 2, at[1] + at[3] / 2);
    return nd_box_of(at[0], at[1], at[2], at[3]);
}

ND_SHARED void nd_box_write(double *at, nd_box box) {
    at[0] = box.left, at[1] = box.top, at[2] = box.right, at[3] = box.bottom;
}

ND_SHARED double nd_box_extent(double low, double high) {
    return high > low ? high - low : 0;
}

ND_SHARED double nd_box_area(nd_box box) {
    return (box.right - box.left) * (box.bottom - box.top);
}

/* The intersection's area as a part of the union's; 0 of nothing. */
ND_SHARED double nd_box_overlap(nd_box a, nd_box b) {
    double both = nd_box_extent(fmax(a.left, b.left), fmin(a.right, b.right)) *
                  nd_box_extent(fmax(a.top, b.top), fmin(a.bottom, b.bottom));
    return both > 0 ? both / (nd_box_area(a) + nd_box_area(b) - both) : 0;
}

/* Where a box lies seen from an anchor, in the units that detectors learn: the distance of the centers in sizes of the
 * anchor, and the logarithms of the ratios of sizes; and back. */
ND_SHARED void nd_box_encode_from(nd_box anchor, nd_box box, double *at) {
    double width = anchor.right - anchor.left, height = anchor.bottom - anchor.top;
    at[0] = (box.left + box.right - anchor.left - anchor.right) / 2 / width;
    at[1] = (box.top + box.bottom - anchor.top - anchor.bottom) / 2 / height;
    at[2] = log((box.right - box.left) / width);
    at[3] = log((box.bottom - box.top) / height);
}

ND_SHARED nd_box nd_box_decode_from(nd_box anchor, const double *at) {
    double width = anchor.right - anchor.left, height = anchor.bottom - anchor.top;
    const double middle[] = {at[0] * width + (anchor.left + anchor.right) / 2,
                             at[1] * height + (anchor.top + anchor.bottom) / 2, exp(at[2]) * width,
                             exp(at[3]) * height};
    return nd_box_read(middle, true);
}

ND_SHARED void nd_fill_doubles(double *x, int64_t n, double value) {
    for (int64_t i = 0; i < n; i++)
        x[i] = value;
}

/* ------------------------------------------------------------------------------------------------ box_iou */

typedef struct nd_box_iou_work {
    const double *a, *b;
    double *out;
    int64_t columns;
    bool center;
} nd_box_iou_work;

ND_SHARED void nd_box_iou_item(const nd_box_iou_work *w, int64_t i) {
    w->out[i] = nd_box_overlap(nd_box_read(w->a + i / w->columns * 4, w->center),
                               nd_box_read(w->b + i % w->columns * 4, w->center));
}

/* ------------------------------------------------------------------------------------- bipartite_matching */

typedef struct nd_bipartite_work {
    const double *scores;
    double *of_row, *of_column;
    int64_t rows, columns, most;
    bool ascending;
    double threshold;
    int64_t *order; /* for each item as many places as scores, and as many of scratch */
} nd_bipartite_work;

/* The best pair that is still free, again and again. MXNet counts one pair more than topk says. */
ND_SHARED void nd_bipartite_item(const nd_bipartite_work *w, int64_t item) {
    const int64_t n = w->rows * w->columns;
    const double *scores = w->scores + item * n;
    double *of_row = w->of_row + item * w->rows, *of_column = w->of_column + item * w->columns;
    int64_t count = 0, *order = w->order + item * 2 * n;
    nd_fill_doubles(of_row, w->rows, -1), nd_fill_doubles(of_column, w->columns, -1);
    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    nd_sort_places(order, order + n, n, scores, w->ascending);
    for (int64_t i = 0; i < n; i++) {
        int64_t place = order[i], row = place / w->columns, column = place % w->columns;
        if (of_row[row] >= 0 || of_column[column] >= 0)
            continue;
        if (w->ascending ? scores[place] >= w->threshold : scores[place] <= w->threshold)
            return;
        of_row[row] = (double)column;
        of_column[column] = (double)row;
        if (++count > w->most && w->most > 0)
            return;
    }
}

/* --------------------------------------------------------------------------------------- encode, decode */

typedef struct nd_box_encode_work {
    const double *samples, *anchors, *boxes, *means, *stds;
    const void *matches; /* of any dtype, and checked */
    nd_dtype dtype;
    int64_t per_image, boxes_per_image;
    double *targets, *masks;
} nd_box_encode_work;

/* One anchor's target: what its box looks like from it, less the means, in units of the deviations. */
ND_SHARED void nd_box_encode_item(const nd_box_encode_work *w, int64_t i) {
    const bool sampled = w->samples[i] > 0.5;
    double *target = w->targets + i * 4;
    nd_fill_doubles(target, 4, 0), nd_fill_doubles(w->masks + i * 4, 4, sampled);
    if (!sampled)
        return;
    int64_t box = i / w->per_image * w->boxes_per_image + (int64_t)nd_element(w->matches, w->dtype, i);
    nd_box_encode_from(nd_box_read(w->anchors + i * 4, false), nd_box_read(w->boxes + box * 4, false), target);
    for (int k = 0; k < 4; k++)
        target[k] = (target[k] - w->means[k]) / w->stds[k];
}

typedef struct nd_box_decode_work {
    const double *x, *anchors;
    double *out, std[4], clip;
    int64_t count;
    bool center;
} nd_box_decode_work;

ND_SHARED void nd_box_decode_item(const nd_box_decode_work *w, int64_t i) {
    double scaled[4];
    for (int k = 0; k < 4; k++) {
        scaled[k] = w->x[i * 4 + k] * w->std[k];
        if (k >= 2 && w->clip > 0 && scaled[k] > w->clip)
            scaled[k] = w->clip;
    }
    nd_box anchor = nd_box_read(w->anchors + i % w->count * 4, w->center);
    nd_box_write(w->out + i * 4, nd_box_decode_from(anchor, scaled));
}

#endif
