/* Deconvolution, the transpose of convolution, run as products of matrices.
 *
 * An element of the image gets something from every window over it. With stride s, elements whose places have the same
 * rest by s are under the same taps of their windows, and those taps are evenly spaced: each such phase is an ordinary
 * product over windows of the map, and with stride 1 there is only one.
 */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "convolution.h"
#include "gpu.h"
#include "copy.h"
#include "memory.h"
#include "operators.h"
#include "spec.h"
#include "threads.h"

enum { AXES = ND_WINDOW_AXES };

/* Along one axis: elements first, first + stride, ... of the image; element t gets from tap tap + m*tap_step what the
 * map has at source + t - m*source_step. */
typedef struct phase {
    int64_t first, count, tap, tap_step, taps, source, source_step;
} phase;

static int64_t divisor(int64_t a, int64_t b) {
    return b ? divisor(b, a % b) : a;
}

static phase find_phase(const nd_window *w, int axis, int64_t first) {
    int64_t s = w->stride[axis], d = w->dilate[axis], place = first + w->pad[axis], common = divisor(s, d), tap = 0;
    phase p = {.first = first, .tap_step = s / common, .source_step = d / common};
    p.count = (w->in[axis] - first + s - 1) / s;
    while (tap < w->kernel[axis] && (place - tap * d) % s)
        tap++;
    p.tap = tap;
    p.taps = tap < w->kernel[axis] ? (w->kernel[axis] - 1 - tap) / p.tap_step + 1 : 0;
    p.source = p.taps ? (place - tap * d) / s : 0;
    return p;
}

static int64_t phases_along(const nd_window *w, int axis) {
    return w->stride[axis] < w->in[axis] ? w->stride[axis] : w->in[axis];
}

/* The zeros around a map that the phases read. */
static int open_maps(const nd_op *op, const nd_convolution *c, nd_frame *frame, nd_dtype dtype) {
    const nd_window *w = &c->window;
    int64_t before[AXES], after[AXES];
    for (int i = 0; i < AXES; i++) {
        int64_t left = nd_window_reach(w, i) - 1 - w->pad[i];
        int64_t last = (w->pad[i] + w->in[i] - 1) / w->stride[i];
        before[i] = left > 0 ? (left + w->stride[i] - 1) / w->stride[i] : 0;
        after[i] = last >= w->out[i] ? last - w->out[i] + 1 : 0;
    }
    return nd_frame_open(op->name, frame, c->groups * c->filters, w->out, before, after, dtype);
}

/* One phase of all images: the weight's taps times what they meet in the map, and the way to their places. */
typedef struct run {
    const nd_convolution *c;
    nd_frame *frame;
    const char *maps, *weight;
    char *out, *scratch; /* where a phase's elements are neighbours, they need no scratch */
    nd_dtype dtype;
} run;

static nd_grid taps_in_weight(const nd_convolution *c, const phase *p, int64_t *start) {
    nd_strides strides = nd_strides_of(AXES, c->window.kernel);
    nd_grid grid = {{c->filters}, {c->channels * nd_count(AXES, c->window.kernel)}};
    for (int i = 0; i < AXES; i++) {
        grid.count[1 + i] = p[i].taps;
        grid.stride[1 + i] = p[i].tap_step * strides.of[i];
        *start += p[i].tap * strides.of[i];
    }
    return grid;
}

static nd_grid taps_in_map(const nd_convolution *c, const nd_frame *frame, const phase *p, int64_t *start) {
    nd_grid grid = {{c->filters}, {frame->stride[0]}};
    for (int i = 0; i < AXES; i++) {
        grid.count[1 + i] = p[i].taps;
        grid.stride[1 + i] = -p[i].source_step * frame->stride[1 + i];
        *start += (frame->before[1 + i] + p[i].source) * frame->stride[1 + i];
    }
    return grid;
}

static nd_grid elements_in_map(const nd_frame *frame, const phase *p) {
    nd_grid grid = {{1}, {0}};
    for (int i = 0; i < AXES; i++) {
        grid.count[1 + i] = p[i].count;
        grid.stride[1 + i] = frame->stride[1 + i];
    }
    return grid;
}

static void spread(const run *r, const phase *p, const char *scratch, char *image) {
    const nd_window *w = &r->c->window;
    nd_strides own = nd_strides_of(AXES, w->in), to = {{nd_count(AXES, w->in)}};
    int64_t extents[ND_GRID_AXES] = {r->c->channels}, start = 0;
    for (int i = 0; i < AXES; i++) {
        extents[1 + i] = p[i].count;
        to.of[1 + i] = w->stride[i] * own.of[i];
        start += p[i].first * own.of[i];
    }
    nd_copy_strided(ND_GRID_AXES, extents, image + start * r->frame->item, to, scratch,
                    nd_strides_of(ND_GRID_AXES, extents), r->frame->item);
}

