/* CTCLoss (Graves and others 2006): the forward recursion over label and blanks, as calls of operators in float64, for
 * the whole batch at once; its gradients are theirs.
 *
 * A label of n classes becomes 2n + 1 states: a blank before, between and after them. From one time to the next a path
 * stays in its state, goes to the next one, or skips a blank between two different classes.
 */
#include "array.h"
#include "compose.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* Stands for the logarithm of 0: finite, so that no difference of two of them is nan. */
static const double nothing = -1e30;

enum { FIRST, LAST };                       /* the choices of blank_label, in the table's order */
enum { PLACES, START, SKIP, END, OUTPUTS }; /* the outputs of _ctc_states */

/* ------------------------------------------------------------------------------------------ the states */

typedef struct labels {
    const nd_array *label, *lengths; /* lengths: NULL where the first class that is none ends a label */
    int64_t classes, blank, most, states;
} labels;

static labels read_labels(const nd_invocation *call) {
    const nd_array *label = call->in[0];
    int64_t classes = nd_int(call->op, call->words, 0), most = label->shape[1];
    bool last = nd_int(call->op, call->words, 1) == LAST;
    return (labels){label, call->inputs > 1 ? call->in[1] : NULL, classes, last ? classes - 1 : 0, most, 2 * most + 1};
}

int ctc_states_infer(nd_invocation *call) {
    const nd_array *label = call->in[0], *lengths = call->inputs > 1 ? call->in[1] : NULL;
    int64_t classes = nd_int(call->op, call->words, 0);
    if (label->ndim != 2 || classes < 1 || classes > INT32_MAX)
        return nd_fail(ND_ESHAPE, "_ctc_states: needs a label of shape (batch, length), not %s, and classes, not %lld",
                       nd_array_text(label).chars, (long long)classes);
    if (lengths && (lengths->ndim != 1 || lengths->shape[0] != label->shape[0]))
        return nd_fail(ND_ESHAPE, "_ctc_states: a label of shape %s needs lengths of shape (%lld,), not %s",
                       nd_array_text(label).chars, (long long)label->shape[0], nd_array_text(lengths).chars);
    call->outputs = OUTPUTS;
    for (int i = 0; i < OUTPUTS; i++)
        call->spec[i] = (nd_spec){.dtype = ND_FLOAT64, .ndim = 2, .shape = {label->shape[0], 2 * label->shape[1] + 1}};
    return nd_checked_size(call->op->name, &call->spec[0]) < 0 ? -1 : 0;
}

/* How many classes a sample's label has, or -1 after nd_fail. */
static int64_t label_length(const labels *l, int64_t sample) {
    int64_t n = 0, least = l->blank == 0 ? 1 : 0;
    if (l->lengths) {
        n = nd_array_get_int(l->lengths, sample);
        return n >= 0 && n <= l->most
                   ? n
                   : nd_fail(ND_EINDEX, "_ctc_states: a label's length must be within 0 ... %lld, not %lld",
                             (long long)l->most, (long long)n);
    }
    while (n < l->most && nd_array_get_int(l->label, sample * l->most + n) >= least)
        n++;
    return n;
}

/* Writes a sample's states of n classes over blanks. */
static int lay_out(const labels *l, int64_t sample, int64_t n, nd_array *const *out) {
    int64_t first = sample * l->states, before = -1;
    for (int64_t i = 0; i < n; i++) {
        int64_t class = nd_array_get_int(l->label, sample * l->most + i), state = first + 2 * i + 1;
        if (class < 0 || class >= l->classes || class == l->blank)
            return nd_fail(ND_EINDEX, "_ctc_states: class %lld in the label is not one of %lld, or is the blank, %lld",
                           (long long)class, (long long)l->classes, (long long)l->blank);
        nd_array_set_int(out[PLACES], state, sample * l->classes + class);
        nd_array_set(out[SKIP], state, class == before ? nothing : 0);
        before = class;
    }
    nd_array_set(out[START], first, 0);
    nd_array_set(out[END], first + 2 * n, 0);
    if (n) {
        nd_array_set(out[START], first + 1, 0);
        nd_array_set(out[END], first + 2 * n - 1, 0);
    }
    return 0;
}

int ctc_states_run(nd_invocation *call) {
    labels l = read_labels(call);
    for (int64_t i = 0; i < call->out[0]->size; i++) {
        nd_array_set_int(call->out[PLACES], i, i / l.states * l.classes + l.blank);
        for (int k = START; k < OUTPUTS; k++)
            nd_array_set(call->out[k], i, nothing);
    }
    for (int64_t i = 0; i < l.label->shape[0]; i++) {
        int64_t n = label_length(&l, i);
        if (n < 0 || lay_out(&l, i, n, call->out) < 0)
            return -1;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------- the input */

/* What a call works on. */
typedef struct lattice {
    int64_t times, batch, classes, states;
    nd_array *out[OUTPUTS]; /* of _ctc_states */
    nd_array *durations;    /* (batch, 1): how many times each sample has; NULL for all */
    nd_array *emissions;    /* (times, batch, states): the logarithm of each state's class */
} lattice;

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
                       "CTCLoss: labels of length %lld need at least one class and as many times; data has shape %s",
                       (long long)label->shape[1], nd_array_text(data).chars);
    if (by_data && (call->in[2]->ndim != 1 || call->in[2]->shape[0] != data->shape[1]))
        return nd_fail(ND_ESHAPE, "CTCLoss: data of shape %s needs data_lengths of shape (%lld,), not %s",
                       nd_array_text(data).chars, (long long)data->shape[1], nd_array_text(call->in[2]).chars);
    return nd_check_float(call);
}

