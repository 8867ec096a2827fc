/* Included by gemm_float.h: products of so few rows or columns that nothing is worth packing. */

/* A block of an operand: element (i, j) is at row[i] + column[j]. */
typedef struct WITH_SUFFIX(nd_block) {
    const T *at;
    const int64_t *row, *column;
} WITH_SUFFIX(nd_block);

/* One vector of columns of a few rows of c, or what is left of one. */
static void WITH_SUFFIX(nd_gemm_thin_columns)(T *c, int64_t ldc, WITH_SUFFIX(nd_block) a, WITH_SUFFIX(nd_block) b,
                                              int64_t rows, int64_t columns, int64_t depth, bool first) {
    WITH_SUFFIX(nd_runs) runs;
    WITH_SUFFIX(nd_find_runs)(&runs, b.column, columns);
    V acc[THIN] = {{0}};
    for (int64_t i = 0; i < rows && !first; i++)
        for (int64_t q = 0; q < columns; q++)
            acc[i][q] = c[i * ldc + q];
    for (int64_t p = 0; p < depth; p++) {
        const T *from = b.at + b.row[p];
        V v = {0};
        if (runs.count)
            v = WITH_SUFFIX(nd_gather)(from, &runs);
        for (int64_t q = 0; q < columns && !runs.count; q++)
            v[q] = from[b.column[q]];
        for (int64_t i = 0; i < rows; i++)
            acc[i] = WITH_SUFFIX(nd_fma)(WITH_SUFFIX(nd_splat)(a.at[a.row[i] + a.column[p]]), v, acc[i]);
    }
    for (int64_t i = 0; i < rows; i++)
        for (int64_t q = 0; q < columns; q++)
            c[i * ldc + q] = acc[i][q];
}

/* A few rows: each element of b is used for these alone, so nothing is packed. */
static void WITH_SUFFIX(nd_gemm_thin_block)(T *c, int64_t ldc, WITH_SUFFIX(nd_block) a, WITH_SUFFIX(nd_block) b,
                                            int64_t rows, int64_t columns, int64_t depth, bool first) {
    for (int64_t j = 0; j < columns; j += LANES, b.column += LANES)
        WITH_SUFFIX(nd_gemm_thin_columns)(c + j, ldc, a, b, rows, nd_gemm_least(LANES, columns - j), depth, first);
}

ND_INLINE T WITH_SUFFIX(nd_gemm_dot)(const T *a, const T *b, int64_t n) {
    V sum[4] = {{0}};
    T total = 0;
    int64_t p = 0;
    for (; p + 4 * LANES <= n; p += 4 * LANES)
        for (int k = 0; k < 4; k++)
            sum[k] = WITH_SUFFIX(nd_fma)(LOAD(a + p + k * LANES), LOAD(b + p + k * LANES), sum[k]);
    for (; p < n; p++)
        total += a[p] * b[p];
    sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    for (int q = 0; q < LANES; q++)
        total += sum[0][q];
    return total;
}

/* At most THIN rows, by columns of b that lie in order or in a table. */
static void WITH_SUFFIX(nd_gemm_thin)(const nd_gemm *g) {
    int64_t row_a[THIN], column_a[KC], row_b[KC], column_b[NC];
    WITH_SUFFIX(nd_block) a = {.at = g->a}, b = {.at = g->b};
    a.row = nd_gemm_offsets(g->rows_a, g->ra, 0, g->m, row_a);
    for (int64_t j = 0; j < g->n; j += NC)
        for (int64_t p = 0; p < g->k; p += KC) {
            int64_t columns = nd_gemm_least(NC, g->n - j), depth = nd_gemm_least(KC, g->k - p);
            a.column = nd_gemm_offsets(g->columns_a, g->ca, p, depth, column_a);
            b.row = nd_gemm_offsets(g->rows_b, g->rb, p, depth, row_b);
            b.column = nd_gemm_offsets(g->columns_b, g->cb, j, columns, column_b);
            WITH_SUFFIX(nd_gemm_thin_block)((T *)g->c + j, g->ldc, a, b, g->m, columns, depth, p == 0 && !g->add);
        }
}

/* One row or one column, from lines that lie in order along the axis summed over. */
static void WITH_SUFFIX(nd_gemm_dots)(const nd_gemm *g) {
    for (int64_t i = 0; i < g->m; i++)
        for (int64_t j = 0; j < g->n; j++) {
            const T *a = (const T *)g->a + i * g->ra, *b = (const T *)g->b + j * g->cb;
            T *c = (T *)g->c + i * g->ldc + j;
            *c = WITH_SUFFIX(nd_gemm_dot)(a, b, g->k) + (g->add ? *c : 0);
        }
}
