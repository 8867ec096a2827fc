/* Memory that runs out, at every place where it can: each act is tried with its first allocation failing, then its
 * second, and so on until it succeeds. Every failure is a clean ND_EMEMORY that changed nothing and left nothing
 * behind, and the success that follows gives the numbers of an undisturbed run. */
#include "samples.h"

#include "random.h"

/* Whether the failure that was ordered has not come yet. Takes it back. */
static bool still_armed(int64_t n) {
    bool armed = false;
    for (int64_t i = 0; i < n && !armed; i++) {
        nd_array *probe = shaped(ND_INT8, "1");
        armed = !probe;
        nd_array_release(probe);
    }
    nd_fail_allocation(0);
    return armed;
}

typedef struct act {
    const char *name, *how;
    int (*run)(void *world);       /* -1: it failed */
    bool (*unharmed)(void *world); /* after a failure */
    void *world;
} act;

/* The result of the run that succeeded. */
static int survive(const act *a) {
    for (int64_t n = 1; n < 100000; n++) {
        ledger before = ledger_now();
        nd_fail_allocation(n);
        int status = a->run(a->world);
        if (status >= 0) {
            CHECK_FOR(still_armed(n), "%s, %s: a failed allocation went unnoticed", a->name, a->how);
            return status;
        }
        CHECK_FOR(nd_error_kind() == ND_EMEMORY, "%s, %s, allocation %d: %s", a->name, a->how, (int)n,
                  nd_error_message());
        nd_fail_allocation(0);
        CHECK_FOR(nothing_left(before), "%s, %s, allocation %d", a->name, a->how, (int)n);
        CHECK_FOR(a->unharmed(a->world), "%s, %s, allocation %d", a->name, a->how, (int)n);
        if (nd_error_kind() != ND_EMEMORY)
            return -1;
    }
    return -1;
}

/* ------------------------------------------------------------------------------------------------- forward */

typedef struct forward {
    trial *trial;
    nd_array *in[MAX_INPUTS];      /* copies of the trial's */
    nd_array *out[ND_MAX_OUTPUTS]; /* what a run gave */
    nd_array *given, *kept_given;  /* written into, and its content before */
    int outputs;
    bool recording;
} forward;

static int run_forward(void *world) {
    forward *f = world;
    memset(f->out, 0, sizeof f->out);
    f->out[0] = f->given;
    bool recording = nd_set_recording(f->recording);
    f->outputs = nd_call(f->trial->op, f->trial->in, f->trial->count, f->trial->words, CPU, f->out);
    nd_set_recording(recording);
    return f->outputs;
}

static bool forward_unharmed(void *world) {
    forward *f = world;
    for (int i = 0; i < f->trial->count; i++)
        if (!same_array(f->trial->in[i], f->in[i]))
            return false;
    return f->out[0] == f->given && (!f->given || (same_array(f->given, f->kept_given) && !nd_in_graph(f->given)));
}

/* The engines of the random numbers are allocated once and kept: here they are let go of, so that they have to come
 * again. */
static void start_random(void) {
    nd_random_release();
    nd_seed(5);
}

static void check_forward(trial *t, bool recording, bool into_given) {
    forward f = {.trial = t, .recording = recording};
    nd_array *expected[ND_MAX_OUTPUTS];
    start_random();
    int count = trial_call(t, expected);
    if (count < 0)
        return;
    trial_restore(t);
    for (int i = 0; i < t->count; i++)
        f.in[i] = copy_of(t->in[i]);
    if (into_given) {
        f.given = copy_of(expected[0]);
        nd_array_fill(f.given, 1);
        f.kept_given = copy_of(f.given);
    }
    start_random();
    act forward = {nd_op_name(t->op),
                   recording    ? "recorded"
                   : into_given ? "into an array"
                                : "forward",
                   run_forward, forward_unharmed, &f};
    CHECK_EQ_I64(survive(&forward), count);
    for (int i = 0; i < count; i++)
        CHECK_FOR(same_array(f.out[i], expected[i]), "%s", forward.name);
    release_all(expected, count);
    release_all(f.out, count);
    release_all(f.in, t->count);
    nd_array_release(f.kept_given);
}

