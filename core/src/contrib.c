/* Operators of MXNet's contrib that are made of others: arithmetic, transforms, sketches, casts for mixed precision. */
#include "array.h"
#include "cast.h"
#include "compose.h"
#include "each.h"
#include "items/closeness.h"
#include "map.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* ------------------------------------------------------------------------------------------ arithmetic */

static int give(nd_scope *s, nd_invocation *call, nd_array *result) {
    return nd_scope_results(s, &result, 1, call->out);
}

int quadratic_compose(nd_invocation *call) {
    nd_scope s = {0};
    nd_array *x = call->in[0], *sum = nd_do_scalar(&s, ND_OP_mul_scalar, x, nd_float(call->op, call->words, 0));
    sum = nd_do_scalar(&s, ND_OP_add_scalar, sum, nd_float(call->op, call->words, 1));
    return give(&s, call,
                nd_do_scalar(&s, ND_OP_add_scalar, nd_do2(&s, ND_OP_mul, sum, x), nd_float(call->op, call->words, 2)));
}

int div_sqrt_dim_compose(nd_invocation *call) {
    const nd_array *x = call->in[0];
    if (x->ndim == 0)
        return nd_fail(ND_ESHAPE, "%s: an array of shape () has no last axis", call->op->name);
    nd_scope s = {0};
    return give(&s, call, nd_do_scalar(&s, ND_OP_div_scalar, call->in[0], sqrt((double)x->shape[x->ndim - 1])));
}

int isnan_compose(nd_invocation *call) {
    nd_scope s = {0};
    return give(&s, call, nd_do2(&s, ND_OP_not_equal, call->in[0], call->in[0]));
}

/* 0 where x is finite, else nan. */
static nd_array *without_value(nd_scope *s, nd_array *x) {
    return nd_do2(s, ND_OP_sub, x, x);
}

int isfinite_compose(nd_invocation *call) {
    nd_scope s = {0};
    return give(&s, call, nd_do_scalar(&s, ND_OP_equal_scalar, without_value(&s, call->in[0]), 0));
}

int isinf_compose(nd_invocation *call) {
    nd_scope s = {0};
    nd_array *x = call->in[0], *is_number = nd_do2(&s, ND_OP_equal, x, x);
    nd_array *is_odd = nd_do_scalar(&s, ND_OP_not_equal_scalar, without_value(&s, x), 0);
    return give(&s, call, nd_do2(&s, ND_OP_logical_and, is_number, is_odd));
}

int allclose_infer(nd_invocation *call) {
    nd_like(call, 0);
    if (nd_same_dtype(call, 0, 1) < 0)
        return -1;
    if (!nd_same_shape(call->in[0]->ndim, call->in[0]->shape, call->in[1]->ndim, call->in[1]->shape))
        return nd_fail(ND_ESHAPE, "%s: shapes %s and %s must be equal", call->op->name,
                       nd_array_text(call->in[0]).chars, nd_array_text(call->in[1]).chars);
    call->spec[0] = (nd_spec){.dtype = ND_UINT8};
    return 0;
}

ND_EACH(differ)

int allclose_run(nd_invocation *call) {
    const nd_array *a = call->in[0], *b = call->in[1];
    nd_differ_work work = {.a = nd_data(a), .b = nd_data(b), .dtype = a->dtype, .close = nd_data(call->out[0])};
    work.rtol = nd_float(call->op, call->words, 0), work.atol = nd_float(call->op, call->words, 1);
    work.nan_is_nan = nd_int(call->op, call->words, 2);
    return nd_array_fill(call->out[0], 1) < 0 ? -1 : each_differ(call->context, &work, a->size);
}

int getnnz_compose(nd_invocation *call) {
    int64_t axis = nd_int(call->op, call->words, 0);
    nd_scope s = {0};
    nd_array *filled = nd_do_cast(&s, nd_do_scalar(&s, ND_OP_not_equal_scalar, call->in[0], 0), ND_INT64);
    return give(&s, call, nd_do_reduce(&s, ND_OP_sum, filled, axis != ND_NONE, &axis, false));
}

