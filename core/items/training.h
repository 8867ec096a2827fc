/* Learning rates by norms, and steps of whole rows. */
#ifndef ND_TRAINING_H
#define ND_TRAINING_H

#include "elements.h"
#include "item.h"

typedef struct nd_lars_work {
    nd_numbers rates, weights, gradients, decays, out; /* weights, gradients: sums of squares */
    double eta, eps, scale;
} nd_lars_work;

ND_SHARED void nd_lars_item(const nd_lars_work *w, int64_t i) {
    double rate = nd_at(w->rates, i), weight = sqrt(nd_at(w->weights, i));
    double gradient = w->scale * sqrt(nd_at(w->gradients, i));
    if (weight > 0 && gradient > 0)
        rate = rate * w->eta * weight / (gradient + nd_at(w->decays, i) * weight + w->eps);
    nd_set_element(w->out.data, w->out.dtype, i, rate);
}

/* An item is a row of weights, which has one number of the history. */
typedef struct nd_group_adagrad_work {
    nd_numbers weight, grad, history, out;
    int64_t columns;
    double rate, eps, scale, limit;
} nd_group_adagrad_work;

/* A gradient, rescaled and clipped. */
ND_SHARED double nd_slope_at(const nd_group_adagrad_work *w, int64_t i) {
    double g = w->scale * nd_at(w->grad, i);
    return w->limit < 0 ? g : g > w->limit ? w->limit : g < -w->limit ? -w->limit : g;
}

ND_SHARED void nd_group_adagrad_item(const nd_group_adagrad_work *w, int64_t row) {
    const int64_t first = row * w->columns, end = first + w->columns;
    double sum = 0;
    for (int64_t i = first; i < end; i++)
        sum += nd_slope_at(w, i) * nd_slope_at(w, i);
    const double gathered = nd_at(w->history, row) + sum / (double)w->columns;
    nd_set_element(w->history.data, w->history.dtype, row, gathered);
    for (int64_t i = first; i < end; i++)
        nd_set_element(w->out.data, w->out.dtype, i,
                       nd_at(w->weight, i) - w->rate * nd_slope_at(w, i) / sqrt(gathered + w->eps));
}

#endif
