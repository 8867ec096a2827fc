/* Gradients: attach_grad and backward of arrays; backward, grad and mark_variables of the module. */
#include "binding.h"

#include <string.h>

static int parse_request(PyObject *value, nd_grad_req *request) {
    static const struct {
        const char *name;
        nd_grad_req request;
    } requests[] = {{"write", ND_GRAD_WRITE}, {"add", ND_GRAD_ADD}, {"null", ND_GRAD_NULL}};
    *request = ND_GRAD_WRITE;
    if (!value || value == Py_None)
        return 0;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0] && PyUnicode_Check(value); i++)
        if (PyUnicode_CompareWithASCIIString(value, requests[i].name) == 0) {
            *request = requests[i].request;
            return 0;
        }
    PyErr_Format(errors.request, "grad_req is 'write', 'add' or 'null', not %.80R", value);
    return -1;
}

static PyObject *attach_grad(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords) {
    static const char *const names[] = {"grad_req", "stype", NULL};
    static const signature form = {"attach_grad", names, 0};
    PyObject *values[2];
    nd_grad_req request;
    if (arguments_parse(&form, args, count, keywords, values) < 0 || parse_request(values[0], &request) < 0)
        return NULL;
    if (values[1] && values[1] != Py_None &&
        !(PyUnicode_Check(values[1]) && PyUnicode_CompareWithASCIIString(values[1], "default") == 0))
        return PyErr_Format(errors.argument, "attach_grad: stype is 'default'; ndgrad has dense arrays only");
    if (nd_attach_grad(ndarray_of(self), request, NULL) < 0)
        return error_raise();
    held_drain();
    Py_RETURN_NONE;
}

/* ----------------------------------------------------------------------------------------------- backward */

typedef struct pass {
    arrays heads, grads;
    nd_backward_options options;
} pass;

static int parse_head_grads(PyObject *value, pass *p) {
    if (!value || value == Py_None)
        return 0;
    if (arrays_parse(value, "a head gradient", errors.head, true, &p->grads) < 0)
        return -1;
    if (p->grads.count == p->heads.count)
        return 0;
    PyErr_Format(errors.argument, "backward: %d heads but %d head gradients; give one for each, or None for ones",
                 p->heads.count, p->grads.count);
    return -1;
}

static int parse_heads(PyObject *heads, PyObject *grads, pass *p) {
    if (arrays_parse(heads, "a head", errors.input, false, &p->heads) < 0)
        return -1;
    if (p->heads.count > 0)
        return parse_head_grads(grads, p);
    PyErr_SetString(errors.argument, "backward: the list of heads is empty");
    return -1;
}

static void clear_pass(pass *p) {
    arrays_clear(&p->heads);
    arrays_clear(&p->grads);
}

static int run(const pass *p, const arrays *variables, nd_array **gradients) {
    int status = nd_backward(p->heads.items, p->grads.items, p->heads.count, p->options,
                             variables ? variables->items : NULL, variables ? variables->count : 0, gradients);
    if (status < 0)
        error_raise();
    held_drain();
    return status;
}

