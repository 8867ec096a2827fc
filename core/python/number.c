/* The number protocol and the comparisons of NDArray.
 *
 * There is no **=, // or @, as in MXNet; Python then rebinds or refuses. Comparisons give 0 and 1 in the operand's
 * dtype.
 */
#include "binding.h"

#define ARITHMETIC(name, row)                                           \
    static PyObject *name(PyObject *left, PyObject *right) {            \
        return binary_apply(row, left, right);                          \
    }                                                                   \
    static PyObject *in_place_##name(PyObject *self, PyObject *other) { \
        return binary_apply_in_place(row, self, other);                 \
    }
ARITHMETIC(add, BINARY_ADD)
ARITHMETIC(subtract, BINARY_SUBTRACT)
ARITHMETIC(multiply, BINARY_MULTIPLY)
ARITHMETIC(divide, BINARY_DIVIDE)
ARITHMETIC(modulo, BINARY_MODULO)

static PyObject *power(PyObject *base, PyObject *exponent, PyObject *modulus) {
    if (modulus == Py_None && (ndarray_check(base) || ndarray_check(exponent)))
        return binary_apply(BINARY_POWER, base, exponent);
    PyErr_SetString(errors.call, "pow() of an NDArray takes no modulus; write (a ** b) % m");
    return NULL;
}

static PyObject *negative(PyObject *self) {
    static PyObject *minus_one; /* MXNet's -x is x * -1 */
    if (!minus_one && !(minus_one = PyFloat_FromDouble(-1.0)))
        return NULL;
    return binary_apply(BINARY_MULTIPLY, self, minus_one);
}

static PyObject *absolute(PyObject *self) {
    return ndarray_wrap(operator_apply(used.abs, ndarray_of(self), ND_NONE));
}

static int truth_of(nd_array *array) {
    nd_array *host = nd_on_host(array);
    int truth = host ? nd_array_get(host, 0) != 0 : -1;
    nd_array_release(host);
    if (truth < 0)
        error_raise();
    return truth;
}

static int truth(PyObject *self) {
    const nd_array *array = ndarray_of(self);
    if (array->size == 0)
        return 0;
    if (array->size == 1)
        return truth_of(ndarray_of(self));
    PyErr_SetString(PyExc_ValueError, "The truth value of an NDArray with multiple elements is ambiguous.");
    return -1;
}

/* Without these, float(x) would read the buffer of x as text. */
static PyObject *no_number(PyObject *Py_UNUSED(self)) {
    PyErr_SetString(PyExc_TypeError, "an NDArray is not a Python number; its .asscalar() is, if it has one element");
    return NULL;
}

PyType_Slot number_slots[] = {
    {Py_nb_add, (void *)add},
    {Py_nb_subtract, (void *)subtract},
    {Py_nb_multiply, (void *)multiply},
    {Py_nb_true_divide, (void *)divide},
    {Py_nb_remainder, (void *)modulo},
    {Py_nb_power, (void *)power},
    {Py_nb_negative, (void *)negative},
    {Py_nb_absolute, (void *)absolute},
    {Py_nb_bool, (void *)truth},
    {Py_nb_float, (void *)no_number},
    {Py_nb_int, (void *)no_number},
    {Py_nb_inplace_add, (void *)in_place_add},
    {Py_nb_inplace_subtract, (void *)in_place_subtract},
    {Py_nb_inplace_multiply, (void *)in_place_multiply},
    {Py_nb_inplace_true_divide, (void *)in_place_divide},
    {Py_nb_inplace_remainder, (void *)in_place_modulo},
    {0, NULL},
};

/* ---------------------------------------------------------------------------------------------- comparison */

static PyObject *compare(PyObject *self, PyObject *other, int comparison) {
    static const binary_row row[] = {[Py_LT] = BINARY_LT, [Py_LE] = BINARY_LE, [Py_EQ] = BINARY_EQ,
                                     [Py_NE] = BINARY_NE, [Py_GT] = BINARY_GT, [Py_GE] = BINARY_GE};
    PyObject *result = binary_apply(row[comparison], self, other);
    if (result != Py_NotImplemented)
        return result;
    Py_DECREF(result); /* MXNet refuses here, rather than let Python compare identities */
    return binary_not_supported(other);
}

PyType_Slot compare_slots[] = {
    {Py_tp_richcompare, (void *)compare},
    {0, NULL},
};
