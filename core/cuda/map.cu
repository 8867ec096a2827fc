/* The values of elementwise rows. */
#include "map.cuh"

#define FIRST_2 a = v[0], b = v[1]
#define FIRST_3 FIRST_2, c = v[2]
#define FIRST_5 FIRST_3, d = v[3], e = v[4]
#define FIRST_6 FIRST_5, f = v[5]
#define FIRST_7 FIRST_6, h = v[6]

namespace value {
#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) ND_ROW(name##_row, 1, x = v[0], forward)
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    ND_ROW(name##_row, 2, FIRST_2, forward)
#define TERNARY(kind, name, aliases, forward, doc) ND_ROW(name##_row, 3, FIRST_3, forward)
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) \
    ND_ROW(name##_row, 3, x = v[0] ND_COMMA p = v[1] ND_COMMA q = v[2], forward)
#define FUSED(name, count, forward) ND_ROW(name##_row, count, FIRST_##count, forward)
#define ND_COMMA ,
#include "ops.inl"
}

#define START(kind, name) \
    case ND_MAP_##name: ND_IF_##kind(return start_any<value::name##_row>(id, work, failed);) \
                        return start_float<value::name##_row>(id, work, failed);

int nd_start_value(int id, const nd_gpu_map_work *work, int *failed) {
    switch (work->row) {
#define UNARY(kind, name, aliases, forward, gradient, low, high, doc) START(kind, name)
#define BINARY(kind, order, name, scalar, Scalar, aliases, forward, ga, gb, alow, ahigh, blow, bhigh, doc) \
    START(kind, name)
#define TERNARY(kind, name, aliases, forward, doc) START(kind, name)
#define SCALED(kind, name, aliases, parameters, forward, gradient, low, high, doc) START(kind, name)
#define FUSED(name, count, forward) START(FLOAT, name)
#include "ops.inl"
    default: return ND_GPU_REFUSED;
    }
}
