/* Copies of the same elements: as they are, in another dtype, under another shape. */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "gpu.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

int copy_run(nd_invocation *call) {
    return nd_convert(call->out[0], call->in[0]);
}

nd_array *nd_on_host(nd_array *array) {
    return nd_on_gpu(array->context) ? nd_gpu_on_host(array) : nd_array_retain(array);
}

nd_array *nd_to_context(nd_array *array, nd_context context) {
    nd_spec spec = nd_array_spec(array);
    nd_words words = nd_words_new(ND_OP_Cast);
    nd_array *copy = nd_array_new(&spec, context);
    nd_words_int(&words, ND_OP_Cast, 0, array->dtype);
    if (copy && nd_call(&nd_ops[ND_OP_Cast], &array, 1, words.at, context, &copy) == 1)
        return copy;
    nd_array_release(copy);
    return NULL;
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

int cast_storage_infer(nd_invocation *call) {
    nd_like(call, 0);
    if (nd_int(call->op, call->words, 0) == 0)
        return 0;
    return nd_fail(ND_EARGUMENT, "%s: there are dense arrays only; stype is 'default'", call->op->name);
}

int cast_gradient(nd_backprop *b) {
    nd_words words = nd_words_new(ND_OP_Cast);
    nd_words_int(&words, ND_OP_Cast, 0, nd_input_spec(b->node, 0).dtype);
    b->into[0] = nd_apply1(ND_OP_Cast, b->g[0], &words);
    return b->into[0] ? 0 : -1;
}

/* --------------------------------------------------------------------------------------------- reshape */

/* Reads MXNet's codes one by one; `source` walks the old axes alongside. */
typedef struct decoder {
    nd_spec in, out;
    int source;
    int unknown; /* the place of the -1 in `out`, or -1 */
} decoder;

static int64_t next_extent(decoder *d) {
    return d->source < d->in.ndim ? d->in.shape[d->source++] : -1;
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
    int64_t product;
    if (whole < 0 || first < 0 || second < 0 || __builtin_mul_overflow(first, second, &product) || product != whole)
        return -1;
    return put(d, first) | put(d, second);
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
            while (d->source < d->in.ndim && status == 0)
                status = put(d, next_extent(d));
        } else if (codes[i] == -3) {
            int64_t first = next_extent(d), second = next_extent(d), product;
            status = first < 0 || second < 0 || __builtin_mul_overflow(first, second, &product) ? -1 : put(d, product);
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

/* Codes are read from the right by reading the mirrored codes against the mirrored shape; a -4 stays before its two
 * extents, which trade places. */
static int decode_reversed(decoder *d, int64_t *codes, int count) {
    reverse(d->in.shape, d->in.ndim);
    reverse(codes, count);
    for (int i = 2; i < count; i++)
        if (codes[i] == -4) {
            reverse(codes + i - 2, 3);
            reverse(codes + i - 1, 2);
        }
    int status = decode(d, codes, count);
    reverse(d->out.shape, d->out.ndim);
    if (d->unknown >= 0)
        d->unknown = d->out.ndim - 1 - d->unknown;
    return status;
}

/* The product of the extents, or the largest number there is. */
static int64_t saturated_size(const nd_spec *spec) {
    int64_t size = 1;
    for (int i = 0; i < spec->ndim; i++)
        if (spec->shape[i] == 0)
            return 0;
    for (int i = 0; i < spec->ndim; i++)
        if (__builtin_mul_overflow(size, spec->shape[i], &size))
            return INT64_MAX;
    return size;
}

int64_t nd_reshape_spec(const nd_array *x, const int64_t *codes, int count, bool from_right, nd_spec *out) {
    decoder d = {.in = nd_array_spec(x), .out = {.dtype = x->dtype}, .unknown = -1};
    int64_t own[ND_MAX_CODES];
    if (count > ND_MAX_CODES)
        return nd_fail(ND_ESHAPE, "reshape: at most %d codes, got %d", ND_MAX_CODES, count);
    memcpy(own, codes, (size_t)count * sizeof *own);
    if ((from_right ? decode_reversed(&d, own, count) : decode(&d, own, count)) < 0)
        return nd_fail(ND_ESHAPE, "reshape: the codes %s do not fit an array of shape %s",
                       nd_shape_text(count, codes).chars, nd_array_text(x).chars);
    int64_t known = saturated_size(&d.out);
    if (d.unknown >= 0 && known > 0)
        d.out.shape[d.unknown] = x->size / known;
    *out = d.out;
    return saturated_size(out);
}

static int cannot_reshape(const nd_array *x, int ndim, const int64_t *shape) {
    return nd_fail(ND_ESHAPE, "reshape: cannot reshape array of size %lld, shape %s, into shape %s", (long long)x->size,
                   nd_array_text(x).chars, nd_shape_text(ndim, shape).chars);
}

/* target_shape, an older way to say it: one 0 stands for what is left, and keep_highest keeps the first extent. */
static int read_target(const nd_invocation *call, nd_spec *spec) {
    const nd_array *x = call->in[0];
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, 2, &values);
    *spec = nd_listed_spec(x->dtype, count, values);
    if (nd_int(call->op, call->words, 3) && x->ndim && spec->ndim)
        spec->shape[0] = x->shape[0];
    int unknown = -1;
    for (int i = 0; i < spec->ndim; i++) {
        if (spec->shape[i] < 0)
            return cannot_reshape(x, spec->ndim, spec->shape);
        if (spec->shape[i] == 0 && x->size && unknown < 0)
            spec->shape[unknown = i] = 1;
    }
    int64_t known = saturated_size(spec);
    if (unknown >= 0 && known > 0)
        spec->shape[unknown] = x->size / known;
    return saturated_size(spec) == x->size ? 0 : cannot_reshape(x, spec->ndim, spec->shape);
}

int reshape_infer(nd_invocation *call) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, 0, &values);
    if (count == ND_NONE)
        return nd_fail(ND_EARGUMENT, "reshape: needs a shape");
    if (count == 0 && nd_int(call->op, call->words, 2) > 0)
        return read_target(call, &call->spec[0]);
    int64_t codes[ND_MAX_ITEMS];
    for (int i = 0; i < count; i++)
        codes[i] = values[i].i;
    int64_t size = nd_reshape_spec(call->in[0], codes, (int)count, nd_int(call->op, call->words, 1), &call->spec[0]);
    return size < 0 ? -1 : size == call->in[0]->size ? 0 : cannot_reshape(call->in[0], (int)count, codes);
}

