/* The tape: graphs of every form, what it keeps and when it lets go, leaves, and writes into what it needs. */
#include "support.h"

/* ------------------------------------------------------------------------------------------------ graphs */

/* y = x x + 3 x, and then both arms again: every path counts once. */
static void test_diamonds(void) {
    nd_array *x = leaf_of(1.5), *a, *b, *c, *y;
    nd_set_recording(true);
    a = square_of(x);
    b = apply("_mul_scalar", "scalar=3", x, NULL, NULL);
    c = apply("broadcast_add", "", a, b, NULL);
    y = apply("broadcast_mul", "", c, c, NULL); /* one array twice among the inputs */
    nd_set_recording(false);
    CHECK(backward(y, NULL) == 0);
    CHECK_CLOSE(gradient_at(x, 0), 2 * (1.5 * 1.5 + 4.5) * (2 * 1.5 + 3), 1e-12);
    nd_array *all[] = {x, a, b, c, y};
    release_all(all, 5);
}

/* 200 diamonds in a row have 2^200 paths. */
static void test_many_diamonds(void) {
    nd_array *x = leaf_of(1), *y = nd_array_retain(x);
    nd_set_recording(true);
    for (int i = 0; i < 200; i++) {
        nd_array *left = apply("_mul_scalar", "scalar=0.25", y, NULL, NULL),
                 *right = apply("_mul_scalar", "scalar=0.75", y, NULL, NULL);
        nd_array_release(y);
        y = then("broadcast_add", "", left, right);
        nd_array_release(right);
    }
    nd_set_recording(false);
    CHECK(backward(y, NULL) == 0);
    CHECK_CLOSE(gradient_at(x, 0), 1, 0);
    nd_array_release(x), nd_array_release(y);
}

/* Several heads, some of them twice, some behind others, each with its own head gradient or without. */
static void test_heads(void) {
    nd_array *x = leaf_of(2), *y, *z, *g = scalar_of(10);
    nd_set_recording(true);
    y = square_of(x), z = square_of(y);
    nd_set_recording(false);
    nd_array *heads[] = {y, z, y, x}, *head_grads[] = {NULL, g, g, NULL};
    CHECK(nd_backward(heads, head_grads, 4, (nd_backward_options){0}, NULL, 0, NULL) == 0);
    CHECK_CLOSE(gradient_at(x, 0), 4 + 10 * 32 + 10 * 4 + 1, 1e-12);
    nd_array *all[] = {x, y, z, g};
    release_all(all, 4);
}

/* Outputs that nothing used get zeros, and the parts of an array find their places. */
static void test_outputs(void) {
    nd_array *x = leaf("2x6", -1, 1), *parts[ND_MAX_OUTPUTS] = {0}, *y;
    nd_word words[ND_MAX_WORDS];
    read_params(nd_op_find("split"), words, "num_outputs=3");
    nd_set_recording(true);
    CHECK_EQ_I64(nd_call(nd_op_find("split"), &x, 1, words, CPU, parts), 3);
    y = square_of(parts[1]);
    nd_set_recording(false);
    CHECK(backward(y, NULL) == 0);
    for (int i = 0; i < 12; i++)
        CHECK_CLOSE(gradient_at(x, i), i % 6 / 2 == 1 ? 2 * nd_array_get(x, i) : 0, 0);
    release_all(parts, 3);
    nd_array_release(x), nd_array_release(y);
}

/* 300 inputs of one step, which take more room than the usual few. */
static void test_many_inputs(void) {
    enum { MANY = 300 };
    nd_array *x[MANY], *y, *z;
    nd_word words[ND_MAX_WORDS];
    read_params(nd_op_find("concat"), words, "dim=0");
    for (int i = 0; i < MANY; i++)
        x[i] = i % 3 ? leaf("2", 0, 1) : shaped(ND_FLOAT64, "1");
    nd_set_recording(true);
    y = nd_apply(nd_op_find("concat"), x, MANY, words), z = square_of(y);
    nd_set_recording(false);
    CHECK(backward(z, NULL) == 0);
    for (int i = 1; i < MANY; i += 3)
        CHECK_CLOSE(gradient_at(x[i], 1), 2 * nd_array_get(x[i], 1), 0);
    release_all(x, MANY);
    nd_array_release(y), nd_array_release(z);
}

