/* Dropout: the data times a random mask of zeros and 1/(1 - p). */
#include "array.h"
#include "compose.h"
#include "half.h"
#include "memory.h"
#include "operators.h"
#include "random.h"
#include "shape.h"
#include "spec.h"

/* ------------------------------------------------------------------------------------------- the mask */

static int check_probability(const nd_op *op, double p) {
    if (p >= 0 && p <= 1)
        return 0;
    return nd_fail(ND_EARGUMENT, "%s: p, the fraction that is dropped, must be in 0 ... 1, got %g", op->name, p);
}

int dropout_mask_infer(nd_invocation *call) {
    const nd_word *extents;
    int64_t count = nd_list(call->op, call->words, 2, &extents);
    nd_dtype dtype = (nd_dtype)nd_int(call->op, call->words, 3);
    call->outputs = 1;
    call->spec[0] = nd_listed_spec(dtype, count, extents);
    if (!nd_dtype_is_float(dtype))
        return nd_fail(ND_EDTYPE, "%s: only floats can be dropped out, not %s; cast with astype('float32')",
                       call->op->name, nd_dtype_name(dtype));
    if (check_probability(call->op, nd_float(call->op, call->words, 0)) < 0)
        return -1;
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

/* float16 takes the draws of float64, as in MXNet. */
static int fill_halves(nd_array *out, float keep) {
    double *wide = nd_alloc(out->size * (int64_t)sizeof *wide);
    int status = wide ? nd_random_dropout_mask_f64(wide, out->size, keep) : -1;
    for (int64_t i = 0; i < out->size && status == 0; i++)
        ((uint16_t *)nd_data(out))[i] = nd_float_to_half((float)wide[i]);
    nd_free(wide);
    return status;
}

static int fill_mask(nd_array *out, float keep, bool shared) {
    switch (out->dtype) {
    case ND_FLOAT64: return nd_random_dropout_mask_f64(nd_data(out), out->size, keep);
    case ND_FLOAT16: return fill_halves(out, keep);
    default:
        return shared ? nd_random_dropout_axes_mask_f32(nd_data(out), out->size, keep)
                      : nd_random_dropout_mask_f32(nd_data(out), out->size, keep);
    }
}

int dropout_mask_run(nd_invocation *call) {
    nd_array *out = call->out[0];
    float keep = 1.0f - (float)nd_float(call->op, call->words, 0);
    if (keep == 0) /* not 1/0 where a draw of 0 is kept */
        return zeros_run(call);
    if (fill_mask(out, keep, nd_int(call->op, call->words, 1)) == 0)
        return 0;
    return nd_fail(ND_EMEMORY, "%s: cannot allocate the generators", call->op->name);
}

/* --------------------------------------------------------------------------------------- the operator */

/* The data's shape with an extent of 1 along the axes that share a draw. */
static int mask_words(const nd_invocation *call, double p, nd_words *words) {
    const nd_array *x = call->in[0];
    nd_spec spec = nd_array_spec(x);
    int shared = nd_axis_bits(call->op, call->words, 2, x->ndim, x, 0);
    if (shared < 0)
        return -1;
    for (int i = 0; i < spec.ndim; i++)
        spec.shape[i] = shared >> i & 1 ? 1 : spec.shape[i];
    words->at[0].f = p;
    nd_words_int(words, ND_OP__random_dropout_mask, 1, shared != 0);
    nd_words_list(words, ND_OP__random_dropout_mask, 2, spec.shape, spec.ndim);
    nd_words_int(words, ND_OP__random_dropout_mask, 3, spec.dtype);
    return 0;
}

int dropout_compose(nd_invocation *call) {
    enum { ALWAYS };
    double p = nd_float(call->op, call->words, 0);
    bool drops = p > 0 && (nd_is_training() || nd_int(call->op, call->words, 1) == ALWAYS);
    nd_words words = nd_words_new(ND_OP__random_dropout_mask);
    if (check_probability(call->op, p) < 0 || mask_words(call, p, &words) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *mask = drops ? nd_do(&s, ND_OP__random_dropout_mask, NULL, 0, &words) : NULL;
    nd_array *out = drops ? nd_do2(&s, ND_OP_mul, call->in[0], mask) : nd_do1(&s, ND_OP__copy, call->in[0]);
    return nd_scope_results(&s, &out, 1, call->out);
}
