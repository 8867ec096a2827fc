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

/* A thread for each result: of equals the first counts, and NaN is never better. */
template <class T> __global__ void position_kernel(const __grid_constant__ nd_gpu_position_work p) {
    GRID_STRIDE(i, p.outer * p.stride) {
        const T *x = (const T *)p.in + i / p.stride * p.n * p.stride + i % p.stride;
        int64_t at = 0;
        for (int64_t j = 1; j < p.n; j++)
            if (p.largest ? x[j * p.stride] > x[at * p.stride] : x[j * p.stride] < x[at * p.stride])
                at = j;
        ((T *)p.out)[i] = (T)at;
    }
}

#define CASE(T) ND_FOR_EACH(id, work->outer * work->stride, (position_kernel<T>), *work)
int nd_start_position(int id, const nd_gpu_position_work *work) {
    ND_NUMBERS_SWITCH(work->dtype, CASE)
}
