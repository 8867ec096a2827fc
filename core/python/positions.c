/* The positions that arrays as indices select, for ndgrad/indexing.py: checked, from the front, and broadcast. */
#include "binding.h"

#include <math.h>
#include <string.h>

static int broadcast_shape(const arrays *indices, nd_spec *spec) {
    for (int i = 0; i < indices->count; i++) {
        const nd_array *index = indices->items[i];
        int grow = index->ndim - spec->ndim;
        for (int axis = spec->ndim - 1; grow > 0 && axis >= 0; axis--)
            spec->shape[axis + grow] = spec->shape[axis];
        for (int axis = 0; axis < grow; axis++)
            spec->shape[axis] = 1;
        if (grow > 0)
            spec->ndim = index->ndim;
        for (int axis = 0; axis < index->ndim; axis++) {
            int64_t *extent = &spec->shape[spec->ndim - index->ndim + axis];
            if (*extent == 1)
                *extent = index->shape[axis];
            if (index->shape[axis] != 1 && index->shape[axis] != *extent)
                return -1;
        }
    }
    return 0;
}

static int bad_broadcast(const arrays *indices) {
    PyObject *shapes = PyList_New(0);
    for (int i = 0; shapes && i < indices->count; i++) {
        PyObject *shape = shape_tuple(indices->items[i]);
        if (!shape || PyList_Append(shapes, shape) < 0)
            Py_CLEAR(shapes);
        Py_XDECREF(shape);
    }
    if (shapes)
        PyErr_Format(PyExc_IndexError, "indexing arrays could not be broadcast together: shapes %R", shapes);
    Py_XDECREF(shapes);
    return -1;
}

/* Index `at` of an axis, counted from the front; INT64_MIN if there is none. Floats are cut, as by a cast. */
static int64_t position(const nd_array *index, int64_t at, int64_t extent) {
    if (nd_dtype_is_float((nd_dtype)index->dtype)) {
        double value = nd_array_get(index, at);
        if (!(value > -(double)extent - 1 && value < (double)extent))
            return INT64_MIN; /* and if it is NaN */
    }
    int64_t value = nd_array_get_int(index, at);
    if (value < -extent || value >= extent)
        return INT64_MIN;
    return value < 0 ? value + extent : value;
}

static int out_of_bounds(const nd_array *index, int64_t at, int axis, int64_t extent) {
    PyObject *number = number_at(index, at);
    if (number && PyFloat_Check(number) && fabs(PyFloat_AsDouble(number)) < 1e15) { /* 5, not 5.0 */
        PyObject *whole = PyNumber_Long(number);
        Py_DECREF(number);
        number = whole;
    }
    if (number)
        PyErr_Format(PyExc_IndexError, "index %S is out of bounds for axis %d with size %lld", number, axis,
                     (long long)extent);
    Py_XDECREF(number);
    return -1;
}

/* Walks the broadcast shape in row-major order, keeping the offset into the smaller array. */
typedef struct walk {
    int ndim;
    int64_t shape[ND_MAX_DIM], stride[ND_MAX_DIM], count[ND_MAX_DIM];
    int64_t offset;
} walk;

static walk start_walk(const nd_array *index, const nd_spec *spec) {
    walk w = {.ndim = spec->ndim};
    memcpy(w.shape, spec->shape, sizeof w.shape);
    int64_t stride = 1;
    for (int axis = index->ndim - 1; axis >= 0; axis--) {
        w.stride[spec->ndim - index->ndim + axis] = index->shape[axis] == 1 ? 0 : stride;
        stride *= index->shape[axis];
    }
    return w;
}

static void step_walk(walk *w) {
    for (int axis = w->ndim - 1; axis >= 0; axis--) {
        w->offset += w->stride[axis];
        if (++w->count[axis] < w->shape[axis])
            return;
        w->offset -= w->stride[axis] * w->shape[axis];
        w->count[axis] = 0;
    }
}

static int fill_from(int64_t *row, int64_t size, const nd_array *index, const nd_spec *spec, int axis, int64_t extent) {
    walk w = start_walk(index, spec);
    for (int64_t i = 0; i < size; i++, step_walk(&w)) {
        row[i] = position(index, w.offset, extent);
        if (row[i] == INT64_MIN)
            return out_of_bounds(index, w.offset, axis, extent);
    }
    return 0;
}

static int fill_row(int64_t *row, int64_t size, nd_array *index, const nd_spec *spec, int axis, int64_t extent) {
    nd_array *host = nd_on_host(index);
    int status = host ? fill_from(row, size, host, spec, axis, extent) : -1;
    if (!host)
        error_raise();
    nd_array_release(host);
    return status;
}

