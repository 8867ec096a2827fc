"""How near ndgrad must come to MXNet, and where it goes another way on purpose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Tolerance:
    """In units in the last place: of the number itself, or of the largest number of the case."""

    reason: str
    outputs: float
    gradients: float
    of_largest: bool = False


EXACT = Tolerance("moves, comparisons, integers, and single roundings in one order", 0, 0)

_FUNCTIONS = (
    "arccos arccosh arcsin arcsinh arctan arctanh cbrt cos cosh degrees erf exp expm1 log log10 log1p log2"
    " radians rcbrt rsqrt sigmoid sin sinh tan tanh"
    " broadcast_power broadcast_hypot _power_scalar _rpower_scalar _hypot_scalar"
)
_QUOTIENTS = (
    "reciprocal sqrt softsign broadcast_div elemwise_div _div_scalar _rdiv_scalar broadcast_mod _mod_scalar"
    " _rmod_scalar hard_sigmoid"
)
_SUMS = "sum nansum mean prod nanprod norm dot batch_dot FullyConnected"
_MATRICES = (
    "_linalg_det _linalg_gelqf _linalg_gemm _linalg_gemm2 _linalg_inverse _linalg_potrf _linalg_potri"
    " _linalg_slogdet _linalg_sumlogdiag _linalg_syrk _linalg_trmm _linalg_trsm"
)

_LAYERS = (
    "Activation BatchNorm BilinearSampler CTCLoss Convolution Correlation Deconvolution GroupNorm "
    "InstanceNorm L2Normalization LRN LayerNorm LeakyReLU LinearRegressionOutput "
    "LogisticRegressionOutput Pooling RNN SoftmaxOutput SpatialTransformer UpSampling "
    "_contrib_AdaptiveAvgPooling2D _contrib_BilinearResize2D _contrib_DeformableConvolution "
    "_contrib_ModulatedDeformableConvolution _contrib_MultiBoxDetection _contrib_MultiBoxPrior "
    "_contrib_MultiBoxTarget _contrib_RROIAlign _contrib_box_decode _contrib_box_encode "
    "_contrib_box_iou _contrib_div_sqrt_dim _contrib_interleaved_matmul_encdec_qk "
    "_contrib_interleaved_matmul_encdec_valatt _contrib_interleaved_matmul_selfatt_qk "
    "_contrib_interleaved_matmul_selfatt_valatt _contrib_quadratic _hypot _image_adjust_lighting "
    "_image_random_contrast _image_random_hue _image_resize _power add_n erfinv ftml_update "
    "ftrl_update gamma gammaln khatri_rao lamb_update_phase1 lamb_update_phase2 moments "
    "mp_lamb_update_phase1 multi_lars nag_mom_update rmsprop_update rmspropalex_update sgd_mom_update "
    "sgd_update signsgd_update signum_update softmin"
)

# Operators that are not here agree exactly.
TOLERANCES: dict[str, Tolerance] = {
    name: tolerance
    for names, tolerance in (
        (_FUNCTIONS, Tolerance("functions to 1 or 2 ulp; a gradient like y (1 - y) loses digits", 2, 8)),
        (_QUOTIENTS, Tolerance("the gradient has several roundings, in another order", 0, 3)),
        ("broadcast_mul", Tolerance("the gradient of what was broadcast is a sum", 0, 3, of_largest=True)),
        (_SUMS, Tolerance("sums and products in another order", 3, 3, of_largest=True)),
        (
            _MATRICES,
            Tolerance("products and decompositions in another order", 8, 8, of_largest=True),
        ),
        (
            _LAYERS,
            Tolerance("made of many roundings, in another order", 16, 16, of_largest=True),
        ),
        (
            "_linalg_syevd",
            Tolerance("eigenvectors, divided by how far eigenvalues are apart", 8, 64, of_largest=True),
        ),
        ("softmax log_softmax", Tolerance("MXNet's own exp and log lose digits", 8, 8, of_largest=True)),
    )
    for name in names.split()
}

# Why, and in which parts of which cases: operator/case part, or operator/case refusal: what MXNet said.
DIFFERENT: dict[str, tuple[str, ...]] = {
    "an array may be empty, and an axis broadcast where there was none": (
        "_arange/4-* refusal: *",
        "slice/4-* refusal: *",
        "broadcast_to/2-* refusal: *",
        "where/2-* refusal: *",
    ),
    "without a shape a sampler gives one number, as in MXNet its Python function does": (),
    "an operator takes every dtype that it can compute in": (
        "*/[0-9]*-* refusal: *only supports 32-bit and 64-bit*",
        "*/[0-9]*-* refusal: *float16 fully connected layer*",
        "*/* refusal: This operation only support floating point types*",
    ),
    "an axis or an end may be left out": ("pick/4-* refusal: *", "slice_axis/1-* refusal: *"),
    "take in the mode 'raise' counts negative indices from the end": ("take/2-* refusal: *",),
    "MXNet's gradient for negative indices writes outside its array": (),
    "arrays have at most 8 dimensions": (
        "_zeros/refused-nine refusal",
        "_ones/refused-nine refusal",
        "expand_dims/refused-nine refusal",
        "one_hot/refused-nine refusal",
        "stack/refused-nine refusal",
    ),
    "a mistake is refused: a division by zero, a size that does not fit": (
        "softmax/refused-temperature refusal",
        "log_softmax/refused-temperature refusal",
        "reshape/refused-smaller refusal",
    ),
    "float64 is computed with float64 constants, not with MXNet's float32 ones": (
        "degrees/*-float64 outputs 0",
        "degrees/*-float64 gradient 0",
        "radians/*-float64 outputs 0",
        "radians/*-float64 gradient 0",
        "erf/*-float64 gradient 0",
        "hard_sigmoid/[0se]*-float64 gradient 0",
        "hard_sigmoid/[0s]*-float64 outputs 0",
    ),
    "float16 gradients are computed in float32 throughout; MXNet rounds 2 x and b - 1 on the way": (
        "square/extreme-float16 gradient 0",
        "broadcast_power/extreme-float16 gradient 0",
    ),
    "the gradient of hypot uses its rounded result, which is infinite here": (
        "broadcast_hypot/extreme-float16 gradient ?",
    ),
    "MXNet rounds alpha x to float16 before it adds beta": (
        "hard_sigmoid/0-float16 outputs 0",
        "hard_sigmoid/special-float16 outputs 0",
    ),
}

# The same for parts named one by one: the reason, and operator/case part.
LISTED: dict[str, list[str]] = json.loads((Path(__file__).parent / "different.json").read_text())

# Operators of MXNet's that have no cases, and what checks them instead.
NOT_RECORDED: dict[str, str] = {
    name: reason
    for reason, names in (
        (
            "drawn at random, or of random numbers: test_random.py",
            "_image_random_color_jitter _image_random_flip_left_right _image_random_flip_top_bottom "
            "_random_pdf_dirichlet _random_pdf_exponential _random_pdf_gamma "
            "_random_pdf_generalized_negative_binomial _random_pdf_negative_binomial "
            "_random_pdf_normal _random_pdf_poisson _random_pdf_uniform",
        ),
        (
            "MXNet refused the recorded calls, on this build or in this form",
            "_contrib_BatchNormWithReLU _contrib_PSROIPooling _contrib_ROIAlign _contrib_count_sketch "
            "_contrib_fft _contrib_group_adagrad_update _contrib_ifft _multi_adamw_update "
            "_multi_lamb_update _multi_mp_adamw_update _multi_mp_lamb_update _scatter_set_nd "
            "_sparse_adagrad_update _square_sum _zeros_without_dtype multi_mp_sgd_mom_update "
            "multi_mp_sgd_update multi_sgd_mom_update multi_sgd_update multi_sum_sq "
            "preloaded_multi_mp_sgd_mom_update preloaded_multi_mp_sgd_update "
            "preloaded_multi_sgd_mom_update preloaded_multi_sgd_update",
        ),
    )
    for name in names.split()
}
