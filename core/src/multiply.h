/* Products of matrices through the kernel, shared among threads where they are large. */
#ifndef ND_MULTIPLY_H
#define ND_MULTIPLY_H

#include "kernels.h"

/* `count` problems, whose operands and results follow one another without gaps. */
int nd_multiply(const nd_gemm *problem, nd_dtype dtype, int64_t count);

#endif
