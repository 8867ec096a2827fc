/* Ordering: sort, argsort, topk. */
/* clang-format off */

COMPOSED(argsort, "", "data", 1, 1, PARAMS(OPT_INT_IS("axis", -1), FLAG("is_ascend", 1), TYPE_IS("dtype", ND_FLOAT32)),
   argsort_compose,
   "The positions along the axis (None: in the flattened array) that sort it; nan comes last."
   SHAPES("data (any) -> the same, or (elements) with axis=None") ERRORS("AxisError if data has no such axis")
   SAYS("axis", "None: of the flattened array") SAYS("is_ascend", "smallest first, else largest first") SAYS("dtype", "of the positions"))
OP(_order, "", "data", 1, 2, PARAMS(OPT_INT_IS("axis", -1), FLAG("is_ascend", 1), TYPE_IS("dtype", ND_FLOAT32), INT("k", 0)),
   order_infer, order_run, zero_gradient, 0, ALL,
   "Of the first k elements in order along the axis, the positions in the flattened array, as int64, and those along the axis.")
COMPOSED(sort, "", "data", 1, 1, PARAMS(OPT_INT_IS("axis", -1), FLAG("is_ascend", 1)),
   sort_compose,
   "The elements in order along the axis (None: of the flattened array); nan comes last."
   SHAPES("data (any) -> the same, or (elements) with axis=None") ERRORS("AxisError if data has no such axis")
   SAYS("axis", "None: of the flattened array") SAYS("is_ascend", "smallest first, else largest first"))
COMPOSED(topk, "", "data", 1, INT_OF(2) == 0 ? 2 : 1,
   PARAMS(OPT_INT_IS("axis", -1), INT("k", 1), CHOICE("ret_typ", "both indices mask value", 1), FLAG("is_ascend", 0), TYPE_IS("dtype", ND_FLOAT32)),
   topk_compose,
   "The k largest elements along the axis, or with is_ascend the smallest; k < 1 means all. ret_typ: their positions (of the dtype), their "
   "values, both, or a mask of ones in the places where they are."
   SHAPES("data (a, b, c) -> (a, k, c); a mask has the shape of data; ret_typ both gives values and positions")
   ERRORS("AxisError if data has no such axis; ArgumentError if the axis is shorter than k") SAYS("axis", "None: of the flattened array")
   SAYS("k", "how many; below 1: all") SAYS("ret_typ", "what to give") SAYS("is_ascend", "the smallest, smallest first")
   SAYS("dtype", "of the positions"))

/* clang-format on */
