#include "window.h"

#include <string.h>

#include "copy.h"
#include "kernels.h"
#include "memory.h"
#include "shape.h"
#include "spec.h"
#include "threads.h"

enum { AXES = ND_WINDOW_AXES };

/* ------------------------------------------------------------------------------------------ the geometry */

/* Sums and products of two values below this are far from overflowing. */
static const int64_t most = (int64_t)1 << 30;

int nd_window_list(const nd_op *op, const nd_word *words, int parameter, int axes, int64_t least, int64_t otherwise,
                   int64_t *into) {
    const char *name = nd_op_params(op)[parameter].name;
    const nd_word *values;
    int64_t count = nd_list(op, words, parameter, &values);
    bool empty = count == ND_NONE || count == 0;
    if (!empty && count != axes)
        return nd_fail(ND_EARGUMENT, "%s: %s has %lld values; the data needs one for each of its axes but two, %d",
                       op->name, name, (long long)count, axes);
    for (int i = 0; i < axes; i++) {
        int64_t value = empty ? otherwise : values[i].i;
        if (value < least || value > most)
            return nd_fail(ND_EARGUMENT, "%s: %s must be %lld to %lld along each axis, not %lld", op->name, name,
                           (long long)least, (long long)most, (long long)value);
        into[AXES - axes + i] = value;
    }
    return 0;
}

int nd_window_read(const nd_op *op, const nd_word *words, int kernel, int ndim, nd_window *window) {
    int axes = ndim - 2;
    if (axes < 1 || axes > AXES)
        return nd_fail(ND_ESHAPE, "%s: the data has %d axes; use 3 to 5: examples, channels, and what is convolved",
                       op->name, ndim);
    *window = (nd_window){axes, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0}};
    if (nd_window_list(op, words, kernel, axes, 1, 0, window->kernel) < 0 ||
        nd_window_list(op, words, kernel + 1, axes, 1, 1, window->stride) < 0 ||
        nd_window_list(op, words, kernel + 2, axes, 1, 1, window->dilate) < 0)
        return -1;
    return nd_window_list(op, words, kernel + 3, axes, 0, 0, window->pad);
}

int64_t nd_window_reach(const nd_window *window, int axis) {
    return window->dilate[axis] * (window->kernel[axis] - 1) + 1;
}

int nd_window_fit(const nd_op *op, nd_window *window, const int64_t *extents) {
    nd_spec all = {.ndim = AXES, .shape = {1, 1, 1}};
    for (int i = AXES - window->axes; i < AXES; i++) {
        int64_t padded = *extents + 2 * window->pad[i], reach = nd_window_reach(window, i);
        if (reach > padded)
            return nd_fail(ND_ESHAPE,
                           "%s: a kernel of %lld with dilate %lld exceeds the extent %lld with pad %lld on both sides",
                           op->name, (long long)window->kernel[i], (long long)window->dilate[i], (long long)*extents,
                           (long long)window->pad[i]);
        window->in[i] = *extents++;
        window->out[i] = (padded - reach) / window->stride[i] + 1;
        all.shape[i] = padded;
    }
    return nd_checked_size(op->name, &all) < 0 ? -1 : 0; /* and so there are not too many taps either */
}

void nd_window_write(const nd_window *window, nd_op_id op, int kernel, nd_words *words) {
    const int64_t *lists[] = {window->kernel, window->stride, window->dilate, window->pad};
    for (int i = 0; i < 4; i++)
        nd_words_list(words, op, kernel + i, lists[i] + AXES - window->axes, window->axes);
}

int nd_window_floats(const nd_invocation *call, int count) {
    nd_dtype dtype = call->in[0]->dtype;
    if (!nd_dtype_is_float(dtype))
        return nd_fail(ND_EDTYPE, "%s: float arrays only, not %s; cast with astype('float32')", call->op->name,
                       nd_dtype_name(dtype));
    for (int i = 1; i < count; i++)
        if (nd_same_dtype(call, 0, i) < 0)
            return -1;
    return 0;
}

/* -------------------------------------------------------------------------------------------------- grids */

int64_t nd_grid_size(const nd_grid *grid) {
    return nd_count(ND_GRID_AXES, grid->count);
}

