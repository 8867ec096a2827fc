/* What layers of neural networks are made of. */
/* clang-format off */

COMPOSED(FullyConnected, "", "data weight ?bias", 3, 1, PARAMS(NEEDED_INT("num_hidden"), FLAG("no_bias", 0), FLAG("flatten", 1)),
   fully_connected_compose, "data times the transposed weight, plus the bias; all axes but the first are features, or with flatten=False the last.")
COMPOSED(Embedding, "", "data weight", 2, 1, PARAMS(NEEDED_INT("input_dim"), NEEDED_INT("output_dim"), TYPE_IS("dtype", ND_FLOAT32),
   FLAG("sparse_grad", 0)), embedding_compose, "The rows of the weight that data numbers; numbers beyond the ends are clipped.")

/* ------------------------------------------------------------------------------------------ activations */

COMPOSED(Activation, "", "data", 1, 1, PARAMS(NEEDED_CHOICE("act_type", "relu sigmoid softrelu softsign tanh")), activation_compose,
   "The function named, of every element.")
COMPOSED(LeakyReLU, "", "data ?gamma", 2, 1, PARAMS(CHOICE("act_type", "elu gelu leaky prelu rrelu selu", 2), REAL("slope", 0.25),
   REAL("lower_bound", 0.125), REAL("upper_bound", 0.333999991)), leaky_relu_compose,
   "x above 0, and below it: leaky slope*x, elu slope*(exp(x)-1), prelu gamma*x, rrelu a random share of x while training; or gelu, selu.")

UNARY(FLOAT, _softrelu, "", SOFTPLUS(x), MUL(g, SIGMOID(x)), -2, 2, "log(1 + exp(x)), exact for large |x|.")
UNARY(FLOAT, _gelu, "", MUL(MUL(K(0.5), x), ADD(K(1), ERF(MUL(K(0.70710678118654752440), x)))),
      MUL(g, ADD(MUL(K(0.5), ADD(K(1), ERF(MUL(K(0.70710678118654752440), x)))),
                 MUL(MUL(K(0.39894228040143267794), x), EXP(MUL(K(-0.5), MUL(x, x)))))), -2, 2,
      "x times the normal distribution's probability of less than x.")
UNARY(FLOAT, _selu, "", MUL(K(1.0507009873554804934), SELECT(GT(x, K(0)), x, MUL(K(1.6732632423543772848), EXPM1(x)))),
      SELECT(GT(x, K(0)), MUL(g, K(1.0507009873554804934)), MUL(g, ADD(y, K(1.7580993408473768600)))), 0.3, 2,
      "The self-normalizing exponential linear unit (Klambauer and others 2017).")
SCALED(FLOAT, _leaky_relu, "", PARAMS(REAL("slope", 0.25)), SELECT(GT(x, K(0)), x, MUL(p, x)),
       SELECT(GT(x, K(0)), g, MUL(p, g)), 0.2, 2, "x above 0, slope*x below.")
SCALED(FLOAT, _elu, "", PARAMS(REAL("slope", 0.25)), SELECT(GT(x, K(0)), x, MUL(p, EXPM1(x))),
       SELECT(GT(x, K(0)), g, MUL(g, ADD(y, p))), 0.2, 2, "x above 0, slope*(exp(x) - 1) below.")

/* --------------------------------------------------------------------------------------------- dropout */

COMPOSED(Dropout, "", "data", 1, 1, PARAMS(REAL("p", 0.5), CHOICE("mode", "always training", 1), SHAPE("axes", 0), FLAG("cudnn_off", 0)),
   dropout_compose, "While training each element is 0 with probability p, else divided by 1 - p; the same all along the axes named.")
OP(_random_dropout_mask, "", "", 0, 1, PARAMS(REAL("p", 0.5), FLAG("shared", 0), SHAPE("shape", 0), TYPE_IS("dtype", ND_FLOAT32)),
   dropout_mask_infer, dropout_mask_run, zero_gradient, 0, ALL, "0 with probability p, else 1/(1 - p): MXNet 1.9.1's draws, bit for bit.")

/* --------------------------------------------------------------------------------------------- softmax */

OP(softmax, "", "data ?length", 2, 1, PARAMS(INT("axis", -1), OPT_REAL("temperature"), TYPE("dtype"), FLAG("use_length", 0)),
   softmax_infer, softmax_run, softmax_gradient, KEEP_OUTPUT, FLOATS,
   "exp(x/temperature) divided by its sum along the axis; beyond a length given for each row, 0.")
