/* What the core asks of a GPU: one table of functions, which a shared library of its own brings.
 *
 * libndgrad_cuda has it made by nvcc. The core opens that library when a GPU is first asked for (src/gpu.c), and does
 * whatever needs no GPU itself: memory that is kept (src/gpu_pool.c), errors, what an operator comes to. So all that is
 * tested with a table made of plain C.
 *
 * Work on one device is done in the order in which it was asked for, and asking does not wait for it; download and wait
 * do. Every function returns a status; message() says more about the thread's last failure.
 */
#ifndef ND_GPU_DRIVER_H
#define ND_GPU_DRIVER_H

#include "items/spans.h"
#include "items/windows.h"
#include "kernels.h"

#define ND_GPU_VERSION 4
#define ND_GPU_ENTRY nd_gpu_open /* the library's one symbol, an nd_gpu_entry, and its name */
#define ND_GPU_ENTRY_NAME "nd_gpu_open"

typedef enum nd_gpu_status {
    ND_GPU_DONE = 0,
    ND_GPU_ABSENT, /* no such device, or no driver */
    ND_GPU_FULL,   /* out of the device's memory */
    ND_GPU_BROKEN, /* nothing works any more on this device until the process ends */
    ND_GPU_REFUSED /* this one request failed */
} nd_gpu_status;

/* An elementwise row over operands that are broadcast. Strides are in elements. */
typedef struct nd_gpu_map_work {
    int row;   /* nd_map_id */
    int which; /* 0: the value; 1, 2: its gradient by the first, by the second input */
    int dtype, operands, ndim;
    int64_t size;
    void *out;
    const void *in[ND_MAX_MAP_INPUTS]; /* NULL: the number */
    int64_t number[ND_MAX_MAP_INPUTS]; /* its bytes, of the dtype */
    int64_t extent[ND_MAX_DIM];
    int64_t stride[ND_MAX_DIM][ND_MAX_MAP_INPUTS];
} nd_gpu_map_work;

/* Elements of `item` bytes from one arrangement to another. */
typedef struct nd_gpu_copy_work {
    void *to;
    const void *from;
    int item, ndim;
    int64_t size;
    int64_t extent[ND_MAX_DIM], to_stride[ND_MAX_DIM], from_stride[ND_MAX_DIM];
} nd_gpu_copy_work;

/* A reduction row. The folded elements of each result are cut into `parts`, each of which becomes an element of `out`:
 * out[result * parts + part]. Before the first fold elements are loaded as the row says, after the last one finished;
 * between them floats are doubles. */
typedef struct nd_gpu_reduce_work {
    int row, dtype;
    bool loads, finishes;
    bool across; /* neighbouring results lie side by side in memory: a thread for each, not a block */
    int64_t results, folded, parts;
    double count; /* the number of elements behind a result, for its finish */
    void *out;
    const void *in;
    int kept_ndim, folded_ndim;
    int64_t kept_extent[ND_MAX_DIM], kept_stride[ND_MAX_DIM];
    int64_t folded_extent[ND_MAX_DIM], folded_stride[ND_MAX_DIM];
} nd_gpu_reduce_work;

/* The position of the first largest or smallest of `n` elements `stride` apart, for each of outer * stride results. */
typedef struct nd_gpu_position_work {
    int dtype;
    bool largest;
    int64_t outer, n, stride;
    const void *in;
    void *out;
} nd_gpu_position_work;

/* Softmax of `rows` rows of n elements `stride` apart, or its logarithm. Behind a row's length, if it has one, are
 * zeros. */
typedef struct nd_gpu_softmax_work {
    int dtype;
    bool log;
    int64_t rows, n, stride;
    double scale;
    const void *in;
    void *out;
    const int64_t *lengths; /* NULL: n */
} nd_gpu_softmax_work;

/* Rows of `row` elements chosen by their numbers: to[i] = from[place[i]]; or the other way, for every group of rows
 * that have the same place, to[place] = the last of them, or their sum, in the order of `source` from first[group] on.
 */
