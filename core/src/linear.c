/* Matrix products: dot and batch_dot, over one kernel. */
#include "array.h"
#include "cast.h"
#include "gpu.h"
#include "multiply.h"
#include "operators.h"
#include "shape.h"
#include "spec.h"

/* dot reads any array as a matrix: the axis to be summed over, and all others. Untransposed that axis is the last one
 * of the left operand and the first of the right; a transpose flag exchanges which. */
typedef struct matrix {
    int64_t others, summed;
    int64_t stride_others, stride_summed;
    bool summed_is_last;
} matrix;

static matrix read_matrix(int ndim, const int64_t *shape, bool summed_is_last) {
    matrix m = {.summed_is_last = summed_is_last};
    m.summed = shape[summed_is_last ? ndim - 1 : 0];
    m.others = summed_is_last ? nd_count(ndim - 1, shape) : nd_count(ndim - 1, shape + 1);
    m.stride_others = summed_is_last ? m.summed : 1;
    m.stride_summed = summed_is_last ? 1 : m.others;
    return m;
}

static bool left_last(const nd_op *op, const nd_word *words) {
    return !nd_int(op, words, 0);
}

static bool right_last(const nd_op *op, const nd_word *words) {
    return nd_int(op, words, 1) != 0;
}

static nd_gemm problem_of(const matrix *left, const matrix *right) {
    return (nd_gemm){
        .m = left->others,
        .n = right->others,
        .k = left->summed,
        .ra = left->stride_others,
        .ca = left->stride_summed,
        .rb = right->stride_summed,
        .cb = right->stride_others,
        .ldc = right->others,
    };
}

/* `count` products of matrices that lie one after another. */
static int run_gemm(const nd_array *a, const nd_array *b, nd_array *out, int64_t count, const matrix *left,
                    const matrix *right) {
    nd_gemm problem = problem_of(left, right);
    problem.a = nd_data(a), problem.b = nd_data(b), problem.c = nd_data(out);
    if (problem.k == 0)
        return nd_clear(out);
    if (nd_on_gpu(out->context))
        return nd_gpu_multiply(out->context, &problem, out->dtype, count);
    return nd_multiply(&problem, out->dtype, count);
}

static int check_floats(const nd_invocation *call) {
    if (nd_same_dtype(call, 0, 1) < 0)
        return -1;
    if (nd_dtype_is_float(call->in[0]->dtype))
        return 0;
    return nd_fail(ND_EDTYPE, "%s: float arrays only, not %s; cast with astype('float32')", call->op->name,
                   nd_dtype_name(call->in[0]->dtype));
}

static int does_not_fit(const nd_invocation *call) {
    return nd_fail(ND_ESHAPE, "%s: shapes %s and %s do not fit%s%s: the axes summed over must have equal extents",
                   call->op->name, nd_array_text(call->in[0]).chars, nd_array_text(call->in[1]).chars,
                   nd_int(call->op, call->words, 0) ? ", transpose_a" : "",
                   nd_int(call->op, call->words, 1) ? ", transpose_b" : "");
}

/* ------------------------------------------------------------------------------------------------- dot */

static void add_others(nd_spec *spec, const nd_array *x, bool summed_is_last) {
    int first = summed_is_last ? 0 : 1;
    for (int i = 0; i < x->ndim - 1; i++)
        spec->shape[spec->ndim++] = x->shape[first + i];
}

int dot_infer(nd_invocation *call) {
    const nd_array *a = call->in[0], *b = call->in[1];
    bool last_a = left_last(call->op, call->words), last_b = right_last(call->op, call->words);
    if (check_floats(call) < 0)
        return -1;
    if (a->ndim == 0 || b->ndim == 0 || a->ndim + b->ndim - 2 > ND_MAX_DIM)
        return does_not_fit(call);
    if (a->shape[last_a ? a->ndim - 1 : 0] != b->shape[last_b ? b->ndim - 1 : 0])
        return does_not_fit(call);
    nd_spec spec = {.dtype = a->dtype};
    add_others(&spec, a, last_a);
    add_others(&spec, b, last_b);
    if (spec.ndim == 0)
        spec = (nd_spec){.dtype = a->dtype, .ndim = 1, .shape = {1}};
    call->spec[0] = spec;
    return nd_checked_size("dot", &spec) < 0 ? -1 : 0;
}

int dot_run(nd_invocation *call) {
    const nd_array *a = call->in[0], *b = call->in[1];
    matrix left = read_matrix(a->ndim, a->shape, left_last(call->op, call->words));
    matrix right = read_matrix(b->ndim, b->shape, right_last(call->op, call->words));
    return call->out[0]->size ? run_gemm(a, b, call->out[0], 1, &left, &right) : 0;
}

/* x as a matrix (rows, columns), recorded if need be. */
static nd_array *as_matrix(nd_array *x, int64_t rows, int64_t columns) {
    int64_t shape[] = {rows, columns};
    return nd_reshape_view(x, shape, 2);
}

