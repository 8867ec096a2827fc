/* Gathers one instruction set's kernels. */
#include "kernels.h"

#define ND_TEXT_(name) #name
#define ND_TEXT(name) ND_TEXT_(name)

#if defined(__wasm__)
extern const uint32_t nd_unknown_zero; /* simd.h */
const uint32_t nd_unknown_zero = 0;
#endif

extern const nd_map ND_NAMED(nd_maps)[ND_MAPS];
extern const nd_reduce ND_NAMED(nd_reductions)[ND_REDUCES][ND_DTYPES];
extern const nd_rule ND_NAMED(nd_rules)[ND_RULES];
extern nd_softmax_kernel *const ND_NAMED(nd_softmax)[2], *const ND_NAMED(nd_log_softmax)[2];
extern nd_normalize_kernel *const ND_NAMED(nd_normalize)[2];
extern nd_normalize_gradient_kernel *const ND_NAMED(nd_normalize_gradient)[2];
extern nd_softmax_gradient_kernel *const ND_NAMED(nd_softmax_gradient)[2], *const ND_NAMED(nd_log_softmax_gradient)[2];
extern nd_gemm_kernel *const ND_NAMED(nd_gemm)[2];
extern nd_lines_kernel *const ND_NAMED(nd_take_lines)[2], *const ND_NAMED(nd_add_lines)[2];

const nd_kernels ND_NAMED(nd_kernels) = {
    .name = ND_TEXT(ND_ISA),
    .maps = ND_NAMED(nd_maps),
    .reductions = ND_NAMED(nd_reductions),
    .gemm = ND_NAMED(nd_gemm),
    .take_lines = ND_NAMED(nd_take_lines),
    .add_lines = ND_NAMED(nd_add_lines),
    .rules = ND_NAMED(nd_rules),
    .softmax = ND_NAMED(nd_softmax),
    .log_softmax = ND_NAMED(nd_log_softmax),
    .softmax_gradient = ND_NAMED(nd_softmax_gradient),
    .log_softmax_gradient = ND_NAMED(nd_log_softmax_gradient),
    .normalize = ND_NAMED(nd_normalize),
    .normalize_gradient = ND_NAMED(nd_normalize_gradient),
};
