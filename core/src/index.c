/* Operators that choose elements by arrays of indices, and their scattering gradients. */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "copy.h"
#include "each.h"
#include "items/picking.h"
#include "map.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

enum { CLIP, RAISE, WRAP }; /* the choices of take's mode, in the table's order */

/* Indices of any dtype as int64, in host memory wherever they are: they are looked at before elements are moved. */
static int64_t *read_indices(const nd_array *indices) {
    nd_array *copy = nd_on_host((nd_array *)indices);
    int64_t *values = copy ? nd_alloc(indices->size * (int64_t)sizeof *values + 1) : NULL;
    if (values)
        nd_cast(values, ND_INT64, nd_data(copy), copy->dtype, copy->size);
    nd_array_release(copy);
    return values;
}

static int out_of_bounds(const nd_op *op, int64_t index, int axis, const nd_array *x) {
    return nd_fail(ND_EINDEX, "%s: index %lld is out of bounds for axis %d of shape %s", op->name, (long long)index,
                   axis, nd_array_text(x).chars);
}

/* Brings every index inside 0 ... extent - 1 by the mode, or fails. */
static int tame(const nd_op *op, int64_t *values, int64_t n, int axis, const nd_array *x, int64_t mode) {
    int64_t extent = x->shape[axis];
    if (n && extent == 0)
        return nd_fail(ND_EINDEX, "%s: axis %d of shape %s has nothing to choose from", op->name, axis,
                       nd_array_text(x).chars);
    for (int64_t i = 0; i < n; i++) {
        int64_t v = values[i];
        if (mode == RAISE && (v < -extent || v >= extent))
            return out_of_bounds(op, v, axis, x);
        if (mode == CLIP)
            v = v < 0 ? 0 : v >= extent ? extent - 1 : v;
        else
            v = v % extent + (v % extent < 0 ? extent : 0);
        values[i] = v;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------- rows */

/* Moves rows of `row` elements between an array of all and one of those at places[0], places[1] ...: out of it, or into
 * it, where the last of several stays or they are added up. */
static int move_rows(nd_gpu_choice choice, const nd_array *to, const nd_array *from, const int64_t *places,
                     int64_t count, int64_t row) {
    int64_t bytes = row * nd_dtype_size(to->dtype);
    char *out = nd_data(to);
    const char *in = nd_data(from);
    if (nd_on_gpu(to->context))
        return nd_gpu_choose(choice, to, from, places, count, row);
    for (int64_t i = 0; i < count && choice == ND_GPU_GATHER; i++)
        memcpy(out + i * bytes, in + places[i] * bytes, (size_t)bytes);
    for (int64_t i = 0; i < count && choice == ND_GPU_SCATTER; i++)
        memcpy(out + places[i] * bytes, in + i * bytes, (size_t)bytes);
    for (int64_t i = 0; i < count && choice == ND_GPU_ADD; i++)
        nd_add_into(out + places[i] * bytes, in + i * bytes, to->dtype, row);
    return 0;
}

/* ------------------------------------------------------------------------------------------------- take */

/* A whole cut at an axis into outer blocks of `extent` rows of `row` elements; n rows chosen from each block. */
typedef struct rows {
    int64_t outer, extent, row, n;
    int64_t *chosen;
} rows;

static int read_rows(const nd_op *op, const nd_word *words, const nd_array *whole, const nd_array *indices, rows *r) {
    int axis = nd_axis(op, nd_int(op, words, 0), whole->ndim, whole);
    if (axis < 0)
        return -1;
    *r = (rows){nd_count(axis, whole->shape), whole->shape[axis],
                nd_count(whole->ndim - axis - 1, whole->shape + axis + 1), indices->size, read_indices(indices)};
    if (r->chosen && tame(op, r->chosen, r->n, axis, whole, nd_int(op, words, 1)) == 0)
        return 0;
    nd_free(r->chosen);
    return -1;
}

/* The whole's shape with the axis replaced by all axes of the indices. */
static int take_spec(const nd_op *op, const nd_spec *whole, int axis, const nd_array *indices, nd_spec *out) {
    *out = *whole;
    if (whole->ndim - 1 + indices->ndim > ND_MAX_DIM)
        return nd_fail(ND_ESHAPE, "%s: indices of shape %s would give more than %d axes", op->name,
                       nd_array_text(indices).chars, ND_MAX_DIM);
    memcpy(out->shape + axis, indices->shape, indices->ndim * sizeof out->shape[0]);
    memcpy(out->shape + axis + indices->ndim, whole->shape + axis + 1,
           (size_t)(whole->ndim - axis - 1) * sizeof out->shape[0]);
    out->ndim = (uint8_t)(whole->ndim - 1 + indices->ndim);
    return nd_checked_size(op->name, out) < 0 ? -1 : 0;
}

int take_infer(nd_invocation *call) {
    const nd_array *whole = call->in[0];
    int axis = nd_axis(call->op, nd_int(call->op, call->words, 0), whole->ndim, whole);
    nd_like(call, 0);
    nd_spec own = call->spec[0];
    return axis < 0 ? -1 : take_spec(call->op, &own, axis, call->in[1], &call->spec[0]);
}

/* The numbers of the rows chosen from all blocks: a list that host memory does without. */
static int move_on_gpu(nd_gpu_choice choice, const nd_array *to, const nd_array *from, const rows *r) {
    int64_t *places = nd_alloc(r->outer * r->n * (int64_t)sizeof *places + 1);
    for (int64_t i = 0; places && i < r->outer * r->n; i++)
        places[i] = i / r->n * r->extent + r->chosen[i % r->n];
    int status = places ? nd_gpu_choose(choice, to, from, places, r->outer * r->n, r->row) : -1;
    nd_free(places);
    return status;
}

int take_run(nd_invocation *call) {
    const nd_array *whole = call->in[0];
    rows r;
    if (read_rows(call->op, call->words, whole, call->in[1], &r) < 0)
        return -1;
    if (nd_on_gpu(call->context)) {
        int status = move_on_gpu(ND_GPU_GATHER, call->out[0], whole, &r);
        nd_free(r.chosen);
        return status;
    }
    int64_t bytes = r.row * nd_dtype_size(whole->dtype);
    const char *from = nd_data(whole);
    char *to = nd_data(call->out[0]);
    for (int64_t o = 0; o < r.outer && call->out[0]->size; o++) /* nothing can be a lot of rows of nothing */
        for (int64_t i = 0; i < r.n; i++, to += bytes)
            memcpy(to, from + (o * r.extent + r.chosen[i]) * bytes, (size_t)bytes);
    nd_free(r.chosen);
    return 0;
}

int take_gradient(nd_backprop *b) {
    if (!nd_wanted(b, 0))
        return 0;
    nd_spec spec = nd_input_spec(b->node, 0);
    nd_words words = nd_words_new(ND_OP__take_scatter);
    nd_words_int(&words, ND_OP__take_scatter, 0, nd_int(b->op, b->words, 0));
    nd_words_int(&words, ND_OP__take_scatter, 1, nd_int(b->op, b->words, 1));
    nd_words_list(&words, ND_OP__take_scatter, 2, spec.shape, spec.ndim);
    b->into[0] = nd_apply2(ND_OP__take_scatter, b->g[0], b->in[1], &words);
    return b->into[0] ? 0 : -1;
}

/* The shape parameter of a scatter as a spec of the data's dtype. */
static nd_spec scatter_shape(const nd_invocation *call, int parameter) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, parameter, &values);
    return nd_listed_spec(call->in[0]->dtype, count, values);
}