OP(log_softmax, "", "data", 1, 1, PARAMS(INT("axis", -1), OPT_REAL("temperature"), TYPE("dtype"), FLAG("use_length", 0)),
   softmax_infer, log_softmax_run, log_softmax_gradient, KEEP_OUTPUT, FLOATS,
   "The logarithm of softmax, exact where softmax underflows.")
COMPOSED(softmin, "", "data", 1, 1, PARAMS(INT("axis", -1), OPT_REAL("temperature"), TYPE("dtype"), FLAG("use_length", 0)),
   softmin_compose, "softmax(-data).")
COMPOSED(SoftmaxActivation, "", "data", 1, 1, PARAMS(CHOICE("mode", "channel instance", 1)), softmax_activation_compose,
   "softmax along the last axis, or with mode='channel' along axis 1.")

/* ---------------------------------------------------------------------------------------- normalization */

OP(_normalize, "", "data gamma beta", 3, 3, PARAMS(AXES("axis"), REAL("eps", 1e-5)), normalize_infer, normalize_run, normalize_gradient,
   KEEP_INPUT(0) | KEEP_INPUT(1) | KEEP_OUTPUT_AT(1) | KEEP_OUTPUT_AT(2), FLOATS,
   "(data - mean) / sqrt(variance + eps) * gamma + beta, the mean and the variance being those along the axes; and these two.")
FUSED(_squared_deviation, 2, MUL(SUB(a, b), SUB(a, b)))
FUSED(_inverse_deviation, 2, RSQRT(ADD(a, b)))
FUSED(_normalized, 5, ADD(MUL(MUL(SUB(a, b), c), d), e))
FUSED(_deviation_product, 5, MUL(MUL(MUL(SUB(a, b), c), d), e))
FUSED(_normalized_gradient, 7, ADD(ADD(MUL(MUL(a, b), c), MUL(SUB(d, e), f)), h))

COMPOSED(BatchNorm, "", "data gamma beta moving_mean moving_var", 5, INT_OF(4) ? 3 : 1, PARAMS(REAL("eps", 0.0010000000474974513),
   REAL("momentum", 0.899999976), FLAG("fix_gamma", 1), FLAG("use_global_stats", 0), FLAG("output_mean_var", 0), INT("axis", 1),
   FLAG("cudnn_off", 0), OPT_REAL("min_calib_range"), OPT_REAL("max_calib_range")), batch_norm_compose,
   "Normalizes along all axes but one; while training by the batch, whose mean and variance backward adds to the moving ones, else by those.")
COMPOSED(_contrib_BatchNormWithReLU, "", "data gamma beta moving_mean moving_var", 5, INT_OF(4) ? 3 : 1,
   PARAMS(REAL("eps", 0.0010000000474974513), REAL("momentum", 0.899999976), FLAG("fix_gamma", 1), FLAG("use_global_stats", 0),
   FLAG("output_mean_var", 0), INT("axis", 1), FLAG("cudnn_off", 0), OPT_REAL("min_calib_range"), OPT_REAL("max_calib_range")),
   batch_norm_relu_compose, "max(BatchNorm, 0).")
COMPOSED(LayerNorm, "", "data gamma beta", 3, INT_OF(2) ? 3 : 1, PARAMS(INT("axis", -1), REAL("eps", 9.99999975e-06),
   FLAG("output_mean_var", 0)), layer_norm_compose, "Normalizes along one axis; gamma and beta lie along it too.")
COMPOSED(GroupNorm, "", "data gamma beta", 3, INT_OF(2) ? 3 : 1, PARAMS(INT("num_groups", 1), REAL("eps", 9.99999975e-06),
   FLAG("output_mean_var", 0)), group_norm_compose, "Normalizes each group of channels of each sample; gamma and beta have an element for each group.")
COMPOSED(InstanceNorm, "", "data gamma beta", 3, 1, PARAMS(REAL("eps", 0.00100000005)), instance_norm_compose,
   "Normalizes each channel of each sample.")
COMPOSED(L2Normalization, "", "data", 1, 1, PARAMS(REAL("eps", 1.00000001e-10), CHOICE("mode", "channel instance spatial", 1)),
   l2_normalization_compose, "data over its Euclidean norm: of a sample, along axis 1 (channel), or along all axes after it (spatial).")
