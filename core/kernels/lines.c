/* Lines of elements out of an image, and back into it. */
#include "kernels.h"
#include "simd.h"

#define ND_BODY "lines_float.h"
#include "each_float.h"

nd_lines_kernel *const ND_NAMED(nd_take_lines)[2] = {nd_take_lines_f32, nd_take_lines_f64};
nd_lines_kernel *const ND_NAMED(nd_add_lines)[2] = {nd_add_lines_f32, nd_add_lines_f64};
