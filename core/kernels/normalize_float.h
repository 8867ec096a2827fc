/* Included by normalize.c for float32 and float64. */
#include "vocabulary_float.h"
#include "row_float.h"

#define PART(p) WITH_SUFFIX(nd_row_rest)(p, n - at)
#define STORE_PART(p, v) WITH_SUFFIX(nd_row_store)(p, v, n - at)

/* How far the elements lie from a point; 0 beyond the end. */
ND_INLINE V WITH_SUFFIX(nd_row_from)(const T *row, T point, int64_t left) {
    return WITH_SUFFIX(nd_row_padded)(WITH_SUFFIX(nd_row_rest)(row, left) - K(point), left, 0);
}

/* From the first element, so that a row far from zero keeps its digits. */
ND_INLINE T WITH_SUFFIX(nd_row_mean)(const T *x, int64_t n) {
    V sum[4] = {{0}};
    const T first = x[0];
    EACH_VECTOR(n, sum[k] += LOAD(x + at) - K(first), sum[k] += WITH_SUFFIX(nd_row_from)(x + at, first, n - at))
    return first + WITH_SUFFIX(nd_row_total)(sum) / (T)n;
}

ND_INLINE T WITH_SUFFIX(nd_row_variance)(const T *x, T mean, int64_t n) {
    V sum[4] = {{0}}, d;
    EACH_VECTOR(n, (d = LOAD(x + at) - K(mean), sum[k] += d * d),
                (d = WITH_SUFFIX(nd_row_from)(x + at, mean, n - at), sum[k] += d * d))
    return WITH_SUFFIX(nd_row_total)(sum) / (T)n;
}

static void WITH_SUFFIX(nd_normalize)(const nd_normal_rows *r, int64_t begin, int64_t end) {
    const T *gamma = r->gamma, *beta = r->beta;
    const int64_t n = r->n;
    for (int64_t row = begin; row < end; row++) {
        const T *x = (const T *)r->x + row * n;
        T *out = (T *)r->out + row * n, mean = WITH_SUFFIX(nd_row_mean)(x, n);
        T variance = WITH_SUFFIX(nd_row_variance)(x, mean, n);
        V middle = K(mean), inverse = RSQRT(K(variance) + K(r->eps));
        EACH_VECTOR(n, STORE(out + at, (LOAD(x + at) - middle) * inverse * LOAD(gamma + at) + LOAD(beta + at)),
                    STORE_PART(out + at, (PART(x + at) - middle) * inverse * PART(gamma + at) + PART(beta + at)))
        ((T *)r->mean)[row] = mean;
        ((T *)r->variance)[row] = variance;
    }
}

/* One row's vector joins the sums over rows, and those over the row: of g gamma, and of that times the result. */
ND_INLINE V WITH_SUFFIX(nd_join_sums)(V g, V scaled, V gamma, V *total, V *product) {
    V head = g * gamma;
    *total += head;
    *product += head * scaled;
    return g * scaled;
}

/* g gamma r + (x - mean) spread + shift, see src/normalize.c. */
static void WITH_SUFFIX(nd_normalize_gradient)(const nd_normal_gradient *r, void *by_gamma_, void *by_beta_,
                                               int64_t begin, int64_t end) {
    const T *gamma = r->gamma;
    T *by_gamma = by_gamma_, *by_beta = by_beta_;
    const int64_t n = r->n;
    for (int64_t row = begin; row < end; row++) {
        const T *g = (const T *)r->g + row * n, *x = (const T *)r->x + row * n;
        V mean = K(((const T *)r->mean)[row]), inverse = RSQRT(K(((const T *)r->variance)[row]) + K(r->eps));
        V total[4] = {{0}}, product[4] = {{0}}, scaled;
#define JOIN(LOADED, STORED)                                                                                  \
    (scaled = (LOADED(x + at) - mean) * inverse, STORED(by_beta + at, LOADED(by_beta + at) + LOADED(g + at)), \
     STORED(by_gamma + at,                                                                                    \
            LOADED(by_gamma + at) +                                                                           \
                WITH_SUFFIX(nd_join_sums)(LOADED(g + at), scaled, LOADED(gamma + at), &total[k], &product[k])))
        EACH_VECTOR(n, JOIN(LOAD, STORE), JOIN(PART, STORE_PART))
#undef JOIN
        if (!r->by_x)
            continue;
        T *out = (T *)r->by_x + row * n;
        V whole = K(WITH_SUFFIX(nd_row_total)(total)), bent = K(WITH_SUFFIX(nd_row_total)(product));
        V to_mean = K(((const T *)r->g_mean)[row]), to_variance = K(((const T *)r->g_variance)[row]);
        V spread = (to_variance + to_variance - bent * inverse * inverse) / K(n);
        V shift = (to_mean - whole * inverse) / K(n);
#define RESULT(LOADED) (LOADED(g + at) * LOADED(gamma + at) * inverse + (LOADED(x + at) - mean) * spread + shift)
        EACH_VECTOR(n, STORE(out + at, RESULT(LOAD)), STORE_PART(out + at, RESULT(PART)))
#undef RESULT
    }
}

#undef PART
#undef STORE_PART
#undef EACH_VECTOR
#include "vocabulary_end.h"
