"""Layers that normalize."""

from __future__ import annotations

import math
from collections.abc import Sequence

from plain import Plain, elementwise, reduce
from rows import FLOATS, Draw, Given, Row, entry, sample

from ndgrad import nd
from ndgrad.base import AxisError, CallError, DTypeError, ShapeError


def moments(x: Plain, axes: Sequence[int]) -> tuple[Plain, Plain]:
    """Mean and variance, with the axes of extent 1."""

    def mean(values: list[float]) -> float:
        return sum(values) / len(values)

    def variance(values: list[float]) -> float:
        return mean([(v - mean(values)) ** 2 for v in values])

    return reduce(mean, x, axes, keepdims=True), reduce(variance, x, axes, keepdims=True)


def scaled(x: Plain, mean: Plain, variance: Plain, gamma: Plain, beta: Plain, eps: float) -> Plain:
    def element(value: float, m: float, v: float, g: float, b: float) -> float:
        return (value - m) / math.sqrt(v + eps) * g + b

    return elementwise(element, x, mean, variance, gamma, beta)


def normalize(
    x: Plain, gamma: Plain, beta: Plain, axis: Sequence[int] = (), eps: float = 1e-5
) -> list[Plain]:
    mean, variance = moments(x, axis)
    return [scaled(x, mean, variance, gamma, beta, eps), mean, variance]


def along(x: Plain, axis: int, ndim: int) -> Plain:
    return x.reshaped([x.shape[0] if a == axis else 1 for a in range(ndim)])


def batch_norm(
    x: Plain,
    gamma: Plain,
    beta: Plain,
    mean: Plain,
    variance: Plain,
    *,
    eps: float = 0.0010000000474974513,
    fix_gamma: bool = True,
    axis: int = 1,
    **_: object,
) -> Plain:
    """Outside training."""
    gamma = gamma.map(lambda _: 1.0) if fix_gamma else gamma
    lines = [along(v, axis % x.ndim, x.ndim) for v in (mean, variance, gamma, beta)]
    return scaled(x, *lines, eps)


def batch_norm_relu(*inputs: Plain, **params: object) -> Plain:
    return batch_norm(*inputs, **params).map(lambda v: max(v, 0))


def batch_norm_with_variance(
    x: Plain,
    gamma: Plain,
    beta: Plain,
    mean: Plain,
    variance: Plain,
    output_mean_var: bool = False,
    **p: object,
) -> Plain | list[Plain]:
    out = batch_norm(x, gamma, beta, mean, variance, **{"eps": 0.00100000005, **p})
    return [out, mean, variance] if output_mean_var else out


def with_deviation(parts: list[Plain], eps: float, wanted: bool, shape: Sequence[int]) -> Plain | list[Plain]:
    out, mean, variance = parts
    deviation = variance.map(lambda v: math.sqrt(v + eps))
    return [out, mean.reshaped(shape), deviation.reshaped(shape)] if wanted else out


def layer_norm(
    x: Plain,
    gamma: Plain,
    beta: Plain,
    axis: int = -1,
    eps: float = 9.99999975e-06,
    output_mean_var: bool = False,
) -> Plain | list[Plain]:
    at = axis % x.ndim
    parts = normalize(x, along(gamma, at, x.ndim), along(beta, at, x.ndim), [at], eps)
    return with_deviation(parts, eps, output_mean_var, parts[1].shape)


