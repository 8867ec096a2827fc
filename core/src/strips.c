#include "strips.h"

#include <string.h>

#include "kernels.h"
#include "memory.h"
#include "pool.h"
#include "shape.h"
#include "spec.h"
#include "threads.h"

enum { AXES = ND_WINDOW_AXES, ROOM = 1 << 19, LINE = 64 /* bytes, of the cache */ };

/* -------------------------------------------------------------------------------------------- the layout */

/* Lines of which the outermost axis' taps see later ones than the first tap does. */
static int64_t later_lines(const nd_strips *s) {
    return (nd_window_reach(s->window, s->outer) - 1) / s->window->stride[s->outer];
}

static int64_t line_bytes(const nd_strips *s) {
    return s->channels * s->inner * s->rests * s->width * s->frame.item;
}

/* Whether an image's channels, inside their frame, are rows as they are. */
static bool rows_in_image(const nd_strips *s) {
    const nd_window *w = s->window;
    bool plain = s->inner == 1 && w->stride[s->outer] == 1 && s->frame.stride[1 + s->outer] == s->width;
    for (int i = s->outer + 1; i < AXES; i++)
        plain &= w->stride[i] == 1;
    return plain;
}

/* As many channels as fill one block of a product's depth, and as many lines of them as fit a cache; few enough
 * channels that lines which bands have in common are not most of them. */
static void choose_band(nd_strips *s, int64_t channels) {
    int64_t all = s->window->out[s->outer], later = later_lines(s), most = 2 * later + 1;
    int64_t blocks = (channels * s->taps + ND_GEMM_DEPTH - 1) / ND_GEMM_DEPTH;
    s->channels = (channels + blocks - 1) / blocks;
    while (s->channels > 1 && ROOM / line_bytes(s) - later < (all < most ? all : most))
        s->channels = (s->channels + 1) / 2;
    s->lines = ROOM / line_bytes(s) - later;
    s->lines = s->lines < 1 ? 1 : s->lines < all ? s->lines : all;
    s->lines = (all + (all - 1) / s->lines) / ((all - 1) / s->lines + 1); /* alike */
}

/* An odd number of cache lines apart, so that not all rows compete for the same places there. */
static int64_t choose_step(const nd_strips *s) {
    int64_t lines = (s->rests * s->height * s->width * s->frame.item + LINE - 1) / LINE;
    return (lines | 1) * LINE / s->frame.item;
}

static int64_t *make_starts(const nd_strips *s) {
    int64_t *starts = nd_alloc(s->channels * s->taps * (int64_t)sizeof *starts), *to = starts;
    int64_t dilate = s->window->dilate[s->outer], stride = s->window->stride[s->outer];
    for (int64_t channel = 0; starts && channel < s->channels; channel++)
        for (int64_t tap = 0; tap < s->taps / s->inner; tap++)
            for (int64_t t = 0; t < s->inner; t++)
                *to++ = (channel * s->inner + t) * s->step +
                        (tap * dilate % stride * s->height + tap * dilate / stride) * s->width;
    return starts;
}

int nd_strips_open(const char *who, nd_strips *s, const nd_window *w, int64_t groups, int64_t channels,
                   nd_dtype dtype) {
    int outer = AXES - w->axes;
    int64_t stride = w->stride[outer], reach = nd_window_reach(w, outer);
    *s = (nd_strips){.window = w, .outer = outer, .taps = nd_count(AXES, w->kernel)};
    if (nd_frame_open(who, &s->frame, groups * channels, w->in, w->pad, w->pad, dtype) < 0)
        return -1;
    s->inner = s->taps / w->kernel[outer];
    s->places = nd_count(AXES, w->out);
    s->width = s->places / w->out[outer];
    s->rests = stride < reach ? stride : reach;
    if (rows_in_image(s)) {
        s->channels = channels;
        s->lines = w->out[outer];
        s->step = s->frame.stride[0];
    } else {
        choose_band(s, channels);
        s->height = s->lines + later_lines(s);
        s->step = choose_step(s);
        s->bytes = s->channels * s->inner * s->step * s->frame.item;
        s->room = nd_pool_alloc(s->bytes * nd_threads());
    }
    s->starts = make_starts(s);
    if (s->starts && (s->room || !s->bytes))
        return 0;
    nd_strips_close(s);
    return -1;
}

nd_strips nd_strips_of_thread(const nd_strips *s, int thread) {
    nd_strips own = *s;
    own.frame = nd_frame_of_thread(&s->frame, thread);
    if (own.room)
        own.room += thread * own.bytes;
    return own;
}

