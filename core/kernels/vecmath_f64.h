/* Functions on vectors of doubles. What is not below or in vecmath_both.h goes lane by lane through libm. */

#define V vf64
#define U vu64
#define M vi64
#define T double
#define F(name) name##_f64
#define K(x) nd_constant_f64(x)
#define SQRT __builtin_sqrt

#define MANTISSA_BITS 52
#define MANTISSA_MASK 0xfffffffffffffull
#define LOW_HALF_OF_MANTISSA 0x7ffffffull
#define EXPONENT_BIAS 1023
#define SIGN_PLACE 63
#define SIGN_BIT (1ull << 63)
#define BITS_OF_ONE 0x3ff0000000000000ull
#define BITS_OF_SQRT_HALF 0x3fe6a09e667f3bcdull
#define SMALLEST_NORMAL 0x1p-1022
#define ONE_ULP 0x1p52   /* from here on numbers have no fraction */
#define ROUNDER 0x1.8p52 /* x + ROUNDER - ROUNDER is x to the nearest whole number, for |x| < 2^51 */

#define LOG2_E 0x1.71547652b82fep0
#define LN2_HIGH 0x1.62e42ffp-1 /* of 33 bits: its product with any exponent is exact. ln 2 is HIGH + LOW */
#define LN2_LOW (-0x1.718432a1b0e26p-35)
#define LOG2_E_HIGH 0x1.7154768p0 /* of 26 bits: its product with another such number is exact */
#define LOG2_E_LOW (-0x1.6a3e80f444178p-27)
#define LOG10_E_HIGH 0x1.bcb7b18p-2
#define LOG10_E_LOW (-0x1.6c8d78e6acaa4p-29)
#define LOG10_2_HIGH 0x1.3441350ap-2
#define LOG10_2_LOW (-0x1.0c0219dc1da99p-39)
#define TWO_BY_PI 0x1.45f306dc9c883p-1
#define LARGEST_ANGLE 0x1.8p20 /* up to which sine and cosine are not libm's */
#define EXP_LARGEST 710.0      /* exp is infinite from here on, sinh and cosh from 1 further; exp(EXP_SMALLEST) is 0 */
#define EXP_SMALLEST (-746.0)
#define CBRT_STEPS 3
#define CBRT_OF_BITS ((1023 * 2 / 3.0 - 0.033062) * 0x1p40) /* 40: MANTISSA_BITS less the bits shifted out */
#define CUBE_UP 0x1p54
#define ROOT_DOWN 0x1p-18

/* minimax.py: exp_f64 and so on, but for the leading -1/2 of the cosine. */
static const double nd_exp_coefficients_f64[] = {
    0.5,
    0.16666666666666677,
    0.041666666666666512,
    0.0083333333333216932,
    0.0013888888888962377,
    0.0001984126988596301,
    2.4801587172513616e-05,
    2.7557244376973467e-06,
    2.7557402671364613e-07,
    2.5108977958158736e-08,
    2.0875319497202958e-09,
};
static const double nd_log_coefficients_f64[] = {
    0.6666666666666734,  0.39999999999416658, 0.2857142874202262,  0.22222198605732221,
    0.18183562812161636, 0.15314085926101328, 0.14795621729988528,
};
static const double nd_sin_coefficients_f64[] = {
    -0.1666666666666663,    0.0083333333333218424,   -0.00019841269829361087,
    2.7557313539847506e-06, -2.5050734679707642e-08, 1.5895455720369547e-10,
};
static const double nd_cos_coefficients_f64[] = {
    0.041666666666666595,    -0.0013888888888873338, 2.4801587288997478e-05,
    -2.7557314215296805e-07, 2.0875705114533374e-09, -1.1358732748277376e-11,
};
static const double nd_sinh_coefficients_f64[] = {
    0.16666666666666669,    0.0083333333333329117,  0.00019841269841593408, 2.7557319106758261e-06,
    2.5052130998349576e-08, 1.6056659207577454e-10, 7.7765985518614744e-13,
};

#include "vecmath_both.h"

/* ---- The hyperbolic tangent ---- */

/* e / (e + 2) with e = exp(2|x|) - 1 = (2^n - 1) + 2^n r + 2^n (exp(r) - 1 - r), which cancels nowhere. What rounding
 * takes from the divisor is taken from the dividend too, as far as it counts: small results would be 2.5 ulp off. */
ND_FUNCTION vf64 nd_vtanh_f64(vf64 x) {
    vf64 size = nd_vabs_f64(x), n, low, r = nd_reduce_ln2_f64(nd_at_most_f64(size + size, 40), &n, &low);
    vf64 scale = nd_power_f64((vu64)n), head = nd_fma_f64(r, scale, scale - K(1));
    vf64 tail = nd_fma_f64(r * r, POLYNOMIAL(r, nd_exp_coefficients_f64), low) * scale;
    vf64 divisor = head + tail + K(2), missed = (head - (divisor - K(2))) + tail;
    vf64 dividend = head + (tail - nd_at_most_f64(size, 0.5) * missed);
    return nd_with_sign_f64(dividend / divisor, x);
}

