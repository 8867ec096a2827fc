#include "multiply.h"

#include "pool.h"
#include "threads.h"

/* Below this many products of numbers a second thread costs more than it saves. Results are cut at tiles of every
 * instruction set. */
enum { WORTH_SHARING = 1 << 22, ROWS = 24, COLUMNS = 32 };

typedef struct work {
    nd_gemm problem;
    nd_gemm_kernel *kernel;
    int64_t item, bytes; /* of an element; of one thread's room */
    char *room;
} work;

static void run(const work *w, const nd_gemm *problem, int thread) {
    w->kernel(problem, w->room + thread * w->bytes);
}

static void some_problems(void *shared, int thread, int64_t begin, int64_t end) {
    const work *w = shared;
    nd_gemm g = w->problem;
    for (int64_t i = begin; i < end; i++) {
        g.a = (const char *)w->problem.a + i * g.apart_a * w->item;
        g.b = (const char *)w->problem.b + i * g.apart_b * w->item;
        g.c = (char *)w->problem.c + i * g.apart_c * w->item;
        run(w, &g, thread);
    }
}

static void some_rows(void *shared, int thread, int64_t begin, int64_t end) {
    const work *w = shared;
    nd_gemm g = w->problem;
    g.m = end - begin;
    g.a = (const char *)g.a + begin * g.ra * w->item;
    g.c = (char *)g.c + begin * g.ldc * w->item;
    run(w, &g, thread);
}

static void some_columns(void *shared, int thread, int64_t begin, int64_t end) {
    const work *w = shared;
    nd_gemm g = w->problem;
    g.n = end - begin;
    g.b = (const char *)g.b + begin * g.cb * w->item;
    g.c = (char *)g.c + begin * w->item;
    run(w, &g, thread);
}

/* Each thread packs what its part needs, so there is one part for each, and two for one thread alone: work that is
 * worth sharing is known by its parts. Rounded down, since the last part has what is left over. */
static int64_t part_of(int64_t extent, int64_t unit) {
    int threads = nd_threads() < 2 ? 2 : nd_threads();
    int64_t units = extent / (threads * unit);
    return (units ? units : 1) * unit;
}

int nd_multiply(const nd_gemm *problem, nd_dtype dtype, int64_t count) {
    const nd_gemm *g = problem;
    double products = (double)g->m * (double)g->n * (double)g->k * (double)count;
    bool shared = products >= WORTH_SHARING;
    work w = {nd_gemm_spread(*g), nd_kernels_in_use()->gemm[dtype], nd_dtype_size(dtype),
              nd_gemm_work(g) * nd_dtype_size(dtype), NULL};
    int64_t bytes = w.bytes * (shared ? nd_threads() : 1);
    w.room = nd_pool_alloc(bytes);
    if (!w.room)
        return -1;
    if (!shared)
        some_problems(&w, 0, 0, count);
    else if (count > 1)
        nd_share(count, part_of(count, 1), some_problems, &w);
    else if (g->m > g->n)
        nd_share(g->m, part_of(g->m, ROWS), some_rows, &w);
    else
        nd_share(g->n, part_of(g->n, COLUMNS), some_columns, &w);
    nd_pool_free(w.room, bytes);
    return 0;
}
