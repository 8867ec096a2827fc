/* Matrix products: by cuBLAS where it is installed and can read the operands, else by kernels that read any. */
#include "blas.h"
#include "launch.cuh"

/* Element (i, p) of a is where the strides or the tables say: see nd_gemm. The tables lie in the device's memory. */
template <class T> __device__ inline T at(const void *matrix, const int64_t *rows, const int64_t *columns, int64_t r,
                                          int64_t c, int64_t i, int64_t j) {
    return ((const T *)matrix)[(rows ? rows[i] : i * r) + (columns ? columns[j] : j * c)];
}

/* Of all problems' results one after another, number `which`: what is added for p = first, first + step ... */
template <class T> __device__ T sum_some(const nd_gemm &g, int64_t which, int64_t first, int64_t step) {
    const int64_t problem = which / (g.m * g.n), i = which / g.n % g.m, j = which % g.n;
    const T *a = (const T *)g.a + problem * g.apart_a, *b = (const T *)g.b + problem * g.apart_b;
    T sum = 0;
    for (int64_t p = first; p < g.k; p += step)
        sum += at<T>(a, g.rows_a, g.columns_a, g.ra, g.ca, i, p) * at<T>(b, g.rows_b, g.columns_b, g.rb, g.cb, p, j);
    return g.negative ? -sum : sum;
}

template <class T> __device__ void store(const nd_gemm &g, int64_t which, T sum) {
    T *c = (T *)g.c + which / (g.m * g.n) * g.apart_c + which / g.n % g.m * g.ldc + which % g.n;
    *c = g.add ? *c + sum : sum;
}

/* A thread for each result. */
template <class T> __global__ void multiply_kernel(const __grid_constant__ nd_gemm g, int64_t count) {
    GRID_STRIDE(i, g.m * g.n * count)
        store(g, i, sum_some<T>(g, i, 0, 1));
}

/* A block for each, where there are few of long sums. */
template <class T> __global__ void multiply_deep_kernel(const __grid_constant__ nd_gemm g, int64_t count) {
    BLOCK_STRIDE(i, g.m * g.n * count) {
        const T sum = fold_in_block(sum_some<T>(g, i, threadIdx.x, blockDim.x), [](T u, T v) { return u + v; });
        if (threadIdx.x == 0)
            store(g, i, sum);
    }
}

template <class T> static int start(int id, const nd_gemm &g, int64_t count) {
    const int64_t size = g.m * g.n * count, FEW = 1 << 14, DEEP = 4 * THREADS;
    if (size < FEW && g.k > DEEP)
        ND_FOR_EACH_BLOCK(id, size, multiply_deep_kernel<T>, g, count);
    ND_FOR_EACH(id, size, multiply_kernel<T>, g, count);
}

int nd_start_multiply(int id, const nd_gemm *work, int dtype, int64_t count) {
    const nd_gemm g = nd_gemm_spread(*work);
    const int status = nd_blas_multiply(id, &g, dtype, count);
    if (status != ND_BLAS_CANNOT)
        return status;
    return dtype == ND_FLOAT32 ? start<float>(id, g, count) : start<double>(id, g, count);
}
