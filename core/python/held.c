/* Python objects that the core holds: Functions on the tape, and the owners of memory that arrays share.
 *
 * The core lets one go in the middle of its own work, and letting a Python object go runs whatever hangs on it: the
 * saved arrays of a Function, whose steps may hold Functions again, a million deep. So `held_drop` only puts it on a
 * list, and `held_drain` empties that, in a loop, when the core has returned.
 */
#include "binding.h"

#include <stdlib.h>

held *held_dropped;

held *held_new(PyObject *object) {
    held *made = malloc(sizeof *made);
    if (!made)
        return PyErr_NoMemory(), NULL;
    *made = (held){Py_NewRef(object), NULL};
    return made;
}

void held_drop(void *self) {
    held *dropped = self;
    dropped->next = held_dropped;
    held_dropped = dropped;
}

void held_drain_now(void) {
    static bool draining;
    if (draining)
        return; /* the loop below goes on with what was added */
    draining = true;
    PyObject *type, *value, *traceback; /* of an error on its way up, which is none of the object's business */
    PyErr_Fetch(&type, &value, &traceback);
    while (held_dropped) {
        held *dropped = held_dropped;
        held_dropped = dropped->next;
        Py_DECREF(dropped->object);
        free(dropped);
    }
    PyErr_Restore(type, value, traceback);
    draining = false;
}

/* ----------------------------------------------------------------------------------------- owners of memory */

static bool has_elements(const nd_spec *spec) {
    for (int axis = 0; axis < spec->ndim; axis++)
        if (spec->shape[axis] == 0)
            return false;
    return true;
}

static nd_array *on_held_memory(const nd_spec *spec, nd_context context, void *data, bool read_only, PyObject *owner) {
    held *holding = held_new(owner);
    if (!holding)
        return NULL;
    nd_memory memory = {data, read_only, held_drop, holding};
    nd_array *array = nd_array_on_memory(spec, context, &memory);
    if (!array)
        held_drop(holding);
    return array;
}

nd_array *array_on_memory(const nd_spec *spec, nd_context context, void *data, bool read_only, PyObject *owner) {
    bool elements = has_elements(spec);
    if (elements && (!data || (uintptr_t)data % (uintptr_t)nd_dtype_size((nd_dtype)spec->dtype)))
        return PyErr_Format(errors.argument,
                            "the elements at address %p are not aligned for dtype %s, so that they "
                            "cannot be shared; copy them",
                            data, nd_dtype_name((nd_dtype)spec->dtype)),
               NULL;
    nd_array *array = elements ? on_held_memory(spec, context, data, read_only, owner) : nd_array_new(spec, context);
    if (array)
        return array;
    error_raise();
    held_drain(); /* what was held for nothing */
    return NULL;
}