static int fits_scatter(nd_invocation *call, const nd_spec *taken, nd_spec whole) {
    const nd_array *data = call->in[0];
    call->outputs = 1;
    call->spec[0] = whole;
    if (nd_checked_size(call->op->name, &whole) < 0)
        return -1;
    if (nd_same_shape(taken->ndim, taken->shape, data->ndim, data->shape))
        return 0;
    return nd_fail(ND_ESHAPE, "%s: data has shape %s where indices of shape %s into shape %s need %s", call->op->name,
                   nd_array_text(data).chars, nd_array_text(call->in[1]).chars, nd_spec_text(&whole).chars,
                   nd_spec_text(taken).chars);
}

int take_scatter_infer(nd_invocation *call) {
    nd_spec whole = scatter_shape(call, 2), taken;
    int64_t axis = nd_int(call->op, call->words, 0);
    axis += axis < 0 ? whole.ndim : 0;
    if (axis < 0 || axis >= whole.ndim)
        return nd_fail(ND_EAXIS, "_take_scatter: axis %lld is out of bounds for shape %s", (long long)axis,
                       nd_spec_text(&whole).chars);
    return take_spec(call->op, &whole, (int)axis, call->in[1], &taken) < 0 ? -1 : fits_scatter(call, &taken, whole);
}

