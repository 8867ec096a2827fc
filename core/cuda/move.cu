/* Elements moved as they are, or into another type. */
#include "elements.cuh"

/* ---------------------------------------------------------------------------------------------- arranged */

template <class T> __global__ void copy_kernel(const __grid_constant__ nd_gpu_copy_work c) {
    GRID_STRIDE(i, c.size) {
        const auto at = places_of<2>(i, c.ndim, c.extent, [&c](int axis, int k) {
            return k ? c.from_stride[axis] : c.to_stride[axis];
        });
        ((T *)c.to)[at.of[0]] = ((const T *)c.from)[at.of[1]];
    }
}

#define ND_ITEMS_SWITCH(item, CASE)      \
    switch (item) {                      \
    case 1: CASE(uint8_t);               \
    case 2: CASE(uint16_t);              \
    case 4: CASE(uint32_t);              \
    case 8: CASE(uint64_t);              \
    default: return ND_GPU_REFUSED;      \
    }

int nd_start_copy(int id, const nd_gpu_copy_work *work) {
#define CASE(T) ND_FOR_EACH(id, work->size, copy_kernel<T>, *work)
    ND_ITEMS_SWITCH(work->item, CASE)
#undef CASE
}

template <class T> __global__ void fill_kernel(T *to, T value, int64_t count) {
    GRID_STRIDE(i, count)
        to[i] = value;
}

int nd_start_fill(int id, void *to, const void *item, int bytes, int64_t count) {
#define CASE(T) ND_FOR_EACH(id, count, fill_kernel<T>, (T *)to, *(const T *)item, count)
    ND_ITEMS_SWITCH(bytes, CASE)
#undef CASE
}

/* -------------------------------------------------------------------------------------------------- rows */

template <class T> __global__ void choose_kernel(const __grid_constant__ nd_gpu_rows_work r) {
    GRID_STRIDE(i, r.count * r.row) {
        const int64_t which = i / r.row, column = i % r.row, place = r.place[which];
        if (r.choice == ND_GPU_GATHER)
            ((T *)r.to)[i] = ((const T *)r.from)[place * r.row + column];
        else
            ((T *)r.to)[place * r.row + column] = ((const T *)r.from)[r.source[r.first[which + 1] - 1] * r.row + column];
    }
}

/* A thread for each sum, which adds in the order of the rows: no two runs differ. */
template <class T> __global__ void add_kernel(const __grid_constant__ nd_gpu_rows_work r) {
    GRID_STRIDE(i, r.count * r.row) {
        const int64_t group = i / r.row, column = i % r.row;
        T sum = 0;
        for (int64_t k = r.first[group]; k < r.first[group + 1]; k++)
            sum = (T)(sum + ((const T *)r.from)[r.source[k] * r.row + column]);
        ((T *)r.to)[r.place[group] * r.row + column] = sum;
    }
}

static int start_choice(int id, const nd_gpu_rows_work *work) {
#define CASE(T) ND_FOR_EACH(id, work->count * work->row, choose_kernel<T>, *work)
    ND_ITEMS_SWITCH(work->item, CASE)
#undef CASE
}

/* Sums of integers wrap around, so they are taken without their signs. */
static int start_sums(int id, const nd_gpu_rows_work *work) {
#define CASE(T) ND_FOR_EACH(id, work->count * work->row, add_kernel<T>, *work)
    switch (work->dtype) {
    case ND_FLOAT32: CASE(float);
    case ND_FLOAT64: CASE(double);
    case ND_INT32: CASE(uint32_t);
    case ND_INT64: CASE(uint64_t);
    case ND_INT8:
    case ND_UINT8: CASE(uint8_t);
    default: return ND_GPU_REFUSED;
    }
#undef CASE
}

int nd_start_rows(int id, const nd_gpu_rows_work *work) {
    return work->choice == ND_GPU_ADD ? start_sums(id, work) : start_choice(id, work);
}

/* -------------------------------------------------------------------------------------------------- cast */

template <class T, class F> __global__ void cast_kernel(T *to, const F *from, int64_t count) {
    GRID_STRIDE(i, count)
        to[i] = written<T>::of(read(from[i]));
}

/* A truth is read as the integer that it is. */
#define ND_TYPE_CASES(CASE)          \
    ND_NUMBER_CASES(CASE)            \
    case ND_FLOAT16: CASE(float16);  \
    case ND_BOOL: CASE(truth);
#define ND_TYPES_SWITCH(dtype, CASE) ND_SWITCH(dtype, ND_TYPE_CASES(CASE))

template <class F> static int cast_from(int id, void *to, int to_dtype, const F *from, int64_t count) {
#define CASE(T) ND_FOR_EACH(id, count, (cast_kernel<T, F>), (T *)to, from, count)
    ND_TYPES_SWITCH(to_dtype, CASE)
#undef CASE
}

int nd_start_cast(int id, void *to, int to_dtype, const void *from, int from_dtype, int64_t count) {
    if (from_dtype == ND_BOOL)
        from_dtype = ND_UINT8;
#define CASE(F) return cast_from<F>(id, to, to_dtype, (const F *)from, count)
    switch (from_dtype) {
    case ND_FLOAT32: CASE(float);
    case ND_FLOAT64: CASE(double);
    case ND_FLOAT16: CASE(float16);
    case ND_UINT8: CASE(uint8_t);
    case ND_INT32: CASE(int32_t);
    case ND_INT8: CASE(int8_t);
    case ND_INT64: CASE(int64_t);
    default: return ND_GPU_REFUSED;
    }
#undef CASE
}
