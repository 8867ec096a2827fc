/* Random numbers: MXNet 1.9.1's, bit for bit, on the CPU.
 *
 * There are two sources, as in MXNet. Source A is an array of 1024 mt19937 engines, each of which makes a
 * contiguous stretch of the output; the samplers and dropout use it. Source B is a single mt19937, used by
 * shuffle and multinomial. Neither knows how many threads the machine has.
 *
 * There is one generator for the process, and it is not locked here: callers hold a lock (the GIL, in the
 * Python extension). It starts as after nd_random_seed(0), so a fresh process is deterministic.
 *
 * The functions write n elements in flat C order and return 0, or -1 after nd_fail if memory ran out; after -1
 * nothing has been written and no number drawn. n <= 0 writes and draws nothing. Refusing parameters that make no
 * sense (low >= high, a negative scale) is the caller's business; whatever comes in, a function returns.
 *
 * The numbers need correctly rounded steps in the order written: build with -ffp-contract=off and without -ffast-math.
 * uniform, randint, dropout, shuffle and multinomial need nothing else; the others take libm's word for log, pow, exp,
 * tan and lgamma. With glibc (2.27 or later) all equal MXNet. With musl's libm, hence in WebAssembly, two differ now
 * and then: float64 normal in the last bit (5 in 100,000; so does MXNet itself between processors with and without
 * FMA, for which glibc has two logs) and poisson with a mean in the thousands or more.
 */
#ifndef ND_RANDOM_H
#define ND_RANDOM_H

#include "engine.h"
#include "ndgrad.h"

/* ---- State (random.c) ---- */

/* mx.random.seed(s): engine j of source A gets 127*s + j, source B gets 127*s, modulo 2^32. */
void nd_random_seed(int32_t seed);

/* mx.random.seed(s, ctx=...): source A as above, but source B gets s itself. */
void nd_random_seed_context(int32_t seed);

/* Frees the engines. The next draw starts again from the last seed. */
void nd_random_release(void);

nd_engine *nd_random_source_b(void);

/* Of source B, as MXNet's image operators draw. */
float nd_random_unit(void); /* on [0, 1) */
bool nd_random_coin(void);
void nd_random_normals(float *out, int n, float scale);

/* Lets source A make n elements: calls `make` once for each engine that has some, at least `least` of them (but for
 * the last), as evenly as whole stretches allow. */
typedef void nd_stretch_function(nd_engine *engine, int64_t start, int64_t count, void *job);
int nd_random_spread(int64_t n, int64_t least, nd_stretch_function *make, void *job);

/* ---- Source A: samplers (distribution.c, randint.c) ---- */

/* Each with its parameters, the first and the second. */
typedef enum nd_distribution {
    ND_UNIFORM,                      /* low, high: on [low, high) */
    ND_NORMAL,                       /* mean, standard deviation */
    ND_EXPONENTIAL,                  /* rate */
    ND_GAMMA,                        /* shape, scale; NaN if the shape is negative or not finite */
    ND_POISSON,                      /* mean */
    ND_NEGATIVE_BINOMIAL,            /* successes to wait for, probability of one: counts failures */
    ND_GENERALIZED_NEGATIVE_BINOMIAL /* mean, dispersion */
} nd_distribution;

/* Where element i finds its parameters: at i / repeat. Those of another dtype than float64 are taken as float32, as
 * which MXNet holds parameters that are numbers. */
typedef struct nd_parameters {
    const void *first, *second; /* `second` may be NULL for a distribution of one parameter */
    nd_dtype dtype;
    int64_t repeat;
} nd_parameters;

/* Of dtype float16, float32 or float64; they take different draws. */
int nd_random_draw(nd_distribution distribution, nd_dtype dtype, void *out, int64_t n, nd_parameters parameters);

/* Integers low, ..., high-1; both dtypes take the same draws. low == high gives low. */
int nd_random_randint(nd_dtype dtype, void *out, int64_t n, int64_t low, int64_t high);

/* Dropout's mask: 1/keep with probability keep, otherwise 0. The second form is for Dropout(axes=...), whose mask
 * has the reduced shape; the two differ only where a unit equals keep, which the first keeps and the second drops. In
 * float64 a unit equal to keep is as good as never drawn. */
int nd_random_dropout_mask_f32(float *mask, int64_t n, float keep);
int nd_random_dropout_axes_mask_f32(float *mask, int64_t n, float keep);
int nd_random_dropout_mask_f64(double *mask, int64_t n, float keep);

/* ---- Source B (shuffle.c, multinomial.c) ---- */

/* A random order of 0, ..., n-1: element (or row) i of the shuffled array is element order[i] of the original.
 * rows = 1 gives the order MXNet shuffles the rows of an array of two or more dimensions in, rows = 0 that of a
 * one-dimensional array. -1 if n > 2^32-1, more than one 32-bit draw can choose from. */
int nd_random_shuffle_order(int64_t *order, int64_t n, int rows);

/* For each of `rows` distributions over `choices` outcomes (probability[row*choices + c], used as they are, not
 * normalised) draws `samples` outcomes into out[row*samples + i]. A unit above a row's sum gives `choices`. */
int nd_random_multinomial(int32_t *out, const float *probability, int64_t rows, int64_t choices, int64_t samples);

#endif
