/* What the module of relaxed kernels fills in, on the core's side. */
#ifndef ND_RELAXED_TABLES_H
#define ND_RELAXED_TABLES_H

#include "kernels.h"

/* Those tables of nd_kernels that get other kernels; copies of the plain ones at first. */
typedef struct nd_relaxed_tables {
    nd_map maps[ND_MAPS];
    nd_gemm_kernel *gemm[2];
    nd_softmax_kernel *softmax[2], *log_softmax[2];
} nd_relaxed_tables;

/* false: not on this engine. */
typedef bool nd_relax_function(nd_relaxed_tables *tables);
nd_relax_function nd_relax;

#endif
