/* _normalize: (data - mean) / sqrt(variance + eps) * gamma + beta in three passes over the data, and its gradient in
 * one for each of the sums and one more; rows that lie in order are each done with at once (normalize_rows.c). */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "compose.h"
#include "copy.h"
#include "gpu.h"
#include "map.h"
#include "normalize.h"
#include "normalize_rows.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* ------------------------------------------------------------------------------------------- inference */

/* The shape with the axes that statistics are taken along of extent 1. */
static nd_spec statistics_spec(nd_spec spec, int bits) {
    for (int i = 0; i < spec.ndim; i++)
        spec.shape[i] = bits >> i & 1 ? 1 : spec.shape[i];
    return spec;
}

static int axis_bits(const nd_op *op, const nd_word *words, int ndim, const nd_array *shown) {
    return nd_axis_bits(op, words, 0, ndim, shown, (1 << ndim) - 1);
}

int normalize_infer(nd_invocation *call) {
    const nd_array *x = call->in[0];
    int bits = axis_bits(call->op, call->words, x->ndim, x);
    if (bits < 0 || nd_same_dtype(call, 0, 1) < 0 || nd_same_dtype(call, 0, 2) < 0)
        return -1;
    for (int i = 1; i <= 2; i++)
        if (!nd_lies_along(call->in[i], x))
            return nd_fail(ND_ESHAPE, "%s: %s of shape %s does not broadcast to data of shape %s", call->op->name,
                           i == 1 ? "gamma" : "beta", nd_array_text(call->in[i]).chars, nd_array_text(x).chars);
    nd_like(call, 0);
    call->outputs = 3;
    call->spec[1] = call->spec[2] = statistics_spec(call->spec[0], bits);
    return 0;
}

/* --------------------------------------------------------------------------------------------- forward */

static int map(nd_map_id row, const nd_operands *operands, nd_array *out) {
    return nd_map_over(NULL, row, 0, operands, out);
}

/* sums /= n */
static int divide(nd_array *sums, double n) {
    nd_operands operands = {.count = 1, .array = {sums}};
    nd_add_number(&operands, n, sums->dtype);
    return map(ND_MAP_div, &operands, sums);
}

static nd_array *inverse_deviation(const nd_array *variance, double eps) {
    nd_spec spec = nd_array_spec(variance);
    nd_array *out = nd_array_new(&spec, variance->context);
    nd_operands operands = {.count = 1, .array = {variance}};
    nd_add_number(&operands, eps, variance->dtype);
    if (out && map(ND_MAP__inverse_deviation, &operands, out) == 0)
        return out;
    nd_array_release(out);
    return NULL;
}

/* The first element along the axes, as the point that sums are taken from: where the elements lie far from zero, the
 * mean and the deviations keep their digits. */
static void take_first(const nd_array *x, nd_array *first) {
    memset(nd_data(first), 0, (size_t)nd_bytes(first));
    if (x->size)
        nd_copy_strided(x->ndim, first->shape, nd_data(first), nd_strides_of(x->ndim, first->shape), nd_data(x),
                        nd_strides_of(x->ndim, x->shape), nd_dtype_size(x->dtype));
}

/* A GPU sums in double. */
static int take_mean(const nd_array *x, nd_array *mean, nd_array *rest, double n) {
    nd_operands deviation = {.count = 2, .array = {x, mean}}, correction = {.count = 2, .array = {mean, rest}};
    if (nd_on_gpu(x->context))
        return nd_gpu_fold(ND_REDUCE_mean, x, mean);
    take_first(x, mean);
    nd_map_sum(ND_MAP_sub, &deviation, x, rest);
    divide(rest, n);
    return map(ND_MAP_add, &correction, mean);
}

static int take_moments(const nd_array *x, nd_array *mean, nd_array *variance) {
    double n = mean->size ? (double)x->size / (double)mean->size : 0;
    nd_operands deviation = {.count = 2, .array = {x, mean}};
    if (take_mean(x, mean, variance, n) < 0 || nd_map_sum(ND_MAP__squared_deviation, &deviation, x, variance) < 0)
        return -1;
    return divide(variance, n);
}

