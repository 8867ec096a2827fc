/* Numbers that stand beside arrays: Python's and NumPy's. */
#include "binding.h"

/* Only a NumPy that is loaded already can have made the scalar, so this imports none. */
static PyObject *numpy_generic(void) {
    static PyObject *generic;
    if (generic)
        return generic;
    PyObject *name = PyUnicode_FromString("numpy");
    PyObject *numpy = name ? PyImport_GetModule(name) : NULL;
    Py_XDECREF(name);
    if (numpy)
        generic = PyObject_GetAttrString(numpy, "generic");
    Py_XDECREF(numpy);
    PyErr_Clear();
    return generic;
}

bool scalar_check(PyObject *object) {
    if (PyFloat_Check(object) || PyLong_Check(object))
        return true;
    if (object == Py_None || ndarray_check(object))
        return false;
    PyObject *generic = numpy_generic();
    int is_generic = generic ? PyObject_IsInstance(object, generic) : 0;
    PyErr_Clear();
    return is_generic > 0;
}

int scalar_value(PyObject *object, double *value) {
    if (!scalar_check(object))
        return 0;
    *value = PyFloat_AsDouble(object);
    return *value == -1.0 && PyErr_Occurred() ? -1 : 1;
}
