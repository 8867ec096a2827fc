/* Rows of which every element counts for all: softmax and its logarithm. */
#include <math.h>

#include "launch.cuh"

static __device__ inline int64_t length_of(const nd_gpu_softmax_work &s, int64_t row) {
    const int64_t length = s.lengths ? s.lengths[row] : s.n;
    return length < 0 ? 0 : length < s.n ? length : s.n;
}

/* A block for each row: the largest, the sum of the exponentials below it, the results. */
template <class T> __global__ void softmax_kernel(const __grid_constant__ nd_gpu_softmax_work s) {
    BLOCK_STRIDE(row, s.rows) {
        const int64_t first = row / s.stride * s.n * s.stride + row % s.stride, n = length_of(s, row);
        const T *in = (const T *)s.in + first;
        T *out = (T *)s.out + first, largest = -(T)INFINITY, sum = 0;
        THREAD_STRIDE(i, 0, n) {
            const T x = in[i * s.stride] * (T)s.scale;
            largest = x > largest || x != x ? x : largest;
        }
        largest = fold_in_block(largest, [](T u, T v) { return u > v || u != u ? u : v; });
        THREAD_STRIDE(i, 0, n)
            sum += exp(in[i * s.stride] * (T)s.scale - largest);
        sum = fold_in_block(sum, [](T u, T v) { return u + v; });
        THREAD_STRIDE(i, 0, n) {
            const T x = in[i * s.stride] * (T)s.scale - largest;
            out[i * s.stride] = s.log ? x - log(sum) : exp(x) / sum;
        }
        THREAD_STRIDE(i, n, s.n)
            out[i * s.stride] = 0;
    }
}

#define CASE(T) ND_FOR_EACH_BLOCK(id, work->rows, softmax_kernel<T>, *work)
int nd_start_softmax(int id, const nd_gpu_softmax_work *work) {
    ND_FLOATS_SWITCH(work->dtype, CASE)
}
