/* IdentityAttachKLSparseReg: a penalty on units that are active too often, paid in backward only. */
#include "array.h"
#include "memory.h"
#include "normalize.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* A step of the tape that moves the average activation of each unit and adds the penalty's gradient by it. */
typedef struct regularizer {
    nd_array *data, *average; /* the data as (examples, units) */
    double target, penalty, momentum;
} regularizer;

static void release(void *self) {
    regularizer *r = self;
    nd_array_release(r->data);
    nd_array_release(r->average);
    nd_free(r);
}

/* By the mean of the examples. */
static nd_array *moved(nd_scope *s, const regularizer *r) {
    const int64_t examples = 0;
    nd_array *mean = nd_do_reduce(s, ND_OP_mean, nd_do_cast(s, r->data, nd_wide(r->data)), 1, &examples, false);
    return nd_do_moved(s, nd_do_cast(s, r->average, nd_wide(r->data)), mean, r->momentum);
}

/* penalty * ((1 - target)/(1 - average) - target/average) */
static nd_array *slope(nd_scope *s, const regularizer *r, nd_array *average) {
    nd_array *idle = nd_do_scalar(s, ND_OP_sub_reversed, average, 1);
    nd_array *push = nd_do_scalar(s, ND_OP_div_reversed, idle, 1 - r->target);
    nd_array *pull = nd_do_scalar(s, ND_OP_div_reversed, average, r->target);
    return nd_do_scalar(s, ND_OP_mul_scalar, nd_do2(s, ND_OP_sub, push, pull), r->penalty);
}

static int regularize(void *self, nd_array *const *g, int outputs, nd_array **into, int inputs) {
    regularizer *r = self;
    nd_scope s = {0};
    (void)outputs, (void)inputs;
    nd_array *average = moved(&s, r), *extra = nd_do_cast(&s, slope(&s, r, average), g[0]->dtype);
    nd_array *sum = nd_do2(&s, ND_OP_add, nd_do_reshape(&s, g[0], 2, r->data->shape), extra);
    sum = nd_do_reshape(&s, sum, g[0]->ndim, g[0]->shape);
    if (!s.failed)
        s.failed = nd_array_assign(r->average, average) < 0;
    return nd_scope_results(&s, &sum, 1, into);
}

static regularizer *regularizer_of(const nd_invocation *call, int64_t units) {
    nd_array *x = call->in[0];
    const nd_spec rows = {.dtype = x->dtype, .ndim = 2, .shape = {x->shape[0], units}};
    regularizer *r = nd_alloc(sizeof *r);
    if (!r)
        return NULL;
    *r = (regularizer){.target = nd_float(call->op, call->words, 0),
                       .penalty = nd_float(call->op, call->words, 1),
                       .momentum = nd_float(call->op, call->words, 2)};
    r->data = nd_array_view(x, 0, &rows);
    r->average = nd_array_detach(call->in[1]);
    return r->data && r->average ? r : (release(r), NULL);
}

int sparse_reg_compose(nd_invocation *call) {
    static const nd_custom custom = {regularize, release, "_regularize"};
    nd_array *x = call->in[0];
    int64_t units = x->ndim ? nd_count(x->ndim - 1, x->shape + 1) : 0;
    if (nd_check_float(call) < 0)
        return -1;
    if (x->ndim < 2 || call->in[1]->size != units || !nd_dtype_is_float(call->in[1]->dtype))
        return nd_fail(ND_ESHAPE,
                       "%s: data of shape (n, ...) needs a moving_avg of one float for each unit, not %s and %s",
                       call->op->name, nd_array_text(x).chars, nd_array_text(call->in[1]).chars);
    nd_scope s = {0};
    nd_array *out = nd_do1(&s, ND_OP__copy, nd_scope_own(&s, nd_array_detach(x)));
    regularizer *r = s.failed ? NULL : regularizer_of(call, units);
    if (!r || nd_record_custom(&custom, r, &x, 1, &out, 1) < 0) {
        if (r)
            release(r);
        s.failed = true;
    }
    out = nd_do_beside(&s, out, call->in[1]);
    return nd_scope_results(&s, &out, 1, call->out);
}