typedef enum nd_gpu_choice { ND_GPU_GATHER, ND_GPU_SCATTER, ND_GPU_ADD } nd_gpu_choice;
typedef struct nd_gpu_rows_work {
    nd_gpu_choice choice;
    int dtype, item;
    int64_t count, row; /* rows, or groups of them */
    void *to;
    const void *from;
    const int64_t *place, *first, *source; /* in the device's memory; first has count + 1 */
} nd_gpu_rows_work;

/* One step of an optimizer on n elements: see nd_rule_kernel. */
typedef struct nd_gpu_rule_work {
    int row, dtype;
    int64_t n;
    void *out;
    void *in[ND_MAX_MAP_INPUTS];
    nd_hyper hyper;
} nd_gpu_rule_work;

/* The kinds of work that fall into items (items/item.h). */
typedef enum nd_item_id {
#define ITEM(name) ND_ITEM_##name,
#include "items/items.inl"
} nd_item_id;

/* Convolution and its two companions (src/convolution.h), summed directly: of images, maps and weights, two make the
 * third. */
typedef enum nd_gpu_third { ND_GPU_MAPS, ND_GPU_IMAGES, ND_GPU_WEIGHTS } nd_gpu_third;
typedef struct nd_gpu_convolve_work {
    nd_gpu_third third;
    int dtype;
    int64_t images, groups, channels, filters; /* channels and filters of each group */
    nd_window window;
    void *image, *map, *weight;
    const void *bias; /* for each channel of the result; NULL: none */
} nd_gpu_convolve_work;

/* Pooling (src/window_pool.c): `small` has the results of the windows of `large`, or the other way round. */
typedef enum nd_gpu_pooling {
    ND_GPU_SUM,
    ND_GPU_SPREAD,
    ND_GPU_CHOOSE,
    ND_GPU_LARGEST, /* only where they are */
    ND_GPU_RETURN
} nd_gpu_pooling;
typedef struct nd_gpu_pool_work {
    nd_gpu_pooling what;
    int dtype;
    bool average;
    int64_t planes, channels, step; /* neighbours in a plane are `step` apart */
    nd_windows_along windows[ND_WINDOW_AXES];
    void *large, *small;
    const void *chosen; /* where the largest are looked for */
    int64_t
        *places; /* of the largest of each window on its plane, -1 where there is none: found, or to be returned to */
} nd_gpu_pool_work;

typedef struct nd_gpu_driver {
    int version; /* ND_GPU_VERSION */
    const char *name;
    int (*count)(int *count);
    int (*memory)(int id, int64_t *free, int64_t *total);
    const char *(*message)(void);

    int (*alloc)(int id, int64_t bytes, void **block);
    int (*release)(int id, void *block);
    int (*upload)(int id, void *to, const void *from, int64_t bytes); /* `from` may change when it returns */
    int (*download)(int id, void *to, const void *from, int64_t bytes);
    int (*move)(int id, void *to, const void *from, int64_t bytes);
    int (*fill)(int id, void *to, const void *item, int bytes, int64_t count); /* the item lies in host memory */
    int (*wait)(int id);
    int (*precede)(int id, void *stream); /* that stream waits for what was asked for so far */

    int (*map)(int id, const nd_gpu_map_work *work,
               int *failed); /* failed: in device memory, set to 1 by a division by 0 */
    int (*cast)(int id, void *to, int to_dtype, const void *from, int from_dtype, int64_t count);
    int (*copy)(int id, const nd_gpu_copy_work *work);
    int (*reduce)(int id, const nd_gpu_reduce_work *work);
    int (*position)(int id, const nd_gpu_position_work *work);
    int (*softmax)(int id, const nd_gpu_softmax_work *work);
    int (*rows)(int id, const nd_gpu_rows_work *work);
    int (*rule)(int id, const nd_gpu_rule_work *work);
    int (*convolve)(int id, const nd_gpu_convolve_work *work);
    int (*pool)(int id, const nd_gpu_pool_work *work);
    int (*multiply)(int id, const nd_gemm *work, int dtype, int64_t count);
    int (*each)(int id, int item, const void *work, int64_t count); /* work: an nd_ITEM_work */
} nd_gpu_driver;

typedef const nd_gpu_driver *nd_gpu_entry(void);

#endif
