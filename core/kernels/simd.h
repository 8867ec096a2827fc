/* Vectors of the width that the instruction set has, as GCC and Clang vector types.
 *
 * One source serves AVX2, NEON and wasm128: `a + b` on these types is one instruction each. Only what the
 * language cannot say (fused multiply-add) is an intrinsic, and it is written here alone.
 */
#ifndef ND_SIMD_H
#define ND_SIMD_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#define ND_VECTOR_BYTES 64
#elif defined(__AVX2__)
#define ND_VECTOR_BYTES 32
#else
#define ND_VECTOR_BYTES 16
#endif

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

typedef float vf32 __attribute__((vector_size(ND_VECTOR_BYTES)));
typedef double vf64 __attribute__((vector_size(ND_VECTOR_BYTES)));
typedef int32_t vi32 __attribute__((vector_size(ND_VECTOR_BYTES)));
typedef int64_t vi64 __attribute__((vector_size(ND_VECTOR_BYTES)));
typedef uint32_t vu32 __attribute__((vector_size(ND_VECTOR_BYTES)));
typedef uint64_t vu64 __attribute__((vector_size(ND_VECTOR_BYTES)));

#define ND_LANES_F32 (ND_VECTOR_BYTES / 4)
#define ND_LANES_F64 (ND_VECTOR_BYTES / 8)

#define ND_INLINE static inline __attribute__((always_inline, unused))

/* `VECTOR(V, T, M, S)`: vector, its element, the mask that comparing gives, and a suffix. */
#define ND_VECTOR_BASICS(V, T, M, S)                  \
    ND_INLINE V nd_load_##S(const T *p) {             \
        V v;                                          \
        memcpy(&v, p, sizeof v);                      \
        return v;                                     \
    }                                                 \
    ND_INLINE void nd_store_##S(T *p, V v) {          \
        memcpy(p, &v, sizeof v);                      \
    }                                                 \
    ND_INLINE V nd_splat_##S(T x) {                   \
        return x - (V){0};                            \
    }                                                 \
    ND_INLINE V nd_select_##S(M mask, V yes, V no) {  \
        return (V)ND_CHOOSE_##S(mask, (M)yes, (M)no); \
    }

/* Of each lane of a mask all bits are alike. */
#if defined(__wasm_relaxed_simd__)
#define ND_CHOOSE_f32(mask, yes, no) __builtin_wasm_relaxed_laneselect_i32x4(yes, no, mask)
typedef long long nd_lanes_i64 __attribute__((vector_size(16))); /* what the instruction calls vi64 */
#define ND_CHOOSE_f64(mask, yes, no) \
    __builtin_wasm_relaxed_laneselect_i64x2((nd_lanes_i64)(yes), (nd_lanes_i64)(no), (nd_lanes_i64)(mask))
#else
#define ND_CHOOSE_f32(mask, yes, no) ((mask & yes) | (~mask & no))
#define ND_CHOOSE_f64 ND_CHOOSE_f32
#endif
ND_VECTOR_BASICS(vf32, float, vi32, f32)
ND_VECTOR_BASICS(vf64, double, vi64, f64)

/* A constant in every lane. Engines of WebAssembly build a vector constant anew, in several instructions, wherever it
 * is used; a zero unknown to the compiler makes it a value, which is computed before the loop and stays. */
#if defined(__wasm__)
extern const uint32_t nd_unknown_zero; /* table.c */
#define ND_HIDDEN(U, x)          \
    U bits;                      \
    memcpy(&bits, &x, sizeof x); \
    bits |= nd_unknown_zero;     \
    memcpy(&x, &bits, sizeof x);
#else
#define ND_HIDDEN(U, x)
#endif
ND_INLINE vf32 nd_constant_f32(float x) {
    ND_HIDDEN(uint32_t, x)
    return nd_splat_f32(x);
}
ND_INLINE vf64 nd_constant_f64(double x) {
    ND_HIDDEN(uint64_t, x)
    return nd_splat_f64(x);
}

/* Copies less than a vector of elements of `size` bytes without a call. */
ND_INLINE void nd_copy_part(void *to_, const void *from_, int bytes, int size) {
#if defined(__AVX512BW__)
    (void)size;
    __mmask64 some = ((__mmask64)1 << bytes) - 1;
    _mm512_mask_storeu_epi8(to_, some, _mm512_maskz_loadu_epi8(some, from_));
#else
    char *to = to_;
    const char *from = from_;
    for (int part = ND_VECTOR_BYTES / 2; part >= size; part /= 2)
        if (bytes & part) {
            memcpy(to, from, (size_t)part);
            to += part, from += part;
        }
#endif
}