static void check_forwards(trial *t) {
    check_forward(t, false, false);
    check_forward(t, false, true);
    for (int i = 0; i < t->count; i++)
        if (!t->before[i])
            nd_attach_grad(t->in[i], ND_GRAD_WRITE, NULL);
    check_forward(t, true, false);
    check_forward(t, true, true);
}

/* ------------------------------------------------------------------------------------------------ backward */

typedef struct journey {
    trial *trial;
    nd_array *head[ND_MAX_OUTPUTS];
    nd_array *buffer[MAX_INPUTS], *kept[MAX_INPUTS]; /* the leaves' gradients, and their content before */
    nd_array *gradient[MAX_INPUTS];
    int outputs;
    bool create_graph;
} journey;

static int run_backward(void *world) {
    journey *j = world;
    return nd_backward(j->head, NULL, j->outputs, (nd_backward_options){.retain_graph = true}, NULL, 0, NULL);
}

static int run_grad(void *world) {
    journey *j = world;
    nd_backward_options options = {.retain_graph = true, .create_graph = j->create_graph};
    return nd_backward(j->head, NULL, j->outputs, options, j->trial->in, j->trial->count, j->gradient);
}

static bool leaves_unharmed(void *world) {
    journey *j = world;
    for (int i = 0; i < j->trial->count; i++)
        if (!same_array(j->buffer[i], j->kept[i]) || nd_grad_fresh(j->trial->in[i]) || j->gradient[i])
            return false;
    return true;
}

static journey journey_open(trial *t, nd_grad_req request) {
    journey j = {.trial = t};
    for (int i = 0; i < t->count; i++) {
        nd_attach_grad(t->in[i], request, NULL);
        j.buffer[i] = nd_grad(t->in[i]);
        nd_array_fill(j.buffer[i], 1);
        j.kept[i] = copy_of(j.buffer[i]);
    }
    nd_set_recording(true);
    j.outputs = trial_call(t, j.head);
    nd_set_recording(false);
    return j;
}

static void journey_close(journey *j) {
    if (j->outputs > 0)
        release_all(j->head, j->outputs);
    release_all(j->buffer, j->trial->count);
    release_all(j->kept, j->trial->count);
    release_all(j->gradient, j->trial->count);
}

/* Into the leaves' buffers: first undisturbed, then, the buffers being as before, through all failures. */
static void check_backward(trial *t, nd_grad_req request) {
    journey j = journey_open(t, request);
    nd_array *expected[MAX_INPUTS] = {0};
    if (j.outputs > 0 && run_backward(&j) == 0) {
        for (int i = 0; i < t->count; i++) {
            expected[i] = copy_of(j.buffer[i]);
            nd_array_fill(j.buffer[i], 1);
            nd_set_grad_fresh(t->in[i], false);
        }
        act backward = {nd_op_name(t->op), request == ND_GRAD_ADD ? "backward, adding" : "backward", run_backward,
                        leaves_unharmed, &j};
        CHECK_EQ_I64(survive(&backward), 0);
        for (int i = 0; i < t->count; i++)
            CHECK_FOR(same_array(j.buffer[i], expected[i]) && nd_grad_fresh(t->in[i]), "%s", backward.name);
        release_all(expected, t->count);
    }
    journey_close(&j);
}

/* Handed over, and with create_graph a graph themselves. */
static void check_grad(trial *t, bool create_graph) {
    journey j = journey_open(t, ND_GRAD_WRITE);
    nd_array *expected[MAX_INPUTS] = {0};
    j.create_graph = create_graph;
    if (j.outputs > 0 && run_grad(&j) == 0) {
        for (int i = 0; i < t->count; i++)
            expected[i] = copy_of(j.gradient[i]);
        release_all(j.gradient, t->count);
        act grad = {nd_op_name(t->op), create_graph ? "grad, recorded" : "grad", run_grad, leaves_unharmed, &j};
        CHECK_EQ_I64(survive(&grad), 0);
        for (int i = 0; i < t->count; i++)
            CHECK_FOR(same_array(j.gradient[i], expected[i]), "%s", grad.name);
        release_all(expected, t->count);
    }
    journey_close(&j);
}

