/* Changes of an image's colours: mx.nd.image's brightness, contrast, saturation, hue and lighting.
 *
 * Their gradients are their derivatives; MXNet passes the incoming gradient on unchanged.
 */
#include <math.h>

#include "array.h"
#include "image.h"
#include "operators.h"
#include "random.h"
#include "sampling.h"
#include "shape.h"
#include "spec.h"

enum { CHANNELS = 2 }; /* their axis */

static int check(const nd_invocation *call) {
    const nd_array *x = call->in[0];
    if (nd_check_image(call, false) < 0)
        return -1;
    if (x->shape[CHANNELS] != 1 && x->shape[CHANNELS] != 3)
        return nd_fail(ND_ESHAPE, "%s: an image has 1 or 3 channels, not shape %s", call->op->name,
                       nd_array_text(x).chars);
    return 0;
}

static float between(double low, double high) {
    return nd_random_unit() * ((float)high - (float)low) + (float)low;
}

/* --------------------------------------------------------------------------- one change, on an image of floats */

typedef nd_array *change(nd_scope *s, nd_array *x, double factor);

static bool has_colours(const nd_scope *s, const nd_array *x) {
    return !s->failed && x->shape[CHANNELS] == 3;
}

/* The luma of each pixel. */
static nd_array *grey(nd_scope *s, nd_array *x) {
    static const double shares[] = {0.299, 0.587, 0.114};
    if (!has_colours(s, x))
        return x;
    nd_array *parts = nd_do2(s, ND_OP_mul, x, nd_do_along(s, x, CHANNELS, 3, shares));
    return nd_do_reduce(s, ND_OP_sum, parts, 1, (int64_t[]){CHANNELS}, true);
}

/* factor * x + (1 - factor) * other */
static nd_array *blend(nd_scope *s, nd_array *x, nd_array *other, double factor) {
    return nd_do2(s, ND_OP_add, nd_do_scalar(s, ND_OP_mul_scalar, x, factor),
                  nd_do_scalar(s, ND_OP_mul_scalar, other, 1 - factor));
}

static nd_array *brighten(nd_scope *s, nd_array *x, double factor) {
    return nd_do_scalar(s, ND_OP_mul_scalar, x, factor);
}

static nd_array *contrast(nd_scope *s, nd_array *x, double factor) {
    return blend(s, x, nd_do_reduce(s, ND_OP_mean, grey(s, x), 3, (int64_t[]){0, 1, 2}, true), factor);
}

static nd_array *saturate(nd_scope *s, nd_array *x, double factor) {
    return has_colours(s, x) ? blend(s, x, grey(s, x), factor) : x;
}

static nd_array *channel(nd_scope *s, nd_array *x, int which) {
    return nd_do_slice_axis(s, x, CHANNELS, which, which + 1);
}

static nd_array *select(nd_scope *s, nd_array *condition, nd_array *yes, nd_array *no) {
    nd_array *in[] = {condition, yes, no};
    return nd_do(s, ND_OP_where, in, 3, NULL);
}

/* The hue of each pixel on a circle of 6: red at 0, green at 2, blue at 4. */
static nd_array *hue_of(nd_scope *s, nd_array *x, nd_array *most, nd_array *chroma) {
    nd_array *of[] = {channel(s, x, 0), channel(s, x, 1), channel(s, x, 2)}, *hue[3];
    nd_array *divisor = nd_do2(s, ND_OP_add, chroma, nd_do_scalar(s, ND_OP_equal_scalar, chroma, 0));
    for (int i = 0; i < 3; i++) {
        nd_array *beside = nd_do2(s, ND_OP_sub, of[(i + 1) % 3], of[(i + 2) % 3]);
        hue[i] = nd_do_scalar(s, ND_OP_add_scalar, nd_do2(s, ND_OP_div, beside, divisor), 2 * i);
    }
    nd_array *other = select(s, nd_do2(s, ND_OP_equal, most, of[1]), hue[1], hue[2]);
    return select(s, nd_do2(s, ND_OP_equal, most, of[0]), hue[0], other);
}

/* Lightness and saturation stay, which means that a pixel's largest and smallest channels keep their values. */
static nd_array *turn_hue(nd_scope *s, nd_array *x, double turns) {
    if (!has_colours(s, x))
        return x;
    nd_array *most = nd_do_reduce(s, ND_OP_max, x, 1, (int64_t[]){CHANNELS}, true);
    nd_array *least = nd_do_reduce(s, ND_OP_min, x, 1, (int64_t[]){CHANNELS}, true);
    nd_array *chroma = nd_do2(s, ND_OP_sub, most, least);
    static const double places[] = {0, 4, 2}; /* from here a channel sees the circle as red does */
    nd_array *hue = nd_do_scalar(s, ND_OP_add_scalar, hue_of(s, x, most, chroma), 6 * turns);
    nd_array *seen = s->failed ? NULL : nd_do2(s, ND_OP_add, hue, nd_do_along(s, x, CHANNELS, 3, places));
    nd_array *from_cyan = nd_do_scalar(s, ND_OP_sub_scalar, nd_do_scalar(s, ND_OP_mod_scalar, seen, 6), 3);
    nd_words words = nd_words_new(ND_OP_clip);
    words.at[1].f = 1;
    nd_array *share =
        nd_do_with(s, ND_OP_clip, nd_do_scalar(s, ND_OP_sub_scalar, nd_do1(s, ND_OP_abs, from_cyan), 1), &words);
    return nd_do2(s, ND_OP_add, least, nd_do2(s, ND_OP_mul, chroma, share));
}

