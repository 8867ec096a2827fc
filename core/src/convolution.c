#include "convolution.h"

#include <string.h>

#include "array.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

enum { AXES = ND_WINDOW_AXES };

int64_t nd_image_size(const nd_convolution *c) {
    return c->groups * c->channels * nd_count(AXES, c->window.in);
}

int64_t nd_map_size(const nd_convolution *c) {
    return c->groups * c->filters * nd_count(AXES, c->window.out);
}

int64_t nd_filter_size(const nd_convolution *c) {
    return c->channels * nd_count(AXES, c->window.kernel);
}

/* ------------------------------------------------------------------------------------- reading the parameters */

/* Both sides' channels in groups. */
static int read_groups(const nd_op *op, nd_convolution *c, int64_t groups, int64_t channels, int64_t filters) {
    if (groups < 1 || channels < 1 || filters < 1 || channels % groups || filters % groups)
        return nd_fail(ND_ESHAPE,
                       "%s: num_group=%lld must divide the channels of the data, %lld, and num_filter=%lld; all must "
                       "be positive",
                       op->name, (long long)groups, (long long)(op == &nd_ops[ND_OP_Convolution] ? channels : filters),
                       (long long)(op == &nd_ops[ND_OP_Convolution] ? filters : channels));
    c->groups = groups;
    c->channels = channels / groups;
    c->filters = filters / groups;
    return 0;
}

static nd_spec weight_spec(const nd_convolution *c, nd_dtype dtype) {
    nd_spec spec = {
        .dtype = (uint8_t)dtype, .ndim = (uint8_t)(2 + c->window.axes), .shape = {c->groups * c->filters, c->channels}};
    memcpy(spec.shape + 2, c->window.kernel + AXES - c->window.axes, (size_t)c->window.axes * sizeof spec.shape[0]);
    return spec;
}

/* Batches of images (channels, extents of the input) or of maps (filters, extents of the output). */
static nd_spec batch_spec(const nd_convolution *c, nd_dtype dtype, int64_t channels, const int64_t *extents) {
    nd_spec spec = {.dtype = (uint8_t)dtype, .ndim = (uint8_t)(2 + c->window.axes), .shape = {c->images, channels}};
    memcpy(spec.shape + 2, extents + AXES - c->window.axes, (size_t)c->window.axes * sizeof spec.shape[0]);
    return spec;
}

static nd_spec images_spec(const nd_convolution *c, nd_dtype dtype) {
    return batch_spec(c, dtype, c->groups * c->channels, c->window.in);
}

static nd_spec maps_spec(const nd_convolution *c, nd_dtype dtype) {
    return batch_spec(c, dtype, c->groups * c->filters, c->window.out);
}

int nd_read_convolution(const nd_op *op, const nd_word *words, const nd_spec *data, nd_convolution *c) {
    if (nd_window_read(op, words, 0, data->ndim, &c->window) < 0 ||
        read_groups(op, c, nd_int(op, words, 5), data->shape[1], nd_int(op, words, 4)) < 0)
        return -1;
    c->images = data->shape[0];
    return nd_window_fit(op, &c->window, data->shape + 2);
}

/* The pad and the adjustment that lead to a target's extent, if one is given: what is left over of all rows and columns
 * falls off on both sides. */
static int aim(const nd_op *op, nd_window *w, const int64_t *target, int64_t *adj) {
    bool given = true;
    for (int i = AXES - w->axes; i < AXES; i++)
        given &= target[i] > 0;
    for (int i = AXES - w->axes; i < AXES && given; i++) {
        int64_t total = w->stride[i] * (w->out[i] - 1) + nd_window_reach(w, i) - target[i];
        if (total < 0)
            return nd_fail(ND_EARGUMENT, "%s: target_shape asks for an extent of %lld, but there are only %lld",
                           op->name, (long long)target[i], (long long)(total + target[i]));
        w->pad[i] = (total + 1) / 2;
        adj[i] = total % 2;
    }
    return 0;
}

static int find_image(const nd_op *op, nd_window *w, const int64_t *adj) {
    for (int i = AXES - w->axes; i < AXES; i++) {
        if (adj[i] >= w->stride[i])
            return nd_fail(ND_EARGUMENT, "%s: adj must be smaller than the stride, but is %lld where that is %lld",
                           op->name, (long long)adj[i], (long long)w->stride[i]);
        w->in[i] = w->stride[i] * (w->out[i] - 1) + nd_window_reach(w, i) - 2 * w->pad[i] + adj[i];
        if (w->in[i] < 0)
            return nd_fail(ND_EARGUMENT, "%s: a pad of %lld leaves nothing of the result", op->name,
                           (long long)w->pad[i]);
    }
    return 0;
}

