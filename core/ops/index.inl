/* Slices and indices, and the scatters that are their gradients. */
/* clang-format off */

OP(slice, "crop", "data", 1, 1, PARAMS(NEEDED_SHAPE("begin"), NEEDED_SHAPE("end"), SHAPE("step", 0)),
   slice_infer, slice_run, slice_gradient, 0, ALL,
   "data[begin:end:step] for each of the leading axes." SHAPES("data (a, b, ...) -> (ceil((end - begin) / step), ..., what is not sliced)")
   ERRORS("AxisError for more ranges than axes; ArgumentError for a step of 0. Ranges are clipped to the array"))
OP(slice_axis, "", "data", 1, 1, PARAMS(NEEDED_INT("axis"), NEEDED_INT("begin"), OPT_INT("end")),
   slice_axis_infer, slice_run, slice_gradient, 0, ALL,
   "data[begin:end] along one axis." SHAPES("data (a, b, c) -> (a, end - begin, c)")
   ERRORS("AxisError if data has no such axis. The range is clipped to the array") SAYS("begin", "first index; negative ones count from the end")
   SAYS("end", "index before which it ends; None: at the end"))
OP(_slice_scatter, "", "data", 1, 1, PARAMS(SHAPE("begin", 0), SHAPE("step", 0), SHAPE("shape", 0)),
   slice_scatter_infer, slice_scatter_run, slice_scatter_gradient, 0, ALL,
   "Zeros of the shape with data written to [begin::step]: the gradient of slice.")
OP(take, "", "a indices", 2, 1, PARAMS(INT("axis", 0), CHOICE("mode", "clip raise wrap", 0)), take_infer, take_run, take_gradient,
   KEEP_INPUT(1), ALL,
   "The slices of a at the indices along an axis. Indices are cut to whole numbers; negative ones count from the end only in mode wrap."
   SHAPES("a (p, q, r), indices (i, j) -> (p, i, j, r) with axis 1") DTYPES("all, for a and for the indices; the result's is that of a")
   ERRORS("AxisError if a has no such axis; BoundsError for an index beyond the ends in mode raise, or if there is nothing to take")
   SAYS("mode", "what becomes of indices beyond the ends: the nearest one, BoundsError, or counting on from the other end"))
OP(_take_scatter, "", "data indices", 2, 1, PARAMS(INT("axis", 0), CHOICE("mode", "clip raise wrap", 0), SHAPE("shape", 0)),
   take_scatter_infer, take_scatter_run, take_scatter_gradient, KEEP_INPUT(1), NUMBERS,
   "Zeros of the shape with the slices of data added at the indices: the gradient of take.")
OP(gather_nd, "", "data indices", 2, 1, NO_PARAMS, gather_infer, gather_run, gather_gradient, KEEP_INPUT(1), ALL,
   "data[indices[0], indices[1], ...]: each column of indices chooses an element, or a slice. Negative ones count from the end."
   SHAPES("data (a_1, ..., a_m, ...), indices (m, i, j) -> (i, j, ...)") DTYPES("all, for data and for the indices; the result's is that of data")
   ERRORS("ShapeError if indices is longer than data has axes; BoundsError for an index that is not there"))
OP(_gather_scatter, "_backward_gather_nd", "data indices", 2, 1, PARAMS(SHAPE("shape", 0)), gather_scatter_infer, gather_scatter_run,
   gather_scatter_gradient, KEEP_INPUT(1), NUMBERS, "Zeros of the shape with data added at the indices: the gradient of gather_nd.")
OP(scatter_nd, "", "data indices", 2, 1, PARAMS(NEEDED_SHAPE("shape")), gather_scatter_infer, gather_scatter_run,
   gather_scatter_gradient, KEEP_INPUT(1), ALL,
   "Zeros of the shape with data at the indices; where one comes twice, the last."
   SHAPES("data (i, j, ...), indices (m, i, j) -> shape (a_1, ..., a_m, ...)")
   DTYPES("all, for data and for the indices; the result's is that of data")
   ERRORS("ShapeError if data does not fit; BoundsError for an index that is not there"))
