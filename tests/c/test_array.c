/* Arrays without operators: dtypes, sizes that are refused, views, and shapes under other shapes. */
#include "support.h"

/* -------------------------------------------------------------------------------------------------- dtypes */

static void test_dtypes(void) {
    static const struct {
        const char *name;
        int size;
        bool is_float;
    } known[ND_DTYPES] = {{"float32", 4, true}, {"float64", 8, true}, {"float16", 2, true}, {"uint8", 1, false},
                          {"int32", 4, false},  {"int8", 1, false},   {"int64", 8, false},  {"bool", 1, false}};
    for (int i = 0; i < ND_DTYPES; i++) {
        CHECK(strcmp(nd_dtype_name((nd_dtype)i), known[i].name) == 0);
        CHECK_EQ_I64(nd_dtype_size((nd_dtype)i), known[i].size);
        CHECK_EQ_I64(nd_dtype_is_float((nd_dtype)i), known[i].is_float);
        CHECK_EQ_I64(nd_dtype_find(known[i].name), i);
    }
    CHECK_EQ_I64(nd_dtype_find("float"), -1);
    CHECK_EQ_I64(nd_dtype_find(""), -1);
    CHECK(*nd_dtype_name((nd_dtype)ND_DTYPES));
}

/* ---------------------------------------------------------------------------------------------- new arrays */

static void test_shapes(void) {
    static const struct {
        const char *shape;
        int64_t size;
    } good[] = {
        {"s", 1}, {"0", 0}, {"7", 7}, {"3x4", 12}, {"3x0x4", 0}, {"1x2x1x3x1x2x1x2", 24}, {"0x0x0x0x0x0x0x0", 0}};
    for (int i = 0; i < COUNT(good); i++)
        for (int dtype = 0; dtype < ND_DTYPES; dtype++) {
            nd_array *array = shaped((nd_dtype)dtype, good[i].shape);
            nd_spec spec = nd_array_spec(array);
            CHECK_EQ_I64(array->size, good[i].size);
            CHECK_EQ_I64(nd_spec_size(&spec), good[i].size);
            CHECK_EQ_I64(array->dtype, dtype);
            CHECK((nd_array_data(array) == NULL) == (good[i].size == 0));
            CHECK((uintptr_t)nd_array_data(array) % _Alignof(max_align_t) == 0);
            nd_array_release(array);
        }
    nd_array_release(NULL);
}

/* Of all sizes around the one from which on the data begin a cache line. */
static void test_alignment(void) {
    ledger before = ledger_now();
    for (int64_t size = 4000; size < 4200; size++) {
        nd_array *array = NEW(ND_INT8, size);
        CHECK(size < 4096 || (uintptr_t)nd_array_data(array) % 64 == 0);
        memset(nd_array_data(array), 1, (size_t)size); /* all of it is there */
        nd_array_release(array);
    }
    CHECK_NOTHING_LEFT(before);
}

/* Sizes that overflow, in every order of the extents: an empty axis must not hide what the others come to. */
static void test_refused_shapes(void) {
    static const struct {
        const char *shape;
        nd_error kind;
    } bad[] = {{"-1", ND_ESHAPE},
               {"3x-1", ND_ESHAPE},
               {"0x-1", ND_ESHAPE},
               {"9223372036854775807", ND_EMEMORY},
               {"4611686018427387904x2", ND_EMEMORY},
               {"4294967296x4294967296", ND_EMEMORY},
               {"4294967296x4294967296x0", ND_EMEMORY},
               {"0x4294967296x4294967296", ND_EMEMORY},
               {"4294967296x0x4294967296", ND_EMEMORY},
               {"2x9223372036854775807", ND_EMEMORY},
               {"65536x65536x65536x65536x65536x65536x65536x65536", ND_EMEMORY},
               {"144115188075855871", ND_EMEMORY}};
    ledger before = ledger_now();
    for (int i = 0; i < COUNT(bad); i++)
        for (int dtype = 0; dtype < ND_DTYPES; dtype++) {
            CHECK_FAILS(shaped((nd_dtype)dtype, bad[i].shape) == NULL, bad[i].kind);
            CHECK_FOR(nd_error_kind() == bad[i].kind, "%s", bad[i].shape);
        }
    CHECK_NOTHING_LEFT(before);
}

