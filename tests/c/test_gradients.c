/* Gradients of the first and second order against differences, for every sample of every differentiable operator, on
 * every instruction set. */
#include "samples.h"

enum { MAX_LEAVES = MAX_INPUTS };

/* A trial as a function of its leaves: the sum of its outputs, each element with a weight of its own, which is 0 for
 * outputs of another dtype. */
typedef struct function {
    trial *trial;
    int leaves;
    nd_array *leaf[MAX_LEAVES];
    nd_array *weights[ND_MAX_OUTPUTS];
    int outputs;
} function;

static function function_open(trial *t) {
    function f = {.trial = t};
    nd_array *out[ND_MAX_OUTPUTS];
    for (int i = 0; i < t->count; i++)
        if (!t->whole[i] && !t->before[i]) {
            f.leaf[f.leaves++] = t->in[i];
            nd_attach_grad(t->in[i], ND_GRAD_WRITE, NULL);
        }
    f.outputs = trial_call(t, out);
    for (int i = 0; i < f.outputs; i++) {
        f.weights[i] = copy_of(out[i]);
        fill_random(f.weights[i], out[i]->dtype == ND_FLOAT64 ? 0.5 : 0, out[i]->dtype == ND_FLOAT64 ? 2 : 0);
    }
    release_all(out, f.outputs);
    return f;
}

static void function_close(function *f) {
    release_all(f->weights, f->outputs);
}

/* Without the tape. */
static double value_of(const function *f) {
    nd_array *out[ND_MAX_OUTPUTS];
    double sum = 0;
    bool recording = nd_set_recording(false);
    trial_call(f->trial, out);
    nd_set_recording(recording);
    for (int i = 0; i < f->outputs; i++)
        for (int64_t k = 0; k < out[i]->size; k++)
            sum += nd_array_get(out[i], k) * nd_array_get(f->weights[i], k);
    release_all(out, f->outputs);
    return sum;
}

/* New references, one for each leaf. Whole numbers among the outputs have no gradient; false if all are such. */
static bool first_order(const function *f, bool create_graph, nd_array **out) {
    nd_array *made[ND_MAX_OUTPUTS], *heads[ND_MAX_OUTPUTS], *weights[ND_MAX_OUTPUTS];
    int count = 0;
    nd_backward_options options = {.create_graph = create_graph};
    nd_set_recording(true);
    trial_call(f->trial, made);
    nd_set_recording(false);
    for (int i = 0; i < f->outputs; i++)
        if (nd_dtype_is_float(made[i]->dtype))
            heads[count] = made[i], weights[count++] = f->weights[i];
    int status = count == 0 ? 0 : nd_backward(heads, weights, count, options, f->leaf, f->leaves, out);
    CHECK_FOR(status == 0, "%s: %s", nd_op_name(f->trial->op), nd_error_message());
    release_all(made, f->outputs);
    return status == 0 && count > 0;
}

/* The sum of the gradients' products with fixed directions: what the second order is the gradient of. */
static double slope_of(const function *f, nd_array *const *directions) {
    nd_array *out[MAX_LEAVES] = {0};
    double sum = 0;
    if (first_order(f, false, out))
        for (int i = 0; i < f->leaves; i++)
            for (int64_t k = 0; k < out[i]->size; k++)
                sum += nd_array_get(out[i], k) * nd_array_get(directions[i], k);
    release_all(out, f->leaves);
    return sum;
}

/* A leaf that the first gradient does not depend on gets NULL: its second gradient is zero. */
static void second_order(const function *f, nd_array *const *directions, nd_array **out) {
    nd_array *first[MAX_LEAVES] = {0}, *heads[MAX_LEAVES], *head_grads[MAX_LEAVES];
    int count = 0;
    if (!first_order(f, true, first))
        return;
    for (int i = 0; i < f->leaves; i++)
        if (nd_in_graph(first[i]))
            heads[count] = first[i], head_grads[count++] = directions[i];
    const nd_backward_options options = {.retain_graph = true};
    for (int i = 0; i < f->leaves && count; i++)
        CHECK(nd_backward(heads, head_grads, count, options, &f->leaf[i], 1, &out[i]) == 0 ||
              nd_error_kind() == ND_EGRAPH);
    release_all(first, f->leaves);
}

