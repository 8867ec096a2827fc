/* Batches of sequences of different lengths: SequenceMask, SequenceLast, SequenceReverse.
 *
 * The data is (time, batch, ...), or (batch, time, ...) with axis=1. What an operator takes from where is written down
 * as indices, and gathering does the rest, gradients included.
 */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "spec.h"

typedef struct batch {
    int axis; /* of time */
    int64_t times, count;
    nd_array *lengths; /* NULL: all as long as the time */
    nd_array *read;    /* the lengths in host memory */
} batch;

/* Ends an operator: its result depends on the lengths, though without a gradient. */
static int finish(nd_invocation *call, nd_scope *s, nd_array *y, const batch *b) {
    if (b->lengths)
        y = nd_do_beside(s, y, b->lengths);
    return nd_scope_results(s, &y, 1, call->out);
}

static int check_lengths(const nd_invocation *call, batch *b, int64_t least, int64_t most, nd_scope *s) {
    const nd_array *x = call->in[0];
    if (b->lengths && (b->lengths->ndim != 1 || b->lengths->shape[0] != b->count))
        return nd_fail(ND_ESHAPE, "%s: data of shape %s needs a sequence_length of shape (%lld,), not %s",
                       call->op->name, nd_array_text(x).chars, (long long)b->count, nd_array_text(b->lengths).chars);
    b->read = b->lengths ? nd_do_read(s, b->lengths) : NULL;
    for (int64_t i = 0; b->read && i < b->count; i++) {
        int64_t length = nd_array_get_int(b->read, i);
        if (length < least || length > most)
            return nd_fail(ND_EINDEX, "%s: sequence %lld of data of shape %s cannot have length %lld", call->op->name,
                           (long long)i, nd_array_text(x).chars, (long long)length);
    }
    return s->failed ? -1 : 0;
}

/* Reads use_sequence_length, the first parameter, and the axis, whose number is `axis`. */
static int read_batch(const nd_invocation *call, int axis, batch *b) {
    const nd_array *x = call->in[0];
    bool used = nd_int(call->op, call->words, 0);
    int64_t time = nd_int(call->op, call->words, axis);
    if (call->inputs != (used ? 2 : 1))
        return nd_fail(ND_ECALL, "%s: use_sequence_length=%s, but sequence_length is %s", call->op->name,
                       used ? "True" : "False", used ? "missing" : "given");
    if (x->ndim < 2 || time < 0 || time > 1)
        return nd_fail(ND_ESHAPE, "%s: needs data of two axes or more, of which axis 0 or 1 is time; got %s, axis %lld",
                       call->op->name, nd_array_text(x).chars, (long long)time);
    *b = (batch){(int)time, x->shape[time], x->shape[1 - time], used ? call->in[1] : NULL, NULL};
    return 0;
}

/* Where in an array of the data's first two axes an element lies. */
static int64_t place_of(const batch *b, int64_t time, int64_t sequence) {
    return b->axis ? sequence * b->times + time : time * b->count + sequence;
}

/* ------------------------------------------------------------------------------------------------- mask */

/* Ones where the sequences last, under as many axes as the data has. */
static nd_array *make_mask(nd_scope *s, const nd_array *x, const batch *b) {
    nd_spec spec = {.dtype = ND_UINT8, .ndim = x->ndim, .shape = {x->shape[0], x->shape[1]}};
    for (int i = 2; i < x->ndim; i++)
        spec.shape[i] = 1;
    nd_array *mask = nd_do_table(s, &spec, x->context);
    for (int64_t n = 0; mask && n < b->count; n++)
        for (int64_t t = 0, length = nd_array_get_int(b->read, n); t < b->times; t++)
            nd_array_set_int(mask, place_of(b, t, n), t < length);
    return nd_do_there(s, mask, x->context);
}

static nd_array *masked(nd_scope *s, nd_array *x, const batch *b, double value) {
    nd_spec single = {.dtype = x->dtype, .ndim = x->ndim, .shape = {1, 1, 1, 1, 1, 1, 1, 1}};
    nd_array *in[] = {make_mask(s, x, b), x, nd_do_full(s, &single, x->context, value)};
    return nd_do(s, ND_OP_where, in, 3, NULL);
}

