/* Columns: what each window sees of an image, so that convolution is a product of matrices. An image's rows are its
 * channels and of each the taps, and there is a column for each window.
 */
#ifndef ND_COLUMNS_H
#define ND_COLUMNS_H

#include "windows.h"

/* Of all windows `count` from number `first` on: what they see, or what is added up again. */
typedef struct nd_columns {
    nd_window window;
    bool wide; /* float64, not float32 */
    void *images, *columns;
    int64_t channels, first, count;
    int64_t image_step, row_step; /* of columns: from one image to the next, and from one row */
    const void *bias;             /* for each channel of images that are added up; NULL: none */
    bool more;                    /* the images hold a part of their sums already */
} nd_columns;
typedef nd_columns nd_columns_work, nd_columns_added_work;

/* The first row of a channel of an image. */
ND_SHARED int64_t nd_column_start(const nd_columns *c, int64_t plane) {
    const int64_t taps = nd_extent_of_all(c->window.kernel);
    return plane / c->channels * c->image_step + plane % c->channels * taps * c->row_step;
}

ND_SHARED void nd_copy_seen(const nd_columns *c, int64_t to, int64_t from, bool seen) {
    if (c->wide)
        ((double *)c->columns)[to] = seen ? ((const double *)c->images)[from] : 0;
    else
        ((float *)c->columns)[to] = seen ? ((const float *)c->images)[from] : 0;
}

/* An item is a window over one channel. */
ND_SHARED void nd_columns_item(const nd_columns_work *c, int64_t item) {
    const nd_window *w = &c->window;
    const int64_t plane = item / c->count, number = item % c->count, start = plane * nd_extent_of_all(w->in);
    const nd_point o = nd_point_of(c->first + number, w->out);
    int64_t to = nd_column_start(c, plane) + number;
    for (int64_t k0 = 0; k0 < w->kernel[0]; k0++)
        for (int64_t k1 = 0; k1 < w->kernel[1]; k1++)
            for (int64_t k2 = 0; k2 < w->kernel[2]; k2++, to += c->row_step) {
                const nd_point tap = {{k0, k1, k2}};
                const int64_t element = nd_element_seen(w, o, tap);
                nd_copy_seen(c, to, start + element, element >= 0);
            }
}

ND_SHARED double nd_float_at(const void *data, bool wide, int64_t i) {
    return wide ? ((const double *)data)[i] : (double)((const float *)data)[i];
}

/* An item is an element of an image, which adds up the columns that it is in, tap by tap. */
ND_SHARED void nd_columns_added_item(const nd_columns_added_work *c, int64_t item) {
    const nd_window *w = &c->window;
    const int64_t elements = nd_extent_of_all(w->in), plane = item / elements;
    const nd_point e = nd_point_of(item % elements, w->in);
    double sum = c->more   ? nd_float_at(c->images, c->wide, item)
                 : c->bias ? nd_float_at(c->bias, c->wide, plane % c->channels)
                           : 0;
    int64_t from = nd_column_start(c, plane) - c->first;
    for (int64_t k0 = 0; k0 < w->kernel[0]; k0++)
        for (int64_t k1 = 0; k1 < w->kernel[1]; k1++)
            for (int64_t k2 = 0; k2 < w->kernel[2]; k2++, from += c->row_step) {
                const nd_point tap = {{k0, k1, k2}};
                const int64_t o = nd_window_seeing(w, e, tap);
                if (o >= c->first && o < c->first + c->count)
                    sum += nd_float_at(c->columns, c->wide, from + o);
            }
    if (c->wide)
        ((double *)c->images)[item] = sum;
    else
        ((float *)c->images)[item] = (float)sum;
}

#endif
