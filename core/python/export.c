/* Elements out of an array: to NumPy, to a Python number, to the printer. */
#include "binding.h"

static PyObject *asnumpy(PyObject *self, PyObject *Py_UNUSED(unused)) {
    PyObject *numpy = PyImport_ImportModule("numpy");
    if (!numpy) {
        if (PyErr_ExceptionMatches(PyExc_ImportError))
            PyErr_SetString(PyExc_ImportError, "asnumpy() returns a NumPy array, and NumPy is not installed here; "
                                               "ndgrad itself does not need it");
        return NULL;
    }
    PyObject *copy = PyObject_CallMethod(numpy, "array", "O", self); /* through the buffer protocol */
    Py_DECREF(numpy);
    return copy;
}

/* MXNet's asscalar of shape (1, 1) is a 1x1 NumPy array; without NumPy it is the number. */
static PyObject *asscalar(PyObject *self, PyObject *Py_UNUSED(unused)) {
    const nd_array *array = ndarray_of(self);
    if (array->size != 1) {
        PyErr_SetString(PyExc_ValueError, "The current array is not a scalar");
        return NULL;
    }
    if (array->ndim > 1) {
        PyObject *numpy = asnumpy(self, NULL);
        if (numpy || !PyErr_ExceptionMatches(PyExc_ImportError))
            return numpy;
        PyErr_Clear();
    }
    return dtype_scalar(array, 0);
}

static PyObject *wait_to_read(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(unused)) {
    Py_RETURN_NONE;
}

/* _values(start, stop): the flat elements from start to stop - 1 as Python numbers. */
static PyObject *values(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    const nd_array *array = ndarray_of(self);
    long long start = count == 2 ? PyLong_AsLongLong(args[0]) : 0;
    long long stop = count == 2 ? PyLong_AsLongLong(args[1]) : array->size;
    if (PyErr_Occurred())
        return NULL;
    if (start < 0 || stop > array->size || start > stop) {
        PyErr_Format(PyExc_IndexError, "elements %lld to %lld of an array of %lld", start, stop,
                     (long long)array->size);
        return NULL;
    }
    PyObject *list = PyList_New((Py_ssize_t)(stop - start));
    for (long long i = start; list && i < stop; i++) {
        PyObject *number = number_at(array, i);
        if (!number || PyList_SetItem(list, (Py_ssize_t)(i - start), number) < 0)
            Py_CLEAR(list);
    }
    return list;
}

PyMethodDef export_methods[] = {
    {"asnumpy", asnumpy, METH_NOARGS,
     "asnumpy($self, /)\n--\n\nReturn a copy as numpy.ndarray; ImportError without NumPy."},
    {"asscalar", asscalar, METH_NOARGS,
     "asscalar($self, /)\n--\n\nReturn the only element as a scalar of the dtype; ValueError if there are more."},
    {"wait_to_read", wait_to_read, METH_NOARGS,
     "wait_to_read($self, /)\n--\n\nDo nothing: elements are there when an operator returns."},
    {"_values", (PyCFunction)(void (*)(void))values, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};
