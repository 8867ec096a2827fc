/* Matrix products: by cuBLAS where it is installed and can read the operands, else by kernels that read any. */
#include "blas.h"
#include "launch.cuh"

/* Element (i, p) of a is where the strides or the tables say: see nd_gemm. The tables lie in the device's memory. */
template <class T> __device__ inline T at(const void *matrix, const int64_t *rows, const int64_t *columns, int64_t r,
                                          int64_t c, int64_t i, int64_t j) {
    return ((const T *)matrix)[(rows ? rows[i] : i * r) + (columns ? columns[j] : j * c)];
}

/* One element of c, of all the products one after another: where it is, and what of its sum a thread adds. */
template <class T> __device__ inline T *result_of(const nd_gpu_multiply_work &w, int64_t which) {
    const nd_gemm &g = w.first;
    return (T *)g.c + which / (g.m * g.n) * w.step_c + which / g.n % g.m * g.ldc + which % g.n;
}
template <class T>
__device__ T sum_some(const nd_gpu_multiply_work &w, int64_t which, int64_t first, int64_t step) {
    const nd_gemm &g = w.first;
    const int64_t product = which / (g.m * g.n), i = which / g.n % g.m, j = which % g.n;
    const T *a = (const T *)g.a + product * w.step_a, *b = (const T *)g.b + product * w.step_b;
    T sum = 0;
    for (int64_t p = first; p < g.k; p += step)
        sum += at<T>(a, g.rows_a, g.columns_a, g.ra, g.ca, i, p) * at<T>(b, g.rows_b, g.columns_b, g.rb, g.cb, p, j);
    return sum;
}

template <class T> __global__ void multiply_kernel(const __grid_constant__ nd_gpu_multiply_work w) {
    GRID_STRIDE(i, w.first.m * w.first.n * w.count) {
        T *c = result_of<T>(w, i);
        *c = sum_some<T>(w, i, 0, 1) + (w.first.add ? *c : (T)0);
    }
}

/* A block for each element, where there are few of long sums. */
template <class T> __global__ void multiply_deep_kernel(const __grid_constant__ nd_gpu_multiply_work w) {
    BLOCK_STRIDE(i, w.first.m * w.first.n * w.count) {
        const T sum = fold_in_block(sum_some<T>(w, i, threadIdx.x, blockDim.x), [](T u, T v) { return u + v; });
        T *c = result_of<T>(w, i);
        if (threadIdx.x == 0)
            *c = sum + (w.first.add ? *c : (T)0);
    }
}

template <class T> static int start(int id, const nd_gpu_multiply_work *w) {
    const int64_t size = w->first.m * w->first.n * w->count, FEW = 1 << 14, DEEP = 4 * THREADS;
    if (size < FEW && w->first.k > DEEP)
        ND_FOR_EACH_BLOCK(id, size, multiply_deep_kernel<T>, *w);
    ND_FOR_EACH(id, size, multiply_kernel<T>, *w);
}

int nd_start_multiply(int id, const nd_gpu_multiply_work *work) {
    const int status = nd_blas_multiply(id, work);
    if (status != ND_BLAS_CANNOT)
        return status;
    return work->dtype == ND_FLOAT32 ? start<float>(id, work) : start<double>(id, work);
}