/* More inputs than a step can count are refused while recording, and joined otherwise. */
static void test_too_many_inputs(void) {
    enum { MANY = 70000 };
    static nd_array *x[MANY];
    nd_word words[ND_MAX_WORDS];
    read_params(nd_op_find("concat"), words, "dim=0");
    nd_array *one = leaf("1", 1, 2), *two = leaf("2", 1, 2);
    for (int i = 0; i < MANY; i++)
        x[i] = one;
    nd_array *joined = nd_apply(nd_op_find("concat"), x, MANY, words);
    CHECK(joined && joined->size == MANY);
    nd_array_release(joined);
    nd_set_recording(true);
    CHECK_FAILS(nd_apply(nd_op_find("concat"), x, MANY, words) == NULL, ND_EARGUMENT);
    for (int i = 0; i < MANY; i += 2)
        x[i] = two; /* shapes in turn are not stored once */
    nd_array *some = nd_apply(nd_op_find("concat"), x, 60000, words);
    nd_set_recording(false);
    CHECK(some && backward(some, NULL) == 0);
    CHECK_CLOSE(gradient_at(two, 1), 30000, 0);
    nd_array_release(one), nd_array_release(two), nd_array_release(some);
}

/* ----------------------------------------------------------------------------------- what is kept, what is freed */

static void test_retain(void) {
    nd_array *x = leaf_of(3), *y, *z;
    nd_set_recording(true);
    y = square_of(x), z = square_of(y);
    nd_set_recording(false);
    nd_backward_options retain = {.retain_graph = true};
    for (int i = 0; i < 3; i++) {
        CHECK(nd_backward(&z, NULL, 1, retain, NULL, 0, NULL) == 0);
        CHECK_CLOSE(gradient_at(x, 0), 108, 0);
    }
    CHECK(backward(z, NULL) == 0);
    CHECK(!nd_in_graph(z) && !nd_in_graph(y) && nd_in_graph(x));
    CHECK_FAILS(backward(z, NULL) < 0, ND_EGRAPH);
    CHECK_FAILS(backward(y, NULL) < 0, ND_EGRAPH);
    CHECK_CLOSE(gradient_at(x, 0), 108, 0);
    nd_array *all[] = {x, y, z};
    release_all(all, 3);
}

/* A graph of which an older part was freed: refused, and unharmed. */
static void test_half_freed(void) {
    nd_array *x = leaf_of(3), *y, *z;
    nd_set_recording(true);
    y = square_of(x), z = square_of(y);
    nd_set_recording(false);
    CHECK(backward(y, NULL) == 0);
    CHECK_FAILS(backward(z, NULL) < 0, ND_EGRAPH);
    CHECK_CLOSE(gradient_at(x, 0), 6, 0);
    /* What was freed counts as a constant for what is recorded later. */
    nd_set_recording(true);
    nd_array *w = apply("broadcast_mul", "", y, x, NULL);
    nd_set_recording(false);
    CHECK(backward(w, NULL) == 0);
    CHECK_CLOSE(gradient_at(x, 0), 9, 0);
    nd_array *all[] = {x, y, z, w};
    release_all(all, 4);
}

/* Freed intermediate arrays: the tape keeps what it needs of them, and drops what it does not. */
static void test_saved_data(void) {
    ledger before = ledger_now();
    nd_array *x = leaf("1000", 0, 1), *y = nd_array_retain(x);
    nd_set_recording(true);
    int64_t start = nd_bytes_in_use();
    for (int i = 0; i < 10; i++)
        y = then("_mul_scalar", "scalar=1.5", y, NULL);
    CHECK(nd_bytes_in_use() < start + 2 * 8100); /* a product with a number keeps nothing */
    for (int i = 0; i < 10; i++)
        y = then("tanh", "", y, NULL);
    CHECK(nd_bytes_in_use() > start + 10 * 8000); /* tanh keeps its output */
    nd_set_recording(false);
    CHECK(backward(y, NULL) == 0);
    CHECK(nd_bytes_in_use() < start + 2 * 8100);
    nd_array_release(x), nd_array_release(y);
    CHECK_NOTHING_LEFT(before);
}

static void test_grad_requests(void) {
    static const struct {
        nd_dtype dtype;
        double first, second;
    } rows[] = {{ND_FLOAT64, 12, 24}, {ND_FLOAT32, 12, 24}, {ND_FLOAT16, 12, 24}, {ND_INT32, 12, 24}, {ND_BOOL, 1, 1}};
    for (int i = 0; i < COUNT(rows); i++) {
        nd_array *x = shaped(rows[i].dtype, "3"), *y;
        nd_array_fill(x, 2);
        nd_attach_grad(x, ND_GRAD_ADD, NULL);
        for (int pass = 1; pass <= 2; pass++) {
            nd_set_recording(true);
            y = then("broadcast_mul", "", square_of(x), x);
            nd_set_recording(false);
            CHECK_FOR(backward(y, NULL) == 0, "%s", nd_error_message());
            CHECK_CLOSE(gradient_at(x, 2), pass == 1 ? rows[i].first : rows[i].second, 0);
            nd_array_release(y);
        }
        nd_array_release(x);
    }
}

