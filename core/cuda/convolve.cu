/* Convolution, its transpose and its gradient by the weight, each by a sum for every element of the result: direct, and
 * so in need of no memory besides. Floats are summed in their own type.
 */
#include "launch.cuh"

/* Which of three axes' elements number i is. */
struct place {
    int64_t at[ND_GPU_AXES];
};
static __device__ inline place place_in(int64_t i, const int64_t *extent) {
    return {{i / extent[2] / extent[1], i / extent[2] % extent[1], i % extent[2]}};
}
static __device__ inline int64_t number_in(const place &p, const int64_t *extent) {
    return (p.at[0] * extent[1] + p.at[1]) * extent[2] + p.at[2];
}
static __device__ inline int64_t size_of(const int64_t *extent) {
    return extent[0] * extent[1] * extent[2];
}

/* The element that a window sees through a tap; false where that is outside. */
static __device__ inline bool seen(const nd_gpu_convolve_work &c, const place &window, const place &tap, place *element) {
    bool inside = true;
    for (int axis = 0; axis < ND_GPU_AXES; axis++) {
        const int64_t i = window.at[axis] * c.stride[axis] + tap.at[axis] * c.dilate[axis] - c.pad[axis];
        element->at[axis] = i;
        inside = inside && i >= 0 && i < c.in[axis];
    }
    return inside;
}

/* The window that sees an element through a tap; false where there is none. */
static __device__ inline bool seeing(const nd_gpu_convolve_work &c, const place &element, const place &tap, place *window) {
    bool there = true;
    for (int axis = 0; axis < ND_GPU_AXES; axis++) {
        const int64_t from = element.at[axis] + c.pad[axis] - tap.at[axis] * c.dilate[axis], o = from / c.stride[axis];
        window->at[axis] = o;
        there = there && from >= 0 && from % c.stride[axis] == 0 && o < c.out[axis];
    }
    return there;
}

template <class T> __global__ void maps_kernel(const __grid_constant__ nd_gpu_convolve_work c) {
    const int64_t windows = size_of(c.out), taps = size_of(c.kernel), elements = size_of(c.in);
    const int64_t maps = c.groups * c.filters;
    GRID_STRIDE(i, c.images * maps * windows) {
        const int64_t map = i / windows % maps, image = i / windows / maps, group = map / c.filters;
        const place window = place_in(i % windows, c.out);
        const T *from = (const T *)c.image + (image * c.groups + group) * c.channels * elements;
        const T *weight = (const T *)c.weight + map * c.channels * taps;
        T sum = c.bias ? ((const T *)c.bias)[map] : (T)0;
        for (int64_t tap = 0; tap < taps; tap++) {
            place element;
            if (!seen(c, window, place_in(tap, c.kernel), &element))
                continue;
            const int64_t at = number_in(element, c.in);
            for (int64_t channel = 0; channel < c.channels; channel++)
                sum += from[channel * elements + at] * weight[channel * taps + tap];
        }
        ((T *)c.map)[i] = sum;
    }
}

template <class T> __global__ void images_kernel(const __grid_constant__ nd_gpu_convolve_work c) {
    const int64_t windows = size_of(c.out), taps = size_of(c.kernel), elements = size_of(c.in);
    const int64_t channels = c.groups * c.channels;
    GRID_STRIDE(i, c.images * channels * elements) {
        const int64_t channel = i / elements % channels, image = i / elements / channels, group = channel / c.channels;
        const place element = place_in(i % elements, c.in);
        const T *from = (const T *)c.map + (image * c.groups + group) * c.filters * windows;
        const T *weight = (const T *)c.weight + (group * c.filters * c.channels + channel % c.channels) * taps;
        T sum = c.bias ? ((const T *)c.bias)[channel] : (T)0;
        for (int64_t tap = 0; tap < taps; tap++) {
            place window;
            if (!seeing(c, element, place_in(tap, c.kernel), &window))
                continue;
            const int64_t at = number_in(window, c.out);
            for (int64_t filter = 0; filter < c.filters; filter++)
                sum += from[filter * windows + at] * weight[filter * c.channels * taps + tap];
        }
        ((T *)c.image)[i] = sum;
    }
}

