/* Included by optimizer.c for float32 and float64. The states that a rule does not have are neither read nor written:
 * `count` is a constant. */
#define NAMED_(name, s) nd_rule_##name##_##s
#define NAMED(name, s) NAMED_(name, s)

#define HYPER(name) const T name __attribute__((unused)) = (T)h->name;
#define STATE(k) (count > (k) ? in[2 + (k)][i] : 0)
#define KEEP(k, state) \
    if (count > (k))   \
        in[2 + (k)][i] = state;

#define RULE(name, states, ...)                                                                             \
    static void NAMED(name, S)(void *out_, void *const *in_, const nd_hyper *h, int64_t n) {                \
        enum { count = states };                                                                            \
        T *out = out_, *in[5];                                                                              \
        for (int k = 0; k < 2 + count; k++)                                                                 \
            in[k] = in_[k];                                                                                 \
        ND_HYPERS(HYPER)                                                                                    \
        ND_INDEPENDENT                                                                                      \
        for (int64_t i = 0; i < n; i++) {                                                                   \
            T w = in[0][i], g __attribute__((unused)) = in[1][i], s = STATE(0), t = STATE(1), u = STATE(2); \
            __VA_ARGS__;                                                                                    \
            out[i] = w;                                                                                     \
            KEEP(0, s) KEEP(1, t) KEEP(2, u)                                                                \
        }                                                                                                   \
    }
#include "ops.inl"

#undef NAMED_
#undef NAMED
#undef HYPER
#undef STATE
#undef KEEP
#undef T
#undef S
#undef SQRT
#undef ABS
