/* Arguments of the functions that are no operators: sorted by name, then read. */
#include "binding.h"

#include <string.h>

static int name_count(const signature *signature) {
    int count = 0;
    while (signature->names[count])
        count++;
    return count;
}

static int keyword_position(const signature *signature, PyObject *keyword) {
    for (int i = 0; signature->names[i]; i++)
        if (PyUnicode_CompareWithASCIIString(keyword, signature->names[i]) == 0)
            return i;
    return -1;
}

static int unknown_keyword(const signature *signature, PyObject *keyword) {
    int count = name_count(signature);
    PyObject *names = PyTuple_New(count);
    for (int i = 0; names && i < count; i++) {
        PyObject *name = PyUnicode_FromString(signature->names[i]);
        if (!name || PyTuple_SetItem(names, i, name) < 0)
            Py_CLEAR(names);
    }
    if (names)
        error_raise_built(errors.call, "keyword_message", "sOO", signature->function, keyword, names);
    Py_XDECREF(names);
    return -1;
}

static int set_keywords(const signature *signature, PyObject *const *args, PyObject *keywords, PyObject **values) {
    for (Py_ssize_t i = 0; i < PyTuple_Size(keywords); i++) {
        PyObject *keyword = PyTuple_GetItem(keywords, i);
        int position = keyword_position(signature, keyword);
        if (position < 0)
            return unknown_keyword(signature, keyword);
        if (values[position]) {
            PyErr_Format(errors.call, "%s got %U twice, by position and by name", signature->function, keyword);
            return -1;
        }
        values[position] = args[i];
    }
    return 0;
}

int arguments_parse(const signature *signature, PyObject *const *args, Py_ssize_t count, PyObject *keywords,
                    PyObject **values) {
    int names = name_count(signature);
    if (count > names) {
        PyErr_Format(errors.call, "%s takes at most %d arguments but %zd were given", signature->function, names,
                     count);
        return -1;
    }
    for (int i = 0; i < names; i++)
        values[i] = i < count ? args[i] : NULL;
    if (keywords && set_keywords(signature, args + count, keywords, values) < 0)
        return -1;
    for (int i = 0; i < signature->required; i++)
        if (!values[i]) {
            PyErr_Format(errors.call, "%s: argument %s is missing", signature->function, signature->names[i]);
            return -1;
        }
    return 0;
}

int argument_flag(PyObject *value, bool initial) {
    if (!value || value == Py_None)
        return initial;
    return PyObject_IsTrue(value);
}

/* ------------------------------------------------------------------------------------------------ arrays */

static int read_item(PyObject *item, const char *what, PyObject *wrong_type, bool none_allowed, nd_array **slot) {
    *slot = NULL;
    if (ndarray_check(item))
        *slot = ndarray_of(item);
    else if (item != Py_None || !none_allowed) {
        PyErr_Format(wrong_type, "%s must be an NDArray%s, not %.80R of type %R", what, none_allowed ? " or None" : "",
                     item, (PyObject *)Py_TYPE(item));
        return -1;
    }
    return 0;
}

int arrays_parse(PyObject *value, const char *what, PyObject *wrong_type, bool none_allowed, arrays *result) {
    /* A tuple of our own: a list could change while the arrays are at work. */
    bool single = ndarray_check(value) || !(PyList_Check(value) || PyTuple_Check(value));
    *result = (arrays){single ? PyTuple_Pack(1, value) : PySequence_Tuple(value), NULL, 0};
    if (!result->owner)
        return -1;
    Py_ssize_t count = PyTuple_Size(result->owner);
    result->items = count < INT32_MAX ? PyMem_Calloc((size_t)count + 1, sizeof *result->items) : NULL;
    if (!result->items)
        PyErr_NoMemory();
    result->count = (int)count;
    for (int i = 0; i < count && result->items; i++)
        if (read_item(PyTuple_GetItem(result->owner, i), what, wrong_type, none_allowed, &result->items[i]) < 0)
            break;
    if (!PyErr_Occurred())
        return 0;
    arrays_clear(result);
    return -1;
}

void arrays_clear(arrays *list) {
    PyMem_Free(list->items);
    Py_XDECREF(list->owner);
    *list = (arrays){NULL, NULL, 0};
}

/* ----------------------------------------------------------------------------------------------- extents */

static int read_extent(PyObject *item, const char *what, int64_t *extent) {
    PyObject *index = PyIndex_Check(item) ? PyNumber_Index(item) : NULL;
    if (!index) {
        if (!PyErr_Occurred())
            PyErr_Format(errors.call, "%s: a shape is an int or a tuple of ints, and %.80R is of type %R", what, item,
                         (PyObject *)Py_TYPE(item));
        return -1;
    }
    *extent = PyLong_AsLongLong(index);
    Py_DECREF(index);
    return *extent == -1 && PyErr_Occurred() ? -1 : 0;
}

static int read_extents(PyObject *items, const char *what, int64_t *extents) {
    Py_ssize_t count = PyTuple_Size(items);
    if (count > ND_MAX_DIM) {
        PyErr_Format(errors.shape, "%s: shape %.80R has %zd dimensions; arrays have at most %d", what, items, count,
                     ND_MAX_DIM);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        if (read_extent(PyTuple_GetItem(items, i), what, &extents[i]) < 0)
            return -1;
    return (int)count;
}

int extents_parse(PyObject *value, const char *what, int64_t *extents) {
    if (PyIndex_Check(value))
        return read_extent(value, what, extents) < 0 ? -1 : 1;
    if (!PyList_Check(value) && !PyTuple_Check(value))
        return read_extent(value, what, extents);
    PyObject *items = PySequence_Tuple(value);
    int count = items ? read_extents(items, what, extents) : -1;
    Py_XDECREF(items);
    return count;
}
