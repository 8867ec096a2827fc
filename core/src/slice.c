/* Slices: taking them, writing into them, and scattering a gradient back. */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "copy.h"
#include "operators.h"
#include "shape.h"
#include "slice.h"
#include "spec.h"

typedef nd_ranges ranges;

/* Where at most one element is taken the step means nothing, and might overflow where it is multiplied. */
static void settle(ranges *r, int axis) {
    if (r->count[axis] <= 1)
        r->step[axis] = 1;
    if (r->count[axis] == 0)
        r->start[axis] = 0;
}

/* Python's rule for begin:end:step on an axis; ND_NONE where one is left out. */
static int resolve_axis(ranges *r, int axis, int64_t extent, int64_t begin, int64_t end, int64_t step) {
    if (step == ND_NONE)
        step = 1;
    if (step == 0)
        return -1;
    int64_t low = step < 0 ? -1 : 0, high = step < 0 ? extent - 1 : extent;
    begin = begin == ND_NONE ? (step < 0 ? high : low) : begin < 0 ? begin + extent : begin;
    end = end == ND_NONE ? (step < 0 ? low : high) : end < 0 ? end + extent : end;
    begin = begin < low ? low : begin > high ? high : begin;
    end = end < low ? low : end > high ? high : end;
    int64_t length = step < 0 ? begin - end : end - begin, stride = step < 0 ? -step : step;
    r->start[axis] = begin;
    r->step[axis] = step;
    r->count[axis] = length > 0 ? (length - 1) / stride + 1 : 0;
    settle(r, axis);
    return 0;
}

static int64_t value_or_none(int64_t count, const nd_word *values, int i) {
    return count != ND_NONE && i < count ? values[i].i : ND_NONE;
}

int nd_read_slice(const nd_op *op, const nd_word *words, int first, const nd_array *x, ranges *r) {
    const nd_word *begin, *end, *step;
    int64_t begins = nd_list(op, words, first, &begin), ends = nd_list(op, words, first + 1, &end),
            steps = nd_list(op, words, first + 2, &step);
    if (begins > x->ndim || ends > x->ndim || steps > x->ndim)
        return nd_fail(ND_EAXIS, "%s: more ranges than axes for an array of shape %s", op->name,
                       nd_array_text(x).chars);
    for (int i = 0; i < x->ndim; i++)
        if (resolve_axis(r, i, x->shape[i], value_or_none(begins, begin, i), value_or_none(ends, end, i),
                         value_or_none(steps, step, i)) < 0)
            return nd_fail(ND_EARGUMENT, "%s: the step of axis %d is 0", op->name, i);
    return 0;
}

static int resolve_slice_axis(const nd_op *op, const nd_word *words, const nd_array *x, ranges *r) {
    int axis = nd_axis(op, nd_int(op, words, 0), x->ndim, x);
    if (axis < 0)
        return -1;
    for (int i = 0; i < x->ndim; i++)
        resolve_axis(r, i, x->shape[i], i == axis ? nd_int(op, words, 1) : 0,
                     i == axis ? nd_int(op, words, 2) : ND_NONE, 1);
    return 0;
}

static int resolve(const nd_op *op, const nd_word *words, const nd_array *x, ranges *r) {
    return op == &nd_ops[ND_OP_slice] ? nd_read_slice(op, words, 0, x, r) : resolve_slice_axis(op, words, x, r);
}

/* The elements of the slice inside `array`: where the first is, and the strides between them. */
static char *locate(const nd_array *array, const ranges *r, nd_strides *strides) {
    nd_strides own = nd_strides_of(array->ndim, array->shape);
    int64_t first = 0;
    for (int i = 0; i < array->ndim; i++) {
        first += r->count[i] ? r->start[i] * own.of[i] : 0;
        strides->of[i] = own.of[i] * r->step[i];
    }
    return (char *)nd_data(array) + first * nd_dtype_size(array->dtype);
}

static int infer_ranges(nd_invocation *call, const ranges *r) {
    nd_like(call, 0);
    memcpy(call->spec[0].shape, r->count, call->in[0]->ndim * sizeof r->count[0]);
    return 0;
}

int slice_infer(nd_invocation *call) {
    ranges r;
    return nd_read_slice(call->op, call->words, 0, call->in[0], &r) < 0 ? -1 : infer_ranges(call, &r);
}

int slice_axis_infer(nd_invocation *call) {
    ranges r;
    return resolve_slice_axis(call->op, call->words, call->in[0], &r) < 0 ? -1 : infer_ranges(call, &r);
}

int slice_run(nd_invocation *call) {
    ranges r;
    nd_strides from, to = nd_strides_of(call->out[0]->ndim, call->out[0]->shape);
    if (resolve(call->op, call->words, call->in[0], &r) < 0)
        return -1;
    char *first = locate(call->in[0], &r, &from);
    return nd_copy_arranged(call->context, call->out[0]->ndim, call->out[0]->shape, nd_data(call->out[0]), to, first,
                            from, nd_dtype_size(call->out[0]->dtype));
}

