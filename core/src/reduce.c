/* Reductions: which axes, the walk that folds them, and their gradients. Also argmax and argmin. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "cast.h"
#include "gpu.h"
#include "gradient.h"
#include "operators.h"
#include "pool.h"
#include "shape.h"
#include "spec.h"
#include "threads.h"

/* ------------------------------------------------------------------------------------- which axes, to what */

/* norm has its own order of parameters, and no `exclude`. */
static bool is_norm(const nd_op *op) {
    return op == &nd_ops[ND_OP_norm];
}

static bool keeps_dims(const nd_op *op, const nd_word *words) {
    return nd_int(op, words, is_norm(op) ? 3 : 1) != 0;
}

/* A bit for every axis that is folded; none named means all. */
static int folded_axes(const nd_op *op, const nd_word *words, int ndim, const nd_array *shown) {
    int all = (1 << ndim) - 1;
    int bits = nd_axis_bits(op, words, is_norm(op) ? 1 : 0, ndim, shown, all);
    bool exclude = !is_norm(op) && nd_int(op, words, 2);
    if (bits < 0 || !exclude)
        return bits;
    const nd_word *values;
    int64_t named = nd_list(op, words, 0, &values);
    return named == ND_NONE || named == 0 ? all : all & ~bits;
}

/* The shape with the folded axes of extent 1, or without them; nothing left is (1,), as in MXNet. */
static nd_spec reduced(nd_spec spec, int bits, bool keep) {
    nd_spec out = {.dtype = spec.dtype};
    for (int i = 0; i < spec.ndim; i++) {
        bool folded = bits >> i & 1;
        if (!folded || keep)
            out.shape[out.ndim++] = folded ? 1 : spec.shape[i];
    }
    if (out.ndim == 0)
        out = (nd_spec){.dtype = spec.dtype, .ndim = 1, .shape = {1}};
    return out;
}

static int64_t folded_count(nd_spec spec, int bits) {
    int64_t count = 1;
    for (int i = 0; i < spec.ndim; i++)
        count *= bits >> i & 1 ? spec.shape[i] : 1;
    return count;
}

int reduce_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int bits = folded_axes(call->op, call->words, x->ndim, x);
    if (bits < 0)
        return -1;
    nd_like(call, 0);
    bool has_nothing = call->op == &nd_ops[ND_OP_max] || call->op == &nd_ops[ND_OP_min];
    if (has_nothing && x->size == 0 && folded_count(call->spec[0], bits) == 0)
        return nd_fail(ND_ESHAPE, "%s: there is no %s of nothing: shape %s has an empty axis", call->op->name,
                       call->op->name, nd_array_text(x).chars);
    call->spec[0] = reduced(call->spec[0], bits, keeps_dims(call->op, call->words));
    return 0;
}

int norm_infer(nd_invocation *call) {
    int64_t order = nd_int(call->op, call->words, 0);
    if (order != 1 && order != 2)
        return nd_fail(ND_EARGUMENT, "norm: ord must be 1 or 2, not %lld", (long long)order);
    int64_t dtype = nd_int(call->op, call->words, 2);
    if (dtype != ND_NONE && dtype != call->in[0]->dtype)
        return nd_fail(ND_EDTYPE, "norm: out_dtype %s differs from the array's %s; use astype on the result",
                       nd_dtype_name((nd_dtype)dtype), nd_dtype_name(call->in[0]->dtype));
    return reduce_infer(call);
}

static nd_reduce_id row_of(const nd_op *op, const nd_word *words) {
    if (!is_norm(op))
        return op->kernel;
    return nd_int(op, words, 0) == 1 ? ND_REDUCE__norm_l1 : ND_REDUCE__norm_l2;
}

/* -------------------------------------------------------------------------------------------- the walk */

/* Neighbouring axes that are both folded or both kept count as one; axes of extent 1 do not count. */
typedef struct groups {
    int count;
    int64_t extent[ND_MAX_DIM];
    int64_t step[ND_MAX_DIM];   /* in the input, in elements */
    int64_t stride[ND_MAX_DIM]; /* in the output; 0 for a folded group */
} groups;

static groups group_axes(const nd_array *x, int bits) {
    groups g = {.count = 0};
    for (int i = 0; i < x->ndim; i++) {
        int folded = bits >> i & 1;
        if (x->shape[i] == 1)
            continue;
        if (g.count && (g.stride[g.count - 1] == 0) == folded)
            g.extent[g.count - 1] *= x->shape[i];
        else
            g.stride[g.count] = !folded, g.extent[g.count++] = x->shape[i];
    }
    if (g.count == 0)
        g = (groups){.count = 1, .extent = {1}, .stride = {1}};
    int64_t stride = 1, step = 1;
    for (int i = g.count - 1; i >= 0; step *= g.extent[i--]) {
        g.step[i] = step;
        if (g.stride[i])
            g.stride[i] = stride, stride *= g.extent[i];
    }
    return g;
}

