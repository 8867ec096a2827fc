/* Formulas that serve float and double alike: included by vecmath_f32.h and by vecmath_f64.h, which define
 *   V, U, M, T   the vector, its bits as unsigned integers, the mask that comparing gives, and the element
 *   F(name)      name with the suffix _f32 or _f64;  K(x): x in every lane
 * the layout of the number format and the constants in capitals, and the coefficient arrays.
 */

ND_INLINE V F(nd_polynomial)(V x, const T *c, int count) {
    V sum = K(c[count - 1]);
    for (int i = count - 2; i >= 0; i--)
        sum = F(nd_fma)(sum, x, K(c[i]));
    return sum;
}

/* ---- Signs, comparisons, rounding to integers ---- */

ND_INLINE V F(nd_vabs)(V x) {
    return (V)((U)x & ~SIGN_BIT);
}

/* `size`, which is not negative unless x is, with the sign of x. (Clearing its sign first, clang 19 would compile
 * wrongly for AVX-512: LLVM's issue 157929.) */
ND_INLINE V F(nd_with_sign)(V size, V x) {
    return (V)((U)size | ((U)x & (U)K(-0.0)));
}

/* -1, 0 or 1; 0 for NaN, as MXNet. */
ND_INLINE V F(nd_vsign)(V x) {
    return (V)((M)K(1) & (x > 0)) - (V)((M)K(1) & (x < 0));
}

/* As MXNet: NaN if either is. */
ND_INLINE V F(nd_vmax)(V a, V b) {
    return F(nd_select)((a > b) | (a != a), a, b);
}

ND_INLINE V F(nd_vmin)(V a, V b) {
    return F(nd_select)((a < b) | (a != a), a, b);
}

/* The whole number nearest to x, halves to even. Adding 2^MANTISSA_BITS leaves no room for a fraction. */
ND_INLINE V F(nd_nearest)(V x) {
    V size = F(nd_vabs)(x), whole = (size + K(ONE_ULP)) - K(ONE_ULP);
    return F(nd_select)(size < K(ONE_ULP), F(nd_with_sign)(whole, x), x);
}

ND_INLINE V F(nd_vfloor)(V x) {
    V whole = F(nd_nearest)(x);
    return whole - (V)((M)K(1) & (whole > x));
}

ND_INLINE V F(nd_vceil)(V x) {
    V whole = F(nd_nearest)(x);
    return F(nd_with_sign)(whole + (V)((M)K(1) & (whole < x)), x);
}

ND_INLINE V F(nd_vtrunc)(V x) {
    V size = F(nd_vabs)(x), whole = F(nd_nearest)(size);
    return F(nd_with_sign)(whole - (V)((M)K(1) & (whole > size)), x);
}

/* The nearer of floor and ceiling, and halves to the floor: MXNet's rint. */
ND_FUNCTION V F(nd_vrint)(V x) {
    V floor = F(nd_vfloor)(x), ceiling = F(nd_vceil)(x);
    return F(nd_select)(x - floor <= ceiling - x, floor, ceiling);
}

/* Halves away from zero. */
ND_FUNCTION V F(nd_vround)(V x) {
    V whole = F(nd_vtrunc)(x), one = (V)((M)K(1) & (F(nd_vabs)(x - whole) >= K(0.5)));
    return F(nd_with_sign)(F(nd_vabs)(whole) + one, x);
}

ND_INLINE V F(nd_vsqrt)(V x) {
    for (int i = 0; i < (int)(sizeof x / sizeof x[0]); i++)
        x[i] = SQRT(x[i]); /* one instruction, all told */
    return x;
}

ND_INLINE V F(nd_vrsqrt)(V x) {
    return K(1) / F(nd_vsqrt)(x);
}

/* ---- Exponentials ---- */

ND_INLINE V F(nd_at_least)(V x, T low) {
    return F(nd_greater)(K(low), x);
}

ND_INLINE V F(nd_at_most)(V x, T high) {
    return F(nd_lesser)(K(high), x);
}

/* x is n ln 2 and a rest of at most ln(2)/2 and a little, for the whole number n (Cody and Waite's reduction): n +
 * ROUNDER, which has n in its lowest bits. */
