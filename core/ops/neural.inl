/* What layers of neural networks are made of. */
/* clang-format off */

COMPOSED(FullyConnected, "", "data weight ?bias", 3, 1, PARAMS(NEEDED_INT("num_hidden"), FLAG("no_bias", 0), FLAG("flatten", 1)),
   fully_connected_compose,
   "data W^T + b: data times the transposed weight, plus the bias."
   SHAPES("data (n, ...), weight (num_hidden, the product of the other extents), bias (num_hidden) -> (n, num_hidden); with flatten=False data "
   "(..., k), weight (num_hidden, k) -> (..., num_hidden)")
   FLOATS_ALIKE ERRORS("ShapeError if weight or bias do not fit") SAYS("num_hidden", "features of the result")
   SAYS("flatten", "all axes but the first are features, else the last one is"))
COMPOSED(Embedding, "_contrib_SparseEmbedding", "data weight", 2, 1, PARAMS(NEEDED_INT("input_dim"), NEEDED_INT("output_dim"), TYPE_IS("dtype", ND_FLOAT32),
   FLAG("sparse_grad", 0)), embedding_compose,
   "The rows of the weight that data numbers; numbers beyond the ends are clipped."
   SHAPES("data (any), weight (input_dim, output_dim) -> (..., output_dim)") ERRORS("ShapeError if the weight does not fit")
   SAYS("input_dim", "rows of the weight") SAYS("output_dim", "its columns") SAYS("dtype", "of the weight; accepted, for the result has it"))

/* ------------------------------------------------------------------------------------------ activations */

COMPOSED(Activation, "", "data", 1, 1, PARAMS(NEEDED_CHOICE("act_type", "relu sigmoid softrelu softsign tanh")), activation_compose,
   "The function named, of every element: relu max(x, 0), sigmoid 1/(1 + exp(-x)), softrelu log(1 + exp(x)), softsign x/(1 + |x|), tanh."
   SHAPES("data (any) -> the same"))
COMPOSED(LeakyReLU, "", "data ?gamma", 2, 1, PARAMS(CHOICE("act_type", "elu gelu leaky prelu rrelu selu", 2), REAL("slope", 0.25),
   REAL("lower_bound", 0.125), REAL("upper_bound", 0.333999991)), leaky_relu_compose,
   "x above 0, and below it: leaky slope*x (Maas and others, 2013), elu slope*(exp(x)-1) (Clevert and others, 2015), prelu gamma*x (He and "
   "others, 2015), rrelu a random share of x while training, the mean one else (Xu and others, 2015), selu (Klambauer and others, 2017); or "
   "gelu, x times the normal distribution's probability of less than x (Hendrycks and Gimpel, 2016)."
   SHAPES("data (n, c, ...), for prelu gamma (c) or (1) -> that of data") ALIKE
   ERRORS("ShapeError if gamma does not fit; ArgumentError if lower_bound is above upper_bound")
   SAYS("slope", "of leaky and elu") SAYS("lower_bound", "least share for rrelu") SAYS("upper_bound", "largest share for rrelu"))

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
   dropout_compose,
   "While training each element is 0 with probability p, else divided by 1 - p; the same all along the axes named (Srivastava and others, "
   "2014)."
   SHAPES("data (any) -> the same") ERRORS("ArgumentError unless p is in [0, 1]; AxisError if data has no such axis")
   SAYS("p", "the part that is dropped") SAYS("mode", "when") SAYS("axes", "along which one draw holds"))
OP(_random_dropout_mask, "", "", 0, 1, PARAMS(REAL("p", 0.5), FLAG("shared", 0), SHAPE("shape", 0), TYPE_IS("dtype", ND_FLOAT32)),
   dropout_mask_infer, dropout_mask_run, zero_gradient, 0, ALL,
   "0 with probability p, else 1/(1 - p): MXNet 1.9.1's draws, bit for bit." SHAPES("-> shape") DTYPES("float16, float32, float64 (else DTypeError)")
   ERRORS("ArgumentError unless p is in [0, 1]; ShapeError for a negative extent") SAYS("p", "the part that is dropped")
   SAYS("shared", "draw as for a mask that is broadcast"))

/* --------------------------------------------------------------------------------------------- softmax */

