/* _histogram: how many elements lie between edges, which are given or spread evenly over a range. */
#include "array.h"
#include "cast.h"
#include "compose.h"
#include "each.h"
#include "items/counts.h"
#include "operators.h"
#include "spec.h"

static int check_even(const nd_invocation *call, int64_t count) {
    const nd_word *range;
    int64_t ends = nd_list(call->op, call->words, 1, &range);
    if (call->inputs == 1 && count >= 1 && count < INT32_MAX && ends == 2 && range[0].f <= range[1].f)
        return 0;
    return nd_fail(
        ND_EARGUMENT,
        "%s: needs either an array of bins, or bin_cnt of at least 1 and a range (low, high) with low <= high",
        call->op->name);
}

static int check_bins(const nd_invocation *call) {
    const nd_array *x = call->in[0], *bins = call->in[1];
    if (bins->ndim != 1 || bins->shape[0] < 2 || bins->dtype != x->dtype)
        return nd_fail(ND_ESHAPE, "%s: bins are two edges or more on one axis, of dtype %s like the data; got %s, %s",
                       call->op->name, nd_dtype_name(x->dtype), nd_array_text(bins).chars, nd_dtype_name(bins->dtype));
    return 0;
}

int histogram_infer(nd_invocation *call) {
    int64_t given = nd_int(call->op, call->words, 0);
    bool even = given != ND_NONE || call->inputs == 1;
    if ((even ? check_even(call, given) : check_bins(call)) < 0)
        return -1;
    int64_t count = even ? given : call->in[1]->shape[0] - 1;
    call->outputs = 2;
    call->spec[0] = (nd_spec){.dtype = ND_INT64, .ndim = 1, .shape = {count}};
    call->spec[1] = (nd_spec){.dtype = call->in[0]->dtype, .ndim = 1, .shape = {count + 1}};
    return 0;
}

ND_EACH(histogram)

static int spread_edges(const nd_array *edges, double low, double high) {
    const int64_t count = edges->size - 1;
    const nd_spec spec = nd_array_spec(edges);
    nd_scope s = {0};
    nd_array *table = nd_do_table(&s, &spec, edges->context);
    for (int64_t i = 0; i < count && !s.failed; i++)
        nd_array_set(table, i, low + (double)i * ((high - low) / (double)count));
    if (!s.failed) {
        nd_array_set(table, count, high);
        s.failed = nd_convert(edges, table) < 0;
    }
    return nd_scope_results(&s, NULL, 0, NULL);
}

int histogram_run(nd_invocation *call) {
    const nd_array *x = call->in[0], *counts = call->out[0], *edges = call->out[1];
    const nd_word *range;
    nd_list(call->op, call->words, 1, &range);
    if ((call->inputs == 1 ? spread_edges(edges, range[0].f, range[1].f) : nd_convert(edges, call->in[1])) < 0)
        return -1;
    nd_histogram_work work = {.data = nd_data(x), .edges = nd_data(edges), .dtype = x->dtype, .bins = counts->size};
    work.counts = nd_data(counts);
    return nd_clear(counts) < 0 ? -1 : each_histogram(call->context, &work, x->size);
}
