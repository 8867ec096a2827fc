/* P A = L U with partial pivoting, and what follows from it: inverse, det, slogdet. */
#include <math.h>

#include "array.h"
#include "each.h"
#include "items/factors.h"
#include "linalg.h"
#include "matrix.h"
#include "operators.h"
#include "shape.h"

enum { PANEL = 16 }; /* columns factored directly */

static int64_t largest_below(nd_matrix a, int64_t j) {
    int64_t at = j;
    for (int64_t i = j + 1; i < a.rows; i++)
        if (fabs(*nd_entry(a, i, j)) > fabs(*nd_entry(a, at, j)))
            at = i;
    return at;
}

static void swap_rows(nd_matrix a, int64_t i, int64_t j) {
    if (i != j)
        nd_swap_vectors(nd_entry(a, i, 0), nd_entry(a, j, 0), a.columns);
}

ND_EACH(exchange)

static int swap_all(nd_matrix a, nd_exchanges exchanges, int64_t count) {
    const nd_exchange_work work = {a, exchanges, count};
    if (nd_on_gpu(a.where))
        return each_exchange(a.where, &work, a.count * a.columns);
    for (int64_t i = 0; i < count; i++)
        swap_rows(a, i, i + exchanges.at[i]);
    return 0;
}

/* A column without a pivot is left as it is: the zero on the diagonal says so. */
static void factor_panel(nd_matrix a, nd_exchanges exchanges) {
    for (int64_t j = 0; j < a.columns; j++) {
        int64_t at = largest_below(a, j);
        exchanges.at[j] = at - j;
        swap_rows(a, j, at);
        double pivot = *nd_entry(a, j, j);
        for (int64_t i = j + 1; i < a.rows && pivot != 0; i++) {
            double *row = nd_entry(a, i, j);
            row[0] /= pivot;
            nd_add_scaled(row + 1, -row[0], nd_entry(a, j, j + 1), a.columns - j - 1);
        }
    }
}

ND_EACH(panel_search)
ND_EACH(panel_pivot)
ND_EACH(panel_eliminate)

/* So many chunks of the rows of a panel are searched at once. */
static int64_t chunks_of(int64_t rows) {
    return (rows + ND_PIVOT_CHUNK - 1) / ND_PIVOT_CHUNK;
}

/* `best` lies behind the exchanges. */
static int factor_panel_on_gpu(nd_matrix a, nd_exchanges exchanges, int64_t *best) {
    nd_panel_work work = {.a = a, .best = best, .exchanges = exchanges};
    for (; work.j < a.columns; work.j++) {
        work.chunks = chunks_of(a.rows - work.j);
        if (each_panel_search(a.where, &work, a.count * work.chunks) < 0 ||
            each_panel_pivot(a.where, &work, a.count) < 0 ||
            each_panel_eliminate(a.where, &work, a.count * (a.rows - work.j - 1)) < 0)
            return -1;
    }
    return 0;
}

/* By halves of the columns, of which there are no more than rows. */
static int factor(nd_matrix a, nd_exchanges exchanges, int64_t *best) {
    int64_t half = a.columns / 2, rest = a.columns - half;
    if (a.columns <= PANEL && nd_on_gpu(a.where))
        return factor_panel_on_gpu(a, exchanges, best);
    if (a.columns <= PANEL)
        return factor_panel(a, exchanges), 0;
    nd_matrix left = nd_part(a, 0, 0, a.rows, half), right = nd_part(a, 0, half, a.rows, rest);
    if (factor(left, exchanges, best) < 0 || swap_all(right, exchanges, half) < 0)
        return -1;
    nd_matrix corner = nd_part(left, 0, 0, half, half), above = nd_part(right, 0, 0, half, rest);
    nd_matrix below = nd_part(right, half, 0, a.rows - half, rest);
    nd_matrix multipliers = nd_part(left, half, 0, a.rows - half, half);
    nd_exchanges others = {exchanges.at + half, exchanges.apart};
    if (nd_matrix_solve(corner, above, true, true) < 0 || nd_matrix_subtract_product(below, multipliers, above) < 0 ||
        factor(below, others, best) < 0)
        return -1;
    return swap_all(multipliers, others, rest);
}

/* --------------------------------------------------------------------------------------- batches of them */

/* The factors of the matrix, or on a GPU of the stack, that is worked on. */
typedef struct factors {
    nd_matrix lu;
    nd_exchanges exchanges;
    int64_t *best;
    nd_array *matrices, *places; /* their memory */
} factors;

static void drop_factors(factors *f) {
    nd_array_release(f->matrices), nd_array_release(f->places);
}

static int make_factors(const nd_array *a, factors *f) {
    const int64_t n = a->shape[a->ndim - 1], count = nd_matrix_of(a, 0).count;
    const nd_spec spec = {ND_FLOAT64, 3, {count, n, n}}, places = {ND_INT64, 1, {count * (n + chunks_of(n))}};
    *f = (factors){.matrices = nd_array_new(&spec, a->context), .places = nd_array_new(&places, a->context)};
    if (!f->matrices || !f->places)
        return drop_factors(f), -1;
    f->lu = nd_matrix_of(f->matrices, 0);
    f->lu.count = count;
    f->exchanges = (nd_exchanges){nd_data(f->places), n};
    f->best = f->exchanges.at + count * n;
    return 0;
}

typedef int visit_function(nd_invocation *call, int64_t step, const factors *f);

