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

/* Lines beside one another. */
ND_INLINE void WITH_SUFFIX(nd_gemm_align)(T *restrict to, const T *restrict from, const int64_t *down, int64_t width,
                                          int64_t lines, int wide) {
    for (int64_t p = 0; p < lines; p++, to += wide)
        if (width == wide)
            memcpy(to, from + down[p], sizeof(T) * (size_t)wide);
        else
            memcpy(to, from + down[p], sizeof(T) * (size_t)width);
}

/* So many elements of each line are turned at a time: they are of one line of the cache, and go to few. */
enum { WITH_SUFFIX(ND_TURN) = 64 / sizeof(T) };

/* One panel: to[p * wide + i] is the element at across[i] of the line at down[p], of `lines` lines. Elements from
 * `width` on are zeros. Whichever way lies in order is read in order, and the lines run by run. */
ND_INLINE void WITH_SUFFIX(nd_gemm_pack_panel)(T *restrict to, const T *restrict from, const int64_t *across,
                                               const int64_t *down, int64_t width, int64_t lines, int wide) {
    if (width < wide)
        memset(to, 0, sizeof(T) * (size_t)(lines * wide));
    if (nd_gemm_adjacent(across, width)) {
        WITH_SUFFIX(nd_gemm_align)(to, from + across[0], down, width, lines, wide);
        return;
    }
    for (int64_t p = 0, run; p < lines; p += run) {
        run = nd_gemm_run(down + p, nd_gemm_least(lines - p, WITH_SUFFIX(ND_TURN)));
        WITH_SUFFIX(nd_gemm_turn)(to + p * wide, from + down[p], across, width, run, wide);
    }
}

static void WITH_SUFFIX(nd_gemm_pack_a)(T *restrict to, const T *restrict from, const int64_t *row,
                                        const int64_t *column, int64_t rows, int64_t depth) {
    for (int64_t i = 0; i < rows; i += MR)
        WITH_SUFFIX(nd_gemm_pack_panel)(to + i * depth, from, row + i, column, nd_gemm_least(MR, rows - i), depth, MR);
}

static void WITH_SUFFIX(nd_gemm_pack_b)(T *restrict to, const T *restrict from, const int64_t *column,
                                        const int64_t *row, int64_t columns, int64_t depth) {
    for (int64_t j = 0; j < columns; j += NR)
        WITH_SUFFIX(nd_gemm_pack_panel)(to + j * depth, from, column + j, row, nd_gemm_least(NR, columns - j), depth,
                                        NR);
}

#undef FOUR
