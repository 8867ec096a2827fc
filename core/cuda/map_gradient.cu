/* The gradients of elementwise rows, each fused into one pass. */
#include "map.cuh"

#define GXY g = v[0], x = v[1], y = v[2]
#define GABY g = v[0], a = v[1], b = v[2], y = v[3]
#define GXYPQ g = v[0], x = v[1], y = v[2], p = v[3], q = v[4]

namespace by_first {
#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) ND_ROW(name##_row, 3, GXY, gradient)
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    ND_ROW(name##_row, 4, GABY, ga)
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) \
    ND_ROW(name##_row, 5, GXYPQ, gradient)
#include "ops.inl"
}
namespace by_second {
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    ND_ROW(name##_row, 4, GABY, gb)
#include "ops.inl"
}

#define START(which, name) \
    case ND_MAP_##name: return start_float<which::name##_row>(id, work, failed);

static int start_by_first(int id, const nd_gpu_map_work *work, int *failed) {
    switch (work->row) {
#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) START(by_first, name)
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    START(by_first, name)
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) START(by_first, name)
#include "ops.inl"
    default: return ND_GPU_REFUSED;
    }
}

static int start_by_second(int id, const nd_gpu_map_work *work, int *failed) {
    switch (work->row) {
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    START(by_second, name)
#include "ops.inl"
    default: return ND_GPU_REFUSED;
    }
}

int nd_start_gradient(int id, const nd_gpu_map_work *work, int *failed) {
    return work->which == 1 ? start_by_first(id, work, failed) : start_by_second(id, work, failed);
}
