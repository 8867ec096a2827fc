/* Every operator of the table as a Python function, under its name and each of its aliases. */
#include "binding.h"

#include <stdlib.h>
#include <string.h>

static PyTypeObject *operator_type;
static PyObject *functions; /* name -> function; _core.operators is a copy */

static void operator_dealloc(PyObject *object) {
    Operator *self = (Operator *)object;
    PyTypeObject *type = Py_TYPE(object);
    for (int i = 0; self->names && i < self->named_inputs + self->parameters; i++)
        Py_XDECREF(self->names[i]);
    PyMem_Free(self->names);
    PyMem_Free(self->defaults);
    free((char *)self->method.ml_name);
    free((char *)self->method.ml_doc);
    PyObject_Free(object);
    Py_DECREF(type);
}

static PyObject *operator_repr(PyObject *self) {
    return PyUnicode_FromFormat("<ndgrad operator %s>", ((Operator *)self)->name);
}

static PyType_Slot operator_slots[] = {
    {Py_tp_dealloc, (void *)operator_dealloc},
    {Py_tp_repr, (void *)operator_repr},
    {0, NULL},
};
static PyType_Spec operator_spec = {"ndgrad._core.Operator", sizeof(Operator), 0,
                                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, operator_slots};

static PyObject *operator_call(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords) {
    return operator_invoke((Operator *)self, NULL, args, count, keywords);
}

/* ------------------------------------------------------------------------------------------------ making */

static PyObject *intern(const char *start, size_t length) {
    PyObject *name = PyUnicode_FromStringAndSize(start, (Py_ssize_t)length);
    if (name)
        PyUnicode_InternInPlace(&name);
    return name;
}

static int count_parameters(const nd_op *op) {
    int count = 0;
    for (const nd_param *param = nd_op_params(op); param && param->name; param++)
        count++;
    return count;
}

/* Keywords are compared by address first, so the names must be the very strings that compiled code uses. */
static int set_names(Operator *self) {
    self->names = PyMem_Calloc((size_t)(self->named_inputs + self->parameters + 1), sizeof *self->names);
    if (!self->names)
        return PyErr_NoMemory(), -1;
    const char *word = nd_op_inputs(self->op);
    for (int i = 0; i < self->named_inputs; i++) {
        word += strspn(word, " ");
        if (*word == '?')
            self->optional |= UINT32_C(1) << i, word++;
        size_t length = strcspn(word, " ");
        if (!(self->names[i] = intern(word, length)))
            return -1;
        word += length;
    }
    const nd_param *params = nd_op_params(self->op);
    for (int i = 0; i < self->parameters; i++)
        if (!(self->names[self->named_inputs + i] = intern(params[i].name, strlen(params[i].name))))
            return -1;
    return 0;
}

static int set_defaults(Operator *self) {
    self->defaults = PyMem_Calloc((size_t)nd_op_words(self->op) + 1, sizeof *self->defaults);
    if (!self->defaults)
        return PyErr_NoMemory(), -1;
    return nd_op_defaults(self->op, self->defaults), 0;
}

static int set_method(Operator *self, const char *name, size_t length) {
    char *copy = malloc(length + 1);
    if (!copy)
        return PyErr_NoMemory(), -1;
    memcpy(copy, name, length);
    copy[length] = '\0';
    self->name = copy;
    self->method = (PyMethodDef){copy, FASTCALL(operator_call), FASTCALL_FLAGS, NULL};
    self->method.ml_doc = operator_doc(self, copy, false);
    return self->method.ml_doc ? 0 : (PyErr_NoMemory(), -1);
}

static Operator *operator_new(const nd_op *op, const char *name, size_t length) {
    Operator *self = PyObject_New(Operator, operator_type);
    if (!self)
        return NULL;
    self->op = op;
    self->inputs = nd_op_input_count(op);
    self->named_inputs = self->inputs == ND_VARIADIC ? 0 : self->inputs;
    self->parameters = count_parameters(op);
    self->names = NULL;
    self->optional = 0;
    self->method = (PyMethodDef){NULL, NULL, 0, NULL};
    if (set_defaults(self) < 0 || set_names(self) < 0 || set_method(self, name, length) < 0)
        Py_CLEAR(self);
    return self;
}

static int add_function(const nd_op *op, const char *name, size_t length, PyObject *module_name) {
    Operator *self = operator_new(op, name, length);
    if (!self)
        return -1;
    PyObject *function = PyCFunction_NewEx(&self->method, (PyObject *)self, module_name);
    int status = function ? PyDict_SetItemString(functions, self->name, function) : -1;
    Py_XDECREF(function);
    Py_DECREF(self);
    return status;
}

static int add_operator(const nd_op *op, PyObject *module_name) {
    const char *name = nd_op_name(op);
    if (add_function(op, name, strlen(name), module_name) < 0)
        return -1;
    const char *alias = nd_op_aliases(op);
    for (alias += strspn(alias, " "); *alias; alias += strspn(alias, " ")) {
        size_t length = strcspn(alias, " ");
        if (add_function(op, alias, length, module_name) < 0)
            return -1;
        alias += length;
    }
    return 0;
}

static int fill_functions(void) {
    PyObject *module_name = PyUnicode_FromString("ndgrad.nd");
    int status = module_name ? 0 : -1;
    for (int i = 0; status == 0 && i < nd_op_count(); i++)
        status = add_operator(nd_op_at(i), module_name);
    Py_XDECREF(module_name);
    return status;
}

used_operators used;

static void find_used(void) {
    used = (used_operators){nd_op_find("abs"), nd_op_find("Cast"), nd_op_find("identity"), nd_op_find("transpose")};
}

int operator_setup(PyObject *module) {
    operator_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &operator_spec, NULL);
    functions = operator_type ? PyDict_New() : NULL;
    if (!functions || fill_functions() < 0)
        return -1;
    find_used();
    PyObject *copy = PyDict_Copy(functions);
    int status = copy ? PyModule_AddObjectRef(module, "operators", copy) : -1;
    Py_XDECREF(copy);
    return status;
}

Operator *operator_find(const char *name) {
    PyObject *function = PyDict_GetItemString(functions, name); /* suppresses its errors */
    return function ? (Operator *)PyCFunction_GetSelf(function) : NULL;
}

/* ------------------------------------------------------------------------------------------ calls from C */

nd_array *operator_apply(const nd_op *op, nd_array *input, int64_t first) {
    nd_word words[ND_MAX_WORDS];
    if (!op) {
        nd_fail(ND_EARGUMENT, "the core was built without an operator that this needs");
        return NULL;
    }
    nd_op_defaults(op, words);
    if (first != ND_NONE)
        words[0].i = first;
    return nd_apply(op, &input, 1, words);
}