/* A leaf of request "null" is no place for a gradient, and a graph of such leaves is refused. */
static void test_null_request(void) {
    nd_array *x = leaf_of(2), *c = scalar_of(5), *y, *z;
    nd_attach_grad(c, ND_GRAD_NULL, NULL);
    nd_set_recording(true);
    y = apply("broadcast_mul", "", x, c, NULL), z = square_of(c);
    nd_set_recording(false);
    CHECK(backward(y, NULL) == 0);
    CHECK_CLOSE(gradient_at(x, 0), 5, 0);
    CHECK_CLOSE(gradient_at(c, 0), 0, 0);
    CHECK(!nd_grad_fresh(c) && nd_grad_fresh(x));
    nd_set_grad_fresh(x, false);
    CHECK(!nd_grad_fresh(x));
    CHECK_FAILS(backward(z, NULL) < 0, ND_EGRAPH);
    nd_array *all[] = {x, c, y, z};
    release_all(all, 4);
}

/* A buffer of the caller's, and marking anew, which forgets the old one. */
static void test_marking(void) {
    nd_array *x = scalar_of(2), *buffer = scalar_of(7), *wrong = shaped(ND_FLOAT64, "2"),
             *other = shaped(ND_FLOAT32, "1"), *y;
    CHECK(nd_grad(x) == NULL && !nd_in_graph(x));
    CHECK_FAILS(nd_attach_grad(x, ND_GRAD_WRITE, wrong) < 0, ND_ESHAPE);
    CHECK(nd_attach_grad(x, ND_GRAD_WRITE, other) < 0);
    CHECK(!nd_in_graph(x));
    CHECK(nd_attach_grad(x, ND_GRAD_ADD, buffer) == 0);
    nd_set_recording(true);
    y = square_of(x);
    nd_set_recording(false);
    CHECK(backward(y, NULL) == 0);
    CHECK_CLOSE(nd_array_get(buffer, 0), 11, 0);
    nd_attach_grad(x, ND_GRAD_WRITE, NULL);
    CHECK_CLOSE(gradient_at(x, 0), 0, 0);
    nd_array *all[] = {x, buffer, wrong, other, y};
    release_all(all, 5);
}

/* Recording is what makes a graph, a detached array is a constant, and marking cuts an array off what made it. */
static void test_recording(void) {
    nd_array *x = leaf_of(2), *y = square_of(x), *z, *cut, *w;
    CHECK(!nd_is_recording() && !nd_in_graph(y));
    CHECK_FAILS(backward(y, NULL) < 0, ND_EGRAPH);
    nd_set_recording(true);
    z = square_of(x), cut = nd_array_detach(z), w = apply("broadcast_mul", "", cut, x, NULL);
    nd_set_recording(false);
    CHECK(nd_in_graph(z) && !nd_in_graph(cut));
    CHECK(backward(w, NULL) == 0);
    CHECK_CLOSE(gradient_at(x, 0), 4, 0);
    nd_attach_grad(z, ND_GRAD_WRITE, NULL);
    CHECK(backward(z, NULL) == 0); /* a head that is a leaf */
    CHECK_CLOSE(gradient_at(z, 0), 1, 0);
    CHECK_CLOSE(gradient_at(x, 0), 4, 0);
    nd_array *all[] = {x, y, z, cut, w};
    release_all(all, 5);
}

/* Gradients of variables, and no leaf is touched; each variable gets an array of its own. */
static void test_variables(void) {
    nd_array *x = leaf_of(2), *u = leaf_of(5), *v = leaf_of(1), *plain = scalar_of(1), *y, *out[3] = {0};
    nd_set_recording(true);
    y = apply("broadcast_add", "", x, u, NULL);
    nd_set_recording(false);
    nd_array *variables[] = {x, u, x}, *g = scalar_of(3);
    CHECK(nd_backward(&y, &g, 1, (nd_backward_options){.retain_graph = true}, variables, 3, out) == 0);
    for (int i = 0; i < 3; i++) {
        CHECK_CLOSE(nd_array_get(out[i], 0), 3, 0);
        nd_array_fill(out[i], 100 + i);
    }
    CHECK_CLOSE(nd_array_get(g, 0), 3, 0);
    CHECK_CLOSE(nd_array_get(out[0], 0), 100, 0);
    CHECK_CLOSE(gradient_at(x, 0), 0, 0);
    CHECK(!nd_grad_fresh(x));
    release_all(out, 3);
    CHECK_FAILS(gradients(y, &v, 1, false, out) < 0, ND_EGRAPH);
    CHECK_FAILS(gradients(y, &plain, 1, false, out) < 0, ND_EGRAPH);
    CHECK(out[0] == NULL);
    CHECK(gradients(y, &u, 1, false, out) == 0);
    nd_array *all[] = {x, u, v, plain, y, g, out[0]};
    release_all(all, 7);
}

