/* Functions that make arrays from outside: array, empty, share. */
#include "binding.h"

static int parse_context(PyObject *value, nd_context initial, nd_context *context) {
    *context = initial;
    return !value || value == Py_None ? 0 : context_parse(value, context);
}

static int parse_dtype(PyObject *value, nd_dtype initial, nd_dtype *dtype) {
    *dtype = initial;
    return !value || value == Py_None ? 0 : dtype_parse("array", value, dtype);
}

/* Of all sources only an NDArray keeps its dtype. */
static PyObject *array(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count, PyObject *keywords) {
    static const char *const names[] = {"source_array", "ctx", "dtype", NULL};
    static const signature form = {"array", names, 1};
    PyObject *values[3];
    if (arguments_parse(&form, args, count, keywords, values) < 0)
        return NULL;
    nd_dtype dtype = ndarray_check(values[0]) ? (nd_dtype)ndarray_of(values[0])->dtype : ND_FLOAT32;
    nd_context context;
    if (parse_context(values[1], nd_default_context(), &context) < 0 || parse_dtype(values[2], dtype, &dtype) < 0)
        return NULL;
    nd_array *made = array_from_object(values[0], dtype, context);
    return made ? ndarray_wrap(made) : NULL;
}

static PyObject *share(PyObject *Py_UNUSED(module), PyObject *source) {
    nd_array *made = array_on_buffer(source);
    return made ? ndarray_wrap(made) : NULL;
}

static int make_spec(PyObject *shape, nd_dtype dtype, const char *function, nd_spec *spec) {
    int ndim = extents_parse(shape, function, spec->shape);
    for (int axis = 0; axis < ndim; axis++)
        if (spec->shape[axis] < 0) {
            PyErr_Format(errors.shape, "%s: shape %R has a negative extent", function, shape);
            return -1;
        }
    spec->dtype = (uint8_t)dtype;
    spec->ndim = (uint8_t)(ndim < 0 ? 0 : ndim);
    return ndim < 0 ? -1 : 0;
}

static PyObject *empty(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count, PyObject *keywords) {
    static const char *const names[] = {"shape", "ctx", "dtype", NULL};
    static const signature form = {"empty", names, 1};
    PyObject *values[3];
    nd_dtype dtype;
    nd_context context;
    nd_spec spec;
    if (arguments_parse(&form, args, count, keywords, values) < 0 ||
        parse_context(values[1], nd_default_context(), &context) < 0 ||
        parse_dtype(values[2], ND_FLOAT32, &dtype) < 0 || make_spec(values[0], dtype, "empty", &spec) < 0)
        return NULL;
    return ndarray_wrap(nd_array_new(&spec, context));
}

PyMethodDef module_creation[] = {
    {"array", FASTCALL(array), FASTCALL_FLAGS,
     "array($module, source_array, ctx=None, dtype=None)\n--\n\n"
     "Return a new array with the elements of a number, nested lists, a NumPy array, another buffer, or an NDArray.\n\n"
     "The dtype is float32 unless given; only an NDArray passes on its own. A list of NDArrays is a TypeError: join\n"
     "them with stack or concat. ShapeError if nested lists are ragged or deeper than 8, DTypeError for an unknown\n"
     "dtype."},
    {"empty", FASTCALL(empty), FASTCALL_FLAGS,
     "empty($module, shape, ctx=None, dtype=None)\n--\n\n"
     "Return a new array of that shape whose elements are undefined; float32 unless dtype is given.\n\n"
     "ShapeError for a negative extent or more than 8 axes, DTypeError for an unknown dtype."},
    {"share", share, METH_O, "share($module, buffer, /)\n--\n\nAn array on the memory of a buffer, which stays alive."},
    {NULL, NULL, 0, NULL},
};
