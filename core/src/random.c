#include "random.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "memory.h"

/* A fused multiply-add rounds once where MXNet's build rounded twice, and a float32 seen in the last bit is enough to
 * send a rejection loop another way. GCC does not know this pragma and is told by -ffp-contract=off. */
#if !defined(__GNUC__) || defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* ---- The engine: mt19937 (Matsumoto and Nishimura 1998), as std::mt19937 seeds and runs it ---- */

enum { WORDS = 624, MIDDLE = 397, BLOCK = 64, ENGINES = 1024 };

typedef struct {
    uint32_t word[WORDS];
    int next; /* index of the next word to hand out; WORDS when all are used */
} Engine;

static void engine_seed(Engine *e, uint32_t seed) {
    e->word[0] = seed;
    for (uint32_t i = 1; i < WORDS; i++) {
        uint32_t previous = e->word[i - 1];
        e->word[i] = 1812433253u * (previous ^ (previous >> 30)) + i;
    }
    e->next = WORDS;
}

static inline uint32_t twist_word(uint32_t here, uint32_t following) {
    uint32_t joined = (here & 0x80000000u) | (following & 0x7fffffffu);
    return (joined >> 1) ^ (-(joined & 1u) & 0x9908b0dfu);
}

/* Two loops and a last word rather than one loop modulo WORDS, so that the compiler can vectorize them. */
static void engine_twist(Engine *e) {
    uint32_t *w = e->word;
    for (int i = 0; i < WORDS - MIDDLE; i++)
        w[i] = w[i + MIDDLE] ^ twist_word(w[i], w[i + 1]);
    for (int i = WORDS - MIDDLE; i < WORDS - 1; i++)
        w[i] = w[i + MIDDLE - WORDS] ^ twist_word(w[i], w[i + 1]);
    w[WORDS - 1] = w[MIDDLE - 1] ^ twist_word(w[WORDS - 1], w[0]);
    e->next = 0;
}

