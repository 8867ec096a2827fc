/* sort, argsort and topk.
 *
 * `_order` finds where the wanted elements lie; their values are taken from there by `take`, whose gradients are those
 * of sort and topk.
 */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "compose.h"
#include "each.h"
#include "items/ranking.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* ---------------------------------------------------------------------------------------------- the work */

/* Rows of n elements that lie `stride` apart, of which the first k in order are wanted. */
typedef struct rows {
    int axis; /* -1: all elements are one row */
    int64_t n, stride, k;
} rows;

/* The parameters of _order, by position. */
enum { AXIS, ASCENDING, DTYPE, K };

static int read_rows(const nd_op *op, const nd_array *x, int64_t axis, int64_t k, rows *r) {
    *r = (rows){.axis = -1, .n = x->size, .stride = 1};
    if (axis != ND_NONE) {
        r->axis = nd_axis(op, axis, x->ndim, x);
        if (r->axis < 0)
            return -1;
        r->n = x->shape[r->axis];
        r->stride = nd_count(x->ndim - r->axis - 1, x->shape + r->axis + 1);
    }
    r->k = k < 1 ? r->n : k;
    if (r->k > r->n)
        return nd_fail(ND_EARGUMENT, "%s: k is %lld, but %s of shape %s has only %lld elements", op->name, (long long)k,
                       r->axis < 0 ? "the array" : "the axis", nd_array_text(x).chars, (long long)r->n);
    return 0;
}

static nd_spec wanted_spec(const rows *r, const nd_array *x, nd_dtype dtype) {
    nd_spec spec = nd_array_spec(x);
    if (r->axis < 0)
        spec = (nd_spec){.ndim = 1};
    spec.shape[r->axis < 0 ? 0 : r->axis] = r->k;
    spec.dtype = (uint8_t)dtype;
    return spec;
}

/* One row after another. */
static int order_on_host(const nd_ranking *r, int64_t count) {
    nd_item *items = nd_alloc(r->n * (int64_t)sizeof *items);
    if (!items)
        return -1;
    for (int64_t row = 0; row < count; row++)
        nd_order_row(r, row, items);
    nd_free(items);
    return 0;
}

/* ------------------------------------------------------------------------------------------------ on a GPU */

ND_EACH(order_key)
ND_EACH(order_merge)
ND_EACH(order_tie)
ND_EACH(order_place)
ND_EACH(order_again)

static int sort_items(nd_context where, nd_ranking *r, int64_t count) {
    int status = each_order_key(where, r, count * r->n);
    for (r->run = 1; r->run < r->n && status == 0; r->run *= 2) {
        status = each_order_merge(where, r, count * r->n);
        nd_item *sorted = r->other;
        r->other = r->items;
        r->items = sorted;
    }
    return status;
}

/* The order of equal ones follows from how the host sorts: a thread does so too for each row that has any, but long
 * ones are done sooner by the host itself. */
static int settle_ties(nd_invocation *call, nd_ranking *r, int64_t count, nd_array *tied) {
    enum { LONG = 4096 };
    if (r->n <= LONG)
        return each_order_again(call->context, r, count);
    nd_array *flags = nd_on_host(tied);
    if (!flags)
        return -1;
    const bool any = memchr(nd_data(flags), 1, (size_t)count);
    nd_array_release(flags);
    return any ? nd_gpu_run_on_host(call) : 0;
}

static int order_there(nd_invocation *call, nd_ranking *r, int64_t count) {
    const nd_context where = call->context;
    const nd_spec two_items = {.dtype = ND_INT64, .ndim = 3, .shape = {2, count * r->n, 2}};
    const nd_spec flags = {.dtype = ND_UINT8, .ndim = 1, .shape = {count}};
    nd_scope s = {0};
    nd_array *items = nd_do_new(&s, &two_items, where), *tied = nd_do_new(&s, &flags, where);
    if (!s.failed) {
        r->items = nd_data(items), r->other = r->items + count * r->n;
        r->tied = nd_data(tied);
        s.failed = nd_clear(tied) < 0 || sort_items(where, r, count) < 0 ||
                   each_order_tie(where, r, count * nd_neighbours(r)) < 0 ||
                   each_order_place(where, r, count * r->k) < 0 || settle_ties(call, r, count, tied) < 0;
    }
    return nd_scope_results(&s, NULL, 0, NULL);
}

/* ------------------------------------------------------------------------------------------------- _order */

static int rows_of_order(const nd_invocation *call, rows *r) {
    return read_rows(call->op, call->in[0], nd_int(call->op, call->words, AXIS), nd_int(call->op, call->words, K), r);
}

