/* The kernels of WebAssembly that gain by fused multiply-adds, which its relaxed SIMD has: a module of its own, since
 * an engine without relaxed SIMD refuses all of a module that uses it. src/relaxed.c opens it.
 *
 * The standard lets an engine round twice; where it does, this is no gain and the error that vecmath.h promises was
 * not measured, so the kernels are not offered.
 */
#define ND_ISA relaxed

/* Weak, so that the compiler cannot look at it: see simd.h. */
__attribute__((weak)) const unsigned nd_unknown_zero = 0;

#include "tables.h"

#include "../elementwise.c"
#include "../gemm.c"
#include "../softmax.c"

/* (1 + e)(1 - e) - 1 is -e^2, and 0 if the product is rounded first. */
static bool rounds_once(void) {
    volatile float e = 0x1p-12f;
    vf32 product = nd_fma_f32(nd_splat_f32(1 + e), nd_splat_f32(1 - e), nd_splat_f32(-1));
    return product[0] == -e * e;
}

/* Puts them in the places of others. Only what time is spent in: a page loads each of them. */
bool nd_relax(nd_relaxed_tables *tables) {
    if (!rounds_once())
        return false;
    tables->gemm[0] = nd_gemm_f32;
    tables->softmax[0] = nd_softmax_f32;
    tables->log_softmax[0] = nd_log_softmax_f32;
    tables->maps[ND_MAP_exp].forward[ND_FLOAT32] = nd_map_exp_f32;
    tables->maps[ND_MAP_log].forward[ND_FLOAT32] = nd_map_log_f32;
    tables->maps[ND_MAP_tanh].forward[ND_FLOAT32] = nd_map_tanh_f32;
    tables->maps[ND_MAP_sigmoid].forward[ND_FLOAT32] = nd_map_sigmoid_f32;
    return true;
}
