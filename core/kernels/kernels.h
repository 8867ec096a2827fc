/* What the core asks of its kernels: one table of functions per instruction set.
 *
 * The files of this folder are compiled once per instruction set, with ND_ISA naming it; `table.c` gathers their
 * functions into one nd_kernels. The core picks a table at start-up (src/dispatch.c) and knows no instruction set
 * besides.
 */
#ifndef ND_KERNELS_H
#define ND_KERNELS_H

#include <stdint.h>

#include "ndgrad.h"

#define ND_JOIN_(a, b) a##_##b
#define ND_JOIN(a, b) ND_JOIN_(a, b)
#define ND_NAMED(name) ND_JOIN(name, ND_ISA) /* nd_gemm_f32 -> nd_gemm_f32_avx2 */

/* ----------------------------------------------------------------------------------------- elementwise */

#define ND_MAX_MAP_INPUTS 8

/* out[i] = f(in[0][i], in[1][i], ...). step[k] is 1, or 0 where input k is one value for all i. Returns 0, or -1 if
 * an integer was divided by zero. Gradients take g, then the inputs, then the output, then the parameters. */
typedef int nd_map_kernel(void *out, const void *const *in, const uint8_t *step, int64_t n);

/* By row of the table. Absent dtypes are NULL: the core casts. */
typedef struct nd_map {
    nd_map_kernel *forward[ND_DTYPES];
    nd_map_kernel *gradient[3][2]; /* of each input, in float32 and float64 */
} nd_map;

typedef enum nd_map_id {
#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) ND_MAP_##name,
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    ND_MAP_##name,
#define TERNARY(kind, name, aliases, forward, doc) ND_MAP_##name,
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) ND_MAP_##name,
#define FUSED(name, count, forward) ND_MAP_##name,
#include "ops.inl"
    ND_MAPS
} nd_map_id;

/* ------------------------------------------------------------------------------------------ reductions */

typedef struct nd_reduce {
    void (*start)(void *acc, int64_t n);                  /* the value of nothing, n times */
    void (*along)(void *acc, const void *row, int64_t n); /* acc[0] gains all of a row */
    /* acc[i] gains rows[i], rows[stride + i] ..., of `count` rows. */
    void (*across)(void *acc, const void *rows, int64_t n, int64_t count, int64_t stride);
    void (*merge)(void *acc, const void *other, int64_t n); /* acc[i] gains what another accumulator has */
    void (*finish)(void *acc, int64_t n, int64_t folded);   /* e.g. divide by the number folded */
} nd_reduce;

typedef enum nd_reduce_id {
#define REDUCE(kind, name, aliases, start, load, combine, finish, gradient, low, high, doc) ND_REDUCE_##name,
#include "ops.inl"
    ND_REDUCES
} nd_reduce_id;

/* ------------------------------------------------------------------------------------ steps of optimizers */

/* Their numbers, in the names of MXNet's parameters and inputs; `step` is its t, and what is left of 1 is by betas to
 * its power. */
/* clang-format off */
#define ND_HYPERS(X)                                                                                              \
    X(lr) X(wd) X(rescale_grad) X(clip_gradient) X(clip_weights) X(momentum) X(wd_lh) X(beta1) X(beta2) X(epsilon) \
    X(step) X(bias_correction) X(left1) X(left2) X(gamma1) X(gamma2) X(lamda1) X(beta) X(eta) X(lower_bound)      \
    X(upper_bound) X(r1) X(r2)
/* clang-format on */

typedef struct nd_hyper {
#define HYPER(name) double name;
    ND_HYPERS(HYPER)
#undef HYPER
} nd_hyper;

/* out gets the new weight; in holds weight, gradient and states, which are changed. out may be the weight. */
typedef void nd_rule_kernel(void *out, void *const *in, const nd_hyper *hyper, int64_t n);

typedef struct nd_rule {
    nd_rule_kernel *kernel[2]; /* float32, float64 */
    int states;
} nd_rule;

typedef enum nd_rule_id {
#define RULE(name, states, ...) ND_RULE_##name,
#include "ops.inl"
    ND_RULES
} nd_rule_id;

/* ---------------------------------------------------------------------------------------------- others */

/* c = a b, or c += a b: c is m x n in rows of ldc; element (i, p) of a is a[i*ra + p*ca] and (p, j) of b is
 * b[p*rb + j*cb], so that transposed operands are read in place; k is at least 1. Where there is a table of offsets, it
 * stands for the multiples of the stride: the windows of an image are a matrix that need not be written down. `work`
 * holds nd_gemm_work elements. Of several problems the operands lie so far `apart`, 0 where all share it; they follow
 * one another where all three are 0. GPUs can subtract the product too: c += -a b. */
typedef struct nd_gemm {
    int64_t m, n, k;
    const void *a, *b;
    void *c;
    int64_t ra, ca, rb, cb, ldc;
    const int64_t *rows_a, *columns_a, *rows_b, *columns_b; /* NULL: the strides count */
    int64_t apart_a, apart_b, apart_c;
    bool add, negative;
} nd_gemm;
/* With the gaps written down. */
static inline nd_gemm nd_gemm_spread(nd_gemm g) {
    if (g.apart_a || g.apart_b || g.apart_c)
        return g;
    g.apart_a = g.m * g.k;
    g.apart_b = g.k * g.n;
    g.apart_c = g.m * g.n;
    return g;
}
typedef void nd_gemm_kernel(const nd_gemm *problem, void *work);

