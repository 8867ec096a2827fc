/* How far the functions of kernels/vecmath.h are from the truth, in units in the last place (ulp).
 *
 * ND_VECMATH_UNARY and _BINARY list every function with the error allowed and a reference formula. There, R(f) is
 * libm's f in a higher precision: double for float, long double for double. test_vecmath.c samples them,
 * core/bench/vecmath.c goes through all floats.
 */
#ifndef ND_VECMATH_ULP_H
#define ND_VECMATH_ULP_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "../../core/kernels/vecmath.h"

/* ROW(name, allowed ulp for float, for double, formula in x). In double gamma and gammaln are libm's own. */
#define ND_VECMATH_UNARY(ROW)                                                      \
    ROW(exp, 2, 2, R(exp)(x))                                                      \
    ROW(expm1, 2, 2, R(expm1)(x))                                                  \
    ROW(log, 2, 2, R(log)(x))                                                      \
    ROW(log1p, 2, 2, R(log1p)(x))                                                  \
    ROW(log2, 2, 2, R(log2)(x))                                                    \
    ROW(log10, 2, 2, R(log10)(x))                                                  \
    ROW(sin, 2, 2, R(sin)(x))                                                      \
    ROW(cos, 2, 2, R(cos)(x))                                                      \
    ROW(tan, 2, 2, R(tan)(x))                                                      \
    ROW(asin, 2, 2, R(asin)(x))                                                    \
    ROW(acos, 2, 2, R(acos)(x))                                                    \
    ROW(atan, 2, 2, R(atan)(x))                                                    \
    ROW(sinh, 2, 2, R(sinh)(x))                                                    \
    ROW(cosh, 2, 2, R(cosh)(x))                                                    \
    ROW(tanh, 2, 2, R(tanh)(x))                                                    \
    ROW(asinh, 2, 2, R(asinh)(x))                                                  \
    ROW(acosh, 2, 2, x < 1 ? NAN : R(acosh)(x))                                    \
    ROW(atanh, 2, 2, R(atanh)(x))                                                  \
    ROW(erf, 2, 2, R(erf)(x))                                                      \
    ROW(erfinv, 2, 2, R(reference_erfinv)(x))                                      \
    ROW(cbrt, 2, 2, R(cbrt)(x))                                                    \
    ROW(gamma, 2, 12, R(tgamma)(x))                                                \
    ROW(gammaln, 2, 12, R(lgamma)(x))                                              \
    ROW(sigmoid, 2, 2, x < 0 ? R(exp)(x) / (1 + R(exp)(x)) : 1 / (1 + R(exp)(-x))) \
    ROW(softplus, 2, 2, R(fmax)(x, 0) + R(log1p)(R(exp)(-R(fabs)(x))))             \
    ROW(sqrt, 0.5, 0.5, R(sqrt)(x))                                                \
    ROW(rsqrt, 2, 2, 1 / R(sqrt)(x))                                               \
    ROW(abs, 0, 0, R(fabs)(x))                                                     \
    ROW(sign, 0, 0, (x > 0) - (x < 0))                                             \
    ROW(floor, 0, 0, R(floor)(x))                                                  \
    ROW(ceil, 0, 0, R(ceil)(x))                                                    \
    ROW(trunc, 0, 0, R(trunc)(x))                                                  \
    ROW(round, 0, 0, R(round)(x))                                                  \
    ROW(rint, 0, 0, x - R(floor)(x) <= R(ceil)(x) - x ? R(floor)(x) : R(ceil)(x))

#define ND_VECMATH_BINARY(ROW)                   \
    ROW(pow, 2, 2, R(pow)(x, y))                 \
    ROW(hypot, 2, 2, R(hypot)(x, y))             \
    ROW(mod, 1, 1, R(reference_mod)(x, y))       \
    ROW(max, 0, 0, isnan(x) ? x : x > y ? x : y) \
    ROW(min, 0, 0, isnan(x) ? x : x < y ? x : y)

/* ---- References that libm lacks ---- */

static inline double reference_mod(double x, double y) {
    double rest = y == 0 ? 0 : fmod(x, y);
    return rest != 0 && (x < 0) != (y < 0) ? rest + y : (x < 0) != (y < 0) ? 0 : rest;
}

static inline long double reference_modl(long double x, long double y) {
    long double rest = y == 0 ? 0 : fmodl(x, y);
    return rest != 0 && (x < 0) != (y < 0) ? rest + y : (x < 0) != (y < 0) ? 0 : rest;
}

/* Newton's method on log(erfc), which is convex, or on erf near 0. */
static inline long double reference_erfinvl(long double x) {
    long double size = fabsl(x), y = size, last = -1;
    if (!(size < 1))
        return size == 1 ? x * INFINITY : NAN;
    if (size < 1e-9L)
        return x * 0.886226925452758013649083741670572591L;
    for (int step = 0; step < 200 && fabsl(y - last) > 1e-19L * y; step++) {
        long double slope = 1.12837916709551257389615890312154517L * expl(-y * y);
        last = y;
        y += size < 0.5L ? (size - erfl(y)) / slope : erfcl(y) * (logl(erfcl(y)) - logl(1 - size)) / slope;
    }
    return copysignl(y, x);
}

