/* Softmax and its logarithm, and their gradients, along contiguous rows. The largest input is subtracted first, so that
 * exp cannot overflow.
 */
#include "kernels.h"
#include "simd.h"
#include "vecmath.h"

#define ND_BODY "softmax_float.h"
#include "each_float.h"

nd_softmax_kernel *const ND_NAMED(nd_softmax)[2] = {nd_softmax_f32, nd_softmax_f64};
nd_softmax_kernel *const ND_NAMED(nd_log_softmax)[2] = {nd_log_softmax_f32, nd_log_softmax_f64};
nd_softmax_gradient_kernel *const ND_NAMED(nd_softmax_gradient)[2] = {nd_softmax_gradient_f32, nd_softmax_gradient_f64};
nd_softmax_gradient_kernel *const ND_NAMED(nd_log_softmax_gradient)[2] = {nd_log_softmax_gradient_f32,
                                                                          nd_log_softmax_gradient_f64};
