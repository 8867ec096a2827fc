/* Every expected number here was printed by the real MXNet 1.9.1. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/src/random.h"
#include "check.h"

enum { MANY = 100000, HASHED = 70000 };

/* Half a unit of the eighth decimal, to which the float32 references are printed. */
static const double PRINTED = 0.51e-8;

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* The samplers by the names of their distribution and dtype, with parameters that are numbers. */
static int draw(nd_distribution distribution, nd_dtype dtype, void *out, int64_t n, float first, float second) {
    return nd_random_draw(distribution, dtype, out, n, (nd_parameters){&first, &second, ND_FLOAT32, n});
}

#define uniform_f32(out, n, low, high) draw(ND_UNIFORM, ND_FLOAT32, out, n, low, high)
#define uniform_f64(out, n, low, high) draw(ND_UNIFORM, ND_FLOAT64, out, n, low, high)
#define normal_f32(out, n, loc, scale) draw(ND_NORMAL, ND_FLOAT32, out, n, loc, scale)
#define normal_f64(out, n, loc, scale) draw(ND_NORMAL, ND_FLOAT64, out, n, loc, scale)
#define exponential_f32(out, n, lam) draw(ND_EXPONENTIAL, ND_FLOAT32, out, n, lam, 0)
#define exponential_f64(out, n, lam) draw(ND_EXPONENTIAL, ND_FLOAT64, out, n, lam, 0)
#define gamma_f32(out, n, alpha, beta) draw(ND_GAMMA, ND_FLOAT32, out, n, alpha, beta)
#define gamma_f64(out, n, alpha, beta) draw(ND_GAMMA, ND_FLOAT64, out, n, alpha, beta)
#define poisson_f32(out, n, lam) draw(ND_POISSON, ND_FLOAT32, out, n, lam, 0)
#define negative_binomial_f32(out, n, k, p) draw(ND_NEGATIVE_BINOMIAL, ND_FLOAT32, out, n, k, p)
#define generalized_negative_binomial_f32(out, n, mu, alpha) \
    draw(ND_GENERALIZED_NEGATIVE_BINOMIAL, ND_FLOAT32, out, n, mu, alpha)
#define randint_i32(out, n, low, high) nd_random_randint(ND_INT32, out, n, low, high)
#define randint_i64(out, n, low, high) nd_random_randint(ND_INT64, out, n, low, high)
#define multinomial(out, probability, rows, choices, samples) \
    nd_random_multinomial(out, probability, rows, choices, samples)
#define shuffle_order(out, n, rows) nd_random_shuffle_order(out, n, rows)
#define dropout_mask_f32(out, n, keep) nd_random_dropout_mask_f32(out, n, keep)
#define dropout_axes_mask_f32(out, n, keep) nd_random_dropout_axes_mask_f32(out, n, keep)

/* Draws into an array as long as the expected one (the macro's last argument, in braces) and compares. */
#define EXPECT(type, tolerance, name, args, ...)                   \
    do {                                                           \
        const double expected[] = __VA_ARGS__;                     \
        type out[COUNT(expected)];                                 \
        CHECK(name args == 0);                                     \
        for (int i = 0; i < COUNT(expected); i++)                  \
            CHECK_CLOSE((double)out[i], expected[i], (tolerance)); \
    } while (0)

#define EXPECT_F32(name, args, ...) EXPECT(float, PRINTED, name, args, __VA_ARGS__)
#define EXPECT_EXACT(type, name, args, ...) EXPECT(type, 0.0, name, args, __VA_ARGS__)

static const float TENTHS[4] = {0.1f, 0.2f, 0.3f, 0.4f};

static void test_before_any_seed(void) {
    EXPECT_F32(uniform_f32, (out, 6, 0, 1), {0.54881352, 0.59284461, 0.71518934, 0.84426576, 0.60276335, 0.85794562});
}

static void test_seed_0(void) {
    nd_random_seed(0);
    EXPECT_F32(normal_f32, (out, 6, 0, 1), {2.21220636, 0.77400380, 1.04344034, 1.18392551, 1.89171135, -1.23474145});
    nd_random_seed(0);
    EXPECT_F32(uniform_f32, (out, 6, 0, 1), {0.54881352, 0.59284461, 0.71518934, 0.84426576, 0.60276335, 0.85794562});
    nd_random_seed(0);
    EXPECT_EXACT(int64_t, randint_i64, (out, 6, 0, 1000), {751, 344, 403, 199, 739, 314});
}

