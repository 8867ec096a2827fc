/* Assignments as operators: a copy of the first array in which a slice, or some elements, are those of another. */
#include <string.h>

#include "array.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "slice.h"
#include "spec.h"

static nd_array *zeros_of(const nd_spec *spec, nd_context context) {
    nd_array *zeros = nd_array_new(spec, context);
    if (zeros && nd_array_fill(zeros, 0) < 0)
        return nd_array_release(zeros), NULL;
    return zeros;
}

/* ------------------------------------------------------------------------------------------------ slices */

int slice_assign_infer(nd_invocation *call) {
    nd_ranges r;
    const nd_array *x = call->in[0], *part = call->in[1];
    nd_like(call, 0);
    if (nd_same_dtype(call, 0, 1) < 0 || nd_read_slice(call->op, call->words, 0, x, &r) < 0)
        return -1;
    if (nd_same_shape(part->ndim, part->shape, x->ndim, r.count))
        return 0;
    return nd_fail(ND_ESHAPE, "%s: rhs of shape %s does not fit the slice of shape %s of lhs", call->op->name,
                   nd_array_text(part).chars, nd_shape_text(x->ndim, r.count).chars);
}

int slice_assign_scalar_infer(nd_invocation *call) {
    nd_ranges r;
    nd_like(call, 0);
    return nd_read_slice(call->op, call->words, 1, call->in[0], &r);
}

static int write_slice(nd_invocation *call, int first, const nd_array *part) {
    nd_ranges r;
    if (copy_run(call) < 0 || nd_read_slice(call->op, call->words, first, call->in[0], &r) < 0)
        return -1;
    return nd_slice_assign(call->out[0], r.start, r.step, r.count, part);
}

int slice_assign_run(nd_invocation *call) {
    return write_slice(call, 0, call->in[1]);
}

int slice_assign_scalar_run(nd_invocation *call) {
    nd_spec single = {.dtype = call->in[0]->dtype};
    nd_array *value = nd_array_new(&single, call->context);
    if (!value)
        return -1;
    int status = nd_array_fill(value, nd_float(call->op, call->words, 0));
    if (status == 0)
        status = write_slice(call, 1, value);
    nd_array_release(value);
    return status;
}

/* g with zeros in the slice, which begin, end and step at `ranges` say. */
static nd_array *without_slice(nd_array *g, const nd_word *ranges) {
    nd_words words = nd_words_new(ND_OP__slice_assign_scalar);
    memcpy(words.at + 1, ranges, 3 * (1 + ND_MAX_DIM) * sizeof *ranges);
    return nd_apply1(ND_OP__slice_assign_scalar, g, &words);
}

int slice_assign_gradient(nd_backprop *b) {
    if (nd_wanted(b, 0) && !(b->into[0] = without_slice(b->g[0], b->words)))
        return -1;
    if (nd_wanted(b, 1) && !(b->into[1] = nd_apply(&nd_ops[ND_OP_slice], b->g, 1, b->words)))
        return -1;
    return 0;
}

int slice_assign_scalar_gradient(nd_backprop *b) {
    b->into[0] = without_slice(b->g[0], b->words + 1);
    return b->into[0] ? 0 : -1;
}

/* ---------------------------------------------------------------------------------------------- elements */

int scatter_set_infer(nd_invocation *call) {
    nd_like(call, 0);
    return nd_same_dtype(call, 0, 1);
}

int scatter_set_run(nd_invocation *call) {
    if (copy_run(call) == 0 && nd_scatter_assign(call->out[0], call->in[2], call->in[1]) == 0)
        return 0;
    nd_error_within(call->op->name);
    return -1;
}

int scatter_set_gradient(nd_backprop *b) {
    nd_spec spec = nd_input_spec(b->node, 1);
    if (nd_wanted(b, 0)) {
        nd_array *zeros = zeros_of(&spec, b->g[0]->context);
        nd_array *in[] = {b->g[0], zeros, b->in[2]};
        b->into[0] = zeros ? nd_apply(b->op, in, 3, b->words) : NULL;
        nd_array_release(zeros);
        if (!b->into[0])
            return -1;
    }
    if (nd_wanted(b, 1)) {
        nd_array *chosen = nd_apply2(ND_OP_gather_nd, b->g[0], b->in[2], NULL);
        b->into[1] = chosen ? nd_sum_to(chosen, &spec) : NULL;
        nd_array_release(chosen);
        if (!b->into[1])
            return -1;
    }
    return 0;
}

/* The array with the values at the index tuples that are the columns of `indices`. */
static nd_array *scatter(nd_scope *s, nd_array *x, nd_array *values, nd_array *indices) {
    nd_array *in[] = {x, values, indices};
    nd_words words = nd_words_new(ND_OP__scatter_set_nd);
    nd_words_list(&words, ND_OP__scatter_set_nd, 0, x->shape, x->ndim);
    return nd_do(s, ND_OP__scatter_set_nd, in, 3, &words);
}

int index_copy_compose(nd_invocation *call) {
    nd_array *x = call->in[0], *index = call->in[1], *rows = call->in[2];
    bool fits = x->ndim > 0 && index->ndim == 1 && rows->ndim == x->ndim && rows->shape[0] == index->shape[0] &&
                nd_same_shape(rows->ndim - 1, rows->shape + 1, x->ndim - 1, x->shape + 1);
    if (!fits)
        return nd_fail(ND_ESHAPE,
                       "%s: old_tensor %s, index_vector %s, new_tensor %s: the index needs one axis, as long as the "
                       "first of new_tensor, whose other axes are those of old_tensor",
                       call->op->name, nd_array_text(x).chars, nd_array_text(index).chars, nd_array_text(rows).chars);
    nd_scope s = {0};
    nd_array *y = scatter(&s, x, rows, nd_do_reshape(&s, index, 2, (int64_t[]){1, index->shape[0]}));
    return nd_scope_results(&s, &y, 1, call->out);
}

/* lhs[i, rhs[i]] = mhs[i] */
int fill_element_compose(nd_invocation *call) {
    nd_array *x = call->in[0], *values = call->in[1], *index = call->in[2];
    int64_t rows = x->ndim == 2 ? x->shape[0] : -1;
    if (values->ndim != 1 || index->ndim != 1 || values->shape[0] != rows || index->shape[0] != rows)
        return nd_fail(ND_ESHAPE, "%s: lhs %s, mhs %s, rhs %s: lhs needs two axes, the others one as long as its first",
                       call->op->name, nd_array_text(x).chars, nd_array_text(values).chars, nd_array_text(index).chars);
    nd_spec spec = {.dtype = ND_INT64, .ndim = 2, .shape = {2, rows}};
    nd_scope s = {0};
    nd_array *pairs = nd_do_table(&s, &spec, x->context), *read = nd_do_read(&s, index);
    for (int64_t i = 0; read && i < rows; i++) {
        nd_array_set_int(pairs, i, i);
        nd_array_set_int(pairs, rows + i, nd_array_get_int(read, i));
    }
    pairs = nd_do_there(&s, pairs, x->context);
    nd_array *y = nd_do_beside(&s, scatter(&s, x, values, pairs), index);
    return nd_scope_results(&s, &y, 1, call->out);
}
