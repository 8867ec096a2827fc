/* float16 <-> float32 in integer arithmetic: IEEE 754 binary16, round to nearest, ties to even. */
#ifndef ND_HALF_H
#define ND_HALF_H

#include <stdint.h>
#include <string.h>

static inline float nd_half_to_float(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t bits = half & 0x7fff;
    float value;
    if (bits < 0x0400) { /* zero and subnormals: the fraction counts units of 2**-24 */
        value = (float)bits * 0x1p-24f;
        uint32_t magnitude;
        memcpy(&magnitude, &value, 4);
        bits = magnitude;
    } else {
        /* Move the exponent's bias from 15 to 127; infinity and nan keep an exponent of all ones. */
        bits = (bits << 13) + (bits >= 0x7c00 ? (255u - 31) << 23 : (127u - 15) << 23);
    }
    bits |= sign;
    memcpy(&value, &bits, 4);
    return value;
}

static inline uint16_t nd_float_to_half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    uint16_t sign = (uint16_t)((bits >> 16) & 0x8000);
    bits &= 0x7fffffff;
    if (bits > 0x7f800000)
        return sign | 0x7e00;
    if (bits >= 0x477ff000) /* 65520 and beyond round to infinity */
        return sign | 0x7c00;
    if (bits < 0x38800000) { /* below 2**-14: adding 0.5 leaves the rounded count of 2**-24 in the low bits */
        float magnitude;
        memcpy(&magnitude, &bits, 4);
        magnitude += 0.5f;
        memcpy(&bits, &magnitude, 4);
        return sign | (uint16_t)(bits - 0x3f000000);
    }
    bits += 0xfff + ((bits >> 13) & 1); /* ties to even */
    return sign | (uint16_t)((bits - ((127u - 15) << 23)) >> 13);
}

#endif
