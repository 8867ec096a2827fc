/* Windows pooled: a thread for each result; on the ways back a thread for each element of the images, which adds what comes
 * from the windows around it in their order.
 */
#include "launch.cuh"

/* What of a window lies on its plane: the first element's place, and how it goes on. */
struct box {
    int64_t first, count[ND_WINDOW_AXES], step[ND_WINDOW_AXES];
    double share;
};

static __device__ inline box box_of(const nd_gpu_pool_work &p, int64_t result) {
    const int64_t at[] = {result / p.out[2] / p.out[1], result / p.out[2] % p.out[1], result % p.out[2]};
    box b = {0, {}, {p.in[1] * p.in[2] * p.step, p.in[2] * p.step, p.step}, 1};
    double shares = 1;
    for (int axis = 0; axis < ND_WINDOW_AXES; axis++) {
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
    const T *large = (const T *)p.large + plane_start(p, p.in, plane);
    T *to = (T *)p.small + plane_start(p, p.out, plane) + result * p.step;
    double sum = 0;
    if (p.what == ND_GPU_CHOOSE) {
        *to = size_of(b) ? large[largest_in(b, (const T *)p.chosen + plane_start(p, p.in, plane))] : (T)0;
        return;
    }
    for (int64_t i = 0; i < size_of(b); i++)
        sum += (double)large[place_in(b, i)];
    *to = (T)(sum * b.share);
}

/* How many windows along an axis begin (or, with `ends`, have ended) at element `at` or before: neither goes back. */
static __device__ inline int64_t windows_until(const nd_gpu_pool_work &p, int axis, bool ends, int64_t at) {
    int64_t low = 0, high = p.out[axis];
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (p.spans[axis][3 * middle + ends] <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What comes to an element of a plane from one window. */
template <class T>
__device__ T returned(const nd_gpu_pool_work &p, int64_t plane, int64_t place, int64_t result) {
    const box b = box_of(p, result);
    const T one = ((const T *)p.small)[plane_start(p, p.out, plane) + result * p.step];
    if (p.what == ND_GPU_SPREAD)
        return (T)(one * b.share);
    return largest_in(b, (const T *)p.chosen + plane_start(p, p.in, plane)) == place ? one : (T)0;
}

template <class T> __device__ void pool_element(const nd_gpu_pool_work &p, int64_t plane, int64_t element) {
    const int64_t at[] = {element / p.in[2] / p.in[1], element / p.in[2] % p.in[1], element % p.in[2]};
    int64_t first[ND_WINDOW_AXES], end[ND_WINDOW_AXES];
    T sum = 0;
    for (int axis = 0; axis < ND_WINDOW_AXES; axis++) {
        first[axis] = windows_until(p, axis, true, at[axis]);
        end[axis] = windows_until(p, axis, false, at[axis]);
    }
    for (int64_t i = first[0]; i < end[0]; i++)
        for (int64_t j = first[1]; j < end[1]; j++)
            for (int64_t k = first[2]; k < end[2]; k++)
                sum += returned<T>(p, plane, element * p.step, (i * p.out[1] + j) * p.out[2] + k);
    ((T *)p.large)[plane_start(p, p.in, plane) + element * p.step] = sum;
}

template <class T> __global__ void results_kernel(const __grid_constant__ nd_gpu_pool_work p) {
    const int64_t results = p.out[0] * p.out[1] * p.out[2];
    GRID_STRIDE(i, p.planes * results)
        pool_result<T>(p, i / results, i % results);
}

template <class T> __global__ void elements_kernel(const __grid_constant__ nd_gpu_pool_work p) {
    const int64_t elements = p.in[0] * p.in[1] * p.in[2];
    GRID_STRIDE(i, p.planes * elements)
        pool_element<T>(p, i / elements, i % elements);
}

template <class T> static int start(int id, const nd_gpu_pool_work *p) {
    if (p->what == ND_GPU_SUM || p->what == ND_GPU_CHOOSE)
        ND_FOR_EACH(id, p->planes * p->out[0] * p->out[1] * p->out[2], results_kernel<T>, *p);
    ND_FOR_EACH(id, p->planes * p->in[0] * p->in[1] * p->in[2], elements_kernel<T>, *p);
}

#define CASE(T) return start<T>(id, work)
int nd_start_pool(int id, const nd_gpu_pool_work *work) {
    ND_FLOATS_SWITCH(work->dtype, CASE)
}
