/* CTCLoss (Graves and others 2006): the forward recursion over label and blanks, as calls of operators in float64, for
 * the whole batch at once; its gradients are theirs.
 *
 * A label of n classes becomes 2n + 1 states: a blank before, between and after them. From one time to the next a path
 * stays in its state, goes to the next one, or skips a blank between two different classes.
 */
#include "array.h"
#include "cast.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* Stands for the logarithm of 0: finite, so that no difference of two of them is nan. */
static const double nothing = -1e30;

/* What does not depend on data: each sample's states, of shape (batch, states). */
typedef struct lattice {
    int64_t times, batch, classes, states, blank;
    nd_array *places; /* of each state's class in (batch, classes) */
    nd_array *start;  /* 0 where a path may start, else `nothing` */
    nd_array *skip;   /* 0 for states that can be reached over a blank */
    nd_array *end;    /* 0 where a path may end */
} lattice;

/* ------------------------------------------------------------------------------------------- the input */

static const nd_array *lengths_of(const nd_invocation *call, bool of_labels) {
    bool data = nd_int(call->op, call->words, 0), labels = nd_int(call->op, call->words, 1);
    return of_labels ? (labels ? call->in[2 + data] : NULL) : (data ? call->in[2] : NULL);
}

static int check_lengths(const nd_array *lengths, int64_t batch, int64_t most) {
    if (!lengths)
        return 0;
    if (lengths->ndim != 1 || lengths->shape[0] != batch)
        return nd_fail(ND_ESHAPE, "CTCLoss: lengths must have shape (%lld,), not %s", (long long)batch,
                       nd_array_text(lengths).chars);
    for (int64_t i = 0; i < batch; i++)
        if (nd_array_get_int(lengths, i) < 0 || nd_array_get_int(lengths, i) > most)
            return nd_fail(ND_EINDEX, "CTCLoss: a length of %lld is not within 0 ... %lld",
                           (long long)nd_array_get_int(lengths, i), (long long)most);
    return 0;
}

static int check(const nd_invocation *call) {
    const nd_array *data = call->in[0], *label = call->in[1];
    bool by_data = nd_int(call->op, call->words, 0), by_label = nd_int(call->op, call->words, 1);
    if (call->inputs != 2 + by_data + by_label)
        return nd_fail(ND_ECALL, "CTCLoss: use_data_lengths and use_label_lengths ask for %d inputs, but got %d",
                       2 + by_data + by_label, call->inputs);
    if (data->ndim != 3 || label->ndim != 2 || data->shape[1] != label->shape[0])
        return nd_fail(ND_ESHAPE,
                       "CTCLoss: needs data of shape (time, batch, classes) and a label (batch, length), not %s and %s",
                       nd_array_text(data).chars, nd_array_text(label).chars);
    if (data->shape[0] < 1 || data->shape[2] < 1 || label->shape[1] > data->shape[0])
        return nd_fail(ND_ESHAPE,
                       "CTCLoss: labels of %lld classes need at least as many times, and one class; data has shape %s",
                       (long long)label->shape[1], nd_array_text(data).chars);
    if (nd_check_float(call) < 0 || check_lengths(lengths_of(call, false), data->shape[1], data->shape[0]) < 0)
        return -1;
    return check_lengths(lengths_of(call, true), data->shape[1], label->shape[1]);
}

/* ----------------------------------------------------------------------------------------- the lattice */

static nd_array *filled(nd_scope *s, const lattice *l, nd_dtype dtype, double value) {
    nd_spec spec = {.dtype = (uint8_t)dtype, .ndim = 2, .shape = {l->batch, l->states}};
    nd_array *array = s->failed ? NULL : nd_scope_own(s, nd_array_new(&spec, nd_default_context()));
    if (array)
        nd_array_fill(array, value);
    return array;
}

/* How many classes a sample's label has: as given, or up to the first that is none. */
static int64_t label_length(const nd_invocation *call, const lattice *l, int64_t sample) {
    const nd_array *label = call->in[1], *lengths = lengths_of(call, true);
    int64_t most = label->shape[1], n = 0, least = l->blank == 0;
    if (lengths)
        return nd_array_get_int(lengths, sample);
    while (n < most && nd_array_get_int(label, sample * most + n) >= least)
        n++;
    return n;
}

