/* Every allocation of the core goes through here, so that tests can make any one of them fail. */
#ifndef ND_MEMORY_H
#define ND_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

void *nd_alloc(int64_t bytes); /* NULL and ND_EMEMORY on failure */
void nd_free(void *block);     /* NULL is allowed */

/* For whoever allocates by other means: is this the allocation that a test made fail? And the error for one that did;
 * it is NULL. */
extern int64_t nd_allocations_until_failure; /* 0: none is to fail */
static inline bool nd_allocation_fails(void) {
    return nd_allocations_until_failure != 0 && --nd_allocations_until_failure == 0;
}
void *nd_out_of_memory(int64_t bytes);

#endif
