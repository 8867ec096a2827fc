/* What the core does about GPUs without one: blocks that are kept, errors, the order of requests, and what operators
 * come to. The device is a table of functions over host memory, which notes what it is asked for and fails when it is
 * told to.
 */
#include "gpu.h"
#include "items/boxes.h"
#include "items/closeness.h"
#include "items/columns.h"
#include "items/counts.h"
#include "items/deformable.h"
#include "items/divergence.h"
#include "items/factors.h"
#include "items/indices.h"
#include "items/multibox.h"
#include "items/nms.h"
#include "items/picking.h"
#include "items/proposals.h"
#include "items/ranking.h"
#include "items/reflections.h"
#include "items/regions.h"
#include "items/rivals.h"
#include "items/rotations.h"
#include "items/rounding.h"
#include "items/sums.h"
#include "items/training.h"
#include "items/triangles.h"
#include "memory.h"
#include "support.h"

static const nd_context GPU = {ND_GPU, 0}, SECOND = {ND_GPU, 1};

/* ------------------------------------------------------------------------------------------ the device */

static struct {
    int64_t blocks, bytes, room; /* in use; the most bytes that there are */
    int allocs, releases, uploads, downloads, maps, waits;
    int next_status; /* of the next request for work */
    nd_gpu_map_work map;
    nd_gpu_reduce_work reduced[2];
    int reductions;
    nd_gpu_rows_work rows;
    int64_t table[16]; /* of the last rows */
    int products, convolutions, pools;
    nd_gpu_pool_work pooled[2];
} device;

static void device_reset(void) {
    memset(&device, 0, sizeof device);
    device.room = 1 << 20;
}

static int status_of_work(void) {
    int status = device.next_status;
    device.next_status = ND_GPU_DONE;
    return status;
}

static int fake_count(int *count) {
    *count = 2;
    return ND_GPU_DONE;
}

static int fake_memory(int id, int64_t *available, int64_t *total) {
    (void)id;
    *available = device.room - device.bytes;
    *total = device.room;
    return ND_GPU_DONE;
}

static const char *fake_message(void) {
    return "the fake device says so";
}

/* Each block begins with its size. */
static int fake_alloc(int id, int64_t bytes, void **block) {
    (void)id;
    if (device.bytes + bytes > device.room)
        return ND_GPU_FULL;
    int64_t *made = malloc((size_t)bytes + 16);
    made[0] = bytes;
    *block = made + 2;
    device.allocs++, device.blocks++, device.bytes += bytes;
    return ND_GPU_DONE;
}

static int fake_release(int id, void *block) {
    int64_t *made = (int64_t *)block - 2;
    (void)id;
    device.releases++, device.blocks--, device.bytes -= made[0];
    free(made);
    return ND_GPU_DONE;
}

static int fake_upload(int id, void *to, const void *from, int64_t bytes) {
    (void)id;
    device.uploads++;
    memcpy(to, from, (size_t)bytes);
    return status_of_work();
}

static int fake_download(int id, void *to, const void *from, int64_t bytes) {
    (void)id;
    device.downloads++;
    memcpy(to, from, (size_t)bytes);
    return status_of_work();
}

static int fake_move(int id, void *to, const void *from, int64_t bytes) {
    (void)id;
    memmove(to, from, (size_t)bytes);
    return status_of_work();
}

static int fake_fill(int id, void *to, const void *item, int bytes, int64_t count) {
    (void)id;
    for (int64_t i = 0; i < count; i++)
        memcpy((char *)to + i * bytes, item, (size_t)bytes);
    return status_of_work();
}

static int fake_wait(int id) {
    (void)id;
    device.waits++;
    return status_of_work();
}

/* Adds float32 and divides int32, as the strides say for one axis. */
static int fake_map(int id, const nd_gpu_map_work *work, int *failed) {
    (void)id;
    device.maps++;
    device.map = *work;
    for (int64_t i = 0; i < work->size && work->ndim == 1 && work->row == ND_MAP_add; i++)
        ((float *)work->out)[i] = ((const float *)work->in[0])[i * work->stride[0][0]] +
                                  (work->in[1] ? ((const float *)work->in[1])[i * work->stride[0][1]] : 0);
    for (int64_t i = 0; i < work->size && work->row == ND_MAP_div && work->dtype == ND_INT32; i++)
        *failed |= ((const int32_t *)work->in[1])[i * work->stride[0][1]] == 0;
    return status_of_work();
}

static int fake_reduce(int id, const nd_gpu_reduce_work *work) {
    (void)id;
    device.reduced[device.reductions++ & 1] = *work;
    return status_of_work();
}

static int fake_rows(int id, const nd_gpu_rows_work *work) {
    (void)id;
    device.rows = *work;
    memcpy(device.table, work->place, sizeof *device.table * (size_t)(work->source - work->place + 4));
    return status_of_work();
}

