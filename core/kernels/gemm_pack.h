/* Included by gemm_float.h: a block of an operand written down again in panels, for the tile to read in order. */

typedef T WITH_SUFFIX(nd_four) __attribute__((vector_size(4 * sizeof(T))));
#define FOUR WITH_SUFFIX(nd_four)

/* Four neighbours of each of four lines: to[p * wide + i] = from[across[i] + p]. */
ND_INLINE void WITH_SUFFIX(nd_gemm_exchange)(T *to, const T *from, const int64_t *across, int wide) {
    FOUR in[4], out[4];
    for (int i = 0; i < 4; i++)
        memcpy(&in[i], from + across[i], sizeof in[i]);
    FOUR low = __builtin_shufflevector(in[0], in[1], 0, 4, 1, 5),
         high = __builtin_shufflevector(in[2], in[3], 0, 4, 1, 5);
    out[0] = __builtin_shufflevector(low, high, 0, 1, 4, 5);
    out[1] = __builtin_shufflevector(low, high, 2, 3, 6, 7);
    low = __builtin_shufflevector(in[0], in[1], 2, 6, 3, 7), high = __builtin_shufflevector(in[2], in[3], 2, 6, 3, 7);
    out[2] = __builtin_shufflevector(low, high, 0, 1, 4, 5);
    out[3] = __builtin_shufflevector(low, high, 2, 3, 6, 7);
    for (int p = 0; p < 4; p++)
        memcpy(to + p * wide, &out[p], sizeof out[p]);
}

/* Lines whose elements lie one after another down the panel: four by four, and what is left one by one. */
ND_INLINE void WITH_SUFFIX(nd_gemm_turn)(T *restrict to, const T *restrict from, const int64_t *across, int64_t width,
                                         int64_t lines, int wide) {
    int64_t i = 0;
    for (; i + 4 <= width; i += 4) {
        int64_t p = 0;
        for (; p + 4 <= lines; p += 4)
            WITH_SUFFIX(nd_gemm_exchange)(to + p * wide + i, from + p, across + i, wide);
        for (; p < lines; p++)
            for (int64_t q = i; q < i + 4; q++)
                to[p * wide + q] = from[across[q] + p];
    }
    for (; i < width; i++)
        for (int64_t p = 0; p < lines; p++)
            to[p * wide + i] = from[across[i] + p];
}

/* One panel: to[p * wide + i] is the element at across[i] of the line at down[p], of `lines` lines. Elements from
 * `width` on are zeros. Whichever way lies in order is read in order, and the lines run by run. */
ND_INLINE void WITH_SUFFIX(nd_gemm_pack_panel)(T *restrict to, const T *restrict from, const int64_t *across,
                                               const int64_t *down, int64_t width, int64_t lines, int wide) {
    bool in_order = nd_gemm_adjacent(across, width);
    if (width < wide)
        memset(to, 0, sizeof(T) * (size_t)(lines * wide));
    for (int64_t p = 0, run; p < lines && !in_order; p += run) {
        run = nd_gemm_run(down + p, lines - p);
        WITH_SUFFIX(nd_gemm_turn)(to + p * wide, from + down[p], across, width, run, wide);
    }
    for (int64_t p = 0; p < lines && in_order; p++)
        memcpy(to + p * wide, from + across[0] + down[p], sizeof(T) * (size_t)width);
}

static void WITH_SUFFIX(nd_gemm_pack_a)(T *restrict to, const T *restrict from, const int64_t *row,
                                        const int64_t *column, int64_t rows, int64_t depth) {
    for (int64_t i = 0; i < rows; i += MR)
        WITH_SUFFIX(nd_gemm_pack_panel)(to + i * depth, from, row + i, column, nd_gemm_least(MR, rows - i), depth, MR);
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

/* A whole panel of b out of runs; false if there are too many. */
static bool WITH_SUFFIX(nd_gemm_pack_runs)(T *restrict to, const T *restrict from, const int64_t *column,
                                           const int64_t *row, int64_t depth) {
    WITH_SUFFIX(nd_runs) left, right;
    WITH_SUFFIX(nd_find_runs)(&left, column, LANES);
    WITH_SUFFIX(nd_find_runs)(&right, column + LANES, LANES);
    if (!left.count || !right.count)
        return false;
    for (int64_t p = 0; p < depth; p++, to += NR) {
        STORE(to, WITH_SUFFIX(nd_gather)(from + row[p], &left));
        STORE(to + LANES, WITH_SUFFIX(nd_gather)(from + row[p], &right));
    }
    return true;
}

static void WITH_SUFFIX(nd_gemm_pack_b)(T *restrict to, const T *restrict from, const int64_t *column,
                                        const int64_t *row, int64_t columns, int64_t depth) {
    for (int64_t j = 0; j < columns; j += NR, to += NR * depth) {
        bool windows = columns - j >= NR && nd_gemm_run(row, depth) < LANES;
        if (!windows || !WITH_SUFFIX(nd_gemm_pack_runs)(to, from, column + j, row, depth))
            WITH_SUFFIX(nd_gemm_pack_panel)(to, from, column + j, row, nd_gemm_least(NR, columns - j), depth, NR);
    }
}

#undef FOUR