static nd_array *sum_to(nd_scope *s, nd_array *array, const nd_spec *spec) {
    return s->failed ? NULL : nd_scope_own(s, nd_sum_to(array, spec));
}

int normalize_run(nd_invocation *call) {
    const nd_array *x = call->in[0];
    nd_array *mean = call->out[1], *variance = call->out[2];
    nd_spec gamma = nd_array_spec(call->in[1]), beta = nd_array_spec(call->in[2]);
    if (nd_normalizes_rows(x, mean, &gamma, &beta))
        return nd_normalize_rows(call), 0;
    if (take_moments(x, mean, variance) < 0)
        return -1;
    nd_array *inverse = inverse_deviation(variance, nd_float(call->op, call->words, 1));
    nd_operands all = {.count = 5, .array = {x, mean, inverse, call->in[1], call->in[2]}};
    int status = inverse ? map(ND_MAP__normalized, &all, call->out[0]) : -1;
    nd_array_release(inverse);
    return status;
}

/* ------------------------------------------------------------------------------------------- gradients */

/* What both forms of the gradient work with. The gradient by data is
 *
 *     g gamma r + (x - mean) spread + shift      r = 1/sqrt(variance + eps)
 *
 * where spread and shift, constant along the axes, are what reaches data by way of the variance and the mean.
 */
typedef struct parts {
    nd_array *g, *x, *gamma, *mean, *inverse;
    nd_spec gamma_spec, beta_spec, statistics;
    double n;
} parts;

static parts parts_of(nd_scope *s, nd_backprop *b) {
    parts p = {b->g[0],
               b->in[0],
               b->in[1],
               b->out[1],
               NULL,
               nd_input_spec(b->node, 1),
               nd_input_spec(b->node, 2),
               nd_output_spec(b->node, 1),
               0};
    int64_t count = nd_spec_size(&p.statistics);
    p.n = count ? (double)p.x->size / (double)count : 1;
    p.inverse = nd_do_deviation(s, ND_OP_rsqrt, b->out[2], nd_float(b->op, b->words, 1));
    return p;
}

/* (2 g_variance - product r^2) / n, where `product` sums g gamma (x - mean) r. */
static nd_array *spread_of(nd_scope *s, const nd_backprop *b, const parts *p, nd_array *product) {
    nd_array *direct = nd_do_scalar(s, ND_OP_mul_scalar, b->g[2], 2);
    nd_array *by_scale = nd_do2(s, ND_OP_mul, product, nd_do1(s, ND_OP_square, p->inverse));
    return nd_do_scalar(s, ND_OP_div_scalar, nd_do2(s, ND_OP_sub, direct, by_scale), p->n);
}

/* (g_mean - total r) / n, where `total` sums g gamma. */
static nd_array *shift_of(nd_scope *s, const nd_backprop *b, const parts *p, nd_array *total) {
    nd_array *by_shift = nd_do2(s, ND_OP_mul, total, p->inverse);
    return nd_do_scalar(s, ND_OP_div_scalar, nd_do2(s, ND_OP_sub, b->g[1], by_shift), p->n);
}

/* As calls that are recorded. */
static void recorded(nd_scope *s, nd_backprop *b, const parts *p, nd_array **by) {
    nd_array *centred = nd_do2(s, ND_OP_sub, p->x, p->mean), *scaled = nd_do2(s, ND_OP_mul, centred, p->inverse);
    nd_array *head = nd_do2(s, ND_OP_mul, p->g, p->gamma);
    nd_array *product = sum_to(s, nd_do2(s, ND_OP_mul, head, scaled), &p->statistics);
    nd_array *bent = nd_do2(s, ND_OP_mul, centred, spread_of(s, b, p, product));
    nd_array *moved = nd_do2(s, ND_OP_add, bent, shift_of(s, b, p, sum_to(s, head, &p->statistics)));
    by[0] = nd_do2(s, ND_OP_add, nd_do2(s, ND_OP_mul, head, p->inverse), moved);
    by[1] = sum_to(s, nd_do2(s, ND_OP_mul, p->g, scaled), &p->gamma_spec);
    by[2] = sum_to(s, p->g, &p->beta_spec);
}