/* ---- Sine and cosine ---- */

/* An angle in quarter turns: angle = quarter pi/2 + rest + low, |rest| <= pi/4 and a little. */
typedef struct nd_angle_f64 {
    vf64 rest, low;
    vu64 quarter;
} nd_angle_f64;

/* *sum + b to twice the precision: the rounded sum replaces *sum, the error is returned (Knuth's TwoSum). */
ND_INLINE vf64 nd_add_exactly_f64(vf64 *sum, vf64 b) {
    vf64 a = *sum, s = a + b, b_seen = s - a;
    *sum = s;
    return (a - (s - b_seen)) + (b - b_seen);
}

/* pi/2 in parts of 33, 33, 33 and 53 bits: n < 2^20 times one of the first three is exact, and 152 bits leave every
 * double up to LARGEST_ANGLE a rest that is good to the last place, next to multiples of pi too. */
ND_INLINE nd_angle_f64 nd_quarter_turns_f64(vf64 x) {
    vf64 t = nd_fma_f64(x, K(TWO_BY_PI), K(ROUNDER)), n = t - K(ROUNDER);
    vf64 rest = x - n * K(0x1.921fb544p0);
    vf64 error = nd_add_exactly_f64(&rest, -n * K(0x1.0b4611a6p-34));
    error += nd_add_exactly_f64(&rest, -n * K(0x1.3198a2ep-69));
    vf64 low = error - n * K(0x1.b839a252049c1p-104), sum = rest + low;
    return (nd_angle_f64){sum, (rest - sum) + low, (vu64)t};
}

ND_INLINE vf64 nd_sine_of_rest_f64(nd_angle_f64 a) {
    vf64 z = a.rest * a.rest, cubic = a.rest * z * POLYNOMIAL(z, nd_sin_coefficients_f64);
    return a.rest + (cubic + a.low * nd_fma_f64(z, K(-0.5), K(1)));
}

ND_INLINE vf64 nd_cosine_of_rest_f64(nd_angle_f64 a) {
    vf64 z = a.rest * a.rest, half = K(0.5) * z, main = K(1) - half;
    vf64 quartic = z * z * POLYNOMIAL(z, nd_cos_coefficients_f64);
    return main + (((K(1) - main) - half) + (quartic - a.rest * a.low));
}

ND_FUNCTION vf64 nd_vsin_f64(vf64 x) {
    nd_angle_f64 a = nd_quarter_turns_f64(nd_vabs_f64(x));
    vf64 sine = nd_sine_in_quarter_f64(nd_sine_of_rest_f64(a), nd_cosine_of_rest_f64(a), a.quarter);
    return nd_large_angles_f64(x, (vf64)((vu64)sine ^ ((vu64)x & SIGN_BIT)), sin);
}

ND_FUNCTION vf64 nd_vcos_f64(vf64 x) {
    nd_angle_f64 a = nd_quarter_turns_f64(nd_vabs_f64(x));
    vf64 cosine = nd_sine_in_quarter_f64(nd_sine_of_rest_f64(a), nd_cosine_of_rest_f64(a), a.quarter + 1);
    return nd_large_angles_f64(x, cosine, cos);
}

/* ---- Lane by lane through libm, and as exact: glibc is within 2 ulp, but for 6 of tgamma and lgamma ---- */

#include "special.h"

/* As MXNet: fmod moved to the sign of the divisor, and 0 for a divisor of 0. */
ND_INLINE double nd_mod_f64(double x, double y) {
    if (y == 0)
        return 0;
    double rest = fmod(x, y);
    return (x < 0) == (y < 0) ? rest : rest + (rest == 0 ? 0 : y);
}

/* musl gives numbers for some x < -1. */
ND_INLINE double nd_acosh_f64(double x) {
    return x < 1 ? NAN : acosh(x);
}

ND_LANES_OF(vf64, nd_vtan_f64, tan)
ND_LANES_OF(vf64, nd_vasin_f64, asin)
ND_LANES_OF(vf64, nd_vacos_f64, acos)
ND_LANES_OF(vf64, nd_vatan_f64, atan)
ND_LANES_OF(vf64, nd_vasinh_f64, asinh)
ND_LANES_OF(vf64, nd_vacosh_f64, nd_acosh_f64)
ND_LANES_OF(vf64, nd_vatanh_f64, atanh)
ND_LANES_OF(vf64, nd_verf_f64, erf)
ND_LANES_OF(vf64, nd_verfinv_f64, nd_erfinv_f64)
ND_LANES_OF(vf64, nd_vgamma_f64, tgamma)
ND_LANES_OF(vf64, nd_vgammaln_f64, lgamma)
ND_LANES_OF_TWO(vf64, nd_vpolygamma_f64, nd_polygamma_f64)
ND_LANES_OF_TWO(vf64, nd_vpow_f64, pow)
ND_LANES_OF_TWO(vf64, nd_vhypot_f64, hypot)
ND_LANES_OF_TWO(vf64, nd_vmod_f64, nd_mod_f64)