static int same_size(nd_invocation *call, nd_spec spec) {
    const nd_array *x = call->in[0];
    spec.dtype = x->dtype;
    call->spec[0] = spec;
    if (nd_spec_size(&spec) == x->size)
        return 0;
    return nd_fail(ND_ESHAPE, "%s: cannot reshape array of size %lld, shape %s, into shape %s", call->op->name,
                   (long long)x->size, nd_array_text(x).chars, nd_spec_text(&spec).chars);
}

/* The axes from begin to before end, counted from the end where negative; all for None. */
static int read_range(const nd_invocation *call, int first, const nd_array *x, int64_t *begin, int64_t *end) {
    *begin = nd_int(call->op, call->words, first);
    *end = nd_int(call->op, call->words, first + 1);
    *begin = *begin == ND_NONE ? 0 : *begin < 0 ? *begin + x->ndim : *begin;
    *end = *end == ND_NONE ? x->ndim : *end < 0 ? *end + x->ndim : *end;
    bool whole = nd_int(call->op, call->words, first) == ND_NONE && nd_int(call->op, call->words, first + 1) == ND_NONE;
    if (whole || (*begin >= 0 && *begin < *end && *end <= x->ndim))
        return 0;
    return nd_fail(ND_EAXIS, "%s: shape %s has no axes from %lld to before %lld", call->op->name,
                   nd_array_text(x).chars, (long long)*begin, (long long)*end);
}

/* lhs with some of its axes replaced by some of rhs. */
int reshape_like_infer(nd_invocation *call) {
    const nd_array *x = call->in[0], *like = call->in[1];
    int64_t begin, end, from, to;
    if (read_range(call, 0, x, &begin, &end) < 0 || read_range(call, 2, like, &from, &to) < 0)
        return -1;
    nd_spec spec = {.ndim = 0};
    if (begin + (to - from) + (x->ndim - end) > ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "%s: the axes of %s and %s together are too many", call->op->name,
                       nd_array_text(x).chars, nd_array_text(like).chars);
    for (int64_t i = 0; i < begin; i++)
        spec.shape[spec.ndim++] = x->shape[i];
    for (int64_t i = from; i < to; i++)
        spec.shape[spec.ndim++] = like->shape[i];
    for (int64_t i = end; i < x->ndim; i++)
        spec.shape[spec.ndim++] = x->shape[i];
    return nd_checked_size(call->op->name, &spec) < 0 ? -1 : same_size(call, spec);
}

int flatten_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int64_t rows = x->ndim ? x->shape[0] : 1;
    return same_size(
        call, (nd_spec){.ndim = 2, .shape = {rows, nd_count(x->ndim - (x->ndim > 0), x->shape + (x->ndim > 0))}});
}

int expand_dims_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    if (x->ndim == ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "expand_dims: %s has as many axes as an array can have", nd_array_text(x).chars);
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
    int named = nd_axis_bits(call->op, call->words, 0, x->ndim, x, 0);
    if (named < 0)
        return -1;
    nd_spec spec = {.ndim = 0};
    for (int i = 0; i < x->ndim; i++) {
        if (named >> i & 1 && x->shape[i] != 1)
            return nd_fail(ND_ESHAPE, "squeeze: axis %d of shape %s is not of extent 1", i, nd_array_text(x).chars);
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
    if (ndim > ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "reshape: at most %d axes, got %d", ND_MAX_DIM, ndim), NULL;
    memcpy(spec.shape, shape, (size_t)ndim * sizeof *shape);
    if (saturated_size(&spec) != array->size)
        return cannot_reshape(array, ndim, shape), NULL;
    nd_array *view = nd_array_view(array, 0, &spec);
    /* Flatten, because it has reshape's gradient and no parameters that the tape would keep. */
    if (view && nd_record(&nd_ops[ND_OP_Flatten], &array, 1, NULL, &view, 1) < 0)
        return nd_array_release(view), NULL;
    return view;
}
