/* Convolution and its gradient by the weight, run as products of matrices. */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "convolution.h"
#include "copy.h"
#include "gpu.h"
#include "map.h"
#include "operators.h"
#include "pool.h"
#include "spec.h"
#include "threads.h"

/* --------------------------------------------------------------------------------------------- the batch */

int nd_batch_open(nd_batch *b, const char *who, nd_dtype dtype) {
    b->item = nd_dtype_size(dtype);
    return nd_strips_open(who, &b->strips, &b->c.window, b->c.groups, b->c.channels, dtype);
}

int nd_batch_work(nd_batch *b, nd_dtype dtype) {
    b->kernel = nd_kernels_in_use()->gemm[dtype];
    b->work_bytes = nd_gemm_work(&b->product) * b->item;
    b->work = nd_pool_alloc(b->work_bytes * nd_threads());
    return b->work ? 0 : -1;
}

nd_batch nd_batch_of_thread(const nd_batch *b, int thread) {
    nd_batch own = *b;
    own.strips = nd_strips_of_thread(&b->strips, thread);
    own.work += thread * b->work_bytes;
    return own;
}

void nd_batch_close(nd_batch *b) {
    nd_pool_free(b->work, b->work_bytes * nd_threads());
    nd_strips_close(&b->strips);
}

int64_t nd_images_worth(const nd_convolution *c) {
    double products = (double)nd_map_size(c) * (double)nd_filter_size(c);
    return products < (1 << 20) ? (int64_t)((1 << 20) / (products + 1)) + 1 : 1;
}

char *nd_weight_of(const nd_batch *b, int64_t group) {
    return b->weight + group * b->c.filters * nd_filter_size(&b->c) * b->item;
}

char *nd_map_of(const nd_batch *b, int64_t image, int64_t group) {
    return b->maps + (image * b->c.groups + group) * b->c.filters * b->strips.places * b->item;
}

char *nd_channels_of(const nd_batch *b, const char *framed, int64_t group) {
    return (char *)framed + group * b->c.channels * b->strips.frame.stride[0] * b->item;
}

static const char *framed(const nd_batch *b, int64_t image) {
    return nd_frame_around(&b->strips.frame, b->images + image * nd_image_size(&b->c) * b->item);
}

/* ------------------------------------------------------------------------------------------- convolution */

void nd_add_bias(char *maps, int64_t channels, int64_t each, const nd_array *bias) {
    static const uint8_t step[] = {1, 0};
    for (int64_t i = 0; bias && i < channels; i++) {
        int64_t item = nd_dtype_size(bias->dtype);
        char *to = maps + i * each * item;
        const void *in[] = {to, (char *)nd_data(bias) + i * item};
        nd_kernels_in_use()->maps[ND_MAP_add].forward[bias->dtype](to, in, step, each);
    }
}

/* The filters times the rows of each band. */
static void map_group(const nd_batch *b, const char *channels, const char *weight, char *map) {
    nd_gemm g = b->product;
    const nd_strips *s = &b->strips;
    for (nd_band band = {0}; nd_strips_next(s, b->c.channels, &band);) {
        g.n = band.lines * s->width;
        g.k = band.channels * s->taps;
        g.a = weight + band.channel * s->taps * b->item;
        g.b = nd_strips_read(s, channels, &band);
        g.c = map + band.first * s->width * b->item;
        g.add = band.channel > 0;
        b->kernel(&g, b->work);
    }
}

typedef struct maps {
    nd_batch batch;
    const nd_array *bias;
} maps;

static void some_maps(void *shared, int thread, int64_t begin, int64_t end) {
    const maps *m = shared;
    nd_batch b = nd_batch_of_thread(&m->batch, thread);
    for (int64_t i = begin; i < end; i++) {
        const char *image = framed(&b, i);
        for (int64_t g = 0; g < b.c.groups; g++)
            map_group(&b, nd_channels_of(&b, image, g), nd_weight_of(&b, g), nd_map_of(&b, i, g));
        nd_add_bias(nd_map_of(&b, i, 0), b.c.groups * b.c.filters, b.strips.places, m->bias);
    }
}

static nd_gemm filters_times_rows(const nd_batch *b) {
    const nd_strips *s = &b->strips;
    return (nd_gemm){.m = b->c.filters,
                     .n = s->lines * s->width,
                     .k = s->channels * s->taps,
                     .ra = nd_filter_size(&b->c),
                     .ca = 1,
                     .rows_b = s->starts,
                     .cb = 1,
                     .ldc = s->places};
}

int nd_convolve(const char *who, nd_batch batch, nd_dtype dtype, const nd_array *bias) {
    maps m = {batch, bias};
    nd_batch *b = &m.batch;
    if (nd_batch_open(b, who, dtype) < 0)
        return -1;
    b->product = filters_times_rows(b);
    int status = nd_batch_work(b, dtype);
    if (status == 0)
        nd_share(b->c.images, nd_images_worth(&b->c), some_maps, &m);
    nd_batch_close(b);
    return status;
}

int convolution_run(nd_invocation *call) {
    nd_spec data = nd_array_spec(call->in[0]);
    nd_array *out = call->out[0];
    nd_batch b = {.images = nd_data(call->in[0]), .maps = nd_data(out), .weight = nd_data(call->in[1])};
    if (out->size == 0)
        return 0;
    const nd_array *bias = call->inputs == 3 ? call->in[2] : NULL;
    if (nd_read_convolution(call->op, call->words, &data, &b.c) < 0)
        return -1;
    if (nd_on_gpu(out->context))
        return nd_gpu_convolve(out->context, ND_GPU_MAPS, &b.c, data.dtype, nd_data(call->in[0]), nd_data(out),
                               nd_data(call->in[1]), bias);
    return nd_convolve(call->op->name, b, data.dtype, bias);
}

