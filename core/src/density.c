/* Probability densities: each is composed as its logarithm, so that gradients of every order go to samples and
 * parameters. */
#include <math.h>

#include "array.h"
#include "compose.h"
#include "operators.h"
#include "spec.h"

/* The logarithm of a density at x, with parameters that broadcast to it; b is NULL where there is one. */
typedef nd_array *log_density(nd_scope *s, nd_array *x, nd_array *a, nd_array *b);

static nd_array *sum(nd_scope *s, nd_array *a, nd_array *b) {
    return nd_do2(s, ND_OP_add, a, b);
}

static nd_array *difference(nd_scope *s, nd_array *a, nd_array *b) {
    return nd_do2(s, ND_OP_sub, a, b);
}

static nd_array *product(nd_scope *s, nd_array *a, nd_array *b) {
    return nd_do2(s, ND_OP_mul, a, b);
}

static nd_array *logarithm(nd_scope *s, nd_array *x) {
    return nd_do1(s, ND_OP_log, x);
}

static nd_array *log_gamma(nd_scope *s, nd_array *x) {
    return nd_do1(s, ND_OP_gammaln, x);
}

static nd_array *plus(nd_scope *s, nd_array *x, double number) {
    return nd_do_scalar(s, ND_OP_add_scalar, x, number);
}

static nd_array *times(nd_scope *s, nd_array *x, double number) {
    return nd_do_scalar(s, ND_OP_mul_scalar, x, number);
}

/* ------------------------------------------------------------------------------------------ the densities */

/* As in MXNet, of a sample outside [low, high) too. */
static nd_array *uniform(nd_scope *s, nd_array *x, nd_array *low, nd_array *high) {
    return difference(s, nd_do1(s, ND_OP_zeros_like, x), logarithm(s, difference(s, high, low)));
}

static nd_array *normal(nd_scope *s, nd_array *x, nd_array *mu, nd_array *sigma) {
    nd_array *z = nd_do2(s, ND_OP_div, difference(s, x, mu), sigma);
    nd_array *scale = plus(s, logarithm(s, sigma), 0.5 * log(2 * acos(-1)));
    return difference(s, times(s, nd_do1(s, ND_OP_square, z), -0.5), scale);
}

static nd_array *exponential(nd_scope *s, nd_array *x, nd_array *lam, nd_array *none) {
    (void)none;
    return difference(s, logarithm(s, lam), product(s, lam, x));
}

/* beta is a rate here, and a scale where numbers are drawn: MXNet's usage. */
static nd_array *gammas(nd_scope *s, nd_array *x, nd_array *alpha, nd_array *beta) {
    nd_array *powers = product(s, plus(s, alpha, -1), logarithm(s, x));
    nd_array *scale = difference(s, product(s, alpha, logarithm(s, beta)), log_gamma(s, alpha));
    return sum(s, difference(s, powers, product(s, beta, x)), scale);
}

static nd_array *poisson(nd_scope *s, nd_array *x, nd_array *lam, nd_array *none) {
    (void)none;
    nd_array *factorial = log_gamma(s, plus(s, x, 1));
    return difference(s, difference(s, product(s, x, logarithm(s, lam)), factorial), lam);
}

static nd_array *negative_binomial(nd_scope *s, nd_array *x, nd_array *k, nd_array *p) {
    nd_array *ways = difference(s, log_gamma(s, sum(s, x, k)), sum(s, log_gamma(s, plus(s, x, 1)), log_gamma(s, k)));
    nd_array *failures = product(s, x, logarithm(s, plus(s, times(s, p, -1), 1)));
    return sum(s, ways, sum(s, product(s, k, logarithm(s, p)), failures));
}

static nd_array *generalized_negative_binomial(nd_scope *s, nd_array *x, nd_array *mu, nd_array *alpha) {
    nd_array *k = nd_do1(s, ND_OP_reciprocal, alpha);
    return negative_binomial(s, x, k, nd_do1(s, ND_OP_reciprocal, plus(s, product(s, mu, alpha), 1)));
}