/* What is written cannot be a leaf, and what writes it has no gradient: see test_gradients. */
static void check_backwards(trial *t) {
    if (t->count == 0 || trial_writes(t))
        return;
    check_backward(t, ND_GRAD_WRITE);
    check_backward(t, ND_GRAD_ADD);
    check_grad(t, false);
    check_grad(t, true);
}

/* float16 and int32 take the ways that cast. */
static void test_operators(void) {
    static const nd_dtype dtypes[] = {ND_FLOAT64, ND_FLOAT16, ND_INT32, ND_BOOL};
    for (int i = 0; i < COUNT(dtypes); i++) {
        for_each_trial(dtypes[i], check_forwards);
        for_each_trial(dtypes[i], check_backwards);
    }
}

/* ------------------------------------------------------------------------------------------------ a network */

/* A custom step in its middle, which doubles. */
static int double_backward(void *self, nd_array *const *output_grads, int outputs, nd_array **input_grads, int inputs) {
    (void)self, (void)outputs, (void)inputs;
    input_grads[0] = apply("_mul_scalar", "scalar=2", output_grads[0], NULL, NULL);
    return input_grads[0] ? 0 : -1;
}

static int released;
static void double_release(void *self) {
    (void)self;
    released++;
}
static const nd_custom DOUBLE = {double_backward, double_release, "double"};

static nd_array *record_double(nd_array *x) {
    bool recording = nd_set_recording(false);
    nd_array *y = x ? apply("_mul_scalar", "scalar=2", x, NULL, NULL) : NULL;
    nd_set_recording(recording);
    if (y && nd_record_custom(&DOUBLE, NULL, &x, 1, &y, 1) < 0)
        nd_array_release(y), y = NULL;
    nd_array_release(x);
    return y;
}

/* A block of a matrix, by a view or by a copy. */
static nd_array *block(nd_array *x, int64_t first_row, int64_t rows, int64_t first_column, int64_t columns) {
    nd_array *part =
        x ? nd_slice_view(x, (int64_t[]){first_row, first_column}, (int64_t[]){1, 1}, (int64_t[]){rows, columns})
          : NULL;
    nd_array_release(x);
    return part;
}

typedef struct network {
    nd_array *leaf[4], *buffer[4], *kept[4], *copies[4]; /* weights, bias, table, scale */
    nd_array *x, *rows, *labels, *mask;
    nd_array *first[4], *result; /* of a run */
    bool create_graph;
} network;

/* Operators of all kinds between the leaves and one number. */
static nd_array *loss_of(network *n) {
    nd_array *h =
        then("tanh", "", then("broadcast_add", "", apply("dot", "", n->x, n->leaf[0], NULL), n->leaf[1]), NULL);
    nd_array *table = apply("take", "", n->leaf[2], n->rows, NULL);
    nd_array *both = h && table ? apply("concat", "dim=1", h, table, NULL) : NULL;
    nd_array *chosen = both ? apply("where", "", n->mask, both, n->x) : NULL;
    nd_array *scaled = then("broadcast_power", "", then("exp", "", record_double(chosen), NULL), n->leaf[3]);
    nd_array *turned = then("transpose", "", block(scaled, 1, 3, 0, 5), NULL);
    nd_array *logs = then("log_softmax", "axis=1", then("clip", "a_min=0.01 a_max=50", turned, NULL), NULL);
    nd_array *picked = then("pick", "axis=1", logs, n->labels);
    nd_array *loss = then("mean", "", then("_norm_l2", "", then("reshape", "shape=-1", picked, NULL), NULL), NULL);
    nd_array *all[] = {h, table, both};
    release_all(all, 3);
    return loss;
}

/* One step: forward, gradients, and with create_graph the gradients of their product. */
static int run_network(void *world) {
    network *n = world;
    nd_set_recording(true);
    nd_array *loss = loss_of(n), *meeting = NULL;
    int status = loss ? 0 : -1;
    if (status == 0 && !n->create_graph)
        status = backward(loss, NULL);
    else if (status == 0)
        status = gradients(loss, n->leaf, 4, true, n->first);
    if (status == 0 && n->create_graph) {
        meeting =
            then("sum", "", then("square", "", apply("broadcast_mul", "", n->first[0], n->first[3], NULL), NULL), NULL);
        status = meeting ? backward(meeting, NULL) : -1;
    }
    nd_set_recording(false);
    release_all(n->first, 4);
    nd_array_release(meeting);
    nd_array_release(n->result);
    n->result = status == 0 ? nd_array_retain(loss) : NULL;
    nd_array_release(loss);
    return status;
}