static void test_refused_heads(void) {
    nd_array *x = leaf("2x3", 0, 1), *y, *wrong = shaped(ND_FLOAT64, "3x2"), *other = shaped(ND_FLOAT32, "2x3");
    nd_set_recording(true);
    y = square_of(x);
    nd_set_recording(false);
    CHECK_FAILS(backward(y, wrong) < 0, ND_ESHAPE);
    CHECK_FAILS(backward(y, other) < 0, ND_EDTYPE);
    CHECK_FAILS(backward(wrong, NULL) < 0, ND_EGRAPH);
    CHECK_FAILS(nd_backward(&y, NULL, 0, (nd_backward_options){0}, NULL, 0, NULL) < 0, ND_EARGUMENT);
    CHECK(backward(y, NULL) == 0);
    nd_array *all[] = {x, y, wrong, other};
    release_all(all, 4);
}

static void test_flags(void) {
    CHECK(!nd_set_recording(true) && nd_set_recording(false));
    CHECK(!nd_set_training(true) && nd_is_training() && nd_set_training(false));
    nd_array *x = leaf_of(1), *y;
    nd_set_recording(true), nd_set_training(true);
    y = square_of(x);
    CHECK(nd_backward(&y, NULL, 1, (nd_backward_options){0}, NULL, 0, NULL) == 0);
    CHECK(nd_backward(&y, NULL, 1, (nd_backward_options){0}, NULL, 0, NULL) < 0);
    CHECK(nd_is_recording() && nd_is_training()); /* as before, whether it went well or not */
    nd_set_recording(false), nd_set_training(false);
    nd_array_release(x), nd_array_release(y);
}

/* -------------------------------------------------------------------------------------------- in-place writes */

/* Each way of writing, while recording and after, into something that the gradient needs. */
static int write_fill(nd_array *x) {
    return nd_array_fill(x, 9);
}
static int write_assign(nd_array *x) {
    nd_array *nine = scalar_of(9);
    int status = nd_array_assign(x, nine);
    nd_array_release(nine);
    return status;
}
static int write_scatter(nd_array *x) {
    nd_array *nine = scalar_of(9), *place = shaped(ND_INT32, "1x1");
    nd_array_set(place, 0, 0);
    int status = nd_scatter_assign(x, place, nine);
    nd_array_release(nine), nd_array_release(place);
    return status;
}
static int write_out(nd_array *x) {
    nd_array *nine = scalar_of(3), *out = x;
    int status = nd_call(nd_op_find("square"), &nine, 1, NULL, CPU, &out);
    nd_array_release(nine);
    return status < 0 ? -1 : 0;
}

static void test_writes(void) {
    static int (*const writes[])(nd_array *) = {write_fill, write_assign, write_scatter, write_out};
    for (int w = 0; w < COUNT(writes); w++) {
        nd_array *x = leaf_of(2), *y, *z;
        nd_set_recording(true);
        y = square_of(x), z = square_of(y);
        CHECK_FAILS(writes[w](y) < 0, ND_EGRAPH); /* while recording: refused, and nothing happened */
        CHECK_FAILS(writes[w](x) < 0, ND_EGRAPH);
        nd_set_recording(false);
        CHECK_CLOSE(nd_array_get(y, 0), 4, 0);
        CHECK(writes[w](z) == 0); /* nobody needs z */
        nd_backward_options retain = {.retain_graph = true};
        CHECK(nd_backward(&z, NULL, 1, retain, NULL, 0, NULL) == 0);
        CHECK_CLOSE(gradient_at(x, 0), 32, 0);
        nd_array *view = nd_array_detach(y); /* after: allowed, but backward notices, also through a view */
        CHECK(writes[w](w % 2 ? view : y) == 0);
        CHECK_FAILS(backward(z, NULL) < 0, ND_EGRAPH);
        CHECK_CLOSE(gradient_at(x, 0), 32, 0);
        nd_array *all[] = {x, y, z, view};
        release_all(all, 4);
    }
}

