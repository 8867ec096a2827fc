/* Bands of an image as rows of products of matrices.
 *
 * What one tap sees through all windows of a band is a row: the lines of the outermost axis one after another, of each
 * what lies at the windows' places along the other axes. Taps that differ along the outermost axis alone see the same
 * lines, so a row is written down once for them all, and each one's begins where its first line is. With a stride,
 * lines whose places have the same rest by it follow one another. Where an image's own lines are such rows, nothing is
 * written down.
 */
#ifndef ND_STRIPS_H
#define ND_STRIPS_H

#include "window.h"

typedef struct nd_strips {
    const nd_window *window;
    nd_frame frame;
    int outer;               /* the axis */
    int64_t taps, inner;     /* of a filter; and those along the other axes alone */
    int64_t width, places;   /* windows in a line; and in the image */
    int64_t channels, lines; /* of a band, at most */
    int64_t rests, height;   /* of lines, and how many have the same one */
    int64_t step;            /* elements from one row to the next */
    int64_t *starts;         /* where each tap's row begins, in the order of a filter's elements */
    int64_t bytes;
    char *room; /* of each thread; NULL: rows lie in the image */
} nd_strips;

/* For images of `channels` in each of `groups`, inside a frame of zeros as wide as the pad. */
int nd_strips_open(const char *who, nd_strips *strips, const nd_window *window, int64_t groups, int64_t channels,
                   nd_dtype dtype);
nd_strips nd_strips_of_thread(const nd_strips *strips, int thread);
void nd_strips_close(nd_strips *strips);

/* Where a band is: windows from the line `first` on, `lines` of them, in `channels` from a channel of the framed image
 * on. */
typedef struct nd_band {
    int64_t channel, channels, first, lines;
} nd_band;

/* The bands of a group one after another, channels fastest; start with {0}. False after the last one. */
bool nd_strips_next(const nd_strips *strips, int64_t channels, nd_band *band);
/* The band's rows. */
const char *nd_strips_read(const nd_strips *strips, const char *framed, const nd_band *band);

/* The way back: rows that are zero, but for what is written first. Of the taps along the outermost axis, one after
 * another, those that say so add to what is there. Where there is a room, the rows are then added to the image, which
 * was zero. */
char *nd_strips_clear(const nd_strips *strips, char *framed, const nd_band *band);
bool nd_strips_adds(const nd_strips *strips, int64_t tap);
void nd_strips_add_back(const nd_strips *strips, char *framed, const nd_band *band);

#endif