/* The difference quotient along one element of a leaf. */
static double quotient(const function *f, nd_array *x, int64_t i, nd_array *const *directions) {
    const double h = 1e-5;
    double at = nd_array_get(x, i);
    nd_array_set(x, i, at + h);
    double above = directions ? slope_of(f, directions) : value_of(f);
    nd_array_set(x, i, at - h);
    double below = directions ? slope_of(f, directions) : value_of(f);
    nd_array_set(x, i, at);
    return (above - below) / (2 * h);
}

static void compare(const function *f, nd_array *const *gradients, nd_array *const *directions) {
    for (int i = 0; i < f->leaves; i++)
        for (int64_t k = 0; k < f->leaf[i]->size; k++) {
            double expected = quotient(f, f->leaf[i], k, directions),
                   got = gradients[i] ? nd_array_get(gradients[i], k) : 0;
            CHECK_FOR(fabs(got - expected) <= 1e-6 * (1 + fabs(expected)),
                      "%s (%s; %s), input %d, element %d: %.9g, not %.9g, order %d", nd_op_name(f->trial->op),
                      f->trial->sample->inputs, f->trial->sample->params, i, (int)k, got, expected, directions ? 2 : 1);
        }
}

/* The two forms of a gradient, fused and recorded, agree to rounding. */
static void compare_forms(const function *f, nd_array *const *fused, nd_array *const *recorded) {
    for (int i = 0; i < f->leaves; i++)
        for (int64_t k = 0; k < fused[i]->size; k++)
            CHECK_FOR(fabs(nd_array_get(fused[i], k) - nd_array_get(recorded[i], k)) <=
                          1e-12 * (1 + fabs(nd_array_get(fused[i], k))),
                      "%s, input %d", nd_op_name(f->trial->op), i);
}

/* Output layers, whose gradient is that of a loss and not of what they show. */
static bool states_its_gradient(const nd_op *op) {
    static const char *const names[] = {"_attach_gradient", "SoftmaxOutput", "SVMOutput"};
    bool states = strstr(nd_op_name(op), "RegressionOutput") != NULL;
    for (int i = 0; i < COUNT(names); i++)
        states = states || strcmp(nd_op_name(op), names[i]) == 0;
    return states;
}

/* Is there an input that gets a gradient? */
static bool takes_gradients(const trial *t) {
    for (int i = 0; i < t->count; i++)
        if (!t->whole[i])
            return true;
    return false;
}

static void check_gradients(trial *t) {
    if (!nd_op_differentiable(t->op) || states_its_gradient(t->op) || !takes_gradients(t))
        return;
    ledger before = ledger_now();
    function f = function_open(t);
    nd_array *fused[MAX_LEAVES] = {0}, *recorded[MAX_LEAVES] = {0}, *second[MAX_LEAVES] = {0}, *directions[MAX_LEAVES];
    if (first_order(&f, false, fused) && first_order(&f, true, recorded)) {
        compare(&f, fused, NULL);
        compare_forms(&f, fused, recorded);
        for (int i = 0; i < f.leaves; i++) {
            directions[i] = copy_of(f.leaf[i]);
            fill_random(directions[i], -1, 1);
        }
        second_order(&f, directions, second);
        compare(&f, second, directions);
        release_all(directions, f.leaves);
    }
    release_all(fused, f.leaves), release_all(recorded, f.leaves), release_all(second, f.leaves);
    function_close(&f);
    for (int i = 0; i < f.leaves; i++) { /* the trial's arrays outlive the test of what is left */
        nd_array *plain = nd_array_detach(f.leaf[i]);
        for (int k = 0; k < t->count; k++)
            if (t->in[k] == f.leaf[i])
                nd_array_release(t->in[k]), t->in[k] = plain;
    }
    CHECK_FOR(nothing_left(before), "%s", nd_op_name(t->op));
}

