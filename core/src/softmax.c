/* softmax and log_softmax along any axis. Their kernels take contiguous rows; rows of another axis are gathered first.
 */
#include <math.h>
#include <string.h>

#include "array.h"
#include "cast.h"
#include "compose.h"
#include "copy.h"
#include "gpu.h"
#include "operators.h"
#include "pool.h"
#include "shape.h"
#include "spec.h"
#include "threads.h"

enum { AXIS, TEMPERATURE, DTYPE, USE_LENGTH }; /* the parameters, in the table's order */

static double scale_of(const nd_op *op, const nd_word *words) {
    double temperature = nd_float(op, words, TEMPERATURE);
    return isnan(temperature) ? 1 : 1 / temperature;
}

/* One length, a whole number, for each row along the axis. */
static int check_lengths(const nd_invocation *call, int axis) {
    bool asked = nd_int(call->op, call->words, USE_LENGTH);
    const nd_array *x = call->in[0], *lengths = call->inputs > 1 ? call->in[1] : NULL;
    if (asked != (lengths != NULL))
        return nd_fail(ND_ECALL, "%s: %s", call->op->name,
                       asked ? "use_length needs a length for each row: the second input of softmax"
                             : "lengths are given, but use_length is not set");
    if (!lengths)
        return 0;
    nd_spec rows = nd_array_spec(x);
    rows.ndim--;
    for (int i = axis; i < rows.ndim; i++)
        rows.shape[i] = rows.shape[i + 1];
    if (!nd_same_shape(lengths->ndim, lengths->shape, rows.ndim, rows.shape))
        return nd_fail(ND_ESHAPE, "%s: data of shape %s needs lengths of shape %s, not %s", call->op->name,
                       nd_array_text(x).chars, nd_spec_text(&rows).chars, nd_array_text(lengths).chars);
    if (nd_dtype_is_float(lengths->dtype))
        return nd_fail(ND_EDTYPE, "%s: lengths must be integers, not %s; cast with astype('int32')", call->op->name,
                       nd_dtype_name(lengths->dtype));
    return 0;
}

int softmax_infer(nd_invocation *call) {
    int64_t dtype = nd_int(call->op, call->words, DTYPE);
    const nd_array *x = call->in[0];
    int axis = nd_axis(call->op, nd_int(call->op, call->words, AXIS), x->ndim, x);
    if (axis < 0 || check_lengths(call, axis) < 0)
        return -1;
    if (nd_float(call->op, call->words, TEMPERATURE) == 0)
        return nd_fail(ND_EARGUMENT, "%s: temperature must not be 0", call->op->name);
    nd_like(call, 0);
    if (dtype != ND_NONE && !nd_dtype_is_float((nd_dtype)dtype))
        return nd_fail(ND_EDTYPE, "%s: dtype must be a float, not %s", call->op->name, nd_dtype_name((nd_dtype)dtype));
    if (dtype != ND_NONE)
        call->spec[0].dtype = (uint8_t)dtype;
    return 0;
}

/* How many elements of a row count; the others get 0. */
static int64_t length_of(const nd_array *lengths, int64_t row, int64_t n) {
    int64_t length = lengths ? nd_array_get_int(lengths, row) : n;
    return length < 0 ? 0 : length < n ? length : n;
}

/* Rows of n elements that lie `stride` apart, through a scratch row of each thread where that is not 1. */
typedef struct rows {
    nd_softmax_kernel *kernel;
    const nd_array *lengths;
    const char *from;
    char *to, *scratch;
    int64_t n, stride;
    int item;
    double scale;
} rows;

static void run_row(const rows *r, const char *from, char *to, int64_t length) {
    if (length)
        r->kernel(to, from, 1, length, r->scale);
    memset(to + length * r->item, 0, (size_t)((r->n - length) * r->item));
}

static void run_scattered(const rows *r, char *scratch, const char *from, char *to, int64_t length) {
    nd_strides along = {{r->stride}}, packed = {{1}};
    nd_copy_strided(1, &r->n, scratch, packed, from, along, r->item);
    run_row(r, scratch, scratch, length);
    nd_copy_strided(1, &r->n, to, along, scratch, packed, r->item);
}

