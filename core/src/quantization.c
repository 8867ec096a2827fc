/* From floats to small integers and back. */
#include "quantization.h"

#include <float.h>
#include <math.h>

#include "array.h"
#include "each.h"
#include "items/rounding.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* ------------------------------------------------------------------------------------------------- ranges */

static int read_number(const nd_invocation *call, int input, double *number) {
    const nd_array *x = call->in[input];
    if (x->size != 1 || !nd_dtype_is_float(x->dtype))
        return nd_fail(ND_ESHAPE, "%s: input %d, an end of a range, must be one float, not %s of shape %s",
                       call->op->name, input, nd_dtype_name(x->dtype), nd_array_text(x).chars);
    *number = nd_array_get(x, 0);
    return 0;
}

int nd_read_ranges(const nd_invocation *call, int first, int count, nd_range *ranges) {
    for (int i = 0; i < count; i++)
        if (read_number(call, first + 2 * i, &ranges[i].low) < 0 ||
            read_number(call, first + 2 * i + 1, &ranges[i].high) < 0)
            return -1;
    return 0;
}

int nd_check_quantized(const nd_invocation *call, int first, int count, bool signed_only) {
    for (int i = first; i < first + count; i++) {
        nd_dtype dtype = call->in[i]->dtype;
        if (dtype != ND_INT8 && (signed_only || dtype != ND_UINT8))
            return nd_fail(ND_EDTYPE, "%s: input %d must be %s, not %s; quantize_v2 makes such arrays", call->op->name,
                           i, signed_only ? "int8" : "int8 or uint8", nd_dtype_name(dtype));
    }
    return 0;
}

bool nd_calibrated(const nd_invocation *call, int low, int high, nd_range *range) {
    nd_range given = {(float)nd_float(call->op, call->words, low), (float)nd_float(call->op, call->words, high)};
    if (isnan(given.low) || isnan(given.high))
        return false;
    *range = given;
    return true;
}

double nd_reach(nd_range range) {
    return fmax(fabs(range.low), fabs(range.high));
}

nd_range nd_both_sides(double reach) {
    return (nd_range){-reach, reach};
}

/* ------------------------------------------------------------------------------------------------- levels */

double nd_levels(nd_dtype dtype) {
    return dtype == ND_INT8 ? INT8_MAX : dtype == ND_UINT8 ? UINT8_MAX : INT32_MAX;
}

double nd_half_levels(nd_dtype dtype) {
    return nd_levels(dtype) + 0.5;
}

double nd_scale_to(double levels, double reach) {
    return reach > 0 ? (float)fmin(levels / reach, FLT_MAX) : FLT_MAX;
}

int saturate_infer(nd_invocation *call) {
    call->spec[0] = nd_array_spec(call->in[0]);
    call->spec[0].dtype = (uint8_t)nd_int(call->op, call->words, 1);
    if (call->in[0]->dtype != ND_FLOAT32)
        return nd_fail(ND_EDTYPE, "%s: float32 is rounded, not %s", call->op->name, nd_dtype_name(call->in[0]->dtype));
    if (call->spec[0].dtype != ND_INT8 && call->spec[0].dtype != ND_UINT8 && call->spec[0].dtype != ND_INT32)
        return nd_fail(ND_EDTYPE, "%s: dtype must be int8, uint8 or int32, not %s", call->op->name,
                       nd_dtype_name((nd_dtype)call->spec[0].dtype));
    return 0;
}

ND_EACH(saturate)

int saturate_run(nd_invocation *call) {
    const nd_array *x = call->in[0], *out = call->out[0];
    nd_saturate_work work = {.from = nd_data(x), .to = nd_data(out), .dtype = out->dtype};
    work.scale = (float)nd_float(call->op, call->words, 0);
    work.low = out->dtype == ND_INT8 ? INT8_MIN : out->dtype == ND_UINT8 ? 0 : INT32_MIN;
    work.high = out->dtype == ND_INT8 ? INT8_MAX : out->dtype == ND_UINT8 ? UINT8_MAX : INT32_MAX;
    return each_saturate(call->context, &work, x->size);
}

nd_array *nd_do_saturate(nd_scope *s, nd_array *x, double scale, nd_dtype dtype) {
    nd_words words = nd_words_new(ND_OP__saturate);
    words.at[0].f = scale;
    nd_words_int(&words, ND_OP__saturate, 1, dtype);
    return nd_do_with(s, ND_OP__saturate, nd_do_cast(s, x, ND_FLOAT32), &words);
}

int nd_give_quantized(nd_scope *s, nd_invocation *call, nd_array *made, nd_range range) {
    const nd_spec one = {.dtype = ND_FLOAT32, .ndim = 1, .shape = {1}};
    nd_context context = call->in[0]->context;
    nd_array *outputs[] = {made, nd_do_full(s, &one, context, range.low), nd_do_full(s, &one, context, range.high)};
    call->outputs = 3;
    return nd_scope_results(s, outputs, 3, call->out);
}