OP(_scatter_set_nd, "", "lhs rhs indices", 3, 1, PARAMS(NEEDED_SHAPE("shape")), scatter_set_infer, scatter_set_run, scatter_set_gradient,
   KEEP_INPUT(2), ALL,
   "lhs with rhs at the indices; the shape is that of lhs." SHAPES("lhs (a_1, ..., a_m, ...), rhs (i, j, ...), indices (m, i, j) -> that of lhs")
   DTYPES("all, but one for lhs and rhs (else DTypeError)") ERRORS("ShapeError if rhs does not fit; BoundsError for an index that is not there"))
OP(_slice_assign, "_crop_assign", "lhs rhs", 2, 1, PARAMS(NEEDED_SHAPE("begin"), NEEDED_SHAPE("end"), SHAPE("step", 0)),
   slice_assign_infer, slice_assign_run, slice_assign_gradient, 0, ALL,
   "lhs with rhs at [begin:end:step]." SHAPES("lhs (a, b, ...), rhs (that of the slice) -> that of lhs") ALIKE
   ERRORS("ShapeError if rhs does not fit; AxisError for more ranges than axes; ArgumentError for a step of 0"))
OP(_slice_assign_scalar, "_crop_assign_scalar", "data", 1, 1,
   PARAMS(REAL("scalar", 0), NEEDED_SHAPE("begin"), NEEDED_SHAPE("end"), SHAPE("step", 0)), slice_assign_scalar_infer,
   slice_assign_scalar_run, slice_assign_scalar_gradient, 0, ALL,
   "data with the scalar at [begin:end:step]." SHAPES("data (any) -> the same")
   ERRORS("AxisError for more ranges than axes; ArgumentError for a step of 0"))
OP(_ravel_multi_index, "ravel_multi_index", "data", 1, 1, PARAMS(SHAPE("shape", 0)), ravel_infer, ravel_run, zero_gradient, 0, ALL,
   "The columns of data, indices into the shape, as indices into the flattened shape." SHAPES("data (ndim of the shape, ...) -> (...)")
   ERRORS("ArgumentError without a shape; ShapeError if data does not fit it, or an extent is below 1") SAYS("shape", "that is indexed"))
OP(_unravel_index, "unravel_index", "data", 1, 1, PARAMS(SHAPE("shape", 0)), unravel_infer, unravel_run, zero_gradient, 0, ALL,
   "Indices into the flattened shape as columns of indices into the shape." SHAPES("data (...) -> (ndim of the shape, ...)")
   ERRORS("ArgumentError without a shape; ShapeError for an extent below 1, or data of 8 axes") SAYS("shape", "that is indexed"))
OP(_histogram, "", "data ?bins", 2, 2, PARAMS(OPT_INT("bin_cnt"), REALS("range")), histogram_infer, histogram_run, zero_gradient, 0, ALL,
   "How many elements lie between edges, as int64, and the edges: bins, or bin_cnt equal parts of the range."
   SHAPES("data (any), bins (n + 1) -> (n), (n + 1)")
   ERRORS("ArgumentError unless there are bins, or a bin_cnt and a range; ShapeError if bins are not on one axis, two edges at least, of the dtype "
   "of data")
   SAYS("bin_cnt", "how many equal bins") SAYS("range", "low and high"))
OP(pick, "choose_element_0index", "data index", 2, 1, PARAMS(OPT_INT_IS("axis", -1), FLAG("keepdims", 0), CHOICE("mode", "clip wrap", 0)),
   pick_infer, pick_run, pick_gradient, KEEP_INPUT(1), ALL,
   "One element along the axis for each index." SHAPES("data (a, b, c), index (a, c) or (a, 1, c) -> (a, c), or (a, 1, c) if keepdims, with axis 1")
   DTYPES("all, for data and for the index; the result's is that of data")
   ERRORS("AxisError if data has no such axis; ShapeError if index does not fit") SAYS("axis", "None: the last")
   SAYS("mode", "what becomes of indices beyond the ends: the nearest one, or counting on from the other end"))
