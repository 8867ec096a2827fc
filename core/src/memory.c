#include "memory.h"

#include <stdlib.h>

#include "ndgrad.h"

int64_t nd_allocations_until_failure = 0;

void nd_fail_allocation(int64_t n) {
    nd_allocations_until_failure = n;
}

void *nd_out_of_memory(int64_t bytes) {
    nd_fail(ND_EMEMORY, "cannot allocate %lld bytes", (long long)bytes);
    return NULL;
}

void *nd_alloc(int64_t bytes) {
    bool possible = bytes >= 0 && (uint64_t)bytes <= SIZE_MAX / 2;
    void *block = nd_allocation_fails() || !possible ? NULL : malloc((size_t)bytes);
    return block ? block : nd_out_of_memory(bytes);
}

void nd_free(void *block) {
    free(block);
}