static int fake_cast(int id, void *to, int to_dtype, const void *from, int from_dtype, int64_t count) {
    (void)id;
    nd_cast(to, (nd_dtype)to_dtype, from, (nd_dtype)from_dtype, count);
    return status_of_work();
}

static int fake_copy(int id, const nd_gpu_copy_work *work) {
    nd_strides to, from;
    (void)id;
    memcpy(to.of, work->to_stride, sizeof to.of), memcpy(from.of, work->from_stride, sizeof from.of);
    nd_copy_strided(work->ndim, work->extent, work->to, to, work->from, from, work->item);
    return status_of_work();
}

#define DEFINE_MULTIPLY(T)                                                                       \
    static void multiply_##T(const nd_gemm *g, int64_t count) {                                  \
        for (int64_t i = 0; i < count * g->m * g->n; i++) {                                      \
            const int64_t problem = i / (g->m * g->n), row = i / g->n % g->m, column = i % g->n; \
            const T *a = (const T *)g->a + problem * g->apart_a + row * g->ra;                   \
            const T *b = (const T *)g->b + problem * g->apart_b + column * g->cb;                \
            T *c = (T *)g->c + problem * g->apart_c + row * g->ldc + column, sum = 0;            \
            for (int64_t p = 0; p < g->k; p++)                                                   \
                sum += a[p * g->ca] * b[p * g->rb];                                              \
            *c = (g->add ? *c : 0) + (g->negative ? -sum : sum);                                 \
        }                                                                                        \
    }
DEFINE_MULTIPLY(float)
DEFINE_MULTIPLY(double)

static int fake_multiply(int id, const nd_gemm *work, int dtype, int64_t count) {
    const nd_gemm g = nd_gemm_spread(*work);
    (void)id;
    device.products++;
    dtype == ND_FLOAT32 ? multiply_float(&g, count) : multiply_double(&g, count);
    return status_of_work();
}

static int fake_convolve(int id, const nd_gpu_convolve_work *work) {
    (void)id, (void)work;
    device.convolutions++;
    return status_of_work();
}

static int fake_pool(int id, const nd_gpu_pool_work *work) {
    (void)id;
    device.pooled[device.pools++ & 1] = *work;
    return status_of_work();
}

/* Items are C too; the last ones first, for a GPU promises no order. */
static int fake_each(int id, int item, const void *work, int64_t count) {
    (void)id;
    for (int64_t i = count - 1; i >= 0; i--)
        switch (item) {
#define ITEM(name) \
    case ND_ITEM_##name: nd_##name##_item(work, i); break;
#include "items/items.inl"
        }
    return status_of_work();
}

static const nd_gpu_driver fake = {
    .version = ND_GPU_VERSION,
    .name = "the fake",
    .count = fake_count,
    .memory = fake_memory,
    .message = fake_message,
    .alloc = fake_alloc,
    .release = fake_release,
    .upload = fake_upload,
    .download = fake_download,
    .move = fake_move,
    .fill = fake_fill,
    .wait = fake_wait,
    .map = fake_map,
    .reduce = fake_reduce,
    .cast = fake_cast,
    .copy = fake_copy,
    .rows = fake_rows,
    .multiply = fake_multiply,
    .convolve = fake_convolve,
    .pool = fake_pool,
    .each = fake_each,
};

static void start(void) {
    device_reset();
    nd_gpu_use(&fake);
}

static void stop(void) {
    nd_release_memory();
    CHECK_EQ_I64(device.blocks, 0);
    nd_gpu_use(NULL);
}

static nd_array *on(nd_context context, nd_dtype dtype, int64_t size) {
    nd_spec spec = {.dtype = (uint8_t)dtype, .ndim = 1, .shape = {size}};
    return nd_array_new(&spec, context);
}

static nd_array *apply2(const char *name, nd_array *a, nd_array *b) {
    nd_array *in[] = {a, b};
    nd_word words[ND_MAX_WORDS];
    nd_op_defaults(nd_op_find(name), words);
    return nd_apply(nd_op_find(name), in, 2, words);
}

static nd_array *apply1(const char *name, nd_array *a) {
    nd_word words[ND_MAX_WORDS];
    nd_op_defaults(nd_op_find(name), words);
    return nd_apply(nd_op_find(name), &a, 1, words);
}

/* -------------------------------------------------------------------------------------------- memory */

