/* Every function of kernels/vecmath.h against libm in a higher precision: some 100,000 numbers each, of all sizes,
 * near multiples of pi, where one formula hands over to another, and every special value. */
#include <float.h>

#include "vecmath_ulp.h"

#include "check.h"

enum { SAMPLES = 120000, MULTIPLES = 20000, PAIRS = 160000 };
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* Where a function or its formula changes: bounds of overflow and underflow, thresholds of the vector code, halves. */
static const double SPECIAL[] = {
    0,
    1,
    2,
    3,
    0.5,
    1.5,
    2.5,
    3.5,
    0.25,
    0.55,
    0.625,
    0.9,
    0.75,
    1.25,
    0x1p-126,
    0x1p-149,
    0x1p-150,
    0x1p-24,
    0x1p-1022,
    0x1p-1074,
    0x1p-53,
    0x1p23,
    0x1p24,
    0x1p52,
    0x1p53,
    0x1p62,
    87.34,
    88.72,
    88.73,
    89.41,
    89.42,
    103.97,
    103.98,
    709.78,
    709.79,
    710.47,
    710.48,
    745.13,
    745.14,
    0.34657,
    0.34658,
    0.70710,
    0.70711,
    1.41421,
    1.41422,
    0.41421,
    0.29289,
    3.95,
    4,
    6,
    9.1,
    18.8,
    20,
    40,
    60,
    0x1p17,
    0x1p17 + 1,
    0x1.8p20,
    1e22,
    1e38,
    3.4e38,
    1e300,
    1.7e308,
    DBL_MAX,
    FLT_MAX,
    INFINITY,
    NAN,
    1 - 0x1p-24,
    1 + 0x1p-23,
    1 - 0x1p-53,
    1 + 0x1p-52,
    0.4999999701976776,
    0.49999999999999994,
    171.6,
    35.04,
};

