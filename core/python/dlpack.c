/* DLPack: arrays shared with other libraries, without a copy, either way.
 *
 * A tensor travels in a capsule, which whoever takes the tensor over renames; from then on the tensor's deleter is the
 * taker's to call. Until then it is the capsule's.
 */
#include "binding.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------- the structures of DLPack 1.0 */

typedef struct tensor {
    void *data;
    struct {
        int32_t type, id;
    } device;
    int32_t ndim;
    struct element_type {
        uint8_t code, bits;
        uint16_t lanes;
    } type;
    int64_t *shape;
    int64_t *strides; /* in elements; may be NULL: row-major */
    uint64_t byte_offset;
} tensor;

typedef struct plain {
    tensor tensor;
    void *manager;
    void (*deleter)(struct plain *self); /* may be NULL */
} plain;

typedef struct versioned {
    struct {
        uint32_t major, minor;
    } version;
    void *manager;
    void (*deleter)(struct versioned *self); /* may be NULL */
    uint64_t flags;
    tensor tensor;
} versioned;

enum { CPU = 1, CUDA = 2, CUDA_HOST = 3 };        /* devices whose memory is ours to read */
enum { READ_ONLY = 1, COPIED = 2 };               /* flags */
enum { SIGNED, UNSIGNED, FLOATING, BOOLEAN = 6 }; /* codes */

static const char *const plain_name = "dltensor", *const used_plain_name = "used_dltensor";
static const char *const versioned_name = "dltensor_versioned", *const used_versioned_name = "used_dltensor_versioned";

static const struct element_type types[ND_DTYPES] = {
    [ND_FLOAT32] = {FLOATING, 32, 1}, [ND_FLOAT64] = {FLOATING, 64, 1}, [ND_FLOAT16] = {FLOATING, 16, 1},
    [ND_UINT8] = {UNSIGNED, 8, 1},    [ND_INT32] = {SIGNED, 32, 1},     [ND_INT8] = {SIGNED, 8, 1},
    [ND_INT64] = {SIGNED, 64, 1},     [ND_BOOL] = {BOOLEAN, 8, 1},
};

/* --------------------------------------------------------------------------------------------------- out */

/* One block for all that a consumer sees. */
typedef struct exported {
    union {
        plain plain;
        versioned versioned;
    };
    int64_t shape[ND_MAX_DIM], strides[ND_MAX_DIM];
    nd_array *array; /* keeps the elements alive */
} exported;

/* On a GPU the memory that changes hands may be at work still, on streams that the other side knows nothing of. A
 * device that fails will say so when it is asked for something next. */
static void settle(bool on_gpu) {
    if (on_gpu)
        nd_wait();
}

/* Called by any library on any thread, and perhaps when Python is gone. */
static void exported_free(exported *self) {
    if (!Py_IsInitialized())
        return;
    PyGILState_STATE state = PyGILState_Ensure();
    settle(self->array->context.device == ND_GPU);
    nd_array_release(self->array);
    free(self);
    held_drain();
    PyGILState_Release(state);
}

static void delete_plain(plain *self) {
    exported_free(self->manager);
}

static void delete_versioned(versioned *self) {
    exported_free(self->manager);
}

/* A capsule that nobody took the tensor from still has to free it. */
static void capsule_free(PyObject *capsule) {
    const char *name = PyCapsule_GetName(capsule);
    if (name == plain_name || name == versioned_name)
        exported_free(PyCapsule_GetPointer(capsule, name));
}

static tensor describe_array(exported *self, const nd_array *array) {
    bool on_gpu = array->context.device == ND_GPU;
    int64_t stride = 1;
    for (int axis = array->ndim - 1; axis >= 0; axis--) {
        self->shape[axis] = array->shape[axis];
        self->strides[axis] = stride;
        stride *= array->shape[axis];
    }
    return (tensor){.data = nd_array_data(array),
                    .device = {on_gpu ? CUDA : CPU, array->context.id},
                    .ndim = array->ndim,
                    .type = types[array->dtype],
                    .shape = self->shape,
                    .strides = self->strides};
}

