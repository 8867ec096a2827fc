/* The one way in: every operator call, from Python, from C or from a gradient, takes these steps.
 *
 *     check the inputs -> infer the outputs -> allocate, the step of the tape too -> run, in a dtype that has a kernel
 * -> record
 */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "gpu.h"
#include "half.h"
#include "memory.h"
#include "op.h"
#include "spec.h"

static _Thread_local nd_context default_context = {ND_CPU, 0};

nd_context nd_default_context(void) {
    return default_context;
}

void nd_set_default_context(nd_context context) {
    default_context = context;
}

/* ---------------------------------------------------------------------------------------------- checks */

static int optional_inputs(const nd_op *op) {
    int count = 0;
    for (const char *at = op->inputs; (at = strchr(at, '?')); at++)
        count++;
    return count;
}

static int check_count(const nd_op *op, int count) {
    if (op->input_count == ND_VARIADIC ? count >= 1 : count == op->input_count)
        return 0;
    if (op->input_count == ND_VARIADIC)
        return nd_fail(ND_ECALL, "Operator %s expects at least 1 input, but got none", op->name);
    int optional = optional_inputs(op), least = op->input_count - optional;
    if (count >= least && count <= op->input_count)
        return 0; /* its infer knows which the parameters ask for */
    if (optional)
        return nd_fail(ND_ECALL, "Operator %s expects %d to %d inputs, but got %d instead", op->name, least,
                       op->input_count, count);
    return nd_fail(ND_ECALL, "Operator %s expects %d input%s, but got %d instead", op->name, least,
                   least == 1 ? "" : "s", count);
}

static const char *device_name(nd_context context) {
    return context.device == ND_GPU ? "gpu" : "cpu";
}

int nd_check_contexts(const char *who, nd_array *const *inputs, int count) {
    for (int i = 1; i < count; i++) {
        nd_context a = inputs[0]->context, b = inputs[i]->context;
        if (!nd_same_context(a, b))
            return nd_fail(ND_ECONTEXT,
                           "%s: inputs live in different contexts, %s(%d) and %s(%d); move one with as_in_context", who,
                           device_name(a), a.id, device_name(b), b.id);
    }
    return 0;
}