/* The first `count` elements, fewer than a vector has, beside zeros; and those alone, stored. */
#define ND_VECTOR_PARTS(V, T, S)                                          \
    ND_INLINE V nd_load_part_##S(const T *p, int64_t count) {             \
        V v = {0};                                                        \
        nd_copy_part(&v, p, (int)count * (int)sizeof(T), (int)sizeof(T)); \
        return v;                                                         \
    }                                                                     \
    ND_INLINE void nd_store_part_##S(T *p, V v, int64_t count) {          \
        nd_copy_part(p, &v, (int)count * (int)sizeof(T), (int)sizeof(T)); \
    }
ND_VECTOR_PARTS(vf32, float, f32)
ND_VECTOR_PARTS(vf64, double, f64)

/* a*b + c, with one rounding where the instruction set has it. */
ND_INLINE vf32 nd_fma_f32(vf32 a, vf32 b, vf32 c) {
#if defined(__AVX512F__)
    return (vf32)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
    return (vf32)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__ARM_NEON)
    return (vf32)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#elif defined(__wasm_relaxed_simd__)
    return __builtin_wasm_relaxed_madd_f32x4(a, b, c);
#else
    return a * b + c;
#endif
}

ND_INLINE vf64 nd_fma_f64(vf64 a, vf64 b, vf64 c) {
#if defined(__AVX512F__)
    return (vf64)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
    return (vf64)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#elif defined(__ARM_NEON)
    return (vf64)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
#elif defined(__wasm_relaxed_simd__)
    return __builtin_wasm_relaxed_madd_f64x2(a, b, c);
#else
    return a * b + c;
#endif
}

/* The lesser and the greater, and b where either is NaN: one instruction of x86. */
#if defined(__AVX512F__)
#define ND_LESSER_F32(a, b) (vf32) _mm512_min_ps((__m512)(a), (__m512)(b))
#define ND_GREATER_F32(a, b) (vf32) _mm512_max_ps((__m512)(a), (__m512)(b))
#define ND_LESSER_F64(a, b) (vf64) _mm512_min_pd((__m512d)(a), (__m512d)(b))
#define ND_GREATER_F64(a, b) (vf64) _mm512_max_pd((__m512d)(a), (__m512d)(b))
#elif defined(__AVX2__)
#define ND_LESSER_F32(a, b) (vf32) _mm256_min_ps((__m256)(a), (__m256)(b))
#define ND_GREATER_F32(a, b) (vf32) _mm256_max_ps((__m256)(a), (__m256)(b))
#define ND_LESSER_F64(a, b) (vf64) _mm256_min_pd((__m256d)(a), (__m256d)(b))
#define ND_GREATER_F64(a, b) (vf64) _mm256_max_pd((__m256d)(a), (__m256d)(b))
#elif defined(__SSE2__)
#define ND_LESSER_F32(a, b) (vf32) _mm_min_ps((__m128)(a), (__m128)(b))
#define ND_GREATER_F32(a, b) (vf32) _mm_max_ps((__m128)(a), (__m128)(b))
#define ND_LESSER_F64(a, b) (vf64) _mm_min_pd((__m128d)(a), (__m128d)(b))
#define ND_GREATER_F64(a, b) (vf64) _mm_max_pd((__m128d)(a), (__m128d)(b))
#elif defined(__wasm_simd128__)
#define ND_LESSER_F32(a, b) __builtin_wasm_pmin_f32x4(b, a)
#define ND_GREATER_F32(a, b) __builtin_wasm_pmax_f32x4(b, a)
#define ND_LESSER_F64(a, b) __builtin_wasm_pmin_f64x2(b, a)
#define ND_GREATER_F64(a, b) __builtin_wasm_pmax_f64x2(b, a)
#else
#define ND_LESSER_F32(a, b) nd_select_f32((a) < (b), (a), (b))
#define ND_GREATER_F32(a, b) nd_select_f32((a) > (b), (a), (b))
#define ND_LESSER_F64(a, b) nd_select_f64((a) < (b), (a), (b))
#define ND_GREATER_F64(a, b) nd_select_f64((a) > (b), (a), (b))
#endif
ND_INLINE vf32 nd_lesser_f32(vf32 a, vf32 b) {
    return ND_LESSER_F32(a, b);
}
ND_INLINE vf32 nd_greater_f32(vf32 a, vf32 b) {
    return ND_GREATER_F32(a, b);
}
ND_INLINE vf64 nd_lesser_f64(vf64 a, vf64 b) {
    return ND_LESSER_F64(a, b);
}
ND_INLINE vf64 nd_greater_f64(vf64 a, vf64 b) {
    return ND_GREATER_F64(a, b);
}

