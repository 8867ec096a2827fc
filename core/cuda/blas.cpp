#include "blas.h"

#include <dlfcn.h>
#include <limits.h>
#include <mutex>
#include <stdlib.h>
#include <string.h>

/* As much of cuBLAS's interface as is used, which has been the same since its second version. */
typedef struct cublasContext *handle;
enum { SUCCESS = 0, ALLOC_FAILED = 3, PLAIN = 0, TRANSPOSED = 1, MATH_TF32 = 3 };

template <class T>
using multiply_function = int(handle, int, int, int, int, int, const T *, const T *, int, long long, const T *, int,
                              long long, const T *, T *, int, long long, int);

enum { MOST_DEVICES = 64 };
static struct {
    std::once_flag opened;
    int (*create)(handle *);
    int (*set_math)(handle, int);
    multiply_function<float> *multiply_f32;
    multiply_function<double> *multiply_f64;
    handle handles[MOST_DEVICES];
} blas;

/* This library's RUNPATH leads to where nvidia-cublas lies beside ndgrad. */
static void open_blas() {
    void *library = NULL;
    for (const char *name : {"libcublas.so.13", "libcublas.so.12", "libcublas.so"})
        if (!library)
            library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return;
    blas.multiply_f32 = (multiply_function<float> *)dlsym(library, "cublasSgemmStridedBatched");
    blas.multiply_f64 = (multiply_function<double> *)dlsym(library, "cublasDgemmStridedBatched");
    blas.set_math = (int (*)(handle, int))dlsym(library, "cublasSetMathMode");
    if (blas.multiply_f32 && blas.multiply_f64 && blas.set_math)
        blas.create = (int (*)(handle *))dlsym(library, "cublasCreate_v2");
}

/* By MXNet's name: float32 may be multiplied with 10 bits of its fraction, by what multiplies matrices fastest. */
static bool may_convert() {
    const char *text = getenv("MXNET_CUDA_TENSOR_OP_MATH_ALLOW_CONVERSION");
    return text && strcmp(text, "1") == 0;
}

static handle make_handle() {
    handle made;
    if (blas.create(&made) != SUCCESS)
        return NULL;
    if (may_convert())
        blas.set_math(made, MATH_TF32);
    return made;
}

static handle handle_of(int id) {
    std::call_once(blas.opened, open_blas);
    if (!blas.create || id >= MOST_DEVICES)
        return NULL;
    if (!blas.handles[id])
        blas.handles[id] = make_handle();
    return blas.handles[id];
}

/* A matrix of rows and columns by its strides: cuBLAS reads columns that lie in one piece. */
struct operand {
    int transposed;
    int64_t leading;
};
static bool read_operand(int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride, operand *o) {
    if (column_stride == 1 && (row_stride >= columns || rows == 1))
        *o = {PLAIN, row_stride > columns ? row_stride : columns};
    else if (row_stride == 1 && (column_stride >= rows || columns == 1))
        *o = {TRANSPOSED, column_stride > rows ? column_stride : rows};
    else
        return false;
    return o->leading <= INT_MAX;
}

/* Row by row our c is cuBLAS's c transposed, so that it multiplies b by a. */
template <class T>
static int multiply(multiply_function<T> *function, handle h, const nd_gemm *g, operand a, operand b, int64_t count) {
    const T factor = g->negative ? -1 : 1, start = g->add ? 1 : 0;
    const int status = function(h, b.transposed, a.transposed, (int)g->n, (int)g->m, (int)g->k, &factor, (const T *)g->b,
                                (int)b.leading, g->apart_b, (const T *)g->a, (int)a.leading, g->apart_a, &start,
                                (T *)g->c, (int)g->ldc, g->apart_c, (int)count);
    return status == SUCCESS ? ND_GPU_DONE : status == ALLOC_FAILED ? ND_GPU_FULL : ND_GPU_REFUSED;
}

int nd_blas_multiply(int id, const nd_gemm *g, int dtype, int64_t count) {
    operand a, b;
    const bool tables = g->rows_a || g->columns_a || g->rows_b || g->columns_b;
    const bool fits = g->m <= INT_MAX && g->n <= INT_MAX && g->k <= INT_MAX && g->ldc <= INT_MAX && count <= INT_MAX;
    handle h = tables || !fits ? NULL : handle_of(id);
    if (!h || !read_operand(g->m, g->k, g->ra, g->ca, &a) || !read_operand(g->k, g->n, g->rb, g->cb, &b))
        return ND_BLAS_CANNOT;
    if (dtype == ND_FLOAT32)
        return multiply(blas.multiply_f32, h, g, a, b, count);
    return multiply(blas.multiply_f64, h, g, a, b, count);
}