static inline uint32_t draw(Engine *e) {
    if (e->next == WORDS)
        engine_twist(e);
    uint32_t y = e->word[e->next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

/* ---- The state ---- */

/* An engine is allocated and seeded when it first has something to make: all of source A would be 2.5 MB and a
 * millisecond, and most calls need one engine. All zero is the state after nd_random_seed(0). */
static struct {
    uint32_t seed_a, seed_b;
    Engine *a[ENGINES];
    bool a_seeded[ENGINES];
    Engine b;
    bool b_seeded;
} nd_random;

static void start_again(void) {
    memset(nd_random.a_seeded, 0, sizeof nd_random.a_seeded);
    nd_random.b_seeded = false;
}

void nd_random_seed(int32_t seed) {
    nd_random.seed_a = nd_random.seed_b = 127u * (uint32_t)seed;
    start_again();
}

void nd_random_seed_context(int32_t seed) {
    nd_random_seed(seed);
    nd_random.seed_b = (uint32_t)seed;
}

void nd_random_release(void) {
    for (int j = 0; j < ENGINES; j++) {
        nd_free(nd_random.a[j]);
        nd_random.a[j] = NULL;
    }
    start_again();
}

static int prepare_engines(int64_t count) {
    for (int64_t j = 0; j < count; j++) {
        if (!nd_random.a[j])
            nd_random.a[j] = nd_alloc(sizeof(Engine));
        if (!nd_random.a[j])
            return -1;
        if (!nd_random.a_seeded[j])
            engine_seed(nd_random.a[j], nd_random.seed_a + (uint32_t)j);
        nd_random.a_seeded[j] = true;
    }
    return 0;
}

static Engine *source_b(void) {
    if (!nd_random.b_seeded)
        engine_seed(&nd_random.b, nd_random.seed_b);
    nd_random.b_seeded = true;
    return &nd_random.b;
}

/* ---- Units and normals, as libstdc++'s generate_canonical and normal_distribution make them ---- */

/* Rounding to float32 can reach 1, which the range [0, 1) excludes. */
static inline float unit_f32(Engine *e) {
    float u = (float)draw(e) * 0x1p-32f;
    return u < 1.0f ? u : 0x1.fffffep-1f;
}

static inline double unit_f64(Engine *e) {
    double low = draw(e);
    double u = (low + draw(e) * 0x1p32) * 0x1p-64;
    return u < 1.0 ? u : 0x1.fffffffffffffp-1;
}

/* Marsaglia's polar method gives two normals, the first of them made from y. */
static void normal_pair(Engine *e, float *first, float *second) {
    float x, y, r2;
    do {
        x = 2.0f * unit_f32(e) - 1.0f;
        y = 2.0f * unit_f32(e) - 1.0f;
        r2 = x * x + y * y;
    } while (r2 > 1.0f || r2 == 0.0f);
    float scale = sqrtf(-2.0f * logf(r2) / r2);
    *first = y * scale;
    *second = x * scale;
}

/* MXNet's samplers drop the second. */
static float normal_f32(Engine *e) {
    float first, second;
    normal_pair(e, &first, &second);
    return first;
}

static double normal_f64(Engine *e) {
    double x, y, r2;
    do {
        x = 2.0 * unit_f64(e) - 1.0;
        y = 2.0 * unit_f64(e) - 1.0;
        r2 = x * x + y * y;
    } while (r2 > 1.0 || r2 == 0.0);
    return y * sqrt(-2.0 * log(r2) / r2);
}

/* ---- Source B, a number at a time ---- */

float nd_random_unit(void) {
    return unit_f32(source_b());
}

bool nd_random_coin(void) {
    return unit_f64(source_b()) < 0.5;
}

void nd_random_normals(float *out, int n, float scale) {
    Engine *e = source_b();
    for (int i = 0; i < n; i += 2) {
        float first, second;
        normal_pair(e, &first, &second);
        out[i] = first * scale;
        if (i + 1 < n)
            out[i + 1] = second * scale;
    }
}

/* ---- The driver ---- */

/* A sampler's parameters: a and b are, in turn, those its public function takes, unless said there. */
typedef struct {
    float a, b;
    int64_t low, span;
} Params;

typedef void Filler(Engine *e, void *out, int64_t n, const Params *p);

/* The element plan: element i is made by engine i / step, in order. At least BLOCK elements an engine, as evenly as
 * whole steps allow; the last engines may get nothing. */
static int64_t plan_step(int64_t n) {
    int64_t blocks = (n - 1) / BLOCK + 1;
    int64_t engines = blocks < ENGINES ? blocks : ENGINES;
    return (n - 1) / engines + 1;
}

static int fill(Filler *filler, void *out, size_t size, int64_t n, Params p) {
    if (n <= 0)
        return 0;
    int64_t step = plan_step(n);
    int64_t used = (n - 1) / step + 1;
    if (prepare_engines(used) != 0)
        return -1;
    for (int64_t j = 0; j < used; j++) {
        int64_t start = j * step, left = n - start;
        filler(nd_random.a[j], (char *)out + (size_t)start * size, left < step ? left : step, &p);
    }
    return 0;
}

/* Defines the function that makes one engine's stretch; `value` makes an element from engine e and parameters p. */
#define FILLER(name, type, value)                                        \
    static void name(Engine *e, void *out, int64_t n, const Params *p) { \
        type *element = out;                                             \
        for (int64_t i = 0; i < n; i++)                                  \
            element[i] = (type)(value);                                  \
    }

/* ---- Uniform, normal, exponential ---- */

/* Here b is high - low, rounded to float32 in both precisions. */
FILLER(fill_uniform_f32, float, p->a + p->b * unit_f32(e))
FILLER(fill_uniform_f64, double, p->a + p->b * unit_f64(e))
FILLER(fill_normal_f32, float, normal_f32(e) * p->b + p->a)
FILLER(fill_normal_f64, double, normal_f64(e) * p->b + p->a)
FILLER(fill_exponential, float, -log(1.0 - unit_f32(e)) / p->a)

int nd_random_uniform_f32(float *out, int64_t n, float low, float high) {
    return fill(fill_uniform_f32, out, sizeof *out, n, (Params){.a = low, .b = high - low});
}

int nd_random_uniform_f64(double *out, int64_t n, float low, float high) {
    return fill(fill_uniform_f64, out, sizeof *out, n, (Params){.a = low, .b = high - low});
}

int nd_random_normal_f32(float *out, int64_t n, float loc, float scale) {
    return fill(fill_normal_f32, out, sizeof *out, n, (Params){.a = loc, .b = scale});
}

int nd_random_normal_f64(double *out, int64_t n, float loc, float scale) {
    return fill(fill_normal_f64, out, sizeof *out, n, (Params){.a = loc, .b = scale});
}

int nd_random_exponential_f32(float *out, int64_t n, float lam) {
    return fill(fill_exponential, out, sizeof *out, n, (Params){.a = lam});
}

/* ---- Integers ---- */

/* Sums are modulo 2^64, then read as signed: the 63-bit number can pass 2^63 (once in 2^33 draws), and so can a span
 * between far ends. A span of 0 has no remainder, and one of -1 may trap. */
static inline int64_t randint(Engine *e, const Params *p) {
    uint64_t high = draw(e);
    int64_t number = (int64_t)((high << 31) + draw(e));
    int64_t rest = p->span == 0 || p->span == -1 ? 0 : number % p->span;
    return (int64_t)((uint64_t)p->low + (uint64_t)rest);
}

FILLER(fill_randint_i32, int32_t, randint(e, p))
FILLER(fill_randint_i64, int64_t, randint(e, p))

static Params integers(int64_t low, int64_t high) {
    return (Params){.low = low, .span = (int64_t)((uint64_t)high - (uint64_t)low)};
}

int nd_random_randint_i32(int32_t *out, int64_t n, int64_t low, int64_t high) {
    return fill(fill_randint_i32, out, sizeof *out, n, integers(low, high));
}

int nd_random_randint_i64(int64_t *out, int64_t n, int64_t low, int64_t high) {
    return fill(fill_randint_i64, out, sizeof *out, n, integers(low, high));
}

/* ---- Gamma (Marsaglia and Tsang 2000) ---- */

/* The mixture of float32 and double is MXNet's. */
static float gamma_above_one(Engine *e, float d, float scale) {
    float k = (float)sqrt(9.0 * d);
    float c = (float)(1.0 / k);
    for (;;) {
        float z = normal_f32(e);
        if (!(z > -k))
            continue;
        float x = (float)(1.0 + c * z);
        float v = x * x * x;
        if (log(1.0 - unit_f32(e)) < 0.5 * z * z + d * (1.0 - v + log(v)))
            return d * v * scale;
    }
}

/* A shape below one is sampled at shape + 1 and multiplied by unit^(1/shape). */
static float gamma_sample(Engine *e, const Params *p) {
    float alpha = p->a;
    if (!(alpha > 0.0f && alpha < INFINITY))
        return NAN; /* the loop would never accept */
    if (alpha >= 1.0f)
        return gamma_above_one(e, (float)(alpha - 1.0 / 3.0), p->b);
    float sample = gamma_above_one(e, (float)(alpha + 2.0 / 3.0), p->b);
    return (float)(sample * pow(unit_f32(e), (float)(1.0 / alpha)));
}

FILLER(fill_gamma, float, gamma_sample(e, p))

int nd_random_gamma_f32(float *out, int64_t n, float alpha, float beta) {
    return fill(fill_gamma, out, sizeof *out, n, (Params){.a = alpha, .b = beta});
}

/* ---- Poisson ---- */

static float poisson_small(Engine *e, float lam) {
    float limit = expf(-lam), count = 0.0f;
    for (float product = unit_f32(e); product > limit; product *= unit_f32(e))
        count += 1.0f;
    return count;
}

/* Rejection from a Lorentzian: Numerical Recipes in C, section 7.3. */
static float poisson_large(Engine *e, float lam) {
    float width = (float)sqrt(2.0 * lam), log_lam = logf(lam);
    float log_peak = lam * log_lam - lgammaf(lam + 1.0f);
    float y, count, accept;
    do {
        do {
            y = tanf(3.1415926f * unit_f32(e));
            count = width * y + lam;
        } while (count < 0.0f);
        count = floorf(count);
        float ratio = expf(count * log_lam - lgammaf(count + 1.0f) - log_peak);
        accept = (float)(0.9 * (1.0 + y * y) * ratio);
    } while (unit_f32(e) > accept);
    return count;
}

FILLER(fill_poisson, float, p->a < 12.0f ? poisson_small(e, p->a) : poisson_large(e, p->a))

int nd_random_poisson_f32(float *out, int64_t n, float lam) {
    return fill(fill_poisson, out, sizeof *out, n, (Params){.a = lam});
}

/* ---- Dropout ---- */

/* Here a is the largest unit that is kept and b what a kept element is multiplied by. */
FILLER(fill_dropout, float, unit_f32(e) <= p->a ? p->b : 0.0f)

int nd_random_dropout_mask_f32(float *mask, int64_t n, float keep) {
    return fill(fill_dropout, mask, sizeof *mask, n, (Params){.a = keep, .b = 1.0f / keep});
}

int nd_random_dropout_axes_mask_f32(float *mask, int64_t n, float keep) {
    Params p = {.a = nextafterf(keep, -1.0f), .b = 1.0f / keep};
    return fill(fill_dropout, mask, sizeof *mask, n, p);
}

/* ---- Shuffle ---- */

/* A whole number below n, without bias. This is libstdc++'s rule before GCC 11, whose replacement takes other draws. */
static uint32_t below(Engine *e, uint32_t n) {
    uint32_t scaling = UINT32_MAX / n, number;
    do
        number = draw(e);
    while (number >= n * scaling);
    return number / scaling;
}

static void swap_with_earlier(int64_t *order, int64_t i) {
    uint32_t j = below(source_b(), (uint32_t)i + 1);
    int64_t kept = order[i];
    order[i] = order[j];
    order[j] = kept;
}

int nd_random_shuffle_order(int64_t *order, int64_t n, int rows) {
    if (n > (int64_t)UINT32_MAX)
        return -1;
    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    if (rows) {
        for (int64_t i = n - 1; i > 0; i--)
            swap_with_earlier(order, i);
    } else {
        for (int64_t i = 1; i < n; i++)
            swap_with_earlier(order, i);
    }
    return 0;
}

/* ---- Multinomial ---- */

/* The running sum is kept in double and stored in float32. */
static void running_sums(float *sum, const float *probability, int64_t n) {
    double total = 0.0;
    for (int64_t c = 0; c < n; c++) {
        total += probability[c];
        sum[c] = (float)total;
    }
}

/* The first of n ascending sums that is not below the unit; n if there is none. */
static int64_t first_reaching(const float *sum, int64_t n, float unit) {
    int64_t left = 0, right = n;
    while (left < right) {
        int64_t middle = left + (right - left) / 2;
        if (sum[middle] < unit)
            left = middle + 1;
        else
            right = middle;
    }
    return left;
}

int nd_random_multinomial_f32(int32_t *out, const float *probability, int64_t rows, int64_t choices, int64_t samples) {
    if (rows <= 0 || samples <= 0)
        return 0;
    float *sum = nd_alloc((choices + 1) * (int64_t)sizeof *sum);
    if (!sum)
        return -1;
    Engine *e = source_b();
    for (int64_t row = 0; row < rows; row++) {
        running_sums(sum, probability + row * choices, choices);
        for (int64_t i = 0; i < samples; i++)
            out[row * samples + i] = (int32_t)first_reaching(sum, choices, unit_f32(e));
    }
    nd_free(sum);
    return 0;
}
