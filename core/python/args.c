/* The one parser of operator calls.
 *
 * A call's positional arguments fill the inputs, then the parameters, then out and name, as in the signatures MXNet
 * generates; an operator of any number of inputs takes all its positional arguments as inputs.
 */
#include "binding.h"

#define FEW 8 /* inputs for which no memory is allocated */

typedef struct call {
    Operator *operator;
    nd_array *few[FEW];
    nd_array **inputs; /* by position; NULL: not given */
    int count;         /* one past the last that was given */
    uint64_t given;    /* a bit per parameter */
    PyObject *out;     /* borrowed */
    PyObject *context; /* borrowed */
    nd_word words[ND_MAX_WORDS];
} call;

static const char *input_name(const call *c, int position, char *buffer) {
    if (position < c->operator->named_inputs) {
        const char *name = PyUnicode_AsUTF8AndSize(c->operator->names[position], NULL);
        return name ? name : "data";
    }
    PyOS_snprintf(buffer, 32, "argument %d", position + 1);
    return buffer;
}

static int wrong_input(const call *c, int position, PyObject *value) {
    char buffer[32];
    const char *name = input_name(c, position, buffer);
    const char *operator = c->operator->name;
    if (c->operator->inputs == ND_VARIADIC && (PyList_Check(value) || PyTuple_Check(value)))
        PyErr_Format(errors.input, "%s: the arrays are separate arguments, not a %R; write %s(*arrays)", operator,
                     (PyObject *)Py_TYPE(value), operator);
    else
        PyErr_Format(errors.input, "%s: %s must be an NDArray, not %.80R of type %R; nd.array(...) makes one", operator,
                     name, value, (PyObject *)Py_TYPE(value));
    return -1;
}

static int set_input(call *c, int position, PyObject *value) {
    if (value == Py_None && c->operator->inputs != ND_VARIADIC)
        return 0; /* as if left out */
    if (!ndarray_check(value))
        return wrong_input(c, position, value);
    c->inputs[position] = ndarray_of(value);
    if (position >= c->count)
        c->count = position + 1;
    return 0;
}

static int set_parameter(call *c, int parameter, PyObject *value) {
    c->given |= UINT64_C(1) << parameter;
    return value_parse(c->operator, parameter, value, c->words + nd_op_word_of(c->operator->op, parameter));
}

static int too_many(const call *c, Py_ssize_t count) {
    PyErr_Format(errors.call, "%s takes at most %d positional arguments but %zd were given; see help(nd.%s)",
                 c->operator->name, c->operator->named_inputs + c->operator->parameters + 2, count, c->operator->name);
    return -1;
}

/* `position` counts from the operator's first input; a method's self is 0. */
static int set_positional(call *c, Py_ssize_t position, PyObject *value, Py_ssize_t total) {
    const Operator *o = c->operator;
    if (o->inputs == ND_VARIADIC || position < o->inputs)
        return set_input(c, (int)position, value);
    Py_ssize_t parameter = position - o->inputs;
    if (parameter < o->parameters)
        return set_parameter(c, (int)parameter, value);
    if (parameter > o->parameters + 1)
        return too_many(c, total);
    if (parameter == o->parameters)
        c->out = value; /* and after it the name, which has no use */
    return 0;
}

/* ---------------------------------------------------------------------------------------------- keywords */

static int find_name(const Operator *o, PyObject *keyword) {
    int count = o->named_inputs + o->parameters;
    for (int i = 0; i < count; i++)
        if (o->names[i] == keyword)
            return i;
    for (int i = 0; i < count; i++) /* built at run time, so not interned */
        if (PyUnicode_Compare(o->names[i], keyword) == 0)
            return i;
    return -1;
}

static bool keyword_is(PyObject *keyword, const char *name) {
    return PyUnicode_CompareWithASCIIString(keyword, name) == 0;
}

static int unknown_keyword(const call *c, PyObject *keyword) {
    const Operator *o = c->operator;
    PyObject *names = PyTuple_New(o->named_inputs + o->parameters);
    for (int i = 0; names && i < o->named_inputs + o->parameters; i++)
        if (PyTuple_SetItem(names, i, Py_NewRef(o->names[i])) < 0)
            Py_CLEAR(names);
    if (names)
        error_raise_built(errors.call, "keyword_message", "sOO", o->name, keyword, names);
    Py_XDECREF(names);
    return -1;
}

static int set_other_keyword(call *c, PyObject *keyword, PyObject *value) {
    const Operator *o = c->operator;
    if (keyword_is(keyword, "out"))
        c->out = value;
    else if (keyword_is(keyword, "ctx") && o->inputs == 0)
        c->context = value;
    else if (keyword_is(keyword, "num_args") && o->inputs == ND_VARIADIC)
        return 0; /* MXNet wants it told */
    else if (!keyword_is(keyword, "name"))
        return unknown_keyword(c, keyword);
    return 0;
}

static int set_keyword(call *c, PyObject *keyword, PyObject *value) {
    const Operator *o = c->operator;
    int found = find_name(o, keyword);
    if (found < 0)
        return PyErr_Occurred() ? -1 : set_other_keyword(c, keyword, value);
    int parameter = found - o->named_inputs;
    bool twice = parameter < 0 ? c->inputs[found] != NULL : (c->given >> parameter & 1) != 0;
    if (twice) {
        PyErr_Format(errors.call, "%s got %U twice, by position and by name", o->name, keyword);
        return -1;
    }
    return parameter < 0 ? set_input(c, found, value) : set_parameter(c, parameter, value);
}

