/* Of boxes that overlap too much the best: box_nms. */
#ifndef ND_NMS_H
#define ND_NMS_H

#include "rivals.h"

/* Each item is a batch of `count` boxes of `width` numbers, with room for as many places (twice) and scores. */
typedef struct nd_nms_work {
    const double *boxes;
    int64_t count, width, score, id, most;
    double valid, background;
    int64_t *order, *chosen;
    double *scores;
} nd_nms_work;

/* Those that take part, best first, by their places counted from the first of all batches; -1 behind them. */
ND_SHARED void nd_nms_item(const nd_nms_work *w, int64_t item) {
    const int64_t first = item * w->count;
    int64_t *order = w->order + 2 * first, entered = 0;
    double *scores = w->scores + first;
    for (int64_t i = 0; i < w->count; i++) {
        const double *box = w->boxes + (first + i) * w->width;
        scores[i] = box[w->score];
        if (scores[i] > w->valid && !(w->id >= 0 && box[w->id] == w->background))
            order[entered++] = i;
    }
    nd_sort_places(order, order + w->count, entered, scores, false);
    entered = w->most > 0 && w->most < entered ? w->most : entered;
    for (int64_t i = 0; i < w->count; i++)
        w->chosen[first + i] = i < entered ? first + order[i] : -1;
}

#endif