static void test_blocks_are_used_again(void) {
    start();
    nd_array *x = on(GPU, ND_FLOAT32, 1000);
    void *data = nd_array_data(x);
    CHECK(nd_gpu_bytes_in_use(0) >= 4000 && nd_gpu_bytes_in_use(0) <= 4500 && nd_gpu_bytes_kept(0) == 0);
    nd_array_release(x);
    CHECK(nd_gpu_bytes_in_use(0) == 0 && nd_gpu_bytes_kept(0) >= 4000 && device.releases == 0);
    x = on(GPU, ND_FLOAT32, 1010); /* about as large */
    CHECK(nd_array_data(x) == data && device.allocs == 1);
    nd_array *other = on(SECOND, ND_FLOAT32, 1000);
    CHECK(device.allocs == 2 && nd_gpu_bytes_in_use(1) >= 4000);
    nd_array_release(x), nd_array_release(other);
    nd_release_memory();
    CHECK(device.releases == 2 && nd_gpu_bytes_kept(0) == 0 && nd_gpu_bytes_kept(1) == 0);
    stop();
}

static void test_full(void) {
    start();
    nd_array *small = on(GPU, ND_UINT8, 300000);
    nd_array_release(small); /* kept, and in the way of what comes */
    nd_array *x = on(GPU, ND_UINT8, 900000);
    CHECK(x && device.releases == 1);
    CHECK_FAILS(on(GPU, ND_UINT8, 900000) == NULL, ND_EMEMORY);
    CHECK(strstr(nd_error_message(), "gpu(0)") && strstr(nd_error_message(), "out of memory"));
    nd_array *here = on(CPU, ND_UINT8, 900000);
    CHECK(here);
    nd_array_release(here), nd_array_release(x);
    CHECK_FAILS(on(GPU, ND_FLOAT64, INT64_MAX / 16) == NULL, ND_EMEMORY);
    stop();
}

static void test_every_size_has_a_block(void) {
    start();
    device.room = INT64_MAX;
    for (int64_t size = 0; size < 5000; size = size * 9 / 8 + 1) {
        nd_array *x = on(GPU, ND_UINT8, size);
        if (x && size)
            memset(nd_array_data(x), 1, (size_t)size); /* a sanitizer sees if the block is smaller */
        CHECK(x);
        nd_array_release(x);
    }
    stop();
}

/* -------------------------------------------------------------------------------------------- errors */

static void test_absent(void) {
    nd_gpu_use(NULL);
    CHECK_EQ_I64(nd_gpu_count(), 0);
    CHECK_FAILS(on(GPU, ND_FLOAT32, 2) == NULL, ND_ECONTEXT);
    CHECK(strstr(nd_error_message(), "GPU is not enabled"));
    start();
    CHECK_EQ_I64(nd_gpu_count(), 2);
    CHECK_FAILS(on((nd_context){ND_GPU, 2}, ND_FLOAT32, 2) == NULL, ND_ECONTEXT);
    CHECK(strstr(nd_error_message(), "gpu(2)"));
    int64_t available, total;
    CHECK(nd_gpu_memory_info(1, &available, &total) == 0 && total == 1 << 20);
    CHECK_FAILS(nd_gpu_memory_info(-1, &available, &total) < 0, ND_ECONTEXT);
    stop();
}

/* A refused request is forgotten; a broken device stays so, alone. */
static void test_errors_of_requests(void) {
    start();
    nd_array *x = on(GPU, ND_FLOAT32, 4), *y = on(SECOND, ND_FLOAT32, 4), *z;
    CHECK(nd_array_fill(x, 1) == 0 && nd_array_fill(y, 1) == 0);
    device.next_status = ND_GPU_REFUSED;
    CHECK_FAILS(apply2("broadcast_add", x, x) == NULL, ND_ECONTEXT);
    nd_array_release(z = apply2("broadcast_add", x, x));
    CHECK(z);
    device.next_status = ND_GPU_BROKEN;
    CHECK_FAILS(nd_wait() < 0, ND_ECONTEXT);
    int maps = device.maps;
    CHECK_FAILS(apply2("broadcast_add", x, x) == NULL, ND_ECONTEXT);
    CHECK(strstr(nd_error_message(), "gpu(0)") && strstr(nd_error_message(), "mx.cpu()"));
    CHECK_EQ_I64(device.maps, maps);
    CHECK_FAILS(nd_on_host(x) == NULL, ND_ECONTEXT);
    nd_array_release(z = apply2("broadcast_add", y, y));
    CHECK(z && device.maps == maps + 1);
    nd_array_release(x), nd_array_release(y);
    stop();
}

static void test_mixed_contexts(void) {
    start();
    nd_array *x = on(GPU, ND_FLOAT32, 4), *here = on(CPU, ND_FLOAT32, 4);
    nd_array_fill(here, 1);
    CHECK_FAILS(apply2("broadcast_add", x, here) == NULL, ND_ECONTEXT);
    CHECK(strstr(nd_error_message(), "gpu(0)") && strstr(nd_error_message(), "cpu(0)"));
    nd_array_release(x), nd_array_release(here);
    stop();
}

