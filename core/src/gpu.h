/* GPUs: finding them, their memory, and the work of operators on arrays that live there.
 *
 * The kernels are a library of its own (cuda/driver.h), which is opened when a GPU is first asked for. Nothing outside
 * the gpu_*.c files knows more of it than this header says, and in WebAssembly all of it is compiled away.
 */
#ifndef ND_GPU_H
#define ND_GPU_H

#include "convolution.h"
#include "copy.h"
#include "cuda/driver.h"
#include "map.h"
#include "op.h"

#if defined(__EMSCRIPTEN__)
#define ND_WITH_GPU 0
#else
#define ND_WITH_GPU 1
#endif

static inline bool nd_on_gpu(nd_context context) {
    return ND_WITH_GPU && context.device == ND_GPU;
}

/* ------------------------------------------------------------------------------------- devices (gpu.c) */

/* Says in an error why that GPU cannot be used; -1. */
int nd_gpu_is_absent(int id);
/* The driver, if that GPU is there and works; otherwise NULL, and why. */
const nd_gpu_driver *nd_gpu_driver_for(int id);
void nd_gpu_give_back(int id, void *block);
/* 0, or -1 after nd_fail for a status of a request to that GPU. */
int nd_gpu_check(int id, int status);
/* For tests: another driver than the one that is found; NULL: none. Forgets all that is known of devices. */
void nd_gpu_use(const nd_gpu_driver *driver);

/* -------------------------------------------------------------------------------------- memory (gpu_pool.c) */

/* Blocks that are freed are kept for the next ones of about their size: work on a device is done in order, so whoever
 * gets a block again uses it after those who had it. */
int nd_gpu_alloc(int id, int64_t bytes, nd_memory *memory);
void nd_gpu_release_kept(void); /* gives what is kept back to the devices */

int64_t nd_gpu_bytes_in_use(int id); /* of blocks that arrays have */
int64_t nd_gpu_bytes_kept(int id);

/* ------------------------------------------------------------------------------- between memories (gpu_move.c) */

/* Elements, cast if need be, from and to wherever they are; at least one of the two is on a GPU. */
int nd_gpu_convert(const nd_array *to, const nd_array *from);
int nd_gpu_clear(const nd_array *array);
int nd_gpu_fill(const nd_array *array, const void *item);
nd_array *nd_gpu_on_host(const nd_array *array); /* a copy in host memory */

/* One element. A device that fails leaves 0 and the error. */
double nd_gpu_get(const nd_array *array, int64_t index);
int64_t nd_gpu_get_int(const nd_array *array, int64_t index);
void nd_gpu_set(nd_array *array, int64_t index, double value);
void nd_gpu_set_int(nd_array *array, int64_t index, int64_t value);

/* ------------------------------------------------------------------------------------ operators (gpu_run.c) */

int nd_gpu_map(const nd_op *op, nd_map_id row, int which, const nd_operands *operands, const nd_array *out);
int nd_gpu_copy(nd_context where, int ndim, const int64_t *extent, void *to, nd_strides to_strides, const void *from,
                nd_strides from_strides, int item);
int nd_gpu_reduce(nd_context where,
                  nd_gpu_reduce_work work); /* in parts, where there are few results of many elements */
/* Over those axes of x along which `out` has extent 1 (reduce.c). */
int nd_gpu_fold(nd_reduce_id row, const nd_array *x, const nd_array *out);
int nd_gpu_multiply(nd_context where, const nd_gemm *problem, nd_dtype dtype, int64_t count);

/* Images, maps and weights in the memory of that GPU, of which `third` is made (gpu_convolve.c). */
int nd_gpu_convolve(nd_context where, nd_gpu_third third, const nd_convolution *c, nd_dtype dtype, void *image,
                    void *map, void *weight, const nd_array *bias);

/* Rows of `row` elements by their numbers, which lie in host memory: see nd_gpu_rows_work. */
int nd_gpu_choose(nd_gpu_choice choice, const nd_array *to, const nd_array *from, const int64_t *places, int64_t count,
                  int64_t row);

/* Items 0 ... count - 1 of an nd_ITEM_work whose memory is that GPU's: see src/each.h. */
int nd_gpu_each(nd_context where, nd_item_id item, const void *work, int64_t count);

/* -------------------------------------------------------------------------- which operators (gpu_operators.c) */

/* 0, or -1 after nd_fail if the operator cannot run on a GPU. */
int nd_gpu_check_operator(const nd_op *op);
/* op->run, or for those that make numbers which no kernel makes yet, that in host memory and copies. */
int nd_gpu_run(nd_invocation *call);
int nd_gpu_run_on_host(nd_invocation *call); /* op->run in host memory, whence the results are copied */

#endif
