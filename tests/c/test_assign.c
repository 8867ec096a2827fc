/* Slices and places of an array: read as views or copies, and written into, against plain loops over elements. */
#include "support.h"

/* ------------------------------------------------------------------------------------------------- slices */

typedef struct slice {
    int64_t start[ND_MAX_DIM], step[ND_MAX_DIM], count[ND_MAX_DIM];
} slice;

/* The flat place in `whole` of element i of the slice. */
static int64_t place_in(const nd_array *whole, const slice *s, int64_t i) {
    int64_t place = 0, stride = 1;
    for (int axis = whole->ndim - 1; axis >= 0; axis--) {
        place += (s->start[axis] + i % s->count[axis] * s->step[axis]) * stride;
        i /= s->count[axis];
        stride *= whole->shape[axis];
    }
    return place;
}

/* The flat place in an array, broadcast to `shape`, of element i. */
static int64_t place_broadcast(const nd_array *array, int ndim, const int64_t *shape, int64_t i) {
    int64_t place = 0, stride = 1;
    for (int axis = ndim - 1, own = array->ndim - 1; axis >= 0 && own >= 0; axis--, own--) {
        place += array->shape[own] == 1 ? 0 : i % shape[axis] * stride;
        i /= shape[axis];
        stride *= array->shape[own];
    }
    return place;
}

static int64_t size_of(const slice *s, int ndim) {
    int64_t size = 1;
    for (int axis = 0; axis < ndim; axis++)
        size *= s->count[axis];
    return size;
}

/* A slice that fits the array. Of an axis from which nothing is taken, start and step may be anything. */
static slice random_slice(const nd_array *whole) {
    static const int64_t anything[] = {0, 5, -7, INT64_MAX, INT64_MIN + 1};
    slice s;
    for (int axis = 0; axis < whole->ndim; axis++) {
        int64_t extent = whole->shape[axis], step = one_in(2) ? 1 : 1 + random_below(3);
        int64_t most = (extent + step - 1) / step;
        s.count[axis] = most == 0 ? 0 : one_in(8) ? 0 : one_in(2) ? most : 1 + random_below(most);
        int64_t spare = s.count[axis] ? extent - 1 - (s.count[axis] - 1) * step : 0;
        s.start[axis] = spare ? random_below(spare + 1) : 0;
        s.step[axis] = step;
        if (s.count[axis] && one_in(3)) { /* the same elements backwards */
            s.start[axis] += (s.count[axis] - 1) * step;
            s.step[axis] = -step;
        }
        if (s.count[axis] == 1 && one_in(4))
            s.step[axis] = one_in(2) ? INT64_MAX : INT64_MIN + 1;
        if (s.count[axis] == 0)
            s.start[axis] = anything[random_below(5)], s.step[axis] = anything[1 + random_below(4)];
    }
    return s;
}

static nd_array *random_array(nd_dtype dtype, int most_axes) {
    int64_t shape[ND_MAX_DIM];
    int ndim = (int)random_below(most_axes + 1);
    for (int i = 0; i < ndim; i++)
        shape[i] = one_in(12) ? 0 : 1 + random_below(ndim > 4 ? 2 : 5);
    nd_array *array = new_array(dtype, ndim, shape);
    fill_whole(array, 0, 100);
    return array;
}

static bool slice_reads(const nd_array *whole, const slice *s, const nd_array *part) {
    for (int64_t i = 0; i < part->size; i++)
        if (nd_array_get(part, i) != nd_array_get(whole, place_in(whole, s, i)))
            return false;
    return part->size == size_of(s, whole->ndim) && part->ndim == whole->ndim;
}

static void test_slice_views(void) {
    ledger before = ledger_now();
    for (int trial = 0; trial < 4000; trial++) {
        nd_array *whole = random_array((nd_dtype)random_below(ND_DTYPES), trial % 3 ? 3 : ND_MAX_DIM);
        slice s = random_slice(whole);
        nd_array *part = nd_slice_view(whole, s.start, s.step, s.count);
        CHECK_FOR(part && slice_reads(whole, &s, part), "trial %d: %s", trial, nd_error_message());
        nd_array_release(part);
        nd_array_release(whole);
    }
    CHECK_NOTHING_LEFT(before);
}

/* Leading rows, and rows of one row, are shared; a column is not. */
static void test_sharing(void) {
    nd_array *whole = random_array(ND_FLOAT32, 0);
    nd_array_release(whole);
    whole = NEW(ND_FLOAT32, 4, 3);
    static const struct {
        slice slice;
        bool shared;
    } known[] = {{{{1, 0}, {1, 1}, {2, 3}}, true},  {{{2, 1}, {1, 1}, {1, 2}}, true},
                 {{{2, 1}, {5, 1}, {1, 2}}, true},  {{{0, 1}, {1, 1}, {4, 1}}, false},
                 {{{0, 0}, {2, 1}, {2, 3}}, false}, {{{3, 0}, {-1, 1}, {4, 3}}, false}};
    for (int i = 0; i < COUNT(known); i++) {
        nd_array *part = nd_slice_view(whole, known[i].slice.start, known[i].slice.step, known[i].slice.count);
        CHECK_FOR((part->storage == whole->storage) == known[i].shared, "slice %d", i);
        nd_array_release(part);
    }
    nd_array_release(whole);
}

