/* Included by gemm.c for float32 and float64. */
#include "vocabulary_float.h"

#define NR (2 * LANES) /* the columns of a tile: two vectors */

/* A block of an operand: element (i, j) is at row[i] + column[j]. */
typedef struct WITH_SUFFIX(nd_block) {
    const T *at;
    const int64_t *row, *column;
} WITH_SUFFIX(nd_block);

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

static void WITH_SUFFIX(nd_gemm_pack_a)(T *restrict to, WITH_SUFFIX(nd_block) a, int64_t rows, int64_t depth) {
    for (int64_t i = 0; i < rows; i += MR)
        WITH_SUFFIX(nd_gemm_pack_panel)(to + i * depth, a.at, a.row + i, a.column, nd_gemm_least(MR, rows - i), depth,
                                        MR);
}

/* A vector's columns of b as runs of neighbours: the lanes from a run's first on are loaded from its offset. What a
 * load reads besides lies between the first and the last column. */
typedef struct WITH_SUFFIX(nd_runs) {
    int count; /* 0: there are too few columns, too many runs, or they are out of order */
    int64_t offset[LANES];
    M lanes[LANES];
} WITH_SUFFIX(nd_runs);

static void WITH_SUFFIX(nd_find_runs)(WITH_SUFFIX(nd_runs) * runs, const int64_t *column, int64_t columns) {
    M lane;
    for (int q = 0; q < LANES; q++)
        lane[q] = q;
    int count = columns >= LANES;
    runs->offset[0] = count ? column[0] : 0;
    for (int i = 1; i < LANES && count; i++) {
        if (column[i] == column[i - 1] + 1)
            continue;
        if (column[i] < column[i - 1] + 1 || count >= LANES / 2) {
            count = 0;
        } else {
            runs->lanes[count] = lane >= i;
            runs->offset[count++] = column[i] - i;
        }
    }
    runs->count = count;
}

ND_INLINE V WITH_SUFFIX(nd_gather)(const T *from, const WITH_SUFFIX(nd_runs) * runs) {
    V v = WITH_SUFFIX(nd_load)(from + runs->offset[0]);
    for (int k = 1; k < runs->count; k++)
        v = WITH_SUFFIX(nd_select)(runs->lanes[k], WITH_SUFFIX(nd_load)(from + runs->offset[k]), v);
    return v;
}

static void WITH_SUFFIX(nd_gemm_pack_b)(T *restrict to, WITH_SUFFIX(nd_block) b, int64_t depth, int64_t columns) {
    for (int64_t j = 0; j < columns; j += NR, to += NR * depth) {
        WITH_SUFFIX(nd_runs) left, right;
        WITH_SUFFIX(nd_find_runs)(&left, b.column + j, columns - j);
        WITH_SUFFIX(nd_find_runs)(&right, b.column + nd_gemm_least(j + LANES, columns), columns - j - LANES);
        for (int64_t p = 0; p < depth && left.count && right.count; p++) {
            WITH_SUFFIX(nd_store)(to + p * NR, WITH_SUFFIX(nd_gather)(b.at + b.row[p], &left));
            WITH_SUFFIX(nd_store)(to + p * NR + LANES, WITH_SUFFIX(nd_gather)(b.at + b.row[p], &right));
        }
        if (!left.count || !right.count)
            WITH_SUFFIX(nd_gemm_pack_panel)(to, b.at, b.column + j, b.row, nd_gemm_least(NR, columns - j), depth, NR);
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

/* One vector of columns of a few rows of c, or what is left of one. */
static void WITH_SUFFIX(nd_gemm_thin_columns)(T *c, int64_t ldc, WITH_SUFFIX(nd_block) a, WITH_SUFFIX(nd_block) b,
                                              int64_t rows, int64_t columns, int64_t depth, int first) {
    WITH_SUFFIX(nd_runs) runs;
    WITH_SUFFIX(nd_find_runs)(&runs, b.column, columns);
    V acc[THIN] = {{0}};
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
            c[i * ldc + q] = acc[i][q] + (first ? 0 : c[i * ldc + q]);
}

/* A few rows: each element of b is used for these alone, so nothing is packed. */
static void WITH_SUFFIX(nd_gemm_thin)(T *c, int64_t ldc, WITH_SUFFIX(nd_block) a, WITH_SUFFIX(nd_block) b, int64_t rows,
                                      int64_t columns, int64_t depth, int first) {
    for (int64_t j = 0; j < columns; j += LANES, b.column += LANES)
        WITH_SUFFIX(nd_gemm_thin_columns)(c + j, ldc, a, b, rows, nd_gemm_least(LANES, columns - j), depth, first);
}

static void WITH_SUFFIX(nd_gemm)(const nd_gemm *g, void *work) {
    int64_t row_a[MC], column_a[KC], row_b[KC], column_b[NC];
    bool thin = g->m <= THIN && (g->columns_b || g->cb == 1);
    T *c = g->c, *packed_a = work, *packed_b = packed_a + nd_gemm_rows(g) * nd_gemm_depth(g);
    WITH_SUFFIX(nd_block) a = {.at = g->a}, b = {.at = g->b};
    for (int64_t j = 0; j < g->n; j += NC)
        for (int64_t p = 0; p < g->k; p += KC) {
            int64_t columns = nd_gemm_least(NC, g->n - j), depth = nd_gemm_least(KC, g->k - p);
            int first = p == 0 && !g->add;
            b.row = nd_gemm_offsets(g->rows_b, g->rb, p, depth, row_b);
            b.column = nd_gemm_offsets(g->columns_b, g->cb, j, columns, column_b);
            a.column = nd_gemm_offsets(g->columns_a, g->ca, p, depth, column_a);
            if (!thin)
                WITH_SUFFIX(nd_gemm_pack_b)(packed_b, b, depth, columns);
            for (int64_t i = 0; i < g->m; i += MC) {
                int64_t rows = nd_gemm_least(MC, g->m - i);
                a.row = nd_gemm_offsets(g->rows_a, g->ra, i, rows, row_a);
                if (thin) {
                    WITH_SUFFIX(nd_gemm_thin)(c + j, g->ldc, a, b, rows, columns, depth, first);
                } else {
                    WITH_SUFFIX(nd_gemm_pack_a)(packed_a, a, rows, depth);
                    WITH_SUFFIX(nd_gemm_block)(c + i * g->ldc + j, g->ldc, packed_a, packed_b, rows, columns, depth,
                                               first);
                }
            }
        }
}

#undef NR
#include "vocabulary_end.h"
