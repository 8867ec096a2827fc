/* Included by softmax.c for float32 and float64. Rows end in a vector padded with -inf, whose exp adds nothing. */
#include "vocabulary_float.h"
#include "row_float.h"

/* Scaled before it is padded: a scale of 0 or below would turn the padding into nan or inf. */
ND_INLINE V WITH_SUFFIX(nd_row_load)(const T *row, int64_t left, T scale) {
    return WITH_SUFFIX(nd_row_padded)(WITH_SUFFIX(nd_row_rest)(row, left) * K(scale), left, -INFINITY);
}

ND_INLINE T WITH_SUFFIX(nd_row_most)(const V *most) {
    V all = MAX(MAX(most[0], most[1]), MAX(most[2], most[3]));
    T result = all[0];
    for (int l = 1; l < LANES; l++)
        result = all[l] > result ? all[l] : result;
    return result;
}

/* Of those that are numbers; the others make exp nan in any case. */
static T WITH_SUFFIX(nd_row_largest)(const T *row, int64_t n, T scale) {
    V most[4] = {K(-INFINITY), K(-INFINITY), K(-INFINITY), K(-INFINITY)};
    EACH_VECTOR(n, most[k] = WITH_SUFFIX(nd_greater)(LOAD(row + at) * K(scale), most[k]),
                most[k] = WITH_SUFFIX(nd_greater)(WITH_SUFFIX(nd_row_load)(row + at, n - at, scale), most[k]))
    return WITH_SUFFIX(nd_row_most)(most);
}

/* exp of one row's vector, and the larger of what the next row has there: it comes from memory meanwhile. */
ND_INLINE V WITH_SUFFIX(nd_exp_into)(V x, T shift, V *sum, V next, V *most) {
    V e = WITH_SUFFIX(nd_vexp_of_negative)(x - K(shift));
    *most = WITH_SUFFIX(nd_greater)(next, *most);
    *sum += e;
    return e;
}

/* Writes exp(scale*in - largest) / ND_SMALL_UNIT unless `out` is NULL, and returns their sum. `largest` then is the
 * next row's. */
ND_INLINE T WITH_SUFFIX(nd_row_exp)(T *out, const T *in, const T *next, int64_t n, T scale, T *largest) {
    V sum[4] = {{0}}, most[4] = {K(-INFINITY), K(-INFINITY), K(-INFINITY), K(-INFINITY)};
    T shift = *largest;
#define WHOLE WITH_SUFFIX(nd_exp_into)(LOAD(in + at) * K(scale), shift, &sum[k], LOAD(next + at) * K(scale), &most[k])
#define PADDED                                                                                 \
    WITH_SUFFIX(nd_exp_into)(WITH_SUFFIX(nd_row_load)(in + at, n - at, scale), shift, &sum[k], \
                             WITH_SUFFIX(nd_row_load)(next + at, n - at, scale), &most[k])
    if (out)
        EACH_VECTOR(n, STORE(out + at, WHOLE), WITH_SUFFIX(nd_row_store)(out + at, PADDED, n - at))
    else
        EACH_VECTOR(n, WHOLE, PADDED)
#undef WHOLE
#undef PADDED
    *largest = WITH_SUFFIX(nd_row_most)(most);
    return WITH_SUFFIX(nd_row_total)(sum);
}

/* A row's sum is at least a unit, its largest one's share, so that it has an inverse. */
static void WITH_SUFFIX(nd_softmax)(void *out_, const void *in_, int64_t rows, int64_t n, double scale) {
    T *out = out_;
    const T *in = in_;
    T largest = WITH_SUFFIX(nd_row_largest)(in, n, (T)scale);
    for (; rows > 0; rows--, in += n, out += n) {
        V share = K(1 / WITH_SUFFIX(nd_row_exp)(out, in, rows > 1 ? in + n : in, n, (T)scale, &largest));
        EACH_VECTOR(n, STORE(out + at, LOAD(out + at) * share),
                    WITH_SUFFIX(nd_row_store)(out + at, WITH_SUFFIX(nd_row_rest)(out + at, n - at) * share, n - at))
    }
}

static void WITH_SUFFIX(nd_log_softmax)(void *out_, const void *in_, int64_t rows, int64_t n, double scale) {
    T *out = out_;
    const T *in = in_;
    T largest = WITH_SUFFIX(nd_row_largest)(in, n, (T)scale);
    for (; rows > 0; rows--, in += n, out += n) {
        V shift = K(largest);
        T sum = WITH_SUFFIX(nd_row_exp)(NULL, in, rows > 1 ? in + n : in, n, (T)scale, &largest);
        V log_sum = LOG(K(sum * (T)ND_SMALL_UNIT));
        EACH_VECTOR(n, STORE(out + at, LOAD(in + at) * K(scale) - shift - log_sum),
                    WITH_SUFFIX(nd_row_store)(
                        out + at, WITH_SUFFIX(nd_row_rest)(in + at, n - at) * K(scale) - shift - log_sum, n - at))
    }
}

/* y (g - sum(g y)) */
static void WITH_SUFFIX(nd_softmax_gradient)(void *out_, const void *g_, const void *y_, int64_t n, double scale) {
    T *out = out_;
    const T *g = g_, *y = y_;
    V sum[4] = {{0}};
    EACH_VECTOR(n, sum[k] += LOAD(g + at) * LOAD(y + at),
                sum[k] += WITH_SUFFIX(nd_row_rest)(g + at, n - at) * WITH_SUFFIX(nd_row_rest)(y + at, n - at))
    V mean = K(WITH_SUFFIX(nd_row_total)(sum)), scaled = K(scale);
    EACH_VECTOR(n, STORE(out + at, (LOAD(g + at) - mean) * LOAD(y + at) * scaled),
                WITH_SUFFIX(nd_row_store)(out + at,
                                          (WITH_SUFFIX(nd_row_rest)(g + at, n - at) - mean) *
                                              WITH_SUFFIX(nd_row_rest)(y + at, n - at) * scaled,
                                          n - at))
}

/* g - exp(y) sum(g) */
static void WITH_SUFFIX(nd_log_softmax_gradient)(void *out_, const void *g_, const void *y_, int64_t n, double scale) {
    T *out = out_;
    const T *g = g_, *y = y_;
    V sum[4] = {{0}};
    EACH_VECTOR(n, sum[k] += LOAD(g + at), sum[k] += WITH_SUFFIX(nd_row_rest)(g + at, n - at))
    V total = K(WITH_SUFFIX(nd_row_total)(sum)), scaled = K(scale);
    EACH_VECTOR(
        n, STORE(out + at, (LOAD(g + at) - EXP(LOAD(y + at)) * total) * scaled),
        WITH_SUFFIX(nd_row_store)(
            out + at,
            (WITH_SUFFIX(nd_row_rest)(g + at, n - at) - EXP(WITH_SUFFIX(nd_row_rest)(y + at, n - at)) * total) * scaled,
            n - at))
}

#undef EACH_VECTOR
#include "vocabulary_end.h"
