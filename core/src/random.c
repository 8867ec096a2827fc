/* The two sources of random numbers: their engines, how they are seeded, and which engine makes which element. */
#include "random.h"

#include <stdbool.h>
#include <string.h>

#include "memory.h"
#include "ndgrad.h"

enum { ENGINES = 1024 };

/* An engine is allocated and seeded when it first has something to make: all of source A would be 2.5 MB and a
 * millisecond, and most calls need one engine. All zero is the state after nd_random_seed(0). */
static struct {
    uint32_t seed_a, seed_b;
    nd_engine *a[ENGINES];
    bool a_seeded[ENGINES];
    nd_engine b;
    bool b_seeded;
} sources;

static void start_again(void) {
    memset(sources.a_seeded, 0, sizeof sources.a_seeded);
    sources.b_seeded = false;
}

void nd_random_seed(int32_t seed) {
    sources.seed_a = sources.seed_b = 127u * (uint32_t)seed;
    start_again();
}

void nd_random_seed_context(int32_t seed) {
    nd_random_seed(seed);
    sources.seed_b = (uint32_t)seed;
}

int nd_seed(int32_t seed) {
    nd_random_seed(seed);
    return 0;
}

int nd_seed_context(int32_t seed) {
    nd_random_seed_context(seed);
    return 0;
}

void nd_random_release(void) {
    for (int j = 0; j < ENGINES; j++) {
        nd_free(sources.a[j]);
        sources.a[j] = NULL;
    }
    start_again();
}

nd_engine *nd_random_source_b(void) {
    if (!sources.b_seeded)
        nd_engine_seed(&sources.b, sources.seed_b);
    sources.b_seeded = true;
    return &sources.b;
}

static int prepare_engines(int64_t count) {
    for (int64_t j = 0; j < count; j++) {
        if (!sources.a[j])
            sources.a[j] = nd_alloc(sizeof(nd_engine));
        if (!sources.a[j])
            return -1;
        if (!sources.a_seeded[j])
            nd_engine_seed(sources.a[j], sources.seed_a + (uint32_t)j);
        sources.a_seeded[j] = true;
    }
    return 0;
}

/* Element i is made by engine i / step, in order; the last engines may get nothing. */
int nd_random_spread(int64_t n, int64_t least, nd_stretch_function *make, void *job) {
    if (n <= 0)
        return 0;
    int64_t blocks = (n - 1) / least + 1, engines = blocks < ENGINES ? blocks : ENGINES;
    int64_t step = (n - 1) / engines + 1, used = (n - 1) / step + 1;
    if (prepare_engines(used) < 0)
        return -1;
    for (int64_t j = 0; j < used; j++)
        make(sources.a[j], j * step, j + 1 < used ? step : n - j * step, job);
    return 0;
}

/* ---- Source B, a number at a time ---- */

float nd_random_unit(void) {
    return nd_unit_f32(nd_random_source_b());
}

bool nd_random_coin(void) {
    return nd_unit_f64(nd_random_source_b()) < 0.5;
}

void nd_random_normals(float *out, int n, float scale) {
    nd_engine *e = nd_random_source_b();
    for (int i = 0; i < n; i += 2) {
        float first, second;
        nd_normal_pair(e, &first, &second);
        out[i] = first * scale;
        if (i + 1 < n)
            out[i + 1] = second * scale;
    }
}