OP(softmax, "", "data ?length", 2, 1, PARAMS(INT("axis", -1), OPT_REAL("temperature"), TYPE("dtype"), FLAG("use_length", 0)),
   softmax_infer, softmax_run, softmax_gradient, KEEP_OUTPUT, FLOATS,
   "exp(x/temperature) divided by its sum along the axis; beyond a length given for each row, 0."
   SHAPES("data (any), length (that of data without the axis) -> that of data")
   DTYPES("all; integers are computed in float64 and cut off, unless dtype says otherwise; length has integers (else DTypeError)")
   ERRORS("AxisError if data has no such axis; ArgumentError for a temperature of 0; ShapeError if length does not fit; DTypeError for a dtype that"
   " is no float")
   SAYS("use_length", "take length") SAYS("dtype", "a float, of the result; None: that of data"))
OP(log_softmax, "", "data", 1, 1, PARAMS(INT("axis", -1), OPT_REAL("temperature"), TYPE("dtype"), FLAG("use_length", 0)),
   softmax_infer, log_softmax_run, log_softmax_gradient, KEEP_OUTPUT, FLOATS,
   "The logarithm of softmax, exact where softmax underflows." SHAPES("data (any) -> the same")
   ERRORS("AxisError if data has no such axis; ArgumentError for a temperature of 0; DTypeError for a dtype that is no float")
   SAYS("dtype", "a float, of the result; None: that of data") SAYS("use_length", "for softmax only: CallError"))
COMPOSED(softmin, "", "data", 1, 1, PARAMS(INT("axis", -1), OPT_REAL("temperature"), TYPE("dtype"), FLAG("use_length", 0)),
   softmin_compose,
   "softmax(-data)." SHAPES("data (any) -> the same")
   ERRORS("AxisError if data has no such axis; ArgumentError for a temperature of 0; DTypeError for a dtype that is no float")
   SAYS("dtype", "a float, of the result; None: that of data") SAYS("use_length", "for softmax only: CallError"))
COMPOSED(SoftmaxActivation, "", "data", 1, 1, PARAMS(CHOICE("mode", "channel instance", 1)), softmax_activation_compose,
   "softmax along the last axis, or with mode='channel' along axis 1." SHAPES("data (n, ...) -> the same")
   ERRORS("ShapeError for mode channel and fewer than 3 axes; AxisError for data without axes") SAYS("mode", "along which axis"))

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
   "(data - mean) / sqrt(var + eps) * gamma + beta (Ioffe and Szegedy, 2015). While training by the mean and variance of the batch along all"
   " axes but one, which backward adds to the moving ones: moving = momentum moving + (1 - momentum) batch; else by those."
   SHAPES("data (n, c, ...), the others (c) -> (n, c, ...), with output_mean_var also (c) and (c): the mean, and 1/sqrt(var + eps)")
   DTYPES("float16, float32, float64 (else DTypeError); the others have their own")
   ERRORS("ShapeError if data has one axis only, or the others do not fit; AxisError if data has no such axis") SAYS("axis", "that of the channels")
   SAYS("fix_gamma", "take ones for gamma") SAYS("use_global_stats", "take the moving mean and variance in training too"))
COMPOSED(_contrib_BatchNormWithReLU, "", "data gamma beta moving_mean moving_var", 5, INT_OF(4) ? 3 : 1,
   PARAMS(REAL("eps", 0.0010000000474974513), REAL("momentum", 0.899999976), FLAG("fix_gamma", 1), FLAG("use_global_stats", 0),
   FLAG("output_mean_var", 0), INT("axis", 1), FLAG("cudnn_off", 0), OPT_REAL("min_calib_range"), OPT_REAL("max_calib_range")),
   batch_norm_relu_compose,
   "max(BatchNorm, 0)." SHAPES("data (n, c, ...), the others (c) -> (n, c, ...), with output_mean_var also (c) and (c)") DTYPES("float16, float32, float64 (else DTypeError); the others have their own")
   ERRORS("ShapeError if data has one axis only, or the others do not fit; AxisError if data has no such axis") SAYS("axis", "that of the channels")
   SAYS("fix_gamma", "take ones for gamma") SAYS("use_global_stats", "take the moving mean and variance in training too"))
COMPOSED(LayerNorm, "", "data gamma beta", 3, INT_OF(2) ? 3 : 1, PARAMS(INT("axis", -1), REAL("eps", 9.99999975e-06),
   FLAG("output_mean_var", 0)), layer_norm_compose,
   "(data - mean) / sqrt(var + eps) * gamma + beta, the mean and variance being those along the axis (Ba and others, 2016)."
   SHAPES("data (n, ..., k), gamma (k), beta (k) -> (n, ..., k), with output_mean_var also the mean and sqrt(var + eps), with 1 for k")
   DTYPES("float16, float32, float64 (else DTypeError); gamma and beta have their own")
   ERRORS("ShapeError if gamma or beta do not fit; AxisError if data has no such axis"))
