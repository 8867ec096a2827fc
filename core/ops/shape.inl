/* Copies, casts, and the same elements under other shapes; joining and splitting. */
/* clang-format off */

OP(_copy, "identity", "data", 1, 1, NO_PARAMS, same_infer, copy_run, pass_gradient, 0, ALL, "A copy of the array.")
OP(BlockGrad, "stop_gradient", "data", 1, 1, NO_PARAMS, same_infer, copy_run, zero_gradient, 0, ALL,
   "A copy of the array through which no gradient flows.")
OP(Cast, "cast", "data", 1, 1, PARAMS(NEEDED_TYPE("dtype")), cast_infer, copy_run, cast_gradient, 0, ALL,
   "The array in another dtype.")
OP(zeros_like, "", "data", 1, 1, NO_PARAMS, same_infer, zeros_run, zero_gradient, 0, ALL, "Zeros of the array's shape and dtype.")
OP(ones_like, "", "data", 1, 1, NO_PARAMS, same_infer, ones_run, zero_gradient, 0, ALL, "Ones of the array's shape and dtype.")
OP(reshape, "Reshape", "data", 1, 1, PARAMS(SHAPE("shape", 0), FLAG("reverse", 0), SHAPE("target_shape", 0), FLAG("keep_highest", 0)),
   reshape_infer, copy_run, reshape_gradient, 0, ALL,
   "The same elements under another shape. 0 keeps an extent, -1 infers one, -2 takes all the rest, -3 merges two, -4 splits one.")
OP(reshape_like, "", "lhs rhs", 2, 1, PARAMS(OPT_INT("lhs_begin"), OPT_INT("lhs_end"), OPT_INT("rhs_begin"), OPT_INT("rhs_end")),
   reshape_like_infer, copy_run, reshape_gradient, 0, ALL, "lhs under the shape of rhs, or with some of its axes replaced by some of rhs.")
OP(Flatten, "flatten", "data", 1, 1, NO_PARAMS, flatten_infer, copy_run, reshape_gradient, 0, ALL,
   "All axes but the first merged into one.")
OP(expand_dims, "", "data", 1, 1, PARAMS(NEEDED_INT("axis")), expand_dims_infer, copy_run, reshape_gradient, 0, ALL,
   "An axis of extent 1 inserted at the position.")
OP(squeeze, "", "data", 1, 1, PARAMS(AXES("axis")), squeeze_infer, copy_run, reshape_gradient, 0, ALL,
   "Axes of extent 1 removed: the ones named, or all.")
OP(transpose, "", "data", 1, 1, PARAMS(AXES("axes")), transpose_infer, transpose_run, transpose_gradient, 0, ALL,
   "The axes in another order; without axes, in reverse.")
OP(SwapAxis, "swapaxes", "data", 1, 1, PARAMS(INT("dim1", 0), INT("dim2", 0)), swapaxes_infer, swapaxes_run, swapaxes_gradient, 0, ALL,
   "Two axes exchanged.")
OP(broadcast_to, "", "data", 1, 1, PARAMS(SHAPE("shape", 0)), broadcast_to_infer, broadcast_run, broadcast_gradient, 0, ALL,
   "Axes of extent 1 repeated to the shape; 0 keeps an extent.")
OP(_broadcast_exactly, "", "data", 1, 1, PARAMS(SHAPE("shape", 0)), broadcast_exactly_infer, broadcast_run, broadcast_gradient, 0, ALL,
   "As broadcast_to, but an extent of 0 is 0: what gradients call.")
OP(broadcast_like, "", "lhs rhs", 2, 1, PARAMS(AXES("lhs_axes"), AXES("rhs_axes")), broadcast_like_infer, broadcast_run, broadcast_gradient, 0, ALL,
   "lhs broadcast to the shape of rhs, or some of its axes to the extents of some of rhs.")
OP(broadcast_axis, "broadcast_axes", "data", 1, 1, PARAMS(AXES("axis"), AXES("size")), broadcast_axis_infer, broadcast_run,
   broadcast_gradient, 0, ALL, "The axes named, of extent 1, repeated to the sizes.")
OP(concat, "Concat", "*data", ND_VARIADIC, 1, PARAMS(INT("dim", 1)), concat_infer, concat_run, concat_gradient, 0, ALL,
   "The arrays one after another along an axis.")
OP(stack, "", "*data", ND_VARIADIC, 1, PARAMS(INT("axis", 0)), stack_infer, concat_run, stack_gradient, 0, ALL,
   "The arrays side by side along a new axis.")
OP(split, "SliceChannel", "data", 1, (int)INT_OF(0), PARAMS(NEEDED_INT("num_outputs"), INT("axis", 1), FLAG("squeeze_axis", 0)),
   split_infer, split_run, split_gradient, 0, ALL, "The array cut into equal parts along an axis.")
OP(_split_v2, "", "data", 1, INT_OF(3) > 0 ? (int)INT_OF(3) : (int)INT_OF(0),
   PARAMS(NEEDED_INTS("indices"), INT("axis", 1), FLAG("squeeze_axis", 0), INT("sections", 0)), split_infer, split_run, split_gradient, 0, ALL,
   "The array cut along an axis into as many sections, the first ones larger by one, or before the indices, of which the first is 0.")