static nd_array *new_positions(const arrays *indices, const nd_spec *spec) {
    nd_spec all = {.dtype = ND_INT64, .ndim = (uint8_t)(spec->ndim + 1)};
    if (spec->ndim == ND_MAX_DIM) {
        PyErr_Format(errors.shape, "an index array has %d dimensions; %d are the most", ND_MAX_DIM, ND_MAX_DIM - 1);
        return NULL;
    }
    all.shape[0] = indices->count;
    memcpy(all.shape + 1, spec->shape, (size_t)spec->ndim * sizeof *spec->shape);
    nd_array *array = nd_array_new(&all, (nd_context){ND_CPU, 0});
    if (!array)
        error_raise();
    return array;
}

/* Positions are found in host memory, and go where the target is. Consumes the reference. */
static nd_array *beside(nd_array *positions, const nd_array *target) {
    if (target->context.device != ND_GPU)
        return positions;
    nd_array *there = array_cast(positions, ND_INT64, target->context);
    nd_array_release(positions);
    return there;
}

static nd_array *stack(const arrays *indices, const int64_t *axes, const nd_array *target) {
    nd_spec spec = {.dtype = ND_INT64, .ndim = 0};
    if (broadcast_shape(indices, &spec) < 0)
        return bad_broadcast(indices), NULL;
    const int64_t size = nd_spec_size(&spec);
    nd_array *array = new_positions(indices, &spec);
    for (int i = 0; array && i < indices->count; i++) {
        int64_t *row = (int64_t *)nd_array_data(array) + (size ? i * size : 0);
        if (fill_row(row, size, indices->items[i], &spec, (int)axes[i], target->shape[axes[i]]) < 0) {
            nd_array_release(array);
            array = NULL;
        }
    }
    return array ? beside(array, target) : NULL;
}

/* positions(target, indices, axes): int64, shape (len(indices), *broadcast shape). */
static PyObject *positions(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count) {
    int64_t axes[ND_MAX_DIM];
    arrays indices;
    if (count != 3 || !ndarray_check(args[0]))
        return PyErr_Format(errors.call, "positions takes array, indices, axes");
    const nd_array *target = ndarray_of(args[0]);
    int named = extents_parse(args[2], "positions", axes);
    if (named < 0 || arrays_parse(args[1], "an index", errors.input, false, &indices) < 0)
        return NULL;
    bool fits = named == indices.count;
    for (int i = 0; i < named; i++)
        fits = fits && axes[i] >= 0 && axes[i] < target->ndim;
    nd_array *array = NULL;
    if (fits)
        array = stack(&indices, axes, target);
    else
        PyErr_SetString(errors.argument, "positions: one axis of the array is needed per index");
    arrays_clear(&indices);
    return array ? ndarray_wrap(array) : NULL;
}

/* scatter(target, positions, source): target[positions] = source. */
static PyObject *scatter(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count) {
    for (Py_ssize_t i = 0; i < count; i++)
        if (!ndarray_check(args[i]))
            count = 0;
    if (count != 3)
        return PyErr_Format(errors.call, "scatter takes three NDArrays: target, positions and source");
    if (nd_scatter_assign(ndarray_of(args[0]), ndarray_of(args[1]), ndarray_of(args[2])) < 0)
        return error_raise();
    Py_RETURN_NONE;
}

/* view(array, shape): x.reshape without its codes, for a 0 may be an extent here. */
static PyObject *view(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count) {
    int64_t shape[ND_MAX_DIM];
    if (count != 2 || !ndarray_check(args[0]))
        return PyErr_Format(errors.call, "view takes an NDArray and a shape");
    int ndim = extents_parse(args[1], "view", shape);
    return ndim < 0 ? NULL : ndarray_wrap(nd_reshape_view(ndarray_of(args[0]), shape, ndim));
}

PyMethodDef module_indexing[] = {
    {"positions", (PyCFunction)(void (*)(void))positions, METH_FASTCALL,
     "positions($module, target, indices, axes, /)\n--\n\n"
     "Return the broadcast indices of the target's axes as int64 of shape (len(indices), ...); IndexError if one is\n"
     "out of bounds."},
    {"scatter", (PyCFunction)(void (*)(void))scatter, METH_FASTCALL,
     "scatter($module, target, positions, source, /)\n--\n\n"
     "Write the source, cast and broadcast, to the positions of the target."},
    {"view", (PyCFunction)(void (*)(void))view, METH_FASTCALL,
     "view($module, array, shape, /)\n--\n\nReturn the same elements under another shape; recorded."},
    {NULL, NULL, 0, NULL},
};
