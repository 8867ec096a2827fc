/* A = UT diag(L) V: A's rows, made orthogonal by rotations (jacobi.c), have the singular values for lengths; the
 * rotations are UT, the rows V. */
#include "array.h"
#include "each.h"
#include "jacobi.h"
#include "linalg.h"
#include "operators.h"
#include "shape.h"

int svd_infer(nd_invocation *call) {
    if (nd_check_wide(call) < 0)
        return -1;
    nd_like(call, 0);
    call->outputs = 3;
    call->spec[1] = call->spec[2] = call->spec[0];
    int last = call->spec[0].ndim - 1;
    call->spec[0].shape[last] = call->spec[0].shape[last - 1];
    call->spec[1].ndim--;
    return 0;
}

ND_EACH(singular_value)
ND_EACH(free_directions)

static int decompose(nd_jacobi *j, nd_matrix a, nd_matrix ut, double *values, nd_matrix v) {
    const nd_singular_value_work work = {j->all, ut, v, values};
    if (nd_jacobi_run(j, a, false, 0) < 0 || each_singular_value(a.where, &work, a.count * a.rows) < 0 ||
        each_free_directions(a.where, &work, a.count) < 0)
        return -1;
    return nd_settle_signs(v, ut);
}

int svd_run(nd_invocation *call) {
    const nd_array *a = call->in[0], *ut = call->out[0], *values = call->out[1], *v = call->out[2];
    const int64_t m = a->shape[a->ndim - 2];
    nd_jacobi j;
    if (v->size == 0)
        return 0;
    int status = nd_jacobi_new(nd_matrix_of(a, 0), &j);
    for (int64_t i = 0, steps = nd_matrix_steps(a); i < steps && status == 0; i++)
        status = decompose(&j, nd_matrix_of(a, i), nd_matrix_of(ut, i), (double *)nd_data(values) + i * m,
                           nd_matrix_of(v, i));
    nd_jacobi_drop(&j);
    return status;
}

/* x - x^T where the factors of x are given: x o factors. */
static nd_array *turned_by(nd_scope *s, nd_array *x, nd_array *factors) {
    return nd_do2(s, ND_OP_mul, nd_do2(s, ND_OP_sub, x, nd_do_flip(s, x)), factors);
}

/* With U for UT, F[i, j] = 1 / (l[j]^2 - l[i]^2) and x~ = (x - x^T) o F:
 *
 *     U (diag(G_L) + (U^T G_U)~ diag(L) + diag(L) (V G_V^T)~) V + U diag(1/L) G_V (I - V^T V)
 */
int svd_gradient(nd_backprop *b) {
    nd_scope s = {0};
    nd_array *u = b->out[0], *l = b->out[1], *v = b->out[2], *gu = b->g[0], *gv = b->g[2];
    nd_array *factors =
        nd_do_reciprocal_or_zero(&s, nd_do1(&s, ND_OP_negative, nd_do_differences(&s, nd_do1(&s, ND_OP_square, l))));
    nd_array *of_u = turned_by(&s, nd_do_product(&s, u, gu, true, false), factors);
    nd_array *of_v = turned_by(&s, nd_do_product(&s, v, gv, false, true), factors);
    nd_array *core = nd_do2(&s, ND_OP_add, nd_do_scale_columns(&s, of_u, l), nd_do_scale_rows(&s, of_v, l));
    core = nd_do2(&s, ND_OP_add, core, nd_do1(&s, ND_OP__linalg_makediag, b->g[1]));
    nd_array *inside = nd_do_product(&s, nd_do_product(&s, gv, v, false, true), v, false, false);
    nd_array *outside = nd_do_scale_rows(&s, nd_do2(&s, ND_OP_sub, gv, inside), nd_do_reciprocal_or_zero(&s, l));
    nd_array *sum = nd_do2(&s, ND_OP_add, nd_do_product(&s, core, v, false, false), outside);
    b->into[0] = nd_scope_result(&s, nd_do_product(&s, u, sum, false, false));
    return b->into[0] ? 0 : -1;
}