/* ------------------------------------------------------------------------------------------- the operators */

static const nd_dtype two_types[] = {ND_INT8, ND_UINT8};

/* Signed integers stand for both sides of zero, whatever the range. */
static nd_range seen_by(nd_dtype dtype, nd_range range) {
    return dtype == ND_INT8 ? nd_both_sides(nd_reach(range)) : range;
}

int quantize_compose(nd_invocation *call) {
    nd_dtype dtype = two_types[nd_int(call->op, call->words, 0)];
    nd_range range;
    if (nd_check_float(call) < 0 || nd_read_ranges(call, 1, 1, &range) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *made = nd_do_saturate(&s, call->in[0], nd_scale_to(nd_levels(dtype), nd_reach(range)), dtype);
    return nd_give_quantized(&s, call, made, seen_by(dtype, range));
}

static double number_of(nd_scope *s, nd_op_id fold, nd_array *x) {
    nd_array *folded = nd_do_cast(s, nd_do_reduce(s, fold, x, 0, NULL, false), ND_FLOAT32);
    return s->failed ? 0 : nd_array_get(folded, 0);
}

/* From the least to the greatest element. */
static nd_range range_of(nd_scope *s, nd_array *x) {
    return (nd_range){number_of(s, ND_OP_min, x), number_of(s, ND_OP_max, x)};
}

/* The choices of out_type in the table's order: auto, int8, uint8. */
static nd_dtype chosen_type(const nd_invocation *call, bool calibrated, nd_range range) {
    int64_t chosen = nd_int(call->op, call->words, 0);
    return chosen ? two_types[chosen - 1] : calibrated && range.low >= 0 ? ND_UINT8 : ND_INT8;
}

/* Integers stay as they are: each level is 1, unless a range says otherwise. */
static int keep_quantized(nd_invocation *call, bool calibrated, nd_range range) {
    nd_array *x = call->in[0];
    double most = nd_half_levels(x->dtype);
    nd_scope s = {0};
    if (!calibrated)
        range = (nd_range){x->dtype == ND_INT8 ? -most : 0, most};
    return nd_give_quantized(&s, call, nd_do1(&s, ND_OP__copy, x), range);
}

int quantize_v2_compose(nd_invocation *call) {
    nd_range range = {0};
    bool calibrated = nd_calibrated(call, 1, 2, &range);
    if (call->in[0]->dtype == ND_INT8 || call->in[0]->dtype == ND_UINT8)
        return keep_quantized(call, calibrated, range);
    if (nd_check_float(call) < 0)
        return -1;
    nd_scope s = {0};
    if (!calibrated)
        range = range_of(&s, call->in[0]);
    nd_dtype dtype = chosen_type(call, calibrated, range);
    nd_array *made = nd_do_saturate(&s, call->in[0], nd_scale_to(nd_half_levels(dtype), nd_reach(range)), dtype);
    return nd_give_quantized(&s, call, made, seen_by(dtype, range));
}

int dequantize_compose(nd_invocation *call) {
    nd_array *x = call->in[0];
    nd_range range;
    if ((x->dtype != ND_INT32 && nd_check_quantized(call, 0, 1, false) < 0) || nd_read_ranges(call, 1, 1, &range) < 0)
        return -1;
    nd_scope s = {0};
    double level = nd_reach(range) / (x->dtype == ND_INT32 ? INT32_MAX : nd_half_levels(x->dtype));
    nd_array *out = nd_do_scalar(&s, ND_OP_mul_scalar, nd_do_cast(&s, x, ND_FLOAT32), level);
    return nd_scope_results(&s, &out, 1, call->out);
}

int requantize_compose(nd_invocation *call) {
    nd_range from, to = {0};
    bool calibrated = nd_calibrated(call, 1, 2, &to);
    if (call->in[0]->dtype != ND_INT32)
        return nd_fail(ND_EDTYPE, "%s: data must be int32, not %s", call->op->name, nd_dtype_name(call->in[0]->dtype));
    if (nd_read_ranges(call, 1, 1, &from) < 0)
        return -1;
    nd_scope s = {0};
    const double level = nd_reach(from) / INT32_MAX;
    if (!calibrated)
        to = range_of(&s, call->in[0]), to.low *= level, to.high *= level;
    nd_dtype dtype = chosen_type(call, calibrated, to);
    const double reach = (float)nd_reach(to), scale = level * nd_scale_to(nd_levels(dtype), reach);
    nd_array *made = nd_do_saturate(&s, call->in[0], scale, dtype);
    return nd_give_quantized(&s, call, made, dtype == ND_INT8 ? nd_both_sides(reach) : (nd_range){0, reach});
}
