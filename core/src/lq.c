/* A = L Q with a lower triangular L and orthonormal rows in Q: gelqf. */
#include "array.h"
#include "linalg.h"
#include "matrix.h"
#include "memory.h"
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

/* A H0 H1 ... = L. The vectors of the reflections stay in the rows of q. */
static void reduce(nd_matrix q, nd_matrix l, double *tau) {
    for (int64_t i = 0; i < q.rows; i++) {
        double *v = nd_entry(q, i, i);
        for (int64_t j = 0; j < q.rows; j++)
            *nd_entry(l, i, j) = j < i ? *nd_entry(q, i, j) : 0;
        nd_reflection reflection = nd_reflect(v, q.columns - i);
        *nd_entry(l, i, i) = reflection.result;
        tau[i] = reflection.tau;
        nd_matrix_reflect_rows(q, i + 1, i, v, tau[i]);
    }
}

/* Q = ... H1 H0, from the last reflection to the first, over their vectors. */
static void expand(nd_matrix q, const double *tau) {
    for (int64_t i = q.rows - 1; i >= 0; i--) {
        double *row = nd_entry(q, i, 0);
        nd_matrix_reflect_rows(q, i + 1, i, row + i, tau[i]);
        for (int64_t j = 0; j < q.columns; j++)
            row[j] = (i == j) - (j < i ? 0 : tau[i] * row[j]);
    }
}

int gelqf_run(nd_invocation *call) {
    nd_array *q = call->out[0], *l = call->out[1];
    double *tau = nd_alloc(q->shape[q->ndim - 2] * (int64_t)sizeof *tau + 1);
    for (int64_t i = 0; i < nd_matrix_count(q) && q->size && tau; i++) {
        nd_matrix_copy(nd_matrix_of(q, i), nd_matrix_of(call->in[0], i));
        reduce(nd_matrix_of(q, i), nd_matrix_of(l, i), tau);
        expand(nd_matrix_of(q, i), tau);
    }
    nd_free(tau);
    return tau ? 0 : -1;
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