/* ------------------------------------------------------------------------------ the gradient by the weight */

/* The images in at most so many parts, whose sums are made apart and then added: the same whatever threads there are.
 */
enum { PARTS = 4 };

static int64_t part_start(const nd_convolution *c, int64_t part) {
    return c->images * part / (c->images < PARTS ? c->images : PARTS);
}

/* Whether a product of so many rows and columns is worth its cost the other way round: of its tiles, also where they
 * hang over the edge, and of turning what has the columns. */
static bool is_better_turned(int64_t rows, int64_t columns) {
    enum { HIGH = 8, WIDE = 32, TURNING = 10 };
    int64_t own = (rows + HIGH - 1) / HIGH * HIGH * ((columns + WIDE - 1) / WIDE * WIDE) + columns * TURNING;
    int64_t turned = (columns + HIGH - 1) / HIGH * HIGH * ((rows + WIDE - 1) / WIDE * WIDE) + rows * TURNING;
    return turned < own;
}

/* Each filter's map times each tap's row; or each tap's row times each filter's map, which are the weights transposed.
 */
static nd_gemm maps_times_rows(const nd_batch *b, bool turned) {
    const nd_strips *s = &b->strips;
    int64_t taps = s->channels * s->taps, filters = b->c.filters, depth = s->lines * s->width;
    if (turned)
        return (nd_gemm){.m = taps,
                         .n = filters,
                         .k = depth,
                         .rows_a = s->starts,
                         .ca = 1,
                         .rb = 1,
                         .cb = s->places,
                         .ldc = filters};
    return (nd_gemm){.m = filters,
                     .n = taps,
                     .k = depth,
                     .ra = s->places,
                     .ca = 1,
                     .rb = 1,
                     .columns_b = s->starts,
                     .ldc = nd_filter_size(&b->c)};
}

static void weigh_group(const nd_batch *b, const char *channels, const char *map, char *weight, bool add) {
    nd_gemm g = b->product;
    const nd_strips *s = &b->strips;
    bool turned = g.rows_a != NULL;
    for (nd_band band = {0}; nd_strips_next(s, b->c.channels, &band);) {
        const char *rows = nd_strips_read(s, channels, &band), *maps = map + band.first * s->width * b->item;
        int64_t taps = band.channels * s->taps, before = band.channel * s->taps;
        *(turned ? &g.m : &g.n) = taps;
        g.k = band.lines * s->width;
        g.a = turned ? rows : maps;
        g.b = turned ? maps : rows;
        g.c = weight + before * (turned ? b->c.filters : 1) * b->item;
        g.add = add || band.first > 0;
        b->kernel(&g, b->work);
    }
}

static void some_parts(void *shared, int thread, int64_t begin, int64_t end) {
    nd_batch b = nd_batch_of_thread(shared, thread);
    for (int64_t part = begin; part < end; part++)
        for (int64_t first = part_start(&b.c, part), i = first; i < part_start(&b.c, part + 1); i++) {
            const char *image = framed(&b, i);
            for (int64_t g = 0; g < b.c.groups; g++)
                weigh_group(&b, nd_channels_of(&b, image, g), nd_map_of(&b, i, g),
                            nd_weight_of(&b, part * b.c.groups + g), i > first);
        }
}

/* All parts' sums. */
static void gather_parts(const nd_batch *b, nd_array *out, int64_t parts) {
    int64_t extents[] = {b->c.groups, b->c.filters, nd_filter_size(&b->c)};
    nd_strides own = nd_strides_of(3, extents), turned = {{own.of[0], 1, extents[1]}};
    for (int64_t part = 1; part < parts; part++)
        nd_add_into(b->weight, b->weight + part * nd_bytes(out), out->dtype, out->size);
    nd_copy_strided(3, extents, nd_data(out), own, b->weight, b->product.rows_a ? turned : own, (int)b->item);
}

int conv_weight_gradient_run(nd_invocation *call) {
    nd_spec data = nd_array_spec(call->in[0]), map = nd_array_spec(call->in[1]);
    nd_array *out = call->out[0];
    nd_batch b = {.images = nd_data(call->in[0]), .maps = nd_data(call->in[1])};
    if (call->in[1]->size == 0)
        return nd_clear(out);
    if (nd_read_correlation(call->op, call->words, &data, &map, &b.c) < 0)
        return -1;
    if (nd_on_gpu(out->context))
        return nd_gpu_convolve(out->context, ND_GPU_WEIGHTS, &b.c, data.dtype, nd_data(call->in[0]),
                               nd_data(call->in[1]), nd_data(out), NULL);
    if (nd_batch_open(&b, call->op->name, data.dtype) < 0)
        return -1;
    int64_t parts = b.c.images < PARTS ? b.c.images : PARTS, bytes = parts * nd_bytes(out);
    b.product = maps_times_rows(&b, is_better_turned(b.c.filters, b.strips.channels * b.strips.taps));
    b.weight = nd_pool_alloc(bytes);
    if (b.weight && nd_batch_work(&b, data.dtype) == 0) {
        nd_share(parts, nd_images_worth(&b.c) * PARTS / b.c.images + 1, some_parts, &b);
        gather_parts(&b, out, parts);
    }
    nd_pool_free(b.weight, bytes);
    nd_batch_close(&b);
    return b.weight && b.work ? 0 : -1;
}
