/* Binary operators between arrays, and between an array and a number on either side.
 *
 * Two arrays become a broadcast_ operator, an array and a number one of the _scalar operators. The operators are
 * looked up once, so that `a + b` is a type check, a call of the core and a wrapper.
 */
#include "binding.h"

#include <string.h>

typedef struct scalar_op {
    const nd_op *op;
    int at; /* of the word of its parameter `scalar` */
    nd_word words[4];
} scalar_op;

typedef struct binary {
    const char *function; /* its name in nd, for two arrays or an array and a number */
    const char *doc;
    const char *array_name, *scalar_name, *reflected_name;
    binaryfunc numbers; /* of two Python numbers */
    const nd_op *array;
    scalar_op scalar, reflected;
} binary;

/* -------------------------------------------------------------------------------------- of two Python numbers */

static PyObject *power_numbers(PyObject *a, PyObject *b) {
    return PyNumber_Power(a, b, Py_None);
}

static PyObject *chosen(PyObject *a, PyObject *b, int comparison) {
    int first = PyObject_RichCompareBool(a, b, comparison);
    return first < 0 ? NULL : Py_NewRef(first ? a : b);
}

static PyObject *larger(PyObject *a, PyObject *b) {
    return chosen(a, b, Py_GT);
}
static PyObject *smaller(PyObject *a, PyObject *b) {
    return chosen(a, b, Py_LT);
}

static PyObject *as_number(int truth) {
    return truth < 0 ? NULL : PyLong_FromLong(truth);
}

#define COMPARE(name, comparison)                                     \
    static PyObject *name(PyObject *a, PyObject *b) {                 \
        return as_number(PyObject_RichCompareBool(a, b, comparison)); \
    }
COMPARE(compare_eq, Py_EQ)
COMPARE(compare_ne, Py_NE)
COMPARE(compare_gt, Py_GT)
COMPARE(compare_ge, Py_GE)
COMPARE(compare_lt, Py_LT)
COMPARE(compare_le, Py_LE)

static PyObject *logical(PyObject *a, PyObject *b, const bool table[3]) {
    int left = PyObject_IsTrue(a), right = PyObject_IsTrue(b);
    if (left < 0 || right < 0)
        return NULL;
    return PyLong_FromLong(table[left + right]);
}

static PyObject *logical_and(PyObject *a, PyObject *b) {
    return logical(a, b, (const bool[]){0, 0, 1});
}
static PyObject *logical_or(PyObject *a, PyObject *b) {
    return logical(a, b, (const bool[]){0, 1, 1});
}
static PyObject *logical_xor(PyObject *a, PyObject *b) {
    return logical(a, b, (const bool[]){0, 1, 0});
}

/* ------------------------------------------------------------------------------------------------- table */

#define ROW_OF(names, function, text, array, scalar, reflected, numbers)                                        \
    {#function,                                                                                                 \
     #function                                                                                                  \
     "($self, " names ")\n--\n\nReturn " text ", elementwise and broadcasting.\n\n"                             \
     "Either side may be a number; two numbers give a number. Shapes broadcast together: axes are compared\n"   \
     "from the last, and extents are equal or one is 1 or missing, else ShapeError. DTypeError if the dtypes\n" \
     "differ, InputTypeError for anything else.",                                                               \
     "broadcast_" #array,                                                                                       \
     "_" #scalar "_scalar",                                                                                     \
     "_" #reflected "_scalar",                                                                                  \
     numbers,                                                                                                   \
     NULL,                                                                                                      \
     {0},                                                                                                       \
     {0}}
#define ROW(...) ROW_OF("lhs, rhs", __VA_ARGS__)