/* --------------------------------------------------------------------------------------------- gradients */

/* The gradient of a slice lies in zeros of the input's shape, and the gradient of that is the slice again. */
int slice_gradient(nd_backprop *b) {
    ranges r;
    nd_spec spec = nd_input_spec(b->node, 0);
    /* Only shapes matter to resolve(), so an array of the input's shape need not exist. */
    union {
        nd_array array;
        char room[sizeof(nd_array) + ND_MAX_DIM * sizeof(int64_t)];
    } shown;
    shown.array.ndim = spec.ndim;
    memcpy(shown.array.shape, spec.shape, sizeof spec.shape);
    if (resolve(b->op, b->words, &shown.array, &r) < 0)
        return -1;
    nd_words words = nd_words_new(ND_OP__slice_scatter);
    nd_words_list(&words, ND_OP__slice_scatter, 0, r.start, spec.ndim);
    nd_words_list(&words, ND_OP__slice_scatter, 1, r.step, spec.ndim);
    nd_words_list(&words, ND_OP__slice_scatter, 2, spec.shape, spec.ndim);
    b->into[0] = nd_apply1(ND_OP__slice_scatter, b->g[0], &words);
    return b->into[0] ? 0 : -1;
}

static ranges read_scatter(const nd_op *op, const nd_word *words, const nd_array *part) {
    const nd_word *start, *step;
    ranges r = {{0}, {0}, {0}};
    nd_list(op, words, 0, &start);
    nd_list(op, words, 1, &step);
    for (int i = 0; i < part->ndim; i++)
        r.start[i] = start[i].i, r.step[i] = step[i].i, r.count[i] = part->shape[i];
    return r;
}

static bool inside(const ranges *r, int axis, int64_t extent) {
    int64_t start = r->start[axis], count = r->count[axis], span, last;
    if (count <= 0 || r->step[axis] == 0)
        return count == 0 && r->step[axis] != 0;
    if (__builtin_mul_overflow(count - 1, r->step[axis], &span) || __builtin_add_overflow(start, span, &last))
        return false;
    return start >= 0 && start < extent && last >= 0 && last < extent;
}

int slice_scatter_infer(nd_invocation *call) {
    const nd_array *part = call->in[0];
    const nd_word *begin, *step, *shape;
    if (nd_list(call->op, call->words, 0, &begin) != part->ndim ||
        nd_list(call->op, call->words, 1, &step) != part->ndim ||
        nd_list(call->op, call->words, 2, &shape) != part->ndim)
        return nd_fail(ND_ESHAPE, "_slice_scatter: begin, step and shape need an entry for each axis of %s",
                       nd_array_text(part).chars);
    ranges r = read_scatter(call->op, call->words, part);
    nd_like(call, 0);
    for (int i = 0; i < part->ndim; i++) {
        call->spec[0].shape[i] = shape[i].i;
        if (!inside(&r, i, shape[i].i))
            return nd_fail(ND_EINDEX, "_slice_scatter: axis %d of %s reaches beyond extent %lld", i,
                           nd_array_text(part).chars, (long long)shape[i].i);
    }
    return nd_checked_size("_slice_scatter", &call->spec[0]) < 0 ? -1 : 0;
}

int slice_scatter_run(nd_invocation *call) {
    const nd_array *part = call->in[0], *out = call->out[0];
    ranges r = read_scatter(call->op, call->words, part);
    for (int i = 0; i < part->ndim; i++)
        settle(&r, i);
    nd_strides to;
    if (nd_clear(out) < 0)
        return -1;
    char *first = locate(out, &r, &to);
    return nd_copy_arranged(call->context, part->ndim, part->shape, first, to, nd_data(part),
                            nd_strides_of(part->ndim, part->shape), nd_dtype_size(part->dtype));
}

int slice_scatter_gradient(nd_backprop *b) {
    nd_spec spec = nd_input_spec(b->node, 0);
    const nd_word *start, *step;
    int64_t starts[ND_MAX_DIM], steps[ND_MAX_DIM];
    nd_list(b->op, b->words, 0, &start);
    nd_list(b->op, b->words, 1, &step);
    for (int i = 0; i < spec.ndim; i++)
        starts[i] = start[i].i, steps[i] = step[i].i;
    b->into[0] = nd_slice_view(b->g[0], starts, steps, spec.shape);
    return b->into[0] ? 0 : -1;
}

/* ------------------------------------------------------------------------------------------------ views */

static int check_ranges(const nd_array *array, ranges *r) {
    for (int i = 0; i < array->ndim; settle(r, i++))
        if (!inside(r, i, array->shape[i]))
            return nd_fail(ND_EINDEX, "slice: axis %d of shape %s does not reach from %lld by %lld for %lld elements",
                           i, nd_array_text(array).chars, (long long)r->start[i], (long long)r->step[i],
                           (long long)r->count[i]);
    return 0;
}

/* Contiguous: after the first axis that is not taken whole... only axes taken whole may follow one of more than one
 * element. */
