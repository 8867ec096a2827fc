#include "shape.h"

#include <string.h>

#include "spec.h"

int nd_broadcast(const nd_op *op, nd_spec a, nd_spec b, nd_spec *into) {
    int ndim = a.ndim > b.ndim ? a.ndim : b.ndim;
    into->ndim = (uint8_t)ndim;
    for (int i = 1; i <= ndim; i++) {
        int64_t m = i <= a.ndim ? a.shape[a.ndim - i] : 1;
        int64_t n = i <= b.ndim ? b.shape[b.ndim - i] : 1;
        if (m != n && m != 1 && n != 1)
            return nd_fail(
                ND_ESHAPE,
                "%s: operands could not be broadcast together with shapes %s and %s: counted from the right, axis %d "
                "has extents %lld and %lld, which must be equal or one of them 1",
                op->name, nd_spec_text(&a).chars, nd_spec_text(&b).chars, i, (long long)m, (long long)n);
        into->shape[ndim - i] = m == 1 ? n : m;
    }
    return 0;
}

bool nd_lies_along(const nd_array *array, const nd_array *whole) {
    bool fits = array->ndim == whole->ndim;
    for (int i = 0; i < whole->ndim && fits; i++)
        fits = array->shape[i] == 1 || array->shape[i] == whole->shape[i];
    return fits;
}

int nd_axis(const nd_op *op, int64_t axis, int ndim, const nd_array *shown) {
    if (ndim == 0)
        return nd_fail(ND_EAXIS, "%s: axis %lld is out of bounds for an array of shape (), which has no axes", op->name,
                       (long long)axis);
    if (axis < -ndim || axis >= ndim)
        return nd_fail(ND_EAXIS, "%s: axis %lld is out of bounds for an array of shape %s; use %d to %d", op->name,
                       (long long)axis, nd_array_text(shown).chars, -ndim, ndim - 1);
    return (int)(axis < 0 ? axis + ndim : axis);
}

int nd_axis_bits(const nd_op *op, const nd_word *words, int parameter, int ndim, const nd_array *shown, int none) {
    const nd_word *values;
    int64_t count = nd_list(op, words, parameter, &values);
    if (count == ND_NONE || count == 0)
        return none;
    int bits = 0;
    for (int i = 0; i < count; i++) {
        int axis = nd_axis(op, values[i].i, ndim, shown);
        if (axis < 0)
            return -1;
        if (bits >> axis & 1)
            return nd_fail(ND_EAXIS, "%s: axis %d is named twice for an array of shape %s", op->name, axis,
                           nd_array_text(shown).chars);
        bits |= 1 << axis;
    }
    return bits;
}

void nd_like(nd_invocation *call, int input) {
    call->outputs = 1;
    const nd_array *array = call->in[input];
    nd_read_spec(&call->spec[0], array->dtype, array->ndim, array->shape);
}

nd_spec nd_listed_spec(nd_dtype dtype, int64_t count, const nd_word *values) {
    nd_spec spec = {.dtype = (uint8_t)dtype, .ndim = (uint8_t)(count == ND_NONE ? 0 : count)};
    for (int i = 0; i < spec.ndim; i++)
        spec.shape[i] = values[i].i;
    return spec;
}

int nd_mixed_dtypes(const nd_invocation *call, int i, int j) {
    const nd_array *a = call->in[i], *b = call->in[j];
    return nd_fail(ND_EDTYPE, "%s: arrays of dtype %s %s and %s %s do not mix; cast one with astype('%s')",
                   call->op->name, nd_dtype_name(a->dtype), nd_array_text(a).chars, nd_dtype_name(b->dtype),
                   nd_array_text(b).chars, nd_dtype_name(nd_dtype_is_float(a->dtype) ? a->dtype : b->dtype));
}

int nd_check_float(const nd_invocation *call) {
    nd_dtype dtype = call->in[0]->dtype;
    if (nd_dtype_is_float(dtype))
        return 0;
    return nd_fail(ND_EDTYPE, "%s: takes floats only, not %s; cast with astype('float32')", call->op->name,
                   nd_dtype_name(dtype));
}

nd_array *nd_reshape_to(nd_array *array, const nd_spec *spec) {
    if (nd_same_shape(array->ndim, array->shape, spec->ndim, spec->shape))
        return nd_array_retain(array);
    return nd_reshape_view(array, spec->shape, spec->ndim);
}

nd_array *nd_broadcast_to(nd_array *array, const nd_spec *spec) {
    if (nd_same_shape(array->ndim, array->shape, spec->ndim, spec->shape))
        return nd_array_retain(array);
    nd_words words = nd_words_new(ND_OP__broadcast_exactly);
    nd_words_list(&words, ND_OP__broadcast_exactly, 0, spec->shape, spec->ndim);
    return nd_apply1(ND_OP__broadcast_exactly, array, &words);
}

nd_array *nd_sum_to(nd_array *array, const nd_spec *spec) {
    if (nd_same_shape(array->ndim, array->shape, spec->ndim, spec->shape))
        return nd_array_retain(array);
    int64_t axes[ND_MAX_DIM];
    int count = 0, added = array->ndim - spec->ndim;
    for (int i = 0; i < array->ndim; i++)
        if (i < added || spec->shape[i - added] != array->shape[i])
            axes[count++] = i;
    if (count == 0)
        return nd_reshape_to(array, spec);
    nd_words words = nd_words_new(ND_OP_sum);
    nd_words_list(&words, ND_OP_sum, 0, axes, count);
    nd_words_int(&words, ND_OP_sum, 1, 1);
    nd_array *sum = nd_apply1(ND_OP_sum, array, &words);
    if (!sum)
        return NULL;
    nd_array *result = nd_reshape_to(sum, spec);
    nd_array_release(sum);
    return result;
}
