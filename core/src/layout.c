/* Operators that move elements without computing: copies, shapes, transposition, broadcasting, joining and cutting. */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "copy.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

static const char *shape_of(const nd_array *array, nd_text *text) {
    *text = nd_array_text(array);
    return text->chars;
}

/* ---------------------------------------------------------------------------------------------- copies */

int copy_run(nd_invocation *call) {
    nd_cast(nd_data(call->out[0]), call->out[0]->dtype, nd_data(call->in[0]), call->in[0]->dtype, call->in[0]->size);
    return 0;
}

int pass_gradient(nd_backprop *b) {
    b->into[0] = nd_array_retain(b->g[0]);
    return 0;
}

int cast_infer(nd_invocation *call) {
    nd_like(call, 0);
    call->spec[0].dtype = (uint8_t)nd_int(call->op, call->words, 0);
    return 0;
}

int cast_gradient(nd_backprop *b) {
    nd_words words = nd_words_new(ND_OP_Cast);
    nd_words_int(&words, ND_OP_Cast, 0, nd_input_spec(b->node, 0).dtype);
    b->into[0] = nd_apply1(ND_OP_Cast, b->g[0], &words);
    return b->into[0] ? 0 : -1;
}

/* --------------------------------------------------------------------------------------------- reshape */

static nd_spec of_values(const nd_array *x, int64_t count, const nd_word *values) {
    nd_spec spec = {.dtype = x->dtype, .ndim = (uint8_t)count};
    for (int i = 0; i < count; i++)
        spec.shape[i] = values[i].i;
    return spec;
}

/* Reads MXNet's codes one by one; `source` walks the old axes alongside. */
typedef struct decoder {
    const nd_array *x;
    nd_spec out;
    int source;
    int unknown; /* the place of the -1 in `out`, or -1 */
} decoder;

static int64_t next_extent(decoder *d) {
    return d->source < d->x->ndim ? d->x->shape[d->source++] : -1;
}

static int put(decoder *d, int64_t extent) {
    if (d->out.ndim == ND_MAX_DIM || extent < 0)
        return -1;
    d->out.shape[d->out.ndim++] = extent;
    return 0;
}

static int put_unknown(decoder *d) {
    if (d->unknown >= 0 || d->out.ndim == ND_MAX_DIM)
        return -1;
    d->unknown = d->out.ndim;
    d->out.shape[d->out.ndim++] = 1;
    return 0;
}

/* -4: one old axis as the two extents that follow, one of which may be -1. */
static int split_axis(decoder *d, int64_t first, int64_t second) {
    int64_t whole = next_extent(d);
    if (first == -1 && second > 0)
        first = whole / second;
    if (second == -1 && first > 0)
        second = whole / first;
    return whole < 0 || first < 0 || second < 0 || first * second != whole ? -1 : put(d, first) | put(d, second);
}

static int decode(decoder *d, const int64_t *codes, int count) {
    for (int i = 0; i < count; i++) {
        int status = 0;
        if (codes[i] == 0) {
            status = put(d, next_extent(d));
        } else if (codes[i] == -1) {
            d->source++;
            status = put_unknown(d);
        } else if (codes[i] == -2) {
            while (d->source < d->x->ndim && status == 0)
                status = put(d, next_extent(d));
        } else if (codes[i] == -3) {
            int64_t first = next_extent(d), second = next_extent(d);
            status = first < 0 || second < 0 ? -1 : put(d, first * second);
        } else if (codes[i] == -4) {
            status = i + 2 < count ? split_axis(d, codes[i + 1], codes[i + 2]) : -1;
            i += 2;
        } else {
            d->source++;
            status = put(d, codes[i]);
        }
        if (status < 0)
            return -1;
    }
    return 0;
}

static void reverse(int64_t *values, int count) {
    for (int i = 0; i < count / 2; i++) {
        int64_t kept = values[i];
        values[i] = values[count - 1 - i];
        values[count - 1 - i] = kept;
    }
}