/* Of the array only the elements are kept, not its place on the tape. */
static exported *new_exported(const nd_array *array) {
    exported *self = malloc(sizeof *self);
    if (!self)
        return PyErr_NoMemory(), NULL;
    self->array = nd_array_detach(array);
    if (self->array)
        return self;
    free(self);
    return error_raise(), NULL;
}

static PyObject *export_array(const nd_array *array, bool with_version, uint64_t flags) {
    exported *self = new_exported(array);
    if (!self)
        return NULL;
    tensor shared = describe_array(self, array);
    if (with_version)
        self->versioned = (versioned){{1, 0}, self, delete_versioned, flags, shared};
    else
        self->plain = (plain){shared, self, delete_plain};
    PyObject *capsule = PyCapsule_New(self, with_version ? versioned_name : plain_name, capsule_free);
    if (!capsule)
        exported_free(self);
    return capsule;
}

/* to_dlpack(array, versioned, write, copied) */
static PyObject *to_dlpack(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count) {
    if (count != 4 || !ndarray_check(args[0]))
        return PyErr_Format(errors.input, "to_dlpack takes an NDArray and three flags");
    nd_array *array = ndarray_of(args[0]);
    bool with_version = args[1] == Py_True, write = args[2] == Py_True;
    if (write && nd_array_begin_write(array) < 0)
        return error_raise();
    if (!with_version && !nd_array_writable(array))
        return PyErr_Format(PyExc_BufferError, "an array on read-only memory can be exported only with "
                                               "max_version=(1, 0), which tells the consumer; or export its copy()");
    uint64_t flags = (nd_array_writable(array) ? 0 : READ_ONLY) | (args[3] == Py_True ? COPIED : 0);
    return export_array(array, with_version, flags);
}

/* ---------------------------------------------------------------------------------------------------- in */

static int dtype_of(struct element_type type) {
    for (int dtype = 0; dtype < ND_DTYPES; dtype++)
        if (memcmp(&types[dtype], &type, sizeof type) == 0)
            return dtype;
    PyErr_Format(errors.dtype,
                 "from_dlpack: no dtype of ndgrad has elements of type code %d with %d bits and %d lanes; convert the "
                 "tensor to float32 first",
                 type.code, type.bits, type.lanes);
    return -1;
}

/* Axes of extent 1 may have any stride, and so may all axes where there is no element. */
static bool row_major(const tensor *given) {
    uint64_t stride = 1;
    bool regular = true;
    for (int axis = given->ndim - 1; axis >= 0 && given->strides; axis--) {
        if (given->shape[axis] == 0)
            return true;
        if (given->shape[axis] != 1 && (uint64_t)given->strides[axis] != stride)
            regular = false;
        stride *= (uint64_t)given->shape[axis];
    }
    return regular;
}

static int read_shape(const tensor *given, nd_spec *spec) {
    if (given->ndim < 0 || given->ndim > ND_MAX_DIM)
        return PyErr_Format(errors.shape, "from_dlpack: a tensor of %d dimensions; arrays have at most %d", given->ndim,
                            ND_MAX_DIM),
               -1;
    for (int axis = 0; axis < given->ndim; axis++) {
        if (given->shape[axis] < 0)
            return PyErr_Format(errors.shape, "from_dlpack: the tensor has a negative extent"), -1;
        spec->shape[axis] = given->shape[axis];
    }
    spec->ndim = (uint8_t)given->ndim;
    return 0;
}

static int read_spec(const tensor *given, nd_spec *spec) {
    int dtype = dtype_of(given->type);
    if (dtype < 0 || read_shape(given, spec) < 0)
        return -1;
    spec->dtype = (uint8_t)dtype;
    if (!row_major(given))
        return PyErr_Format(errors.argument, "from_dlpack: the elements do not lie in row-major order, so that they "
                                             "cannot be shared; pass a contiguous copy of the tensor"),
               -1;
    return 0;
}

