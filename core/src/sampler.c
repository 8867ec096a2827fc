/* Operators that draw from a distribution, in three forms: _random_x, whose parameters are numbers; _random_x_like,
 * with the shape and dtype of an array; and _sample_x, with an array for each parameter. */
#include "sampler.h"

#include <string.h>

#include "array.h"
#include "operators.h"
#include "random.h"
#include "shape.h"
#include "spec.h"

#define SAMPLED (FLOATS | ND_DTYPE_BIT(ND_FLOAT16))
static const char sampled_names[] = "'float16', 'float32', 'float64'";

/* ------------------------------------------------------------------------------------------- inference */

static int check_dtype(const nd_invocation *call, nd_dtypes allowed, const char *names) {
    if (allowed & ND_DTYPE_BIT(call->spec[0].dtype))
        return 0;
    return nd_fail(ND_EDTYPE, "%s: invalid dtype '%s', valid values are %s", call->op->name,
                   nd_dtype_name(call->spec[0].dtype), names);
}

int nd_append_shape(const nd_invocation *call, int parameter, nd_spec *spec) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, parameter, &values);
    count = count == ND_NONE ? 0 : count;
    if (spec->ndim + count > ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "%s: %lld more axes than shape %s has would be more than %d", call->op->name,
                       (long long)count, nd_spec_text(spec).chars, ND_MAX_DIM);
    nd_spec more = nd_listed_spec(spec->dtype, count, values);
    memcpy(spec->shape + spec->ndim, more.shape, (size_t)count * sizeof *more.shape);
    spec->ndim += more.ndim;
    return nd_checked_size(call->op->name, spec) < 0 ? -1 : 0;
}

int nd_sampler_infer(nd_invocation *call, int first, nd_dtypes allowed, nd_dtype usual, const char *names) {
    const nd_word *values;
    int64_t dtype = nd_int(call->op, call->words, first + 1);
    bool given = nd_list(call->op, call->words, first, &values) != ND_NONE;
    call->outputs = 1;
    call->spec[0] = (nd_spec){.dtype = (uint8_t)(dtype == ND_NONE ? usual : dtype), .ndim = !given, .shape = {1}};
    return check_dtype(call, allowed, names) < 0 || nd_append_shape(call, first, &call->spec[0]) < 0 ? -1 : 0;
}

/* How many of the parameters are the distribution's. */
static int numbers_of(const nd_op *op) {
    int count = 0;
    while (op->params[count].name && op->params[count].kind != ND_SHAPE)
        count++;
    return count;
}

int random_infer(nd_invocation *call) {
    return nd_sampler_infer(call, numbers_of(call->op), SAMPLED, ND_FLOAT32, sampled_names);
}

int random_like_infer(nd_invocation *call) {
    nd_like(call, 0);
    return check_dtype(call, SAMPLED, sampled_names);
}

int sample_infer(nd_invocation *call) {
    const nd_array *first = call->in[0], *last = call->in[call->inputs - 1];
    int64_t dtype = nd_int(call->op, call->words, 1);
    if (nd_same_dtype(call, 0, call->inputs - 1) < 0)
        return -1;
    if (!nd_same_shape(first->ndim, first->shape, last->ndim, last->shape))
        return nd_fail(ND_ESHAPE, "%s: the arrays of parameters must have the same shape, not %s and %s",
                       call->op->name, nd_array_text(first).chars, nd_array_text(last).chars);
    nd_like(call, 0);
    call->spec[0].dtype = (uint8_t)(dtype == ND_NONE ? ND_FLOAT32 : dtype);
    return check_dtype(call, SAMPLED, sampled_names) < 0 ? -1 : nd_append_shape(call, 0, &call->spec[0]);
}

/* -------------------------------------------------------------------------------------------------- run */

/* Numbers are checked; in arrays, as in MXNet, a parameter that makes no sense makes elements that make none. */
static int check_numbers(const nd_op *op, nd_distribution distribution, double a, double b) {
    static const char *const rules[] = {"low must not be above high",
                                        "scale must be above 0",
                                        "lam must be above 0",
                                        "alpha and beta must be above 0",
                                        "lam must not be below 0",
                                        "k must not be below 0, and p be above 0 and at most 1",
                                        "mu and alpha must not be below 0"};
    const bool kept[] = {a <= b, b > 0, a > 0, a > 0 && b > 0, a >= 0, a >= 0 && b > 0 && b <= 1, a >= 0 && b >= 0};
    if (kept[distribution])
        return 0;
    if (numbers_of(op) == 1)
        return nd_fail(ND_EARGUMENT, "%s: %s, but got %g", op->name, rules[distribution], a);
    return nd_fail(ND_EARGUMENT, "%s: %s, but got %g and %g", op->name, rules[distribution], a, b);
}

static double number(const nd_invocation *call, int parameter) {
    if (parameter >= numbers_of(call->op))
        return 0;
    return call->op->params[parameter].kind == ND_INT ? (double)nd_int(call->op, call->words, parameter)
                                                      : nd_float(call->op, call->words, parameter);
}

static int run_numbers(nd_invocation *call, nd_distribution distribution) {
    double a = number(call, 0), b = number(call, 1);
    float first = (float)a, second = (float)b;
    nd_array *out = call->out[0];
    if (check_numbers(call->op, distribution, a, b) < 0)
        return -1;
    nd_parameters parameters = {&first, &second, ND_FLOAT32, out->size};
    return nd_random_draw(distribution, out->dtype, nd_data(out), out->size, parameters);
}

static int run_arrays(nd_invocation *call, nd_distribution distribution) {
    nd_array *out = call->out[0], *first = call->in[0], *second = call->inputs > 1 ? call->in[1] : NULL;
    nd_parameters parameters = {nd_data(first), second ? nd_data(second) : NULL, first->dtype,
                                first->size ? out->size / first->size : 0};
    return nd_random_draw(distribution, out->dtype, nd_data(out), out->size, parameters);
}

#define RUN(name, distribution)                                                                         \
    int name##_run(nd_invocation *call) {                                                               \
        return numbers_of(call->op) ? run_numbers(call, distribution) : run_arrays(call, distribution); \
    }
RUN(uniform, ND_UNIFORM)
RUN(normal, ND_NORMAL)
RUN(exponential, ND_EXPONENTIAL)
RUN(gamma, ND_GAMMA)
RUN(poisson, ND_POISSON)
RUN(negative_binomial, ND_NEGATIVE_BINOMIAL)
RUN(generalized_negative_binomial, ND_GENERALIZED_NEGATIVE_BINOMIAL)
