/* Windows over an image, pooled: what lies in them summed, or the largest element chosen, and the ways back.
 *
 * _pool_sum and _pool_spread are each other's gradients, and so are _pool_choose and _pool_return. Pooling and
 * AdaptiveAvgPooling2D (pooling.c) are composed of them.
 */
#include <string.h>

#include "array.h"
#include "cast.h"
#include "gpu.h"
#include "items/spans.h"
#include "memory.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"
#include "threads.h"
#include "window.h"

enum { AXES = ND_WINDOW_AXES };
enum { SIZE, KERNEL, STRIDE, PAD, AVERAGE, LAST, SHAPE }; /* the parameters, in the table's order */
enum { TOTAL, WHOLE, INSIDE };                            /* the choices of `average` */

typedef nd_span span;

typedef struct pool {
    int64_t planes;              /* examples times channels */
    int64_t channels, step;      /* neighbours in a plane lie 1 apart, or where channels come last, channels */
    int64_t in[AXES], out[AXES]; /* a plane's extents, and its result's */
    int axes;
    bool average;
    nd_windows_along windows[AXES];
    span *spans[AXES];          /* of each output along the axis; not on a GPU, which finds them itself */
    const void *first, *second; /* the operands */
    void *result;
} pool;

/* What of a window lies on its plane: how many elements, and how far they are apart. */
typedef struct box {
    int64_t slices, rows, columns;
    int64_t slice, row, column;
} box;

/* ------------------------------------------------------------------------------------------- the windows */

/* No kernel means parts. */
static int read_windows(const nd_op *op, const nd_word *words, pool *p) {
    int64_t kernel[AXES] = {1, 1, 1}, stride[AXES] = {1, 1, 1}, pad[AXES] = {0};
    const nd_word *values;
    bool parts = nd_list(op, words, KERNEL, &values) <= 0, inside = nd_int(op, words, AVERAGE) == INSIDE;
    if (nd_window_list(op, words, KERNEL, p->axes, 0, 0, kernel) < 0 ||
        nd_window_list(op, words, STRIDE, p->axes, 1, 1, stride) < 0 ||
        nd_window_list(op, words, PAD, p->axes, 0, 0, pad) < 0)
        return -1;
    for (int i = 0; i < AXES; i++)
        p->windows[i] = (nd_windows_along){p->in[i], p->out[i], parts, kernel[i], stride[i], pad[i], inside};
    return 0;
}

static int make_spans(pool *p) {
    for (int i = 0; i < AXES; i++) {
        p->spans[i] = nd_alloc(p->out[i] * (int64_t)sizeof *p->spans[i]);
        if (!p->spans[i])
            return -1;
        for (int64_t o = 0; o < p->out[i]; o++)
            p->spans[i][o] = nd_span_of(&p->windows[i], o);
    }
    return 0;
}

static void pool_close(pool *p) {
    for (int i = 0; i < AXES; i++)
        nd_free(p->spans[i]);
}

/* For arrays that have elements. */
static int pool_read(const nd_op *op, const nd_word *words, const nd_spec *in, const nd_spec *out, pool *p) {
    bool last = nd_int(op, words, LAST);
    *p = (pool){.in = {1, 1, 1}, .out = {1, 1, 1}, .axes = in->ndim - 2};
    p->channels = in->shape[last ? in->ndim - 1 : 1];
    p->planes = in->shape[0] * p->channels;
    p->step = last ? p->channels : 1;
    p->average = nd_int(op, words, AVERAGE) != TOTAL;
    memcpy(p->in + AXES - p->axes, in->shape + (last ? 1 : 2), (size_t)p->axes * sizeof p->in[0]);
    memcpy(p->out + AXES - p->axes, out->shape + (last ? 1 : 2), (size_t)p->axes * sizeof p->in[0]);
    return read_windows(op, words, p);
}

/* ---------------------------------------------------------------------------------------------- the loops */

static int64_t plane_start(const pool *p, const int64_t *extents, int64_t plane) {
    int64_t size = nd_count(AXES, extents);
    return p->step == 1 ? plane * size : plane / p->channels * p->channels * size + plane % p->channels;
}