static void test_refused_slices(void) {
    nd_array *whole = NEW(ND_FLOAT32, 4, 3), *value = NEW(ND_FLOAT32, 1);
    nd_array_fill(whole, 7), nd_array_fill(value, 1);
    static const slice bad[] = {
        {{0, 0}, {1, 1}, {5, 3}},         {{4, 0}, {1, 1}, {1, 3}},         {{-1, 0}, {1, 1}, {1, 3}},
        {{0, 0}, {0, 1}, {1, 3}},         {{0, 0}, {1, 1}, {-1, 3}},        {{0, 0}, {1, -1}, {4, 3}},
        {{0, 0}, {2, 1}, {3, 3}},         {{0, 0}, {INT64_MAX, 1}, {3, 3}}, {{3, 0}, {INT64_MIN, 1}, {3, 3}},
        {{0, 0}, {1, 1}, {INT64_MAX, 3}}, {{INT64_MAX, 0}, {1, 1}, {2, 3}}, {{0, 0}, {1LL << 62, 1}, {5, 3}},
    };
    for (int i = 0; i < COUNT(bad); i++) {
        CHECK_FAILS(nd_slice_view(whole, bad[i].start, bad[i].step, bad[i].count) == NULL, ND_EINDEX);
        CHECK_FAILS(nd_slice_assign(whole, bad[i].start, bad[i].step, bad[i].count, value) < 0, ND_EINDEX);
    }
    for (int i = 0; i < 12; i++)
        CHECK(nd_array_get(whole, i) == 7);
    nd_array_release(whole);
    nd_array_release(value);
}

/* A source that can be broadcast to the slice: some of its trailing axes, some of them 1; now and then extra leading
 * ones. */
static nd_array *random_source(const slice *s, int ndim) {
    int64_t shape[ND_MAX_DIM];
    int own = (int)random_below(ndim + 1), extra = own == ndim && ndim < ND_MAX_DIM ? (int)random_below(2) : 0;
    for (int i = 0; i < extra; i++)
        shape[i] = 1;
    for (int i = 0; i < own; i++)
        shape[extra + i] = one_in(4) ? 1 : s->count[ndim - own + i];
    nd_array *source = new_array((nd_dtype)random_below(ND_DTYPES), extra + own, shape);
    fill_whole(source, 100, 120);
    return source;
}

/* Element by element, what the target has to hold after the assignment. */
static void assign_slowly(nd_array *target, const slice *s, const nd_array *source) {
    nd_array *cast = new_array(target->dtype, source->ndim, source->shape);
    for (int64_t i = 0; i < cast->size; i++)
        nd_array_set(cast, i, nd_array_get(source, i));
    for (int64_t i = 0, n = size_of(s, target->ndim); i < n; i++)
        nd_array_set_int(target, place_in(target, s, i),
                         nd_array_get_int(cast, place_broadcast(cast, target->ndim, s->count, i)));
    nd_array_release(cast);
}

static void test_slice_assign(void) {
    ledger before = ledger_now();
    for (int trial = 0; trial < 4000; trial++) {
        nd_array *target = random_array((nd_dtype)random_below(ND_DTYPES), trial % 3 ? 3 : ND_MAX_DIM);
        slice s = random_slice(target);
        nd_array *source = random_source(&s, target->ndim), *expected = copy_of(target);
        CHECK_FOR(nd_slice_assign(target, s.start, s.step, s.count, source) == 0, "%s", nd_error_message());
        assign_slowly(expected, &s, source);
        CHECK_FOR(same_array(target, expected), "trial %d", trial);
        nd_array_release(target);
        nd_array_release(source);
        nd_array_release(expected);
    }
    CHECK_NOTHING_LEFT(before);
}

/* a[::-1] = a, and rows into other rows: the source is read before it is overwritten. */
static void test_overlapping_assign(void) {
    nd_array *a = NEW(ND_INT32, 6);
    for (int i = 0; i < 6; i++)
        nd_array_set_int(a, i, i);
    nd_array *source = nd_array_detach(a);
    CHECK(nd_slice_assign(a, (int64_t[]){5}, (int64_t[]){-1}, (int64_t[]){6}, source) == 0);
    for (int i = 0; i < 6; i++)
        CHECK_EQ_I64(nd_array_get_int(a, i), 5 - i);
    nd_array *front = nd_array_view(a, 0, &(nd_spec){.dtype = ND_INT32, .ndim = 1, .shape = {4}});
    CHECK(nd_slice_assign(a, (int64_t[]){2}, (int64_t[]){1}, (int64_t[]){4}, front) == 0);
    static const int64_t expected[] = {5, 4, 5, 4, 3, 2};
    for (int i = 0; i < 6; i++)
        CHECK_EQ_I64(nd_array_get_int(a, i), expected[i]);
    nd_array_release(front);
    nd_array_release(source);
    nd_array_release(a);
}

