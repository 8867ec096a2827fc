#include "map.h"

#include <string.h>

#include "array.h"
#include "cast.h"
#include "compose.h"
#include "gpu.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"
#include "threads.h"

/* ------------------------------------------------------------------------------------------- inference */

int same_infer(nd_invocation *call) {
    nd_like(call, 0);
    return 0;
}

int binary_infer(nd_invocation *call) {
    const nd_array *a = call->in[0], *b = call->in[1];
    nd_like(call, 0);
    if (nd_same_dtype(call, 0, 1) < 0)
        return -1;
    if (nd_same_shape(a->ndim, a->shape, b->ndim, b->shape))
        return 0;
    return nd_broadcast(call->op, nd_array_spec(a), nd_array_spec(b), &call->spec[0]);
}

int elemwise_infer(nd_invocation *call) {
    const nd_array *a = call->in[0], *b = call->in[1];
    nd_like(call, 0);
    if (nd_same_dtype(call, 0, 1) < 0)
        return -1;
    if (!nd_same_shape(a->ndim, a->shape, b->ndim, b->shape))
        return nd_fail(ND_ESHAPE, "%s: shapes %s and %s must be equal; %s broadcasts", call->op->name,
                       nd_array_text(a).chars, nd_array_text(b).chars, nd_op_broadcasting(call->op)->name);
    return 0;
}

/* ------------------------------------------------------------------------------------------- operands */

void nd_add_array(nd_operands *operands, const nd_array *array) {
    operands->array[operands->count++] = array;
}

void nd_add_number(nd_operands *operands, double value, nd_dtype dtype) {
    operands->array[operands->count] = NULL;
    nd_set_element(&operands->number[operands->count++], dtype, 0, value);
}

void nd_add_parameters(nd_operands *operands, const nd_op *op, const nd_word *words, nd_dtype dtype) {
    int given = nd_op_words(op), wanted = op->family == ND_SCALED ? 2 : given;
    for (int i = 0; i < wanted; i++)
        nd_add_number(operands, i < given ? words[i].f : 0, dtype);
}

void nd_add_inputs(nd_operands *operands, const nd_op *op, nd_array *const *in, int inputs, const nd_word *words,
                   nd_dtype dtype) {
    if (op->reversed)
        nd_add_number(operands, words[0].f, dtype);
    for (int i = 0; i < inputs; i++)
        nd_add_array(operands, in[i]);
    if (!op->reversed)
        nd_add_parameters(operands, op, words, dtype);
}

int map_run(nd_invocation *call) {
    nd_array *out = call->out[0];
    nd_operands operands;
    operands.count = 0;
    nd_add_inputs(&operands, call->op, call->in, call->inputs, call->words, out->dtype);
    return nd_map_over(call->op, call->op->kernel, 0, &operands, out);
}

/* ------------------------------------------------------------------------------------------- the walk */

/* The output's axes with those that every operand walks alike merged into one: usually a single axis is left. Strides
 * are in elements; the innermost is always 1 or 0, since arrays are contiguous. */
typedef struct walk {
    int ndim;
    int64_t extent[ND_MAX_DIM];
    int64_t stride[ND_MAX_DIM][ND_MAX_MAP_INPUTS];
} walk;

int64_t nd_step_along(const nd_array *array, const nd_array *out, int axis) {
    int own = axis - (out->ndim - array->ndim);
    if (own < 0 || array->shape[own] != out->shape[axis])
        return 0;
    return nd_count(array->ndim - own - 1, array->shape + own + 1);
}

static bool merges(const walk *w, int64_t extent, const int64_t *stride, int count) {
    for (int k = 0; k < count; k++)
        if (w->stride[w->ndim - 1][k] != extent * stride[k])
            return false;
    return true;
}

static void add_axis(walk *w, int64_t extent, const int64_t *stride, int count) {
    if (w->ndim && merges(w, extent, stride, count)) {
        w->extent[w->ndim - 1] *= extent;
    } else {
        w->extent[w->ndim++] = extent;
    }
    memcpy(w->stride[w->ndim - 1], stride, (size_t)count * sizeof *stride);
}

