/* The reduction rows of the table as kernels. */
#include "kernels.h"
#include "simd.h"
#include "vecmath.h"

/* Below this many elements a row is folded from left to right into several accumulators; longer rows are halved, so
 * that rounding errors grow with the logarithm of the length (pairwise summation: Higham, SIAM J. Sci. Comput. 14,
 * 1993). */
enum { BLOCK = 1024 };

/* So many rows are folded into others at a time. */
enum { ROWS = 8 };

#define ND_BODY "reduce_float.h"
#include "each_float.h"

#define ND_BODY "reduce_int.h"
#include "each_int.h"

#define FUNCTIONS(name, S)                                                                      \
    {nd_reduce_##name##_start_##S, nd_reduce_##name##_along_##S, nd_reduce_##name##_across_##S, \
     nd_reduce_##name##_join_##S, nd_reduce_##name##_finish_##S}

const nd_reduce ND_NAMED(nd_reductions)[ND_REDUCES][ND_DTYPES] = {
#define REDUCE(kind, name, aliases, start, load, combine, finish, gradient, low, high, doc)               \
    [ND_REDUCE_##name] = {[ND_FLOAT32] = FUNCTIONS(name, f32),                                            \
                          [ND_FLOAT64] = FUNCTIONS(name, f64),                                            \
                          ND_IF_##kind([ND_INT8] = FUNCTIONS(name, i8), [ND_UINT8] = FUNCTIONS(name, u8), \
                                       [ND_INT32] = FUNCTIONS(name, i32), [ND_INT64] = FUNCTIONS(name, i64))},
#include "ops.inl"
};
