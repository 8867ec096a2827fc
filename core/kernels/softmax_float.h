/* Included by softmax.c for float32 and float64. Rows end in a vector padded with -inf, whose exp adds nothing. */
#include "vocabulary_float.h"

/* A row is walked in whole vectors; what is left at its end is one more, padded. */
#define WHOLE(n) ((n) - (n) % LANES)

/* Scaled before it is padded: a scale of 0 or below would turn the padding into nan or inf. */
ND_INLINE V WITH_SUFFIX(nd_row_rest)(const T *row, int64_t left, T scale) {
    V v = K(0), padded = K(-INFINITY);
    memcpy(&v, row, sizeof(T) * (size_t)left);
    v *= K(scale);
    memcpy(&padded, &v, sizeof(T) * (size_t)left);
    return padded;
}

/* One instruction, which passes over a NaN: that one comes to light in the sum. */
ND_INLINE V WITH_SUFFIX(nd_larger)(V x, V largest) {
    return WITH_SUFFIX(nd_select)(x > largest, x, largest);
}

static T WITH_SUFFIX(nd_row_largest)(const T *row, int64_t n, T scale) {
    V largest = K(-INFINITY), other = largest;
    int64_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) { /* two at a time, since each waits for the one before */
        largest = WITH_SUFFIX(nd_larger)(LOAD(row + i) * K(scale), largest);
        other = WITH_SUFFIX(nd_larger)(LOAD(row + i + LANES) * K(scale), other);
    }
    for (; i < n; i += LANES)
        largest = WITH_SUFFIX(nd_larger)(
            n - i < LANES ? WITH_SUFFIX(nd_row_rest)(row + i, n - i, scale) : LOAD(row + i) * K(scale), largest);
    largest = WITH_SUFFIX(nd_larger)(other, largest);
    T most = largest[0];
    for (int l = 1; l < LANES; l++)
        most = largest[l] > most ? largest[l] : most;
    return most;
}

/* Writes exp(scale*in - shift) unless `out` is NULL, and returns their sum. */
ND_INLINE T WITH_SUFFIX(nd_row_exp)(T *out, const T *in, int64_t n, T scale, T shift) {
    V sum = K(0);
    for (int64_t i = 0; i < WHOLE(n); i += LANES) {
        V e = EXP(LOAD(in + i) * K(scale) - K(shift));
        sum += e;
        if (out)
            STORE(out + i, e);
    }
    if (n % LANES) {
        V e = EXP(WITH_SUFFIX(nd_row_rest)(in + WHOLE(n), n % LANES, scale) - K(shift));
        sum += e;
        if (out)
            memcpy(out + WHOLE(n), &e, sizeof(T) * (size_t)(n % LANES));
    }
    T total = 0;
    for (int l = 0; l < LANES; l++)
        total += sum[l];
    return total;
}

static void WITH_SUFFIX(nd_softmax)(void *out_, const void *in, int64_t n, double scale) {
    T *out = out_;
    T shift = WITH_SUFFIX(nd_row_largest)(in, n, (T)scale);
    T sum = WITH_SUFFIX(nd_row_exp)(out, in, n, (T)scale, shift);
    for (int64_t i = 0; i < WHOLE(n); i += LANES)
        STORE(out + i, LOAD(out + i) / K(sum));
    for (int64_t i = WHOLE(n); i < n; i++)
        out[i] /= sum;
}

static void WITH_SUFFIX(nd_log_softmax)(void *out_, const void *in_, int64_t n, double scale) {
    T *out = out_;
    const T *in = in_;
    T shift = WITH_SUFFIX(nd_row_largest)(in, n, (T)scale);
    V log_sum = LOG(K(WITH_SUFFIX(nd_row_exp)(NULL, in, n, (T)scale, shift)));
    for (int64_t i = 0; i < WHOLE(n); i += LANES)
        STORE(out + i, LOAD(in + i) * K(scale) - K(shift) - log_sum);
    for (int64_t i = WHOLE(n); i < n; i++)
        out[i] = in[i] * (T)scale - shift - log_sum[0];
}

#undef WHOLE
#include "vocabulary_end.h"
