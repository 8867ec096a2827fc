"""Layers of neural networks: products, activations, softmax."""

from __future__ import annotations

import math
from collections.abc import Callable

import formulas
import moves
from plain import Index, Plain, elementwise
from rows import FLOATS, Draw, Given, Params, Row, entry, index, sample

from ndgrad.base import AxisError, CallError, DTypeError, ShapeError


def fully_connected(
    x: Plain, weight: Plain, bias: Plain | None = None, *, flatten: bool = True, **_: object
) -> Plain:
    rows = x.reshaped((x.shape[0], math.prod(x.shape[1:]))) if flatten else x
    out = moves.dot(rows, weight, transpose_b=True)
    return out if bias is None else elementwise(lambda a, b: a + b, out, bias)


def activation(x: Plain, act_type: str) -> Plain:
    return x.map(formulas.UNARY["_softrelu" if act_type == "softrelu" else act_type])


def leaky_relu(
    x: Plain,
    gamma: Plain | None = None,
    act_type: str = "leaky",
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.334,
) -> Plain:
    if gamma is not None:
        shape = (1,) * (x.ndim > 1) + gamma.shape + (1,) * (x.ndim - 2)
        return elementwise(lambda v, s: v if v > 0 else s * v, x, gamma.reshaped(shape))
    mean = (lower_bound + upper_bound) / 2
    functions: dict[str, Callable[[float], float]] = {
        "leaky": lambda v: formulas.SCALED["_leaky_relu"](v, slope),
        "elu": lambda v: formulas.SCALED["_elu"](v, slope),
        "gelu": formulas.UNARY["_gelu"],
        "selu": formulas.UNARY["_selu"],
        "rrelu": lambda v: formulas.SCALED["_leaky_relu"](v, mean),
    }
    return x.map(functions[act_type])


def softmax(x: Plain, length: Plain | None = None, *, axis: int = -1, **params: object) -> Plain:
    """Beyond the length of its row an element is 0, and the others do not feel it."""
    if length is None:
        return moves.softmax(x, axis, **{k: v for k, v in params.items() if k == "temperature"})
    at = axis % x.ndim

    def power(place: Index) -> float:
        return math.exp(x[place]) if place[at] < length[moves.put(place, at)] else 0.0

    def share(place: Index) -> float:
        line = [power(moves.put(place, at, k)) for k in range(x.shape[at])]
        return power(place) / sum(line) if sum(line) else 0.0

    return Plain.build(x.shape, share)


def softmin(x: Plain, **params: object) -> Plain:
    return softmax(x.map(lambda v: -v), **params)


def softmax_activation(x: Plain, mode: str = "instance") -> Plain:
    return moves.softmax(x, 1 if mode == "channel" else -1)


BELOW, ABOVE = Draw((2, 3), -2, -0.3), Draw((2, 3), 0.3, 2)
TWO = {"input_dim": 4, "output_dim": 3}
LENGTHS = Given(Plain((2,), [2, 3]), "int32")
SOFTMAX_SAMPLES = [
    sample((2, 3)),
    sample((2, 3), axis=0),
    sample((2, 3, 2), axis=1, temperature=0.7),
    sample((3,)),
    sample((0, 3)),
]
SOFTMAX_REFUSALS: list[tuple[str, type[Exception], list[str], list[object], Params]] = [
    ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axis": 2}),
    ("no_axis", AxisError, ["()"], [()], {}),
    ("temperature", ValueError, ["temperature"], [(2, 3)], {"temperature": 0}),
    ("dtype", DTypeError, ["int32"], [(2, 3)], {"dtype": "int32"}),
    ("dtype_name", TypeError, ["dtype", "'float31'"], [(2, 3)], {"dtype": "float31"}),
    ("length", CallError, ["use_length"], [(2, 3)], {"use_length": True}),
]

