/* Copies, casts, and the same elements under other shapes; joining and splitting. */
/* clang-format off */

OP(_copy, "identity", "data", 1, 1, NO_PARAMS, same_infer, copy_run, pass_gradient, 0, ALL,
   "A copy of the array." SHAPES("data (any) -> the same"))
OP(BlockGrad, "stop_gradient", "data", 1, 1, NO_PARAMS, same_infer, copy_run, zero_gradient, 0, ALL,
   "A copy of the array through which no gradient flows." SHAPES("data (any) -> the same"))
OP(Cast, "cast", "data", 1, 1, PARAMS(NEEDED_TYPE("dtype")), cast_infer, copy_run, cast_gradient, 0, ALL,
   "The array in another dtype; fractions are cut off and integers wrap around." SHAPES("data (any) -> the same")
   SAYS("dtype", "of the result"))
OP(zeros_like, "", "data", 1, 1, NO_PARAMS, same_infer, zeros_run, zero_gradient, 0, ALL,
   "Zeros of the array's shape and dtype." SHAPES("data (any) -> the same"))
OP(ones_like, "", "data", 1, 1, NO_PARAMS, same_infer, ones_run, zero_gradient, 0, ALL,
   "Ones of the array's shape and dtype." SHAPES("data (any) -> the same"))
OP(reshape, "Reshape", "data", 1, 1, PARAMS(INTS("shape"), FLAG("reverse", 0), SHAPE("target_shape", 0), FLAG("keep_highest", 0)),
   reshape_infer, copy_run, reshape_gradient, 0, ALL,
   "The same elements under another shape. 0 keeps an extent, -1 infers one, -2 takes all the rest, -3 merges two, -4 splits one."
   SHAPES("data (any) -> any shape of as many elements")
   ERRORS("ShapeError if the codes do not fit the shape, or the number of elements would differ") SAYS("shape", "extents and the codes above")
   SAYS("reverse", "match the codes from the right") SAYS("target_shape", "an older way to say it, where 0 stands for what is left")
   SAYS("keep_highest", "with target_shape, keep the first extent"))
OP(reshape_like, "", "lhs rhs", 2, 1, PARAMS(OPT_INT("lhs_begin"), OPT_INT("lhs_end"), OPT_INT("rhs_begin"), OPT_INT("rhs_end")),
   reshape_like_infer, copy_run, reshape_gradient, 0, ALL,
   "lhs under the shape of rhs, or with some of its axes replaced by some of rhs."
   SHAPES("lhs (any), rhs (any) -> that of rhs; or lhs[:lhs_begin] + rhs[rhs_begin:rhs_end] + lhs[lhs_end:], of their extents")
   ERRORS("ShapeError if the number of elements would differ; AxisError for a range that is not there")
   SAYS("lhs_begin", "first axis of lhs that is replaced; None: 0") SAYS("lhs_end", "axis of lhs before which that ends; None: all")
   SAYS("rhs_begin", "first axis of rhs that is taken; None: 0") SAYS("rhs_end", "axis of rhs before which that ends; None: all"))
OP(Flatten, "flatten", "data", 1, 1, NO_PARAMS, flatten_infer, copy_run, reshape_gradient, 0, ALL,
   "All axes but the first merged into one." SHAPES("data (n, ...) -> (n, the product of the other extents)"))
OP(expand_dims, "", "data", 1, 1, PARAMS(NEEDED_INT("axis")), expand_dims_infer, copy_run, reshape_gradient, 0, ALL,
   "An axis of extent 1 inserted at the position." SHAPES("data (a, b, ...) -> with a 1 before the axis-th extent")
   ERRORS("AxisError if axis is not within -ndim-1 ... ndim; ShapeError for an array of 8 axes") SAYS("axis", "of the result"))
OP(squeeze, "", "data", 1, 1, PARAMS(AXES("axis")), squeeze_infer, copy_run, reshape_gradient, 0, ALL,
   "Axes of extent 1 removed: the ones named, or all." SHAPES("data (any) -> without those extents of 1")
   ERRORS("ShapeError if an axis named has another extent; AxisError if it is not there, or named twice"))
OP(transpose, "", "data", 1, 1, PARAMS(AXES("axes")), transpose_infer, transpose_run, transpose_gradient, 0, ALL,
   "The axes in another order; without axes, in reverse." SHAPES("data (a, b, c) -> (c, b, a), or the extents in the order of axes")
   ERRORS("AxisError unless axes names each axis once") SAYS("axes", "which axis of data each axis of the result is"))
OP(SwapAxis, "swapaxes", "data", 1, 1, PARAMS(INT("dim1", 0), INT("dim2", 0)), swapaxes_infer, swapaxes_run, swapaxes_gradient, 0, ALL,
   "Two axes exchanged." SHAPES("data (any) -> with two extents exchanged") ERRORS("AxisError if data has no such axis") SAYS("dim1", "the one axis")
   SAYS("dim2", "the other"))