static void test_other_refusals(void) {
    nd_spec spec = {.dtype = ND_FLOAT32, .ndim = 1, .shape = {2}}, nine = {.dtype = ND_FLOAT32, .ndim = 9};
    nd_spec unknown = {.dtype = ND_DTYPES, .ndim = 1, .shape = {2}};
    CHECK_FAILS(nd_array_new(&spec, (nd_context){ND_GPU, 0}) == NULL, ND_ECONTEXT);
    CHECK_FAILS(nd_array_new(&nine, CPU) == NULL, ND_ESHAPE);
    CHECK_FAILS(nd_array_new(&unknown, CPU) == NULL, ND_EDTYPE);
    nd_array *pinned = nd_array_new(&spec, (nd_context){ND_CPU_PINNED, 3});
    CHECK(pinned && pinned->context.device == ND_CPU_PINNED && pinned->context.id == 3);
    nd_array_release(pinned);
}

static void test_references(void) {
    ledger before = ledger_now();
    nd_array *array = shaped(ND_INT64, "100");
    CHECK(nd_bytes_in_use() >= before.array_bytes + 800);
    CHECK(nd_array_retain(array) == array);
    nd_array_release(array);
    nd_array_set_int(array, 99, INT64_MAX);
    CHECK_EQ_I64(nd_array_get_int(array, 99), INT64_MAX);
    nd_array_release(array);
    CHECK_NOTHING_LEFT(before);
}

/* --------------------------------------------------------------------------------------------------- views */

static void test_views(void) {
    ledger before = ledger_now();
    nd_array *whole = NEW(ND_INT32, 4, 3);
    for (int i = 0; i < 12; i++)
        nd_array_set_int(whole, i, i);
    nd_spec row = {.dtype = ND_INT32, .ndim = 1, .shape = {3}}, empty = {.dtype = ND_INT32, .ndim = 1, .shape = {0}};
    nd_array *last = nd_array_view(whole, 36, &row), *all = nd_array_detach(whole),
             *nothing = nd_array_view(whole, 48, &empty);
    CHECK(last->storage == whole->storage && all->storage == whole->storage && nothing && nothing->size == 0);
    CHECK_EQ_I64(nd_array_get_int(last, 2), 11);
    nd_array_set_int(last, 0, -5);
    CHECK_EQ_I64(nd_array_get_int(whole, 9), -5);
    nd_array *inner = nd_array_view(last, 4, &(nd_spec){.dtype = ND_INT32, .ndim = 0});
    CHECK_EQ_I64(nd_array_get_int(inner, 0), 10);
    nd_array_release(whole);
    nd_array_release(last);
    CHECK_EQ_I64(nd_array_get_int(all, 9), -5); /* the storage lives as long as any view */
    nd_array_release(all);
    nd_array_release(nothing);
    nd_array_release(inner);
    CHECK_NOTHING_LEFT(before);
}

static void test_refused_views(void) {
    nd_array *whole = NEW(ND_FLOAT32, 4, 3);
    static const struct {
        int64_t offset;
        nd_spec spec;
    } bad[] = {
        {4, {.dtype = ND_FLOAT32, .ndim = 2, .shape = {4, 3}}},
        {-4, {.dtype = ND_FLOAT32, .ndim = 1, .shape = {1}}},
        {0, {.dtype = ND_FLOAT64, .ndim = 2, .shape = {4, 3}}},
        {52, {.dtype = ND_FLOAT32, .ndim = 1, .shape = {0}}},
        {INT64_MAX, {.dtype = ND_FLOAT32, .ndim = 1, .shape = {1}}},
        {0, {.dtype = ND_FLOAT32, .ndim = 1, .shape = {-1}}},
        {0, {.dtype = ND_FLOAT32, .ndim = 2, .shape = {INT64_MIN, 2}}},
        {0, {.dtype = ND_FLOAT32, .ndim = 2, .shape = {(int64_t)1 << 62, 4}}},
    };
    for (int i = 0; i < COUNT(bad); i++)
        CHECK_FOR(nd_array_view(whole, bad[i].offset, &bad[i].spec) == NULL && nd_error_kind() != ND_OK, "view %d", i);
    nd_array_release(whole);
}

/* ------------------------------------------------------------------------------------------------- reshape */

