/* cuBLAS, if it is installed: PyPI's nvidia-cublas, or whatever the system's loader finds. */
#ifndef ND_BLAS_H
#define ND_BLAS_H

#include "driver.h"

enum { ND_BLAS_CANNOT = -1 };

/* Of a problem with its gaps written down. A status of nd_gpu_status, or ND_BLAS_CANNOT: there is no cuBLAS, or it
 * cannot read these operands. */
int nd_blas_multiply(int id, const nd_gemm *work, int dtype, int64_t count);

#endif