/* --------------------------------------------------------------------------------------------- the whole */

/* Inputs that may be left out leave no gap: the operator knows by its parameters which it got. */
static int close_gaps(call *c) {
    const Operator *o = c->operator;
    int kept = 0;
    for (int i = 0; i < c->count; i++) {
        if (c->inputs[i]) {
            c->inputs[kept++] = c->inputs[i];
        } else if (!(o->optional >> i & 1)) {
            PyErr_Format(errors.call, "%s: input %U is missing", o->name, o->names[i]);
            return -1;
        }
    }
    c->count = kept;
    return 0;
}

static int check_complete(call *c) {
    const Operator *o = c->operator;
    if (close_gaps(c) < 0)
        return -1;
    const nd_param *params = nd_op_params(o->op);
    for (int i = 0; i < o->parameters; i++)
        if (params[i].required && !(c->given >> i & 1)) {
            PyErr_Format(errors.call, "%s: parameter %s is required", o->name, params[i].name);
            return -1;
        }
    return 0;
}

static int reserve_inputs(call *c, Py_ssize_t positional) {
    Py_ssize_t most = c->operator->inputs == ND_VARIADIC ? positional : c->operator->inputs;
    c->inputs = c->few;
    if (most <= FEW)
        return 0;
    if (most > INT32_MAX || !(c->inputs = PyMem_Calloc((size_t)most, sizeof *c->inputs)))
        return PyErr_NoMemory(), -1;
    return 0;
}

static int parse(call *c, PyObject *first, PyObject *const *args, Py_ssize_t count, PyObject *keywords) {
    const int words = nd_op_words(c->operator->op);
    for (int i = 0; i < words; i++)
        c->words[i] = c->operator->defaults[i];
    for (int i = 0; i < FEW; i++)
        c->few[i] = NULL;
    Py_ssize_t shift = first ? 1 : 0;
    if (reserve_inputs(c, count + shift) < 0)
        return -1;
    if (first && set_positional(c, 0, first, 1) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++)
        if (set_positional(c, i + shift, args[i], count + shift) < 0)
            return -1;
    Py_ssize_t named = keywords ? PyTuple_Size(keywords) : 0;
    for (Py_ssize_t i = 0; i < named; i++)
        if (set_keyword(c, PyTuple_GetItem(keywords, i), args[count + i]) < 0)
            return -1;
    return check_complete(c);
}

/* ----------------------------------------------------------------------------------------------- results */

static PyObject *wrap_outputs(nd_array **outputs, int count) {
    if (count == 1)
        return ndarray_wrap(outputs[0]);
    PyObject *list = PyList_New(count);
    for (int i = 0; i < count; i++) {
        PyObject *item = list ? ndarray_wrap(outputs[i]) : NULL;
        if (!list)
            nd_array_release(outputs[i]);
        else if (!item || PyList_SetItem(list, i, item) < 0)
            Py_CLEAR(list);
    }
    return list;
}

static int run_core(call *c, nd_array **outputs) {
    nd_context context = c->count ? c->inputs[0]->context : nd_default_context();
    if (c->context && c->context != Py_None && context_parse(c->context, &context) < 0)
        return -1;
    int count = nd_call(c->operator->op, c->inputs, c->count, c->words, context, outputs);
    return count < 0 ? (error_raise(), -1) : count;
}

static PyObject *run_new(call *c) {
    nd_array *outputs[ND_MAX_OUTPUTS] = {NULL};
    int count = run_core(c, outputs);
    return count < 0 ? NULL : wrap_outputs(outputs, count);
}

/* With out= the result is that very object, a list too. */
static PyObject *run_into(call *c) {
    nd_array *outputs[ND_MAX_OUTPUTS] = {NULL};
    arrays targets;
    if (arrays_parse(c->out, "out", errors.input, false, &targets) < 0)
        return NULL;
    int wanted = nd_op_output_count(c->operator->op, c->words), count = -1;
    if (targets.count != wanted || wanted > ND_MAX_OUTPUTS) {
        PyErr_Format(errors.argument, "%s: it has %d outputs but out holds %d arrays", c->operator->name, wanted,
                     targets.count);
    } else {
        for (int i = 0; i < wanted; i++)
            outputs[i] = targets.items[i];
        count = run_core(c, outputs);
    }
    arrays_clear(&targets);
    return count < 0 ? NULL : Py_NewRef(c->out);
}

PyObject *operator_invoke(Operator *self, PyObject *first, PyObject *const *args, Py_ssize_t count,
                          PyObject *keywords) {
    call c;
    c.operator = self;
    c.count = 0;
    c.given = 0;
    c.out = c.context = NULL;
    PyObject *result = NULL;
    if (parse(&c, first, args, count, keywords) == 0)
        result = c.out && c.out != Py_None ? run_into(&c) : run_new(&c);
    if (c.inputs != c.few)
        PyMem_Free(c.inputs);
    return result;
}
