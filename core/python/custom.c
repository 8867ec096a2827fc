/* autograd.Function on the tape: a step whose backward is Python's. */
#include "binding.h"

static PyObject *wrap_all(nd_array *const *handles, int count) {
    PyObject *tuple = PyTuple_New(count);
    for (int i = 0; tuple && i < count; i++) {
        PyObject *item = handles[i] ? ndarray_wrap(nd_array_retain(handles[i])) : Py_NewRef(Py_None);
        if (!item || PyTuple_SetItem(tuple, i, item) < 0)
            Py_CLEAR(tuple);
    }
    return tuple;
}

/* Function._gradients has made sure of a tuple of `count` NDArrays and Nones. */
static int unwrap_all(PyObject *tuple, nd_array **handles, int count) {
    if (!PyTuple_Check(tuple) || PyTuple_Size(tuple) != count) {
        PyErr_SetString(errors.function, "Function.backward must return one gradient per input of forward");
        return -1;
    }
    for (int i = 0; i < count; i++) {
        PyObject *item = PyTuple_GetItem(tuple, i);
        handles[i] = ndarray_check(item) ? nd_array_retain(ndarray_of(item)) : NULL;
    }
    return 0;
}

static int call_backward(void *self, nd_array *const *output_grads, int outputs, nd_array **input_grads, int inputs) {
    PyObject *function = Py_NewRef(((held *)self)->object); /* the step may go while it is at work */
    PyObject *grads = wrap_all(output_grads, outputs);
    PyObject *result = grads ? PyObject_CallMethod(function, "_gradients", "(Oi)", grads, inputs) : NULL;
    int status = result ? unwrap_all(result, input_grads, inputs) : -1;
    Py_XDECREF(result);
    Py_XDECREF(grads);
    Py_DECREF(function);
    if (status < 0)
        nd_fail(ND_ECALLBACK, "the backward of an autograd.Function failed");
    return status;
}

static const nd_custom custom = {call_backward, held_drop, NULL};

const char *custom_name(const nd_step *step) {
    if (step->custom != &custom)
        return step->custom ? step->custom->name : NULL;
    PyObject *name = PyType_GetName(Py_TYPE(((held *)step->self)->object));
    const char *text = name ? PyUnicode_AsUTF8AndSize(name, NULL) : NULL;
    Py_XDECREF(name); /* the class has it too */
    if (!text)
        PyErr_Clear();
    return text ? text : "Function";
}

/* --------------------------------------------------------------------------------------------- recording */

/* The outputs get new handles: a Function that saved its own output would otherwise hold the step that holds it, and
 * one that returns an input would move that input to another place on the tape. */
static PyObject *detach_all(const arrays *outputs) {
    PyObject *tuple = PyTuple_New(outputs->count);
    for (int i = 0; tuple && i < outputs->count; i++) {
        PyObject *item = ndarray_wrap(nd_array_detach(outputs->items[i]));
        if (!item || PyTuple_SetItem(tuple, i, item) < 0)
            Py_CLEAR(tuple);
    }
    return tuple;
}

static int record_step(PyObject *function, const arrays *inputs, const arrays *outputs) {
    held *step = held_new(function);
    if (!step)
        return -1;
    int status = nd_record_custom(&custom, step, inputs->items, inputs->count, outputs->items, outputs->count);
    if (status < 0) {
        held_drop(step);
        error_raise();
    }
    held_drain();
    return status;
}

static PyObject *record_outputs(PyObject *function, const arrays *inputs, const arrays *outputs) {
    arrays handles;
    PyObject *results = detach_all(outputs);
    if (!results)
        return NULL;
    int status = arrays_parse(results, "an output", errors.function, false, &handles);
    if (status == 0) {
        status = record_step(function, inputs, &handles);
        arrays_clear(&handles);
    }
    if (status < 0)
        Py_CLEAR(results);
    return results;
}

PyObject *record_function(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count) {
    arrays inputs, outputs;
    PyObject *results = NULL;
    if (count != 3)
        return PyErr_Format(errors.call, "record_function takes a Function, its inputs and its outputs");
    if (arrays_parse(args[1], "an input of a Function", errors.input, false, &inputs) < 0)
        return NULL;
    if (arrays_parse(args[2], "what Function.forward returns", errors.function, false, &outputs) == 0) {
        results = record_outputs(args[0], &inputs, &outputs);
        arrays_clear(&outputs);
    }
    arrays_clear(&inputs);
    return results;
}