/* out= that overwrites an operand of its own call: the gradient that needs the operand is refused, others are right. */
static void test_out_over_operand(void) {
    nd_array *x = leaf("2x2", 1, 2);
    static const char *const names[] = {"dot", "broadcast_mul", "elemwise_mul", "broadcast_add", "broadcast_maximum"};
    static const bool needs[] = {true, true, true, false, true};
    for (int i = 0; i < COUNT(names); i++) {
        nd_array *a = shaped(ND_FLOAT64, "2x2"), *in[] = {a, x}, *out = a;
        nd_word words[ND_MAX_WORDS];
        fill_random(a, 1, 2);
        read_params(nd_op_find(names[i]), words, "");
        nd_set_recording(true);
        CHECK(nd_call(nd_op_find(names[i]), in, 2, words, CPU, &out) == 1);
        nd_set_recording(false);
        CHECK(nd_in_graph(a));
        CHECK_FOR((backward(a, NULL) < 0) == needs[i], "%s", names[i]);
        nd_array_release(a);
    }
    nd_array_release(x);
}

/* Reshaped and sliced arrays share memory, and are still part of the graph. */
static void test_views(void) {
    nd_array *x = leaf("4x3", -1, 1), *rows, *flat, *y;
    nd_set_recording(true);
    rows = nd_slice_view(x, (int64_t[]){1, 0}, (int64_t[]){1, 1}, (int64_t[]){2, 3});
    flat = nd_reshape_view(rows, (int64_t[]){6}, 1);
    CHECK(flat->storage == x->storage && nd_in_graph(flat));
    y = square_of(flat);
    CHECK_FAILS(nd_array_begin_write(flat) < 0, ND_EGRAPH);
    nd_set_recording(false);
    CHECK(backward(y, NULL) == 0);
    for (int i = 0; i < 12; i++)
        CHECK_CLOSE(gradient_at(x, i), i / 3 == 1 || i / 3 == 2 ? 2 * nd_array_get(x, i) : 0, 0);
    nd_array *all[] = {x, rows, flat, y};
    release_all(all, 4);
}

/* A slice of nothing, of one element by a huge step, backwards: forward and gradient agree on what was taken. */
static void test_odd_slices(void) {
    static const struct {
        int64_t start, step, count;
    } rows[] = {{0, 1, 0},  {5, 1, 0},  {-3, -1, 0}, {INT64_MAX, 3, 0}, {1, INT64_MAX, 1}, {3, INT64_MIN + 1, 1},
                {3, -1, 4}, {3, -3, 2}, {0, 3, 2}};
    for (int i = 0; i < COUNT(rows); i++)
        for (int columns = 1; columns < 3; columns++) { /* contiguous, and not */
            nd_array *x = leaf("4x2", -1, 1), *part, *y;
            nd_set_recording(true);
            part = nd_slice_view(x, (int64_t[]){rows[i].start, 0}, (int64_t[]){rows[i].step, 1},
                                 (int64_t[]){rows[i].count, columns});
            CHECK_FOR(part, "%d: %s", i, nd_error_message());
            y = square_of(part);
            nd_set_recording(false);
            nd_array *out[2] = {0};
            CHECK_FOR(gradients(y, &x, 1, true, out) == 0, "%d: %s", i, nd_error_message());
            CHECK_FOR(!nd_in_graph(out[0]) || gradients(out[0], &x, 1, false, out + 1) == 0, "%d: %s", i,
                      nd_error_message());
            for (int64_t k = 0; k < 8; k++) {
                int64_t from = k / 2 - rows[i].start;
                bool taken = rows[i].count && from % rows[i].step == 0 && from / rows[i].step >= 0 &&
                             from / rows[i].step < rows[i].count && k % 2 < columns;
                CHECK_CLOSE(nd_array_get(out[0], k), taken ? 2 * nd_array_get(x, k) : 0, 0);
            }
            nd_array *all[] = {x, part, y, out[0], out[1]};
            release_all(all, 5);
        }
}

int main(void) {
    ledger before = ledger_now();
    test_diamonds();
    test_many_diamonds();
    test_heads();
    test_outputs();
    test_many_inputs();
    test_too_many_inputs();
    test_retain();
    test_half_freed();
    test_saved_data();
    test_grad_requests();
    test_null_request();
    test_marking();
    test_recording();
    test_variables();
    test_refused_heads();
    test_flags();
    test_writes();
    test_out_over_operand();
    test_views();
    test_odd_slices();
    CHECK_NOTHING_LEFT(before);
    return check_report("tape");
}
