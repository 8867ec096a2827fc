/* Pad: axes made longer, by one value, by their ends, or by their mirror image. */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "spec.h"

enum { CONSTANT, EDGE, REFLECT }; /* the choices of mode, in the table's order */

/* How many elements come before and after those of each axis. */
typedef struct widths {
    int64_t before[ND_MAX_DIM], after[ND_MAX_DIM];
} widths;

static int cannot_pad(const nd_invocation *call, int axis, const widths *w) {
    return nd_fail(ND_EARGUMENT,
                   "%s: axis %d of shape %s cannot be padded by %lld and %lld; no width is below 0, reflection needs "
                   "them below the extent, and an edge one element",
                   call->op->name, axis, nd_array_text(call->in[0]).chars, (long long)w->before[axis],
                   (long long)w->after[axis]);
}

/* Fills `padded` with the shape of the result. */
static int read_widths(const nd_invocation *call, int64_t mode, widths *w, nd_spec *padded) {
    const nd_array *x = call->in[0];
    const nd_word *given;
    int64_t count = nd_list(call->op, call->words, 1, &given);
    if (count != 2 * x->ndim)
        return nd_fail(ND_EARGUMENT, "%s: an array of shape %s needs %d widths, two for each axis, not %lld",
                       call->op->name, nd_array_text(x).chars, 2 * x->ndim, (long long)count);
    *padded = nd_array_spec(x);
    for (int i = 0; i < x->ndim; i++) {
        int64_t before = w->before[i] = given[2 * i].i, after = w->after[i] = given[2 * i + 1].i;
        int64_t most = mode == REFLECT ? x->shape[i] - 1 : mode == EDGE && !x->shape[i] ? 0 : INT64_MAX / 4;
        if ((before || after) && (before < 0 || after < 0 || before > most || after > most))
            return cannot_pad(call, i, w);
        if (__builtin_add_overflow(padded->shape[i], before + after, &padded->shape[i]))
            return cannot_pad(call, i, w);
    }
    return nd_checked_size(call->op->name, padded) < 0 ? -1 : 0;
}

/* ------------------------------------------------------------------------------------------------ modes */

/* The array written into the middle of a larger one. */
static nd_array *surround(nd_scope *s, nd_array *x, const widths *w, const nd_spec *padded, double value) {
    int64_t end[ND_MAX_DIM];
    for (int i = 0; i < x->ndim; i++)
        end[i] = w->before[i] + x->shape[i];
    nd_words words = nd_words_new(ND_OP__slice_assign);
    nd_words_list(&words, ND_OP__slice_assign, 0, w->before, x->ndim);
    nd_words_list(&words, ND_OP__slice_assign, 1, end, x->ndim);
    nd_array *in[] = {nd_do_full(s, padded, x->context, value), x};
    return nd_do(s, ND_OP__slice_assign, in, 2, &words);
}

/* Which element of an axis stands at a place that may be before its first or after its last. */
static int64_t element_at(int64_t place, int64_t extent, int64_t mode) {
    if (place < 0)
        return mode == EDGE ? 0 : -place;
    if (place >= extent)
        return mode == EDGE ? extent - 1 : 2 * (extent - 1) - place;
    return place;
}

static nd_array *extend_axis(nd_scope *s, nd_array *x, int axis, int64_t before, int64_t padded, int64_t mode) {
    nd_spec spec = {.dtype = ND_INT64, .ndim = 1, .shape = {padded}};
    nd_array *places = nd_do_table(s, &spec, x->context);
    for (int64_t i = 0; places && i < padded; i++)
        nd_array_set_int(places, i, element_at(i - before, x->shape[axis], mode));
    nd_words words = nd_words_new(ND_OP_take);
    nd_words_int(&words, ND_OP_take, 0, axis);
    nd_array *in[] = {x, nd_do_there(s, places, x->context)};
    return nd_do(s, ND_OP_take, in, 2, &words);
}

int pad_compose(nd_invocation *call) {
    nd_array *x = call->in[0];
    int64_t mode = nd_int(call->op, call->words, 0);
    widths w;
    nd_spec padded;
    if (read_widths(call, mode, &w, &padded) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *y = x;
    if (mode == CONSTANT || x->size == 0) /* of nothing there may be a lot */
        y = surround(&s, x, &w, &padded, nd_float(call->op, call->words, 2));
    else
        for (int axis = 0; axis < x->ndim && !s.failed; axis++)
            if (padded.shape[axis] != x->shape[axis])
                y = extend_axis(&s, y, axis, w.before[axis], padded.shape[axis], mode);
    if (y == x)
        y = nd_do1(&s, ND_OP__copy, x);
    return nd_scope_results(&s, &y, 1, call->out);
}