static bool network_unharmed(void *world) {
    network *n = world;
    for (int i = 0; i < 4; i++)
        if (!same_array(n->buffer[i], n->kept[i]) || nd_grad_fresh(n->leaf[i]) || !same_array(n->leaf[i], n->copies[i]))
            return false;
    return !nd_is_recording() && !nd_is_training();
}

static nd_array *drawn(nd_dtype dtype, const char *shape, double low, double high) {
    nd_array *array = shaped(dtype, shape);
    fill_random(array, low, high);
    return array;
}

static network network_open(bool create_graph) {
    network n = {.create_graph = create_graph};
    n.leaf[0] = drawn(ND_FLOAT64, "5x3", -1, 1), n.leaf[1] = drawn(ND_FLOAT64, "3", -1, 1);
    n.leaf[2] = drawn(ND_FLOAT64, "6x2", -1, 1), n.leaf[3] = drawn(ND_FLOAT64, "1", 1, 2);
    n.x = drawn(ND_FLOAT64, "4x5", -1, 1), n.rows = shaped(ND_INT32, "4");
    n.labels = shaped(ND_INT32, "5"), n.mask = shaped(ND_FLOAT64, "4x5");
    fill_whole(n.rows, 0, 6), fill_whole(n.labels, 0, 3), fill_whole(n.mask, 0, 2);
    for (int i = 0; i < 4; i++) {
        nd_attach_grad(n.leaf[i], i % 2 ? ND_GRAD_ADD : ND_GRAD_WRITE, NULL);
        n.buffer[i] = nd_grad(n.leaf[i]);
        n.kept[i] = copy_of(n.buffer[i]);
        n.copies[i] = copy_of(n.leaf[i]);
    }
    return n;
}

static void network_close(network *n) {
    nd_array *rest[] = {n->x, n->rows, n->labels, n->mask, n->result};
    release_all(n->leaf, 4), release_all(n->buffer, 4), release_all(n->kept, 4), release_all(n->copies, 4);
    release_all(rest, 5);
}

static void check_network(bool create_graph) {
    ledger before = ledger_now();
    network n = network_open(create_graph);
    nd_array *expected[5] = {0};
    CHECK_FOR(run_network(&n) == 0, "%s", nd_error_message());
    for (int i = 0; i < 4; i++) {
        expected[i] = copy_of(n.buffer[i]);
        nd_array_fill(n.buffer[i], 0);
        nd_set_grad_fresh(n.leaf[i], false);
    }
    expected[4] = n.result, n.result = NULL;
    released = 0;
    act training = {"network", create_graph ? "second order" : "first order", run_network, network_unharmed, &n};
    CHECK_EQ_I64(survive(&training), 0);
    for (int i = 0; i < 4; i++)
        CHECK(same_array(n.buffer[i], expected[i]));
    CHECK(same_array(n.result, expected[4]));
    CHECK(released > 0);
    release_all(expected, 5);
    network_close(&n);
    CHECK_NOTHING_LEFT(before);
}

/* ------------------------------------------------------------------------- views, assignments, and the rest */

typedef struct writing {
    nd_array *target, *kept, *source, *indices, *made;
} writing;

static bool target_unharmed(void *world) {
    writing *w = world;
    return same_array(w->target, w->kept) && !w->made;
}

static const int64_t ZEROS[2] = {0, 0}, ONES[2] = {1, 1}, ROWS[2] = {2, 3}, COLUMNS[2] = {4, 2}, BACKWARDS[2] = {-1, 1},
                     LAST[2] = {3, 0};

