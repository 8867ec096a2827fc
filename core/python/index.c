/* x[key], x[key] = value, len(x) and iteration.
 *
 * Basic keys are read here and become views wherever the elements lie together. Lists and arrays as keys go to
 * ndgrad/indexing.py.
 */
#include "selection.h"

#include <string.h>

static PyObject *advanced(const char *function, PyObject *self, PyObject *key, PyObject *value) {
    PyObject *module = PyImport_ImportModule("ndgrad.indexing");
    PyObject *callable = module ? PyObject_GetAttrString(module, function) : NULL;
    PyObject *result = callable ? PyObject_CallFunctionObjArgs(callable, self, key, value, NULL) : NULL;
    Py_XDECREF(callable);
    Py_XDECREF(module);
    return result;
}

/* ----------------------------------------------------------------------------------------------- reading */

static bool same_shape(const nd_array *array, const int64_t *shape, int ndim) {
    return array->ndim == ndim && memcmp(array->shape, shape, (size_t)ndim * sizeof *shape) == 0;
}

static PyObject *take(nd_array *array, selection *s) {
    if (s->ndim == 0 && s->dropped)
        s->shape[s->ndim++] = 1; /* MXNet's answer where NumPy gives a scalar */
    nd_array *slice = nd_slice_view(array, s->start, s->step, s->count);
    if (!slice || same_shape(slice, s->shape, s->ndim))
        return ndarray_wrap(slice);
    nd_array *shaped = nd_reshape_view(slice, s->shape, s->ndim);
    nd_array_release(slice);
    return ndarray_wrap(shaped);
}

static PyObject *get_item(PyObject *self, PyObject *key) {
    selection s;
    if (PyTuple_Check(key) && PyTuple_Size(key) == 0)
        return Py_NewRef(self);
    int kind = selection_parse(key, ndarray_of(self), &s);
    if (kind < 0)
        return NULL;
    return kind > 0 ? advanced("get", self, key, NULL) : take(ndarray_of(self), &s);
}

/* ----------------------------------------------------------------------------------------------- writing */

static int cannot_broadcast(const nd_array *source, const selection *s) {
    PyObject *from = shape_tuple(source), *to = PyTuple_New(s->ndim);
    for (int axis = 0; to && axis < s->ndim; axis++) {
        PyObject *extent = PyLong_FromLongLong(s->shape[axis]);
        if (!extent || PyTuple_SetItem(to, axis, extent) < 0)
            Py_CLEAR(to);
    }
    if (from && to)
        PyErr_Format(PyExc_ValueError,
                     "operands could not be broadcast together with remapped shapes[original->remapped]: %R and "
                     "requested shape %R",
                     from, to);
    Py_XDECREF(to);
    Py_XDECREF(from);
    return -1;
}

/* Gives every extent of the source its axis of the target: those of ints and of new axes come and go. */
static int remap(const nd_array *target, const nd_array *source, const selection *s, nd_spec *spec) {
    const int surplus = source->ndim - s->ndim;
    *spec = (nd_spec){.dtype = source->dtype, .ndim = target->ndim};
    for (int axis = 0; axis < target->ndim; axis++)
        spec->shape[axis] = 1;
    for (int axis = 0; axis < source->ndim; axis++) {
        int64_t extent = source->shape[axis];
        int result_axis = axis - surplus; /* aligned at the last */
        if (extent != 1 && (result_axis < 0 || extent != s->shape[result_axis]))
            return cannot_broadcast(source, s);
        if (result_axis >= 0 && s->axis[result_axis] != NEW_AXIS)
            spec->shape[s->axis[result_axis]] = extent;
    }
    return 0;
}

static nd_array *copy_of(const nd_array *source) {
    nd_spec spec = nd_array_spec(source);
    nd_array *copy = nd_array_new(&spec, source->context);
    if (copy && nd_array_assign(copy, source) == 0)
        return copy;
    nd_array_release(copy);
    return NULL;
}

