/* What the files of the Python extension share.
 *
 * The extension holds to CPython's Limited API of 3.11, so that one binary serves every later Python and every
 * Pyodide. Its state is static: the core has one tape per process and cannot serve two interpreters.
 *
 * Conventions: a function returning PyObject * gives a new reference, or NULL with a Python exception set; one
 * returning int gives -1 with an exception set. `take` in a name or comment means that a reference is stolen.
 */
#ifndef NDGRAD_BINDING_H
#define NDGRAD_BINDING_H

#include <Python.h>

#include "ndgrad.h"

/* A METH_FASTCALL | METH_KEYWORDS function in the clothes that PyMethodDef wants. */
#define FASTCALL(function) ((PyCFunction)(void (*)(void))(function))
#define FASTCALL_FLAGS (METH_FASTCALL | METH_KEYWORDS)

/* ----------------------------------------------------------------------------------------------- error.c */

/* The classes of ndgrad/base.py. */
typedef struct error_classes {
    PyObject *mxnet, *argument, *shape, *dtype, *axis, *graph, *context;
    PyObject *call;     /* a call that does not have the operator's form; also a TypeError */
    PyObject *input;    /* something else where an NDArray belongs; also an AssertionError */
    PyObject *head;     /* something else where a head gradient belongs; also an AttributeError */
    PyObject *request;  /* a grad_req that is none; also a KeyError */
    PyObject *function; /* a misused autograd.Function; also an AssertionError */
    PyObject *bounds;   /* an index array out of bounds; also an IndexError */
} error_classes;
extern error_classes errors;

int error_setup(void);
PyObject *error_raise(void); /* the core's last error as an exception; always NULL */
/* Calls a message builder of ndgrad/base.py and raises `kind` with what it returns; always NULL. */
PyObject *error_raise_built(PyObject *kind, const char *builder, const char *format, ...);

/* --------------------------------------------------------------------------------------------- ndarray.c */

typedef struct NDArray {
    PyObject ob_base;
    nd_array *array;
} NDArray;
extern PyTypeObject *ndarray_type;

/* Nothing derives from NDArray, so one comparison decides. */
static inline bool ndarray_check(PyObject *object) {
    return Py_TYPE(object) == ndarray_type;
}
static inline nd_array *ndarray_of(PyObject *object) {
    return ((NDArray *)object)->array;
}

int ndarray_setup(PyObject *module);
PyObject *ndarray_wrap(nd_array *array); /* takes the reference; of NULL it raises the core's error */
PyObject *shape_tuple(const nd_array *array);
PyObject *extents_tuple(int ndim, const int64_t *extents);

extern PyGetSetDef attribute_table[];  /* attributes.c */
extern PyMethodDef copying_methods[];  /* copying.c */
extern PyMethodDef export_methods[];   /* export.c */
extern PyMethodDef gradient_methods[]; /* gradient.c */
extern PyMethodDef reshape_methods[];  /* reshape.c */

/* ----------------------------------------------------------------------------------------- other protocols */

/* number.c, index.c, buffer.c: slots of the NDArray type. */
extern PyType_Slot number_slots[], compare_slots[], index_slots[], buffer_slots[];

/* binary.c. The rows that have Python operators; the table has more. */
typedef enum binary_row {
    BINARY_ADD,
    BINARY_SUBTRACT,
    BINARY_MULTIPLY,
    BINARY_DIVIDE,
    BINARY_MODULO,
    BINARY_POWER,
    BINARY_EQ,
    BINARY_NE,
    BINARY_GT,
    BINARY_GE,
    BINARY_LT,
    BINARY_LE
} binary_row;
int binary_setup(PyObject *module); /* makes _core.binary_functions */
/* At least one is an NDArray; Py_NotImplemented if the other is neither that nor a number. */
PyObject *binary_apply(binary_row row, PyObject *left, PyObject *right);
PyObject *binary_apply_in_place(binary_row row, PyObject *self, PyObject *other);
PyObject *binary_not_supported(PyObject *object); /* raises for what is neither */

/* scalar.c: Python's and NumPy's numbers, bools included. */
bool scalar_check(PyObject *object);
int scalar_value(PyObject *object, double *value); /* 1 and the value; 0 if it is something else */

/* -------------------------------------------------------------------------------------- dtype.c, context.c */

int dtype_parse(const char *operator, PyObject * value,
                nd_dtype *dtype);                                 /* the operator is for the message; may be "" */
PyObject *dtype_class(nd_dtype dtype);                            /* numpy.float32 ..., or our own */
PyObject *number_at(const nd_array *array, int64_t index);        /* a Python float, int or bool */
PyObject *dtype_scalar(const nd_array *array, int64_t index);     /* an instance of the dtype's class */
int number_store(nd_array *array, int64_t index, PyObject *item); /* casts to the dtype */