/* Codes are read from the right by reading the mirrored codes against the mirrored shape. */
static int decode_reversed(decoder *d, const nd_array *x, int64_t *codes, int count) {
    nd_spec mirrored = nd_array_spec(x);
    reverse(mirrored.shape, mirrored.ndim);
    nd_array *view = nd_array_view(x, 0, &mirrored);
    if (!view)
        return -1;
    reverse(codes, count);
    d->x = view;
    int status = decode(d, codes, count);
    reverse(d->out.shape, d->out.ndim);
    if (d->unknown >= 0)
        d->unknown = d->out.ndim - 1 - d->unknown;
    nd_array_release(view);
    return status;
}

int nd_reshape_spec(const nd_array *x, const int64_t *codes, int count, bool from_right, nd_spec *out) {
    decoder d = {.x = x, .out = {.dtype = x->dtype}, .unknown = -1};
    int64_t own[ND_MAX_DIM];
    nd_text shape, target;
    if (count > ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "reshape: at most %d codes, got %d", ND_MAX_DIM, count);
    memcpy(own, codes, (size_t)count * sizeof *own);
    target = nd_shape_text(count, codes);
    if ((from_right ? decode_reversed(&d, x, own, count) : decode(&d, own, count)) < 0)
        return nd_fail(ND_ESHAPE, "reshape: the codes %s do not fit an array of shape %s", target.chars, shape_of(x, &shape));
    int64_t known = nd_spec_size(&d.out);
    if (d.unknown >= 0 && known > 0)
        d.out.shape[d.unknown] = x->size / known;
    if (nd_checked_size("reshape", &d.out) != x->size)
        return nd_fail(ND_ESHAPE, "reshape: cannot reshape array of size %lld, shape %s, into shape %s", (long long)x->size,
                       shape_of(x, &shape), target.chars);
    *out = d.out;
    return 0;
}

int reshape_infer(nd_invocation *call) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, 0, &values);
    if (count == ND_NONE)
        return nd_fail(ND_EARGUMENT, "reshape: needs a shape");
    nd_spec codes = of_values(call->in[0], count, values);
    return nd_reshape_spec(call->in[0], codes.shape, (int)count, nd_int(call->op, call->words, 1), &call->spec[0]);
}

static int same_size(nd_invocation *call, nd_spec spec) {
    const nd_array *x = call->in[0];
    nd_text shape;
    spec.dtype = x->dtype;
    call->spec[0] = spec;
    if (nd_spec_size(&spec) == x->size)
        return 0;
    return nd_fail(ND_ESHAPE, "%s: cannot reshape array of size %lld, shape %s, into shape %s", call->op->name, (long long)x->size,
                   shape_of(x, &shape), nd_spec_text(&spec).chars);
}

int reshape_like_infer(nd_invocation *call) {
    return same_size(call, nd_array_spec(call->in[1]));
}

int flatten_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t rows = x->ndim ? x->shape[0] : 1;
    return same_size(call, (nd_spec){.ndim = 2, .shape = {rows, nd_count(x->ndim - (x->ndim > 0), x->shape + (x->ndim > 0))}});
}

int expand_dims_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    nd_text shape;
    if (x->ndim == ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "expand_dims: %s has as many axes as an array can have", shape_of(x, &shape));
    int axis = nd_axis(call->op, nd_int(call->op, call->words, 0), x->ndim + 1, x);
    if (axis < 0)
        return -1;
    nd_like(call, 0);
    nd_spec *spec = &call->spec[0];
    memmove(spec->shape + axis + 1, spec->shape + axis, (size_t)(x->ndim - axis) * sizeof *spec->shape);
    spec->shape[axis] = 1;
    spec->ndim++;
    return 0;
}

