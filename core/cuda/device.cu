/* Devices, their memory, and the table that the core gets. */
#include "launch.cuh"
#include "map.cuh"

static thread_local cudaError_t last = cudaSuccess;

/* Errors of one request leave the device usable; of the others nobody knows what they spoilt. */
int nd_status_of(cudaError_t error) {
    if (error == cudaSuccess)
        return ND_GPU_DONE;
    last = error;
    cudaGetLastError(); /* forgets what can be forgotten */
    switch (error) {
    case cudaErrorMemoryAllocation: return ND_GPU_FULL;
    case cudaErrorNoDevice:
    case cudaErrorInvalidDevice:
    case cudaErrorInsufficientDriver: return ND_GPU_ABSENT;
    case cudaErrorInvalidValue: return ND_GPU_REFUSED;
    default: return ND_GPU_BROKEN;
    }
}

static const char *message(void) {
    return cudaGetErrorString(last);
}

static int count(int *count) {
    return nd_status_of(cudaGetDeviceCount(count));
}

/* A call of the runtime on that device. */
#define ON(id, call)                           \
    do {                                       \
        cudaError_t error = cudaSetDevice(id); \
        return nd_status_of(error == cudaSuccess ? (call) : error); \
    } while (0)

static int memory(int id, int64_t *available, int64_t *total) {
    size_t free_bytes = 0, all_bytes = 0;
    cudaError_t error = cudaSetDevice(id);
    if (error == cudaSuccess)
        error = cudaMemGetInfo(&free_bytes, &all_bytes);
    *available = (int64_t)free_bytes;
    *total = (int64_t)all_bytes;
    return nd_status_of(error);
}

static int alloc(int id, int64_t bytes, void **block) {
    ON(id, cudaMalloc(block, (size_t)bytes));
}
static int release(int id, void *block) {
    ON(id, cudaFree(block));
}
static int upload(int id, void *to, const void *from, int64_t bytes) {
    ON(id, cudaMemcpy(to, from, (size_t)bytes, cudaMemcpyHostToDevice));
}
static int download(int id, void *to, const void *from, int64_t bytes) {
    ON(id, cudaMemcpy(to, from, (size_t)bytes, cudaMemcpyDeviceToHost));
}
static int move(int id, void *to, const void *from, int64_t bytes) {
    ON(id, cudaMemcpyAsync(to, from, (size_t)bytes, cudaMemcpyDeviceToDevice));
}
static int wait(int id) {
    ON(id, cudaDeviceSynchronize());
}

/* An event may be destroyed while a stream waits for it. */
static cudaError_t wait_in(cudaStream_t stream) {
    cudaEvent_t event;
    cudaError_t error = cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
    if (error != cudaSuccess)
        return error;
    error = cudaEventRecord(event, NULL);
    if (error == cudaSuccess)
        error = cudaStreamWaitEvent(stream, event, 0);
    cudaEventDestroy(event);
    return error;
}
static int precede(int id, void *stream) {
    ON(id, wait_in((cudaStream_t)stream));
}

static int map(int id, const nd_gpu_map_work *work, int *failed) {
    return work->which == 0 ? nd_start_value(id, work, failed) : nd_start_gradient(id, work, failed);
}

/* In the order of nd_gpu_driver. */
static const nd_gpu_driver driver = {
    ND_GPU_VERSION, ND_GPU_NAME, count, memory, message, alloc, release, upload, download, move, nd_start_fill, wait,
    precede, map, nd_start_cast, nd_start_copy, nd_start_reduce, nd_start_position, nd_start_softmax,
    nd_start_rows, nd_start_rule, nd_start_convolve, nd_start_pool, nd_start_multiply, nd_start_each,
};

extern "C" __attribute__((visibility("default"))) const nd_gpu_driver *ND_GPU_ENTRY(void) {
    return &driver;
}
