/* Products of matrices through the kernel, shared among threads where they are large. */
#ifndef ND_MULTIPLY_H
#define ND_MULTIPLY_H

#include "kernels.h"

/* `count` problems, as far apart as the first one says. */
int nd_multiply(const nd_gemm *problem, nd_dtype dtype, int64_t count);

#endif
