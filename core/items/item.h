/* Work that falls into items, each of which is done without the others: a structure says what is to be done, a function
 * does item i of it. The core does one after another (src/each.h), a GPU each in a thread of its own (cuda/items.cu):
 * the files of this folder are C and CUDA at once, so that both come to the same numbers.
 */
#ifndef ND_ITEM_H
#define ND_ITEM_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "ndgrad.h"

#ifdef __device__
#define ND_SHARED static __device__ inline
#elif defined(__OPTIMIZE_SIZE__) /* `inline` asks for more copies than a page should load */
#define ND_SHARED static __attribute__((unused))
#else
#define ND_SHARED static inline
#endif

#endif