/* Writes one sample's states; -1 after nd_fail if a class is not one. */
static int lay_out(const nd_invocation *call, const lattice *l, int64_t sample) {
    const nd_array *label = call->in[1];
    int64_t n = label_length(call, l, sample), first = sample * l->states, before = -1;
    for (int64_t i = 0; i < n; i++) {
        int64_t class = nd_array_get_int(label, sample * label->shape[1] + i), state = first + 2 * i + 1;
        if (class < 0 || class >= l->classes || class == l->blank)
            return nd_fail(ND_EINDEX, "CTCLoss: class %lld in the label is not one of %lld, or is the blank, %lld",
                           (long long)class, (long long)l->classes, (long long)l->blank);
        nd_array_set_int(l->places, state, sample * l->classes + class);
        nd_array_set(l->skip, state, class == before ? nothing : 0);
        before = class;
    }
    nd_array_set(l->start, first, 0);
    nd_array_set(l->end, first + 2 * n, 0);
    if (n) {
        nd_array_set(l->start, first + 1, 0);
        nd_array_set(l->end, first + 2 * n - 1, 0);
    }
    return 0;
}

static lattice make_lattice(nd_scope *s, const nd_invocation *call) {
    const nd_array *data = call->in[0];
    bool blank_last = nd_int(call->op, call->words, 2);
    lattice l = {.times = data->shape[0],
                 .batch = data->shape[1],
                 .classes = data->shape[2],
                 .states = 2 * call->in[1]->shape[1] + 1,
                 .blank = blank_last ? data->shape[2] - 1 : 0};
    l.places = filled(s, &l, ND_INT64, (double)l.blank);
    l.start = filled(s, &l, ND_FLOAT64, nothing);
    l.skip = filled(s, &l, ND_FLOAT64, nothing);
    l.end = filled(s, &l, ND_FLOAT64, nothing);
    for (int64_t i = 0; i < l.batch && !s->failed; i++) {
        for (int64_t state = 0; state < l.states; state++)
            nd_array_set_int(l.places, i * l.states + state, i * l.classes + l.blank);
        s->failed = lay_out(call, &l, i) < 0;
    }
    return l;
}

/* --------------------------------------------------------------------------------------- the recursion */

/* log(exp(x[0]) + exp(x[1]) + ...) */
static nd_array *log_add(nd_scope *s, nd_array *const *x, int count) {
    nd_array *most = x[0], *sum = NULL;
    for (int i = 1; i < count; i++)
        most = nd_do2(s, ND_OP_maximum, most, x[i]);
    most = nd_do1(s, ND_OP_BlockGrad, most);
    for (int i = 0; i < count; i++) {
        nd_array *share = nd_do1(s, ND_OP_exp, nd_do2(s, ND_OP_sub, x[i], most));
        sum = sum ? nd_do2(s, ND_OP_add, sum, share) : share;
    }
    return nd_do2(s, ND_OP_add, nd_do1(s, ND_OP_log, sum), most);
}

static nd_array *emissions_at(nd_scope *s, const lattice *l, nd_array *emissions, int64_t time) {
    int64_t shape[] = {l->batch, l->states};
    return nd_do_reshape(s, nd_do_slice_axis(s, emissions, 0, time, time + 1), 2, shape);
}

/* 1 for the samples that last longer than the time. */
static nd_array *lasting(nd_scope *s, const nd_array *lengths, int64_t time) {
    nd_spec spec = {.dtype = ND_FLOAT64, .ndim = 2, .shape = {lengths->size, 1}};
    nd_array *array = s->failed ? NULL : nd_scope_own(s, nd_array_new(&spec, lengths->context));
    for (int64_t i = 0; i < lengths->size && array; i++)
        nd_array_set(array, i, nd_array_get_int(lengths, i) > time);
    return array;
}

/* Where a sample has ended its paths stay as they were. */
static nd_array *hold_ended(nd_scope *s, nd_array *next, nd_array *paths, const nd_array *lengths, int64_t time) {
    if (!lengths)
        return next;
    nd_array *in[] = {lasting(s, lengths, time), next, paths};
    return nd_do(s, ND_OP_where, in, 3, NULL);
}