int64_t *nd_grid_offsets(const nd_grid *grid) {
    int64_t *offsets = nd_alloc((nd_grid_size(grid) + 1) * (int64_t)sizeof *offsets), *to = offsets;
    const int64_t *n = grid->count, *s = grid->stride;
    for (int64_t c = 0; offsets && c < n[0]; c++)
        for (int64_t d = 0; d < n[1]; d++)
            for (int64_t h = 0; h < n[2]; h++)
                for (int64_t w = 0; w < n[3]; w++)
                    *to++ = c * s[0] + d * s[1] + h * s[2] + w * s[3];
    return offsets;
}

nd_grid nd_window_taps(const nd_window *window, const nd_frame *frame, int64_t channels) {
    nd_grid grid = {{channels}, {frame->stride[0]}};
    for (int i = 0; i < AXES; i++) {
        grid.count[1 + i] = window->kernel[i];
        grid.stride[1 + i] = window->dilate[i] * frame->stride[1 + i];
    }
    return grid;
}

nd_grid nd_window_places(const nd_window *window, const nd_frame *frame) {
    nd_grid grid = {{1}, {0}};
    for (int i = 0; i < AXES; i++) {
        grid.count[1 + i] = window->out[i];
        grid.stride[1 + i] = window->stride[i] * frame->stride[1 + i];
    }
    return grid;
}

/* ------------------------------------------------------------------------------------------------- frames */

int nd_frame_open(const char *who, nd_frame *frame, int64_t channels, const int64_t *inner, const int64_t *before,
                  const int64_t *after, nd_dtype dtype) {
    nd_spec spec = {.dtype = (uint8_t)dtype, .ndim = ND_GRID_AXES, .shape = {channels}};
    bool any = false;
    *frame = (nd_frame){.inner = {channels}, .dtype = dtype, .item = nd_dtype_size(dtype)};
    for (int i = 0; i < AXES; i++) {
        frame->inner[1 + i] = inner[i];
        frame->before[1 + i] = before[i];
        spec.shape[1 + i] = before[i] + inner[i] + after[i];
        any |= before[i] || after[i];
    }
    int64_t size = nd_checked_size(who, &spec);
    if (size < 0)
        return -1;
    memcpy(frame->stride, nd_strides_of(ND_GRID_AXES, spec.shape).of, sizeof frame->stride);
    frame->bytes = size * frame->item;
    frame->room = any ? nd_alloc(frame->bytes * nd_threads()) : NULL;
    if (frame->room)
        memset(frame->room, 0, (size_t)(frame->bytes * nd_threads()));
    return any && !frame->room ? -1 : 0;
}

nd_frame nd_frame_of_thread(const nd_frame *frame, int thread) {
    nd_frame own = *frame;
    if (own.room)
        own.room += thread * own.bytes;
    return own;
}

static char *inside(const nd_frame *frame) {
    int64_t offset = 0;
    for (int i = 0; i < ND_GRID_AXES; i++)
        offset += frame->before[i] * frame->stride[i];
    return frame->room + offset * frame->item;
}

/* All lines of the last axis, to or from the frame. */
static void move(const nd_frame *frame, char *to, const int64_t *to_stride, const char *from,
                 const int64_t *from_stride) {
    const int64_t *n = frame->inner;
    nd_lines lines = {n[2], n[3], to_stride[2], from_stride[2], 1};
    nd_lines_kernel *take = nd_kernels_in_use()->take_lines[frame->dtype];
    for (int64_t i = 0; i < n[0] * n[1]; i++) {
        int64_t channel = i / n[1], plane = i % n[1];
        take(&lines, to + (channel * to_stride[0] + plane * to_stride[1]) * frame->item,
             (char *)from + (channel * from_stride[0] + plane * from_stride[1]) * frame->item);
    }
}

const char *nd_frame_around(const nd_frame *frame, const char *image) {
    if (frame->room)
        move(frame, inside(frame), frame->stride, image, nd_strides_of(ND_GRID_AXES, frame->inner).of);
    return frame->room ? frame->room : image;
}

char *nd_frame_room(const nd_frame *frame, char *image) {
    if (!frame->room)
        return image;
    return memset(frame->room, 0, (size_t)frame->bytes);
}

void nd_frame_take_out(const nd_frame *frame, char *image) {
    if (frame->room)
        move(frame, image, nd_strides_of(ND_GRID_AXES, frame->inner).of, inside(frame), frame->stride);
}

void nd_frame_close(nd_frame *frame) {
    nd_free(frame->room);
}
