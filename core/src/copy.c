#include "copy.h"

#include <string.h>

#include "array.h"
#include "cast.h"
#include "gpu.h"
#include "spec.h"

nd_strides nd_strides_of(int ndim, const int64_t *shape) {
    nd_strides strides = {{0}};
    int64_t stride = 1;
    for (int i = ndim - 1; i >= 0; i--) {
        strides.of[i] = stride;
        stride *= shape[i];
    }
    return strides;
}

nd_strides nd_strides_to(int ndim, const int64_t *shape, const nd_spec *target) {
    nd_strides own = nd_strides_of(ndim, shape), strides = {{0}};
    for (int i = 0, added = target->ndim - ndim; i < ndim; i++)
        strides.of[added + i] = shape[i] == 1 ? 0 : own.of[i];
    return strides;
}

#define ROW(T)                      \
    for (int64_t i = 0; i < n; i++) \
        ((T *)to)[i * to_stride] = ((const T *)from)[i * from_stride];

static void copy_row(char *to, int64_t to_stride, const char *from, int64_t from_stride, int64_t n, int item) {
    if (to_stride == 1 && from_stride == 1) {
        memcpy(to, from, (size_t)(n * item));
        return;
    }
    switch (item) {
    case 1: ROW(uint8_t) break;
    case 2: ROW(uint16_t) break;
    case 4: ROW(uint32_t) break;
    default: ROW(uint64_t) break;
    }
}

/* The axes that count, neighbours merged where both sides walk them as one. */
typedef struct layout {
    int ndim;
    int64_t extent[ND_MAX_DIM], to[ND_MAX_DIM], from[ND_MAX_DIM];
} layout;

static layout simplify(int ndim, const int64_t *extent, const int64_t *to, const int64_t *from) {
    layout l = {.ndim = 0};
    for (int i = 0; i < ndim; i++) {
        int last = l.ndim - 1;
        if (extent[i] == 1)
            continue;
        if (l.ndim && l.to[last] == to[i] * extent[i] && l.from[last] == from[i] * extent[i])
            l.extent[last] *= extent[i];
        else
            last = l.ndim++, l.extent[last] = extent[i];
        l.to[last] = to[i];
        l.from[last] = from[i];
    }
    if (l.ndim == 0)
        l = (layout){.ndim = 1, .extent = {1}, .to = {1}, .from = {1}};
    return l;
}

void nd_copy_strided(int ndim, const int64_t *extent, void *to_, nd_strides to_strides, const void *from_,
                     nd_strides from_strides, int item) {
    if (nd_count(ndim, extent) == 0)
        return;
    layout l = simplify(ndim, extent, to_strides.of, from_strides.of);
    int inner = l.ndim - 1;
    int64_t index[ND_MAX_DIM] = {0};
    char *to = to_;
    const char *from = from_;
    for (;;) {
        copy_row(to, l.to[inner], from, l.from[inner], l.extent[inner], item);
        int axis = inner - 1;
        for (; axis >= 0; axis--) {
            bool wraps = ++index[axis] == l.extent[axis];
            int64_t steps = wraps ? 1 - l.extent[axis] : 1;
            to += steps * l.to[axis] * item;
            from += steps * l.from[axis] * item;
            if (!wraps)
                break;
            index[axis] = 0;
        }
        if (axis < 0)
            return;
    }
}

int nd_copy_arranged(nd_context where, int ndim, const int64_t *extent, void *to, nd_strides to_strides,
                     const void *from, nd_strides from_strides, int item) {
    if (nd_on_gpu(where))
        return nd_gpu_copy(where, ndim, extent, to, to_strides, from, from_strides, item);
    nd_copy_strided(ndim, extent, to, to_strides, from, from_strides, item);
    return 0;
}