static void test_seed_42(void) {
    nd_random_seed(42);
    EXPECT_F32(normal_f32, (out, 6, 0, 1), {0.52944279, 1.97536862, 0.29129395, -0.25185385, -0.11550321, -0.68913978});
    nd_random_seed(42);
    EXPECT_F32(uniform_f32, (out, 6, 0, 1), {0.82909364, 0.74783492, 0.55818135, 0.56573540, 0.63112146, 0.99649858});
}

static void test_seed_1_samplers(void) {
    nd_random_seed(1);
    EXPECT_F32(normal_f32, (out, 3, 0, 1), {-0.67765152, 0.10073948, 0.57595438});
    nd_random_seed(1);
    EXPECT_F32(normal_f32, (out, 6, 0, 1),
               {-0.67765152, 0.10073948, 0.57595438, -0.34692520, -0.22134334, -1.80471897});
    nd_random_seed(1);
    EXPECT_F32(uniform_f32, (out, 6, 0, 1), {0.52383333, 0.05501367, 0.03996297, 0.59453225, 0.18596531, 0.69035321});
    nd_random_seed(1);
    EXPECT_EXACT(int64_t, randint_i64, (out, 6, 0, 1000), {196, 868, 115, 323, 684, 263});
    nd_random_seed(1);
    EXPECT_EXACT(int32_t, randint_i32, (out, 6, 0, 1000), {196, 868, 115, 323, 684, 263});
    nd_random_seed(1);
    EXPECT_F32(exponential_f32, (out, 3, 1), {0.74198735, 0.05658482, 0.04078342});
}

static void test_seed_1_float64(void) {
    nd_random_seed(1);
    EXPECT_EXACT(double, normal_f64, (out, 3, 0, 1), {0.12775559915621246, -0.029788008749208023, -2.1338757952302823});
    EXPECT_EXACT(double, uniform_f64, (out, 3, 0, 1), {0.6999670399051516, 0.6339425401466073, 0.7616056322367305});
}

/* gluon's default initializer, Uniform(0.07). */
static void test_seed_1_dense_weight(void) {
    nd_random_seed(1);
    EXPECT_F32(uniform_f32, (out, 6, -0.07f, 0.07f),
               {0.00333667, -0.06229809, -0.06440519, 0.01323452, -0.04396486, 0.02664945});
}

static void test_seed_1_dropout(void) {
    nd_random_seed(1);
    EXPECT_EXACT(float, dropout_mask_f32, (out, 12, 0.5f), {0, 2, 2, 0, 2, 0, 0, 0, 0, 2, 2, 2});
}

static void test_seed_1_source_b(void) {
    nd_random_seed(1);
    EXPECT_EXACT(int32_t, multinomial, (out, TENTHS, 1, 4, 10), {2, 0, 0, 2, 1, 3, 3, 3, 2, 0});
    nd_random_seed(1);
    EXPECT_EXACT(int64_t, shuffle_order, (out, 10, 0), {3, 5, 4, 2, 6, 9, 7, 0, 8, 1});
    nd_random_seed(1);
    EXPECT_EXACT(int64_t, shuffle_order, (out, 10, 1), {7, 9, 2, 6, 3, 1, 4, 8, 0, 5});
}

static void check_elements(const float *out, const int *index, const double *expected, int n) {
    for (int i = 0; i < n; i++)
        CHECK_CLOSE(out[index[i]], expected[i], PRINTED);
}

static double sum(const float *v, int n) {
    double total = 0;
    for (int i = 0; i < n; i++)
        total += v[i];
    return total;
}

static void test_engines_of_200(void) {
    static const int index[] = {0, 49, 50, 51, 99, 100, 150, 199};
    static const double expected[] = {-0.67765152, 0.79317123,  0.68629861,  -0.31165880,
                                      0.58635807,  -0.78445327, -1.11330926, -0.05299991};
    float out[200];
    nd_random_seed(1);
    CHECK(normal_f32(out, 200, 0, 1) == 0);
    check_elements(out, index, expected, 8);
}

/* All engines at work; the sums were taken in another order, hence their tolerance. */
static void test_engines_of_100000(float *out) {
    static const int index[] = {0, 97, 98, 99, 195, 196, 99999};
    static const double uniform[] = {0.52383333, 0.57466674, 0.86663705, 0.89201903,
                                     0.80193865, 0.57053161, 0.99073464};
    static const double normal[] = {-0.67765152, 0.18051039,  0.68629861, -0.31165880,
                                    -1.19707775, -0.78445327, 0.28382069};
    nd_random_seed(1);
    CHECK(uniform_f32(out, MANY, 0, 1) == 0);
    check_elements(out, index, uniform, 7);
    CHECK_CLOSE(sum(out, MANY), 50013.664787379326, 1e-8);
    nd_random_seed(1);
    CHECK(normal_f32(out, MANY, 0, 1) == 0);
    check_elements(out, index, normal, 7);
    CHECK_CLOSE(sum(out, MANY), 267.7927137840552, 1e-8);
}

