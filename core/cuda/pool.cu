/* Windows pooled: a thread for each result; on the ways back a thread for each element of the images, which adds what comes
 * from the windows around it in their order.
 */
#include "launch.cuh"

/* Some of a plane's elements, or of its results: begin ... end - 1 along each axis. */
struct box {
    int64_t begin[ND_WINDOW_AXES], end[ND_WINDOW_AXES];
};

/* Extents of the images, or of the results. */
struct extents {
    int64_t of[ND_WINDOW_AXES];
};
static __device__ inline extents large_extents(const nd_gpu_pool_work &p) {
    return {{p.windows[0].in, p.windows[1].in, p.windows[2].in}};
}
static __device__ inline extents small_extents(const nd_gpu_pool_work &p) {
    return {{p.windows[0].out, p.windows[1].out, p.windows[2].out}};
}

static __device__ inline int64_t plane_start(const nd_gpu_pool_work &p, const extents &e, int64_t plane) {
    const int64_t size = nd_extent_of_all(e.of);
    return p.step == 1 ? plane * size : plane / p.channels * p.channels * size + plane % p.channels;
}

/* What of a window lies on its plane, and what each element counts. */
static __device__ inline box window_of(const nd_gpu_pool_work &p, const nd_point &result, double *share) {
    box b;
    double shares = 1;
    for (int axis = 0; axis < ND_WINDOW_AXES; axis++) {
        const nd_span span = nd_span_of(&p.windows[axis], result.at[axis]);
        b.begin[axis] = span.begin;
        b.end[axis] = span.end;
        shares *= (double)span.share;
    }
    *share = p.average && shares > 0 ? 1 / shares : 1;
    return b;
}

/* function(place, point) for all of a box, the last axis fastest. */
template <class Function>
static __device__ void for_each_in(const nd_gpu_pool_work &p, const box &b, const extents &e, Function function) {
    for (int64_t i = b.begin[0]; i < b.end[0]; i++)
        for (int64_t j = b.begin[1]; j < b.end[1]; j++)
            for (int64_t k = b.begin[2]; k < b.end[2]; k++)
                function(((i * e.of[1] + j) * e.of[2] + k) * p.step, nd_point{{i, j, k}});
}

/* Of equals the first; NaN only where there is nothing else; -1 in an empty window. */
template <class T> __device__ int64_t largest_in(const nd_gpu_pool_work &p, const box &b, const T *plane) {
    int64_t best = -1;
    T largest = 0;
    for_each_in(p, b, large_extents(p), [&](int64_t place, const nd_point &) {
        const T x = plane[place];
        if (best < 0 || x > largest || largest != largest) {
            best = place;
            largest = x;
        }
    });
    return best;
}

template <class T> __device__ T pooled(const nd_gpu_pool_work &p, int64_t plane, const nd_point &result) {
    const int64_t start = plane_start(p, large_extents(p), plane);
    const T *large = (const T *)p.large + start;
    double share, sum = 0;
    const box b = window_of(p, result, &share);
    if (p.what == ND_GPU_CHOOSE) {
        const int64_t best = largest_in(p, b, (const T *)p.chosen + start);
        return best < 0 ? (T)0 : large[best];
    }
    for_each_in(p, b, large_extents(p), [&](int64_t place, const nd_point &) { sum += (double)large[place]; });
    return (T)(sum * share);
}

/* How many windows along an axis begin (or, with `ends`, have ended) at element `at` or before: neither goes back. */
static __device__ inline int64_t windows_until(const nd_windows_along &w, bool ends, int64_t at) {
    int64_t low = 0, high = w.out;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        const nd_span span = nd_span_of(&w, middle);
        if ((ends ? span.end : span.begin) <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What comes to an element of a plane from one window. */
template <class T>
__device__ T returned(const nd_gpu_pool_work &p, const T *chosen, int64_t place, const nd_point &result, T one) {
    double share;
    const box b = window_of(p, result, &share);
    if (p.what == ND_GPU_SPREAD)
        return (T)(one * share);
    return largest_in(p, b, chosen) == place ? one : (T)0;
}

template <class T> __device__ T gathered(const nd_gpu_pool_work &p, int64_t plane, const nd_point &element, int64_t place) {
    const T *small = (const T *)p.small + plane_start(p, small_extents(p), plane);
    const T *chosen = (const T *)p.chosen + plane_start(p, large_extents(p), plane);
    box windows;
    T sum = 0;
    for (int axis = 0; axis < ND_WINDOW_AXES; axis++) {
        windows.begin[axis] = windows_until(p.windows[axis], true, element.at[axis]);
        windows.end[axis] = windows_until(p.windows[axis], false, element.at[axis]);
    }
    for_each_in(p, windows, small_extents(p), [&](int64_t from, const nd_point &result) {
        sum += returned(p, chosen, place, result, small[from]);
    });
    return sum;
}

template <class T> __global__ void results_kernel(const __grid_constant__ nd_gpu_pool_work p) {
    const extents e = small_extents(p);
    const int64_t results = nd_extent_of_all(e.of);
    GRID_STRIDE(i, p.planes * results) {
        const int64_t plane = i / results, result = i % results;
        ((T *)p.small)[plane_start(p, e, plane) + result * p.step] = pooled<T>(p, plane, nd_point_of(result, e.of));
    }
}

template <class T> __global__ void elements_kernel(const __grid_constant__ nd_gpu_pool_work p) {
    const extents e = large_extents(p);
    const int64_t elements = nd_extent_of_all(e.of);
    GRID_STRIDE(i, p.planes * elements) {
        const int64_t plane = i / elements, place = i % elements * p.step;
        const T sum = gathered<T>(p, plane, nd_point_of(i % elements, e.of), place);
        ((T *)p.large)[plane_start(p, e, plane) + place] = sum;
    }
}

template <class T> static int start(int id, const nd_gpu_pool_work *p) {
    const nd_windows_along *w = p->windows;
    if (p->what == ND_GPU_SUM || p->what == ND_GPU_CHOOSE)
        ND_FOR_EACH(id, p->planes * w[0].out * w[1].out * w[2].out, results_kernel<T>, *p);
    ND_FOR_EACH(id, p->planes * w[0].in * w[1].in * w[2].in, elements_kernel<T>, *p);
}

#define CASE(T) return start<T>(id, work)
int nd_start_pool(int id, const nd_gpu_pool_work *work) {
    ND_FLOATS_SWITCH(work->dtype, CASE)
}
