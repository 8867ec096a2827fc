/* x.reshape: MXNet's codes resolved against a shape, and the view of that shape.
 *
 * A code is an extent, or 0: the source's extent here; -1: what is left over; -2: all that follows; -3: two extents
 * multiplied; -4, a, b: one extent split into a and b, of which one may be -1. With reverse=True the codes meet the
 * extents from the right.
 */
#include "binding.h"

#define MAX_CODES (3 * ND_MAX_DIM)

typedef struct resolving {
    const int64_t *codes;
    int count;
    const int64_t *source;
    int source_ndim;
    int used;    /* source extents met so far */
    int next;    /* code */
    int unknown; /* result axis of the -1, or -1 */
    int ndim;
    int64_t shape[ND_MAX_DIM];
} resolving;

static int fail(const char *reason) {
    PyErr_Format(errors.shape, "reshape: %s", reason);
    return -1;
}

static int add(resolving *r, int64_t extent) {
    if (r->ndim == ND_MAX_DIM)
        return fail("the shape has more than 8 dimensions");
    r->shape[r->ndim++] = extent;
    return 0;
}

static int add_unknown(resolving *r) {
    if (r->unknown >= 0)
        return fail("only one extent can be -1, that is, inferred");
    r->unknown = r->ndim;
    return add(r, 1);
}

static int take_extent(resolving *r, int64_t *extent) {
    if (r->used == r->source_ndim)
        return fail("the codes ask for more extents than the array has");
    *extent = r->source[r->used++];
    return 0;
}

static int copy_one(resolving *r) {
    int64_t extent;
    return take_extent(r, &extent) < 0 ? -1 : add(r, extent);
}

static int copy_rest(resolving *r) {
    while (r->used < r->source_ndim)
        if (copy_one(r) < 0)
            return -1;
    return 0;
}

static int merge(resolving *r) {
    int64_t first, second;
    if (take_extent(r, &first) < 0 || take_extent(r, &second) < 0)
        return -1;
    if (first && second > INT64_MAX / first)
        return fail("the product of two extents is too large");
    return add(r, first * second);
}

static int split(resolving *r) {
    int64_t extent;
    if (r->count - r->next < 2)
        return fail("-4 is followed by the two extents into which it splits one");
    int64_t first = r->codes[r->next++], second = r->codes[r->next++];
    if (take_extent(r, &extent) < 0)
        return -1;
    if (first == -1 && second > 0)
        first = extent / second;
    else if (second == -1 && first > 0)
        second = extent / first;
    if (first < 0 || second < 0 || (first && second > INT64_MAX / first) || first * second != extent) {
        PyErr_Format(errors.shape, "reshape: -4 cannot split the extent %lld as asked", (long long)extent);
        return -1;
    }
    return add(r, first) < 0 ? -1 : add(r, second);
}

static int resolve_code(resolving *r) {
    const int64_t code = r->codes[r->next++];
    switch (code) {
    case 0: return copy_one(r);
    case -2: return copy_rest(r);
    case -3: return merge(r);
    case -4: return split(r);
    case -1: r->used += r->used < r->source_ndim; return add_unknown(r);
    default:
        if (code < 0)
            return fail("an extent or a code from 0 to -4 is wanted");
        r->used += r->used < r->source_ndim;
        return add(r, code);
    }
}

/* ------------------------------------------------------------------------------------------------- sizes */

static int64_t known_size(const resolving *r) {
    int64_t size = 1;
    for (int axis = 0; axis < r->ndim; axis++) {
        if (r->shape[axis] == 0)
            return 0;
        if (size > INT64_MAX / r->shape[axis])
            return INT64_MAX; /* larger than any array */
        size *= r->shape[axis];
    }
    return size;
}

static int infer_unknown(resolving *r, int64_t size) {
    int64_t known = known_size(r);
    if (known == 0 || size % known != 0)
        return -1;
    r->shape[r->unknown] = size / known;
    return 0;
}

static int wrong_size(const nd_array *array, PyObject *asked, bool larger) {
    PyErr_Format(larger ? errors.shape : PyExc_ValueError, "Cannot reshape array of size %lld into shape %R%s",
                 (long long)array->size, asked, larger ? ": that is larger" : "");
    return -1;
}

static void reverse(int64_t *values, int count) {
    for (int i = 0; i < count / 2; i++) {
        int64_t other = values[count - 1 - i];
        values[count - 1 - i] = values[i];
        values[i] = other;
    }
}

