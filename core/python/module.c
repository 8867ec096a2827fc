/* The module ndgrad._core: the C core as Python sees it. */
#include "binding.h"

static int add_functions(PyObject *module) {
    PyMethodDef *const tables[] = {module_creation, module_indexing, module_autograd, module_scope, module_context,
                                   module_dtype,    module_runtime,  module_dlpack,   module_tape};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        if (PyModule_AddFunctions(module, tables[i]) < 0)
            return -1;
    return 0;
}

static void *let_go(void) {
    return PyEval_SaveThread();
}

static void take_back(void *held) {
    PyEval_RestoreThread(held);
}

static int set_up(PyObject *module) {
    nd_set_outer_lock((nd_outer_lock){let_go, take_back});
    if (error_setup() < 0 || operator_setup(module) < 0 || binary_setup(module) < 0)
        return -1;
    if (ndarray_setup(module) < 0 || scope_setup(module) < 0)
        return -1;
    return add_functions(module);
}

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "ndgrad._core",
    .m_doc = "The C core of ndgrad. Private: use ndgrad.nd and ndgrad.autograd.",
    .m_size = -1, /* static state: one interpreter */
};

PyMODINIT_FUNC PyInit__core(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && set_up(module) < 0)
        Py_CLEAR(module);
    return module;
}