int squeeze_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    nd_text shape;
    int named = nd_axis_bits(call->op, call->words, 0, x, 0);
    if (named < 0)
        return -1;
    nd_spec spec = {.ndim = 0};
    for (int i = 0; i < x->ndim; i++) {
        if (named >> i & 1 && x->shape[i] != 1)
            return nd_fail(ND_ESHAPE, "squeeze: axis %d of shape %s is not of extent 1", i, shape_of(x, &shape));
        if (named ? !(named >> i & 1) : x->shape[i] != 1)
            spec.shape[spec.ndim++] = x->shape[i];
    }
    if (spec.ndim == 0)
        spec = (nd_spec){.ndim = 1, .shape = {1}};
    return same_size(call, spec);
}

int reshape_gradient(nd_backprop *b) {
    nd_spec spec = nd_input_spec(b->node, 0);
    b->into[0] = nd_reshape_to(b->g[0], &spec);
    return b->into[0] ? 0 : -1;
}

nd_array *nd_reshape_view(nd_array *array, const int64_t *shape, int ndim) {
    nd_spec spec = {.dtype = array->dtype, .ndim = (uint8_t)ndim};
    nd_text text;
    if (ndim > ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "reshape: at most %d axes, got %d", ND_MAX_DIM, ndim), NULL;
    memcpy(spec.shape, shape, (size_t)ndim * sizeof *shape);
    if (nd_checked_size("reshape", &spec) != array->size)
        return nd_fail(ND_ESHAPE, "reshape: cannot reshape array of size %lld, shape %s, into shape %s", (long long)array->size,
                       shape_of(array, &text), nd_spec_text(&spec).chars), NULL;
    nd_array *view = nd_array_view(array, 0, &spec);
    nd_words words = nd_words_new(ND_OP_reshape);
    nd_words_list(&words, ND_OP_reshape, 0, shape, ndim);
    if (view && nd_record(&nd_ops[ND_OP_reshape], &array, 1, words.at, &view, 1) < 0)
        return nd_array_release(view), NULL;
    return view;
}

/* ------------------------------------------------------------------------------------------- transpose */

typedef struct order {
    int axes[ND_MAX_DIM];
} order;

static int read_order(const nd_op *op, const nd_word *words, const nd_array *x, order *order) {
    const nd_word *values;
    nd_text shape;
    int64_t count = nd_list(op, words, 0, &values);
    for (int i = 0; i < x->ndim; i++)
        order->axes[i] = x->ndim - 1 - i;
    if (count == ND_NONE || count == 0)
        return 0;
    if (count != x->ndim)
        return nd_fail(ND_EAXIS, "transpose: %lld axes for an array of shape %s; name each axis once", (long long)count, shape_of(x, &shape));
    if (nd_axis_bits(op, words, 0, x, 0) < 0)
        return -1;
    for (int i = 0; i < x->ndim; i++)
        order->axes[i] = (int)(values[i].i < 0 ? values[i].i + x->ndim : values[i].i);
    return 0;
}

static int swapped(const nd_op *op, const nd_word *words, const nd_array *x, order *order) {
    int first = nd_axis(op, nd_int(op, words, 0), x->ndim, x), second = nd_axis(op, nd_int(op, words, 1), x->ndim, x);
    if (first < 0 || second < 0)
        return -1;
    for (int i = 0; i < x->ndim; i++)
        order->axes[i] = i == first ? second : i == second ? first : i;
    return 0;
}

static void permuted_spec(nd_invocation *call, const order *order) {
    nd_like(call, 0);
    for (int i = 0; i < call->in[0]->ndim; i++)
        call->spec[0].shape[i] = call->in[0]->shape[order->axes[i]];
}

static int permute(nd_invocation *call, const order *order) {
    const nd_array *x = call->in[0], *out = call->out[0];
    nd_strides from = nd_strides_of(x->ndim, x->shape), permuted = {{0}};
    for (int i = 0; i < x->ndim; i++)
        permuted.of[i] = from.of[order->axes[i]];
    nd_copy_strided(out->ndim, out->shape, nd_data(out), nd_strides_of(out->ndim, out->shape), nd_data(x), permuted,
                    nd_dtype_size(x->dtype));
    return 0;
}

int transpose_infer(nd_invocation *call) {
    order order;
    if (read_order(call->op, call->words, call->in[0], &order) < 0)
        return -1;
    permuted_spec(call, &order);
    return 0;
}

