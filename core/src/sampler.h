/* What the operators that draw random numbers share. */
#ifndef ND_SAMPLER_H
#define ND_SAMPLER_H

#include "op.h"

/* One output of the shape and the dtype that the parameters from `first` on say; None means (1,) and `usual`. The
 * dtype must be one of `allowed`, whose names are given for the message. */
int nd_sampler_infer(nd_invocation *call, int first, nd_dtypes allowed, nd_dtype usual, const char *names);

/* Appends the extents of a shape parameter to a spec; -1 after nd_fail if they are too many or too large. */
int nd_append_shape(const nd_invocation *call, int parameter, nd_spec *spec);

#endif
