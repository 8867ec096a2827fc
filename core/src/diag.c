/* diag: the diagonals of matrices, or a matrix with a given diagonal. */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* A square matrix of zeros with x on its k-th diagonal: written as a slice of the rows laid end to end. */
static int make_matrix(nd_invocation *call, int64_t k) {
    nd_array *x = call->in[0];
    int64_t side = x->shape[0] + (k < 0 ? -k : k), first = k < 0 ? -k * side : k, step = side + 1;
    nd_spec square = {.dtype = x->dtype, .ndim = 2, .shape = {side, side}};
    int64_t size = nd_checked_size(call->op->name, &square);
    if (size < 0)
        return -1;
    nd_scope s = {0};
    nd_words words = nd_words_new(ND_OP__slice_scatter);
    nd_words_list(&words, ND_OP__slice_scatter, 0, &first, 1);
    nd_words_list(&words, ND_OP__slice_scatter, 1, &step, 1);
    nd_words_list(&words, ND_OP__slice_scatter, 2, &size, 1);
    nd_array *y = nd_do_like(&s, nd_do_with(&s, ND_OP__slice_scatter, x, &words), &square);
    return nd_scope_results(&s, &y, 1, call->out);
}

/* x with two axes moved behind all others. */
static nd_array *with_last(nd_scope *s, nd_array *x, int rows, int columns) {
    int64_t order[ND_MAX_DIM];
    int count = 0;
    for (int i = 0; i < x->ndim; i++)
        if (i != rows && i != columns)
            order[count++] = i;
    order[count] = rows;
    order[count + 1] = columns;
    return x->ndim == 2 && rows == 0 ? x : nd_do_transpose(s, x, x->ndim, order);
}

/* Of matrices laid end to end in each row of x, every (columns + 1)-th element from the first of the diagonal on. */
static nd_array *take_diagonals(nd_scope *s, nd_array *x, int64_t first, int64_t columns, int64_t count) {
    int64_t begin[] = {0, first}, step[] = {1, columns + 1};
    int64_t end[] = {ND_NONE, count > 0 ? first + (count - 1) * (columns + 1) + 1 : 0};
    nd_words words = nd_words_new(ND_OP_slice);
    nd_words_list(&words, ND_OP_slice, 0, begin, 2);
    nd_words_list(&words, ND_OP_slice, 1, end, 2);
    nd_words_list(&words, ND_OP_slice, 2, step, 2);
    return nd_do_with(s, ND_OP_slice, x, &words);
}

static int take_matrix(nd_invocation *call, int64_t k, int rows_axis, int columns_axis) {
    nd_array *x = call->in[0];
    int64_t rows = x->shape[rows_axis], columns = x->shape[columns_axis];
    int64_t down = k < 0 ? rows + k : rows, across = k < 0 ? columns : columns - k;
    int64_t count = down < across ? down : across;
    nd_scope s = {0};
    nd_array *moved = with_last(&s, x, rows_axis, columns_axis);
    nd_spec spec = s.failed ? (nd_spec){.ndim = 2} : nd_array_spec(moved);
    int64_t others = nd_count(spec.ndim - 2, spec.shape);
    spec.ndim--;
    spec.shape[spec.ndim - 1] = count < 0 ? 0 : count;
    nd_array *flat = nd_do_reshape(&s, moved, 2, (int64_t[]){others, rows * columns});
    nd_array *y = take_diagonals(&s, flat, count <= 0 ? 0 : k < 0 ? -k * columns : k, columns, count);
    y = nd_do_like(&s, y, &spec);
    return nd_scope_results(&s, &y, 1, call->out);
}

int diag_compose(nd_invocation *call) {
    const nd_op *op = call->op;
    const nd_array *x = call->in[0];
    int64_t k = nd_int(op, call->words, 0);
    if (x->ndim == 0 || k < -INT32_MAX || k > INT32_MAX)
        return nd_fail(ND_ESHAPE, "%s: no diagonal number %lld for an array of shape %s", op->name, (long long)k,
                       nd_array_text(x).chars);
    if (x->ndim == 1)
        return make_matrix(call, k);
    int rows = nd_axis(op, nd_int(op, call->words, 1), x->ndim, x);
    int columns = rows < 0 ? -1 : nd_axis(op, nd_int(op, call->words, 2), x->ndim, x);
    if (columns < 0)
        return -1;
    if (rows == columns)
        return nd_fail(ND_EAXIS, "%s: axis1 and axis2 are both axis %d of shape %s", op->name, rows,
                       nd_array_text(x).chars);
    return take_matrix(call, k, rows, columns);
}
