/* Deconvolution, the transpose of convolution, run as products of matrices: of each band the rows that convolution
 * would read, to be added to the image.
 */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "convolution.h"
#include "gpu.h"
#include "copy.h"
#include "operators.h"
#include "pool.h"
#include "spec.h"
#include "threads.h"

/* The taps along the outermost axis one after another: of all channels, and all taps along the others, what the filters
 * make of the maps. */
static void unmap_group(const nd_batch *b, char *channels, const char *weight, const char *map) {
    nd_gemm g = b->product;
    const nd_strips *s = &b->strips;
    int64_t filter = nd_filter_size(&b->c) / s->taps * s->inner; /* what of it is of one tap */
    for (nd_band band = {0}; nd_strips_next(s, b->c.channels, &band);) {
        char *rows = nd_strips_clear(s, channels, &band);
        g.m = band.channels * s->inner;
        g.n = band.lines * s->width;
        g.b = map + band.first * s->width * b->item;
        for (int64_t tap = 0; tap < s->taps / s->inner; tap++) {
            g.a = weight + (tap * b->c.filters * filter + band.channel * s->inner) * b->item;
            g.c = rows + s->starts[tap * s->inner] * b->item;
            g.add = nd_strips_adds(s, tap);
            b->kernel(&g, b->work);
        }
        nd_strips_add_back(s, channels, &band);
    }
}

static void some_images(void *shared, int thread, int64_t begin, int64_t end) {
    nd_batch b = nd_batch_of_thread(shared, thread);
    int64_t bytes = nd_image_size(&b.c) * b.item;
    for (int64_t i = begin; i < end; i++) {
        char *image = b.images + i * bytes;
        if (b.strips.room)
            memset(image, 0, (size_t)bytes);
        char *framed = nd_frame_room(&b.strips.frame, image);
        for (int64_t g = 0; g < b.c.groups; g++)
            unmap_group(&b, nd_channels_of(&b, framed, g), nd_weight_of(&b, g), nd_map_of(&b, i, g));
        nd_frame_take_out(&b.strips.frame, image);
    }
}

/* The weights of each tap along the outermost axis together, and then those of each filter. */
static void sort_weights(const nd_batch *b, const char *weight, nd_dtype dtype) {
    const nd_strips *s = &b->strips;
    int64_t size = nd_filter_size(&b->c), filters = b->c.filters;
    nd_lines lines = {b->c.channels, s->inner, s->inner, s->taps, 1};
    char *to = b->weight;
    for (int64_t group = 0; group < b->c.groups; group++)
        for (int64_t tap = 0; tap < s->taps; tap += s->inner)
            for (int64_t filter = 0; filter < filters; filter++, to += b->c.channels * s->inner * b->item)
                nd_kernels_in_use()->take_lines[dtype](
                    &lines, to, (char *)weight + ((group * filters + filter) * size + tap) * b->item);
}

static nd_gemm weights_times_maps(const nd_batch *b) {
    const nd_strips *s = &b->strips;
    return (nd_gemm){.m = s->channels * s->inner,
                     .n = s->lines * s->width,
                     .k = b->c.filters,
                     .ra = 1,
                     .ca = b->c.channels * s->inner,
                     .rb = s->places,
                     .cb = 1,
                     .ldc = s->step};
}

static int run(nd_batch *b, const nd_array *weight) {
    b->product = weights_times_maps(b);
    b->weight = nd_pool_alloc(nd_bytes(weight));
    int status = b->weight ? nd_batch_work(b, weight->dtype) : -1;
    if (status == 0) {
        sort_weights(b, nd_data(weight), weight->dtype);
        nd_share(b->c.images, nd_images_worth(&b->c), some_images, b);
    }
    nd_pool_free(b->weight, nd_bytes(weight));
    return status;
}