static int put(nd_array *target, const selection *s, const nd_array *source) {
    nd_spec spec;
    if (remap(target, source, s, &spec) < 0)
        return -1;
    nd_array *view = nd_array_view(source, 0, &spec);
    if (view && view->storage == target->storage) { /* x[1:] = x[:-1] must read before it writes */
        nd_array *copy = copy_of(view);
        nd_array_release(view);
        view = copy;
    }
    int status = view ? nd_slice_assign(target, s->start, s->step, s->count, view) : -1;
    nd_array_release(view);
    return status < 0 ? (error_raise(), -1) : 0;
}

static nd_array *as_source(PyObject *value, const nd_array *target) {
    if (ndarray_check(value))
        return nd_array_retain(ndarray_of(value));
    nd_array *source = array_from_object(value, (nd_dtype)target->dtype, target->context);
    if (!source && PyErr_ExceptionMatches(errors.input)) {
        PyErr_Clear();
        PyErr_Format(errors.input, "elements are set to a number, a list or an array, not to %.80R of type %R", value,
                     (PyObject *)Py_TYPE(value));
    }
    return source;
}

static bool selects_all(const selection *s, const nd_array *target) {
    for (int axis = 0; axis < target->ndim; axis++)
        if (s->count[axis] != target->shape[axis] || s->step[axis] != 1)
            return false;
    return true;
}

/* x[:] = 0.5 and its like, which training loops do all the time. */
static bool is_plain_fill(const nd_array *target, const selection *s, PyObject *value) {
    return (PyFloat_Check(value) || PyLong_Check(value)) && nd_dtype_is_float((nd_dtype)target->dtype) &&
           selects_all(s, target);
}

static int fill(nd_array *target, PyObject *value) {
    double number = PyFloat_AsDouble(value);
    if (number == -1.0 && PyErr_Occurred())
        return -1;
    return nd_array_fill(target, number) < 0 ? (error_raise(), -1) : 0;
}

static int set_basic(PyObject *self, const selection *s, PyObject *value) {
    if (is_plain_fill(ndarray_of(self), s, value))
        return fill(ndarray_of(self), value);
    nd_array *source = as_source(value, ndarray_of(self));
    int status = source ? put(ndarray_of(self), s, source) : -1;
    nd_array_release(source);
    return status;
}

static int set_item(PyObject *self, PyObject *key, PyObject *value) {
    selection s;
    if (!value) {
        PyErr_SetString(errors.call, "elements of an NDArray cannot be deleted");
        return -1;
    }
    int kind = selection_parse(key, ndarray_of(self), &s);
    if (kind == 0)
        return set_basic(self, &s, value);
    PyObject *done = kind > 0 ? advanced("put", self, key, value) : NULL;
    Py_XDECREF(done);
    return done ? 0 : -1;
}

/* ---------------------------------------------------------------------------------------------- sequence */

static Py_ssize_t length(PyObject *self) {
    const nd_array *array = ndarray_of(self);
    if (array->ndim > 0)
        return (Py_ssize_t)array->shape[0];
    PyErr_SetString(errors.call, "an NDArray of shape () has no axis, hence no length and no items");
    return -1;
}

/* For iteration alone: x[i] goes through get_item. */
static PyObject *row(PyObject *self, Py_ssize_t position) {
    PyObject *key = PyLong_FromSsize_t(position);
    PyObject *item = key ? get_item(self, key) : NULL;
    Py_XDECREF(key);
    return item;
}

static PyObject *iterate(PyObject *self) {
    return length(self) < 0 ? NULL : PySeqIter_New(self);
}

PyType_Slot index_slots[] = {
    {Py_mp_subscript, (void *)get_item},
    {Py_mp_ass_subscript, (void *)set_item},
    {Py_mp_length, (void *)length},
    {Py_sq_length, (void *)length},
    {Py_sq_item, (void *)row},
    {Py_tp_iter, (void *)iterate},
    {0, NULL},
};
