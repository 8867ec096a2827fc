/* Included by gemm.c for float32 and float64. */
#include "vocabulary_float.h"

#define NR (2 * LANES) /* the columns of a tile: two vectors */

/* One panel: to[p * wide + i] is element i of line p, of `lines` lines; `across` and `down` are the strides of i and p.
 * Elements from `width` on are zeros. Whichever stride is 1 is read in order. */
ND_INLINE void WITH_SUFFIX(nd_gemm_pack_panel)(T *restrict to, const T *restrict from, int64_t across, int64_t down,
                                               int64_t width, int64_t lines, int wide) {
    if (width == wide && across == 1) {
        for (int64_t p = 0; p < lines; p++)
            memcpy(to + p * wide, from + p * down, sizeof(T) * (size_t)wide);
    } else if (width == wide) {
        for (int i = 0; i < wide; i++)
            for (int64_t p = 0; p < lines; p++)
                to[p * wide + i] = from[i * across + p * down];
    } else {
        for (int64_t p = 0; p < lines; p++)
            for (int i = 0; i < wide; i++)
                to[p * wide + i] = i < width ? from[i * across + p * down] : 0;
    }
}

/* All panels of a block that is `width` across. */
ND_INLINE void WITH_SUFFIX(nd_gemm_pack)(T *restrict to, const T *restrict from, int64_t across, int64_t down,
                                         int64_t width, int64_t lines, int wide) {
    for (int64_t i = 0; i < width; i += wide)
        WITH_SUFFIX(nd_gemm_pack_panel)(to + i * lines, from + i * across, across, down,
                                        width - i < wide ? width - i : wide, lines, wide);
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

ND_INLINE int64_t WITH_SUFFIX(nd_least)(int64_t u, int64_t v) {
    return u < v ? u : v;
}

static void WITH_SUFFIX(nd_gemm)(const nd_gemm *g, void *work) {
    const T *a = g->a, *b = g->b;
    T *c = g->c, *packed_a = work, *packed_b = packed_a + nd_gemm_rows(g) * nd_gemm_depth(g);
    for (int64_t j = 0; j < g->n; j += NC)
        for (int64_t p = 0; p < g->k; p += KC) {
            int64_t columns = WITH_SUFFIX(nd_least)(NC, g->n - j), depth = WITH_SUFFIX(nd_least)(KC, g->k - p);
            WITH_SUFFIX(nd_gemm_pack)(packed_b, b + p * g->rb + j * g->cb, g->cb, g->rb, columns, depth, NR);
            for (int64_t i = 0; i < g->m; i += MC) {
                int64_t rows = WITH_SUFFIX(nd_least)(MC, g->m - i);
                WITH_SUFFIX(nd_gemm_pack)(packed_a, a + i * g->ra + p * g->ca, g->ra, g->ca, rows, depth, MR);
                WITH_SUFFIX(nd_gemm_block)(c + i * g->ldc + j, g->ldc, packed_a, packed_b, rows, columns, depth,
                                           p == 0);
            }
        }
}

#undef NR
#include "vocabulary_end.h"