OP(_identity_with_attr_like_rhs, "", "lhs rhs", 2, 1, NO_PARAMS, alike_infer, copy_run, pass_gradient, 0, ALL,
   "A copy of lhs, of which rhs has the shape and dtype.")
OP(cast_storage, "", "data", 1, 1, PARAMS(NEEDED_CHOICE("stype", "default row_sparse csr")), cast_storage_infer, copy_run, pass_gradient, 0, ALL,
   "A copy of the array; dense storage, 'default', is all there is.")
OP(add_n, "ElementWiseSum", "*args", ND_VARIADIC, 1, NO_PARAMS, alike_infer, add_n_run, add_n_gradient, 0, NUMBERS, "The sum of the arrays.")
OP(cumsum, "_np_cumsum", "a", 1, 1, PARAMS(OPT_INT("axis"), TYPE("dtype")), cumsum_infer, cumsum_run, cumsum_gradient, 0, ALL,
   "The sum of each element and those before it along the axis; without one, in the flattened array.")
OP(shape_array, "", "data", 1, 1, NO_PARAMS, shape_array_infer, shape_array_run, zero_gradient, 0, ALL, "The array's shape, as int64.")
OP(size_array, "", "data", 1, 1, NO_PARAMS, size_array_infer, size_array_run, zero_gradient, 0, ALL, "The number of elements, as int64.")
OP(_contrib_index_array, "", "data", 1, 1, PARAMS(AXES("axes")), index_array_infer, index_array_run, zero_gradient, 0, ALL,
   "For each element its index, or the axes of it that are named, as int64 along a new last axis.")
OP(_contrib_arange_like, "", "data", 1, 1, PARAMS(REAL("start", 0), REAL("step", 1), INT("repeat", 1), OPT_INT("axis")),
   arange_like_infer, arange_like_run, zero_gradient, 0, ALL,
   "start, start + step, ... each `repeat` times, as many as the axis has elements; without an axis, in the array's shape.")

COMPOSED(tile, "", "data", 1, 1, PARAMS(NEEDED_SHAPE("reps")), tile_compose, "The array repeated as a whole along each axis, the last ones if there are more.")
COMPOSED(repeat, "", "data", 1, 1, PARAMS(NEEDED_INT("repeats"), OPT_INT("axis")), repeat_compose,
   "Each element `repeats` times in succession along the axis; without one, in the flattened array.")
COMPOSED(reverse, "flip", "data", 1, 1, PARAMS(NEEDED_SHAPE("axis")), reverse_compose, "The elements along the axes in reverse order.")
COMPOSED(Pad, "pad", "data", 1, 1, PARAMS(NEEDED_CHOICE("mode", "constant edge reflect"), NEEDED_INTS("pad_width"), REAL("constant_value", 0)),
   pad_compose, "Elements added before and after each axis, by two widths an axis: a constant, the ends, or the mirror image without the ends.")
COMPOSED(depth_to_space, "", "data", 1, 1, PARAMS(NEEDED_INT("block_size")), depth_to_space_compose,
   "Of data (batch, channels, height, width), channels as blocks of pixels: (batch, channels / size**2, height * size, width * size).")
COMPOSED(space_to_depth, "", "data", 1, 1, PARAMS(NEEDED_INT("block_size")), space_to_depth_compose,
   "Of data (batch, channels, height, width), blocks of pixels as channels: (batch, channels * size**2, height / size, width / size).")
COMPOSED(diag, "", "data", 1, 1, PARAMS(INT("k", 0), INT("axis1", 0), INT("axis2", 1)), diag_compose,
   "The k-th diagonals of the two axes, along a new last axis; of one axis, a matrix with it on the k-th diagonal.")
COMPOSED(Crop, "", "*data", ND_VARIADIC, 1, PARAMS(SHAPE("offset", 0), SHAPE("h_w", 0), FLAG("center_crop", 0)), crop_compose,
   "A window of the last two of four axes, of the extents h_w or those of a second array, at the offset or in the middle.")
COMPOSED(khatri_rao, "", "*args", ND_VARIADIC, 1, NO_PARAMS, khatri_rao_compose,
   "Of matrices with the same number of columns, the Kronecker products of their columns.")
COMPOSED(moments, "", "data", 1, 2, PARAMS(AXES("axes"), FLAG("keepdims", 0)), moments_compose, "The mean and the variance over the axes.")
COMPOSED(SequenceMask, "", "data ?sequence_length", 2, 1, PARAMS(FLAG("use_sequence_length", 0), REAL("value", 0), INT("axis", 0)),
   sequence_mask_compose, "Data (time, batch, ...), or with axis=1 (batch, time, ...), with the value where a sequence has ended.")
COMPOSED(SequenceLast, "", "data ?sequence_length", 2, 1, PARAMS(FLAG("use_sequence_length", 0), INT("axis", 0)), sequence_last_compose,
   "The last element of each sequence of data (time, batch, ...), or with axis=1 (batch, time, ...).")
COMPOSED(SequenceReverse, "", "data ?sequence_length", 2, 1, PARAMS(FLAG("use_sequence_length", 0), INT("axis", 0)), sequence_reverse_compose,
   "Each sequence of data (time, batch, ...), or with axis=1 (batch, time, ...), backwards; what comes after its end stays.")

/* clang-format on */
