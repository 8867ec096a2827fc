/* Deconvolution, the transpose of convolution, run as products of matrices: of each band the rows that convolution
 * would read, to be added to the image.
 */
#include <string.h>

#include "array.h"
#include "convolution.h"
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

int deconvolution_run(nd_invocation *call) {
    nd_spec data = nd_array_spec(call->in[0]);
    nd_array *out = call->out[0];
    nd_batch b = {.images = nd_data(out), .maps = nd_data(call->in[0])};
    if (out->size == 0)
        return 0;
    if (nd_read_deconvolution(call->op, call->words, &data, &b.c) < 0 ||
        nd_batch_open(&b, call->op->name, data.dtype) < 0)
        return -1;
    int status = run(&b, call->in[1]);
    for (int64_t i = 0; status == 0 && call->inputs == 3 && i < b.c.images; i++)
        nd_add_bias(b.images + i * nd_image_size(&b.c) * b.item, out->shape[1],
                    out->size / (b.c.images * out->shape[1]), call->in[2]);
    nd_batch_close(&b);
    return status;
}