COMPOSED(GroupNorm, "", "data gamma beta", 3, INT_OF(2) ? 3 : 1, PARAMS(INT("num_groups", 1), REAL("eps", 9.99999975e-06),
   FLAG("output_mean_var", 0)), group_norm_compose,
   "(data - mean) / sqrt(var + eps) * gamma + beta, the mean and variance being those of each group of channels of each sample (Wu and He, "
   "2018)."
   SHAPES("data (n, c, ...), gamma (num_groups), beta (num_groups) -> (n, c, ...), with output_mean_var also the mean and sqrt(var + eps), (n, "
   "num_groups)")
   DTYPES("float16, float32, float64 (else DTypeError); gamma and beta have their own")
   ERRORS("ShapeError if data has fewer than 3 axes, or gamma or beta do not fit; ArgumentError unless num_groups divides the channels")
   SAYS("num_groups", "how many"))
COMPOSED(InstanceNorm, "", "data gamma beta", 3, 1, PARAMS(REAL("eps", 0.00100000005)), instance_norm_compose,
   "(data - mean) / sqrt(var + eps) * gamma + beta, the mean and variance being those of each channel of each sample (Ulyanov and others, "
   "2016)."
   SHAPES("data (n, c, ...), gamma (c), beta (c) -> (n, c, ...)")
   DTYPES("float16, float32, float64 (else DTypeError); gamma and beta have their own")
   ERRORS("ShapeError if data has fewer than 3 axes, or gamma or beta do not fit"))
COMPOSED(L2Normalization, "", "data", 1, 1, PARAMS(REAL("eps", 1.00000001e-10), CHOICE("mode", "channel instance spatial", 1)),
   l2_normalization_compose,
   "data / sqrt(the sum of its squares + eps): of a sample, along axis 1 (channel), or along all axes after it (spatial)."
   SHAPES("data (n, c, ...) -> the same") ERRORS("ShapeError for fewer than 2 axes, or 3 in modes channel and spatial") SAYS("mode", "whose squares"))
COMPOSED(LRN, "", "data", 1, 1, PARAMS(REAL("alpha", 9.99999975e-05), REAL("beta", 0.75), REAL("knorm", 2), NEEDED_INT("nsize")),
   lrn_compose,
   "data / (knorm + alpha/nsize * the squares of nsize neighbouring channels) ** beta (Krizhevsky and others, 2012)."
   SHAPES("data (n, c, ...) -> the same") ERRORS("ArgumentError for an even nsize, or data of one axis") SAYS("alpha", "as above")
   SAYS("beta", "as above") SAYS("knorm", "as above") SAYS("nsize", "how many channels"))

/* ------------------------------------------------- losses whose gradient is stated, not derived from the output */

OP(_attach_gradient, "", "shown data gradient", 3, 1, PARAMS(FLAG("times_head", 0)), attach_gradient_infer, copy_run,
   attach_gradient_gradient, KEEP_INPUT(2), ALL,
   "`shown`, whose gradient goes to data alone and is `gradient`, multiplied by the head's if times_head.")
OP(_class_gradient, "", "shares label classes", 3, 1, PARAMS(REAL("on", 1), REAL("off", 0), REAL("scale", 1)), class_gradient_infer,
   class_gradient_run, class_gradient_gradient, 0, FLOATS,
   "scale * (shares - on where the label is the class, off where it is not): of the cross-entropy of shares with labels, by what softmax took.")
FUSED(_class_gradient, 6, MUL(SUB(a, SELECT(EQ(TRUNC(b), c), d, e)), f))
COMPOSED(SoftmaxOutput, "Softmax", "data label", 2, 1, PARAMS(REAL("grad_scale", 1), REAL("ignore_label", -1), FLAG("multi_output", 0),
   FLAG("use_ignore", 0), FLAG("preserve_shape", 0), CHOICE("normalization", "batch null valid", 1), FLAG("out_grad", 0),
   REAL("smooth_alpha", 0)), softmax_output_compose,
   "softmax, whose gradient is that of the cross-entropy with the label, whatever the head's gradient is."
   SHAPES("data (n, c), label (n) -> (n, c); with multi_output data (n, c, ...), label (n, ...); a label of the data's shape holds probabilities")
   DTYPES("all; the label has its own") ERRORS("ShapeError if the label does not fit, or data has one axis only")
   SAYS("ignore_label", "the class that counts for nothing, with use_ignore")
   SAYS("multi_output", "axis 1 holds the classes, and each place behind has a label") SAYS("use_ignore", "there is an ignore_label")
   SAYS("preserve_shape", "the last axis holds the classes")
   SAYS("normalization", "divide the gradient by the number of samples (batch), of labels that count (valid), or not")
   SAYS("out_grad", "multiply by the head's gradient") SAYS("smooth_alpha", "the part of each label's probability that goes to the other classes"))