static void test_every_operator_runs(void) {
    for (int i = 0; i < ND_OPS; i++)
        CHECK_FOR(nd_gpu_check_operator(&nd_ops[i]) == 0, "%s", nd_error_message());
}

/* ------------------------------------------------------------------------------------------- requests */

static void test_to_and_fro(void) {
    start();
    ledger before = ledger_now();
    nd_array *here = on(CPU, ND_FLOAT32, 4);
    for (int i = 0; i < 4; i++)
        nd_array_set(here, i, i);
    nd_array *there = nd_to_context(here, GPU), *sum = apply2("broadcast_add", there, there);
    nd_array *second = nd_to_context(sum, SECOND), *back = nd_to_context(second, CPU);
    CHECK(device.map.ndim == 1 && device.map.extent[0] == 4 && device.map.stride[0][1] == 1);
    CHECK_CLOSE(nd_array_get(back, 3), 6, 0);
    CHECK_CLOSE(nd_array_get(second, 2), 4, 0);
    nd_array_set(second, 2, 7);
    CHECK_EQ_I64(nd_array_get_int(second, 2), 7);
    nd_array_release(here), nd_array_release(there), nd_array_release(sum);
    nd_array_release(second), nd_array_release(back);
    CHECK_NOTHING_LEFT(before);
    stop();
}

/* A gradient comes back to where its leaf is. */
static void test_gradient_between_devices(void) {
    start();
    nd_array *x = on(CPU, ND_FLOAT32, 3);
    nd_array_fill(x, 1);
    CHECK(nd_attach_grad(x, ND_GRAD_WRITE, NULL) == 0);
    nd_set_recording(true);
    nd_array *there = nd_to_context(x, GPU), *y = apply2("broadcast_add", there, there);
    nd_set_recording(false);
    nd_array *heads[] = {y}, *gradient = nd_grad(x);
    CHECK(nd_backward(heads, NULL, 1, (nd_backward_options){0}, NULL, 0, NULL) == 0);
    CHECK(gradient->context.device == ND_CPU);
    CHECK_CLOSE(nd_array_get(gradient, 2), 2, 0);
    nd_array_release(x), nd_array_release(there), nd_array_release(y), nd_array_release(gradient);
    stop();
}

/* Whether an integer was divided by zero is asked for after the division; floats are not waited for. */
static void test_division(void) {
    start();
    nd_array *x = on(GPU, ND_INT32, 3), *f = on(GPU, ND_FLOAT32, 3);
    nd_array_fill(x, 2), nd_array_fill(f, 0);
    nd_array *y = apply2("broadcast_div", x, x), *z = apply2("broadcast_div", f, f);
    CHECK(y && z && device.uploads == 1 && device.downloads == 1);
    nd_array_set_int(x, 1, 0);
    CHECK_FAILS(apply2("broadcast_div", x, x) == NULL, ND_EARGUMENT);
    CHECK(strstr(nd_error_message(), "division by zero"));
    nd_array_release(x), nd_array_release(y), nd_array_release(f), nd_array_release(z);
    stop();
}

/* Few results of many elements are folded in parts, and these in a second pass. */
static void test_parts(void) {
    start();
    nd_array *x = on(GPU, ND_FLOAT32, 100000), *few = on(GPU, ND_FLOAT32, 100);
    nd_array *sum = apply1("sum", x);
    const nd_gpu_reduce_work *first = &device.reduced[0], *last = &device.reduced[1];
    CHECK(device.reductions == 2 && first->loads && !first->finishes && !last->loads && last->finishes);
    CHECK(first->parts > 1 && first->folded == 100000 && last->folded == first->parts && last->parts == 1);
    CHECK(last->in == first->out && last->out == nd_array_data(sum));
    nd_array_release(sum);
    nd_array_release(sum = apply1("sum", few));
    CHECK(device.reductions == 3 && first->loads && first->finishes && first->parts == 1);
    nd_array_release(x), nd_array_release(few);
    stop();
}

/* Rows that go to the same place are grouped, in their order, so that a device cannot mix it up. */
static void test_groups(void) {
    start();
    nd_array *data = on(GPU, ND_FLOAT32, 8);
    const int64_t places[] = {2, 0, 2, 1};
    CHECK(nd_gpu_choose(ND_GPU_ADD, data, data, places, 4, 2) == 0);
    CHECK_EQ_I64(device.rows.count, 3);
    const int64_t wanted[] = {0, 1, 2, /* first */ 0, 1, 2, 4, /* source */ 1, 3, 0, 2};
    for (int i = 0; i < COUNT(wanted); i++)
        CHECK_EQ_I64(device.table[i], wanted[i]);
    nd_array_release(data);
    stop();
}

/* ---------------------------------------------------------------------------------------------- items */

