/* sort, argsort and topk.
 *
 * `_order` finds where the wanted elements lie; their values are taken from there by `take`, whose gradients are those
 * of sort and topk.
 */
#include <math.h>
#include <string.h>

#include "array.h"
#include "cast.h"
#include "compose.h"
#include "gpu.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "sorting.h"
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

/* A number with the order of the elements, or the opposite one; nan comes last either way. */
static uint64_t key_of(const nd_array *x, int64_t index, bool ascending) {
    const uint64_t sign = UINT64_C(1) << 63;
    uint64_t key;
    if (nd_dtype_is_float(x->dtype)) {
        double value = nd_array_get(x, index) + 0.0; /* -0 and 0 are equal */
        if (isnan(value))
            return UINT64_MAX;
        memcpy(&key, &value, sizeof key);
        key = key & sign ? ~key : key | sign;
    } else {
        key = (uint64_t)nd_array_get_int(x, index) ^ sign;
    }
    return ascending ? key : ~key;
}

/* Sorts every row; `places` gets positions in the array, `along` those in the row. */
static int order(const nd_array *x, const rows *r, bool ascending, nd_array *places, nd_array *along) {
    if (x->size == 0)
        return 0; /* nothing can have an axis of great length */
    nd_item *items = nd_alloc(r->n * (int64_t)sizeof *items);
    if (!items)
        return -1;
    for (int64_t row = 0; row < x->size / r->n; row++) {
        int64_t block = row / r->stride, inner = row % r->stride, first = block * r->n * r->stride + inner;
        for (int64_t i = 0; i < r->n; i++)
            items[i] = (nd_item){key_of(x, first + i * r->stride, ascending), i};
        nd_sort_first(items, r->k, r->n);
        for (int64_t i = 0; i < r->k; i++) {
            int64_t to = (block * r->k + i) * r->stride + inner;
            nd_array_set_int(along, to, items[i].at);
            nd_array_set_int(places, to, first + items[i].at * r->stride);
        }
    }
    nd_free(items);
    return 0;
}

/* What has no arithmetic on a GPU has the order of what has. */
static nd_array *comparable(nd_scope *s, const nd_array *x) {
    nd_array *plain = nd_scope_own(s, nd_array_detach(x));
    return x->dtype == ND_FLOAT16 ? nd_do_cast(s, plain, ND_FLOAT32)
           : x->dtype == ND_BOOL  ? nd_do_cast(s, plain, ND_UINT8)
                                  : plain;
}

static int order_on_gpu(nd_invocation *call, const rows *r) {
    nd_scope s = {0};
    int id = call->context.id;
    nd_spec spec = call->spec[0];
    nd_array *x = comparable(&s, call->in[0]), *along = nd_do_new(&s, &spec, call->context);
    const nd_gpu_driver *driver = s.failed ? NULL : nd_gpu_driver_for(id);
    if (driver && x->size) {
        nd_gpu_order_work work = {.dtype = x->dtype, .ascending = nd_int(call->op, call->words, ASCENDING)};
        work.n = r->n, work.stride = r->stride, work.k = r->k;
        work.outer = x->size / r->n / r->stride;
        work.in = nd_data(x);
        work.places = nd_data(call->out[0]), work.along = nd_data(along);
        s.failed = nd_gpu_check(id, driver->order(id, &work)) < 0 || nd_convert(call->out[1], along) < 0;
    }
    s.failed = s.failed || !driver;
    return nd_scope_results(&s, NULL, 0, NULL);
}

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
    rows r;
    if (rows_of_order(call, &r) < 0)
        return -1;
    if (nd_on_gpu(call->context))
        return order_on_gpu(call, &r);
    return order(call->in[0], &r, nd_int(call->op, call->words, ASCENDING), call->out[0], call->out[1]);
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
