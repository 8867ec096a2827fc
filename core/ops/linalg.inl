/* Linear algebra on batches of matrices: mx.nd.linalg. */
/* clang-format off */

COMPOSED(_linalg_gemm, "linalg_gemm", "A B C", 3, 1, PARAMS(FLAG("transpose_a", 0), FLAG("transpose_b", 0), REAL("alpha", 1), REAL("beta", 1), INT("axis", -2)),
   gemm_compose,
   "alpha A B + beta C for matrices in the last two axes, or with their rows along `axis`."
   SHAPES("A (..., m, k), B (..., k, n), C (..., m, n) -> (..., m, n); transposed A (..., k, m), B (..., n, k)") FLOATS_ALIKE
   ERRORS("ShapeError if the shapes do not fit; AxisError for an axis that is not there, or the last") SAYS("alpha", "as above")
   SAYS("beta", "as above") SAYS("axis", "that of the matrices' rows"))
COMPOSED(_linalg_gemm2, "linalg_gemm2", "A B", 2, 1, PARAMS(FLAG("transpose_a", 0), FLAG("transpose_b", 0), REAL("alpha", 1), INT("axis", -2)),
   gemm2_compose,
   "alpha A B for matrices in the last two axes, or with their rows along `axis`."
   SHAPES("A (..., m, k), B (..., k, n) -> (..., m, n); transposed A (..., k, m), B (..., n, k)") FLOATS_ALIKE
   ERRORS("ShapeError if the shapes do not fit; AxisError for an axis that is not there, or the last") SAYS("alpha", "as above")
   SAYS("axis", "that of the matrices' rows"))
COMPOSED(_linalg_syrk, "linalg_syrk", "A", 1, 1, PARAMS(FLAG("transpose", 0), REAL("alpha", 1)), syrk_compose,
   "alpha A A^T, or with transpose alpha A^T A." SHAPES("A (..., m, n) -> (..., m, m), or with transpose (..., n, n)") FLOATS_ONLY
   ERRORS("ShapeError for fewer than two axes") SAYS("transpose", "as above") SAYS("alpha", "as above"))
COMPOSED(_linalg_trmm, "linalg_trmm", "A B", 2, 1, PARAMS(FLAG("transpose", 0), FLAG("rightside", 0), FLAG("lower", 1), REAL("alpha", 1)),
   trmm_compose,
   "alpha A B, or with rightside alpha B A, for a triangular A; what lies beyond its triangle is not read."
   SHAPES("A (..., m, m), B (..., m, n) -> (..., m, n); rightside B (..., n, m) -> (..., n, m)") FLOATS_ALIKE
   ERRORS("ShapeError unless A holds square matrices that fit B") SAYS("transpose", "transpose A") SAYS("rightside", "as above")
   SAYS("lower", "A is lower triangular, else upper") SAYS("alpha", "as above"))
OP(_linalg_trsm, "linalg_trsm", "A B", 2, 1, PARAMS(FLAG("transpose", 0), FLAG("rightside", 0), FLAG("lower", 1), REAL("alpha", 1)),
   trsm_infer, trsm_run, trsm_gradient, KEEP_INPUT(0) | KEEP_OUTPUT, DOUBLES,
   "Solves A X = alpha B, or with rightside X A = alpha B, for a triangular A; what lies beyond its triangle is not read. A zero on the diagonal gives inf."
   SHAPES("A (..., m, m), B (..., m, n) -> (..., m, n); rightside B (..., n, m) -> (..., n, m)") FLOATS_ALIKE
   ERRORS("ShapeError unless A holds square matrices that fit B") SAYS("transpose", "transpose A")
   SAYS("rightside", "as above") SAYS("lower", "A is lower triangular, else upper") SAYS("alpha", "as above"))
OP(_linalg_potrf, "linalg_potrf", "A", 1, 1, NO_PARAMS, square_infer, potrf_run, potrf_gradient, KEEP_OUTPUT, DOUBLES,
   "The lower triangular L with L L^T = A, for symmetric positive definite A (Cholesky); the lower triangle is read."
   SHAPES("A (..., n, n) -> the same") FLOATS_ONLY ERRORS("ShapeError unless A holds square matrices; ArgumentError if one is not positive definite"))
COMPOSED(_linalg_potri, "linalg_potri", "A", 1, 1, NO_PARAMS, potri_compose,
   "The inverse of A A^T for a lower triangular A, as potrf gives it." SHAPES("A (..., n, n) -> the same") FLOATS_ONLY
   ERRORS("ShapeError unless A holds square matrices; ArgumentError for a zero on the diagonal"))
OP(_linalg_inverse, "linalg_inverse", "A", 1, 1, NO_PARAMS, square_infer, inverse_run, inverse_gradient, KEEP_OUTPUT, DOUBLES,
   "The inverse of square matrices." SHAPES("A (..., n, n) -> the same") FLOATS_ONLY
   ERRORS("ShapeError unless A holds square matrices; ArgumentError if one is singular"))
OP(_inverse_or_zeros, "", "A", 1, 1, NO_PARAMS, square_infer, inverse_or_zeros_run, inverse_gradient, KEEP_OUTPUT, DOUBLES,
   "The inverse of square matrices, zeros of singular ones: what the gradients of determinants need.")
OP(_linalg_det, "linalg_det", "A", 1, 1, NO_PARAMS, det_infer, det_run, det_gradient, KEEP_INPUT(0) | KEEP_OUTPUT, DOUBLES,
   "The determinants of square matrices." SHAPES("A (..., n, n) -> (...), or (1) of a single matrix") FLOATS_ONLY
   ERRORS("ShapeError unless A holds square matrices"))
