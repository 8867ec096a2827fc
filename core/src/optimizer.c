/* Optimizer updates: reads an operator's numbers from its parameters and inputs, by their names, and makes the steps of
 * its rule with each of its weights.
 *
 * Where a weight32 is kept, it is what changes; the weight in half precision, and so the output, is a copy.
 */
#include <math.h>
#include <string.h>

#include "array.h"
#include "cast.h"
#include "gpu.h"
#include "memory.h"
#include "operators.h"
#include "spec.h"

static const struct {
    nd_rule_id rule;
    const char *group, *tail; /* the names of the inputs for one weight, and of those after all the weights */
    int number;               /* the parameter that says how many weights; -1: one */
} updates[ND_UPDATES] = {
#define UPDATE(name, rule, inputs, count, parameters, doc) [ND_UPDATE_##name] = {ND_RULE_##rule, inputs, "", -1},
#define MULTI_UPDATE(name, rule, group, tail, number, parameters, doc) \
    [ND_UPDATE_##name] = {ND_RULE_##rule, group, tail, number},
#include "ops.inl"
};

/* --------------------------------------------------------------------------------------------- by name */

typedef struct name {
    const char *text;
    int length;
} name;

/* Takes the first name off a list separated by blanks. */
static bool next_name(const char **list, name *n) {
    *list += strspn(*list, " ");
    *n = (name){*list, (int)strcspn(*list, " ")};
    *list += n->length;
    return n->length > 0;
}

static int count_names(const char *list) {
    int count = 0;
    for (name n; next_name(&list, &n);)
        count++;
    return count;
}

static bool is(name n, const char *text) {
    return strncmp(n.text, text, (size_t)n.length) == 0 && text[n.length] == 0;
}

/* The number of that name; NULL if it is of none. */
static double *number_of(nd_hyper *hyper, name n) {
    static const struct {
        const char *name;
        size_t at;
    } numbers[] = {
#define HYPER(name) {#name, offsetof(nd_hyper, name)},
        ND_HYPERS(HYPER)
#undef HYPER
            {"lrs", offsetof(nd_hyper, lr)},
        {"learning_rates", offsetof(nd_hyper, lr)},
        {"wds", offsetof(nd_hyper, wd)},
        {"etas", offsetof(nd_hyper, eta)},
        {"clip_grad", offsetof(nd_hyper, clip_gradient)},
        {"t", offsetof(nd_hyper, step)},
        {"step_count", offsetof(nd_hyper, step)},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (is(n, numbers[i].name))
            return (double *)((char *)hyper + numbers[i].at);
    return NULL;
}

/* -------------------------------------------------------------------------------------------- one weight */

/* What a step needs: weight, gradient and states, and the weight in float32 if there is one. */
typedef struct step {
    nd_array *in[2 + 3];
    nd_array *weight32;
    int count; /* of `in` */
    nd_hyper hyper;
} step;

static double parameter_value(const nd_param *param, const nd_word *at, int64_t which) {
    switch (param->kind) {
    case ND_FLOAT: return at->f;
    case ND_REALS: return at[1 + which].f;
    default: return (double)at->i;
    }
}

static void read_parameters(const nd_op *op, const nd_word *words, int64_t which, nd_hyper *hyper) {
    int index = 0;
    for (const nd_param *param = op->params; param->name; param++, index++) {
        double *number = number_of(hyper, (name){param->name, (int)strlen(param->name)});
        if (number)
            *number = parameter_value(param, words + nd_op_word_of(op, index), which);
    }
    double *limits[] = {&hyper->clip_gradient, &hyper->clip_weights, &hyper->upper_bound};
    for (int i = 0; i < 3; i++)
        *limits[i] = *limits[i] < 0 ? INFINITY : *limits[i];
    hyper->left1 = 1 - pow(hyper->beta1, hyper->step);
    hyper->left2 = 1 - pow(hyper->beta2, hyper->step);
}

/* Sorts the inputs of a list of names into those of the step. An array of numbers has one for each weight, or one. */
static void read_inputs(step *s, const char *names, nd_array *const *in, int64_t which) {
    for (name n; next_name(&names, &n); in++) {
        double *number = number_of(&s->hyper, n);
        if (is(n, "weight32"))
            s->weight32 = *in;
        else if (number)
            *number = nd_array_get(*in, which < (*in)->size ? which : 0);
        else
            s->in[s->count++] = *in;
    }
}

static int64_t weights_of(const nd_invocation *call) {
    int number = updates[call->op->kernel].number;
    return number < 0 ? 1 : nd_int(call->op, call->words, number);
}

static step read_step(const nd_invocation *call, int which) {
    const char *group = updates[call->op->kernel].group, *tail = updates[call->op->kernel].tail;
    step s = {.weight32 = NULL};
    int size = count_names(group);
    read_parameters(call->op, call->words, which, &s.hyper);
    read_inputs(&s, group, call->in + which * size, which);
    read_inputs(&s, tail, call->in + weights_of(call) * size, which);
    return s;
}

/* ---------------------------------------------------------------------------------------------- checks */

static int check_state(const nd_invocation *call, const nd_array *weight, nd_array *array, nd_dtype dtype,
                       bool written) {
    if (!nd_same_shape(weight->ndim, weight->shape, array->ndim, array->shape))
        return nd_fail(ND_ESHAPE, "%s: the weight has shape %s, so a gradient or a state of shape %s does not fit",
                       call->op->name, nd_array_text(weight).chars, nd_array_text(array).chars);
    if (array->dtype != dtype)
        return nd_fail(ND_EDTYPE, "%s: of a weight of dtype %s a gradient or a state has dtype %s, not %s",
                       call->op->name, nd_dtype_name(weight->dtype), nd_dtype_name(dtype), nd_dtype_name(array->dtype));
    return written && nd_is_recording() && nd_in_graph(array) ? nd_array_begin_write(array) : 0;
}

static int check_step(const nd_invocation *call, const step *s) {
    const nd_array *weight = s->in[0];
    nd_dtype states = s->weight32 ? ND_FLOAT32 : weight->dtype;
    if (!nd_dtype_is_float(weight->dtype) || (s->weight32 && weight->dtype == ND_FLOAT64))
        return nd_fail(ND_EDTYPE, "%s: a weight of dtype %s cannot be updated%s", call->op->name,
                       nd_dtype_name(weight->dtype), s->weight32 ? " by way of float32" : "; use a float");
    bool is_second_phase = updates[call->op->kernel].rule == ND_RULE_lamb;
    for (int i = 1; i < s->count; i++)
        if (check_state(call, weight, s->in[i], i == 1 && !is_second_phase ? weight->dtype : states, i > 1) < 0)
            return -1;
    return s->weight32 ? check_state(call, weight, s->weight32, ND_FLOAT32, true) : 0;
}

/* Every weight has its group of inputs, and its number in each list among the parameters. */
static int check_counts(const nd_invocation *call, int64_t weights) {
    int group = count_names(updates[call->op->kernel].group), tail = count_names(updates[call->op->kernel].tail);
    if (weights < 1 || weights > ND_MAX_OUTPUTS || call->inputs != weights * group + tail)
        return nd_fail(ND_ECALL,
                       "%s: %lld weights (1 to %d are possible), %d arrays each and %d after them, are not %d inputs",
                       call->op->name, (long long)weights, ND_MAX_OUTPUTS, group, tail, call->inputs);
    int index = 0;
    for (const nd_param *param = call->op->params; param->name; param++, index++) {
        const nd_word *list = call->words + nd_op_word_of(call->op, index);
        if (param->kind == ND_REALS && list->i != weights)
            return nd_fail(ND_EARGUMENT, "%s: %s has %lld numbers for %lld weights", call->op->name, param->name,
                           (long long)(list->i == ND_NONE ? 0 : list->i), (long long)weights);
    }
    return 0;
}

static int check_numbers(const nd_invocation *call, const char *names, nd_array *const *in, int weights) {
    for (name n; next_name(&names, &n); in++) {
        nd_hyper unused;
        bool many = is(n, "lrs") || is(n, "wds");
        if (number_of(&unused, n) && (*in)->size != (many ? weights : 1))
            return nd_fail(ND_ESHAPE, "%s: %.*s must have %d elements, not shape %s", call->op->name, n.length, n.text,
                           many ? weights : 1, nd_array_text(*in).chars);
    }
    return 0;
}

int update_infer(nd_invocation *call) {
    const char *group = updates[call->op->kernel].group, *tail = updates[call->op->kernel].tail;
    const int64_t weights = weights_of(call);
    if (check_counts(call, weights) < 0 || check_numbers(call, group, call->in, 1) < 0 ||
        check_numbers(call, tail, call->in + weights * count_names(group), (int)weights) < 0)
        return -1;
    call->outputs = (int)weights;
    for (int i = 0; i < weights; i++) {
        step s = read_step(call, i);
        if (check_step(call, &s) < 0)
            return -1;
        call->spec[i] = nd_array_spec(s.in[0]);
    }
    /* The direction that phase 1 of lamb finds has the precision of what it is subtracted from. */
    if (strstr(call->op->name, "mp_lamb_update_phase1"))
        call->spec[0].dtype = ND_FLOAT32;
    return 0;
}

/* ------------------------------------------------------------------------------------------------- steps */

static nd_array *changing(const step *s) {
    return s->weight32 ? s->weight32 : s->in[0];
}

static int step_on_gpu(nd_rule_id rule, const nd_array *weight, const nd_hyper *hyper, void *const *in, void *out) {
    int id = weight->context.id;
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    nd_gpu_rule_work work = {.row = rule, .dtype = weight->dtype, .n = weight->size, .out = out, .hyper = *hyper};
    memcpy(work.in, in, (2 + 3) * sizeof *in);
    return driver ? nd_gpu_check(id, driver->rule(id, &work)) : -1;
}

static int take_step(nd_rule_id rule, const step *s, void *gradient, void *out) {
    nd_array *weight = changing(s);
    void *in[2 + 3] = {nd_data(weight), gradient};
    for (int i = 2; i < s->count; i++)
        in[i] = nd_data(s->in[i]);
    if (nd_on_gpu(weight->context))
        return step_on_gpu(rule, weight, &s->hyper, in, out);
    nd_kernels_in_use()->rules[rule].kernel[weight->dtype](out, in, &s->hyper, weight->size);
    return 0;
}

static double norm_on_gpu(nd_context where, const void *data, nd_dtype dtype, int64_t n) {
    int64_t result = 0;
    nd_memory there;
    if (nd_gpu_alloc(where.id, sizeof result, &there) < 0)
        return NAN;
    nd_gpu_reduce_work work = {.row = ND_REDUCE__norm_l2, .dtype = dtype, .results = 1, .folded = n, .in = data};
    work.out = there.data;
    work.kept_ndim = work.folded_ndim = 1;
    work.kept_extent[0] = work.folded_stride[0] = 1;
    work.folded_extent[0] = n;
    const nd_gpu_driver *driver = nd_gpu_reduce(where, work) < 0 ? NULL : nd_gpu_driver_for(where.id);
    int status = driver ? nd_gpu_check(where.id, driver->download(where.id, &result, there.data, sizeof result)) : -1;
    there.release(there.owner);
    return status < 0 ? NAN : nd_element(&result, dtype, 0);
}

/* The root of the sum of squares; NaN if a GPU failed. */
static double norm_of(nd_context where, const void *data, nd_dtype dtype, int64_t n) {
    if (nd_on_gpu(where))
        return norm_on_gpu(where, data, dtype, n);
    const nd_reduce *norm = &nd_kernels_in_use()->reductions[ND_REDUCE__norm_l2][dtype];
    double result;
    norm->start(&result, 1);
    if (n)
        norm->along(&result, data, n);
    norm->finish(&result, 1, n);
    return nd_element(&result, dtype, 0);
}

/* Both phases of lamb: what the first finds, in `direction`, is the gradient of the second. */
static int take_lamb_steps(step *s, void *direction, void *out) {
    const nd_array *weight = s->in[0];
    if (take_step(ND_RULE_lamb_direction, s, nd_data(s->in[1]), direction) < 0)
        return -1;
    s->hyper.r1 = norm_of(weight->context, nd_data(weight), weight->dtype, weight->size);
    s->hyper.r2 = norm_of(weight->context, direction, weight->dtype, weight->size);
    s->count = 2;
    return take_step(ND_RULE_lamb, s, direction, out);
}

static int begin_writes(const step *s) {
    for (int i = 2; i < s->count; i++)
        if (nd_array_begin_write(s->in[i]) < 0)
            return -1;
    return s->weight32 ? nd_array_begin_write(s->weight32) : 0;
}

/* Adam with decay leaves everything as it is if the scale of the gradients says that they overflowed. */
static bool is_skipped(nd_rule_id rule, const nd_hyper *hyper) {
    return rule == ND_RULE_adamw && !(isfinite(hyper->rescale_grad) && hyper->rescale_grad != 0);
}

/* Where a weight32 changes, the result is a copy of it. `direction` is room for the one of both phases of lamb. */
static int update(nd_rule_id rule, step *s, void *direction, nd_array *out) {
    nd_array *weight = changing(s);
    bool copies = is_skipped(rule, &s->hyper) || (s->weight32 && (direction || rule != ND_RULE_lamb_direction));
    void *result = nd_data(copies ? weight : out);
    if (!is_skipped(rule, &s->hyper)) {
        if (begin_writes(s) < 0)
            return -1;
        int status = direction ? take_lamb_steps(s, direction, result) : take_step(rule, s, nd_data(s->in[1]), result);
        if (status < 0)
            return -1;
    }
    return copies ? nd_convert(out, weight) : 0;
}

/* Room for the largest direction, if the operator needs one. */
static int reserve_direction(const nd_invocation *call, nd_array **direction) {
    int64_t bytes = 1;
    *direction = NULL;
    if (updates[call->op->kernel].rule != ND_RULE_lamb_direction || updates[call->op->kernel].number < 0)
        return 0;
    for (int i = 0; i < call->outputs; i++)
        bytes = nd_bytes(call->out[i]) > bytes ? nd_bytes(call->out[i]) : bytes;
    *direction = nd_array_new(&(nd_spec){ND_UINT8, 1, {bytes}}, call->context);
    return *direction ? 0 : -1;
}

int update_run(nd_invocation *call) {
    nd_array *direction;
    int status = reserve_direction(call, &direction);
    for (int i = 0; i < call->outputs && status == 0; i++) {
        step s = read_step(call, i);
        status = update(updates[call->op->kernel].rule, &s, direction ? nd_data(direction) : NULL, call->out[i]);
    }
    nd_array_release(direction);
    return status;
}
