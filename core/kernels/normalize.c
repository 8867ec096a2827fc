/* Rows that are normalized, each while it is in the nearest cache, and their gradients. */
#include "kernels.h"
#include "simd.h"
#include "vecmath.h"

#define ND_BODY "normalize_float.h"
#include "each_float.h"

nd_normalize_kernel *const ND_NAMED(nd_normalize)[2] = {nd_normalize_f32, nd_normalize_f64};
nd_normalize_gradient_kernel *const ND_NAMED(nd_normalize_gradient)[2] = {nd_normalize_gradient_f32,
                                                                          nd_normalize_gradient_f64};