int transpose_run(nd_invocation *call) {
    order order;
    return read_order(call->op, call->words, call->in[0], &order) < 0 ? -1 : permute(call, &order);
}

int transpose_gradient(nd_backprop *b) {
    order order;
    int64_t inverse[ND_MAX_DIM];
    if (read_order(b->op, b->words, b->g[0], &order) < 0)
        return -1;
    for (int i = 0; i < b->g[0]->ndim; i++)
        inverse[order.axes[i]] = i;
    nd_words words = nd_words_new(ND_OP_transpose);
    nd_words_list(&words, ND_OP_transpose, 0, inverse, b->g[0]->ndim);
    b->into[0] = nd_apply1(ND_OP_transpose, b->g[0], &words);
    return b->into[0] ? 0 : -1;
}

int swapaxes_infer(nd_invocation *call) {
    order order;
    if (swapped(call->op, call->words, call->in[0], &order) < 0)
        return -1;
    permuted_spec(call, &order);
    return 0;
}

int swapaxes_run(nd_invocation *call) {
    order order;
    return swapped(call->op, call->words, call->in[0], &order) < 0 ? -1 : permute(call, &order);
}

int swapaxes_gradient(nd_backprop *b) {
    b->into[0] = nd_apply(b->op, &b->g[0], 1, b->words);
    return b->into[0] ? 0 : -1;
}

/* ----------------------------------------------------------------------------------------- broadcasting */

static int check_broadcast(nd_invocation *call, nd_spec target) {
    nd_spec own = nd_array_spec(call->in[0]), both = own;
    target.dtype = own.dtype;
    if (nd_broadcast(call->op, own, target, &both) < 0)
        return -1;
    if (!nd_same_shape(both.ndim, both.shape, target.ndim, target.shape))
        return nd_fail(ND_ESHAPE, "%s: shape %s cannot be broadcast to %s, which would shrink it", call->op->name,
                       nd_spec_text(&own).chars, nd_spec_text(&target).chars);
    call->spec[0] = target;
    return nd_checked_size(call->op->name, &target) < 0 ? -1 : 0;
}

int broadcast_to_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, 0, &values);
    nd_spec target = of_values(x, count == ND_NONE ? 0 : count, values);
    for (int i = 0, added = target.ndim - x->ndim; i < target.ndim; i++)
        if (target.shape[i] == 0 && i >= added)
            target.shape[i] = x->shape[i - added];
    return check_broadcast(call, target);
}

int broadcast_like_infer(nd_invocation *call) {
    return check_broadcast(call, nd_array_spec(call->in[1]));
}

int broadcast_axis_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    const nd_word *axes, *sizes;
    nd_text shape;
    int64_t count = nd_list(call->op, call->words, 0, &axes), given = nd_list(call->op, call->words, 1, &sizes);
    nd_spec target = nd_array_spec(x);
    if (count == ND_NONE || count != given)
        return nd_fail(ND_EARGUMENT, "broadcast_axis: needs as many sizes as axes");
    for (int i = 0; i < count; i++) {
        int axis = nd_axis(call->op, axes[i].i, x->ndim, x);
        if (axis < 0)
            return -1;
        if (x->shape[axis] != 1)
            return nd_fail(ND_ESHAPE, "broadcast_axis: axis %d of shape %s is not of extent 1", axis, shape_of(x, &shape));
        target.shape[axis] = sizes[i].i;
    }
    call->spec[0] = target;
    return nd_checked_size(call->op->name, &target) < 0 ? -1 : 0;
}

int broadcast_run(nd_invocation *call) {
    const nd_array *x = call->in[0], *out = call->out[0];
    nd_strides from = nd_strides_to(x->ndim, x->shape, &call->spec[0]);
    nd_copy_strided(out->ndim, out->shape, nd_data(out), nd_strides_of(out->ndim, out->shape), nd_data(x), from,
                    nd_dtype_size(x->dtype));
    return 0;
}

