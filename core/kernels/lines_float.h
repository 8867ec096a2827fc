/* Included by lines.c for float32 and float64. */
#include "vocabulary_float.h"

typedef T WITH_SUFFIX(nd_few) __attribute__((vector_size(4 * sizeof(T))));

/* STEP(U) does what begins at i, in elements of the type U. */
#define IN_STEPS(U, n, STEP)                                                      \
    for (; i + (int64_t)(sizeof(U) / sizeof(T)) <= n; i += sizeof(U) / sizeof(T)) \
    STEP(U)

/* The last vector overlaps the one before. */
static void WITH_SUFFIX(nd_take_lines)(const nd_lines *lines, void *row_, void *image_) {
    T *row = row_;
    const T *image = image_;
    int64_t n = lines->n, stride = lines->stride;
#define TAKE(U) memcpy(row + i, image + i * stride, sizeof(U));
    for (int64_t line = 0; line < lines->count; line++, row += lines->row_step, image += lines->image_step) {
        int64_t i = 0;
        if (stride == 1) {
            IN_STEPS(V, n, TAKE)
            if (i < n && n >= LANES) {
                i = n - LANES;
                TAKE(V)
                continue;
            }
            IN_STEPS(WITH_SUFFIX(nd_few), n, TAKE)
        }
        IN_STEPS(T, n, TAKE)
    }
#undef TAKE
}

static void WITH_SUFFIX(nd_add_lines)(const nd_lines *lines, void *row_, void *image_) {
    const T *row = row_;
    T *image = image_;
    int64_t n = lines->n, stride = lines->stride;
#define ADD_BACK(U)                               \
    {                                             \
        U u, v;                                   \
        memcpy(&u, image + i * stride, sizeof u); \
        memcpy(&v, row + i, sizeof v);            \
        u += v;                                   \
        memcpy(image + i * stride, &u, sizeof u); \
    }
    for (int64_t line = 0; line < lines->count; line++, row += lines->row_step, image += lines->image_step) {
        int64_t i = 0;
        if (stride == 1) {
            IN_STEPS(V, n, ADD_BACK)
            IN_STEPS(WITH_SUFFIX(nd_few), n, ADD_BACK)
        }
        IN_STEPS(T, n, ADD_BACK)
    }
#undef ADD_BACK
}

#undef IN_STEPS
#include "vocabulary_end.h"
