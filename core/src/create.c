/* Operators that make arrays from parameters: constants and ranges. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "cast.h"
#include "gpu.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

int zero_gradient(nd_backprop *b) {
    (void)b; /* every entry of `into` stays NULL, which is zero */
    return 0;
}

/* ------------------------------------------------------------------------------------------- inference */

/* The shape parameter's extents; None means `missing`. */
static int read_shape(nd_invocation *call, int parameter, nd_spec missing) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, parameter, &values);
    call->outputs = 1;
    call->spec[0] = missing;
    if (count == ND_NONE)
        return 0;
    call->spec[0] = nd_listed_spec(missing.dtype, count, values);
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

static const nd_spec single = {.dtype = ND_FLOAT32, .ndim = 1, .shape = {1}};

int shape_infer(nd_invocation *call) {
    if (read_shape(call, 0, single) < 0)
        return -1;
    call->spec[0].dtype = (uint8_t)nd_int(call->op, call->words, 1);
    return 0;
}

int eye_infer(nd_invocation *call) {
    int64_t rows = nd_int(call->op, call->words, 0), columns = nd_int(call->op, call->words, 1);
    call->outputs = 1;
    call->spec[0] = (nd_spec){
        .dtype = (uint8_t)nd_int(call->op, call->words, 3), .ndim = 2, .shape = {rows, columns ? columns : rows}};
    return nd_checked_size("eye", &call->spec[0]) < 0 ? -1 : 0;
}

/* start, stop and step, with arange(stop) read as arange(0, stop). */
typedef struct range {
    double start, step;
    int64_t repeat, count; /* count: before repeating; -1 if there is no such range */
} range;

static range read_range(const nd_op *op, const nd_word *words) {
    range r = {nd_float(op, words, 0), nd_float(op, words, 2), nd_int(op, words, 3), -1};
    double stop = nd_float(op, words, 1);
    if (isnan(stop))
        stop = r.start, r.start = 0;
    double count = ceil((stop - r.start) / r.step);
    if (r.step != 0 && r.repeat >= 1 && count < 0x1p62)
        r.count = count > 0 ? (int64_t)count : 0;
    return r;
}

int arange_infer(nd_invocation *call) {
    range r = read_range(call->op, call->words);
    call->outputs = 1;
    if (r.count < 0)
        return nd_fail(ND_EARGUMENT,
                       "arange: needs finite ends, a step that is not 0 and a repeat of at least 1; got start %g, stop "
                       "%g, step %g, repeat %lld",
                       nd_float(call->op, call->words, 0), nd_float(call->op, call->words, 1), r.step,
                       (long long)r.repeat);
    if (r.count > INT64_MAX / 64 / r.repeat)
        return nd_fail(ND_EMEMORY, "arange: %lld elements are larger than any memory", (long long)r.count);
    call->spec[0] =
        (nd_spec){.dtype = (uint8_t)nd_int(call->op, call->words, 5), .ndim = 1, .shape = {r.count * r.repeat}};
    return 0;
}

int linspace_infer(nd_invocation *call) {
    call->spec[0] = (nd_spec){
        .dtype = (uint8_t)nd_int(call->op, call->words, 4), .ndim = 1, .shape = {nd_int(call->op, call->words, 2)}};
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

/* Here the dtype is a number, -1 for float32. */
int zeros_without_dtype_infer(nd_invocation *call) {
    int64_t dtype = nd_int(call->op, call->words, 1);
    if (dtype < -1 || dtype >= ND_DTYPES)
        return nd_fail(ND_EDTYPE, "%s: there is no dtype of number %lld", call->op->name, (long long)dtype);
    if (read_shape(call, 0, single) < 0)
        return -1;
    call->spec[0].dtype = (uint8_t)(dtype < 0 ? ND_FLOAT32 : dtype);
    return 0;
}

/* ------------------------------------------------------------------------------------------- constants */

static int fill_gpu(const nd_array *out, double value) {
    int64_t element = 0;
    nd_set_element(&element, out->dtype, 0, value);
    return nd_gpu_fill(out, &element);
}

static int fill(nd_array *out, double value) {
    if (out->size == 0)
        return 0;
    int item = nd_dtype_size(out->dtype);
    if (nd_on_gpu(out->context))
        return fill_gpu(out, value);
    char *data = nd_data(out);
    nd_set_element(data, out->dtype, 0, value);
    /* Copies what is already filled, twice as much each time. */
    for (int64_t filled = item, all = nd_bytes(out); filled < all; filled *= 2)
        memcpy(data + filled, data, (size_t)(filled < all - filled ? filled : all - filled));
    return 0;
}

int nd_array_fill(nd_array *array, double value) {
    return nd_array_begin_write(array) < 0 ? -1 : fill(array, value);
}

int nd_clear(const nd_array *array) {
    if (nd_on_gpu(array->context))
        return nd_gpu_clear(array);
    memset(nd_data(array), 0, (size_t)nd_bytes(array));
    return 0;
}

int zeros_run(nd_invocation *call) {
    return nd_clear(call->out[0]);
}

int ones_run(nd_invocation *call) {
    return fill(call->out[0], 1);
}

int full_run(nd_invocation *call) {
    return fill(call->out[0], nd_float(call->op, call->words, 2));
}

int eye_run(nd_invocation *call) {
    nd_array *out = call->out[0];
    int64_t rows = out->shape[0], columns = out->shape[1], k = nd_int(call->op, call->words, 2);
    zeros_run(call);
    for (int64_t i = 0; i < rows; i++)
        if (k >= -i && k < columns - i)
            nd_array_set_int(out, i * columns + i + k, 1);
    return 0;
}

int arange_run(nd_invocation *call) {
    range r = read_range(call->op, call->words);
    for (int64_t i = 0; i < call->out[0]->size; i++)
        nd_array_set(call->out[0], i, r.start + (double)(i / r.repeat) * r.step);
    return 0;
}

int linspace_run(nd_invocation *call) {
    double start = nd_float(call->op, call->words, 0), stop = nd_float(call->op, call->words, 1);
    int64_t count = call->out[0]->size, gaps = count - (nd_int(call->op, call->words, 3) ? 1 : 0);
    double step = gaps > 0 ? (stop - start) / (double)gaps : 0;
    for (int64_t i = 0; i < count; i++)
        nd_array_set(call->out[0], i, start + (double)i * step);
    return 0;
}
