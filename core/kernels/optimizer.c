/* The steps of optimizers, one pass over memory each: plain loops, which the compiler turns into vector code. */
#include <math.h>

#include "kernels.h"
#include "simd.h"

/* Elements depend on no others: an array may be given twice, but then it starts at the same place. */
#if defined(__clang__)
#define ND_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define ND_INDEPENDENT _Pragma("GCC ivdep")
#endif

#define CLIP(value, limit) ((value) > (limit) ? (limit) : (value) < -(limit) ? -(limit) : (value))
#define SIGN(value) (T)(((value) > 0) - ((value) < 0))

#define T float
#define S f32
#define SQRT sqrtf
#define ABS fabsf
#include "optimizer_float.h"

#define T double
#define S f64
#define SQRT sqrt
#define ABS fabs
#include "optimizer_float.h"

const nd_rule ND_NAMED(nd_rules)[ND_RULES] = {
#define RULE(name, states, ...) [ND_RULE_##name] = {{nd_rule_##name##_f32, nd_rule_##name##_f64}, states},
#include "ops.inl"
};
