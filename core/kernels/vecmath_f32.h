/* Functions on vectors of floats. The rarer ones are computed in double, half a vector at a time. */

#define V vf32
#define U vu32
#define M vi32
#define T float
#define F(name) name##_f32
#define K(x) nd_constant_f32((float)(x))
#define SQRT __builtin_sqrtf

#define MANTISSA_BITS 23
#define MANTISSA_MASK 0x7fffffu
#define LOW_HALF_OF_MANTISSA 0xfffu
#define EXPONENT_BIAS 127
#define SIGN_PLACE 31
#define SIGN_BIT (1u << 31)
#define BITS_OF_ONE 0x3f800000u
#define BITS_OF_SQRT_HALF 0x3f3504f3u
#define SMALLEST_NORMAL 0x1p-126
#define ONE_ULP 0x1p23   /* from here on numbers have no fraction */
#define ROUNDER 0x1.8p23 /* x + ROUNDER - ROUNDER is x to the nearest whole number, for |x| < 2^22 */

#define LOG2_E 0x1.715476p0
#define LN2_HIGH 0x1.62e4p-1 /* of 15 bits: its product with any exponent is exact. ln 2 is HIGH + LOW */
#define LN2_LOW 0x1.7f7d1cp-20
#define LOG2_E_HIGH 0x1.716p0 /* of 12 bits: its product with another such number is exact */
#define LOG2_E_LOW (-0x1.7135a8p-13)
#define LOG10_E_HIGH 0x1.bccp-2
#define LOG10_E_LOW (-0x1.09d5b2p-15)
#define LOG10_2_HIGH 0x1.344p-2
#define LOG10_2_LOW 0x1.3509f8p-18
#define TWO_BY_PI 0x1.45f306p-1
#define LARGEST_ANGLE 0x1p17 /* up to which sine, cosine and tangent are not libm's */
#define EXP_LARGEST 89.0f    /* exp is infinite from here on, sinh and cosh from 1 further; exp(EXP_SMALLEST) is 0 */
#define EXP_SMALLEST (-105.0f)
#define CBRT_STEPS 2
#define CBRT_OF_BITS ((127 * 2 / 3.0 - 0.033062) * 0x1p14) /* 14: MANTISSA_BITS less the bits shifted out */
#define CUBE_UP 0x1p48
#define ROOT_DOWN 0x1p-16

/* minimax.py: exp_f32 and so on. */
static const float nd_exp_coefficients_f32[] = {
    0.49999997f, 0.16666542f, 0.0416672044f, 0.00836664531f, 0.00138825143f,
};
static const float nd_log_coefficients_f32[] = {0.666666627f, 0.400009722f, 0.284987956f, 0.242786825f};
static const float nd_sin_coefficients_f32[] = {-0.166666672f, 0.00833337754f, -0.000198520676f, 2.82035739e-06f};
static const float nd_cos_coefficients_f32[] = {-0.5f, 0.0416666418f, -0.00138871302f, 2.44120856e-05f};
static const float nd_sinh_coefficients_f32[] = {0.166666672f, 0.00833331048f, 0.000198428956f, 2.78221319e-06f};
static const float nd_tanh_coefficients_f32[] = {
    -0.333332658f,   0.133318916f,   -0.0538613982f,   0.021477785f,
    -0.00804041047f, 0.00252164598f, -0.000547834032f, 5.81132917e-05f,
};
static const float nd_tanh_far_coefficients_f32[] = {
    1.00723147f,    0.221509039f,     0.20160529f,     -0.000663930667f, -0.00063000503f,
    0.00250598951f, -0.000497517467f, 5.54633698e-05f, -2.1098042e-06f,
};
static const float nd_atan_coefficients_f32[] = {
    -0.333332986f, 0.199985296f,  -0.142640516f, 0.109517559f,    -0.0840485394f,
    0.0580341108f, -0.031306807f, 0.0110105826f, -0.00182053947f,
};
static const float nd_asin_coefficients_f32[] = {
    0.166666403f, 0.0750162676f, 0.0443110056f, 0.0334431641f, 0.00857951585f, 0.0452898256f,
};
static const float nd_erf_coefficients_f32[] = {
    0.128379166f, -0.376126289f, 0.112836242f, -0.02685556f, 0.00519175315f, -0.000803975272f, 7.94310035e-05f,
};
static const float nd_log_erfc_coefficients_f32[] = {
    -0.000177537397f, -1.12774932f, -0.637060285f, -0.104036771f, 0.0222767424f, -0.00305549521f, 0.000197161557f,
};

#include "vecmath_both.h"

/* ---- The hyperbolic tangent ---- */

/* x + x^3 p(x^2) near 0; beyond, 1 - 1/w with w = (exp(2|x|) + 1)/2, of which a polynomial is the fourth root: what it
 * is off counts for less than a sixth there. */