void nd_strips_close(nd_strips *s) {
    nd_free(s->starts);
    nd_pool_free(s->room, s->bytes * nd_threads());
    nd_frame_close(&s->frame);
}

/* --------------------------------------------------------------------------------------------- the bands */

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

bool nd_strips_next(const nd_strips *s, int64_t channels, nd_band *band) {
    int64_t all = s->window->out[s->outer];
    band->channel += band->channels;
    if (band->channel == channels) {
        band->channel = 0;
        band->first += band->lines;
    }
    band->channels = least(s->channels, channels - band->channel);
    band->lines = least(s->lines, all - band->first);
    return band->first < all;
}

static char *in_image(const nd_strips *s, const char *framed, const nd_band *band) {
    return (char *)framed + (band->channel * s->frame.stride[0] + band->first * s->width) * s->frame.item;
}

/* The lines of a rest that the frame has. */
static int64_t lines_of_rest(const nd_strips *s, const nd_band *band, int64_t rest) {
    const nd_window *w = s->window;
    int64_t extent = w->in[s->outer] + 2 * w->pad[s->outer], stride = w->stride[s->outer];
    return least(band->lines + later_lines(s), (extent - rest + stride - 1) / stride - band->first);
}

/* Rows of one channel and one tap along the other axes, `tap` elements from its first one: all lines of one rest. */
static void move_lines(const nd_strips *s, nd_lines_kernel *kernel, char *row, char *image, int64_t count) {
    const nd_window *w = s->window;
    const int64_t *step = s->frame.stride + 1;
    bool planes = s->outer == 0, alone = s->outer == AXES - 1;
    nd_lines lines = {count, w->out[2], s->width, w->stride[s->outer] * step[s->outer], w->stride[2]};
    if (alone)
        lines = (nd_lines){1, count, 0, 0, w->stride[2]};
    for (int64_t o = 0; o < (planes ? w->out[1] : 1); o++)
        kernel(&lines, row + o * w->out[2] * s->frame.item, image + o * w->stride[1] * step[1] * s->frame.item);
}

/* Where a tap along the other axes looks, in elements from the window's first one. */
static int64_t tap_offset(const nd_strips *s, int64_t tap) {
    const nd_window *w = s->window;
    int64_t offset = 0;
    for (int i = AXES - 1; i > s->outer; tap /= w->kernel[i--])
        offset += tap % w->kernel[i] * w->dilate[i] * s->frame.stride[1 + i];
    return offset;
}

static void move(const nd_strips *s, nd_lines_kernel *kernel, char *framed, const nd_band *band) {
    const int64_t *step = s->frame.stride;
    int64_t stride = s->window->stride[s->outer], item = s->frame.item;
    for (int64_t row = 0; row < band->channels * s->inner; row++)
        for (int64_t rest = 0; rest < s->rests; rest++) {
            int64_t from = (band->channel + row / s->inner) * step[0] + tap_offset(s, row % s->inner) +
                           (band->first * stride + rest) * step[1 + s->outer];
            move_lines(s, kernel, s->room + (row * s->step + rest * s->height * s->width) * item, framed + from * item,
                       lines_of_rest(s, band, rest));
        }
}

const char *nd_strips_read(const nd_strips *s, const char *framed, const nd_band *band) {
    if (!s->room)
        return in_image(s, framed, band);
    move(s, nd_kernels_in_use()->take_lines[s->frame.dtype], (char *)framed, band);
    return s->room;
}

/* ------------------------------------------------------------------------------------------ the way back */

bool nd_strips_adds(const nd_strips *s, int64_t tap) {
    return s->rests > 1 || tap > 0;
}

char *nd_strips_clear(const nd_strips *s, char *framed, const nd_band *band) {
    char *rows = s->room ? s->room : in_image(s, framed, band);
    int64_t kept = s->rests == 1 ? band->lines : 0, all = s->rests == 1 ? kept + later_lines(s) : s->rests * s->height;
    for (int64_t row = 0; row < band->channels * s->inner && kept < all; row++)
        memset(rows + (row * s->step + kept * s->width) * s->frame.item, 0,
               (size_t)((all - kept) * s->width * s->frame.item));
    return rows;
}

void nd_strips_add_back(const nd_strips *s, char *framed, const nd_band *band) {
    if (s->room)
        move(s, nd_kernels_in_use()->add_lines[s->frame.dtype], framed, band);
}
