/* Contexts: the class is ndgrad/context.py's, the current one is the core's. */
#include "binding.h"

static PyObject *python_of; /* ndgrad.context._of(device, id) */
static PyObject *first_cpu; /* cpu(0), which nearly every array has */

static PyObject *make(nd_context context) {
    if (!python_of) {
        PyObject *module = PyImport_ImportModule("ndgrad.context");
        python_of = module ? PyObject_GetAttrString(module, "_of") : NULL;
        Py_XDECREF(module);
    }
    return python_of ? PyObject_CallFunction(python_of, "ii", context.device, context.id) : NULL;
}

PyObject *context_wrap(nd_context context) {
    if (context.device != ND_CPU || context.id != 0)
        return make(context);
    if (!first_cpu)
        first_cpu = make(context);
    return Py_XNewRef(first_cpu);
}

/* -1 if there is no such attribute or it is no int that could number a device. */
static long integer_attribute(PyObject *value, const char *name) {
    PyObject *attribute = PyObject_GetAttrString(value, name);
    long number = attribute && PyLong_Check(attribute) ? PyLong_AsLong(attribute) : -1;
    Py_XDECREF(attribute);
    if (PyErr_Occurred() &&
        (PyErr_ExceptionMatches(PyExc_AttributeError) || PyErr_ExceptionMatches(PyExc_OverflowError)))
        PyErr_Clear();
    return number;
}

int context_parse(PyObject *value, nd_context *context) {
    long device = integer_attribute(value, "device_typeid");
    long id = PyErr_Occurred() ? -1 : integer_attribute(value, "device_id");
    if (PyErr_Occurred())
        return -1;
    if (device < 0 || device > UINT8_MAX) {
        PyErr_Format(errors.call, "a context is mx.cpu(), mx.gpu(i) or a Context, not %.80R of type %R", value,
                     (PyObject *)Py_TYPE(value));
        return -1;
    }
    if (id < 0 || id > UINT8_MAX) {
        PyErr_Format(errors.context, "there is no device %S: device numbers are 0 to %d", value, UINT8_MAX);
        return -1;
    }
    *context = (nd_context){(uint8_t)device, (uint8_t)id};
    return 0;
}

static PyObject *get_default_context(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    return context_wrap(nd_default_context());
}

static PyObject *set_default_context(PyObject *Py_UNUSED(module), PyObject *value) {
    nd_context context;
    if (context_parse(value, &context) < 0)
        return NULL;
    nd_set_default_context(context);
    Py_RETURN_NONE;
}

PyMethodDef module_context[] = {
    {"default_context", get_default_context, METH_NOARGS,
     "default_context($module, /)\n--\n\nThe context of arrays for which none is given, in this thread."},
    {"set_default_context", set_default_context, METH_O,
     "set_default_context($module, context, /)\n--\n\nSet the context of arrays for which none is given."},
    {NULL, NULL, 0, NULL},
};
