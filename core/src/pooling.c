/* Pooling and AdaptiveAvgPooling2D, composed of the operators in window_pool.c. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"
#include "window.h"

enum { AXES = ND_WINDOW_AXES };

/* Pooling's parameters and choices, and those of window_pool.c's operators, in the table's order. */
enum { KERNEL, POOL_TYPE, GLOBAL, CUDNN_OFF, CONVENTION, STRIDE, PAD, P_VALUE, COUNT_INCLUDE_PAD, LAYOUT };
enum { MAX, AVERAGE, SUM, LP };
enum { VALID, FULL, SAME };
enum { POOL_SIZE, POOL_KERNEL, POOL_STRIDE, POOL_PAD, POOL_AVERAGE, POOL_LAST };
enum { TOTAL, WHOLE, INSIDE };

static int check_layout(const nd_invocation *call, int axes, bool *last) {
    static const char *const names[] = {"NCW or NWC", "NCHW or NHWC", "NCDHW or NDHWC"};
    int64_t layout = nd_int(call->op, call->words, LAYOUT);
    *last = layout != ND_NONE && layout >= AXES;
    if (layout == ND_NONE || layout % AXES == axes - 1)
        return 0;
    return nd_fail(ND_EARGUMENT, "%s: layout must be %s for data of shape %s", call->op->name, names[axes - 1],
                   nd_array_text(call->in[0]).chars);
}

/* How many windows an axis has room for. `full` counts a last one that hangs over the end; `same` one for each stride.
 */
static int fit(const nd_invocation *call, nd_window *w, int axis) {
    int64_t convention = nd_int(call->op, call->words, CONVENTION), stride = w->stride[axis];
    int64_t room = w->in[axis] + 2 * w->pad[axis] - w->kernel[axis];
    if (convention == SAME && w->pad[axis])
        return nd_fail(ND_EARGUMENT, "%s: pooling_convention='same' takes no pad", call->op->name);
    if (w->pad[axis] >= w->kernel[axis])
        return nd_fail(ND_EARGUMENT, "%s: pad %lld must be smaller than the kernel, %lld", call->op->name,
                       (long long)w->pad[axis], (long long)w->kernel[axis]);
    if (room < 0 && convention != SAME)
        return nd_fail(ND_ESHAPE, "%s: a kernel of %lld exceeds the extent %lld with pad %lld on both sides",
                       call->op->name, (long long)w->kernel[axis], (long long)w->in[axis], (long long)w->pad[axis]);
    w->out[axis] = convention == SAME   ? (w->in[axis] + stride - 1) / stride
                   : convention == FULL ? (room + stride - 1) / stride + 1
                                        : room / stride + 1;
    return 0;
}

/* Global pooling has one window, whatever else is said. */
static int read_window(const nd_invocation *call, bool *last, nd_window *w) {
    const nd_op *op = call->op;
    const nd_array *x = call->in[0];
    bool global = nd_int(op, call->words, GLOBAL);
    *w = (nd_window){x->ndim - 2, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0}};
    if (w->axes < 1 || w->axes > AXES)
        return nd_fail(ND_ESHAPE, "%s: data of shape %s; use 3 to 5 axes: examples, channels, and what is pooled",
                       op->name, nd_array_text(x).chars);
    if (check_layout(call, w->axes, last) < 0)
        return -1;
    memcpy(w->in + AXES - w->axes, x->shape + (*last ? 1 : 2), (size_t)w->axes * sizeof w->in[0]);
    if (global)
        return memcpy(w->kernel, w->in, sizeof w->kernel), 0;
    if (nd_window_list(op, call->words, KERNEL, w->axes, 1, 0, w->kernel) < 0 ||
        nd_window_list(op, call->words, STRIDE, w->axes, 1, 1, w->stride) < 0 ||
        nd_window_list(op, call->words, PAD, w->axes, 0, 0, w->pad) < 0)
        return -1;
    for (int i = AXES - w->axes; i < AXES; i++)
        if (fit(call, w, i) < 0)
            return -1;
    return 0;
}

