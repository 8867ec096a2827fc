/* Convolution on a GPU, and its two companions: what the windows see is written down as columns (items/columns.h), a
 * chunk at a time, and multiplied by the device's own products.
 *
 * Windows of one element that skip none see the image as it is, which needs no columns. Groups of very few channels are
 * summed directly: of their products nothing would be left but edges.
 */
#include "gpu.h"

#if ND_WITH_GPU

#include "array.h"
#include "items/columns.h"
#include "shape.h"
#include "spec.h"

enum { NARROW = 4, ROOM = 1 << 26 }; /* filters of a group times channels; bytes */

typedef struct batch {
    nd_context where;
    nd_convolution c;
    nd_dtype dtype;
    int64_t item, places; /* bytes of an element; windows of an image */
    bool plain;           /* columns are the image */
    char *image, *map, *weight;
    const nd_array *bias;
    int64_t images, windows; /* of a chunk: whole images, or a part of one */
    nd_memory room;
} batch;

/* Some windows of some images. */
typedef struct chunk {
    int64_t image, images, first, windows;
} chunk;

/* A matrix for each group of each image: where the first one is, and how far apart rows and matrices are, in elements.
 */
typedef struct matrix {
    char *data;
    int64_t step, by_image, by_group;
} matrix;

static bool is_plain(const nd_window *w) {
    bool plain = true;
    for (int i = 0; i < ND_WINDOW_AXES; i++)
        plain &= w->kernel[i] == 1 && w->stride[i] == 1 && w->pad[i] == 0;
    return plain;
}

static bool is_narrow(const nd_convolution *c) {
    return c->groups > 1 && c->filters * c->channels <= NARROW;
}

/* Rows of columns in a group, and in all of them. */
static int64_t rows_of(const batch *b) {
    return nd_filter_size(&b->c);
}

static int64_t all_rows_of(const batch *b) {
    return b->c.groups * rows_of(b);
}

/* ----------------------------------------------------------------------------------------------- operands */

static matrix weights_of(const batch *b) {
    return (matrix){b->weight, rows_of(b), 0, b->c.filters * rows_of(b)};
}

static matrix rows_at(const batch *b, char *data, int64_t rows, int64_t step) {
    return (matrix){data, step, b->c.groups * rows * step, rows * step};
}

/* Of images of so many rows for each group. */
static matrix part_of(const batch *b, const chunk *at, char *images, int64_t rows) {
    int64_t before = at->image * b->c.groups * rows * b->places + at->first;
    return rows_at(b, images + before * b->item, rows, b->places);
}

static matrix maps_of(const batch *b, const chunk *at) {
    return part_of(b, at, b->map, b->c.filters);
}

static matrix columns_of(const batch *b, const chunk *at) {
    return b->plain ? part_of(b, at, b->image, rows_of(b)) : rows_at(b, b->room.data, rows_of(b), at->windows);
}

/* A request for each group with all images, or for each image with all groups, whichever are fewer. */
static int multiply(const batch *b, int64_t images, const nd_gemm *g, matrix x, matrix y, matrix z) {
    bool together = b->c.groups <= images;
    int64_t requests = together ? b->c.groups : images, count = together ? images : b->c.groups;
    nd_gemm work = *g;
    int status = 0;
    work.apart_a = together ? x.by_image : x.by_group;
    work.apart_b = together ? y.by_image : y.by_group;
    work.apart_c = together ? z.by_image : z.by_group;
    for (int64_t i = 0; i < requests && status == 0; i++) {
        work.a = x.data + i * (together ? x.by_group : x.by_image) * b->item;
        work.b = y.data + i * (together ? y.by_group : y.by_image) * b->item;
        work.c = z.data + i * (together ? z.by_group : z.by_image) * b->item;
        status = nd_gpu_multiply(b->where, &work, b->dtype, count);
    }
    return status;
}

/* ------------------------------------------------------------------------------------------------ columns */

static nd_columns work_of(const batch *b, const chunk *at, const matrix *columns) {
    int64_t channels = b->c.groups * b->c.channels, image = channels * nd_count(ND_WINDOW_AXES, b->c.window.in);
    return (nd_columns){.window = b->c.window,
                        .wide = b->dtype == ND_FLOAT64,
                        .images = b->image + at->image * image * b->item,
                        .columns = columns->data,
                        .channels = channels,
                        .first = at->first,
                        .count = at->windows,
                        .image_step = columns->by_image,
                        .row_step = columns->step};
}

static int write_columns(const batch *b, const chunk *at, const matrix *columns) {
    nd_columns work = work_of(b, at, columns);
    return nd_gpu_each(b->where, ND_ITEM_columns, &work, at->images * work.channels * at->windows);
}

static int add_columns(const batch *b, const chunk *at, const matrix *columns) {
    nd_columns work = work_of(b, at, columns);
    work.bias = b->bias ? nd_data(b->bias) : NULL;
    work.more = at->first > 0;
    return nd_gpu_each(b->where, ND_ITEM_columns_added, &work, at->images * nd_image_size(&b->c));
}

/* ------------------------------------------------------------------------- maps and images, chunk by chunk */

static int make_maps(const batch *b, const chunk *at) {
    matrix columns = columns_of(b, at), maps = maps_of(b, at);
    nd_gemm g = {.m = b->c.filters, .n = at->windows, .k = rows_of(b), .ra = rows_of(b), .ca = 1};
    g.rb = columns.step, g.cb = 1, g.ldc = maps.step, g.add = b->bias != NULL;
    if (!b->plain && write_columns(b, at, &columns) < 0)
        return -1;
    return multiply(b, at->images, &g, weights_of(b), columns, maps);
}

