/* Elementwise functions on vectors: nd_vNAME_f32(vf32) and nd_vNAME_f64(vf64).
 *
 * A result is within 2 ulp of the exact one for every input; denormals, zeros, infinities and NaN are as in libm,
 * unless a comment says that MXNet has them otherwise. tests/c/test_vecmath.c measures it; core/bench/vecmath.c does
 * so for all 2^32 floats, and times each function. (The double functions that go lane by lane through libm are as good
 * as libm is: see vecmath_f64.h.)
 *
 * vecmath_both.h holds what float and double compute by the same formula; vecmath_f32.h and vecmath_f64.h set up its
 * names and constants, include it, and add the rest. The coefficients come from minimax.py. Compile with
 * -ffp-contract=off and without -ffast-math: many steps rely on every operation being rounded as written.
 */
#ifndef ND_VECMATH_H
#define ND_VECMATH_H

#include "simd.h"

/* A function with a body worth a call. The compiler decides whether to inline it, and drops it where unused. */
#define ND_FUNCTION static __attribute__((unused))

/* What runs for unusual elements only, kept out of the way. */
#define ND_SELDOM static __attribute__((unused, noinline, cold))

/* A function that is rare enough to go lane by lane through `function` of libm. */
#define ND_LANES_OF(V, name, function)                          \
    ND_FUNCTION V name(V x) {                                   \
        for (int i = 0; i < (int)(sizeof x / sizeof x[0]); i++) \
            x[i] = function(x[i]);                              \
        return x;                                               \
    }

#define ND_LANES_OF_TWO(V, name, function)                      \
    ND_FUNCTION V name(V x, V y) {                              \
        V result = y;                                           \
        for (int i = 0; i < (int)(sizeof x / sizeof x[0]); i++) \
            result[i] = function(x[i], y[i]);                   \
        return result;                                          \
    }

/* What nd_vexp_of_negative counts in. */
#define ND_SMALL_UNIT 0x1p-64

/* The value of a polynomial whose coefficients are an array, lowest power first. */
#define POLYNOMIAL(x, c) F(nd_polynomial)((x), (c), (int)(sizeof(c) / sizeof(c)[0]))

#include "vecmath_f64.h" /* first: some float functions are computed in double */

#include "vecmath_f32.h"

#endif
