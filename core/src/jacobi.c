/* One-sided Jacobi (Demmel and Veselic, Jacobi's method is more accurate than QR, 1992). */
#include "jacobi.h"

#include "array.h"
#include "cast.h"
#include "each.h"

enum { SWEEPS = 60 }; /* about ten are enough */

int nd_jacobi_new(nd_matrix like, nd_jacobi *j) {
    nd_matrix rows = like, turned = like;
    const int64_t m = rows.rows, n = rows.columns, count = rows.count;
    const nd_spec numbers = {ND_FLOAT64, 2, {count, m * n + m * m + m + 1}}, places = {ND_INT64, 1, {count * 2 * m}};
    const nd_spec one = {ND_INT64, 1, {1}};
    *j = (nd_jacobi){.numbers = nd_array_new(&numbers, rows.where),
                     .places = nd_array_new(&places, rows.where),
                     .again = nd_array_new(&one, rows.where)};
    if (!j->numbers || !j->places || !j->again)
        return -1;
    rows.at = nd_data(j->numbers);
    turned.at = rows.at + count * m * n;
    turned.columns = turned.down = m;
    turned.apart = m * m;
    j->lengths = turned.at + count * m * m;
    j->scales = j->lengths + count * m;
    j->order = nd_data(j->places);
    j->all = (nd_rotated){rows, turned, j->lengths, j->scales, j->order};
    return 0;
}

void nd_jacobi_drop(nd_jacobi *j) {
    nd_array_release(j->numbers), nd_array_release(j->places), nd_array_release(j->again);
}

/* -------------------------------------------------------------------------------------------- the rotations */

ND_EACH(square)

static bool sweep_here(const nd_rotations *r) {
    bool again = false;
    for (int64_t i = 0; i < r->rows.rows; i++)
        for (int64_t j = i + 1; j < r->rows.rows; j++)
            again |= nd_make_orthogonal(r, 0, i, j);
    return again;
}

ND_EACH(rotate_pair)

/* Pairs without a row in common at once; 1 if there is to be another sweep. */
static int sweep_on_gpu(nd_rotations r, nd_array *again) {
    const int64_t rows = r.rows.rows;
    if (nd_clear(again) < 0)
        return -1;
    for (; r.round < rows - (rows + 1) % 2; r.round++)
        if (each_rotate_pair(r.rows.where, &r, r.rows.count * ((rows + 1) / 2)) < 0)
            return -1;
    nd_array *here = nd_on_host(again);
    int found = here ? (int)nd_array_get_int(here, 0) : -1;
    nd_array_release(here);
    return found;
}

static int orthogonalize(const nd_jacobi *j) {
    const nd_rotations r = {
        .rows = j->all.rows, .turned = j->all.turned, .squares = j->lengths, .again = nd_data(j->again)};
    int again = 1;
    if (each_square(r.rows.where, &r, r.rows.count * r.rows.rows) < 0)
        return -1;
    for (int sweep = 0; sweep < SWEEPS && again > 0; sweep++)
        again = nd_on_gpu(r.rows.where) ? sweep_on_gpu(r, j->again) : sweep_here(&r);
    return again < 0 ? -1 : 0;
}

/* --------------------------------------------------------------------------------------- before and after */

ND_EACH(row_length)
ND_EACH(matrix_scale)
ND_EACH(scaled_rows)
ND_EACH(row_order)
ND_EACH(settle_sign)

static int find_scales(const nd_jacobi *j, nd_matrix from, bool symmetric) {
    const nd_row_length_work lengths = {from, j->lengths, symmetric};
    const nd_matrix_scale_work scales = {j->lengths, from.rows, j->scales};
    if (each_row_length(from.where, &lengths, from.count * from.rows) < 0)
        return -1;
    return each_matrix_scale(from.where, &scales, from.count);
}

static int order_rows(const nd_jacobi *j, bool ascending) {
    const nd_matrix rows = j->all.rows;
    const nd_row_length_work lengths = {rows, j->lengths, false};
    const nd_row_order_work order = {j->lengths, rows.rows, j->order, ascending};
    if (each_row_length(rows.where, &lengths, rows.count * rows.rows) < 0)
        return -1;
    return each_row_order(rows.where, &order, rows.count);
}

int nd_jacobi_run(nd_jacobi *j, nd_matrix from, bool symmetric, double shift) {
    const nd_scaled_rows_work scaled = {j->all.rows, from, j->scales, symmetric, shift};
    if (find_scales(j, from, symmetric) < 0 || each_scaled_rows(from.where, &scaled, from.count * from.rows) < 0 ||
        nd_matrix_identity(j->all.turned) < 0 || orthogonalize(j) < 0)
        return -1;
    return order_rows(j, symmetric);
}

int nd_settle_signs(nd_matrix rows, nd_matrix partners) {
    const nd_settle_sign_work work = {rows, partners};
    return each_settle_sign(rows.where, &work, rows.count * rows.rows);
}
