/* The values of an operator's parameters, from Python into words. */
#include "binding.h"

#include <math.h>
#include <string.h>

/* "sum: axis must be an int or None, not 'a' of type <class 'str'>". */
static int wrong_value(const Operator *self, const nd_param *param, const char *wanted, PyObject *value) {
    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_TypeError) && !PyErr_ExceptionMatches(PyExc_OverflowError))
        return -1; /* the value's own __index__ or __float__ failed: its error says more */
    bool too_large = PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_OverflowError);
    PyErr_Clear();
    if (too_large) {
        PyErr_Format(PyExc_OverflowError, "%s: %s is too large: %.80R", self->name, param->name, value);
        return -1;
    }
    if (ndarray_check(value))
        PyErr_Format(errors.call, "%s: %s must be %s, not an NDArray; .asscalar() gives its number", self->name,
                     param->name, wanted);
    else
        PyErr_Format(errors.call, "%s: %s must be %s, not %.80R of type %R", self->name, param->name, wanted, value,
                     (PyObject *)Py_TYPE(value));
    return -1;
}

static int integer(PyObject *value, int64_t *result) {
    PyObject *index = PyNumber_Index(value);
    if (!index)
        return -1;
    *result = PyLong_AsLongLong(index);
    Py_DECREF(index);
    return *result == -1 && PyErr_Occurred() ? -1 : 0;
}

static int parse_integer(const Operator *self, const nd_param *param, PyObject *value, nd_word *word) {
    if (integer(value, &word->i) == 0)
        return 0;
    return wrong_value(self, param, param->kind == ND_OPT_INT ? "an int or None" : "an int", value);
}

static int parse_float(const Operator *self, const nd_param *param, PyObject *value, nd_word *word) {
    word->f = PyFloat_AsDouble(value);
    if (word->f == -1.0 && PyErr_Occurred())
        return wrong_value(self, param, "a number", value);
    return 0;
}

static int parse_flag(const Operator *self, const nd_param *param, PyObject *value, nd_word *word) {
    double number;
    if (scalar_value(value, &number) != 1 || (number != 0 && number != 1))
        return wrong_value(self, param, "True or False", value);
    word->i = number != 0;
    return 0;
}

static int position_of(const char *choices, const char *name) {
    int position = 0;
    size_t length = strlen(name);
    for (const char *word = choices + strspn(choices, " "); *word; word += strspn(word, " "), position++) {
        size_t end = strcspn(word, " ");
        if (end == length && memcmp(word, name, length) == 0)
            return position;
        word += end;
    }
    return -1;
}

/* A choice may also be a dtype's name, and then any way to write that dtype will do. */
static const char *choice_name(PyObject *value) {
    if (value == Py_None)
        return "None";
    nd_dtype dtype;
    if (!PyUnicode_Check(value) && dtype_parse("", value, &dtype) == 0)
        return nd_dtype_name(dtype);
    PyErr_Clear();
    const char *name = PyUnicode_Check(value) ? PyUnicode_AsUTF8AndSize(value, NULL) : NULL;
    if (!name)
        PyErr_Clear();
    return name;
}

static int parse_choice(const Operator *self, const nd_param *param, PyObject *value, nd_word *word) {
    const char *name = choice_name(value);
    int position = name ? position_of(param->choices, name) : -1;
    if (position < 0 && value == Py_None && !param->required)
        return 0; /* the default */
    if (position < 0) {
        error_raise_built(errors.argument, "choice_message", "ssOs", self->name, param->name, value, param->choices);
        return -1;
    }
    word->i = position;
    return 0;
}

static int parse_dtype(const Operator *self, const nd_param *param, PyObject *value, nd_word *word) {
    nd_dtype dtype;
    (void)param;
    if (dtype_parse(self->name, value, &dtype) < 0)
        return -1;
    word->i = dtype;
    return 0;
}

