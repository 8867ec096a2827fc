/* A = L Q with a lower triangular L and orthonormal rows in Q: gelqf. */
#include "array.h"
#include "each.h"
#include "linalg.h"
#include "matrix.h"
#include "operators.h"
#include "shape.h"

int gelqf_infer(nd_invocation *call) {
    if (nd_check_wide(call) < 0)
        return -1;
    nd_like(call, 0);
    call->outputs = 2;
    call->spec[1] = call->spec[0];
    call->spec[1].shape[call->spec[1].ndim - 1] = call->spec[1].shape[call->spec[1].ndim - 2];
    return 0;
}

ND_EACH(lq_reduce)
ND_EACH(lq_expand)

static nd_matrix rows_below(nd_matrix q, int64_t i) {
    return nd_part(q, i + 1, i, q.rows - i - 1, q.columns - i);
}

/* The steps for row i of q, whose reflection acts on the rows below: there while reducing, and back while expanding. */
static int reduce_row(const nd_lq_work *w) {
    const nd_vectors v = {nd_entry(w->q, w->i, w->i), w->q.apart};
    return each_lq_reduce(w->q.where, w, w->q.count) < 0 ? -1
                                                         : nd_matrix_reflect_rows(rows_below(w->q, w->i), v, w->tau);
}

static int expand_row(const nd_lq_work *w) {
    const nd_vectors v = {nd_entry(w->q, w->i, w->i), w->q.apart};
    return nd_matrix_reflect_rows(rows_below(w->q, w->i), v, w->tau) < 0
               ? -1
               : each_lq_expand(w->q.where, w, w->q.count * w->q.columns);
}

/* A H0 H1 ... = L, and Q = ... H1 H0, from the last reflection to the first, over their vectors. */
static int factor(nd_matrix q, nd_matrix l, double *tau) {
    nd_lq_work work = {.q = q, .l = l, .tau = {tau, q.rows}};
    int status = 0;
    for (; work.i < q.rows && status == 0; work.i++, work.tau.at++)
        status = reduce_row(&work);
    while (status == 0 && work.i > 0) {
        work.i--, work.tau.at--;
        status = expand_row(&work);
    }
    return status;
}

int gelqf_run(nd_invocation *call) {
    nd_array *q = call->out[0], *l = call->out[1];
    if (q->size == 0)
        return 0;
    const nd_matrix one = nd_matrix_of(q, 0);
    const nd_spec spec = {ND_FLOAT64, 1, {one.count * one.rows}};
    nd_array *tau = nd_array_new(&spec, q->context);
    int status = tau ? 0 : -1;
    for (int64_t i = 0, steps = nd_matrix_steps(q); i < steps && status == 0; i++) {
        status = nd_matrix_copy(nd_matrix_of(q, i), nd_matrix_of(call->in[0], i));
        if (status == 0)
            status = factor(nd_matrix_of(q, i), nd_matrix_of(l, i), nd_data(tau));
    }
    nd_array_release(tau);
    return status;
}

/* L^-T (G_Q + M Q), where M mirrors the lower triangle of L^T G_L - G_Q Q^T. */
int gelqf_gradient(nd_backprop *b) {
    nd_scope s = {0};
    nd_array *q = b->out[0], *l = b->out[1], *gl = nd_do_triangle(&s, b->g[1], true, 0);
    nd_array *m =
        nd_do2(&s, ND_OP_sub, nd_do_product(&s, l, gl, true, false), nd_do_product(&s, b->g[0], q, false, true));
    nd_array *sum = nd_do2(&s, ND_OP_add, b->g[0], nd_do_product(&s, nd_do_mirrored(&s, m), q, false, false));
    b->into[0] = nd_scope_result(&s, nd_do_solve(&s, l, sum, true, false, true));
    return b->into[0] ? 0 : -1;
}
