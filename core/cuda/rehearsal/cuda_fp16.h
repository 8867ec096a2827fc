/* float16 in the rehearsal: the core's own conversions. */
#include "half.h"

static inline uint16_t __ushort_as_half(uint16_t bits) {
    return bits;
}
static inline uint16_t __half_as_ushort(uint16_t bits) {
    return bits;
}
static inline float __half2float(uint16_t half) {
    return nd_half_to_float(half);
}
static inline uint16_t __float2half_rn(float value) {
    return nd_float_to_half(value);
}