static walk plan(const nd_operands *operands, const nd_array *out) {
    walk w = {.ndim = 0};
    for (int axis = 0; axis < out->ndim; axis++) {
        if (out->shape[axis] == 1)
            continue;
        int64_t stride[ND_MAX_MAP_INPUTS];
        for (int k = 0; k < operands->count; k++)
            stride[k] = operands->array[k] ? nd_step_along(operands->array[k], out, axis) : 0;
        add_axis(&w, out->shape[axis], stride, operands->count);
    }
    if (w.ndim == 0) /* a single element */
        w = (walk){.ndim = 1, .extent = {1}};
    return w;
}

/* Moves every operand to the start of the next run along the innermost axis; false at the end. */
static bool next_run(const walk *w, int64_t *index, const char **at, int count, int item) {
    for (int axis = w->ndim - 2; axis >= 0; axis--) {
        bool wraps = ++index[axis] == w->extent[axis];
        int64_t steps = wraps ? 1 - w->extent[axis] : 1;
        for (int k = 0; k < count; k++)
            at[k] += steps * w->stride[axis][k] * item;
        if (!wraps)
            return true;
        index[axis] = 0;
    }
    return false;
}

static void set_steps(const walk *w, int count, uint8_t *step) {
    for (int k = 0; k < count; k++)
        step[k] = (uint8_t)w->stride[w->ndim - 1][k];
}

/* One elementwise operation on its way, which threads may share. */
typedef struct work {
    nd_map_kernel *kernel;
    char *out;
    int operands, item;
    const char *at[ND_MAX_MAP_INPUTS];
    uint8_t step[ND_MAX_MAP_INPUTS];
    walk walk;   /* where operands do not all run alike */
    int64_t row; /* elements of the output behind one step of the walk's first axis */
    _Atomic int status;
} work;

static void walk_part(void *shared, int thread, int64_t begin, int64_t end) {
    work *w = shared;
    walk walk = w->walk;
    const char *at[ND_MAX_MAP_INPUTS];
    char *to = w->out + begin * w->row * w->item;
    int64_t index[ND_MAX_DIM] = {0}, n;
    (void)thread;
    for (int k = 0; k < w->operands; k++)
        at[k] = w->at[k] + begin * walk.stride[0][k] * w->item;
    walk.extent[0] = end - begin;
    n = walk.extent[walk.ndim - 1];
    do {
        if (w->kernel(to, (const void *const *)at, w->step, n) < 0)
            w->status = -1;
        to += n * w->item;
    } while (next_run(&walk, index, at, w->operands, w->item));
}

static void run_part(void *shared, int thread, int64_t begin, int64_t end) {
    work *w = shared;
    const void *in[ND_MAX_MAP_INPUTS];
    (void)thread;
    for (int k = 0; k < w->operands; k++)
        in[k] = w->at[k] + begin * w->step[k] * w->item;
    if (w->kernel(w->out + begin * w->item, in, w->step, end - begin) < 0)
        w->status = -1;
}

void nd_add_into(void *to, const void *from, nd_dtype dtype, int64_t n) {
    static const uint8_t step[] = {1, 1};
    const void *in[] = {to, from};
    nd_kernels_in_use()->maps[ND_MAP_add].forward[dtype](to, in, step, n);
}

/* The common case, without a plan: every operand has the output's shape or is one value. */
static bool is_flat(const nd_operands *operands, const nd_array *out, uint8_t *step) {
    for (int k = 0; k < operands->count; k++) {
        const nd_array *array = operands->array[k];
        if (array && array->size != out->size && array->size != 1)
            return false;
        step[k] = array && array->size == out->size;
    }
    return true;
}

static void find_data(const nd_operands *operands, const char **at) {
    for (int k = 0; k < operands->count; k++)
        at[k] = operands->array[k] ? nd_data(operands->array[k]) : (const char *)&operands->number[k];
}

static void run_all(work *w, int64_t size) {
    if (size < ND_WORTH_SHARING)
        run_part(w, 0, 0, size);
    else
        nd_share(size, ND_LEAST_PIECE, run_part, w);
}

static void walk_all(work *w, const nd_operands *operands, const nd_array *out) {
    w->walk = plan(operands, out);
    set_steps(&w->walk, w->operands, w->step);
    w->row = out->size / w->walk.extent[0];
    if (out->size < ND_WORTH_SHARING)
        walk_part(w, 0, 0, w->walk.extent[0]);
    else
        nd_share(w->walk.extent[0], ND_LEAST_PIECE / w->row + 1, walk_part, w);
}