int take_scatter_run(nd_invocation *call) {
    nd_array *whole = call->out[0];
    rows r;
    if (read_rows(call->op, call->words, whole, call->in[1], &r) < 0)
        return -1;
    if (nd_on_gpu(call->context)) {
        int status = nd_clear(whole) < 0 ? -1 : move_on_gpu(ND_GPU_ADD, whole, call->in[0], &r);
        nd_free(r.chosen);
        return status;
    }
    int64_t bytes = r.row * nd_dtype_size(whole->dtype);
    const char *from = nd_data(call->in[0]);
    char *to = nd_data(whole);
    memset(to, 0, (size_t)nd_bytes(whole));
    for (int64_t o = 0; o < r.outer && call->in[0]->size; o++)
        for (int64_t i = 0; i < r.n; i++, from += bytes)
            nd_add_into(to + (o * r.extent + r.chosen[i]) * bytes, from, whole->dtype, r.row);
    nd_free(r.chosen);
    return 0;
}

int take_scatter_gradient(nd_backprop *b) {
    if (!nd_wanted(b, 0))
        return 0;
    nd_words words = nd_words_new(ND_OP_take);
    nd_words_int(&words, ND_OP_take, 0, nd_int(b->op, b->words, 0));
    nd_words_int(&words, ND_OP_take, 1, nd_int(b->op, b->words, 1));
    b->into[0] = nd_apply2(ND_OP_take, b->g[0], b->in[1], &words);
    return b->into[0] ? 0 : -1;
}

/* -------------------------------------------------------------------------------------------- gather_nd */

/* Indices of shape (m, ...): column j names the block data[indices[0, j], ..., indices[m-1, j]]. */
static int gather_spec(const nd_op *op, const nd_spec *whole, const nd_array *indices, nd_spec *out) {
    int64_t m = indices->ndim ? indices->shape[0] : 0;
    if (m < 1 || m > whole->ndim || indices->ndim - 1 + whole->ndim - m > ND_MAX_DIM)
        return nd_fail(ND_ESHAPE,
                       "%s: indices of shape %s cannot choose from shape %s: their first extent counts the leading "
                       "axes they index",
                       op->name, nd_array_text(indices).chars, nd_spec_text(whole).chars);
    *out = (nd_spec){.dtype = whole->dtype, .ndim = (uint8_t)(indices->ndim - 1 + whole->ndim - m)};
    memcpy(out->shape, indices->shape + 1, (size_t)(indices->ndim - 1) * sizeof out->shape[0]);
    memcpy(out->shape + indices->ndim - 1, whole->shape + m, (size_t)(whole->ndim - m) * sizeof out->shape[0]);
    return nd_checked_size(op->name, out) < 0 ? -1 : 0;
}

