"""Random numbers, bit for bit MXNet 1.9.1's: the same seed gives the same numbers on every build.

A fresh process behaves as after ``seed(0)``.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import SupportsFloat, SupportsIndex

from ndgrad import _core
from ndgrad._core import NDArray
from ndgrad.base import InputTypeError
from ndgrad.context import Context

__all__ = ["exponential", "normal", "randint", "randn", "seed", "uniform"]

Shape = SupportsIndex | Sequence[SupportsIndex]

_uniform = _core.operators["_random_uniform"]
_normal = _core.operators["_random_normal"]
_exponential = _core.operators["_random_exponential"]
_randint = _core.operators["_random_randint"]


def seed(seed_state: SupportsIndex, ctx: str | Context = "all") -> None:
    """Seed the generators with an int, of which 32 bits count.

    With ``ctx`` the generators get what MXNet gives those of one context, which are other numbers than with
    the default.  ValueError if ``seed_state`` is not an int.
    """
    try:
        number = operator.index(seed_state)
    except TypeError:
        raise ValueError("seed_state must be int") from None
    if isinstance(ctx, str) and ctx == "all":
        _core.seed(number)
    else:
        _core.seed_context(number)


def _check_numbers(function: str, **parameters: object) -> None:
    for name, value in parameters.items():
        if isinstance(value, NDArray):
            raise InputTypeError(f"{function}: {name} must be a number; arrays are not possible yet")


def uniform(
    low: SupportsFloat = 0,
    high: SupportsFloat = 1,
    shape: Shape | None = None,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **_: object,
) -> NDArray:
    """Return numbers drawn uniformly from [low, high).

    ``shape`` is (1,) unless given, ``dtype`` float32 (float16 and float64 are possible).  With ``out`` the
    numbers go there.
    """
    _check_numbers("uniform", low=low, high=high)
    return _uniform(low, high, shape=_default(shape, out), dtype=dtype, ctx=ctx, out=out)


def normal(
    loc: SupportsFloat = 0,
    scale: SupportsFloat = 1,
    shape: Shape | None = None,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **_: object,
) -> NDArray:
    """Return numbers drawn from the normal distribution of mean ``loc`` and standard deviation ``scale``.

    ``shape`` is (1,) unless given, ``dtype`` float32 (float16 and float64 are possible).  With ``out`` the
    numbers go there.
    """
    _check_numbers("normal", loc=loc, scale=scale)
    return _normal(loc, scale, shape=_default(shape, out), dtype=dtype, ctx=ctx, out=out)


def randn(
    *shape: SupportsIndex,
    loc: SupportsFloat = 0,
    scale: SupportsFloat = 1,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **_: object,
) -> NDArray:
    """Return ``normal(loc, scale, shape)`` with the extents as separate arguments."""
    return normal(loc, scale, shape or None, dtype=dtype, ctx=ctx, out=out)


def exponential(
    scale: SupportsFloat = 1,
    shape: Shape | None = None,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **_: object,
) -> NDArray:
    """Return numbers drawn from the exponential distribution of mean ``scale``.

    ``shape`` is (1,) unless given, ``dtype`` float32 (float16 and float64 are possible).  With ``out`` the
    numbers go there.
    """
    _check_numbers("exponential", scale=scale)
    return _exponential(1.0 / float(scale), shape=_default(shape, out), dtype=dtype, ctx=ctx, out=out)


def randint(
    low: SupportsIndex,
    high: SupportsIndex,
    shape: Shape | None = None,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **_: object,
) -> NDArray:
    """Return integers drawn uniformly from [low, high).

    ``shape`` is (1,) unless given, ``dtype`` int32 (int64 is possible).  With ``out`` the numbers go there.
    """
    _check_numbers("randint", low=low, high=high)
    return _randint(low, high, shape=_default(shape, out), dtype=dtype, ctx=ctx, out=out)


def _default(shape: Shape | None, out: NDArray | None) -> Shape:
    if shape is not None:
        return shape
    return (1,) if out is None else out.shape
