/* Images with a border around them, and images of another size, under the names of OpenCV. */
#include "array.h"
#include "image.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

enum { TOP, BOTTOM, LEFT, RIGHT, TYPE, VALUE, VALUES };
enum { CONSTANT, REPLICATE, REFLECT, WRAP, REFLECT_101 }; /* OpenCV's numbers */

static int check_border(const nd_invocation *call) {
    const nd_array *x = call->in[0];
    const nd_word *values;
    int64_t type = nd_int(call->op, call->words, TYPE), count = nd_list(call->op, call->words, VALUES, &values);
    if (nd_check_image(call, false) < 0)
        return -1;
    for (int i = TOP; i <= RIGHT; i++)
        if (nd_int(call->op, call->words, i) < 0 || nd_int(call->op, call->words, i) > INT32_MAX)
            return nd_fail(ND_EARGUMENT, "%s: top, bot, left and right must be 0 or more", call->op->name);
    if (type < CONSTANT || type > REFLECT_101 || (type != CONSTANT && x->size == 0))
        return nd_fail(ND_EARGUMENT,
                       "%s: type must be 0 (constant), or of an image with elements 1 (replicate), 2 (reflect), 3 "
                       "(wrap) or 4 (reflect without the edge), not %lld",
                       call->op->name, (long long)type);
    if (count > 0 && count != x->shape[2])
        return nd_fail(ND_EARGUMENT, "%s: values has %lld numbers for %lld channels", call->op->name, (long long)count,
                       (long long)x->shape[2]);
    return 0;
}

static int64_t folded(int64_t i, int64_t period) {
    return (i % period + period) % period;
}

/* Which element of `extent` is seen at a place that may lie outside. */
static int64_t seen_at(int64_t i, int64_t extent, int64_t type) {
    if (type == REPLICATE || extent == 1)
        return i < 0 ? 0 : i < extent ? i : extent - 1;
    if (type == WRAP)
        return folded(i, extent);
    const int64_t edge = type == REFLECT, period = 2 * (extent - 1 + edge), at = folded(i, period);
    return at < extent ? at : period - at - edge;
}

static nd_array *extended(nd_scope *s, const nd_invocation *call, nd_array *x, int axis) {
    const int64_t before = nd_int(call->op, call->words, axis ? LEFT : TOP), extent = call->in[0]->shape[axis];
    const nd_spec spec = {ND_INT64, 1, {before + extent + nd_int(call->op, call->words, axis ? RIGHT : BOTTOM)}};
    nd_array *places = nd_do_table(s, &spec, call->context);
    for (int64_t i = 0; places && i < places->size; i++)
        nd_array_set_int(places, i, seen_at(i - before, extent, nd_int(call->op, call->words, TYPE)));
    nd_words words = nd_words_new(ND_OP_take);
    nd_words_int(&words, ND_OP_take, 0, axis);
    nd_array *in[] = {x, nd_do_there(s, places, call->context)};
    return nd_do(s, ND_OP_take, in, 2, &words);
}

/* The color of the border, for each channel. */
static nd_array *border_values(nd_scope *s, const nd_invocation *call) {
    const nd_word *values;
    const int64_t count = nd_list(call->op, call->words, VALUES, &values), channels = call->in[0]->shape[2];
    const nd_spec spec = {call->in[0]->dtype, 3, {1, 1, channels}};
    nd_array *made = nd_do_table(s, &spec, call->context);
    for (int64_t i = 0; made && i < channels; i++)
        nd_array_set(made, i, count > 0 ? values[i].f : nd_float(call->op, call->words, VALUE));
    return nd_do_there(s, made, call->context);
}

static nd_array *surrounded(nd_scope *s, const nd_invocation *call, nd_array *x) {
    int64_t widths[6] = {0};
    nd_words words = nd_words_new(ND_OP_Pad);
    for (int i = TOP; i <= RIGHT; i++)
        widths[i] = nd_int(call->op, call->words, i);
    nd_words_list(&words, ND_OP_Pad, 1, widths, 6);
    return nd_do_with(s, ND_OP_Pad, x, &words);
}

int copy_make_border_compose(nd_invocation *call) {
    if (check_border(call) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *x = call->in[0], *out;
    if (nd_int(call->op, call->words, TYPE) == CONSTANT) {
        nd_array *in[] = {surrounded(&s, call, nd_do1(&s, ND_OP_ones_like, x)), surrounded(&s, call, x), NULL};
        in[2] = border_values(&s, call);
        out = nd_do(&s, ND_OP_where, in, 3, NULL);
    } else {
        out = extended(&s, call, extended(&s, call, x, 0), 1);
    }
    return nd_scope_results(&s, &out, 1, call->out);
}

int imresize_compose(nd_invocation *call) {
    const int64_t size[] = {nd_int(call->op, call->words, 0), nd_int(call->op, call->words, 1)};
    nd_scope s = {0};
    nd_words words = nd_words_new(ND_OP__image_resize);
    nd_words_list(&words, ND_OP__image_resize, 0, size, 2);
    nd_words_int(&words, ND_OP__image_resize, 2, nd_int(call->op, call->words, 2));
    nd_array *out = nd_check_image(call, false) < 0 ? nd_scope_own(&s, NULL)
                                                    : nd_do_with(&s, ND_OP__image_resize, call->in[0], &words);
    return nd_scope_results(&s, &out, 1, call->out);
}
