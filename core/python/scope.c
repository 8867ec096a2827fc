/* Recording: its two flags, and the scopes that set them and put them back. */
#include "binding.h"

static PyObject *is_recording(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    return PyBool_FromLong(nd_is_recording());
}

static PyObject *is_training(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    return PyBool_FromLong(nd_is_training());
}

static PyObject *set_recording(PyObject *Py_UNUSED(module), PyObject *value) {
    int on = PyObject_IsTrue(value);
    return on < 0 ? NULL : PyBool_FromLong(nd_set_recording(on != 0));
}

static PyObject *set_training(PyObject *Py_UNUSED(module), PyObject *value) {
    int on = PyObject_IsTrue(value);
    return on < 0 ? NULL : PyBool_FromLong(nd_set_training(on != 0));
}

/* ------------------------------------------------------------------------------------------------ scopes */

enum { KEEP = -1 }; /* a flag that the scope leaves alone */

/* What was found on entering lies in `found`, two bits a level, so that one scope can be entered again inside
 * itself and costs no memory. */
typedef struct Scope {
    PyObject ob_base;
    signed char recording, training; /* 0, 1 or KEEP */
    int depth;
    uint64_t found;
} Scope;

#define MAX_DEPTH 32

static PyTypeObject *scope_type;

static PyObject *scope_new(int recording, int training) {
    Scope *scope = PyObject_New(Scope, scope_type);
    if (!scope)
        return NULL;
    scope->recording = (signed char)recording;
    scope->training = (signed char)training;
    scope->depth = 0;
    scope->found = 0;
    return (PyObject *)scope;
}

static void scope_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyObject *enter(PyObject *self, PyObject *Py_UNUSED(unused)) {
    Scope *scope = (Scope *)self;
    if (scope->depth == MAX_DEPTH)
        return PyErr_Format(errors.graph, "a scope is entered %d times within itself; make new ones", MAX_DEPTH);
    uint64_t was = (nd_is_recording() ? 1 : 0) | (nd_is_training() ? 2 : 0);
    scope->found = scope->found << 2 | was;
    scope->depth++;
    if (scope->recording != KEEP)
        nd_set_recording(scope->recording != 0);
    if (scope->training != KEEP)
        nd_set_training(scope->training != 0);
    Py_RETURN_NONE;
}

static PyObject *leave(PyObject *self, PyObject *const *Py_UNUSED(args), Py_ssize_t Py_UNUSED(count)) {
    Scope *scope = (Scope *)self;
    if (scope->depth == 0)
        return PyErr_Format(errors.graph, "a scope is left that was not entered");
    if (scope->recording != KEEP)
        nd_set_recording((scope->found & 1) != 0);
    if (scope->training != KEEP)
        nd_set_training((scope->found & 2) != 0);
    scope->found >>= 2;
    scope->depth--;
    Py_RETURN_NONE;
}

static PyMethodDef scope_methods[] = {
    {"__enter__", enter, METH_NOARGS, "__enter__($self, /)\n--\n\nSet the flags."},
    {"__exit__", (PyCFunction)(void (*)(void))leave, METH_FASTCALL,
     "__exit__($self, /, *exception)\n--\n\nPut the flags back."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot scope_slots[] = {
    {Py_tp_dealloc, (void *)scope_dealloc},
    {Py_tp_methods, scope_methods},
    {Py_tp_doc, (void *)"What autograd.record, pause, train_mode and predict_mode give to `with`."},
    {0, NULL},
};
static PyType_Spec scope_spec = {"ndgrad.autograd.Scope", sizeof(Scope), 0,
                                 Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, scope_slots};

int scope_setup(PyObject *module) {
    scope_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &scope_spec, NULL);
    return scope_type ? PyModule_AddObjectRef(module, "Scope", (PyObject *)scope_type) : -1;
}

/* record(train_mode=True) and pause(train_mode=False); None leaves training as it is. */
static PyObject *recording_scope(const char *function, int recording, bool training, PyObject *const *args,
                                 Py_ssize_t count, PyObject *keywords) {
    static const char *const names[] = {"train_mode", NULL};
    const signature form = {function, names, 0};
    PyObject *value;
    if (arguments_parse(&form, args, count, keywords, &value) < 0)
        return NULL;
    int mode = value == Py_None ? KEEP : argument_flag(value, training);
    return mode < 0 && PyErr_Occurred() ? NULL : scope_new(recording, mode);
}

static PyObject *record(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count, PyObject *keywords) {
    return recording_scope("record", 1, true, args, count, keywords);
}

static PyObject *pause_recording(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count,
                                 PyObject *keywords) {
    return recording_scope("pause", 0, false, args, count, keywords);
}

static PyObject *train_mode(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    return scope_new(KEEP, 1);
}

static PyObject *predict_mode(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    return scope_new(KEEP, 0);
}

PyMethodDef module_scope[] = {
    {"is_recording", is_recording, METH_NOARGS, "is_recording($module, /)\n--\n\nWhether operators are recorded."},
    {"is_training", is_training, METH_NOARGS,
     "is_training($module, /)\n--\n\nWhether operators behave as in training."},
    {"set_recording", set_recording, METH_O,
     "set_recording($module, is_recording, /)\n--\n\nSet whether operators are recorded; return what it was."},
    {"set_training", set_training, METH_O,
     "set_training($module, train_mode, /)\n--\n\nSet whether operators behave as in training; return what it was."},
    {"record", FASTCALL(record), FASTCALL_FLAGS,
     "record($module, train_mode=True)\n--\n\n"
     "Return a scope for `with` in which operators are recorded, as in training unless train_mode is False."},
    {"pause", FASTCALL(pause_recording), FASTCALL_FLAGS,
     "pause($module, train_mode=False)\n--\n\nReturn a scope for `with` in which operators are not recorded."},
    {"train_mode", train_mode, METH_NOARGS,
     "train_mode($module, /)\n--\n\nReturn a scope for `with` in which operators behave as in training."},
    {"predict_mode", predict_mode, METH_NOARGS,
     "predict_mode($module, /)\n--\n\nReturn a scope for `with` in which operators behave as in inference."},
    {NULL, NULL, 0, NULL},
};
