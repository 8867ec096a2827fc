/* Basic keys, read: x[1], x[1:, ::-2], x[..., None]. */
#include "selection.h"

typedef struct reading {
    const nd_array *array;
    selection *result;
    int axis;     /* the array's next */
    int explicit; /* entries that take an axis each */
} reading;

static int add_axis(reading *r, int axis, int64_t extent) {
    selection *s = r->result;
    if (s->ndim == ND_MAX_DIM) {
        PyErr_Format(errors.shape, "the key adds axes beyond the %d that an array can have", ND_MAX_DIM);
        return -1;
    }
    s->shape[s->ndim] = extent;
    s->axis[s->ndim++] = axis;
    return 0;
}

static int read_int(reading *r, PyObject *item) {
    const int axis = r->axis++;
    const int64_t extent = r->array->shape[axis];
    const int64_t index = PyNumber_AsSsize_t(item, PyExc_IndexError);
    if (index == -1 && PyErr_Occurred())
        return -1;
    if (index < -extent || index >= extent) {
        PyErr_Format(PyExc_IndexError, "index %lld is out of bounds for axis %d with size %lld", (long long)index, axis,
                     (long long)extent);
        return -1;
    }
    r->result->start[axis] = index < 0 ? index + extent : index;
    r->result->step[axis] = r->result->count[axis] = 1;
    r->result->dropped = true;
    return 0;
}

static int read_slice(reading *r, PyObject *item) {
    const int axis = r->axis++;
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(item, &start, &stop, &step) < 0)
        return -1;
    Py_ssize_t count = PySlice_AdjustIndices((Py_ssize_t)r->array->shape[axis], &start, &stop, step);
    r->result->start[axis] = count ? start : 0;
    r->result->step[axis] = count > 1 ? step : 1; /* so that what is contiguous is seen to be */
    r->result->count[axis] = count;
    return add_axis(r, axis, count);
}

static int keep_axes(reading *r, int count) {
    for (; count > 0; count--) {
        const int axis = r->axis++;
        r->result->start[axis] = 0;
        r->result->step[axis] = 1;
        r->result->count[axis] = r->array->shape[axis];
        if (add_axis(r, axis, r->array->shape[axis]) < 0)
            return -1;
    }
    return 0;
}

static int read_entry(reading *r, PyObject *item) {
    if (item == Py_None)
        return add_axis(r, NEW_AXIS, 1);
    if (item == Py_Ellipsis)
        return keep_axes(r, r->array->ndim - r->explicit);
    if (PySlice_Check(item))
        return read_slice(r, item);
    return read_int(r, item);
}

/* ---------------------------------------------------------------------------------------------- the kinds */

/* 0: basic, 1: advanced, -1: neither. */
static int kind_of(PyObject *item) {
    if (PyLong_Check(item) || PySlice_Check(item) || item == Py_None || item == Py_Ellipsis)
        return 0;
    if (ndarray_check(item) || PyList_Check(item) || PyTuple_Check(item))
        return 1;
    if (PyUnicode_Check(item) || PyBytes_Check(item))
        return -1;
    if (PyIndex_Check(item))
        return PyObject_HasAttrString(item, "__len__") ? 1 : 0; /* an array also has one */
    if (scalar_check(item))
        return -1;
    return PyObject_CheckBuffer(item) || PySequence_Check(item) ? 1 : -1;
}

static int wrong_key(PyObject *item) {
    PyErr_Format(PyExc_ValueError, "NDArray does not support slicing with key %.80S of type %R.", item,
                 (PyObject *)Py_TYPE(item));
    return -1;
}

static int count_entry(reading *r, PyObject *item, int *ellipses) {
    *ellipses += item == Py_Ellipsis;
    r->explicit += item != Py_Ellipsis && item != Py_None;
    int kind = kind_of(item);
    return kind < 0 ? wrong_key(item) : kind;
}

static int check_counts(const reading *r, int ellipses) {
    if (ellipses > 1)
        PyErr_SetString(PyExc_IndexError, "an index can only have a single ellipsis ('...')");
    else if (r->explicit > r->array->ndim)
        PyErr_Format(PyExc_IndexError, "too many indices (%d) for array with %d dimensions", r->explicit,
                     r->array->ndim);
    else
        return 0;
    return -1;
}

static int read_tuple(reading *r, PyObject *key) {
    int ellipses = 0, advanced = 0;
    const Py_ssize_t length = PyTuple_Size(key);
    for (Py_ssize_t i = 0; i < length; i++) {
        int kind = count_entry(r, PyTuple_GetItem(key, i), &ellipses);
        if (kind < 0)
            return -1;
        advanced |= kind;
    }
    if (check_counts(r, ellipses) < 0)
        return -1;
    if (advanced)
        return 1;
    for (Py_ssize_t i = 0; i < length; i++)
        if (read_entry(r, PyTuple_GetItem(key, i)) < 0)
            return -1;
    return keep_axes(r, r->array->ndim - r->axis);
}

static int is_none_and_release(PyObject *value) {
    int status = value ? value == Py_None : -1;
    Py_XDECREF(value);
    return status;
}

/* x[:] of an array without axes is all of it, as in MXNet. */
static int is_whole_slice(PyObject *key) {
    static const char *const names[] = {"start", "stop", "step"};
    int whole = PySlice_Check(key);
    for (int i = 0; i < 3 && whole == 1; i++)
        whole = is_none_and_release(PyObject_GetAttrString(key, names[i]));
    return whole;
}

static int read_single(reading *r, PyObject *key) {
    int whole = r->array->ndim == 0 ? is_whole_slice(key) : 0;
    if (whole != 0)
        return whole < 0 ? -1 : keep_axes(r, 0);
    int ellipses = 0, kind = count_entry(r, key, &ellipses);
    if (kind != 0)
        return kind;
    if (check_counts(r, ellipses) < 0 || read_entry(r, key) < 0)
        return -1;
    return keep_axes(r, r->array->ndim - r->axis);
}

int selection_parse(PyObject *key, const nd_array *array, selection *result) {
    reading r = {array, result, 0, 0};
    result->ndim = 0;
    result->dropped = false;
    return PyTuple_Check(key) ? read_tuple(&r, key) : read_single(&r, key);
}