ND_FUNCTION vf32 nd_vtanh_f32(vf32 x) {
    vf32 size = nd_at_most_f32(nd_vabs_f32(x), 9.06f), square = size * size;
    vf32 near = nd_fma_f32(size * square, POLYNOMIAL(square, nd_tanh_coefficients_f32), size);
    vf32 root = POLYNOMIAL(size, nd_tanh_far_coefficients_f32), half = root * root;
    vf32 far = K(1) - K(1) / (half * half);
    return nd_with_sign_f32(nd_select_f32(size < K(1.25), near, far), x);
}

/* ---- Sine and cosine ---- */

/* An angle is quarter pi/2 + the rest returned, |rest| <= 1.01 pi/4. The rest is taken in double: floats come close to
 * multiples of pi, and what is left must be good to its own last place. */
ND_INLINE vf32 nd_quarter_turns_f32(vf32 x, vu32 *quarter) {
    vf32 t = nd_fma_f32(x, K(TWO_BY_PI), K(ROUNDER)), n = t - K(ROUNDER);
    *quarter = (vu32)t;
    return nd_narrow(nd_rest_of_angle_f64(nd_widen_low(x), nd_widen_low(n)),
                     nd_rest_of_angle_f64(nd_widen_high(x), nd_widen_high(n)));
}

ND_INLINE vf32 nd_sine_of_rest_f32(vf32 r) {
    vf32 z = r * r;
    return nd_fma_f32(r * z, POLYNOMIAL(z, nd_sin_coefficients_f32), r);
}

ND_INLINE vf32 nd_cosine_of_rest_f32(vf32 r) {
    vf32 z = r * r;
    return nd_fma_f32(z, POLYNOMIAL(z, nd_cos_coefficients_f32), K(1));
}

ND_FUNCTION vf32 nd_vsin_f32(vf32 x) {
    vu32 quarter;
    vf32 rest = nd_quarter_turns_f32(nd_vabs_f32(x), &quarter);
    vf32 sine = nd_sine_in_quarter_f32(nd_sine_of_rest_f32(rest), nd_cosine_of_rest_f32(rest), quarter);
    return nd_large_angles_f32(x, (vf32)((vu32)sine ^ ((vu32)x & SIGN_BIT)), sin);
}

ND_FUNCTION vf32 nd_vcos_f32(vf32 x) {
    vu32 quarter;
    vf32 rest = nd_quarter_turns_f32(nd_vabs_f32(x), &quarter);
    vf32 cosine = nd_sine_in_quarter_f32(nd_sine_of_rest_f32(rest), nd_cosine_of_rest_f32(rest), quarter + 1);
    return nd_large_angles_f32(x, cosine, cos);
}

/* ---- Inverse trigonometric functions ---- */

/* x + x^3 p(x^2) */
ND_INLINE vf32 nd_odd_polynomial_f32(vf32 x, const float *c, int count) {
    vf32 z = x * x;
    return nd_fma_f32(x * z, nd_polynomial_f32(z, c, count), x);
}

/* Beyond 1 by atan(x) = pi/2 - atan(1/x). */
ND_FUNCTION vf32 nd_vatan_f32(vf32 x) {
    vf32 size = nd_vabs_f32(x);
    vi32 beyond = size > K(1);
    vf32 near = nd_odd_polynomial_f32(nd_select_f32(beyond, K(1) / size, size), nd_atan_coefficients_f32, 9);
    vf32 far = K(0x1.921fb6p0) - (near + K(0x1.777a5cp-25)); /* pi/2 is the first less the second */
    return nd_with_sign_f32(nd_select_f32(beyond, far, near), x);
}

/* asin of |x|, or of sqrt((1 - |x|) / 2) where |x| > 0.55, half of what is then missing to pi/2. */
ND_INLINE vf32 nd_asin_near_f32(vf32 size, vi32 beyond) {
    vf32 half = nd_vsqrt_f32(nd_fma_f32(size, K(-0.5), K(0.5)));
    return nd_odd_polynomial_f32(nd_select_f32(beyond, half, size), nd_asin_coefficients_f32, 6);
}

ND_FUNCTION vf32 nd_vasin_f32(vf32 x) {
    vf32 size = nd_vabs_f32(x);
    vi32 beyond = size > K(0.55);
    vf32 near = nd_asin_near_f32(size, beyond);
    vf32 far = (K(0x1.921fb6p0) - (near + near)) - K(0x1.777a5cp-25); /* near 0.55 only the last step rounds */
    return nd_with_sign_f32(nd_select_f32(beyond, far, near), x);
}

ND_FUNCTION vf32 nd_vacos_f32(vf32 x) {
    vf32 size = nd_vabs_f32(x);
    vi32 beyond = size > K(0.55);
    vf32 near = nd_asin_near_f32(size, beyond), signed_near = (vf32)((vu32)near ^ ((vu32)x & SIGN_BIT));
    vf32 middle = K(0x1.921fb6p0) - (signed_near + K(0x1.777a5cp-25));
    vf32 far = nd_select_f32(x < 0, K(0x1.921fb6p1) - (near + near + K(0x1.777a5cp-24)), near + near);
    return nd_select_f32(beyond, far, middle);
}