static double weight(const pool *p, const span *d, const span *h, const span *w) {
    double count = (double)d->share * (double)h->share * (double)w->share;
    return p->average && count > 0 ? 1 / count : 1;
}

/* The weight of the window before: most of a row's windows count for as much. */
typedef struct share {
    int64_t columns;
    double weight;
} share;

static inline double share_of(share *s, const pool *p, const span *d, const span *h, const span *w) {
    if (w->share != s->columns || !s->weight)
        *s = (share){w->share, weight(p, d, h, w)};
    return s->weight;
}

static int64_t widest_of(const pool *p) {
    int64_t widest = 0;
    for (const span *w = p->spans[2]; w < p->spans[2] + p->out[2]; w++)
        widest = w->end - w->begin > widest ? w->end - w->begin : widest;
    return widest;
}

static inline box box_of(const pool *p, const span *d, const span *h, const span *w, int64_t *place) {
    int64_t row = p->in[2] * p->step, slice = p->in[1] * row;
    *place = d->begin * slice + h->begin * row + w->begin * p->step;
    return (box){d->end - d->begin, h->end - h->begin, w->end - w->begin, slice, row, p->step};
}

static inline bool is_empty(box box) {
    return box.slices <= 0 || box.rows <= 0 || box.columns <= 0;
}

/* Rows of so many elements are pooled column by column. */
enum { ROW = 1024 };

static bool in_columns(const nd_invocation *call) {
    const nd_array *x = call->in[0], *from = call->in[1];
    bool same = x->storage == from->storage && x->offset == from->offset;
    return same && x->ndim <= 4 && !nd_int(call->op, call->words, LAST) && x->shape[x->ndim - 1] <= ROW;
}

#define T float
#define NAMED(name) name##_f32
#include "window_pool.inl"
#define T double
#define NAMED(name) name##_f64
#include "window_pool.inl"

/* --------------------------------------------------------------------------------------------- the shapes */

/* The shape of results: `size` along the axes of the windows. */
static int pooled_spec(const nd_op *op, const nd_word *words, const nd_spec *in, nd_spec *out) {
    const nd_word *values;
    int64_t size[AXES], axes = in->ndim - 2, first = nd_int(op, words, LAST) ? 1 : 2;
    if (axes < 1 || axes > AXES)
        return nd_fail(ND_ESHAPE, "%s: the data has shape %s; use 3 to 5 axes: examples, channels, and what is pooled",
                       op->name, nd_spec_text(in).chars);
    if (nd_list(op, words, SIZE, &values) != axes)
        return nd_fail(ND_EARGUMENT, "%s: size needs one extent for each axis of shape %s but two", op->name,
                       nd_spec_text(in).chars);
    if (nd_window_list(op, words, SIZE, (int)axes, 0, 0, size) < 0)
        return -1;
    *out = *in;
    memcpy(out->shape + first, size + AXES - axes, (size_t)axes * sizeof size[0]);
    return nd_checked_size(op->name, out) < 0 ? -1 : 0;
}

static int no_pool_of(const nd_op *op, const nd_spec *g, const nd_spec *in) {
    return nd_fail(ND_ESHAPE, "%s: %s is not the shape of windows of shape %s", op->name, nd_spec_text(g).chars,
                   nd_spec_text(in).chars);
}

int pool_sum_infer(nd_invocation *call) {
    nd_spec in = nd_array_spec(call->in[0]);
    return pooled_spec(call->op, call->words, &in, &call->spec[0]);
}

int pool_spread_infer(nd_invocation *call) {
    const nd_word *values;
    int64_t count = nd_list(call->op, call->words, SHAPE, &values);
    nd_spec in = nd_listed_spec(call->in[0]->dtype, count, values), g = nd_array_spec(call->in[0]), wanted;
    if (nd_checked_size(call->op->name, &in) < 0 || pooled_spec(call->op, call->words, &in, &wanted) < 0)
        return -1;
    call->spec[0] = in;
    return nd_same_shape(g.ndim, g.shape, wanted.ndim, wanted.shape) ? 0 : no_pool_of(call->op, &g, &in);
}

