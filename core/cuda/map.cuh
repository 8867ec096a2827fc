/* Elementwise rows as kernels: one for each row, what of it is asked for, and each type. */
#ifndef ND_MAP_CUH
#define ND_MAP_CUH

#include "vocabulary.cuh"

/* Where broadcasting puts element i of each operand: all axes are taken apart once for them all. */
template <int count> struct places {
    int64_t of[count];
    __device__ places(const nd_gpu_map_work &m, int64_t i) : of{} {
        for (int axis = m.ndim - 1; axis >= 0; axis--) {
            const int64_t index = axis ? i % m.extent[axis] : i;
            i = axis ? i / m.extent[axis] : 0;
            for (int k = 0; k < count; k++)
                of[k] += index * m.stride[axis][k];
        }
    }
};

template <class T, class Row> __global__ void map_kernel(const __grid_constant__ nd_gpu_map_work m, int *failed_at) {
    int failed = 0;
    GRID_STRIDE(i, m.size) {
        const places<Row::count> at(m, i);
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
