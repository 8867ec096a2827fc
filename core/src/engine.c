/* The engine: mt19937 (Matsumoto and Nishimura 1998), as std::mt19937 seeds and runs it. */
#include "engine.h"

enum { WORDS = ND_ENGINE_WORDS, MIDDLE = 397 };

void nd_engine_seed(nd_engine *e, uint32_t seed) {
    e->word[0] = seed;
    for (uint32_t i = 1; i < WORDS; i++) {
        uint32_t previous = e->word[i - 1];
        e->word[i] = 1812433253u * (previous ^ (previous >> 30)) + i;
    }
    e->next = WORDS;
}

static inline uint32_t twist_word(uint32_t here, uint32_t following) {
    uint32_t joined = (here & 0x80000000u) | (following & 0x7fffffffu);
    return (joined >> 1) ^ (-(joined & 1u) & 0x9908b0dfu);
}

/* Two loops and a last word rather than one loop modulo WORDS, so that the compiler can vectorize them. */
void nd_engine_twist(nd_engine *e) {
    uint32_t *w = e->word;
    for (int i = 0; i < WORDS - MIDDLE; i++)
        w[i] = w[i + MIDDLE] ^ twist_word(w[i], w[i + 1]);
    for (int i = WORDS - MIDDLE; i < WORDS - 1; i++)
        w[i] = w[i + MIDDLE - WORDS] ^ twist_word(w[i], w[i + 1]);
    w[WORDS - 1] = w[MIDDLE - 1] ^ twist_word(w[WORDS - 1], w[0]);
    e->next = 0;
}
