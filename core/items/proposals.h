/* Regions that a network proposes, in two steps: every anchor of every cell, moved as the network says; and of each
 * image the best that do not overlap. Boxes are in pixels, and their last ones count in. */
#ifndef ND_PROPOSALS_H
#define ND_PROPOSALS_H

#include "item.h"
#include "places.h"

typedef struct nd_proposing {
    const double *scores, *moves, *info; /* (images, 2 anchors, y, x), (images, 4 anchors, y, x), (images, 3) */
    const double *base;                  /* the anchors of the first cell */
    int64_t anchors, height, width, count, stride, first, last; /* count = height * width * anchors */
    double least, threshold;
    bool corners;
    double *boxes, *score;  /* of what is proposed */
    int64_t *order, *kept;  /* for each proposal two places to sort, and one */
    double *rows, *numbers; /* the results; numbers, the scores, may be NULL */
} nd_proposing;
typedef nd_proposing nd_propose_work, nd_proposed_work;

/* An axis of a box: its center moved by a part of its size, which is multiplied by a power of e; or both ends moved. */
ND_SHARED void nd_move_axis(double *box, double shift, double growth, bool corners) {
    double size = box[2] - box[0] + 1, center = box[0] + 0.5 * (size - 1) + shift * size;
    double half = 0.5 * (exp(growth) * size - 1);
    box[0] = corners ? box[0] + shift : center - half;
    box[2] = corners ? box[2] + growth : center + half;
}

/* What is too small comes last, larger by as much as it should have been. */
ND_SHARED void nd_check_proposal(double *box, double *score, double least) {
    if (box[2] - box[0] + 1 >= least && box[3] - box[1] + 1 >= least)
        return;
    for (int k = 0; k < 4; k++)
        box[k] += k < 2 ? -least / 2 : least / 2;
    *score = -1;
}

/* An item is an anchor of a cell of an image. */
ND_SHARED void nd_propose_item(const nd_propose_work *w, int64_t item) {
    const int64_t image = item / w->count, i = item % w->count, anchor = i % w->anchors;
    const int64_t x = i / w->anchors % w->width, y = i / w->anchors / w->width;
    const int64_t plane = w->height * w->width, at = y * w->width + x;
    const double *info = w->info + 3 * image, *moves = w->moves + (image * w->anchors + anchor) * 4 * plane + at;
    double *box = w->boxes + item * 4, *score = w->score + item;
    for (int k = 0; k < 4; k++)
        box[k] = w->base[anchor * 4 + k] + (double)((k % 2 ? y : x) * w->stride);
    for (int k = 0; k < 2; k++)
        nd_move_axis(box + k, moves[k * plane], moves[(k + 2) * plane], w->corners);
    for (int k = 0; k < 4; k++)
        box[k] = fmax(fmin(box[k], info[k % 2 ? 0 : 1] - 1), 0.0);
    *score = w->scores[((2 * image + 1) * w->anchors + anchor) * plane + at];
    if (y >= (int64_t)(info[0] / (double)w->stride) || x >= (int64_t)(info[1] / (double)w->stride))
        *score = -1;
    nd_check_proposal(box, score, w->least * info[2]);
}

ND_SHARED double nd_pixel_overlap(const double *a, const double *b) {
    double width = fmin(a[2], b[2]) - fmax(a[0], b[0]) + 1, height = fmin(a[3], b[3]) - fmax(a[1], b[1]) + 1;
    double both = fmax(width, 0.0) * fmax(height, 0.0);
    return both / ((a[2] - a[0] + 1) * (a[3] - a[1] + 1) + (b[2] - b[0] + 1) * (b[3] - b[1] + 1) - both);
}

/* How many of an image are kept: the best first, none that overlaps a better one. */
ND_SHARED int64_t nd_choose_proposals(const nd_proposed_work *w, const double *boxes, const double *score,
                                      int64_t *order, int64_t *chosen) {
    int64_t kept = 0, entered = w->first > 0 && w->first < w->count ? w->first : w->count;
    for (int64_t i = 0; i < w->count; i++)
        order[i] = i;
    nd_sort_places(order, order + w->count, w->count, score, false);
    for (int64_t i = 0; i < entered && kept < w->last; i++) {
        bool good = true;
        for (int64_t k = 0; k < kept && good; k++)
            good = !(nd_pixel_overlap(boxes + order[i] * 4, boxes + chosen[k] * 4) > w->threshold);
        if (good)
            chosen[kept++] = order[i];
    }
    return kept;
}

/* An item is an image: those kept, again and again until all rows are filled. */
ND_SHARED void nd_proposed_item(const nd_proposed_work *w, int64_t image) {
    const int64_t begin = image * w->count;
    const double *boxes = w->boxes + begin * 4, *score = w->score + begin;
    int64_t *chosen = w->kept + begin;
    const int64_t kept = nd_choose_proposals(w, boxes, score, w->order + begin * 2, chosen);
    for (int64_t i = 0; i < w->last; i++) {
        const int64_t row = image * w->last + i, at = chosen[i % kept];
        w->rows[row * 5] = (double)image;
        memcpy(w->rows + row * 5 + 1, boxes + at * 4, 4 * sizeof *boxes);
        if (w->numbers)
            w->numbers[row] = score[at];
    }
}

#endif
