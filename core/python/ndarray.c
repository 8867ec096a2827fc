/* The type NDArray: its making, its text, and what it is put together from. */
#include "binding.h"

PyTypeObject *ndarray_type;

PyObject *ndarray_wrap(nd_array *array) {
    if (!array)
        return error_raise();
    NDArray *self = PyObject_New(NDArray, ndarray_type);
    if (!self) {
        nd_array_release(array);
        return NULL;
    }
    self->array = array;
    return (PyObject *)self;
}

/* What NDArray(None) holds until __setstate__ gives it something. One array serves all, so that nothing is freed then
 * that a call at work might still look at. */
static nd_array *unset;

static PyObject *ndarray_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *Py_UNUSED(keywords)) {
    if (PyTuple_Size(args) == 1 && PyTuple_GetItem(args, 0) == Py_None)
        return ndarray_wrap(nd_array_retain(unset));
    return PyErr_Format(errors.call, "the class NDArray makes no arrays; nd.array, nd.zeros and the operators do");
}

static PyObject *setstate(PyObject *self, PyObject *state) {
    if (ndarray_of(self) != unset)
        return PyErr_Format(errors.argument, "__setstate__ is for pickle, which calls it on NDArray(None) only");
    PyObject *params = PyImport_ImportModule("ndgrad.params");
    PyObject *restored = params ? PyObject_CallMethod(params, "restore", "O", state) : NULL;
    if (restored) {
        nd_array_release(unset);
        ((NDArray *)self)->array = nd_array_retain(ndarray_of(restored));
    }
    Py_XDECREF(restored);
    Py_XDECREF(params);
    return restored ? Py_NewRef(Py_None) : NULL;
}

static void ndarray_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    nd_array_release(ndarray_of(self));
    PyObject_Free(self);
    Py_DECREF(type);
    held_drain();
}

static Py_hash_t ndarray_hash(PyObject *self) {
    return (Py_hash_t)((uintptr_t)self >> 4); /* by identity; -1 cannot come of the shift */
}

PyObject *extents_tuple(int ndim, const int64_t *extents) {
    PyObject *shape = PyTuple_New(ndim);
    for (int axis = 0; shape && axis < ndim; axis++) {
        PyObject *extent = PyLong_FromLongLong(extents[axis]);
        if (!extent || PyTuple_SetItem(shape, axis, extent) < 0)
            Py_CLEAR(shape);
    }
    return shape;
}

PyObject *shape_tuple(const nd_array *array) {
    return extents_tuple(array->ndim, array->shape);
}

/* ------------------------------------------------------------------------------------------------- text */

/* "2x3" as in <NDArray 2x3 @cpu(0)>. */
static void write_shape(const nd_array *array, char *text, size_t room) {
    size_t used = 0;
    text[0] = '\0';
    for (int axis = 0; axis < array->ndim && used < room; axis++)
        used += (size_t)PyOS_snprintf(text + used, room - used, axis ? "x%lld" : "%lld", (long long)array->shape[axis]);
}

static PyObject *format_elements(PyObject *self) {
    const nd_array *array = ndarray_of(self);
    PyObject *printing = PyImport_ImportModule("ndgrad.printing");
    PyObject *values = printing ? PyObject_GetAttrString(self, "_values") : NULL;
    PyObject *shape = values ? shape_tuple(array) : NULL;
    PyObject *text = NULL;
    if (shape)
        text =
            PyObject_CallMethod(printing, "format_array", "OOs", values, shape, nd_dtype_name((nd_dtype)array->dtype));
    Py_XDECREF(shape);
    Py_XDECREF(values);
    Py_XDECREF(printing);
    return text;
}

static PyObject *ndarray_repr(PyObject *self) {
    char shape[ND_MAX_DIM * 21 + 1];
    write_shape(ndarray_of(self), shape, sizeof shape);
    PyObject *text = format_elements(self);
    PyObject *context = text ? context_wrap(ndarray_of(self)->context) : NULL;
    PyObject *result = NULL;
    if (context)
        result = PyUnicode_FromFormat("\n%U\n<NDArray %s @%S>", text, shape, context);
    Py_XDECREF(context);
    Py_XDECREF(text);
    return result;
}

/* --------------------------------------------------------------------------- methods that are operators */

#define METHOD(name, operator)                                                                                    \
    static Operator *operator_of_##name;                                                                          \
    static PyObject *method_##name(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords) { \
        return operator_invoke(operator_of_##name, self, args, count, keywords);                                  \
    }