/* ---- The error function ---- */

/* x + x p(x^2) near 0; beyond, 1 - erfc(|x|) with a polynomial for log(erfc). */
ND_FUNCTION vf32 nd_verf_f32(vf32 x) {
    vf32 size = nd_vabs_f32(x), square = x * x;
    vf32 near = nd_fma_f32(size, POLYNOMIAL(square, nd_erf_coefficients_f32), size);
    vf32 far = K(1) - nd_exp_moderate_f32(POLYNOMIAL(nd_at_most_f32(size, 3.95f), nd_log_erfc_coefficients_f32));
    return nd_with_sign_f32(nd_select_f32(size < K(0.9), near, far), x);
}

/* ---- In double ---- */

#define ND_IN_DOUBLE(name, function)                                             \
    ND_FUNCTION vf32 name(vf32 x) {                                              \
        return nd_narrow(function(nd_widen_low(x)), function(nd_widen_high(x))); \
    }

#define ND_TWO_IN_DOUBLE(name, function)                                                                            \
    ND_FUNCTION vf32 name(vf32 x, vf32 y) {                                                                         \
        return nd_narrow(function(nd_widen_low(x), nd_widen_low(y)), function(nd_widen_high(x), nd_widen_high(y))); \
    }

ND_IN_DOUBLE(nd_vasinh_f32, nd_asinh_by_log_f64)
ND_IN_DOUBLE(nd_vacosh_f32, nd_acosh_by_log_f64)
ND_IN_DOUBLE(nd_vatanh_f32, nd_atanh_by_log_f64)
ND_IN_DOUBLE(nd_verfinv_f32, nd_erfinv_by_log_f64)
ND_IN_DOUBLE(nd_vgamma_f32, nd_vgamma_f64)
ND_IN_DOUBLE(nd_vgammaln_f32, nd_vgammaln_f64)
ND_IN_DOUBLE(nd_tan_moderate_f32, nd_tan_by_quotient_f64)
ND_TWO_IN_DOUBLE(nd_vpolygamma_f32, nd_vpolygamma_f64)
ND_TWO_IN_DOUBLE(nd_power_of_size_f32, nd_power_of_size_f64)
ND_TWO_IN_DOUBLE(nd_root_of_squares_f32, nd_root_of_squares_f64)
ND_TWO_IN_DOUBLE(nd_mod_near_f32, nd_mod_near_f64)

ND_FUNCTION vf32 nd_vtan_f32(vf32 x) {
    return nd_large_angles_f32(x, nd_tan_moderate_f32(x), tan);
}

/* x^y of C99's annex F: 1^y and x^0 are 1 whatever the other is, and a negative x wants a whole y. */
ND_FUNCTION vf32 nd_vpow_f32(vf32 x, vf32 y) {
    vf32 size = nd_vabs_f32(x), power = nd_power_of_size_f32(size, y), half = K(0.5) * y;
    vi32 whole = nd_vfloor_f32(y) == y, odd = whole & (nd_vfloor_f32(half) != half);
    power = (vf32)((vu32)power | ((vu32)x & (vu32)odd & SIGN_BIT));
    power = nd_select_f32((x < 0) & (size < K(INFINITY)) & ~whole, K(NAN), power);
    vi32 one = (y == 0) | (x == K(1)) | ((x == K(-1)) & (nd_vabs_f32(y) == K(INFINITY)));
    return nd_select_f32(one, K(1), power);
}

ND_FUNCTION vf32 nd_vhypot_f32(vf32 x, vf32 y) {
    vi32 infinite = (nd_vabs_f32(x) == K(INFINITY)) | (nd_vabs_f32(y) == K(INFINITY));
    return nd_select_f32(infinite, K(INFINITY), nd_root_of_squares_f32(x, y));
}

ND_SELDOM vf32 nd_mod_of_lanes(vf32 rest, vi32 which, vf32 x, vf32 y) {
    for (int i = 0; i < ND_LANES_F32; i++)
        if (which[i])
            rest[i] = (float)nd_mod_f64(x[i], y[i]);
    return rest;
}

/* See nd_mod_f64. Quotients too large for nd_mod_near_f64, zeros and infinities go lane by lane. */
ND_FUNCTION vf32 nd_vmod_f32(vf32 x, vf32 y) {
    vf32 rest = nd_mod_near_f32(x, y), size = nd_vabs_f32(y);
    vi32 far = ~(nd_vabs_f32(x) < size * K(0x1p28)) | (size == K(INFINITY));
    return nd_any(far) ? nd_mod_of_lanes(rest, far, x, y) : rest;
}

#include "vecmath_end.h"