static nd_words pool_words(nd_op_id op, const nd_window *w, int average, bool last) {
    nd_words words = nd_words_new(op);
    int first = AXES - w->axes;
    nd_words_list(&words, op, POOL_SIZE, w->out + first, w->axes);
    nd_words_list(&words, op, POOL_KERNEL, w->kernel + first, w->axes);
    nd_words_list(&words, op, POOL_STRIDE, w->stride + first, w->axes);
    nd_words_list(&words, op, POOL_PAD, w->pad + first, w->axes);
    nd_words_int(&words, op, POOL_AVERAGE, average);
    nd_words_int(&words, op, POOL_LAST, last);
    return words;
}

static nd_array *largest(nd_scope *s, nd_array *x, const nd_window *w, bool last) {
    nd_words words = pool_words(ND_OP__pool_choose, w, TOTAL, last);
    nd_array *in[] = {x, x};
    return nd_do(s, ND_OP__pool_choose, in, 2, &words);
}

static nd_array *sum(nd_scope *s, nd_array *x, const nd_window *w, int average, bool last) {
    nd_words words = pool_words(ND_OP__pool_sum, w, average, last);
    return nd_do_with(s, ND_OP__pool_sum, x, &words);
}

/* The root of what is not zero; zeros stay zero, and so does their gradient. */
static nd_array *root_of(nd_scope *s, nd_array *x, nd_op_id root) {
    nd_array *is_zero = nd_do_scalar(s, ND_OP_equal_scalar, x, 0);
    nd_array *y = nd_do1(s, root, nd_do2(s, ND_OP_add, x, is_zero));
    return nd_do2(s, ND_OP_mul, y, nd_do_scalar(s, ND_OP_not_equal_scalar, x, 0));
}

/* The p-th root of the sum of p-th powers. */
static nd_array *norm(nd_scope *s, nd_array *x, const nd_window *w, int64_t p, bool last) {
    nd_array *power = p == 1 ? x : p == 2 ? nd_do1(s, ND_OP_square, x) : nd_do_scalar(s, ND_OP_power_scalar, x, 3);
    nd_array *total = sum(s, power, w, TOTAL, last);
    return p == 1 ? total : root_of(s, total, p == 2 ? ND_OP_sqrt : ND_OP_cbrt);
}

static int check_p(const nd_invocation *call, int64_t type) {
    int64_t p = nd_int(call->op, call->words, P_VALUE);
    if (type != LP || (p >= 1 && p <= 3))
        return 0;
    return nd_fail(ND_EARGUMENT, "%s: pool_type='lp' needs p_value=1, 2 or 3", call->op->name);
}

int pooling_compose(nd_invocation *call) {
    int64_t type = nd_int(call->op, call->words, POOL_TYPE);
    bool include_pad = nd_int(call->op, call->words, COUNT_INCLUDE_PAD) != 0, last = false;
    nd_window w;
    if (read_window(call, &last, &w) < 0 || check_p(call, type) < 0 || nd_window_floats(call, call->inputs) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *x = call->in[0];
    nd_array *out = type == MAX  ? largest(&s, x, &w, last)
                    : type == LP ? norm(&s, x, &w, nd_int(call->op, call->words, P_VALUE), last)
                                 : sum(&s, x, &w,
                                       type == SUM   ? TOTAL
                                       : include_pad ? WHOLE
                                                     : INSIDE,
                                       last);
    return nd_scope_results(&s, &out, 1, call->out);
}

/* ------------------------------------------------------------------------------------------- the older form */

/* Its parameters in the table's order; the choices are those of Pooling. */
enum { V1_KERNEL, V1_TYPE, V1_GLOBAL, V1_CONVENTION, V1_STRIDE, V1_PAD };

static void take_list(nd_words *words, int parameter, const nd_invocation *call, int from) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, from, &values), extents[ND_MAX_DIM];
    for (int i = 0; i < count; i++)
        extents[i] = values[i].i;
    nd_words_list(words, ND_OP_Pooling, parameter, extents, count > 0 ? (int)count : 0);
}

