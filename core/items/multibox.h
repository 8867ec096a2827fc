/* Single shot detection: what anchors are to learn of an image, and what was detected in one. An item is an image. */
#ifndef ND_MULTIBOX_H
#define ND_MULTIBOX_H

#include "boxes.h"

ND_SHARED double nd_part_of_image(double x, bool clip) {
    return clip ? fmin(fmax(x, 0.0), 1.0) : x;
}

ND_SHARED nd_box nd_box_clipped(nd_box b, bool clip) {
    return nd_box_of(nd_part_of_image(b.left, clip), nd_part_of_image(b.top, clip), nd_part_of_image(b.right, clip),
                     nd_part_of_image(b.bottom, clip));
}

/* ---------------------------------------------------------------------------------------------- targets */

enum { ND_OPEN, ND_POSITIVE, ND_BACKGROUND }; /* what became of an anchor */

/* All images, and with `labels` and what follows at its own place, one of them. */
typedef struct nd_multibox_target_work {
    const double *anchors, *labels, *scores; /* scores: (classes, anchors) */
    double *targets, *masks, *found;         /* found: the class of each anchor */
    int64_t count, boxes, width, classes;    /* count: of anchors */
    double enough, ignored, ratio, negative, variances[4];
    int64_t *best;                /* for each anchor its box, and twice as many places to sort */
    double *overlap, *confidence; /* with its box; that it is background */
    int64_t *kind, *taken;        /* of an anchor; of a box */
} nd_multibox_target_work;

ND_SHARED nd_box nd_anchor_at(const nd_multibox_target_work *w, int64_t i) {
    return nd_box_read(w->anchors + i * 4, false);
}

ND_SHARED nd_box nd_label_at(const nd_multibox_target_work *w, int64_t k) {
    return nd_box_read(w->labels + k * w->width + 1, false);
}

ND_SHARED void nd_adopt(const nd_multibox_target_work *w, int64_t i, int64_t k, double overlap) {
    w->best[i] = k;
    w->overlap[i] = overlap;
}

/* Every box gets an anchor of its own: of all pairs still free the one that overlaps most, again and again. */
ND_SHARED void nd_match_boxes(const nd_multibox_target_work *w) {
    for (int64_t round = 0; round < w->boxes; round++) {
        double largest = 1e-6; /* less is no overlap */
        int64_t anchor = -1, box = -1;
        for (int64_t i = 0; i < w->count; i++)
            for (int64_t k = 0; k < w->boxes && w->kind[i] == ND_OPEN; k++) {
                double overlap = w->taken[k] ? 0 : nd_box_overlap(nd_anchor_at(w, i), nd_label_at(w, k));
                if (overlap > largest)
                    largest = overlap, anchor = i, box = k;
            }
        if (anchor < 0)
            return;
        nd_adopt(w, anchor, box, largest);
        w->kind[anchor] = ND_POSITIVE;
        w->taken[box] = true;
    }
}

/* Every other anchor gets the box that overlaps it most, if that is enough. */
ND_SHARED void nd_match_anchors(const nd_multibox_target_work *w) {
    for (int64_t i = 0; i < w->count; i++) {
        if (w->kind[i] == ND_POSITIVE)
            continue;
        w->overlap[i] = -1;
        for (int64_t k = 0; k < w->boxes; k++) {
            double overlap = nd_box_overlap(nd_anchor_at(w, i), nd_label_at(w, k));
            if (overlap > w->overlap[i])
                nd_adopt(w, i, k, overlap);
        }
        if (w->enough > 0 && w->overlap[i] > w->enough)
            w->kind[i] = ND_POSITIVE;
    }
}

/* The softmax of class 0. */
ND_SHARED double nd_background_of(const nd_multibox_target_work *w, int64_t i) {
    double largest = -INFINITY, sum = 0;
    for (int64_t c = 0; c < w->classes; c++)
        largest = fmax(largest, w->scores[c * w->count + i]);
    for (int64_t c = 0; c < w->classes; c++)
        sum += exp(w->scores[c * w->count + i] - largest);
    return exp(w->scores[i] - largest) / sum;
}

ND_SHARED int64_t nd_positives(const nd_multibox_target_work *w) {
    int64_t count = 0;
    for (int64_t i = 0; i < w->count; i++)
        count += w->kind[i] == ND_POSITIVE;
    return count;
}

/* Of the others those count as background that look least like it, `ratio` times as many as there are positives. */
ND_SHARED void nd_mine_negatives(const nd_multibox_target_work *w) {
    int64_t candidates = 0, wanted = (int64_t)((double)nd_positives(w) * w->ratio), *order = w->best + w->count;
    for (int64_t i = 0; i < w->count; i++)
        if (w->kind[i] == ND_OPEN && w->overlap[i] < w->negative) {
            order[candidates++] = i;
            w->confidence[i] = nd_background_of(w, i);
        }
    nd_sort_places(order, order + w->count, candidates, w->confidence, true);
    for (int64_t i = 0; i < candidates && i < wanted; i++)
        w->kind[order[i]] = ND_BACKGROUND;
}

ND_SHARED void nd_assign_anchors(const nd_multibox_target_work *w) {
    memset(w->kind, 0, (size_t)w->count * sizeof *w->kind); /* open */
    memset(w->taken, 0, (size_t)w->boxes * sizeof *w->taken);
    if (w->boxes == 0)
        return;
    nd_match_boxes(w);
    nd_match_anchors(w);
    if (w->ratio > 0)
        nd_mine_negatives(w);
    for (int64_t i = 0; i < w->count && !(w->ratio > 0); i++)
        w->kind[i] = w->kind[i] == ND_OPEN ? ND_BACKGROUND : w->kind[i];
}

