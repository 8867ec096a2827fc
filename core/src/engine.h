/* mt19937 and what MXNet makes of its draws, one number at a time: units and normals, as libstdc++ makes them. */
#ifndef ND_ENGINE_H
#define ND_ENGINE_H

#include <math.h>
#include <stdint.h>

/* A fused multiply-add rounds once where MXNet's build rounded twice, and a float32 seen in the last bit is enough to
 * send a rejection loop another way. GCC does not know this pragma and is told by -ffp-contract=off. */
#if !defined(__GNUC__) || defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

enum { ND_ENGINE_WORDS = 624 };

typedef struct nd_engine {
    uint32_t word[ND_ENGINE_WORDS];
    int next; /* index of the next word to hand out; ND_ENGINE_WORDS when all are used */
} nd_engine;

void nd_engine_seed(nd_engine *engine, uint32_t seed);
void nd_engine_twist(nd_engine *engine); /* makes the next words */

static inline uint32_t nd_draw(nd_engine *e) {
    if (e->next == ND_ENGINE_WORDS)
        nd_engine_twist(e);
    uint32_t y = e->word[e->next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

/* Rounding to float32 can reach 1, which the range [0, 1) excludes. */
static inline float nd_unit_f32(nd_engine *e) {
    float u = (float)nd_draw(e) * 0x1p-32f;
    return u < 1.0f ? u : 0x1.fffffep-1f;
}

static inline double nd_unit_f64(nd_engine *e) {
    double low = nd_draw(e);
    double u = (low + nd_draw(e) * 0x1p32) * 0x1p-64;
    return u < 1.0 ? u : 0x1.fffffffffffffp-1;
}

/* Marsaglia's polar method gives two normals, the first of them made from y. */
static inline void nd_normal_pair(nd_engine *e, float *first, float *second) {
    float x, y, r2;
    do {
        x = 2.0f * nd_unit_f32(e) - 1.0f;
        y = 2.0f * nd_unit_f32(e) - 1.0f;
        r2 = x * x + y * y;
    } while (r2 > 1.0f || r2 == 0.0f);
    float scale = sqrtf(-2.0f * logf(r2) / r2);
    *first = y * scale;
    *second = x * scale;
}

/* MXNet's samplers drop the second. */
static inline float nd_normal_f32(nd_engine *e) {
    float first, second;
    nd_normal_pair(e, &first, &second);
    return first;
}

static inline double nd_normal_f64(nd_engine *e) {
    double x, y, r2;
    do {
        x = 2.0 * nd_unit_f64(e) - 1.0;
        y = 2.0 * nd_unit_f64(e) - 1.0;
        r2 = x * x + y * y;
    } while (r2 > 1.0 || r2 == 0.0);
    return y * sqrt(-2.0 * log(r2) / r2);
}

#endif