static void find_states(nd_scope *s, const nd_invocation *call, lattice *l) {
    bool by_data = nd_int(call->op, call->words, 0), by_label = nd_int(call->op, call->words, 1);
    nd_array *in[] = {call->in[1], by_label ? call->in[2 + by_data] : NULL};
    nd_words words = nd_words_new(ND_OP__ctc_states);
    nd_words_int(&words, ND_OP__ctc_states, 0, l->classes);
    nd_words_int(&words, ND_OP__ctc_states, 1, nd_int(call->op, call->words, 2));
    if (nd_call(&nd_ops[ND_OP__ctc_states], in, 1 + by_label, words.at, call->context, l->out) < 0)
        s->failed = true;
    for (int i = 0; i < OUTPUTS && l->out[i]; i++)
        l->out[i] = nd_scope_own(s, l->out[i]);
}

/* log_softmax(data), of each state's class. */
static nd_array *emissions_of(nd_scope *s, const lattice *l, nd_array *data) {
    int64_t flat[] = {l->times, l->batch * l->classes};
    nd_words along_second = nd_words_new(ND_OP_take);
    nd_words_int(&along_second, ND_OP_take, 0, 1);
    nd_array *logs = nd_do1(s, ND_OP_log_softmax, nd_do_cast(s, data, ND_FLOAT64));
    nd_array *in[] = {nd_do_reshape(s, logs, 2, flat), l->out[PLACES]};
    return nd_do(s, ND_OP_take, in, 2, &along_second);
}

static lattice make_lattice(nd_scope *s, const nd_invocation *call) {
    nd_array *data = call->in[0];
    lattice l = {.times = data->shape[0],
                 .batch = data->shape[1],
                 .classes = data->shape[2],
                 .states = 2 * call->in[1]->shape[1] + 1};
    if (nd_int(call->op, call->words, 0))
        l.durations = nd_do_reshape(s, call->in[2], 2, (int64_t[]){l.batch, 1});
    find_states(s, call, &l);
    l.emissions = emissions_of(s, &l, data);
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

static nd_array *impossible(nd_scope *s, const lattice *l, int64_t states) {
    nd_spec spec = {.dtype = ND_FLOAT64, .ndim = 2, .shape = {l->batch, states}};
    nd_array *array = s->failed ? NULL : nd_scope_own(s, nd_array_new(&spec, l->out[START]->context));
    if (array)
        nd_array_fill(array, nothing);
    return array;
}

/* The paths one time later: those that came here, times the probability of the state's class. Where a sample has ended
 * they stay as they were. */
static nd_array *emit(nd_scope *s, const lattice *l, nd_array *arrived, nd_array *paths, int64_t time) {
    int64_t shape[] = {l->batch, l->states};
    nd_array *emission = nd_do_reshape(s, nd_do_slice_axis(s, l->emissions, 0, time, time + 1), 2, shape);
    nd_array *next = nd_do2(s, ND_OP_add, arrived, emission);
    if (!l->durations)
        return next;
    nd_array *in[] = {nd_do_scalar(s, ND_OP_greater_scalar, l->durations, (double)time), next, paths};
    return nd_do(s, ND_OP_where, in, 3, NULL);
}

/* The logarithms of the paths' probabilities at a time from those before it: a new reference, or NULL. */
static nd_array *advance(const lattice *l, nd_array *paths, int64_t time) {
    nd_scope s = {0};
    nd_array *joined[] = {impossible(&s, l, 2), paths}, *padded = nd_do(&s, ND_OP_concat, joined, 2, NULL);
    nd_array *from_before = nd_do_slice_axis(&s, padded, 1, 1, l->states + 1);
    nd_array *over_blank = nd_do2(&s, ND_OP_add, nd_do_slice_axis(&s, padded, 1, 0, l->states), l->out[SKIP]);
    nd_array *ways[] = {paths, from_before, over_blank};
    return nd_scope_result(&s, emit(&s, l, log_add(&s, ways, 3), paths, time));
}

/* The logarithm of the sum over the states where a path may end; 0 for a label that no path has, as in MXNet. */
static nd_array *finish(nd_scope *s, const lattice *l, nd_array *paths) {
    static const int64_t states = 1;
    nd_array *ended = nd_do2(s, ND_OP_add, paths, l->out[END]);
    nd_array *most = nd_do1(s, ND_OP_BlockGrad, nd_do_reduce(s, ND_OP_max, ended, 1, &states, true));
    nd_array *shares = nd_do1(s, ND_OP_exp, nd_do2(s, ND_OP_sub, ended, most));
    nd_array *sum = nd_do1(s, ND_OP_log, nd_do_reduce(s, ND_OP_sum, shares, 1, &states, true));
    nd_array *loss = nd_do1(s, ND_OP_negative, nd_do2(s, ND_OP_add, sum, most));
    nd_array *possible = nd_do_scalar(s, ND_OP_greater_scalar, most, nothing / 2);
    nd_array *in[] = {possible, loss, nd_do1(s, ND_OP_zeros_like, loss)};
    return nd_do_reshape(s, nd_do(s, ND_OP_where, in, 3, NULL), 1, &l->batch);
}

int ctc_loss_compose(nd_invocation *call) {
    if (check(call) < 0)
        return -1;
    nd_scope s = {0};
    lattice l = make_lattice(&s, call);
    nd_array *paths = emit(&s, &l, l.out[START], impossible(&s, &l, l.states), 0);
    for (int64_t time = 1; time < l.times && l.batch && !s.failed; time++)
        paths = nd_scope_own(&s, advance(&l, paths, time));
    nd_array *out = nd_do_cast(&s, finish(&s, &l, paths), call->in[0]->dtype);
    return nd_scope_results(&s, &out, 1, call->out);
}