/* A block for each weight, whose threads share the windows. */
template <class T> __global__ void weights_kernel(const __grid_constant__ nd_gpu_convolve_work c) {
    const int64_t windows = size_of(c.out), taps = size_of(c.kernel), elements = size_of(c.in);
    BLOCK_STRIDE(i, c.groups * c.filters * c.channels * taps) {
        const int64_t map = i / taps / c.channels, group = map / c.filters, channel = i / taps % c.channels;
        const place tap = place_in(i % taps, c.kernel);
        T sum = 0;
        THREAD_STRIDE(k, 0, c.images * windows) {
            const int64_t image = k / windows;
            place element;
            if (seen(c, place_in(k % windows, c.out), tap, &element))
                sum += ((const T *)c.map)[(image * c.groups * c.filters + map) * windows + k % windows] *
                       ((const T *)c.image)[((image * c.groups + group) * c.channels + channel) * elements +
                                            number_in(element, c.in)];
        }
        sum = fold_in_block(sum, [](T u, T v) { return u + v; });
        if (threadIdx.x == 0)
            ((T *)c.weight)[i] = sum;
    }
}

/* Columns are (images, channels, taps, windows). */
template <class T> __global__ void columns_kernel(const __grid_constant__ nd_gpu_convolve_work c) {
    const int64_t windows = size_of(c.out), taps = size_of(c.kernel), elements = size_of(c.in);
    GRID_STRIDE(i, c.images * c.channels * taps * windows) {
        place element;
        const bool there = seen(c, place_in(i % windows, c.out), place_in(i / windows % taps, c.kernel), &element);
        const T *from = (const T *)c.image + i / windows / taps * elements;
        ((T *)c.map)[i] = there ? from[number_in(element, c.in)] : (T)0;
    }
}

template <class T> __global__ void columns_added_kernel(const __grid_constant__ nd_gpu_convolve_work c) {
    const int64_t windows = size_of(c.out), taps = size_of(c.kernel), elements = size_of(c.in);
    GRID_STRIDE(i, c.images * c.channels * elements) {
        const place element = place_in(i % elements, c.in);
        const T *from = (const T *)c.map + i / elements * taps * windows;
        T sum = 0;
        for (int64_t tap = 0; tap < taps; tap++) {
            place window;
            if (seeing(c, element, place_in(tap, c.kernel), &window))
                sum += from[tap * windows + number_in(window, c.out)];
        }
        ((T *)c.image)[i] = sum;
    }
}

template <class T> static int start(int id, const nd_gpu_convolve_work *c) {
    const int64_t windows = c->out[0] * c->out[1] * c->out[2], elements = c->in[0] * c->in[1] * c->in[2];
    if (c->third == ND_GPU_MAPS)
        ND_FOR_EACH(id, c->images * c->groups * c->filters * windows, maps_kernel<T>, *c);
    if (c->third == ND_GPU_IMAGES)
        ND_FOR_EACH(id, c->images * c->groups * c->channels * elements, images_kernel<T>, *c);
    const int64_t taps = c->kernel[0] * c->kernel[1] * c->kernel[2];
    if (c->third == ND_GPU_COLUMNS)
        ND_FOR_EACH(id, c->images * c->channels * taps * windows, columns_kernel<T>, *c);
    if (c->third == ND_GPU_COLUMNS_ADDED)
        ND_FOR_EACH(id, c->images * c->channels * elements, columns_added_kernel<T>, *c);
    ND_FOR_EACH_BLOCK(id, c->groups * c->filters * c->channels * taps, weights_kernel<T>, *c);
}

#define CASE(T) return start<T>(id, work)
int nd_start_convolve(int id, const nd_gpu_convolve_work *work) {
    ND_FLOATS_SWITCH(work->dtype, CASE)
}
