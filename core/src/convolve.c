/* Convolution and its gradient by the weight, run as products of matrices. */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "convolution.h"
#include "gpu.h"
#include "memory.h"
#include "map.h"
#include "operators.h"
#include "pool.h"
#include "spec.h"
#include "threads.h"

/* ------------------------------------------------------------------------------------------- the products */

int nd_product_open(nd_product *p, int64_t m, const nd_grid *rows, const nd_grid *columns, nd_dtype dtype) {
    int64_t k = nd_grid_size(rows), n = nd_grid_size(columns);
    *p = (nd_product){.gemm = {.m = m, .n = n, .k = k, .ra = k, .ca = 1, .ldc = n}};
    p->kernel = nd_kernels_in_use()->gemm[dtype];
    p->gemm.rows_b = p->rows = nd_grid_offsets(rows);
    p->gemm.columns_b = p->columns = nd_grid_offsets(columns);
    p->work_bytes = nd_gemm_work(&p->gemm) * nd_dtype_size(dtype);
    p->work = nd_pool_alloc(p->work_bytes * nd_threads());
    return p->rows && p->columns && p->work ? 0 : -1;
}

void nd_product_close(nd_product *p) {
    nd_free(p->rows);
    nd_free(p->columns);
    nd_pool_free(p->work, p->work_bytes * nd_threads());
}

void nd_product_run(const nd_product *p, int thread, const char *a, const char *b, char *c, bool add) {
    nd_gemm g = p->gemm;
    g.a = a;
    g.b = b;
    g.c = c;
    g.add = add;
    p->kernel(&g, p->work + thread * p->work_bytes);
}

int64_t nd_images_worth(const nd_product *p, int64_t groups) {
    double products = (double)p->gemm.m * (double)p->gemm.n * (double)p->gemm.k * (double)groups;
    return products < (1 << 20) ? (int64_t)((1 << 20) / (products + 1)) + 1 : 1;
}

/* ------------------------------------------------------------------------------------------------ both runs */

/* A batch of images and of their maps, and the weight. */
typedef struct run {
    nd_convolution c;
    nd_frame frame;
    nd_product product;
    const char *images;
    char *maps, *weight;
    const nd_array *bias;
    int64_t item;
} run;

static void run_close(run *r) {
    nd_product_close(&r->product);
    nd_frame_close(&r->frame);
}

/* Whether the windows' places are summed over, or their taps. */
static int run_open(run *r, const nd_op *op, bool over_places, nd_dtype dtype) {
    const nd_window *w = &r->c.window;
    if (nd_frame_open(op->name, &r->frame, r->c.groups * r->c.channels, w->in, w->pad, w->pad, dtype) < 0)
        return -1;
    nd_grid taps = nd_window_taps(w, &r->frame, r->c.channels), places = nd_window_places(w, &r->frame);
    r->item = r->frame.item;
    if (nd_product_open(&r->product, r->c.filters, over_places ? &places : &taps, over_places ? &taps : &places,
                        dtype) == 0)
        return 0;
    run_close(r);
    return -1;
}

static char *map_of(const run *r, int64_t image, int64_t group) {
    int64_t size = nd_map_size(&r->c);
    return r->maps + (image * size + group * (size / r->c.groups)) * r->item;
}

static const char *group_of(const run *r, const char *framed, int64_t group) {
    return framed + group * r->c.channels * r->frame.stride[0] * r->item;
}

