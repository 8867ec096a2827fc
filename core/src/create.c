/* Operators that make arrays from parameters: constants, ranges, random numbers. */
#include <math.h>
#include <string.h>

#include "array.h"
#include "cast.h"
#include "half.h"
#include "memory.h"
#include "operators.h"
#include "random.h"
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

/* The shape and dtype parameters of a sampler start at `first`; the dtype must be one of a few. */
static int sampler_infer(nd_invocation *call, int first, nd_dtypes allowed, nd_dtype usual, const char *names) {
    int64_t dtype = nd_int(call->op, call->words, first + 1);
    if (read_shape(call, first, single) < 0)
        return -1;
    call->spec[0].dtype = (uint8_t)(dtype == ND_NONE ? usual : dtype);
    if (!(allowed & ND_DTYPE_BIT(call->spec[0].dtype)))
        return nd_fail(ND_EDTYPE, "%s: invalid dtype '%s', valid values are %s", call->op->name,
                       nd_dtype_name(call->spec[0].dtype), names);
    return 0;
}

int random_infer(nd_invocation *call) {
    int first = call->op == &nd_ops[ND_OP__random_exponential] ? 1 : 2;
    return sampler_infer(call, first, FLOATS | ND_DTYPE_BIT(ND_FLOAT16), ND_FLOAT32, "'float16', 'float32', 'float64'");
}

int randint_infer(nd_invocation *call) {
    int64_t low = nd_int(call->op, call->words, 0), high = nd_int(call->op, call->words, 1);
    if (low >= high)
        return nd_fail(ND_EARGUMENT, "%s: low must be below high, got [%lld, %lld)", call->op->name, (long long)low,
                       (long long)high);
    return sampler_infer(call, 2, ND_DTYPE_BIT(ND_INT32) | ND_DTYPE_BIT(ND_INT64), ND_INT32, "'int32', 'int64'");
}

/* ------------------------------------------------------------------------------------------- constants */

static int fill(nd_array *out, double value) {
    if (out->size == 0)
        return 0;
    int item = nd_dtype_size(out->dtype);
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

int zeros_run(nd_invocation *call) {
    memset(nd_data(call->out[0]), 0, (size_t)nd_bytes(call->out[0]));
    return 0;
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

/* -------------------------------------------------------------------------------------- random numbers */

int nd_seed(int32_t seed) {
    nd_random_seed(seed);
    return 0;
}

int nd_seed_context(int32_t seed) {
    nd_random_seed_context(seed);
    return 0;
}

/* Whole elements of the dtype: float16 comes from the double path, rounded to float32 and then to half. */
typedef int sampler_f32(float *, int64_t, float, float);
typedef int sampler_f64(double *, int64_t, float, float);

static int sample_halves(nd_array *out, sampler_f64 *sample, float first, float second) {
    double *wide = nd_alloc(out->size * (int64_t)sizeof *wide);
    if (!wide)
        return -1;
    int status = sample(wide, out->size, first, second);
    for (int64_t i = 0; i < out->size && status == 0; i++)
        ((uint16_t *)nd_data(out))[i] = nd_float_to_half((float)wide[i]);
    nd_free(wide);
    return status;
}

static int sample(nd_invocation *call, sampler_f32 *single_precision, sampler_f64 *double_precision) {
    nd_array *out = call->out[0];
    float first = (float)nd_float(call->op, call->words, 0), second = (float)nd_float(call->op, call->words, 1);
    void *data = nd_data(out);
    int status = out->dtype == ND_FLOAT32   ? single_precision(data, out->size, first, second)
                 : out->dtype == ND_FLOAT64 ? double_precision(data, out->size, first, second)
                                            : sample_halves(out, double_precision, first, second);
    return status < 0 ? nd_fail(ND_EMEMORY, "%s: cannot allocate the generators", call->op->name) : 0;
}

int uniform_run(nd_invocation *call) {
    double low = nd_float(call->op, call->words, 0), high = nd_float(call->op, call->words, 1);
    if (!(low <= high))
        return nd_fail(ND_EARGUMENT, "%s: low must not be above high, got [%g, %g)", call->op->name, low, high);
    return sample(call, nd_random_uniform_f32, nd_random_uniform_f64);
}

int normal_run(nd_invocation *call) {
    double scale = nd_float(call->op, call->words, 1);
    if (!(scale > 0))
        return nd_fail(ND_EARGUMENT, "%s: scale must be above 0, got %g", call->op->name, scale);
    return sample(call, nd_random_normal_f32, nd_random_normal_f64);
}

int exponential_run(nd_invocation *call) {
    double rate = nd_float(call->op, call->words, 0);
    nd_array *out = call->out[0];
    if (!(rate > 0))
        return nd_fail(ND_EARGUMENT, "%s: lam must be above 0, got %g", call->op->name, rate);
    float *values = out->dtype == ND_FLOAT32 ? nd_data(out) : NULL;
    float *scratch = values ? NULL : nd_alloc(out->size * (int64_t)sizeof *scratch);
    if (!values && !scratch)
        return -1;
    int status = nd_random_exponential_f32(values ? values : scratch, out->size, (float)rate);
    if (status == 0 && scratch)
        nd_cast(nd_data(out), out->dtype, scratch, ND_FLOAT32, out->size);
    nd_free(scratch);
    return status < 0 ? nd_fail(ND_EMEMORY, "%s: cannot allocate the generators", call->op->name) : 0;
}

int randint_run(nd_invocation *call) {
    int64_t low = nd_int(call->op, call->words, 0), high = nd_int(call->op, call->words, 1);
    nd_array *out = call->out[0];
    int status = out->dtype == ND_INT32 ? nd_random_randint_i32(nd_data(out), out->size, low, high)
                                        : nd_random_randint_i64(nd_data(out), out->size, low, high);
    return status < 0 ? nd_fail(ND_EMEMORY, "%s: cannot allocate the generators", call->op->name) : 0;
}