/* A given output must have the inferred shape and dtype, and must not be part of the graph while recording. */
static int check_given(const nd_invocation *call, nd_array *const *outputs) {
    for (int i = 0; i < call->outputs; i++) {
        const nd_array *out = outputs[i];
        const nd_spec *spec = &call->spec[i];
        if (!out)
            continue;
        if (!nd_same_shape(out->ndim, out->shape, spec->ndim, spec->shape))
            return nd_fail(ND_ESHAPE, "%s: the result has shape %s, the array to write into %s", call->op->name,
                           nd_spec_text(spec).chars, nd_array_text(out).chars);
        if (out->dtype != spec->dtype)
            return nd_fail(ND_EDTYPE, "%s: the result has dtype %s, the array to write into %s", call->op->name,
                           nd_dtype_name(spec->dtype), nd_dtype_name(out->dtype));
        if (nd_check_write(out) < 0)
            return -1;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------- running in a dtype */

/* The input whose dtype decides: the condition of `where` may have one of its own. */
static int main_input(const nd_op *op) {
    return op->family == ND_TERNARY ? 1 : 0;
}

static nd_dtype wider(const nd_op *op, nd_dtype dtype) {
    return dtype == ND_FLOAT16 && op->dtypes & ND_DTYPE_BIT(ND_FLOAT32) ? ND_FLOAT32 : ND_FLOAT64;
}

static nd_array *cast_copy(const nd_array *array, nd_dtype dtype) {
    nd_spec spec = nd_array_spec(array);
    spec.dtype = (uint8_t)dtype;
    nd_array *copy = nd_array_new(&spec, array->context);
    if (copy && nd_convert(copy, array) < 0)
        return nd_array_release(copy), NULL;
    return copy;
}

static void release_all(nd_array **arrays, int count) {
    for (int i = 0; i < count; i++)
        nd_array_release(arrays[i]);
}

static int widen_inputs(const nd_invocation *call, nd_dtype dtype, nd_array **in) {
    for (int i = 0; i < call->inputs; i++) {
        in[i] =
            call->in[i]->dtype == dtype ? cast_copy(call->in[i], wider(call->op, dtype)) : nd_array_retain(call->in[i]);
        if (!in[i])
            return release_all(in, i), -1;
    }
    return 0;
}

static int widen_outputs(nd_invocation *wide, nd_dtype dtype) {
    for (int i = 0; i < wide->outputs; i++) {
        if (wide->spec[i].dtype == dtype)
            wide->spec[i].dtype = (uint8_t)wider(wide->op, dtype);
        wide->out[i] = nd_array_new(&wide->spec[i], wide->context);
        if (!wide->out[i])
            return release_all(wide->out, i), -1;
    }
    return 0;
}

/* An operator that changes its inputs has changed the copies, and their versions say so. */
static int narrow_inputs(const nd_invocation *call, nd_array *const *in) {
    for (int i = 0; i < call->inputs; i++) {
        if (in[i] == call->in[i] || in[i]->storage->version == 0)
            continue;
        if (nd_array_begin_write(call->in[i]) < 0)
            return -1;
        if (nd_convert(call->in[i], in[i]) < 0)
            return -1;
    }
    return 0;
}

static int run_where(nd_invocation *call) {
    return nd_on_gpu(call->context) ? nd_gpu_run(call) : call->op->run(call);
}

static int run_widened(nd_invocation *call, nd_array *const *in, nd_dtype dtype) {
    nd_invocation wide = *call;
    wide.in = in;
    if (widen_outputs(&wide, dtype) < 0)
        return -1;
    int status = run_where(&wide) < 0 ? -1 : narrow_inputs(call, in);
    for (int i = 0; i < call->outputs && status == 0; i++)
        status = nd_convert(call->out[i], wide.out[i]);
    release_all(wide.out, call->outputs);
    return status;
}

/* Casts the inputs of the deciding dtype up, runs, and casts the outputs back down. */
static int run_wider(nd_invocation *call, nd_dtype dtype) {
    nd_array *few[16], **in = few;
    if (call->inputs > 16 && !(in = nd_alloc(call->inputs * (int64_t)sizeof *in)))
        return -1;
    int status = widen_inputs(call, dtype, in);
    if (status == 0) {
        status = run_widened(call, in, dtype);
        release_all(in, call->inputs);
    }
    if (in != few)
        nd_free(in);
    return status;
}

static int run(nd_invocation *call) {
    if (call->inputs && call->op->dtypes != ALL) {
        nd_dtype dtype = call->in[main_input(call->op)]->dtype;
        if (!(call->op->dtypes & ND_DTYPE_BIT(dtype)))
            return run_wider(call, dtype);
    }
    return run_where(call);
}

/* --------------------------------------------------------------------------------- writing into given outputs */

/* A kernel may write straight into a given output if it cannot fail half-way and reads no element after writing it:
 * elementwise on floats, with inputs that are elsewhere or exactly there. */
static bool may_write_directly(const nd_invocation *call, const nd_array *out) {
    bool elementwise = call->op->family < ND_REDUCE || call->op->direct;
    if (!elementwise || !nd_dtype_is_float(out->dtype) || !nd_same_context(out->context, call->context))
        return false;
    for (int i = 0; i < call->inputs; i++) {
        const nd_array *in = call->in[i];
        bool same = in->storage == out->storage && in->offset == out->offset && in->size == out->size;
        if (!same && nd_overlap(in, out))
            return false;
    }
    return true;
}

static int allocate(nd_invocation *call, nd_array *const *given) {
    for (int i = 0; i < call->outputs; i++) {
        if (given[i] && may_write_directly(call, given[i]))
            call->out[i] = nd_array_retain(given[i]);
        else
            call->out[i] = nd_array_new(&call->spec[i], call->context);
        if (!call->out[i])
            return release_all(call->out, i), -1;
    }
    return 0;
}

/* Copies results into the outputs that were given. */
static int fill_given(const nd_invocation *call, nd_array *const *given) {
    for (int i = 0; i < call->outputs; i++)
        if (given[i] && call->out[i] != given[i] && nd_convert(given[i], call->out[i]) < 0)
            return -1;
    return 0;
}

/* Puts those outputs in the place of the results, and says that they were written. */
static void deliver(nd_invocation *call, nd_array *const *given) {
    for (int i = 0; i < call->outputs; i++) {
        if (!given[i])
            continue;
        given[i]->storage->version++;
        nd_array_retain(given[i]);
        nd_array_release(call->out[i]);
        call->out[i] = given[i];
    }
}

/* ------------------------------------------------------------------------------------------------ call */

static int infer(nd_invocation *call) {
    if (nd_on_gpu(call->context) && nd_gpu_check_operator(call->op) < 0)
        return -1;
    if (check_count(call->op, call->inputs) < 0 || nd_check_contexts(call->op->name, call->in, call->inputs) < 0)
        return -1;
    call->outputs = 1;
    return call->op->infer(call);
}

/* A given output takes the place on the tape of the array made for it. */
static void move_places(const nd_invocation *call, nd_array *const *given) {
    for (int i = 0; i < call->outputs; i++) {
        nd_array *made = call->out[i];
        if (!given[i] || !made->node)
            continue;
        nd_node *older = given[i]->node;
        nd_node_retain(made->node);
        given[i]->node = made->node;
        given[i]->output = made->output;
        nd_node_release(older);
    }
}

/* Gives the caller what it did not bring. */
static int hand_over(const nd_invocation *call, nd_array **outputs) {
    for (int i = 0; i < call->outputs; i++) {
        if (outputs[i])
            nd_array_release(call->out[i]);
        else
            outputs[i] = call->out[i];
    }
    return call->outputs;
}

/* Operators whose gradient is zero whatever they call are recorded themselves. */
static int compose(nd_invocation *call) {
    bool recording = nd_set_recording(nd_is_recording() && !call->op->gradient);
    nd_context context = default_context;
    default_context = call->context; /* where operators without inputs are to work */
    int status = call->op->compose(call);
    default_context = context;
    nd_set_recording(recording);
    return status;
}

static int record_constant(const nd_invocation *call) {
    return !call->op->gradient ? 0 : nd_record(call->op, call->in, call->inputs, call->words, call->out, call->outputs);
}

/* An operator made of other operators: they do the work, and are what is recorded. */
static int call_composed(nd_invocation *call, nd_array **outputs) {
    const nd_op *op = call->op;
    if (check_count(op, call->inputs) < 0 || nd_check_contexts(op->name, call->in, call->inputs) < 0)
        return -1;
    if (nd_on_gpu(call->context) && nd_gpu_check_operator(op) < 0)
        return -1;
    call->outputs = 1;
    if (compose(call) < 0)
        return nd_error_within(op->name), -1;
    for (int i = 0; i < call->outputs; i++)
        call->spec[i] = nd_array_spec(call->out[i]);
    if (check_given(call, outputs) < 0 || record_constant(call) < 0 || fill_given(call, outputs) < 0)
        return release_all(call->out, call->outputs), -1;
    move_places(call, outputs);
    deliver(call, outputs);
    return hand_over(call, outputs);
}

/* A number beside float16 is rounded to that first, as MXNet does. */
static const nd_word *beside_half(const nd_invocation *call, nd_word rounded[2]) {
    const nd_op *op = call->op;
    if ((op->family != ND_SCALAR && op->family != ND_SCALED) || call->in[0]->dtype != ND_FLOAT16)
        return call->words;
    for (int i = 0; i < nd_op_words(op); i++)
        rounded[i].f = nd_half_to_float(nd_float_to_half((float)call->words[i].f));
    return rounded;
}

int nd_call(const nd_op *op, nd_array *const *inputs, int count, const nd_word *words, nd_context context,
            nd_array **outputs) {
    nd_invocation call;
    call.op = op;
    call.in = inputs;
    call.inputs = count;
    call.words = words;
    call.context = count ? inputs[0]->context : context;
    call.given = outputs;
    if (op->compose)
        return call_composed(&call, outputs);
    if (infer(&call) < 0 || check_given(&call, outputs) < 0 || allocate(&call, outputs) < 0)
        return -1;
    nd_word rounded[2];
    call.words = beside_half(&call, rounded);
    nd_node *node = NULL;
    if (nd_is_recording() && nd_record_begin(op, inputs, count, call.words, call.out, call.outputs, &node) < 0)
        return release_all(call.out, call.outputs), -1;
    if (run(&call) < 0 || fill_given(&call, outputs) < 0)
        return nd_node_release(node), release_all(call.out, call.outputs), -1;
    deliver(&call, outputs);
    nd_record_end(node, call.out);
    return hand_over(&call, outputs);
}

nd_array *nd_apply(const nd_op *op, nd_array *const *inputs, int count, const nd_word *words) {
    nd_array *out = NULL;
    return nd_call(op, inputs, count, words, default_context, &out) < 0 ? NULL : out;
}
