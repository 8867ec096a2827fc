/* The steps of optimizers. */
#include <math.h>

#include "launch.cuh"

#define CLIP(value, limit) ((value) > (limit) ? (limit) : (value) < -(limit) ? -(limit) : (value))
#define SIGN(value) ((T)(((value) > 0) - ((value) < 0)))
#define SQRT sqrt
#define ABS fabs

#define STATE(k) (count > (k) ? ((T *)rule.in[2 + (k)])[i] : (T)0)
#define KEEP(k, state)              \
    if (count > (k))                \
        ((T *)rule.in[2 + (k)])[i] = state;
#define HYPER(name) [[maybe_unused]] const T name = (T)rule.hyper.name;
#define RULE(name, states, ...)                                                                     \
    template <class T> __global__ void name##_kernel(const __grid_constant__ nd_gpu_rule_work rule) {       \
        enum { count = states };                                                                    \
        ND_HYPERS(HYPER)                                                                            \
        GRID_STRIDE(i, rule.n) {                                                                       \
            T w = ((const T *)rule.in[0])[i];                                                          \
            [[maybe_unused]] T g = ((const T *)rule.in[1])[i], s = STATE(0), t = STATE(1), u = STATE(2); \
            __VA_ARGS__;                                                                            \
            ((T *)rule.out)[i] = w;                                                                    \
            KEEP(0, s) KEEP(1, t) KEEP(2, u)                                                        \
        }                                                                                           \
    }                                                                                               \
    static int start_##name(int id, const nd_gpu_rule_work *work) {                                      \
        if (work->dtype == ND_FLOAT32)                                                              \
            ND_FOR_EACH(id, work->n, name##_kernel<float>, *work);                                  \
        ND_FOR_EACH(id, work->n, name##_kernel<double>, *work);                                     \
    }
#include "ops.inl"

int nd_start_rule(int id, const nd_gpu_rule_work *work) {
    switch (work->row) {
#define RULE(name, states, ...) \
    case ND_RULE_##name: return start_##name(id, work);
#include "ops.inl"
    default: return ND_GPU_REFUSED;
    }
}
