/* UpSampling and BilinearResize2D. */
#include <math.h>

#include "array.h"
#include "operators.h"
#include "sampling.h"
#include "shape.h"
#include "spec.h"
#include "window.h"

/* ------------------------------------------------------------------------------------------- UpSampling */

enum { SCALE, NUM_FILTER, SAMPLE_TYPE, MULTI_INPUT_MODE }; /* UpSampling's parameters */
enum { NEAREST, BILINEAR };
enum { CONCAT, SUM };

/* All inputs are images; the first `count` of them are computed with. */
static int check_images(const nd_invocation *call, int count) {
    for (int i = 0; i < call->inputs; i++)
        if (call->in[i]->ndim != 4)
            return nd_fail(ND_ESHAPE, "%s: images must have 4 axes, not shape %s", call->op->name,
                           nd_array_text(call->in[i]).chars);
    return nd_window_floats(call, count);
}

/* Each element `scale` times along both axes. */
static nd_array *repeated(nd_scope *s, nd_array *x, int64_t scale) {
    const int64_t *n = x->shape;
    int64_t apart[] = {n[0], n[1], n[2], 1, n[3], 1}, wide[] = {n[0], n[1], n[2], scale, n[3], scale};
    int64_t out[] = {n[0], n[1], n[2] * scale, n[3] * scale};
    return nd_do_reshape(s, nd_do_broadcast(s, nd_do_reshape(s, x, 6, apart), 6, wide), 4, out);
}

/* The factor that brings input i to the extents of the first one's result; 0 after nd_fail. */
static int64_t factor_of(const nd_invocation *call, int i, int64_t scale) {
    const nd_array *first = call->in[0], *x = call->in[i];
    int64_t height = first->shape[2] * scale, width = first->shape[3] * scale;
    int64_t factor = x->shape[2] > 0 ? height / x->shape[2] : scale;
    if (factor > 0 && factor * x->shape[2] == height && factor * x->shape[3] == width)
        return factor;
    return nd_fail(ND_ESHAPE, "%s: no whole factor brings shape %s to the %lld by %lld of the first input",
                   call->op->name, nd_array_text(x).chars, (long long)height, (long long)width),
           0;
}

static nd_array *nearest(const nd_invocation *call, nd_scope *s, int64_t scale) {
    bool add = nd_int(call->op, call->words, MULTI_INPUT_MODE) == SUM;
    nd_array *result = NULL;
    for (int i = 0; i < call->inputs; i++) {
        int64_t factor = factor_of(call, i, scale);
        s->failed |= factor == 0;
        nd_array *x = s->failed ? NULL : repeated(s, call->in[i], factor), *both[] = {result, x};
        result = i == 0 ? x : add ? nd_do2(s, ND_OP_add, result, x) : nd_do(s, ND_OP_concat, both, 2, NULL);
    }
    return result;
}

/* Each channel is deconvolved with a kernel of its own, which the caller has filled. */
static nd_array *bilinear(const nd_invocation *call, nd_scope *s, int64_t scale) {
    int64_t kernel = 2 * scale - scale % 2, pad = scale / 2, channels = call->in[0]->shape[1];
    nd_words words = nd_words_new(ND_OP_Deconvolution);
    const int64_t lists[4][2] = {{kernel, kernel}, {scale, scale}, {1, 1}, {pad, pad}};
    for (int i = 0; i < 4; i++)
        nd_words_list(&words, ND_OP_Deconvolution, i, lists[i], 2);
    nd_words_int(&words, ND_OP_Deconvolution, 6, channels);
    nd_words_int(&words, ND_OP_Deconvolution, 7, channels);
    return nd_do(s, ND_OP_Deconvolution, call->in, 2, &words);
}

