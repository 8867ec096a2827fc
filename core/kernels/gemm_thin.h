/* Included by gemm_float.h: products of so few rows or columns that nothing is worth packing. */

/* One vector of columns of a few rows of c, or what is left of one. Element (i, p) of a is a[row_a[i] + column_a[p]],
 * and row p of b begins at b[row_b[p]]. */
static void WITH_SUFFIX(nd_gemm_thin_columns)(T *c, int64_t ldc, const T *a, const int64_t *row_a,
                                              const int64_t *column_a, const T *b, const int64_t *row_b, int64_t rows,
                                              int64_t columns, int64_t depth, bool first) {
    V acc[THIN] = {{0}}, v = {0};
    size_t bytes = sizeof(T) * (size_t)columns;
    for (int64_t i = 0; i < rows && !first; i++)
        memcpy(&acc[i], c + i * ldc, bytes);
    for (int64_t p = 0; p < depth; p++) {
        if (columns == LANES)
            v = LOAD(b + row_b[p]);
        else
            memcpy(&v, b + row_b[p], bytes);
        for (int64_t i = 0; i < rows; i++)
            acc[i] = WITH_SUFFIX(nd_fma)(WITH_SUFFIX(nd_splat)(a[row_a[i] + column_a[p]]), v, acc[i]);
    }
    for (int64_t i = 0; i < rows; i++)
        memcpy(c + i * ldc, &acc[i], bytes);
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

/* At most THIN rows: each element of b, whose rows lie in order, is used for these alone, so nothing is packed. */
static void WITH_SUFFIX(nd_gemm_thin)(const nd_gemm *g) {
    int64_t own_rows[THIN], own_columns[KC], own_b[KC];
    const int64_t *row_a = nd_gemm_offsets(g->rows_a, g->ra, 0, g->m, own_rows);
    for (int64_t p = 0; p < g->k; p += KC) {
        int64_t depth = nd_gemm_least(KC, g->k - p);
        const int64_t *column_a = nd_gemm_offsets(g->columns_a, g->ca, p, depth, own_columns);
        const int64_t *row_b = nd_gemm_offsets(g->rows_b, g->rb, p, depth, own_b);
        for (int64_t j = 0; j < g->n; j += LANES)
            WITH_SUFFIX(nd_gemm_thin_columns)((T *)g->c + j, g->ldc, g->a, row_a, column_a, (const T *)g->b + j, row_b,
                                              g->m, nd_gemm_least(LANES, g->n - j), depth, p == 0 && !g->add);
    }
}

/* One row or one column, from lines that lie in order along the axis summed over. */
static void WITH_SUFFIX(nd_gemm_dots)(const nd_gemm *g) {
    for (int64_t i = 0; i < g->m; i++)
        for (int64_t j = 0; j < g->n; j++) {
            const T *a = (const T *)g->a + (g->rows_a ? g->rows_a[i] : i * g->ra);
            const T *b = (const T *)g->b + (g->columns_b ? g->columns_b[j] : j * g->cb);
            T *c = (T *)g->c + i * g->ldc + j;
            *c = WITH_SUFFIX(nd_gemm_dot)(a, b, g->k) + (g->add ? *c : 0);
        }
}
