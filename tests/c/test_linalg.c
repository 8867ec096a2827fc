/* Factorizations of matrices large enough to be worked on in blocks: what the factors make is the matrix. */
#include "support.h"

static nd_array *product(nd_array *a, nd_array *b, const char *params) {
    return apply("_linalg_gemm2", params, a, b, NULL);
}

static nd_array *sum(nd_array *a, nd_array *b) {
    return apply("broadcast_add", "", a, b, NULL);
}

static nd_array *matrix(int64_t rows, int64_t columns) {
    nd_array *x = NEW(ND_FLOAT64, rows, columns);
    fill_random(x, -1, 1);
    return x;
}

static nd_array *identity(int64_t n) {
    nd_array *x = NEW(ND_FLOAT64, n, n);
    for (int64_t i = 0; i < n * n; i++)
        nd_array_set(x, i, i / n == i % n);
    return x;
}

/* Lets go of `got`. */
static void check_same(const char *what, nd_array *got, const nd_array *expected) {
    double largest = 1;
    CHECK_FOR(got && same_shape(got, expected), "%s: %s", what, nd_error_message());
    for (int64_t i = 0; got && i < got->size; i++)
        largest = fmax(largest, fabs(nd_array_get(expected, i)));
    for (int64_t i = 0; got && i < got->size; i++)
        CHECK_FOR(fabs(nd_array_get(got, i) - nd_array_get(expected, i)) <= 1e-11 * largest, "%s of %d, element %d",
                  what, (int)expected->shape[0], (int)i);
    nd_array_release(got);
}

static void check_definite(nd_array *x, nd_array *unit) {
    nd_array *a = then("broadcast_add", "", product(x, x, "transpose_b=1"), unit);
    nd_array *l = apply("_linalg_potrf", "", a, NULL, NULL), *inverse = apply("_linalg_potri", "", l, NULL, NULL);
    check_same("potrf", product(l, l, "transpose_b=1"), a);
    check_same("potri", product(a, inverse, ""), unit);
    nd_array_release(a), nd_array_release(l), nd_array_release(inverse);
}

/* What trmm does trsm undoes. */
static void check_triangular(nd_array *x, nd_array *unit) {
    static const char *const ways[] = {
        "",        "transpose=1",         "rightside=1",         "rightside=1 transpose=1",
        "lower=0", "lower=0 transpose=1", "lower=0 rightside=1", "lower=0 transpose=1 rightside=1"};
    nd_array *a = then("broadcast_add", "", apply("_mul_scalar", "scalar=0.02", x, NULL, NULL), unit);
    for (int i = 0; i < COUNT(ways); i++) {
        nd_array *b = apply("_linalg_trmm", ways[i], a, x, NULL);
        check_same(ways[i], apply("_linalg_trsm", ways[i], a, b, NULL), x);
        nd_array_release(b);
    }
    nd_array_release(a);
}

/* The outputs of an operator of one matrix. */
static void factor(const char *name, nd_array *a, nd_array **out) {
    memset(out, 0, 3 * sizeof *out);
    CHECK_FOR(nd_call(nd_op_find(name), &a, 1, NULL, CPU, out) > 0, "%s: %s", name, nd_error_message());
}

static void check_square(nd_array *x, nd_array *unit) {
    nd_array *out[3], *inverse = apply("_linalg_inverse", "", x, NULL, NULL),
                      *det = apply("_linalg_det", "", x, NULL, NULL);
    factor("_linalg_slogdet", x, out);
    double expected = nd_array_get(out[0], 0) * exp(nd_array_get(out[1], 0));
    check_same("inverse", product(x, inverse, ""), unit);
    CHECK_CLOSE(nd_array_get(det, 0), expected, 1e-11 * fabs(expected));
    nd_array_release(inverse), nd_array_release(det);
    release_all(out, 2);
}

/* a diag(values) b, where params may transpose a. */
static nd_array *put_together(nd_array *a, const char *params, nd_array *values, nd_array *b) {
    nd_array *scaled = then("broadcast_mul", "", apply("expand_dims", "axis=1", values, NULL, NULL), b);
    nd_array *whole = product(a, scaled, params);
    nd_array_release(scaled);
    return whole;
}

