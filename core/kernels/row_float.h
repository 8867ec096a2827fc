/* Along a contiguous row, of which the last vector may not be full; for bodies that each_float.h includes. */

/* A row's end, padded with zeros. */
ND_INLINE V WITH_SUFFIX(nd_row_rest)(const T *row, int64_t left) {
    return left >= LANES ? LOAD(row) : WITH_SUFFIX(nd_load_part)(row, left);
}

/* The first `left` lanes of a vector, and `padding` in the others. */
ND_INLINE V WITH_SUFFIX(nd_row_padded)(V v, int64_t left, T padding) {
    V lane;
    for (int l = 0; l < LANES; l++)
        lane[l] = (T)l;
    return left >= LANES ? v : SELECT(lane < K(left), v, K(padding));
}

ND_INLINE void WITH_SUFFIX(nd_row_store)(T *row, V v, int64_t left) {
    if (left >= LANES)
        STORE(row, v);
    else
        WITH_SUFFIX(nd_store_part)(row, v, left);
}

/* Four vectors at a time, so that one need not wait for the other; then one at a time, the last one padded. They have
 * the place `at`, and k, which of four results to use. */
#define EACH_VECTOR(n, WHOLE_STEP, PADDED_STEP)                              \
    {                                                                        \
        for (int64_t i = 0; i + 4 * LANES <= n; i += 4 * LANES)              \
            for (int k = 0; k < 4; k++) {                                    \
                int64_t at = i + k * LANES;                                  \
                WHOLE_STEP;                                                  \
            }                                                                \
        for (int64_t at = n - n % (4 * LANES), k = 0; at < n; at += LANES) { \
            (void)k;                                                         \
            PADDED_STEP;                                                     \
        }                                                                    \
    }

ND_INLINE T WITH_SUFFIX(nd_row_total)(const V *sum) {
    V all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    T total = 0;
    for (int l = 0; l < LANES; l++)
        total += all[l];
    return total;
}