static binary table[] = {
    [BINARY_ADD] = ROW(add, "lhs + rhs", add, plus, plus, PyNumber_Add),
    [BINARY_SUBTRACT] = ROW(subtract, "lhs - rhs", sub, minus, rminus, PyNumber_Subtract),
    [BINARY_MULTIPLY] = ROW(multiply, "lhs * rhs", mul, mul, mul, PyNumber_Multiply),
    [BINARY_DIVIDE] = ROW(divide, "lhs / rhs", div, div, rdiv, PyNumber_TrueDivide),
    [BINARY_MODULO] = ROW(modulo, "lhs % rhs, which has the sign of rhs", mod, mod, rmod, PyNumber_Remainder),
    [BINARY_POWER] = ROW_OF("base, exp", power, "base ** exp", power, power, rpower, power_numbers),
    [BINARY_EQ] = ROW(equal, "lhs == rhs as 0 or 1", equal, equal, equal, compare_eq),
    [BINARY_NE] = ROW(not_equal, "lhs != rhs as 0 or 1", not_equal, not_equal, not_equal, compare_ne),
    [BINARY_GT] = ROW(greater, "lhs > rhs as 0 or 1", greater, greater, lesser, compare_gt),
    [BINARY_GE] = ROW(greater_equal, "lhs >= rhs as 0 or 1", greater_equal, greater_equal, lesser_equal, compare_ge),
    [BINARY_LT] = ROW(lesser, "lhs < rhs as 0 or 1", lesser, lesser, greater, compare_lt),
    [BINARY_LE] = ROW(lesser_equal, "lhs <= rhs as 0 or 1", lesser_equal, lesser_equal, greater_equal, compare_le),
    ROW(true_divide, "lhs / rhs", div, div, rdiv, PyNumber_TrueDivide),
    ROW(maximum, "the larger of lhs and rhs", maximum, maximum, maximum, larger),
    ROW(minimum, "the smaller of lhs and rhs", minimum, minimum, minimum, smaller),
    ROW(logical_and, "1 where both lhs and rhs are non-zero, else 0", logical_and, logical_and, logical_and,
        logical_and),
    ROW(logical_or, "1 where lhs or rhs is non-zero, else 0", logical_or, logical_or, logical_or, logical_or),
    ROW(logical_xor, "1 where just one of lhs and rhs is non-zero, else 0", logical_xor, logical_xor, logical_xor,
        logical_xor),
};
#define ROWS (sizeof table / sizeof table[0])

/* ------------------------------------------------------------------------------------------------- calls */

/* Of another library, which would say misleading things about us. */
static bool is_foreign_array(PyObject *object) {
    return PyObject_HasAttrString(object, "__array__");
}

PyObject *binary_not_supported(PyObject *object) {
    PyErr_Format(errors.input, "type %R not supported%s", (PyObject *)Py_TYPE(object),
                 is_foreign_array(object) ? "; nd.array(...) makes an NDArray of it" : "");
    return NULL;
}

static PyObject *missing(const char *name) {
    PyErr_Format(errors.mxnet, "the core was built without operator %s", name);
    return NULL;
}

static PyObject *with_arrays(const binary *b, PyObject *left, PyObject *right) {
    nd_array *inputs[] = {ndarray_of(left), ndarray_of(right)};
    nd_word none = {.i = 0};
    if (!b->array)
        return missing(b->array_name);
    return ndarray_wrap(nd_apply(b->array, inputs, 2, &none));
}

static PyObject *with_scalar(const scalar_op *s, const char *name, PyObject *array, double value) {
    if (!s->op)
        return missing(name);
    nd_word words[4] = {{.i = 0}};
    memcpy(words, s->words, sizeof words);
    words[s->at].f = value;
    nd_array *input = ndarray_of(array);
    return ndarray_wrap(nd_apply(s->op, &input, 1, words));
}

static PyObject *apply(const binary *b, PyObject *left, PyObject *right) {
    bool left_is_array = ndarray_check(left);
    if (left_is_array && ndarray_check(right))
        return with_arrays(b, left, right);
    double value;
    PyObject *other = left_is_array ? right : left;
    int found = scalar_value(other, &value);
    if (found < 0)
        return NULL;
    if (found == 0 && is_foreign_array(other))
        return binary_not_supported(other);
    if (found == 0)
        Py_RETURN_NOTIMPLEMENTED;
    if (left_is_array)
        return with_scalar(&b->scalar, b->scalar_name, left, value);
    return with_scalar(&b->reflected, b->reflected_name, right, value);
}

PyObject *binary_apply(binary_row row, PyObject *left, PyObject *right) {
    return apply(&table[row], left, right);
}

