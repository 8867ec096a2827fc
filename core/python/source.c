/* Arrays from whatever is like one: numbers, nested sequences, buffers, and mixtures of these. */
#include "binding.h"

#include <string.h>

typedef enum form { NUMBER, SEQUENCE, BUFFER, FAILED } form;

/* Every refusal begins as MXNet's does. */
static form refuse(PyObject *source) {
    if (ndarray_check(source))
        PyErr_SetString(errors.input, "source_array must be array like object, not a list of NDArrays; "
                                      "nd.stack(*arrays) or nd.concat(*arrays, dim=0) joins them");
    else
        PyErr_Format(errors.input, "source_array must be array like object, and %.80R of type %R is none", source,
                     (PyObject *)Py_TYPE(source));
    return FAILED;
}

static void replace(PyObject **source, PyObject *simpler) {
    Py_DECREF(*source);
    *source = simpler;
}

/* What pandas, torch and others offer instead of a buffer. */
static form from_array_method(PyObject **source) {
    if (!PyObject_HasAttrString(*source, "__array__"))
        return refuse(*source);
    PyObject *array = PyObject_CallMethod(*source, "__array__", NULL);
    if (!array)
        return FAILED;
    form form = PyObject_CheckBuffer(array) ? BUFFER : refuse(*source);
    replace(source, array);
    return form;
}

static form from_sequence(PyObject **source) {
    PyObject *items = PySequence_Tuple(*source);
    if (!items)
        return FAILED;
    replace(source, items);
    return SEQUENCE;
}

/* Sorts what it is given, which it may replace by something simpler. */
static form simplify(PyObject **source) {
    PyObject *given = *source;
    if (scalar_check(given))
        return NUMBER;
    if (PyList_Check(given) || PyTuple_Check(given))
        return SEQUENCE;
    if (ndarray_check(given) || PyUnicode_Check(given) || PyBytes_Check(given) || PyType_Check(given))
        return refuse(given);
    if (PyObject_CheckBuffer(given))
        return BUFFER;
    if (PySequence_Check(given) && !PyObject_HasAttrString(given, "__array__"))
        return from_sequence(source);
    return from_array_method(source);
}

/* ------------------------------------------------------------------------------------------------- shape */

static int add_extent(nd_spec *spec, Py_ssize_t extent) {
    if (spec->ndim == ND_MAX_DIM) {
        PyErr_Format(errors.shape, "source_array is nested deeper than the %d dimensions of an array", ND_MAX_DIM);
        return -1;
    }
    spec->shape[spec->ndim++] = extent;
    return 0;
}

static int add_buffer_shape(nd_spec *spec, PyObject *source) {
    Py_buffer view;
    if (PyObject_GetBuffer(source, &view, PyBUF_FULL_RO) < 0)
        return -1;
    int status = 0;
    for (int axis = 0; axis < view.ndim && status == 0; axis++)
        status = add_extent(spec, view.shape[axis]);
    PyBuffer_Release(&view);
    return status;
}

static int add_shape(nd_spec *spec, PyObject *source);

/* The first item tells the shape of all; `fill` sees whether the others keep to it. */
static int add_sequence_shape(nd_spec *spec, PyObject *source) {
    Py_ssize_t length = PySequence_Size(source);
    if (length < 0 || add_extent(spec, length) < 0)
        return -1;
    if (length == 0)
        return 0;
    PyObject *first = PySequence_GetItem(source, 0);
    int status = first ? add_shape(spec, first) : -1;
    Py_XDECREF(first);
    return status;
}

static int add_shape(nd_spec *spec, PyObject *source) {
    int status = -1;
    Py_INCREF(source);
    switch (simplify(&source)) {
    case NUMBER: status = 0; break;
    case SEQUENCE: status = add_sequence_shape(spec, source); break;
    case BUFFER: status = add_buffer_shape(spec, source); break;
    case FAILED: break;
    }
    Py_DECREF(source);
    return status;
}

/* ---------------------------------------------------------------------------------------------- elements */

typedef struct filling {
    nd_array *array;
    int64_t next;
} filling;