static uint64_t random_state = 88172645463325252u;
static uint64_t random_bits(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* The i-th number to try: special values and their neighbours, multiples of pi/2, any bit pattern of the type, and
 * numbers of ordinary size, all with both signs. */
static double sample(int i, double (*any)(void)) {
    double sign = i & 1 ? -1 : 1;
    int special = i / 6;
    if (special < COUNT(SPECIAL)) {
        double x = sign * SPECIAL[special];
        return i / 2 % 3 == 0 ? x : i / 2 % 3 == 1 ? nextafter(x, 0) : nextafter(x, sign * INFINITY);
    }
    if (i < MULTIPLES)
        return sign * (i / 2) * 1.5707963267948966;
    double unit = (double)(random_bits() >> 11) * 0x1p-53;
    return i % 8 < 4 ? any() : sign * unit * (i % 8 == 4 ? 1 : i % 8 == 5 ? 4 : i % 8 == 6 ? 100 : 1000);
}

static double any_f32(void) {
    uint32_t bits = (uint32_t)random_bits();
    float x;
    memcpy(&x, &bits, sizeof x);
    return (double)x;
}

static double any_f64(void) {
    uint64_t bits = random_bits();
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* CHECK with the function's name and the worst input. */
static void check_error(const char *name, const char *type, double error, double allowed, double x, double y) {
    CHECK(error <= allowed);
    if (!(error <= allowed))
        printf("    %s_%s: %g ulp at %.17g, %.17g\n", name, type, error, x, y);
}

#define TEST_UNARY(S, T)                                                         \
    static void test_##S(const vecmath_row *row) {                               \
        T x[ND_VECTOR_BYTES / sizeof(T)], got[COUNT(x)];                         \
        double worst = 0, at = 0;                                                \
        for (int first = 0; first < SAMPLES; first += COUNT(x)) {                \
            for (int i = 0; i < COUNT(x); i++)                                   \
                x[i] = (T)sample(first + i, any_##S);                            \
            nd_store_##S(got, row->S(nd_load_##S(x)));                           \
            for (int i = 0; i < COUNT(x); i++) {                                 \
                double error = ulps_apart_##S(got[i], row->reference_##S(x[i])); \
                if (error > worst)                                               \
                    worst = error, at = (double)x[i];                            \
            }                                                                    \
        }                                                                        \
        check_error(row->name, #S, worst, row->allowed_##S, at, 0);              \
    }
TEST_UNARY(f32, float)
TEST_UNARY(f64, double)

/* Every pair of special values first, then pairs of samples, half of them of like size. */
static void sample_pair(int i, double (*any)(void), double *x, double *y) {
    int specials = 2 * COUNT(SPECIAL);
    if (i < specials * specials) {
        *x = (i % 2 ? -1 : 1) * SPECIAL[i % specials / 2];
        *y = (i / specials % 2 ? -1 : 1) * SPECIAL[i / specials / 2];
        return;
    }
    *x = sample(MULTIPLES + (int)(random_bits() & 7), any);
    *y = sample(MULTIPLES + (int)(random_bits() & 7), any);
    if (i % 4 == 0)
        *y = trunc(*y * 10);
    if (i % 4 == 1)
        *y = *x * (1 + (double)(random_bits() >> 40) * 0x1p-20);
}

#define TEST_BINARY(S, T)                                                              \
    static void test_pairs_##S(const vecmath_row2 *row) {                              \
        T x[ND_VECTOR_BYTES / sizeof(T)], y[COUNT(x)], got[COUNT(x)];                  \
        double worst = 0, at_x = 0, at_y = 0;                                          \
        for (int first = 0; first < PAIRS; first += COUNT(x)) {                        \
            for (int i = 0; i < COUNT(x); i++) {                                       \
                double a, b;                                                           \
                sample_pair(first + i, any_##S, &a, &b);                               \
                x[i] = (T)a, y[i] = (T)b;                                              \
            }                                                                          \
            nd_store_##S(got, row->S(nd_load_##S(x), nd_load_##S(y)));                 \
            for (int i = 0; i < COUNT(x); i++) {                                       \
                double error = ulps_apart_##S(got[i], row->reference_##S(x[i], y[i])); \
                if (error > worst)                                                     \
                    worst = error, at_x = (double)x[i], at_y = (double)y[i];           \
            }                                                                          \
        }                                                                              \
        check_error(row->name, #S, worst, row->allowed_##S, at_x, at_y);               \
    }
TEST_BINARY(f32, float)
TEST_BINARY(f64, double)

/* What MXNet has otherwise than libm. */
static void test_conventions(void) {
    CHECK(nd_vrint_f32(nd_splat_f32(0.5f))[0] == 0 && nd_vrint_f32(nd_splat_f32(1.5f))[0] == 1);
    CHECK(nd_vrint_f64(nd_splat_f64(-0.5))[0] == -1 && nd_vrint_f64(nd_splat_f64(2.5))[0] == 2);
    CHECK(nd_vround_f32(nd_splat_f32(-0.5f))[0] == -1 && nd_vround_f64(nd_splat_f64(1.5))[0] == 2);
    CHECK(nd_vmod_f32(nd_splat_f32(-3.5f), nd_splat_f32(2))[0] == 0.5f);
    CHECK(nd_vmod_f32(nd_splat_f32(-3.5f), nd_splat_f32(-2))[0] == -1.5f);
    CHECK(nd_vmod_f64(nd_splat_f64(3), nd_splat_f64(0))[0] == 0);
    CHECK(nd_vsign_f32(nd_splat_f32(NAN))[0] == 0);
    CHECK(isnan(nd_vmax_f32(nd_splat_f32(NAN), nd_splat_f32(1))[0]));
    CHECK(isnan(nd_vmin_f64(nd_splat_f64(1), nd_splat_f64(NAN))[0]));
}

int main(void) {
    for (int i = 0; i < COUNT(vecmath_unary); i++)
        test_f32(vecmath_unary + i), test_f64(vecmath_unary + i);
    for (int i = 0; i < COUNT(vecmath_binary); i++)
        test_pairs_f32(vecmath_binary + i), test_pairs_f64(vecmath_binary + i);
    test_conventions();
    return check_report("vecmath");
}