/* ---- Steps of float functions that are computed in double, good to about 2^-45 ---- */

/* asinh, acosh and atanh by log1p. */
ND_INLINE vf64 nd_asinh_by_log_f64(vf64 x) {
    vf64 size = nd_vabs_f64(x), square = x * x;
    vf64 log = nd_vlog1p_f64(size + square / (K(1) + nd_vsqrt_f64(K(1) + square)));
    return nd_with_sign_f64(nd_select_f64(size == K(INFINITY), size, log), x);
}

ND_INLINE vf64 nd_acosh_by_log_f64(vf64 x) {
    vf64 over = x - K(1);
    return nd_vlog1p_f64(over + nd_vsqrt_f64(over) * nd_vsqrt_f64(x + K(1))); /* NaN below 1 */
}

ND_INLINE vf64 nd_atanh_by_log_f64(vf64 x) {
    vf64 size = nd_vabs_f64(x);
    return nd_with_sign_f64(K(0.5) * nd_vlog1p_f64((size + size) / (K(1) - size)), x);
}

/* What n quarter turns leave of a float x: up to 2^17, pi/2 in parts of 33 and 53 bits is exact enough. */
ND_INLINE vf64 nd_rest_of_angle_f64(vf64 x, vf64 n) {
    return (x - n * K(0x1.921fb544p0)) - n * K(0x1.0b4611a626331p-34);
}

/* tan x of such a float. */
ND_INLINE vf64 nd_tan_by_quotient_f64(vf64 x) {
    vf64 size = nd_vabs_f64(x), t = nd_fma_f64(size, K(TWO_BY_PI), K(ROUNDER));
    nd_angle_f64 a = {nd_rest_of_angle_f64(size, t - K(ROUNDER)), K(0), (vu64)t};
    vf64 sine = nd_sine_of_rest_f64(a), cosine = nd_cosine_of_rest_f64(a);
    vi64 odd = (vi64)(0 - (a.quarter & 1));
    vf64 tangent = nd_select_f64(odd, -cosine, sine) / nd_select_f64(odd, sine, cosine);
    return (vf64)((vu64)tangent ^ ((vu64)x & SIGN_BIT));
}

/* |x|^y for floats x and y. */
ND_INLINE vf64 nd_power_of_size_f64(vf64 x, vf64 y) {
    return nd_vexp_f64(y * nd_vlog_f64(nd_vabs_f64(x)));
}

ND_INLINE vf64 nd_root_of_squares_f64(vf64 x, vf64 y) {
    return nd_vsqrt_f64(x * x + y * y);
}

/* x mod y for floats |x| < 2^29 |y|, of which the quotient is rounded to within 1: see nd_mod_f64. */
ND_INLINE vf64 nd_mod_near_f64(vf64 x, vf64 y) {
    vf64 size = nd_vabs_f64(x), by = nd_vabs_f64(y);
    vf64 rest = size - nd_vtrunc_f64(size / by) * by;
    rest = nd_with_sign_f64(rest + (vf64)((vi64)by & (rest < 0)), x);
    vi64 differ = (x < 0) ^ (y < 0);
    return nd_select_f64(differ, rest + nd_select_f64(rest == 0, K(0), y), rest);
}

/* erfinv(x) / x as a polynomial in w = -log(1 - x^2), and in sqrt(w) for 5 < w < 16: Giles' arrangement (2010). */
static const double nd_erfinv_centre_coefficients[] = {
    0.88622692581975926,     0.23201364442869474,    0.011549558665042087,    -0.0023359175576067714,
    -0.00012649200983791086, 4.4927458165531805e-05, 3.1180199399214245e-06,  -1.4364581031858103e-06,
    4.4865009415451977e-08,  2.3721697312784219e-08, -3.2166290670044441e-09, 1.3286047411210442e-10,
};
static const double nd_erfinv_tail_coefficients[] = {
    -1.1106986037358622,  5.6190036653288979,     -5.8171856286169357,    2.4032993455939935,
    0.90313322977947208,  -1.5153116563604967,    0.81750144821765469,    -0.25441359842386713,
    0.049942187457661748, -0.0061401101476351808, 0.00043437492995787249, -1.3554457567823862e-05,
};
ND_INLINE vf64 nd_erfinv_by_log_f64(vf64 x) {
    vf64 w = -nd_vlog1p_f64(-x * x), s = nd_vsqrt_f64(w);
    vf64 centre = POLYNOMIAL(w, nd_erfinv_centre_coefficients);
    vf64 tail = POLYNOMIAL(s, nd_erfinv_tail_coefficients);
    vf64 at_one = nd_select_f64(w == K(INFINITY), w, nd_select_f64(w < K(5), centre, tail));
    return x * at_one;
}

#include "vecmath_end.h"