/* The host's memory that CUDA knows is the CPU's, whatever its id. */
static int read_context(const tensor *given, nd_context *context) {
    int32_t type = given->device.type, id = given->device.id;
    *context = (nd_context){ND_CPU, 0};
    if (type == CPU || type == CUDA_HOST)
        return 0;
    if (type != CUDA || id < 0 || id > UINT8_MAX)
        return PyErr_Format(
                   errors.context,
                   "from_dlpack: the tensor is on another device (DLPack's type %d, number %d), neither in the "
                   "CPU's memory nor on a GPU of CUDA; copy it there first",
                   type, id),
               -1;
    *context = (nd_context){ND_GPU, (uint8_t)id};
    return 0;
}

static void release_plain(PyObject *owner) {
    plain *managed = PyCapsule_GetPointer(owner, used_plain_name);
    settle(managed->tensor.device.type == CUDA);
    if (managed->deleter)
        managed->deleter(managed);
}

static void release_versioned(PyObject *owner) {
    versioned *managed = PyCapsule_GetPointer(owner, used_versioned_name);
    settle(managed->tensor.device.type == CUDA);
    if (managed->deleter)
        managed->deleter(managed);
}

/* An array on the tensor's elements. It is the owner that lets them go in the end. */
static nd_array *on_tensor(const tensor *given, bool read_only, PyObject *owner) {
    nd_spec spec;
    nd_context context;
    if (read_context(given, &context) < 0 || read_spec(given, &spec) < 0)
        return NULL;
    char *data = given->data ? (char *)given->data + given->byte_offset : NULL;
    return array_on_memory(&spec, context, data, read_only, owner);
}

/* Only when nothing can fail any more is the tensor taken out of its capsule; before, the capsule still frees it. */
static PyObject *take_over(PyObject *capsule, const tensor *given, bool read_only, const char *used_name,
                           PyCapsule_Destructor release) {
    PyObject *owner = PyCapsule_New(PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule)), used_name, NULL);
    nd_array *array = owner ? on_tensor(given, read_only, owner) : NULL;
    if (array) {
        PyCapsule_SetName(capsule, used_name);
        PyCapsule_SetDestructor(owner, release);
    }
    Py_XDECREF(owner);
    held_drain();
    return array ? ndarray_wrap(array) : NULL;
}

static PyObject *from_capsule(PyObject *Py_UNUSED(module), PyObject *capsule) {
    if (PyCapsule_IsValid(capsule, plain_name)) {
        const plain *managed = PyCapsule_GetPointer(capsule, plain_name);
        return take_over(capsule, &managed->tensor, false, used_plain_name, release_plain);
    }
    if (!PyCapsule_IsValid(capsule, versioned_name))
        return PyErr_Format(errors.input,
                            "from_dlpack takes an object with __dlpack__, or a DLPack capsule that has "
                            "not been consumed, not %.80R",
                            capsule);
    const versioned *managed = PyCapsule_GetPointer(capsule, versioned_name);
    if (managed->version.major != 1)
        return PyErr_Format(errors.argument, "from_dlpack: a tensor of DLPack %u; ndgrad knows DLPack 1",
                            managed->version.major);
    return take_over(capsule, &managed->tensor, managed->flags & READ_ONLY, used_versioned_name, release_versioned);
}

/* precede(array, stream) */
static PyObject *precede(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count) {
    if (count != 2 || !ndarray_check(args[0]))
        return PyErr_Format(errors.input, "precede takes an NDArray and a stream's address");
    void *stream = PyLong_AsVoidPtr(args[1]);
    if (PyErr_Occurred())
        return NULL;
    if (nd_gpu_precede(ndarray_of(args[0])->context.id, stream) < 0)
        return error_raise();
    Py_RETURN_NONE;
}

PyMethodDef module_dlpack[] = {
    {"to_dlpack", (PyCFunction)(void (*)(void))to_dlpack, METH_FASTCALL,
     "to_dlpack($module, array, versioned, write, copied, /)\n--\n\nA capsule with the array's elements."},
    {"precede", (PyCFunction)(void (*)(void))precede, METH_FASTCALL,
     "precede($module, array, stream, /)\n--\n\nMake a stream of CUDA's wait for what was asked of the array's GPU."},
    {"from_capsule", from_capsule, METH_O,
     "from_capsule($module, capsule, /)\n--\n\nThe array on the elements of a capsule's tensor."},
    {NULL, NULL, 0, NULL},
};