/* Blocks of `row` elements, one for each of n columns; chosen[j] counts blocks from the start. */
static int read_blocks(const nd_op *op, const nd_array *whole, const nd_array *indices, rows *r) {
    int m = (int)indices->shape[0];
    int64_t n = nd_count(indices->ndim - 1, indices->shape + 1);
    int64_t *values = read_indices(indices);
    if (!values)
        return -1;
    *r = (rows){1, 0, nd_count(whole->ndim - m, whole->shape + m), n, values};
    for (int axis = 0; axis < m; axis++) {
        if (tame(op, values + axis * n, n, axis, whole, RAISE) < 0)
            return nd_free(values), -1;
        for (int64_t j = 0; j < n && axis; j++)
            values[j] = values[j] * whole->shape[axis] + values[axis * n + j];
    }
    return 0;
}

int gather_infer(nd_invocation *call) {
    nd_spec whole = nd_array_spec(call->in[0]);
    call->outputs = 1;
    return gather_spec(call->op, &whole, call->in[1], &call->spec[0]);
}

int gather_run(nd_invocation *call) {
    const nd_array *whole = call->in[0];
    rows r;
    if (read_blocks(call->op, whole, call->in[1], &r) < 0)
        return -1;
    int status = move_rows(ND_GPU_GATHER, call->out[0], whole, r.chosen, r.n, r.row);
    nd_free(r.chosen);
    return status;
}

int gather_gradient(nd_backprop *b) {
    if (!nd_wanted(b, 0))
        return 0;
    nd_spec spec = nd_input_spec(b->node, 0);
    nd_words words = nd_words_new(ND_OP__gather_scatter);
    nd_words_list(&words, ND_OP__gather_scatter, 0, spec.shape, spec.ndim);
    b->into[0] = nd_apply2(ND_OP__gather_scatter, b->g[0], b->in[1], &words);
    return b->into[0] ? 0 : -1;
}

int gather_scatter_infer(nd_invocation *call) {
    nd_spec whole = scatter_shape(call, 0), taken;
    return gather_spec(call->op, &whole, call->in[1], &taken) < 0 ? -1 : fits_scatter(call, &taken, whole);
}

int gather_scatter_run(nd_invocation *call) {
    nd_array *whole = call->out[0];
    rows r;
    if (read_blocks(call->op, whole, call->in[1], &r) < 0)
        return -1;
    nd_gpu_choice choice = call->op == &nd_ops[ND_OP__gather_scatter] ? ND_GPU_ADD : ND_GPU_SCATTER;
    int status = nd_clear(whole) < 0 ? -1 : move_rows(choice, whole, call->in[0], r.chosen, r.n, r.row);
    nd_free(r.chosen);
    return status;
}

int gather_scatter_gradient(nd_backprop *b) {
    if (!nd_wanted(b, 0))
        return 0;
    b->into[0] = nd_apply2(ND_OP_gather_nd, b->g[0], b->in[1], NULL);
    return b->into[0] ? 0 : -1;
}

int nd_scatter_assign(nd_array *target, const nd_array *indices, const nd_array *source) {
    static const nd_op *const op = &nd_ops[ND_OP_gather_nd];
    nd_spec whole = nd_array_spec(target), part;
    rows r;
    if (gather_spec(op, &whole, indices, &part) < 0)
        return -1;
    nd_array *values = nd_array_new(&part, target->context);
    if (!values)
        return -1;
    int status = nd_array_assign(values, source);
    if (status == 0)
        status = read_blocks(op, target, indices, &r);
    if (status == 0 && (status = nd_array_begin_write(target)) < 0)
        nd_free(r.chosen);
    if (status == 0) {
        status = move_rows(ND_GPU_SCATTER, target, values, r.chosen, r.n, r.row);
        nd_free(r.chosen);
    }
    nd_array_release(values);
    return status;
}

/* ------------------------------------------------------------------------------------------------- pick */

