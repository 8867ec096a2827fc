/* Steps made outside the core: called back, refused, failing, and meddling with the very graph that is being walked. */
#include "support.h"

/* y = x x by hand. What it does beside that, tests say. */
typedef struct custom {
    nd_array *x;      /* kept for backward, and let go of with the step */
    nd_array *friend; /* anything else that goes with it */
    int released, called;
    int (*mischief)(struct custom *self);
} custom;

static int custom_backward(void *self_, nd_array *const *output_grads, int outputs, nd_array **input_grads,
                           int inputs) {
    custom *self = self_;
    CHECK(outputs == 1 && inputs == 1 && !input_grads[0]);
    self->called++;
    if (self->mischief && self->mischief(self) < 0)
        return -1;
    nd_array *twice = apply("_mul_scalar", "scalar=2", self->x, NULL, NULL);
    input_grads[0] = then("broadcast_mul", "", twice, output_grads[0]);
    return input_grads[0] ? 0 : -1;
}

static void custom_release(void *self_) {
    custom *self = self_;
    self->released++;
    nd_array_release(self->x), nd_array_release(self->friend);
    self->x = self->friend = NULL;
}

static const nd_custom CUSTOM = {custom_backward, custom_release, "custom"};

/* The step's output, on the tape. */
static nd_array *record_custom(custom *self, nd_array *x) {
    bool recording = nd_set_recording(false);
    nd_array *y = square_of(x);
    nd_set_recording(recording);
    self->x = nd_array_retain(x);
    CHECK_FOR(nd_record_custom(&CUSTOM, self, &x, 1, &y, 1) == 0, "%s", nd_error_message());
    return y;
}

static void test_custom(void) {
    ledger before = ledger_now();
    custom self = {0}, unused = {0};
    nd_array *x = leaf_of(3), *idle = record_custom(&unused, x), *y, *z;
    CHECK(unused.released == 1 && !nd_in_graph(idle)); /* not recording: let go of at once */
    nd_set_recording(true);
    y = record_custom(&self, x), z = square_of(y);
    nd_set_recording(false);
    CHECK(nd_backward(&z, NULL, 1, (nd_backward_options){.retain_graph = true}, NULL, 0, NULL) == 0);
    CHECK(self.called == 1 && self.released == 0);
    CHECK(backward(z, NULL) == 0);
    CHECK_CLOSE(gradient_at(x, 0), 108, 0);
    CHECK(self.called == 2 && self.released == 1);
    nd_array *all[] = {x, idle, y, z};
    release_all(all, 4);
    CHECK_EQ_I64(self.released, 1);
    CHECK_NOTHING_LEFT(before);
}

static void test_custom_second_order(void) {
    custom self = {0};
    nd_array *x = leaf_of(3), *y, *first = NULL, *second = NULL;
    nd_set_recording(true);
    y = record_custom(&self, x);
    nd_set_recording(false);
    CHECK(gradients(y, &x, 1, true, &first) == 0);
    CHECK(gradients(first, &x, 1, false, &second) == 0);
    CHECK_CLOSE(nd_array_get(first, 0), 6, 0);
    CHECK_CLOSE(nd_array_get(second, 0), 2, 0);
    nd_array *all[] = {x, y, first, second};
    release_all(all, 4);
    CHECK_EQ_I64(self.released, 1);
}

static int fail_on_purpose(custom *self) {
    (void)self;
    return nd_fail(ND_ECALLBACK, "on purpose");
}

/* A backward that fails, or gives a gradient of another shape: reported, and the graph can be walked again. */
static void test_failing_custom(void) {
    custom self = {.mischief = fail_on_purpose};
    nd_array *x = leaf_of(3), *y;
    nd_set_recording(true);
    y = record_custom(&self, x);
    nd_set_recording(false);
    CHECK_FAILS(backward(y, NULL) < 0, ND_ECALLBACK);
    CHECK(strcmp(nd_error_message(), "on purpose") == 0 && self.released == 0);
    nd_array *kept = self.x;
    self.mischief = NULL, self.x = shaped(ND_FLOAT64, "2");
    nd_array_fill(self.x, 1);
    CHECK_FAILS(backward(y, NULL) < 0, ND_ESHAPE);
    nd_array_release(self.x);
    self.x = kept;
    CHECK(backward(y, NULL) == 0);
    CHECK_CLOSE(gradient_at(x, 0), 6, 0);
    nd_array_release(x), nd_array_release(y);
}

static void test_refused_custom(void) {
    custom self = {0};
    nd_array *x = leaf_of(3), *y = scalar_of(9);
    nd_array *many[ND_MAX_OUTPUTS + 1];
    for (int i = 0; i <= ND_MAX_OUTPUTS; i++)
        many[i] = y;
    nd_set_recording(true);
    CHECK_FAILS(nd_record_custom(&CUSTOM, &self, &x, 1, many, 0) < 0, ND_EARGUMENT);
    CHECK_FAILS(nd_record_custom(&CUSTOM, &self, &x, 1, many, ND_MAX_OUTPUTS + 1) < 0, ND_EARGUMENT);
    nd_set_recording(false);
    CHECK(self.released == 0 && !nd_in_graph(y)); /* it stays the caller's */
    nd_array_release(x), nd_array_release(y);
}

