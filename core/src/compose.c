#include "compose.h"

#include <string.h>

#include "array.h"
#include "cast.h"
#include "gpu.h"
#include "memory.h"

/* ------------------------------------------------------------------------------------------ the scope */

static nd_array **slots(nd_scope *scope) {
    return scope->more ? scope->more : scope->few;
}

static bool make_room(nd_scope *scope) {
    int room = scope->more ? scope->room : (int)(sizeof scope->few / sizeof scope->few[0]);
    if (scope->count < room)
        return true;
    nd_array **more = nd_alloc(2 * room * (int64_t)sizeof *more);
    if (!more)
        return false;
    memcpy(more, slots(scope), (size_t)scope->count * sizeof *more);
    nd_free(scope->more);
    scope->more = more;
    scope->room = 2 * room;
    return true;
}

nd_array *nd_scope_own(nd_scope *scope, nd_array *made) {
    if (made && make_room(scope))
        return slots(scope)[scope->count++] = made;
    nd_array_release(made);
    scope->failed = true;
    return NULL;
}

static void end(nd_scope *scope) {
    for (int i = 0; i < scope->count; i++)
        nd_array_release(slots(scope)[i]);
    nd_free(scope->more);
}

nd_array *nd_scope_result(nd_scope *scope, nd_array *result) {
    nd_array *kept = NULL;
    return nd_scope_results(scope, &result, 1, &kept) < 0 ? NULL : kept;
}

int nd_scope_results(nd_scope *scope, nd_array *const *made, int count, nd_array **results) {
    for (int i = 0; i < count && !scope->failed; i++)
        if (made[i])
            results[i] = nd_array_retain(made[i]);
    end(scope);
    return scope->failed ? -1 : 0;
}

/* ------------------------------------------------------------------------------------------------ calls */

nd_array *nd_do(nd_scope *scope, nd_op_id op, nd_array *const *inputs, int count, const nd_words *words) {
    nd_words defaults;
    if (scope->failed)
        return NULL;
    if (!words)
        nd_op_defaults(&nd_ops[op], defaults.at);
    return nd_scope_own(scope, nd_apply(&nd_ops[op], inputs, count, words ? words->at : defaults.at));
}

nd_array *nd_do1(nd_scope *scope, nd_op_id op, nd_array *x) {
    return nd_do(scope, op, &x, 1, NULL);
}

nd_array *nd_do2(nd_scope *scope, nd_op_id op, nd_array *a, nd_array *b) {
    nd_array *in[] = {a, b};
    return nd_do(scope, op, in, 2, NULL);
}

nd_array *nd_do_scalar(nd_scope *scope, nd_op_id op, nd_array *x, double scalar) {
    return scope->failed ? NULL : nd_scope_own(scope, nd_apply_scalar(op, x, scalar));
}

nd_array *nd_do_with(nd_scope *scope, nd_op_id op, nd_array *x, const nd_words *words) {
    return nd_do(scope, op, &x, 1, words);
}

nd_array *nd_do_reshape(nd_scope *scope, nd_array *x, int ndim, const int64_t *shape) {
    return scope->failed ? NULL : nd_scope_own(scope, nd_reshape_view(x, shape, ndim));
}

nd_array *nd_do_like(nd_scope *scope, nd_array *x, const nd_spec *spec) {
    return nd_do_reshape(scope, x, spec->ndim, spec->shape);
}

static nd_array *with_list(nd_scope *scope, nd_op_id op, nd_array *x, int count, const int64_t *values) {
    nd_words words = nd_words_new(op);
    nd_words_list(&words, op, 0, values, count);
    return nd_do_with(scope, op, x, &words);
}

nd_array *nd_do_transpose(nd_scope *scope, nd_array *x, int count, const int64_t *axes) {
    return with_list(scope, ND_OP_transpose, x, count, axes);
}

nd_array *nd_do_broadcast(nd_scope *scope, nd_array *x, int ndim, const int64_t *shape) {
    return with_list(scope, ND_OP__broadcast_exactly, x, ndim, shape);
}

nd_array *nd_do_cast(nd_scope *scope, nd_array *x, nd_dtype dtype) {
    nd_words words = nd_words_new(ND_OP_Cast);
    nd_words_int(&words, ND_OP_Cast, 0, dtype);
    return nd_do_with(scope, ND_OP_Cast, x, &words);
}

nd_array *nd_do_as(nd_scope *scope, nd_array *x, nd_dtype dtype) {
    return scope->failed || x->dtype == dtype ? x : nd_do_cast(scope, x, dtype);
}

nd_array *nd_do_reduce(nd_scope *scope, nd_op_id op, nd_array *x, int count, const int64_t *axes, bool keepdims) {
    nd_words words = nd_words_new(op);
    nd_words_list(&words, op, 0, axes, count);
    nd_words_int(&words, op, 1, keepdims);
    return nd_do_with(scope, op, x, &words);
}

nd_array *nd_do_new(nd_scope *scope, const nd_spec *spec, nd_context context) {
    return scope->failed ? NULL : nd_scope_own(scope, nd_array_new(spec, context));
}

nd_array *nd_do_table(nd_scope *scope, const nd_spec *spec, nd_context context) {
    return nd_do_new(scope, spec, nd_on_gpu(context) ? (nd_context){ND_CPU, 0} : context);
}

nd_array *nd_do_there(nd_scope *scope, nd_array *table, nd_context context) {
    if (scope->failed || !nd_on_gpu(context))
        return table;
    nd_spec spec = nd_array_spec(table);
    nd_array *there = nd_do_new(scope, &spec, context);
    if (there && nd_convert(there, table) < 0)
        scope->failed = true;
    return there;
}

nd_array *nd_do_read(nd_scope *scope, nd_array *x) {
    return scope->failed ? NULL : nd_scope_own(scope, nd_on_host(x));
}

nd_array *nd_do_full(nd_scope *scope, const nd_spec *spec, nd_context context, double value) {
    nd_array *array = nd_do_new(scope, spec, context);
    if (array && nd_array_fill(array, value) < 0)
        scope->failed = true;
    return array;
}

nd_array *nd_do_beside(nd_scope *scope, nd_array *x, nd_array *other) {
    if (scope->failed || !nd_is_recording() || !nd_in_graph(other))
        return x;
    nd_array *in[] = {x, other}, *out = nd_scope_own(scope, nd_array_detach(x));
    if (out && nd_record(&nd_ops[ND_OP__identity_with_attr_like_rhs], in, 2, NULL, &out, 1) < 0)
        scope->failed = true;
    return out;
}

nd_array *nd_do_slice_axis(nd_scope *scope, nd_array *x, int64_t axis, int64_t begin, int64_t end) {
    nd_words words = nd_words_new(ND_OP_slice_axis);
    nd_words_int(&words, ND_OP_slice_axis, 0, axis);
    nd_words_int(&words, ND_OP_slice_axis, 1, begin);
    nd_words_int(&words, ND_OP_slice_axis, 2, end);
    return nd_do_with(scope, ND_OP_slice_axis, x, &words);
}