/* After three normals engine 0 goes on from where it stopped, while engine 1 makes its first draws. */
static void test_engines_go_on(void) {
    static const int index[] = {0, 34, 35, 69};
    static const double expected[] = {0.77279067, 0.26618734, 0.86663705, 0.93144941};
    float out[70];
    nd_random_seed(1);
    CHECK(normal_f32(out, 3, 0, 1) == 0);
    CHECK(uniform_f32(out, 70, 0, 1) == 0);
    check_elements(out, index, expected, 4);
}

static void test_negative_seed(void) {
    nd_random_seed(-1);
    EXPECT_F32(uniform_f32, (out, 3, 0, 1), {0.6450092196464539, 0.4805133044719696, 0.029745707288384438});
    EXPECT_EXACT(int32_t, multinomial, (out, TENTHS, 1, 4, 10), {3, 2, 0, 3, 3, 3, 2, 1, 3, 0});
}

/* The two forms of seeding agree on source A and differ on source B. */
static void test_seed_context(void) {
    nd_random_seed(5);
    EXPECT_F32(uniform_f32, (out, 3, 0, 1), {0.86073732, 0.32262024, 0.76622844});
    EXPECT_EXACT(int32_t, multinomial, (out, TENTHS, 1, 4, 10), {3, 2, 3, 3, 1, 3, 3, 3, 2, 1});
    nd_random_seed_context(5);
    EXPECT_F32(uniform_f32, (out, 3, 0, 1), {0.86073732, 0.32262024, 0.76622844});
    EXPECT_EXACT(int32_t, multinomial, (out, TENTHS, 1, 4, 10), {1, 0, 3, 3, 1, 2, 3, 3, 2, 0});
}

static void test_release_starts_again(void) {
    float first[200], second[200];
    nd_random_seed(3);
    CHECK(normal_f32(first, 200, 0, 1) == 0);
    nd_random_release();
    nd_random_release();
    CHECK(normal_f32(second, 200, 0, 1) == 0);
    CHECK(memcmp(first, second, sizeof first) == 0);
}

static void test_nothing_asked_draws_nothing(void) {
    nd_random_seed(1);
    CHECK(normal_f32(NULL, 0, 0, 1) == 0);
    CHECK(normal_f32(NULL, -5, 0, 1) == 0);
    CHECK(nd_random_shuffle_order(NULL, 0, 1) == 0);
    CHECK(nd_random_multinomial(NULL, TENTHS, 0, 4, 1) == 0);
    EXPECT_F32(uniform_f32, (out, 1, 0, 1), {0.52383333});
    EXPECT_EXACT(int32_t, multinomial, (out, TENTHS, 1, 4, 3), {2, 0, 0});
}

/* Parameters that callers refuse must not hang or trap here. */
static void test_senseless_parameters(void) {
    EXPECT_EXACT(int64_t, randint_i64, (out, 2, 5, 5), {5, 5});
    EXPECT_EXACT(int64_t, randint_i64, (out, 1, INT64_MIN, INT64_MAX), {(double)INT64_MIN});
    EXPECT_EXACT(float, gamma_f32, (out, 1, -1, 1), {NAN});
    EXPECT_EXACT(float, gamma_f32, (out, 1, NAN, 1), {NAN});
    EXPECT_EXACT(float, gamma_f32, (out, 1, INFINITY, 1), {NAN});
    EXPECT_EXACT(float, poisson_f32, (out, 2, -3), {0, 0});
    EXPECT_EXACT(float, poisson_f32, (out, 1, NAN), {NAN});
    CHECK(nd_random_shuffle_order(NULL, INT64_C(1) << 32, 1) == -1);
}

/* The unit at seed 1 is exactly this `keep`: ordinary dropout keeps it, dropout along axes drops it. */
static void test_dropout_boundary(void) {
    float keep;
    nd_random_seed(1);
    CHECK(uniform_f32(&keep, 1, 0, 1) == 0);
    nd_random_seed(1);
    EXPECT_EXACT(float, dropout_mask_f32, (out, 1, keep), {1.0f / keep});
    nd_random_seed(1);
    EXPECT_EXACT(float, dropout_axes_mask_f32, (out, 1, keep), {0});
}

static void test_multinomial_short_of_one(void) {
    static const float nothing[2] = {0, 0};
    nd_random_seed(1);
    EXPECT_EXACT(int32_t, multinomial, (out, nothing, 1, 2, 3), {2, 2, 2});
}

/* ---- Long outputs, bit for bit: hashes of what MXNet gave after seed(7). musl's libm passes them too ---- */