/* Reads codes from the right; a -4 stays before its two extents, which trade places. */
static void reverse_codes(int64_t *codes, int count) {
    reverse(codes, count);
    for (int i = 2; i < count; i++)
        if (codes[i] == -4) {
            reverse(codes + i - 2, 3);
            reverse(codes + i - 1, 2);
        }
}

static int resolve(const nd_array *array, int64_t *codes, int count, bool backwards, PyObject *asked, resolving *r) {
    int64_t source[ND_MAX_DIM];
    for (int axis = 0; axis < array->ndim; axis++)
        source[axis] = array->shape[axis];
    if (backwards) {
        reverse(source, array->ndim);
        reverse_codes(codes, count);
    }
    *r = (resolving){.codes = codes, .count = count, .source = source, .source_ndim = array->ndim, .unknown = -1};
    while (r->next < count)
        if (resolve_code(r) < 0)
            return -1;
    if (r->unknown >= 0 && infer_unknown(r, array->size) < 0)
        return wrong_size(array, asked, false);
    if (backwards)
        reverse(r->shape, r->ndim);
    const int64_t size = known_size(r);
    return size == array->size ? 0 : wrong_size(array, asked, size > array->size);
}

/* ------------------------------------------------------------------------------------------------ parsing */

static int read_codes(PyObject *items, int64_t *codes) {
    Py_ssize_t count = PyTuple_Size(items);
    if (count > MAX_CODES)
        return fail("the shape has more than 8 dimensions");
    for (Py_ssize_t i = 0; i < count; i++) {
        codes[i] = PyNumber_AsSsize_t(PyTuple_GetItem(items, i), PyExc_OverflowError);
        if (codes[i] == -1 && PyErr_Occurred()) {
            if (PyErr_ExceptionMatches(PyExc_TypeError))
                PyErr_Format(errors.call, "reshape: a shape is made of ints, not of %R",
                             (PyObject *)Py_TYPE(PyTuple_GetItem(items, i)));
            return -1;
        }
    }
    return (int)count;
}

/* x.reshape(2, 3), x.reshape((2, 3)), x.reshape([2, 3]), x.reshape(6) */
static PyObject *positional_shape(PyObject *const *args, Py_ssize_t count) {
    if (count == 1 && (PyTuple_Check(args[0]) || PyList_Check(args[0])))
        return PySequence_Tuple(args[0]);
    PyObject *shape = PyTuple_New(count);
    for (Py_ssize_t i = 0; shape && i < count; i++)
        if (PyTuple_SetItem(shape, i, Py_NewRef(args[i])) < 0)
            Py_CLEAR(shape);
    return shape;
}

static PyObject *asked_shape(PyObject *const *args, Py_ssize_t count, PyObject *named) {
    if (count == 0 && !named) {
        PyErr_SetString(errors.input, "reshape: Shape must be provided.");
        return NULL;
    }
    return named ? positional_shape(&named, 1) : positional_shape(args, count);
}

static PyObject *reshape_to(nd_array *array, PyObject *shape, bool backwards) {
    int64_t codes[MAX_CODES];
    resolving r;
    int count = read_codes(shape, codes);
    if (count < 0 || resolve(array, codes, count, backwards, shape, &r) < 0)
        return NULL;
    return ndarray_wrap(nd_reshape_view(array, r.shape, r.ndim));
}

static PyObject *reshape(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords) {
    static const char *const names[] = {"shape", "reverse", NULL};
    static const signature form = {"reshape", names, 0};
    PyObject *values[2];
    if (arguments_parse(&form, args + count, 0, keywords, values) < 0)
        return NULL;
    int backwards = argument_flag(values[1], false);
    PyObject *shape = backwards < 0 ? NULL : asked_shape(args, count, values[0]);
    PyObject *result = shape ? reshape_to(ndarray_of(self), shape, backwards != 0) : NULL;
    Py_XDECREF(shape);
    return result;
}

PyMethodDef reshape_methods[] = {
    {"reshape", FASTCALL(reshape), FASTCALL_FLAGS,
     "reshape($self, *shape, reverse=False)\n--\n\n"
     "Return a view of the same elements under another shape.\n\n"
     "An entry of shape is an extent, or 0: the extent of the array there; -1: what is left over; -2: all that\n"
     "follows; -3: the product of two; -4, a, b: one extent split into a and b. With reverse=True entries are\n"
     "matched from the last axis. ValueError if the sizes differ."},
    {NULL, NULL, 0, NULL},
};
