/* The rehearsal: as much of CUDA's runtime as the sources of this folder use, on the host.
 *
 * A block has one thread, and blocks run one after another. The "device's" memory is host memory that nobody may touch
 * but kernels and copies: outside of them its pages are locked, so that an operator which reads them as if they were
 * its own ends with a signal instead of a right answer.
 */
#ifndef ND_REHEARSAL_H
#define ND_REHEARSAL_H

#include <stddef.h>
#include <stdint.h>

#define __global__
#define __device__
#define __shared__ static
#define __grid_constant__
#define __syncthreads()

struct nd_place {
    unsigned x;
};
extern thread_local nd_place blockIdx, gridDim;
static const nd_place threadIdx = {0}, blockDim = {1};

typedef enum cudaError_t {
    cudaSuccess = 0,
    cudaErrorInvalidValue = 1,
    cudaErrorMemoryAllocation = 2,
    cudaErrorInsufficientDriver = 35,
    cudaErrorNoDevice = 100,
    cudaErrorInvalidDevice = 101,
} cudaError_t;
typedef struct nd_stream *cudaStream_t; /* rehearsal.cpp says what these are here */
typedef struct nd_event *cudaEvent_t;
enum { cudaEventDisableTiming = 2 };
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice };

cudaError_t cudaGetDeviceCount(int *count);
cudaError_t cudaSetDevice(int id);
cudaError_t cudaMemGetInfo(size_t *available, size_t *total);
cudaError_t cudaMalloc(void **block, size_t bytes);
cudaError_t cudaFree(void *block);
cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind);
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind);
cudaError_t cudaDeviceSynchronize(void);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaGetLastError(void);
const char *cudaGetErrorString(cudaError_t error);

static inline unsigned long long atomicAdd(unsigned long long *at, unsigned long long more) {
    const unsigned long long before = *at;
    *at += more;
    return before;
}

/* Lets kernels at the memory, and locks it again. */
void nd_rehearsal_unlock(void);
void nd_rehearsal_lock(void);

template <class Kernel> void nd_rehearse(int64_t blocks, Kernel kernel) {
    const int64_t most = 3; /* as right as any number, and enough to see what more than one brings about */
    gridDim.x = (unsigned)(blocks < most ? blocks : most);
    nd_rehearsal_unlock();
    for (blockIdx.x = 0; blockIdx.x < gridDim.x; blockIdx.x++)
        kernel();
    nd_rehearsal_lock();
}

#endif
