/* Random integers. */
#include "array.h"
#include "operators.h"
#include "random.h"
#include "sampler.h"

enum { LEAST = 64 };

typedef struct job {
    void *out;
    nd_dtype dtype;
    int64_t low, span;
} job;

/* Sums are modulo 2^64, then read as signed: the 63-bit number can pass 2^63 (once in 2^33 draws), and so can a span
 * between far ends. A span of 0 has no remainder, and one of -1 may trap. */
static inline int64_t integer(nd_engine *e, const job *j) {
    uint64_t high = nd_draw(e);
    int64_t number = (int64_t)((high << 31) + nd_draw(e));
    int64_t rest = j->span == 0 || j->span == -1 ? 0 : number % j->span;
    return (int64_t)((uint64_t)j->low + (uint64_t)rest);
}

static void make_stretch(nd_engine *e, int64_t start, int64_t count, void *data) {
    const job *j = data;
    for (int64_t i = start; i < start + count; i++) {
        if (j->dtype == ND_INT32)
            ((int32_t *)j->out)[i] = (int32_t)integer(e, j);
        else
            ((int64_t *)j->out)[i] = integer(e, j);
    }
}

int nd_random_randint(nd_dtype dtype, void *out, int64_t n, int64_t low, int64_t high) {
    job j = {out, dtype, low, (int64_t)((uint64_t)high - (uint64_t)low)};
    return nd_random_spread(n, LEAST, make_stretch, &j);
}

int randint_infer(nd_invocation *call) {
    int64_t low = nd_int(call->op, call->words, 0), high = nd_int(call->op, call->words, 1);
    if (low >= high)
        return nd_fail(ND_EARGUMENT, "%s: low must be below high, got [%lld, %lld)", call->op->name, (long long)low,
                       (long long)high);
    return nd_sampler_infer(call, 2, ND_DTYPE_BIT(ND_INT32) | ND_DTYPE_BIT(ND_INT64), ND_INT32, "'int32', 'int64'");
}

int randint_run(nd_invocation *call) {
    nd_array *out = call->out[0];
    return nd_random_randint(out->dtype, nd_data(out), out->size, nd_int(call->op, call->words, 0),
                             nd_int(call->op, call->words, 1));
}
