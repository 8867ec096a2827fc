/* Included by gemm_float.h: the tile of c that stays in registers. */

/* A panel of an operand: element p of line i is at[line[i] + down[p]]; the lines of a packed one are neighbours. */
typedef struct WITH_SUFFIX(nd_panel) {
    const T *at;
    const int64_t *line, *down;
    bool packed;
} WITH_SUFFIX(nd_panel);

/* `rows` rows of `vectors` vectors of c gain depth products, or start with them. All sums run in order, so that they do
 * not depend on how c was cut into tiles. */
ND_INLINE void WITH_SUFFIX(nd_gemm_multiply)(T *c, int64_t ldc, const WITH_SUFFIX(nd_panel) * a,
                                             const WITH_SUFFIX(nd_panel) * b, int64_t depth, bool first, int rows,
                                             int vectors, bool packed) {
    V acc[MR][2];
    const T *from[MR], *right = b->at + b->line[0];
    const int64_t *down_a = a->down, *down_b = b->down;
    for (int i = 0; i < rows; i++) {
        from[i] = a->at + (packed ? i : a->line[i]);
        for (int j = 0; j < vectors; j++)
            acc[i][j] = first ? (V){0} : LOAD(c + i * ldc + j * LANES);
    }
    for (int64_t p = 0; p < depth; p++) {
        const T *at = right + down_b[p];
        V u = LOAD(at), v = vectors == 2 ? LOAD(at + LANES) : u;
        int64_t q = packed ? p * MR : down_a[p];
#pragma GCC unroll 12
        for (int i = 0; i < rows; i++) {
            V ai = WITH_SUFFIX(nd_splat)(packed ? from[0][q + i] : from[i][q]);
            acc[i][0] = WITH_SUFFIX(nd_fma)(ai, u, acc[i][0]);
            if (vectors == 2)
                acc[i][1] = WITH_SUFFIX(nd_fma)(ai, v, acc[i][1]);
        }
    }
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < vectors; j++)
            STORE(c + i * ldc + j * LANES, acc[i][j]);
}

#define TILE(name, rows, vectors, packed)                                                       \
    static void WITH_SUFFIX(name)(T * c, int64_t ldc, const WITH_SUFFIX(nd_panel) * a,          \
                                  const WITH_SUFFIX(nd_panel) * b, int64_t depth, bool first) { \
        WITH_SUFFIX(nd_gemm_multiply)(c, ldc, a, b, depth, first, rows, vectors, packed);       \
    }
TILE(nd_gemm_packed, MR, 2, true)
TILE(nd_gemm_direct, MR, 2, false)
TILE(nd_gemm_short, MR / 2, 2, false)
TILE(nd_gemm_narrow, MR, 1, false)
#undef TILE

/* The smallest tile that holds `rows` rows and columns. */
ND_INLINE void WITH_SUFFIX(nd_gemm_tile)(T *c, int64_t ldc, const WITH_SUFFIX(nd_panel) * a,
                                         const WITH_SUFFIX(nd_panel) * b, int64_t depth, bool first, int64_t rows,
                                         int64_t columns) {
    if (columns <= LANES)
        WITH_SUFFIX(nd_gemm_narrow)(c, ldc, a, b, depth, first);
    else if (rows <= MR / 2)
        WITH_SUFFIX(nd_gemm_short)(c, ldc, a, b, depth, first);
    else if (a->packed)
        WITH_SUFFIX(nd_gemm_packed)(c, ldc, a, b, depth, first);
    else
        WITH_SUFFIX(nd_gemm_direct)(c, ldc, a, b, depth, first);
}

/* Whether one of the tiles is just as large. */
ND_INLINE bool WITH_SUFFIX(nd_gemm_fits)(int64_t rows, int64_t columns) {
    return columns == NR ? rows == MR || rows == MR / 2 : columns == LANES && rows == MR;
}

ND_INLINE void WITH_SUFFIX(nd_gemm_copy)(T *to, int64_t to_step, const T *from, int64_t from_step, int64_t rows,
                                         int64_t columns) {
    for (int64_t i = 0; i < rows; i++, to += to_step, from += from_step)
        if (columns == NR)
            memcpy(to, from, sizeof(T) * NR);
        else
            memcpy(to, from, sizeof(T) * (size_t)columns);
}

/* A tile that hangs over the edge of c is computed in a full one and copied. */
static void WITH_SUFFIX(nd_gemm_edge)(T *c, int64_t ldc, const WITH_SUFFIX(nd_panel) * a,
                                      const WITH_SUFFIX(nd_panel) * b, int64_t depth, bool first, int64_t rows,
                                      int64_t columns) {
    T full[MR * NR];
    if (!first) {
        memset(full, 0, sizeof full);
        WITH_SUFFIX(nd_gemm_copy)(full, NR, c, ldc, rows, columns);
    }
    WITH_SUFFIX(nd_gemm_tile)(full, NR, a, b, depth, first, rows, columns);
    WITH_SUFFIX(nd_gemm_copy)(c, ldc, full, NR, rows, columns);
}