ND_INLINE V F(nd_powers_in)(V x) {
    return F(nd_fma)(x, K(LOG2_E), K(ROUNDER));
}

/* 2^n for a whole number n of a normal power, of whose bits the upper ones do not matter. */
ND_INLINE V F(nd_power)(U n) {
    return (V)((n << MANTISSA_BITS) + (U)K(1));
}

/* x 2^n, for n + ROUNDER: one instruction, or two steps, so that neither overflows early and a denormal result is
 * rounded once. */
ND_INLINE V F(nd_times_power)(V x, V n) {
#if defined(__AVX512F__)
    return F(nd_scale)(x, n - K(ROUNDER));
#else
    U whole = (U)n, half = whole >> 1;
    return x * F(nd_power)(half) * F(nd_power)(whole - half);
#endif
}

/* exp(x) = 2^n times what is returned; n + ROUNDER. */
ND_INLINE V F(nd_exp_reduced)(V x, V *n) {
    *n = F(nd_powers_in)(x);
    V whole = *n - K(ROUNDER), r = F(nd_fma)(whole, K(-LN2_LOW), F(nd_fma)(whole, K(-LN2_HIGH), x));
    return K(1) + F(nd_fma)(r * r, POLYNOMIAL(r, F(nd_exp_coefficients)), r);
}

ND_FUNCTION V F(nd_vexp)(V x) {
    V n, exp = F(nd_exp_reduced)(F(nd_at_least)(F(nd_at_most)(x, EXP_LARGEST), EXP_SMALLEST), &n);
    return F(nd_times_power)(exp, n);
}

/* exp(x) / ND_SMALL_UNIT for x <= 0, which no denormal is: multiplied by ND_SMALL_UNIT, it is rounded once. */
ND_FUNCTION V F(nd_vexp_of_negative)(V x) {
    V n, exp = F(nd_exp_reduced)(F(nd_at_least)(x, EXP_SMALLEST), &n);
    return exp * (V)(((U)n << MANTISSA_BITS) + (U)K(1 / ND_SMALL_UNIT));
}

/* What nd_exp_reduced finds, in two parts: x = n ln 2 + r + low. */
ND_INLINE V F(nd_reduce_ln2)(V x, V *n, V *low) {
    *n = F(nd_powers_in)(x);
    V whole = *n - K(ROUNDER), high = F(nd_fma)(whole, K(-LN2_HIGH), x), rest = whole * K(LN2_LOW), r = high - rest;
    *low = (high - r) - rest;
    return r;
}

/* 2^n exp(r) - 1 = (2^n - 1) + 2^n r + 2^n (exp(r) - 1 - r), at half its size, since 2^n itself may overflow. */
ND_FUNCTION V F(nd_vexpm1)(V x) {
    V n, low, r = F(nd_reduce_ln2)(F(nd_at_least)(F(nd_at_most)(x, EXP_LARGEST), -60), &n, &low);
    V tail = F(nd_fma)(r * r, POLYNOMIAL(r, F(nd_exp_coefficients)), low);
    V scale = F(nd_power)((U)n - 1);
    V half = F(nd_fma)(tail, scale, F(nd_fma)(r, scale, scale - K(0.5)));
    return F(nd_with_sign)(F(nd_select)(n == K(ROUNDER), r + tail, half + half), x);
}

/* exp(x) where it is a normal number with room: |x| <= 80. */
ND_INLINE V F(nd_exp_moderate)(V x) {
    V n, exp = F(nd_exp_reduced)(x, &n);
    return exp * F(nd_power)((U)n);
}

/* exp(|x|) / 2, which does not overflow before sinh and cosh do. */
ND_INLINE V F(nd_half_exp)(V x) {
    V n, exp = F(nd_exp_reduced)(F(nd_at_most)(F(nd_vabs)(x), EXP_LARGEST + 1), &n);
    return F(nd_times_power)(exp, n - K(1));
}

ND_FUNCTION V F(nd_vcosh)(V x) {
    V half = F(nd_half_exp)(x);
    return half + K(0.25) / half;
}