/* The blocks in which operands are packed: extents in elements, multiples of every instruction set's tile, no larger
 * than the problem needs. */
enum { ND_GEMM_DEPTH = 384, ND_GEMM_ROWS = 96, ND_GEMM_COLUMNS = 2048 };

/* An operand that is used for few tiles is read where it is, unless its lines lie so far apart that there are too many
 * pages of memory. */
enum { ND_GEMM_FEW = 128, ND_GEMM_NEAR = 512, ND_GEMM_SPAN = 1 << 15 };
static inline bool nd_gemm_near(int64_t stride, int64_t k) {
    return stride <= ND_GEMM_NEAR || stride * k <= ND_GEMM_SPAN;
}
static inline bool nd_gemm_direct_a(const nd_gemm *g) {
    return g->n <= ND_GEMM_FEW && (g->columns_a || nd_gemm_near(g->ca, g->k));
}
static inline bool nd_gemm_direct_b(const nd_gemm *g) {
    return !g->columns_b && g->cb == 1 && g->m <= ND_GEMM_FEW && (g->rows_b || nd_gemm_near(g->rb, g->k));
}

/* What is packed at once; of an operand read where it is, the last panel alone. */
static inline int64_t nd_gemm_depth(const nd_gemm *g) {
    return g->k < ND_GEMM_DEPTH ? g->k : ND_GEMM_DEPTH;
}
static inline int64_t nd_gemm_rows(const nd_gemm *g) {
    return nd_gemm_direct_a(g) ? 24 : g->m < ND_GEMM_ROWS ? (g->m + 23) / 24 * 24 : ND_GEMM_ROWS;
}
static inline int64_t nd_gemm_columns(const nd_gemm *g) {
    return nd_gemm_direct_b(g) ? 32 : g->n < ND_GEMM_COLUMNS ? (g->n + 31) / 32 * 32 : ND_GEMM_COLUMNS;
}
static inline int64_t nd_gemm_work(const nd_gemm *g) {
    return (nd_gemm_rows(g) + nd_gemm_columns(g)) * nd_gemm_depth(g);
}

/* `count` lines of n elements: `row_step` apart in rows, where their elements are neighbours, and `image_step` apart in
 * an image, where these are `stride` apart. */
typedef struct nd_lines {
    int64_t count, n, row_step, image_step, stride;
} nd_lines;
/* From the image into the rows, or added back to it. */
typedef void nd_lines_kernel(const nd_lines *lines, void *row, void *image);

/* out = softmax(scale * in), or its logarithm, over each of the rows of n values, which follow one another. */
typedef void nd_softmax_kernel(void *out, const void *in, int64_t rows, int64_t n, double scale);
/* `scale` times the gradient by that row, from the gradient by its result y. */
typedef void nd_softmax_gradient_kernel(void *out, const void *g, const void *y, int64_t n, double scale);

/* Rows of n elements, normalized by their mean and variance, which are written down too. */
typedef struct nd_normal_rows {
    const void *x, *gamma, *beta;
    void *out, *mean, *variance;
    int64_t n;
    double eps;
} nd_normal_rows;
typedef void nd_normalize_kernel(const nd_normal_rows *rows, int64_t begin, int64_t end);

/* From the gradients by out, mean and variance: that by x, unless there is no room for it. Those by gamma and beta are
 * added to sums. */
typedef struct nd_normal_gradient {
    const void *g, *g_mean, *g_variance, *x, *gamma, *mean, *variance;
    void *by_x;
    int64_t n;
    double eps;
} nd_normal_gradient;
typedef void nd_normalize_gradient_kernel(const nd_normal_gradient *rows, void *by_gamma, void *by_beta, int64_t begin,
                                          int64_t end);

typedef struct nd_kernels {
    const char *name;
    const nd_map *maps;                       /* [ND_MAPS] */
    const nd_reduce (*reductions)[ND_DTYPES]; /* [ND_REDUCES]; start NULL: absent */
    nd_gemm_kernel *const *gemm;              /* [2]: float32, float64 */
    nd_lines_kernel *const *take_lines;
    nd_lines_kernel *const *add_lines;
    const nd_rule *rules; /* [ND_RULES] */
    nd_softmax_kernel *const *softmax;
    nd_softmax_kernel *const *log_softmax;
    nd_softmax_gradient_kernel *const *softmax_gradient;
    nd_softmax_gradient_kernel *const *log_softmax_gradient;
    nd_normalize_kernel *const *normalize;
    nd_normalize_gradient_kernel *const *normalize_gradient;
} nd_kernels;

extern const nd_kernels *nd_chosen_kernels; /* NULL until somebody asks */
const nd_kernels *nd_choose_kernels(void);
static inline const nd_kernels *nd_kernels_in_use(void) {
    return nd_chosen_kernels ? nd_chosen_kernels : nd_choose_kernels();
}

#endif