static int make_images(const batch *b, const chunk *at) {
    matrix columns = columns_of(b, at), maps = maps_of(b, at);
    nd_gemm g = {.m = rows_of(b), .n = at->windows, .k = b->c.filters, .ra = 1, .ca = rows_of(b)};
    g.rb = maps.step, g.cb = 1, g.ldc = columns.step, g.add = b->plain && b->bias;
    if (multiply(b, at->images, &g, weights_of(b), maps, columns) < 0)
        return -1;
    return b->plain ? 0 : add_columns(b, at, &columns);
}

/* Each row of all images of the chunk in one piece. */
static int turn(const batch *b, const chunk *at, char *room, int64_t rows, matrix *m) {
    int64_t all = b->c.groups * rows, extents[] = {at->images, all, at->windows};
    if (at->images == 1)
        return 0;
    nd_strides from = {{m->by_image, m->step, 1}}, to = {{at->windows, at->images * at->windows, 1}};
    const char *data = m->data;
    *m = rows_at(b, room, rows, to.of[1]);
    return nd_gpu_copy(b->where, 3, extents, room, to, data, from, (int)b->item);
}

/* One sum over all windows of the chunk's images, added to those of the chunks before. */
static int add_weights(const batch *b, const chunk *at) {
    int64_t depth = at->images * at->windows;
    char *room = b->room.data, *behind = room + all_rows_of(b) * depth * b->item;
    matrix columns = rows_at(b, room, rows_of(b), depth), maps = maps_of(b, at);
    columns.by_image = at->windows;
    if (b->plain)
        columns = columns_of(b, at);
    if ((b->plain ? turn(b, at, room, rows_of(b), &columns) : write_columns(b, at, &columns)) < 0 ||
        turn(b, at, behind, b->c.filters, &maps) < 0)
        return -1;
    nd_gemm g = {.m = b->c.filters, .n = rows_of(b), .k = depth, .ra = maps.step, .ca = 1};
    g.rb = 1, g.cb = columns.step, g.ldc = rows_of(b), g.add = at->image > 0 || at->first > 0;
    return multiply(b, 1, &g, maps, columns, weights_of(b));
}

/* ----------------------------------------------------------------------------------------------- the chunks */

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* Room for `each` elements of every window of a chunk; for fewer windows where memory is short. */
static int open_room(batch *b, int64_t each) {
    int64_t windows = ROOM / (each * b->item) + 1;
    do {
        b->images = windows < b->places ? 1 : least(windows / b->places, b->c.images);
        b->windows = least(windows, b->places);
        windows = b->images * b->windows;
        if (nd_gpu_alloc(b->where.id, windows * each * b->item, &b->room) == 0)
            return 0;
        windows /= 2;
    } while (windows > 0 && nd_error_kind() == ND_EMEMORY);
    return -1;
}

static int each_chunk(const batch *b, int (*step)(const batch *, const chunk *)) {
    int status = 0;
    for (chunk at = {0}; at.image < b->c.images && status == 0; at.image += b->images)
        for (at.first = 0; at.first < b->places && status == 0; at.first += b->windows) {
            at.images = least(b->images, b->c.images - at.image);
            at.windows = least(b->windows, b->places - at.first);
            status = step(b, &at);
        }
    return status;
}

/* The bias of each channel, where products are to be added to it. */
static int spread_bias(const batch *b, char *to, int64_t channels) {
    int64_t extents[] = {b->c.images, channels, b->places};
    if (!b->bias)
        return 0;
    return nd_gpu_copy(b->where, 3, extents, to, nd_strides_of(3, extents), nd_data(b->bias), (nd_strides){{0, 1, 0}},
                       (int)b->item);
}

static int run(const batch *b, nd_gpu_third third) {
    if (third == ND_GPU_WEIGHTS)
        return each_chunk(b, add_weights);
    if (third == ND_GPU_MAPS)
        return spread_bias(b, b->map, b->c.groups * b->c.filters) < 0 ? -1 : each_chunk(b, make_maps);
    if (b->plain && spread_bias(b, b->image, b->c.groups * b->c.channels) < 0)
        return -1;
    return each_chunk(b, make_images);
}

static int sum_directly(const batch *b, nd_gpu_third third) {
    const nd_gpu_driver *driver = nd_gpu_driver_for(b->where.id);
    const nd_convolution *c = &b->c;
    nd_gpu_convolve_work work = {.third = third, .dtype = b->dtype, .images = c->images, .groups = c->groups};
    work.channels = c->channels, work.filters = c->filters, work.window = c->window;
    work.image = b->image, work.map = b->map, work.weight = b->weight;
    work.bias = b->bias ? nd_data(b->bias) : NULL;
    return driver ? nd_gpu_check(b->where.id, driver->convolve(b->where.id, &work)) : -1;
}

int nd_gpu_convolve(nd_context where, nd_gpu_third third, const nd_convolution *c, nd_dtype dtype, void *image,
                    void *map, void *weight, const nd_array *bias) {
    bool plain = is_plain(&c->window), needs_room = !plain || third == ND_GPU_WEIGHTS;
    batch b = {.where = where, .c = *c, .dtype = dtype, .item = nd_dtype_size(dtype), .plain = plain, .bias = bias};
    b.image = image, b.map = map, b.weight = weight;
    b.places = b.windows = nd_count(ND_WINDOW_AXES, c->window.out);
    b.images = c->images;
    if (is_narrow(c))
        return sum_directly(&b, third);
    if (needs_room && open_room(&b, all_rows_of(&b) + (third == ND_GPU_WEIGHTS ? c->groups * c->filters : 0)) < 0)
        return -1;
    int status = run(&b, third);
    if (needs_room)
        b.room.release(b.room.owner); /* whoever gets it uses it after these */
    return status;
}

#endif