/* What threads share of a phase. */
typedef struct share {
    const run *run;
    const phase *phase;
    nd_product product;
    int64_t weight_start, map_start;
} share;

static void some_images(void *shared, int thread, int64_t begin, int64_t end) {
    const share *s = shared;
    const run *r = s->run;
    const nd_convolution *c = r->c;
    nd_frame frame = nd_frame_of_thread(r->frame, thread);
    int64_t item = frame.item, group_image = nd_image_size(c) / c->groups;
    char *scratch = r->scratch ? r->scratch + thread * group_image * item : NULL;
    for (int64_t i = begin; i < end; i++) {
        const char *map = nd_frame_around(&frame, r->maps + i * nd_map_size(c) * item) + s->map_start * item;
        for (int64_t g = 0; g < c->groups; g++) {
            char *image = r->out + (i * nd_image_size(c) + g * group_image) * item;
            nd_product_run(&s->product, thread, r->weight + (g * nd_group_weights(c) + s->weight_start) * item,
                           map + g * c->filters * frame.stride[0] * item, scratch ? scratch : image, false);
            if (scratch)
                spread(r, s->phase, scratch, image);
        }
    }
}

static int run_phase(const run *r, const phase *p) {
    const nd_convolution *c = r->c;
    share s = {.run = r, .phase = p};
    nd_grid in_weight = taps_in_weight(c, p, &s.weight_start), in_map = taps_in_map(c, r->frame, p, &s.map_start);
    nd_grid elements = elements_in_map(r->frame, p);
    if (nd_grid_size(&in_map) == 0)
        return 0;
    int64_t *taps = nd_grid_offsets(&in_weight);
    int status = taps ? nd_product_open(&s.product, c->channels, &in_map, &elements, r->dtype) : -1;
    s.product.gemm.ra = nd_count(AXES, c->window.kernel);
    s.product.gemm.columns_a = taps;
    if (status == 0)
        nd_share(c->images, nd_images_worth(&s.product, c->groups), some_images, &s);
    nd_product_close(&s.product);
    nd_free(taps);
    return status;
}

static int run_phases(const run *r) {
    const nd_window *w = &r->c->window;
    int64_t n[AXES] = {phases_along(w, 0), phases_along(w, 1), phases_along(w, 2)};
    int status = 0;
    for (int64_t i = 0; i < n[0] * n[1] * n[2] && status == 0; i++) {
        const phase p[AXES] = {find_phase(w, 0, i / n[2] / n[1]), find_phase(w, 1, i / n[2] % n[1]),
                               find_phase(w, 2, i % n[2])};
        status = run_phase(r, p);
    }
    return status;
}

/* Phases of one element each, or of neighbours, lie in the image as the product makes them. */
static bool in_place(const nd_window *w) {
    return nd_count(AXES, w->stride) == 1;
}

int deconvolution_run(nd_invocation *call) {
    nd_spec data = nd_array_spec(call->in[0]);
    nd_array *out = call->out[0];
    nd_convolution c;
    nd_frame frame;
    if (nd_clear(out) < 0) /* some elements may be under no tap */
        return -1;
    if (out->size == 0)
        return 0;
    if (nd_read_deconvolution(call->op, call->words, &data, &c) < 0)
        return -1;
    if (nd_on_gpu(out->context))
        return nd_gpu_convolve(out->context, ND_GPU_IMAGES, &c, data.dtype, nd_data(out), nd_data(call->in[0]),
                               nd_data(call->in[1]), call->inputs == 3 ? call->in[2] : NULL);
    if (open_maps(call->op, &c, &frame, data.dtype) < 0)
        return -1;
    run r = {&c, &frame, nd_data(call->in[0]), nd_data(call->in[1]), nd_data(out), NULL, data.dtype};
    if (!in_place(&c.window))
        r.scratch = nd_alloc(nd_image_size(&c) / c.groups * frame.item * nd_threads());
    int status = r.scratch || in_place(&c.window) ? run_phases(&r) : -1;
    for (int64_t i = 0; status == 0 && call->inputs == 3 && i < c.images; i++)
        nd_add_bias(r.out + i * nd_image_size(&c) * frame.item, out->shape[1], nd_count(AXES, c.window.in),
                    call->in[2]);
    nd_free(r.scratch);
    nd_frame_close(&frame);
    return status;
}
