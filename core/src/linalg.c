#include "linalg.h"

static nd_array *with_two(nd_scope *s, nd_op_id op, nd_array *a, nd_array *b, const nd_words *words) {
    nd_array *in[] = {a, b};
    return nd_do(s, op, in, 2, words);
}

nd_array *nd_do_flip(nd_scope *s, nd_array *x) {
    nd_words words = nd_words_new(ND_OP_SwapAxis);
    nd_words_int(&words, ND_OP_SwapAxis, 0, -2);
    nd_words_int(&words, ND_OP_SwapAxis, 1, -1);
    return nd_do_with(s, ND_OP_SwapAxis, x, &words);
}

nd_array *nd_do_product(nd_scope *s, nd_array *a, nd_array *b, bool flip_a, bool flip_b) {
    nd_words words = nd_words_new(ND_OP__linalg_gemm2);
    nd_words_int(&words, ND_OP__linalg_gemm2, 0, flip_a);
    nd_words_int(&words, ND_OP__linalg_gemm2, 1, flip_b);
    return with_two(s, ND_OP__linalg_gemm2, a, b, &words);
}

nd_array *nd_do_triangle(nd_scope *s, nd_array *x, bool lower, int64_t offset) {
    nd_words words = nd_words_new(ND_OP__triangle);
    nd_words_int(&words, ND_OP__triangle, 0, lower);
    nd_words_int(&words, ND_OP__triangle, 1, offset);
    return nd_do_with(s, ND_OP__triangle, x, &words);
}

nd_array *nd_do_solve(nd_scope *s, nd_array *a, nd_array *b, bool flip, bool right, bool lower) {
    nd_words words = nd_words_new(ND_OP__linalg_trsm);
    nd_words_int(&words, ND_OP__linalg_trsm, 0, flip);
    nd_words_int(&words, ND_OP__linalg_trsm, 1, right);
    nd_words_int(&words, ND_OP__linalg_trsm, 2, lower);
    return with_two(s, ND_OP__linalg_trsm, a, b, &words);
}

nd_array *nd_do_mirrored(nd_scope *s, nd_array *x) {
    nd_array *lower = nd_do_triangle(s, x, true, 0), *below = nd_do_triangle(s, x, true, -1);
    return nd_do2(s, ND_OP_add, lower, nd_do_flip(s, below));
}

/* A vector for each matrix, as its only row or its only column. */
static nd_array *with_axis(nd_scope *s, nd_array *vector, int64_t axis) {
    nd_words words = nd_words_new(ND_OP_expand_dims);
    nd_words_int(&words, ND_OP_expand_dims, 0, axis);
    return nd_do_with(s, ND_OP_expand_dims, vector, &words);
}

nd_array *nd_do_scale_rows(nd_scope *s, nd_array *x, nd_array *by) {
    return nd_do2(s, ND_OP_mul, x, with_axis(s, by, -1));
}

nd_array *nd_do_scale_columns(nd_scope *s, nd_array *x, nd_array *by) {
    return nd_do2(s, ND_OP_mul, x, with_axis(s, by, -2));
}

nd_array *nd_do_differences(nd_scope *s, nd_array *x) {
    return nd_do2(s, ND_OP_sub, with_axis(s, x, -1), with_axis(s, x, -2));
}

nd_array *nd_do_reciprocal_or_zero(nd_scope *s, nd_array *x) {
    nd_array *is_zero = nd_do_scalar(s, ND_OP_equal_scalar, x, 0);
    return nd_do2(s, ND_OP_sub, nd_do1(s, ND_OP_reciprocal, nd_do2(s, ND_OP_add, x, is_zero)), is_zero);
}
