"""The operators that follow from no family: of each its reference, its samples, what it must refuse.

A module for each kind of work has its part of the table.
"""

from __future__ import annotations

from rows import Row

from . import (
    basic,
    contrib,
    convolution,
    image,
    linalg,
    losses,
    neural,
    normalization,
    optimizer,
    order,
    quantization,
    randoms,
    recurrent,
    shape,
    special,
    vision,
)

PARTS = (
    basic,
    neural,
    normalization,
    losses,
    shape,
    randoms,
    special,
    order,
    optimizer,
    contrib,
    convolution,
    image,
    linalg,
    vision,
    recurrent,
    quantization,
)
OTHERS: dict[str, Row] = {name: row for part in PARTS for name, row in part.TABLE.items()}
