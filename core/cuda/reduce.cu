/* The reduction rows as kernels. */
#include "vocabulary.cuh"

#define ROW(name, START, LOAD, COMBINE, FINISH)                                         \
    struct name##_row {                                                                 \
        template <class T> static __device__ inline T start() {                         \
            return (T)(START);                                                          \
        }                                                                               \
        template <class T> static __device__ inline T load([[maybe_unused]] T x) {      \
            return (T)(LOAD);                                                           \
        }                                                                               \
        template <class T> static __device__ inline T combine(T acc, T x) {             \
            return (T)(COMBINE);                                                        \
        }                                                                               \
        template <class T> static __device__ inline T finish(T acc, [[maybe_unused]] T n) { \
            [[maybe_unused]] int failed = 0;                                            \
            return (T)(FINISH);                                                         \
        }                                                                               \
    };
#define REDUCE(kind, name, aliases, start, load, combine, finish, gradient, low, high, doc) \
    ROW(name, start, load, combine, finish)
#include "ops.inl"

/* Floats are folded in double: a thread may have thousands of them, one after another. */
template <class T> using folded = typename std::conditional<is_float<T>::value, double, T>::type;

/* What elements first, first + step ... before end of one result come to. */
template <class T, class Row>
__device__ folded<T> fold_some(const nd_gpu_reduce_work &r, int64_t place, int64_t first, int64_t end, int64_t step) {
    using A = folded<T>;
    A acc = Row::template start<A>();
    for (int64_t i = first; i < end; i += step) {
        const int64_t at = place + place_of(i, r.folded_ndim, r.folded_extent, r.folded_stride);
        acc = Row::template combine<A>(acc, r.loads ? Row::template load<A>((A)((const T *)r.in)[at]) : ((const A *)r.in)[at]);
    }
    return acc;
}

template <class T, class Row> __device__ void store(const nd_gpu_reduce_work &r, int64_t at, folded<T> acc) {
    if (r.finishes)
        ((T *)r.out)[at] = (T)Row::template finish<folded<T>>(acc, (folded<T>)r.count);
    else
        ((folded<T> *)r.out)[at] = acc;
}

/* One of the parts of one of the results: where its elements begin, and which of them it folds. */
struct part {
    int64_t place, begin, end;
};
static __device__ inline part part_of(const nd_gpu_reduce_work &r, int64_t which) {
    const int64_t length = (r.folded + r.parts - 1) / r.parts, begin = which % r.parts * length;
    return {place_of(which / r.parts, r.kept_ndim, r.kept_extent, r.kept_stride), begin,
            begin + length < r.folded ? begin + length : r.folded};
}

template <class T, class Row> __global__ void reduce_along(const __grid_constant__ nd_gpu_reduce_work r) {
    BLOCK_STRIDE(which, r.results * r.parts) {
        const part p = part_of(r, which);
        using A = folded<T>;
        A acc = fold_some<T, Row>(r, p.place, p.begin + threadIdx.x, p.end, blockDim.x);
        acc = fold_in_block(acc, [](A u, A v) { return Row::template combine<A>(u, v); });
        if (threadIdx.x == 0)
            store<T, Row>(r, which, acc);
    }
}

/* Parts of neighbouring results lie side by side here, so that threads read neighbouring elements. */
template <class T, class Row> __global__ void reduce_across(const __grid_constant__ nd_gpu_reduce_work r) {
    GRID_STRIDE(i, r.results * r.parts) {
        const int64_t which = i % r.results * r.parts + i / r.results;
        const part p = part_of(r, which);
        store<T, Row>(r, which, fold_some<T, Row>(r, p.place, p.begin, p.end, 1));
    }
}

template <class T, class Row> static int start(int id, const nd_gpu_reduce_work *work) {
    const int64_t size = work->results * work->parts;
    if (work->across)
        ND_FOR_EACH(id, size, (reduce_across<T, Row>), *work);
    ND_FOR_EACH_BLOCK(id, size, (reduce_along<T, Row>), *work);
}

#define CASE(T) return start<T, Row>(id, work)
template <class Row> static int start_float(int id, const nd_gpu_reduce_work *work) {
    ND_FLOATS_SWITCH(work->dtype, CASE)
}
template <class Row> static int start_any(int id, const nd_gpu_reduce_work *work) {
    ND_NUMBERS_SWITCH(work->dtype, CASE)
}
#undef CASE

int nd_start_reduce(int id, const nd_gpu_reduce_work *work) {
    switch (work->row) {
#define REDUCE(kind, name, aliases, start, load, combine, finish, gradient, low, high, doc) \
    case ND_REDUCE_##name: ND_IF_##kind(return start_any<name##_row>(id, work);)            \
                           return start_float<name##_row>(id, work);
#include "ops.inl"
    default: return ND_GPU_REFUSED;
    }
}

/* ------------------------------------------------------------------------------------------- positions */

/* Of equals the first counts, and NaN is never better. */
template <class T> __device__ bool is_better(const nd_gpu_position_work &p, T u, T v) {
    return p.largest ? u > v : u < v;
}

static __device__ inline int64_t start_of(const nd_gpu_position_work &p, int64_t i) {
    return i / p.stride * p.n * p.stride + i % p.stride;
}

/* A thread for each result. */
template <class T> __global__ void position_kernel(const __grid_constant__ nd_gpu_position_work p) {
    GRID_STRIDE(i, p.outer * p.stride) {
        const T *x = (const T *)p.in + start_of(p, i);
        int64_t at = 0;
        for (int64_t j = 1; j < p.n; j++)
            if (is_better(p, x[j * p.stride], x[at * p.stride]))
                at = j;
        ((T *)p.out)[i] = (T)at;
    }
}

/* Where the best of some elements is, and what; -1: there is no number among them. */
template <class T> struct found {
    T value;
    int64_t at;
};

/* A block for each, where there are few of long rows. A NaN that comes first stays. */
template <class T> __global__ void long_position_kernel(const __grid_constant__ nd_gpu_position_work p) {
    BLOCK_STRIDE(i, p.outer * p.stride) {
        const T *x = (const T *)p.in + start_of(p, i);
        found<T> best = {0, -1};
        THREAD_STRIDE(j, 0, p.n) {
            const T value = x[j * p.stride];
            if (value == value && (best.at < 0 || is_better(p, value, best.value)))
                best = {value, j};
        }
        best = fold_in_block(best, [&p](const found<T> &u, const found<T> &v) {
            if (u.at < 0 || v.at < 0)
                return u.at < 0 ? v : u;
            return is_better(p, u.value, v.value) || (u.value == v.value && u.at < v.at) ? u : v;
        });
        if (threadIdx.x == 0)
            ((T *)p.out)[i] = (T)(x[0] == x[0] ? best.at : 0);
    }
}

template <class T> static int start_position(int id, const nd_gpu_position_work *work) {
    const int64_t results = work->outer * work->stride, FEW = 1 << 14;
    if (results < FEW && work->n >= THREADS)
        ND_FOR_EACH_BLOCK(id, results, long_position_kernel<T>, *work);
    ND_FOR_EACH(id, results, position_kernel<T>, *work);
}

#define CASE(T) return start_position<T>(id, work)
int nd_start_position(int id, const nd_gpu_position_work *work) {
    ND_NUMBERS_SWITCH(work->dtype, CASE)
}