/* What is not differentiable gives zero. */
static void check_zero(trial *t) {
    if (nd_op_differentiable(t->op) || t->count == 0 || t->whole[0])
        return;
    function f = function_open(t);
    nd_array *out[MAX_LEAVES] = {0};
    if (first_order(&f, false, out))
        for (int i = 0; i < f.leaves; i++)
            for (int64_t k = 0; k < out[i]->size; k++)
                CHECK_FOR(nd_array_get(out[i], k) == 0, "%s", nd_op_name(t->op));
    release_all(out, f.leaves);
    function_close(&f);
}

static void test_gradients(void) {
    const char *sets[4];
    for (int set = instruction_sets(sets) - 1; set >= 0; set--) {
        nd_use_instruction_set(sets[set]);
        for_each_trial(ND_FLOAT64, check_gradients);
        for_each_trial(ND_FLOAT64, check_zero);
    }
}

/* float32 and float16 go other ways to the same numbers, as far as they reach; integers stay integers. */
static void check_dtype(nd_dtype dtype, double tolerance) {
    nd_array *x = shaped(dtype, "19"), *y;
    for (int i = 0; i < 19; i++)
        nd_array_set(x, i, 0.5 + i / 16.0);
    nd_attach_grad(x, ND_GRAD_WRITE, NULL);
    nd_set_recording(true);
    y = then("broadcast_mul", "", then("tanh", "", square_of(x), NULL), x);
    nd_set_recording(false);
    CHECK(backward(y, NULL) == 0);
    nd_array *gradient = nd_grad(x);
    CHECK_EQ_I64(gradient->dtype, dtype);
    for (int i = 0; i < 19; i++) {
        double v = nd_array_get(x, i), t = tanh(v * v);
        CHECK_CLOSE(nd_array_get(gradient, i), t + v * (1 - t * t) * 2 * v, tolerance);
    }
    nd_array_release(gradient), nd_array_release(x), nd_array_release(y);
}

static void test_dtypes(void) {
    check_dtype(ND_FLOAT64, 1e-14);
    check_dtype(ND_FLOAT32, 1e-6);
    check_dtype(ND_FLOAT16, 4e-3);
    for (int dtype = 0; dtype < ND_DTYPES; dtype++) { /* 3 x at whole numbers is exact in all but bool */
        nd_array *x = shaped((nd_dtype)dtype, "5"), *y;
        nd_array_fill(x, 2);
        nd_attach_grad(x, ND_GRAD_WRITE, NULL);
        nd_set_recording(true);
        y = apply("_mul_scalar", "scalar=3", x, NULL, NULL);
        nd_set_recording(false);
        CHECK_FOR(backward(y, NULL) == 0, "%s", nd_error_message());
        CHECK_CLOSE(gradient_at(x, 4), dtype == ND_BOOL ? 1 : 3, 0);
        nd_array_release(x), nd_array_release(y);
    }
}

/* sin has all derivatives: the n-th one by n calls. */
static void test_high_orders(void) {
    nd_array *x = leaf_of(0.7), *y;
    nd_set_recording(true);
    y = apply("sin", "", x, NULL, NULL);
    for (int order = 1; order <= 8; order++) {
        nd_array *next = NULL;
        CHECK(gradients(y, &x, 1, true, &next) == 0);
        nd_array_release(y);
        y = next;
        CHECK_CLOSE(nd_array_get(y, 0), sin(0.7 + order * acos(-1) / 2), 1e-13);
    }
    nd_set_recording(false);
    nd_array_release(x), nd_array_release(y);
}

int main(void) {
    ledger before = ledger_now();
    test_gradients();
    test_dtypes();
    test_high_orders();
    CHECK_NOTHING_LEFT(before);
    return check_report("gradients");
}
