/* Arrays on memory of another library: released once, kept alive by views and by the tape, and never written where
 * that was not allowed. */
#include "support.h"

typedef struct lender {
    float numbers[6];
    int released;
} lender;

static void give_back(void *self) {
    ((lender *)self)->released++;
}

static nd_array *borrow(lender *from, bool read_only) {
    nd_spec spec = {.dtype = ND_FLOAT32, .ndim = 2, .shape = {2, 3}};
    nd_memory memory = {from->numbers, read_only, give_back, from};
    return nd_array_on_memory(&spec, CPU, &memory);
}

static void test_lifetime(void) {
    ledger before = ledger_now();
    lender from = {{1, 2, 3, 4, 5, 6}, 0};
    nd_array *x = borrow(&from, false), *flat = nd_reshape_view(x, (int64_t[]){6}, 1);
    CHECK(nd_array_data(x) == from.numbers && nd_array_writable(x));
    nd_array_set(flat, 5, 60);
    CHECK_CLOSE(from.numbers[5], 60, 0);
    nd_array_release(x);
    CHECK_EQ_I64(from.released, 0);
    nd_array_release(flat);
    CHECK_EQ_I64(from.released, 1);
    CHECK_NOTHING_LEFT(before);
}

/* What the gradient needs stays there, although nobody has the array any more. */
static void test_tape_keeps_memory(void) {
    lender from = {{1, 2, 3, 4, 5, 6}, 0};
    nd_array *x = borrow(&from, false), *y;
    nd_attach_grad(x, ND_GRAD_WRITE, NULL);
    nd_array *gradient = nd_grad(x);
    nd_set_recording(true);
    y = square_of(x);
    nd_set_recording(false);
    nd_array_release(x);
    CHECK_EQ_I64(from.released, 0);
    CHECK(backward(y, NULL) == 0);
    CHECK_EQ_I64(from.released, 1);
    CHECK_CLOSE(nd_array_get(gradient, 5), 12, 0);
    nd_array_release(y), nd_array_release(gradient);
}

static void test_refused(void) {
    lender from = {{0}, 0};
    nd_spec nine = {.dtype = ND_FLOAT32, .ndim = 9}, spec = {.dtype = ND_FLOAT32, .ndim = 1, .shape = {6}};
    nd_memory memory = {from.numbers, false, give_back, &from};
    CHECK_FAILS(nd_array_on_memory(&nine, CPU, &memory) == NULL, ND_ESHAPE);
    CHECK_FAILS(nd_array_on_memory(&spec, (nd_context){ND_GPU, 0}, &memory) == NULL, ND_ECONTEXT);
    for (int n = 1; n <= 2; n++) {
        nd_fail_allocation(n);
        CHECK_FAILS(borrow(&from, false) == NULL, ND_EMEMORY);
    }
    nd_fail_allocation(0);
    CHECK_EQ_I64(from.released, 0); /* it stays the caller's */
}

static void test_read_only(void) {
    lender from = {{1, 2, 3, 4, 5, 6}, 0};
    nd_array *x = borrow(&from, true), *other = square_of(x), *row = nd_array_detach(x), *out = x;
    nd_word none[ND_MAX_WORDS] = {0};
    int64_t start[] = {0, 0}, step[] = {1, 1}, count[] = {2, 3};
    CHECK(!nd_array_writable(x) && !nd_array_writable(row));
    CHECK_FAILS(nd_array_begin_write(x) < 0, ND_EARGUMENT);
    CHECK_FAILS(nd_array_fill(row, 9) < 0, ND_EARGUMENT);
    CHECK_FAILS(nd_array_assign(x, other) < 0, ND_EARGUMENT);
    CHECK_FAILS(nd_slice_assign(x, start, step, count, other) < 0, ND_EARGUMENT);
    CHECK_FAILS(nd_call(nd_op_find("square"), &other, 1, none, CPU, &out) < 0, ND_EARGUMENT);
    CHECK_FAILS(nd_attach_grad(other, ND_GRAD_WRITE, x) < 0, ND_EARGUMENT);
    CHECK(nd_attach_grad(x, ND_GRAD_WRITE, NULL) == 0); /* its own gradient lies elsewhere */
    for (int i = 0; i < 6; i++)
        CHECK_CLOSE(from.numbers[i], i + 1, 0);
    nd_array_release(x), nd_array_release(other), nd_array_release(row);
    CHECK_EQ_I64(from.released, 1);
}

/* ---------------------------------------------------------------------------- gradients on foreign memory */

static int give_foreign_gradient(void *self, nd_array *const *output_grads, int outputs, nd_array **input_grads,
                                 int inputs) {
    CHECK(output_grads && outputs == 1 && inputs == 1);
    return (input_grads[0] = borrow(self, false)) ? 0 : -1;
}

static void leave(void *self) {
    (void)self;
}

static nd_array *foreign_step(nd_array *x, lender *from) {
    static const nd_custom custom = {give_foreign_gradient, leave, "foreign"};
    nd_array *y = copy_of(x);
    CHECK(nd_record_custom(&custom, from, &x, 1, &y, 1) == 0);
    return y;
}

/* A gradient that another library owns is added to others and handed out, but not written into. */
static void test_foreign_gradients(void) {
    lender from = {{1, 2, 3, 4, 5, 6}, 0};
    nd_array *x = shaped(ND_FLOAT32, "2x3"), *y, *z, *sum, *gradient;
    nd_array_fill(x, 1), nd_attach_grad(x, ND_GRAD_WRITE, NULL);
    nd_set_recording(true);
    y = foreign_step(x, &from), z = foreign_step(x, &from), sum = apply("broadcast_add", "", y, z, NULL);
    nd_set_recording(false);
    CHECK(nd_backward(&sum, NULL, 1, (nd_backward_options){.retain_graph = true}, NULL, 0, NULL) == 0);
    CHECK_CLOSE(gradient_at(x, 5), 12, 0);
    CHECK(gradients(y, &x, 1, false, &gradient) == 0);
    CHECK(nd_array_data(gradient) != from.numbers);
    CHECK_CLOSE(nd_array_get(gradient, 5), 6, 0);
    CHECK_CLOSE(from.numbers[5], 6, 0);
    nd_array *all[] = {x, y, z, sum, gradient};
    release_all(all, 5);
    CHECK_EQ_I64(from.released, 3);
}

int main(void) {
    ledger before = ledger_now();
    test_lifetime();
    test_tape_keeps_memory();
    test_refused();
    test_read_only();
    test_foreign_gradients();
    CHECK_NOTHING_LEFT(before);
    return check_report("memory");
}