COMPOSED(softmax_cross_entropy, "", "data label", 2, 1, NO_PARAMS, softmax_cross_entropy_compose,
   "The sum over rows of -log(softmax(data)[label])." SHAPES("data (n, c), label (n) -> (1)") DTYPES("all; the label has its own")
   ERRORS("ShapeError if data has not two axes, or the label does not fit"))
COMPOSED(LinearRegressionOutput, "", "data label", 2, 1, PARAMS(REAL("grad_scale", 1)), linear_regression_compose,
   "data, whose gradient is that of half the squared distance from the label."
   SHAPES("data (n, ...), label (n, ...) of as many elements -> that of data") DTYPES("all; the label has its own")
   ERRORS("ShapeError if the label does not fit"))
COMPOSED(LogisticRegressionOutput, "", "data label", 2, 1, PARAMS(REAL("grad_scale", 1)), logistic_regression_compose,
   "sigmoid(data), whose gradient is that of the cross-entropy with the label."
   SHAPES("data (n, ...), label (n, ...) of as many elements -> that of data") DTYPES("all; the label has its own")
   ERRORS("ShapeError if the label does not fit"))
COMPOSED(MAERegressionOutput, "", "data label", 2, 1, PARAMS(REAL("grad_scale", 1)), mae_regression_compose,
   "data, whose gradient is that of the absolute distance from the label."
   SHAPES("data (n, ...), label (n, ...) of as many elements -> that of data") DTYPES("all; the label has its own")
   ERRORS("ShapeError if the label does not fit"))
COMPOSED(SVMOutput, "", "data label", 2, 1, PARAMS(REAL("margin", 1), REAL("regularization_coefficient", 1), FLAG("use_linear", 0)),
   svm_output_compose,
   "data, whose gradient is that of the squared hinge loss, or with use_linear of the hinge loss." SHAPES("data (n, c), label (n) -> (n, c)")
   DTYPES("all; the label has its own") ERRORS("ShapeError if data has not two axes, or the label does not fit")
   SAYS("margin", "how far the right class should lead") SAYS("regularization_coefficient", "multiplies the gradient")
   SAYS("use_linear", "the hinge loss, not its square"))

OP(_ctc_states, "", "label ?label_lengths", 2, 4, PARAMS(NEEDED_INT("classes"), CHOICE("blank_label", "first last", 0)), ctc_states_infer,
   ctc_states_run, zero_gradient, 0, ALL,
   "Of each label with blanks between its classes: the classes' places in (batch, classes), and 0 where a path may start, skip a blank, end.")
COMPOSED(CTCLoss, "ctc_loss _contrib_CTCLoss _contrib_ctc_loss", "data label ?data_lengths ?label_lengths", 4, 1,
   PARAMS(FLAG("use_data_lengths", 0), FLAG("use_label_lengths", 0), CHOICE("blank_label", "first last", 0)), ctc_loss_compose,
   "-log of the probability that softmax(data) gives each label with blanks and repetitions removed (Graves and others, 2006)."
   SHAPES("data (t, n, c), label (n, l), data_lengths (n), label_lengths (n) -> (n)")
   DTYPES("float16, float32, float64 (else DTypeError); the others have their own")
   ERRORS("ShapeError if the shapes do not fit, or labels are longer than data; BoundsError for a class or a length that is not there")
   SAYS("use_data_lengths", "take data_lengths") SAYS("use_label_lengths", "take label_lengths; else a label ends before its first blank, 0 or -1")
   SAYS("blank_label", "which class is the blank, the first (labels count from 1) or the last"))

/* ------------------------------------------------------------------------------------------- attention */

COMPOSED(_contrib_interleaved_matmul_selfatt_qk, "", "queries_keys_values", 1, 1, PARAMS(NEEDED_INT("heads")), selfatt_qk_compose,
   "The scaled products of queries and keys that lie side by side, q k^T / sqrt(d) (Vaswani and others, 2017)."
   SHAPES("queries_keys_values (l, n, heads 3 d) -> (n heads, l, l)") FLOATS_ONLY ERRORS("ShapeError if the last axis is no multiple of 3 heads"))