int up_sampling_compose(nd_invocation *call) {
    int64_t scale = nd_int(call->op, call->words, SCALE), filters = nd_int(call->op, call->words, NUM_FILTER);
    bool is_bilinear = nd_int(call->op, call->words, SAMPLE_TYPE) == BILINEAR;
    if (scale < 1 || scale > (int64_t)1 << 20)
        return nd_fail(ND_EARGUMENT, "%s: scale must be positive and sensible, not %lld", call->op->name,
                       (long long)scale);
    if (is_bilinear && call->inputs != 2)
        return nd_fail(ND_ECALL, "%s: bilinear sampling takes the data and a weight, not %d inputs", call->op->name,
                       call->inputs);
    if (check_images(call, call->inputs) < 0)
        return -1;
    if (is_bilinear && filters != call->in[0]->shape[1])
        return nd_fail(ND_EARGUMENT, "%s: num_filter must be the channels of data, %lld, not %lld", call->op->name,
                       (long long)call->in[0]->shape[1], (long long)filters);
    nd_scope s = {0};
    nd_array *out = is_bilinear ? bilinear(call, &s, scale) : nearest(call, &s, scale);
    return nd_scope_results(&s, &out, 1, call->out);
}

/* ------------------------------------------------------------------------------------- BilinearResize2D */

enum { HEIGHT, WIDTH, SCALE_HEIGHT, SCALE_WIDTH, MODE, ALIGN_CORNERS }; /* BilinearResize2D's parameters */
enum { SIZE, LIKE, ODD_SCALE, TO_EVEN_DOWN, TO_EVEN_UP, TO_ODD_DOWN, TO_ODD_UP };

/* The new extent of an axis (0: height, 1: width); not positive if there is none. */
static double new_extent(const nd_invocation *call, int axis) {
    int64_t old = call->in[0]->shape[2 + axis], odd = old % 2;
    double scale = nd_float(call->op, call->words, SCALE_HEIGHT + axis);
    switch (nd_int(call->op, call->words, MODE)) {
    case LIKE: return (double)call->in[1]->shape[2 + axis];
    case ODD_SCALE: return floor((double)(old - odd) * scale) + (double)odd;
    case TO_EVEN_DOWN: return (double)(old - odd);
    case TO_EVEN_UP: return (double)(old + odd);
    case TO_ODD_DOWN: return (double)(old - !odd);
    case TO_ODD_UP: return (double)(old + !odd);
    default: return isnan(scale) ? (double)nd_int(call->op, call->words, HEIGHT + axis) : floor((double)old * scale);
    }
}

/* MXNet lets a single row or column be the first one. */
static double centres(int64_t i, int64_t from, int64_t to) {
    return to > 1 ? nd_position_of_centres(i, from, to) : 0;
}

/* The input that lends its extents belongs to the graph; its gradient is zero. */
static nd_array *attached(nd_scope *s, nd_array *x, nd_array *like) {
    nd_array *nothing = nd_do_reduce(s, ND_OP_sum, nd_do1(s, ND_OP_zeros_like, like), 0, NULL, false);
    return nd_do2(s, ND_OP_add, x, nd_do_cast(s, nothing, (nd_dtype)x->dtype));
}

int bilinear_resize_compose(nd_invocation *call) {
    bool like = nd_int(call->op, call->words, MODE) == LIKE;
    if (call->inputs != (like ? 2 : 1))
        return nd_fail(ND_ECALL, "%s: mode='like' takes two inputs, every other mode one, not %d", call->op->name,
                       call->inputs);
    if (check_images(call, 1) < 0)
        return -1;
    double height = new_extent(call, 0), width = new_extent(call, 1), most = 0x1p30;
    if (!(height >= 1 && width >= 1 && height <= most && width <= most) || call->in[0]->size == 0)
        return nd_fail(ND_EARGUMENT, "%s: an image of shape %s cannot get the height %g and the width %g",
                       call->op->name, nd_array_text(call->in[0]).chars, height, width);
    nd_scope s = {0};
    nd_position *position = nd_int(call->op, call->words, ALIGN_CORNERS) ? nd_position_of_ends : centres;
    nd_array *x = like ? attached(&s, call->in[0], call->in[1]) : call->in[0];
    nd_array *rows = nd_do_resize(&s, x, 2, (int64_t)height, position);
    nd_array *out = nd_do_resize(&s, rows, 3, (int64_t)width, position);
    return nd_scope_results(&s, &out, 1, call->out);
}