/* A whole graph of its own, differentiated inside the callback. */
static int differentiate_inside(custom *self) {
    nd_array *inner = leaf_of(nd_array_get(self->x, 0)), *out = NULL, *y;
    bool recording = nd_set_recording(true);
    y = then("square", "", square_of(inner), NULL);
    nd_set_recording(recording);
    int status = gradients(y, &inner, 1, false, &out);
    if (status == 0)
        CHECK_CLOSE(nd_array_get(out, 0), 4 * pow(nd_array_get(self->x, 0), 3), 1e-9);
    nd_array_release(inner), nd_array_release(y), nd_array_release(out);
    return status;
}

/* The friend belongs to the very graph that is being walked. */
static int differentiate_friend(custom *self) {
    nd_backward_options options = {.retain_graph = true};
    return nd_backward(&self->friend, NULL, 1, options, NULL, 0, NULL);
}

static int free_friend(custom *self) {
    return backward(self->friend, NULL);
}

static int release_friend(custom *self) {
    nd_array_release(self->friend);
    self->friend = NULL;
    return 0;
}

static int mark_friend_anew(custom *self) {
    return nd_attach_grad(self->friend, ND_GRAD_WRITE, NULL);
}

static int write_into_friend(custom *self) {
    return nd_array_fill(self->friend, 100);
}

static void test_nested_backward(void) {
    static const struct {
        int (*mischief)(custom *self);
        bool befriend; /* an array between x and the custom step */
        bool succeeds;
    } rows[] = {{differentiate_inside, false, true}, {differentiate_friend, true, true},
                {free_friend, true, false},          {release_friend, true, true},
                {mark_friend_anew, true, true},      {write_into_friend, true, false}};
    for (int i = 0; i < COUNT(rows); i++) {
        ledger before = ledger_now();
        custom self = {.mischief = rows[i].mischief};
        nd_array *x = leaf_of(2), *a, *b, *y, *z;
        nd_set_recording(true);
        a = square_of(x), b = square_of(a), y = record_custom(&self, b),
        z = apply("_mul_scalar", "scalar=3", y, NULL, NULL);
        nd_set_recording(false);
        self.friend = rows[i].befriend ? nd_array_retain(a) : NULL;
        nd_array_release(y), nd_array_release(a), nd_array_release(b);
        int status = backward(z, NULL);
        CHECK_FOR((status == 0) == rows[i].succeeds, "row %d: %s", i, nd_error_message());
        if (status == 0)
            CHECK_CLOSE(gradient_at(x, 0), 3 * 8 * pow(2, 7), 1e-9); /* 3 x^8 */
        nd_array_release(x), nd_array_release(z);
        CHECK_EQ_I64(self.released, 1);
        CHECK_FOR(nothing_left(before), "row %d", i);
    }
}

/* The variable itself is marked anew on the way: an error, not a crash. */
static void test_variable_marked_anew(void) {
    custom self = {.mischief = mark_friend_anew};
    nd_array *x = leaf_of(2), *y, *out = NULL;
    nd_set_recording(true);
    y = record_custom(&self, x);
    nd_set_recording(false);
    self.friend = nd_array_retain(x);
    CHECK_FAILS(gradients(y, &x, 1, false, &out) < 0, ND_EGRAPH);
    CHECK(out == NULL);
    nd_array_release(x), nd_array_release(y);
}

/* The same graph walked again from inside itself, to a depth; each walk finds the marks of the one around it. */
static int depth;
static int walk_again(custom *self) {
    if (++depth > 5)
        return 0;
    nd_backward_options options = {.retain_graph = true};
    return nd_backward(&self->friend, NULL, 1, options, NULL, 0, NULL);
}

static void test_walk_inside_walk(void) {
    ledger before = ledger_now();
    custom self = {.mischief = walk_again};
    nd_array *x = leaf_of(2), *y, *z;
    depth = 0;
    nd_set_recording(true);
    y = record_custom(&self, x), z = square_of(y);
    nd_set_recording(false);
    self.friend = z; /* borrowed: a reference would be a circle */
    CHECK_FOR(nd_backward(&z, NULL, 1, (nd_backward_options){.retain_graph = true}, NULL, 0, NULL) == 0, "%s",
              nd_error_message());
    CHECK_CLOSE(gradient_at(x, 0), 32, 0);
    self.friend = NULL;
    CHECK(backward(z, NULL) == 0);
    nd_array *all[] = {x, y, z};
    release_all(all, 3);
    CHECK_EQ_I64(self.released, 1);
    CHECK_NOTHING_LEFT(before);
}

int main(void) {
    ledger before = ledger_now();
    test_custom();
    test_custom_second_order();
    test_failing_custom();
    test_refused_custom();
    test_nested_backward();
    test_variable_marked_anew();
    test_walk_inside_walk();
    CHECK_NOTHING_LEFT(before);
    return check_report("custom");
}