/* --------------------------------------------------------------------------------------------- in place */

static int call_in_place(const binary *b, PyObject *self, PyObject *other, double value) {
    nd_array *inputs[] = {ndarray_of(self), NULL}, *output = ndarray_of(self);
    nd_word words[4] = {{.i = 0}};
    if (ndarray_check(other)) {
        if (!b->array)
            return missing(b->array_name), -1;
        inputs[1] = ndarray_of(other);
        return nd_call(b->array, inputs, 2, words, output->context, &output);
    }
    if (!b->scalar.op)
        return missing(b->scalar_name), -1;
    memcpy(words, b->scalar.words, sizeof words);
    words[b->scalar.at].f = value;
    return nd_call(b->scalar.op, inputs, 1, words, output->context, &output);
}

PyObject *binary_apply_in_place(binary_row row, PyObject *self, PyObject *other) {
    const binary *b = &table[row];
    double value = 0;
    int found = ndarray_check(other) ? 1 : scalar_value(other, &value);
    if (found < 0)
        return NULL;
    if (found == 0)
        Py_RETURN_NOTIMPLEMENTED;
    return call_in_place(b, self, other, value) < 0 ? error_raise() : Py_NewRef(self);
}

/* ------------------------------------------------------------------------------------- nd.add and its like */

static PyObject *call_function(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *keywords) {
    static const char *const names[] = {"lhs", "rhs", NULL}, *const power_names[] = {"base", "exp", NULL};
    const binary *b = PyCapsule_GetPointer(self, NULL);
    if (!b)
        return NULL;
    const signature signature = {b->function, b == &table[BINARY_POWER] ? power_names : names, 2};
    PyObject *values[2], *result;
    if (arguments_parse(&signature, args, count, keywords, values) < 0)
        return NULL;
    if (ndarray_check(values[0]) || ndarray_check(values[1])) {
        result = apply(b, values[0], values[1]);
        if (result != Py_NotImplemented)
            return result;
        Py_DECREF(result);
    } else if (scalar_check(values[0]) && scalar_check(values[1])) {
        return b->numbers(values[0], values[1]);
    }
    return binary_not_supported(values[ndarray_check(values[0]) || scalar_check(values[0])]);
}

static PyMethodDef functions[ROWS];

static int add_function(PyObject *dictionary, size_t row, PyObject *module_name) {
    functions[row] = (PyMethodDef){table[row].function, FASTCALL(call_function), FASTCALL_FLAGS, table[row].doc};
    PyObject *self = PyCapsule_New(&table[row], NULL, NULL);
    PyObject *function = self ? PyCFunction_NewEx(&functions[row], self, module_name) : NULL;
    int status = function ? PyDict_SetItemString(dictionary, table[row].function, function) : -1;
    Py_XDECREF(function);
    Py_XDECREF(self);
    return status;
}

static void find_scalar_op(const char *name, scalar_op *s) {
    const nd_op *op = nd_op_find(name);
    if (!op || nd_op_words(op) > 4)
        return;
    const nd_param *params = nd_op_params(op);
    for (int i = 0; params && params[i].name; i++)
        if (strcmp(params[i].name, "scalar") == 0) {
            s->op = op;
            s->at = nd_op_word_of(op, i);
            nd_op_defaults(op, s->words);
        }
}

static int fill_functions(PyObject *dictionary, PyObject *module_name) {
    for (size_t row = 0; row < ROWS; row++) {
        table[row].array = nd_op_find(table[row].array_name);
        find_scalar_op(table[row].scalar_name, &table[row].scalar);
        find_scalar_op(table[row].reflected_name, &table[row].reflected);
        if (add_function(dictionary, row, module_name) < 0)
            return -1;
    }
    return 0;
}

int binary_setup(PyObject *module) {
    PyObject *dictionary = PyDict_New(), *module_name = PyUnicode_FromString("ndgrad.nd");
    int status = dictionary && module_name ? fill_functions(dictionary, module_name) : -1;
    if (status == 0)
        status = PyModule_AddObjectRef(module, "binary_functions", dictionary);
    Py_XDECREF(module_name);
    Py_XDECREF(dictionary);
    return status;
}
