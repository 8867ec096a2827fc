/* Included by gemm.c for float32 and float64. */
#include "vocabulary_float.h"

#define NR (2 * LANES) /* the columns of a tile: two vectors */

/* One panel: to[p * wide + i] is the element at across[i] of the line at down[p], of `lines` lines. Elements from
 * `width` on are zeros. Whichever way lies in order is read in order. */
ND_INLINE void WITH_SUFFIX(nd_gemm_pack_panel)(T *restrict to, const T *restrict from, const int64_t *across,
                                               const int64_t *down, int64_t width, int64_t lines, int wide) {
    if (width == wide && nd_gemm_adjacent(across, wide)) {
        for (int64_t p = 0; p < lines; p++)
            memcpy(to + p * wide, from + across[0] + down[p], sizeof(T) * (size_t)wide);
    } else if (width == wide && nd_gemm_adjacent(down, lines)) {
        for (int i = 0; i < wide; i++)
            for (int64_t p = 0; p < lines; p++)
                to[p * wide + i] = from[across[i] + down[0] + p];
    } else {
        for (int64_t p = 0; p < lines; p++)
            for (int i = 0; i < wide; i++)
                to[p * wide + i] = i < width ? from[across[i] + down[p]] : 0;
    }
}

static void WITH_SUFFIX(nd_gemm_pack_a)(T *restrict to, const T *restrict a, const int64_t *row, const int64_t *column,
                                        int64_t rows, int64_t depth) {
    for (int64_t i = 0; i < rows; i += MR)
        WITH_SUFFIX(nd_gemm_pack_panel)(to + i * depth, a, row + i, column, nd_gemm_least(MR, rows - i), depth, MR);
}

/* A vector's columns of b as runs of neighbours: the lanes from a run's first on are loaded from its offset. What a
 * load reads besides lies between the first and the last column. */
typedef struct WITH_SUFFIX(nd_gemm_runs) {
    int count; /* 0: there are too many, or they are out of order */
    int64_t offset[LANES / 2];
    M lanes[LANES / 2];
} WITH_SUFFIX(nd_gemm_runs);

static WITH_SUFFIX(nd_gemm_runs) WITH_SUFFIX(nd_gemm_find_runs)(const int64_t *column, int64_t columns) {
    WITH_SUFFIX(nd_gemm_runs) runs = {.count = 1, .offset = {column[0]}};
    if (columns < LANES)
        return runs.count = 0, runs;
    for (int i = 1; i < LANES; i++) {
        if (column[i] == column[i - 1] + 1)
            continue;
        if (column[i] < column[i - 1] || runs.count == LANES / 2)
            return runs.count = 0, runs;
        for (int q = 0; q < LANES; q++)
            runs.lanes[runs.count][q] = -(q >= i);
        runs.offset[runs.count++] = column[i] - i;
    }
    return runs;
}

ND_INLINE V WITH_SUFFIX(nd_gemm_gather)(const T *from, const WITH_SUFFIX(nd_gemm_runs) * runs) {
    V v = WITH_SUFFIX(nd_load)(from + runs->offset[0]);
    for (int k = 1; k < runs->count; k++)
        v = WITH_SUFFIX(nd_select)(runs->lanes[k], WITH_SUFFIX(nd_load)(from + runs->offset[k]), v);
    return v;
}

static void WITH_SUFFIX(nd_gemm_pack_b)(T *restrict to, const T *restrict b, const int64_t *row, const int64_t *column,
                                        int64_t depth, int64_t columns) {
    for (int64_t j = 0; j < columns; j += NR, to += NR * depth) {
        WITH_SUFFIX(nd_gemm_runs) left = WITH_SUFFIX(nd_gemm_find_runs)(column + j, columns - j), right = {0};
        if (left.count && columns - j >= NR)
            right = WITH_SUFFIX(nd_gemm_find_runs)(column + j + LANES, LANES);
        if (!right.count) {
            WITH_SUFFIX(nd_gemm_pack_panel)(to, b, column + j, row, nd_gemm_least(NR, columns - j), depth, NR);
            continue;
        }
        for (int64_t p = 0; p < depth; p++) {
            WITH_SUFFIX(nd_store)(to + p * NR, WITH_SUFFIX(nd_gemm_gather)(b + row[p], &left));
            WITH_SUFFIX(nd_store)(to + p * NR + LANES, WITH_SUFFIX(nd_gemm_gather)(b + row[p], &right));
        }
    }
}

