/* Copies, casts, and the same elements under other shapes; joining and splitting. */
/* clang-format off */

OP(_copy, "identity", "data", 1, 1, NO_PARAMS, same_infer, copy_run, pass_gradient, 0, ALL, "A copy of the array.")
OP(BlockGrad, "stop_gradient", "data", 1, 1, NO_PARAMS, same_infer, copy_run, zero_gradient, 0, ALL,
   "A copy of the array through which no gradient flows.")
OP(Cast, "cast", "data", 1, 1, PARAMS(NEEDED_TYPE("dtype")), cast_infer, copy_run, cast_gradient, 0, ALL,
   "The array in another dtype.")
OP(zeros_like, "", "data", 1, 1, NO_PARAMS, same_infer, zeros_run, zero_gradient, 0, ALL, "Zeros of the array's shape and dtype.")
OP(ones_like, "", "data", 1, 1, NO_PARAMS, same_infer, ones_run, zero_gradient, 0, ALL, "Ones of the array's shape and dtype.")
OP(reshape, "Reshape", "data", 1, 1, PARAMS(SHAPE("shape", 0), FLAG("reverse", 0)), reshape_infer, copy_run, reshape_gradient, 0, ALL,
   "The same elements under another shape. 0 keeps an extent, -1 infers one, -2 takes all the rest, -3 merges two, -4 splits one.")
OP(reshape_like, "", "lhs rhs", 2, 1, NO_PARAMS, reshape_like_infer, copy_run, reshape_gradient, 0, ALL, "lhs under the shape of rhs.")
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
OP(broadcast_like, "", "lhs rhs", 2, 1, NO_PARAMS, broadcast_like_infer, broadcast_run, broadcast_gradient, 0, ALL,
   "lhs broadcast to the shape of rhs.")
OP(broadcast_axis, "broadcast_axes", "data", 1, 1, PARAMS(AXES("axis"), AXES("size")), broadcast_axis_infer, broadcast_run,
   broadcast_gradient, 0, ALL, "The axes named, of extent 1, repeated to the sizes.")
OP(concat, "Concat", "*data", ND_VARIADIC, 1, PARAMS(INT("dim", 1)), concat_infer, concat_run, concat_gradient, 0, ALL,
   "The arrays one after another along an axis.")
OP(stack, "", "*data", ND_VARIADIC, 1, PARAMS(INT("axis", 0)), stack_infer, concat_run, stack_gradient, 0, ALL,
   "The arrays side by side along a new axis.")
OP(split, "SliceChannel", "data", 1, (int)INT_OF(0), PARAMS(NEEDED_INT("num_outputs"), INT("axis", 1), FLAG("squeeze_axis", 0)),
   split_infer, split_run, split_gradient, 0, ALL, "The array cut into equal parts along an axis.")

/* clang-format on */
