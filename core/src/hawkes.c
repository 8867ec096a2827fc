/* The log-likelihood of events that excite one another, composed so that gradients of every order go to its rates. */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

enum { RATE, ALPHA, BETA, STATE, LAGS, MARKS, LENGTH, END };

typedef struct sizes {
    int64_t rows, marks, events;
} sizes;

static bool has_shape(const nd_array *x, int ndim, int64_t rows, int64_t columns) {
    return nd_same_shape(x->ndim, x->shape, ndim, (int64_t[]){rows, columns});
}

static int check_shapes(const nd_invocation *call, sizes *n) {
    nd_array *const *in = call->in;
    bool planes = in[RATE]->ndim == 2 && in[LAGS]->ndim == 2;
    *n = planes ? (sizes){in[RATE]->shape[0], in[RATE]->shape[1], in[LAGS]->shape[1]} : (sizes){0};
    if (planes && has_shape(in[ALPHA], 1, n->marks, 0) && has_shape(in[BETA], 1, n->marks, 0) &&
        has_shape(in[STATE], 2, n->rows, n->marks) && has_shape(in[LAGS], 2, n->rows, n->events) &&
        has_shape(in[MARKS], 2, n->rows, n->events) && has_shape(in[LENGTH], 1, n->rows, 0) &&
        has_shape(in[END], 1, n->rows, 0))
        return 0;
    return nd_fail(ND_ESHAPE,
                   "%s: lda %s and lags %s, but (n, k) and (n, t) are needed, with alpha and beta (k,), state (n, k), "
                   "marks (n, t), valid_length and max_time (n,)",
                   call->op->name, nd_array_text(in[RATE]).chars, nd_array_text(in[LAGS]).chars);
}

/* Of marks and valid lengths in host memory. */
static int check_marks(const nd_invocation *call, const sizes *n, const nd_array *marks, const nd_array *lengths) {
    for (int64_t i = 0; i < n->rows * n->events; i++) {
        int64_t mark = nd_array_get_int(marks, i);
        bool counts = (double)(i % n->events) < nd_array_get(lengths, i / n->events);
        if (counts && (mark < 0 || mark >= n->marks))
            return nd_fail(ND_EINDEX, "%s: event %lld of row %lld has mark %lld, but there are %lld marks",
                           call->op->name, (long long)(i % n->events), (long long)(i / n->events), (long long)mark,
                           (long long)n->marks);
    }
    return 0;
}

/* Of each row and mark: how strongly past events still excite, as of the last event of that mark, and when it was. */
typedef struct process {
    nd_array *rate, *alpha, *beta, *state, *last, *time, *likelihood;
} process;

static nd_array *times(nd_scope *s, nd_array *a, nd_array *b) {
    return nd_do2(s, ND_OP_mul, a, b);
}

static nd_array *over_marks(nd_scope *s, nd_array *x) {
    const int64_t marks = 1;
    return nd_do_reduce(s, ND_OP_sum, x, 1, &marks, true);
}

/* The state at that time, and what its decay until then adds to the integral of the intensity. */
static nd_array *decayed(nd_scope *s, const process *p, nd_array *time, nd_array **integral) {
    nd_array *since = nd_do2(s, ND_OP_sub, time, p->last);
    nd_array *state = times(s, p->state, nd_do1(s, ND_OP_exp, nd_do1(s, ND_OP_negative, times(s, p->beta, since))));
    nd_array *spent = times(s, p->alpha, nd_do2(s, ND_OP_sub, p->state, state));
    *integral = nd_do2(s, ND_OP_add, times(s, p->rate, since), spent);
    return state;
}

/* x where the mask is 0, and `changed` where it is 1. */
static nd_array *changed(nd_scope *s, nd_array *x, nd_array *mask, nd_array *value) {
    return nd_do2(s, ND_OP_add, x, times(s, mask, nd_do2(s, ND_OP_sub, value, x)));
}

/* 1 at the mark of each row's event, if it has so many events. */
static nd_array *mask_of(nd_scope *s, const nd_invocation *call, const sizes *n, int64_t event, nd_array *counts) {
    nd_words words = nd_words_new(ND_OP_one_hot);
    nd_words_int(&words, ND_OP_one_hot, 0, n->marks);
    nd_words_int(&words, ND_OP_one_hot, 3, call->in[RATE]->dtype);
    nd_array *marks = nd_do_slice_axis(s, call->in[MARKS], 1, event, event + 1);
    marks = nd_do_reshape(s, marks, 1, &n->rows);
    return times(s, nd_do_with(s, ND_OP_one_hot, marks, &words), counts);
}

static void add_event(nd_scope *s, const nd_invocation *call, const sizes *n, int64_t event, process *p) {
    int64_t column[] = {n->rows, 1};
    nd_array *length = nd_do_reshape(s, nd_do_cast(s, call->in[LENGTH], call->in[RATE]->dtype), 2, column);
    nd_array *counts = nd_do_scalar(s, ND_OP_greater_scalar, length, (double)event), *integral;
    nd_array *mask = mask_of(s, call, n, event, counts);
    p->time = nd_do2(s, ND_OP_add, p->time, nd_do_slice_axis(s, call->in[LAGS], 1, event, event + 1));
    nd_array *state = decayed(s, p, p->time, &integral);
    nd_array *excited = times(s, times(s, p->alpha, p->beta), state);
    nd_array *intensity = over_marks(s, times(s, mask, nd_do2(s, ND_OP_add, p->rate, excited)));
    intensity = nd_do2(s, ND_OP_add, intensity, nd_do1(s, ND_OP_logical_not, counts)); /* 1 where there is no event */
    p->likelihood = nd_do2(s, ND_OP_add, p->likelihood, nd_do1(s, ND_OP_log, intensity));
    p->likelihood = nd_do2(s, ND_OP_sub, p->likelihood, over_marks(s, times(s, mask, integral)));
    p->state = changed(s, p->state, mask, nd_do_scalar(s, ND_OP_add_scalar, state, 1));
    p->last = changed(s, p->last, mask, p->time);
}

int hawkesll_compose(nd_invocation *call) {
    sizes n;
    nd_array *const *in = call->in;
    for (int i = 1; i < END + 1; i++)
        if (i != MARKS && i != LENGTH && nd_same_dtype(call, 0, i) < 0)
            return -1;
    if (nd_check_float(call) < 0 || check_shapes(call, &n) < 0)
        return -1;
    nd_scope s = {0};
    nd_array *marks = nd_do_read(&s, in[MARKS]), *lengths = nd_do_read(&s, in[LENGTH]);
    if (lengths && check_marks(call, &n, marks, lengths) < 0)
        s.failed = true;
    int64_t column[] = {n.rows, 1};
    nd_array *end = nd_do_reshape(&s, in[END], 2, column), *start = nd_do1(&s, ND_OP_zeros_like, end), *integral;
    process p = {in[RATE], in[ALPHA], in[BETA], in[STATE], nd_do1(&s, ND_OP_zeros_like, in[STATE]), start, start};
    for (int64_t event = 0; event < n.events && !s.failed; event++)
        add_event(&s, call, &n, event, &p);
    nd_array *state = decayed(&s, &p, end, &integral);
    nd_array *total = nd_do2(&s, ND_OP_sub, p.likelihood, over_marks(&s, integral));
    nd_array *outputs[] = {nd_do_reshape(&s, total, 1, &n.rows), state};
    call->outputs = 2;
    return nd_scope_results(&s, outputs, 2, call->out);
}
