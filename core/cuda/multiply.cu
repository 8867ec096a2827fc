/* Matrix products: by cuBLAS where it is installed and can read the operands, else by a kernel that reads any. */
#include "blas.h"
#include "launch.cuh"

/* Element (i, p) of a is where the strides or the tables say: see nd_gemm. The tables lie in the device's memory. */
template <class T> __device__ inline T at(const void *matrix, const int64_t *rows, const int64_t *columns, int64_t r,
                                          int64_t c, int64_t i, int64_t j) {
    return ((const T *)matrix)[(rows ? rows[i] : i * r) + (columns ? columns[j] : j * c)];
}

/* A thread for each element of c, of all the problems one after another. */
template <class T> __global__ void multiply_kernel(const __grid_constant__ nd_gemm g, int64_t count) {
    const int64_t each = g.m * g.n;
    const T sign = g.negative ? -1 : 1;
    GRID_STRIDE(which, each * count) {
        const int64_t problem = which / each, i = which % each / g.n, j = which % g.n;
        const T *a = (const T *)g.a + problem * g.apart_a, *b = (const T *)g.b + problem * g.apart_b;
        T *c = (T *)g.c + problem * g.apart_c + i * g.ldc + j, sum = g.add ? *c : (T)0;
        for (int64_t p = 0; p < g.k; p++)
            sum += sign * at<T>(a, g.rows_a, g.columns_a, g.ra, g.ca, i, p) *
                   at<T>(b, g.rows_b, g.columns_b, g.rb, g.cb, p, j);
        *c = sum;
    }
}

int nd_start_multiply(int id, const nd_gemm *work, int dtype, int64_t count) {
    const nd_gemm g = nd_gemm_spread(*work);
    const int64_t size = g.m * g.n * count;
    const int status = nd_blas_multiply(id, &g, dtype, count);
    if (status != ND_BLAS_CANNOT)
        return status;
    if (dtype == ND_FLOAT32)
        ND_FOR_EACH(id, size, multiply_kernel<float>, g, count);
    ND_FOR_EACH(id, size, multiply_kernel<double>, g, count);
}