int nd_read_deconvolution(const nd_op *op, const nd_word *words, const nd_spec *data, nd_convolution *c) {
    nd_window *w = &c->window;
    int64_t adj[AXES] = {0}, target[AXES] = {0};
    if (nd_window_read(op, words, 0, data->ndim, w) < 0 || nd_window_list(op, words, 4, w->axes, 0, 0, adj) < 0 ||
        nd_window_list(op, words, 5, w->axes, 0, 0, target) < 0 ||
        read_groups(op, c, nd_int(op, words, 7), nd_int(op, words, 6), data->shape[1]) < 0)
        return -1;
    c->images = data->shape[0];
    for (int i = 0; i < w->axes; i++)
        if (data->shape[2 + i] < 1 || data->shape[2 + i] > (int64_t)1 << 30)
            return nd_fail(ND_ESHAPE, "%s: data of shape %s has nothing, or too much, along an axis", op->name,
                           nd_spec_text(data).chars);
        else
            w->out[AXES - w->axes + i] = data->shape[2 + i];
    return aim(op, w, target, adj) < 0 ? -1 : find_image(op, w, adj);
}

/* The channels first: other layouts are transposed by the caller. */
static int check_layout(const nd_op *op, int64_t layout, int axes) {
    static const char *const names[] = {"NCW", "NCHW", "NCDHW"};
    if (layout == ND_NONE || layout == AXES - axes)
        return 0;
    return nd_fail(ND_EARGUMENT,
                   "%s: layout must be %s for data of %d axes; transpose the data where channels come last", op->name,
                   names[axes - 1], 2 + axes);
}

static int check_weight(const nd_invocation *call, const nd_convolution *c, int64_t results, bool no_bias) {
    const nd_array *weight = call->in[1];
    nd_spec wanted = weight_spec(c, weight->dtype);
    if (!nd_same_shape(wanted.ndim, wanted.shape, weight->ndim, weight->shape))
        return nd_fail(ND_ESHAPE, "%s: data of shape %s needs a weight of shape %s, not %s", call->op->name,
                       nd_array_text(call->in[0]).chars, nd_spec_text(&wanted).chars, nd_array_text(weight).chars);
    if (call->inputs != (no_bias ? 2 : 3))
        return nd_fail(ND_ECALL, "%s: %s; pass the bias, or no_bias=True", call->op->name,
                       no_bias ? "no_bias is set, but a bias is given" : "the bias is missing");
    if (!no_bias && (call->in[2]->ndim != 1 || call->in[2]->shape[0] != results))
        return nd_fail(ND_ESHAPE, "%s: num_filter=%lld needs a bias of shape (%lld,), not %s", call->op->name,
                       (long long)results, (long long)results, nd_array_text(call->in[2]).chars);
    return nd_window_floats(call, call->inputs);
}

