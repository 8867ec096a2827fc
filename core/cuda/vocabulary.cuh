/* The words of the table's expressions on single elements, for every type at once. */
#ifndef ND_VOCABULARY_CUH
#define ND_VOCABULARY_CUH

#include <math.h>
#include <type_traits>

#include "launch.cuh"

/* Integers wrap around: their arithmetic is that of the unsigned type at least as wide as int. */
template <class T> using wrapping = typename std::conditional<sizeof(T) == 8, uint64_t, uint32_t>::type;

template <class T> struct is_float : std::is_floating_point<T> {};

#define ARITHMETIC(word, sign)                                      \
    template <class T> __device__ inline T word(T u, T v) {         \
        if constexpr (is_float<T>::value)                           \
            return u sign v;                                        \
        else                                                        \
            return (T)((wrapping<T>)u sign(wrapping<T>) v);         \
    }
ARITHMETIC(nd_add, +)
ARITHMETIC(nd_sub, -)
ARITHMETIC(nd_mul, *)
#undef ARITHMETIC

template <class T> __device__ inline T nd_neg(T u) {
    if constexpr (is_float<T>::value)
        return -u;
    else
        return nd_sub((T)0, u);
}

/* Integers truncate toward zero; by zero is reported, and the least value by -1 wraps. */
template <class T> __device__ inline T nd_div(T u, T v, int &failed) {
    if constexpr (is_float<T>::value)
        return u / v;
    else {
        failed |= v == 0;
        return v == 0 ? (T)0 : std::is_signed<T>::value && v == (T)-1 ? nd_neg(u) : (T)(u / v);
    }
}

/* With the sign of v, as in Python; 0 for a float divisor of 0, as in MXNet. */
template <class T> __device__ inline T nd_mod(T u, T v, int &failed) {
    if constexpr (is_float<T>::value) {
        if (v == 0)
            return 0;
        T rest = fmod(u, v);
        return (u < 0) == (v < 0) ? rest : rest + (rest == 0 ? 0 : v);
    } else {
        failed |= v == 0;
        if (v == 0 || (std::is_signed<T>::value && v == (T)-1))
            return 0;
        T rest = (T)(u % v);
        return rest != 0 && (rest < 0) != (v < 0) ? (T)(rest + v) : rest;
    }
}

/* NaN if either is, as in MXNet. */
template <class T> __device__ inline T nd_max(T u, T v) {
    return u > v || u != u ? u : v;
}
template <class T> __device__ inline T nd_min(T u, T v) {
    return u < v || u != u ? u : v;
}
template <class T> __device__ inline T nd_abs(T u) {
    if constexpr (is_float<T>::value)
        return fabs(u);
    else
        return u < 0 ? nd_neg(u) : u;
}
template <class T> __device__ inline T nd_lowest() {
    if constexpr (is_float<T>::value)
        return -(T)INFINITY;
    else
        return std::is_signed<T>::value ? (T)((wrapping<T>)1 << (8 * sizeof(T) - 1)) : (T)0;
}
template <class T> __device__ inline T nd_highest() {
    if constexpr (is_float<T>::value)
        return (T)INFINITY;
    else
        return (T)~nd_lowest<T>();
}

/* The nearer of floor and ceiling, and halves to the floor: MXNet's rint. */
template <class T> __device__ inline T nd_rint(T u) {
    T below = floor(u), above = ceil(u);
    return u - below <= above - u ? below : above;
}
template <class T> __device__ inline T nd_sigmoid(T u) {
    T e = exp(-fabs(u)), t = e / (1 + e);
    return u < 0 ? e - e * t : 1 - t;
}
template <class T> __device__ inline T nd_softplus(T u) {
    return nd_max(u, (T)0) + log1p(exp(-fabs(u)));
}

/* What CUDA has and the host's library has not, by formulas that serve both: kernels/vecmath_f64.h says whose. */
#define ND_FUNCTION static __device__ __attribute__((unused))
#include "special.h"
#undef ND_FUNCTION
template <class T> __device__ inline T nd_erfinv(T u) {
    return (T)nd_erfinv_f64((double)u);
}
template <class T> __device__ inline T nd_gamma(T u) {
    return (T)tgamma((double)u);
}
template <class T> __device__ inline T nd_gammaln(T u) {
    return (T)lgamma((double)u);
}
template <class T> __device__ inline T nd_polygamma(T order, T u) {
    return (T)nd_polygamma_f64((double)order, (double)u);
}
/* float powers in double: as exact as the CPU's. */
template <class T> __device__ inline T nd_power(T u, T v) {
    return (T)pow((double)u, (double)v);
}

#define K(number) ((T)(number))
#define ADD(u, v) nd_add<T>((u), (v))
#define SUB(u, v) nd_sub<T>((u), (v))
#define MUL(u, v) nd_mul<T>((u), (v))
#define DIV(u, v) nd_div<T>((u), (v), failed)
#define MOD(u, v) nd_mod<T>((u), (v), failed)
#define NEG(u) nd_neg<T>(u)
#define GT(u, v) ((u) > (v))
#define GE(u, v) ((u) >= (v))
#define LT(u, v) ((u) < (v))
#define LE(u, v) ((u) <= (v))
#define EQ(u, v) ((u) == (v))
#define NE(u, v) ((u) != (v))
#define AND(m, n) ((m) && (n))
#define OR(m, n) ((m) || (n))
#define XOR(m, n) ((m) != (n))
#define SELECT(m, yes, no) ((m) ? (T)(yes) : (T)(no))
#define TRUTH(m) ((T)(m))
#define MAX(u, v) nd_max<T>((u), (v))
#define MIN(u, v) nd_min<T>((u), (v))
#define ABS(u) nd_abs<T>(u)
#define SIGN(u) ((T)(((u) > 0) - ((u) < 0)))
#define FLOOR(u) floor(u)
#define CEIL(u) ceil(u)
#define TRUNC(u) trunc(u)
#define RINT(u) nd_rint<T>(u)
#define ROUND(u) round(u)
#define SQRT(u) sqrt(u)
#define RSQRT(u) (1 / sqrt(u))
#define CBRT(u) cbrt(u)
#define EXP(u) exp(u)
#define EXPM1(u) expm1(u)
#define LOG(u) log(u)
#define LOG1P(u) log1p(u)
#define LOG2(u) log2(u)
#define LOG10(u) log10(u)
#define SIN(u) sin(u)
#define COS(u) cos(u)
#define TAN(u) tan(u)
#define ASIN(u) asin(u)
#define ACOS(u) acos(u)
#define ATAN(u) atan(u)
#define SINH(u) sinh(u)
#define COSH(u) cosh(u)
#define TANH(u) tanh(u)
#define ASINH(u) asinh(u)
#define ACOSH(u) acosh(u)
#define ATANH(u) atanh(u)
#define SIGMOID(u) nd_sigmoid<T>(u)
#define SOFTPLUS(u) nd_softplus<T>(u)
#define ERF(u) erf(u)
#define ERFINV(u) nd_erfinv<T>(u)
#define GAMMA(u) nd_gamma<T>(u)
#define GAMMALN(u) nd_gammaln<T>(u)
#define POLYGAMMA(order, u) nd_polygamma<T>((order), (u))
#define POW(u, v) nd_power<T>((u), (v))
#define HYPOT(u, v) hypot((u), (v))
#define ND_LOWEST nd_lowest<T>()
#define ND_HIGHEST nd_highest<T>()

#endif