static void check_eigen(nd_array *x, nd_array *unit) {
    nd_array *flipped = apply("transpose", "", x, NULL, NULL), *a = sum(flipped, x), *out[3];
    factor("_linalg_syevd", a, out);
    check_same("rows of U", product(out[0], out[0], "transpose_b=1"), unit);
    check_same("syevd", put_together(out[0], "transpose_a=1", out[1], out[0]), a);
    release_all(out, 2);
    nd_array_release(flipped), nd_array_release(a);
}

static void check_wide(nd_array *x, nd_array *unit) {
    nd_array *out[3];
    factor("_linalg_gelqf", x, out);
    check_same("rows of Q", product(out[0], out[0], "transpose_b=1"), unit);
    check_same("gelqf", product(out[1], out[0], ""), x);
    release_all(out, 2);
    factor("_linalg_svd", x, out);
    check_same("UT", product(out[0], out[0], "transpose_b=1"), unit);
    check_same("rows of V", product(out[2], out[2], "transpose_b=1"), unit);
    check_same("svd", put_together(out[0], "", out[1], out[2]), x);
    release_all(out, 3);
}

static void test_sizes(void) {
    static const int64_t sizes[] = {1, 2, 15, 17, 32, 33, 70};
    for (int i = 0; i < COUNT(sizes); i++) {
        nd_array *x = matrix(sizes[i], sizes[i]), *wide = matrix(sizes[i], sizes[i] + 3), *unit = identity(sizes[i]);
        check_definite(x, unit);
        check_triangular(x, unit);
        check_square(x, unit);
        check_eigen(x, unit);
        check_wide(x, unit);
        check_wide(wide, unit);
        nd_array_release(x), nd_array_release(wide), nd_array_release(unit);
    }
}

/* Singular values and eigenvalues that coincide or vanish, very large and very small numbers. */
static void test_degenerate(void) {
    static const double scales[] = {1, 1e300, 1e-300};
    nd_array *unit = identity(5), *ones = NEW(ND_FLOAT64, 5, 5);
    nd_array_fill(ones, 1);
    for (int i = 0; i < COUNT(scales); i++)
        for (int k = 0; k < 3; k++) {
            char scale[40];
            snprintf(scale, sizeof scale, "scalar=%g", k == 2 ? 0 : scales[i]);
            nd_array *x = apply("_mul_scalar", scale, k ? ones : unit, NULL, NULL);
            check_wide(x, unit);
            check_eigen(x, unit);
            nd_array_release(x);
        }
    nd_array_release(unit), nd_array_release(ones);
}

/* A nan is no number to converge to: it comes out. */
static void test_nan(void) {
    static const char *const names[] = {"_linalg_syevd", "_linalg_svd", "_linalg_gelqf", "_linalg_potrf",
                                        "_linalg_inverse"};
    nd_array *x = NEW(ND_FLOAT64, 3, 3), *out[3];
    nd_array_fill(x, NAN);
    for (int i = 0; i < COUNT(names); i++) {
        factor(names[i], x, out);
        CHECK_FOR(isnan(nd_array_get(out[0], 8)), "%s", names[i]);
        release_all(out, 3);
    }
    nd_array_release(x);
}

/* The determinant of a matrix without elements is 1. */
static void test_empty(void) {
    nd_array *x = NEW(ND_FLOAT64, 3, 0, 0), *det = apply("_linalg_det", "", x, NULL, NULL);
    for (int64_t i = 0; det && i < 3; i++)
        CHECK_CLOSE(nd_array_get(det, i), 1, 0);
    CHECK(det && det->size == 3);
    nd_array_release(x), nd_array_release(det);
}

int main(void) {
    ledger before = ledger_now();
    test_sizes();
    test_degenerate();
    test_nan();
    test_empty();
    CHECK_NOTHING_LEFT(before);
    return check_report("linear algebra");
}
