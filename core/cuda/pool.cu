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

/* function(place, point) for all of a box, the last axis fastest; or for what of it is this thread's among its block's. */
template <class Function>
static __device__ void for_each_in(const nd_gpu_pool_work &p, const box &b, const extents &e, Function function) {
    for (int64_t i = b.begin[0]; i < b.end[0]; i++)
        for (int64_t j = b.begin[1]; j < b.end[1]; j++)
            for (int64_t k = b.begin[2]; k < b.end[2]; k++)
                function(((i * e.of[1] + j) * e.of[2] + k) * p.step, nd_point{{i, j, k}});
}
template <class Function>
static __device__ void for_some_in(const nd_gpu_pool_work &p, const box &b, const extents &e, Function function) {
    const int64_t sides[] = {b.end[0] - b.begin[0], b.end[1] - b.begin[1], b.end[2] - b.begin[2]};
    const bool empty = sides[0] <= 0 || sides[1] <= 0 || sides[2] <= 0;
    THREAD_STRIDE(n, 0, empty ? 0 : nd_extent_of_all(sides)) {
        nd_point at = nd_point_of(n, sides);
        for (int axis = 0; axis < ND_WINDOW_AXES; axis++)
            at.at[axis] += b.begin[axis];
        function(((at.at[0] * e.of[1] + at.at[1]) * e.of[2] + at.at[2]) * p.step, at);
    }
}

/* The largest so far; place -1: none. Of equals the first; NaN only where there is nothing else, and then the last. */
template <class T> struct best {
    T value;
    int64_t place;
};
template <class T> __device__ best<T> better(const best<T> &u, const best<T> &v) {
    if (u.place < 0 || v.place < 0)
        return u.place < 0 ? v : u;
    if (u.value != u.value || v.value != v.value)
        return u.value == u.value || (v.value != v.value && u.place > v.place) ? u : v;
    return u.value > v.value || (u.value == v.value && u.place < v.place) ? u : v;
}

/* One result, of a thread alone or with its block. */
template <class T, bool together> __device__ void make_result(const nd_gpu_pool_work &p, int64_t i) {
    const extents large = large_extents(p), small = small_extents(p);
    const int64_t results = nd_extent_of_all(small.of), plane = i / results, start = plane_start(p, large, plane);
    const T *from = (const T *)p.large + start, *chosen = (const T *)p.chosen + start;
    best<T> largest = {0, -1};
    double share, sum = 0;
    const box b = window_of(p, nd_point_of(i % results, small.of), &share);
    const auto take = [&](int64_t place, const nd_point &) {
        if (p.what == ND_GPU_SUM)
            sum += (double)from[place];
        else
            largest = better(largest, best<T>{chosen[place], place});
    };
    if constexpr (together) {
        for_some_in(p, b, large, take);
        sum = fold_in_block(sum, [](double u, double v) { return u + v; });
        largest = fold_in_block(largest, [](const best<T> &u, const best<T> &v) { return better(u, v); });
        if (threadIdx.x)
            return;
    } else {
        for_each_in(p, b, large, take);
    }
    T *to = (T *)p.small + plane_start(p, small, plane) + i % results * p.step;
    if (p.what == ND_GPU_LARGEST)
        p.places[i] = largest.place;
    else
        *to = p.what == ND_GPU_SUM ? (T)(sum * share) : largest.place < 0 ? (T)0 : from[largest.place];
}

/* What comes to an element of a plane from the windows around it. */
template <class T> __device__ T sum_back(const nd_gpu_pool_work &p, int64_t plane, const nd_point &element, int64_t place) {
    const extents e = small_extents(p);
    const T *small = (const T *)p.small + plane_start(p, e, plane);
    const int64_t *places = p.places + plane * nd_extent_of_all(e.of);
    box windows;
    T sum = 0;
    for (int axis = 0; axis < ND_WINDOW_AXES; axis++) {
        windows.begin[axis] = nd_windows_ended(&p.windows[axis], element.at[axis]);
        windows.end[axis] = nd_windows_begun(&p.windows[axis], element.at[axis]);
    }
    for_each_in(p, windows, e, [&](int64_t from, const nd_point &result) {
        double share = 1;
        if (p.what == ND_GPU_SPREAD)
            window_of(p, result, &share);
        if (p.what == ND_GPU_SPREAD || places[from / p.step] == place)
            sum += (T)(small[from] * share);
    });
    return sum;
}

template <class T> __global__ void results_kernel(const __grid_constant__ nd_gpu_pool_work p, int64_t results) {
    GRID_STRIDE(i, results)
        make_result<T, false>(p, i);
}

/* A block for each result, where there are few of many elements. */
template <class T> __global__ void large_results_kernel(const __grid_constant__ nd_gpu_pool_work p, int64_t results) {
    BLOCK_STRIDE(i, results)
        make_result<T, true>(p, i);
}

template <class T> __global__ void elements_kernel(const __grid_constant__ nd_gpu_pool_work p) {
    const extents e = large_extents(p);
    const int64_t elements = nd_extent_of_all(e.of);
    GRID_STRIDE(i, p.planes * elements) {
        const int64_t plane = i / elements, place = i % elements * p.step;
        const T sum = sum_back<T>(p, plane, nd_point_of(i % elements, e.of), place);
        ((T *)p.large)[plane_start(p, e, plane) + place] = sum;
    }
}

/* About how many elements a window sees. */
static int64_t window_size(const nd_gpu_pool_work *p) {
    int64_t size = 1;
    for (const nd_windows_along &w : p->windows)
        size *= w.parts ? w.in / w.out : w.kernel < w.in ? w.kernel : w.in;
    return size;
}

template <class T> static int start(int id, const nd_gpu_pool_work *p) {
    const nd_windows_along *w = p->windows;
    const int64_t results = p->planes * w[0].out * w[1].out * w[2].out, FEW = 1 << 16;
    if (p->what == ND_GPU_SPREAD || p->what == ND_GPU_RETURN)
        ND_FOR_EACH(id, p->planes * w[0].in * w[1].in * w[2].in, elements_kernel<T>, *p);
    if (results < FEW && window_size(p) >= THREADS)
        ND_FOR_EACH_BLOCK(id, results, large_results_kernel<T>, *p, results);
    ND_FOR_EACH(id, results, results_kernel<T>, *p, results);
}

#define CASE(T) return start<T>(id, work)
int nd_start_pool(int id, const nd_gpu_pool_work *work) {
    ND_FLOATS_SWITCH(work->dtype, CASE)
}