static nd_array *sum_last(nd_scope *s, nd_array *x) {
    const int64_t last = s->failed ? 0 : x->ndim - 1;
    return nd_do_reduce(s, ND_OP_sum, x, 1, &last, false);
}

static nd_array *dirichlet(nd_scope *s, nd_array *x, nd_array *alpha, nd_array *none) {
    (void)none;
    nd_array *powers = sum_last(s, product(s, plus(s, alpha, -1), logarithm(s, x)));
    nd_array *scale = difference(s, log_gamma(s, sum_last(s, alpha)), sum_last(s, log_gamma(s, alpha)));
    return sum(s, powers, scale);
}

/* ------------------------------------------------------------------------------------------- the operators */

/* The parameters' shape is how the sample's begins; `kept` last axes are those of one draw. */
static int check(const nd_invocation *call, int kept) {
    const nd_array *x = call->in[0], *a = call->in[1], *b = call->in[call->inputs - 1];
    int leading = a->ndim - kept;
    for (int i = 0; i < call->inputs; i++)
        if (call->in[i]->dtype != x->dtype || !nd_dtype_is_float(x->dtype))
            return nd_fail(ND_EDTYPE, "%s: inputs must be floats of one dtype, but the sample is %s and input %d %s",
                           call->op->name, nd_dtype_name(x->dtype), i, nd_dtype_name(call->in[i]->dtype));
    if (!nd_same_shape(a->ndim, a->shape, b->ndim, b->shape))
        return nd_fail(ND_ESHAPE, "%s: parameters must have the same shape, not %s and %s", call->op->name,
                       nd_array_text(a).chars, nd_array_text(b).chars);
    if (leading < 0 || x->ndim < a->ndim || !nd_same_shape(leading, a->shape, leading, x->shape) ||
        !nd_same_shape(kept, a->shape + leading, kept, x->shape + x->ndim - kept))
        return nd_fail(ND_ESHAPE, "%s: parameters of shape %s do not fit a sample of shape %s, which must begin so%s",
                       call->op->name, nd_array_text(a).chars, nd_array_text(x).chars,
                       kept ? " up to the last axis, and end so" : "");
    return 0;
}

/* A parameter with axes of extent 1 for those that only the sample has. */
static nd_array *spread(nd_scope *s, nd_array *parameter, const nd_array *x, int kept) {
    int64_t shape[ND_MAX_DIM];
    int leading = parameter->ndim - kept;
    for (int i = 0; i < x->ndim; i++)
        shape[i] = i < leading ? parameter->shape[i] : i < x->ndim - kept ? 1 : x->shape[i];
    return nd_do_reshape(s, parameter, x->ndim, shape);
}

static int density(nd_invocation *call, log_density *logarithm, bool discrete, int kept) {
    if (check(call, kept) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *x = discrete ? nd_do1(&s, ND_OP_BlockGrad, call->in[0]) : call->in[0];
    nd_array *a = spread(&s, call->in[1], call->in[0], kept);
    nd_array *b = call->inputs == 3 ? spread(&s, call->in[2], call->in[0], kept) : NULL;
    nd_array *result = logarithm(&s, x, a, b);
    if (!nd_int(call->op, call->words, 0))
        result = nd_do1(&s, ND_OP_exp, result);
    return nd_scope_results(&s, &result, 1, call->out);
}

#define DENSITY(name, logarithm, discrete, kept)         \
    int name##_compose(nd_invocation *call) {            \
        return density(call, logarithm, discrete, kept); \
    }
DENSITY(pdf_uniform, uniform, false, 0)
DENSITY(pdf_normal, normal, false, 0)
DENSITY(pdf_exponential, exponential, false, 0)
DENSITY(pdf_gamma, gammas, false, 0)
DENSITY(pdf_poisson, poisson, true, 0)
DENSITY(pdf_negative_binomial, negative_binomial, true, 0)
DENSITY(pdf_generalized_negative_binomial, generalized_negative_binomial, true, 0)
DENSITY(pdf_dirichlet, dirichlet, false, 1)