static void some_rows(void *shared, int thread, int64_t begin, int64_t end) {
    const rows *r = shared;
    int64_t bytes = r->n * r->item;
    if (r->stride == 1 && !r->lengths) {
        r->kernel(r->to + begin * bytes, r->from + begin * bytes, end - begin, r->n, r->scale);
        return;
    }
    for (int64_t row = begin; row < end; row++) {
        int64_t first = (row / r->stride * r->n * r->stride + row % r->stride) * r->item;
        int64_t length = length_of(r->lengths, row, r->n);
        if (r->stride == 1)
            run_row(r, r->from + first, r->to + first, length);
        else
            run_scattered(r, r->scratch + thread * bytes, r->from + first, r->to + first, length);
    }
}

static int run_rows(rows *r, int64_t count) {
    int64_t bytes = r->stride == 1 ? 0 : r->n * r->item * nd_threads();
    if (bytes && !(r->scratch = nd_pool_alloc(bytes)))
        return -1;
    nd_share(count, ND_LEAST_PIECE / r->n + 1, some_rows, r);
    nd_pool_free(r->scratch, bytes);
    return 0;
}

/* Another dtype was asked for: cast first, then compute in it, widened once more if it has no kernel. */
static int run_cast(nd_invocation *call) {
    nd_scope s = {0};
    nd_words words = nd_words_copy(call->op, call->words);
    nd_array *out = call->out[0], *in[] = {nd_do_cast(&s, call->in[0], out->dtype), NULL};
    if (call->inputs > 1)
        in[1] = call->in[1];
    nd_words_int(&words, (nd_op_id)nd_op_index(call->op), DTYPE, ND_NONE);
    nd_array *result = nd_do(&s, (nd_op_id)nd_op_index(call->op), in, call->inputs, &words);
    if (result && nd_convert(out, result) < 0)
        s.failed = true;
    return nd_scope_results(&s, NULL, 0, NULL);
}

static int run_on_gpu(nd_invocation *call, const nd_array *x, int axis) {
    const nd_gpu_driver *driver = nd_gpu_driver_for(x->context.id);
    nd_gpu_softmax_work work = {.dtype = x->dtype, .log = call->op == &nd_ops[ND_OP_log_softmax]};
    work.n = x->shape[axis];
    work.stride = nd_count(x->ndim - axis - 1, x->shape + axis + 1);
    work.rows = x->size / work.n;
    work.scale = scale_of(call->op, call->words);
    work.in = nd_data(x);
    work.out = nd_data(call->out[0]);
    nd_scope s = {.failed = !driver};
    nd_array *lengths = call->inputs > 1 ? nd_do_cast(&s, call->in[1], ND_INT64) : NULL;
    work.lengths = lengths ? nd_data(lengths) : NULL;
    s.failed = s.failed || nd_gpu_check(x->context.id, driver->softmax(x->context.id, &work)) < 0;
    return nd_scope_results(&s, NULL, 0, NULL);
}

static int run(nd_invocation *call, nd_softmax_kernel *const *kernels) {
    nd_array *x = call->in[0], *out = call->out[0], *lengths = call->inputs > 1 ? call->in[1] : NULL;
    int axis = nd_axis(call->op, nd_int(call->op, call->words, AXIS), x->ndim, x);
    if (x->size == 0)
        return 0;
    if (out->dtype != x->dtype)
        return run_cast(call);
    if (nd_on_gpu(x->context))
        return run_on_gpu(call, x, axis);
    rows r = {kernels[out->dtype],
              lengths,
              nd_data(x),
              nd_data(out),
              NULL,
              x->shape[axis],
              0,
              nd_dtype_size(out->dtype),
              scale_of(call->op, call->words)};
    r.stride = nd_count(x->ndim - axis - 1, x->shape + axis + 1);
    return run_rows(&r, x->size / r.n);
}

int softmax_run(nd_invocation *call) {
    return run(call, nd_kernels_in_use()->softmax);
}

int log_softmax_run(nd_invocation *call) {
    return run(call, nd_kernels_in_use()->log_softmax);
}

int softmin_compose(nd_invocation *call) {
    nd_scope s = {0};
    nd_words words = nd_words_copy(call->op, call->words); /* softmax has the same parameters */
    nd_array *out = nd_do_with(&s, ND_OP_softmax, nd_do1(&s, ND_OP_negative, call->in[0]), &words);
    return nd_scope_results(&s, &out, 1, call->out);
}

