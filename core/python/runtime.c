/* What the core runs on and uses, and its random seed. */
#include "binding.h"

#include <limits.h>

static PyObject *instruction_set(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    return PyUnicode_FromString(nd_instruction_set());
}

static PyObject *use_instruction_set(PyObject *Py_UNUSED(module), PyObject *name) {
    const char *text = PyUnicode_AsUTF8AndSize(name, NULL);
    if (!text)
        return NULL;
    if (nd_use_instruction_set(text) < 0)
        return error_raise();
    Py_RETURN_NONE;
}

static PyObject *set_relaxed_file(PyObject *Py_UNUSED(module), PyObject *path) {
    const char *text = PyUnicode_AsUTF8AndSize(path, NULL);
    if (!text)
        return NULL;
    nd_set_relaxed_file(text);
    Py_RETURN_NONE;
}

static PyObject *bytes_in_use(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    return PyLong_FromLongLong(nd_bytes_in_use());
}

static PyObject *nodes_in_use(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    return PyLong_FromLongLong(nd_nodes_in_use());
}

static PyObject *peak_bytes(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    return PyLong_FromLongLong(nd_peak_bytes());
}

static PyObject *tape_bytes_in_use(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    return PyLong_FromLongLong(nd_tape_bytes_in_use());
}

static PyObject *release_memory(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    nd_release_memory();
    Py_RETURN_NONE;
}

static PyObject *fail_allocation(PyObject *Py_UNUSED(module), PyObject *value) {
    long long n = PyLong_AsLongLong(value);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    nd_fail_allocation(n);
    Py_RETURN_NONE;
}

/* Cut to 32 bits like MXNet's C int, so that any Python int will do. */
static int parse_seed(PyObject *value, int32_t *seed) {
    unsigned long long bits = PyLong_AsUnsignedLongLongMask(value);
    if (bits == (unsigned long long)-1 && PyErr_Occurred())
        return -1;
    *seed = (int32_t)(uint32_t)bits;
    return 0;
}

static PyObject *seed_all(PyObject *Py_UNUSED(module), PyObject *value) {
    int32_t seed;
    if (parse_seed(value, &seed) < 0)
        return NULL;
    if (nd_seed(seed) < 0)
        return error_raise();
    Py_RETURN_NONE;
}

static PyObject *seed_context(PyObject *Py_UNUSED(module), PyObject *value) {
    int32_t seed;
    if (parse_seed(value, &seed) < 0)
        return NULL;
    if (nd_seed_context(seed) < 0)
        return error_raise();
    Py_RETURN_NONE;
}

static PyObject *gpu_count(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    return PyLong_FromLong(nd_gpu_count());
}

static PyObject *gpu_memory_info(PyObject *Py_UNUSED(module), PyObject *value) {
    int64_t available, total;
    long id = PyLong_AsLong(value);
    if (id == -1 && PyErr_Occurred())
        return NULL;
    if (nd_gpu_memory_info(id < 0 || id > INT_MAX ? INT_MAX : (int)id, &available, &total) < 0)
        return error_raise();
    return Py_BuildValue("(LL)", (long long)available, (long long)total);
}

static PyObject *wait_all(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    if (nd_wait() < 0)
        return error_raise();
    Py_RETURN_NONE;
}

PyMethodDef module_runtime[] = {
    {"gpu_count", gpu_count, METH_NOARGS, "gpu_count($module, /)\n--\n\nReturn how many GPUs can be used."},
    {"gpu_memory_info", gpu_memory_info, METH_O,
     "gpu_memory_info($module, number, /)\n--\n\nReturn a GPU's free and total bytes; ContextError if it is not "
     "there."},
    {"wait_all", wait_all, METH_NOARGS, "wait_all($module, /)\n--\n\nWait until the GPUs have done what was asked."},
    {"describe", describe, METH_O,
     "describe($module, name, /)\n--\n\nReturn an operator's row as a dict; KeyError if there is none."},
    {"instruction_set", instruction_set, METH_NOARGS,
     "instruction_set($module, /)\n--\n\nReturn the name of the instruction set that the kernels use."},
    {"use_instruction_set", use_instruction_set, METH_O,
     "use_instruction_set($module, name, /)\n--\n\nUse the kernels of another instruction set; an error if this "
     "machine\n"
     "lacks it."},
    {"set_relaxed_file", set_relaxed_file, METH_O,
     "set_relaxed_file($module, path, /)\n--\n\nSay where the kernels for WebAssembly's relaxed SIMD lie."},
    {"bytes_in_use", bytes_in_use, METH_NOARGS,
     "bytes_in_use($module, /)\n--\n\nReturn the bytes of all array storage alive."},
    {"nodes_in_use", nodes_in_use, METH_NOARGS,
     "nodes_in_use($module, /)\n--\n\nReturn the number of tape nodes alive."},
    {"peak_bytes", peak_bytes, METH_NOARGS,
     "peak_bytes($module, /)\n--\n\nReturn the most bytes of array storage alive since the last such call."},
    {"tape_bytes_in_use", tape_bytes_in_use, METH_NOARGS,
     "tape_bytes_in_use($module, /)\n--\n\nReturn the bytes of all tape nodes alive."},
    {"release_memory", release_memory, METH_NOARGS,
     "release_memory($module, /)\n--\n\nGive memory that is kept for the next arrays back to the system."},
    {"fail_allocation", fail_allocation, METH_O,
     "fail_allocation($module, n, /)\n--\n\nMake the n-th allocation of the core from now fail, for tests; 0: none."},
    {"seed", seed_all, METH_O, "seed($module, seed, /)\n--\n\nSeed the generators of all contexts."},
    {"seed_context", seed_context, METH_O,
     "seed_context($module, seed, /)\n--\n\nSeed the generators as MXNet does when one context is named."},
    {NULL, NULL, 0, NULL},
};
