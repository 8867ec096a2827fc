/* The kernels of kernels/relaxed/, where the engine of WebAssembly can run them. */
#ifndef ND_RELAXED_H
#define ND_RELAXED_H

#include "kernels.h"

extern nd_kernels nd_kernels_relaxed;

/* Opens their module, once; false if there is none or the engine refuses it. */
bool nd_has_relaxed(void);

#endif
