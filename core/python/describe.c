/* An operator's row as a Python dict, for tests, stubs and documentation. */
#include "binding.h"

#include <math.h>
#include <string.h>

static PyObject *split_words(const char *words) /* at blanks */
{
    PyObject *text = PyUnicode_FromString(words ? words : "");
    PyObject *list = text ? PyUnicode_Split(text, NULL, -1) : NULL;
    PyObject *tuple = list ? PySequence_Tuple(list) : NULL;
    Py_XDECREF(list);
    Py_XDECREF(text);
    return tuple;
}

static const char *kind_name(nd_kind kind) {
    static const char *const names[] = {
        [ND_INT] = "int",   [ND_OPT_INT] = "int or None", [ND_FLOAT] = "float",  [ND_OPT_FLOAT] = "float or None",
        [ND_FLAG] = "bool", [ND_CHOICE] = "choice",       [ND_TYPE] = "dtype",   [ND_SHAPE] = "shape",
        [ND_AXES] = "axes", [ND_INTS] = "ints",           [ND_REALS] = "floats", [ND_TEXT] = "str",
    };
    return names[kind];
}

static PyObject *choice_at(const nd_param *param, int64_t position) {
    PyObject *choices = split_words(param->choices);
    PyObject *choice = choices ? PyTuple_GetItem(choices, (Py_ssize_t)position) : NULL;
    choice = Py_XNewRef(choice);
    Py_XDECREF(choices);
    return choice;
}

static PyObject *number_of(const nd_param *param, nd_word word) {
    const bool is_float = param->kind == ND_FLOAT || param->kind == ND_OPT_FLOAT || param->kind == ND_REALS;
    if (is_float ? isnan(word.f) : word.i == ND_NONE)
        return Py_NewRef(Py_None);
    return is_float ? PyFloat_FromDouble(word.f) : PyLong_FromLongLong(word.i);
}

static PyObject *list_of(const nd_param *param, const nd_word *words) {
    PyObject *tuple = PyTuple_New((Py_ssize_t)words[0].i);
    for (int64_t i = 0; tuple && i < words[0].i; i++) {
        PyObject *item = number_of(param, words[1 + i]);
        if (!item || PyTuple_SetItem(tuple, (Py_ssize_t)i, item) < 0)
            Py_CLEAR(tuple);
    }
    return tuple;
}

PyObject *parameter_value(const nd_param *param, const nd_word *words) {
    const bool is_float = param->kind == ND_FLOAT || param->kind == ND_OPT_FLOAT;
    if (!is_float && words[0].i == ND_NONE)
        return Py_NewRef(Py_None);
    switch (param->kind) {
    case ND_FLAG: return PyBool_FromLong(words[0].i != 0);
    case ND_CHOICE: return choice_at(param, words[0].i);
    case ND_TYPE: return PyUnicode_FromString(nd_dtype_name((nd_dtype)words[0].i));
    case ND_SHAPE:
    case ND_AXES:
    case ND_INTS:
    case ND_REALS: return list_of(param, words);
    default: return number_of(param, words[0]);
    }
}

/* A list's default is a count alone: none, or no elements. */
static PyObject *default_value(const nd_param *param) {
    return param->required ? Py_NewRef(Py_None) : parameter_value(param, &param->initial);
}

static PyObject *describe_parameter(const nd_param *param) {
    PyObject *initial = default_value(param);
    PyObject *choices = param->kind == ND_CHOICE ? split_words(param->choices) : Py_NewRef(Py_None);
    PyObject *result = NULL;
    if (initial && choices)
        result = Py_BuildValue("{s:s,s:s,s:O,s:O,s:O}", "name", param->name, "kind", kind_name(param->kind), "required",
                               param->required ? Py_True : Py_False, "default", initial, "choices", choices);
    Py_XDECREF(choices);
    Py_XDECREF(initial);
    return result;
}

static PyObject *describe_parameters(const nd_op *op) {
    PyObject *list = PyList_New(0);
    const nd_param *params = nd_op_params(op);
    for (int i = 0; list && params && params[i].name; i++) {
        PyObject *one = describe_parameter(&params[i]);
        if (!one || PyList_Append(list, one) < 0)
            Py_CLEAR(list);
        Py_XDECREF(one);
    }
    return list;
}

/* The names of all inputs, or only of those that may be left out. */
static PyObject *input_names(const nd_op *op, bool only_optional) {
    PyObject *list = PyList_New(0);
    const char *word = nd_op_inputs(op);
    for (word += strspn(word, " "); list && *word; word += strspn(word, " ")) {
        const bool optional = *word == '?';
        word += optional;
        const size_t length = strcspn(word, " ");
        PyObject *name = optional || !only_optional ? PyUnicode_FromStringAndSize(word, (Py_ssize_t)length) : NULL;
        if (name ? PyList_Append(list, name) < 0 : PyErr_Occurred() != NULL)
            Py_CLEAR(list);
        Py_XDECREF(name);
        word += length;
    }
    PyObject *tuple = list ? PySequence_Tuple(list) : NULL;
    Py_XDECREF(list);
    return tuple;
}

static PyObject *describe_domains(const nd_op *op) {
    const int inputs = nd_op_input_count(op);
    PyObject *list = PyList_New(0);
    for (int input = 0; list && input < (inputs == ND_VARIADIC ? 1 : inputs); input++) {
        double low = 0, high = 0;
        nd_op_domain(op, input, &low, &high);
        PyObject *one = Py_BuildValue("(dd)", low, high);
        if (!one || PyList_Append(list, one) < 0)
            Py_CLEAR(list);
        Py_XDECREF(one);
    }
    return list;
}

/* Of a call that leaves its parameters out. */
static int default_outputs(const nd_op *op) {
    nd_word words[ND_MAX_WORDS];
    nd_op_defaults(op, words);
    return nd_op_output_count(op, words);
}

PyObject *describe(PyObject *Py_UNUSED(module), PyObject *name) {
    const char *text = PyUnicode_Check(name) ? PyUnicode_AsUTF8AndSize(name, NULL) : NULL;
    const nd_op *op = text ? nd_op_find(text) : NULL;
    if (!op)
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_KeyError, "there is no operator %R", name);
    PyObject *aliases = split_words(nd_op_aliases(op));
    PyObject *inputs = input_names(op, false), *optional = input_names(op, true);
    PyObject *params = describe_parameters(op), *domains = describe_domains(op), *result = NULL;
    if (aliases && inputs && optional && params && domains)
        result = Py_BuildValue(
            "{s:s,s:O,s:s,s:s,s:O,s:O,s:O,s:O,s:O,s:O,s:i,s:(zzz)}", "name", nd_op_name(op), "aliases", aliases, "doc",
            nd_op_doc(op), "family", nd_op_family(op), "inputs", inputs, "optional", optional, "variadic",
            nd_op_input_count(op) == ND_VARIADIC ? Py_True : Py_False, "params", params, "differentiable",
            nd_op_differentiable(op) ? Py_True : Py_False, "domains", domains, "outputs", default_outputs(op),
            "expressions", nd_op_expression(op, 0), nd_op_expression(op, 1), nd_op_expression(op, 2));
    Py_XDECREF(domains);
    Py_XDECREF(params);
    Py_XDECREF(optional);
    Py_XDECREF(inputs);
    Py_XDECREF(aliases);
    return result;
}
