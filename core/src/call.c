/* The one way in: every operator call, from Python, from C or from a gradient, takes these steps.
 *
 *     check the inputs -> infer the outputs -> allocate, the step of the tape too -> run, in a dtype that has a kernel
 * -> record
 */
#include "array.h"
#include "cast.h"
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

static int check_count(const nd_op *op, int count) {
    if (op->input_count == ND_VARIADIC ? count >= 1 : count == op->input_count)
        return 0;
    if (op->input_count == ND_VARIADIC)
        return nd_fail(ND_ECALL, "Operator %s expects at least 1 input, but got none", op->name);
    return nd_fail(ND_ECALL, "Operator %s expects %d input%s, but got %d instead", op->name, op->input_count,
                   op->input_count == 1 ? "" : "s", count);
}

static const char *device_name(nd_context context) {
    return context.device == ND_GPU ? "gpu" : "cpu";
}

int nd_check_contexts(const char *who, nd_array *const *inputs, int count) {
    for (int i = 1; i < count; i++) {
        nd_context a = inputs[0]->context, b = inputs[i]->context;
        if (a.device != b.device || a.id != b.id)
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

static nd_dtype wider(nd_dtype dtype) {
    return dtype == ND_FLOAT16 ? ND_FLOAT32 : ND_FLOAT64;
}

static nd_array *cast_copy(const nd_array *array, nd_dtype dtype) {
    nd_spec spec = nd_array_spec(array);
    spec.dtype = (uint8_t)dtype;
    nd_array *copy = nd_array_new(&spec, array->context);
    if (copy)
        nd_cast(nd_data(copy), dtype, nd_data(array), array->dtype, array->size);
    return copy;
}

static void release_all(nd_array **arrays, int count) {
    for (int i = 0; i < count; i++)
        nd_array_release(arrays[i]);
}

/* Casts the inputs of the deciding dtype up, runs, and casts the outputs back down. */
static int run_wider(nd_invocation *call, nd_dtype dtype) {
    nd_array *in[8] = {0};
    nd_invocation wide = *call;
    wide.in = in;
    int status = 0;
    for (int i = 0; i < call->inputs && status == 0; i++) {
        in[i] = call->in[i]->dtype == dtype ? cast_copy(call->in[i], wider(dtype)) : nd_array_retain(call->in[i]);
        status = in[i] ? 0 : -1;
    }
    for (int i = 0; i < call->outputs; i++)
        wide.out[i] = NULL;
    for (int i = 0; i < call->outputs && status == 0; i++) {
        if (call->spec[i].dtype == dtype)
            wide.spec[i].dtype = (uint8_t)wider(dtype);
        wide.out[i] = nd_array_new(&wide.spec[i], call->context);
        status = wide.out[i] ? 0 : -1;
    }
    if (status == 0)
        status = call->op->run(&wide);
    for (int i = 0; i < call->outputs && status == 0; i++)
        nd_cast(nd_data(call->out[i]), call->out[i]->dtype, nd_data(wide.out[i]), wide.out[i]->dtype,
                wide.out[i]->size);
    release_all(in, call->inputs);
    release_all(wide.out, call->outputs);
    return status;
}

static int run(nd_invocation *call) {
    if (call->inputs && call->op->dtypes != ALL) {
        nd_dtype dtype = call->in[main_input(call->op)]->dtype;
        if (!(call->op->dtypes & ND_DTYPE_BIT(dtype)))
            return run_wider(call, dtype);
    }
    return call->op->run(call);
}

/* --------------------------------------------------------------------------------- writing into given outputs */

/* A kernel may write straight into a given output if it cannot fail half-way and reads no element after writing it:
 * elementwise on floats, with inputs that are elsewhere or exactly there. */
static bool may_write_directly(const nd_invocation *call, const nd_array *out) {
    if (call->op->family >= ND_REDUCE || !nd_dtype_is_float(out->dtype))
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

/* Moves results into the outputs that were given, and says that they were written. */
static void deliver(nd_invocation *call, nd_array *const *given) {
    for (int i = 0; i < call->outputs; i++) {
        if (!given[i])
            continue;
        if (call->out[i] != given[i])
            nd_cast(nd_data(given[i]), given[i]->dtype, nd_data(call->out[i]), call->out[i]->dtype, given[i]->size);
        given[i]->storage->version++;
        nd_array_retain(given[i]);
        nd_array_release(call->out[i]);
        call->out[i] = given[i];
    }
}

/* ------------------------------------------------------------------------------------------------ call */

static int infer(nd_invocation *call) {
    if (check_count(call->op, call->inputs) < 0 || nd_check_contexts(call->op->name, call->in, call->inputs) < 0)
        return -1;
    call->outputs = 1;
    return call->op->infer(call);
}

int nd_call(const nd_op *op, nd_array *const *inputs, int count, const nd_word *words, nd_context context,
            nd_array **outputs) {
    nd_invocation call;
    call.op = op;
    call.in = inputs;
    call.inputs = count;
    call.words = words;
    call.context = count ? inputs[0]->context : context;
    if (infer(&call) < 0 || check_given(&call, outputs) < 0 || allocate(&call, outputs) < 0)
        return -1;
    nd_node *node = NULL;
    if (nd_is_recording() && nd_record_begin(op, inputs, count, words, call.out, call.outputs, &node) < 0)
        return release_all(call.out, call.outputs), -1;
    if (run(&call) < 0)
        return nd_node_release(node), release_all(call.out, call.outputs), -1;
    deliver(&call, outputs);
    nd_record_end(node, call.out);
    for (int i = 0; i < call.outputs; i++) {
        if (outputs[i])
            nd_array_release(call.out[i]);
        else
            outputs[i] = call.out[i];
    }
    return call.outputs;
}

nd_array *nd_apply(const nd_op *op, nd_array *const *inputs, int count, const nd_word *words) {
    nd_array *out = NULL;
    return nd_call(op, inputs, count, words, default_context, &out) < 0 ? NULL : out;
}
