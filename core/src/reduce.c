/* Reductions: which axes, the walk that folds them, and their gradients. Also argmax and argmin. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "cast.h"
#include "gradient.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

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
    int64_t stride[ND_MAX_DIM]; /* in the output, in elements; 0 for a folded group */
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
    int64_t stride = 1;
    for (int i = g.count - 1; i >= 0; i--)
        if (g.stride[i])
            g.stride[i] = stride, stride *= g.extent[i];
    if (g.count == 0)
        g = (groups){.count = 1, .extent = {1}, .stride = {1}};
    return g;
}

/* Rows of the innermost group in memory order, each folded into its place in the output. */
static void fold(const nd_reduce *kernel, const groups *g, const char *from, char *to, int item) {
    int inner = g->count - 1;
    int64_t index[ND_MAX_DIM] = {0}, at = 0, row = g->extent[inner];
    for (;; from += row * item) {
        (g->stride[inner] ? kernel->across : kernel->along)(to + at * item, from, row);
        int axis = inner - 1;
        for (; axis >= 0; axis--) {
            at += g->stride[axis];
            if (++index[axis] < g->extent[axis])
                break;
            at -= g->stride[axis] * g->extent[axis];
            index[axis] = 0;
        }
        if (axis < 0)
            return;
    }
}

int reduce_run(nd_invocation *call) {
    const nd_array *x = call->in[0];
    nd_array *out = call->out[0];
    int bits = folded_axes(call->op, call->words, x->ndim, x);
    const nd_reduce *kernel = &nd_kernels_in_use()->reductions[row_of(call->op, call->words)][x->dtype];
    groups g = group_axes(x, bits);
    kernel->start(nd_data(out), out->size);
    if (x->size)
        fold(kernel, &g, nd_data(x), nd_data(out), nd_dtype_size(x->dtype));
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

static int arg_run(nd_invocation *call, bool largest) {
    const nd_array *x = call->in[0];
    int64_t axis = nd_int(call->op, call->words, 0), n = x->size, stride = 1;
    if (axis != ND_NONE) {
        axis += axis < 0 ? x->ndim : 0;
        n = x->shape[axis];
        stride = nd_count(x->ndim - (int)axis - 1, x->shape + axis + 1);
    }
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
