/* Arrays made from parameters alone. */
/* clang-format off */

OP(_zeros, "", "", 0, 1, PARAMS(NEEDED_SHAPE("shape"), TYPE_IS("dtype", ND_FLOAT32)), shape_infer, zeros_run, zero_gradient, 0, ALL,
   "Zeros." SHAPES("-> shape") DTYPES("all") ERRORS("ShapeError for a negative extent or more than 8 axes"))
OP(_ones, "", "", 0, 1, PARAMS(NEEDED_SHAPE("shape"), TYPE_IS("dtype", ND_FLOAT32)), shape_infer, ones_run, zero_gradient, 0, ALL,
   "Ones." SHAPES("-> shape") ERRORS("ShapeError for a negative extent or more than 8 axes"))
OP(_full, "", "", 0, 1, PARAMS(NEEDED_SHAPE("shape"), TYPE_IS("dtype", ND_FLOAT32), NEEDED_REAL("value")), shape_infer, full_run, zero_gradient,
   0, ALL,
   "One value everywhere." SHAPES("-> shape") ERRORS("ShapeError for a negative extent or more than 8 axes")
   SAYS("value", "the value"))
OP(_eye, "", "", 0, 1, PARAMS(NEEDED_INT("N"), INT("M", 0), INT("k", 0), TYPE_IS("dtype", ND_FLOAT32)), eye_infer, eye_run, zero_gradient,
   0, ALL,
   "N x M (0: N x N) with ones on the k-th diagonal and zeros elsewhere." SHAPES("-> (N, M)")
   ERRORS("ShapeError for a negative extent") SAYS("N", "rows") SAYS("M", "columns")
   SAYS("k", "how far above the main diagonal"))
OP(_arange, "", "", 0, 1, PARAMS(NEEDED_REAL("start"), OPT_REAL("stop"), REAL("step", 1), INT("repeat", 1), FLAG("infer_range", 0),
   TYPE_IS("dtype", ND_FLOAT32)), arange_infer, arange_run, zero_gradient, 0, ALL,
   "start, start + step, ... before stop, each `repeat` times." SHAPES("-> (repeat ceil((stop - start) / step))")
   ERRORS("ArgumentError for ends that are not finite, a step of 0 or a repeat below 1")
   SAYS("start", "first number; without stop it is 0, and this the stop") SAYS("stop", "before which the numbers end")
   SAYS("step", "from number to number") SAYS("repeat", "how often each comes"))

OP(_linspace, "", "", 0, 1, PARAMS(NEEDED_REAL("start"), NEEDED_REAL("stop"), NEEDED_INT("num"), FLAG("endpoint", 1), TYPE_IS("dtype", ND_FLOAT32)),
   linspace_infer, linspace_run, zero_gradient, 0, ALL,
   "`num` numbers at equal distances from start to stop, or to one step before it." SHAPES("-> (num)")
   ERRORS("ShapeError for a negative num") SAYS("start", "first number") SAYS("stop", "the end")
   SAYS("num", "how many") SAYS("endpoint", "the last one is stop"))
OP(_zeros_without_dtype, "", "", 0, 1, PARAMS(SHAPE("shape", ND_NONE), INT("dtype", -1)), zeros_without_dtype_infer, zeros_run, zero_gradient,
   0, ALL,
   "Zeros; the dtype is MXNet's number of it, -1 for float32." SHAPES("-> shape")
   ERRORS("ShapeError for a negative extent or more than 8 axes") SAYS("dtype", "as above"))

/* clang-format on */
