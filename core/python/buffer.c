/* The buffer protocol: an array's elements as memory, for NumPy, memoryview and others, without a copy. */
#include "binding.h"

static const char *const formats[ND_DTYPES] = {
    [ND_FLOAT32] = "f", [ND_FLOAT64] = "d", [ND_FLOAT16] = "e", [ND_UINT8] = "B",
    [ND_INT32] = "i",   [ND_INT8] = "b",    [ND_INT64] = "q",   [ND_BOOL] = "?",
};

/* Extents and strides of an exported buffer, which the view points to until it is released. */
typedef struct layout {
    Py_ssize_t shape[ND_MAX_DIM], strides[ND_MAX_DIM];
} layout;

static layout *new_layout(const nd_array *array) {
    layout *made = PyMem_Malloc(sizeof *made);
    if (!made)
        return PyErr_NoMemory(), NULL;
    Py_ssize_t stride = nd_dtype_size((nd_dtype)array->dtype);
    for (int axis = array->ndim - 1; axis >= 0; axis--) {
        made->shape[axis] = (Py_ssize_t)array->shape[axis];
        made->strides[axis] = stride;
        stride *= made->shape[axis];
    }
    return made;
}

static int refuse(Py_buffer *view, PyObject *kind, const char *reason) {
    view->obj = NULL;
    PyErr_SetString(kind, reason);
    return -1;
}

static void fill_view(Py_buffer *view, const nd_array *array, layout *layout, int flags) {
    static char nothing[8]; /* an address for arrays without elements */
    const int item = nd_dtype_size((nd_dtype)array->dtype);
    void *data = nd_array_data(array);
    view->buf = data ? data : nothing;
    view->len = (Py_ssize_t)(array->size * item);
    view->readonly = !nd_array_writable(array);
    view->itemsize = item;
    view->format = flags & PyBUF_FORMAT ? (char *)formats[array->dtype] : NULL;
    view->ndim = array->ndim;
    view->shape = flags & PyBUF_ND ? layout->shape : NULL;
    view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? layout->strides : NULL;
    view->suboffsets = NULL;
    view->internal = layout;
}

static int get_buffer(PyObject *self, Py_buffer *view, int flags) {
    nd_array *array = ndarray_of(self);
    if ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS && array->ndim > 1)
        return refuse(view, PyExc_BufferError, "an NDArray lies in row-major order, not in column-major order");
    if (array->context.device == ND_GPU)
        return refuse(view, PyExc_BufferError, "an NDArray on a GPU has no host memory; as_in_context(mx.cpu()) has");
    /* Only who says that it will write is held to the rules of writing; NumPy asks to read. */
    if (flags & PyBUF_WRITABLE && nd_array_begin_write(array) < 0) {
        view->obj = NULL;
        error_raise();
        return -1;
    }
    layout *layout = new_layout(array);
    if (!layout) {
        view->obj = NULL;
        return -1;
    }
    fill_view(view, array, layout, flags);
    view->obj = Py_NewRef(self);
    return 0;
}

static void release_buffer(PyObject *Py_UNUSED(self), Py_buffer *view) {
    PyMem_Free(view->internal);
}

PyType_Slot buffer_slots[] = {
    {Py_bf_getbuffer, (void *)get_buffer},
    {Py_bf_releasebuffer, (void *)release_buffer},
    {0, NULL},
};
