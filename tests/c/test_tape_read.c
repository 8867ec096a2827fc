/* Reading the tape: its steps, what they keep, and the gradients that an observer sees. */
#include "support.h"

/* z = tanh(2 x) x, recorded. */
typedef struct graph {
    nd_array *x, *y, *t, *z;
} graph;

static graph record(void) {
    graph g = {.x = leaf("2x3", 0, 1)};
    nd_set_recording(true);
    g.y = apply("_mul_scalar", "scalar=2", g.x, NULL, NULL);
    g.t = apply("tanh", "", g.y, NULL, NULL);
    g.z = apply("broadcast_mul", "", g.t, g.x, NULL);
    nd_set_recording(false);
    return g;
}

static void release(graph g) {
    nd_array *all[] = {g.x, g.y, g.t, g.z};
    release_all(all, 4);
}

static void test_steps(void) {
    graph g = record();
    nd_node **steps;
    CHECK_EQ_I64(nd_tape_read(&g.z, 1, &steps), 4);
    nd_step leaf = nd_step_read(steps[0]), first = nd_step_read(steps[1]), last = nd_step_read(steps[3]);
    CHECK(!leaf.op && !leaf.custom && leaf.inputs == 0 && leaf.outputs == 1);
    CHECK(first.op == nd_op_find("_mul_scalar") && first.words[0].f == 2);
    CHECK(last.op == nd_op_find("broadcast_mul") && last.inputs == 2 && last.number > first.number);
    uint32_t output = 9;
    CHECK(nd_step_source(steps[3], 1, &output) == steps[0] && output == 0);
    CHECK(nd_step_source(steps[3], 0, &output) == steps[2]);
    CHECK_EQ_I64(nd_input_spec(steps[3], 0).shape[1], 3);
    nd_tape_release(steps, 4);
    release(g);
}

/* The product keeps both inputs, tanh its output, the scaling nothing; and what was overwritten is not to be had. */
static void test_kept(void) {
    graph g = record();
    nd_node **steps;
    CHECK_EQ_I64(nd_tape_read(&g.z, 1, &steps), 4);
    nd_array *t = nd_kept_input(steps[3], 0), *x = nd_kept_input(steps[3], 1), *y = nd_kept_output(steps[2], 0);
    CHECK(nd_array_data(t) == nd_array_data(g.t) && nd_array_data(x) == nd_array_data(g.x) && !x->node);
    CHECK(nd_array_data(y) == nd_array_data(g.t));
    CHECK(!nd_kept_input(steps[2], 0) && !nd_kept_input(steps[1], 0) && !nd_kept_output(steps[1], 0));
    CHECK(nd_array_fill(g.t, 0) == 0);
    CHECK(!nd_kept_input(steps[3], 0) && !nd_kept_output(steps[2], 0));
    nd_array *all[] = {t, x, y};
    release_all(all, 3);
    nd_tape_release(steps, 4);
    release(g);
}

static void test_refused(void) {
    nd_array *plain = scalar_of(1);
    nd_node **steps;
    CHECK_FAILS(nd_tape_read(&plain, 1, &steps) < 0, ND_EGRAPH);
    graph g = record();
    CHECK(backward(g.z, NULL) == 0);
    CHECK_FAILS(nd_tape_read(&g.z, 1, &steps) < 0, ND_EGRAPH);
    nd_array_release(plain);
    release(g);
}

/* ------------------------------------------------------------------------------------------------ observers */

typedef struct diary {
    int steps, leaves;
    int64_t ends_after;
    double leaf_gradient;
} diary;

static int see(void *self, nd_node *step, nd_array *const *output_grads, nd_array *const *input_grads) {
    diary *d = self;
    if (++d->steps == d->ends_after)
        return nd_fail(ND_ECALLBACK, "seen enough");
    if (!input_grads) {
        d->leaves++;
        d->leaf_gradient = nd_array_get(output_grads[0], 4);
    }
    CHECK(nd_step_read(step).outputs == 1 && output_grads[0]);
    return 0;
}

static int watch(graph g, diary *d) {
    nd_observer observer = {see, d};
    return nd_backward(&g.z, NULL, 1, (nd_backward_options){.observer = &observer}, NULL, 0, NULL);
}

/* It sees what backward then writes, and neither the leaf nor the graph notices. */
static void test_observer(void) {
    graph g = record();
    diary d = {0};
    CHECK(watch(g, &d) == 0);
    CHECK_EQ_I64(d.steps, 4);
    CHECK_EQ_I64(d.leaves, 1);
    CHECK(gradient_at(g.x, 4) == 0 && !nd_grad_fresh(g.x));
    d = (diary){.ends_after = 2};
    CHECK_FAILS(watch(g, &d) < 0, ND_ECALLBACK);
    d = (diary){0};
    CHECK(watch(g, &d) == 0);
    CHECK(backward(g.z, NULL) == 0);
    CHECK_CLOSE(gradient_at(g.x, 4), d.leaf_gradient, 0);
    release(g);
}

/* Any allocation may fail. */
static void test_failures(void) {
    graph g = record();
    int failed = 0;
    for (int64_t n = 1;; n++, failed++) {
        nd_node **steps;
        nd_fail_allocation(n);
        int64_t count = nd_tape_read(&g.z, 1, &steps);
        nd_array *t = count > 0 ? nd_kept_input(steps[3], 0) : NULL;
        nd_fail_allocation(0);
        if (count > 0)
            nd_tape_release(steps, count);
        nd_array_release(t);
        if (t)
            break;
        CHECK_EQ_I64(nd_error_kind(), ND_EMEMORY);
    }
    CHECK(failed >= 2);
    release(g);
}

int main(void) {
    ledger before = ledger_now();
    test_steps();
    test_kept();
    test_refused();
    test_observer();
    test_failures();
    CHECK_NOTHING_LEFT(before);
    return check_report("tape_read");
}