/* One tile: MR x NR of c gains depth products. `first` starts it from zero. */
static void WITH_SUFFIX(nd_gemm_tile)(T *c, int64_t ldc, const T *a, const T *b, int64_t depth, int first) {
    V acc[MR][2];
    for (int i = 0; i < MR; i++)
        for (int j = 0; j < 2; j++)
            acc[i][j] = first ? (V){0} : WITH_SUFFIX(nd_load)(c + i * ldc + j * (NR / 2));
    for (int64_t p = 0; p < depth; p++, a += MR, b += NR) {
        V b0 = WITH_SUFFIX(nd_load)(b), b1 = WITH_SUFFIX(nd_load)(b + NR / 2);
#pragma GCC unroll 12
        for (int i = 0; i < MR; i++) {
            V ai = WITH_SUFFIX(nd_splat)(a[i]);
            acc[i][0] = WITH_SUFFIX(nd_fma)(ai, b0, acc[i][0]);
            acc[i][1] = WITH_SUFFIX(nd_fma)(ai, b1, acc[i][1]);
        }
    }
    for (int i = 0; i < MR; i++)
        for (int j = 0; j < 2; j++)
            WITH_SUFFIX(nd_store)(c + i * ldc + j * (NR / 2), acc[i][j]);
}

/* A tile that hangs over the edge of c is computed in a full one and copied. */
static void WITH_SUFFIX(nd_gemm_edge)(T *c, int64_t ldc, const T *a, const T *b, int64_t depth, int first, int64_t rows,
                                      int64_t columns) {
    T full[MR * NR] = {0};
    for (int64_t i = 0; i < rows && !first; i++)
        memcpy(full + i * NR, c + i * ldc, sizeof(T) * (size_t)columns);
    WITH_SUFFIX(nd_gemm_tile)(full, NR, a, b, depth, first);
    for (int64_t i = 0; i < rows; i++)
        memcpy(c + i * ldc, full + i * NR, sizeof(T) * (size_t)columns);
}

/* A packed block of a times a packed block of b. */
static void WITH_SUFFIX(nd_gemm_block)(T *c, int64_t ldc, const T *a, const T *b, int64_t rows, int64_t columns,
                                       int64_t depth, int first) {
    for (int64_t j = 0; j < columns; j += NR)
        for (int64_t i = 0; i < rows; i += MR) {
            T *tile = c + i * ldc + j;
            const T *pa = a + i * depth, *pb = b + j * depth;
            if (rows - i >= MR && columns - j >= NR)
                WITH_SUFFIX(nd_gemm_tile)(tile, ldc, pa, pb, depth, first);
            else
                WITH_SUFFIX(nd_gemm_edge)(tile, ldc, pa, pb, depth, first, rows - i < MR ? rows - i : MR,
                                          columns - j < NR ? columns - j : NR);
        }
}

static void WITH_SUFFIX(nd_gemm)(const nd_gemm *g, void *work) {
    int64_t of_rows_a[MC], of_columns_a[KC], of_rows_b[KC], of_columns_b[NC];
    T *c = g->c, *packed_a = work, *packed_b = packed_a + nd_gemm_rows(g) * nd_gemm_depth(g);
    for (int64_t j = 0; j < g->n; j += NC)
        for (int64_t p = 0; p < g->k; p += KC) {
            int64_t columns = nd_gemm_least(NC, g->n - j), depth = nd_gemm_least(KC, g->k - p);
            const int64_t *rows_b = nd_gemm_offsets(g->rows_b, g->rb, p, depth, of_rows_b);
            const int64_t *columns_b = nd_gemm_offsets(g->columns_b, g->cb, j, columns, of_columns_b);
            const int64_t *columns_a = nd_gemm_offsets(g->columns_a, g->ca, p, depth, of_columns_a);
            WITH_SUFFIX(nd_gemm_pack_b)(packed_b, g->b, rows_b, columns_b, depth, columns);
            for (int64_t i = 0; i < g->m; i += MC) {
                int64_t rows = nd_gemm_least(MC, g->m - i);
                const int64_t *rows_a = nd_gemm_offsets(g->rows_a, g->ra, i, rows, of_rows_a);
                WITH_SUFFIX(nd_gemm_pack_a)(packed_a, g->a, rows_a, columns_a, rows, depth);
                WITH_SUFFIX(nd_gemm_block)(c + i * g->ldc + j, g->ldc, packed_a, packed_b, rows, columns, depth,
                                           p == 0 && !g->add);
            }
        }
}

#undef NR
#include "vocabulary_end.h"
