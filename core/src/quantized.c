/* Layers on quantized arrays: their exact integers, and the range that these stand for. */
#include <float.h>
#include <math.h>

#include "array.h"
#include "memory.h"
#include "operators.h"
#include "quantization.h"
#include "spec.h"

/* What one level stands for, as a float32. */
static double level_of(const nd_array *x, nd_range range) {
    return (float)(nd_reach(range) / nd_levels(x->dtype));
}

static double half_level_of(const nd_array *x, nd_range range) {
    return (float)(nd_reach(range) / nd_half_levels(x->dtype));
}

/* Of int32 whose level is the product of two levels. */
static nd_range product_range(const nd_array *a, nd_range of_a, const nd_array *b, nd_range of_b) {
    return nd_both_sides(level_of(a, of_a) * level_of(b, of_b) * INT32_MAX);
}

static nd_array *real(nd_scope *s, const nd_invocation *call, int input, nd_range range) {
    nd_array *x = nd_do_cast(s, call->in[input], ND_FLOAT32);
    return nd_do_scalar(s, ND_OP_mul_scalar, x, half_level_of(call->in[input], range));
}

/* float64 holds the sums of products of bytes exactly. */
static nd_array *exact(nd_scope *s, nd_array *x) {
    return nd_do_cast(s, x, ND_FLOAT64);
}

/* ------------------------------------------------------------------------- convolution, fully connected */

/* The bias in levels of the products, without what is left of one. */
static nd_array *rescaled_bias(nd_scope *s, const nd_invocation *call, const nd_range *ranges) {
    double rate = nd_reach(ranges[2]) / nd_half_levels(ND_INT8);
    for (int i = 0; i < 2; i++)
        rate *= nd_scale_to(nd_half_levels(call->in[i]->dtype), nd_reach(ranges[i]));
    nd_array *bias = nd_do_cast(s, call->in[2], ND_FLOAT32);
    return exact(s, nd_do1(s, ND_OP_trunc, nd_do_scalar(s, ND_OP_mul_scalar, bias, fmin(rate, FLT_MAX))));
}

/* By the float layer of the same parameters. */
static int layer(nd_invocation *call, nd_op_id op, int no_bias) {
    const bool bias = !nd_int(call->op, call->words, no_bias);
    const int arrays = bias ? 3 : 2;
    nd_range ranges[3];
    if (call->inputs != 3 * arrays)
        return nd_fail(ND_ECALL, "%s: no_bias=%s needs %d inputs, each array's range after them, not %d",
                       call->op->name, bias ? "False" : "True", 3 * arrays, call->inputs);
    if (nd_check_quantized(call, 0, 1, false) < 0 || nd_check_quantized(call, 1, arrays - 1, true) < 0 ||
        nd_read_ranges(call, arrays, arrays, ranges) < 0)
        return -1;
    nd_scope s = {0};
    nd_words words = nd_words_copy(call->op, call->words);
    nd_array *in[] = {exact(&s, call->in[0]), exact(&s, call->in[1]), bias ? rescaled_bias(&s, call, ranges) : NULL};
    nd_array *made = nd_do_cast(&s, nd_do(&s, op, in, arrays, &words), ND_INT32);
    return nd_give_quantized(&s, call, made, product_range(call->in[0], ranges[0], call->in[1], ranges[1]));
}

int quantized_conv_compose(nd_invocation *call) {
    return layer(call, ND_OP_Convolution, 7);
}

int quantized_fully_connected_compose(nd_invocation *call) {
    return layer(call, ND_OP_FullyConnected, 1);
}

/* --------------------------------------------------------------------------- what leaves the range as it is */

enum { MAX, AVERAGE }; /* of Pooling's choices */

/* By the float operator of the same parameters, if it has any, rounded where it divides. */
static int in_place(nd_invocation *call, nd_op_id op, int arrays) {
    nd_range range;
    if (nd_check_quantized(call, arrays - 1, 1, false) < 0 || nd_read_ranges(call, arrays, 1, &range) < 0)
        return -1;
    nd_scope s = {0};
    nd_words words = nd_words_copy(call->op, call->words);
    nd_array *in[] = {call->in[0], call->in[1]};
    if (op == ND_OP_Pooling)
        in[0] = nd_do_cast(&s, in[0], ND_FLOAT32);
    nd_array *made = nd_do(&s, op, in, arrays, &words);
    if (op == ND_OP_Pooling)
        made = nd_do_saturate(&s, made, 1, call->in[0]->dtype);
    return nd_give_quantized(&s, call, made, range);
}

int quantized_pooling_compose(nd_invocation *call) {
    int64_t type = nd_int(call->op, call->words, 1);
    if (type != MAX && type != AVERAGE)
        return nd_fail(ND_EARGUMENT, "%s: pool_type must be 'max' or 'avg'", call->op->name);
    return in_place(call, ND_OP_Pooling, 1);
}

int quantized_act_compose(nd_invocation *call) {
    if (nd_int(call->op, call->words, 0) != 0)
        return nd_fail(ND_EARGUMENT, "%s: act_type must be 'relu'", call->op->name);
    return in_place(call, ND_OP_relu, 1);
}

int quantized_flatten_compose(nd_invocation *call) {
    return in_place(call, ND_OP_Flatten, 1);
}

int quantized_embedding_compose(nd_invocation *call) {
    return in_place(call, ND_OP_Embedding, 2);
}

/* ------------------------------------------------------------------------------------------- normalization */