int sequence_mask_compose(nd_invocation *call) {
    nd_array *x = call->in[0];
    nd_scope s = {0};
    batch b;
    if (read_batch(call, 2, &b) < 0 || check_lengths(call, &b, 0, INT64_MAX, &s) < 0)
        return nd_scope_results(&s, NULL, 0, NULL), -1;
    nd_array *y =
        b.lengths && x->size ? masked(&s, x, &b, nd_float(call->op, call->words, 1)) : nd_do1(&s, ND_OP__copy, x);
    return finish(call, &s, y, &b);
}

/* ------------------------------------------------------------------------------------- last and reversed */

/* Sets column i of indices (2, ...) to a place in the data. */
static void set_pair(nd_array *indices, int64_t i, const batch *b, int64_t time, int64_t sequence) {
    nd_array_set_int(indices, i, b->axis ? sequence : time);
    nd_array_set_int(indices, indices->size / 2 + i, b->axis ? time : sequence);
}

static nd_array *last_of_each(nd_scope *s, nd_array *x, const batch *b) {
    nd_spec spec = {.dtype = ND_INT64, .ndim = 2, .shape = {2, b->count}};
    nd_array *indices = nd_do_table(s, &spec, x->context);
    for (int64_t n = 0; indices && n < b->count; n++)
        set_pair(indices, n, b, nd_array_get_int(b->read, n) - 1, n);
    return nd_do2(s, ND_OP_gather_nd, x, nd_do_there(s, indices, x->context));
}

static nd_array *last_of_all(nd_scope *s, nd_array *x, const batch *b) {
    nd_spec spec = {.ndim = (uint8_t)(x->ndim - 1), .shape = {b->count}};
    for (int i = 2; i < x->ndim; i++)
        spec.shape[i - 1] = x->shape[i];
    return nd_do_like(s, nd_do_slice_axis(s, x, b->axis, b->times - 1, b->times), &spec);
}

static int no_last_element(const nd_invocation *call) {
    return nd_fail(ND_ESHAPE, "%s: data of shape %s has no last element", call->op->name,
                   nd_array_text(call->in[0]).chars);
}

int sequence_last_compose(nd_invocation *call) {
    nd_array *x = call->in[0];
    nd_scope s = {0};
    batch b;
    if (read_batch(call, 1, &b) < 0 || check_lengths(call, &b, 1, b.times, &s) < 0)
        return nd_scope_results(&s, NULL, 0, NULL), -1;
    if (b.times == 0)
        return nd_scope_results(&s, NULL, 0, NULL), no_last_element(call);
    nd_array *y = b.lengths ? last_of_each(&s, x, &b) : last_of_all(&s, x, &b);
    return finish(call, &s, y, &b);
}

static nd_array *each_reversed(nd_scope *s, nd_array *x, const batch *b) {
    nd_spec spec = {.dtype = ND_INT64, .ndim = 3, .shape = {2, x->shape[0], x->shape[1]}};
    nd_array *indices = nd_do_table(s, &spec, x->context);
    for (int64_t n = 0; indices && n < b->count; n++)
        for (int64_t t = 0, length = nd_array_get_int(b->read, n); t < b->times; t++)
            set_pair(indices, place_of(b, t, n), b, t < length ? length - 1 - t : t, n);
    return nd_do2(s, ND_OP_gather_nd, x, nd_do_there(s, indices, x->context));
}

static nd_array *all_reversed(nd_scope *s, nd_array *x, const batch *b) {
    int64_t axis = b->axis;
    nd_words words = nd_words_new(ND_OP_reverse);
    nd_words_list(&words, ND_OP_reverse, 0, &axis, 1);
    return nd_do_with(s, ND_OP_reverse, x, &words);
}

int sequence_reverse_compose(nd_invocation *call) {
    nd_array *x = call->in[0];
    nd_scope s = {0};
    batch b;
    if (read_batch(call, 1, &b) < 0 || check_lengths(call, &b, 0, b.times, &s) < 0)
        return nd_scope_results(&s, NULL, 0, NULL), -1;
    nd_array *y = b.lengths && x->size ? each_reversed(&s, x, &b) : all_reversed(&s, x, &b);
    return finish(call, &s, y, &b);
}