int context_parse(PyObject *value, nd_context *context);
PyObject *context_wrap(nd_context context);

/* ---------------------------------------------------------------------------------------------- source.c */

/* An array from a scalar, nested lists, anything with the buffer protocol, or an NDArray (copied). */
nd_array *array_from_object(PyObject *source, nd_dtype dtype, nd_context context);
nd_array *array_from_buffer(PyObject *source, nd_dtype dtype, nd_context context); /* buffer_read.c */
nd_array *array_on_buffer(PyObject *source); /* shares the elements; refuses if no array can lie there */

/* A new array with the elements of `source` cast to `dtype`, outside the tape. */
nd_array *array_cast(const nd_array *source, nd_dtype dtype, nd_context context);

/* -------------------------------------------------------------------------------------------- arguments.c */

/* Sorts the arguments of a vectorcall into values[], one per name (NULL where none was given). */
typedef struct signature {
    const char *function;
    const char *const *names; /* ends with NULL */
    int required;             /* how many of the first must be given */
} signature;
int arguments_parse(const signature *signature, PyObject *const *args, Py_ssize_t count, PyObject *keywords,
                    PyObject **values);
/* True, false, or the default where the value is NULL or None; -1 on failure. */
int argument_flag(PyObject *value, bool initial);

/* The arrays of a list, a tuple or a single NDArray, kept alive until arrays_clear. */
typedef struct arrays {
    PyObject *owner;  /* a tuple */
    nd_array **items; /* NULL where None was allowed and given */
    int count;
} arrays;
int arrays_parse(PyObject *value, const char *what, PyObject *wrong_type, bool none_allowed, arrays *result);
void arrays_clear(arrays *list);

/* Extents from an int or a sequence of ints; returns how many, or -1. */
int extents_parse(PyObject *value, const char *what, int64_t *extents);

/* ------------------------------------------------------------------------- operator.c, args.c, describe.c */

/* An operator under one of its names, and the `self` of its Python function. */
typedef struct Operator {
    PyObject ob_base;
    const nd_op *op;
    const char *name;
    int inputs;       /* or ND_VARIADIC */
    int named_inputs; /* 0 when variadic */
    int parameters;
    PyObject **names;   /* interned: of inputs, then parameters */
    PyMethodDef method; /* owns its ml_name and ml_doc */
    uint32_t optional;  /* a bit for each input that may be left out */
    nd_word *defaults;
} Operator;

int operator_setup(PyObject *module);      /* makes _core.operators */
Operator *operator_find(const char *name); /* borrowed; NULL without an exception if the core lacks it */
/* Signature and documentation as a function called `name`, or as a method whose self is the first input. For free();
 * NULL, without an exception, if memory ran out. */
char *operator_doc(const Operator *self, const char *name, bool as_method);
/* Calls it; `first`, if not NULL, is the first input and comes before args. */
PyObject *operator_invoke(Operator *self, PyObject *first, PyObject *const *args, Py_ssize_t count, PyObject *keywords);
int value_parse(const Operator *self, int parameter, PyObject *value, nd_word *word);
PyObject *describe(PyObject *module, PyObject *name);
PyObject *parameter_value(const nd_param *param, const nd_word *words); /* as Python would write it */

/* Operators that the binding itself calls; NULL if the core lacks one. */
typedef struct used_operators {
    const nd_op *abs, *cast, *identity, *transpose;
} used_operators;
extern used_operators used;

/* An operator of one input into a new array; its first parameter, if it has any, is `first` or, for ND_NONE, as
 * the others at its default. */
nd_array *operator_apply(const nd_op *op, nd_array *input, int64_t first);

/* --------------------------------------------------------------------------- scope.c, custom.c, gradient.c */

int scope_setup(PyObject *module);

PyObject *record_function(PyObject *module, PyObject *const *args, Py_ssize_t count);
const char *custom_name(const nd_step *step); /* the class of a Function; NULL, without an error, for another step */

/* ------------------------------------------------------------------------------------------------ held.c */

/* A Python object that the core holds. What it dropped is let go only when it is no longer at work: see held.c. */
typedef struct held {
    PyObject *object;
    struct held *next;
} held;
extern held *held_dropped;

held *held_new(PyObject *object); /* with a reference of its own; NULL with an exception */
void held_drop(void *self);
void held_drain_now(void);
static inline void held_drain(void) {
    if (held_dropped)
        held_drain_now();
}

/* An array on memory of another library, in row-major order, which `owner` keeps alive; refused if it is not aligned
 * for the dtype. NULL with an exception. */
nd_array *array_on_memory(const nd_spec *spec, nd_context context, void *data, bool read_only, PyObject *owner);

/* Functions of the module, by file. */
extern PyMethodDef module_scope[], module_autograd[], module_tape[], module_creation[], module_indexing[],
    module_context[], module_dtype[], module_runtime[], module_dlpack[];

#endif
