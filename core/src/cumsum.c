/* cumsum: sums of what comes before along an axis. */
#include "array.h"
#include "cast.h"
#include "compose.h"
#include "each.h"
#include "items/sums.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* Blocks of elements, where to each but the first `stride` ones that `stride` before it is added. */
typedef struct rows {
    int64_t block, stride;
} rows;

/* Along the axis, or along the flattened array. */
static rows read_rows(const nd_op *op, const nd_word *words, int ndim, const int64_t *shape) {
    int64_t axis = nd_int(op, words, 0);
    if (axis == ND_NONE)
        return (rows){nd_count(ndim, shape), 1};
    axis += axis < 0 ? ndim : 0;
    return (rows){nd_count(ndim - (int)axis, shape + axis), nd_count(ndim - (int)axis - 1, shape + axis + 1)};
}

int cumsum_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t axis = nd_int(call->op, call->words, 0), dtype = nd_int(call->op, call->words, 1);
    if (axis != ND_NONE && nd_axis(call->op, axis, x->ndim, x) < 0)
        return -1;
    nd_like(call, 0);
    if (axis == ND_NONE)
        call->spec[0] = (nd_spec){.dtype = x->dtype, .ndim = 1, .shape = {x->size}};
    if (dtype != ND_NONE)
        call->spec[0].dtype = (uint8_t)dtype;
    return 0;
}

#define SUM_UP(T)                                                  \
    for (T *row = data, *end = row + n; row < end; row += r.block) \
        for (int64_t i = r.stride; i < r.block; i++)               \
            row[i] = (T)(row[i] + row[i - r.stride]);              \
    break;

static void sum_up(void *data, nd_dtype dtype, int64_t n, rows r) {
    switch (dtype) {
    case ND_FLOAT32: SUM_UP(float)
    case ND_FLOAT64: SUM_UP(double)
    case ND_INT8: /* wraps as it should */
    case ND_UINT8: SUM_UP(uint8_t)
    case ND_INT32: SUM_UP(uint32_t)
    case ND_INT64: SUM_UP(uint64_t)
    default:
        for (int64_t i = 0; i < n; i++)
            if (i % r.block >= r.stride)
                nd_set_element(data, dtype, i, nd_element(data, dtype, i) + nd_element(data, dtype, i - r.stride));
    }
}

/* ------------------------------------------------------------------------------------------------ on a GPU */

ND_EACH(sum_chunk)
ND_EACH(sum_totals)
ND_EACH(sum_shift)

enum { LEAST_CHUNK = 32 };

/* About as many chunks as elements of each: every thread adds up few. */
static nd_running_sum running_sum_of(const nd_array *out, rows r) {
    nd_running_sum work = {.data = nd_data(out), .dtype = out->dtype, .n = r.block / r.stride, .stride = r.stride};
    for (work.chunk = LEAST_CHUNK; work.chunk * work.chunk < work.n;)
        work.chunk *= 2;
    work.chunks = (work.n + work.chunk - 1) / work.chunk;
    return work;
}

static int sum_up_there(const nd_array *out, rows r) {
    const nd_context where = out->context;
    nd_running_sum work = running_sum_of(out, r);
    const int64_t count = out->size / work.n;
    const nd_spec spec = {.dtype = out->dtype, .ndim = 1, .shape = {count * work.chunks}};
    if (each_sum_chunk(where, &work, count * work.chunks) < 0 || work.chunks == 1)
        return work.chunks == 1 ? 0 : -1;
    nd_scope s = {0};
    nd_array *totals = nd_do_full(&s, &spec, where, 0);
    if (!s.failed) {
        work.totals = nd_data(totals);
        s.failed = each_sum_totals(where, &work, count) < 0 || each_sum_shift(where, &work, out->size) < 0;
    }
    return nd_scope_results(&s, NULL, 0, NULL);
}

int cumsum_run(nd_invocation *call) {
    nd_array *out = call->out[0];
    const rows r = read_rows(call->op, call->words, call->in[0]->ndim, call->in[0]->shape);
    if (copy_run(call) < 0 || out->size == 0)
        return out->size ? -1 : 0;
    if (nd_on_gpu(call->context))
        return sum_up_there(out, r);
    sum_up(nd_data(out), out->dtype, out->size, r);
    return 0;
}

/* The sums from the other end. */
int cumsum_gradient(nd_backprop *b) {
    nd_spec spec = nd_input_spec(b->node, 0);
    int64_t given = nd_int(b->op, b->words, 0), axis = given == ND_NONE ? 0 : given;
    nd_words backwards = nd_words_new(ND_OP_reverse), sum = nd_words_new(ND_OP_cumsum);
    nd_words_list(&backwards, ND_OP_reverse, 0, &axis, 1);
    nd_words_int(&sum, ND_OP_cumsum, 0, axis);
    nd_scope s = {0};
    nd_array *g = nd_do_with(&s, ND_OP_reverse, b->g[0], &backwards);
    g = nd_do_with(&s, ND_OP_reverse, nd_do_with(&s, ND_OP_cumsum, g, &sum), &backwards);
    g = nd_do_like(&s, g, &spec);
    if (!s.failed && g->dtype != spec.dtype)
        g = nd_do_cast(&s, g, spec.dtype);
    b->into[0] = nd_scope_result(&s, g);
    return b->into[0] ? 0 : -1;
}
