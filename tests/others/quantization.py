"""Arrays of small integers and the ranges of real numbers that they stand for."""

from __future__ import annotations

import math
from collections.abc import Callable

import moves
import windows
from plain import Plain, Shape, elementwise
from rows import FLOATS, Given, Params, Row, entry, sample

from ndgrad import nd
from ndgrad.base import CallError, DTypeError, ShapeError

from .neural import fully_connected

LEVELS = {"int8": 127, "uint8": 255, "int32": 2147483647}
LEAST = {"int8": -128, "uint8": 0, "int32": -2147483648}
FLOAT32 = ("float32",)  # of rows whose inputs all have dtypes of their own


# ------------------------------------------------------------------------------------- plain Python


def dtype_of(x: Plain) -> str:
    """Of the arrays below, in which int8 has negative numbers and int32 large ones."""
    if max(map(abs, x.values), default=0) > LEVELS["uint8"]:
        return "int32"
    return "int8" if min(x.values, default=-1) < 0 else "uint8"


def nearest(value: float, dtype: str) -> int:
    """Python rounds halves to the even neighbour."""
    return min(max(round(value), LEAST[dtype]), LEVELS[dtype])


def reach(low: Plain, high: Plain) -> float:
    return max(abs(low.values[0]), abs(high.values[0]))


def one(value: float) -> Plain:
    return Plain((1,), [value])


def ranged(x: Plain, low: float, high: float) -> list[Plain]:
    return [x, one(low), one(high)]


def saturate(x: Plain, scale: float = 1.0, dtype: str = "int8") -> Plain:
    return x.map(lambda v: nearest(v * scale, dtype))


def in_levels(x: Plain, levels: float, low: float, high: float, dtype: str) -> list[Plain]:
    far = max(abs(low), abs(high))
    ends = (-far, far) if dtype == "int8" else (low, high)
    return ranged(saturate(x, levels / far if far else 0, dtype), *ends)


def quantize(x: Plain, low: Plain, high: Plain, out_type: str = "uint8") -> list[Plain]:
    return in_levels(x, LEVELS[out_type], low.values[0], high.values[0], out_type)


def type_of(params: Params) -> str:
    """What out_type='auto' means."""
    chosen = params.get("out_type", "int8")
    if chosen != "auto":
        return chosen
    return "uint8" if params.get("min_calib_range", -1) >= 0 else "int8"


def calibration(params: Params) -> tuple[float, float] | None:
    ends = params.get("min_calib_range"), params.get("max_calib_range")
    return None if None in ends else ends


def quantize_v2(x: Plain, **params: object) -> list[Plain]:
    low, high = calibration(params) or (min(x.values), max(x.values))
    dtype = type_of(params)
    return in_levels(x, LEVELS[dtype] + 0.5, low, high, dtype)


def dequantize(x: Plain, low: Plain, high: Plain, out_type: str = "float32") -> Plain:
    dtype = dtype_of(x)
    level = reach(low, high) / (LEVELS[dtype] + (dtype != "int32") * 0.5)
    return x.map(lambda v: v * level)


def requantize(x: Plain, low: Plain, high: Plain, **params: object) -> list[Plain]:
    real = x.map(lambda v: v * reach(low, high) / LEVELS["int32"])
    to, dtype = calibration(params) or (min(real.values), max(real.values)), type_of(params)
    far = max(map(abs, to))
    return ranged(saturate(real, LEVELS[dtype] / far, dtype), -far if dtype == "int8" else 0, far)


def product_range(a: float, b: float, dtype: str) -> tuple[float, float]:
    far = a / LEVELS[dtype] * b / 127 * LEVELS["int32"]
    return -far, far


def layer(float_layer: Callable[..., Plain]) -> Callable[..., list[Plain]]:
    def quantized(x: Plain, weight: Plain, *rest: Plain, **params: object) -> list[Plain]:
        *biases, x_low, x_high, w_low, w_high = rest[: 4 + len(rest) % 2]
        far, w_far, dtype = reach(x_low, x_high), reach(w_low, w_high), dtype_of(x)
        if biases:
            rate = (LEVELS[dtype] + 0.5) / far * 127.5 / w_far * reach(*rest[5:]) / 127.5
            biases = [biases[0].map(lambda v: math.trunc(v * rate))]
        return ranged(float_layer(x, weight, *biases, **params), *product_range(far, w_far, dtype))

    return quantized


