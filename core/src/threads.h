/* A few threads that share the work of one large kernel; none in WebAssembly. */
#ifndef ND_THREADS_H
#define ND_THREADS_H

#include <stdint.h>

/* Does begin ... end - 1. `thread` tells those apart that run at the same time: it is below nd_threads(). */
typedef void nd_task(void *shared, int thread, int64_t begin, int64_t end);

/* How many may run at once: NDGRAD_THREADS, or as many as there are processors. */
int nd_threads(void);
void nd_use_threads(int count); /* for tests and benchmarks; 0: what nd_threads says of itself */

/* Does 0 ... n - 1 in pieces of whole multiples of `least`, the last one with what is left over. Which thread does
 * which is left to chance, so results must not depend on how the pieces are cut. Tasks allocate nothing and do not
 * fail; while they run, the lock under which the core was called is let go (lock.h). */
void nd_share(int64_t n, int64_t least, nd_task *task, void *shared);

/* Of operations on each element: fewer than so many are not worth a second thread, nor fewer than so many a piece. */
enum { ND_WORTH_SHARING = 1 << 18, ND_LEAST_PIECE = 1 << 14 };

#endif