ND_SHARED void nd_write_target(const nd_multibox_target_work *w, int64_t i) {
    const bool positive = w->kind[i] == ND_POSITIVE;
    double *target = w->targets + i * 4;
    w->found[i] = w->kind[i] == ND_BACKGROUND ? 0 : w->ignored;
    nd_fill_doubles(target, 4, 0), nd_fill_doubles(w->masks + i * 4, 4, positive);
    if (!positive)
        return;
    w->found[i] = w->labels[w->best[i] * w->width] + 1;
    nd_box_encode_from(nd_anchor_at(w, i), nd_label_at(w, w->best[i]), target);
    for (int k = 0; k < 4; k++)
        target[k] /= w->variances[k];
}

/* The boxes of an image end at the first of class -1. */
ND_SHARED int64_t nd_count_boxes(const double *labels, int64_t most, int64_t width) {
    int64_t count = 0;
    while (count < most && labels[count * width] != -1)
        count++;
    return count;
}

ND_SHARED void nd_multibox_target_item(const nd_multibox_target_work *all, int64_t n) {
    nd_multibox_target_work w = *all;
    const int64_t first = n * w.count;
    w.labels += n * w.boxes * w.width, w.scores += first * w.classes;
    w.targets += first * 4, w.masks += first * 4, w.found += first;
    w.best += first * 3, w.overlap += first, w.confidence += first, w.kind += first, w.taken += n * w.boxes;
    w.boxes = nd_count_boxes(w.labels, w.boxes, w.width);
    nd_assign_anchors(&w);
    for (int64_t i = 0; i < w.count; i++)
        nd_write_target(&w, i);
}

/* ------------------------------------------------------------------------------------------- detections */

/* Rows of class, score and box: all images', and with `rows` and what follows at its own place one image's. */
typedef struct nd_multibox_detection_work {
    const double *scores, *offsets, *anchors; /* scores: (classes, anchors) */
    double *rows;
    int64_t count, classes, most; /* count: of anchors */
    double least, variances[4];
    bool clip, suppresses;
    double *copy;    /* room for as many rows */
    double *by;      /* for the score of each, */
    int64_t *order;  /* and twice as many places */
    int64_t *chosen; /* the rows that are to suppress one another */
} nd_multibox_detection_work;

/* The best class but the background; 0 if there is no other. */
ND_SHARED int64_t nd_best_class(const nd_multibox_detection_work *w, int64_t i) {
    int64_t best = 0;
    for (int64_t c = 1; c < w->classes; c++)
        if (best == 0 || w->scores[c * w->count + i] > w->scores[best * w->count + i])
            best = c;
    return best;
}

/* Writes the rows whose best class reaches the threshold: how many. */
ND_SHARED int64_t nd_detect(const nd_multibox_detection_work *w) {
    int64_t count = 0;
    for (int64_t i = 0; i < w->count; i++) {
        const int64_t best = nd_best_class(w, i);
        const double score = w->scores[best * w->count + i];
        double scaled[4], *row = w->rows + count * 6;
        if (best == 0 || score < w->least)
            continue;
        for (int k = 0; k < 4; k++)
            scaled[k] = w->offsets[i * 4 + k] * w->variances[k];
        row[0] = (double)(best - 1), row[1] = score;
        nd_box box = nd_box_decode_from(nd_box_read(w->anchors + i * 4, false), scaled);
        nd_box_write(row + 2, nd_box_clipped(box, w->clip));
        count++;
    }
    return count;
}

/* Sorts the rows by score, up to the best `most`: how many these are. Rows behind them stay where they were, as in
 * MXNet, but lose their class. */
ND_SHARED int64_t nd_sort_rows(const nd_multibox_detection_work *w, int64_t count) {
    const int64_t kept = w->most > 0 && w->most < count ? w->most : count;
    for (int64_t i = 0; i < count; i++)
        w->order[i] = i, w->by[i] = w->rows[i * 6 + 1];
    nd_sort_places(w->order, w->order + w->count, count, w->by, false);
    memcpy(w->copy, w->rows, (size_t)(count * 6) * sizeof *w->rows);
    for (int64_t i = 0; i < kept; i++)
        memcpy(w->rows + i * 6, w->copy + w->order[i] * 6, 6 * sizeof *w->rows);
    for (int64_t i = kept; i < count; i++)
        w->rows[i * 6] = -1;
    return kept;
}

ND_SHARED void nd_multibox_detection_item(const nd_multibox_detection_work *all, int64_t n) {
    nd_multibox_detection_work w = *all;
    const int64_t first = n * w.count;
    w.scores += first * w.classes, w.offsets += first * 4, w.rows += first * 6;
    w.copy += first * 6, w.by += first, w.order += first * 2;
    nd_fill_doubles(w.rows, w.count * 6, -1);
    const int64_t count = nd_detect(&w), kept = w.suppresses ? nd_sort_rows(&w, count) : 0;
    for (int64_t i = 0; i < w.count; i++)
        w.chosen[first + i] = i < kept ? first + i : -1;
}

/* Those that a better one overlaps too much lose their class: all but the chosen ones, whose order is that of the rows.
 */
typedef nd_multibox_detection_work nd_multibox_drop_work;
ND_SHARED void nd_multibox_drop_item(const nd_multibox_drop_work *w, int64_t n) {
    const int64_t *chosen = w->chosen + n * w->count;
    for (int64_t row = n * w->count; row < (n + 1) * w->count; row++)
        if (*chosen == row)
            chosen++;
        else
            w->rows[row * 6] = -1;
}

#endif