OP(broadcast_to, "", "data", 1, 1, PARAMS(SHAPE("shape", 0)), broadcast_to_infer, broadcast_run, broadcast_gradient, 0, ALL,
   "Axes of extent 1 repeated to the shape; 0 keeps an extent." SHAPES("data (any), extents of 1 or those of shape -> shape")
   ERRORS("ShapeError if data does not broadcast to the shape"))
OP(_broadcast_exactly, "", "data", 1, 1, PARAMS(SHAPE("shape", 0)), broadcast_exactly_infer, broadcast_run, broadcast_gradient, 0, ALL,
   "As broadcast_to, but an extent of 0 is 0: what gradients call.")
OP(broadcast_like, "", "lhs rhs", 2, 1, PARAMS(AXES("lhs_axes"), AXES("rhs_axes")), broadcast_like_infer, broadcast_run, broadcast_gradient, 0, ALL,
   "lhs broadcast to the shape of rhs, or some of its axes to the extents of some of rhs."
   SHAPES("lhs, rhs -> that of rhs, or that of lhs with the extents of rhs_axes at lhs_axes")
   ERRORS("ShapeError if lhs does not broadcast so; ArgumentError unless both axes are given, as many of each; AxisError if one is not there")
   SAYS("lhs_axes", "which are repeated; None: all") SAYS("rhs_axes", "whose extents they get"))
OP(broadcast_axis, "broadcast_axes", "data", 1, 1, PARAMS(AXES("axis"), AXES("size")), broadcast_axis_infer, broadcast_run,
   broadcast_gradient, 0, ALL,
   "The axes named, of extent 1, repeated to the sizes." SHAPES("data (any) -> with size instead of 1 at each axis")
   ERRORS("ShapeError if an axis has another extent than 1; ArgumentError unless there are as many sizes as axes; AxisError if one is not there")
   SAYS("size", "the new extents, one for each axis"))
OP(concat, "Concat", "*data", ND_VARIADIC, 1, PARAMS(INT("dim", 1)), concat_infer, concat_run, concat_gradient, 0, ALL,
   "The arrays one after another along an axis." SHAPES("arrays (a, b_i, c), alike but for the axis dim -> (a, the sum of b_i, c)") ALIKE
   ERRORS("ShapeError if other extents differ; AxisError if there is no such axis") SAYS("dim", "the axis"))
OP(stack, "", "*data", ND_VARIADIC, 1, PARAMS(INT("axis", 0)), stack_infer, concat_run, stack_gradient, 0, ALL,
   "The arrays side by side along a new axis." SHAPES("n arrays (a, b) -> (n, a, b), with the n at axis") ALIKE
   ERRORS("ShapeError if shapes differ, or have 8 axes; AxisError if axis is not within -ndim-1 ... ndim") SAYS("axis", "of the result"))
OP(split, "SliceChannel", "data", 1, (int)INT_OF(0), PARAMS(NEEDED_INT("num_outputs"), INT("axis", 1), FLAG("squeeze_axis", 0)),
   split_infer, split_run, split_gradient, 0, ALL,
   "The array cut into equal parts along an axis." SHAPES("data (a, b, c) -> num_outputs arrays (a, b/num_outputs, c), or (a, c) if squeeze_axis")
   ERRORS("ShapeError if num_outputs does not divide the extent or is not within 1 ... 64, or if squeeze_axis and parts are longer than 1; "
   "AxisError if data has no such axis")
   SAYS("num_outputs", "number of parts; one alone comes not in a list"))
OP(_split_v2, "", "data", 1, INT_OF(3) > 0 ? (int)INT_OF(3) : (int)INT_OF(0),
   PARAMS(NEEDED_INTS("indices"), INT("axis", 1), FLAG("squeeze_axis", 0), INT("sections", 0)), split_infer, split_run, split_gradient, 0, ALL,
   "The array cut along an axis into as many sections, the first ones larger by one, or before the indices, of which the first is 0."
   SHAPES("data (a, b, c) -> arrays (a, b_i, c), or (a, c) if squeeze_axis")
   ERRORS("ShapeError for more than 64 parts, for indices that do not ascend from 0, or if squeeze_axis and parts are longer than 1; AxisError if "
   "data has no such axis")
   SAYS("indices", "where parts begin") SAYS("sections", "how many parts there are, instead of indices"))
OP(_identity_with_attr_like_rhs, "", "lhs rhs", 2, 1, NO_PARAMS, alike_infer, copy_run, pass_gradient, 0, ALL,
   "A copy of lhs, of which rhs has the shape and dtype." SHAPES("lhs (any), rhs (the same) -> the same") ALIKE
   ERRORS("ShapeError if the shapes differ"))
