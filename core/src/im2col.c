/* im2col writes the windows of images as columns of a matrix, and col2im adds columns back: each other's gradients. */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "gpu.h"
#include "items/columns.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"
#include "window.h"

enum { AXES = ND_WINDOW_AXES, COL2IM_KERNEL = 1 };

/* What both know: images (n, channels, ...), columns (n, channels * taps, places). */
typedef struct columns {
    nd_window window;
    int64_t images, channels, taps, places;
} columns;

static int fit(const nd_op *op, columns *c, const int64_t *extents) {
    if (nd_window_fit(op, &c->window, extents) < 0)
        return -1;
    c->taps = nd_count(AXES, c->window.kernel);
    c->places = nd_count(AXES, c->window.out);
    return 0;
}

static int read_im2col(const nd_op *op, const nd_word *words, const nd_spec *images, columns *c) {
    if (nd_window_read(op, words, 0, images->ndim, &c->window) < 0)
        return -1;
    c->images = images->shape[0];
    c->channels = images->shape[1];
    if (c->channels < 1)
        return nd_fail(ND_ESHAPE, "%s: data of shape %s has no channels", op->name, nd_spec_text(images).chars);
    return fit(op, c, images->shape + 2);
}

static int read_col2im(const nd_op *op, const nd_word *words, const nd_spec *matrix, columns *c) {
    const nd_word *values;
    int64_t axes = nd_list(op, words, 0, &values), extents[AXES];
    if (matrix->ndim != 3 || axes < 1 || axes > AXES)
        return nd_fail(ND_ESHAPE, "%s: needs data of 3 axes, not of shape %s, and an output_size of 1 to 3", op->name,
                       nd_spec_text(matrix).chars);
    if (nd_window_read(op, words, COL2IM_KERNEL, (int)axes + 2, &c->window) < 0 ||
        nd_window_list(op, words, 0, (int)axes, 0, 0, extents) < 0 || fit(op, c, extents + AXES - axes) < 0)
        return -1;
    c->images = matrix->shape[0];
    c->channels = matrix->shape[1] / c->taps;
    if (c->channels < 1 || matrix->shape[1] % c->taps || matrix->shape[2] != c->places)
        return nd_fail(ND_ESHAPE,
                       "%s: windows of these images make %lld columns of a multiple of %lld rows, not shape %s",
                       op->name, (long long)c->places, (long long)c->taps, nd_spec_text(matrix).chars);
    return 0;
}

int im2col_infer(nd_invocation *call) {
    nd_spec in = nd_array_spec(call->in[0]);
    columns c;
    if (nd_window_floats(call, call->inputs) < 0 || read_im2col(call->op, call->words, &in, &c) < 0)
        return -1;
    call->spec[0] = (nd_spec){.dtype = in.dtype, .ndim = 3, .shape = {c.images, c.channels, c.places}};
    if (nd_checked_size(call->op->name, &call->spec[0]) < 0 || c.taps > INT64_MAX / 64 / c.channels)
        return nd_fail(ND_EMEMORY, "%s: the columns of shape %s are larger than any memory", call->op->name,
                       nd_spec_text(&in).chars);
    call->spec[0].shape[1] *= c.taps;
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

int col2im_infer(nd_invocation *call) {
    nd_spec in = nd_array_spec(call->in[0]);
    columns c;
    if (nd_window_floats(call, call->inputs) < 0 || read_col2im(call->op, call->words, &in, &c) < 0)
        return -1;
    call->spec[0] = (nd_spec){.dtype = in.dtype, .ndim = (uint8_t)(2 + c.window.axes), .shape = {c.images, c.channels}};
    memcpy(call->spec[0].shape + 2, c.window.in + AXES - c.window.axes,
           (size_t)c.window.axes * sizeof call->spec[0].shape[0]);
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

/* Offsets into a framed image: a column gathers from, or adds to, taps[row] + places[column]. */
typedef struct tables {
    nd_frame frame;
    int64_t *taps, *places;
} tables;

static void tables_close(tables *t) {
    nd_free(t->taps);
    nd_free(t->places);
    nd_frame_close(&t->frame);
}

static int tables_open(const nd_op *op, const columns *c, nd_dtype dtype, tables *t) {
    const nd_window *w = &c->window;
    *t = (tables){.taps = NULL};
    if (nd_frame_open(op->name, &t->frame, c->channels, w->in, w->pad, w->pad, dtype) < 0)
        return -1;
    nd_grid taps = nd_window_taps(w, &t->frame, c->channels), places = nd_window_places(w, &t->frame);
    t->taps = nd_grid_offsets(&taps);
    t->places = nd_grid_offsets(&places);
    if (t->taps && t->places)
        return 0;
    tables_close(t);
    return -1;
}

/* One image. */
#define DEFINE_COLUMNS(T)                                                                  \
    static void gather_##T(const columns *c, const tables *t, const T *image, T *to) {     \
        for (int64_t row = 0; row < c->channels * c->taps; row++)                          \
            for (int64_t j = 0; j < c->places; j++)                                        \
                *to++ = image[t->taps[row] + t->places[j]];                                \
    }                                                                                      \
    static void add_back_##T(const columns *c, const tables *t, const T *from, T *image) { \
        for (int64_t row = 0; row < c->channels * c->taps; row++)                          \
            for (int64_t j = 0; j < c->places; j++)                                        \
                image[t->taps[row] + t->places[j]] += *from++;                             \
    }
