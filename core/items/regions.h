/* Regions of interest: the largest elements of their bins, and samplings that are linear in the data, there and back.
 *
 * Geometry is computed in the dtype of the data, because it decides which elements count.
 */
#ifndef ND_REGIONS_H
#define ND_REGIONS_H

#include "item.h"

/* Images in float32 or float64, (images, channels, height, width). */
typedef struct nd_images {
    void *data;
    bool wide; /* float64 */
    int64_t channels, height, width;
} nd_images;

ND_SHARED double nd_load(const nd_images *x, int64_t i) {
    return x->wide ? ((const double *)x->data)[i] : (double)((const float *)x->data)[i];
}

ND_SHARED double nd_rounded(bool wide, double value) {
    return wide ? value : (double)(float)value;
}

/* Cells first ... end - 1 along an axis. */
typedef struct nd_cells {
    int64_t first, end;
} nd_cells;

ND_SHARED int64_t nd_inside(double at, int64_t extent) {
    return at > 0 ? at < (double)extent ? (int64_t)at : extent : 0;
}

ND_SHARED nd_cells nd_cells_between(double first, double end, int64_t extent) {
    nd_cells cells = {nd_inside(first, extent), nd_inside(end, extent)};
    return cells;
}

/* --------------------------------------------------------------------------------------------- the largest */

/* An item is a bin of a region, in all channels. Rows of `rois` are (image or -1, left, top, right, bottom). */
typedef struct nd_roi_argmax_work {
    nd_images x;
    const double *rois;
    int64_t bins[2];
    double scale;
    int64_t *places;
} nd_roi_argmax_work;

/* Bin `at` of `bins` along an axis whose region goes from `low` to `high`, inclusive. */
ND_SHARED nd_cells nd_bin_of(bool wide, double low, double high, double scale, int64_t at, int64_t bins,
                             int64_t extent) {
    double start = round(nd_rounded(wide, low * scale)), end = round(nd_rounded(wide, high * scale));
    double size = nd_rounded(wide, fmax(end - start + 1, 1.0) / (double)bins);
    double first = floor(nd_rounded(wide, (double)at * size)), last = ceil(nd_rounded(wide, (double)(at + 1) * size));
    return nd_cells_between(first + start, last + start, extent);
}

ND_SHARED int64_t nd_largest_in(const nd_images *x, int64_t plane, nd_cells rows, nd_cells columns) {
    int64_t best = -1;
    for (int64_t i = rows.first; i < rows.end; i++)
        for (int64_t j = columns.first; j < columns.end; j++) {
            int64_t place = plane + i * x->width + j;
            if (best < 0 || nd_load(x, place) > nd_load(x, best))
                best = place;
        }
    return best;
}

ND_SHARED void nd_roi_argmax_item(const nd_roi_argmax_work *w, int64_t i) {
    const nd_images *x = &w->x;
    const int64_t bins = w->bins[0] * w->bins[1], bin = i % bins, region = i / bins;
    const double *at = w->rois + region * 5;
    const int64_t image = (int64_t)at[0];
    nd_cells rows = nd_bin_of(x->wide, at[2], at[4], w->scale, bin / w->bins[1], w->bins[0], x->height);
    nd_cells columns = nd_bin_of(x->wide, at[1], at[3], w->scale, bin % w->bins[1], w->bins[1], x->width);
    for (int64_t c = 0; c < x->channels; c++) {
        const int64_t plane = (image * x->channels + c) * x->height * x->width;
        w->places[(region * x->channels + c) * bins + bin] = image < 0 ? -1 : nd_largest_in(x, plane, rows, columns);
    }
}

/* ---------------------------------------------------------------------------------------- linear samplings */

/* A region on its way: its bins, from `y`, `x` on, and what turns them about a center. All are doubles, so that an
 * array of doubles holds them. */
typedef struct nd_region {
    double image;               /* -1: none */
    double y, x, height, width; /* of a bin */
    double center_y, center_x, cosine, sine;
} nd_region;

/* An item is an element of what is pooled (sample), or a plane of the images, to which all regions add (scatter).
 * Channel c of what is pooled has groups[0] x groups[1] channels of the images, of which each bin reads one. */
typedef struct nd_sampling {
    nd_images x;
    nd_images pooled; /* whose extents are the bins */
    const nd_region *regions;
    int64_t count, groups[2], ratio;
    bool average; /* of whole elements, otherwise of points between them */
} nd_sampling;
typedef nd_sampling nd_roi_sample_work, nd_roi_scatter_work;

/* Adds weight times an element, or (backward) adds weight times the value to it. */
typedef struct nd_tap {
    const nd_images *x;
    int64_t plane;
    bool backward;
    double value;
} nd_tap;

ND_SHARED void nd_touch(nd_tap *t, int64_t place, double weight) {
    if (!t->backward)
        t->value += weight * nd_load(t->x, t->plane + place);
    else if (t->x->wide)
        ((double *)t->x->data)[t->plane + place] += weight * t->value;
    else
        ((float *)t->x->data)[t->plane + place] += (float)(weight * t->value);
}

