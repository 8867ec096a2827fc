/* Calls of operators one after another, as composed operators and gradients make them.
 *
 *     nd_scope s = {0};
 *     nd_array *centred = nd_do2(&s, ND_OP_sub, x, nd_do1(&s, ND_OP_mean, x));
 *     return nd_scope_result(&s, nd_do1(&s, ND_OP_square, centred));
 *
 * What a call makes belongs to the scope, which lets go of it at the end. After a call failed the following ones do
 * nothing and give NULL, so that only the end has to be looked at.
 */
#ifndef ND_COMPOSE_H
#define ND_COMPOSE_H

#include "op.h"

typedef struct nd_scope {
    nd_array *few[24];
    nd_array **more; /* NULL while `few` are enough */
    int count, room;
    bool failed;
} nd_scope;

/* Takes a new reference over and gives it back; NULL says that its making failed. */
nd_array *nd_scope_own(nd_scope *scope, nd_array *made);

nd_array *nd_do(nd_scope *scope, nd_op_id op, nd_array *const *inputs, int count, const nd_words *words);
nd_array *nd_do1(nd_scope *scope, nd_op_id op, nd_array *x);
nd_array *nd_do2(nd_scope *scope, nd_op_id op, nd_array *a, nd_array *b);
nd_array *nd_do_scalar(nd_scope *scope, nd_op_id op, nd_array *x, double scalar);
/* One input and parameters that were set in `words`. */
nd_array *nd_do_with(nd_scope *scope, nd_op_id op, nd_array *x, const nd_words *words);

/* The operators that compositions need most, by what they need of them. */
nd_array *nd_do_reshape(nd_scope *scope, nd_array *x, int ndim, const int64_t *shape); /* exact extents; a view */
nd_array *nd_do_like(nd_scope *scope, nd_array *x, const nd_spec *spec);               /* likewise */
nd_array *nd_do_transpose(nd_scope *scope, nd_array *x, int count, const int64_t *axes);
nd_array *nd_do_broadcast(nd_scope *scope, nd_array *x, int ndim, const int64_t *shape);
nd_array *nd_do_cast(nd_scope *scope, nd_array *x, nd_dtype dtype); /* a copy */
nd_array *nd_do_as(nd_scope *scope, nd_array *x, nd_dtype dtype);   /* x itself if it has the dtype */
/* A reduction (ND_OP_sum, ND_OP_mean, ND_OP_max ...) over `count` axes. */
nd_array *nd_do_reduce(nd_scope *scope, nd_op_id op, nd_array *x, int count, const int64_t *axes, bool keepdims);
nd_array *nd_do_slice_axis(nd_scope *scope, nd_array *x, int64_t axis, int64_t begin, int64_t end);

/* An array of one value, without a place on the tape. */
nd_array *nd_do_full(nd_scope *scope, const nd_spec *spec, nd_context context, double value);
/* An array that the caller fills. */
nd_array *nd_do_new(nd_scope *scope, const nd_spec *spec, nd_context context);

/* A table that the caller fills in host memory, and then, when it is full, where the arrays of that context are: the
 * same array unless that is a GPU. And the other way, an array whose elements the caller looks at. */
nd_array *nd_do_table(nd_scope *scope, const nd_spec *spec, nd_context context);
nd_array *nd_do_there(nd_scope *scope, nd_array *table, nd_context context);
nd_array *nd_do_read(nd_scope *scope, nd_array *x);

/* x, for whose making `other` counted without its elements being operands: other's gradient is zero instead of unknown.
 */
nd_array *nd_do_beside(nd_scope *scope, nd_array *x, nd_array *other);

/* Ends the scope: a new reference to `result`, or NULL if anything failed. */
nd_array *nd_scope_result(nd_scope *scope, nd_array *result);
/* The same for several, into `results`, which are untouched on failure: 0 or -1. A NULL among them was not to be made.
 */
int nd_scope_results(nd_scope *scope, nd_array *const *made, int count, nd_array **results);

#endif
