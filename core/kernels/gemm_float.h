/* Included by gemm.c for float32 and float64. */
#include "vocabulary_float.h"

#define NR (2 * LANES) /* the columns of a tile: two vectors */

/* rows x depth of a into panels of MR rows: panel[p * MR + i]. Rows beyond the end are zeros. */
static void WITH_SUFFIX(nd_gemm_pack_a)(T *restrict to, const T *restrict a, const int64_t *row, const int64_t *column,
                                        int64_t rows, int64_t depth) {
    for (int64_t i = 0; i < rows; i += MR)
        for (int64_t p = 0; p < depth; p++)
            for (int64_t r = i; r < i + MR; r++)
                *to++ = r < rows ? a[row[r] + column[p]] : 0;
}

/* depth x columns of b into panels of NR columns: panel[p * NR + j]. Columns beyond the end are zeros. */
static void WITH_SUFFIX(nd_gemm_pack_b)(T *restrict to, const T *restrict b, const int64_t *row, const int64_t *column,
                                        int64_t depth, int64_t columns) {
    for (int64_t j = 0; j < columns; j += NR) {
        int64_t width = nd_gemm_least(NR, columns - j);
        bool adjacent = width == NR && nd_gemm_adjacent(column + j, NR);
        for (int64_t p = 0; p < depth; p++, to += NR) {
            const T *from = b + row[p];
            if (adjacent)
                memcpy(to, from + column[j], NR * sizeof(T));
            else
                for (int64_t q = 0; q < NR; q++)
                    to[q] = q < width ? from[column[j + q]] : 0;
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
    int64_t row_a[MC], column_a[KC], row_b[KC], column_b[NC];
    T *c = g->c, *packed_a = work, *packed_b = packed_a + nd_gemm_rows(g) * nd_gemm_depth(g);
    for (int64_t j = 0; j < g->n; j += NC)
        for (int64_t p = 0; p < g->k; p += KC) {
            int64_t columns = nd_gemm_least(NC, g->n - j), depth = nd_gemm_least(KC, g->k - p);
            WITH_SUFFIX(nd_gemm_pack_b)(packed_b, g->b, nd_gemm_offsets(g->rows_b, g->rb, p, depth, row_b),
                                        nd_gemm_offsets(g->columns_b, g->cb, j, columns, column_b), depth, columns);
            const int64_t *across_a = nd_gemm_offsets(g->columns_a, g->ca, p, depth, column_a);
            for (int64_t i = 0; i < g->m; i += MC) {
                int64_t rows = nd_gemm_least(MC, g->m - i);
                WITH_SUFFIX(nd_gemm_pack_a)(packed_a, g->a, nd_gemm_offsets(g->rows_a, g->ra, i, rows, row_a), across_a,
                                            rows, depth);
                WITH_SUFFIX(nd_gemm_block)(c + i * g->ldc + j, g->ldc, packed_a, packed_b, rows, columns, depth,
                                           p == 0 && !g->add);
            }
        }
}

#undef NR
#include "vocabulary_end.h"