static char *weight_of(const run *r, char *weight, int64_t group) {
    return weight + group * nd_group_weights(&r->c) * r->item;
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

/* Each map: its filter over all windows. */
static void some_maps(void *shared, int thread, int64_t begin, int64_t end) {
    const run *r = shared;
    nd_frame frame = nd_frame_of_thread(&r->frame, thread);
    int64_t maps = r->c.groups * r->c.filters;
    for (int64_t i = begin; i < end; i++) {
        const char *image = nd_frame_around(&frame, r->images + i * nd_image_size(&r->c) * r->item);
        for (int64_t g = 0; g < r->c.groups; g++)
            nd_product_run(&r->product, thread, weight_of(r, r->weight, g), group_of(r, image, g), map_of(r, i, g),
                           false);
        nd_add_bias(map_of(r, i, 0), maps, nd_map_size(&r->c) / maps, r->bias);
    }
}

int convolution_run(nd_invocation *call) {
    nd_spec data = nd_array_spec(call->in[0]);
    nd_array *out = call->out[0];
    run r = {.images = nd_data(call->in[0]), .maps = nd_data(out), .weight = nd_data(call->in[1])};
    if (out->size == 0)
        return 0;
    r.bias = call->inputs == 3 ? call->in[2] : NULL;
    if (nd_read_convolution(call->op, call->words, &data, &r.c) < 0)
        return -1;
    if (nd_on_gpu(out->context))
        return nd_gpu_convolve(out->context, ND_GPU_MAPS, &r.c, data.dtype, nd_data(call->in[0]), nd_data(out),
                               nd_data(call->in[1]), r.bias);
    if (run_open(&r, call->op, false, data.dtype) < 0)
        return -1;
    nd_share(r.c.images, nd_images_worth(&r.product, r.c.groups), some_maps, &r);
    run_close(&r);
    return 0;
}

/* ------------------------------------------------------------------------------ the gradient by the weight */

/* The images in at most so many parts, whose sums are made apart and then added: the same whatever threads there are.
 */
enum { PARTS = 4 };

static int64_t part_start(const run *r, int64_t part, int64_t parts) {
    return r->c.images * part / parts;
}

static int64_t parts_of(const run *r) {
    return r->c.images < PARTS ? r->c.images : PARTS;
}

/* Each tap of a filter: the sum, over the windows, of what it saw times what the window made. */
static void some_parts(void *shared, int thread, int64_t begin, int64_t end) {
    const run *r = shared;
    nd_frame frame = nd_frame_of_thread(&r->frame, thread);
    int64_t parts = parts_of(r), bytes = r->c.groups * nd_group_weights(&r->c) * r->item;
    for (int64_t part = begin; part < end; part++)
        for (int64_t first = part_start(r, part, parts), i = first; i < part_start(r, part + 1, parts); i++) {
            const char *image = nd_frame_around(&frame, r->images + i * nd_image_size(&r->c) * r->item);
            for (int64_t g = 0; g < r->c.groups; g++)
                nd_product_run(&r->product, thread, map_of(r, i, g), group_of(r, image, g),
                               weight_of(r, r->weight + part * bytes, g), i > first);
        }
}

static void add_parts(const run *r, nd_array *out, int64_t parts) {
    memcpy(nd_data(out), r->weight, (size_t)nd_bytes(out));
    for (int64_t part = 1; part < parts; part++)
        nd_add_into(nd_data(out), r->weight + part * nd_bytes(out), out->dtype, out->size);
}

int conv_weight_gradient_run(nd_invocation *call) {
    nd_spec data = nd_array_spec(call->in[0]), map = nd_array_spec(call->in[1]);
    nd_array *out = call->out[0];
    run r = {.images = nd_data(call->in[0]), .maps = nd_data(call->in[1])};
    if (call->in[1]->size == 0)
        return nd_clear(out);
    if (nd_read_correlation(call->op, call->words, &data, &map, &r.c) < 0)
        return -1;
    if (nd_on_gpu(out->context))
        return nd_gpu_convolve(out->context, ND_GPU_WEIGHTS, &r.c, data.dtype, nd_data(call->in[0]),
                               nd_data(call->in[1]), nd_data(out), NULL);
    if (run_open(&r, call->op, true, data.dtype) < 0)
        return -1;
    int64_t parts = parts_of(&r), bytes = parts * nd_bytes(out);
    r.weight = nd_pool_alloc(bytes);
    if (r.weight) {
        nd_share(parts, nd_images_worth(&r.product, r.c.groups) * PARTS / r.c.images + 1, some_parts, &r);
        add_parts(&r, out, parts);
    }
    nd_pool_free(r.weight, bytes);
    run_close(&r);
    return r.weight ? 0 : -1;
}
