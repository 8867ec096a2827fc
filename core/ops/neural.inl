/* What layers of neural networks are made of. */
/* clang-format off */

COMPOSED(FullyConnected, "", "data weight ?bias", 3, 1, PARAMS(NEEDED_INT("num_hidden"), FLAG("no_bias", 0), FLAG("flatten", 1)),
   fully_connected_compose, "data times the transposed weight, plus the bias; all axes but the first are features, or with flatten=False the last.")

OP(softmax, "", "data", 1, 1, PARAMS(INT("axis", -1), OPT_REAL("temperature"), TYPE("dtype")),
   softmax_infer, softmax_run, softmax_gradient, KEEP_OUTPUT, FLOATS,
   "exp(x/temperature) divided by its sum along the axis.")
OP(log_softmax, "", "data", 1, 1, PARAMS(INT("axis", -1), OPT_REAL("temperature"), TYPE("dtype")),
   softmax_infer, log_softmax_run, log_softmax_gradient, KEEP_OUTPUT, FLOATS,
   "The logarithm of softmax, exact where softmax underflows.")

/* clang-format on */
