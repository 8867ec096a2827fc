/* Declares the functions that rows name. A name used by several rows is declared several times, which C allows. */
#ifndef ND_OPERATORS_H
#define ND_OPERATORS_H

#include "op.h"

#define OP(name, aliases, inputs, count, outputs, parameters, infer, run, gradient, keeps, dtypes, doc) \
    nd_infer_function infer;                                                                            \
    nd_run_function run;                                                                                \
    nd_gradient_function gradient;
#define COMPOSED(name, aliases, inputs, count, outputs, parameters, compose, doc) nd_compose_function compose;
#include "ops.inl"

/* Those of the elementwise and reduction rows, and of optimizer updates. */
nd_infer_function binary_infer, elemwise_infer, where_infer, reduce_infer, update_infer;
nd_run_function map_run, where_run, update_run;
nd_gradient_function map_gradient, where_gradient, reduce_gradient;

#endif