typedef struct work {
    const nd_reduce *kernel;
    groups groups;
    const char *from;
    char *to;
    int item;
    int axis; /* of the groups, the one that threads share */
} work;

/* The next place of the groups before `last`, in memory order; false at the end. */
static bool next(const groups *g, int last, int64_t *index, int64_t *in, int64_t *out) {
    for (int axis = last - 1; axis >= 0; axis--) {
        *in += g->step[axis];
        *out += g->stride[axis];
        if (++index[axis] < g->extent[axis])
            return true;
        *in -= g->step[axis] * g->extent[axis];
        *out -= g->stride[axis] * g->extent[axis];
        index[axis] = 0;
    }
    return false;
}

/* The innermost group, with that before it if its rows fold into one: each into its place in the output. */
static void fold(const work *w, const groups *g, const char *from, char *to) {
    int inner = g->count - 1, last = g->stride[inner] && inner > 0 ? inner - 1 : inner;
    int64_t index[ND_MAX_DIM] = {0}, in = 0, out = 0, n = g->extent[inner];
    do {
        if (g->stride[inner])
            w->kernel->across(to + out * w->item, from + in * w->item, n, last < inner ? g->extent[last] : 1,
                              g->step[last]);
        else
            w->kernel->along(to + out * w->item, from + in * w->item, n);
    } while (next(g, last, index, &in, &out));
}

/* Some of the places along a group that is kept: other outputs for each thread. */
static void fold_places(void *shared, int thread, int64_t begin, int64_t end) {
    const work *w = shared;
    groups g = w->groups;
    (void)thread;
    g.extent[w->axis] = end - begin;
    fold(w, &g, w->from + begin * g.step[w->axis] * w->item, w->to + begin * g.stride[w->axis] * w->item);
}

/* Where all elements are folded into one, so many are, and then the results of each are. */
enum { STRETCH = 1 << 17, ROW = 1024 };

static void fold_stretches(void *shared, int thread, int64_t begin, int64_t end) {
    const work *w = shared;
    int64_t n = w->groups.extent[0];
    (void)thread;
    for (int64_t i = begin; i < end; i++)
        w->kernel->along(w->to + i * w->item, w->from + i * STRETCH * w->item,
                         n - i * STRETCH < STRETCH ? n - i * STRETCH : STRETCH);
}

/* In the same stretches however many threads there are. */
static int fold_all(work *w) {
    int64_t count = (w->groups.extent[0] + STRETCH - 1) / STRETCH;
    char *result = w->to;
    w->to = nd_pool_alloc(count * w->item);
    if (!w->to)
        return -1;
    w->kernel->start(w->to, count);
    nd_share(count, 1, fold_stretches, w);
    for (int64_t i = 0; i < count; i++)
        w->kernel->merge(result, w->to + i * w->item, 1);
    nd_pool_free(w->to, count * w->item);
    return 0;
}

/* The outermost group that is kept; its pieces are rows, or columns of a cache line and more. */
static void fold_shared(work *w) {
    const groups *g = &w->groups;
    w->axis = g->stride[0] ? 0 : 1;
    int64_t least = ND_LEAST_PIECE / g->step[w->axis] + 1;
    nd_share(g->extent[w->axis], g->step[w->axis] == 1 && least < ROW ? ROW : least, fold_places, w);
}

static int fold_array(work *w, int64_t size) {
    bool all = w->groups.count == 1 && !w->groups.stride[0];
    if (all && size > STRETCH)
        return fold_all(w);
    if (size < ND_WORTH_SHARING)
        fold(w, &w->groups, w->from, w->to);
    else
        fold_shared(w);
    return 0;
}

static void add_group(const groups *g, int from, int *ndim, int64_t *extent, int64_t *stride) {
    extent[*ndim] = g->extent[from];
    stride[(*ndim)++] = g->step[from];
}

static int fold_on_gpu(nd_reduce_id row, const nd_array *x, const nd_array *out, int bits) {
    groups g = group_axes(x, bits);
    nd_gpu_reduce_work work = {.row = row, .dtype = x->dtype, .results = out->size};
    work.folded = folded_count(nd_array_spec(x), bits);
    work.count = (double)work.folded;
    work.across = g.stride[g.count - 1] != 0;
    work.in = nd_data(x);
    work.out = nd_data(out);
    for (int i = 0; i < g.count; i++)
        if (g.stride[i])
            add_group(&g, i, &work.kept_ndim, work.kept_extent, work.kept_stride);
        else
            add_group(&g, i, &work.folded_ndim, work.folded_extent, work.folded_stride);
    return nd_gpu_reduce(out->context, work);
}

int nd_gpu_fold(nd_reduce_id row, const nd_array *x, const nd_array *out) {
    int bits = 0;
    for (int axis = 0; axis < x->ndim; axis++)
        bits |= (nd_step_along(out, x, axis) == 0) << axis;
    return fold_on_gpu(row, x, out, bits);
}