enum { PICK_CLIP, PICK_WRAP };

/* The whole's shape without the axis, or with extent 1 there. */
static nd_spec picked_spec(const nd_spec *whole, int axis, bool keep) {
    nd_spec spec = *whole;
    spec.shape[axis] = 1;
    if (keep)
        return spec;
    memmove(spec.shape + axis, spec.shape + axis + 1, (size_t)(whole->ndim - axis - 1) * sizeof spec.shape[0]);
    spec.ndim--;
    if (spec.ndim == 0)
        spec = (nd_spec){.dtype = whole->dtype, .ndim = 1, .shape = {1}};
    return spec;
}

static int check_index(const nd_op *op, const nd_spec *whole, int axis, const nd_array *index) {
    int64_t wanted = nd_spec_size(whole) / (whole->shape[axis] ? whole->shape[axis] : 1);
    nd_spec picked = picked_spec(whole, axis, false);
    if (whole->shape[axis] && index->size == wanted)
        return 0;
    return nd_fail(ND_ESHAPE, "%s: index of shape %s cannot pick along axis %d of shape %s; it needs shape %s",
                   op->name, nd_array_text(index).chars, axis, nd_spec_text(whole).chars, nd_spec_text(&picked).chars);
}

int pick_infer(nd_invocation *call) {
    nd_like(call, 0);
    nd_spec whole = call->spec[0];
    int64_t given = nd_int(call->op, call->words, 0);
    int axis = nd_axis(call->op, given == ND_NONE ? -1 : given, whole.ndim, call->in[0]);
    if (axis < 0 || check_index(call->op, &whole, axis, call->in[1]) < 0)
        return -1;
    call->spec[0] = picked_spec(&whole, axis, nd_int(call->op, call->words, 1));
    return 0;
}

ND_EACH(pick)

/* From the whole to the picked ones, or back. */
static int pick(const nd_array *whole, const nd_array *picked, const nd_array *index, int64_t axis, int64_t mode,
                bool back) {
    axis = axis == ND_NONE ? whole->ndim - 1 : axis < 0 ? axis + whole->ndim : axis;
    nd_pick_work work = {.whole = nd_data(whole), .picked = nd_data(picked), .bytes = nd_dtype_size(whole->dtype)};
    work.indices = nd_data(index), work.dtype = index->dtype;
    work.extent = whole->shape[axis];
    work.stride = nd_count(whole->ndim - (int)axis - 1, whole->shape + axis + 1);
    work.wraps = mode == PICK_WRAP, work.back = back;
    return each_pick(whole->context, &work, index->size);
}

int pick_run(nd_invocation *call) {
    return pick(call->in[0], call->out[0], call->in[1], nd_int(call->op, call->words, 0),
                nd_int(call->op, call->words, 2), false);
}

int pick_gradient(nd_backprop *b) {
    if (!nd_wanted(b, 0))
        return 0;
    nd_spec spec = nd_input_spec(b->node, 0);
    int64_t axis = nd_int(b->op, b->words, 0);
    nd_words words = nd_words_new(ND_OP__pick_scatter);
    nd_words_int(&words, ND_OP__pick_scatter, 0, axis == ND_NONE ? -1 : axis);
    nd_words_int(&words, ND_OP__pick_scatter, 1, nd_int(b->op, b->words, 2));
    nd_words_list(&words, ND_OP__pick_scatter, 2, spec.shape, spec.ndim);
    b->into[0] = nd_apply2(ND_OP__pick_scatter, b->g[0], b->in[1], &words);
    return b->into[0] ? 0 : -1;
}