int broadcast_gradient(nd_backprop *b) {
    nd_spec spec = nd_input_spec(b->node, 0);
    b->into[0] = nd_sum_to(b->g[0], &spec);
    return b->into[0] ? 0 : -1;
}

int nd_array_assign(nd_array *target, const nd_array *source) {
    int64_t start[ND_MAX_DIM] = {0}, step[ND_MAX_DIM];
    for (int i = 0; i < target->ndim; i++)
        step[i] = 1;
    return nd_slice_assign(target, start, step, target->shape, source);
}

/* -------------------------------------------------------------------------------------- joining and cutting */

/* Copies between a whole and its part that begins at `begin` along the axis. */
static void copy_part(const nd_array *whole, const nd_array *part, int axis, int64_t begin, bool into_whole) {
    nd_spec shape = nd_array_spec(whole); /* the part's extents, under the whole's axes */
    nd_strides whole_strides = nd_strides_of(whole->ndim, whole->shape);
    shape.shape[axis] = part->size / (nd_spec_size(&shape) / shape.shape[axis]);
    nd_strides part_strides = nd_strides_of(shape.ndim, shape.shape);
    int item = nd_dtype_size(whole->dtype);
    char *inside = (char *)nd_data(whole) + begin * whole_strides.of[axis] * item;
    if (into_whole)
        nd_copy_strided(shape.ndim, shape.shape, inside, whole_strides, nd_data(part), part_strides, item);
    else
        nd_copy_strided(shape.ndim, shape.shape, nd_data(part), part_strides, inside, whole_strides, item);
}

static int same_but_for(nd_invocation *call, int axis) {
    const nd_array *first = call->in[0];
    for (int i = 1; i < call->inputs; i++) {
        const nd_array *other = call->in[i];
        nd_text a, b;
        if (nd_same_dtype(call, 0, i) < 0)
            return -1;
        bool same = other->ndim == first->ndim;
        for (int k = 0; k < first->ndim && same; k++)
            same = k == axis || other->shape[k] == first->shape[k];
        if (!same)
            return nd_fail(ND_ESHAPE, "%s: input 0 has shape %s and input %d %s; they may differ along axis %d only", call->op->name,
                           shape_of(first, &a), i, shape_of(other, &b), axis);
    }
    return 0;
}

int concat_infer(nd_invocation *call) {
    int axis = nd_axis(call->op, nd_int(call->op, call->words, 0), call->in[0]->ndim, call->in[0]);
    if (axis < 0 || same_but_for(call, axis) < 0)
        return -1;
    nd_like(call, 0);
    for (int i = 1; i < call->inputs; i++)
        call->spec[0].shape[axis] += call->in[i]->shape[axis];
    return nd_checked_size("concat", &call->spec[0]) < 0 ? -1 : 0;
}

int stack_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    nd_text shape;
    if (x->ndim == ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "stack: %s has as many axes as an array can have", shape_of(x, &shape));
    int axis = nd_axis(call->op, nd_int(call->op, call->words, 0), x->ndim + 1, x);
    if (axis < 0 || same_but_for(call, -1) < 0)
        return -1;
    nd_like(call, 0);
    nd_spec *spec = &call->spec[0];
    memmove(spec->shape + axis + 1, spec->shape + axis, (size_t)(x->ndim - axis) * sizeof *spec->shape);
    spec->shape[axis] = call->inputs;
    spec->ndim++;
    return nd_checked_size("stack", spec) < 0 ? -1 : 0;
}

/* Serves stack too: there every input is of extent 1 along the output's axis. */
int concat_run(nd_invocation *call) {
    const nd_array *out = call->out[0];
    int64_t axis = nd_int(call->op, call->words, 0), begin = 0;
    axis += axis < 0 ? out->ndim : 0;
    bool stacks = call->op == &nd_ops[ND_OP_stack];
    for (int i = 0; i < call->inputs; i++) {
        if (call->in[i]->size)
            copy_part(out, call->in[i], (int)axis, begin, true);
        begin += stacks ? 1 : call->in[i]->shape[axis];
    }
    return 0;
}