COMPOSED(_contrib_interleaved_matmul_selfatt_valatt, "", "queries_keys_values attention", 2, 1, PARAMS(NEEDED_INT("heads")),
   selfatt_valatt_compose,
   "The values of selfatt_qk's input weighted by the attention, as (length, batch, heads*d)."
   SHAPES("queries_keys_values (l, n, heads 3 d), attention (n heads, l, l) -> (l, n, heads d)") FLOATS_ALIKE
   ERRORS("ShapeError if the last axis is no multiple of 3 heads, or attention does not fit"))
COMPOSED(_contrib_interleaved_matmul_encdec_qk, "", "queries keys_values", 2, 1, PARAMS(NEEDED_INT("heads")), encdec_qk_compose,
   "The scaled products of queries and keys that lie beside values, q k^T / sqrt(d) (Vaswani and others, 2017)."
   SHAPES("queries (l, n, heads d), keys_values (m, n, heads 2 d) -> (n heads, l, m)") FLOATS_ALIKE
   ERRORS("ShapeError if the last axes are no such multiples, or differ in n or d"))
COMPOSED(_contrib_interleaved_matmul_encdec_valatt, "", "keys_values attention", 2, 1, PARAMS(NEEDED_INT("heads")),
   encdec_valatt_compose,
   "The values that lie beside keys weighted by the attention, as (length, batch, heads*d)."
   SHAPES("keys_values (m, n, heads 2 d), attention (n heads, l, m) -> (l, n, heads d)") FLOATS_ALIKE
   ERRORS("ShapeError if the last axis is no multiple of 2 heads, or attention does not fit"))

/* ------------------------------------------------------------------------------ normalization, other forms of it */

COMPOSED(BatchNorm_v1, "", "data gamma beta moving_mean moving_var", 5, INT_OF(4) ? 3 : 1, PARAMS(REAL("eps", 0.00100000005),
   REAL("momentum", 0.899999976), FLAG("fix_gamma", 1), FLAG("use_global_stats", 0), FLAG("output_mean_var", 0)), batch_norm_axis_1_compose,
   "BatchNorm along axis 1, which gives the variance, not 1/sqrt(var + eps), beside the mean."
   SHAPES("data (n, c, ...), the others (c) -> (n, c, ...), with output_mean_var also (c) and (c): the mean and the variance")
   DTYPES("float16, float32, float64 (else DTypeError); the others have their own")
   ERRORS("ShapeError if data has one axis only, or the others do not fit")
   SAYS("fix_gamma", "take ones for gamma") SAYS("use_global_stats", "take the moving mean and variance in training too"))
COMPOSED(_contrib_SyncBatchNorm, "", "data gamma beta moving_mean moving_var", 5, INT_OF(4) ? 3 : 1, PARAMS(REAL("eps", 0.00100000005),
   REAL("momentum", 0.899999976), FLAG("fix_gamma", 1), FLAG("use_global_stats", 0), FLAG("output_mean_var", 0), INT("ndev", 1), NEEDED_TEXT("key")),
   batch_norm_axis_1_compose,
   "BatchNorm along axis 1 over the batch of all devices, of which there is one here; it gives the variance beside the mean."
   SHAPES("data (n, c, ...), the others (c) -> (n, c, ...), with output_mean_var also (c) and (c): the mean and the variance")
   DTYPES("float16, float32, float64 (else DTypeError); the others have their own")
   ERRORS("ShapeError if data has one axis only, or the others do not fit")
   SAYS("fix_gamma", "take ones for gamma") SAYS("use_global_stats", "take the moving mean and variance in training too")
   SAYS("ndev", "accepted, without meaning here") SAYS("key", "accepted, without meaning here"))
COMPOSED(IdentityAttachKLSparseReg, "", "data moving_avg", 2, 1,
   PARAMS(REAL("sparseness_target", 0.100000001), REAL("penalty", 0.00100000005), REAL("momentum", 0.899999976)), sparse_reg_compose,
   "A copy of data, to whose gradient backward adds penalty * ((1 - target)/(1 - avg) - target/avg): that of the divergence of the average activation"
   " of a unit from the target. avg = momentum avg + (1 - momentum) mean, which backward moves first."
   SHAPES("data (n, ...), moving_avg (units) -> data's") FLOATS_ONLY ERRORS("ShapeError if data has one axis only, or moving_avg not one float a unit")
   SAYS("sparseness_target", "of the average activation, between 0 and 1") SAYS("penalty", "multiplies what is added"))

/* clang-format on */