int convolution_infer(nd_invocation *call) {
    nd_spec data = nd_array_spec(call->in[0]);
    nd_convolution c;
    if (nd_read_convolution(call->op, call->words, &data, &c) < 0 ||
        check_layout(call->op, nd_int(call->op, call->words, 10), c.window.axes) < 0 ||
        check_weight(call, &c, c.groups * c.filters, nd_int(call->op, call->words, 7)) < 0)
        return -1;
    call->spec[0] = maps_spec(&c, data.dtype);
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

int deconvolution_infer(nd_invocation *call) {
    nd_spec data = nd_array_spec(call->in[0]);
    nd_convolution c;
    if (nd_read_deconvolution(call->op, call->words, &data, &c) < 0 ||
        check_layout(call->op, nd_int(call->op, call->words, 12), c.window.axes) < 0 ||
        check_weight(call, &c, c.groups * c.channels, nd_int(call->op, call->words, 9)) < 0)
        return -1;
    call->spec[0] = images_spec(&c, data.dtype);
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

int nd_read_correlation(const nd_op *op, const nd_word *words, const nd_spec *data, const nd_spec *map,
                        nd_convolution *c) {
    if (nd_window_read(op, words, 0, data->ndim, &c->window) < 0)
        return -1;
    if (map->ndim != data->ndim)
        return nd_fail(ND_ESHAPE, "%s: shapes %s and %s have different numbers of axes", op->name,
                       nd_spec_text(data).chars, nd_spec_text(map).chars);
    c->images = data->shape[0];
    if (read_groups(op, c, nd_int(op, words, 4), data->shape[1], map->shape[1]) < 0)
        return -1;
    return nd_window_fit(op, &c->window, data->shape + 2);
}

int conv_weight_gradient_infer(nd_invocation *call) {
    nd_spec data = nd_array_spec(call->in[0]), map = nd_array_spec(call->in[1]);
    nd_convolution c;
    if (nd_read_correlation(call->op, call->words, &data, &map, &c) < 0 || nd_window_floats(call, call->inputs) < 0)
        return -1;
    nd_spec wanted = maps_spec(&c, map.dtype);
    if (!nd_same_shape(map.ndim, map.shape, wanted.ndim, wanted.shape))
        return nd_fail(ND_ESHAPE, "%s: windows over shape %s make %s, not %s", call->op->name,
                       nd_spec_text(&data).chars, nd_spec_text(&wanted).chars, nd_spec_text(&map).chars);
    call->spec[0] = weight_spec(&c, data.dtype);
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

/* ---------------------------------------------------------------------------------------------- gradients */

static nd_array *convolve(const nd_convolution *c, nd_array *images, nd_array *weight) {
    nd_words words = nd_words_new(ND_OP_Convolution);
    nd_window_write(&c->window, ND_OP_Convolution, 0, &words);
    nd_words_int(&words, ND_OP_Convolution, 4, c->groups * c->filters);
    nd_words_int(&words, ND_OP_Convolution, 5, c->groups);
    nd_words_int(&words, ND_OP_Convolution, 7, true);
    return nd_apply2(ND_OP_Convolution, images, weight, &words);
}

/* The rows and columns that no window saw are its adjustment. */
static nd_array *deconvolve(const nd_convolution *c, nd_array *maps, nd_array *weight) {
    const nd_window *w = &c->window;
    int64_t adj[AXES];
    for (int i = 0; i < AXES; i++)
        adj[i] = (w->in[i] + 2 * w->pad[i] - nd_window_reach(w, i)) % w->stride[i];
    nd_words words = nd_words_new(ND_OP_Deconvolution);
    nd_window_write(w, ND_OP_Deconvolution, 0, &words);
    nd_words_list(&words, ND_OP_Deconvolution, 4, adj + AXES - w->axes, w->axes);
    nd_words_int(&words, ND_OP_Deconvolution, 6, c->groups * c->channels);
    nd_words_int(&words, ND_OP_Deconvolution, 7, c->groups);
    return nd_apply2(ND_OP_Deconvolution, maps, weight, &words);
}

static nd_array *correlate(const nd_convolution *c, nd_array *images, nd_array *maps) {
    nd_words words = nd_words_new(ND_OP__conv_weight_gradient);
    nd_window_write(&c->window, ND_OP__conv_weight_gradient, 0, &words);
    nd_words_int(&words, ND_OP__conv_weight_gradient, 4, c->groups);
    return nd_apply2(ND_OP__conv_weight_gradient, images, maps, &words);
}

static nd_array *sum_of_channels(nd_array *g) {
    nd_words words = nd_words_new(ND_OP_sum);
    nd_words_list(&words, ND_OP_sum, 0, (int64_t[]){1}, 1);
    nd_words_int(&words, ND_OP_sum, 2, true);
    return nd_apply1(ND_OP_sum, g, &words);
}

static int bias_gradient(nd_backprop *b) {
    if (b->node->inputs < 3 || !nd_wanted(b, 2))
        return 0;
    b->into[2] = sum_of_channels(b->g[0]);
    return b->into[2] ? 0 : -1;
}

int convolution_gradient(nd_backprop *b) {
    nd_spec data = nd_input_spec(b->node, 0);
    nd_convolution c;
    if (nd_read_convolution(b->op, b->words, &data, &c) < 0)
        return -1;
    if (nd_wanted(b, 0) && !(b->into[0] = deconvolve(&c, b->g[0], b->in[1])))
        return -1;
    if (nd_wanted(b, 1) && !(b->into[1] = correlate(&c, b->in[0], b->g[0])))
        return -1;
    return bias_gradient(b);
}

int deconvolution_gradient(nd_backprop *b) {
    nd_spec data = nd_input_spec(b->node, 0);
    nd_convolution c;
    if (nd_read_deconvolution(b->op, b->words, &data, &c) < 0)
        return -1;
    if (nd_wanted(b, 0) && !(b->into[0] = convolve(&c, b->g[0], b->in[1])))
        return -1;
    if (nd_wanted(b, 1) && !(b->into[1] = correlate(&c, b->g[0], b->in[0])))
        return -1;
    return bias_gradient(b);
}

int conv_weight_gradient_gradient(nd_backprop *b) {
    nd_spec data = nd_input_spec(b->node, 0), map = nd_input_spec(b->node, 1);
    nd_convolution c;
    if (nd_read_correlation(b->op, b->words, &data, &map, &c) < 0)
        return -1;
    if (nd_wanted(b, 0) && !(b->into[0] = deconvolve(&c, b->in[1], b->g[0])))
        return -1;
    if (nd_wanted(b, 1) && !(b->into[1] = convolve(&c, b->in[0], b->g[0])))
        return -1;
    return 0;
}
