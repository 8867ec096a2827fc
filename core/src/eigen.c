/* A = U^T diag(l) U for symmetric matrices, of which the lower triangle is read: syevd.
 *
 * Reflections make A tridiagonal, rotations (QL steps with implicit shifts) make that diagonal (Golub and Van Loan,
 * Matrix Computations, chapter 8). The eigenvectors are rows, so that everything works on contiguous memory.
 */
#include <float.h>
#include <math.h>

#include "array.h"
#include "each.h"
#include "jacobi.h"
#include "linalg.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"

int syevd_infer(nd_invocation *call) {
    if (nd_check_matrices(call) < 0 || nd_check_square(call, 0) < 0)
        return -1;
    nd_like(call, 0);
    call->outputs = 2;
    call->spec[1] = call->spec[0];
    call->spec[1].ndim--;
    return 0;
}

/* The tridiagonal matrix: its diagonal, and the n - 1 elements beside it. `scratch` holds n more. */
typedef struct tridiagonal {
    int64_t n;
    double *diagonal, *beside, *tau, *scratch;
} tridiagonal;

static void mirror(nd_matrix a, nd_matrix lower) {
    for (int64_t i = 0; i < a.rows; i++)
        for (int64_t j = 0; j < a.columns; j++)
            *nd_entry(a, i, j) = *nd_entry(lower, i > j ? i : j, i > j ? j : i);
}

/* rest <- H rest H, which is rest - v w^T - w v^T with w = p - (tau/2 p.v) v and p = tau rest v. */
static void reflect_both(nd_matrix rest, const double *v, double tau, double *w) {
    int64_t n = rest.rows;
    for (int64_t i = 0; i < n; i++)
        w[i] = tau * nd_dot(nd_entry(rest, i, 0), v, n);
    nd_add_scaled(w, -tau / 2 * nd_dot(w, v, n), v, n);
    for (int64_t i = 0; i < n; i++) {
        nd_add_scaled(nd_entry(rest, i, 0), -v[i], w, n);
        nd_add_scaled(nd_entry(rest, i, 0), -w[i], v, n);
    }
}

/* H ... H1 H0 A H0 H1 ... H = T. The vectors of the reflections stay in the rows of a, right of the diagonal. */
static void reduce(nd_matrix a, tridiagonal *t) {
    for (int64_t k = 0; k < t->n; k++) {
        int64_t rest = t->n - k - 1;
        t->diagonal[k] = *nd_entry(a, k, k);
        if (rest == 0)
            break;
        double *v = nd_entry(a, k, k + 1);
        nd_reflection reflection = nd_reflect(v, rest);
        t->beside[k] = reflection.result;
        t->tau[k] = reflection.tau;
        reflect_both(nd_part(a, k + 1, k + 1, rest, rest), v, reflection.tau, t->scratch);
    }
}

/* Over the vectors of the reflections: u = ... H1 H0, so that u A u^T = T. */
static void expand(nd_matrix u, tridiagonal *t) {
    for (int64_t k = t->n - 1; k >= 0; k--) {
        double *v = t->scratch, *row = nd_entry(u, k, 0);
        int64_t rest = t->n - k - 1;
        for (int64_t j = 0; j < rest; j++)
            v[j] = row[k + 1 + j];
        for (int64_t j = k; j < t->n; j++)
            *nd_entry(u, k, j) = *nd_entry(u, j, k) = j == k;
        if (rest)
            nd_matrix_reflect_rows(nd_part(u, k + 1, k + 1, rest, rest), (nd_vectors){v, 0},
                                   (nd_vectors){&t->tau[k], 0});
    }
}

/* ------------------------------------------------------------------------------- from tridiagonal to diagonal */

/* The eigenvalue of the last 2 x 2 block that is closer to its last element. */
static double shift_of(const tridiagonal *t, int64_t end) {
    double half = (t->diagonal[end - 1] - t->diagonal[end]) / 2, b = t->beside[end - 1];
    return t->diagonal[end] - b * (b / (half + copysign(hypot(half, b), half)));
}

/* Rotates rows and columns k and k + 1 of T so that (x, z), which lie left of them, become (r, 0). */
static void rotate_pair(tridiagonal *t, int64_t k, double c, double s) {
    double a = t->diagonal[k], b = t->beside[k], d = t->diagonal[k + 1], both = 2 * c * s * b;
    t->diagonal[k] = c * c * a + both + s * s * d;
    t->diagonal[k + 1] = s * s * a - both + c * c * d;
    t->beside[k] = c * s * (d - a) + (c * c - s * s) * b;
}

/* One step on the block start ... end: the first rotation makes a bulge, the others chase it out at the end. */
static void sweep(tridiagonal *t, nd_matrix u, int64_t start, int64_t end) {
    double x = t->diagonal[start] - shift_of(t, end), z = t->beside[start];
    for (int64_t k = start; k < end; k++) {
        double r = hypot(x, z), c = r == 0 ? 1 : x / r, s = r == 0 ? 0 : z / r;
        if (k > start)
            t->beside[k - 1] = r;
        rotate_pair(t, k, c, s);
        nd_rotate(nd_entry(u, k, 0), nd_entry(u, k + 1, 0), u.columns, c, -s);
        if (k + 1 < end) {
            x = t->beside[k];
            z = s * t->beside[k + 1];
            t->beside[k + 1] *= c;
        }
    }
}