/* The operator's first result, with the numbers of x; NULL after a failure. */
static nd_array *result_on(nd_context where, const char *name, nd_array *x) {
    nd_array *there = nd_to_context(x, where), *result = there ? apply1(name, there) : NULL;
    nd_array *here = result ? nd_to_context(result, CPU) : NULL;
    nd_array_release(there), nd_array_release(result);
    return here;
}

static bool same_numbers(const nd_array *a, const nd_array *b) {
    for (int64_t i = 0; a && b && i < a->size; i++)
        if (nd_array_get(a, i) != nd_array_get(b, i))
            return false;
    return a && b && a->size == b->size;
}

/* The same results in both places, or false and an error: of numbers below `several`, so that many are equal. */
static bool agree(const char *name, nd_dtype dtype, int64_t size, int64_t several) {
    nd_array *x = on(CPU, dtype, size);
    for (int64_t i = 0; x && i < size; i++)
        nd_array_set_int(x, i, i * 7919 % several);
    nd_array *there = x ? result_on(GPU, name, x) : NULL, *here = there ? result_on(CPU, name, x) : NULL;
    bool good = same_numbers(there, here);
    nd_array_release(x), nd_array_release(there), nd_array_release(here);
    return good;
}

/* Orders with and without equal ones, long and short; sums in one chunk and in many. */
static void test_items(void) {
    start();
    for (int64_t size = 0; size < 6000; size = size * 2 + 1)
        for (int64_t several = 3; several < 10000; several *= 100) {
            CHECK(agree("argsort", ND_FLOAT32, size, several));
            CHECK(agree("argsort", ND_INT8, size, several));
            CHECK(agree("cumsum", ND_INT64, size, several));
            CHECK(agree("cumsum", ND_UINT8, size, several));
        }
    device.next_status = ND_GPU_REFUSED;
    CHECK_FAILS(!agree("argsort", ND_FLOAT32, 3, 3), ND_ECONTEXT);
    stop();
}

/* Boxes that suppress one another, in one block and in several. */
static void test_rivals(void) {
    start();
    for (int64_t n = 1; n < 200; n += 31) {
        const nd_spec spec = {.dtype = ND_FLOAT64, .ndim = 3, .shape = {2, n, 6}};
        nd_array *x = nd_array_new(&spec, CPU);
        for (int64_t i = 0; i < x->size; i++) /* a class, a score, two corners */
            nd_array_set(x, i, (double)(i * 7919 % 101) + (i % 6 > 3 ? 60 : 0));
        nd_array *there = result_on(GPU, "_box_nms_choice", x), *here = result_on(CPU, "_box_nms_choice", x);
        CHECK(same_numbers(there, here));
        CHECK(n == 1 || nd_array_get_int(here, n - 1) == -1);
        nd_array_release(x), nd_array_release(there), nd_array_release(here);
    }
    stop();
}

/* ---------------------------------------------------------------------------------------- convolution */

typedef struct layer {
    const char *name, *data, *weight, *bias, *params; /* no bias: NULL */
} layer;

static const layer layers[] = {
    {"Convolution", "3x2x6x5", "4x2x3x2", "4", "kernel=3,2 stride=2,1 pad=1,1 num_filter=4"},
    {"Convolution", "2x6x7", "8x3x3", NULL, "kernel=3 dilate=2 pad=2 num_filter=8 num_group=2 no_bias=1"},
    {"Convolution", "1x9x8", "18x3x2", "18", "kernel=2 num_filter=18 num_group=3"},
    {"Convolution", "2x1x3x4x3", "3x1x2x2x3", "3", "kernel=2,2,3 pad=1,0,1 num_filter=3"},
    {"Convolution", "3x4x3x5", "5x4x1x1", "5", "kernel=1,1 num_filter=5"},
    {"Convolution", "3x8x5", "6x4x1", NULL, "kernel=1 num_filter=6 num_group=2 no_bias=1"},
    {"Deconvolution", "3x4x3x4", "4x2x3x2", "2", "kernel=3,2 stride=2,3 adj=1,0 pad=1,0 num_filter=2 no_bias=0"},
    {"Deconvolution", "2x8x5", "8x3x2", NULL, "kernel=2 dilate=2 num_filter=6 num_group=2"},
    {"Deconvolution", "2x2x2x3x2", "2x2x2x2x1", "2", "kernel=2,2,1 stride=1,2,3 num_filter=2 no_bias=0"},
    {"Deconvolution", "3x4x3x5", "4x5x1x1", "5", "kernel=1,1 num_filter=5 no_bias=0"},
    {"_conv_weight_gradient", "3x2x6x5", "3x4x3x6", NULL, "kernel=3,2 stride=2,1 pad=1,1"},
    {"_conv_weight_gradient", "1x6x7", "1x8x7", NULL, "kernel=3 dilate=2 pad=2 num_group=2"},
    {"_conv_weight_gradient", "2x1x3x4x3", "2x3x4x3x3", NULL, "kernel=2,2,3 pad=1,0,1"},
    {"_conv_weight_gradient", "3x4x3x5", "3x5x3x5", NULL, "kernel=1,1"},
    {"_conv_weight_gradient", "1x8x5", "1x6x5", NULL, "kernel=1 num_group=2"},
    {"im2col", "2x2x5x4", NULL, NULL, "kernel=3,2 stride=2,1 pad=1,1"},
    {"col2im", "2x12x15", NULL, NULL, "output_size=5,4 kernel=3,2 stride=2,1 pad=1,1"},
};

