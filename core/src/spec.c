#include "spec.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int size;
} dtypes[ND_DTYPES] = {
    [ND_FLOAT32] = {"float32", 4}, [ND_FLOAT64] = {"float64", 8}, [ND_FLOAT16] = {"float16", 2},
    [ND_UINT8] = {"uint8", 1},     [ND_INT32] = {"int32", 4},     [ND_INT8] = {"int8", 1},
    [ND_INT64] = {"int64", 8},     [ND_BOOL] = {"bool", 1},
};

const char *nd_dtype_name(nd_dtype dtype) {
    return (unsigned)dtype < ND_DTYPES ? dtypes[dtype].name : "unknown";
}

int nd_dtype_size(nd_dtype dtype) {
    return dtypes[dtype].size;
}

int nd_dtype_find(const char *name) {
    for (int i = 0; i < ND_DTYPES; i++)
        if (strcmp(name, dtypes[i].name) == 0)
            return i;
    return -1;
}

bool nd_dtype_is_float(nd_dtype dtype) {
    return dtype <= ND_FLOAT16;
}

int64_t nd_count(int ndim, const int64_t *shape) {
    int64_t size = 1;
    for (int i = 0; i < ndim; i++)
        size *= shape[i];
    return size;
}

int64_t nd_spec_size(const nd_spec *spec) {
    return nd_count(spec->ndim, spec->shape);
}

nd_text nd_shape_text(int ndim, const int64_t *shape) {
    nd_text text;
    int at = snprintf(text.chars, sizeof text.chars, "(");
    for (int i = 0; i < ndim && at < (int)sizeof text.chars - 24; i++)
        at += snprintf(text.chars + at, sizeof text.chars - (size_t)at, i ? ", %lld" : "%lld", (long long)shape[i]);
    snprintf(text.chars + at, sizeof text.chars - (size_t)at, ndim == 1 ? ",)" : ")");
    return text;
}

nd_text nd_spec_text(const nd_spec *spec) {
    return nd_shape_text(spec->ndim, spec->shape);
}

nd_text nd_array_text(const nd_array *array) {
    return nd_shape_text(array->ndim, array->shape);
}

int64_t nd_checked_size(const char *who, const nd_spec *spec) {
    /* Room for views, padding and strides to be counted in bytes without overflow. Strides reach beyond an empty axis,
     * so it does not make room for the others. */
    const int64_t most = INT64_MAX / 64;
    int64_t size = 1, strides = 1;
    if (spec->ndim > ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "%s: an array has at most %d axes, not %d", who, ND_MAX_DIM, spec->ndim);
    if (spec->dtype >= ND_DTYPES)
        return nd_fail(ND_EDTYPE, "%s: there is no dtype of number %d", who, spec->dtype);
    for (int i = 0; i < spec->ndim; i++) {
        if (spec->shape[i] < 0)
            return nd_fail(ND_ESHAPE, "%s: a shape cannot have a negative extent: %s", who, nd_spec_text(spec).chars);
        if (__builtin_mul_overflow(strides, spec->shape[i] ? spec->shape[i] : 1, &strides) || strides > most)
            return nd_fail(ND_EMEMORY, "%s: an array of shape %s is larger than any memory", who,
                           nd_spec_text(spec).chars);
        size *= spec->shape[i];
    }
    return size;
}
