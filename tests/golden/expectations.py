"""How near ndgrad must come to MXNet, and where it goes another way on purpose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tolerance:
    """In units in the last place: of the number itself, or of the largest number of the case."""

    reason: str
    outputs: float
    gradients: float
    of_largest: bool = False
    as_float32: bool = False  # float64 too, because MXNet's constants or parameters are float32


EXACT = Tolerance("moves, comparisons, integers, and single roundings in one order", 0, 0)

_FUNCTIONS = """
    Activation arccos arccosh arcsin arcsinh arctan arctanh cbrt cos cosh exp expm1 log log10 log1p log2
    rcbrt rsqrt sigmoid sin sinh tan tanh broadcast_power broadcast_hypot _power _power_scalar
    _rpower_scalar _hypot _hypot_scalar
"""
_FUNCTIONS_BY_FLOAT32 = """
    degrees erf erfinv gammaln hard_sigmoid LogisticRegressionOutput radians
"""
_QUOTIENTS = """
    reciprocal sqrt softsign broadcast_div elemwise_div _div_scalar _rdiv_scalar broadcast_mod _mod_scalar
    _rmod_scalar _contrib_div_sqrt_dim _contrib_quadratic _random_pdf_uniform
"""
_SUMS = """
    add_n batch_dot broadcast_mul dot khatri_rao mean multi_lars nanprod nansum norm prod sum
    FullyConnected Convolution Correlation Deconvolution Pooling UpSampling
    _contrib_AdaptiveAvgPooling2D _contrib_DeformableConvolution _contrib_interleaved_matmul_encdec_qk
    _contrib_interleaved_matmul_selfatt_qk _contrib_ModulatedDeformableConvolution
    _contrib_interleaved_matmul_encdec_valatt _contrib_interleaved_matmul_selfatt_valatt
"""
_MATRICES = """
    _linalg_det _linalg_gelqf _linalg_gemm _linalg_gemm2 _linalg_inverse _linalg_potrf _linalg_potri
    _linalg_slogdet _linalg_sumlogdiag _linalg_syrk _linalg_trmm _linalg_trsm
"""
_EXPONENTIALS = """
    softmax log_softmax softmin CTCLoss SoftmaxActivation SoftmaxOutput _random_pdf_exponential
    _random_pdf_generalized_negative_binomial _random_pdf_negative_binomial _random_pdf_poisson
"""
_PLACES = """
    BilinearSampler SpatialTransformer _contrib_MultiBoxDetection _contrib_MultiBoxPrior
    _contrib_MultiBoxTarget _contrib_box_decode _contrib_box_encode _contrib_box_iou
    _contrib_PSROIPooling _contrib_ROIAlign _contrib_RROIAlign _contrib_MultiProposal _cvimresize
"""
_BY_FLOAT32 = """
    BatchNorm GroupNorm InstanceNorm L2Normalization LRN LayerNorm moments RNN LinearRegressionOutput
    MAERegressionOutput _contrib_BilinearResize2D _image_adjust_lighting _image_normalize
    _image_random_brightness _image_random_contrast _image_random_hue _image_random_lighting
    _image_random_saturation _image_resize _random_pdf_dirichlet _random_pdf_normal LeakyReLU
    _random_pdf_gamma BatchNorm_v1 _contrib_SyncBatchNorm _contrib_hawkesll
    _contrib_DeformablePSROIPooling
"""
_UPDATES = """
    _adamw_update _multi_adamw_update _multi_lamb_update _multi_mp_adamw_update _multi_mp_lamb_update
    adam_update ftrl_update lamb_update_phase1 lamb_update_phase2 mp_lamb_update_phase1
    mp_nag_mom_update multi_mp_sgd_update multi_sgd_mom_update nag_mom_update rmsprop_update
    rmspropalex_update sgd_mom_update sgd_update signsgd_update signum_update multi_sgd_update
    preloaded_multi_sgd_update
