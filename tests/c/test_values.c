/* What the kernels compute, against plain loops in double: products, reductions, softmax, integers. On every
 * instruction set. */
#include "support.h"

/* Products of all sizes around the blocks and tiles of the kernel. */
static void check_product(int64_t m, int64_t k, int64_t n, nd_dtype dtype) {
    nd_array *a = NEW(dtype, m, k), *b = NEW(dtype, k, n);
    fill_random(a, -1, 1), fill_random(b, -1, 1);
    nd_array *c = apply("dot", "", a, b, NULL);
    double worst = 0;
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = 0;
            for (int64_t p = 0; p < k; p++)
                sum += nd_array_get(a, i * k + p) * nd_array_get(b, p * n + j);
            worst = fmax(worst, fabs(sum - nd_array_get(c, i * n + j)));
        }
    double allowed = (dtype == ND_FLOAT64 ? 0x1p-52 : dtype == ND_FLOAT32 ? 0x1p-22 : 0x1p-10) * (double)(k + 4);
    CHECK_FOR(worst <= allowed, "%" PRId64 " x %" PRId64 " x %" PRId64 ": %g", m, k, n, worst);
    nd_array_release(a), nd_array_release(b), nd_array_release(c);
}

static void test_products(void) {
    static const int64_t sizes[][3] = {{1, 1, 1},   {5, 3, 7},     {6, 8, 16},   {7, 257, 17}, {97, 5, 9},
                                       {4, 9, 513}, {13, 300, 31}, {100, 2, 33}, {1, 600, 1},  {2, 1, 1030}};
    for (int i = 0; i < COUNT(sizes); i++)
        for (int dtype = ND_FLOAT32; dtype <= ND_FLOAT16; dtype++)
            check_product(sizes[i][0], sizes[i][1], sizes[i][2], (nd_dtype)dtype);
}

/* Both ways of folding: along rows of n, and across n columns. */
static double fold(const char *name, const nd_array *x, int64_t first, int64_t step, int64_t count) {
    bool product = strcmp(name, "prod") == 0;
    double value = product ? 1 : strcmp(name, "max") == 0 ? -INFINITY : strcmp(name, "min") == 0 ? INFINITY : 0;
    for (int64_t i = 0; i < count; i++) {
        double v = nd_array_get(x, first + i * step);
        value = product                    ? value * v
                : strcmp(name, "max") == 0 ? fmax(value, v)
                : strcmp(name, "min") == 0 ? fmin(value, v)
                                           : value + v;
    }
    return strcmp(name, "mean") == 0 ? value / (double)count : value;
}

static void check_folds(const char *name, nd_dtype dtype, int64_t rows, int64_t columns) {
    nd_array *x = NEW(dtype, rows, columns);
    if (nd_dtype_is_float(dtype))
        fill_random(x, -1, 1);
    else
        fill_whole(x, 1, 3);
    nd_array *along = apply(name, "axis=1", x, NULL, NULL), *across = apply(name, "axis=0", x, NULL, NULL);
    double unit = dtype == ND_FLOAT64 ? 1e-13 : dtype == ND_FLOAT32 ? 1e-4 : 0;
    for (int64_t i = 0; i < rows; i++)
        CHECK_CLOSE(nd_array_get(along, i), fold(name, x, i * columns, 1, columns), unit);
    for (int64_t j = 0; j < columns; j++)
        CHECK_CLOSE(nd_array_get(across, j), fold(name, x, j, columns, rows), unit);
    nd_array_release(x), nd_array_release(along), nd_array_release(across);
}

static void test_folds(void) {
    static const char *const names[] = {"sum", "mean", "prod", "max", "min"};
    static const int64_t widths[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 1023, 1024, 1025, 2500};
    for (int n = 0; n < COUNT(names); n++)
        for (int w = 0; w < COUNT(widths); w++) {
            check_folds(names[n], ND_FLOAT32, 3, widths[w]);
            check_folds(names[n], ND_FLOAT64, 5, widths[w]);
            if (strcmp(names[n], "mean") != 0 && strcmp(names[n], "prod") != 0)
                check_folds(names[n], ND_INT32, 3, widths[w]), check_folds(names[n], ND_INT64, 2, widths[w]);
        }
}

/* Any temperature, and rows that end anywhere in a vector. */
static void check_softmax(nd_dtype dtype, int64_t width, double temperature) {
    nd_array *x = NEW(dtype, 2, width);
    fill_random(x, -30, 30);
    char params[60];
    snprintf(params, sizeof params, "temperature=%g", temperature);
    nd_array *soft = apply("softmax", params, x, NULL, NULL), *logs = apply("log_softmax", params, x, NULL, NULL);
    double unit = dtype == ND_FLOAT64 ? 1e-13 : 1e-5;
    for (int64_t row = 0; row < 2; row++) {
        double most = -INFINITY, sum = 0;
        for (int64_t i = row * width; i < (row + 1) * width; i++)
            most = fmax(most, nd_array_get(x, i) / temperature);
        for (int64_t i = row * width; i < (row + 1) * width; i++)
            sum += exp(nd_array_get(x, i) / temperature - most);
        for (int64_t i = row * width; i < (row + 1) * width; i++) {
            double log_share = nd_array_get(x, i) / temperature - most - log(sum);
            CHECK_CLOSE(nd_array_get(soft, i), exp(log_share), unit);
            CHECK_CLOSE(nd_array_get(logs, i), log_share, unit * (1 + fabs(log_share)));
        }
    }
    nd_array_release(x), nd_array_release(soft), nd_array_release(logs);
}