int pick_scatter_infer(nd_invocation *call) {
    nd_spec whole = scatter_shape(call, 2);
    int64_t axis = nd_int(call->op, call->words, 0);
    axis += axis < 0 ? whole.ndim : 0;
    if (axis < 0 || axis >= whole.ndim || call->in[0]->size != call->in[1]->size)
        return nd_fail(ND_ESHAPE,
                       "_pick_scatter: data of shape %s and index of shape %s do not fit axis %lld of shape %s",
                       nd_array_text(call->in[0]).chars, nd_array_text(call->in[1]).chars, (long long)axis,
                       nd_spec_text(&whole).chars);
    call->outputs = 1;
    call->spec[0] = whole;
    return nd_checked_size(call->op->name, &whole) < 0 ? -1 : check_index(call->op, &whole, (int)axis, call->in[1]);
}

int pick_scatter_run(nd_invocation *call) {
    nd_array *whole = call->out[0];
    if (nd_clear(whole) < 0)
        return -1;
    return pick(whole, call->in[0], call->in[1], nd_int(call->op, call->words, 0), nd_int(call->op, call->words, 1),
                true);
}

int pick_scatter_gradient(nd_backprop *b) {
    if (!nd_wanted(b, 0))
        return 0;
    nd_spec spec = nd_input_spec(b->node, 0);
    nd_words words = nd_words_new(ND_OP_pick);
    nd_words_int(&words, ND_OP_pick, 0, nd_int(b->op, b->words, 0));
    nd_words_int(&words, ND_OP_pick, 2, nd_int(b->op, b->words, 1));
    nd_array *picked = nd_apply2(ND_OP_pick, b->g[0], b->in[1], &words);
    b->into[0] = picked ? nd_reshape_to(picked, &spec) : NULL;
    nd_array_release(picked);
    return b->into[0] ? 0 : -1;
}

/* ---------------------------------------------------------------------------------------------- one_hot */

int one_hot_infer(nd_invocation *call) {
    int64_t depth = nd_int(call->op, call->words, 0), dtype = nd_int(call->op, call->words, 3);
    nd_like(call, 0);
    if (call->spec[0].ndim == ND_MAX_DIM || depth < 0)
        return nd_fail(ND_ESHAPE, "one_hot: depth %lld for indices of shape %s", (long long)depth,
                       nd_array_text(call->in[0]).chars);
    call->spec[0].shape[call->spec[0].ndim++] = depth;
    call->spec[0].dtype = (uint8_t)(dtype == ND_NONE ? ND_FLOAT32 : dtype);
    return nd_checked_size("one_hot", &call->spec[0]) < 0 ? -1 : 0;
}

/* The places of the hot ones, among `off` everywhere. */
static int one_hot_on_gpu(nd_array *out, const nd_array *indices, int64_t depth, double on, double off) {
    int64_t *places = read_indices(indices), count = 0;
    for (int64_t i = 0; places && i < indices->size; i++)
        if (places[i] >= 0 && places[i] < depth)
            places[count++] = i * depth + places[i];
    nd_spec spec = {.dtype = out->dtype, .ndim = 1, .shape = {count}};
    nd_array *hot = places ? nd_array_new(&spec, out->context) : NULL;
    int status = hot && nd_array_fill(hot, on) == 0 && nd_array_fill(out, off) == 0 ? 0 : -1;
    if (status == 0)
        status = nd_gpu_choose(ND_GPU_SCATTER, out, hot, places, count, 1);
    nd_array_release(hot);
    nd_free(places);
    return status;
}

int one_hot_run(nd_invocation *call) {
    nd_array *out = call->out[0];
    int64_t depth = nd_int(call->op, call->words, 0), n = call->in[0]->size;
    double on = nd_float(call->op, call->words, 1), off = nd_float(call->op, call->words, 2);
    if (nd_on_gpu(out->context))
        return one_hot_on_gpu(out, call->in[0], depth, on, off);
    for (int64_t i = 0; i < n; i++) {
        int64_t hot = nd_array_get_int(call->in[0], i);
        for (int64_t k = 0; k < depth; k++)
            nd_array_set(out, i * depth + k, k == hot ? on : off);
    }
    return 0;
}
