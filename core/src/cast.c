#include "cast.h"

#include <string.h>

#include "array.h"
#include "gpu.h"
#include "half.h"

/* A half is a uint16_t in C, so it gets a type name of its own here and conversions of its own. */
typedef uint16_t half;

static inline int64_t whole(double value) {
    /* Out-of-range conversions are undefined in C; this pins them to what x86 does. */
    return value >= -0x1p63 && value < 0x1p63 ? (int64_t)value : INT64_MIN;
}

#define SAME(v) (v)
#define OF_HALF(v) nd_half_to_float(v)
#define TO_HALF(v) nd_float_to_half((float)(v)) /* float64 by way of float32, as in MXNet */
#define TO_WHOLE(T) (T) whole
#define TO_BOOL(v) ((v) != 0)

#define CAST(from_name, F, READ, to_name, T, WRITE)                                                   \
    static void from_name##_to_##to_name(void *restrict to_, const void *restrict from_, int64_t n) { \
        T *to = to_;                                                                                  \
        const F *from = from_;                                                                        \
        for (int64_t i = 0; i < n; i++)                                                               \
            to[i] = (T)WRITE(READ(from[i]));                                                          \
    }

/* From a float: integers by way of `whole`. From an integer: C's own conversion, which wraps. */
#define FROM_FLOAT(name, F, READ)              \
    CAST(name, F, READ, f32, float, (float))   \
    CAST(name, F, READ, f64, double, (double)) \
    CAST(name, F, READ, f16, half, TO_HALF)    \
    CAST(name, F, READ, u8, uint8_t, whole)    \
    CAST(name, F, READ, i32, int32_t, whole)   \
    CAST(name, F, READ, i8, int8_t, whole)     \
    CAST(name, F, READ, i64, int64_t, whole)   \
    CAST(name, F, READ, b8, uint8_t, TO_BOOL)
#define FROM_INTEGER(name, F)                  \
    CAST(name, F, SAME, f32, float, (float))   \
    CAST(name, F, SAME, f64, double, (double)) \
    CAST(name, F, SAME, f16, half, TO_HALF)    \
    CAST(name, F, SAME, u8, uint8_t, SAME)     \
    CAST(name, F, SAME, i32, int32_t, SAME)    \
    CAST(name, F, SAME, i8, int8_t, SAME)      \
    CAST(name, F, SAME, i64, int64_t, SAME)    \
    CAST(name, F, SAME, b8, uint8_t, TO_BOOL)

FROM_FLOAT(f32, float, SAME)
FROM_FLOAT(f64, double, SAME)
FROM_FLOAT(f16, half, OF_HALF)
FROM_INTEGER(u8, uint8_t)
FROM_INTEGER(i32, int32_t)
FROM_INTEGER(i8, int8_t)
FROM_INTEGER(i64, int64_t)

#define ROW(name)                                                                              \
    {[ND_FLOAT32] = name##_to_f32, [ND_FLOAT64] = name##_to_f64, [ND_FLOAT16] = name##_to_f16, \
     [ND_UINT8] = name##_to_u8,    [ND_INT32] = name##_to_i32,   [ND_INT8] = name##_to_i8,     \
     [ND_INT64] = name##_to_i64,   [ND_BOOL] = name##_to_b8}

static void (*const casts[ND_DTYPES][ND_DTYPES])(void *restrict, const void *restrict, int64_t) = {
    [ND_FLOAT32] = ROW(f32), [ND_FLOAT64] = ROW(f64), [ND_FLOAT16] = ROW(f16), [ND_UINT8] = ROW(u8),
    [ND_INT32] = ROW(i32),   [ND_INT8] = ROW(i8),     [ND_INT64] = ROW(i64),   [ND_BOOL] = ROW(u8),
};

void nd_cast(void *to, nd_dtype to_dtype, const void *from, nd_dtype from_dtype, int64_t n) {
    if (to_dtype == from_dtype)
        memmove(to, from, (size_t)(n * nd_dtype_size(to_dtype)));
    else
        casts[from_dtype][to_dtype](to, from, n);
}

int nd_convert(const nd_array *to, const nd_array *from) {
    if (nd_on_gpu(to->context) || nd_on_gpu(from->context))
        return nd_gpu_convert(to, from);
    nd_cast(nd_data(to), to->dtype, nd_data(from), from->dtype, from->size);
    return 0;
}

static const void *at(const void *data, nd_dtype dtype, int64_t index) {
    return (const char *)data + index * nd_dtype_size(dtype);
}

double nd_element(const void *data, nd_dtype dtype, int64_t index) {
    double value;
    nd_cast(&value, ND_FLOAT64, at(data, dtype, index), dtype, 1);
    return value;
}

int64_t nd_element_int(const void *data, nd_dtype dtype, int64_t index) {
    int64_t value;
    nd_cast(&value, ND_INT64, at(data, dtype, index), dtype, 1);
    return value;
}

void nd_set_element(void *data, nd_dtype dtype, int64_t index, double value) {
    nd_cast((char *)data + index * nd_dtype_size(dtype), dtype, &value, ND_FLOAT64, 1);
}

void nd_set_element_int(void *data, nd_dtype dtype, int64_t index, int64_t value) {
    nd_cast((char *)data + index * nd_dtype_size(dtype), dtype, &value, ND_INT64, 1);
}

double nd_array_get(const nd_array *array, int64_t index) {
    if (nd_on_gpu(array->context))
        return nd_gpu_get(array, index);
    return nd_element(nd_data(array), array->dtype, index);
}

int64_t nd_array_get_int(const nd_array *array, int64_t index) {
    if (nd_on_gpu(array->context))
        return nd_gpu_get_int(array, index);
    return nd_element_int(nd_data(array), array->dtype, index);
}

void nd_array_set(nd_array *array, int64_t index, double value) {
    if (nd_on_gpu(array->context))
        nd_gpu_set(array, index, value);
    else
        nd_set_element(nd_data(array), array->dtype, index, value);
}

void nd_array_set_int(nd_array *array, int64_t index, int64_t value) {
    if (nd_on_gpu(array->context))
        nd_gpu_set_int(array, index, value);
    else
        nd_set_element_int(nd_data(array), array->dtype, index, value);
}
