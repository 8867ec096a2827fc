/* Reflections of rows: LQ (src/lq.c). */
#ifndef ND_REFLECTIONS_H
#define ND_REFLECTIONS_H

#include "matrices.h"

/* A vector, or a number, for each matrix of a stack. */
typedef struct nd_vectors {
    double *at;
    int64_t apart;
} nd_vectors;

/* Rows become those times the reflection I - tau v v^T. An item is a row. */
typedef struct nd_reflect_row_work {
    nd_matrix rows;
    nd_vectors v, tau;
} nd_reflect_row_work;

ND_SHARED void nd_reflect_row_item(const nd_reflect_row_work *w, int64_t item) {
    const int64_t matrix = item / w->rows.rows, n = w->rows.columns;
    const double *v = w->v.at + matrix * w->v.apart, tau = w->tau.at[matrix * w->tau.apart];
    double *row = nd_entry(nd_matrix_at(w->rows, matrix), item % w->rows.rows, 0);
    nd_add_scaled(row, -tau * nd_dot(row, v, n), v, n);
}

/* Row i of A H0 H1 ... = L, whose reflection's vector stays in q. An item is a matrix. */
typedef struct nd_lq_work {
    nd_matrix q, l;
    nd_vectors tau; /* for row i */
    int64_t i;
} nd_lq_work, nd_lq_reduce_work, nd_lq_expand_work;

ND_SHARED void nd_lq_reduce_item(const nd_lq_work *w, int64_t item) {
    const nd_matrix q = nd_matrix_at(w->q, item), l = nd_matrix_at(w->l, item);
    for (int64_t j = 0; j < l.columns; j++)
        *nd_entry(l, w->i, j) = j < w->i ? *nd_entry(q, w->i, j) : 0;
    const nd_reflection reflection = nd_reflect(nd_entry(q, w->i, w->i), q.columns - w->i);
    *nd_entry(l, w->i, w->i) = reflection.result;
    w->tau.at[item * w->tau.apart] = reflection.tau;
}

/* Row i of Q = ... H1 H0, over its vector. An item is an element. */
ND_SHARED void nd_lq_expand_item(const nd_lq_work *w, int64_t item) {
    const int64_t matrix = item / w->q.columns, j = item % w->q.columns;
    double *x = nd_entry(nd_matrix_at(w->q, matrix), w->i, j);
    *x = (double)(w->i == j) - (j < w->i ? 0 : w->tau.at[matrix * w->tau.apart] * *x);
}

#endif