int reduce_run(nd_invocation *call) {
    const nd_array *x = call->in[0];
    nd_array *out = call->out[0];
    int bits = folded_axes(call->op, call->words, x->ndim, x);
    if (nd_on_gpu(x->context))
        return fold_on_gpu(row_of(call->op, call->words), x, out, bits);
    const nd_reduce *kernel = &nd_kernels_in_use()->reductions[row_of(call->op, call->words)][x->dtype];
    work w = {kernel, group_axes(x, bits), nd_data(x), nd_data(out), nd_dtype_size(x->dtype), 0};
    kernel->start(nd_data(out), out->size);
    if (x->size && fold_array(&w, x->size) < 0)
        return -1;
    kernel->finish(nd_data(out), out->size, folded_count(nd_array_spec(x), bits));
    return 0;
}

/* ------------------------------------------------------------------------------------------- gradients */

int reduce_gradient(nd_backprop *b) {
    if (!nd_op_differentiable(b->op))
        return 0;
    nd_spec full = nd_input_spec(b->node, 0);
    int bits = folded_axes(b->op, b->words, full.ndim, NULL);
    nd_spec kept = reduced(full, bits, true);
    if (full.ndim == 0)
        kept.ndim = 0;
    nd_array *g = nd_reshape_to(b->g[0], &kept), *gradient = NULL;
    nd_array *y = b->out[0] ? nd_reshape_to(b->out[0], &kept) : NULL; /* not every row's gradient uses it */
    if (g && (y || !b->out[0]))
        gradient = nd_reduce_expression(row_of(b->op, b->words), g, b->in[0], y, (double)folded_count(full, bits));
    if (gradient)
        b->into[0] = nd_broadcast_to(gradient, &full);
    nd_array_release(gradient);
    nd_array_release(g);
    nd_array_release(y);
    return b->into[0] ? 0 : -1;
}

int norm_gradient(nd_backprop *b) {
    return reduce_gradient(b);
}

/* ------------------------------------------------------------------------------------------- positions */

int arg_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t axis = nd_int(call->op, call->words, 0);
    int bits = (1 << x->ndim) - 1;
    nd_like(call, 0);
    if (axis != ND_NONE) {
        int from_start = nd_axis(call->op, axis, x->ndim, x);
        if (from_start < 0)
            return -1;
        bits = 1 << from_start;
    }
    if (folded_count(call->spec[0], bits) == 0)
        return nd_fail(ND_ESHAPE, "%s: there is no largest or smallest of nothing: shape %s", call->op->name,
                       nd_array_text(x).chars);
    call->spec[0] = reduced(call->spec[0], bits, nd_int(call->op, call->words, 1));
    if (x->dtype == ND_BOOL) /* which holds no positions */
        call->spec[0].dtype = ND_FLOAT32;
    return 0;
}

/* Compares as doubles, or as int64 where a double could not tell neighbours apart. */
static int64_t best(const nd_array *x, int64_t first, int64_t stride, int64_t n, bool largest) {
    int64_t at = 0;
    for (int64_t i = 1; i < n; i++) {
        int64_t here = first + i * stride, there = first + at * stride;
        bool beats;
        if (x->dtype == ND_INT64) {
            int64_t u = nd_array_get_int(x, here), v = nd_array_get_int(x, there);
            beats = largest ? u > v : u < v;
        } else {
            double u = nd_array_get(x, here), v = nd_array_get(x, there);
            beats = largest ? u > v : u < v;
        }
        at = beats ? i : at;
    }
    return at;
}

static int arg_on_gpu(nd_invocation *call, bool largest, int64_t n, int64_t stride) {
    const nd_array *x = call->in[0];
    nd_gpu_position_work work = {.dtype = x->dtype, .largest = largest, .n = n, .stride = stride};
    work.outer = call->out[0]->size / stride;
    work.in = nd_data(x);
    work.out = nd_data(call->out[0]);
    const nd_gpu_driver *driver = nd_gpu_driver_for(x->context.id);
    return driver ? nd_gpu_check(x->context.id, driver->position(x->context.id, &work)) : -1;
}

static int arg_run(nd_invocation *call, bool largest) {
    const nd_array *x = call->in[0];
    int64_t axis = nd_int(call->op, call->words, 0), n = x->size, stride = 1;
    if (axis != ND_NONE) {
        axis += axis < 0 ? x->ndim : 0;
        n = x->shape[axis];
        stride = nd_count(x->ndim - (int)axis - 1, x->shape + axis + 1);
    }
    if (nd_on_gpu(x->context))
        return arg_on_gpu(call, largest, n, stride);
    for (int64_t i = 0; i < call->out[0]->size; i++)
        nd_array_set_int(call->out[0], i, best(x, i / stride * stride * n + i % stride, stride, n, largest));
    return 0;
}

int argmax_run(nd_invocation *call) {
    return arg_run(call, true);
}

int argmin_run(nd_invocation *call) {
    return arg_run(call, false);
}