static PyObject *array_backward(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords) {
    static const char *const names[] = {"out_grad", "retain_graph", "train_mode", NULL};
    static const signature form = {"backward", names, 0};
    PyObject *values[3];
    if (arguments_parse(&form, args, count, keywords, values) < 0)
        return NULL;
    int retain = argument_flag(values[1], false), train = argument_flag(values[2], true);
    if (retain < 0 || train < 0)
        return NULL;
    nd_array *head = ndarray_of(self), *grad = NULL;
    if (values[0] && values[0] != Py_None && !ndarray_check(values[0]))
        return PyErr_Format(errors.head, "a head gradient must be an NDArray, not %.80R of type %R", values[0],
                            (PyObject *)Py_TYPE(values[0]));
    if (values[0] && values[0] != Py_None)
        grad = ndarray_of(values[0]);
    nd_backward_options options = {.retain_graph = retain, .create_graph = false, .train_mode = train};
    int status = nd_backward(&head, &grad, 1, options, NULL, 0, NULL);
    if (status < 0)
        error_raise();
    held_drain();
    return status < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *backward(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count, PyObject *keywords) {
    static const char *const names[] = {"heads", "head_grads", "retain_graph", "train_mode", NULL};
    static const signature form = {"backward", names, 1};
    PyObject *values[4];
    pass p = {0};
    if (arguments_parse(&form, args, count, keywords, values) < 0)
        return NULL;
    int retain = argument_flag(values[2], false), train = argument_flag(values[3], true);
    if (retain < 0 || train < 0)
        return NULL;
    p.options = (nd_backward_options){.retain_graph = retain, .create_graph = false, .train_mode = train};
    int status = parse_heads(values[0], values[1], &p);
    if (status == 0)
        status = run(&p, NULL, NULL);
    clear_pass(&p);
    return status < 0 ? NULL : Py_NewRef(Py_None);
}

/* -------------------------------------------------------------------------------------------------- grad */

static PyObject *wrap_gradients(nd_array **gradients, int count) {
    PyObject *list = PyList_New(count);
    for (int i = 0; i < count; i++) {
        PyObject *item = list ? ndarray_wrap(gradients[i]) : NULL;
        if (!list)
            nd_array_release(gradients[i]);
        else if (!item || PyList_SetItem(list, i, item) < 0)
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *run_grad(const pass *p, const arrays *variables) {
    nd_array **gradients = PyMem_Calloc((size_t)variables->count + 1, sizeof *gradients);
    if (!gradients)
        return PyErr_NoMemory();
    PyObject *list = NULL;
    if (run(p, variables, gradients) == 0)
        list = wrap_gradients(gradients, variables->count);
    PyMem_Free(gradients);
    return list;
}

static PyObject *grad_of(PyObject *const *values, pass *p) {
    arrays variables;
    if (parse_heads(values[0], values[2], p) < 0)
        return NULL;
    if (arrays_parse(values[1], "a variable", errors.input, false, &variables) < 0)
        return NULL;
    PyObject *list = NULL;
    if (variables.count == 0)
        PyErr_SetString(errors.argument, "grad: the list of variables is empty");
    else
        list = run_grad(p, &variables);
    arrays_clear(&variables);
    return list;
}

static PyObject *grad(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count, PyObject *keywords) {
    static const char *const names[] = {"heads",        "variables",  "head_grads", "retain_graph",
                                        "create_graph", "train_mode", NULL};
    static const signature form = {"grad", names, 2};
    PyObject *values[6];
    pass p = {0};
    if (arguments_parse(&form, args, count, keywords, values) < 0)
        return NULL;
    int create = argument_flag(values[4], false), train = argument_flag(values[5], true);
    int retain = argument_flag(values[3], create > 0);
    if (retain < 0 || create < 0 || train < 0)
        return NULL;
    p.options = (nd_backward_options){.retain_graph = retain, .create_graph = create, .train_mode = train};
    PyObject *list = grad_of(values, &p);
    clear_pass(&p);
    return list;
}

/* ----------------------------------------------------------------------------------------- mark_variables */

static int mark(const arrays *variables, const arrays *gradients, PyObject *requests) {
    for (int i = 0; i < variables->count; i++) {
        nd_grad_req request;
        PyObject *one = PyTuple_Check(requests) ? PyTuple_GetItem(requests, i) : requests;
        if (!one || parse_request(one, &request) < 0)
            return -1;
        if (nd_attach_grad(variables->items[i], request, gradients->items[i]) < 0)
            return error_raise(), -1;
    }
    return 0;
}

static int mark_all(PyObject *const *values, PyObject *requests) {
    arrays variables, gradients;
    if (arrays_parse(values[0], "a variable", errors.input, false, &variables) < 0)
        return -1;
    int status = arrays_parse(values[1], "a gradient", errors.input, false, &gradients);
    if (status == 0) {
        bool fits = variables.count == gradients.count &&
                    (!PyTuple_Check(requests) || PyTuple_Size(requests) == variables.count);
        if (fits)
            status = mark(&variables, &gradients, requests);
        else
            PyErr_SetString(errors.argument, "mark_variables: give one gradient, and one request, per variable");
        arrays_clear(&gradients);
        if (!fits)
            status = -1;
    }
    arrays_clear(&variables);
    return status;
}

static PyObject *mark_variables(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count,
                                PyObject *keywords) {
    static const char *const names[] = {"variables", "gradients", "grad_reqs", NULL};
    static const signature form = {"mark_variables", names, 2};
    PyObject *values[3];
    if (arguments_parse(&form, args, count, keywords, values) < 0)
        return NULL;
    PyObject *requests = values[2] ? values[2] : Py_None;
    requests = PyList_Check(requests) ? PySequence_Tuple(requests) : Py_NewRef(requests);
    int status = requests ? mark_all(values, requests) : -1;
    Py_XDECREF(requests);
    held_drain();
    return status < 0 ? NULL : Py_NewRef(Py_None);
}

PyMethodDef gradient_methods[] = {
    {"attach_grad", FASTCALL(attach_grad), FASTCALL_FLAGS,
     "attach_grad($self, grad_req='write', stype=None)\n--\n\n"
     "Make the array a variable: gather its gradient in .grad, a buffer of zeros of its shape and dtype.\n\n"
     "grad_req is 'write' (each backward overwrites), 'add' (it accumulates) or 'null'. An array that an operator\n"
     "produced is cut off from what came before."},
    {"backward", FASTCALL(array_backward), FASTCALL_FLAGS,
     "backward($self, out_grad=None, retain_graph=False, train_mode=True)\n--\n\n"
     "Write the gradient of this array to the variables it was computed from.\n\n"
     "out_grad is the head gradient, of this array's shape (default: ones). The graph is freed unless\n"
     "retain_graph. GraphError if the array was not recorded, ShapeError if out_grad does not fit."},
    {NULL, NULL, 0, NULL},
};

PyMethodDef module_autograd[] = {
    {"backward", FASTCALL(backward), FASTCALL_FLAGS,
     "backward($module, heads, head_grads=None, retain_graph=False, train_mode=True)\n--\n\n"
     "Write the gradients of the heads to the variables they were computed from.\n\n"
     "heads is an NDArray or a list of them; head_grads has an NDArray of its shape, or None for ones, per head.\n"
     "The graph is freed unless retain_graph. GraphError if a head was not recorded, ShapeError or DTypeError if a\n"
     "head gradient does not fit."},
    {"grad", FASTCALL(grad), FASTCALL_FLAGS,
     "grad($module, heads, variables, head_grads=None, retain_graph=None, create_graph=False,\n"
     "     train_mode=True)\n--\n\n"
     "Return the list of the heads' gradients by the variables; their .grad stays as it is.\n\n"
     "With create_graph (inside record) the gradients are recorded themselves and can be differentiated again.\n"
     "retain_graph defaults to create_graph. GraphError if a variable is not marked or cannot be reached."},
    {"mark_variables", FASTCALL(mark_variables), FASTCALL_FLAGS,
     "mark_variables($module, variables, gradients, grad_reqs='write')\n--\n\n"
     "Make arrays variables whose gradients are gathered in given arrays of the same shapes and dtypes.\n\n"
     "grad_reqs is 'write', 'add' or 'null', or one of them for each. ShapeError if a gradient does not fit."},
    {"record_function", (PyCFunction)(void (*)(void))record_function, METH_FASTCALL,
     "record_function($module, function, inputs, outputs, /)\n--\n\n"
     "Put a Function on the tape; return handles on the outputs that lead to it."},
    {NULL, NULL, 0, NULL},
};
