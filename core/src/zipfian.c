/* Distinct classes from a nearly log-uniform distribution, for sampled softmax. */
#include <string.h>

#include "array.h"
#include "memory.h"
#include "operators.h"
#include "random.h"
#include "spec.h"

/* A set of numbers >= 0 by open addressing; -1 marks a free slot. */
typedef struct set {
    int64_t *slot;
    uint64_t mask;
} set;

/* False if the number is there already. */
static bool add(set *s, int64_t number) {
    uint64_t at = (uint64_t)number * 0x9e3779b97f4a7c15u >> 20;
    for (;; at++) {
        int64_t *slot = &s->slot[at & s->mask];
        if (*slot == number)
            return false;
        if (*slot == -1)
            return *slot = number, true;
    }
}

typedef struct job {
    int64_t *classes, *tries, count, range;
    set seen;
} job;

static void make_row(nd_engine *e, job *j, int64_t row) {
    const double log_range = log((double)j->range);
    int64_t tries = 0;
    memset(j->seen.slot, 0xff, (size_t)(j->seen.mask + 1) * sizeof *j->seen.slot);
    for (int64_t i = 0; i < j->count; tries++) {
        int64_t found = (int64_t)round(exp(nd_unit_f64(e) * log_range)) - 1;
        if (add(&j->seen, found % j->range))
            j->classes[row * j->count + i++] = found % j->range;
    }
    j->tries[row] = tries;
}

static void make_rows(nd_engine *e, int64_t start, int64_t count, void *data) {
    for (int64_t row = start; row < start + count; row++)
        make_row(e, data, row);
}

int zipfian_infer(nd_invocation *call) {
    const nd_word *shape;
    int64_t range = nd_int(call->op, call->words, 0), ndim = nd_list(call->op, call->words, 1, &shape);
    if (ndim != 2)
        return nd_fail(ND_ESHAPE, "%s: shape must be (rows, classes of a row)", call->op->name);
    call->outputs = 2;
    call->spec[0] = (nd_spec){.dtype = ND_INT64, .ndim = 2, .shape = {shape[0].i, shape[1].i}};
    call->spec[1] = (nd_spec){.dtype = ND_INT64, .ndim = 1, .shape = {shape[0].i}};
    if (nd_checked_size(call->op->name, &call->spec[0]) < 0 || nd_checked_size(call->op->name, &call->spec[1]) < 0)
        return -1;
    if (range < 1 || shape[1].i > range)
        return nd_fail(ND_EARGUMENT, "%s: %lld distinct classes cannot be drawn from range_max=%lld", call->op->name,
                       (long long)shape[1].i, (long long)range);
    return 0;
}

int zipfian_run(nd_invocation *call) {
    nd_array *classes = call->out[0];
    job j = {nd_data(classes), nd_data(call->out[1]), classes->shape[1], nd_int(call->op, call->words, 0), {0}};
    uint64_t slots = 2;
    while (slots < 2 * (uint64_t)j.count)
        slots *= 2;
    j.seen = (set){nd_alloc((int64_t)(slots * sizeof *j.seen.slot)), slots - 1};
    int status = j.seen.slot ? nd_random_spread(classes->shape[0], 1, make_rows, &j) : -1;
    nd_free(j.seen.slot);
    return status;
}
