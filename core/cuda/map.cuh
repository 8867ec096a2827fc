/* Elementwise rows as kernels: one for each row, what of it is asked for, and each type. */
#ifndef ND_MAP_CUH
#define ND_MAP_CUH

#include "vocabulary.cuh"

/* Element i of operand k, wherever broadcasting puts it; numbers are the same everywhere. */
template <class T> __device__ inline T operand(const nd_gpu_map_work &m, int k, int64_t i) {
    if (!m.in[k])
        return *(const T *)&m.number[k];
    if (m.ndim == 1)
        return ((const T *)m.in[k])[i * m.stride[0][k]];
    int64_t place = 0;
    for (int axis = m.ndim - 1; axis > 0; axis--) {
        place += i % m.extent[axis] * m.stride[axis][k];
        i /= m.extent[axis];
    }
    return ((const T *)m.in[k])[place + i * m.stride[0][k]];
}

template <class T, class Row> __global__ void map_kernel(const __grid_constant__ nd_gpu_map_work m, int *failed_at) {
    int failed = 0;
    GRID_STRIDE(i, m.size) {
        T v[Row::count];
        for (int k = 0; k < Row::count; k++)
            v[k] = operand<T>(m, k, i);
        ((T *)m.out)[i] = Row::template of<T>(v, failed);
    }
    if (failed)
        *failed_at = 1;
}

#define ND_MAP_CASE(T) ND_FOR_EACH(id, work->size, (map_kernel<T, Row>), *work, failed)
template <class Row> int start_float(int id, const nd_gpu_map_work *work, int *failed) {
    ND_FLOATS_SWITCH(work->dtype, ND_MAP_CASE)
}
template <class Row> int start_any(int id, const nd_gpu_map_work *work, int *failed) {
    ND_NUMBERS_SWITCH(work->dtype, ND_MAP_CASE)
}

/* A row: how many operands it takes, under which names, and its expression. */
#define ND_ROW(name, operands, names, ...)                                                       \
    struct name {                                                                                \
        enum { count = operands };                                                               \
        template <class T> static __device__ inline T of(const T *v, [[maybe_unused]] int &failed) { \
            [[maybe_unused]] const T names;                                                      \
            return (T)(__VA_ARGS__);                                                             \
        }                                                                                        \
    };

typedef int nd_map_starter(int id, const nd_gpu_map_work *work, int *failed);
nd_map_starter nd_start_value, nd_start_gradient; /* map.cu, map_gradient.cu */

#endif
