/* Numbers from the distributions of source A, and dropout's masks. */
#include "cast.h"
#include "memory.h"
#include "random.h"

enum { LEAST = 64 }; /* elements that an engine is started for */

/* Makes a run of elements with the parameters a and b. */
typedef void filler(nd_engine *e, void *out, int64_t n, double a, double b);

/* Defines a filler: numbers are drawn in the precision of the element's type and computed with in the parameters',
 * which is MXNet's way. `setup` declares what is needed of the parameters, `value` makes an element. */
#define FILLER(name, type, real, setup, value)                                          \
    static void name(nd_engine *e, void *out, int64_t n, double first, double second) { \
        const real a = (real)first, b = (real)second;                                   \
        type *element = out;                                                            \
        (void)a, (void)b;                                                               \
        setup;                                                                          \
        for (int64_t i = 0; i < n; i++)                                                 \
            element[i] = (type)(value);                                                 \
    }

/* ---- Uniform, normal, exponential, gamma: in each precision, with parameters of each ---- */

/* What the rejection needs of a shape of at least one; a shape below one is sampled at shape + 1. Gamma numbers are
 * Marsaglia's and Tsang's (2000); where which precision is used is MXNet's. */
#define GAMMA(name, suffix, type, real)                                                             \
    static type name##_above_one(nd_engine *e, real shape, real scale) {                            \
        const type d = (type)(shape < 1 ? shape + 2.0 / 3.0 : shape - 1.0 / 3.0);                   \
        const type k = (type)sqrt(9.0 * d), c = (type)(1.0 / k);                                    \
        for (;;) {                                                                                  \
            type z = nd_normal_##suffix(e);                                                         \
            if (!(z > -k))                                                                          \
                continue;                                                                           \
            type x = (type)(1.0 + c * z), v = x * x * x;                                            \
            if (log(1.0 - nd_unit_##suffix(e)) < 0.5 * z * z + d * (1.0 - v + log(v)))              \
                return (type)(d * v * scale);                                                       \
        }                                                                                           \
    }                                                                                               \
    static type name(nd_engine *e, real shape, real scale) {                                        \
        if (!(shape >= 0 && (type)shape < INFINITY))                                                \
            return (type)NAN; /* the loop would never accept */                                     \
        type sample = name##_above_one(e, shape, scale);                                            \
        return shape < 1 ? (type)(sample * pow(nd_unit_##suffix(e), (type)(1.0 / shape))) : sample; \
    }

#define PRECISION(tag, suffix, type, real)                                                       \
    FILLER(uniform_##tag, type, real, const real width = b - a, a + width * nd_unit_##suffix(e)) \
    FILLER(normal_##tag, type, real, , nd_normal_##suffix(e) * b + a)                            \
    FILLER(exponential_##tag, type, real, , -log(1.0 - nd_unit_##suffix(e)) / a)                 \
    GAMMA(gamma_##tag, suffix, type, real)                                                       \
    FILLER(gammas_##tag, type, real, , gamma_##tag(e, a, b))
PRECISION(f32, f32, float, float)
PRECISION(f64, f64, double, float)
PRECISION(f32_of_f64, f32, float, double)
PRECISION(f64_of_f64, f64, double, double)

/* ---- Poisson and the negative binomials ---- */

static float poisson_small(nd_engine *e, float lam) {
    float limit = expf(-lam), count = 0.0f;
    for (float product = nd_unit_f32(e); product > limit; product *= nd_unit_f32(e))
        count += 1.0f;
    return count;
}

/* Rejection from a Lorentzian: Numerical Recipes in C, section 7.3. */
static float poisson_large(nd_engine *e, float lam) {
    float width = (float)sqrt(2.0 * lam), log_lam = logf(lam);
    float log_peak = lam * log_lam - lgammaf(lam + 1.0f);
    float y, count, accept;
    do {
        do {
            y = tanf(3.1415926f * nd_unit_f32(e));
            count = width * y + lam;
        } while (count < 0.0f);
        count = floorf(count);
        float ratio = expf(count * log_lam - lgammaf(count + 1.0f) - log_peak);
        accept = (float)(0.9 * (1.0 + y * y) * ratio);
    } while (nd_unit_f32(e) > accept);
    return count;
}

static float poisson(nd_engine *e, float lam) {
    return lam < 12.0f ? poisson_small(e, lam) : poisson_large(e, lam);
}

/* A Poisson number whose mean is itself a gamma number. */
static float negative_binomial(nd_engine *e, float k, float probability) {
    return poisson(e, gamma_f32(e, k, (1.0f - probability) / probability));
}

static float generalized_negative_binomial(nd_engine *e, float mu, float alpha) {
    return poisson(e, alpha == 0.0f ? mu : gamma_f32(e, 1.0f / alpha, alpha * mu));
}

FILLER(poissons, float, float, , poisson(e, a))
FILLER(negative_binomials, float, float, , negative_binomial(e, a, b))
FILLER(generalized_negative_binomials, float, float, , generalized_negative_binomial(e, a, b))

/* ---- The driver ---- */

/* How numbers of a distribution are made, by the precision of the parameters, as float32 and as float64. Those that
 * have no filler are made as float32, with float32 parameters, and cast. */
static const struct {
    filler *make[2][2];
    nd_dtype half; /* what float16 is rounded from */
} kinds[] = {
#define FILLERS(name)                            \
    {                                            \
        {name##_f32, name##_f64}, {              \
            name##_f32_of_f64, name##_f64_of_f64 \
        }                                        \
    }
    [ND_UNIFORM] = {FILLERS(uniform), ND_FLOAT64},
    [ND_NORMAL] = {FILLERS(normal), ND_FLOAT64},
    [ND_EXPONENTIAL] = {FILLERS(exponential), ND_FLOAT64},
    [ND_GAMMA] = {FILLERS(gammas), ND_FLOAT32},
    [ND_POISSON] = {{{poissons}, {poissons}}, ND_FLOAT32},
    [ND_NEGATIVE_BINOMIAL] = {{{negative_binomials}, {negative_binomials}}, ND_FLOAT32},
    [ND_GENERALIZED_NEGATIVE_BINOMIAL] = {{{generalized_negative_binomials}, {generalized_negative_binomials}},
                                          ND_FLOAT32},
};

typedef struct job {
    filler *fill;
    char *out;
    int item;
    nd_parameters parameters;
} job;

static double parameter(const nd_parameters *from, const void *values, int64_t row) {
    return values ? nd_element(values, from->dtype, row) : 0;
}

/* An engine's elements, a run of those with the same parameters after the other. */
static void make_stretch(nd_engine *e, int64_t start, int64_t count, void *data) {
    const job *j = data;
    const nd_parameters *from = &j->parameters;
    for (int64_t at = start, end = start + count, next; at < end; at = next) {
        int64_t row = at / from->repeat;
        next = end - row * from->repeat > from->repeat ? (row + 1) * from->repeat : end;
        j->fill(e, j->out + at * j->item, next - at, parameter(from, from->first, row),
                parameter(from, from->second, row));
    }
}

static int draw_as(nd_distribution distribution, nd_dtype dtype, void *out, int64_t n, nd_parameters parameters) {
    filler *fill = kinds[distribution].make[parameters.dtype == ND_FLOAT64][dtype == ND_FLOAT64];
    job j = {fill, out, nd_dtype_size(dtype), parameters};
    return nd_random_spread(n, LEAST, make_stretch, &j);
}

int nd_random_draw(nd_distribution distribution, nd_dtype dtype, void *out, int64_t n, nd_parameters parameters) {
    bool both = kinds[distribution].make[0][1] != NULL;
    nd_dtype made = dtype == ND_FLOAT16 ? kinds[distribution].half : both ? dtype : ND_FLOAT32;
    if (made == dtype || n <= 0)
        return draw_as(distribution, made, out, n, parameters);
    void *scratch = nd_alloc(n * nd_dtype_size(made));
    if (!scratch)
        return -1;
    int status = draw_as(distribution, made, scratch, n, parameters);
    if (status == 0)
        nd_cast(out, dtype, scratch, made, n);
    nd_free(scratch);
    return status;
}

/* ---- Dropout ---- */

typedef struct mask {
    float *element;
    float most, kept; /* the largest unit that is kept, and what a kept element is multiplied by */
} mask;

static void make_mask(nd_engine *e, int64_t start, int64_t count, void *data) {
    const mask *m = data;
    for (int64_t i = start; i < start + count; i++)
        m->element[i] = nd_unit_f32(e) <= m->most ? m->kept : 0.0f;
}

int nd_random_dropout_mask_f32(float *element, int64_t n, float keep) {
    return nd_random_spread(n, LEAST, make_mask, &(mask){element, keep, 1.0f / keep});
}

int nd_random_dropout_axes_mask_f32(float *element, int64_t n, float keep) {
    return nd_random_spread(n, LEAST, make_mask, &(mask){element, nextafterf(keep, -1.0f), 1.0f / keep});
}

typedef struct wide_mask {
    double *element;
    float most, kept; /* 1/keep is a float32 here too */
} wide_mask;

static void make_wide_mask(nd_engine *e, int64_t start, int64_t count, void *data) {
    const wide_mask *m = data;
    for (int64_t i = start; i < start + count; i++)
        m->element[i] = nd_unit_f64(e) <= m->most ? m->kept : 0;
}

int nd_random_dropout_mask_f64(double *element, int64_t n, float keep) {
    return nd_random_spread(n, LEAST, make_wide_mask, &(wide_mask){element, keep, 1.0f / keep});
}
