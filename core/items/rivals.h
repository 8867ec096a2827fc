/* Boxes of which, best first, those stay that no better one which stays overlaps too much. */
#ifndef ND_RIVALS_H
#define ND_RIVALS_H

#include "boxes.h"

/* Rows of `width` numbers, of which four are a box. `chosen` has `count` places for each batch: its rows, best first,
 * `most` of them or fewer and then -1; it becomes those that stay, `last` of them or fewer, and then -1. `kept` says
 * how many. */
typedef struct nd_rivals {
    const double *rows;
    int64_t width, coords, id; /* of two kinds they are no rivals; id < 0: there are no kinds */
    double overlap;
    bool touching, center, pixels; /* as much suppresses too; the format; the last pixels count in */
    int64_t count, most, last, *chosen, *kept;
    int64_t block; /* where the present one begins */
} nd_rivals, nd_rivals_work, nd_rivals_settle_work, nd_rivals_suppress_work, nd_rivals_gather_work;

ND_SHARED double nd_pixel_overlap(const double *a, const double *b) {
    double width = fmin(a[2], b[2]) - fmax(a[0], b[0]) + 1, height = fmin(a[3], b[3]) - fmax(a[1], b[1]) + 1;
    double both = fmax(width, 0.0) * fmax(height, 0.0);
    return both / ((a[2] - a[0] + 1) * (a[3] - a[1] + 1) + (b[2] - b[0] + 1) * (b[3] - b[1] + 1) - both);
}

ND_SHARED bool nd_suppresses(const nd_rivals *w, const double *better, const double *row) {
    if (w->id >= 0 && better[w->id] != row[w->id])
        return false;
    const double *a = better + w->coords, *b = row + w->coords;
    const double overlap =
        w->pixels ? nd_pixel_overlap(a, b) : nd_box_overlap(nd_box_read(a, w->center), nd_box_read(b, w->center));
    return w->touching ? overlap >= w->overlap : overlap > w->overlap;
}

ND_SHARED bool nd_falls(const nd_rivals *w, const int64_t *chosen, int64_t begin, int64_t end, int64_t row) {
    for (int64_t i = begin; i < end; i++)
        if (chosen[i] >= 0 && nd_suppresses(w, w->rows + chosen[i] * w->width, w->rows + row * w->width))
            return true;
    return false;
}

/* An item is a batch: each row is compared with those that stay so far. */
ND_SHARED void nd_rivals_item(const nd_rivals *w, int64_t item) {
    int64_t *chosen = w->chosen + item * w->count, kept = 0;
    for (int64_t i = 0; i < w->most && chosen[i] >= 0 && kept < w->last; i++)
        if (!nd_falls(w, chosen, 0, kept, chosen[i]))
            chosen[kept++] = chosen[i];
    w->kept[item] = kept;
    for (; kept < w->count; kept++)
        chosen[kept] = -1;
}

/* ------------------------------------------------------------------------------------ the same in many threads */

/* A block of rows suppress one another, and then those that stay all that come behind. What is suppressed becomes -1
 * at once. When `last` stay the others do not matter any more. */
enum { ND_RIVALS_BLOCK = 32 };

/* An item is a batch: within its block. */
ND_SHARED void nd_rivals_settle_item(const nd_rivals *w, int64_t item) {
    int64_t *chosen = w->chosen + item * w->count;
    w->kept[item] = w->block == 0 ? 0 : w->kept[item];
    for (int64_t j = w->block; j < w->block + ND_RIVALS_BLOCK && j < w->most && w->kept[item] < w->last; j++) {
        if (chosen[j] >= 0 && nd_falls(w, chosen, w->block, j, chosen[j]))
            chosen[j] = -1;
        w->kept[item] += chosen[j] >= 0;
    }
}

/* An item is a row behind the block. */
ND_SHARED void nd_rivals_suppress_item(const nd_rivals *w, int64_t item) {
    const int64_t end = w->block + ND_RIVALS_BLOCK, behind = w->most - end, batch = item / behind;
    int64_t *chosen = w->chosen + batch * w->count, j = end + item % behind;
    if (chosen[j] >= 0 && w->kept[batch] < w->last && nd_falls(w, chosen, w->block, end, chosen[j]))
        chosen[j] = -1;
}

/* An item is a batch: those that stay close ranks. */
ND_SHARED void nd_rivals_gather_item(const nd_rivals *w, int64_t item) {
    int64_t *chosen = w->chosen + item * w->count, kept = 0;
    for (int64_t i = 0; i < w->most && kept < w->last; i++)
        if (chosen[i] >= 0)
            chosen[kept++] = chosen[i];
    for (; kept < w->count; kept++)
        chosen[kept] = -1;
}

#endif
