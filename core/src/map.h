/* Elementwise operators: their kernels driven over broadcast operands. */
#ifndef ND_MAP_H
#define ND_MAP_H

#include "op.h"

/* The operands of one kernel call: arrays broadcast to the output, or single numbers of the output's dtype. */
typedef struct nd_operands {
    int count;
    const nd_array *array[ND_MAX_MAP_INPUTS]; /* NULL: the number */
    int64_t number[ND_MAX_MAP_INPUTS];        /* its bytes, of the kernel's dtype */
} nd_operands;

void nd_add_array(nd_operands *operands, const nd_array *array);
void nd_add_number(nd_operands *operands, double value, nd_dtype dtype);

/* Adds the numbers of an operator: the kernels of SCALED rows take two, of which the second may have no parameter. */
void nd_add_parameters(nd_operands *operands, const nd_op *op, const nd_word *words, nd_dtype dtype);

/* to[i] += from[i], by the table's own addition; of a dtype that it has a kernel for. */
void nd_add_into(void *to, const void *from, nd_dtype dtype, int64_t n);

/* Runs a row over all elements of `out`: its value (`which` 0), or its gradient by its first (1) or second (2) input;
 * -1 after nd_fail naming `op`. */
int nd_map_over(const nd_op *op, nd_map_id row, int which, const nd_operands *operands, nd_array *out);

/* Of the array's axis that lines up with axis `axis` of the output: how far one step goes, in elements. */
int64_t nd_step_along(const nd_array *array, const nd_array *out, int axis);
int nd_divided_by_zero(const nd_op *op, const nd_array *out); /* -1 */

/* Sums a row's results over those axes of `like`, the operands' common shape, along which `sums` has extent 1; only a
 * GPU can fail. */
int nd_map_sum(nd_map_id map, const nd_operands *operands, const nd_array *like, nd_array *sums);

/* Adds the numbers of an operator that has some; where a scalar operator is reversed its number comes first. */
void nd_add_inputs(nd_operands *operands, const nd_op *op, nd_array *const *in, int inputs, const nd_word *words,
                   nd_dtype dtype);

#endif