static nd_array *product(nd_array *a, nd_array *b, bool transpose_a, bool transpose_b) {
    nd_words words = nd_words_new(ND_OP_dot);
    nd_words_int(&words, ND_OP_dot, 0, transpose_a);
    nd_words_int(&words, ND_OP_dot, 1, transpose_b);
    return nd_apply2(ND_OP_dot, a, b, &words);
}

/* With A (m x k) and B (k x n) read as matrices and G that of the output: dA = G B^T and dB = A^T G; each comes out
 * transposed where its operand lies transposed in memory. */
static nd_array *gradient_of(nd_array *g, nd_array *other, const matrix *mine, const matrix *its, bool left) {
    nd_array *matrix_of_other = as_matrix(other, its->summed_is_last ? its->others : its->summed,
                                          its->summed_is_last ? its->summed : its->others);
    if (!matrix_of_other)
        return NULL;
    bool other_is_kn = left ? !its->summed_is_last : its->summed_is_last; /* untransposed */
    nd_array *result;
    if (left) /* m x k = G (m x n) B^T, or its transpose B G^T */
        result = mine->summed_is_last ? product(g, matrix_of_other, false, other_is_kn)
                                      : product(matrix_of_other, g, !other_is_kn, true);
    else /* k x n = A^T G, or its transpose G^T A */
        result = mine->summed_is_last ? product(g, matrix_of_other, true, !other_is_kn)
                                      : product(matrix_of_other, g, other_is_kn, false);
    nd_array_release(matrix_of_other);
    return result;
}

int dot_gradient(nd_backprop *b) {
    nd_spec spec_a = nd_input_spec(b->node, 0), spec_b = nd_input_spec(b->node, 1);
    matrix left = read_matrix(spec_a.ndim, spec_a.shape, left_last(b->op, b->words));
    matrix right = read_matrix(spec_b.ndim, spec_b.shape, right_last(b->op, b->words));
    nd_array *g = as_matrix(b->g[0], left.others, right.others);
    int status = g ? 0 : -1;
    for (int i = 0; i < 2 && status == 0; i++) {
        if (!nd_wanted(b, i))
            continue;
        nd_array *flat =
            i == 0 ? gradient_of(g, b->in[1], &left, &right, true) : gradient_of(g, b->in[0], &right, &left, false);
        b->into[i] = flat ? nd_reshape_to(flat, i == 0 ? &spec_a : &spec_b) : NULL;
        nd_array_release(flat);
        status = b->into[i] ? 0 : -1;
    }
    nd_array_release(g);
    return status;
}

/* ------------------------------------------------------------------------------------------- batch_dot */

int batch_dot_infer(nd_invocation *call) {
    const nd_array *a = call->in[0], *b = call->in[1];
    bool last_a = left_last(call->op, call->words), last_b = right_last(call->op, call->words);
    if (check_floats(call) < 0)
        return -1;
    if (a->ndim != 3 || b->ndim != 3 || a->shape[0] != b->shape[0] ||
        a->shape[last_a ? 2 : 1] != b->shape[last_b ? 2 : 1])
        return does_not_fit(call);
    call->spec[0] = (nd_spec){
        .dtype = a->dtype, .ndim = 3, .shape = {a->shape[0], a->shape[last_a ? 1 : 2], b->shape[last_b ? 1 : 2]}};
    return nd_checked_size("batch_dot", &call->spec[0]) < 0 ? -1 : 0;
}

int batch_dot_run(nd_invocation *call) {
    const nd_array *a = call->in[0], *b = call->in[1];
    matrix left = read_matrix(2, a->shape + 1, left_last(call->op, call->words));
    matrix right = read_matrix(2, b->shape + 1, right_last(call->op, call->words));
    return call->out[0]->size ? run_gemm(a, b, call->out[0], a->shape[0], &left, &right) : 0;
}

static nd_array *batch_product(nd_array *a, nd_array *b, bool transpose_a, bool transpose_b) {
    nd_words words = nd_words_new(ND_OP_batch_dot);
    nd_words_int(&words, ND_OP_batch_dot, 0, transpose_a);
    nd_words_int(&words, ND_OP_batch_dot, 1, transpose_b);
    return nd_apply2(ND_OP_batch_dot, a, b, &words);
}

int batch_dot_gradient(nd_backprop *b) {
    bool ta = nd_int(b->op, b->words, 0), tb = nd_int(b->op, b->words, 1);
    nd_array *g = b->g[0];
    if (nd_wanted(b, 0) &&
        !(b->into[0] = ta ? batch_product(b->in[1], g, tb, true) : batch_product(g, b->in[1], false, !tb)))
        return -1;
    if (nd_wanted(b, 1) &&
        !(b->into[1] = tb ? batch_product(g, b->in[0], true, ta) : batch_product(b->in[0], g, !ta, false)))
        return -1;
    return 0;
}