static bool contiguous(const nd_array *array, const ranges *r) {
    bool whole_after = true;
    for (int i = array->ndim - 1; i >= 0; i--) {
        if (r->count[i] > 1 && (r->step[i] != 1 || !whole_after))
            return false;
        whole_after = whole_after && r->count[i] == array->shape[i];
    }
    return true;
}

/* The ranges as the parameters of the operator `slice`. */
static nd_words slice_words(const nd_array *array, const ranges *r) {
    int64_t end[ND_MAX_DIM];
    for (int i = 0; i < array->ndim; i++) {
        end[i] = r->start[i] + r->count[i] * r->step[i];
        end[i] = end[i] < 0 ? ND_NONE : end[i];
    }
    nd_words words = nd_words_new(ND_OP_slice);
    nd_words_list(&words, ND_OP_slice, 0, r->start, array->ndim);
    nd_words_list(&words, ND_OP_slice, 1, end, array->ndim);
    nd_words_list(&words, ND_OP_slice, 2, r->step, array->ndim);
    return words;
}

static ranges ranges_of(const nd_array *array, const int64_t *start, const int64_t *step, const int64_t *count) {
    ranges r;
    memcpy(r.start, start, array->ndim * sizeof *start);
    memcpy(r.step, step, array->ndim * sizeof *step);
    memcpy(r.count, count, array->ndim * sizeof *count);
    return r;
}

nd_array *nd_slice_view(nd_array *array, const int64_t *start, const int64_t *step, const int64_t *count) {
    ranges r = ranges_of(array, start, step, count);
    if (check_ranges(array, &r) < 0)
        return NULL;
    nd_words words = slice_words(array, &r);
    if (!contiguous(array, &r))
        return nd_apply(&nd_ops[ND_OP_slice], &array, 1, words.at);
    nd_strides strides;
    nd_spec spec = nd_array_spec(array);
    memcpy(spec.shape, count, array->ndim * sizeof *count);
    int64_t offset = array->size ? locate(array, &r, &strides) - (char *)nd_data(array) : 0;
    nd_array *view = nd_array_view(array, nd_spec_size(&spec) ? offset : 0, &spec);
    if (view && nd_record(&nd_ops[ND_OP_slice], &array, 1, words.at, &view, 1) < 0)
        return nd_array_release(view), NULL;
    return view;
}

/* ----------------------------------------------------------------------------------------------- writing */

/* The source in the target's dtype and apart from the target's memory: itself where it already is. */
static nd_array *ready_source(const nd_array *target, const nd_array *source) {
    bool there = nd_same_context(source->context, target->context);
    if (there && source->dtype == target->dtype && !nd_overlap(target, source))
        return nd_array_detach(source);
    nd_spec spec = nd_array_spec(source);
    spec.dtype = target->dtype;
    nd_array *copy = nd_array_new(&spec, target->context);
    if (copy && nd_convert(copy, source) < 0)
        return nd_array_release(copy), NULL;
    return copy;
}

static int check_fits(const nd_array *source, const nd_spec *part) {
    nd_spec both = *part, own = nd_array_spec(source);
    /* As in NumPy, extra leading axes of extent 1 do no harm. */
    int extra = own.ndim > part->ndim ? own.ndim - part->ndim : 0;
    for (int i = 0; i < extra; i++)
        if (own.shape[i] != 1)
            both.ndim = ND_MAX_DIM + 1;
    memmove(own.shape, own.shape + extra, (size_t)(own.ndim - extra) * sizeof own.shape[0]);
    own.ndim = (uint8_t)(own.ndim - extra);
    for (int i = 1; i <= own.ndim && both.ndim <= ND_MAX_DIM; i++)
        if (own.shape[own.ndim - i] != 1 && own.shape[own.ndim - i] != part->shape[part->ndim - i])
            both.ndim = ND_MAX_DIM + 1;
    if (both.ndim <= ND_MAX_DIM)
        return extra;
    return nd_fail(ND_ESHAPE, "assignment: a value of shape %s cannot be broadcast to the part of shape %s",
                   nd_array_text(source).chars, nd_spec_text(part).chars);
}

int nd_slice_assign(nd_array *target, const int64_t *start, const int64_t *step, const int64_t *count,
                    const nd_array *source) {
    ranges r = ranges_of(target, start, step, count);
    nd_spec part = nd_array_spec(target);
    memcpy(part.shape, count, target->ndim * sizeof *count);
    int extra = check_ranges(target, &r) < 0 ? -1 : check_fits(source, &part);
    nd_array *ready = extra < 0 ? NULL : ready_source(target, source);
    if (!ready)
        return -1;
    int status = nd_array_begin_write(target);
    if (status == 0) {
        nd_strides to, from = nd_strides_to(ready->ndim - extra, ready->shape + extra, &part);
        char *first = locate(target, &r, &to);
        status = nd_copy_arranged(target->context, part.ndim, part.shape, first, to, nd_data(ready), from,
                                  nd_dtype_size(target->dtype));
    }
    nd_array_release(ready);
    return status;
}
