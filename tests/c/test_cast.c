/* Elements: every dtype to every other, numbers in and out, and all halves. */
#include "support.h"

#include "half.h"

/* --------------------------------------------------------------------------------------------------- casts */

static const double FLOATS[] = {0,         -0.0,     1,          -1,           2.5,           -2.5,     0.1,
                                127.9,     -128.9,   128,        255,          256,           300.7,    -300.7,
                                65504,     65519.99, 65520,      1e5,          1 / 3.0,       0x1p-24,  0x1p-25,
                                0x1.8p-25, 0x1p-14,  2147483647, 2147483648.0, -2147483649.0, 1e10,     -1e10,
                                0x1p53,    0x1p63,   -0x1p63,    1e19,         -1e300,        1e300,    INFINITY,
                                -INFINITY, NAN,      1e-300,     0x1.000002p0, 0x1.002p0,     0x1.006p0};
/* clang-format off */
static const int64_t INTEGERS[] = {0, 1, -1, 2, 127, 128, -128, -129, 255, 256, -32768, 65504, INT32_MAX, INT32_MIN,
                                   UINT32_MAX, 4294967296, 9007199254740993, INT64_MAX, INT64_MIN};
/* clang-format on */

static double half_value(uint16_t bits) {
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double size = exponent == 31 ? (fraction ? (double)NAN : (double)INFINITY)
                  : exponent     ? ldexp(1024 + fraction, exponent - 25)
                                 : ldexp(fraction, -24);
    return bits >> 15 ? -size : size;
}

/* The half nearest to a float, ties to the even one, by looking at all of them. */
static uint16_t nearest_half(float value) {
    if (isnan(value))
        return 0x7e00;
    uint16_t low = 0, high = 0x7c00; /* positive halves are ordered as their bits are */
    double size = fabs((double)value);
    while (high - low > 1) {
        uint16_t middle = (uint16_t)((low + high) / 2);
        *(half_value(middle) <= size ? &low : &high) = middle;
    }
    double above = low == 0x7bff ? 65536 : half_value(high), middle = (half_value(low) + above) / 2;
    uint16_t nearest = size < middle || (size == middle && low % 2 == 0) ? low : high;
    return (uint16_t)(nearest | (signbit(value) ? 0x8000 : 0));
}

static int64_t truncated(double value) {
    return value >= -0x1p63 && value < 0x1p63 ? (int64_t)value : INT64_MIN;
}

/* What a number is worth once it lies in the dtype: as a double for floats, as an int64 for the others. */
static double as_float(nd_dtype dtype, double value) {
    return dtype == ND_FLOAT64   ? value
           : dtype == ND_FLOAT32 ? (double)(float)value
                                 : half_value(nearest_half((float)value));
}

static int64_t wrapped(nd_dtype dtype, int64_t value) {
    return dtype == ND_INT8    ? (int8_t)value
           : dtype == ND_UINT8 ? (uint8_t)value
           : dtype == ND_INT32 ? (int32_t)value
           : dtype == ND_BOOL  ? value != 0
                               : value;
}

/* One element, known as a double if its dtype is a float and as an int64 if not, cast to another dtype. */
static void check_element(const nd_array *from, const nd_array *to, int64_t i) {
    double real = nd_array_get(from, i);
    int64_t whole = nd_array_get_int(from, i);
    if (nd_dtype_is_float(to->dtype)) {
        CHECK_CLOSE(nd_array_get(to, i), as_float(to->dtype, nd_dtype_is_float(from->dtype) ? real : (double)whole), 0);
        return;
    }
    int64_t expected = to->dtype == ND_BOOL             ? real != 0
                       : nd_dtype_is_float(from->dtype) ? wrapped(to->dtype, truncated(real))
                                                        : wrapped(to->dtype, whole);
    CHECK_EQ_I64(nd_array_get_int(to, i), expected);
}

/* Every interesting number that the dtype can hold. */
static nd_array *interesting(nd_dtype dtype) {
    bool real = nd_dtype_is_float(dtype);
    nd_array *array = NEW(dtype, real ? COUNT(FLOATS) : COUNT(INTEGERS));
    for (int64_t i = 0; i < array->size; i++)
        real ? nd_array_set(array, i, FLOATS[i]) : nd_array_set_int(array, i, INTEGERS[i]);
    return array;
}

