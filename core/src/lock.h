/* The lock under which programs call the core, and letting go of it while a kernel runs.
 *
 * The core's own state - memory that is kept, the tape, reference counts - belongs to whoever has that lock. A kernel
 * touches none of it.
 */
#ifndef ND_LOCK_H
#define ND_LOCK_H

#include <stdbool.h>

/* Lets others call the core until nd_take_back; false if this thread has let go already, or there is no lock. */
bool nd_let_go(void **held);
void nd_take_back(void *held);

/* For threads that never have it: the workers that share kernels. */
void nd_has_no_lock(void);

/* Around a walk back through the tape: one thread at a time, since a walk leaves marks in the nodes, and the graphs of
 * two threads share their parameters. A walk inside a walk is the same thread's. */
void nd_walk_begin(void);
void nd_walk_end(void);

#endif