static void test_refused_sources(void) {
    static const char *const bad[] = {"3", "2x4", "2x2x4", "5x4", "4x4x1", "0", "0x4"};
    nd_array *target = NEW(ND_FLOAT32, 4, 4), *zeros = NEW(ND_FLOAT32, 4, 4);
    nd_array_fill(target, 0), nd_array_fill(zeros, 0);
    for (int i = 0; i < COUNT(bad); i++) {
        nd_array *source = shaped(ND_FLOAT32, bad[i]);
        nd_array_fill(source, 1);
        CHECK_FAILS(nd_array_assign(target, source) < 0, ND_ESHAPE);
        CHECK_FOR(same_array(target, zeros), "%s", bad[i]);
        nd_array_release(source);
    }
    nd_array_release(target);
    nd_array_release(zeros);
}

/* ------------------------------------------------------------------------------------------------- scatter */

static void scatter_slowly(nd_array *target, const nd_array *indices, const nd_array *value) {
    int m = (int)indices->shape[0];
    int64_t columns = indices->size / m, block = 1;
    for (int axis = m; axis < target->ndim; axis++)
        block *= target->shape[axis];
    for (int64_t j = 0; j < columns; j++) {
        int64_t at = 0;
        for (int axis = 0; axis < m; axis++) {
            int64_t index = nd_array_get_int(indices, axis * columns + j);
            at = at * target->shape[axis] + index + (index < 0 ? target->shape[axis] : 0);
        }
        for (int64_t i = 0; i < block; i++)
            nd_array_set(target, at * block + i, nd_array_get(value, value->size == 1 ? 0 : j * block + i));
    }
}

static void test_scatter_assign(void) {
    static const nd_dtype index_dtypes[] = {ND_FLOAT32, ND_FLOAT64, ND_INT32, ND_INT8, ND_INT64, ND_FLOAT16};
    for (int trial = 0; trial < 600; trial++) {
        nd_array *target = NEW((nd_dtype)random_below(ND_DTYPES), 4, 3, 2);
        int64_t m = 1 + random_below(3), n = random_below(4);
        static const int64_t extents[] = {4, 3, 2};
        nd_array *indices = NEW(index_dtypes[random_below(COUNT(index_dtypes))], m, n);
        for (int64_t i = 0; i < indices->size; i++)
            nd_array_set_int(indices, i, random_below(2 * extents[i / n]) - extents[i / n]);
        nd_array *value = one_in(3) ? shaped(ND_INT32, "s")
                          : m == 1  ? NEW(ND_FLOAT32, n, 3, 2)
                          : m == 2  ? NEW(ND_INT64, n, 2)
                                    : NEW(ND_BOOL, n);
        fill_whole(target, 0, 50), fill_whole(value, 50, 100);
        nd_array *expected = copy_of(target);
        CHECK_FOR(nd_scatter_assign(target, indices, value) == 0, "%s", nd_error_message());
        scatter_slowly(expected, indices, value);
        CHECK_FOR(same_array(target, expected), "trial %d", trial);
        nd_array_release(target), nd_array_release(indices), nd_array_release(value), nd_array_release(expected);
    }
}

static void test_refused_scatter(void) {
    static const struct {
        const char *indices, *value;
        int64_t index;
        nd_error kind;
    } bad[] = {{"1x2", "1", 4, ND_EINDEX},         {"1x2", "1", -5, ND_EINDEX},
               {"3x2", "1", 0, ND_ESHAPE},         {"0x2", "1", 0, ND_ESHAPE},
               {"s", "1", 0, ND_ESHAPE},           {"1x2", "2", 0, ND_ESHAPE},
               {"2x2", "3", 0, ND_ESHAPE},         {"1x2x1x1x1x1x1x1", "1", 0, ND_OK},
               {"2x2", "1", INT64_MIN, ND_EINDEX}, {"2x2", "1", INT64_MAX, ND_EINDEX}};
    for (int i = 0; i < COUNT(bad); i++) {
        nd_array *target = NEW(ND_FLOAT32, 4, 3), *indices = shaped(ND_INT64, bad[i].indices),
                 *value = shaped(ND_FLOAT32, bad[i].value);
        nd_array_fill(target, 0), nd_array_fill(value, 1);
        for (int64_t k = 0; k < indices->size; k++)
            nd_array_set_int(indices, k, bad[i].index);
        nd_array *before = copy_of(target);
        int status = nd_scatter_assign(target, indices, value);
        CHECK_FOR((status == 0) == (bad[i].kind == ND_OK) && (status == 0 || nd_error_kind() == bad[i].kind),
                  "scatter %d", i);
        CHECK(status == 0 || same_array(target, before));
        nd_array_release(target), nd_array_release(indices), nd_array_release(value), nd_array_release(before);
    }
}

int main(void) {
    ledger before = ledger_now();
    test_slice_views();
    test_sharing();
    test_refused_slices();
    test_slice_assign();
    test_overlapping_assign();
    test_refused_sources();
    test_scatter_assign();
    test_refused_scatter();
    CHECK_NOTHING_LEFT(before);
    return check_report("assign");
}