/* Small whole numbers, whose sums are exact in whatever order. */
static nd_array *whole_numbers(nd_dtype dtype, const char *shape) {
    nd_array *x = shape ? shaped(dtype, shape) : NULL;
    for (int64_t i = 0; x && i < x->size; i++)
        nd_array_set_int(x, i, i * 7919 % 11 - 5);
    return x;
}

/* The result in host memory; NULL after a failure. */
static nd_array *layer_on(nd_context where, const layer *l, nd_dtype dtype) {
    const char *shapes[] = {l->data, l->weight, l->bias};
    nd_array *in[3] = {0}, *made = NULL, *result = NULL;
    bool good = true;
    for (int i = 0; i < 3 && good; i++) {
        nd_array *here = whole_numbers(dtype, shapes[i]);
        in[i] = here ? nd_to_context(here, where) : NULL;
        good = in[i] || !shapes[i];
        nd_array_release(here);
    }
    if (good && (made = apply(l->name, l->params, in[0], in[1], in[2])))
        result = nd_to_context(made, CPU);
    release_all(in, 3), nd_array_release(made);
    return result;
}

static bool layers_agree(const layer *l, nd_dtype dtype) {
    nd_array *there = layer_on(GPU, l, dtype), *here = there ? layer_on(CPU, l, dtype) : NULL;
    bool good = same_numbers(there, here);
    nd_array_release(there), nd_array_release(here);
    return good;
}

static void test_convolution(void) {
    start();
    for (int i = 0; i < COUNT(layers); i++)
        for (int dtype = ND_FLOAT32; dtype <= ND_FLOAT64; dtype++)
            CHECK_FOR(layers_agree(&layers[i], (nd_dtype)dtype), "%s of %s, %s", layers[i].name, layers[i].data,
                      layers[i].params);
    device.next_status = ND_GPU_REFUSED;
    CHECK_FAILS(!layers_agree(&layers[0], ND_FLOAT32), ND_ECONTEXT);
    stop();
}

/* All images of a group in one product, or all groups of an image; of narrow groups no product at all. */
static void test_requests_of_convolution(void) {
    static const layer narrow = {"Convolution", "3x4x5", "4x1x2", NULL, "kernel=2 num_filter=4 num_group=4 no_bias=1"};
    static const int products[] = {1, 2, 1, 1, 1, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1};
    start();
    for (int i = 0; i < COUNT(products); i++) {
        device.products = 0;
        nd_array_release(layer_on(GPU, &layers[i], ND_FLOAT32));
        CHECK_FOR(device.products == products[i], "layer %d: %d products", i, device.products);
    }
    CHECK_EQ_I64(device.convolutions, 0);
    nd_array_release(layer_on(GPU, &narrow, ND_FLOAT32));
    CHECK_EQ_I64(device.convolutions, 1);
    stop();
}

/* With less and less memory the windows come in more chunks, of a part of an image at last, and then an error. */
static void test_convolution_in_chunks(void) {
    static const layer large[] = {
        {"Convolution", "6x4x9x8", "4x4x3x3", "4", "kernel=3,3 pad=1,1 num_filter=4"},
        {"Deconvolution", "6x4x9x8", "4x4x3x3", "4", "kernel=3,3 pad=1,1 num_filter=4 no_bias=0"},
        {"_conv_weight_gradient", "6x4x9x8", "6x4x9x8", NULL, "kernel=3,3 pad=1,1"},
    };
    for (int i = 0; i < COUNT(large); i++) {
        int most = 0, failures = 0;
        for (int64_t room = 96 << 10; room >= 1 << 10; room -= 1 << 10) {
            start();
            device.room = room;
            bool good = layers_agree(&large[i], ND_FLOAT32);
            CHECK_FOR(good || nd_error_kind() == ND_EMEMORY, "%s with %d bytes", large[i].name, (int)room);
            most = good && device.products > most ? device.products : most;
            failures += !good;
            CHECK_EQ_I64(nd_gpu_bytes_in_use(0), 0);
            stop();
        }
        CHECK_FOR(failures > 0 && most > 6, "%s: %d failures, at most %d products", large[i].name, failures, most);
    }
}

