/* Softmax and its logarithm along contiguous rows. The largest input is subtracted first, so that exp cannot overflow. */
#include "kernels.h"
#include "simd.h"
#include "vecmath.h"

#define T float
#define V vf32
#define M vi32
#define S f32
#define LANES ND_LANES_F32
#include "softmax_float.h"

#define T double
#define V vf64
#define M vi64
#define S f64
#define LANES ND_LANES_F64
#include "softmax_float.h"

nd_softmax_kernel *const ND_NAMED(nd_softmax)[2] = {nd_softmax_f32, nd_softmax_f64};
nd_softmax_kernel *const ND_NAMED(nd_log_softmax)[2] = {nd_log_softmax_f32, nd_log_softmax_f64};
