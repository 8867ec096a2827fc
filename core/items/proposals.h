/* Regions that a network proposes, in two steps: every anchor of every cell, moved as the network says; and of each
 * image the best that do not overlap. Boxes are in pixels, and their last ones count in. */
#ifndef ND_PROPOSALS_H
#define ND_PROPOSALS_H

#include "rivals.h"

typedef struct nd_proposing {
    const double *scores, *moves, *info; /* (images, 2 anchors, y, x), (images, 4 anchors, y, x), (images, 3) */
    const double *base;                  /* the anchors of the first cell */
    int64_t anchors, height, width, count, stride, first, last; /* count = height * width * anchors */
    double least;
    bool corners;
    double *boxes, *score;   /* of what is proposed */
    int64_t *order, *chosen; /* for each proposal two places to sort, and one */
    int64_t *kept;           /* of each image: how many are */
    double *rows, *numbers;  /* the results; numbers, the scores, may be NULL */
} nd_proposing;
typedef nd_proposing nd_propose_work, nd_propose_order_work, nd_proposed_work;

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

/* An item is an image: the order of its best, which are to suppress one another. */
ND_SHARED void nd_propose_order_item(const nd_proposing *w, int64_t image) {
    const int64_t begin = image * w->count;
    int64_t *order = w->order + begin * 2;
    for (int64_t i = 0; i < w->count; i++)
        order[i] = i;
    nd_sort_places(order, order + w->count, w->count, w->score + begin, false);
    for (int64_t i = 0; i < w->count; i++)
        w->chosen[begin + i] = begin + order[i];
}

/* Writes a row of the results. */
ND_SHARED void nd_write_proposal(const nd_proposing *w, int64_t row, int64_t at) {
    w->rows[row * 5] = (double)(row / w->last);
    memcpy(w->rows + row * 5 + 1, w->boxes + at * 4, 4 * sizeof *w->boxes);
    if (w->numbers)
        w->numbers[row] = w->score[at];
}

/* An item is an image: those that stay, again and again until all rows are filled. */
ND_SHARED void nd_proposed_item(const nd_proposing *w, int64_t image) {
    for (int64_t i = 0; i < w->last; i++)
        nd_write_proposal(w, image * w->last + i, w->chosen[image * w->count + i % w->kept[image]]);
}

#endif
