#include "memory.h"

#include <stdlib.h>

#include "ndgrad.h"

static int64_t allocations_until_failure = 0; /* 0: none is made to fail */

void nd_fail_allocation(int64_t n) {
    allocations_until_failure = n;
}

void *nd_alloc(int64_t bytes) {
    void *block = NULL;
    if (allocations_until_failure == 0 || --allocations_until_failure > 0)
        block = bytes >= 0 && (uint64_t)bytes <= SIZE_MAX / 2 ? malloc((size_t)bytes) : NULL;
    if (!block)
        nd_fail(ND_EMEMORY, "cannot allocate %lld bytes", (long long)bytes);
    return block;
}

void nd_free(void *block) {
    free(block);
}