int softmax_activation_compose(nd_invocation *call) {
    enum { CHANNEL };
    bool channel = nd_int(call->op, call->words, 0) == CHANNEL;
    nd_words words = nd_words_new(ND_OP_softmax);
    if (channel && call->in[0]->ndim < 3)
        return nd_fail(ND_ESHAPE, "SoftmaxActivation: mode='channel' needs at least 3 axes, not %s",
                       nd_array_text(call->in[0]).chars);
    nd_words_int(&words, ND_OP_softmax, AXIS, channel ? 1 : -1);
    nd_scope s = {0};
    nd_array *out = nd_do_with(&s, ND_OP_softmax, call->in[0], &words);
    return nd_scope_results(&s, &out, 1, call->out);
}

/* ------------------------------------------------------------------------------------------- gradients */

static nd_array *sum_along(nd_scope *s, const nd_backprop *b, nd_array *x) {
    int64_t axis = nd_int(b->op, b->words, AXIS);
    return nd_do_reduce(s, ND_OP_sum, x, 1, &axis, true);
}

/* Multiplied by 1/temperature and cast to the input's dtype. */
static int finish(nd_backprop *b, nd_scope *s, nd_array *gradient) {
    double scale = scale_of(b->op, b->words);
    nd_dtype dtype = nd_input_spec(b->node, 0).dtype;
    if (scale != 1)
        gradient = nd_do_scalar(s, ND_OP_mul_scalar, gradient, scale);
    if (dtype != b->g[0]->dtype)
        gradient = nd_do_cast(s, gradient, dtype);
    return nd_scope_results(s, &gradient, 1, &b->into[0]);
}

/* Rows of the first derivative, each in one pass. */
typedef struct gradient_rows {
    nd_softmax_gradient_kernel *kernel;
    const char *g, *y;
    char *out;
    int64_t n, bytes;
    double scale;
} gradient_rows;

static void some_gradients(void *shared, int thread, int64_t begin, int64_t end) {
    const gradient_rows *r = shared;
    (void)thread;
    for (int64_t at = begin * r->bytes; at < end * r->bytes; at += r->bytes)
        r->kernel(r->out + at, r->g + at, r->y + at, r->n, r->scale);
}

static int fused(nd_backprop *b, nd_softmax_gradient_kernel *kernel) {
    const nd_array *g = b->g[0];
    int64_t n = g->shape[g->ndim - 1];
    nd_array *out = nd_room_of(b->g[0]);
    if (!out)
        return -1;
    gradient_rows r = {kernel,
                       nd_data(g),
                       nd_data(b->out[0]),
                       nd_data(out),
                       n,
                       n * nd_dtype_size(g->dtype),
                       scale_of(b->op, b->words)};
    nd_share(g->size / n, ND_LEAST_PIECE / n + 1, some_gradients, &r);
    b->into[0] = out;
    return 0;
}

/* Only the first derivative, of rows that lie in order, in a dtype that there are kernels for. */
static bool may_fuse(const nd_backprop *b) {
    const nd_array *g = b->g[0];
    int64_t axis = nd_int(b->op, b->words, AXIS);
    return !b->create_graph && !nd_on_gpu(g->context) && g->size && (axis == -1 || axis == g->ndim - 1) &&
           g->dtype <= ND_FLOAT64 && g->dtype == nd_input_spec(b->node, 0).dtype;
}

/* y (g - sum(g y)) */
int softmax_gradient(nd_backprop *b) {
    if (may_fuse(b))
        return fused(b, nd_kernels_in_use()->softmax_gradient[b->g[0]->dtype]);
    nd_scope s = {0};
    nd_array *g = b->g[0], *y = b->out[0], *sum = sum_along(&s, b, nd_do2(&s, ND_OP_mul, g, y));
    return finish(b, &s, nd_do2(&s, ND_OP_mul, nd_do2(&s, ND_OP_sub, g, sum), y));
}

/* g - exp(y) sum(g) */
int log_softmax_gradient(nd_backprop *b) {
    if (may_fuse(b))
        return fused(b, nd_kernels_in_use()->log_softmax_gradient[b->g[0]->dtype]);
    nd_scope s = {0};
    nd_array *g = b->g[0], *share = nd_do2(&s, ND_OP_mul, nd_do1(&s, ND_OP_exp, b->out[0]), sum_along(&s, b, g));
    return finish(b, &s, nd_do2(&s, ND_OP_sub, g, share));
}
