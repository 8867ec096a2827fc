/* x.reshape: the view of the shape that MXNet's codes stand for. */
#include "binding.h"

static int wrong_size(const nd_array *array, PyObject *asked, bool larger) {
    PyErr_Format(larger ? errors.shape : PyExc_ValueError, "Cannot reshape array of size %lld into shape %R%s",
                 (long long)array->size, asked, larger ? ": that is larger" : "");
    return -1;
}

static int resolve(const nd_array *array, const int64_t *codes, int count, bool backwards, PyObject *asked,
                   nd_spec *spec) {
    int64_t size = nd_reshape_spec(array, codes, count, backwards, spec);
    if (size < 0)
        return error_raise(), -1;
    return size == array->size ? 0 : wrong_size(array, asked, size > array->size);
}

/* ------------------------------------------------------------------------------------------------ parsing */

static int read_codes(PyObject *items, int64_t *codes) {
    Py_ssize_t count = PyTuple_Size(items);
    if (count > ND_MAX_CODES) {
        PyErr_Format(errors.shape, "reshape: at most %d codes, not %zd", ND_MAX_CODES, count);
        return -1;
    }
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
    int64_t codes[ND_MAX_CODES];
    nd_spec spec;
    int count = read_codes(shape, codes);
    if (count < 0 || resolve(array, codes, count, backwards, shape, &spec) < 0)
        return NULL;
    return ndarray_wrap(nd_reshape_view(array, spec.shape, spec.ndim));
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
     "matched from the last axis. ShapeError if the entries do not fit or the sizes differ."},
    {NULL, NULL, 0, NULL},
};
