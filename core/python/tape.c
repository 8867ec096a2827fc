/* The tape as Python sees it: its steps, and the gradients that backward makes at each. ndgrad/tape.py gives it a form.
 */
#include "binding.h"

/* ------------------------------------------------------------------------------------------------ steps */

/* An array, which is taken, or None. */
static PyObject *wrap_or_none(nd_array *array) {
    return array ? ndarray_wrap(array) : Py_NewRef(Py_None);
}

/* (source, output, shape, dtype, kept): what made an input, or None for a constant. */
static PyObject *input_of(nd_node *node, int input) {
    uint32_t output;
    nd_node *source = nd_step_source(node, input, &output);
    nd_spec spec = nd_input_spec(node, input);
    PyObject *from = source ? PyLong_FromUnsignedLongLong(nd_step_read(source).number) : Py_NewRef(Py_None);
    PyObject *shape = extents_tuple(spec.ndim, spec.shape);
    PyObject *kept = wrap_or_none(nd_kept_input(node, input)), *result = NULL;
    if (from && shape && kept)
        result = Py_BuildValue("(OIOsO)", from, output, shape, nd_dtype_name(spec.dtype), kept);
    Py_XDECREF(kept);
    Py_XDECREF(shape);
    Py_XDECREF(from);
    return result;
}

/* (shape, dtype, kept) */
static PyObject *output_of(nd_node *node, int output) {
    nd_spec spec = nd_output_spec(node, output);
    PyObject *shape = extents_tuple(spec.ndim, spec.shape);
    PyObject *kept = wrap_or_none(nd_kept_output(node, output)), *result = NULL;
    if (shape && kept)
        result = Py_BuildValue("(OsO)", shape, nd_dtype_name(spec.dtype), kept);
    Py_XDECREF(kept);
    Py_XDECREF(shape);
    return result;
}

static PyObject *list_all(nd_node *node, int count, PyObject *one(nd_node *, int)) {
    PyObject *tuple = PyTuple_New(count);
    for (int i = 0; tuple && i < count; i++) {
        PyObject *item = one(node, i);
        if (!item || PyTuple_SetItem(tuple, i, item) < 0)
            Py_CLEAR(tuple);
    }
    return tuple;
}

