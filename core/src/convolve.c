/* Convolution and its gradient by the weight, run as products of matrices. */
#include <string.h>

#include "array.h"
#include "convolution.h"
#include "memory.h"
#include "operators.h"
#include "spec.h"

/* ------------------------------------------------------------------------------------------- the products */

int nd_product_open(nd_product *p, int64_t m, const nd_grid *rows, const nd_grid *columns, nd_dtype dtype) {
    int64_t k = nd_grid_size(rows), n = nd_grid_size(columns);
    *p = (nd_product){.gemm = {.m = m, .n = n, .k = k, .ra = k, .ca = 1, .ldc = n}};
    p->kernel = nd_kernels_in_use()->gemm[dtype];
    p->gemm.rows_b = p->rows = nd_grid_offsets(rows);
    p->gemm.columns_b = p->columns = nd_grid_offsets(columns);
    p->work = nd_alloc(nd_gemm_work(&p->gemm) * nd_dtype_size(dtype));
    return p->rows && p->columns && p->work ? 0 : -1;
}

void nd_product_close(nd_product *p) {
    nd_free(p->rows);
    nd_free(p->columns);
    nd_free(p->work);
}

void nd_product_run(nd_product *p, const char *a, const char *b, char *c) {
    p->gemm.a = a;
    p->gemm.b = b;
    p->gemm.c = c;
    p->kernel(&p->gemm, p->work);
}

/* Where one group's part of something lies. */
static int64_t part(int64_t size, int64_t group, int64_t groups) {
    return size / groups * group;
}

static int open_images(const nd_op *op, const nd_convolution *c, nd_frame *frame, nd_dtype dtype) {
    const nd_window *w = &c->window;
    return nd_frame_open(op->name, frame, c->groups * c->channels, w->in, w->pad, w->pad, dtype);
}

/* Each map: its filter over all windows. */
void nd_add_bias(nd_array *out, const nd_array *bias) {
    static const uint8_t step[] = {1, 0};
    int64_t each = nd_count(out->ndim - 2, out->shape + 2) * nd_dtype_size(out->dtype);
    char *to = nd_data(out);
    for (int64_t i = 0; i < out->shape[0] * out->shape[1]; i++, to += each) {
        const void *in[] = {to, (char *)nd_data(bias) + i % out->shape[1] * nd_dtype_size(out->dtype)};
        nd_kernels_in_use()->maps[ND_MAP_add].forward[out->dtype](to, in, step, each / nd_dtype_size(out->dtype));
    }
}

int convolution_run(nd_invocation *call) {
    nd_spec data = nd_array_spec(call->in[0]);
    nd_array *out = call->out[0];
    nd_convolution c;
    nd_product p = {.rows = NULL};
    nd_frame frame;
    if (out->size == 0)
        return 0;
    if (nd_read_convolution(call->op, call->words, &data, &c) < 0 || open_images(call->op, &c, &frame, data.dtype) < 0)
        return -1;
    nd_grid taps = nd_window_taps(&c.window, &frame, c.channels), places = nd_window_places(&c.window, &frame);
    int status = nd_product_open(&p, c.filters, &taps, &places, data.dtype);
    for (int64_t i = 0; i < c.images && status == 0; i++) {
        const char *image = nd_frame_around(&frame, (char *)nd_data(call->in[0]) + i * nd_image_size(&c) * frame.item);
        for (int64_t g = 0; g < c.groups; g++)
            nd_product_run(&p, (char *)nd_data(call->in[1]) + g * nd_group_weights(&c) * frame.item,
                           image + g * c.channels * frame.stride[0] * frame.item,
                           (char *)nd_data(out) +
                               (i * nd_map_size(&c) + part(nd_map_size(&c), g, c.groups)) * frame.item);
    }
    if (status == 0 && call->inputs == 3)
        nd_add_bias(out, call->in[2]);
    nd_product_close(&p);
    nd_frame_close(&frame);
    return status;
}

/* Each tap of a filter: the sum, over the windows, of what it saw times what the window made. */
int conv_weight_gradient_run(nd_invocation *call) {
    nd_spec data = nd_array_spec(call->in[0]), map = nd_array_spec(call->in[1]);
    nd_array *out = call->out[0];
    nd_convolution c;
    nd_product p = {.rows = NULL};
    nd_frame frame;
    memset(nd_data(out), 0, (size_t)nd_bytes(out));
    if (call->in[1]->size == 0)
        return 0;
    if (nd_read_correlation(call->op, call->words, &data, &map, &c) < 0 ||
        open_images(call->op, &c, &frame, data.dtype) < 0)
        return -1;
    nd_grid taps = nd_window_taps(&c.window, &frame, c.channels), places = nd_window_places(&c.window, &frame);
    int status = nd_product_open(&p, c.filters, &places, &taps, data.dtype);
    p.gemm.add = true;
    for (int64_t i = 0; i < c.images && status == 0; i++) {
        const char *image = nd_frame_around(&frame, (char *)nd_data(call->in[0]) + i * nd_image_size(&c) * frame.item);
        for (int64_t g = 0; g < c.groups; g++)
            nd_product_run(&p,
                           (char *)nd_data(call->in[1]) +
                               (i * nd_map_size(&c) + part(nd_map_size(&c), g, c.groups)) * frame.item,
                           image + g * c.channels * frame.stride[0] * frame.item,
                           (char *)nd_data(out) + g * nd_group_weights(&c) * frame.item);
    }
    nd_product_close(&p);
    nd_frame_close(&frame);
    return status;
}
