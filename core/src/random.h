/* Random numbers: MXNet 1.9.1's, bit for bit, on the CPU.
 *
 * There are two sources, as in MXNet. Source A is an array of 1024 mt19937 engines, each of which makes a
 * contiguous stretch of the output; the samplers and dropout use it. Source B is a single mt19937, used by
 * shuffle and multinomial. Neither knows how many threads the machine has.
 *
 * There is one generator for the process, and it is not locked here: callers hold a lock (the GIL, in the
 * Python extension). It starts as after nd_random_seed(0), so a fresh process is deterministic.
 *
 * The fill functions write n elements in flat C order and return 0, or -1 if memory for engines ran out; after -1
 * nothing has been written and no number drawn. n <= 0 writes and draws nothing. Parameters are float32 in
 * either precision, as in MXNet. Refusing parameters that make no sense (low >= high, a negative
 * scale) is the caller's business; whatever comes in, a fill function returns.
 *
 * float16: fill float64, round to float32, then to half.
 *
 * The numbers need correctly rounded steps in the order written: build random.c with -ffp-contract=off and without
 * -ffast-math. uniform, randint, dropout, shuffle and multinomial need nothing else; the others take libm's word for
 * log, pow, exp, tan and lgamma. With glibc (2.27 or later) all equal MXNet. With musl's libm, hence in WebAssembly,
 * two differ now and then: float64 normal in the last bit (5 in 100,000; so does MXNet itself between processors with
 * and without FMA, for which glibc has two logs) and poisson with a mean in the thousands or more.
 */
#ifndef ND_RANDOM_H
#define ND_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* ---- State ---- */

/* mx.random.seed(s): engine j of source A gets 127*s + j, source B gets 127*s, modulo 2^32. */
void nd_random_seed(int32_t seed);

/* mx.random.seed(s, ctx=...): source A as above, but source B gets s itself. */
void nd_random_seed_context(int32_t seed);

/* Frees the engines. The next draw starts again from the last seed. */
void nd_random_release(void);

/* ---- Source A: samplers ---- */

/* Uniform on [low, high). */
int nd_random_uniform_f32(float *out, int64_t n, float low, float high);
int nd_random_uniform_f64(double *out, int64_t n, float low, float high);

/* Normal with mean loc and standard deviation scale. */
int nd_random_normal_f32(float *out, int64_t n, float loc, float scale);
int nd_random_normal_f64(double *out, int64_t n, float loc, float scale);

/* Integers low, ..., high-1; both types take the same draws. low == high gives low. */
int nd_random_randint_i32(int32_t *out, int64_t n, int64_t low, int64_t high);
int nd_random_randint_i64(int64_t *out, int64_t n, int64_t low, int64_t high);

/* Exponential with rate lam (MXNet's scale is 1/lam, rounded to float32). */
int nd_random_exponential_f32(float *out, int64_t n, float lam);

/* Gamma with shape alpha and scale beta, mean alpha*beta. An alpha that is not positive and finite gives NaN. */
int nd_random_gamma_f32(float *out, int64_t n, float alpha, float beta);

/* Poisson with mean lam; whole numbers, as float32. */
int nd_random_poisson_f32(float *out, int64_t n, float lam);

/* Dropout's mask: 1/keep with probability keep, otherwise 0. The second form is for Dropout(axes=...), whose mask
 * has the reduced shape; the two differ only where a unit equals keep, which the first keeps and the second drops. */
int nd_random_dropout_mask_f32(float *mask, int64_t n, float keep);
int nd_random_dropout_axes_mask_f32(float *mask, int64_t n, float keep);

/* ---- Source B ---- */

float nd_random_unit(void); /* on [0, 1) */
bool nd_random_coin(void);
void nd_random_normals(float *out, int n, float scale);

/* A random order of 0, ..., n-1: element (or row) i of the shuffled array is element order[i] of the original.
 * rows = 1 gives the order MXNet shuffles the rows of an array of two or more dimensions in, rows = 0 that of a
 * one-dimensional array. -1 if n > 2^32-1, more than one 32-bit draw can choose from. */
int nd_random_shuffle_order(int64_t *order, int64_t n, int rows);

/* For each of `rows` distributions over `choices` outcomes (probability[row*choices + c], used as they are, not
 * normalised) draws `samples` outcomes into out[row*samples + i]. A unit above a row's sum gives `choices`. */
int nd_random_multinomial_f32(int32_t *out, const float *probability, int64_t rows, int64_t choices, int64_t samples);

#endif
