/* Included by reduce.c for each integer type: the reduction rows of kind ANY. Integer sums are exact whatever their
 * order, so plain loops serve, and the compiler vectorizes them. */
#include "vocabulary_int.h"

#define TYPED(name) WITH_SUFFIX(nd_reduce_##name)

#define ROW_FUNCTIONS(name, START, LOADED, COMBINED, FINISHED)                                                \
    ND_INLINE T TYPED(name##_merge)(T acc, T x) {                                                             \
        return (T)(COMBINED);                                                                                 \
    }                                                                                                         \
    ND_INLINE T TYPED(name##_fold)(T acc, T x) {                                                              \
        return TYPED(name##_merge)(acc, LOADED);                                                              \
    }                                                                                                         \
    static void TYPED(name##_start)(void *acc, int64_t n) {                                                   \
        for (int64_t i = 0; i < n; i++)                                                                       \
            ((T *)acc)[i] = (T)(START);                                                                       \
    }                                                                                                         \
    static void TYPED(name##_along)(void *acc_, const void *row, int64_t n) {                                 \
        T acc = *(T *)acc_;                                                                                   \
        for (int64_t i = 0; i < n; i++)                                                                       \
            acc = TYPED(name##_fold)(acc, ((const T *)row)[i]);                                               \
        *(T *)acc_ = acc;                                                                                     \
    }                                                                                                         \
    static void TYPED(name##_across)(void *acc, const void *rows, int64_t n, int64_t count, int64_t stride) { \
        for (const T *row = rows; count > 0; count--, row += stride)                                          \
            for (int64_t i = 0; i < n; i++)                                                                   \
                ((T *)acc)[i] = TYPED(name##_fold)(((T *)acc)[i], row[i]);                                    \
    }                                                                                                         \
    static void TYPED(name##_join)(void *acc, const void *other, int64_t n) {                                 \
        for (int64_t i = 0; i < n; i++)                                                                       \
            ((T *)acc)[i] = TYPED(name##_merge)(((T *)acc)[i], ((const T *)other)[i]);                        \
    }                                                                                                         \
    static void TYPED(name##_finish)(void *acc_, int64_t count, int64_t folded) {                             \
        (void)folded;                                                                                         \
        for (int64_t i = 0; i < count; i++) {                                                                 \
            T acc = ((T *)acc_)[i];                                                                           \
            ((T *)acc_)[i] = (T)(FINISHED);                                                                   \
        }                                                                                                     \
    }

#define REDUCE(kind, name, aliases, start, load, combine, finish, gradient, low, high, doc) \
    ND_IF_##kind(ROW_FUNCTIONS(name, start, load, combine, finish))
#include "ops.inl"

#undef ROW_FUNCTIONS
#include "vocabulary_end.h"