static int add_rows(const char *who, nd_batch *b, const nd_array *weight, const nd_array *bias) {
    int64_t channels = b->c.groups * b->c.channels, places = nd_count(ND_WINDOW_AXES, b->c.window.in);
    if (nd_batch_open(b, who, weight->dtype) < 0)
        return -1;
    int status = run(b, weight);
    for (int64_t i = 0; status == 0 && i < b->c.images; i++)
        nd_add_bias(b->images + i * channels * places * b->item, channels, places, bias);
    nd_batch_close(b);
    return status;
}

/* ---------------------------------------------------------------------------------------------- mirrored */

/* The convolution that takes maps to images; false where the stride or the pad does not let it. */
static bool mirror(const nd_convolution *c, nd_convolution *m) {
    bool can = nd_count(ND_WINDOW_AXES, c->window.stride) == 1;
    *m = *c;
    m->channels = c->filters, m->filters = c->channels;
    for (int i = 0; i < ND_WINDOW_AXES; i++) {
        m->window.in[i] = c->window.out[i], m->window.out[i] = c->window.in[i];
        m->window.pad[i] = nd_window_reach(&c->window, i) - 1 - c->window.pad[i];
        can &= m->window.pad[i] >= 0;
    }
    return can;
}

/* It multiplies by the zeros around the maps; the other way loads and stores each sum again. Either fills tiles. */
static bool is_worth_mirroring(const nd_convolution *c) {
    enum { HIGH = 8, MOVING = 8 };
    int64_t taps = nd_count(c->window.axes - 1, c->window.kernel + ND_WINDOW_AXES - c->window.axes + 1);
    int64_t rows = c->channels * taps;
    double mirrored =
        (double)((c->channels + HIGH - 1) / HIGH * HIGH * c->filters) * (double)nd_count(ND_WINDOW_AXES, c->window.in);
    double added = (double)((rows + HIGH - 1) / HIGH * HIGH * (c->filters + MOVING)) / (double)taps *
                   (double)nd_count(ND_WINDOW_AXES, c->window.out);
    return mirrored <= added;
}

static int convolve_mirrored(const char *who, const nd_batch *b, const nd_convolution *m, const nd_array *weight,
                             const nd_array *bias) {
    int64_t taps = nd_count(ND_WINDOW_AXES, m->window.kernel), size = nd_filter_size(&b->c), item = b->item;
    int64_t extents[] = {m->groups, m->filters, m->channels, taps};
    nd_strides from = {{b->c.filters * size, taps, size, -1}};
    nd_batch mirrored = {.c = *m, .images = b->maps, .maps = b->images, .weight = nd_pool_alloc(nd_bytes(weight))};
    if (!mirrored.weight)
        return -1;
    nd_copy_strided(4, extents, mirrored.weight, nd_strides_of(4, extents), (char *)nd_data(weight) + (taps - 1) * item,
                    from, (int)item);
    int status = nd_convolve(who, mirrored, weight->dtype, bias);
    nd_pool_free(mirrored.weight, nd_bytes(weight));
    return status;
}

int deconvolution_run(nd_invocation *call) {
    nd_spec data = nd_array_spec(call->in[0]);
    nd_array *out = call->out[0], *bias = call->inputs == 3 ? call->in[2] : NULL;
    nd_batch b = {.images = nd_data(out), .maps = nd_data(call->in[0]), .item = nd_dtype_size(data.dtype)};
    nd_convolution m;
    if (out->size == 0)
        return 0;
    if (nd_read_deconvolution(call->op, call->words, &data, &b.c) < 0)
        return -1;
    if (nd_on_gpu(out->context))
        return nd_gpu_convolve(out->context, ND_GPU_IMAGES, &b.c, out->dtype, b.images, b.maps, nd_data(call->in[1]),
                               bias);
    if (mirror(&b.c, &m) && is_worth_mirroring(&b.c))
        return convolve_mirrored(call->op->name, &b, &m, call->in[1], bias);
    return add_rows(call->op->name, &b, call->in[1], bias);
}