OP(cast_storage, "", "data", 1, 1, PARAMS(NEEDED_CHOICE("stype", "default row_sparse csr")), cast_storage_infer, copy_run, pass_gradient, 0, ALL,
   "A copy of the array; dense storage, 'default', is all there is." SHAPES("data (any) -> the same") ERRORS("ArgumentError for any other stype")
   SAYS("stype", "'default'"))
OP(add_n, "ElementWiseSum", "*args", ND_VARIADIC, 1, NO_PARAMS, alike_infer, add_n_run, add_n_gradient, 0, NUMBERS,
   "The sum of the arrays, a + b + ..." SHAPES("arrays (any, all the same) -> the same") ALIKE ERRORS("ShapeError if the shapes differ"))
OP(cumsum, "_np_cumsum", "a", 1, 1, PARAMS(OPT_INT("axis"), TYPE("dtype")), cumsum_infer, cumsum_run, cumsum_gradient, 0, ALL,
   "The sum of each element and those before it along the axis; without one, in the flattened array."
   SHAPES("a (any) -> the same, or (elements) without an axis") ERRORS("AxisError if a has no such axis")
   SAYS("dtype", "in which to sum; None: that of a"))
OP(shape_array, "", "data", 1, 1, NO_PARAMS, shape_array_infer, shape_array_run, zero_gradient, 0, ALL,
   "The array's shape, as int64." SHAPES("data (any) -> (ndim)"))
OP(size_array, "", "data", 1, 1, NO_PARAMS, size_array_infer, size_array_run, zero_gradient, 0, ALL,
   "The number of elements, as int64." SHAPES("data (any) -> (1)"))
OP(_contrib_index_array, "", "data", 1, 1, PARAMS(AXES("axes")), index_array_infer, index_array_run, zero_gradient, 0, ALL,
   "For each element its index, or the axes of it that are named, as int64 along a new last axis."
   SHAPES("data (a, b, ...) -> (a, b, ..., ndim), or as many last as axes are named")
   ERRORS("AxisError if data has no such axis; ShapeError for an array of 8 axes") SAYS("axes", "which parts of the index; None: all"))
OP(_contrib_arange_like, "", "data", 1, 1, PARAMS(REAL("start", 0), REAL("step", 1), INT("repeat", 1), OPT_INT("axis")),
   arange_like_infer, arange_like_run, zero_gradient, 0, ALL,
   "start, start + step, ... each `repeat` times, as many as the axis has elements; without an axis, in the array's shape."
   SHAPES("data (any) -> (extent of the axis), or that of data") ERRORS("AxisError if data has no such axis; ArgumentError for a repeat below 1")
   SAYS("start", "first number") SAYS("step", "from number to number") SAYS("repeat", "how often each comes"))

COMPOSED(tile, "", "data", 1, 1, PARAMS(NEEDED_SHAPE("reps")), tile_compose,
   "The array repeated as a whole along each axis, the last ones if there are more."
   SHAPES("data (a, b) -> (a reps[0], b reps[1]); the shorter of shape and reps is preceded by 1s")
   ERRORS("ArgumentError for a repetition below 1; ShapeError for more than 8 axes") SAYS("reps", "how often along each axis"))
COMPOSED(repeat, "", "data", 1, 1, PARAMS(NEEDED_INT("repeats"), OPT_INT("axis")), repeat_compose,
   "Each element `repeats` times in succession along the axis; without one, in the flattened array."
   SHAPES("data (a, b, c) -> (a, b repeats, c), or (elements times repeats) without an axis")
   ERRORS("AxisError if data has no such axis; ArgumentError for negative repeats") SAYS("repeats", "how often each element comes"))
COMPOSED(reverse, "flip", "data", 1, 1, PARAMS(NEEDED_SHAPE("axis")), reverse_compose,
   "The elements along the axes in reverse order." SHAPES("data (any) -> the same")
   ERRORS("AxisError if data has no such axis, or one is named twice") SAYS("axis", "one or several"))
COMPOSED(Pad, "pad", "data", 1, 1, PARAMS(NEEDED_CHOICE("mode", "constant edge reflect"), NEEDED_INTS("pad_width"), REAL("constant_value", 0)),
   pad_compose,
   "Elements added before and after each axis, by two widths an axis: a constant, the ends, or the mirror image without the ends."
   SHAPES("data (a, b, ...) -> (before_a + a + after_a, before_b + b + after_b, ...)")
   ERRORS("ArgumentError unless there are two widths an axis, none negative, and for reflect each below the extent") SAYS("mode", "what is added")
   SAYS("pad_width", "before_a, after_a, before_b, after_b, ...") SAYS("constant_value", "for mode constant"))