/* By assignment and by the operator. */
static void test_casts(void) {
    for (int from = 0; from < ND_DTYPES; from++)
        for (int to = 0; to < ND_DTYPES; to++) {
            nd_array *source = interesting((nd_dtype)from);
            nd_array *assigned = new_array((nd_dtype)to, 1, source->shape);
            nd_word word = {.i = to};
            CHECK(nd_array_assign(assigned, source) == 0);
            nd_array *cast = nd_apply(nd_op_find("Cast"), &source, 1, &word);
            for (int64_t i = 0; i < source->size; i++)
                check_element(source, cast, i), check_element(source, assigned, i);
            CHECK(same_array(cast, assigned));
            nd_array_release(source);
            nd_array_release(assigned);
            nd_array_release(cast);
        }
}

/* Numbers in and out: what was set, in the dtype's precision. */
static void test_elements(void) {
    for (int dtype = 0; dtype < ND_DTYPES; dtype++) {
        nd_array *array = shaped((nd_dtype)dtype, "1");
        bool real = nd_dtype_is_float((nd_dtype)dtype);
        for (int i = 0; i < COUNT(FLOATS); i++) {
            nd_array_set(array, 0, FLOATS[i]);
            int64_t whole = dtype == ND_BOOL ? FLOATS[i] != 0 : wrapped((nd_dtype)dtype, truncated(FLOATS[i]));
            CHECK_CLOSE(nd_array_get(array, 0), real ? as_float((nd_dtype)dtype, FLOATS[i]) : (double)whole, 0);
        }
        for (int i = 0; i < COUNT(INTEGERS); i++) {
            nd_array_set_int(array, 0, INTEGERS[i]);
            double value = real ? as_float((nd_dtype)dtype, (double)INTEGERS[i]) : 0;
            CHECK_EQ_I64(nd_array_get_int(array, 0), real ? truncated(value) : wrapped((nd_dtype)dtype, INTEGERS[i]));
        }
        nd_array_release(array);
    }
}

/* ---------------------------------------------------------------------------------------------------- half */

static void test_all_halves(void) {
    for (int bits = 0; bits < 65536; bits++) {
        float value = nd_half_to_float((uint16_t)bits);
        CHECK_CLOSE((double)value, half_value((uint16_t)bits), 0);
        CHECK((signbit(value) != 0) == bits >> 15 || isnan(value));
        uint16_t back = nd_float_to_half(value);
        CHECK(isnan(value) ? isnan(nd_half_to_float(back)) : back == bits);
    }
}

/* Around every midpoint of neighbouring halves: below it, at it, above it, and for both signs. */
static void test_rounding_to_half(void) {
    for (int bits = 0; bits < 0x7c00; bits++) {
        double next = bits == 0x7bff ? 65536 : half_value((uint16_t)(bits + 1));
        float middle = (float)((half_value((uint16_t)bits) + next) / 2);
        const float tries[] = {nextafterf(middle, 0), middle, nextafterf(middle, INFINITY)};
        for (int i = 0; i < 3; i++) {
            CHECK_EQ_I64(nd_float_to_half(tries[i]), nearest_half(tries[i]));
            CHECK_EQ_I64(nd_float_to_half(-tries[i]), nearest_half(-tries[i]));
        }
    }
    for (int i = 0; i < 100000; i++) {
        uint32_t bits = (uint32_t)random_bits();
        float value;
        memcpy(&value, &bits, sizeof value);
        CHECK(isnan(value) ? isnan(nd_half_to_float(nd_float_to_half(value)))
                           : nd_float_to_half(value) == nearest_half(value));
    }
}

/* --------------------------------------------------------------------------------------------------- fill */

static void test_fill(void) {
    static const char *const shapes[] = {"s", "0", "1", "2x0", "3", "17", "5x13", "1000"};
    static const double values[] = {0, 1, -3, 2.75, 200, INFINITY};
    for (int dtype = 0; dtype < ND_DTYPES; dtype++)
        for (int k = 0; k < COUNT(shapes) * COUNT(values); k++) {
            nd_array *array = shaped((nd_dtype)dtype, shapes[k % COUNT(shapes)]), *one = shaped((nd_dtype)dtype, "s");
            double value = values[k / COUNT(shapes)];
            CHECK(nd_array_fill(array, value) == 0);
            nd_array_set(one, 0, value);
            bool same = true;
            for (int64_t i = 0; i < array->size; i++)
                same = same && nd_array_get(array, i) == nd_array_get(one, 0);
            CHECK(same);
            nd_array_release(array);
            nd_array_release(one);
        }
}

int main(void) {
    ledger before = ledger_now();
    test_casts();
    test_elements();
    test_all_halves();
    test_rounding_to_half();
    test_fill();
    CHECK_NOTHING_LEFT(before);
    return check_report("cast");
}
