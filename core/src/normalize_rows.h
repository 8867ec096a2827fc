/* _normalize in one pass over each row, where the rows lie in order. */
#ifndef ND_NORMALIZE_ROWS_H
#define ND_NORMALIZE_ROWS_H

#include "op.h"
#include "spec.h"

/* True if that is what the arrays are: x as (rows, n, 1), gamma and beta as (1, n, 1). */
bool nd_normalizes_rows(const nd_array *x, const nd_array *mean, const nd_spec *gamma, const nd_spec *beta);

void nd_normalize_rows(const nd_invocation *call);
int nd_normalize_rows_gradient(nd_backprop *b); /* the first derivative */

#endif