/* The piece of g from `begin` along the axis, under the shape of an input. */
static nd_array *piece(nd_array *g, int axis, int64_t begin, int64_t extent, const nd_spec *spec) {
    int64_t start[ND_MAX_DIM] = {0}, step[ND_MAX_DIM], count[ND_MAX_DIM];
    for (int i = 0; i < g->ndim; i++)
        step[i] = 1, count[i] = g->shape[i];
    start[axis] = begin;
    count[axis] = extent;
    nd_array *slice = nd_slice_view(g, start, step, count);
    nd_array *shaped = slice ? nd_reshape_to(slice, spec) : NULL;
    nd_array_release(slice);
    return shaped;
}

static int pieces_gradient(nd_backprop *b, bool stacks) {
    nd_array *g = b->g[0];
    int64_t axis = nd_int(b->op, b->words, 0), begin = 0;
    axis += axis < 0 ? g->ndim : 0;
    for (int i = 0; i < b->node->inputs; i++) {
        nd_spec spec = nd_input_spec(b->node, i);
        int64_t extent = stacks ? 1 : spec.shape[axis];
        if (nd_wanted(b, i) && !(b->into[i] = piece(g, (int)axis, begin, extent, &spec)))
            return -1;
        begin += extent;
    }
    return 0;
}

int concat_gradient(nd_backprop *b) {
    return pieces_gradient(b, false);
}

int stack_gradient(nd_backprop *b) {
    return pieces_gradient(b, true);
}

int split_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t parts = nd_int(call->op, call->words, 0);
    nd_text shape;
    int axis = nd_axis(call->op, nd_int(call->op, call->words, 1), x->ndim, x);
    if (axis < 0)
        return -1;
    if (parts < 1 || parts > ND_MAX_OUTPUTS || x->shape[axis] % parts)
        return nd_fail(ND_ESHAPE, "split: axis %d of shape %s cannot be cut into %lld equal parts (at most %d)", axis, shape_of(x, &shape),
                       (long long)parts, ND_MAX_OUTPUTS);
    nd_like(call, 0);
    nd_spec spec = call->spec[0];
    spec.shape[axis] /= parts;
    if (nd_int(call->op, call->words, 2)) {
        if (spec.shape[axis] != 1)
            return nd_fail(ND_ESHAPE, "split: squeeze_axis needs parts of extent 1; axis %d of shape %s gives %lld", axis,
                           shape_of(x, &shape), (long long)spec.shape[axis]);
        memmove(spec.shape + axis, spec.shape + axis + 1, (size_t)(x->ndim - axis - 1) * sizeof *spec.shape);
        spec.ndim--;
    }
    call->outputs = (int)parts;
    for (int i = 0; i < parts; i++)
        call->spec[i] = spec;
    return 0;
}

int split_run(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t axis = nd_int(call->op, call->words, 1);
    axis += axis < 0 ? x->ndim : 0;
    for (int i = 0; i < call->outputs && x->size; i++)
        copy_part(x, call->out[i], (int)axis, i * (x->shape[axis] / call->outputs), false);
    return 0;
}

int split_gradient(nd_backprop *b) {
    nd_spec spec = nd_input_spec(b->node, 0);
    int64_t axis = nd_int(b->op, b->words, 1);
    nd_words words = nd_words_new(ND_OP_concat);
    nd_words_int(&words, ND_OP_concat, 0, axis < 0 ? axis + spec.ndim : axis);
    if (nd_int(b->op, b->words, 2)) { /* the parts lost the axis: stack them on a new one */
        words = nd_words_new(ND_OP_stack);
        nd_words_int(&words, ND_OP_stack, 0, axis < 0 ? axis + spec.ndim : axis);
    }
    nd_op_id join = nd_int(b->op, b->words, 2) ? ND_OP_stack : ND_OP_concat;
    b->into[0] = nd_apply(&nd_ops[join], b->g, b->node->outputs, words.at);
    return b->into[0] ? 0 : -1;
}