/* Factors a copy of each matrix and hands it on. */
static int visit_factors(nd_invocation *call, visit_function *visit) {
    factors f;
    int status = 0;
    if (call->out[0]->size == 0)
        return 0;
    if (make_factors(call->in[0], &f) < 0)
        return -1;
    for (int64_t i = 0, steps = nd_matrix_steps(call->in[0]); i < steps && status == 0; i++) {
        status = nd_matrix_copy(f.lu, nd_matrix_of(call->in[0], i));
        if (status == 0)
            status = factor(f.lu, f.exchanges, f.best);
        if (status == 0)
            status = visit(call, i, &f);
    }
    drop_factors(&f);
    return status;
}

/* ----------------------------------------------------------------------------------------------- inverse */

static int invert(nd_matrix x, const factors *f) {
    if (nd_matrix_identity(x) < 0 || swap_all(x, f->exchanges, x.rows) < 0 || nd_matrix_solve(f->lu, x, true, true) < 0)
        return -1;
    return nd_matrix_solve(f->lu, x, false, false);
}

ND_EACH(singular)

/* The first of the stack's matrices that is singular, or how many there are; -1 after a failure. */
static int64_t first_singular(const factors *f) {
    const nd_spec spec = {ND_INT64, 1, {f->lu.count}};
    nd_array *found = nd_array_new(&spec, f->lu.where), *here = NULL;
    int64_t i = 0;
    if (found && each_singular(f->lu.where, &(nd_singular_work){f->lu, nd_data(found)}, f->lu.count) == 0)
        here = nd_on_host(found);
    while (here && i < f->lu.count && !nd_array_get_int(here, i))
        i++;
    i = here ? i : -1;
    nd_array_release(found), nd_array_release(here);
    return i;
}

static int visit_inverse(nd_invocation *call, int64_t step, const factors *f) {
    int64_t singular = first_singular(f);
    if (singular < 0)
        return -1;
    if (singular < f->lu.count)
        return nd_fail(ND_EARGUMENT, "%s: a matrix is singular (matrix %lld of the batch); it has no inverse",
                       call->op->name, (long long)(step + singular));
    return invert(nd_matrix_of(call->out[0], step), f);
}

ND_EACH(clear_singular)

static int visit_inverse_or_zeros(nd_invocation *call, int64_t step, const factors *f) {
    const nd_clear_singular_work work = {nd_matrix_of(call->out[0], step), f->lu};
    return invert(work.x, f) < 0 ? -1 : each_clear_singular(work.x.where, &work, work.x.count * work.x.rows);
}

int inverse_run(nd_invocation *call) {
    return visit_factors(call, visit_inverse);
}

int inverse_or_zeros_run(nd_invocation *call) {
    return visit_factors(call, visit_inverse_or_zeros);
}

/* -X^T G X^T */
int inverse_gradient(nd_backprop *b) {
    nd_scope s = {0};
    nd_array *x = b->out[0], *product = nd_do_product(&s, nd_do_product(&s, x, b->g[0], true, false), x, false, true);
    b->into[0] = nd_scope_result(&s, nd_do1(&s, ND_OP_negative, product));
    return b->into[0] ? 0 : -1;
}

/* ------------------------------------------------------------------------------------------ determinants */

int det_infer(nd_invocation *call) {
    if (nd_check_matrices(call) < 0 || nd_check_square(call, 0) < 0)
        return -1;
    call->outputs = nd_op_output_count(call->op, call->words);
    for (int i = 0; i < call->outputs; i++)
        call->spec[i] = nd_batch_spec(call, 2);
    return 0;
}

ND_EACH(determinant)

static int visit_det(nd_invocation *call, int64_t step, const factors *f) {
    nd_determinant_work work = {f->lu, f->exchanges, .product = (double *)nd_data(call->out[0]) + step};
    return each_determinant(f->lu.where, &work, f->lu.count);
}

int det_run(nd_invocation *call) {
    return visit_factors(call, visit_det);
}

static int visit_slogdet(nd_invocation *call, int64_t step, const factors *f) {
    nd_determinant_work work = {f->lu, f->exchanges, .sign = (double *)nd_data(call->out[0]) + step};
    work.logarithm = (double *)nd_data(call->out[1]) + step;
    return each_determinant(f->lu.where, &work, f->lu.count);
}

int slogdet_run(nd_invocation *call) {
    return visit_factors(call, visit_slogdet);
}

/* A^-T times a number for each matrix. Where A is singular the gradient is zero, as in MXNet. */
static nd_array *scaled_inverse(nd_scope *s, nd_array *a, nd_array *by) {
    nd_array *inverse = nd_do_flip(s, nd_do1(s, ND_OP__inverse_or_zeros, a));
    if (!inverse)
        return NULL;
    nd_spec spec = nd_array_spec(inverse);
    spec.shape[spec.ndim - 2] = spec.shape[spec.ndim - 1] = 1;
    return nd_do2(s, ND_OP_mul, inverse, nd_do_like(s, by, &spec));
}

int det_gradient(nd_backprop *b) {
    nd_scope s = {0};
    b->into[0] = nd_scope_result(&s, scaled_inverse(&s, b->in[0], nd_do2(&s, ND_OP_mul, b->g[0], b->out[0])));
    return b->into[0] ? 0 : -1;
}

/* The sign is constant. */
int slogdet_gradient(nd_backprop *b) {
    nd_scope s = {0};
    b->into[0] = nd_scope_result(&s, scaled_inverse(&s, b->in[0], b->g[1]));
    return b->into[0] ? 0 : -1;
}
