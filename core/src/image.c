/* Images as they come from a decoder, (height, width, channels) or a batch of them: mx.nd.image, but for colours. */
#include <math.h>

#include "array.h"
#include "image.h"
#include "operators.h"
#include "random.h"
#include "sampling.h"
#include "shape.h"
#include "spec.h"

/* ------------------------------------------------------------------------------- what several operators do */

int nd_check_image(const nd_invocation *call, bool batches) {
    const nd_array *x = call->in[0];
    if (x->ndim == 3 || (batches && x->ndim == 4))
        return 0;
    return nd_fail(ND_ESHAPE, "%s: an image has shape (height, width, channels)%s, not %s", call->op->name,
                   batches ? ", a batch of them one axis more" : "", nd_array_text(x).chars);
}

nd_array *nd_do_as_float(nd_scope *s, nd_array *x) {
    return nd_dtype_is_float(x->dtype) ? x : nd_do_cast(s, x, ND_FLOAT32);
}

nd_array *nd_do_as_before(nd_scope *s, nd_array *x, const nd_array *image) {
    if (s->failed || x->dtype == image->dtype)
        return x;
    if (image->dtype == ND_UINT8) {
        nd_words words = nd_words_new(ND_OP_clip);
        words.at[1].f = 255;
        x = nd_do_with(s, ND_OP_clip, x, &words);
    }
    return nd_do_cast(s, x, image->dtype);
}

/* --------------------------------------------------------------------------------- tensors, normalization */

int to_tensor_compose(nd_invocation *call) {
    nd_array *x = call->in[0];
    const int64_t one[] = {2, 0, 1}, batch[] = {0, 3, 1, 2};
    if (nd_check_image(call, true) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *first = nd_do_transpose(&s, nd_do_cast(&s, x, ND_FLOAT32), x->ndim, x->ndim == 3 ? one : batch);
    nd_array *out = nd_do_scalar(&s, ND_OP_div_scalar, first, 255);
    return nd_scope_results(&s, &out, 1, call->out);
}

/* A list of one number for all channels or one for each, applied along the axis of channels. */
static nd_array *per_channel(nd_scope *s, const nd_invocation *call, nd_op_id op, nd_array *x, int parameter) {
    const nd_word *values;
    double numbers[3];
    int64_t count = nd_list(call->op, call->words, parameter, &values);
    if (count <= 0 || s->failed)
        return x;
    int axis = x->ndim - 3;
    for (int64_t i = 0; i < x->shape[axis]; i++)
        numbers[i] = values[count == 1 ? 0 : i].f;
    return nd_do2(s, op, x, nd_do_along(s, x, axis, x->shape[axis], numbers));
}

static int check_list(const nd_invocation *call, int64_t channels, int parameter) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, parameter, &values);
    if (count <= 1 || count == channels)
        return 0;
    return nd_fail(ND_EARGUMENT, "%s: %s has %lld numbers for %lld channels; use 1 or as many", call->op->name,
                   nd_op_params(call->op)[parameter].name, (long long)count, (long long)channels);
}