OP(_linalg_slogdet, "linalg_slogdet", "A", 1, 2, NO_PARAMS, det_infer, slogdet_run, slogdet_gradient, KEEP_INPUT(0), DOUBLES,
   "The signs of determinants, and the logarithms of their absolute values."
   SHAPES("A (..., n, n) -> (...) and (...), or (1) and (1) of a single matrix") FLOATS_ONLY ERRORS("ShapeError unless A holds square matrices"))
OP(_linalg_gelqf, "linalg_gelqf", "A", 1, 2, NO_PARAMS, gelqf_infer, gelqf_run, gelqf_gradient, KEEP_OUTPUT_AT(0) | KEEP_OUTPUT_AT(1), DOUBLES,
   "Q and L with A = L Q: Q has orthonormal rows, L is lower triangular; for matrices that are not higher than wide."
   SHAPES("A (..., m, n), m <= n -> Q (..., m, n), L (..., m, m)") FLOATS_ONLY
   ERRORS("ShapeError unless A holds matrices that are not higher than wide"))
OP(_linalg_syevd, "", "A", 1, 2, NO_PARAMS, syevd_infer, syevd_run, syevd_gradient, KEEP_OUTPUT_AT(0) | KEEP_OUTPUT_AT(1), DOUBLES,
   "U and L with A = U^T diag(L) U for symmetric A: the rows of U are eigenvectors, L their eigenvalues, ascending. The lower triangle is "
   "read."
   SHAPES("A (..., n, n) -> U (..., n, n), L (..., n)") FLOATS_ONLY
   ERRORS("ShapeError unless A holds square matrices; ArgumentError if the eigenvalues do not converge"))
OP(_linalg_svd, "", "A", 1, 3, NO_PARAMS, svd_infer, svd_run, svd_gradient,
   KEEP_OUTPUT_AT(0) | KEEP_OUTPUT_AT(1) | KEEP_OUTPUT_AT(2), DOUBLES,
   "UT, L and V with A = UT diag(L) V: UT is orthogonal, V has orthonormal rows, L descends; for matrices that are not higher than wide."
   SHAPES("A (..., m, n), m <= n -> UT (..., m, m), L (..., m), V (..., m, n)") FLOATS_ONLY
   ERRORS("ShapeError unless A holds matrices that are not higher than wide"))
COMPOSED(_linalg_sumlogdiag, "linalg_sumlogdiag", "A", 1, 1, NO_PARAMS, sumlogdiag_compose,
   "The sum of the logarithms of the diagonal." SHAPES("A (..., n, n) -> (...), or (1) of a single matrix") FLOATS_ONLY
   ERRORS("ShapeError unless A holds square matrices"))
OP(_linalg_extractdiag, "linalg_extractdiag", "A", 1, 1, PARAMS(INT("offset", 0)), extract_infer, extract_run, extract_gradient, 0, ALL,
   "The diagonal of square matrices, or the one `offset` above it." SHAPES("A (..., n, n) -> (..., n - |offset|)") FLOATS_ONLY
   ERRORS("ShapeError unless A holds square matrices; ArgumentError for an offset beyond them") SAYS("offset", "which; negative ones lie below"))
OP(_linalg_makediag, "linalg_makediag", "A", 1, 1, PARAMS(INT("offset", 0)), make_infer, make_run, make_gradient, 0, ALL,
   "Square matrices with these diagonals, `offset` above the main one." SHAPES("A (..., n) -> (..., n + |offset|, n + |offset|)") FLOATS_ONLY
   ERRORS("ShapeError unless A has 1 to 7 axes; ArgumentError for an offset that is too large") SAYS("offset", "which; negative ones lie below"))
OP(_linalg_extracttrian, "linalg_extracttrian", "A", 1, 1, PARAMS(INT("offset", 0), FLAG("lower", 1)), extract_infer, extract_run, extract_gradient, 0, ALL,
   "The lower or upper triangle of square matrices as a vector; with an offset, what lies on that diagonal and beyond."
   SHAPES("A (..., n, n) -> (..., k (k + 1) / 2), k = n - |offset|") FLOATS_ONLY
   ERRORS("ShapeError unless A holds square matrices; ArgumentError for an offset beyond them")
   SAYS("offset", "where the triangle begins; above 0 it is the upper, below the lower one") SAYS("lower", "for an offset of 0"))
OP(_linalg_maketrian, "linalg_maketrian", "A", 1, 1, PARAMS(INT("offset", 0), FLAG("lower", 1)), make_infer, make_run, make_gradient, 0, ALL,
   "Square matrices with these triangles: what extracttrian undoes." SHAPES("A (..., k (k + 1) / 2) -> (..., n, n), n = k + |offset|") FLOATS_ONLY
   ERRORS("ShapeError unless the last axis fills a triangle, and there are 1 to 7 axes; ArgumentError for an offset that is too large")
   SAYS("offset", "where the triangle begins; above 0 it is the upper, below the lower one") SAYS("lower", "for an offset of 0"))
OP(_triangle, "", "data", 1, 1, PARAMS(FLAG("lower", 1), INT("offset", 0)), triangle_infer, triangle_run, triangle_gradient, 0, ALL,
   "The matrices with zeros above the diagonal `offset` (or below it, with lower=False).")

/* clang-format on */
