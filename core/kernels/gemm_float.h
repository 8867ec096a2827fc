/* Included by gemm.c for float32 and float64. */
#include "vocabulary_float.h"

#define NR (2 * LANES) /* the columns of a tile: two vectors */

#include "gemm_pack.h"
#include "gemm_thin.h"
#include "gemm_tile.h"

/* One of the operands, its lines the rows of a or the columns of b: panels of `wide` of them. */
typedef struct WITH_SUFFIX(nd_side) {
    const T *at;
    const int64_t *lines, *depths; /* tables, or NULL */
    int64_t line, down;            /* strides */
    int wide;
    bool direct;
    void (*pack)(T *restrict to, const T *restrict from, const int64_t *line, const int64_t *down, int64_t lines,
                 int64_t depth);
    T *room;
} WITH_SUFFIX(nd_side);

/* The panels of a block, `next` apart; what is left after the `whole` ones, or all, is packed. */
typedef struct WITH_SUFFIX(nd_panels) {
    WITH_SUFFIX(nd_panel) first, rest;
    int64_t next, whole;
} WITH_SUFFIX(nd_panels);

/* `lines` lines from the one numbered `line` on, `depth` elements of each from the p-th on. */
static WITH_SUFFIX(nd_panels) WITH_SUFFIX(nd_gemm_panels)(const WITH_SUFFIX(nd_side) * side, int64_t line,
                                                          int64_t lines, int64_t p, int64_t depth) {
    int64_t own_lines[NC], own_depths[KC], whole = side->direct ? lines / side->wide : 0, first = whole * side->wide;
    WITH_SUFFIX(nd_panel) packed = {side->room, 1, side->wide}, there = packed;
    if (first < lines)
        side->pack(side->room, side->at,
                   nd_gemm_offsets(side->lines, side->line, line + first, lines - first, own_lines),
                   nd_gemm_offsets(side->depths, side->down, p, depth, own_depths), lines - first, depth);
    if (!side->direct)
        return (WITH_SUFFIX(nd_panels)){packed, packed, side->wide * depth, INT64_MAX};
    there = (WITH_SUFFIX(nd_panel)){side->at + line * side->line + p * side->down, side->line, side->down};
    return (WITH_SUFFIX(nd_panels)){there, packed, side->wide * side->line, whole};
}

ND_INLINE WITH_SUFFIX(nd_panel) WITH_SUFFIX(nd_panel_at)(const WITH_SUFFIX(nd_panels) * panels, int64_t which) {
    WITH_SUFFIX(nd_panel) panel = panels->first;
    panel.at += which * panels->next;
    return which < panels->whole ? panel : panels->rest;
}

static void WITH_SUFFIX(nd_gemm_block)(T *c, int64_t ldc, const WITH_SUFFIX(nd_panels) * a,
                                       const WITH_SUFFIX(nd_panels) * b, int64_t rows, int64_t columns, int64_t depth,
                                       bool first) {
    for (int64_t j = 0; j < columns; j += NR) {
        WITH_SUFFIX(nd_panel) right = WITH_SUFFIX(nd_panel_at)(b, j / NR);
        for (int64_t i = 0; i < rows; i += MR) {
            WITH_SUFFIX(nd_panel) left = WITH_SUFFIX(nd_panel_at)(a, i / MR);
            int64_t high = nd_gemm_least(MR, rows - i), wide = nd_gemm_least(NR, columns - j);
            T *tile = c + i * ldc + j;
            if (WITH_SUFFIX(nd_gemm_fits)(high, wide))
                WITH_SUFFIX(nd_gemm_tile)(tile, ldc, &left, &right, depth, first, high, wide);
            else
                WITH_SUFFIX(nd_gemm_edge)(tile, ldc, &left, &right, depth, first, high, wide);
        }
    }
}

static void WITH_SUFFIX(nd_gemm_blocks)(const nd_gemm *g, T *work) {
    T *room_b = work + nd_gemm_rows(g) * nd_gemm_depth(g);
    WITH_SUFFIX(nd_side)
    a = {g->a, g->rows_a, g->columns_a, g->ra, g->ca, MR, nd_gemm_direct_a(g), WITH_SUFFIX(nd_gemm_pack_a), work};
    WITH_SUFFIX(nd_side)
    b = {g->b, g->columns_b, g->rows_b, g->cb, g->rb, NR, nd_gemm_direct_b(g), WITH_SUFFIX(nd_gemm_pack_b), room_b};
    for (int64_t j = 0; j < g->n; j += NC)
        for (int64_t p = 0; p < g->k; p += KC) {
            int64_t columns = nd_gemm_least(NC, g->n - j), depth = nd_gemm_least(KC, g->k - p);
            WITH_SUFFIX(nd_panels) right = WITH_SUFFIX(nd_gemm_panels)(&b, j, columns, p, depth);
            for (int64_t i = 0; i < g->m; i += MC) {
                int64_t rows = nd_gemm_least(MC, g->m - i);
                WITH_SUFFIX(nd_panels) left = WITH_SUFFIX(nd_gemm_panels)(&a, i, rows, p, depth);
                WITH_SUFFIX(nd_gemm_block)((T *)g->c + i * g->ldc + j, g->ldc, &left, &right, rows, columns, depth,
                                           p == 0 && !g->add);
            }
        }
}

static void WITH_SUFFIX(nd_gemm)(const nd_gemm *g, void *work) {
    bool strides = !g->rows_a && !g->columns_a && !g->rows_b && !g->columns_b;
    if (strides && (g->m == 1 || g->n == 1) && g->ca == 1 && g->rb == 1) {
        WITH_SUFFIX(nd_gemm_dots)(g);
    } else if (g->m <= THIN && (g->columns_b || g->cb == 1)) {
        WITH_SUFFIX(nd_gemm_thin)(g);
    } else if (strides && g->n == 1 && g->ldc == 1 && g->ra == 1) {
        nd_gemm flipped = nd_gemm_flipped(g);
        WITH_SUFFIX(nd_gemm_thin)(&flipped);
    } else {
        WITH_SUFFIX(nd_gemm_blocks)(g, work);
    }
}

#undef NR
#include "vocabulary_end.h"
