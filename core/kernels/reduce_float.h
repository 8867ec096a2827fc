/* Included by reduce.c for float32 and float64: every reduction row on vectors. */
#include "vocabulary_float.h"

#define TYPED(name) WITH_SUFFIX(nd_reduce_##name)

/* What a row of the table comes to: `start`, `fold` an element into acc, `merge` two accumulators, `finish`. */
#define ROW_FUNCTIONS(name, START, LOADED, COMBINED, FINISHED)                    \
    ND_INLINE V TYPED(name##_merge)(V acc, V x) {                                 \
        return COMBINED;                                                          \
    }                                                                             \
    ND_INLINE V TYPED(name##_fold)(V acc, V x) {                                  \
        return TYPED(name##_merge)(acc, LOADED);                                  \
    }                                                                             \
    static void TYPED(name##_start)(void *acc_, int64_t n) {                      \
        for (int64_t i = 0; i < n; i++)                                           \
            ((T *)acc_)[i] = (T)(START);                                          \
    }                                                                             \
    static void TYPED(name##_finish)(void *acc_, int64_t count, int64_t folded) { \
        T *at = acc_;                                                             \
        for (int64_t i = 0; i < count; i++) {                                     \
            V acc = K(at[i]), n = K(folded);                                      \
            (void)n;                                                              \
            at[i] = (FINISHED)[0];                                                \
        }                                                                         \
    }

/* A block into one vector of accumulators. The end is padded with the start, which folding leaves as it is. */
#define BLOCK_FUNCTION(name, START)                                                                           \
    static V TYPED(name##_block)(const T *row, int64_t n) {                                                   \
        V acc[4] = {K(START), K(START), K(START), K(START)};                                                  \
        int64_t i = 0;                                                                                        \
        for (; i + 4 * LANES <= n; i += 4 * LANES)                                                            \
            for (int k = 0; k < 4; k++)                                                                       \
                acc[k] = TYPED(name##_fold)(acc[k], LOAD(row + i + k * LANES));                               \
        for (; i < n; i += LANES) {                                                                           \
            V rest = K(START);                                                                                \
            memcpy(&rest, row + i, sizeof(T) * (size_t)(n - i < LANES ? n - i : LANES));                      \
            acc[0] = TYPED(name##_fold)(acc[0], rest);                                                        \
        }                                                                                                     \
        return TYPED(name##_merge)(TYPED(name##_merge)(acc[0], acc[1]), TYPED(name##_merge)(acc[2], acc[3])); \
    }

/* The left half first: memory is faster in order. */
#define ALONG_FUNCTION(name)                                                          \
    static V TYPED(name##_halves)(const T *row, int64_t n) {                          \
        if (n <= BLOCK)                                                               \
            return TYPED(name##_block)(row, n);                                       \
        int64_t half = (n / 2 + BLOCK - 1) / BLOCK * BLOCK;                           \
        V left = TYPED(name##_halves)(row, half);                                     \
        return TYPED(name##_merge)(left, TYPED(name##_halves)(row + half, n - half)); \
    }                                                                                 \
    static void TYPED(name##_along)(void *acc_, const void *row, int64_t n) {         \
        V all = TYPED(name##_halves)(row, n), acc = K(*(T *)acc_);                    \
        for (int l = 0; l < LANES; l++)                                               \
            acc = TYPED(name##_merge)(acc, K(all[l]));                                \
        *(T *)acc_ = acc[0];                                                          \
    }

/* Several rows at a time, so that the sums are loaded and stored less often; each column's in the order of its rows. */
#define ACROSS_FUNCTION(name)                                                                                  \
    ND_INLINE V TYPED(name##_column)(V sum, const T *row, int64_t count, int64_t stride, int64_t width) {      \
        for (int64_t k = 0; k < count; k++, row += stride)                                                     \
            sum = TYPED(name##_fold)(sum, width == LANES ? LOAD(row) : K(*row));                               \
        return sum;                                                                                            \
    }                                                                                                          \
    static void TYPED(name##_across)(void *acc_, const void *rows, int64_t n, int64_t count, int64_t stride) { \
        const T *row = rows;                                                                                   \
        for (int64_t some; count > 0; count -= some, row += some * stride) {                                   \
            T *acc = acc_;                                                                                     \
            int64_t i = 0;                                                                                     \
            some = count < ROWS ? count : ROWS;                                                                \
            for (; i + LANES <= n; i += LANES)                                                                 \
                STORE(acc + i, TYPED(name##_column)(LOAD(acc + i), row + i, some, stride, LANES));             \
            for (; i < n; i++)                                                                                 \
                acc[i] = TYPED(name##_column)(K(acc[i]), row + i, some, stride, 1)[0];                         \
        }                                                                                                      \
    }

#define JOIN_FUNCTION(name)                                                       \
    static void TYPED(name##_join)(void *acc_, const void *other, int64_t n) {    \
        T *acc = acc_;                                                            \
        for (int64_t i = 0; i < n; i++)                                           \
            acc[i] = TYPED(name##_merge)(K(acc[i]), K(((const T *)other)[i]))[0]; \
    }

#define REDUCE(kind, name, aliases, start, load, combine, finish, gradient, low, high, doc) \
    ROW_FUNCTIONS(name, start, load, combine, finish)                                       \
    BLOCK_FUNCTION(name, start)                                                             \
    ALONG_FUNCTION(name)                                                                    \
    ACROSS_FUNCTION(name)                                                                   \
    JOIN_FUNCTION(name)
#include "ops.inl"

#undef ROW_FUNCTIONS
#undef BLOCK_FUNCTION
#undef ALONG_FUNCTION
#undef ACROSS_FUNCTION
#undef JOIN_FUNCTION
#include "vocabulary_end.h"
