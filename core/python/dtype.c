/* dtypes and single numbers, from Python and back. */
#include "binding.h"

#include <string.h>

/* The classes that x.dtype gives, by nd_dtype; asked of ndgrad.dtypes once, for that may import NumPy. */
static PyObject *scalar_classes;

static PyObject *classes(void) {
    if (scalar_classes)
        return scalar_classes;
    PyObject *module = PyImport_ImportModule("ndgrad.dtypes");
    if (!module)
        return NULL;
    scalar_classes = PyObject_CallMethod(module, "scalar_classes", NULL);
    Py_DECREF(module);
    if (scalar_classes && (!PyTuple_Check(scalar_classes) || PyTuple_Size(scalar_classes) != ND_DTYPES)) {
        Py_CLEAR(scalar_classes);
        PyErr_SetString(PyExc_SystemError, "ndgrad.dtypes.scalar_classes must return a tuple of 8");
    }
    return scalar_classes;
}

PyObject *dtype_class(nd_dtype dtype) {
    PyObject *all = classes();
    return all ? Py_XNewRef(PyTuple_GetItem(all, dtype)) : NULL;
}

/* ------------------------------------------------------------------------------------------------ parsing */

static int find_name(PyObject *name) {
    const char *text = PyUnicode_Check(name) ? PyUnicode_AsUTF8AndSize(name, NULL) : NULL;
    if (!text)
        return -1;
    if (strcmp(text, "bool_") == 0)
        return ND_BOOL; /* NumPy 1's name for it */
    return nd_dtype_find(text);
}

static int find_by_attribute(PyObject *value, const char *attribute) {
    PyObject *name = PyObject_GetAttrString(value, attribute);
    int dtype = name ? find_name(name) : -1;
    Py_XDECREF(name);
    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_AttributeError))
        PyErr_Clear();
    return dtype;
}

static int find_class(PyObject *value) {
    if (value == (PyObject *)&PyFloat_Type)
        return ND_FLOAT64;
    if (value == (PyObject *)&PyLong_Type)
        return ND_INT64;
    for (int i = 0; scalar_classes && i < ND_DTYPES; i++)
        if (PyTuple_GetItem(scalar_classes, i) == value)
            return i;
    return find_by_attribute(value, "__name__"); /* numpy.float32 and the like, bool */
}

int dtype_parse(const char *operator, PyObject *value, nd_dtype *dtype) {
    int found;
    if (PyUnicode_Check(value))
        found = find_name(value);
    else if (PyType_Check(value))
        found = find_class(value);
    else
        found = find_by_attribute(value, "name"); /* a numpy.dtype */
    if (found >= 0) {
        *dtype = (nd_dtype)found;
        return 0;
    }
    if (!PyErr_Occurred())
        error_raise_built(errors.dtype, "dtype_message", "(Os)", value, operator);
    return -1;
}

/* ----------------------------------------------------------------------------------------------- numbers */

PyObject *number_at(const nd_array *array, int64_t index) {
    if (nd_dtype_is_float((nd_dtype)array->dtype))
        return PyFloat_FromDouble(nd_array_get(array, index));
    if (array->dtype == ND_BOOL)
        return PyBool_FromLong(nd_array_get_int(array, index) != 0);
    return PyLong_FromLongLong(nd_array_get_int(array, index));
}

PyObject *dtype_scalar(const nd_array *array, int64_t index) {
    PyObject *number = number_at(array, index);
    PyObject *class = number ? dtype_class((nd_dtype)array->dtype) : NULL;
    PyObject *scalar = class ? PyObject_CallFunctionObjArgs(class, number, NULL) : NULL;
    Py_XDECREF(class);
    Py_XDECREF(number);
    return scalar;
}

/* Integers travel as such, for a double holds only 53 bits of an int64. */
static int store_integer(nd_array *array, int64_t index, PyObject *item) {
    PyObject *number = PyNumber_Index(item);
    if (!number)
        return -1;
    long long value = PyLong_AsLongLong(number);
    Py_DECREF(number);
    if (value == -1 && PyErr_Occurred())
        return -1;
    nd_array_set_int(array, index, value);
    return 0;
}

int number_store(nd_array *array, int64_t index, PyObject *item) {
    if (PyIndex_Check(item) && !nd_dtype_is_float((nd_dtype)array->dtype) && array->dtype != ND_BOOL)
        return store_integer(array, index, item);
    double value = PyFloat_AsDouble(item);
    if (value == -1.0 && PyErr_Occurred())
        return -1;
    nd_array_set(array, index, value);
    return 0;
}

/* --------------------------------------------------------------------------------------------- the module */

/* dtype_name(value) -> str: how ndgrad calls a dtype given in any of the accepted ways. */
static PyObject *dtype_name(PyObject *Py_UNUSED(module), PyObject *value) {
    nd_dtype dtype;
    return dtype_parse("", value, &dtype) < 0 ? NULL : PyUnicode_FromString(nd_dtype_name(dtype));
}

PyMethodDef module_dtype[] = {
    {"dtype_name", dtype_name, METH_O, "dtype_name($module, dtype, /)\n--\n\nThe dtype's name."},
    {NULL, NULL, 0, NULL},
};