/* Counted, the windows that have begun and ended before an element are those that the formulas say. */
static void check_windows_around(const nd_windows_along *w) {
    for (int64_t at = 0; at < w->in; at++) {
        int64_t begun = 0, ended = 0;
        for (int64_t o = 0; o < w->out; o++) {
            begun += nd_span_of(w, o).begin <= at;
            ended += nd_span_of(w, o).end <= at;
        }
        CHECK_EQ_I64(nd_windows_begun(w, at), begun);
        CHECK_EQ_I64(nd_windows_ended(w, at), ended);
    }
}

static void test_windows_around_an_element(void) {
    for (int i = 0; i < 2000; i++) {
        nd_windows_along w = {.in = 1 + random_below(12), .out = 1 + random_below(14), .parts = one_in(2)};
        w.kernel = random_below(8), w.stride = 1 + random_below(4), w.pad = random_below(6);
        check_windows_around(&w);
    }
}

static bool layer_agrees(const layer *l) {
    return layers_agree(l, ND_FLOAT32);
}

/* Of what the fake device does not compute. */
static bool layer_runs(const layer *l) {
    nd_array *result = layer_on(GPU, l, ND_FLOAT32);
    nd_array_release(result);
    return result != NULL;
}

static const layer pooled = {"_pool_return", "1x2x3x4", "1x2x2x3", NULL, "size=2,3 kernel=2,2"},
                   normalized = {"LayerNorm", "6x5", "6", "6", "axis=0"};

/* Where the largest are is found first. Means are made at once, variances of what is written down before. */
static void test_requests_of_other_layers(void) {
    start();
    CHECK(layer_runs(&pooled));
    const nd_gpu_pool_work *first = &device.pooled[0], *last = &device.pooled[1];
    CHECK(device.pools == 2 && first->what == ND_GPU_LARGEST && last->what == ND_GPU_RETURN);
    CHECK(first->places && first->places == last->places && last->windows[1].out == 2 && last->windows[2].in == 4);
    CHECK_EQ_I64(device.uploads, 2); /* the operands */
    CHECK(layer_runs(&normalized));
    const nd_gpu_reduce_work *mean = &device.reduced[0], *sum = &device.reduced[1];
    CHECK(device.reductions == 2 && mean->row == ND_REDUCE_mean && sum->row == ND_REDUCE_sum);
    CHECK(mean->results == sum->results && mean->folded == sum->folded && mean->in != sum->in);
    stop();
}

/* ---------------------------------------------------------------------------------------- factorizations */

/* Two symmetric positive definite matrices, whose eigenvalues lie apart. */
static nd_array *definite(int64_t n) {
    nd_spec spec = {.dtype = ND_FLOAT64, .ndim = 3, .shape = {2, n, n}};
    nd_array *x = nd_array_new(&spec, CPU);
    for (int64_t i = 0; x && i < x->size; i++) {
        const int64_t matrix = i / n / n, row = i / n % n, column = i % n;
        const double beside = cos((double)(row + column) * 3) / (double)(llabs(row - column) + matrix + 1);
        nd_array_set(x, i, row == column ? (double)(3 * row + 2 * n) : beside);
    }
    return x;
}

static bool is_near(double a, double b) {
    return a == b || fabs(a - b) <= 1e-9 * (1 + fabs(b));
}

static bool near_numbers(const nd_array *a, const nd_array *b) {
    for (int64_t i = 0; a && b && i < a->size; i++)
        if (!is_near(nd_array_get(a, i), nd_array_get(b, i)))
            return false;
    return a && b && a->size == b->size;
}

/* An operator of one input gives in both places about the same, in all of its results. */
static bool factors_agree(const char *name, nd_array *x) {
    const nd_op *op = nd_op_find(name);
    nd_array *there = nd_to_context(x, GPU), *got[3] = {0}, *wanted[3] = {0};
    int count = there ? nd_call(op, &there, 1, NULL, GPU, got) : -1;
    bool good = count > 0 && nd_call(op, &x, 1, NULL, CPU, wanted) == count;
    for (int i = 0; i < count && good; i++) {
        nd_array *here = nd_to_context(got[i], CPU);
        good = near_numbers(here, wanted[i]);
        nd_array_release(here);
    }
    nd_array_release(there), release_all(got, 3), release_all(wanted, 3);
    return good;
}

static const char *const factorizations[] = {"_linalg_potrf",     "_linalg_potri", "_linalg_inverse",
                                             "_inverse_or_zeros", "_linalg_det",   "_linalg_slogdet",
                                             "_linalg_gelqf",     "_linalg_syevd", "_linalg_svd"};