/* The zeros around the data are elements like any other. */
static nd_array *surrounded(nd_scope *s, const nd_invocation *call) {
    const nd_word *pad;
    int64_t count = nd_list(call->op, call->words, V1_PAD, &pad), width[8] = {0};
    nd_words words = nd_words_new(ND_OP_Pad);
    if (count != 2)
        return call->in[0];
    for (int i = 0; i < 4; i++)
        width[4 + i] = pad[i / 2].i;
    nd_words_list(&words, ND_OP_Pad, 1, width, 8);
    return nd_do_with(s, ND_OP_Pad, call->in[0], &words);
}

int pooling_v1_compose(nd_invocation *call) {
    const nd_word *kernel;
    int64_t type = nd_int(call->op, call->words, V1_TYPE), global = nd_int(call->op, call->words, V1_GLOBAL);
    if (call->in[0]->ndim != 4)
        return nd_fail(ND_ESHAPE, "%s: data must have shape (n, channels, height, width), not %s", call->op->name,
                       nd_array_text(call->in[0]).chars);
    bool share = type == AVERAGE && !global; /* of the whole kernel, also where it hangs over the end */
    nd_scope s = {0};
    nd_words words = nd_words_new(ND_OP_Pooling);
    take_list(&words, KERNEL, call, V1_KERNEL);
    take_list(&words, STRIDE, call, V1_STRIDE);
    nd_words_int(&words, ND_OP_Pooling, POOL_TYPE, share ? SUM : type);
    nd_words_int(&words, ND_OP_Pooling, GLOBAL, global);
    nd_words_int(&words, ND_OP_Pooling, CONVENTION, nd_int(call->op, call->words, V1_CONVENTION));
    nd_array *out = nd_do_with(&s, ND_OP_Pooling, global ? call->in[0] : surrounded(&s, call), &words);
    nd_list(call->op, call->words, V1_KERNEL, &kernel);
    if (share)
        out = nd_do_scalar(&s, ND_OP_div_scalar, out, (double)kernel[0].i * (double)kernel[1].i);
    return nd_scope_results(&s, &out, 1, call->out);
}

/* ------------------------------------------------------------------------------------------------ adaptive */

/* Parts of equal size, in place of windows of a kernel. */
int adaptive_average_compose(nd_invocation *call) {
    const nd_word *size;
    int64_t count = nd_list(call->op, call->words, 0, &size), extents[2] = {1, 1};
    if (call->in[0]->ndim != 4)
        return nd_fail(ND_ESHAPE, "%s: data must have 4 axes, not shape %s", call->op->name,
                       nd_array_text(call->in[0]).chars);
    if (count > 2)
        return nd_fail(ND_EARGUMENT,
                       "%s: output_size is a height and a width, or one number for both, not %lld numbers",
                       call->op->name, (long long)count);
    for (int i = 0; i < 2 && count > 0; i++)
        extents[i] = size[count == 1 ? 0 : i].i;
    if (extents[0] < 1 || extents[1] < 1)
        return nd_fail(ND_EARGUMENT, "%s: output_size must be positive, not (%lld, %lld)", call->op->name,
                       (long long)extents[0], (long long)extents[1]);
    if (nd_window_floats(call, call->inputs) < 0)
        return -1;
    nd_scope s = {0};
    nd_words words = nd_words_new(ND_OP__pool_sum);
    nd_words_list(&words, ND_OP__pool_sum, POOL_SIZE, extents, 2);
    nd_words_int(&words, ND_OP__pool_sum, POOL_AVERAGE, WHOLE);
    nd_array *out = nd_do_with(&s, ND_OP__pool_sum, call->in[0], &words);
    return nd_scope_results(&s, &out, 1, call->out);
}