int order_infer(nd_invocation *call) {
    int64_t dtype = nd_int(call->op, call->words, DTYPE);
    rows r;
    call->outputs = 2;
    if (rows_of_order(call, &r) < 0)
        return -1;
    call->spec[0] = wanted_spec(&r, call->in[0], ND_INT64);
    call->spec[1] = wanted_spec(&r, call->in[0], dtype == ND_NONE ? ND_FLOAT32 : (nd_dtype)dtype);
    return 0;
}

int order_run(nd_invocation *call) {
    const nd_array *x = call->in[0], *places = call->out[0], *along = call->out[1];
    rows r;
    if (rows_of_order(call, &r) < 0)
        return -1;
    if (x->size == 0)
        return 0; /* nothing can have an axis of great length */
    nd_ranking ranking = {.data = nd_data(x), .dtype = x->dtype, .n = r.n, .stride = r.stride, .k = r.k};
    ranking.ascending = nd_int(call->op, call->words, ASCENDING);
    ranking.places = nd_data(places), ranking.along = nd_data(along);
    ranking.along_dtype = along->dtype;
    const int64_t count = x->size / r.n;
    return nd_on_gpu(call->context) ? order_there(call, &ranking, count) : order_on_host(&ranking, count);
}

/* ----------------------------------------------------------------------------------------- compositions */

/* The positions that _order finds: in the array, and in their row. */
typedef struct found {
    nd_array *places, *along;
} found;

static found find(nd_scope *s, const nd_invocation *call, const int64_t *parameters) {
    nd_array *x = call->in[0], *out[2] = {0};
    nd_words words = nd_words_new(ND_OP__order);
    for (int i = AXIS; i <= K; i++)
        nd_words_int(&words, ND_OP__order, i, parameters[i]);
    if (nd_call(&nd_ops[ND_OP__order], &x, 1, words.at, x->context, out) < 0)
        return s->failed = true, (found){0};
    nd_array *places = nd_scope_own(s, out[0]), *along = nd_scope_own(s, out[1]);
    return (found){places, along};
}

static nd_array *values_at(nd_scope *s, nd_array *x, nd_array *places) {
    return nd_do2(s, ND_OP_take, nd_do_reshape(s, x, 1, &x->size), places);
}

int sort_compose(nd_invocation *call) {
    const int64_t parameters[] = {
        [AXIS] = nd_int(call->op, call->words, 0),
        [ASCENDING] = nd_int(call->op, call->words, 1),
        [DTYPE] = ND_INT64,
        [K] = 0,
    };
    nd_scope s = {0};
    nd_array *values = values_at(&s, call->in[0], find(&s, call, parameters).places);
    return nd_scope_results(&s, &values, 1, call->out);
}

int argsort_compose(nd_invocation *call) {
    const int64_t parameters[] = {
        [AXIS] = nd_int(call->op, call->words, 0),
        [ASCENDING] = nd_int(call->op, call->words, 1),
        [DTYPE] = nd_int(call->op, call->words, 2),
        [K] = 0,
    };
    nd_scope s = {0};
    nd_array *along = find(&s, call, parameters).along;
    return nd_scope_results(&s, &along, 1, call->out);
}

/* Ones of x's dtype at the places and zeros elsewhere. */
static nd_array *mask_of(nd_scope *s, nd_array *x, nd_array *places) {
    if (s->failed)
        return NULL;
    nd_spec spec = nd_array_spec(x);
    nd_words words = nd_words_new(ND_OP__take_scatter);
    nd_words_list(&words, ND_OP__take_scatter, 2, &x->size, 1);
    nd_array *ones = nd_do_cast(s, nd_do1(s, ND_OP_ones_like, places), x->dtype), *in[] = {ones, places};
    return nd_do_like(s, nd_do(s, ND_OP__take_scatter, in, 2, &words), &spec);
}

enum { BOTH, INDICES, MASK, VALUE }; /* the choices of ret_typ, in the table's order */

int topk_compose(nd_invocation *call) {
    const nd_word *words = call->words;
    const int64_t kind = nd_int(call->op, words, 2);
    const int64_t parameters[] = {
        [AXIS] = nd_int(call->op, words, 0),
        [ASCENDING] = nd_int(call->op, words, 3),
        [DTYPE] = nd_int(call->op, words, 4),
        [K] = nd_int(call->op, words, 1),
    };
    nd_scope s = {0};
    found f = find(&s, call, parameters);
    nd_array *out[2] = {f.along, f.along};
    if (kind == MASK)
        out[0] = mask_of(&s, call->in[0], f.places);
    if (kind == VALUE || kind == BOTH)
        out[0] = values_at(&s, call->in[0], f.places);
    call->outputs = kind == BOTH ? 2 : 1;
    return nd_scope_results(&s, out, call->outputs, call->out);
}