static void test_reshape_codes(void) {
    static const struct {
        const char *shape;
        int count;
        int64_t codes[ND_MAX_DIM];
        bool from_right;
        const char *expected; /* NULL: the codes do not fit, or not the size */
    } rows[] = {
        {"2x3x4", 2, {6, 4}, false, "6x4"},
        {"2x3x4", 3, {4, 0, 2}, false, "4x3x2"},
        {"2x3x4", 3, {2, 0, 0}, false, "2x3x4"},
        {"2x3x4", 3, {6, 1, -1}, false, "6x1x4"},
        {"2x3x4", 3, {3, -1, 8}, false, "3x1x8"},
        {"2x3x4", 1, {-1}, false, "24"},
        {"2x3x4", 1, {-2}, false, "2x3x4"},
        {"2x3x4", 2, {2, -2}, false, "2x3x4"},
        {"2x3x4", 4, {-2, 1, 1, 1}, false, "2x3x4x1x1x1"},
        {"2x3x4", 2, {-3, 4}, false, "6x4"},
        {"2x3x4x5", 2, {-3, -3}, false, "6x20"},
        {"2x3x4", 2, {0, -3}, false, "2x12"},
        {"2x3x4", 4, {-4, 1, 2, -2}, false, "1x2x3x4"},
        {"2x3x4", 4, {2, -4, -1, 3}, false, NULL},
        {"2x3x4", 5, {2, -4, -1, 3, -2}, false, "2x1x3x4"},
        {"10x5x4", 2, {-1, 0}, false, "40x5"},
        {"10x5x4", 2, {-1, 0}, true, "50x4"},
        {"8x3x3x3x4x4", 4, {0, 0, -1, 0}, true, "3x3x96x4"},
        {"s", 0, {0}, false, "s"},
        {"s", 2, {1, 1}, false, "1x1"},
        {"1", 0, {0}, false, "s"},
        {"0x3", 2, {3, 0}, false, NULL},
        {"0x3", 2, {0, -1}, false, "0x1"},
        {"0x3", 2, {-1, 3}, false, "0x3"},
        {"2x3", 2, {-1, -1}, false, NULL},
        {"2x3", 1, {5}, false, NULL},
        {"2x3", 2, {-1, 4}, false, NULL},
        {"2x6", 4, {-4, -1, 3, 0}, true, NULL},
        {"2x6", 4, {0, -4, -1, 3}, true, "2x2x3"},
        {"2x3", 1, {-5}, false, NULL},
        {"2x3", 3, {0, 0, 0}, false, NULL},
        {"2x3", 2, {-4, 2}, false, NULL},
        {"2x3", 3, {-4, -1, -1}, false, NULL},
        {"2x3", 4, {-4, (int64_t)1 << 62, 4, -2}, false, NULL},
        {"2x3", 4, {-4, (int64_t)1 << 62, 8, -2}, false, NULL},
        {"2x3", 3, {INT64_MAX, INT64_MAX, -1}, false, NULL},
        {"2x3", 2, {(int64_t)1 << 32, (int64_t)1 << 32}, false, NULL},
        {"2x3", 1, {ND_NONE}, false, NULL},
        {"1x1x1x1x1x1x1x1", 4, {-2, 1, 1, 1}, false, NULL},
    };
    for (int i = 0; i < COUNT(rows); i++) {
        nd_array *array = shaped(ND_FLOAT32, rows[i].shape);
        const char *expected = rows[i].expected;
        nd_spec spec, wanted = expected ? read_shape(&expected, ND_FLOAT32) : (nd_spec){0};
        bool good = nd_reshape_spec(array, rows[i].codes, rows[i].count, rows[i].from_right, &spec) == array->size;
        CHECK_FOR(good == (rows[i].expected != NULL), "reshape %d", i);
        CHECK_FOR(!good ||
                      (spec.ndim == wanted.ndim && memcmp(spec.shape, wanted.shape, spec.ndim * sizeof(int64_t)) == 0),
                  "reshape %d gives another shape", i);
        nd_array_release(array);
    }
}

static void test_reshape_views(void) {
    nd_array *array = NEW(ND_FLOAT32, 2, 3);
    nd_array *view = nd_reshape_view(array, (int64_t[]){3, 1, 2}, 3);
    CHECK(view && view->storage == array->storage && view->ndim == 3);
    CHECK_FAILS(nd_reshape_view(array, (int64_t[]){4}, 1) == NULL, ND_ESHAPE);
    CHECK_FAILS(nd_reshape_view(array, (int64_t[]){-2, -3}, 2) == NULL, ND_ESHAPE);
    CHECK_FAILS(nd_reshape_view(array, (int64_t[]){6, 1, 1, 1, 1, 1, 1, 1, 1}, 9) == NULL, ND_ESHAPE);
    CHECK_FAILS(nd_reshape_view(array, (int64_t[]){INT64_MAX, INT64_MAX, 6}, 3) == NULL, ND_ESHAPE);
    nd_array_release(view);
    nd_array_release(array);
}

int main(void) {
    ledger before = ledger_now();
    test_dtypes();
    test_shapes();
    test_alignment();
    test_refused_shapes();
    test_other_refusals();
    test_references();
    test_views();
    test_refused_views();
    test_reshape_codes();
    test_reshape_views();
    CHECK_NOTHING_LEFT(before);
    return check_report("array");
}