/* In one block, in several, and with a remainder. */
static void test_factorizations(void) {
    start();
    device.room = INT64_MAX;
    for (int64_t n = 0; n < 150; n = n * 3 + 1)
        for (int i = 0; i < COUNT(factorizations); i++) {
            nd_array *x = definite(n);
            CHECK_FOR(factors_agree(factorizations[i], x), "%s of %d: %s", factorizations[i], (int)n,
                      nd_error_message());
            nd_array_release(x);
        }
    stop();
}

/* The second matrix has no inverse and is not positive definite; what its elements say is asked for once. */
static void test_factors_are_refused(void) {
    start();
    nd_array *x = definite(3);
    for (int64_t i = 9; i < 12; i++)
        nd_array_set(x, i, 0);
    CHECK(factors_agree("_inverse_or_zeros", x) && factors_agree("_linalg_slogdet", x));
    nd_array *there = nd_to_context(x, GPU);
    device.downloads = 0;
    CHECK_FAILS(apply1("_linalg_inverse", there) == NULL, ND_EARGUMENT);
    CHECK(strstr(nd_error_message(), "matrix 1 of the batch") && device.downloads == 1);
    CHECK_FAILS(apply1("_linalg_potrf", there) == NULL, ND_EARGUMENT);
    CHECK(strstr(nd_error_message(), "not positive definite") && device.downloads == 2);
    nd_array_release(x), nd_array_release(there);
    stop();
}

/* ------------------------------------------------------------------------------------------- failures */

static bool factors_agree_small(void) {
    nd_array *x = definite(3);
    bool good = x != NULL;
    for (int i = 0; i < COUNT(factorizations) && good; i++)
        good = factors_agree(factorizations[i], x);
    nd_array_release(x);
    return good;
}

static bool round_trip(void) {
    nd_array *here = on(CPU, ND_FLOAT32, 4), *there = NULL, *sum = NULL, *folded = NULL, *back = NULL;
    if (here && nd_array_fill(here, 1) == 0)
        there = nd_to_context(here, GPU);
    if (there)
        sum = apply2("broadcast_add", there, there);
    if (sum)
        folded = apply1("sum", sum);
    if (folded)
        back = nd_to_context(sum, CPU);
    bool good = back && nd_array_get(back, 0) == 2;
    nd_array_release(here), nd_array_release(there), nd_array_release(sum);
    nd_array_release(folded), nd_array_release(back);
    return good;
}

static void test_every_failing_allocation(void) {
    start();
    ledger before = ledger_now();
    bool done = false;
    for (int64_t n = 1; n < 1000 && !done; n++) {
        nd_fail_allocation(n);
        done = round_trip() && agree("argsort", ND_FLOAT32, 5000, 9) && agree("cumsum", ND_INT32, 100, 9) &&
               factors_agree_small();
        nd_fail_allocation(0);
        CHECK(done || nd_error_kind() == ND_EMEMORY);
        CHECK_EQ_I64(nd_gpu_bytes_in_use(0), 0);
        CHECK_NOTHING_LEFT(before);
        nd_release_memory();
    }
    CHECK(done);
    stop();
}

/* Room for columns that cannot be had is asked for again, for fewer of them: so a run may succeed all the same. */
static void without_memory(const layer *l, bool (*run)(const layer *)) {
    ledger before = ledger_now();
    bool armed = false;
    for (int64_t n = 1; n < 300 && !armed; n++) {
        nd_fail_allocation(n);
        bool good = run(l);
        armed = nd_allocations_until_failure != 0;
        nd_fail_allocation(0);
        CHECK_FOR(good || (!armed && nd_error_kind() == ND_EMEMORY), "%s, allocation %d", l->name, (int)n);
        CHECK_EQ_I64(nd_gpu_bytes_in_use(0), 0);
        CHECK_NOTHING_LEFT(before);
        nd_release_memory();
    }
    CHECK(armed);
}

static void test_layers_without_memory(void) {
    start();
    for (int i = 0; i < COUNT(layers); i++)
        without_memory(&layers[i], layer_agrees);
    without_memory(&pooled, layer_runs);
    without_memory(&normalized, layer_runs);
    stop();
}

int main(void) {
    test_blocks_are_used_again();
    test_full();
    test_every_size_has_a_block();
    test_absent();
    test_errors_of_requests();
    test_mixed_contexts();
    test_every_operator_runs();
    test_to_and_fro();
    test_gradient_between_devices();
    test_division();
    test_parts();
    test_groups();
    test_items();
    test_rivals();
    test_factorizations();
    test_factors_are_refused();
    test_convolution();
    test_requests_of_convolution();
    test_convolution_in_chunks();
    test_windows_around_an_element();
    test_requests_of_other_layers();
    test_layers_without_memory();
    test_every_failing_allocation();
    return check_report("gpu");
}
