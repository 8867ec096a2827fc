/* The attributes of NDArray. */
#include "binding.h"

static PyObject *get_shape(PyObject *self, void *Py_UNUSED(closure)) {
    return shape_tuple(ndarray_of(self));
}

static PyObject *get_size(PyObject *self, void *Py_UNUSED(closure)) {
    return PyLong_FromLongLong(ndarray_of(self)->size);
}

static PyObject *get_ndim(PyObject *self, void *Py_UNUSED(closure)) {
    return PyLong_FromLong(ndarray_of(self)->ndim);
}

static PyObject *get_dtype(PyObject *self, void *Py_UNUSED(closure)) {
    return dtype_class((nd_dtype)ndarray_of(self)->dtype);
}

static PyObject *get_context(PyObject *self, void *Py_UNUSED(closure)) {
    return context_wrap(ndarray_of(self)->context);
}

static PyObject *get_stype(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure)) {
    return PyUnicode_FromString("default");
}

static PyObject *get_writable(PyObject *self, void *Py_UNUSED(closure)) {
    return PyBool_FromLong(nd_array_writable(ndarray_of(self)));
}

static PyObject *get_transposed(PyObject *self, void *Py_UNUSED(closure)) {
    return ndarray_wrap(operator_apply(used.transpose, ndarray_of(self), ND_NONE));
}

/* A new handle each time, on one buffer: x.grad is x.grad is False, but writing to it is seen. */
static PyObject *get_grad(PyObject *self, void *Py_UNUSED(closure)) {
    nd_array *grad = nd_grad(ndarray_of(self));
    if (!grad)
        Py_RETURN_NONE;
    return ndarray_wrap(grad);
}

static PyObject *get_fresh_grad(PyObject *self, void *Py_UNUSED(closure)) {
    return PyBool_FromLong(nd_grad_fresh(ndarray_of(self)));
}

static int set_fresh_grad(PyObject *self, PyObject *value, void *Py_UNUSED(closure)) {
    int fresh = value ? PyObject_IsTrue(value) : 0;
    if (fresh < 0)
        return -1;
    nd_set_grad_fresh(ndarray_of(self), fresh != 0);
    return 0;
}

/* MXNet's programs hand this to its C functions; here it only tells arrays apart. */
static PyObject *get_handle(PyObject *self, void *Py_UNUSED(closure)) {
    return PyLong_FromVoidPtr(ndarray_of(self));
}

PyGetSetDef attribute_table[] = {
    {"shape", get_shape, NULL, "The extents of the axes, a tuple of ints.", NULL},
    {"size", get_size, NULL, "The number of elements.", NULL},
    {"ndim", get_ndim, NULL, "The number of axes.", NULL},
    {"dtype", get_dtype, NULL, "The type of the elements: numpy.float32 and so on, or a class of that name.", NULL},
    {"context", get_context, NULL, "The device that holds the elements.", NULL},
    {"ctx", get_context, NULL, "The device that holds the elements.", NULL},
    {"stype", get_stype, NULL, "'default': ndgrad has dense arrays only.", NULL},
    {"writable", get_writable, NULL, "False if the elements lie in memory that was given for reading only.", NULL},
    {"T", get_transposed, NULL, "A copy with the axes in reverse order.", NULL},
    {"grad", get_grad, NULL,
     "The gradient buffer of an array with attach_grad, else None. Written by backward; it can be written to, not\n"
     "assigned.",
     NULL},
    {"_fresh_grad", get_fresh_grad, set_fresh_grad, "Whether backward has written grad since this was set False.",
     NULL},
    {"handle", get_handle, NULL, "A number that tells this array from others.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
