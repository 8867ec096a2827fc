/* How every kernel here is started, and how its threads share elements.
 *
 * The same sources are compiled twice: by nvcc for a GPU, and by the host's C++ compiler for the rehearsal, in which a
 * block has one thread and blocks run one after another (rehearsal/cuda_runtime.h). So a kernel must be right for any
 * number of blocks and threads: its threads stride over what there is to do, and what a block gathers goes through
 * fold_in_block.
 */
#ifndef ND_LAUNCH_CUH
#define ND_LAUNCH_CUH

#include <cuda_runtime.h>

#include "driver.h"

#ifdef __CUDACC__
#define ND_START(blocks, threads, kernel, ...) kernel<<<(unsigned)(blocks), (threads)>>>(__VA_ARGS__)
#else
#define ND_START(blocks, threads, kernel, ...) nd_rehearse(blocks, [&] { kernel(__VA_ARGS__); })
#endif

static const int THREADS = 256;
static const int64_t MOST_BLOCKS = 1 << 16;

/* The status of what a call of the runtime returned (device.cu). */
int nd_status_of(cudaError_t error);

/* The parts of the table, each in the file of its kernels. */
int nd_start_fill(int id, void *to, const void *item, int bytes, int64_t count);
int nd_start_cast(int id, void *to, int to_dtype, const void *from, int from_dtype, int64_t count);
int nd_start_copy(int id, const nd_gpu_copy_work *work);
int nd_start_reduce(int id, const nd_gpu_reduce_work *work);
int nd_start_position(int id, const nd_gpu_position_work *work);
int nd_start_softmax(int id, const nd_gpu_softmax_work *work);
int nd_start_rows(int id, const nd_gpu_rows_work *work);
int nd_start_rule(int id, const nd_gpu_rule_work *work);
int nd_start_convolve(int id, const nd_gpu_convolve_work *work);
int nd_start_pool(int id, const nd_gpu_pool_work *work);
int nd_start_multiply(int id, const nd_gemm *work, int dtype, int64_t count);
int nd_start_each(int id, int item, const void *work, int64_t count);

static inline int64_t blocks_for(int64_t size, int64_t each) {
    int64_t blocks = (size + each - 1) / each;
    return blocks < 1 ? 1 : blocks < MOST_BLOCKS ? blocks : MOST_BLOCKS;
}

/* Makes the device current, starts a kernel with a thread for each of `size`, or a block for each of `size`. */
#define ND_FOR_EACH(id, size, kernel, ...) \
    ND_RUN(id, ND_START(blocks_for(size, THREADS), THREADS, kernel, __VA_ARGS__))
#define ND_FOR_EACH_BLOCK(id, size, kernel, ...) ND_RUN(id, ND_START(blocks_for(size, 1), THREADS, kernel, __VA_ARGS__))
#define ND_RUN(id, start)                           \
    do {                                            \
        cudaError_t error = cudaSetDevice(id);      \
        if (error == cudaSuccess) {                 \
            start;                                  \
            error = cudaGetLastError();             \
        }                                           \
        return nd_status_of(error);                 \
    } while (0)

/* The elements of this thread among those of the whole grid; those of this block among the whole grid's; those of this
 * thread among its block's. */
#define GRID_STRIDE(i, size)                                                                   \
    for (int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x; i < (size); \
         i += (int64_t)gridDim.x * blockDim.x)
#define BLOCK_STRIDE(i, size) for (int64_t i = blockIdx.x; i < (size); i += gridDim.x)
#define THREAD_STRIDE(i, begin, end) for (int64_t i = (begin) + threadIdx.x; i < (end); i += blockDim.x)

/* combine(a, b) over the values of a block's threads; every thread gets it. */
template <class T, class Combine> __device__ T fold_in_block(T value, Combine combine) {
    __shared__ T room[THREADS];
    room[threadIdx.x] = value;
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half)
            room[threadIdx.x] = combine(room[threadIdx.x], room[threadIdx.x + half]);
        __syncthreads();
    }
    T all = room[0];
    __syncthreads();
    return all;
}

/* Where the i-th of elements that run over `ndim` axes, the last one fastest, lies by `count` arrangements, of which
 * stride(axis, k) is the stride of the k-th: the axes are taken apart once for them all. */
template <int count> struct places {
    int64_t of[count];
};
template <int count, class Stride>
__device__ inline places<count> places_of(int64_t i, int ndim, const int64_t *extent, Stride stride) {
    places<count> all = {};
    for (int axis = ndim - 1; axis >= 0; axis--) {
        const int64_t index = axis ? i % extent[axis] : i;
        i = axis ? i / extent[axis] : 0;
        for (int k = 0; k < count; k++)
            all.of[k] += index * stride(axis, k);
    }
    return all;
}
__device__ inline int64_t place_of(int64_t i, int ndim, const int64_t *extent, const int64_t *stride) {
    return places_of<1>(i, ndim, extent, [=](int axis, int) { return stride[axis]; }).of[0];
}

/* function<T>(...) for the type that a dtype has; ND_GPU_REFUSED for one that has no arithmetic. */
#define ND_FLOAT_CASES(CASE)      \
    case ND_FLOAT32: CASE(float); \
    case ND_FLOAT64: CASE(double);
#define ND_NUMBER_CASES(CASE)     \
    ND_FLOAT_CASES(CASE)          \
    case ND_UINT8: CASE(uint8_t); \
    case ND_INT32: CASE(int32_t); \
    case ND_INT8: CASE(int8_t);   \
    case ND_INT64: CASE(int64_t);
#define ND_SWITCH(dtype, CASES)     \
    switch (dtype) {                \
        CASES                       \
    default: return ND_GPU_REFUSED; \
    }
#define ND_FLOATS_SWITCH(dtype, CASE) ND_SWITCH(dtype, ND_FLOAT_CASES(CASE))
#define ND_NUMBERS_SWITCH(dtype, CASE) ND_SWITCH(dtype, ND_NUMBER_CASES(CASE))

#endif
