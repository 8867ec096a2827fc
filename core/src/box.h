/* What operators on boxes (items/boxes.h) have in common. */
#ifndef ND_BOX_H
#define ND_BOX_H

#include "items/rivals.h"
#include "op.h"

/* A threshold as MXNet reads it, in float32: a float32 score that was written alike is equal to it. */
static inline double nd_threshold(const nd_op *op, const nd_word *words, int parameter) {
    return (double)(float)nd_float(op, words, parameter);
}

/* For infer: input i is of floats, of the first input's dtype, and has the axes that `needed` shows, such as
 * "(batch, anchors, 4)": `ndim` of them, or with `more` at least so many, the last of extent `width` if that is not 0.
 */
int nd_check_axes(const nd_invocation *call, int i, int ndim, bool more, int64_t width, const char *needed);

/* Leaves those of the chosen that no better one suppresses. */
int nd_settle_rivals(nd_context where, const nd_rivals *rivals, int64_t batches);

#endif
