/* Operators that MXNet keeps under contrib, and their like. */
/* clang-format off */

COMPOSED(_contrib_quadratic, "", "data", 1, 1, PARAMS(REAL("a", 0), REAL("b", 0), REAL("c", 0)), quadratic_compose,
   "a x x + b x + c." SHAPES("data (any) -> the same") SAYS("a", "as above") SAYS("b", "as above") SAYS("c", "as above"))
COMPOSED(_contrib_div_sqrt_dim, "", "data", 1, 1, NO_PARAMS, div_sqrt_dim_compose,
   "x divided by the square root of the last extent." SHAPES("data (..., d) -> the same") ERRORS("ShapeError for data without axes"))
CONSTANT(_contrib_isnan, "", "data", 1, 1, NO_PARAMS, isnan_compose,
   "1 where x is nan, else 0." SHAPES("data (any) -> the same"))
CONSTANT(_contrib_isinf, "", "data", 1, 1, NO_PARAMS, isinf_compose,
   "1 where x is infinite, else 0." SHAPES("data (any) -> the same"))
CONSTANT(_contrib_isfinite, "", "data", 1, 1, NO_PARAMS, isfinite_compose,
   "1 where x is neither infinite nor nan, else 0." SHAPES("data (any) -> the same"))
OP(_contrib_allclose, "", "a b", 2, 1, PARAMS(REAL("rtol", 1e-5), REAL("atol", 1e-8), FLAG("equal_nan", 1)), allclose_infer, allclose_run, zero_gradient,
   0, ALL,
   "1 if every |a - b| is at most atol + rtol |b|, else 0." SHAPES("a (any), b (the same) -> ()") ALIKE ERRORS("ShapeError if the shapes differ")
   SAYS("rtol", "relative to b") SAYS("atol", "absolute") SAYS("equal_nan", "nan equals nan"))

OP(_contrib_gradientmultiplier, "", "data", 1, 1, PARAMS(REAL("scalar", 1), FLAG("is_int", 1)), same_infer, copy_run, multiplier_gradient, 0, ALL,
   "A copy of the array; the gradient that comes back is multiplied by the scalar." SHAPES("data (any) -> the same")
   SAYS("is_int", "accepted, without meaning here"))
OP(_contrib_round_ste, "", "data", 1, 1, NO_PARAMS, same_infer, round_ste_run, pass_gradient, 0, FLOATS,
   "x rounded; the gradient passes through as if it were not." SHAPES("data (any) -> the same"))
OP(_contrib_sign_ste, "", "data", 1, 1, NO_PARAMS, same_infer, sign_ste_run, pass_gradient, 0, NUMBERS,
   "The sign of x; the gradient passes through as if it were x." SHAPES("data (any) -> the same"))
OP(make_loss, "", "data", 1, 1, NO_PARAMS, same_infer, copy_run, make_loss_gradient, 0, ALL,
   "A copy of the array whose gradient is 1, whatever comes back." SHAPES("data (any) -> the same"))
OP(MakeLoss, "", "data", 1, 1, PARAMS(REAL("grad_scale", 1), REAL("valid_thresh", 0), CHOICE("normalization", "batch null valid", 1)),
   same_infer, copy_run, make_loss_output_gradient, KEEP_INPUT(0), ALL,
   "A copy of the array whose gradient is grad_scale, whatever comes back, divided by the extent of the first axis (batch) or the number of "
   "elements above valid_thresh (valid)."
   SHAPES("data (any) -> the same") SAYS("grad_scale", "the gradient") SAYS("valid_thresh", "for normalization valid")
   SAYS("normalization", "what the gradient is divided by"))

COMPOSED(amp_cast, "", "data", 1, 1, PARAMS(NEEDED_TYPE("dtype")), amp_cast_compose,
   "Floats in another dtype; other arrays as they are." SHAPES("data (any) -> the same")
   SAYS("dtype", "of the result"))
COMPOSED(amp_multicast, "", "*data", ND_VARIADIC, (int)INT_OF(0), PARAMS(NEEDED_INT("num_outputs"), FLAG("cast_narrow", 0)), amp_multicast_compose,
   "The arrays of floats in the widest dtype among them, or with cast_narrow the narrowest; other arrays as they are."
   SHAPES("arrays (any) -> as many, of the same shapes") SAYS("num_outputs", "how many arrays there are") SAYS("cast_narrow", "the narrowest dtype"))

COMPOSED(_contrib_fft, "", "data", 1, 1, PARAMS(INT("compute_size", 128)), fft_compose,
   "The discrete Fourier transform along the last axis, as pairs of a real and an imaginary part." SHAPES("data (..., d) -> (..., 2 d)") FLOATS_ONLY
   ERRORS("ShapeError for an empty last axis"))
COMPOSED(_contrib_ifft, "", "data", 1, 1, PARAMS(INT("compute_size", 128)), ifft_compose,
   "The real part of the inverse transform of such pairs, times their number." SHAPES("data (..., 2 d) -> (..., d)") FLOATS_ONLY
   ERRORS("ShapeError for a last axis of no pairs"))
COMPOSED(_contrib_count_sketch, "", "data h s", 3, 1, PARAMS(NEEDED_INT("out_dim"), INT("processing_batch_size", 32)), count_sketch_compose,
   "Column i of data added with the sign s[i] to column h[i] of out_dim columns (Charikar and others, 2002)."
   SHAPES("data (n, d), h (1, d), s (1, d) -> (n, out_dim)") DTYPES("all, but one for data and s (else DTypeError)")
   ERRORS("ShapeError if the shapes do not fit, or for an out_dim below 1") SAYS("out_dim", "columns of the result"))

CONSTANT(_contrib_getnnz, "", "data", 1, 1, PARAMS(OPT_INT("axis")), getnnz_compose,
   "How many elements are not 0: in all, or along an axis." SHAPES("data (a, b) -> (1), with axis=1 (a)") DTYPES("all -> int64")
   ERRORS("AxisError if there is no such axis") SAYS("axis", "None: all"))
COMPOSED(_scatter_plus_scalar, "", "data", 1, 1, PARAMS(REAL("scalar", 1)), scatter_plus_compose, "data + scalar."
   SHAPES("data (any) -> the same"))
COMPOSED(_scatter_minus_scalar, "", "data", 1, 1, PARAMS(REAL("scalar", 1)), scatter_minus_compose, "data - scalar."
   SHAPES("data (any) -> the same"))

COMPOSED(_contrib_hawkesll, "", "lda alpha beta state lags marks valid_length max_time", 8, 2, NO_PARAMS, hawkesll_compose,
   "The log-likelihood of events of k kinds, whose intensity lda + alpha beta sum(exp(-beta (t - t_i))) past events of the kind raise (Hawkes, 1971),"
   " and the state in which the process is at max_time."
   SHAPES("lda (n, k), alpha (k), beta (k), state (n, k), lags (n, t), marks (n, t), valid_length (n), max_time (n) -> (n), (n, k)")
   DTYPES("float16, float32, float64, but one for all (else DTypeError); marks and valid_length any")
   ERRORS("ShapeError if the shapes do not fit; BoundsError for a mark that is not below k"))

/* clang-format on */
