"""Arrays from a shape or a range: ``nd.zeros((2, 3))``, ``nd.arange(10)``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import SupportsFloat, SupportsIndex

from ndgrad import _core
from ndgrad._core import NDArray, array, empty
from ndgrad.context import Context

__all__ = ["arange", "array", "empty", "eye", "full", "linspace", "ones", "zeros"]

Shape = SupportsIndex | Sequence[SupportsIndex]

_zeros = _core.operators["_zeros"]
_ones = _core.operators["_ones"]
_arange = _core.operators["_arange"]
_eye = _core.operators["_eye"]
_linspace = _core.operators["_linspace"]


def zeros(
    shape: Shape, ctx: Context | None = None, dtype: object = None, stype: str | None = None, **_: object
) -> NDArray:
    """Return an array of zeros of that shape; float32 unless ``dtype`` is given, dense unless ``stype`` is.

    ShapeError for a negative extent or more than 8 axes, DTypeError for an unknown dtype.
    """
    if stype not in (None, "default"):
        from ndgrad import sparse  # few programs need it

        return sparse.zeros(stype, shape, ctx, dtype)  # type: ignore[no-any-return]
    return _zeros(shape, dtype, ctx=ctx)


def ones(shape: Shape, ctx: Context | None = None, dtype: object = None, **_: object) -> NDArray:
    """Return an array of ones of that shape; float32 unless ``dtype`` is given.

    ShapeError for a negative extent or more than 8 axes, DTypeError for an unknown dtype.
    """
    return _ones(shape, dtype, ctx=ctx)


def full(
    shape: Shape,
    val: object,
    ctx: Context | None = None,
    dtype: object = "float32",
    out: NDArray | None = None,
) -> NDArray:
    """Return an array filled with ``val``, a number or whatever broadcasts to the shape.

    With ``out`` that array is filled and returned.  ValueError if ``val`` does not broadcast, ShapeError for
    a negative extent or more than 8 axes, DTypeError for an unknown dtype.
    """
    target = empty(shape, ctx, dtype) if out is None else out
    target[:] = val
    return target


def arange(
    start: SupportsFloat,
    stop: SupportsFloat | None = None,
    step: SupportsFloat = 1.0,
    repeat: SupportsIndex = 1,
    infer_range: bool | None = None,
    ctx: Context | None = None,
    dtype: object = "float32",
) -> NDArray:
    """Return ``start``, ``start + step``, ... before ``stop``, each ``repeat`` times.

    With one argument the numbers go from 0 to before it.  The shape is (repeat * ceil((stop - start) /
    step),).  ArgumentError for ends that are not finite, a step of 0 or a repeat below 1; DTypeError for an
    unknown dtype.
    """
    return _arange(start, stop, step, repeat, dtype=dtype, ctx=ctx)


def eye(
    N: SupportsIndex,
    M: SupportsIndex = 0,
    k: SupportsIndex = 0,
    ctx: Context | None = None,
    dtype: object = None,
    **_: object,
) -> NDArray:
    """Return zeros in ``N`` rows and ``M`` columns (0: as many), with ones on the ``k``-th diagonal.

    ShapeError for a negative extent, DTypeError for an unknown dtype.
    """
    return _eye(N, M, k, dtype, ctx=ctx)


def linspace(
    start: SupportsFloat,
    stop: SupportsFloat,
    num: SupportsIndex,
    endpoint: bool = True,
    ctx: Context | None = None,
    dtype: object = "float32",
) -> NDArray:
    """Return ``num`` numbers at equal distances from ``start`` to ``stop``.

    The last one is ``stop``, or one step before it if not ``endpoint``.  The shape is (num,).  ShapeError for
    a negative ``num``, DTypeError for an unknown dtype.
    """
    return _linspace(start, stop, num, endpoint, dtype, ctx=ctx)
