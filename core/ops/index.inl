/* Slices and indices, and the scatters that are their gradients. */
/* clang-format off */

OP(slice, "crop", "data", 1, 1, PARAMS(NEEDED_SHAPE("begin"), NEEDED_SHAPE("end"), SHAPE("step", 0)),
   slice_infer, slice_run, slice_gradient, 0, ALL, "data[begin:end:step] for each of the leading axes.")
OP(slice_axis, "", "data", 1, 1, PARAMS(NEEDED_INT("axis"), NEEDED_INT("begin"), OPT_INT("end")),
   slice_axis_infer, slice_run, slice_gradient, 0, ALL, "data[begin:end] along one axis.")
OP(_slice_scatter, "", "data", 1, 1, PARAMS(SHAPE("begin", 0), SHAPE("step", 0), SHAPE("shape", 0)),
   slice_scatter_infer, slice_scatter_run, slice_scatter_gradient, 0, ALL,
   "Zeros of the shape with data written to [begin::step]: the gradient of slice.")
OP(take, "", "a indices", 2, 1, PARAMS(INT("axis", 0), CHOICE("mode", "clip raise wrap", 0)), take_infer, take_run, take_gradient,
   KEEP_INPUT(1), ALL, "The slices of a at the indices along an axis; indices beyond the ends are clipped, wrapped or refused.")
OP(_take_scatter, "", "data indices", 2, 1, PARAMS(INT("axis", 0), CHOICE("mode", "clip raise wrap", 0), SHAPE("shape", 0)),
   take_scatter_infer, take_scatter_run, take_scatter_gradient, KEEP_INPUT(1), NUMBERS,
   "Zeros of the shape with the slices of data added at the indices: the gradient of take.")
OP(gather_nd, "", "data indices", 2, 1, NO_PARAMS, gather_infer, gather_run, gather_gradient, KEEP_INPUT(1), ALL,
   "data[indices[0], indices[1], ...].")
OP(_gather_scatter, "_backward_gather_nd", "data indices", 2, 1, PARAMS(SHAPE("shape", 0)), gather_scatter_infer, gather_scatter_run,
   gather_scatter_gradient, KEEP_INPUT(1), NUMBERS, "Zeros of the shape with data added at the indices: the gradient of gather_nd.")
OP(pick, "choose_element_0index", "data index", 2, 1, PARAMS(OPT_INT_IS("axis", -1), FLAG("keepdims", 0), CHOICE("mode", "clip wrap", 0)),
   pick_infer, pick_run, pick_gradient, KEEP_INPUT(1), ALL, "One element along the axis for each index.")
OP(_pick_scatter, "", "data index", 2, 1, PARAMS(INT("axis", -1), CHOICE("mode", "clip wrap", 0), SHAPE("shape", 0)),
   pick_scatter_infer, pick_scatter_run, pick_scatter_gradient, KEEP_INPUT(1), ALL,
   "Zeros of the shape with one element along the axis set for each index: the gradient of pick.")
OP(one_hot, "", "indices", 1, 1, PARAMS(NEEDED_INT("depth"), REAL("on_value", 1), REAL("off_value", 0), TYPE_IS("dtype", ND_FLOAT32)),
   one_hot_infer, one_hot_run, zero_gradient, 0, ALL, "A row of `depth` values for each index, on_value at the index; beyond the ends none.")

/* clang-format on */