#if defined(__AVX512F__)
/* x 2^n for a whole number n, rounded once. */
ND_INLINE vf32 nd_scale_f32(vf32 x, vf32 n) {
    return (vf32)_mm512_scalef_ps((__m512)x, (__m512)n);
}
ND_INLINE vf64 nd_scale_f64(vf64 x, vf64 n) {
    return (vf64)_mm512_scalef_pd((__m512d)x, (__m512d)n);
}
#endif

/* The lower and the upper half of a vector of floats as doubles, and the way back. The language can say this
 * (__builtin_convertvector), but GCC 12 makes eight instructions of it where x86 has one or two. */
#if defined(__AVX512F__)
ND_INLINE vf64 nd_widen_low(vf32 v) {
    return (vf64)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)v));
}
ND_INLINE vf64 nd_widen_high(vf32 v) {
    return (vf64)_mm512_cvtps_pd(_mm256_castpd_ps(_mm512_extractf64x4_pd((__m512d)v, 1)));
}
ND_INLINE vf32 nd_narrow(vf64 low, vf64 high) {
    __m512d half = _mm512_castpd256_pd512(_mm256_castps_pd(_mm512_cvtpd_ps((__m512d)low)));
    return (vf32)_mm512_insertf64x4(half, _mm256_castps_pd(_mm512_cvtpd_ps((__m512d)high)), 1);
}
#elif defined(__AVX2__)
ND_INLINE vf64 nd_widen_low(vf32 v) {
    return (vf64)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)v));
}
ND_INLINE vf64 nd_widen_high(vf32 v) {
    return (vf64)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)v, 1));
}
ND_INLINE vf32 nd_narrow(vf64 low, vf64 high) {
    return (vf32)_mm256_set_m128(_mm256_cvtpd_ps((__m256d)high), _mm256_cvtpd_ps((__m256d)low));
}
#elif defined(__SSE2__)
ND_INLINE vf64 nd_widen_low(vf32 v) {
    return (vf64)_mm_cvtps_pd((__m128)v);
}
ND_INLINE vf64 nd_widen_high(vf32 v) {
    return (vf64)_mm_cvtps_pd(_mm_movehl_ps((__m128)v, (__m128)v));
}
ND_INLINE vf32 nd_narrow(vf64 low, vf64 high) {
    return (vf32)_mm_movelh_ps(_mm_cvtpd_ps((__m128d)low), _mm_cvtpd_ps((__m128d)high));
}
#else
typedef double nd_pair_f64 __attribute__((vector_size(32)));
ND_INLINE vf64 nd_widen_low(vf32 v) {
    return __builtin_convertvector(__builtin_shufflevector(v, v, 0, 1), vf64);
}
ND_INLINE vf64 nd_widen_high(vf32 v) {
    return __builtin_convertvector(__builtin_shufflevector(v, v, 2, 3), vf64);
}
ND_INLINE vf32 nd_narrow(vf64 low, vf64 high) {
    /* Beside zeros, each conversion is one instruction of wasm128. */
    vf32 l = __builtin_convertvector((nd_pair_f64)__builtin_shufflevector(low, (vf64){0}, 0, 1, 2, 3), vf32);
    vf32 h = __builtin_convertvector((nd_pair_f64)__builtin_shufflevector(high, (vf64){0}, 0, 1, 2, 3), vf32);
    return __builtin_shufflevector(l, h, 0, 1, 4, 5);
}
#endif

/* Whether any lane of a mask is set (a vi64 mask may be cast). */
ND_INLINE int nd_any(vi32 mask) {
#if defined(__AVX512F__)
    return _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask) != 0;
#elif defined(__AVX2__)
    return !_mm256_testz_si256((__m256i)mask, (__m256i)mask);
#elif defined(__SSE2__)
    return _mm_movemask_epi8((__m128i)mask) != 0;
#elif defined(__wasm_simd128__)
    typedef signed char bytes __attribute__((vector_size(16)));
    return __builtin_wasm_any_true_v128((bytes)mask);
#else
    vi64 words = (vi64)mask;
    return (words[0] | words[1]) != 0;
#endif
}

#endif
