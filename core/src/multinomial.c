/* Draws from lists of probabilities. */
#include "array.h"
#include "cast.h"
#include "compose.h"
#include "memory.h"
#include "operators.h"
#include "random.h"
#include "sampler.h"
#include "spec.h"

/* The running sum is kept in double and stored in float32. */
static void running_sums(float *sum, const float *probability, int64_t n) {
    double total = 0.0;
    for (int64_t c = 0; c < n; c++) {
        total += probability[c];
        sum[c] = (float)total;
    }
}

/* The first of n ascending sums that is not below the unit; n if there is none. */
static int64_t first_reaching(const float *sum, int64_t n, float unit) {
    int64_t left = 0, right = n;
    while (left < right) {
        int64_t middle = left + (right - left) / 2;
        if (sum[middle] < unit)
            left = middle + 1;
        else
            right = middle;
    }
    return left;
}

int nd_random_multinomial(int32_t *out, const float *probability, int64_t rows, int64_t choices, int64_t samples) {
    if (rows <= 0 || samples <= 0)
        return 0;
    float *sum = nd_alloc((choices + 1) * (int64_t)sizeof *sum);
    if (!sum)
        return -1;
    nd_engine *e = nd_random_source_b();
    for (int64_t row = 0; row < rows; row++) {
        running_sums(sum, probability + row * choices, choices);
        for (int64_t i = 0; i < samples; i++)
            out[row * samples + i] = (int32_t)first_reaching(sum, choices, nd_unit_f32(e));
    }
    nd_free(sum);
    return 0;
}

/* ----------------------------------------------------------------------------------------- the operator */

/* The shape of the outcomes: that of the data without its last axis, then the shape parameter; (1,) for nothing. */
static int outcome_spec(const nd_invocation *call, nd_spec *spec) {
    const nd_array *data = call->in[0];
    if (!nd_dtype_is_float(data->dtype))
        return nd_fail(ND_EDTYPE, "%s: probabilities must be floats, not %s", call->op->name,
                       nd_dtype_name(data->dtype));
    if (data->ndim == 0 || data->shape[data->ndim - 1] == 0 || data->shape[data->ndim - 1] > INT32_MAX)
        return nd_fail(ND_ESHAPE, "%s: the last axis of data must hold probabilities, but data has shape %s",
                       call->op->name, nd_array_text(data).chars);
    *spec = nd_array_spec(data);
    spec->ndim--;
    spec->dtype = ND_INT32;
    if (nd_append_shape(call, 0, spec) < 0)
        return -1;
    if (spec->ndim == 0)
        spec->ndim = 1, spec->shape[0] = 1;
    return 0;
}

static nd_array *draw_outcomes(const nd_invocation *call, const nd_spec *spec, int64_t choices) {
    nd_scope s = {0};
    nd_array *single = nd_do_cast(&s, nd_scope_own(&s, nd_array_detach(call->in[0])), ND_FLOAT32);
    single = nd_do_read(&s, single);
    nd_array *outcomes = nd_do_table(&s, spec, call->context);
    int64_t rows = call->in[0]->size / choices;
    if (!s.failed && rows &&
        nd_random_multinomial(nd_data(outcomes), nd_data(single), rows, choices, outcomes->size / rows) < 0)
        s.failed = true;
    return nd_scope_result(&s, outcomes);
}

/* Where in the data the probability of each outcome lies. Beyond the last one, for want of one: at the last. */
static nd_array *places_of(const nd_array *outcomes, int64_t rows, int64_t choices) {
    nd_spec spec = nd_array_spec(outcomes);
    spec.dtype = ND_INT64;
    nd_array *places = nd_array_new(&spec, outcomes->context);
    for (int64_t i = 0; places && i < places->size; i++) {
        int64_t outcome = ((int32_t *)nd_data(outcomes))[i], row = i / (places->size / rows);
        ((int64_t *)nd_data(places))[i] = row * choices + (outcome < choices ? outcome : choices - 1);
    }
    return places;
}

static nd_array *take(nd_scope *s, nd_array *data, nd_array *places) {
    return s->failed ? NULL : nd_do2(s, ND_OP_take, data, nd_do_there(s, places, data->context));
}

/* The dtype parameter's choices, in the order of the row. */
static const nd_dtype outcome_dtypes[] = {ND_FLOAT16, ND_FLOAT32, ND_FLOAT64, ND_INT32, ND_UINT8};

/* The log-likelihood is made of operators, so that a gradient goes to the probabilities. */
int multinomial_compose(nd_invocation *call) {
    nd_spec spec;
    nd_array *data = call->in[0];
    if (outcome_spec(call, &spec) < 0)
        return -1;
    int64_t choices = data->shape[data->ndim - 1], flat[] = {data->size};
    nd_scope s = {0};
    nd_engine before = *nd_random_source_b();
    nd_array *outcomes = nd_scope_own(&s, draw_outcomes(call, &spec, choices));
    nd_array *there = nd_do_there(&s, outcomes, call->context);
    nd_array *made[] = {nd_do_cast(&s, there, outcome_dtypes[nd_int(call->op, call->words, 2)]), NULL};
    made[0] = nd_do_beside(&s, made[0], data); /* a head for them is taken, to no effect */
    call->outputs = nd_int(call->op, call->words, 1) ? 2 : 1;
    if (call->outputs == 2 && !s.failed) {
        nd_array *places = nd_scope_own(&s, places_of(outcomes, data->size / choices, choices));
        made[1] = nd_do1(&s, ND_OP_log, take(&s, nd_do_reshape(&s, data, 1, flat), places));
    }
    int status = nd_scope_results(&s, made, call->outputs, call->out);
    if (status < 0)
        *nd_random_source_b() = before; /* a failed call has drawn nothing */
    return status;
}
