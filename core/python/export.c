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
    PyObject *host = ndarray_wrap(nd_on_host(ndarray_of(self)));
    PyObject *copy = host ? PyObject_CallMethod(numpy, "array", "O", host) : NULL; /* through the buffer protocol */
    Py_XDECREF(host);
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
    nd_array *host = nd_on_host(ndarray_of(self));
    PyObject *scalar = host ? dtype_scalar(host, 0) : error_raise();
    nd_array_release(host);
    return scalar;
}

static PyObject *wait_to_read(PyObject *self, PyObject *Py_UNUSED(unused)) {
    if (ndarray_of(self)->context.device == ND_GPU && nd_wait() < 0)
        return error_raise();
    Py_RETURN_NONE;
}

static PyObject *list_values(const nd_array *array, long long start, long long stop) {
    PyObject *list = PyList_New((Py_ssize_t)(stop - start));
    for (long long i = start; list && i < stop; i++) {
        PyObject *number = number_at(array, i);
        if (!number || PyList_SetItem(list, (Py_ssize_t)(i - start), number) < 0)
            Py_CLEAR(list);
    }
    return list;
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
    nd_array *host = nd_on_host(ndarray_of(self));
    PyObject *list = host ? list_values(host, start, stop) : error_raise();
    nd_array_release(host);
    return list;
}

PyMethodDef export_methods[] = {
    {"asnumpy", asnumpy, METH_NOARGS,
     "asnumpy($self, /)\n--\n\nReturn a copy as numpy.ndarray; ImportError without NumPy."},
    {"asscalar", asscalar, METH_NOARGS,
     "asscalar($self, /)\n--\n\nReturn the only element as a scalar of the dtype; ValueError if there are more."},
    {"wait_to_read", wait_to_read, METH_NOARGS,
     "wait_to_read($self, /)\n--\n\nWait until a GPU is done; elsewhere elements are there when an operator returns."},
    {"_values", (PyCFunction)(void (*)(void))values, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};
