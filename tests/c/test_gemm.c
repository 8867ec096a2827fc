/* The product of matrices, on every instruction set: odd extents, operands that lie transposed or inside larger
 * matrices, results that are added to. */
#include "kernels.h"
#include "support.h"

enum { MARGIN = 3 }; /* columns around the result, which must stay as they are */

static double element(nd_dtype dtype, const void *data, int64_t i) {
    return dtype == ND_FLOAT32 ? (double)((const float *)data)[i] : ((const double *)data)[i];
}

static void set(nd_dtype dtype, void *data, int64_t i, double value) {
    if (dtype == ND_FLOAT32)
        ((float *)data)[i] = (float)value;
    else
        ((double *)data)[i] = value;
}

static void *numbers(nd_dtype dtype, int64_t count) {
    void *data = malloc((size_t)(count * nd_dtype_size(dtype)));
    for (int64_t i = 0; i < count; i++)
        set(dtype, data, i, random_between(-1, 1));
    return data;
}

static double expected(const nd_gemm *g, nd_dtype dtype, const void *before, int64_t i, int64_t j) {
    double sum = g->add ? element(dtype, before, i * g->ldc + j) : 0;
    for (int64_t p = 0; p < g->k; p++)
        sum += element(dtype, g->a, i * g->ra + p * g->ca) * element(dtype, g->b, p * g->rb + j * g->cb);
    return sum;
}

static void multiply(const nd_gemm *g, nd_dtype dtype) {
    void *work = malloc((size_t)(nd_gemm_work(g) * nd_dtype_size(dtype)));
    nd_kernels_in_use()->gemm[dtype](g, work);
    free(work);
}

static void check_product(nd_gemm g, nd_dtype dtype) {
    double tolerance = (dtype == ND_FLOAT32 ? 1e-6 : 1e-14) * (double)(g.k + 1);
    g.ldc = g.n + MARGIN;
    void *before = numbers(dtype, g.m * g.ldc);
    g.c = numbers(dtype, g.m * g.ldc);
    memcpy(g.c, before, (size_t)(g.m * g.ldc * nd_dtype_size(dtype)));
    multiply(&g, dtype);
    for (int64_t i = 0; i < g.m; i++)
        for (int64_t j = 0; j < g.ldc; j++) {
            double wanted = j < g.n ? expected(&g, dtype, before, i, j) : element(dtype, before, i * g.ldc + j);
            CHECK_FOR(fabs(element(dtype, g.c, i * g.ldc + j) - wanted) <= (j < g.n ? tolerance : 0),
                      "%s: %d x %d x %d, strides %d %d %d %d, element %d %d", nd_instruction_set(), (int)g.m, (int)g.n,
                      (int)g.k, (int)g.ra, (int)g.ca, (int)g.rb, (int)g.cb, (int)i, (int)j);
        }
    free(g.c);
    free(before);
}

/* The sums run in the same order wherever the result is cut, so that threads may share it. */
static void check_parts(nd_gemm g, nd_dtype dtype) {
    int64_t item = nd_dtype_size(dtype), half = g.n / 64 * 32;
    g.ldc = g.n;
    void *whole = g.c = numbers(dtype, g.m * g.n);
    multiply(&g, dtype);
    nd_gemm left = g, right = g;
    char *parts = left.c = numbers(dtype, g.m * g.n);
    left.n = half;
    right.n = g.n - half;
    right.b = (const char *)g.b + half * g.cb * item;
    right.c = parts + half * item;
    multiply(&left, dtype);
    multiply(&right, dtype);
    CHECK_FOR(memcmp(whole, parts, (size_t)(g.m * g.n * item)) == 0, "%s: %d x %d x %d in parts", nd_instruction_set(),
              (int)g.m, (int)g.n, (int)g.k);
    free(whole);
    free(parts);
}

static int64_t *multiples(int64_t count, int64_t stride) {
    int64_t *table = malloc((size_t)count * sizeof *table);
    for (int64_t i = 0; i < count; i++)
        table[i] = i * stride;
    return table;
}

/* The same operands, their places read from tables. */
static void check_tables(nd_gemm g, nd_dtype dtype) {
    int64_t *tables[] = {multiples(g.m, g.ra), multiples(g.k, g.ca), multiples(g.k, g.rb), multiples(g.n, g.cb)};
    for (int which = 1; which < 16; which++) {
        nd_gemm listed = g;
        listed.rows_a = which & 1 ? tables[0] : NULL;
        listed.columns_a = which & 2 ? tables[1] : NULL;
        listed.rows_b = which & 4 ? tables[2] : NULL;
        listed.columns_b = which & 8 ? tables[3] : NULL;
        check_product(listed, dtype);
    }
    for (int i = 0; i < 4; i++)
        free(tables[i]);
}

static void check_extents(int64_t m, int64_t n, int64_t k, nd_dtype dtype) {
    nd_gemm g = {.m = m, .n = n, .k = k, .a = numbers(dtype, m * (k + 1)), .b = numbers(dtype, k * (n + 1))};
    for (int way = 0; way < 8; way++) {
        bool turn_a = way & 1, turn_b = way & 2;
        g.ra = turn_a ? 1 : k + 1, g.ca = turn_a ? m : 1;
        g.rb = turn_b ? 1 : n + 1, g.cb = turn_b ? k : 1;
        g.add = way & 4;
        check_product(g, dtype);
        if (m + n < 64)
            check_tables(g, dtype);
    }
    g.add = false;
    if (n >= 64)
        check_parts(g, dtype);
    free((void *)g.a);
    free((void *)g.b);
}

static void check_all(void) {
    static const int64_t some[] = {1, 2, 3, 4, 7, 8, 13, 16, 31, 33};
    static const int64_t more[][3] = {{100, 100, 100}, {5, 200, 400}, {150, 40, 7}, {200, 150, 390}, {3, 2100, 5}};
    for (nd_dtype dtype = ND_FLOAT32; dtype <= ND_FLOAT64; dtype++) {
        for (int i = 0; i < COUNT(some); i++)
            for (int j = 0; j < COUNT(some); j++)
                for (int l = 0; l < COUNT(some); l += 3)
                    check_extents(some[i], some[j], some[l], dtype);
        for (int i = 0; i < COUNT(more); i++)
            check_extents(more[i][0], more[i][1], more[i][2], dtype);
    }
}

int main(void) {
    const char *sets[4];
    for (int i = instruction_sets(sets) - 1; i >= 0; i--) {
        nd_use_instruction_set(sets[i]);
        check_all();
    }
    return check_report("gemm");
}