/* Between the centers of four elements, or of fewer at the edges; beyond a whole element outside there is nothing. */
ND_SHARED void nd_touch_point(nd_tap *t, double y, double x, double weight) {
    int64_t height = t->x->height, width = t->x->width;
    if (!(y >= -1 && y <= (double)height && x >= -1 && x <= (double)width))
        return;
    y = fmin(fmax(y, 0.0), (double)(height - 1)), x = fmin(fmax(x, 0.0), (double)(width - 1));
    int64_t top = (int64_t)y, left = (int64_t)x, bottom = top + (top + 1 < height), right = left + (left + 1 < width);
    double low = y - (double)top, far = x - (double)left;
    nd_touch(t, top * width + left, weight * (1 - low) * (1 - far));
    nd_touch(t, top * width + right, weight * (1 - low) * far);
    nd_touch(t, bottom * width + left, weight * low * (1 - far));
    nd_touch(t, bottom * width + right, weight * low * far);
}

/* The mean of points spread evenly over bin (i, j). */
ND_SHARED void nd_touch_bin(nd_tap *t, const nd_region *r, int64_t i, int64_t j, int64_t ratio) {
    int64_t rows = ratio > 0 ? ratio : (int64_t)ceil(r->height), columns = ratio > 0 ? ratio : (int64_t)ceil(r->width);
    for (int64_t a = 0; a < rows; a++)
        for (int64_t b = 0; b < columns; b++) {
            double y = r->y + r->height * ((double)i + ((double)a + 0.5) / (double)rows);
            double x = r->x + r->width * ((double)j + ((double)b + 0.5) / (double)columns);
            nd_touch_point(t, r->center_y + y * r->cosine - x * r->sine, r->center_x + x * r->cosine + y * r->sine,
                           1 / (double)(rows * columns));
        }
}

/* The elements that bin `at` touches along an axis. */
ND_SHARED nd_cells nd_cells_of(bool wide, double start, double size, int64_t at, int64_t extent) {
    double first = nd_rounded(wide, nd_rounded(wide, (double)at * size) + start);
    double end = nd_rounded(wide, nd_rounded(wide, (double)(at + 1) * size) + start);
    return nd_cells_between(floor(first), ceil(end), extent);
}

ND_SHARED void nd_touch_cells(nd_tap *t, const nd_region *r, int64_t i, int64_t j) {
    nd_cells rows = nd_cells_of(t->x->wide, r->y, r->height, i, t->x->height);
    nd_cells columns = nd_cells_of(t->x->wide, r->x, r->width, j, t->x->width);
    double weight = 1 / (double)((rows.end - rows.first) * (columns.end - columns.first));
    for (int64_t a = rows.first; a < rows.end; a++)
        for (int64_t b = columns.first; b < columns.end; b++)
            nd_touch(t, a * t->x->width + b, weight);
}

/* The channel of the images that bin (i, j) of a channel of what is pooled reads. */
ND_SHARED int64_t nd_channel_of(const nd_sampling *w, int64_t channel, int64_t i, int64_t j) {
    channel = channel * w->groups[0] + i * w->groups[0] / w->pooled.height;
    return channel * w->groups[1] + j * w->groups[1] / w->pooled.width;
}

ND_SHARED void nd_sample_bin(const nd_sampling *w, const nd_region *r, nd_tap *t, int64_t i, int64_t j) {
    if (w->average)
        nd_touch_cells(t, r, i, j);
    else
        nd_touch_bin(t, r, i, j, w->ratio);
}

ND_SHARED void nd_roi_sample_item(const nd_roi_sample_work *w, int64_t at) {
    const int64_t columns = w->pooled.width, j = at % columns, i = at / columns % w->pooled.height;
    const int64_t channel = at / columns / w->pooled.height % w->pooled.channels;
    const nd_region *r = w->regions + at / columns / w->pooled.height / w->pooled.channels;
    nd_tap t = {&w->x, 0, false, 0};
    t.plane = ((int64_t)r->image * w->x.channels + nd_channel_of(w, channel, i, j)) * w->x.height * w->x.width;
    if (r->image >= 0)
        nd_sample_bin(w, r, &t, i, j);
    if (w->pooled.wide)
        ((double *)w->pooled.data)[at] = t.value;
    else
        ((float *)w->pooled.data)[at] = (float)t.value;
}

/* What one region adds to a plane. */
ND_SHARED void nd_scatter_region(const nd_sampling *w, int64_t region, int64_t plane_channel, nd_tap *t) {
    const int64_t channel = plane_channel / (w->groups[0] * w->groups[1]);
    const int64_t first = (region * w->pooled.channels + channel) * w->pooled.height * w->pooled.width;
    for (int64_t i = 0; i < w->pooled.height; i++)
        for (int64_t j = 0; j < w->pooled.width; j++) {
            if (nd_channel_of(w, channel, i, j) != plane_channel)
                continue;
            t->value = nd_load(&w->pooled, first + i * w->pooled.width + j);
            nd_sample_bin(w, w->regions + region, t, i, j);
        }
}

ND_SHARED void nd_roi_scatter_item(const nd_roi_scatter_work *w, int64_t plane) {
    nd_tap t = {&w->x, plane * w->x.height * w->x.width, true, 0};
    for (int64_t region = 0; region < w->count; region++)
        if (w->regions[region].image == (double)(plane / w->x.channels))
            nd_scatter_region(w, region, plane % w->x.channels, &t);
}

#endif
