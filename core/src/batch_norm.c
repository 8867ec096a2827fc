/* BatchNorm: while training by the batch's own mean and variance, else by moving ones, which backward moves. */
#include "array.h"
#include "memory.h"
#include "normalize.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

typedef struct options {
    double eps, momentum;
    bool fix_gamma, global, statistics;
} options;

static options read(const nd_op *op, const nd_word *words) {
    return (options){nd_float(op, words, 0), nd_float(op, words, 1), nd_int(op, words, 2), nd_int(op, words, 3),
                     nd_int(op, words, 4)};
}

/* ------------------------------------------------------------------------------------- moving averages */

/* A step of the tape that hands its gradient on and moves the averages, because MXNet moves them in backward. */
typedef struct mover {
    nd_array *moving[2], *batch[2];
    double momentum;
} mover;

static void release(void *self) {
    mover *m = self;
    for (int i = 0; i < 2; i++) {
        nd_array_release(m->moving[i]);
        nd_array_release(m->batch[i]);
    }
    nd_free(m);
}

static int move(void *self, nd_array *const *g, int outputs, nd_array **into, int inputs) {
    mover *m = self;
    nd_scope s = {0};
    (void)outputs, (void)inputs;
    nd_array *values[2];
    for (int i = 0; i < 2; i++)
        values[i] = nd_do_moved(&s, m->moving[i], m->batch[i], m->momentum);
    for (int i = 0; i < 2 && nd_is_training() && !s.failed; i++)
        s.failed = nd_array_assign(m->moving[i], values[i]) < 0;
    if (!s.failed)
        into[0] = nd_array_retain(g[0]);
    return nd_scope_results(&s, NULL, 0, NULL);
}

/* The same array, through a step that moves the averages. */
static nd_array *moving(nd_scope *s, const nd_invocation *call, const options *o, const nd_normalized *n) {
    static const nd_custom custom = {move, release, "_move_averages"};
    nd_array *out = s->failed ? NULL : nd_scope_own(s, nd_array_detach(n->out));
    mover *m = s->failed ? NULL : nd_alloc(sizeof *m);
    if (!m)
        return nd_scope_own(s, NULL);
    *m = (mover){.momentum = o->momentum};
    for (int i = 0; i < 2; i++) {
        m->moving[i] = nd_array_detach(call->in[3 + i]);
        nd_spec spec = nd_array_spec(call->in[3 + i]);
        spec.dtype = n->mean->dtype;
        m->batch[i] = nd_array_view(i ? n->variance : n->mean, 0, &spec);
    }
    if (!m->moving[0] || !m->moving[1] || !m->batch[0] || !m->batch[1] ||
        nd_record_custom(&custom, m, &n->out, 1, &out, 1) < 0)
        return release(m), nd_scope_own(s, NULL);
    return out;
}

/* ----------------------------------------------------------------------------------------- the operator */

/* By the moving averages, which are constants. */
static nd_normalized by_averages(nd_scope *s, const nd_invocation *call, nd_array *gamma, const nd_layer *layer) {
    nd_array *x = call->in[0], *mean = nd_do1(s, ND_OP_BlockGrad, nd_do_scale(s, call->in[3], x));
    nd_array *variance = nd_do1(s, ND_OP_BlockGrad, nd_do_scale(s, call->in[4], x));
    nd_array *inverse = nd_do_deviation(s, ND_OP_rsqrt, variance, layer->eps);
    nd_array *scale = nd_do2(s, ND_OP_mul, nd_do_scale(s, gamma, x), inverse);
    nd_array *seen = nd_do_reshape(s, nd_do_as(s, x, nd_wide(x)), 3, layer->view);
    nd_array *centred = nd_do2(s, ND_OP_sub, seen, mean);
    nd_array *out = nd_do2(s, ND_OP_add, nd_do2(s, ND_OP_mul, centred, scale), nd_do_scale(s, call->in[2], x));
    out = nd_do_reshape(s, nd_do_as(s, out, x->dtype), x->ndim, x->shape);
    return (nd_normalized){out, mean, variance};
}

/* What the operators differ in: which axis the channels are, and what is given out beside the mean. */
typedef struct form {
    int64_t axis;
    bool relu, variance; /* the variance itself, not 1/sqrt(variance + eps) */
} form;

static int check(const nd_invocation *call, int64_t wanted, int *axis) {
    const nd_array *x = call->in[0];
    if (x->ndim < 2)
        return nd_fail(ND_ESHAPE, "%s: data needs at least 2 axes, not shape %s", call->op->name,
                       nd_array_text(x).chars);
    if (nd_check_float(call) < 0)
        return -1;
    *axis = nd_axis(call->op, wanted, x->ndim, x);
    return *axis < 0 ? -1 : nd_check_scales(call, x->shape[*axis]);
}

/* Moving averages are constants: a gradient by them is zero, not missing. */
static nd_array *statistic(nd_scope *s, nd_array *shown, const nd_invocation *call, bool by_batch) {
    nd_array *out = nd_do_reshape(s, shown, 1, call->in[1]->shape);
    return by_batch ? out : nd_do_beside(s, out, call->in[0]);
}

static void run(nd_scope *s, nd_invocation *call, const options *o, const form *f, int axis, nd_array **outputs) {
    bool by_batch = nd_is_training() && !o->global;
    nd_layer layer = nd_layer_at(call->in[0], axis, o->eps);
    layer.axes = 2;
    layer.axis[0] = 0, layer.axis[1] = 2;
    nd_array *gamma = o->fix_gamma ? nd_do1(s, ND_OP_ones_like, call->in[1]) : call->in[1];
    nd_normalized n =
        by_batch ? nd_do_normalize(s, call->in[0], gamma, call->in[2], &layer) : by_averages(s, call, gamma, &layer);
    nd_array *spread = f->variance ? n.variance : nd_do_deviation(s, ND_OP_rsqrt, n.variance, o->eps);
    outputs[0] = by_batch ? moving(s, call, o, &n) : n.out;
    if (f->relu)
        outputs[0] = nd_do1(s, ND_OP_relu, outputs[0]);
    nd_array *shown[] = {n.mean, spread};
    for (int i = 0; i < 2; i++)
        outputs[1 + i] = o->statistics ? statistic(s, shown[i], call, by_batch) : NULL;
}

static int compose(nd_invocation *call, form f) {
    options o = read(call->op, call->words);
    nd_array *outputs[3];
    int axis = 0;
    if (check(call, f.axis, &axis) < 0)
        return -1;
    nd_scope s = {0};
    run(&s, call, &o, &f, axis, outputs);
    call->outputs = o.statistics ? 3 : 1;
    return nd_scope_results(&s, outputs, call->outputs, call->out);
}

int batch_norm_compose(nd_invocation *call) {
    return compose(call, (form){.axis = nd_int(call->op, call->words, 5)});
}

int batch_norm_relu_compose(nd_invocation *call) {
    return compose(call, (form){.axis = nd_int(call->op, call->words, 5), .relu = true});
}

int batch_norm_axis_1_compose(nd_invocation *call) {
    return compose(call, (form){.axis = 1, .variance = true});
}
