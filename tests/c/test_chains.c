/* A million steps on a C stack of 256 KiB: recorded, differentiated and freed, through callbacks too. */
#include <pthread.h>

#include "support.h"

enum { LONG = 1000000, QUITE_LONG = 100000 };

/* A million steps: recorded, differentiated, freed; and freed without being differentiated. */
static void long_chain(bool differentiate) {
    ledger before = ledger_now();
    nd_array *x = leaf_of(1), *y = nd_array_retain(x);
    nd_word words[ND_MAX_WORDS] = {{.f = -1}};
    const nd_op *op = nd_op_find("_mul_scalar");
    nd_set_recording(true);
    for (int i = 0; i < LONG && y; i++) {
        nd_array *next = nd_apply(op, &y, 1, words);
        nd_array_release(y);
        y = next;
    }
    nd_set_recording(false);
    CHECK_EQ_I64(nd_nodes_in_use() - before.nodes, LONG + 1);
    CHECK((nd_tape_bytes_in_use() - before.tape_bytes) / LONG <= 200);
    if (differentiate) {
        CHECK(backward(y, NULL) == 0);
        CHECK_CLOSE(gradient_at(x, 0), LONG % 2 ? -1 : 1, 0);
    }
    nd_array_release(x), nd_array_release(y);
    CHECK_NOTHING_LEFT(before);
}

/* A chain that saves data on the way, with two edges a step, and a gradient that is itself a graph. */
static void long_saving_chain(void) {
    ledger before = ledger_now();
    nd_array *x = leaf_of(0.5), *y = nd_array_retain(x), *first = NULL;
    nd_set_recording(true);
    for (int i = 0; i < QUITE_LONG && y; i++)
        y = then("broadcast_maximum", "", y, x);
    nd_set_recording(false);
    CHECK(gradients(y, &x, 1, true, &first) == 0);
    CHECK_CLOSE(nd_array_get(first, 0), 1, 0);
    nd_array_release(x), nd_array_release(y), nd_array_release(first);
    CHECK_NOTHING_LEFT(before);
}

/* A step made outside the core, which holds on to an array: through it whatever made that hangs on a callback. */
typedef struct holder {
    nd_array *held;
} holder;

static int no_backward(void *self, nd_array *const *output_grads, int outputs, nd_array **input_grads, int inputs) {
    (void)self, (void)output_grads, (void)outputs, (void)input_grads, (void)inputs;
    return 0; /* a gradient of zero */
}

static void release_holder(void *self) {
    nd_array_release(((holder *)self)->held);
    free(self);
}

static const nd_custom HOLDING = {no_backward, release_holder, "holding"};

/* Records y as made from x by a step that takes the reference `held`. */
static nd_array *record_holder(nd_array *x, nd_array *held) {
    holder *self = calloc(1, sizeof *self);
    nd_array *y = nd_array_detach(x);
    self->held = held;
    CHECK(nd_record_custom(&HOLDING, self, &x, 1, &y, 1) == 0);
    return y;
}

/* Every step's release frees the array that holds the step before it: freeing goes through the callback each time. */
static void long_custom_chain(void) {
    ledger before = ledger_now();
    nd_array *x = leaf_of(1), *y = nd_array_retain(x);
    nd_set_recording(true);
    for (int i = 0; i < QUITE_LONG; i++)
        y = record_holder(x, y);
    nd_set_recording(false);
    CHECK_EQ_I64(nd_nodes_in_use() - before.nodes, QUITE_LONG + 1);
    nd_array_release(x), nd_array_release(y);
    CHECK_NOTHING_LEFT(before);
}

/* As long a chain, hidden behind one callback, freed by backward over something short. */
static void chain_behind_custom(void) {
    ledger before = ledger_now();
    nd_array *x = leaf_of(1), *hidden = nd_array_retain(x), *y;
    nd_set_recording(true);
    for (int i = 0; i < QUITE_LONG; i++)
        hidden = then("negative", "", hidden, NULL);
    y = record_holder(x, hidden);
    nd_set_recording(false);
    CHECK(nd_nodes_in_use() > QUITE_LONG);
    CHECK(backward(y, NULL) == 0);
    CHECK(nd_nodes_in_use() < 10);
    nd_array_release(x), nd_array_release(y);
    CHECK_NOTHING_LEFT(before);
}

static void *on_small_stack(void *nothing) {
    long_chain(true);
    long_chain(false);
    long_saving_chain();
    long_custom_chain();
    chain_behind_custom();
    return nothing;
}

/* 256 KiB, which recursion of any kind over a million steps would exhaust. */
static void test_long_chains(void) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstacksize(&attributes, 256 * 1024) == 0);
    CHECK(pthread_create(&thread, &attributes, on_small_stack, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    pthread_attr_destroy(&attributes);
}

int main(void) {
    ledger before = ledger_now();
    test_long_chains();
    CHECK_NOTHING_LEFT(before);
    return check_report("chains");
}