static void drop_negligible(tridiagonal *t, int64_t end) {
    for (int64_t i = 0; i < end; i++)
        if (fabs(t->beside[i]) <= DBL_EPSILON * (fabs(t->diagonal[i]) + fabs(t->diagonal[i + 1])))
            t->beside[i] = 0;
}

/* Splits off an eigenvalue at the end whenever the element beside it has vanished: two or three steps for each. */
static int diagonalize(tridiagonal *t, nd_matrix u) {
    int64_t steps = 0, end = t->n - 1;
    while (end > 0) {
        drop_negligible(t, end);
        int64_t start = end;
        while (start > 0 && t->beside[start - 1] != 0)
            start--;
        if (start == end)
            end--;
        else if (++steps > 60 * t->n)
            return nd_fail(ND_EARGUMENT,
                           "_linalg_syevd: the eigenvalues of a matrix of shape (%lld, %lld) did not converge",
                           (long long)t->n, (long long)t->n);
        else
            sweep(t, u, start, end);
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------- syevd */

static void sort(double *values, nd_matrix u) {
    for (int64_t i = 0; i < u.rows; i++) {
        int64_t least = i;
        for (int64_t j = i + 1; j < u.rows; j++)
            least = values[j] < values[least] ? j : least;
        if (least != i) {
            nd_swap_vectors(&values[i], &values[least], 1);
            nd_swap_vectors(nd_entry(u, i, 0), nd_entry(u, least, 0), u.columns);
        }
    }
}

/* Of the symmetric matrix that u holds. */
static int solve(nd_matrix u, double *values, double *work) {
    tridiagonal t = {u.rows, values, work, work + u.rows, work + 2 * u.rows};
    const double scale = nd_scale_near(nd_length(u.at, u.rows * u.columns));
    if (isnan(scale))
        return nd_fill_nan(u.at, u.rows * u.columns), nd_fill_nan(values, u.rows), 0;
    nd_divide(u.at, u.rows * u.columns, scale);
    reduce(u, &t);
    expand(u, &t);
    if (diagonalize(&t, u) < 0)
        return -1;
    sort(values, u);
    for (int64_t i = 0; i < u.rows; i++)
        values[i] *= scale;
    return nd_settle_signs(u, (nd_matrix){0});
}

static int solve_all(const nd_array *a, const nd_array *u, double *values) {
    const int64_t n = u->shape[u->ndim - 1];
    double *work = nd_alloc(3 * n * (int64_t)sizeof *work + 1);
    int status = work ? 0 : -1;
    for (int64_t i = 0, steps = nd_matrix_steps(u); i < steps && status == 0; i++, values += n) {
        nd_matrix own = nd_matrix_of(u, i);
        mirror(own, nd_matrix_of(a, i));
        status = solve(own, values, work);
    }
    nd_free(work);
    return status;
}

ND_EACH(eigenvalue)

/* On a GPU the steps above would wait for one another, but rotations of rows do not. Shifted by more than the length of
 * A all eigenvalues are positive and of about one size: the singular values, found as precisely as rounding allows. */
static int solve_on_gpu(nd_matrix a, nd_matrix u, double *values) {
    const double shift = 4;
    nd_jacobi j;
    int status = nd_jacobi_new(a, &j);
    if (status == 0)
        status = nd_jacobi_run(&j, a, true, shift);
    const nd_eigenvalue_work work = {j.all, u, values, shift};
    if (status == 0)
        status = each_eigenvalue(u.where, &work, u.count * u.rows);
    if (status == 0)
        status = nd_settle_signs(u, (nd_matrix){0});
    nd_jacobi_drop(&j);
    return status;
}

int syevd_run(nd_invocation *call) {
    const nd_array *a = call->in[0], *u = call->out[0];
    if (u->size == 0)
        return 0;
    if (nd_on_gpu(u->context))
        return solve_on_gpu(nd_matrix_of(a, 0), nd_matrix_of(u, 0), nd_data(call->out[1]));
    return solve_all(a, u, nd_data(call->out[1]));
}

/* U^T S U, where S is symmetric, has the gradients of the eigenvalues on its diagonal, and beside it
 * (U G^T)[i, j] / (l[i] - l[j]): see what an infinitesimal change of A turns U by. */
int syevd_gradient(nd_backprop *b) {
    nd_scope s = {0};
    nd_array *u = b->out[0], *values = b->out[1];
    nd_array *factors = nd_do_reciprocal_or_zero(&s, nd_do_differences(&s, values));
    nd_array *turn = nd_do2(&s, ND_OP_mul, nd_do_product(&s, b->g[0], u, false, true), factors);
    turn = nd_do2(&s, ND_OP_add, turn, nd_do1(&s, ND_OP__linalg_makediag, b->g[1]));
    turn = nd_do_product(&s, nd_do_product(&s, u, turn, true, false), u, false, false);
    turn = nd_do2(&s, ND_OP_add, turn, nd_do_flip(&s, turn));
    b->into[0] = nd_scope_result(&s, nd_do_scalar(&s, ND_OP_mul_scalar, turn, 0.5));
    return b->into[0] ? 0 : -1;
}