ND_FUNCTION V F(nd_vsinh)(V x) {
    V half = F(nd_half_exp)(x), square = x * x;
    V near = F(nd_fma)(x * square, POLYNOMIAL(square, F(nd_sinh_coefficients)), x);
    V far = F(nd_with_sign)(half - K(0.25) / half, x);
    return F(nd_select)(F(nd_vabs)(x) < K(1), near, far);
}

/* 1 / (1 + exp(-x)) is 1 - t or e - e t, where e = exp(-|x|) and t = e / (1 + e): small results keep their
 * precision, and the rounding of 1 + e counts for little. */
ND_FUNCTION V F(nd_vsigmoid)(V x) {
    V one = K(1 / ND_SMALL_UNIT), e = F(nd_vexp_of_negative)(-F(nd_vabs)(x)), t = e / (one + e);
    V whole = F(nd_select)(x < 0, e, one);
    return F(nd_fma)(-whole, t, whole) * K(ND_SMALL_UNIT);
}

/* ---- Logarithms ---- */

/* x = 2^k m with m between sqrt(1/2) and sqrt(2), for a positive normal x: k, and k in the exponent's place. */
ND_INLINE V F(nd_exponent)(V x, U *in_place) {
    U bits = (U)x + (BITS_OF_ONE - BITS_OF_SQRT_HALF);
    *in_place = (bits & ~MANTISSA_MASK) - BITS_OF_ONE;
    return (V)((bits >> MANTISSA_BITS) | (U)K(ONE_ULP)) - K(ONE_ULP + EXPONENT_BIAS);
}

/* log(1 + f) - (f - f^2/2), by the series of log((1 + s) / (1 - s)) with s = f / (2 + f), arranged as in fdlibm. */
ND_INLINE V F(nd_log_tail)(V f, V half_square) {
    V s = f / (K(2) + f), z = s * s;
    return s * (half_square + z * POLYNOMIAL(z, F(nd_log_coefficients)));
}

/* log(2^k (1 + f)) */
ND_INLINE V F(nd_log_of)(V f, V k) {
    V half_square = K(0.5) * f * f, tail = F(nd_log_tail)(f, half_square);
    return F(nd_fma)(k, K(LN2_HIGH), f - (half_square - F(nd_fma)(k, K(LN2_LOW), tail)));
}

/* `finite` where 0 < x < infinity, and the logarithm of everything else. */
ND_INLINE V F(nd_log_special)(V x, V finite) {
    V below = F(nd_select)(x == 0, K(-INFINITY), K(NAN));
    return F(nd_select)(x <= 0, below, F(nd_select)(x < K(INFINITY), finite, x));
}

/* f and k with x = 2^k (1 + f), f between sqrt(1/2) - 1 and sqrt(2) - 1. */
ND_INLINE V F(nd_log_reduce)(V x, V *k) {
    U in_place;
    M denormal = x < K(SMALLEST_NORMAL);
    V normal = F(nd_select)(denormal, x * K(ONE_ULP), x);
    *k = F(nd_exponent)(normal, &in_place) - (V)((M)K(MANTISSA_BITS) & denormal);
    return (V)((U)normal - in_place) - K(1);
}

static __attribute__((noinline, unused)) V F(nd_log_any)(V x) {
    V k, f = F(nd_log_reduce)(x, &k);
    return F(nd_log_special)(x, F(nd_log_of)(f, k));
}

ND_INLINE V F(nd_vlog)(V x) {
    U in_place;
    V k = F(nd_exponent)(x, &in_place);
    if (nd_any((vi32) ~((x >= K(SMALLEST_NORMAL)) & (x < K(INFINITY)))))
        return F(nd_log_any)(x);
    return F(nd_log_of)((V)((U)x - in_place) - K(1), k);
}

/* 1 + x rounded serves only to choose k; f = x 2^-k + (2^-k - 1) then has all of x in it. */
ND_FUNCTION V F(nd_vlog1p)(V x) {
    U in_place;
    V sum = K(1) + x, k = F(nd_exponent)(sum, &in_place);
    V power = F(nd_power)((U)(K(ROUNDER) - F(nd_at_most)(k, EXPONENT_BIAS))); /* 0 for the largest k */
    V f = (V)((U)x - in_place) + (power - K(1));
    V log = F(nd_log_special)(sum, F(nd_log_of)(f, k));
    return F(nd_select)(x == 0, x, log);
}

