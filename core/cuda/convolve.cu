/* Convolution, its transpose and its gradient by the weight, each by a sum for every element of the result: for groups
 * of so few channels that products of matrices would be all edge (src/gpu_convolve.c). Floats are summed in their own
 * type.
 */
#include "launch.cuh"

/* What a window sees of one channel, times a filter. */
template <class T> __device__ T sum_seen(const nd_window &w, const nd_point &o, const T *channel, const T *filter) {
    T sum = 0;
    for (int64_t k0 = 0; k0 < w.kernel[0]; k0++)
        for (int64_t k1 = 0; k1 < w.kernel[1]; k1++)
            for (int64_t k2 = 0; k2 < w.kernel[2]; k2++, filter++) {
                const int64_t element = nd_element_seen(&w, o, {{k0, k1, k2}});
                if (element >= 0)
                    sum += channel[element] * *filter;
            }
    return sum;
}

/* What the windows of one map that see an element give back to it. */
template <class T> __device__ T sum_seeing(const nd_window &w, const nd_point &e, const T *map, const T *filter) {
    T sum = 0;
    for (int64_t k0 = 0; k0 < w.kernel[0]; k0++)
        for (int64_t k1 = 0; k1 < w.kernel[1]; k1++)
            for (int64_t k2 = 0; k2 < w.kernel[2]; k2++, filter++) {
                const int64_t window = nd_window_seeing(&w, e, {{k0, k1, k2}});
                if (window >= 0)
                    sum += map[window] * *filter;
            }
    return sum;
}

template <class T> __global__ void maps_kernel(const __grid_constant__ nd_gpu_convolve_work c) {
    const nd_window &w = c.window;
    const int64_t windows = nd_extent_of_all(w.out), taps = nd_extent_of_all(w.kernel), elements = nd_extent_of_all(w.in);
    const int64_t maps = c.groups * c.filters;
    GRID_STRIDE(i, c.images * maps * windows) {
        const int64_t map = i / windows % maps, image = i / windows / maps, group = map / c.filters;
        const nd_point o = nd_point_of(i % windows, w.out);
        const T *from = (const T *)c.image + (image * c.groups + group) * c.channels * elements;
        const T *filter = (const T *)c.weight + map * c.channels * taps;
        T sum = c.bias ? ((const T *)c.bias)[map] : (T)0;
        for (int64_t channel = 0; channel < c.channels; channel++)
            sum += sum_seen(w, o, from + channel * elements, filter + channel * taps);
        ((T *)c.map)[i] = sum;
    }
}

template <class T> __global__ void images_kernel(const __grid_constant__ nd_gpu_convolve_work c) {
    const nd_window &w = c.window;
    const int64_t windows = nd_extent_of_all(w.out), taps = nd_extent_of_all(w.kernel), elements = nd_extent_of_all(w.in);
    const int64_t channels = c.groups * c.channels;
    GRID_STRIDE(i, c.images * channels * elements) {
        const int64_t channel = i / elements % channels, image = i / elements / channels, group = channel / c.channels;
        const nd_point e = nd_point_of(i % elements, w.in);
        const T *from = (const T *)c.map + (image * c.groups + group) * c.filters * windows;
        const T *weight = (const T *)c.weight + (group * c.filters * c.channels + channel % c.channels) * taps;
        T sum = c.bias ? ((const T *)c.bias)[channel] : (T)0;
        for (int64_t filter = 0; filter < c.filters; filter++)
            sum += sum_seeing(w, e, from + filter * windows, weight + filter * c.channels * taps);
        ((T *)c.image)[i] = sum;
    }
}

/* A block for each weight, whose threads share the windows. */
template <class T> __global__ void weights_kernel(const __grid_constant__ nd_gpu_convolve_work c) {
    const nd_window &w = c.window;
    const int64_t windows = nd_extent_of_all(w.out), taps = nd_extent_of_all(w.kernel), elements = nd_extent_of_all(w.in);
    BLOCK_STRIDE(i, c.groups * c.filters * c.channels * taps) {
        const int64_t map = i / taps / c.channels, channel = map / c.filters * c.channels + i / taps % c.channels;
        const nd_point tap = nd_point_of(i % taps, w.kernel);
        T sum = 0;
        THREAD_STRIDE(n, 0, c.images * windows) {
            const int64_t image = n / windows, window = n % windows;
            const T *from = (const T *)c.image + (image * c.groups * c.channels + channel) * elements;
            const T one = ((const T *)c.map)[(image * c.groups * c.filters + map) * windows + window];
            const int64_t element = nd_element_seen(&w, nd_point_of(window, w.out), tap);
            if (element >= 0)
                sum += one * from[element];
        }
        sum = fold_in_block(sum, [](T u, T v) { return u + v; });
        if (threadIdx.x == 0)
            ((T *)c.weight)[i] = sum;
    }
}

static int64_t size_of(const int64_t *extents) {
    return extents[0] * extents[1] * extents[2];
}

template <class T> static int start(int id, const nd_gpu_convolve_work *c) {
    if (c->third == ND_GPU_MAPS)
        ND_FOR_EACH(id, c->images * c->groups * c->filters * size_of(c->window.out), maps_kernel<T>, *c);
    if (c->third == ND_GPU_IMAGES)
        ND_FOR_EACH(id, c->images * c->groups * c->channels * size_of(c->window.in), images_kernel<T>, *c);
    ND_FOR_EACH_BLOCK(id, c->groups * c->filters * c->channels * size_of(c->window.kernel), weights_kernel<T>, *c);
}

#define CASE(T) return start<T>(id, work)
int nd_start_convolve(int id, const nd_gpu_convolve_work *work) {
    ND_FLOATS_SWITCH(work->dtype, CASE)
}
