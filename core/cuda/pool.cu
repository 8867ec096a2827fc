/* Windows pooled: sums and largest elements by a thread for each result, the ways back by a thread for each plane, so that
 * no two threads add to one element.
 */
#include "launch.cuh"

/* What of a window lies on its plane: the first element's place, and how it goes on. */
struct box {
    int64_t first, count[ND_GPU_AXES], step[ND_GPU_AXES];
    double share;
};

static __device__ inline box box_of(const nd_gpu_pool_work &p, int64_t result) {
    const int64_t at[] = {result / p.out[2] / p.out[1], result / p.out[2] % p.out[1], result % p.out[2]};
    box b = {0, {}, {p.in[1] * p.in[2] * p.step, p.in[2] * p.step, p.step}, 1};
    double shares = 1;
    for (int axis = 0; axis < ND_GPU_AXES; axis++) {
        const int64_t *span = p.spans[axis] + 3 * at[axis];
        b.first += span[0] * b.step[axis];
        b.count[axis] = span[1] > span[0] ? span[1] - span[0] : 0;
        shares *= (double)span[2];
    }
    if (p.average && shares > 0)
        b.share = 1 / shares;
    return b;
}

static __device__ inline int64_t size_of(const box &b) {
    return b.count[0] * b.count[1] * b.count[2];
}

/* The place of the i-th element of a box. */
static __device__ inline int64_t place_in(const box &b, int64_t i) {
    return b.first + i / b.count[2] / b.count[1] * b.step[0] + i / b.count[2] % b.count[1] * b.step[1] +
           i % b.count[2] * b.step[2];
}

static __device__ inline int64_t plane_start(const nd_gpu_pool_work &p, const int64_t *extent, int64_t plane) {
    const int64_t size = extent[0] * extent[1] * extent[2];
    return p.step == 1 ? plane * size : plane / p.channels * p.channels * size + plane % p.channels;
}

/* Of equals the first; NaN only where there is nothing else. */
template <class T> __device__ int64_t largest_in(const box &b, const T *plane) {
    int64_t best = place_in(b, 0);
    for (int64_t i = 1; i < size_of(b); i++) {
        const int64_t at = place_in(b, i);
        best = plane[at] > plane[best] || plane[best] != plane[best] ? at : best;
    }
    return best;
}

template <class T> __device__ void pool_result(const nd_gpu_pool_work &p, int64_t plane, int64_t result) {
    const box b = box_of(p, result);
    const int64_t large = plane_start(p, p.in, plane), small = plane_start(p, p.out, plane) + result * p.step;
    T *to = (T *)p.large + large, *one = (T *)p.small + small;
    if (p.what == ND_GPU_SUM) {
        double sum = 0;
        for (int64_t i = 0; i < size_of(b); i++)
            sum += (double)to[place_in(b, i)];
        *one = (T)(sum * b.share);
    } else if (p.what == ND_GPU_SPREAD) {
        for (int64_t i = 0; i < size_of(b); i++)
            to[place_in(b, i)] += (T)(*one * b.share);
    } else if (size_of(b) == 0) {
        *one = p.what == ND_GPU_CHOOSE ? (T)0 : *one;
    } else {
        const int64_t at = largest_in(b, (const T *)p.chosen + large);
        if (p.what == ND_GPU_CHOOSE)
            *one = to[at];
        else
            to[at] += *one;
    }
}

template <class T> __global__ void results_kernel(const __grid_constant__ nd_gpu_pool_work p) {
    const int64_t results = p.out[0] * p.out[1] * p.out[2];
    GRID_STRIDE(i, p.planes * results)
        pool_result<T>(p, i / results, i % results);
}

template <class T> __global__ void planes_kernel(const __grid_constant__ nd_gpu_pool_work p) {
    const int64_t results = p.out[0] * p.out[1] * p.out[2];
    GRID_STRIDE(plane, p.planes)
        for (int64_t result = 0; result < results; result++)
            pool_result<T>(p, plane, result);
}

template <class T> static int start(int id, const nd_gpu_pool_work *p) {
    if (p->what == ND_GPU_SUM || p->what == ND_GPU_CHOOSE)
        ND_FOR_EACH(id, p->planes * p->out[0] * p->out[1] * p->out[2], results_kernel<T>, *p);
    ND_FOR_EACH(id, p->planes, planes_kernel<T>, *p);
}

#define CASE(T) return start<T>(id, work)
int nd_start_pool(int id, const nd_gpu_pool_work *work) {
    ND_FLOATS_SWITCH(work->dtype, CASE)
}