/* The logarithms of the paths' probabilities at the first time. */
static nd_array *begin(nd_scope *s, const lattice *l, nd_array *emissions, const nd_array *lengths) {
    nd_array *paths = nd_do2(s, ND_OP_add, l->start, emissions_at(s, l, emissions, 0));
    return hold_ended(s, paths, filled(s, l, ND_FLOAT64, nothing), lengths, 0);
}

/* The same one time later: a new reference, or NULL. */
static nd_array *advance(const lattice *l, nd_array *paths, nd_array *emissions, const nd_array *lengths,
                         int64_t time) {
    nd_scope s = {0};
    lattice two = *l;
    two.states = 2;
    nd_array *joined[] = {filled(&s, &two, ND_FLOAT64, nothing), paths};
    nd_array *padded = nd_do(&s, ND_OP_concat, joined, 2, NULL);
    nd_array *from_before = nd_do_slice_axis(&s, padded, 1, 1, l->states + 1);
    nd_array *over_blank = nd_do2(&s, ND_OP_add, nd_do_slice_axis(&s, padded, 1, 0, l->states), l->skip);
    nd_array *ways[] = {paths, from_before, over_blank};
    nd_array *next = nd_do2(&s, ND_OP_add, log_add(&s, ways, 3), emissions_at(&s, l, emissions, time));
    return nd_scope_result(&s, hold_ended(&s, next, paths, lengths, time));
}

/* The logarithm of the sum over the states where a path may end; 0 for a label that no path has, as in MXNet. */
static nd_array *finish(nd_scope *s, const lattice *l, nd_array *paths) {
    static const int64_t states = 1;
    nd_array *ended = nd_do2(s, ND_OP_add, paths, l->end);
    nd_array *most = nd_do1(s, ND_OP_BlockGrad, nd_do_reduce(s, ND_OP_max, ended, 1, &states, true));
    nd_array *shares = nd_do1(s, ND_OP_exp, nd_do2(s, ND_OP_sub, ended, most));
    nd_array *sum = nd_do1(s, ND_OP_log, nd_do_reduce(s, ND_OP_sum, shares, 1, &states, true));
    nd_array *loss = nd_do1(s, ND_OP_negative, nd_do2(s, ND_OP_add, sum, most));
    nd_array *possible = nd_do_scalar(s, ND_OP_greater_scalar, most, nothing / 2);
    nd_array *in[] = {possible, loss, nd_do1(s, ND_OP_zeros_like, loss)};
    return nd_do_reshape(s, nd_do(s, ND_OP_where, in, 3, NULL), 1, &l->batch);
}

/* log_softmax(data), of each state's class: (times, batch, states). */
static nd_array *emissions_of(nd_scope *s, const lattice *l, nd_array *data) {
    int64_t flat[] = {l->times, l->batch * l->classes};
    nd_words along_second = nd_words_new(ND_OP_take);
    nd_words_int(&along_second, ND_OP_take, 0, 1);
    nd_array *logs = nd_do1(s, ND_OP_log_softmax, nd_do_cast(s, data, ND_FLOAT64));
    nd_array *in[] = {nd_do_reshape(s, logs, 2, flat), l->places};
    return nd_do(s, ND_OP_take, in, 2, &along_second);
}

int ctc_loss_compose(nd_invocation *call) {
    if (check(call) < 0)
        return -1;
    nd_scope s = {0};
    lattice l = make_lattice(&s, call);
    nd_array *data = call->in[0], *emissions = emissions_of(&s, &l, data);
    const nd_array *lengths = lengths_of(call, false);
    nd_array *paths = begin(&s, &l, emissions, lengths);
    for (int64_t time = 1; time < l.times && l.batch && !s.failed; time++)
        paths = nd_scope_own(&s, advance(&l, paths, emissions, lengths, time));
    nd_array *out = nd_do_cast(&s, finish(&s, &l, paths), data->dtype);
    return nd_scope_results(&s, &out, 1, call->out);
}
