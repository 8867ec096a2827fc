"""Arrays in plain Python: what the operators are compared with where NumPy is absent.

An array is a shape and a function from an index to a number, written out.  So an operator that moves
elements is one line that says where each element of the result comes from, and the arithmetic is Python's
own, in float64 or exact integers.
"""

from __future__ import annotations

import itertools
import math
import struct
from collections.abc import Callable, Iterable, Sequence

Shape = tuple[int, ...]
Index = tuple[int, ...]

INTEGERS = {"int8": (8, True), "uint8": (8, False), "int32": (32, True), "int64": (64, True)}
PACKED = {"float16": "e", "float32": "f", "float64": "d"}


def indices(shape: Shape) -> Iterable[Index]:
    """All indices in row-major order; one, the empty tuple, for a shape without axes."""
    return itertools.product(*map(range, shape))


class Plain:
    """A shape and the elements in row-major order."""

    def __init__(self, shape: Sequence[int], values: Iterable[float]) -> None:
        self.shape, self.values = tuple(shape), list(values)
        assert len(self.values) == math.prod(self.shape), (self.shape, self.values)

    @classmethod
    def build(cls, shape: Sequence[int], element: Callable[[Index], float]) -> Plain:
        return cls(shape, [element(index) for index in indices(tuple(shape))])

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __getitem__(self, index: Index) -> float:
        flat = 0
        for position, extent in zip(index, self.shape, strict=True):
            flat = flat * extent + position
        return self.values[flat]

    def __repr__(self) -> str:
        return f"Plain({self.shape}, {self.values})"

    def map(self, function: Callable[[float], float]) -> Plain:
        return Plain(self.shape, map(function, self.values))

    def reshaped(self, shape: Sequence[int]) -> Plain:
        return Plain(shape, self.values)


# ------------------------------------------------------------------------------------- broadcasting


def broadcast_shape(*shapes: Shape) -> Shape:
    """The common shape, aligned at the last axis; extents that differ from 1 agree."""
    ndim = max(map(len, shapes))
    padded = [(1,) * (ndim - len(shape)) + shape for shape in shapes]
    result = tuple(next((e for e in extents if e != 1), 1) for extents in zip(*padded, strict=True))
    assert all(e in (1, r) for shape in padded for e, r in zip(shape, result, strict=True)), shapes
    return result


def broadcast(x: Plain, shape: Shape) -> Plain:
    skipped = len(shape) - x.ndim

    def source(index: Index) -> float:
        return x[tuple(0 if e == 1 else i for i, e in zip(index[skipped:], x.shape, strict=True))]

    return Plain.build(shape, source)


def elementwise(function: Callable[..., float], *arrays: Plain) -> Plain:
    shape = broadcast_shape(*(array.shape for array in arrays))
    columns = [broadcast(array, shape).values for array in arrays]
    return Plain(shape, itertools.starmap(function, zip(*columns, strict=True)))


# ---------------------------------------------------------------------------------------- reduction


def axes_of(ndim: int, axis: int | Sequence[int] | None, exclude: bool = False) -> set[int]:
    """The axes that `axis` names; all of them if it names none."""
    named = {axis} if isinstance(axis, int) else set(axis or ())
    chosen = {a % ndim for a in named} if named else set(range(ndim))
    return set(range(ndim)) - chosen if exclude and named else chosen


def reduce(
    fold: Callable[[list[float]], float],
    x: Plain,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    exclude: bool = False,
) -> Plain:
    """Fold the elements along the axes; a result without axes has shape (1,)."""
    folded = axes_of(x.ndim, axis, exclude)
    kept = [a for a in range(x.ndim) if a not in folded]
    groups: dict[Index, list[float]] = {index: [] for index in indices(tuple(x.shape[a] for a in kept))}
    for index, value in zip(indices(x.shape), x.values, strict=True):
        groups[tuple(index[a] for a in kept)].append(value)
    shape = [1 if a in folded else x.shape[a] for a in range(x.ndim) if keepdims or a not in folded]
    return Plain(shape or (1,), map(fold, groups.values()))


# ------------------------------------------------------------------------------------------- dtypes


def cast(value: float, dtype: str) -> float:
    """What a number becomes in a dtype: floats are rounded, integers cut toward zero and wrapped."""
    if dtype == "bool":
        return float(value != 0)
    if dtype in PACKED:
        try:
            return struct.unpack(PACKED[dtype], struct.pack(PACKED[dtype], float(value)))[0]
        except OverflowError:
            return math.copysign(math.inf, value)
    bits, signed = INTEGERS[dtype]
    wrapped = math.trunc(value) % (1 << bits)
    return wrapped - (1 << bits) if signed and wrapped >> (bits - 1) else wrapped


def fits(value: float, dtype: str) -> bool:
    """Whether a number survives a cast to an integer dtype, but for its fraction."""
    return math.isfinite(value) and cast(value, dtype) == math.trunc(value)
