/* Every allocation of the core goes through here, so that tests can make any one of them fail. */
#ifndef ND_MEMORY_H
#define ND_MEMORY_H

#include <stdint.h>

void *nd_alloc(int64_t bytes); /* NULL and ND_EMEMORY on failure */
void nd_free(void *block);     /* NULL is allowed */

#endif
