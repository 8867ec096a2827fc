/* Where the points of deformable regions lie between elements: src/deformable_roi.c. */
#ifndef ND_DEFORMABLE_H
#define ND_DEFORMABLE_H

#include "elements.h"

/* The points of images (n, channels * group ** 2, height, width), (regions, channels, pooled ** 2 bins, samples of a
 * bin). Of each: the places of its upper left element in the data, of the ones to the right and below it (the same ones
 * at the far edges), where in its plane that element lies, and by how much the point counts: those outside do not. An
 * item is a bin. */
typedef struct nd_deformed_bin_work {
    int64_t channels, pooled, samples, group, height, width;
    const int64_t *images; /* of the regions */
    nd_numbers y, x;       /* where the points are */
    int64_t *place, *right, *below;
    nd_numbers left, top, share;
} nd_deformed_bin_work;

ND_SHARED bool nd_is_inside(double at, int64_t extent) {
    return at >= -0.5 && at <= (double)extent - 0.5;
}

/* The element before a point; 0 for those outside. */
ND_SHARED int64_t nd_element_before(bool inside, double at, int64_t extent) {
    return inside ? (int64_t)fmin(fmax(at, 0.0), (double)(extent - 1)) : 0;
}

/* Which of the data's planes a bin looks at. */
ND_SHARED int64_t nd_plane_of_bin(const nd_deformed_bin_work *w, int64_t item) {
    const int64_t bins = w->pooled * w->pooled, bin = item % bins, channel = item / bins % w->channels;
    const int64_t row = bin / w->pooled * w->group / w->pooled, column = bin % w->pooled * w->group / w->pooled;
    const int64_t image = w->images[item / bins / w->channels];
    return ((image * w->channels + channel) * w->group + row) * w->group + column;
}

/* Point i, in a plane; whether it counts. */
ND_SHARED bool nd_place_point(const nd_deformed_bin_work *w, int64_t i, int64_t plane) {
    const double y = nd_at(w->y, i), x = nd_at(w->x, i);
    const bool inside = nd_is_inside(y, w->height) && nd_is_inside(x, w->width);
    const int64_t top = nd_element_before(inside, y, w->height), left = nd_element_before(inside, x, w->width);
    const int64_t at = (plane * w->height + top) * w->width + left;
    w->place[i] = at;
    w->right[i] = at + (left + 1 < w->width);
    w->below[i] = at + (top + 1 < w->height ? w->width : 0);
    nd_set_at(w->left, i, (double)left);
    nd_set_at(w->top, i, (double)top);
    return inside;
}

ND_SHARED void nd_deformed_bin_item(const nd_deformed_bin_work *w, int64_t item) {
    const int64_t each = w->samples * w->samples, plane = nd_plane_of_bin(w, item);
    int64_t inside = 0;
    for (int64_t i = item * each; i < (item + 1) * each; i++) {
        const bool counts = nd_place_point(w, i, plane);
        nd_set_at(w->share, i, counts);
        inside += counts;
    }
    for (int64_t i = item * each; i < (item + 1) * each && inside; i++)
        nd_set_at(w->share, i, nd_at(w->share, i) / (double)inside);
}

#endif