COMPOSED(LRN, "", "data", 1, 1, PARAMS(REAL("alpha", 9.99999975e-05), REAL("beta", 0.75), REAL("knorm", 2), NEEDED_INT("nsize")),
   lrn_compose, "data over (knorm + alpha/nsize * the squares of nsize neighbouring channels) ** beta.")

/* ------------------------------------------------- losses whose gradient is stated, not derived from the output */

OP(_attach_gradient, "", "shown data gradient", 3, 1, PARAMS(FLAG("times_head", 0)), attach_gradient_infer, copy_run,
   attach_gradient_gradient, KEEP_INPUT(2), ALL,
   "`shown`, whose gradient goes to data alone and is `gradient`, multiplied by the head's if times_head.")
COMPOSED(SoftmaxOutput, "Softmax", "data label", 2, 1, PARAMS(REAL("grad_scale", 1), REAL("ignore_label", -1), FLAG("multi_output", 0),
   FLAG("use_ignore", 0), FLAG("preserve_shape", 0), CHOICE("normalization", "batch null valid", 1), FLAG("out_grad", 0),
   REAL("smooth_alpha", 0)), softmax_output_compose,
   "softmax, whose gradient is that of the cross-entropy with the label, whatever the head's gradient is.")
COMPOSED(softmax_cross_entropy, "", "data label", 2, 1, NO_PARAMS, softmax_cross_entropy_compose,
   "The sum over rows of -log(softmax(data)[label]).")
COMPOSED(LinearRegressionOutput, "", "data label", 2, 1, PARAMS(REAL("grad_scale", 1)), linear_regression_compose,
   "data, whose gradient is that of half the squared distance from the label.")
COMPOSED(LogisticRegressionOutput, "", "data label", 2, 1, PARAMS(REAL("grad_scale", 1)), logistic_regression_compose,
   "sigmoid(data), whose gradient is that of the cross-entropy with the label.")
COMPOSED(MAERegressionOutput, "", "data label", 2, 1, PARAMS(REAL("grad_scale", 1)), mae_regression_compose,
   "data, whose gradient is that of the absolute distance from the label.")
COMPOSED(SVMOutput, "", "data label", 2, 1, PARAMS(REAL("margin", 1), REAL("regularization_coefficient", 1), FLAG("use_linear", 0)),
   svm_output_compose, "data, whose gradient is that of the squared hinge loss, or with use_linear of the hinge loss.")

OP(_ctc_states, "", "label ?label_lengths", 2, 4, PARAMS(NEEDED_INT("classes"), CHOICE("blank_label", "first last", 0)), ctc_states_infer,
   ctc_states_run, zero_gradient, 0, ALL,
   "Of each label with blanks between its classes: the classes' places in (batch, classes), and 0 where a path may start, skip a blank, end.")
COMPOSED(CTCLoss, "ctc_loss _contrib_CTCLoss _contrib_ctc_loss", "data label ?data_lengths ?label_lengths", 4, 1,
   PARAMS(FLAG("use_data_lengths", 0), FLAG("use_label_lengths", 0), CHOICE("blank_label", "first last", 0)), ctc_loss_compose,
   "-log of the probability that softmax(data), of shape (time, batch, classes), gives each label with blanks and repetitions removed.")

/* ------------------------------------------------------------------------------------------- attention */

COMPOSED(_contrib_interleaved_matmul_selfatt_qk, "", "queries_keys_values", 1, 1, PARAMS(NEEDED_INT("heads")), selfatt_qk_compose,
   "The scaled products of queries and keys that lie side by side, (length, batch, heads*3*d), as (batch*heads, length, length).")
COMPOSED(_contrib_interleaved_matmul_selfatt_valatt, "", "queries_keys_values attention", 2, 1, PARAMS(NEEDED_INT("heads")),
   selfatt_valatt_compose, "The values of selfatt_qk's input weighted by the attention, as (length, batch, heads*d).")
COMPOSED(_contrib_interleaved_matmul_encdec_qk, "", "queries keys_values", 2, 1, PARAMS(NEEDED_INT("heads")), encdec_qk_compose,
   "The scaled products of queries (length, batch, heads*d) and keys that lie beside values (length, batch, heads*2*d).")
COMPOSED(_contrib_interleaved_matmul_encdec_valatt, "", "keys_values attention", 2, 1, PARAMS(NEEDED_INT("heads")),
   encdec_valatt_compose, "The values that lie beside keys weighted by the attention, as (length, batch, heads*d).")

/* clang-format on */