static nd_map_kernel *kernel_of(nd_map_id row, int which, nd_dtype dtype) {
    const nd_map *map = &nd_kernels_in_use()->maps[row];
    return which ? map->gradient[which - 1][dtype] : map->forward[dtype];
}

int nd_divided_by_zero(const nd_op *op, const nd_array *out) {
    return nd_fail(ND_EARGUMENT, "%s: integer division by zero (dtype %s, shape %s); cast to float32 for inf and nan",
                   op->name, nd_dtype_name(out->dtype), nd_array_text(out).chars);
}

int nd_map_over(const nd_op *op, nd_map_id row, int which, const nd_operands *operands, nd_array *out) {
    work w;
    if (nd_on_gpu(out->context))
        return nd_gpu_map(op, row, which, operands, out);
    w.kernel = kernel_of(row, which, out->dtype);
    w.out = nd_data(out);
    w.operands = operands->count;
    w.item = nd_dtype_size(out->dtype);
    w.status = 0;
    find_data(operands, w.at);
    if (out->size == 0)
        return 0;
    if (is_flat(operands, out, w.step))
        run_all(&w, out->size);
    else
        walk_all(&w, operands, out);
    return w.status < 0 ? nd_divided_by_zero(op, out) : 0;
}

/* A run of results goes through a block that stays in the nearest cache, and from there into the sums. */
static void sum_run(nd_map_kernel *kernel, const nd_operands *all, const uint8_t *step, const char *const *at,
                    int64_t n, nd_dtype dtype) {
    enum { BLOCK = 1024 };
    double block[BLOCK]; /* room for either float */
    const nd_reduce *sum = &nd_kernels_in_use()->reductions[ND_REDUCE_sum][dtype];
    int item = nd_dtype_size(dtype), last = all->count - 1;
    for (int64_t first = 0; first < n; first += BLOCK) {
        const void *in[ND_MAX_MAP_INPUTS];
        int64_t count = n - first < BLOCK ? n - first : BLOCK;
        for (int k = 0; k <= last; k++)
            in[k] = at[k] + first * step[k] * item;
        kernel(block, in, step, count);
        if (step[last])
            sum->across((void *)(uintptr_t)in[last], block, count, 1, 0);
        else
            sum->along((void *)(uintptr_t)in[last], block, count);
    }
}

/* The results are written down, and then summed. */
static int sum_on_gpu(nd_map_id map, const nd_operands *operands, const nd_array *like, const nd_array *sums) {
    nd_spec spec = nd_array_spec(like);
    nd_array *each = nd_array_new(&spec, like->context);
    int status = each ? nd_gpu_map(NULL, map, 0, operands, each) : -1;
    if (status == 0)
        status = nd_gpu_fold(ND_REDUCE_sum, each, sums);
    nd_array_release(each);
    return status;
}

int nd_map_sum(nd_map_id map, const nd_operands *operands, const nd_array *like, nd_array *sums) {
    if (nd_on_gpu(sums->context))
        return sum_on_gpu(map, operands, like, sums);
    nd_dtype dtype = sums->dtype;
    nd_map_kernel *kernel = nd_kernels_in_use()->maps[map].forward[dtype];
    nd_operands all = *operands;
    const char *at[ND_MAX_MAP_INPUTS];
    uint8_t step[ND_MAX_MAP_INPUTS];
    int64_t index[ND_MAX_DIM] = {0};
    nd_add_array(&all, sums); /* walked like an operand, where it is broadcast sums are taken */
    find_data(&all, at);
    memset(nd_data(sums), 0, (size_t)nd_bytes(sums));
    if (like->size == 0)
        return 0;
    walk w = plan(&all, like);
    set_steps(&w, all.count, step);
    do
        sum_run(kernel, &all, step, at, w.extent[w.ndim - 1], dtype);
    while (next_run(&w, index, at, all.count, nd_dtype_size(dtype)));
    return 0;
}

/* ---------------------------------------------------------------------------------------------- where */

