/* Arrays from anything with the buffer protocol: NumPy arrays, array.array, memoryview ... */
#include "binding.h"

#include <string.h>

/* What a format character of the struct module stands for. */
typedef enum element { UNKNOWN, SIGNED, UNSIGNED, FLOATING, TRUTH, SWAPPED } element;

static element element_of(const char *format) {
    if (!format)
        return UNSIGNED; /* by definition 'B' */
    if (*format == '>' || *format == '!')
        return SWAPPED;
    if (*format && strchr("@=<|", *format))
        format++;
    if (!*format || format[1])
        return UNKNOWN; /* a record */
    if (strchr("bhilqn", *format))
        return SIGNED;
    if (strchr("BHILQN", *format))
        return UNSIGNED;
    if (strchr("efd", *format))
        return FLOATING;
    return *format == '?' ? TRUTH : UNKNOWN;
}

/* The dtype whose elements lie in memory like these, or -1. */
static int same_dtype(element element, Py_ssize_t bytes) {
    switch (element) {
    case SIGNED: return bytes == 1 ? ND_INT8 : bytes == 4 ? ND_INT32 : bytes == 8 ? ND_INT64 : -1;
    case UNSIGNED: return bytes == 1 ? ND_UINT8 : -1;
    case FLOATING: return bytes == 2 ? ND_FLOAT16 : bytes == 4 ? ND_FLOAT32 : ND_FLOAT64;
    case TRUTH: return ND_BOOL;
    default: return -1;
    }
}

static int make_spec(const Py_buffer *view, nd_dtype dtype, nd_spec *spec) {
    if (view->ndim > ND_MAX_DIM) {
        PyErr_Format(errors.shape, "source_array has %d dimensions; arrays have at most %d", view->ndim, ND_MAX_DIM);
        return -1;
    }
    spec->dtype = (uint8_t)dtype;
    spec->ndim = (uint8_t)view->ndim;
    for (int axis = 0; axis < view->ndim; axis++)
        spec->shape[axis] = view->shape[axis];
    return 0;
}

static nd_array *new_like(const Py_buffer *view, nd_dtype dtype, nd_context context) {
    nd_spec spec;
    if (make_spec(view, dtype, &spec) < 0)
        return NULL;
    nd_array *array = nd_array_new(&spec, context);
    if (!array)
        error_raise();
    return array;
}

/* ------------------------------------------------------------------------------- elements of our own dtypes */

/* Any byte but 0 counts as true elsewhere; ours are 0 and 1. */
static void normalise_truth(uint8_t *bytes, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        bytes[i] = bytes[i] != 0;
}

static nd_array *copy_elements(Py_buffer *view, nd_dtype dtype, nd_context context) {
    nd_array *array = new_like(view, dtype, context);
    if (!array || view->len == 0)
        return array;
    if (PyBuffer_ToContiguous(nd_array_data(array), view, view->len, 'C') < 0) {
        nd_array_release(array);
        return NULL;
    }
    if (dtype == ND_BOOL)
        normalise_truth(nd_array_data(array), array->size);
    return array;
}

/* ------------------------------------------------------------------------------------ integers of other sizes */

static uint64_t read_bits(const char *at, Py_ssize_t bytes) {
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (bytes) {
    case 2: return memcpy(&two, at, 2), two;
    case 4: return memcpy(&four, at, 4), four;
    default: return memcpy(&eight, at, 8), eight;
    }
}

static void store_integers(nd_array *array, const char *elements, const Py_buffer *view, element element) {
    for (int64_t i = 0; i < array->size; i++) {
        uint64_t bits = read_bits(elements + i * view->itemsize, view->itemsize);
        if (element == SIGNED)
            nd_array_set_int(array, i, (int16_t)bits); /* the only signed size left */
        else if (bits <= INT64_MAX)
            nd_array_set_int(array, i, (int64_t)bits);
        else
            nd_array_set(array, i, (double)bits);
    }
}

static nd_array *convert_integers(Py_buffer *view, element element, nd_dtype dtype, nd_context context) {
    nd_array *array = new_like(view, dtype, context);
    char *elements = array ? PyMem_Malloc((size_t)view->len + 1) : NULL;
    if (array && !elements)
        PyErr_NoMemory();
    if (!elements || PyBuffer_ToContiguous(elements, view, view->len, 'C') < 0) {
        nd_array_release(array);
        array = NULL;
    } else {
        store_integers(array, elements, view, element);
    }
    PyMem_Free(elements);
    return array;
}

/* --------------------------------------------------------------------------------------------- either way */

static nd_array *cannot_read(const Py_buffer *view, element element) {
    const char *format = view->format ? view->format : "B";
    PyErr_Format(errors.dtype,
                 element == SWAPPED
                     ? "source_array has its bytes in the other order (format '%s'); convert it to the native one"
                     : "source_array holds elements of format '%s', which no dtype of ndgrad can hold; convert it "
                       "to float32 first",
                 format);
    return NULL;
}

static bool readable(element element, Py_ssize_t bytes) {
    if (element == UNKNOWN || element == SWAPPED)
        return false;
    return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
}

static nd_array *from_view(Py_buffer *view, nd_dtype dtype, nd_context context) {
    element element = element_of(view->format);
    if (!readable(element, view->itemsize))
        return cannot_read(view, element);
    int same = same_dtype(element, view->itemsize);
    if (same < 0)
        return convert_integers(view, element, dtype, context);
    nd_array *array = copy_elements(view, (nd_dtype)same, context);
    if (!array || same == (int)dtype)
        return array;
    nd_array *cast = array_cast(array, dtype, context);
    nd_array_release(array);
    return cast;
}

/* --------------------------------------------------------------------------------------------- without a copy */

static nd_array *on_view(const Py_buffer *view, PyObject *owner) {
    element element = element_of(view->format);
    int dtype = readable(element, view->itemsize) ? same_dtype(element, view->itemsize) : -1;
    nd_spec spec;
    if (!PyBuffer_IsContiguous(view, 'C'))
        return PyErr_Format(errors.argument, "Only c-contiguous arrays are supported for zero-copy; zero_copy=False "
                                             "copies the elements"),
               NULL;
    if (dtype < 0)
        return PyErr_Format(errors.dtype,
                            "Elements of format '%s' are not supported for zero-copy: no dtype of ndgrad "
                            "is like them; nd.array converts them",
                            view->format ? view->format : "B"),
               NULL;
    if (make_spec(view, (nd_dtype)dtype, &spec) < 0)
        return NULL;
    return array_on_memory(&spec, (nd_context){ND_CPU, 0}, view->buf, view->readonly != 0, owner);
}

nd_array *array_on_buffer(PyObject *source) {
    Py_buffer view;
    PyObject *owner = PyMemoryView_FromObject(source); /* holds the source's buffer as long as it lives */
    if (!owner || PyObject_GetBuffer(owner, &view, PyBUF_FULL_RO) < 0)
        return Py_XDECREF(owner), NULL;
    nd_array *array = on_view(&view, owner);
    PyBuffer_Release(&view);
    Py_DECREF(owner);
    return array;
}

/* ------------------------------------------------------------------------------------------------ with a copy */

nd_array *array_from_buffer(PyObject *source, nd_dtype dtype, nd_context context) {
    Py_buffer view;
    if (PyObject_GetBuffer(source, &view, PyBUF_FULL_RO) < 0)
        return NULL;
    nd_array *array = from_view(&view, dtype, context);
    PyBuffer_Release(&view);
    return array;
}
