/* From the core's errors to Python's exceptions. */
#include "binding.h"

#include <stdarg.h>

error_classes errors;

static const struct {
    const char *name;
    PyObject **slot;
} classes[] = {
    {"MXNetError", &errors.mxnet},       {"ArgumentError", &errors.argument},   {"ShapeError", &errors.shape},
    {"DTypeError", &errors.dtype},       {"AxisError", &errors.axis},           {"GraphError", &errors.graph},
    {"ContextError", &errors.context},   {"CallError", &errors.call},           {"InputTypeError", &errors.input},
    {"HeadGradientError", &errors.head}, {"GradRequestError", &errors.request}, {"FunctionError", &errors.function},
    {"BoundsError", &errors.bounds},
};

int error_setup(void) {
    PyObject *base = PyImport_ImportModule("ndgrad.base");
    if (!base)
        return -1;
    int status = 0;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0] && status == 0; i++) {
        Py_XDECREF(*classes[i].slot);
        *classes[i].slot = PyObject_GetAttrString(base, classes[i].name);
        if (!*classes[i].slot)
            status = -1;
    }
    Py_DECREF(base);
    return status;
}

static PyObject *class_of(nd_error kind) {
    switch (kind) {
    case ND_ECALL: return errors.call;
    case ND_EARGUMENT: return errors.argument;
    case ND_ESHAPE: return errors.shape;
    case ND_EDTYPE: return errors.dtype;
    case ND_EAXIS: return errors.axis;
    case ND_EINDEX: return errors.bounds;
    case ND_EGRAPH: return errors.graph;
    case ND_ECONTEXT: return errors.context;
    case ND_EMEMORY: return PyExc_MemoryError;
    default: return errors.mxnet;
    }
}

PyObject *error_raise(void) {
    /* An exception that is already there is the cause: a Function's own, or one of ours further down. */
    if (!PyErr_Occurred())
        PyErr_SetString(class_of(nd_error_kind()), nd_error_message());
    return NULL;
}

PyObject *error_raise_built(PyObject *kind, const char *builder, const char *format, ...) {
    va_list values;
    va_start(values, format);
    PyObject *arguments = Py_VaBuildValue(format, values);
    va_end(values);
    PyObject *base = arguments ? PyImport_ImportModule("ndgrad.base") : NULL;
    PyObject *function = base ? PyObject_GetAttrString(base, builder) : NULL;
    PyObject *message = function ? PyObject_CallObject(function, arguments) : NULL;
    if (message)
        PyErr_SetObject(kind, message);
    Py_XDECREF(message);
    Py_XDECREF(function);
    Py_XDECREF(base);
    Py_XDECREF(arguments);
    return NULL;
}
