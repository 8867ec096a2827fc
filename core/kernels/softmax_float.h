/* Included by softmax.c for float32 and float64. Rows end in a vector padded with -inf, whose exp adds nothing. */
#include "vocabulary_float.h"

/* Scaled before it is padded: a scale of 0 or below would turn the padding into nan or inf. */
ND_INLINE V WITH_SUFFIX(nd_row_load)(const T *row, int64_t left, T scale) {
    if (left >= LANES)
        return LOAD(row) * K(scale);
    V v = K(0), padded = K(-INFINITY);
    memcpy(&v, row, sizeof(T) * (size_t)left);
    v *= K(scale);
    memcpy(&padded, &v, sizeof(T) * (size_t)left);
    return padded;
}

ND_INLINE void WITH_SUFFIX(nd_row_store)(T *row, V v, int64_t left) {
    memcpy(row, &v, sizeof(T) * (size_t)(left < LANES ? left : LANES));
}

static T WITH_SUFFIX(nd_row_largest)(const T *row, int64_t n, T scale) {
    V largest = K(-INFINITY);
    for (int64_t i = 0; i < n; i += LANES)
        largest = MAX(largest, WITH_SUFFIX(nd_row_load)(row + i, n - i, scale));
    T most = largest[0];
    for (int l = 1; l < LANES; l++)
        most = largest[l] > most ? largest[l] : most;
    return most;
}

/* Writes exp(scale*in - shift) unless `out` is NULL, and returns their sum. */
static T WITH_SUFFIX(nd_row_exp)(T *out, const T *in, int64_t n, T scale, T shift) {
    V sum = K(0);
    for (int64_t i = 0; i < n; i += LANES) {
        V e = EXP(WITH_SUFFIX(nd_row_load)(in + i, n - i, scale) - K(shift));
        sum += e;
        if (out)
            WITH_SUFFIX(nd_row_store)(out + i, e, n - i);
    }
    T total = 0;
    for (int l = 0; l < LANES; l++)
        total += sum[l];
    return total;
}

static void WITH_SUFFIX(nd_softmax)(void *out_, const void *in, int64_t n, double scale) {
    T *out = out_;
    T shift = WITH_SUFFIX(nd_row_largest)(in, n, (T)scale);
    V sum = K(WITH_SUFFIX(nd_row_exp)(out, in, n, (T)scale, shift));
    for (int64_t i = 0; i < n; i += LANES)
        WITH_SUFFIX(nd_row_store)(out + i, WITH_SUFFIX(nd_row_load)(out + i, n - i, 1) / sum, n - i);
}

static void WITH_SUFFIX(nd_log_softmax)(void *out_, const void *in_, int64_t n, double scale) {
    T *out = out_;
    const T *in = in_;
    T shift = WITH_SUFFIX(nd_row_largest)(in, n, (T)scale);
    V log_sum = LOG(K(WITH_SUFFIX(nd_row_exp)(NULL, in, n, (T)scale, shift)));
    for (int64_t i = 0; i < n; i += LANES)
        WITH_SUFFIX(nd_row_store)(out + i, WITH_SUFFIX(nd_row_load)(in + i, n - i, (T)scale) - K(shift) - log_sum,
                                  n - i);
}

#include "vocabulary_end.h"