/* Of sparse arrays these would compute stored elements only. */
int scatter_plus_compose(nd_invocation *call) {
    nd_scope s = {0};
    return give(&s, call, nd_do_scalar(&s, ND_OP_add_scalar, call->in[0], nd_float(call->op, call->words, 0)));
}

int scatter_minus_compose(nd_invocation *call) {
    nd_scope s = {0};
    return give(&s, call, nd_do_scalar(&s, ND_OP_sub_scalar, call->in[0], nd_float(call->op, call->words, 0)));
}

/* ------------------------------------------------------------- gradients that are not the derivative */

static int straight_run(nd_invocation *call, nd_map_id map) {
    nd_operands operands = {.count = 0};
    nd_add_array(&operands, call->in[0]);
    return nd_map_over(call->op, map, 0, &operands, call->out[0]);
}

int round_ste_run(nd_invocation *call) {
    return straight_run(call, ND_MAP_round);
}

int sign_ste_run(nd_invocation *call) {
    return straight_run(call, ND_MAP_sign);
}

int multiplier_gradient(nd_backprop *b) {
    if (nd_wanted(b, 0))
        b->into[0] = nd_apply_scalar(ND_OP_mul_scalar, b->g[0], nd_float(b->op, b->words, 0));
    return !nd_wanted(b, 0) || b->into[0] ? 0 : -1;
}

/* The gradient of a loss is a number, whatever comes in. */
static int filled_gradient(nd_backprop *b, double value) {
    nd_array *g = nd_apply1(ND_OP_zeros_like, b->g[0], NULL);
    if (g && nd_array_fill(g, value) < 0)
        nd_array_release(g), g = NULL;
    b->into[0] = g;
    return g ? 0 : -1;
}

int make_loss_gradient(nd_backprop *b) {
    return filled_gradient(b, 1);
}

enum { BATCH, NOTHING, VALID }; /* the choices of normalization, in the table's order */

static int count_above(nd_array *x, double threshold, int64_t *count) {
    nd_array *host = nd_on_host(x);
    *count = 0;
    for (int64_t i = 0; host && i < host->size; i++)
        *count += nd_array_get(host, i) > threshold;
    nd_array_release(host);
    return host ? 0 : -1;
}

int make_loss_output_gradient(nd_backprop *b) {
    const nd_array *x = b->in[0];
    const double threshold = nd_float(b->op, b->words, 1);
    int64_t by = 1;
    switch (nd_int(b->op, b->words, 2)) {
    case BATCH: by = x->ndim ? x->shape[0] : 1; break;
    case VALID:
        if (count_above(b->in[0], threshold, &by) < 0)
            return -1;
        break;
    default: break;
    }
    return filled_gradient(b, nd_float(b->op, b->words, 0) / (double)(by > 1 ? by : 1));
}

/* ---------------------------------------------------------------------------- casts for mixed precision */

static nd_array *float_as(nd_scope *s, nd_array *x, nd_dtype dtype) {
    bool casts = nd_dtype_is_float(x->dtype) && x->dtype != dtype;
    return casts ? nd_do_cast(s, x, dtype) : nd_do1(s, ND_OP__copy, x);
}

int amp_cast_compose(nd_invocation *call) {
    nd_scope s = {0};
    return give(&s, call, float_as(&s, call->in[0], (nd_dtype)nd_int(call->op, call->words, 0)));
}

/* The floats' dtype of the most bytes, or of the fewest. */
static nd_dtype common_float(const nd_invocation *call, bool narrow) {
    int best = -1;
    for (int i = 0; i < call->inputs; i++) {
        nd_dtype dtype = call->in[i]->dtype;
        int more = best < 0 ? 1 : nd_dtype_size(dtype) - nd_dtype_size((nd_dtype)best);
        if (nd_dtype_is_float(dtype) && (best < 0 || (narrow ? more < 0 : more > 0)))
            best = (int)dtype;
    }
    return (nd_dtype)(best < 0 ? ND_FLOAT32 : best);
}

