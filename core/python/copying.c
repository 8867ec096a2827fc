/* Copies of an array: to another dtype, another context, another array; and detach, which shares. */
#include "binding.h"

/* Operators do the copying, so that it is recorded. */
static nd_array *copy_array(nd_array *array) {
    return operator_apply(used.identity, array, ND_NONE);
}

static PyObject *copy(PyObject *self, PyObject *Py_UNUSED(unused)) {
    return ndarray_wrap(copy_array(ndarray_of(self)));
}

static PyObject *deepcopy(PyObject *self, PyObject *Py_UNUSED(memo)) {
    return ndarray_wrap(copy_array(ndarray_of(self)));
}

static PyObject *detach(PyObject *self, PyObject *Py_UNUSED(unused)) {
    return ndarray_wrap(nd_array_detach(ndarray_of(self)));
}

/* Cast serves all: the target may have another dtype or context. */
static int copy_into(nd_array *source, nd_array *target) {
    nd_word words[ND_MAX_WORDS];
    if (!used.cast)
        return nd_fail(ND_EARGUMENT, "the core was built without operator Cast");
    nd_op_defaults(used.cast, words);
    words[0].i = target->dtype; /* its only parameter */
    return nd_call(used.cast, &source, 1, words, target->context, &target);
}

static PyObject *as_self(PyObject *self, PyObject *Py_UNUSED(unused)) {
    return Py_NewRef(self);
}

/* ------------------------------------------------------------------------------------------------ astype */

static PyObject *astype(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords) {
    static const char *const names[] = {"dtype", "copy", NULL};
    static const signature form = {"astype", names, 1};
    PyObject *values[2];
    nd_dtype dtype;
    if (arguments_parse(&form, args, count, keywords, values) < 0 || dtype_parse("astype", values[0], &dtype) < 0)
        return NULL;
    int always = argument_flag(values[1], true);
    if (always < 0)
        return NULL;
    if (!always && dtype == ndarray_of(self)->dtype)
        return Py_NewRef(self);
    return ndarray_wrap(operator_apply(used.cast, ndarray_of(self), dtype));
}

/* ---------------------------------------------------------------------------------------------- contexts */

/* The copy is an operator's output, so that gradients find their way back. */
static PyObject *to_context(nd_array *array, nd_context context) {
    return ndarray_wrap(nd_to_context(array, context));
}

static PyObject *as_in_context(PyObject *self, PyObject *value) {
    nd_context context;
    if (context_parse(value, &context) < 0)
        return NULL;
    if (nd_same_context(context, ndarray_of(self)->context))
        return Py_NewRef(self);
    return to_context(ndarray_of(self), context);
}

static PyObject *copyto(PyObject *self, PyObject *other) {
    if (other == self)
        return Py_NewRef(self);
    if (!ndarray_check(other)) {
        nd_context context;
        return context_parse(other, &context) < 0 ? NULL : to_context(ndarray_of(self), context);
    }
    return copy_into(ndarray_of(self), ndarray_of(other)) < 0 ? error_raise() : Py_NewRef(other);
}

PyMethodDef copying_methods[] = {
    {"copy", copy, METH_NOARGS, "copy($self, /)\n--\n\nReturn a copy; recorded, like an operator."},
    {"__copy__", copy, METH_NOARGS, "__copy__($self, /)\n--\n\nReturn a copy."},
    {"__deepcopy__", deepcopy, METH_O, "__deepcopy__($self, memo, /)\n--\n\nReturn a copy."},
    {"detach", detach, METH_NOARGS,
     "detach($self, /)\n--\n\nReturn an array on the same elements through which no gradient flows."},
    {"astype", FASTCALL(astype), FASTCALL_FLAGS,
     "astype($self, dtype, copy=True)\n--\n\nReturn the elements cast to dtype. With copy=False an array that has "
     "that\n"
     "dtype is returned itself. DTypeError for an unknown dtype."},
    {"as_in_context", as_in_context, METH_O,
     "as_in_context($self, context, /)\n--\n\nReturn the array if it is in that context, else a copy there."},
    {"as_in_ctx", as_in_context, METH_O,
     "as_in_ctx($self, ctx, /)\n--\n\nReturn the array if it is in that context, else a copy there."},
    {"copyto", copyto, METH_O,
     "copyto($self, other, /)\n--\n\nCopy the elements into the array `other`, cast to its dtype, and return it; or\n"
     "return a copy in the context `other`. ShapeError if the shapes differ."},
    {"as_nd_ndarray", as_self, METH_NOARGS, "as_nd_ndarray($self, /)\n--\n\nReturn the array itself."},
    {NULL, NULL, 0, NULL},
};
