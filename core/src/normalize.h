/* What normalizing layers share: data seen as (outer, middle, inner), scales along the middle axis. */
#ifndef ND_NORMALIZE_H
#define ND_NORMALIZE_H

#include "compose.h"

typedef struct nd_layer {
    int64_t view[3];
    int axes;        /* how many the statistics are taken along */
    int64_t axis[2]; /* which */
    double eps;
} nd_layer;

/* Along the axis named; the other axes before and after it become one each. */
nd_layer nd_layer_at(const nd_array *data, int axis, double eps);

/* Fails unless gamma and beta, and what inputs follow them, have one element for each of `count`. */
int nd_check_scales(const nd_invocation *call, int64_t count);

/* The result in the data's shape and dtype; mean and variance (view's shape with the axes of extent 1) in at least
 * float32. */
typedef struct nd_normalized {
    nd_array *out, *mean, *variance;
} nd_normalized;
nd_normalized nd_do_normalize(nd_scope *scope, nd_array *data, nd_array *gamma, nd_array *beta, const nd_layer *layer);

/* gamma, say, in the dtype that data is computed in, broadcastable to the view. */
nd_array *nd_do_scale(nd_scope *scope, nd_array *scale, const nd_array *data);

/* At least float32: the sums of float16 would not reach far. */
nd_dtype nd_wide(const nd_array *data);

/* A moving average after a batch: momentum*average + (1 - momentum)*batch. */
nd_array *nd_do_moved(nd_scope *scope, nd_array *average, nd_array *batch, double momentum);

/* sqrt(variance + eps), or its inverse. */
nd_array *nd_do_deviation(nd_scope *scope, nd_op_id root, nd_array *variance, double eps);

#endif
