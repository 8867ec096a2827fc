/* Blocks that are used again: that they are, that nothing is lost or kept for ever, and that failures stay clean. */
#include "pool.h"
#include "support.h"

enum { LARGE = 1 << 20 };

static void test_small_blocks_come_back(void) {
    for (int64_t bytes = 0; bytes <= 512; bytes += 7) {
        void *first = nd_pool_alloc(bytes);
        memset(first, 1, (size_t)bytes);
        nd_pool_free(first, bytes);
        void *second = nd_pool_alloc(bytes);
        CHECK(second == first);
        CHECK((uintptr_t)second % 16 == 0);
        nd_pool_free(second, bytes);
    }
}

/* Blocks that are out at the same time are different, and hold what was put in them. */
static void test_blocks_do_not_overlap(void) {
    enum { COUNT_OF = 300 };
    unsigned char *blocks[COUNT_OF];
    int64_t bytes[COUNT_OF];
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < COUNT_OF; i++) {
            bytes[i] = one_in(10) ? 100000 + random_below(100000) : random_below(700);
            blocks[i] = nd_pool_alloc(bytes[i]);
            memset(blocks[i], i & 255, (size_t)bytes[i]);
        }
        for (int i = COUNT_OF - 1; i >= 0; i--) {
            bool whole = true;
            for (int64_t k = 0; k < bytes[i]; k++)
                whole = whole && blocks[i][k] == (i & 255);
            CHECK(whole);
            nd_pool_free(blocks[i], bytes[i]);
        }
    }
}

static void test_large_blocks_come_back(void) {
    nd_release_memory();
    char *first = nd_pool_alloc(LARGE);
    CHECK((uintptr_t)first % 64 == 0);
    nd_pool_free(first, LARGE);
    CHECK(nd_pool_kept() >= LARGE);
    char *nearly = nd_pool_alloc(LARGE - 100);
    CHECK(nearly == first);
    CHECK_EQ_I64(nd_pool_kept(), 0);
    nd_pool_free(nearly, LARGE - 100);
    nd_release_memory();
    CHECK_EQ_I64(nd_pool_kept(), 0);
}

/* What is kept and what is in use together never exceed what was once in use. */
static void test_the_peak_does_not_grow(void) {
    nd_release_memory();
    void *small = nd_pool_alloc(LARGE), *big;
    nd_pool_free(small, LARGE);
    big = nd_pool_alloc(3 * LARGE);
    CHECK_EQ_I64(nd_pool_kept() > 0, 0);
    nd_pool_free(big, 3 * LARGE);
    void *blocks[8];
    for (int size = 1; size <= 8; size++) {
        for (int i = 0; i < 8; i++)
            blocks[i] = nd_pool_alloc(size * LARGE / 4);
        for (int i = 0; i < 8; i++)
            nd_pool_free(blocks[i], size * LARGE / 4);
        CHECK(nd_pool_kept() <= (size < 2 ? 4 : 2 * size + 4) * (int64_t)LARGE);
    }
    nd_release_memory();
}

static void test_more_blocks_than_places(void) {
    enum { MANY = 200 };
    void *blocks[MANY];
    for (int i = 0; i < MANY; i++)
        blocks[i] = nd_pool_alloc(200000);
    for (int i = 0; i < MANY; i++)
        nd_pool_free(blocks[i], 200000);
    CHECK(nd_pool_kept() <= 64 * 220000);
    nd_release_memory();
}

static void test_failures(void) {
    int64_t sizes[] = {40, 5000, LARGE};
    for (int i = 0; i < COUNT(sizes); i++) {
        void *kept = nd_pool_alloc(sizes[i]);
        nd_pool_free(kept, sizes[i]);
        nd_fail_allocation(1);
        CHECK(nd_pool_alloc(sizes[i]) == NULL);
        CHECK_EQ_I64(nd_error_kind(), ND_EMEMORY);
        nd_fail_allocation(0);
    }
    CHECK(nd_pool_alloc(-1) == NULL);
    CHECK(nd_pool_alloc(INT64_MAX) == NULL);
    CHECK(nd_pool_alloc(INT64_MAX / 2) == NULL);
    nd_release_memory();
}

int main(void) {
    nd_pool_use(true);
    test_small_blocks_come_back();
    test_blocks_do_not_overlap();
    test_large_blocks_come_back();
    test_the_peak_does_not_grow();
    test_more_blocks_than_places();
    test_failures();
    nd_release_memory();
    return check_report("pool");
}