static void test_softmax(void) {
    static const double temperatures[] = {1, 0.5, 20, -1, -7, INFINITY};
    for (int64_t width = 1; width < 36; width++)
        for (int t = 0; t < COUNT(temperatures); t++) {
            check_softmax(ND_FLOAT32, width, temperatures[t]);
            check_softmax(ND_FLOAT64, width, temperatures[t]);
        }
}

/* Integers wrap, division truncates, the rest has the divisor's sign; where C has no answer there is one here. */
static void test_integers(void) {
    static const struct {
        const char *name;
        nd_dtype dtype;
        int64_t a, b, expected;
    } rows[] = {
        {"broadcast_add", ND_INT32, INT32_MAX, 1, INT32_MIN},
        {"broadcast_add", ND_INT64, INT64_MAX, 1, INT64_MIN},
        {"broadcast_mul", ND_INT8, 100, 3, 44},
        {"broadcast_mul", ND_UINT8, 16, 16, 0},
        {"broadcast_mul", ND_INT64, INT64_MIN, -1, INT64_MIN},
        {"broadcast_sub", ND_UINT8, 3, 5, 254},
        {"broadcast_div", ND_INT32, -7, 2, -3},
        {"broadcast_div", ND_INT32, INT32_MIN, -1, INT32_MIN},
        {"broadcast_div", ND_INT64, INT64_MIN, -1, INT64_MIN},
        {"broadcast_div", ND_INT8, -128, -1, -128},
        {"broadcast_div", ND_UINT8, 255, 2, 127},
        {"broadcast_mod", ND_INT32, -7, 3, 2},
        {"broadcast_mod", ND_INT32, 7, -3, -2},
        {"broadcast_mod", ND_INT8, -128, -1, 0},
        {"broadcast_mod", ND_INT64, INT64_MIN, -1, 0},
        {"broadcast_mod", ND_UINT8, 200, 7, 4},
        {"broadcast_maximum", ND_UINT8, 200, 100, 200},
        {"broadcast_minimum", ND_INT8, -128, 127, -128},
        {"broadcast_power", ND_INT32, 3, 4, 81},
        {"broadcast_lesser", ND_INT64, INT64_MAX - 1, INT64_MAX, 1},
        {"broadcast_logical_xor", ND_INT32, 256, 0, 1},
        {"broadcast_logical_and", ND_BOOL, 1, 1, 1},
        {"broadcast_add", ND_BOOL, 1, 1, 1},
    };
    for (int i = 0; i < COUNT(rows); i++) {
        nd_array *a = NEW(rows[i].dtype, 37), *b = NEW(rows[i].dtype, 37);
        for (int k = 0; k < 37; k++)
            nd_array_set_int(a, k, rows[i].a), nd_array_set_int(b, k, rows[i].b);
        nd_array *c = apply(rows[i].name, "", a, b, NULL);
        for (int k = 0; k < 37; k++)
            CHECK_EQ_I64(nd_array_get_int(c, k), rows[i].expected);
        nd_array_release(a), nd_array_release(b), nd_array_release(c);
    }
}

/* One zero anywhere is noticed, also among the elements that do not fill a vector; floats divide by it. */
static void test_division_by_zero(void) {
    static const nd_dtype dtypes[] = {ND_INT8, ND_UINT8, ND_INT32, ND_INT64};
    static const char *const names[] = {"broadcast_div", "broadcast_mod", "elemwise_div"};
    for (int d = 0; d < COUNT(dtypes); d++)
        for (int n = 0; n < COUNT(names); n++)
            for (int64_t zero = -1; zero < 41; zero += 7) {
                nd_array *a = NEW(dtypes[d], 41), *b = NEW(dtypes[d], 41);
                nd_array_fill(a, 5), nd_array_fill(b, 2);
                if (zero >= 0)
                    nd_array_set_int(b, zero, 0);
                nd_array *c = apply(names[n], "", a, b, NULL);
                CHECK((c == NULL) == (zero >= 0));
                CHECK(c || nd_error_kind() == ND_EARGUMENT);
                nd_array_release(a), nd_array_release(b), nd_array_release(c);
            }
}

static void test_values(void) {
    const char *sets[4];
    for (int set = instruction_sets(sets) - 1; set >= 0; set--) {
        nd_use_instruction_set(sets[set]);
        test_products();
        test_folds();
        test_softmax();
        test_integers();
        test_division_by_zero();
    }
}

int main(void) {
    ledger before = ledger_now();
    test_values();
    CHECK_NOTHING_LEFT(before);
    return check_report("values");
}