OP(_pick_scatter, "", "data index", 2, 1, PARAMS(INT("axis", -1), CHOICE("mode", "clip wrap", 0), SHAPE("shape", 0)),
   pick_scatter_infer, pick_scatter_run, pick_scatter_gradient, KEEP_INPUT(1), ALL,
   "Zeros of the shape with one element along the axis set for each index: the gradient of pick.")
OP(one_hot, "", "indices", 1, 1, PARAMS(NEEDED_INT("depth"), REAL("on_value", 1), REAL("off_value", 0), TYPE_IS("dtype", ND_FLOAT32)),
   one_hot_infer, one_hot_run, zero_gradient, 0, ALL,
   "A row of `depth` values for each index, on_value at the index; beyond the ends none." SHAPES("indices (a, b) -> (a, b, depth)")
   ERRORS("ShapeError for a negative depth, or indices of 8 axes") SAYS("depth", "values in a row") SAYS("on_value", "at the index")
   SAYS("off_value", "elsewhere") SAYS("dtype", "of the result"))


COMPOSED(slice_like, "", "data shape_like", 2, 1, PARAMS(SHAPE("axes", 0)), slice_like_compose,
   "The array cut to the shape of shape_like, along all axes or those named."
   SHAPES("data (any), shape_like (any) -> that of data, with the extents of shape_like at the axes")
   ERRORS("ShapeError if shape_like is longer there; AxisError if an axis is not there") SAYS("axes", "which are cut; (): all"))
COMPOSED(argmax_channel, "", "data", 1, 1, NO_PARAMS, argmax_channel_compose,
   "The position of the first largest element along axis 1." SHAPES("data (n, c, ...) -> (n, ...)")
   ERRORS("AxisError if data has one axis only; ShapeError if there are no channels"))
COMPOSED(batch_take, "", "a indices", 2, 1, NO_PARAMS, batch_take_compose,
   "a[i, indices[i]] for each row i; indices beyond the ends are clipped." SHAPES("a (n, c), indices (n) -> (n)")
   ERRORS("ShapeError if indices does not fit; AxisError if a has no axes"))
COMPOSED(_onehot_encode, "", "lhs rhs", 2, 1, NO_PARAMS, onehot_encode_compose,
   "For each index in lhs a row of the shape and dtype of rhs, with a 1 at the index." SHAPES("lhs (n), rhs (n, c) -> (n, c)")
   ERRORS("ShapeError if rhs does not fit"))
COMPOSED(fill_element_0index, "", "lhs mhs rhs", 3, 1, NO_PARAMS, fill_element_compose,
   "lhs with mhs[i] at [i, rhs[i]]." SHAPES("lhs (n, c), mhs (n), rhs (n) -> (n, c)") DTYPES("all, but one for lhs and mhs (else DTypeError)")
   ERRORS("ShapeError if the shapes do not fit; BoundsError for an index that is not there"))
COMPOSED(_contrib_boolean_mask, "", "data index", 2, 1, PARAMS(INT("axis", 0)), boolean_mask_compose,
   "The slices of the array along the axis where the index is not zero."
   SHAPES("data (a, b, ...), index (a) -> (elements of index that are not zero, b, ...)")
   ERRORS("ShapeError if index does not fit; AxisError if data has no such axis"))
COMPOSED(_contrib_index_copy, "", "old_tensor index_vector new_tensor", 3, 1, NO_PARAMS, index_copy_compose,
   "old_tensor with the rows of new_tensor at the indices." SHAPES("old_tensor (a, ...), index_vector (i), new_tensor (i, ...) -> (a, ...)")
   DTYPES("all, but one for both tensors (else DTypeError)")
   ERRORS("ShapeError if the shapes do not fit; BoundsError for an index that is not there"))

/* clang-format on */