/* k per_two + log(1 + f) per_e, each factor in two parts: the leading ones multiply exactly and are added with their
 * error (fdlibm's log2 and log10). */
ND_INLINE V F(nd_log_to_base)(V x, V per_e_high, V per_e_low, V per_two_high, V per_two_low) {
    V k, f = F(nd_log_reduce)(x, &k), half_square = K(0.5) * f * f;
    V high = (V)((U)(f - half_square) & ~LOW_HALF_OF_MANTISSA);
    V low = ((f - high) - half_square) + F(nd_log_tail)(f, half_square);
    V rest = F(nd_fma)(low + high, per_e_low, low * per_e_high) + k * per_two_low;
    V whole = k * per_two_high, fraction = high * per_e_high, sum = whole + fraction;
    return F(nd_log_special)(x, sum + (rest + ((whole - sum) + fraction)));
}

ND_FUNCTION V F(nd_vlog2)(V x) {
    return F(nd_log_to_base)(x, K(LOG2_E_HIGH), K(LOG2_E_LOW), K(1), K(0));
}

ND_FUNCTION V F(nd_vlog10)(V x) {
    return F(nd_log_to_base)(x, K(LOG10_E_HIGH), K(LOG10_E_LOW), K(LOG10_2_HIGH), K(LOG10_2_LOW));
}

/* log(1 + exp(x)) */
ND_FUNCTION V F(nd_vsoftplus)(V x) {
    return F(nd_vmax)(x, K(0)) + F(nd_vlog1p)(F(nd_vexp)(-F(nd_vabs)(x)));
}

/* ---- The cube root, and what sine and cosine share ---- */

/* A third of the bits, taken as a number, has a third of the exponent: a guess good to 1 in 25 (Kahan's). Each step of
 * Halley's method cubes the error. */
ND_FUNCTION V F(nd_vcbrt)(V x) {
    V size = F(nd_vabs)(x);
    M small = size < K(1);
    V cube = F(nd_select)(small, size * K(CUBE_UP), size); /* away from denormals */
    V bits = (V)(((U)cube >> (SIGN_PLACE + 1 - MANTISSA_BITS)) | (U)K(ONE_ULP)) - K(ONE_ULP);
    V third = bits * K(1 / 3.0) + K(CBRT_OF_BITS);
    V root = (V)((U)(third + K(ONE_ULP)) << (SIGN_PLACE + 1 - MANTISSA_BITS));
    for (int step = 0; step < CBRT_STEPS; step++) { /* with quarters of cubes, three of which do not overflow */
        V guess = root * root * (K(0.25) * root), wanted = K(0.25) * cube;
        root -= root * ((guess - wanted) / (guess + guess + wanted));
    }
    root = F(nd_select)(small, root * K(ROOT_DOWN), root);
    return F(nd_select)((size == 0) | ~(size < K(INFINITY)), x, F(nd_with_sign)(root, x));
}

/* The sine of `quarter` quarter turns (its lowest two bits count) and a rest that has this sine and cosine. */
ND_INLINE V F(nd_sine_in_quarter)(V sine, V cosine, U quarter) {
    V value = F(nd_select)((M)(0 - (quarter & 1)), cosine, sine);
    return (V)((U)value ^ ((quarter & 2) << (SIGN_PLACE - 1)));
}

/* `result` with function(x) in the lanes that `which` marks. */
ND_SELDOM V F(nd_replace_lanes)(V result, M which, V x, double (*function)(double)) {
    for (int i = 0; i < (int)(sizeof x / sizeof x[0]); i++)
        if (which[i])
            result[i] = (T)function(x[i]);
    return result;
}

/* `result` with function(x) where x is finite but too large to be taken apart into quarter turns. */
ND_INLINE V F(nd_large_angles)(V x, V result, double (*function)(double)) {
    M large = (F(nd_vabs)(x) > K(LARGEST_ANGLE)) & (F(nd_vabs)(x) < K(INFINITY));
    return nd_any((vi32)large) ? F(nd_replace_lanes)(result, large, x, function) : result;
}
