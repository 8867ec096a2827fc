/* Which operands the gradients of elementwise rows use, read off the table's own expressions. */
#ifndef ND_USES_H
#define ND_USES_H

#include "op.h"

/* Beside KEEP_INPUT and KEEP_OUTPUT: the incoming gradient, and any arithmetic at all. USES_G alone means that the
 * gradient passes through unchanged; nothing at all means that it is zero. */
#define USES_G (1u << 30)
#define COMPUTES (1u << 31)

/* Of the gradient that goes to that input. A scalar operator's array counts as input 0. */
nd_keeps nd_uses(const nd_op *op, int input);

/* What has to be kept for the gradients of the inputs whose bits are set in `traced`. */
nd_keeps nd_keeps_of(const nd_op *op, uint32_t traced);

#endif
