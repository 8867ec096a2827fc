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
} nd_nms_work;

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

#endif