static PyObject *parameters_of(const nd_step *step) {
    PyObject *dict = PyDict_New();
    const nd_param *params = step->op ? nd_op_params(step->op) : NULL;
    for (int i = 0; dict && params && params[i].name; i++) {
        PyObject *value = parameter_value(&params[i], step->words + nd_op_word_of(step->op, i));
        if (!value || PyDict_SetItemString(dict, params[i].name, value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(value);
    }
    return dict;
}

/* (number, operator, parameters, inputs, outputs); the operator is a name, or None for a leaf. */
static PyObject *step_of(nd_node *node) {
    nd_step step = nd_step_read(node);
    const char *name = step.op ? nd_op_name(step.op) : custom_name(&step);
    PyObject *parameters = parameters_of(&step), *result = NULL;
    PyObject *inputs = list_all(node, step.inputs, input_of), *outputs = list_all(node, step.outputs, output_of);
    if (parameters && inputs && outputs)
        result = Py_BuildValue("(KzOOO)", (unsigned long long)step.number, name, parameters, inputs, outputs);
    Py_XDECREF(outputs);
    Py_XDECREF(inputs);
    Py_XDECREF(parameters);
    return result;
}

static PyObject *steps_of(const arrays *heads) {
    nd_node **nodes;
    int64_t count = nd_tape_read(heads->items, heads->count, &nodes);
    if (count < 0)
        return error_raise();
    PyObject *list = PyList_New(0);
    for (int64_t i = 0; list && i < count; i++) {
        PyObject *step = step_of(nodes[i]);
        if (!step || PyList_Append(list, step) < 0)
            Py_CLEAR(list);
        Py_XDECREF(step);
    }
    nd_tape_release(nodes, count);
    return list;
}

static PyObject *tape_steps(PyObject *Py_UNUSED(module), PyObject *value) {
    arrays heads;
    if (arrays_parse(value, "a head", errors.input, false, &heads) < 0)
        return NULL;
    PyObject *list = steps_of(&heads);
    arrays_clear(&heads);
    held_drain();
    return list;
}

static PyObject *tape_place(PyObject *Py_UNUSED(module), PyObject *value) {
    if (!ndarray_check(value))
        return PyErr_Format(errors.input, "tape_place: an NDArray, not %R", (PyObject *)Py_TYPE(value));
    const nd_array *array = ndarray_of(value);
    if (!nd_in_graph(array))
        Py_RETURN_NONE;
    return Py_BuildValue("(KI)", (unsigned long long)nd_step_read(array->node).number, array->output);
}

/* --------------------------------------------------------------------------------------------- gradients */

/* Handles of their own: a gradient may be the very head gradient that the caller holds. */
static PyObject *wrap_list(nd_array *const *items, int count) {
    PyObject *tuple = PyTuple_New(items ? count : 0);
    for (int i = 0; tuple && items && i < count; i++) {
        PyObject *item = wrap_or_none(items[i] ? nd_array_detach(items[i]) : NULL);
        if (!item || PyTuple_SetItem(tuple, i, item) < 0)
            Py_CLEAR(tuple);
    }
    return tuple;
}

static PyObject *seen(nd_node *node, nd_array *const *output_grads, nd_array *const *input_grads) {
    nd_step step = nd_step_read(node);
    PyObject *outputs = wrap_list(output_grads, step.outputs), *inputs = wrap_list(input_grads, step.inputs);
    PyObject *result =
        outputs && inputs ? Py_BuildValue("(KOO)", (unsigned long long)step.number, outputs, inputs) : NULL;
    Py_XDECREF(inputs);
    Py_XDECREF(outputs);
    return result;
}

static int see(void *list, nd_node *node, nd_array *const *output_grads, nd_array *const *input_grads) {
    PyObject *one = seen(node, output_grads, input_grads);
    int status = one ? PyList_Append(list, one) : -1;
    Py_XDECREF(one);
    return status < 0 ? nd_fail(ND_ECALLBACK, "the gradients could not be listed") : 0;
}

static PyObject *tape_backward(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count) {
    arrays heads, grads = {0};
    if (count != 2)
        return PyErr_Format(errors.call, "tape_backward takes heads and head gradients");
    if (arrays_parse(args[0], "a head", errors.input, false, &heads) < 0)
        return NULL;
    PyObject *list = NULL;
    if (args[1] == Py_None || arrays_parse(args[1], "a head gradient", errors.head, true, &grads) == 0)
        list = PyList_New(0);
    nd_observer observer = {see, list};
    nd_backward_options options = {.retain_graph = true, .train_mode = true, .observer = &observer};
    if (list && nd_backward(heads.items, grads.items, heads.count, options, NULL, 0, NULL) < 0) {
        Py_CLEAR(list);
        error_raise();
    }
    arrays_clear(&grads);
    arrays_clear(&heads);
    held_drain();
    return list;
}

PyMethodDef module_tape[] = {
    {"tape_steps", tape_steps, METH_O,
     "tape_steps($module, heads, /)\n--\n\n"
     "List what was recorded behind the heads, from old to new: (number, operator, parameters, inputs, outputs)."},
    {"tape_place", tape_place, METH_O,
     "tape_place($module, array, /)\n--\n\n"
     "Return (number of the step, output) that made the array, or None."},
    {"tape_backward", (PyCFunction)(void (*)(void))tape_backward, METH_FASTCALL,
     "tape_backward($module, heads, head_grads, /)\n--\n\n"
     "List the gradients that backward makes, from new to old: (number, by outputs, by inputs). No .grad is written."},
    {NULL, NULL, 0, NULL},
};