static int made(writing *w, nd_array *array) {
    w->made = array;
    return array ? 0 : -1;
}
static int take_rows(void *world) {
    writing *w = world;
    return made(w, nd_slice_view(w->target, ZEROS, ONES, ROWS));
}
static int take_columns(void *world) {
    writing *w = world;
    return made(w, nd_slice_view(w->target, ZEROS, ONES, COLUMNS));
}
static int reshape(void *world) {
    writing *w = world;
    return made(w, nd_reshape_view(w->target, (int64_t[]){12}, 1));
}
static int detach(void *world) {
    writing *w = world;
    return made(w, nd_array_detach(w->target));
}
static int read_grad(void *world) {
    writing *w = world;
    return made(w, nd_grad(w->target));
}
static int read_codes(void *world) {
    writing *w = world;
    nd_spec spec;
    int64_t size = nd_reshape_spec(w->target, (int64_t[]){-1, 0}, 2, true, &spec);
    return size < 0 ? -1 : 0;
}
static int assign(void *world) {
    writing *w = world;
    return nd_array_assign(w->target, w->source);
}
static int assign_to_rows(void *world) {
    writing *w = world;
    return nd_slice_assign(w->target, ZEROS, ONES, ROWS, w->source);
}
static int assign_backwards(void *world) {
    writing *w = world;
    return nd_slice_assign(w->target, LAST, BACKWARDS, w->target->shape, w->target);
}
static int scatter(void *world) {
    writing *w = world;
    return nd_scatter_assign(w->target, w->indices, w->source);
}
static int mark(void *world) {
    writing *w = world;
    return nd_attach_grad(w->target, ND_GRAD_WRITE, NULL);
}

/* Into an array that is recorded and one that is not. */
static void check_writing(const char *name, int (*run)(void *), bool recording) {
    ledger before = ledger_now();
    writing w = {.target = drawn(ND_FLOAT32, "4x3", -1, 1),
                 .source = drawn(ND_FLOAT64, "1x3", -1, 1),
                 .indices = shaped(ND_INT32, "1x3")};
    fill_whole(w.indices, 0, 4);
    if (recording)
        nd_attach_grad(w.target, ND_GRAD_WRITE, NULL);
    w.kept = copy_of(w.target);
    act writing = {name, recording ? "recorded" : "plain", run, target_unharmed, &w};
    nd_set_recording(recording);
    CHECK_EQ_I64(survive(&writing), 0);
    nd_set_recording(false);
    nd_array *all[] = {w.target, w.kept, w.source, w.indices, w.made};
    release_all(all, 5);
    CHECK_FOR(nothing_left(before), "%s", name);
}

static void test_writing(void) {
    static const struct {
        const char *name;
        int (*run)(void *);
        int ways; /* 1: plain, 2: recorded, 3: both */
    } rows[] = {{"rows", take_rows, 3},
                {"columns", take_columns, 3},
                {"reshape", reshape, 3},
                {"detach", detach, 3},
                {"nd_grad", read_grad, 2},
                {"codes", read_codes, 3},
                {"assign", assign, 1},
                {"assign to rows", assign_to_rows, 1},
                {"assign backwards", assign_backwards, 1},
                {"scatter", scatter, 1},
                {"attach_grad", mark, 3}};
    for (int i = 0; i < COUNT(rows); i++)
        for (int recording = 0; recording < 2; recording++)
            if (rows[i].ways >> recording & 1)
                check_writing(rows[i].name, rows[i].run, recording);
}

/* More memory than there is, asked for in earnest. */
static void test_too_large(void) {
    ledger before = ledger_now();
    CHECK_FAILS(apply("_zeros", "shape=1000000000000", NULL, NULL, NULL) == NULL, ND_EMEMORY);
    CHECK_FAILS(apply("_arange", "start=0 stop=1e15", NULL, NULL, NULL) == NULL, ND_EMEMORY);
    nd_array *row = shaped(ND_FLOAT64, "1000000"), *column = shaped(ND_FLOAT64, "1000000x1");
    CHECK_FAILS(apply("broadcast_add", "", row, column, NULL) == NULL, ND_EMEMORY);
    nd_array_release(row), nd_array_release(column);
    CHECK_NOTHING_LEFT(before);
}

int main(void) {
    ledger before = ledger_now();
    const char *sets[4];
    for (int set = instruction_sets(sets) - 1; set >= 0; set--) {
        nd_use_instruction_set(sets[set]);
        check_network(false);
        check_network(true);
    }
    test_operators();
    test_writing();
    test_too_large();
    nd_random_release();
    CHECK_NOTHING_LEFT(before);
    return check_report("failures");
}
