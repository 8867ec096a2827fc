/* Which operators run on a GPU, and how: elementwise rows and reductions by kernels that the table makes; the others
 * as gpu_operators.inl says. Composed operators are as able as those that they call.
 */
#include "gpu.h"

#if ND_WITH_GPU

#include "array.h"
#include "cast.h"

typedef enum way { NOWHERE, THERE, MADE_ON_HOST } way;

static const uint8_t ways[ND_OPS] = {
#define UPDATE(name, rule, inputs, count, parameters, doc) [ND_OP_##name] = THERE,
#define MULTI_UPDATE(name, rule, group, tail, number, parameters, doc) [ND_OP_##name] = THERE,
#include "ops.inl"
#define ON_GPU(name) [ND_OP_##name] = THERE,
#define MADE_ON_HOST(name) [ND_OP_##name] = MADE_ON_HOST,
#include "gpu_operators.inl"
};

static way way_of(const nd_op *op) {
    return op->compose || op->family < ND_OTHER ? THERE : (way)ways[nd_op_index(op)];
}

int nd_gpu_check_operator(const nd_op *op) {
    if (way_of(op) != NOWHERE)
        return 0;
    return nd_fail(ND_ECONTEXT, "%s: not implemented on gpu; use as_in_context(mx.cpu())", op->name);
}

static void release_all(nd_array **arrays, int count) {
    for (int i = 0; i < count; i++)
        nd_array_release(arrays[i]);
}

/* Of few inputs and outputs, as all are that are made on the host. */
static int copy_inputs(const nd_invocation *call, nd_array **in) {
    for (int i = 0; i < call->inputs; i++)
        if (!(in[i] = nd_gpu_on_host(call->in[i])))
            return release_all(in, i), -1;
    return 0;
}

static int make_outputs(nd_invocation *twin) {
    for (int i = 0; i < twin->outputs; i++)
        if (!(twin->out[i] = nd_array_new(&twin->spec[i], twin->context)))
            return release_all(twin->out, i), -1;
    return 0;
}

int nd_gpu_run_on_host(nd_invocation *call) {
    enum { MOST_INPUTS = 8 };
    nd_array *in[MOST_INPUTS];
    nd_invocation twin = *call;
    twin.in = in;
    twin.context = (nd_context){ND_CPU, 0};
    if (call->inputs > MOST_INPUTS || copy_inputs(call, in) < 0)
        return -1;
    int status = make_outputs(&twin);
    if (status == 0) {
        status = call->op->run(&twin);
        for (int i = 0; i < call->outputs && status == 0; i++)
            status = nd_convert(call->out[i], twin.out[i]);
        release_all(twin.out, twin.outputs);
    }
    release_all(in, call->inputs);
    return status;
}

int nd_gpu_run(nd_invocation *call) {
    return way_of(call->op) == MADE_ON_HOST ? nd_gpu_run_on_host(call) : call->op->run(call);
}

#endif