int quantized_batch_norm_compose(nd_invocation *call) {
    enum { EPS, MOMENTUM, FIX_GAMMA, GLOBAL, STATISTICS, AXIS, CUDNN_OFF, LOW, HIGH };
    nd_range from, to;
    if (nd_check_quantized(call, 0, 1, false) < 0 || nd_read_ranges(call, 5, 1, &from) < 0)
        return -1;
    if (!nd_calibrated(call, LOW, HIGH, &to))
        return nd_fail(ND_EARGUMENT, "%s: min_calib_range and max_calib_range are required", call->op->name);
    nd_scope s = {0};
    nd_words words = nd_words_copy(call->op, call->words);
    nd_words_int(&words, ND_OP_BatchNorm, FIX_GAMMA, false);
    nd_words_int(&words, ND_OP_BatchNorm, GLOBAL, true);
    nd_words_int(&words, ND_OP_BatchNorm, STATISTICS, false);
    nd_array *in[] = {NULL, call->in[1], call->in[2], call->in[3], call->in[4]};
    in[0] = real(&s, call, 0, from);
    nd_array *made = nd_do(&s, ND_OP_BatchNorm, in, 5, &words);
    made = nd_do_saturate(&s, made, nd_scale_to(nd_half_levels(ND_INT8), nd_reach(to)), ND_INT8);
    return nd_give_quantized(&s, call, made, to);
}

/* ----------------------------------------------------------------------------------------- several arrays */

/* uint8 if all are. */
static nd_dtype common_type(const nd_invocation *call, int arrays) {
    nd_dtype dtype = ND_UINT8;
    for (int i = 0; i < arrays; i++)
        if (call->in[i]->dtype != ND_UINT8)
            dtype = ND_INT8;
    return dtype;
}

static nd_range widest(const nd_range *ranges, int count) {
    nd_range all = ranges[0];
    for (int i = 1; i < count; i++)
        all = (nd_range){fmin(all.low, ranges[i].low), fmax(all.high, ranges[i].high)};
    return all;
}

static int concat(nd_invocation *call, int arrays, const nd_range *ranges, nd_array **scaled) {
    nd_scope s = {0};
    nd_dtype dtype = common_type(call, arrays);
    nd_range all = widest(ranges, arrays);
    double scale = nd_scale_to(nd_levels(dtype), nd_reach(all));
    for (int i = 0; i < arrays; i++)
        scaled[i] = nd_do_saturate(&s, call->in[i], level_of(call->in[i], ranges[i]) * scale, dtype);
    nd_words words = nd_words_new(ND_OP_concat);
    nd_words_int(&words, ND_OP_concat, 0, nd_int(call->op, call->words, 0));
    return nd_give_quantized(&s, call, nd_do(&s, ND_OP_concat, scaled, arrays, &words), all);
}

int quantized_concat_compose(nd_invocation *call) {
    const int arrays = call->inputs / 3;
    if (call->inputs % 3)
        return nd_fail(ND_ECALL, "%s: the arrays and then two ends of a range for each are needed, not %d inputs",
                       call->op->name, call->inputs);
    nd_range *ranges = nd_alloc(arrays * (int64_t)sizeof *ranges);
    nd_array **scaled = nd_alloc(arrays * (int64_t)sizeof *scaled);
    int status = ranges && scaled && nd_check_quantized(call, 0, arrays, false) == 0 &&
                         nd_read_ranges(call, arrays, arrays, ranges) == 0
                     ? concat(call, arrays, ranges, scaled)
                     : -1;
    nd_free(ranges);
    nd_free(scaled);
    return status;
}

/* lhs and rhs of equal shapes, then the range of each. */
static int read_pair(const nd_invocation *call, nd_range *ranges) {
    return nd_check_quantized(call, 0, 2, false) < 0 ? -1 : nd_read_ranges(call, 2, 2, ranges);
}

int quantized_elemwise_add_compose(nd_invocation *call) {
    nd_range ranges[2], to;
    bool calibrated = nd_calibrated(call, 0, 1, &to);
    if (read_pair(call, ranges) < 0)
        return -1;
    nd_dtype dtype = calibrated ? common_type(call, 2) : ND_INT32;
    if (!calibrated)
        to = nd_both_sides(nd_reach(ranges[0]) + nd_reach(ranges[1]));
    nd_scope s = {0};
    nd_array *a = real(&s, call, 0, ranges[0]), *b = real(&s, call, 1, ranges[1]);
    nd_array *sum = nd_do2(&s, ND_OP_elemwise_add, a, b);
    return nd_give_quantized(&s, call, nd_do_saturate(&s, sum, nd_scale_to(nd_half_levels(dtype), nd_reach(to)), dtype),
                             to);
}

int quantized_elemwise_mul_compose(nd_invocation *call) {
    nd_range ranges[2], to;
    bool calibrated = nd_calibrated(call, 0, 1, &to);
    if (read_pair(call, ranges) < 0)
        return -1;
    const double level = level_of(call->in[0], ranges[0]) * level_of(call->in[1], ranges[1]);
    nd_scope s = {0};
    nd_array *a = nd_do_cast(&s, call->in[0], ND_INT32), *b = nd_do_cast(&s, call->in[1], ND_INT32);
    nd_array *product = nd_do2(&s, ND_OP_elemwise_mul, a, b);
    if (nd_int(call->op, call->words, 2)) {
        nd_array *out = nd_do_scalar(&s, ND_OP_mul_scalar, nd_do_cast(&s, product, ND_FLOAT32), level);
        return nd_scope_results(&s, &out, 1, call->out);
    }
    if (!calibrated)
        return nd_give_quantized(&s, call, product, nd_both_sides(level * INT32_MAX));
    nd_dtype dtype = common_type(call, 2);
    double scale = level * nd_scale_to(nd_levels(dtype), nd_reach(to));
    return nd_give_quantized(&s, call, nd_do_saturate(&s, product, scale, dtype), to);
}
