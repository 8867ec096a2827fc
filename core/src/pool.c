#include "pool.h"

#include <stdbool.h>
#include <stdlib.h>

#include "gpu.h"
#include "memory.h"
#include "ndgrad.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

/* A freed block holds the link to the next one. */
typedef struct link {
    struct link *next;
} link;

/* --------------------------------------------------------------------------------------- small blocks */

enum { GRAIN = 16, SMALL = 512, LISTS = SMALL / GRAIN + 1, MOST_BYTES = 1 << 18 };

typedef struct list {
    link *first;
    unsigned bytes;
} list;

static list lists[LISTS];

/* A sanitizer sees a block that is used after its end only if nobody else has it by then. */
#if defined(__SANITIZE_ADDRESS__)
static bool pooling = false;
#else
static bool pooling = true;
#endif

/* Of sizes that are unsigned, so that a negative one is large, and the division is a shift. */
static inline unsigned list_for(uint64_t bytes) {
    return (unsigned)((bytes + GRAIN - 1) / GRAIN);
}

/* A list is empty where blocks are not kept. */
static inline void *small_alloc(unsigned which) {
    list *l = &lists[which];
    link *block = l->first;
    if (!block)
        return nd_alloc((int64_t)(which ? which : 1) * GRAIN);
    if (nd_allocation_fails())
        return nd_out_of_memory((int64_t)which * GRAIN);
    l->first = block->next;
    l->bytes -= which * GRAIN;
    return block;
}

static inline void small_free(void *block, unsigned which) {
    list *l = &lists[which];
    if (!pooling || l->bytes >= MOST_BYTES) {
        nd_free(block);
        return;
    }
    *(link *)block = (link){l->first};
    l->first = block;
    l->bytes += which * GRAIN;
}

/* --------------------------------------------------------------------------------------- large blocks */

/* Below this malloc itself keeps pages. In WebAssembly it always does, and a block kept would only be one that it
 * could not join with its neighbours. */
#if defined(__EMSCRIPTEN__)
#define LARGE INT64_MAX
#else
#define LARGE ((int64_t)1 << 17)
#endif
#define HUGE_PAGE ((int64_t)1 << 21)
#define MOST_KEPT ((int64_t)1 << 30)

enum { KEPT = 64 };

typedef struct kept_block {
    void *start;
    int64_t bytes;
} kept_block;

static kept_block kept[KEPT]; /* from the one that was freed first to the last */
static int kept_count;
static int64_t kept_bytes, live_bytes, peak_bytes;

/* Sizes are rounded up by at most an eighth, so that nearly equal blocks replace each other. */
static int64_t rounded(int64_t bytes) {
    int64_t step = 4096;
    while (step * 16 < bytes)
        step *= 2;
    return (bytes + step - 1) / step * step;
}

static void forget(int which) {
    kept_bytes -= kept[which].bytes;
    for (int i = which + 1; i < kept_count; i++)
        kept[i - 1] = kept[i];
    kept_count--;
}

static void *take(int64_t bytes) {
    for (int i = kept_count - 1; i >= 0; i--)
        if (kept[i].bytes == bytes) {
            void *start = kept[i].start;
            forget(i);
            return start;
        }
    return NULL;
}

/* Gives the oldest blocks back until all that is in use or kept fits within `bytes`. */
static void shrink(int64_t bytes) {
    while (kept_count && live_bytes + kept_bytes > bytes) {
        free(kept[0].start);
        forget(0);
    }
}

static void *fresh(int64_t bytes) {
    void *block = bytes >= HUGE_PAGE ? aligned_alloc((size_t)HUGE_PAGE, (size_t)((bytes + HUGE_PAGE - 1) & -HUGE_PAGE))
                                     : aligned_alloc(64, (size_t)bytes);
#if defined(MADV_HUGEPAGE)
    if (block && bytes >= HUGE_PAGE)
        madvise(block, (size_t)bytes, MADV_HUGEPAGE);
#endif
    return block;
}

/* Not inlined: the registers that it saves would be saved for small blocks too. */
static __attribute__((noinline)) void *large_alloc(int64_t asked) {
    if (asked > (int64_t)(SIZE_MAX / 4) || nd_allocation_fails())
        return nd_out_of_memory(asked);
    int64_t bytes = rounded(asked);
    void *block = take(bytes);
    live_bytes += bytes;
    if (live_bytes > peak_bytes)
        peak_bytes = live_bytes;
    if (!block) {
        shrink(peak_bytes);
        block = fresh(bytes);
    }
    if (!block && kept_count) { /* perhaps what is kept is what is missing */
        shrink(0);
        block = fresh(bytes);
    }
    if (block)
        return block;
    live_bytes -= bytes;
    return nd_out_of_memory(asked);
}

static __attribute__((noinline)) void large_free(void *block, int64_t asked) {
    int64_t bytes = rounded(asked);
    if (kept_count == KEPT) {
        free(kept[0].start);
        forget(0);
    }
    live_bytes -= bytes;
    kept[kept_count++] = (kept_block){block, bytes};
    kept_bytes += bytes;
    shrink(peak_bytes < live_bytes + MOST_KEPT ? peak_bytes : live_bytes + MOST_KEPT);
}

/* ------------------------------------------------------------------------------------------------ both */

void nd_pool_use(bool on) {
    nd_release_memory();
    pooling = on;
}

int64_t nd_pool_kept(void) {
    return kept_bytes;
}

void *nd_pool_alloc(int64_t bytes) {
    if ((uint64_t)bytes <= SMALL)
        return small_alloc(list_for((uint64_t)bytes));
    return pooling && bytes >= LARGE ? large_alloc(bytes) : nd_alloc(bytes);
}

void nd_pool_free(void *block, int64_t bytes) {
    if (!block)
        return;
    if (bytes <= SMALL)
        small_free(block, list_for((uint64_t)bytes));
    else if (pooling && bytes >= LARGE)
        large_free(block, bytes);
    else
        nd_free(block);
}

void nd_release_memory(void) {
    for (int i = 0; i < LISTS; i++)
        for (link *block = lists[i].first, *next; block; block = next) {
            next = block->next;
            nd_free(block);
        }
    for (int i = 0; i < LISTS; i++)
        lists[i] = (list){0};
    shrink(0);
    peak_bytes = live_bytes;
    if (ND_WITH_GPU)
        nd_gpu_release_kept();
}
