/* Activation and LeakyReLU: one of several elementwise functions, by name. */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

int activation_compose(nd_invocation *call) {
    static const nd_op_id functions[] = {ND_OP_relu, ND_OP_sigmoid, ND_OP__softrelu, ND_OP_softsign, ND_OP_tanh};
    nd_scope s = {0};
    nd_array *out = nd_do1(&s, functions[nd_int(call->op, call->words, 0)], call->in[0]);
    return nd_scope_results(&s, &out, 1, call->out);
}

enum { ELU, GELU, LEAKY, PRELU, RRELU, SELU }; /* the choices of act_type, in the table's order */

static int check(const nd_invocation *call, int64_t function) {
    double lower = nd_float(call->op, call->words, 2), upper = nd_float(call->op, call->words, 3);
    if (call->inputs != (function == PRELU ? 2 : 1))
        return nd_fail(ND_ECALL, "LeakyReLU: %s",
                       function == PRELU ? "act_type='prelu' needs gamma, the slopes"
                                         : "only act_type='prelu' takes gamma");
    if (function == RRELU && nd_check_float(call) < 0)
        return -1;
    if (function == RRELU && !(lower <= upper))
        return nd_fail(ND_EARGUMENT, "LeakyReLU: lower_bound %g must not be above upper_bound %g", lower, upper);
    return 0;
}

/* x above 0, the slopes times x below. */
static nd_array *sloped(nd_scope *s, nd_array *x, nd_array *slopes) {
    nd_array *above = nd_do_scalar(s, ND_OP_greater_scalar, x, 0), *below = nd_do2(s, ND_OP_mul, x, slopes);
    nd_array *in[] = {above, x, below};
    return nd_do(s, ND_OP_where, in, 3, NULL);
}

/* gamma is one slope, or one for each channel: axis 1, or the only axis. */
static nd_array *prelu(nd_scope *s, nd_array *x, nd_array *gamma) {
    int axis = x->ndim > 1 ? 1 : 0;
    int64_t shape[ND_MAX_DIM] = {1, 1, 1, 1, 1, 1, 1, 1};
    if (gamma->size != 1 && (gamma->ndim != 1 || x->ndim == 0 || gamma->size != x->shape[axis]))
        return nd_fail(ND_ESHAPE, "LeakyReLU: gamma of shape %s must have one element, or one for each channel of %s",
                       nd_array_text(gamma).chars, nd_array_text(x).chars),
               nd_scope_own(s, NULL);
    if (gamma->size != 1)
        shape[axis] = gamma->size;
    return sloped(s, x, nd_do_reshape(s, gamma, x->ndim, shape));
}

/* While training a slope is drawn for each element; afterwards all have the mean. */
static nd_array *rrelu(nd_scope *s, nd_array *x, double lower, double upper) {
    nd_words leaky = nd_words_new(ND_OP__leaky_relu), uniform = nd_words_new(ND_OP__random_uniform);
    leaky.at[0].f = (lower + upper) / 2;
    if (!nd_is_training())
        return nd_do_with(s, ND_OP__leaky_relu, x, &leaky);
    uniform.at[0].f = lower;
    uniform.at[1].f = upper;
    nd_words_list(&uniform, ND_OP__random_uniform, 2, x->shape, x->ndim);
    nd_words_int(&uniform, ND_OP__random_uniform, 3, x->dtype);
    return sloped(s, x, nd_do(s, ND_OP__random_uniform, NULL, 0, &uniform));
}

static nd_array *function_of(nd_scope *s, const nd_invocation *call, int64_t function) {
    nd_array *x = call->in[0];
    nd_words words = nd_words_new(ND_OP__leaky_relu); /* _elu has the same */
    words.at[0].f = nd_float(call->op, call->words, 1);
    switch (function) {
    case ELU: return nd_do_with(s, ND_OP__elu, x, &words);
    case GELU: return nd_do1(s, ND_OP__gelu, x);
    case SELU: return nd_do1(s, ND_OP__selu, x);
    case PRELU: return prelu(s, x, call->in[1]);
    case RRELU: return rrelu(s, x, nd_float(call->op, call->words, 2), nd_float(call->op, call->words, 3));
    default: return nd_do_with(s, ND_OP__leaky_relu, x, &words);
    }
}

int leaky_relu_compose(nd_invocation *call) {
    int64_t function = nd_int(call->op, call->words, 0);
    if (check(call, function) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *out = function_of(&s, call, function);
    return nd_scope_results(&s, &out, 1, call->out);
}
