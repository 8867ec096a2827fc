/* Elementwise rows as kernels: one for each row, what of it is asked for, and each type. */
#ifndef ND_MAP_CUH
#define ND_MAP_CUH

#include "vocabulary.cuh"

template <class T, class Row> __global__ void map_kernel(const __grid_constant__ nd_gpu_map_work m, int *failed_at) {
    int failed = 0;
    GRID_STRIDE(i, m.size) {
        const auto at = places_of<Row::count>(i, m.ndim, m.extent, [&m](int axis, int k) { return m.stride[axis][k]; });
        T v[Row::count];
        for (int k = 0; k < Row::count; k++)
            v[k] = m.in[k] ? ((const T *)m.in[k])[at.of[k]] : *(const T *)&m.number[k]; /* which is the same everywhere */
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