def group_norm(
    x: Plain,
    gamma: Plain,
    beta: Plain,
    num_groups: int = 1,
    eps: float = 9.99999975e-06,
    output_mean_var: bool = False,
) -> Plain | list[Plain]:
    groups = (x.shape[0], num_groups)
    seen = x.reshaped((*groups, math.prod(x.shape[1:]) // num_groups))
    out, *rest = normalize(seen, along(gamma, 1, 3), along(beta, 1, 3), [2], eps)
    return with_deviation([out.reshaped(x.shape), *rest], eps, output_mean_var, groups)


def instance_norm(x: Plain, gamma: Plain, beta: Plain, eps: float = 0.00100000005) -> Plain:
    axes = range(2, x.ndim)
    return normalize(x, along(gamma, 1, x.ndim), along(beta, 1, x.ndim), list(axes), eps)[0]


def l2_normalization(x: Plain, eps: float = 1.00000001e-10, mode: str = "instance") -> Plain:
    axes = {"instance": range(1, x.ndim), "channel": [1], "spatial": range(2, x.ndim)}[mode]
    squares = reduce(lambda values: sum(v * v for v in values), x, list(axes), keepdims=True)
    return elementwise(lambda v, s: v / math.sqrt(s + eps), x, squares)


def lrn(x: Plain, nsize: int, alpha: float = 9.99999975e-05, beta: float = 0.75, knorm: float = 2.0) -> Plain:
    def element(place: tuple[int, ...]) -> float:
        channel = place[1]
        near = range(max(0, channel - nsize // 2), min(x.shape[1], channel + nsize // 2 + 1))
        squares = sum(x[(place[0], c, *place[2:])] ** 2 for c in near)
        return x[place] / (knorm + alpha / nsize * squares) ** beta

    return Plain.build(x.shape, element)


MEAN, VARIANCE = Given(Plain((3,), [0.5, -1, 2])), Given(Plain((3,), [1, 0.25, 4]))
MOVING = [MEAN, VARIANCE]
CHANNEL_REFUSALS = [
    ("gamma", ShapeError, ["(2, 3)", "(3,)", "(2,)"], [(2, 3), (2,), (3,), (3,), (3,)], {}),
    ("moving", ShapeError, ["(2, 3)", "(3,)", "(3, 1)"], [(2, 3), (3,), (3,), (3, 1), (3,)], {}),
    ("one_axis", ShapeError, ["2 axes", "(3,)"], [(3,), (3,), (3,), (3,), (3,)], {}),
    ("missing", CallError, ["5 inputs"], [(2, 3), (3,), (3,)], {}),
]
BATCH_REFUSALS = [
    *CHANNEL_REFUSALS,
    ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3), (3,), (3,), (3,), (3,)], {"axis": 2}),
]
SYNC_REFUSALS = [
    *((*refusal[:-1], {"key": "one"}) for refusal in CHANNEL_REFUSALS),
    ("no_key", CallError, ["key is required"], [(2, 3), *[(3,)] * 4], {}),
    ("key", CallError, ["key", "a str"], [(2, 3), *[(3,)] * 4], {"key": 3}),
]
SCALE_REFUSALS = [
    ("gamma", ShapeError, ["(2, 4, 3)", "(5,)"], [(2, 4, 3), (5,), (5,)], {}),
    ("missing", CallError, ["3 inputs"], [(2, 4, 3)], {}),
    ("eps", CallError, ["eps"], [(2, 4, 3), (3,), (3,)], {"eps": "a"}),
]
THREE_AXES = ("axes", ShapeError, ["3 axes", "(2, 3)"], [(2, 3), (3,), (3,)], {})

TABLE: dict[str, Row] = {
    "_normalize": entry(
        normalize,
        [
            sample((2, 3, 2), (1, 3, 1), (1, 3, 1), axis=(0, 2)),
            sample((3, 4), (1, 4), (1, 4), axis=(1,), eps=0.1),
            sample((2, 3, 2), (2, 3, 2), (1, 1, 1), axis=(0, 2)),
            sample((2, 3), (1, 3), (2, 1), axis=(-1,)),
            sample((2, 3), (1, 1), (1, 1)),
            sample((0, 3), (1, 3), (1, 3), axis=(1,)),
        ],
        [
            ("gamma", ShapeError, ["gamma", "(3,)", "(2, 3)"], [(2, 3), (3,), (1, 3)], {}),
            ("beta", ShapeError, ["beta", "(1, 2)", "(2, 3)"], [(2, 3), (1, 3), (1, 2)], {}),
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3), (1, 3), (1, 3)], {"axis": (2,)}),
        ],
        ("float32", "float64"),
    ),
    "BatchNorm": entry(
        batch_norm,
        [
            sample((2, 3), (3,), (3,), *MOVING),
            sample((2, 3, 2), (3,), (3,), *MOVING, fix_gamma=False, eps=0.1),
            sample((3, 2), (3,), (3,), *MOVING, fix_gamma=False, axis=0),
            sample((2, 2, 3), (3,), (3,), *MOVING, axis=-1, use_global_stats=True),
            sample((0, 3), (3,), (3,), *MOVING),
        ],
        [
            *BATCH_REFUSALS,
            (
                "whole",
                DTypeError,
                ["int32", "float32"],
                [lambda: nd.ones((2, 3), dtype="int32"), *[(3,)] * 4],
                {},
            ),
        ],
        FLOATS,
        own_gradient=True,
    ),
    "_contrib_BatchNormWithReLU": entry(
        batch_norm_relu,
        [
            sample((2, 3), (3,), (3,), *MOVING),
            sample((2, 3, 2), (3,), (3,), *MOVING, fix_gamma=False, eps=0.1),
        ],
        BATCH_REFUSALS,
        FLOATS,
        own_gradient=True,
    ),
    **{
        name: entry(
            batch_norm_with_variance,
            [
                sample((2, 3), (3,), (3,), *MOVING, **key),
                sample((2, 3, 2, 1), (3,), (3,), *MOVING, fix_gamma=False, eps=0.1, **key),
                sample((1, 3, 1, 2), (3,), (3,), *MOVING, fix_gamma=False, output_mean_var=True, **key),
                sample((0, 3), (3,), (3,), *MOVING, **key),
            ],
            refusals,
            FLOATS,
            result_dtype=lambda dtype, _params: [dtype, *[dtype if dtype == "float64" else "float32"] * 2],
            own_gradient=True,
        )
        for name, key, refusals in (
            ("BatchNorm_v1", {}, CHANNEL_REFUSALS),
            ("_contrib_SyncBatchNorm", {"key": "one"}, SYNC_REFUSALS),
        )
    },
    "IdentityAttachKLSparseReg": entry(
        lambda x, _average, **_params: x,
        [
            sample((2, 3), Given(Plain((3,), [0.2, 0.5, 0.7])), penalty=0.1),
            sample((2, 3, 2), Given(Plain((6,), [0.2, 0.5, 0.7, 0.4, 0.1, 0.9])), sparseness_target=0.3),
            sample((0, 2), Given(Plain((2,), [0.2, 0.5]))),
        ],
        [
            ("units", ShapeError, ["(2, 3)", "(2,)"], [(2, 3), (2,)]),
            ("axes", ShapeError, ["(3,)"], [(3,), (3,)]),
            ("whole", DTypeError, ["int32"], [lambda: nd.ones((2, 3), dtype="int32"), (3,)]),
            ("one", CallError, ["2 inputs"], [(2, 3)]),
        ],
        FLOATS,
        own_gradient=True,
    ),
    "LayerNorm": entry(
        layer_norm,
        [
            sample((2, 3), (3,), (3,)),
            sample((2, 3, 2), (3,), (3,), axis=1, eps=0.1),
            sample((3, 2), (3,), (3,), axis=0, output_mean_var=True),
            sample((4,), (4,), (4,)),
            sample((0, 3), (3,), (3,)),
        ],
        [*SCALE_REFUSALS, ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3), (3,), (3,)], {"axis": 2})],
        FLOATS,
    ),
    "GroupNorm": entry(
        group_norm,
        [
            sample((2, 4, 3), (2,), (2,), num_groups=2),
            sample((2, 2, 2, 2), (1,), (1,), eps=0.1, output_mean_var=True),
            sample((0, 4, 3), (2,), (2,), num_groups=2),
        ],
        [
            *SCALE_REFUSALS,
            THREE_AXES,
            ("groups", ValueError, ["num_groups=3", "4"], [(2, 4, 3), (3,), (3,)], {"num_groups": 3}),
        ],
        FLOATS,
    ),
    "InstanceNorm": entry(
        instance_norm,
        [
            sample((2, 3, 4), (3,), (3,)),
            sample((1, 2, 2, 3), (2,), (2,), eps=0.1),
            sample((0, 3, 4), (3,), (3,)),
        ],
        [*SCALE_REFUSALS, THREE_AXES],
        FLOATS,
    ),
    "L2Normalization": entry(
        l2_normalization,
        [
            sample(Draw((2, 3), 0.3, 2)),
            sample((2, 3, 2), eps=0.5),
            sample((2, 3, 2), eps=0.5, mode="channel"),
            sample((2, 3, 2, 2), eps=0.5, mode="spatial"),
            sample((0, 3), eps=0.5),
        ],
        [
            ("axes", ShapeError, ["3 axes", "(2, 3)"], [(2, 3)], {"mode": "channel"}),
            ("one_axis", ShapeError, ["2 axes", "(3,)"], [(3,)], {}),
            ("mode", ValueError, ["mode", "'batch'"], [(2, 3)], {"mode": "batch"}),
        ],
        FLOATS,
    ),
    "LRN": entry(
        lrn,
        [
            sample((2, 5), nsize=3, alpha=0.5),
            sample((2, 3, 2), nsize=1, alpha=0.5, beta=0.6, knorm=1.5),
            sample((1, 3, 2), nsize=9, alpha=0.5),
            sample((0, 3), nsize=3),
        ],
        [
            ("even", ValueError, ["nsize=2", "odd"], [(2, 5)], {"nsize": 2}),
            ("axes", ValueError, ["2 axes", "(5,)"], [(5,)], {"nsize": 3}),
            ("missing", CallError, ["nsize is required"], [(2, 5)], {}),
        ],
        FLOATS,
    ),
}
