/* Of boxes that overlap too much the best: box_nms. */
#ifndef ND_NMS_H
#define ND_NMS_H

#include "boxes.h"

/* Each item is a batch of `count` boxes of `width` numbers, with room for as many places (twice) and scores. */
typedef struct nd_nms_work {
    const double *boxes;
    int64_t count, width, coords, score, id, most;
    double overlap, valid, background;
    bool force, center;
    int64_t *order, *chosen;
    double *scores;
    int64_t *entered, block; /* for the steps of a GPU */
} nd_nms_work, nd_nms_enter_work, nd_nms_settle_work, nd_nms_suppress_work, nd_nms_gather_work;

/* Those that take part, best first: how many. */
ND_SHARED int64_t nd_nms_enter(const nd_nms_work *w, const double *boxes, int64_t *order, double *scores) {
    int64_t entered = 0;
    for (int64_t i = 0; i < w->count; i++) {
        const double *box = boxes + i * w->width;
        scores[i] = box[w->score];
        if (scores[i] > w->valid && !(w->id >= 0 && box[w->id] == w->background))
            order[entered++] = i;
    }
    nd_sort_places(order, order + w->count, entered, scores, false);
    return w->most > 0 && w->most < entered ? w->most : entered;
}

ND_SHARED bool nd_nms_suppresses(const nd_nms_work *w, const double *better, const double *box) {
    if (w->id >= 0 && !w->force && better[w->id] != box[w->id])
        return false;
    return nd_box_overlap(nd_box_read(better + w->coords, w->center), nd_box_read(box + w->coords, w->center)) >
           w->overlap;
}

/* Writes the places of those that stay, counted from the first of all batches, and -1 behind them. */
ND_SHARED void nd_nms_item(const nd_nms_work *w, int64_t item) {
    const int64_t first = item * w->count;
    const double *boxes = w->boxes + first * w->width;
    int64_t *order = w->order + 2 * first, *chosen = w->chosen + first, kept = 0;
    const int64_t entered = nd_nms_enter(w, boxes, order, w->scores + first);
    for (int64_t i = 0; i < entered; i++) {
        int64_t k = 0;
        while (k < kept && !nd_nms_suppresses(w, boxes + (chosen[k] - first) * w->width, boxes + order[i] * w->width))
            k++;
        if (k == kept)
            chosen[kept++] = first + order[i];
    }
    for (; kept < w->count; kept++)
        chosen[kept] = -1;
}

/* ------------------------------------------------------------------------------------ the same in many threads */

/* Best first, a block of boxes suppresses one another, and then those that stay all that come behind. What is
 * suppressed loses its place at once. */
enum { ND_NMS_BLOCK = 32 };

/* An item is a batch. */
ND_SHARED void nd_nms_enter_item(const nd_nms_work *w, int64_t item) {
    const int64_t first = item * w->count;
    int64_t *order = w->order + 2 * first;
    w->entered[item] = nd_nms_enter(w, w->boxes + first * w->width, order, w->scores + first);
    for (int64_t i = 0; i < w->count; i++)
        w->chosen[first + i] = i < w->entered[item] ? first + order[i] : -1;
}

/* Whether box j is one of them still, and one of the `count` boxes from i on suppresses it. */
ND_SHARED bool nd_nms_falls(const nd_nms_work *w, const int64_t *chosen, int64_t i, int64_t count, int64_t j) {
    for (int64_t k = i; k < i + count && chosen[j] >= 0; k++)
        if (chosen[k] >= 0 && nd_nms_suppresses(w, w->boxes + chosen[k] * w->width, w->boxes + chosen[j] * w->width))
            return true;
    return false;
}

/* An item is a batch: within its block. */
ND_SHARED void nd_nms_settle_item(const nd_nms_work *w, int64_t item) {
    int64_t *chosen = w->chosen + item * w->count;
    for (int64_t j = w->block; j < w->block + ND_NMS_BLOCK && j < w->entered[item]; j++)
        if (nd_nms_falls(w, chosen, w->block, j - w->block, j))
            chosen[j] = -1;
}

/* An item is a box behind the block. */
ND_SHARED void nd_nms_suppress_item(const nd_nms_work *w, int64_t item) {
    const int64_t end = w->block + ND_NMS_BLOCK, behind = w->count - end, j = end + item % behind;
    int64_t *chosen = w->chosen + item / behind * w->count;
    if (nd_nms_falls(w, chosen, w->block, ND_NMS_BLOCK, j))
        chosen[j] = -1;
}

/* An item is a batch: those that stay close ranks. */
ND_SHARED void nd_nms_gather_item(const nd_nms_work *w, int64_t item) {
    int64_t *chosen = w->chosen + item * w->count, kept = 0;
    for (int64_t i = 0; i < w->count; i++)
        if (chosen[i] >= 0)
            chosen[kept++] = chosen[i];
    for (; kept < w->count; kept++)
        chosen[kept] = -1;
}

#endif
