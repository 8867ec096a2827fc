/* How exact and how fast are the functions of kernels/vecmath.h?
 *
 *   vecmath speed [NAME]   billions of elements a second in a loop over 4,096, against libm in the same loop
 *   vecmath ulp [NAME]     the largest error over all 2^32 floats, one to five minutes a function;
 *                          instruction sets with equal checksums give equal results
 *
 * Build for the instruction set in question, from core/:
 *   gcc -std=c17 -O3 -fno-math-errno -fno-trapping-math -ffp-contract=off -mavx2 -mfma \
 *       -I. -I../tests/c bench/vecmath.c -lm
 */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "vecmath_ulp.h"

enum { ELEMENTS = 4096 };

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- Speed: loops that the compiler may inline into, as in elementwise.c ---- */

static float in_f32[ELEMENTS], out_f32[ELEMENTS];
static double in_f64[ELEMENTS], out_f64[ELEMENTS];

#define VECTOR_LOOPS(name, f32, f64, formula)                                     \
    static void vector_##name##_f32(void) {                                       \
        for (int i = 0; i < ELEMENTS; i += ND_LANES_F32)                          \
            nd_store_f32(out_f32 + i, nd_v##name##_f32(nd_load_f32(in_f32 + i))); \
    }                                                                             \
    static void vector_##name##_f64(void) {                                       \
        for (int i = 0; i < ELEMENTS; i += ND_LANES_F64)                          \
            nd_store_f64(out_f64 + i, nd_v##name##_f64(nd_load_f64(in_f64 + i))); \
    }
#define LIBM_LOOP_F32(name, f32, f64, formula) \
    static void libm_##name##_f32(void) {      \
        for (int i = 0; i < ELEMENTS; i++) {   \
            float x = in_f32[i];               \
            out_f32[i] = (float)(formula);     \
        }                                      \
    }
#define LIBM_LOOP_F64(name, f32, f64, formula) \
    static void libm_##name##_f64(void) {      \
        for (int i = 0; i < ELEMENTS; i++) {   \
            double x = in_f64[i];              \
            out_f64[i] = (double)(formula);    \
        }                                      \
    }
static float reference_erfinvf(float x) {
    return (float)reference_erfinv(x);
}
ND_VECMATH_UNARY(VECTOR_LOOPS)
#define R(g) g##f
ND_VECMATH_UNARY(LIBM_LOOP_F32)
#undef R
#define R(f) f
ND_VECMATH_UNARY(LIBM_LOOP_F64)
#undef R

/* Billions of elements a second, the best of twenty tries. */
static double rate(void (*loop)(void)) {
    double best = 1e9;
    for (int attempt = 0; attempt < 20; attempt++) {
        double start = seconds();
        int rounds = 0;
        while (rounds < 8 || seconds() - start < 1e-3)
            loop(), rounds++;
        double each = (seconds() - start) / rounds;
        if (each < best)
            best = each;
    }
    return 1e-9 * ELEMENTS / best;
}

static void speed(const char *only) {
    for (int i = 0; i < ELEMENTS; i++)
        in_f32[i] = 0.05f + 0.9f * (float)i / ELEMENTS, in_f64[i] = in_f32[i];
    printf("%d lanes; 1e9 elements a second\n%-10s%8s%8s%8s%8s\n", ND_LANES_F32, "", "f32", "libm", "f64", "libm");
#define PRINT(name, f32, f64, formula)                                                                   \
    if (!only || !strcmp(only, #name))                                                                   \
        printf("%-10s%8.3f%8.3f%8.3f%8.3f\n", #name, rate(vector_##name##_f32), rate(libm_##name##_f32), \
               rate(vector_##name##_f64), rate(libm_##name##_f64));
    ND_VECMATH_UNARY(PRINT)
}

/* ---- Errors over all floats ---- */

static void exhaust(const vecmath_row *row) {
    double start = seconds(), worst = 0;
    uint64_t sum = 0;
    float x[ND_LANES_F32], got[ND_LANES_F32], worst_x = 0;
    for (uint64_t first = 0; first < 1ull << 32; first += ND_LANES_F32) {
        for (int i = 0; i < ND_LANES_F32; i++) {
            uint32_t bits = (uint32_t)first + (uint32_t)i;
            memcpy(x + i, &bits, sizeof bits);
        }
        nd_store_f32(got, row->f32(nd_load_f32(x)));
        for (int i = 0; i < ND_LANES_F32; i++) {
            double error = ulps_apart_f32(got[i], row->reference_f32(x[i]));
            uint32_t bits;
            memcpy(&bits, got + i, sizeof bits);
            sum = (sum ^ (isnan(got[i]) ? 1 : bits)) * 0x9e3779b97f4a7c15;
            if (error > worst)
                worst = error, worst_x = x[i];
        }
    }
    printf("%-10s%8.3f ulp at %.9g (%a), checksum %016llx, %.0f s\n", row->name, worst, (double)worst_x,
           (double)worst_x, (unsigned long long)sum, seconds() - start);
    fflush(stdout);
}

int main(int argc, char **argv) {
    const char *only = argc > 2 ? argv[2] : NULL;
    if (argc > 1 && !strcmp(argv[1], "speed"))
        speed(only);
    else if (argc > 1 && !strcmp(argv[1], "ulp"))
        for (size_t i = 0; i < sizeof vecmath_unary / sizeof *vecmath_unary; i++) {
            if (!only || !strcmp(only, vecmath_unary[i].name))
                exhaust(vecmath_unary + i);
        }
    else
        return fprintf(stderr, "usage: vecmath speed|ulp [NAME]\n"), 2;
    return 0;
}