"""

# Operators that are not here agree exactly.
TOLERANCES: dict[str, Tolerance] = {
    name: tolerance
    for names, tolerance in (
        (_FUNCTIONS, Tolerance("functions to 1 or 2 ulp; a gradient like y (1 - y) loses digits", 2, 8)),
        (_FUNCTIONS_BY_FLOAT32, Tolerance("the same, with float32 constants", 2, 8, as_float32=True)),
        ("gamma", Tolerance("the gradient is a product with the digamma function", 2, 32, as_float32=True)),
        ("_contrib_quantized_fully_connected", Tolerance("ends of ranges: several roundings", 1, 0)),
        ("_sample_multinomial", Tolerance("a logarithm in float32", 1, 0, as_float32=True)),
        (_QUOTIENTS, Tolerance("the gradient has several roundings, in another order", 1, 3)),
        (_SUMS, Tolerance("sums and products in another order", 4, 4, of_largest=True)),
        (_MATRICES, Tolerance("products and decompositions in another order", 8, 8, of_largest=True)),
        (
            "_linalg_syevd",
            Tolerance("eigenvectors, divided by how far eigenvalues are apart", 8, 64, of_largest=True),
        ),
        (_EXPONENTIALS, Tolerance("sums of exponentials and logarithms", 8, 8, of_largest=True)),
        (_PLACES, Tolerance("products and quotients of coordinates", 8, 8, of_largest=True)),
        (_BY_FLOAT32, Tolerance("sums, by float32 parameters", 16, 16, of_largest=True, as_float32=True)),
        ("ftml_update", Tolerance("differences of float32 powers", 128, 0, of_largest=True, as_float32=True)),
        (_UPDATES, Tolerance("steps, by float32 rates", 16, 16, of_largest=True, as_float32=True)),
    )
    for name in names.split()
}

# Why, and in which parts of which cases: operator/case part, or operator/case refusal: what MXNet said.
DIFFERENT: dict[str, tuple[str, ...]] = {
    "MXNet's answer is no answer: it reads memory that it has not written, or dies": (
        "*/[0-9]* refusal: MXNet's answer depends on what memory held before",
        "*/[0-9]* refusal: MXNet died of it",
    ),
    "an operator takes every dtype that it can compute in": (
        "*/[0-9]* refusal: *only support float*",
        "*/[0-9]* refusal: *does not support float16*",
        "*/[0-9]* refusal: *type_flag_ == kFloat32 ||*",
        "*/[0-9]* refusal: *inputs?0?.type_flag_ == mshadow: :kFloat32*",
        "*/[0-9]* refusal: *32-bit and 64-bit*",
        "* refusal: *only support floating point types*",
        "*/[0-9]* refusal: *float16 fully connected layer*",
        "*/[0-9]* refusal: FP16 gemm on cpu not implemented!",
        "*/[0-9]* refusal: *Unsupported data type*",
        "_contrib_SyncBatchNorm/0-float64 refusal: *",
        "CTCLoss/[0-9]* refusal: *data type do not match specified typ*",
        "[!C_]*/[0-9]* refusal: *data type do not match specified typ*",
        "*/[0-9]* refusal: *This layer requires uniform type*",
        "*/[0-9]* refusal: Type inconsistent, *",
        "*/[0-9]* refusal: Other DTypes are not supported!",
        "*/[0-9]* refusal: Not implmented!",
        "*/[0-9]* refusal: unknown type for MKLDNN *",
        "*/[0-9]* refusal: Unknown type enum -1",
        "_cvcopyMakeBorder/0-float16 refusal: *",
        "_contrib_quantize_v2/0-* refusal: *",
        "_contrib_dequantize/2-* refusal: *",
        "_contrib_quantized_conv/1-* refusal: *",
        "_onehot_encode/1-* refusal: *",
    ),
    "MXNet has it on GPUs, with MKL-DNN or for sparse arrays only": (
        "*/[0-9]* refusal: * is only available for GPU.",
        "*/[0-9]* refusal: * is not implemented for CPU.",
        "*/[0-9]* refusal: *out_shapes.size() == outputs.size() (0 vs. ?)*",
        "*/[0-9]* refusal: *infer_stype_success: Operator not implemented*",
        "*/[0-9]* refusal: BatchNormWithReLU operator only supports MKL-DNN Backend.",
        "Deconvolution/3-* refusal: *",
        "RNN/4-* refusal: *",
        "RNN/[568]-* outputs ?",
        "RNN/[568]-* recorded ?",
        "RNN/5-* gradient ?",
        "RNN/6-* gradient [!4]",
        "RNN/8-* gradient [!3]",
    ),
    "any number of axes or channels, any axis, windows of one rule for all": (
        "LRN/[0-9]* refusal: *",
        "_contrib_quantized_conv/3-* refusal: *",
        "Pad/[45]-* refusal: *",
        "Pooling/3-* refusal: *",
        "col2im/2-* refusal: *",
        "im2col/[23]-* refusal: *",
        "SequenceReverse/[13]-* refusal: *",
        "_contrib_boolean_mask/1-* refusal: *",
        "_image_crop/0-* refusal: *",
        "_image_normalize/2-* refusal: *",
        "SoftmaxOutput/4-* refusal: *",
        "cumsum/2-* refusal: *",
        "reverse/1-* refusal: *",
        "moments/2-* refusal: *",
        "diag/3-* refusal: *",
    ),
    "an array may be empty, and an axis broadcast where there was none": (
        "_arange/4-* refusal: *",
        "slice/4-* refusal: *",
        "broadcast_to/2-* refusal: *",
        "where/2-* refusal: *",
        "repeat/4-* outputs 0",
    ),
    "without a shape a sampler gives one number, as in MXNet its Python function does": (
        "_random_*/[25]-* refusal: *",
        "_zeros_without_dtype/3-* refusal: *",
        "_contrib_ifft/2-* refusal: *",
        "_contrib_fft/2-* refusal: *",
    ),
    "outputs need not be given": ("_scatter_set_nd/[0-9]* refusal: *",),
    "a recorded call is the same call": (
        "sort/[01]-* refusal: Invalid Parameter format for axis *",
        "_contrib_quantized_pooling/0-* refusal: MKLDNN Pooling: incorrect workspace input",
    ),
    "an axis or an end may be left out": ("pick/4-* refusal: *", "slice_axis/1-* refusal: *"),
    "take in the mode 'raise' counts negative indices from the end": ("take/2-* refusal: *",),
    "the labels after the last box may hold anything": ("_contrib_MultiBoxTarget/[03]-float32 refusal: *",),
    "arrays have at most 8 dimensions": (
        "_zeros/refused-nine refusal",
        "_ones/refused-nine refusal",
        "expand_dims/refused-nine refusal",
        "one_hot/refused-nine refusal",
        "stack/refused-nine refusal",
        "_contrib_index_array/refused-nine refusal",
        "_unravel_index/refused-nine refusal",
        "_sample_*/refused-axes refusal",
        "reshape_like/refused-many refusal",
    ),
    "a mistake is refused: indices beyond an array, a division by zero, shapes that do not fit": (
        "softmax/refused-temperature refusal",
        "log_softmax/refused-temperature refusal",
        "softmin/refused-temperature refusal",
        "reshape/refused-smaller refusal",
        "reshape/refused-target refusal",
        "amp_multicast/refused-none refusal",
        "Correlation/refused-shapes refusal",
        "_contrib_AdaptiveAvgPooling2D/refused-three refusal",
        "_contrib_AdaptiveAvgPooling2D/refused-zero refusal",
        "_image_random_lighting/refused-negative refusal",
        "_image_resize/refused-interp refusal",
        "_cvimresize/refused-interp refusal",
        "CTCLoss/refused-class refusal",
        "SoftmaxOutput/refused-no_classes refusal",
        "_contrib_interleaved_matmul_selfatt_qk/refused-heads refusal",
        "LeakyReLU/refused-gamma refusal",
        "BatchNorm/refused-gamma refusal",
        "BatchNorm/refused-moving refusal",
        "L2Normalization/refused-one_axis refusal",
        "LRN/refused-even refusal",
        "RNN/refused-p refusal",
        "_contrib_index_array/refused-axis refusal",
        "_ravel_multi_index/refused-extent refusal",
        "_split_v2/refused-many refusal",
        "broadcast_like/refused-half refusal",
        "fill_element_0index/refused-bounds refusal",
        "scatter_nd/refused-bounds refusal",
        "ROIPooling/refused-image refusal",
        "_contrib_quantized_flatten/refused-float refusal",
        "IdentityAttachKLSparseReg/refused-units refusal",
        "_contrib_DeformablePSROIPooling/refused-trans refusal",
        "_contrib_DeformablePSROIPooling/refused-parts refusal",
        "_contrib_DeformablePSROIPooling/refused-size refusal",
        "_contrib_MultiProposal/refused-none refusal",
        "_contrib_MultiProposal/refused-stride refusal",
        "_contrib_SyncBatchNorm/refused-key refusal",
    ),
    "gradients are derivatives of what is computed, to which MXNet's are not": (
        "_image_flip_*/0-* gradient 0",
        "_image_random_[bch]*/?-* gradient 0",
        "_image_random_saturation/[01]-* gradient 0",
        "LeakyReLU/4-* gradient 0",
        "SoftmaxActivation/1-* gradient 0",
        "SoftmaxOutput/5-* gradient 0",
        "BatchNorm_v1/2-* gradient 0",
        "GroupNorm/1-* gradient 0",
        "LayerNorm/2-* gradient 0",
        "_contrib_box_nms/[89]-* gradient 0",
    ),
    "float16 is squared and summed in float32": ("multi_sum_sq/0-float16 outputs 0",),
    "the derivatives of gamma and its logarithm at 0 and beyond": (
        "gamma/special-* gradient 0",
        "gammaln/special-* gradient 0",
        "gammaln/extreme-* gradient 0",
    ),
    "float16 gradients are computed in float32 throughout; MXNet rounds 2 x and b - 1 on the way": (
        "square/extreme-float16 gradient 0",
        "broadcast_power/extreme-float16 gradient 0",
    ),
    "the gradient of hypot uses its rounded result, which is infinite here": (
        "broadcast_hypot/extreme-float16 gradient ?",
    ),
    "an operator writes no inputs but states: not BatchNorm's gamma, not a gradient": (
        "BatchNorm/[03]-* input 1",
        "BatchNorm_v1/0-* input 1",
        "_contrib_SyncBatchNorm/0-* input 1",
        "_adamw_update/* input 1",
    ),
    "the master weight is written, and the momentum made from the weight as it was": (
        "mp_lamb_update_phase2/0-* input 4",
        "mp_nag_mom_update/0-* input 2",
    ),
    "a grid of one point is its middle": ("GridGenerator/1-* outputs 0", "GridGenerator/1-* gradient 0"),
    "rescale_grad is a number in every dtype; MXNet reads the bytes of a float32": (
        "_multi_adamw_update/0-float64 outputs ?",
        "_multi_adamw_update/0-float16 outputs ?",
    ),
    "255 levels of unsigned bytes, and a bias brought to those of the products, in convolution too": (
        "_contrib_quantized_conv/0-* outputs [12]",
        "_contrib_quantized_conv/2-* outputs ?",
    ),
    "one division by sqrt(var + eps); MXNet divides once more by sqrt(1 + eps)": (
        "_contrib_quantized_batch_norm/[01]-* outputs 0",
    ),
    "the average of the elements that a window has, as of floats": (
        "_contrib_quantized_pooling/3-* outputs 0",
    ),
    "the first quantized bin has all its bins; MXNet leaves the first one out": (
        "_contrib_calibrate_entropy/[01]-* outputs 1",
    ),
    "infinite": ("_contrib_calibrate_entropy/3-* outputs 1",),
    "grey is made of all three colours": ("_image_random_saturation/[01]-* outputs 0",),
    "indices of several axes keep them": ("_unravel_index/1-* outputs 0",),
}

# Operators of MXNet's that have no cases, and what checks them instead.
NOT_RECORDED: dict[str, str] = {
    name: reason
    for reason, names in (
        (
            "it draws whether to change the image, and how, or leaves memory unwritten: test_image.py",
            "_image_random_color_jitter _image_random_flip_left_right _image_random_flip_top_bottom",
        ),
        (
            "MXNet has them on GPUs, with MKL-DNN or for sparse arrays only: their references in the table",
            "_contrib_BatchNormWithReLU _contrib_count_sketch _contrib_fft _contrib_getnnz"
            " _contrib_group_adagrad_update _contrib_ifft _contrib_quantized_elemwise_mul"
            " _sparse_adagrad_update _square_sum",
        ),
        ("its output must be its input: test_indexing.py", "_scatter_set_nd"),
        ("MXNet cannot allocate them", "_zeros_without_dtype"),
    )
    for name in names.split()
}