TABLE: dict[str, Row] = {
    "FullyConnected": entry(
        fully_connected,
        [
            sample((2, 3), (4, 3), (4,), num_hidden=4),
            sample((2, 3, 2), (4, 6), num_hidden=4, no_bias=True),
            sample((2, 3, 2), (4, 2), (4,), num_hidden=4, flatten=False),
            sample((0, 3), (4, 3), (4,), num_hidden=4),
        ],
        [
            ("weight", ShapeError, ["(2, 3)", "(4, 3)", "(4, 2)"], [(2, 3), (4, 2), (4,)], {"num_hidden": 4}),
            ("bias", ShapeError, ["(4,)", "(3,)"], [(2, 3), (4, 3), (3,)], {"num_hidden": 4}),
            ("no_bias", CallError, ["no_bias"], [(2, 3), (4, 3)], {"num_hidden": 4}),
            ("units", CallError, ["num_hidden is required"], [(2, 3), (4, 3), (4,)], {}),
            ("one", CallError, ["2 to 3 inputs"], [(2, 3)], {"num_hidden": 4}),
        ],
        FLOATS,
    ),
    "Embedding": entry(
        lambda data, weight, **_: moves.take(weight, data),
        [
            sample(index(1, 0, 2, 3, shape=(2, 2)), (4, 3), **TWO),
            sample(index(-1, 7, 1.7), (4, 3), **TWO),  # clipped, cut
            sample(index(2, shape=(), dtype="int64"), (4, 3), **TWO),
            sample(index(shape=(0,)), (4, 3), **TWO),
        ],
        [
            (
                "weight",
                ShapeError,
                ["input_dim=5", "(5, 3)", "(4, 3)"],
                [(2,), (4, 3)],
                {**TWO, "input_dim": 5},
            ),
            ("axes", ShapeError, ["(4, 3)", "(12,)"], [(2,), (12,)], TWO),
            ("missing", CallError, ["output_dim is required"], [(2,), (4, 3)], {"input_dim": 4}),
            ("one", CallError, ["2 inputs"], [(2,)], TWO),
        ],
    ),
    "Activation": entry(
        activation,
        [
            *(sample(part, act_type="relu") for part in (BELOW, ABOVE)),
            *(sample(part, act_type="softsign") for part in (BELOW, ABOVE)),
            *(sample((2, 3), act_type=name) for name in ("sigmoid", "softrelu", "tanh")),
            sample((), act_type="tanh"),
            sample((0, 3), act_type="sigmoid"),
        ],
        [
            ("missing", CallError, ["act_type is required"], [(2, 3)], {}),
            ("unknown", ValueError, ["act_type", "'gelu'"], [(2, 3)], {"act_type": "gelu"}),
            ("number", ValueError, ["act_type", "3"], [(2, 3)], {"act_type": 3}),
        ],
        FLOATS,
    ),
    "LeakyReLU": entry(
        leaky_relu,
        [
            *(sample(part) for part in (BELOW, ABOVE)),
            *(sample(part, act_type="elu", slope=0.7) for part in (BELOW, ABOVE)),
            *(sample(part, act_type="selu") for part in (BELOW, ABOVE)),
            sample((2, 3), act_type="gelu"),
            sample(BELOW, (3,), act_type="prelu"),
            sample(Draw((2, 3, 2), 0.3, 2), (3,), act_type="prelu"),
            sample(Draw((2, 3, 2), -2, -0.3), (1,), act_type="prelu"),
            sample(Draw((3,), -2, -0.3), (3,), act_type="prelu"),
            sample((0, 3), slope=0.1),
        ],
        [
            ("gamma", ShapeError, ["(2,)", "(2, 3)"], [(2, 3), (2,)], {"act_type": "prelu"}),
            ("no_gamma", CallError, ["gamma"], [(2, 3)], {"act_type": "prelu"}),
            ("any_gamma", CallError, ["gamma"], [(2, 3), (3,)], {"act_type": "elu"}),
            ("bounds", ValueError, ["lower_bound"], [(2,)], {"act_type": "rrelu", "lower_bound": 0.5}),
            ("unknown", ValueError, ["act_type", "'relu'"], [(2, 3)], {"act_type": "relu"}),
        ],
        FLOATS,
    ),
    "softmax": entry(
        softmax,
        [
            *SOFTMAX_SAMPLES,
            sample((2, 3), LENGTHS, axis=1, use_length=True),
            sample((3, 2), LENGTHS, axis=0, use_length=True),
            sample((2, 3), Given(Plain((2,), [0, 5]), "int64"), use_length=True),
        ],
        [
            *SOFTMAX_REFUSALS,
            ("unasked", CallError, ["use_length"], [(2, 3), (2,)], {}),
            ("lengths", ShapeError, ["(2,)", "(3,)"], [(2, 3), (3,)], {"use_length": True}),
            ("whole", DTypeError, ["float32", "int32"], [(2, 3), (2,)], {"use_length": True}),
        ],
        FLOATS,
    ),
    "log_softmax": entry(moves.log_softmax, SOFTMAX_SAMPLES, SOFTMAX_REFUSALS, FLOATS),
    "softmin": entry(softmin, SOFTMAX_SAMPLES, SOFTMAX_REFUSALS, FLOATS),
    "SoftmaxActivation": entry(
        softmax_activation,
        [
            sample((2, 3)),
            sample((2, 3, 2)),
            sample((2, 3, 2), mode="channel"),
            sample((0, 3, 2), mode="channel"),
        ],
        [
            ("axes", ShapeError, ["3 axes", "(2, 3)"], [(2, 3)], {"mode": "channel"}),
            ("no_axis", AxisError, ["()"], [()], {}),
            ("mode", ValueError, ["mode", "'batch'"], [(2, 3)], {"mode": "batch"}),
        ],
        FLOATS,
    ),
    "Dropout": entry(
        lambda x, **_: x,
        [sample((2, 3)), sample((2, 3), p=0.2, axes=(0,)), sample(()), sample((0, 3))],
        [
            ("p", ValueError, ["p", "1.5"], [(2, 3)], {"p": 1.5}),
            ("axes", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axes": (2,)}),
            ("mode", ValueError, ["mode", "'never'"], [(2, 3)], {"mode": "never"}),
        ],
        own_gradient=True,
    ),
    "_random_dropout_mask": entry(
        None,
        [sample(p=0.3, shape=(3, 4)), sample(shape=(2, 0)), sample(shape=(5,), dtype="float64", shared=True)],
        [
            ("p", ValueError, ["p", "-0.5"], [], {"p": -0.5, "shape": (2,)}),
            ("dtype", DTypeError, ["int32"], [], {"shape": (2,), "dtype": "int32"}),
            ("negative", ValueError, ["(-1,)"], [], {"shape": (-1,)}),
        ],
        ("float32",),
    ),
}
