/* Blocks that are used again: what arrays and the tape are made of.
 *
 * Small blocks go back to a list for their size, so that the next operator's header, elements or node costs a few
 * instructions. Large ones are kept with their pages, up to the most memory that was ever in use at once: a program
 * that computes the same step again touches no new page, and its peak does not grow.
 */
#ifndef ND_POOL_H
#define ND_POOL_H

#include <stdbool.h>
#include <stdint.h>

void *nd_pool_alloc(int64_t bytes);            /* NULL and ND_EMEMORY on failure */
void nd_pool_free(void *block, int64_t bytes); /* the size that it was asked for with; NULL is allowed */

/* Whether blocks are kept at all: not under a sanitizer, which could not see their misuse. To be changed only while no
 * block is out. */
void nd_pool_use(bool on);
int64_t nd_pool_kept(void); /* bytes of large blocks that are kept */

#endif