/* Principal components of ImageNet's colours, each by its deviation (Krizhevsky and others, 2012). */
static nd_array *light(nd_scope *s, nd_array *x, const double *alpha) {
    static const double deviation[] = {55.46, 4.794, 1.148};
    static const double component[3][3] = {
        {-0.5675, 0.7192, 0.4009}, {-0.5808, -0.0045, -0.8140}, {-0.5836, -0.6948, 0.4203}};
    double more[3] = {0};
    if (!has_colours(s, x))
        return x;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            more[i] += component[i][k] * deviation[k] * alpha[k];
    return nd_do2(s, ND_OP_add, x, nd_do_along(s, x, CHANNELS, 3, more));
}

/* ------------------------------------------------------------------------------------------- the operators */

static nd_array *changed(nd_scope *s, nd_array *x, change *apply, double factor) {
    return nd_do_as_before(s, apply(s, nd_do_as_float(s, x), factor), x);
}

/* An image that was not changed is copied. */
static int finish(nd_invocation *call, nd_scope *s, nd_array *out) {
    if (out == call->in[0])
        out = nd_do1(s, ND_OP__copy, out);
    return nd_scope_results(s, &out, 1, call->out);
}

static int finish_light(nd_invocation *call, const double *alpha) {
    nd_scope s = {0};
    nd_array *x = call->in[0];
    return finish(call, &s, nd_do_as_before(&s, light(&s, nd_do_as_float(&s, x), alpha), x));
}

/* With a factor drawn between the two parameters. */
static int by_factor(nd_invocation *call, change *apply) {
    double low = nd_float(call->op, call->words, 0), high = nd_float(call->op, call->words, 1);
    if (!(low >= 0 && high >= 0 && isfinite(low) && isfinite(high)))
        return nd_fail(ND_EARGUMENT, "%s: min_factor and max_factor must be finite and not negative, not %g and %g",
                       call->op->name, low, high);
    if (check(call) < 0)
        return -1;
    nd_scope s = {0};
    return finish(call, &s, changed(&s, call->in[0], apply, between(low, high)));
}

int random_brightness_compose(nd_invocation *call) {
    return by_factor(call, brighten);
}

int random_contrast_compose(nd_invocation *call) {
    return by_factor(call, contrast);
}

int random_saturation_compose(nd_invocation *call) {
    return by_factor(call, saturate);
}

int random_hue_compose(nd_invocation *call) {
    return by_factor(call, turn_hue);
}

/* All four in random order, each by a factor up to its parameter from 1, or for the hue from 0. */
int random_color_jitter_compose(nd_invocation *call) {
    static change *const changes[] = {brighten, contrast, saturate, turn_hue};
    int64_t order[4];
    for (int i = 0; i < 4; i++)
        if (!(nd_float(call->op, call->words, i) >= 0 && isfinite(nd_float(call->op, call->words, i))))
            return nd_fail(ND_EARGUMENT, "%s: %s must be finite and not negative", call->op->name,
                           nd_op_params(call->op)[i].name);
    if (check(call) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *x = call->in[0];
    nd_random_shuffle_order(order, 4, 0);
    for (int i = 0; i < 4; i++) {
        double most = nd_float(call->op, call->words, (int)order[i]);
        if (most > 0)
            x = s.failed ? NULL : changed(&s, x, changes[order[i]], between(-most, most) + (order[i] < 3));
    }
    return finish(call, &s, x);
}

int adjust_lighting_compose(nd_invocation *call) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, 0, &values);
    if (count != 3)
        return nd_fail(ND_EARGUMENT, "%s: alpha has three numbers, not %lld", call->op->name,
                       (long long)(count == ND_NONE ? 0 : count));
    if (check(call) < 0)
        return -1;
    return finish_light(call, (double[]){values[0].f, values[1].f, values[2].f});
}

int random_lighting_compose(nd_invocation *call) {
    double deviation = nd_float(call->op, call->words, 0);
    float drawn[3];
    if (!(deviation >= 0 && isfinite(deviation)))
        return nd_fail(ND_EARGUMENT, "%s: alpha_std must be finite and not negative, not %g", call->op->name,
                       deviation);
    if (check(call) < 0)
        return -1;
    nd_random_normals(drawn, 3, (float)deviation);
    return finish_light(call, (double[]){drawn[0], drawn[1], drawn[2]});
}