static int check_items(const Operator *self, const nd_param *param, Py_ssize_t count) {
    bool shape = param->kind == ND_SHAPE || param->kind == ND_AXES;
    if (count <= (shape ? ND_MAX_DIM : ND_MAX_ITEMS))
        return 0;
    if (shape)
        PyErr_Format(errors.shape, "%s: %s has %zd entries; arrays have at most %d dimensions", self->name, param->name,
                     count, ND_MAX_DIM);
    else
        PyErr_Format(errors.argument, "%s: %s has %zd entries; at most %d are possible", self->name, param->name, count,
                     ND_MAX_ITEMS);
    return -1;
}

/* The items of a shape; None among them is a value of its own (slice's begin and end have it). */
static int parse_items(const Operator *self, const nd_param *param, PyObject *items, nd_word *words) {
    Py_ssize_t count = PyTuple_Size(items);
    if (check_items(self, param, count) < 0)
        return -1;
    words[0].i = count;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PyTuple_GetItem(items, i);
        if (item == Py_None)
            words[1 + i].i = ND_NONE;
        else if (integer(item, &words[1 + i].i) < 0)
            return wrong_value(self, param, "an int or a tuple of ints", items);
    }
    return 0;
}

static int parse_shape(const Operator *self, const nd_param *param, PyObject *value, nd_word *words) {
    if (PyIndex_Check(value)) { /* 3 for (3,) */
        words[0].i = 1;
        if (integer(value, &words[1].i) == 0)
            return 0;
        return wrong_value(self, param, "an int or a tuple of ints", value);
    }
    if (PyUnicode_Check(value) || ndarray_check(value) || !PySequence_Check(value))
        return wrong_value(self, param, "an int or a tuple of ints", value);
    PyObject *items = PySequence_Tuple(value);
    if (!items)
        return -1;
    int status = parse_items(self, param, items, words);
    Py_DECREF(items);
    return status;
}

static int parse_real_items(const Operator *self, const nd_param *param, PyObject *items, nd_word *words) {
    Py_ssize_t count = PyTuple_Size(items);
    if (check_items(self, param, count) < 0)
        return -1;
    words[0].i = count;
    for (Py_ssize_t i = 0; i < count; i++) {
        words[1 + i].f = PyFloat_AsDouble(PyTuple_GetItem(items, i));
        if (words[1 + i].f == -1.0 && PyErr_Occurred())
            return wrong_value(self, param, "a number or a tuple of numbers", items);
    }
    return 0;
}

static int parse_reals(const Operator *self, const nd_param *param, PyObject *value, nd_word *words) {
    if (PyUnicode_Check(value) || ndarray_check(value))
        return wrong_value(self, param, "a number or a tuple of numbers", value);
    PyObject *items = PySequence_Check(value) ? PySequence_Tuple(value) : PyTuple_Pack(1, value);
    if (!items)
        return -1;
    int status = parse_real_items(self, param, items, words);
    Py_DECREF(items);
    return status;
}

/* None is a value of the parameters that may be None, and stands for the default of all others. */
static int parse_none(const Operator *self, const nd_param *param, nd_word *word) {
    if (param->kind == ND_OPT_FLOAT)
        word->f = NAN;
    else if (param->kind == ND_OPT_INT)
        word->i = ND_NONE;
    else if (param->required)
        return wrong_value(self, param, "given", Py_None);
    return 0; /* the words hold the default already */
}

int value_parse(const Operator *self, int parameter, PyObject *value, nd_word *word) {
    const nd_param *param = nd_op_params(self->op) + parameter;
    if (value == Py_None && param->kind != ND_CHOICE)
        return parse_none(self, param, word);
    switch (param->kind) {
    case ND_INT:
    case ND_OPT_INT: return parse_integer(self, param, value, word);
    case ND_FLOAT:
    case ND_OPT_FLOAT: return parse_float(self, param, value, word);
    case ND_FLAG: return parse_flag(self, param, value, word);
    case ND_CHOICE: return parse_choice(self, param, value, word);
    case ND_TYPE: return parse_dtype(self, param, value, word);
    case ND_REALS: return parse_reals(self, param, value, word);
    case ND_TEXT: return PyUnicode_Check(value) ? 0 : wrong_value(self, param, "a str", value);
    default: return parse_shape(self, param, value, word);
    }
}