static uint64_t fnv1a(const unsigned char *byte, size_t n) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ byte[i]) * 0x100000001b3u;
    return hash;
}

#define CHECK_HASH(hash, bytes, name, ...)                             \
    do {                                                               \
        nd_random_seed(7);                                             \
        CHECK(name(out, __VA_ARGS__) == 0);                            \
        CHECK(fnv1a(out, HASHED * (size_t)(bytes)) == UINT64_C(hash)); \
    } while (0)

static void test_hashes_without_libm(void *out) {
    CHECK_HASH(0xa79751cc4a41eb61, 4, uniform_f32, HASHED, -0.07f, 0.07f);
    CHECK_HASH(0x3298742fbeab8d13, 8, uniform_f64, HASHED, -0.07f, 0.07f);
    CHECK_HASH(0xbbbca8480635947e, 4, randint_i32, HASHED, -5, 1000);
    CHECK_HASH(0x35a6539bc708f52d, 8, randint_i64, HASHED, -(INT64_C(1) << 40), INT64_C(1) << 40);
    CHECK_HASH(0xae029c892de8a7cd, 4, dropout_mask_f32, HASHED, 0.75f);
    CHECK_HASH(0xae029c892de8a7cd, 4, dropout_axes_mask_f32, HASHED, 0.75f);
    CHECK_HASH(0x7f514bee6d7afb71, 8, shuffle_order, HASHED, 0);
    CHECK_HASH(0x004edf7c5b44aa2d, 8, shuffle_order, HASHED, 1);
}

static void test_hashes_with_libm(void *out) {
    CHECK_HASH(0x169bedcaac18116d, 4, normal_f32, HASHED, 0.1f, 0.01f);
    CHECK_HASH(0xfb25711f8faefb0e, 8, normal_f64, HASHED, 0.1f, 0.01f);
    CHECK_HASH(0xebd71e9f2e3dc255, 4, exponential_f32, HASHED, 0.25f);
    CHECK_HASH(0x816792e2abce095d, 4, gamma_f32, HASHED, 2.5f, 3);
    CHECK_HASH(0x481a78d131d34304, 4, gamma_f32, HASHED, 0.5f, 1);
    CHECK_HASH(0x0a0230fe7871a458, 4, poisson_f32, HASHED, 4);
    CHECK_HASH(0xf1f31c943adb659c, 4, poisson_f32, HASHED, 30);
    CHECK_HASH(0xbf95c8f3f4c3f100, 8, exponential_f64, HASHED, 0.25f);
    CHECK_HASH(0x41bbd1b1d8055472, 8, gamma_f64, HASHED, 2.5f, 3);
    CHECK_HASH(0xf70230a2b8b24685, 8, gamma_f64, HASHED, 0.5f, 1);
    CHECK_HASH(0xafa43241a40b3d38, 4, negative_binomial_f32, HASHED, 3, 0.4f);
    CHECK_HASH(0x0fca74ed1481db1d, 4, generalized_negative_binomial_f32, HASHED, 3.3f, 0.4f);
    CHECK_HASH(0xf9b9a0d31b662fce, 4, generalized_negative_binomial_f32, HASHED, 20.3f, 0.4f);
}

static void test_hash_multinomial(int32_t *out) {
    static const float probability[3][4] = {{.1f, .2f, .3f, .4f}, {.25f, .25f, .25f, .25f}, {.7f, .1f, .1f, .1f}};
    const int samples = HASHED / 3;
    nd_random_seed(7);
    CHECK(nd_random_multinomial(out, probability[0], 3, 4, samples) == 0);
    CHECK(fnv1a((unsigned char *)out, 3 * (size_t)samples * sizeof *out) == UINT64_C(0xa310d20da01de215));
}

static void test_long_outputs(void) {
    void *out = malloc(MANY * sizeof(double));
    CHECK(out != NULL);
    if (!out)
        return;
    test_engines_of_100000(out);
    test_hashes_without_libm(out);
    test_hashes_with_libm(out);
    test_hash_multinomial(out);
    free(out);
}

int main(void) {
    test_before_any_seed(); /* must stay first */
    test_seed_0();
    test_seed_42();
    test_seed_1_samplers();
    test_seed_1_float64();
    test_seed_1_dense_weight();
    test_seed_1_dropout();
    test_seed_1_source_b();
    test_engines_of_200();
    test_engines_go_on();
    test_negative_seed();
    test_seed_context();
    test_release_starts_again();
    test_nothing_asked_draws_nothing();
    test_senseless_parameters();
    test_dropout_boundary();
    test_multinomial_short_of_one();
    test_long_outputs();
    nd_random_release();
    return check_report("random");
}