int image_normalize_compose(nd_invocation *call) {
    nd_array *x = call->in[0];
    int64_t channels = x->ndim == 3 || x->ndim == 4 ? x->shape[x->ndim - 3] : 0;
    if (channels != 1 && channels != 3)
        return nd_fail(ND_ESHAPE,
                       "%s: data must have shape (channels, height, width), or be a batch, with 1 or 3 "
                       "channels, not %s",
                       call->op->name, nd_array_text(x).chars);
    if (check_list(call, channels, 0) < 0 || check_list(call, channels, 1) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *centred = per_channel(&s, call, ND_OP_sub, nd_do_as_float(&s, x), 0);
    nd_array *scaled = per_channel(&s, call, ND_OP_div, centred, 1);
    nd_array *out = s.failed || scaled->dtype == x->dtype ? scaled : nd_do_cast(&s, scaled, x->dtype);
    if (out == x)
        out = nd_do1(&s, ND_OP__copy, x);
    return nd_scope_results(&s, &out, 1, call->out);
}

/* ---------------------------------------------------------------------------------------- crops and sizes */

int image_crop_compose(nd_invocation *call) {
    int64_t x = nd_int(call->op, call->words, 0), y = nd_int(call->op, call->words, 1);
    int64_t width = nd_int(call->op, call->words, 2), height = nd_int(call->op, call->words, 3);
    if (nd_check_image(call, true) < 0)
        return -1;
    nd_array *image = call->in[0];
    int rows = image->ndim - 3;
    if (x < 0 || y < 0 || width < 1 || height < 1 || x > image->shape[rows + 1] - width ||
        y > image->shape[rows] - height)
        return nd_fail(ND_EARGUMENT, "%s: %lld by %lld elements from x=%lld, y=%lld on do not lie in shape %s",
                       call->op->name, (long long)width, (long long)height, (long long)x, (long long)y,
                       nd_array_text(image).chars);
    nd_scope s = {0};
    nd_array *out = nd_do_slice_axis(&s, nd_do_slice_axis(&s, image, rows, y, y + height), rows + 1, x, x + width);
    return nd_scope_results(&s, &out, 1, call->out);
}

/* `size` is a width and a height, or one number: for both, or for the shorter side if the ratio is kept. */
static int new_size(const nd_invocation *call, int64_t *height, int64_t *width) {
    const nd_array *x = call->in[0];
    const nd_word *size;
    int64_t count = nd_list(call->op, call->words, 0, &size), h = x->shape[x->ndim - 3], w = x->shape[x->ndim - 2];
    if ((count != 1 && count != 2) || size[0].i < 1 || size[count - 1].i < 1 || size[0].i > (int64_t)1 << 20 ||
        size[count - 1].i > (int64_t)1 << 20)
        return nd_fail(ND_EARGUMENT, "%s: size must be one positive number, or a width and a height", call->op->name);
    *width = size[0].i;
    *height = size[count - 1].i;
    if (x->size == 0)
        return nd_fail(ND_ESHAPE, "%s: an image of shape %s has nothing to be resized", call->op->name,
                       nd_array_text(x).chars);
    if (count == 1 && nd_int(call->op, call->words, 1)) {
        *width = h > w ? size[0].i : (int64_t)((double)w * (double)size[0].i / (double)h);
        *height = h > w ? (int64_t)((double)h * (double)size[0].i / (double)w) : size[0].i;
    }
    return 0;
}

static double nearest(int64_t i, int64_t from, int64_t to) {
    return floor((double)i * (double)from / (double)to);
}

int image_resize_compose(nd_invocation *call) {
    int64_t height = 0, width = 0, interpolation = nd_int(call->op, call->words, 2);
    if (nd_check_image(call, true) < 0 || new_size(call, &height, &width) < 0)
        return -1;
    if (interpolation != 0 && interpolation != 1)
        return nd_fail(ND_EARGUMENT, "%s: interp must be 0 (nearest) or 1 (bilinear), not %lld", call->op->name,
                       (long long)interpolation);
    nd_scope s = {0};
    nd_array *x = call->in[0];
    nd_position *position = interpolation ? nd_position_of_centres : nearest;
    nd_array *rows = nd_do_resize(&s, nd_do_as_float(&s, x), x->ndim - 3, height, position);
    nd_array *out = nd_do_resize(&s, rows, x->ndim - 2, width, position);
    if (!nd_dtype_is_float(x->dtype))
        out = nd_do_scalar(&s, ND_OP_add_scalar, out, 0.5); /* the cast truncates */
    out = nd_do_as_before(&s, out, x);
    return nd_scope_results(&s, &out, 1, call->out);
}

/* -------------------------------------------------------------------------------------------------- flips */

static int flip(nd_invocation *call, int axis, bool really) {
    if (nd_check_image(call, false) < 0)
        return -1;
    nd_scope s = {0};
    nd_words words = nd_words_new(ND_OP_slice);
    int64_t open[] = {ND_NONE, ND_NONE}, step[] = {axis == 0 ? -1 : 1, axis == 1 ? -1 : 1};
    nd_words_list(&words, ND_OP_slice, 0, open, 2);
    nd_words_list(&words, ND_OP_slice, 1, open, 2);
    nd_words_list(&words, ND_OP_slice, 2, step, 2);
    nd_array *out = really ? nd_do_with(&s, ND_OP_slice, call->in[0], &words) : nd_do1(&s, ND_OP__copy, call->in[0]);
    return nd_scope_results(&s, &out, 1, call->out);
}

int flip_left_right_compose(nd_invocation *call) {
    return flip(call, 1, true);
}

int flip_top_bottom_compose(nd_invocation *call) {
    return flip(call, 0, true);
}

int random_flip_left_right_compose(nd_invocation *call) {
    return flip(call, 1, !nd_random_coin());
}

int random_flip_top_bottom_compose(nd_invocation *call) {
    return flip(call, 0, !nd_random_coin());
}