def in_place(function: Callable[..., Plain]) -> Callable[..., list[Plain]]:
    return lambda x, low, high, **params: [function(x, **params), low, high]


def batch_norm(
    x: Plain,
    gamma: Plain,
    beta: Plain,
    mean: Plain,
    variance: Plain,
    low: Plain,
    high: Plain,
    **params: object,
) -> list[Plain]:
    to, level = calibration(params), reach(low, high) / 127.5
    axis, eps = params.get("axis", 1) % x.ndim, params.get("eps", 0.001)
    shape = [1] * axis + [len(gamma.values)] + [1] * (x.ndim - axis - 1)
    scales = [scale.reshaped(shape) for scale in (gamma, beta, mean, variance)]

    def normal(v: float, g: float, b: float, m: float, s: float) -> float:
        return (v * level - m) / math.sqrt(s + eps) * g + b

    return ranged(saturate(elementwise(normal, x, *scales), 127.5 / max(map(abs, to))), *to)


def concat(*inputs: Plain, dim: int = 1, num_args: int = 0) -> list[Plain]:
    arrays, ends = inputs[: len(inputs) // 3], [end.values[0] for end in inputs[len(inputs) // 3 :]]
    low, high = min(ends[::2]), max(ends[1::2])

    def scaled(x: Plain, *own: float) -> Plain:
        return saturate(x, max(map(abs, own)) / LEVELS[dtype_of(x)] * 127 / max(-low, high))

    return ranged(moves.concat(*map(scaled, arrays, ends[::2], ends[1::2]), dim=dim), low, high)


def add(a: Plain, b: Plain, *ends: Plain, **params: object) -> list[Plain]:
    """Of two arrays of int8; only a calibrated sum is rounded once."""
    far = reach(*ends[:2]), reach(*ends[2:])
    to = calibration(params) or (-sum(far), sum(far))
    levels = 127.5 if calibration(params) else LEVELS["int32"]
    scale = levels / max(map(abs, to)) / 127.5
    total = elementwise(lambda u, v: u * far[0] + v * far[1], a, b)
    return ranged(saturate(total, scale, "int8" if calibration(params) else "int32"), *to)


def multiply(a: Plain, b: Plain, *ends: Plain, **params: object) -> Plain | list[Plain]:
    level = reach(*ends[:2]) / 127 * reach(*ends[2:]) / 127
    product = elementwise(lambda u, v: u * v, a, b)
    if params.get("enable_float_output"):
        return product.map(lambda v: v * level)
    if to := calibration(params):
        return ranged(saturate(product, level * 127 / max(map(abs, to))), *to)
    return ranged(product, -level * LEVELS["int32"], level * LEVELS["int32"])


def entropy(hist: Plain, edges: Plain, num_quantized_bins: int = 255) -> list[Plain]:
    counts, half = hist.values, len(hist.values) // 2
    found = []
    for side in range(num_quantized_bins // 2, half + 1):
        first, end = half - side, half + side + 1
        inner = counts[first:end]
        whole = [*inner]
        whole[0] += sum(counts[:first])
        whole[-1] += sum(counts[end:])
        divergence = kullback_leibler(smoothed(whole), smoothed(coarse(inner, whole, num_quantized_bins)))
        found.append((divergence, side))
    divergence, side = min(found)
    return [one(edges.values[half + side + 1]), one(divergence)]


def coarse(inner: list[float], whole: list[float], bins: int) -> list[float]:
    width = len(inner) // bins
    groups = [range(k * width, len(inner) if k == bins - 1 else (k + 1) * width) for k in range(bins)]
    spread = [0.0] * len(inner)
    for group in groups:
        filled = [i for i in group if whole[i]]
        for i in filled:
            spread[i] = sum(inner[j] for j in group) / len(filled)
    return spread


def smoothed(x: list[float]) -> list[float] | None:
    empty, filled = x.count(0), len(x) - x.count(0)
    if not filled or 0.0001 * empty >= filled:
        return None
    return [v - 0.0001 * empty / filled if v else 0.0001 for v in x]


def kullback_leibler(p: list[float] | None, q: list[float] | None) -> float:
    if p is None or q is None:
        return math.inf
    shares = [(a / sum(p), b / sum(q)) for a, b in zip(p, q, strict=True)]
    return sum(a * math.log(a / b) for a, b in shares)


# ----------------------------------------------------------------------------------------- samples


def levels(shape: Shape, dtype: str = "int8", step: int = 37) -> Given:
    """Integers all over the dtype, the least and the greatest too."""
    count, least = math.prod(shape), LEAST[dtype]
    values = [(i * step + 5) % 256 + least for i in range(count - 2)]
    return Given(Plain(shape, [least + (dtype == "int8"), LEVELS[dtype], *values][:count]), dtype)


def number(value: float) -> Given:
    return Given(one(value))


def numbers(*values: float) -> list[Given]:
    return [number(value) for value in values]


def floats(*values: float) -> Given:
    return Given(Plain((len(values),), values))


def bytes_of(shape: Shape, dtype: str = "int8") -> Callable[[], nd.NDArray]:
    return lambda: nd.ones(shape, dtype=dtype)


def typed(*dtypes: str) -> Callable[[str, Params], list[str]]:
    return lambda _dtype, _params: [*dtypes, "float32", "float32"]


def typed_out(_dtype: str, params: Params) -> list[str]:
    return [type_of(params), "float32", "float32"]


def calibrated_type(_dtype: str, params: Params) -> list[str]:
    if params.get("enable_float_output"):
        return ["float32"]
    return ["int8" if calibration(params) else "int32", "float32", "float32"]


CALIBRATED = {"min_calib_range": -2.3, "max_calib_range": 4.1}
END = (1,)  # the shape of each end of a range
WIDE_END = ("range", ShapeError, ["one float", "(2,)"])
X, W = numbers(-1.1, 2.3), numbers(-3.3, 1.7)
IMAGE, FILTERS, BIAS = (1, 2, 3, 3), (3, 2, 2, 2), (3,)
CONVOLUTION, GROUPED = {"kernel": (2, 2), "num_filter": 3}, {"kernel": (2, 2), "no_bias": True}
B = numbers(-0.5, 0.4)
SMALL_BIAS = Given(Plain(BIAS, [40, -93, 7]), "int8")


def layer_refusals(data: Shape, weight: Shape, params: Params) -> list[tuple]:
    ends = [END] * 4
    plain = {**params, "no_bias": True}
    return [
        ("float", DTypeError, ["int8 or uint8", "float32"], [data, bytes_of(weight), *ends], plain),
        ("weight", DTypeError, ["int8", "uint8"], [bytes_of(data), bytes_of(weight, "uint8"), *ends], plain),
        (*WIDE_END, [bytes_of(data), bytes_of(weight), (2,), *ends[1:]], plain),
        ("bias", CallError, ["no_bias=False needs 9"], [bytes_of(data), bytes_of(weight), *ends], params),
        ("shape", ShapeError, ["(7, 7)"], [bytes_of(data), bytes_of((7, 7)), *ends], plain),
    ]


def byte_refusals(*more: tuple, params: Params | None = None) -> list[tuple]:
    chosen = params or {}
    return [
        ("float", DTypeError, ["int8 or uint8", "float32"], [(2, 3), END, END], chosen),
        (*WIDE_END, [bytes_of((2, 3)), (2,), END], chosen),
        ("no_range", CallError, ["3 inputs"], [bytes_of((2, 3))], chosen),
        *more,
    ]


PAIR_REFUSALS = [
    ("shapes", ShapeError, ["(2, 3)", "(3,)"], [bytes_of((2, 3)), bytes_of((3,)), *[END] * 4]),
    ("float", DTypeError, ["int8 or uint8"], [(2, 3), bytes_of((2, 3)), *[END] * 4]),
    (*WIDE_END, [bytes_of((2,)), bytes_of((2,)), END, END, END, (2,)]),
]
ROWS_OF_WEIGHT = {"input_dim": 4, "output_dim": 3}
NORMAL = [floats(1.3, -0.7), floats(0.1, 0.2), floats(0.3, -0.4), floats(1.1, 0.6)]
SUMS = Given(Plain((2, 3), [-190111, 83337, 0, 5, -1234, 90001]), "int32")
# Small enough for float32 to hold the sum to the last bit.
SMALL_PAIR = [Given(Plain((2,), [0, 1]), "int8"), Given(Plain((2,), [0, -1]), "int8"), *[number(1.0)] * 4]
PAIR = [levels((2, 3)), levels((2, 3), step=71), *X, *W]
HISTOGRAM = floats(*(v * v % 29 * (v % 5 > 0) for v in range(21)))
EDGES = floats(*(-2.1 + 0.2 * k for k in range(22)))


def of_data(*params: Params) -> list:
    return [sample(levels((1, 2, 3, 3)), *X, **p) for p in params]


TABLE: dict[str, Row] = {
    "_saturate": entry(
        saturate,
        [
            sample(floats(-5.1, -0.26, 0.13, 2.7, 90.0), scale=40.3),
            sample(floats(-5.1, 0.5, 1.5, 2.5, 90.0), scale=1.0),
            sample(floats(-5.1, 0.13, 2.7), scale=300.0, dtype="uint8"),
            sample(floats(-5.1e9, 0.13, 2.7e10), dtype="int32"),
            sample(Given(Plain((0, 2), []))),
        ],
        [
            ("float64", DTypeError, ["float32", "float64"], [lambda: nd.ones(2, dtype="float64")]),
            ("dtype", DTypeError, ["int8", "int64"], [(2,)], {"dtype": "int64"}),
        ],
        FLOAT32,
        result_dtype=lambda _dtype, params: [params.get("dtype", "int8")],
    ),
    "_contrib_quantize": entry(
        quantize,
        [
            sample((2, 3), *numbers(-1.1, 1.7)),
            sample((2, 3), *numbers(-1.1, 1.7), out_type="int8"),
            sample((), *numbers(-2.3, 0.5), out_type="int8"),
            sample((0, 3), *numbers(0, 1)),
        ],
        [
            ("whole", DTypeError, ["floats", "int8"], [bytes_of((2,)), END, END]),
            (*WIDE_END, [(3,), (2,), END]),
            ("whole_end", ShapeError, ["one float", "int8"], [(3,), END, bytes_of(END)]),
            ("one", CallError, ["3 inputs"], [(3,)]),
            ("out_type", ValueError, ["out_type", "'int32'"], [(3,), END, END], {"out_type": "int32"}),
        ],
        FLOATS,
        result_dtype=lambda _dtype, params: [params.get("out_type", "uint8"), "float32", "float32"],
    ),
    "_contrib_quantize_v2": entry(
        quantize_v2,
        [
            sample((2, 3), **CALIBRATED),
            sample((2, 3), out_type="uint8", **CALIBRATED),
            sample((2, 3), out_type="auto", **CALIBRATED),
            sample((2, 3), out_type="auto", min_calib_range=0.0, max_calib_range=1.3),
            sample((3, 3)),
            sample((3, 3), out_type="uint8"),
            sample((), out_type="auto"),
        ],
        [
            ("int32", DTypeError, ["floats", "int32"], [bytes_of((2,), "int32")]),
            ("nothing", ShapeError, ["(0, 3)"], [(0, 3)]),
            ("out_type", ValueError, ["out_type", "'int32'"], [(3,)], {"out_type": "int32"}),
        ],
        FLOATS,
        result_dtype=typed_out,
    ),
    "_contrib_dequantize": entry(
        dequantize,
        [
            sample(levels((2, 4)), *X),
            sample(levels((2, 4), "uint8"), *X),
            sample(levels((3,), "int32"), *W),
            sample(Given(Plain((0, 2), []), "int8"), *X),
        ],
        [*byte_refusals(), ("out_type", ValueError, ["out_type"], [(2,), END, END], {"out_type": "float16"})],
        FLOAT32,
        result_dtype="float32",
    ),
    "_contrib_requantize": entry(
        requantize,
        [
            sample(SUMS, *X, **params)
            for params in (
                {},
                {"out_type": "auto"},
                {"out_type": "uint8"},
                {"min_calib_range": -0.00031, "max_calib_range": 0.00013},
                {"out_type": "auto", "min_calib_range": 0.0, "max_calib_range": 0.00013},
            )
        ],
        [
            ("int8", DTypeError, ["int32", "int8"], [bytes_of((2,)), END, END]),
            (*WIDE_END, [bytes_of((2,), "int32"), END, (2,)]),
            ("one", CallError, ["3 inputs"], [bytes_of((2,), "int32")]),
        ],
        FLOAT32,
        result_dtype=typed_out,
    ),
    "_contrib_calibrate_entropy": entry(
        entropy,
        [
            sample(HISTOGRAM, EDGES, num_quantized_bins=7),
            sample(HISTOGRAM, EDGES, num_quantized_bins=4),
            sample(HISTOGRAM, EDGES, num_quantized_bins=21),
            sample(floats(0, 0, 0), floats(-3, -1, 1, 3), num_quantized_bins=3),
        ],
        [
            ("edges", ShapeError, ["(21,)", "(21,)"], [(21,), (21,)]),
            ("even", ValueError, ["odd", "4"], [(4,), (5,)], {"num_quantized_bins": 3}),
            ("few", ValueError, ["num_quantized_bins=7"], [(5,), (6,)], {"num_quantized_bins": 7}),
        ],
        FLOAT32,
        result_dtype=lambda _dtype, _params: ["float32", "float32"],
    ),
    "_contrib_quantized_conv": entry(
        layer(windows.convolution),
        [
            sample(levels(IMAGE, "uint8"), levels(FILTERS), *X, *W, no_bias=True, **CONVOLUTION),
            sample(levels(IMAGE), levels(FILTERS), *X, *W, no_bias=True, pad=(1, 1), **CONVOLUTION),
            sample(levels(IMAGE, "uint8"), levels(FILTERS), SMALL_BIAS, *X, *W, *B, **CONVOLUTION),
            sample(levels(IMAGE), levels((2, 1, 2, 2)), *X, *W, num_filter=2, num_group=2, **GROUPED),
        ],
        layer_refusals(IMAGE, FILTERS, CONVOLUTION),
        FLOAT32,
        result_dtype=typed("int32"),
    ),
    "_contrib_quantized_fully_connected": entry(
        layer(fully_connected),
        [
            sample(levels((2, 3), "uint8"), levels((4, 3)), *X, *W, num_hidden=4, no_bias=True),
            sample(levels((2, 2, 3)), levels((4, 6)), *X, *W, num_hidden=4, no_bias=True),
            sample(levels((2, 2, 3)), levels((4, 3)), *X, *W, num_hidden=4, no_bias=True, flatten=False),
            sample(levels((2, 3)), levels((3, 3)), SMALL_BIAS, *X, *W, *B, num_hidden=3),
            sample(levels((2, 3), "uint8"), levels((3, 3)), SMALL_BIAS, *X, *W, *B, num_hidden=3),
        ],
        layer_refusals((2, 3), (4, 3), {"num_hidden": 4}),
        FLOAT32,
        result_dtype=typed("int32"),
    ),
    "_contrib_quantized_pooling": entry(
        in_place(lambda x, **params: saturate(windows.pooling(x, **params))),
        of_data(
            {"kernel": (2, 2)},
            {"kernel": (2, 2), "pool_type": "avg"},
            {"kernel": (2, 2), "pool_type": "avg", "pad": (1, 1), "count_include_pad": False},
            {"kernel": (2, 2), "stride": (2, 2), "pool_type": "avg", "pooling_convention": "full"},
            {"global_pool": True, "pool_type": "avg", "kernel": (2, 2)},
        ),
        byte_refusals(
            ("sum", ValueError, ["'max' or 'avg'"], [bytes_of(IMAGE), END, END], {"pool_type": "sum"}),
            ("axes", ShapeError, ["(2, 3)"], [bytes_of((2, 3)), END, END], {"kernel": (2,)}),
        ),
        FLOAT32,
        result_dtype=typed("int8"),
    ),
    "_contrib_quantized_act": entry(
        in_place(lambda x, act_type: x.map(lambda v: max(v, 0))),
        of_data({"act_type": "relu"}),
        byte_refusals(
            ("tanh", ValueError, ["'relu'"], [bytes_of((2,)), END, END], {"act_type": "tanh"}),
            params={"act_type": "relu"},
        ),
        FLOAT32,
        result_dtype=typed("int8"),
    ),
    "_contrib_quantized_flatten": entry(
        in_place(moves.flatten), of_data({}), byte_refusals(), FLOAT32, result_dtype=typed("int8")
    ),
    "_contrib_quantized_embedding": entry(
        lambda x, weight, low, high, **_: [moves.take(weight, x), low, high],
        [
            sample(floats(0, 3, 2), levels((4, 3)), *X, input_dim=4, output_dim=3),
            sample(floats(-1, 9), levels((4, 3)), *X, input_dim=4, output_dim=3, dtype="int8"),
        ],
        [
            ("float", DTypeError, ["int8 or uint8"], [(2,), (4, 3), END, END], ROWS_OF_WEIGHT),
            ("weight", ShapeError, ["(4, 3)", "(4, 2)"], [(2,), bytes_of((4, 2)), END, END], ROWS_OF_WEIGHT),
            (*WIDE_END, [(2,), bytes_of((4, 3)), (2,), END], ROWS_OF_WEIGHT),
        ],
        FLOAT32,
        result_dtype=typed("int8"),
    ),
    "_contrib_quantized_batch_norm": entry(
        batch_norm,
        [
            sample(levels(IMAGE), *NORMAL, *X, **CALIBRATED),
            sample(levels((2, 2)), *NORMAL, *X, eps=0.1, axis=-1, fix_gamma=False, **CALIBRATED),
        ],
        [
            ("calibration", ValueError, ["min_calib_range"], [bytes_of(IMAGE), *[(2,)] * 4, END, END]),
            ("float", DTypeError, ["int8 or uint8"], [IMAGE, *[(2,)] * 4, END, END], CALIBRATED),
            ("gamma", ShapeError, ["(3,)"], [bytes_of(IMAGE), (3,), *[(2,)] * 3, END, END], CALIBRATED),
            (*WIDE_END, [bytes_of(IMAGE), *[(2,)] * 5, END], CALIBRATED),
        ],
        FLOAT32,
        result_dtype=typed("int8"),
    ),
    "_contrib_quantized_concat": entry(
        concat,
        [
            sample(levels((1, 3)), levels((1, 4)), *X, *W, num_args=2),
            sample(levels((2, 3)), levels((1, 3), "uint8"), *X, *W, dim=0, num_args=2),
            sample(levels((2, 3)), *X, dim=-1, num_args=1),
        ],
        [
            ("float", DTypeError, ["int8 or uint8"], [(1, 2), END, END]),
            ("no_range", CallError, ["2 inputs"], [bytes_of((1, 2)), bytes_of((1, 2))]),
            ("shapes", ShapeError, ["(1, 2)", "(2, 2)"], [bytes_of((1, 2)), bytes_of((2, 2)), *[END] * 4]),
            (*WIDE_END, [bytes_of((1, 2)), (2,), END]),
        ],
        FLOAT32,
        result_dtype=typed("int8"),
    ),
    "_contrib_quantized_elemwise_add": entry(
        add,
        [sample(*PAIR, **CALIBRATED), sample(*SMALL_PAIR)],
        PAIR_REFUSALS,
        FLOAT32,
        result_dtype=calibrated_type,
    ),
    "_contrib_quantized_elemwise_mul": entry(
        multiply,
        [sample(*PAIR), sample(*PAIR, **CALIBRATED), sample(*PAIR, enable_float_output=True)],
        PAIR_REFUSALS,
        FLOAT32,
        result_dtype=calibrated_type,
    ),
}
