#include "gpu.h"

#if ND_WITH_GPU

#include "memory.h"
#include "pool.h"

/* A block of a device's memory, in an array or kept. */
typedef struct block {
    struct block *next; /* of those kept of its size */
    void *start;
    int64_t bytes;
    int id;
} block;

/* Sizes are rounded up to eight steps between powers of two, so each list holds blocks of one size. */
enum { STEPS = 8, LEAST_BITS = 9, LISTS = (63 - LEAST_BITS) * STEPS, DEVICES = 64 };

static struct {
    block *kept[LISTS];
    int64_t in_use, kept_bytes;
} pools[DEVICES];

/* The list for that many bytes, which become those of its blocks. */
static int list_for(int64_t *bytes) {
    int bits = LEAST_BITS;
    while (bits < 62 && (INT64_C(2) << bits) < *bytes)
        bits++;
    int64_t base = INT64_C(1) << bits, step = base / STEPS,
            above = *bytes > base ? (*bytes - base + step - 1) / step : 0;
    *bytes = base + above * step;
    return (bits - LEAST_BITS) * STEPS + (int)above;
}

static void give_back(int id) {
    for (int i = 0; i < LISTS; i++)
        for (block *b = pools[id].kept[i], *next; b; b = next) {
            next = b->next;
            nd_gpu_give_back(id, b->start);
            nd_pool_free(b, sizeof *b);
        }
    for (int i = 0; i < LISTS; i++)
        pools[id].kept[i] = NULL;
    pools[id].kept_bytes = 0;
}

/* Back among those kept. */
static void release(void *owner) {
    block *b = owner;
    int64_t bytes = b->bytes;
    int list = list_for(&bytes);
    b->next = pools[b->id].kept[list];
    pools[b->id].kept[list] = b;
    pools[b->id].in_use -= bytes;
    pools[b->id].kept_bytes += bytes;
}

/* A new block; if there is no room for it, perhaps what is kept is what is missing. */
static block *fresh(const nd_gpu_driver *driver, int id, int64_t bytes) {
    block *b = nd_pool_alloc(sizeof *b);
    if (!b)
        return NULL;
    *b = (block){.bytes = bytes, .id = id};
    int status = driver->alloc(id, bytes, &b->start);
    if (status == ND_GPU_FULL && pools[id].kept_bytes) {
        give_back(id);
        status = driver->alloc(id, bytes, &b->start);
    }
    if (nd_gpu_check(id, status) == 0)
        return b;
    nd_pool_free(b, sizeof *b);
    return NULL;
}

int nd_gpu_alloc(int id, int64_t bytes, nd_memory *memory) {
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    if (!driver)
        return -1;
    if (bytes > INT64_MAX / 4)
        return nd_out_of_memory(bytes), -1;
    int list = list_for(&bytes);
    block *b = pools[id].kept[list];
    if (b) {
        pools[id].kept[list] = b->next;
        pools[id].kept_bytes -= bytes;
    } else if (!(b = fresh(driver, id, bytes))) {
        return -1;
    }
    pools[id].in_use += bytes;
    *memory = (nd_memory){.data = b->start, .release = release, .owner = b};
    return 0;
}

void nd_gpu_release_kept(void) {
    for (int id = 0; id < DEVICES; id++)
        if (pools[id].kept_bytes)
            give_back(id);
}

int64_t nd_gpu_bytes_in_use(int id) {
    return pools[id].in_use;
}

int64_t nd_gpu_bytes_kept(int id) {
    return pools[id].kept_bytes;
}

#endif