int pool_choose_infer(nd_invocation *call) {
    nd_spec x = nd_array_spec(call->in[0]), from = nd_array_spec(call->in[1]);
    if (nd_same_dtype(call, 0, 1) < 0)
        return -1;
    if (!nd_same_shape(x.ndim, x.shape, from.ndim, from.shape))
        return nd_fail(ND_ESHAPE, "%s: shapes %s and %s differ", call->op->name, nd_spec_text(&x).chars,
                       nd_spec_text(&from).chars);
    return pooled_spec(call->op, call->words, &x, &call->spec[0]);
}

int pool_return_infer(nd_invocation *call) {
    nd_spec x = nd_array_spec(call->in[0]), g = nd_array_spec(call->in[1]), wanted;
    if (nd_same_dtype(call, 0, 1) < 0 || pooled_spec(call->op, call->words, &x, &wanted) < 0)
        return -1;
    call->spec[0] = x;
    return nd_same_shape(g.ndim, g.shape, wanted.ndim, wanted.shape) ? 0 : no_pool_of(call->op, &g, &x);
}

/* ---------------------------------------------------------------------------------------------- the runs */

/* Pieces of so many elements are worth a thread. */
enum { LEAST = 1 << 14 };

static nd_gpu_pooling what_of(const nd_op *op) {
    return op == &nd_ops[ND_OP__pool_sum]      ? ND_GPU_SUM
           : op == &nd_ops[ND_OP__pool_spread] ? ND_GPU_SPREAD
           : op == &nd_ops[ND_OP__pool_choose] ? ND_GPU_CHOOSE
                                               : ND_GPU_RETURN;
}

/* Where the largest are is found once, not again for each element around. */
static int return_on_gpu(int id, nd_gpu_pool_work *work) {
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    int64_t results = work->planes;
    nd_memory room;
    for (int axis = 0; axis < AXES; axis++)
        results *= work->windows[axis].out;
    if (!driver || nd_gpu_alloc(id, results * (int64_t)sizeof *work->places, &room) < 0)
        return -1;
    work->places = room.data;
    work->what = ND_GPU_LARGEST;
    int status = driver->pool(id, work);
    work->what = ND_GPU_RETURN;
    if (status == ND_GPU_DONE)
        status = driver->pool(id, work);
    room.release(room.owner); /* whoever gets it uses it after these */
    return nd_gpu_check(id, status);
}

static int run_on_gpu(nd_invocation *call, const pool *p) {
    int id = call->context.id;
    const nd_gpu_driver *driver = nd_gpu_driver_for(id);
    nd_gpu_pool_work work = {.what = what_of(call->op), .dtype = call->out[0]->dtype, .average = p->average};
    void *result = nd_data(call->out[0]), *first = nd_data(call->in[0]);
    void *second = call->inputs > 1 ? nd_data(call->in[1]) : NULL;
    work.planes = p->planes, work.channels = p->channels, work.step = p->step;
    memcpy(work.windows, p->windows, sizeof work.windows);
    work.large = work.what == ND_GPU_SUM ? first : work.what == ND_GPU_CHOOSE ? second : result;
    work.small = work.what == ND_GPU_SPREAD ? first : work.what == ND_GPU_RETURN ? second : result;
    work.chosen = first;
    if (work.what == ND_GPU_RETURN)
        return return_on_gpu(id, &work);
    return driver ? nd_gpu_check(id, driver->pool(id, &work)) : -1;
}