int amp_multicast_compose(nd_invocation *call) {
    int64_t count = nd_int(call->op, call->words, 0);
    if (count != call->inputs || count > ND_MAX_OUTPUTS)
        return nd_fail(ND_ECALL, "%s: num_outputs is %lld, but %d arrays are given, of at most %d", call->op->name,
                       (long long)count, call->inputs, ND_MAX_OUTPUTS);
    nd_dtype dtype = common_float(call, nd_int(call->op, call->words, 1));
    nd_scope s = {0};
    nd_array *made[ND_MAX_OUTPUTS] = {0};
    for (int i = 0; i < call->inputs; i++)
        made[i] = float_as(&s, call->in[i], dtype);
    call->outputs = call->inputs;
    return nd_scope_results(&s, made, call->outputs, call->out);
}

/* ------------------------------------------------------------------------------ transforms and sketches */

/* The matrix of the discrete Fourier transform of n numbers, (n, 2n): a cosine and a sine for each frequency. */
static nd_array *fourier_matrix(nd_scope *s, const nd_array *like, int64_t n) {
    const double turn = 2 * acos(-1);
    nd_spec spec = {.dtype = like->dtype, .ndim = 2, .shape = {n, 2 * n}};
    if (nd_checked_size("_contrib_fft", &spec) < 0)
        return nd_scope_own(s, NULL);
    nd_array *matrix = nd_do_table(s, &spec, like->context);
    for (int64_t i = 0; matrix && i < n; i++)
        for (int64_t k = 0; k < n; k++) {
            double angle = turn * (double)(i * k % n) / (double)n;
            nd_array_set(matrix, 2 * (i * n + k), cos(angle));
            nd_array_set(matrix, 2 * (i * n + k) + 1, -sin(angle));
        }
    return nd_do_there(s, matrix, like->context);
}

static int fourier_compose(nd_invocation *call, bool inverse) {
    nd_array *x = call->in[0];
    int64_t last = x->ndim ? x->shape[x->ndim - 1] : 0, n = inverse ? last / 2 : last;
    if (n == 0 || n > INT32_MAX || (inverse && last % 2))
        return nd_fail(ND_ESHAPE, "%s: the last axis of shape %s must hold %s", call->op->name, nd_array_text(x).chars,
                       inverse ? "pairs of a real and an imaginary part" : "numbers");
    nd_scope s = {0};
    nd_array *in[] = {x, fourier_matrix(&s, x, n)};
    nd_words words = nd_words_new(ND_OP_dot);
    nd_words_int(&words, ND_OP_dot, 1, inverse);
    return give(&s, call, nd_do(&s, ND_OP_dot, in, 2, &words));
}

int fft_compose(nd_invocation *call) {
    return fourier_compose(call, false);
}

int ifft_compose(nd_invocation *call) {
    return fourier_compose(call, true);
}

/* Column i of the data goes, with the sign s[i], to column h[i]. */
int count_sketch_compose(nd_invocation *call) {
    nd_array *x = call->in[0], *h = call->in[1], *sign = call->in[2];
    int64_t columns = x->ndim == 2 ? x->shape[1] : -1, out_dim = nd_int(call->op, call->words, 0);
    if (columns != h->size || columns != sign->size || out_dim < 1)
        return nd_fail(ND_ESHAPE, "%s: data %s needs h and s of shape (1, columns), not %s and %s, and out_dim > 0",
                       call->op->name, nd_array_text(x).chars, nd_array_text(h).chars, nd_array_text(sign).chars);
    nd_scope s = {0};
    nd_words words = nd_words_new(ND_OP__take_scatter);
    nd_words_int(&words, ND_OP__take_scatter, 0, 1);
    nd_words_list(&words, ND_OP__take_scatter, 2, (int64_t[]){x->shape[0], out_dim}, 2);
    nd_array *signs = nd_do_reshape(&s, sign, 1, &columns), *places = nd_do_reshape(&s, h, 1, &columns);
    nd_array *in[] = {nd_do2(&s, ND_OP_mul, x, signs), places};
    return give(&s, call, nd_do(&s, ND_OP__take_scatter, in, 2, &words));
}
