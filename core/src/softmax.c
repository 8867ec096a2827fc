/* softmax and log_softmax along any axis. Their kernels take contiguous rows; rows of another axis are gathered first.
 */
#include <math.h>

#include "array.h"
#include "cast.h"
#include "copy.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

static double scale_of(const nd_op *op, const nd_word *words) {
    double temperature = nd_float(op, words, 1);
    return isnan(temperature) ? 1 : 1 / temperature;
}

int softmax_infer(nd_invocation *call) {
    int64_t dtype = nd_int(call->op, call->words, 2);
    const nd_array *x = call->in[0];
    if (nd_axis(call->op, nd_int(call->op, call->words, 0), x->ndim, x) < 0)
        return -1;
    if (nd_float(call->op, call->words, 1) == 0)
        return nd_fail(ND_EARGUMENT, "%s: temperature must not be 0", call->op->name);
    nd_like(call, 0);
    if (dtype != ND_NONE && !nd_dtype_is_float((nd_dtype)dtype))
        return nd_fail(ND_EDTYPE, "%s: dtype must be a float, not %s", call->op->name, nd_dtype_name((nd_dtype)dtype));
    if (dtype != ND_NONE)
        call->spec[0].dtype = (uint8_t)dtype;
    return 0;
}

/* Rows of n elements that lie `stride` apart, through a scratch row where that is not 1. */
static int run_rows(nd_softmax_kernel *kernel, const nd_array *x, nd_array *out, int axis, double scale) {
    int item = nd_dtype_size(out->dtype);
    int64_t n = x->shape[axis], stride = nd_count(x->ndim - axis - 1, x->shape + axis + 1);
    char *scratch = stride == 1 ? NULL : nd_alloc(n * item);
    if (stride != 1 && !scratch)
        return -1;
    nd_strides along = {{stride}}, packed = {{1}};
    for (int64_t row = 0; row < x->size / n; row++) {
        int64_t first = (row / stride * n * stride + row % stride) * item;
        const char *from = (char *)nd_data(x) + first;
        char *to = (char *)nd_data(out) + first;
        if (scratch) {
            nd_copy_strided(1, &n, scratch, packed, from, along, item);
            kernel(scratch, scratch, n, scale);
            nd_copy_strided(1, &n, to, along, scratch, packed, item);
        } else {
            kernel(to, from, n, scale);
        }
    }
    nd_free(scratch);
    return 0;
}

static int run(nd_invocation *call, nd_softmax_kernel *const *kernels) {
    nd_array *x = call->in[0], *out = call->out[0];
    int axis = nd_axis(call->op, nd_int(call->op, call->words, 0), x->ndim, x);
    if (x->size == 0)
        return 0;
    if (out->dtype == x->dtype)
        return run_rows(kernels[out->dtype], x, out, axis, scale_of(call->op, call->words));
    /* Another dtype was asked for: cast first, then compute in it, widened once more if it has no kernel. */
    nd_words words = nd_words_new(ND_OP_Cast), same = {{{0}}};
    nd_words_int(&words, ND_OP_Cast, 0, out->dtype);
    nd_array *cast = nd_apply1(ND_OP_Cast, x, &words), *result = NULL;
    for (int i = 0; i < nd_op_words(call->op); i++)
        same.at[i] = call->words[i];
    nd_words_int(&same, (nd_op_id)nd_op_index(call->op), 2, ND_NONE);
    if (cast)
        result = nd_apply(call->op, &cast, 1, same.at);
    if (result)
        nd_cast(nd_data(out), out->dtype, nd_data(result), result->dtype, result->size);
    nd_array_release(cast);
    nd_array_release(result);
    return result ? 0 : -1;
}

int softmax_run(nd_invocation *call) {
    return run(call, nd_kernels_in_use()->softmax);
}

int log_softmax_run(nd_invocation *call) {
    return run(call, nd_kernels_in_use()->log_softmax);
}

/* ------------------------------------------------------------------------------------------- gradients */

static nd_array *sum_along(nd_array *x, int64_t axis) {
    nd_words words = nd_words_new(ND_OP_sum);
    nd_words_list(&words, ND_OP_sum, 0, &axis, 1);
    nd_words_int(&words, ND_OP_sum, 1, 1);
    return nd_apply1(ND_OP_sum, x, &words);
}

/* Applies an operator of two inputs to new references which it consumes; NULL in, NULL out. */
static nd_array *combine(nd_op_id op, nd_array *a, nd_array *b) {
    nd_array *result = a && b ? nd_apply2(op, a, b, NULL) : NULL;
    nd_array_release(a);
    nd_array_release(b);
    return result;
}

/* Multiplies by 1/temperature and casts to the input's dtype; consumes. */
static int finish(nd_backprop *b, nd_array *gradient) {
    double scale = scale_of(b->op, b->words);
    nd_spec spec = nd_input_spec(b->node, 0);
    if (gradient && scale != 1) {
        nd_array *scaled = nd_apply_scalar(ND_OP_mul_scalar, gradient, scale);
        nd_array_release(gradient);
        gradient = scaled;
    }
    if (gradient && gradient->dtype != spec.dtype) {
        nd_words words = nd_words_new(ND_OP_Cast);
        nd_words_int(&words, ND_OP_Cast, 0, spec.dtype);
        nd_array *cast = nd_apply1(ND_OP_Cast, gradient, &words);
        nd_array_release(gradient);
        gradient = cast;
    }
    b->into[0] = gradient;
    return gradient ? 0 : -1;
}

/* y (g - sum(g y)) */
int softmax_gradient(nd_backprop *b) {
    nd_array *g = b->g[0], *y = b->out[0];
    nd_array *product = nd_apply2(ND_OP_mul, g, y, NULL);
    nd_array *sum = product ? sum_along(product, nd_int(b->op, b->words, 0)) : NULL;
    nd_array_release(product);
    nd_array *centred = combine(ND_OP_sub, nd_array_retain(g), sum);
    return finish(b, combine(ND_OP_mul, centred, nd_array_retain(y)));
}

/* g - exp(y) sum(g) */
int log_softmax_gradient(nd_backprop *b) {
    nd_array *g = b->g[0];
    nd_array *share =
        combine(ND_OP_mul, nd_apply1(ND_OP_exp, b->out[0], NULL), sum_along(g, nd_int(b->op, b->words, 0)));
    return finish(b, combine(ND_OP_sub, nd_array_retain(g), share));
}
