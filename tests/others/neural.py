"""Layers of neural networks."""

from __future__ import annotations

import math

import moves
from plain import Plain, elementwise
from rows import FLOATS, Row, entry, sample

from ndgrad.base import CallError, ShapeError


def fully_connected(
    x: Plain, weight: Plain, bias: Plain | None = None, *, flatten: bool = True, **_: object
) -> Plain:
    rows = x.reshaped((x.shape[0], math.prod(x.shape[1:]))) if flatten else x
    out = moves.dot(rows, weight, transpose_b=True)
    return out if bias is None else elementwise(lambda a, b: a + b, out, bias)


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
}