/* One dimension against several means rows: the condition is read as (n, 1, 1, ...). */
static nd_spec row_condition(const nd_array *condition, const nd_spec *x) {
    nd_spec spec = nd_array_spec(condition);
    bool rows = condition->ndim == 1 && x->ndim > 1 && condition->shape[0] == x->shape[0];
    for (int i = 1; i < x->ndim && rows; i++)
        spec.shape[spec.ndim++] = 1;
    return spec;
}

int where_infer(nd_invocation *call) {
    nd_like(call, 1);
    nd_spec *spec = &call->spec[0];
    if (nd_same_dtype(call, 1, 2) < 0 || nd_broadcast(call->op, *spec, nd_array_spec(call->in[2]), spec) < 0)
        return -1;
    nd_spec x = nd_array_spec(call->in[1]);
    return nd_broadcast(call->op, row_condition(call->in[0], &x), *spec, spec);
}

/* By operators, which are not to be recorded: `where` itself is. */
static nd_array *truth_on_gpu(const nd_array *condition, const nd_spec *spec) {
    bool recording = nd_set_recording(false);
    nd_scope s = {0};
    nd_array *same = nd_scope_own(&s, nd_array_view(condition, 0, &(nd_spec){condition->dtype, 1, {condition->size}}));
    nd_array *truth = nd_do_cast(&s, nd_do_scalar(&s, ND_OP_not_equal_scalar, same, 0), spec->dtype);
    nd_array *shaped = nd_scope_result(&s, nd_do_like(&s, truth, spec));
    nd_set_recording(recording);
    return shaped;
}

/* The condition as zeros and ones of the kernel's dtype: a plain cast would make 0.5 false among integers. */
static nd_array *truth(const nd_array *condition, const nd_spec *shape, nd_dtype dtype) {
    nd_spec spec = *shape;
    spec.dtype = (uint8_t)dtype;
    if (condition->dtype == dtype)
        return nd_array_view(condition, 0, &spec);
    if (nd_on_gpu(condition->context))
        return truth_on_gpu(condition, &spec);
    nd_array *truth = nd_array_new(&spec, condition->context);
    for (int64_t i = 0; truth && i < truth->size; i++)
        nd_set_element_int(nd_data(truth), dtype, i, nd_element(nd_data(condition), condition->dtype, i) != 0);
    return truth;
}

int where_run(nd_invocation *call) {
    nd_array *out = call->out[0];
    nd_spec x = nd_array_spec(call->in[1]), spec = row_condition(call->in[0], &x);
    nd_array *condition = truth(call->in[0], &spec, out->dtype);
    if (!condition)
        return -1;
    nd_operands operands = {.count = 3, .array = {condition, call->in[1], call->in[2]}};
    int status = nd_map_over(call->op, ND_MAP_where, 0, &operands, out);
    nd_array_release(condition);
    return status;
}

static nd_array *choose(nd_array *condition, nd_array *yes, nd_array *no) {
    nd_array *in[] = {condition, yes, no};
    return yes && no ? nd_apply(&nd_ops[ND_OP_where], in, 3, NULL) : NULL;
}

/* The condition under axes that mean beside the gradient what its own meant beside x, which may have had other rows. */
static nd_array *condition_of(nd_backprop *b) {
    nd_spec x = nd_input_spec(b->node, 1), spec = row_condition(b->in[0], &x);
    if (spec.ndim == 1 && b->g[0]->ndim > 1)
        spec = (nd_spec){.dtype = spec.dtype, .ndim = 2, .shape = {1, spec.shape[0]}};
    return nd_reshape_to(b->in[0], &spec);
}

static int choose_gradients(nd_backprop *b, nd_array *condition, nd_array *zeros) {
    for (int i = 1; i <= 2; i++) {
        if (!nd_wanted(b, i))
            continue;
        nd_spec spec = nd_input_spec(b->node, i);
        nd_array *full = i == 1 ? choose(condition, b->g[0], zeros) : choose(condition, zeros, b->g[0]);
        b->into[i] = full ? nd_sum_to(full, &spec) : NULL;
        nd_array_release(full);
        if (!b->into[i])
            return -1;
    }
    return 0;
}

int where_gradient(nd_backprop *b) {
    nd_array *condition = condition_of(b), *zeros = nd_apply1(ND_OP_zeros_like, b->g[0], NULL);
    int status = condition && zeros ? choose_gradients(b, condition, zeros) : -1;
    nd_array_release(condition);
    nd_array_release(zeros);
    return status;
}