#include "methods.inl"
#undef METHOD

static const struct {
    const char *name, *operator;
    Operator **slot;
    PyCFunction function;
} operator_methods[] = {
#define METHOD(name, operator) {#name, #operator, &operator_of_##name, FASTCALL(method_##name)},
#include "methods.inl"
#undef METHOD
};

#define OPERATOR_METHODS (sizeof operator_methods / sizeof operator_methods[0])

static PyMethodDef pickling_methods[] = {
    {"__setstate__", setstate, METH_O, "__setstate__($self, state, /)\n--\n\nTake what __getstate__ gave."},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef methods[OPERATOR_METHODS + 64]; /* the others are fewer than 64 */

static size_t add_operator_methods(size_t used) {
    for (size_t i = 0; i < OPERATOR_METHODS; i++) {
        Operator *found = operator_find(operator_methods[i].operator);
        if (!found)
            continue; /* a core without that operator has no such method */
        *operator_methods[i].slot = found;
        methods[used++] = (PyMethodDef){operator_methods[i].name, operator_methods[i].function, FASTCALL_FLAGS,
                                        operator_doc(found, operator_methods[i].name, true)};
    }
    return used;
}

static void collect_methods(void) {
    PyMethodDef *const tables[] = {copying_methods, export_methods, gradient_methods, reshape_methods,
                                   pickling_methods};
    size_t used = 0;
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (PyMethodDef *method = tables[t]; method->ml_name; method++)
            methods[used++] = *method;
    used = add_operator_methods(used);
    methods[used] = (PyMethodDef){NULL, NULL, 0, NULL};
}

/* --------------------------------------------------------------------------------------------- the type */

PyDoc_STRVAR(ndarray_doc,
             "An array of numbers on one device, up to eight dimensions, as autograd differentiates it.\n\n"
             "Made by nd.array, nd.zeros, operators ...; never by calling the class. Elements lie in row-major\n"
             "order; slices along the first axis, rows and reshapes are views that share them.");

static PyType_Slot base_slots[] = {
    {Py_tp_new, (void *)ndarray_new},   {Py_tp_dealloc, (void *)ndarray_dealloc},
    {Py_tp_repr, (void *)ndarray_repr}, {Py_tp_hash, (void *)ndarray_hash},
    {Py_tp_doc, (void *)ndarray_doc},   {Py_tp_methods, methods},
    {Py_tp_getset, attribute_table},    {0, NULL},
};

static int set_type_attributes(PyObject *type) {
    /* Python's own texts ("unsupported operand type(s) for //: 'NDArray' and 'int'") show tp_name in full, module
     * and all; assigning __name__ leaves the last part, as for a class written in Python. */
    PyObject *name = PyUnicode_FromString("NDArray");
    PyObject *priority = PyFloat_FromDouble(1000.0);
    int status = -1;
    if (name && priority && PyObject_SetAttrString(type, "__name__", name) == 0 &&
        PyObject_SetAttrString(type, "__qualname__", name) == 0 &&
        PyObject_SetAttrString(type, "__array_priority__", priority) == 0 &&
        PyObject_SetAttrString(type, "__array_ufunc__", Py_None) == 0) /* NumPy leaves arithmetic to us */
        status = 0;
    Py_XDECREF(priority);
    Py_XDECREF(name);
    return status;
}

int ndarray_setup(PyObject *module) {
    const PyType_Slot *const tables[] = {base_slots, number_slots, compare_slots, index_slots, buffer_slots};
    PyType_Slot slots[64];
    size_t used = 0;
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const PyType_Slot *slot = tables[t]; slot->slot; slot++)
            slots[used++] = *slot;
    slots[used] = (PyType_Slot){0, NULL};
    collect_methods();

    const nd_spec nothing = {.dtype = ND_FLOAT32, .ndim = 1};
    unset = nd_array_new(&nothing, (nd_context){ND_CPU, 0});
    if (!unset)
        return error_raise(), -1;
    PyType_Spec spec = {"ndgrad.nd.NDArray", sizeof(NDArray), 0, Py_TPFLAGS_DEFAULT, slots};
    PyObject *type = PyType_FromModuleAndSpec(module, &spec, NULL);
    if (!type)
        return -1;
    if (set_type_attributes(type) < 0 || PyModule_AddObjectRef(module, "NDArray", type) < 0) {
        Py_DECREF(type);
        return -1;
    }
    ndarray_type = (PyTypeObject *)type;
    return 0;
}