static inline double reference_erfinv(double x) {
    return (double)reference_erfinvl(x);
}

/* ---- Distances ---- */

/* What ulps_apart gives where there is nothing to measure: NaN against a number, or the wrong sign of 0. */
#define ND_ALL_WRONG 1e9

/* |got - exact| in units of the last place that a float has at `exact`; an infinity counts as 2^128. */
static inline double ulps_apart_f32(float got, double exact) {
    double number = isinf(got) ? copysign(0x1p128, (double)got) : (double)got, unit;
    if (isnan(got) || isnan(exact))
        return isnan(got) && isnan(exact) ? 0 : ND_ALL_WRONG;
    if (number == 0 && exact == 0)
        return !signbit(got) == !signbit(exact) ? 0 : ND_ALL_WRONG;
    if (fabs(exact) > 0x1p128)
        exact = copysign(0x1p128, exact);
    int64_t exponent;
    memcpy(&exponent, &exact, sizeof exponent);
    exponent = (exponent >> 52 & 0x7ff) - 1023;
    exponent = exponent < -126 ? -126 : exponent > 127 ? 127 : exponent;
    exponent = (1023 + 23 - exponent) * (1ll << 52);
    memcpy(&unit, &exponent, sizeof unit);
    return fabs(number - exact) * unit;
}

/* The same for double; an infinity counts as 2^1024. */
static inline double ulps_apart_f64(double got, long double exact) {
    long double number = isinf(got) ? copysignl(0x1p1024L, (long double)got) : (long double)got;
    if (isnan(got) || isnan(exact))
        return isnan(got) && isnan(exact) ? 0 : ND_ALL_WRONG;
    if (number == exact)
        return !signbit(got) == !signbit(exact) ? 0 : ND_ALL_WRONG;
    if (fabsl(exact) > 0x1p1024L)
        exact = copysignl(0x1p1024L, exact);
    int exponent = exact == 0 ? -1022 : ilogbl(exact);
    exponent = exponent < -1022 ? -1022 : exponent > 1023 ? 1023 : exponent;
    return (double)ldexpl(fabsl(number - exact), 52 - exponent);
}

/* ---- The references as functions, and one type for the vector functions of each kind ---- */

typedef struct vecmath_row {
    const char *name;
    double allowed_f32, allowed_f64;
    vf32 (*f32)(vf32);
    vf64 (*f64)(vf64);
    double (*reference_f32)(double);
    long double (*reference_f64)(long double);
} vecmath_row;

typedef struct vecmath_row2 {
    const char *name;
    double allowed_f32, allowed_f64;
    vf32 (*f32)(vf32, vf32);
    vf64 (*f64)(vf64, vf64);
    double (*reference_f32)(double, double);
    long double (*reference_f64)(long double, long double);
} vecmath_row2;

/* The always-inline ones have no address, so each is wrapped. */
#define ND_WRAPPED(name, f32, f64, formula)    \
    static vf32 wrapped_##name##_f32(vf32 x) { \
        return nd_v##name##_f32(x);            \
    }                                          \
    static vf64 wrapped_##name##_f64(vf64 x) { \
        return nd_v##name##_f64(x);            \
    }
#define ND_WRAPPED2(name, f32, f64, formula)           \
    static vf32 wrapped_##name##_f32(vf32 x, vf32 y) { \
        return nd_v##name##_f32(x, y);                 \
    }                                                  \
    static vf64 wrapped_##name##_f64(vf64 x, vf64 y) { \
        return nd_v##name##_f64(x, y);                 \
    }
#define ND_REFERENCE_F32(name, f32, f64, formula)    \
    static double reference_##name##_f32(double x) { \
        return formula;                              \
    }
#define ND_REFERENCE_F64(name, f32, f64, formula)              \
    static long double reference_##name##_f64(long double x) { \
        return formula;                                        \
    }
#define ND_REFERENCE2_F32(name, f32, f64, formula)             \
    static double reference_##name##_f32(double x, double y) { \
        return formula;                                        \
    }
#define ND_REFERENCE2_F64(name, f32, f64, formula)                            \
    static long double reference_##name##_f64(long double x, long double y) { \
        return formula;                                                       \
    }
#define ND_ROW(name, f32, f64, formula) \
    {#name, f32, f64, wrapped_##name##_f32, wrapped_##name##_f64, reference_##name##_f32, reference_##name##_f64},

ND_VECMATH_UNARY(ND_WRAPPED)
ND_VECMATH_BINARY(ND_WRAPPED2)
#define R(f) f
ND_VECMATH_UNARY(ND_REFERENCE_F32)
ND_VECMATH_BINARY(ND_REFERENCE2_F32)
#undef R
#define R(f) f##l
ND_VECMATH_UNARY(ND_REFERENCE_F64)
ND_VECMATH_BINARY(ND_REFERENCE2_F64)
#undef R

static const vecmath_row vecmath_unary[] = {ND_VECMATH_UNARY(ND_ROW)};
static const vecmath_row2 vecmath_binary[] = {ND_VECMATH_BINARY(ND_ROW)};

#endif