static int ragged(int depth) {
    PyErr_Format(errors.shape, "source_array is ragged: at depth %d not all parts have the shape of the first", depth);
    return -1;
}

static int fill(filling *f, PyObject *source, int depth);

static int fill_number(filling *f, PyObject *source, int depth) {
    if (depth != f->array->ndim)
        return ragged(depth);
    return number_store(f->array, f->next++, source);
}

static int fill_sequence(filling *f, PyObject *source, int depth) {
    Py_ssize_t length = PySequence_Size(source);
    if (length < 0)
        return -1;
    if (depth >= f->array->ndim || length != f->array->shape[depth])
        return ragged(depth);
    for (Py_ssize_t i = 0; i < length; i++) {
        PyObject *item = PySequence_GetItem(source, i);
        int status = item ? fill(f, item, depth + 1) : -1;
        Py_XDECREF(item);
        if (status < 0)
            return -1;
    }
    return 0;
}

static bool same_tail(const nd_array *whole, int depth, const nd_array *part) {
    if (whole->ndim - depth != part->ndim)
        return false;
    for (int axis = 0; axis < part->ndim; axis++)
        if (whole->shape[depth + axis] != part->shape[axis])
            return false;
    return true;
}

static int fill_buffer(filling *f, PyObject *source, int depth) {
    nd_array *part = array_from_buffer(source, (nd_dtype)f->array->dtype, f->array->context);
    if (!part)
        return -1;
    int status = same_tail(f->array, depth, part) ? 0 : ragged(depth);
    if (status == 0 && part->size > 0) {
        size_t bytes = (size_t)nd_dtype_size((nd_dtype)part->dtype);
        char *to = (char *)nd_array_data(f->array) + (size_t)f->next * bytes;
        memcpy(to, nd_array_data(part), (size_t)part->size * bytes);
        f->next += part->size;
    }
    nd_array_release(part);
    return status;
}

static int fill(filling *f, PyObject *source, int depth) {
    if (PyFloat_Check(source) || PyLong_Check(source))
        return fill_number(f, source, depth);
    int status = -1;
    Py_INCREF(source);
    switch (simplify(&source)) {
    case NUMBER: status = fill_number(f, source, depth); break;
    case SEQUENCE: status = fill_sequence(f, source, depth); break;
    case BUFFER: status = fill_buffer(f, source, depth); break;
    case FAILED: break;
    }
    Py_DECREF(source);
    return status;
}

/* --------------------------------------------------------------------------------------------- the whole */

static nd_array *from_parts(PyObject *source, nd_dtype dtype, nd_context context) {
    nd_spec spec = {.dtype = (uint8_t)dtype, .ndim = 0};
    if (add_shape(&spec, source) < 0)
        return NULL;
    filling f = {nd_array_new(&spec, context), 0};
    if (!f.array)
        return error_raise(), NULL;
    if (fill(&f, source, 0) == 0)
        return f.array;
    nd_array_release(f.array);
    return NULL;
}

nd_array *array_cast(const nd_array *source, nd_dtype dtype, nd_context context) {
    nd_spec spec = nd_array_spec(source);
    spec.dtype = (uint8_t)dtype;
    nd_array *array = nd_array_new(&spec, context);
    if (array && nd_array_assign(array, source) == 0)
        return array;
    nd_array_release(array);
    error_raise();
    return NULL;
}

/* Elements from outside are put together in host memory. */
static nd_array *from_host(PyObject *source, nd_dtype dtype, nd_context context) {
    nd_array *host = array_from_object(source, dtype, (nd_context){ND_CPU, 0});
    nd_array *array = host ? array_cast(host, dtype, context) : NULL;
    nd_array_release(host);
    return array;
}

nd_array *array_from_object(PyObject *source, nd_dtype dtype, nd_context context) {
    if (ndarray_check(source))
        return array_cast(ndarray_of(source), dtype, context);
    if (context.device == ND_GPU)
        return from_host(source, dtype, context);
    if (PyObject_CheckBuffer(source) && !scalar_check(source) && !PyBytes_Check(source))
        return array_from_buffer(source, dtype, context);
    return from_parts(source, dtype, context);
}
