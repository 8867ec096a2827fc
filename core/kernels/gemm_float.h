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

/* Where the lines of a block lie, and the elements of each; and those of a packed panel. */
typedef struct WITH_SUFFIX(nd_places) {
    int64_t lines[NC], depths[KC], packed[KC];
} WITH_SUFFIX(nd_places);

/* The panels of a block: the `whole` first ones where they are, the others, or all, packed `next` apart. */
typedef struct WITH_SUFFIX(nd_panels) {
    WITH_SUFFIX(nd_panel) there, packed;
    int64_t whole, wide, next;
} WITH_SUFFIX(nd_panels);

/* `lines` lines from the one numbered `line` on, `depth` elements of each from the p-th on. */
static WITH_SUFFIX(nd_panels)
    WITH_SUFFIX(nd_gemm_panels)(const WITH_SUFFIX(nd_side) * side, WITH_SUFFIX(nd_places) * places, int64_t line,
                                int64_t lines, int64_t p, int64_t depth) {
    int64_t whole = side->direct ? lines / side->wide : 0, first = whole * side->wide;
    const int64_t *own = nd_gemm_offsets(side->lines, side->line, line, lines, places->lines);
    const int64_t *down = nd_gemm_offsets(side->depths, side->down, p, depth, places->depths);
    if (first < lines)
        side->pack(side->room, side->at, own + first, down, lines - first, depth);
    nd_gemm_offsets(NULL, side->wide, 0, depth, places->packed);
    return (WITH_SUFFIX(nd_panels)){{side->at, own, down, false},
                                    {side->room, nd_gemm_neighbours, places->packed, true},
                                    whole,
                                    side->wide,
                                    side->wide * depth};
}

ND_INLINE WITH_SUFFIX(nd_panel) WITH_SUFFIX(nd_panel_at)(const WITH_SUFFIX(nd_panels) * panels, int64_t which) {
    WITH_SUFFIX(nd_panel) panel = which < panels->whole ? panels->there : panels->packed;
    if (which < panels->whole)
        panel.line += which * panels->wide;
    else
        panel.at += (which - panels->whole) * panels->next;
    return panel;
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
    WITH_SUFFIX(nd_places) places_a, places_b;
    WITH_SUFFIX(nd_side)
    a = {g->a, g->rows_a, g->columns_a, g->ra, g->ca, MR, nd_gemm_direct_a(g), WITH_SUFFIX(nd_gemm_pack_a), work};
    WITH_SUFFIX(nd_side)
    b = {g->b, g->columns_b, g->rows_b, g->cb, g->rb, NR, nd_gemm_direct_b(g), WITH_SUFFIX(nd_gemm_pack_b), room_b};
    for (int64_t j = 0; j < g->n; j += NC)
        for (int64_t p = 0; p < g->k; p += KC) {
            int64_t columns = nd_gemm_least(NC, g->n - j), depth = nd_gemm_least(KC, g->k - p);
            WITH_SUFFIX(nd_panels) right = WITH_SUFFIX(nd_gemm_panels)(&b, &places_b, j, columns, p, depth);
            for (int64_t i = 0; i < g->m; i += MC) {
                int64_t rows = nd_gemm_least(MC, g->m - i);
                WITH_SUFFIX(nd_panels) left = WITH_SUFFIX(nd_gemm_panels)(&a, &places_a, i, rows, p, depth);
                WITH_SUFFIX(nd_gemm_block)((T *)g->c + i * g->ldc + j, g->ldc, &left, &right, rows, columns, depth,
                                           p == 0 && !g->add);
            }
        }
}

static void WITH_SUFFIX(nd_gemm)(const nd_gemm *g, void *work) {
    bool strides = !g->rows_a && !g->columns_a && !g->rows_b && !g->columns_b;
    bool lines = g->ca == 1 && g->rb == 1 && !g->columns_a && !g->rows_b;
    if (lines && (g->m == 1 || g->n == 1)) {
        WITH_SUFFIX(nd_gemm_dots)(g);
    } else if (g->m <= THIN && g->cb == 1 && !g->columns_b) {
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
