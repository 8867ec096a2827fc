/* _normalize along rows that lie in order, one gamma and beta for each place in them, as LayerNorm has it: each row is
 * done with while it is in the cache. */
#include "normalize_rows.h"

#include <string.h>

#include "array.h"
#include "gpu.h"
#include "map.h"
#include "pool.h"
#include "threads.h"

/* Longer rows are better summed up in blocks. */
enum { LONGEST = 1 << 14 };

bool nd_normalizes_rows(const nd_array *x, const nd_array *mean, const nd_spec *gamma, const nd_spec *beta) {
    int64_t n = x->size && mean->size ? x->size / mean->size : 0;
    return x->dtype <= ND_FLOAT64 && !nd_on_gpu(x->context) && x->ndim == 3 && n > 1 && n <= LONGEST &&
           x->shape[1] == n && x->shape[2] == 1 && gamma->shape[1] == n && nd_spec_size(gamma) == n &&
           beta->shape[1] == n && nd_spec_size(beta) == n;
}

/* --------------------------------------------------------------------------------------------- forward */

typedef struct forward {
    nd_normal_rows rows;
    nd_normalize_kernel *kernel;
} forward;

static void some_rows(void *shared, int thread, int64_t begin, int64_t end) {
    const forward *work = shared;
    (void)thread;
    work->kernel(&work->rows, begin, end);
}

void nd_normalize_rows(const nd_invocation *call) {
    const nd_array *x = call->in[0], *mean = call->out[1];
    forward work = {.rows = {.x = nd_data(x),
                             .gamma = nd_data(call->in[1]),
                             .beta = nd_data(call->in[2]),
                             .out = nd_data(call->out[0]),
                             .mean = nd_data(mean),
                             .variance = nd_data(call->out[2]),
                             .n = x->shape[1],
                             .eps = nd_float(call->op, call->words, 1)},
                    .kernel = nd_kernels_in_use()->normalize[x->dtype]};
    nd_share(mean->size, ND_LEAST_PIECE / work.rows.n + 1, some_rows, &work);
}

/* -------------------------------------------------------------------------------------------- gradient */

/* Sums over rows are those of parts of so many rows, however many threads there are. */
enum { PART = 64 };

typedef struct backward {
    nd_normal_gradient rows;
    nd_normalize_gradient_kernel *kernel;
    int64_t count, bytes; /* rows, and what a row takes */
    char *sums;           /* of each part, by gamma and by beta */
} backward;

static void some_parts(void *shared, int thread, int64_t begin, int64_t end) {
    const backward *work = shared;
    (void)thread;
    for (int64_t part = begin; part < end; part++) {
        char *sums = work->sums + 2 * part * work->bytes;
        int64_t first = part * PART, last = first + PART < work->count ? first + PART : work->count;
        memset(sums, 0, (size_t)(2 * work->bytes));
        work->kernel(&work->rows, sums, sums + work->bytes, first, last);
    }
}

/* All parts, then their sums into the arrays. */
static int run(backward *work, nd_array *by_gamma, nd_array *by_beta) {
    int64_t parts = (work->count + PART - 1) / PART, bytes = 2 * parts * work->bytes;
    if (!(work->sums = nd_pool_alloc(bytes)))
        return -1;
    nd_share(parts, ND_LEAST_PIECE / (PART * work->rows.n) + 1, some_parts, work);
    memset(nd_data(by_gamma), 0, (size_t)work->bytes);
    memset(nd_data(by_beta), 0, (size_t)work->bytes);
    for (int64_t at = 0; at < bytes; at += 2 * work->bytes) {
        nd_add_into(nd_data(by_gamma), work->sums + at, by_gamma->dtype, work->rows.n);
        nd_add_into(nd_data(by_beta), work->sums + at + work->bytes, by_beta->dtype, work->rows.n);
    }
    nd_pool_free(work->sums, bytes);
    return 0;
}

/* The kernel always sums what gamma and beta get; x may want nothing. */
static int make_room(nd_backprop *b) {
    nd_spec gamma = nd_input_spec(b->node, 1), beta = nd_input_spec(b->node, 2);
    if (nd_wanted(b, 0) && !(b->into[0] = nd_room_of(b->g[0])))
        return -1;
    b->into[1] = nd_array_new(&gamma, b->g[0]->context);
    b->into[2] = nd_array_new(&beta, b->g[0]->context);
    return b->into[1] && b->into[2] ? 0 : -1;
}

int nd_normalize_rows_gradient(nd_backprop *b) {
    const nd_array *x = b->in[0];
    int64_t n = x->shape[1];
    if (make_room(b) < 0)
        return -1;
    backward work = {.rows = {.g = nd_data(b->g[0]),
                              .g_mean = nd_data(b->g[1]),
                              .g_variance = nd_data(b->g[2]),
                              .x = nd_data(x),
                              .gamma = nd_data(b->in[1]),
                              .mean = nd_data(b->out[1]),
                              .variance = nd_data(b->out[2]),
                              .by_x = b->into[0] ? nd_data(b->into[0]) : NULL,
                              .n = n,
                              .eps = nd_float(b->op, b->words, 1)},
                     .kernel = nd_kernels_in_use()->normalize_gradient[x->dtype],
                     .count = x->size / n,
                     .bytes = n * nd_dtype_size(x->dtype)};
    return run(&work, b->into[1], b->into[2]);
}