COMPOSED(depth_to_space, "", "data", 1, 1, PARAMS(NEEDED_INT("block_size")), depth_to_space_compose,
   "Of data (batch, channels, height, width), channels as blocks of pixels: (batch, channels / size**2, height * size, width * size)."
   SHAPES("data (n, c, h, w) -> (n, c/size**2, h size, w size)") ERRORS("ShapeError unless data has 4 axes and size**2 divides the channels")
   SAYS("block_size", "the size"))
COMPOSED(space_to_depth, "", "data", 1, 1, PARAMS(NEEDED_INT("block_size")), space_to_depth_compose,
   "Of data (batch, channels, height, width), blocks of pixels as channels: (batch, channels * size**2, height / size, width / size)."
   SHAPES("data (n, c, h, w) -> (n, c size**2, h/size, w/size)") ERRORS("ShapeError unless data has 4 axes and size divides height and width")
   SAYS("block_size", "the size"))
COMPOSED(diag, "", "data", 1, 1, PARAMS(INT("k", 0), INT("axis1", 0), INT("axis2", 1)), diag_compose,
   "The k-th diagonals of the two axes, along a new last axis; of one axis, a matrix with it on the k-th diagonal."
   SHAPES("data (n) -> (n + abs(k), n + abs(k)); (a, b, ...) -> (..., length of the diagonal)")
   ERRORS("ShapeError if there is no such diagonal; AxisError if the axes are not there, or are the same")
   SAYS("k", "how far above the main diagonal") SAYS("axis1", "the rows") SAYS("axis2", "the columns"))
COMPOSED(Crop, "", "*data", ND_VARIADIC, 1, PARAMS(SHAPE("offset", 0), SHAPE("h_w", 0), FLAG("center_crop", 0)), crop_compose,
   "A window of the last two of four axes, of the extents h_w or those of a second array, at the offset or in the middle."
   SHAPES("data (n, c, h, w), perhaps like (n, c', h', w') -> (n, c, h', w')")
   ERRORS("ShapeError unless the arrays have 4 axes and the window lies in data; ArgumentError unless offset and h_w are pairs")
   SAYS("offset", "of the window, (y, x)") SAYS("h_w", "its extents, if no second array says them") SAYS("center_crop", "put it in the middle"))
COMPOSED(khatri_rao, "", "*args", ND_VARIADIC, 1, NO_PARAMS, khatri_rao_compose,
   "Of matrices with the same number of columns, the Kronecker products of their columns." SHAPES("matrices (m_i, n) -> (the product of m_i, n)")
   ALIKE ERRORS("ShapeError unless all are matrices with as many columns"))
COMPOSED(moments, "", "data", 1, 2, PARAMS(AXES("axes"), FLAG("keepdims", 0)), moments_compose,
   "The mean and the variance over the axes." SHAPES("data (any) -> twice: without the axes, or with extent 1 there if keepdims")
   ERRORS("AxisError if data has no such axis, or one is named twice") SAYS("axes", "which; None: all"))
COMPOSED(SequenceMask, "", "data ?sequence_length", 2, 1, PARAMS(FLAG("use_sequence_length", 0), REAL("value", 0), INT("axis", 0)),
   sequence_mask_compose,
   "Data (time, batch, ...), or with axis=1 (batch, time, ...), with the value where a sequence has ended."
   SHAPES("data (t, n, ...), sequence_length (n) -> that of data; with axis=1 data is (n, t, ...)")
   ERRORS("ShapeError unless data has two axes or more and sequence_length fits; BoundsError for a length below 0")
   SAYS("value", "what is put behind the ends") SAYS("axis", "of time, 0 or 1"))
COMPOSED(SequenceLast, "", "data ?sequence_length", 2, 1, PARAMS(FLAG("use_sequence_length", 0), INT("axis", 0)), sequence_last_compose,
   "The last element of each sequence of data (time, batch, ...), or with axis=1 (batch, time, ...)."
   SHAPES("data (t, n, ...), sequence_length (n) -> (n, ...); with axis=1 data is (n, t, ...)")
   ERRORS("ShapeError unless data has two axes or more and sequence_length fits; BoundsError for a length that data does not have")
   SAYS("axis", "of time, 0 or 1"))
COMPOSED(SequenceReverse, "", "data ?sequence_length", 2, 1, PARAMS(FLAG("use_sequence_length", 0), INT("axis", 0)), sequence_reverse_compose,
   "Each sequence of data (time, batch, ...), or with axis=1 (batch, time, ...), backwards; what comes after its end stays."
   SHAPES("data (t, n, ...), sequence_length (n) -> that of data; with axis=1 data is (n, t, ...)")
   ERRORS("ShapeError unless data has two axes or more and sequence_length fits; BoundsError for a length that data does not have")
   SAYS("axis", "of time, 0 or 1"))

/* clang-format on */