static nd_array *map_sum(nd_scope *s, nd_map_id row, const nd_operands *operands, const parts *p, const nd_spec *spec) {
    nd_array *sums = s->failed ? NULL : nd_scope_own(s, nd_array_new(spec, p->x->context));
    if (sums && nd_map_sum(row, operands, p->x, sums) < 0)
        s->failed = true;
    return sums;
}

/* The sums that the gradient by data needs: those for gamma and beta do where gamma lies along the statistics. */
static void sum_products(nd_scope *s, const parts *p, nd_array *const *by, nd_array **total, nd_array **product) {
    nd_operands heads = {.count = 2, .array = {p->g, p->gamma}};
    nd_operands products = {.count = 5, .array = {p->x, p->mean, p->inverse, p->g, p->gamma}};
    bool alike = nd_same_shape(p->statistics.ndim, p->statistics.shape, p->gamma_spec.ndim, p->gamma_spec.shape) &&
                 nd_same_shape(p->statistics.ndim, p->statistics.shape, p->beta_spec.ndim, p->beta_spec.shape);
    *total = alike ? nd_do2(s, ND_OP_mul, by[2], p->gamma) : map_sum(s, ND_MAP_mul, &heads, p, &p->statistics);
    *product = alike ? nd_do2(s, ND_OP_mul, by[1], p->gamma)
                     : map_sum(s, ND_MAP__deviation_product, &products, p, &p->statistics);
}

/* In passes of kernels. */
static void fused(nd_scope *s, nd_backprop *b, const parts *p, nd_array **by) {
    nd_operands products = {.count = 4, .array = {p->x, p->mean, p->inverse, p->g}};
    nd_spec spec = nd_array_spec(p->x);
    nd_array *total, *product;
    nd_add_number(&products, 1, p->x->dtype);
    if (s->failed)
        return;
    by[1] = map_sum(s, ND_MAP__deviation_product, &products, p, &p->gamma_spec);
    by[2] = sum_to(s, p->g, &p->beta_spec);
    if (!nd_wanted(b, 0))
        return;
    sum_products(s, p, by, &total, &product);
    nd_array *spread = spread_of(s, b, p, product), *shift = shift_of(s, b, p, total);
    nd_operands all = {.count = 7, .array = {p->g, p->gamma, p->inverse, p->x, p->mean, spread, shift}};
    by[0] = s->failed ? NULL : nd_scope_own(s, nd_array_new(&spec, p->x->context));
    if (by[0] && map(ND_MAP__normalized_gradient, &all, by[0]) < 0)
        s->failed = true;
}

static bool goes_by_rows(const nd_backprop *b) {
    nd_spec gamma = nd_input_spec(b->node, 1), beta = nd_input_spec(b->node, 2);
    return !b->create_graph && nd_normalizes_rows(b->in[0], b->out[1], &gamma, &beta);
}

int normalize_gradient(nd_backprop *b) {
    if (goes_by_rows(b))
        return nd_normalize_rows_gradient(b);
    nd_scope s = {0};
    parts p = parts_of(&s, b);
    nd_array *by[3] = {0};
    bool has_kernel = p.x->dtype == ND_FLOAT32 || p.x->dtype == ND_FLOAT64;
    (b->create_graph || !has_kernel ? recorded : fused)(&s, b, &p, by);
    for (int i = 0; i < 3 && !s.failed; i++)
        b->into[i] = by[i] ? nd_array_retain(by[i]) : NULL;
    return nd_scope_results(&s, NULL, 0, NULL);
}