/* Planes of shape `in` and their results of shape `out`, whichever of them the operator is given. */
static int run(nd_invocation *call, nd_spec in, nd_spec out, nd_task *task_f32, nd_task *task_f64) {
    nd_array *to = call->out[0];
    int64_t size = nd_spec_size(&in);
    pool p;
    if (nd_spec_size(&out) == 0)
        return nd_clear(to);
    if (pool_read(call->op, call->words, &in, &out, &p) < 0)
        return -1;
    if (nd_on_gpu(to->context))
        return run_on_gpu(call, &p);
    int status = make_spans(&p);
    p.first = nd_data(call->in[0]);
    p.second = call->inputs > 1 ? nd_data(call->in[1]) : NULL;
    p.result = nd_data(to);
    if (status == 0)
        nd_share(p.planes, LEAST * p.planes / (size + 1) + 1, to->dtype == ND_FLOAT32 ? task_f32 : task_f64, &p);
    pool_close(&p);
    return status;
}

/* Zeros, to be added to; a GPU writes each sum at once. */
static int clear_sums(nd_array *to) {
    return nd_on_gpu(to->context) ? 0 : nd_clear(to);
}

/* Whether rows and results are short, of neighbours. */
static bool in_rows(const nd_invocation *call, const nd_spec *in, const nd_spec *out) {
    int last = in->ndim - 1;
    return !nd_int(call->op, call->words, LAST) && in->shape[last] <= ROW && out->shape[last] <= ROW;
}

int pool_sum_run(nd_invocation *call) {
    nd_spec in = nd_array_spec(call->in[0]);
    bool rows = in_rows(call, &in, &call->spec[0]);
    return run(call, in, call->spec[0], rows ? sum_rows_f32 : sum_f32, rows ? sum_rows_f64 : sum_f64);
}

int pool_spread_run(nd_invocation *call) {
    nd_spec out = nd_array_spec(call->in[0]);
    bool rows = in_rows(call, &call->spec[0], &out);
    if (clear_sums(call->out[0]) < 0)
        return -1;
    return run(call, call->spec[0], out, rows ? spread_rows_f32 : spread_f32, rows ? spread_rows_f64 : spread_f64);
}

int pool_choose_run(nd_invocation *call) {
    bool columns = in_columns(call);
    return run(call, nd_array_spec(call->in[0]), call->spec[0], columns ? values_f32 : choose_f32,
               columns ? values_f64 : choose_f64);
}

int pool_return_run(nd_invocation *call) {
    if (clear_sums(call->out[0]) < 0)
        return -1;
    return run(call, call->spec[0], nd_array_spec(call->in[1]), give_back_f32, give_back_f64);
}

/* ----------------------------------------------------------------------------------------------- gradients */

/* A call with this one's parameters; the four begin with the same ones. */
static nd_words same_windows(const nd_backprop *b, nd_op_id op) {
    nd_words words = nd_words_new(op);
    memcpy(words.at, b->words, (size_t)nd_op_word_of(b->op, SHAPE) * sizeof *b->words);
    return words;
}

static int into(nd_backprop *b, int input, nd_array *gradient) {
    b->into[input] = gradient;
    return gradient ? 0 : -1;
}

int pool_sum_gradient(nd_backprop *b) {
    nd_spec in = nd_input_spec(b->node, 0);
    nd_words words = same_windows(b, ND_OP__pool_spread);
    nd_words_list(&words, ND_OP__pool_spread, SHAPE, in.shape, in.ndim);
    return nd_wanted(b, 0) ? into(b, 0, nd_apply1(ND_OP__pool_spread, b->g[0], &words)) : 0;
}

int pool_spread_gradient(nd_backprop *b) {
    nd_words words = same_windows(b, ND_OP__pool_sum);
    return nd_wanted(b, 0) ? into(b, 0, nd_apply1(ND_OP__pool_sum, b->g[0], &words)) : 0;
}

int pool_choose_gradient(nd_backprop *b) {
    nd_words words = same_windows(b, ND_OP__pool_return);
    return nd_wanted(b, 1) ? into(b, 1, nd_apply2(ND_OP__pool_return, b->in[0], b->g[0], &words)) : 0;
}

int pool_return_gradient(nd_backprop *b) {
    nd_words words = same_windows(b, ND_OP__pool_choose);
    return nd_wanted(b, 1) ? into(b, 1, nd_apply2(ND_OP__pool_choose, b->in[0], b->g[0], &words)) : 0;
}
