/* Correlation: for each displacement, data1 times (or the distance to) data2 moved by it, averaged over patches. */
#include "array.h"
#include "compose.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"
#include "window.h"

typedef struct correlation {
    int64_t kernel, reach, stride, step, pad; /* the patch, the largest displacement, and the strides of both */
    bool multiply;
} correlation;

static int read_parameters(const nd_invocation *call, correlation *c) {
    int64_t values[5];
    for (int i = 0; i < 5; i++) {
        int64_t least = i == 0 || i == 2 || i == 3;
        values[i] = nd_int(call->op, call->words, i);
        if (values[i] < least || values[i] > (int64_t)1 << 12)
            return nd_fail(ND_EARGUMENT, "%s: %s must be at least %lld and sensible, not %lld", call->op->name,
                           nd_op_params(call->op)[i].name, (long long)least, (long long)values[i]);
    }
    *c = (correlation){values[0], values[1], values[2], values[3], values[4], nd_int(call->op, call->words, 5)};
    if (c->kernel % 2 == 0)
        return nd_fail(ND_EARGUMENT, "%s: kernel_size must be odd, not %lld", call->op->name, (long long)c->kernel);
    return 0;
}

static int check(const nd_invocation *call, const correlation *c) {
    const nd_array *a = call->in[0], *b = call->in[1];
    int64_t border = 2 * (c->kernel / 2 + c->reach - c->pad);
    if (a->ndim != 4 || !nd_same_shape(a->ndim, a->shape, b->ndim, b->shape))
        return nd_fail(ND_ESHAPE, "%s: needs images of one shape (n, channels, height, width), not %s and %s",
                       call->op->name, nd_array_text(a).chars, nd_array_text(b).chars);
    if (a->size == 0 || a->shape[2] <= border || a->shape[3] <= border)
        return nd_fail(ND_ESHAPE, "%s: shape %s leaves nothing within a border of %lld rows and columns",
                       call->op->name, nd_array_text(a).chars, (long long)border / 2);
    return nd_window_floats(call, call->inputs);
}

/* Zeros around the images. */
static nd_array *padded(nd_scope *s, nd_array *x, int64_t pad) {
    nd_words words = nd_words_new(ND_OP__slice_scatter);
    nd_words_list(&words, ND_OP__slice_scatter, 0, (int64_t[]){0, 0, pad, pad}, 4);
    nd_words_list(&words, ND_OP__slice_scatter, 1, (int64_t[]){1, 1, 1, 1}, 4);
    const int64_t shape[] = {x->shape[0], x->shape[1], x->shape[2] + 2 * pad, x->shape[3] + 2 * pad};
    nd_words_list(&words, ND_OP__slice_scatter, 2, shape, 4);
    return nd_do_with(s, ND_OP__slice_scatter, x, &words);
}

/* The rows and columns that a displacement leads to, without the border that all displacements need. */
static nd_array *moved(nd_scope *s, nd_array *x, int64_t reach, int64_t dy, int64_t dx) {
    if (s->failed)
        return NULL;
    int64_t height = x->shape[2] - 2 * reach, width = x->shape[3] - 2 * reach;
    nd_array *rows = nd_do_slice_axis(s, x, 2, reach + dy, reach + dy + height);
    return nd_do_slice_axis(s, rows, 3, reach + dx, reach + dx + width);
}

static nd_array *patches(nd_scope *s, nd_array *agreement, const correlation *c) {
    nd_words words = nd_words_new(ND_OP_Pooling);
    nd_words_list(&words, ND_OP_Pooling, 0, (int64_t[]){c->kernel, c->kernel}, 2);
    nd_words_int(&words, ND_OP_Pooling, 1, 1); /* average */
    nd_words_list(&words, ND_OP_Pooling, 5, (int64_t[]){c->stride, c->stride}, 2);
    return nd_do_with(s, ND_OP_Pooling, agreement, &words);
}

/* One channel: over the channels, the mean of products or distances. */
static nd_array *agreement(nd_scope *s, nd_array *a, nd_array *b, bool multiply) {
    nd_array *each = multiply ? nd_do2(s, ND_OP_mul, a, b) : nd_do1(s, ND_OP_abs, nd_do2(s, ND_OP_sub, a, b));
    return nd_do_reduce(s, ND_OP_mean, each, 1, (int64_t[]){1}, true);
}

/* One row of displacements, side by side as channels. */
static nd_array *row_of(nd_scope *s, nd_array *centre, nd_array *b, const correlation *c, int64_t dy, nd_array **few) {
    int64_t radius = c->reach / c->step;
    for (int64_t x = -radius; x <= radius; x++)
        few[radius + x] = agreement(s, centre, moved(s, b, c->reach, dy, x * c->step), c->multiply);
    return nd_do(s, ND_OP_concat, few, (int)(2 * radius + 1), NULL);
}

static nd_array *all_rows(nd_scope *s, nd_array *a, nd_array *b, const correlation *c) {
    int64_t radius = c->reach / c->step, n = 2 * radius + 1;
    nd_array **rows = s->failed ? NULL : nd_alloc(2 * n * (int64_t)sizeof *rows), *result = NULL;
    s->failed |= !rows;
    nd_array *centre = moved(s, a, c->reach, 0, 0);
    for (int64_t y = -radius; y <= radius && !s->failed; y++)
        rows[radius + y] = row_of(s, centre, b, c, y * c->step, rows + n);
    result = nd_do(s, ND_OP_concat, rows, (int)n, NULL);
    nd_free(rows);
    return result;
}

int correlation_compose(nd_invocation *call) {
    correlation c = {0};
    if (read_parameters(call, &c) < 0 || check(call, &c) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *a = padded(&s, call->in[0], c.pad), *b = padded(&s, call->in[1], c.pad);
    nd_array *out = patches(&s, all_rows(&s, a, b, &c), &c);
    return nd_scope_results(&s, &out, 1, call->out);
}