DEFINE_COLUMNS(float)
DEFINE_COLUMNS(double)

static int run_on_gpu(nd_item_id item, const columns *c, const nd_array *images, const nd_array *matrix,
                      int64_t count) {
    nd_columns work = {.window = c->window, .wide = images->dtype == ND_FLOAT64, .channels = c->channels};
    work.images = nd_data(images), work.columns = nd_data(matrix);
    work.count = work.row_step = c->places;
    work.image_step = c->channels * c->taps * c->places;
    return nd_gpu_each(images->context, item, &work, count);
}

int im2col_run(nd_invocation *call) {
    nd_spec in = nd_array_spec(call->in[0]);
    nd_array *out = call->out[0];
    columns c;
    tables t;
    if (out->size == 0)
        return 0;
    if (read_im2col(call->op, call->words, &in, &c) < 0)
        return -1;
    if (nd_on_gpu(out->context))
        return run_on_gpu(ND_ITEM_columns, &c, call->in[0], out, c.images * c.channels * c.places);
    if (tables_open(call->op, &c, in.dtype, &t) < 0)
        return -1;
    int64_t size = call->in[0]->size / c.images * t.frame.item, each = out->size / c.images * t.frame.item;
    for (int64_t i = 0; i < c.images; i++) {
        const void *image = nd_frame_around(&t.frame, (char *)nd_data(call->in[0]) + i * size);
        char *to = (char *)nd_data(out) + i * each;
        in.dtype == ND_FLOAT32 ? gather_float(&c, &t, image, (float *)to) : gather_double(&c, &t, image, (double *)to);
    }
    tables_close(&t);
    return 0;
}

int col2im_run(nd_invocation *call) {
    nd_spec in = nd_array_spec(call->in[0]);
    nd_array *out = call->out[0];
    columns c;
    tables t;
    if (out->size == 0)
        return 0;
    if (read_col2im(call->op, call->words, &in, &c) < 0)
        return -1;
    if (nd_on_gpu(out->context))
        return run_on_gpu(ND_ITEM_columns_added, &c, out, call->in[0], out->size);
    if (nd_clear(out) < 0 || tables_open(call->op, &c, in.dtype, &t) < 0)
        return -1;
    int64_t size = out->size / c.images * t.frame.item, each = call->in[0]->size / c.images * t.frame.item;
    for (int64_t i = 0; i < c.images; i++) {
        const char *from = (char *)nd_data(call->in[0]) + i * each;
        char *image = (char *)nd_data(out) + i * size;
        void *framed = nd_frame_room(&t.frame, image); /* zeros, as `image` is so far */
        in.dtype == ND_FLOAT32 ? add_back_float(&c, &t, (const float *)from, framed)
                               : add_back_double(&c, &t, (const double *)from, framed);
        nd_frame_take_out(&t.frame, image);
    }
    tables_close(&t);
    return 0;
}

/* ---------------------------------------------------------------------------------------------- gradients */

int im2col_gradient(nd_backprop *b) {
    nd_spec in = nd_input_spec(b->node, 0);
    columns c;
    if (!nd_wanted(b, 0))
        return 0;
    if (read_im2col(b->op, b->words, &in, &c) < 0)
        return -1;
    nd_words words = nd_words_new(ND_OP_col2im);
    nd_words_list(&words, ND_OP_col2im, 0, in.shape + 2, c.window.axes);
    nd_window_write(&c.window, ND_OP_col2im, COL2IM_KERNEL, &words);
    b->into[0] = nd_apply1(ND_OP_col2im, b->g[0], &words);
    return b->into[0] ? 0 : -1;
}

int col2im_gradient(nd_backprop *b) {
    nd_spec in = nd_input_spec(b->node, 0);
    columns c;
    if (!nd_wanted(b, 0))
        return 0;
    if (read_col2im(b->op, b->words, &in, &c) < 0)
        return -1;
    nd_words words = nd_words_new(ND_OP_im2col);
    nd_window_write(&c.window, ND_OP_im2col, 0, &words);
    b->into[0] = nd_apply1(ND_OP_im2col, b->g[0], &words);
    return b->into[0] ? 0 : -1;
}
