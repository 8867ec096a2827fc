/* Matrix product: c = a b, by panels that fit the caches and a tile of c that stays in registers.
 *
 * The classical blocking (Goto and van de Geijn, ACM TOMS 34, 2008): b is packed into panels of NR columns, a into
 * panels of MR rows, both so that the inner loop reads memory in order; packing also absorbs transposition and odd
 * ends, which become zeros.
 */
#include "kernels.h"
#include "simd.h"

/* A panel of a of this depth stays in the first-level cache, a block of a in the second-level one. */
enum { KC = ND_GEMM_DEPTH, MC = ND_GEMM_ROWS, NC = ND_GEMM_COLUMNS };

/* The tile of c: MR rows of two vectors. Its accumulators, with two vectors of b and one of a, fill the registers; past
 * that the compiler spills (16 vector registers in AVX2 and SSE; V8 treats wasm's alike). */
#if ND_VECTOR_BYTES == 64
enum { MR = 8 };
#elif ND_VECTOR_BYTES == 32
enum { MR = 6 };
#else
enum { MR = 4 };
#endif

/* So few rows are not worth packing for. */
enum { THIN = 3 };

static inline int64_t nd_gemm_least(int64_t u, int64_t v) {
    return u < v ? u : v;
}

/* Where `count` rows or columns lie, from the `first` one on: the table's part, or multiples written into `own`. */
static const int64_t *nd_gemm_offsets(const int64_t *table, int64_t stride, int64_t first, int64_t count,
                                      int64_t *own) {
    if (table)
        return table + first;
    for (int64_t i = 0; i < count; i++)
        own[i] = (first + i) * stride;
    return own;
}

/* Where the lines of a packed panel lie. */
static const int64_t nd_gemm_neighbours[] = {0, 1, 2, 3, 4, 5, 6, 7};

/* How many from the first on are neighbours, one after another. */
static inline int64_t nd_gemm_run(const int64_t *offsets, int64_t count) {
    int64_t run = 1;
    while (run < count && offsets[run] == offsets[0] + run)
        run++;
    return run;
}

static inline bool nd_gemm_adjacent(const int64_t *offsets, int64_t count) {
    return nd_gemm_run(offsets, count) == count;
}

/* The transposed problem, where c is one column, and so may be read as one row. */
static nd_gemm nd_gemm_flipped(const nd_gemm *g) {
    nd_gemm f = *g;
    f.m = g->n, f.n = g->m, f.a = g->b, f.b = g->a;
    f.ra = g->cb, f.ca = g->rb, f.rb = g->ca, f.cb = g->ra, f.ldc = g->m;
    return f;
}

#define ND_BODY "gemm_float.h"
#include "each_float.h"

nd_gemm_kernel *const ND_NAMED(nd_gemm)[2] = {nd_gemm_f32, nd_gemm_f64};
