/* Elements of any dtype, one at a time. */
#ifndef ND_ELEMENTS_CUH
#define ND_ELEMENTS_CUH

#include <cuda_fp16.h>
#include <type_traits>

#include "launch.cuh"

struct float16 {
    uint16_t bits;
};
struct truth {
    uint8_t value;
};

/* Floats become integers by truncation, then wrap; what an int64 cannot hold becomes its least value (src/cast.c). */
static __device__ inline int64_t whole(double value) {
    return value >= -0x1p63 && value < 0x1p63 ? (int64_t)value : INT64_MIN;
}

template <class F> __device__ inline F read(F value) {
    return value;
}
static __device__ inline float read(float16 value) {
    return __half2float(__ushort_as_half(value.bits));
}

template <class T> struct written {
    template <class F> static __device__ inline T of(F value) {
        if constexpr (std::is_floating_point<F>::value && !std::is_floating_point<T>::value)
            return (T)whole((double)value);
        else
            return (T)value;
    }
};
template <> struct written<float16> {
    template <class F> static __device__ inline float16 of(F value) {
        return {__half_as_ushort(__float2half_rn((float)value))};
    }
};
template <> struct written<truth> {
    template <class F> static __device__ inline truth of(F value) {
        return {(uint8_t)(value != 0)};
    }
};

/* A truth is read as the integer that it is. */
#define ND_ELEMENT_SWITCH(dtype, CASE, OTHERS) \
    switch (dtype) {                           \
        ND_NUMBER_CASES(CASE)                  \
    case ND_FLOAT16: CASE(float16);            \
    default: OTHERS;                           \
    }

template <class To> static __device__ inline To element_as(const void *data, int dtype, int64_t i) {
#define CASE(T) return written<To>::of(read(((const T *)data)[i]))
    ND_ELEMENT_SWITCH(dtype, CASE, CASE(uint8_t))
#undef CASE
}

template <class From> static __device__ inline void set_element_of(void *data, int dtype, int64_t i, From value) {
#define CASE(T) ((T *)data)[i] = written<T>::of(value); break
    ND_ELEMENT_SWITCH(dtype, CASE, CASE(truth))
#undef CASE
}

static __device__ inline double nd_element(const void *data, int dtype, int64_t i) {
    return element_as<double>(data, dtype, i);
}
static __device__ inline int64_t nd_element_int(const void *data, int dtype, int64_t i) {
    return element_as<int64_t>(data, dtype, i);
}
static __device__ inline void nd_set_element(void *data, int dtype, int64_t i, double value) {
    set_element_of(data, dtype, i, value);
}
static __device__ inline void nd_set_element_int(void *data, int dtype, int64_t i, int64_t value) {
    set_element_of(data, dtype, i, value);
}

/* Counts have no order, so these sums are no matter of chance. */
#define ND_COUNT_ONE(count) atomicAdd((unsigned long long *)(count), 1ULL)

#endif
