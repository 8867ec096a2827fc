/* The elementwise rows of the table as kernels: forward in every arithmetic, gradients fused in float32 and float64.
 *
 * The words of the expressions are defined for vectors in elementwise_float.h and for integers in elementwise_int.h;
 * both are included once per element type with T, V, ... naming it.
 */
#include <limits.h>

#include "kernels.h"
#include "simd.h"
#include "span.h"
#include "vecmath.h"

/* Defines a kernel of COUNT operands that are loaded under the names that LOADS declares with OPERAND(k). The loop's
 * addresses are copied out of the span: a store could change that, for all the compiler knows. */
#define KERNEL(name, COUNT, LOADS, EXPRESSION)                                                     \
    static int TYPED(name)(void *out_, const void *const *in_, const uint8_t *step_, int64_t n_) { \
        int status = 0;                                                                            \
        nd_span span;                                                                              \
        nd_span_open(&span, out_, in_, step_, n_, COUNT, sizeof(T));                               \
        do {                                                                                       \
            const T *at[COUNT];                                                                    \
            ptrdiff_t step[COUNT];                                                                 \
            for (int k = 0; k < COUNT; k++)                                                        \
                at[k] = (const T *)span.in[k], step[k] = span.step[k] * LANES;                     \
            T *to = (T *)span.out, *const end = to + span.n;                                       \
            for (; to < end; to += LANES) {                                                        \
                LOADS                                                                              \
                STORE(to, EXPRESSION);                                                             \
                for (int k = 0; k < COUNT; k++)                                                    \
                    at[k] += step[k];                                                              \
            }                                                                                      \
        } while (nd_span_next(&span, COUNT, sizeof(T)));                                           \
        return status;                                                                             \
    }
#define OPERAND(k) LOAD(at[k])

#define ND_BODY "elementwise_float.h"
#include "each_float.h"

#define ND_BODY "elementwise_int.h"
#include "each_int.h"

#define FLOAT_FORWARD(name) [ND_FLOAT32] = nd_map_##name##_f32, [ND_FLOAT64] = nd_map_##name##_f64
#define INT_FORWARD(name)                                                                                \
    , [ND_INT8] = nd_map_##name##_i8, [ND_UINT8] = nd_map_##name##_u8, [ND_INT32] = nd_map_##name##_i32, \
      [ND_INT64] = nd_map_##name##_i64
#define GRADIENT(name) {nd_map_##name##_f32, nd_map_##name##_f64}

const nd_map ND_NAMED(nd_maps)[ND_MAPS] = {
#define UNARY(kind, name, aliases, forward_, gradient_, low, high, doc)                  \
    [ND_MAP_##name] = {.forward = {FLOAT_FORWARD(name) ND_IF_##kind(INT_FORWARD(name))}, \
                       .gradient = {GRADIENT(name##_grad)}},
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward_, ga, gb, alow, ahigh, blow, bhigh, doc) \
    [ND_MAP_##name] = {.forward = {FLOAT_FORWARD(name) ND_IF_##kind(INT_FORWARD(name))},                    \
                       .gradient = {GRADIENT(name##_grad_a), GRADIENT(name##_grad_b)}},
#define TERNARY(kind, name, aliases, forward_, doc) \
    [ND_MAP_##name] = {.forward = {FLOAT_FORWARD(name) ND_IF_##kind(INT_FORWARD(name))}},
#define SCALED(kind, name, aliases, parameters, forward_, gradient_, low, high, doc)     \
    [ND_MAP_##name] = {.forward = {FLOAT_FORWARD(name) ND_IF_##kind(INT_FORWARD(name))}, \
                       .gradient = {GRADIENT(name##_grad)}},
#define FUSED(name, count, forward_) [ND_MAP_##name] = {.forward = {FLOAT_FORWARD(name)}},
#include "ops.inl"
};
