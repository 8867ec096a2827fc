"""Random numbers, bit for bit MXNet 1.9.1's: the same seed gives the same numbers on every build.

A fresh process behaves as after ``seed(0)``.

The parameters of a distribution are numbers, or arrays of one shape and dtype.  With arrays each of their
elements gets as many numbers as ``shape`` says, so that the result has their shape followed by ``shape``.
With numbers the result has the shape ``shape``, (1,) unless given.  The dtype is float32 unless float16 or
float64 is asked for.  With ``out`` the numbers go there, in its shape and dtype.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import SupportsFloat, SupportsIndex

from ndgrad import _core
from ndgrad._core import NDArray
from ndgrad.base import InputTypeError
from ndgrad.context import Context

__all__ = [
    "exponential",
    "exponential_like",
    "gamma",
    "gamma_like",
    "generalized_negative_binomial",
    "generalized_negative_binomial_like",
    "multinomial",
    "negative_binomial",
    "negative_binomial_like",
    "normal",
    "normal_like",
    "poisson",
    "poisson_like",
    "randint",
    "randn",
    "seed",
    "shuffle",
    "uniform",
    "uniform_like",
]

Shape = SupportsIndex | Sequence[SupportsIndex]
Parameter = SupportsFloat | NDArray

_randint = _core.operators["_random_randint"]
_multinomial = _core.operators["_sample_multinomial"]
_shuffle = _core.operators["_shuffle"]
_exp = _core.operators["exp"]
_log = _core.operators["log"]

uniform_like = _core.operators["_random_uniform_like"]
normal_like = _core.operators["_random_normal_like"]
exponential_like = _core.operators["_random_exponential_like"]
gamma_like = _core.operators["_random_gamma_like"]
poisson_like = _core.operators["_random_poisson_like"]
negative_binomial_like = _core.operators["_random_negative_binomial_like"]
generalized_negative_binomial_like = _core.operators["_random_generalized_negative_binomial_like"]


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


def _draw(
    distribution: str,
    parameters: Sequence[Parameter],
    shape: Shape | None,
    dtype: object,
    ctx: Context | None,
    out: NDArray | None,
    more: dict[str, object],
) -> NDArray:
    """Call the distribution's operator, that of numbers or that of arrays."""
    if dtype is None and out is not None:
        dtype = out.dtype
    arrays = [isinstance(parameter, NDArray) for parameter in parameters]
    if all(arrays):
        sample = _core.operators[f"_sample_{distribution}"]
        return sample(*parameters, shape=() if shape is None else shape, dtype=dtype, out=out, **more)
    if any(arrays):
        kinds = " and ".join(type(parameter).__name__ for parameter in parameters)
        raise InputTypeError(f"{distribution}: parameters must all be numbers or all be arrays, not {kinds}")
    draw = _core.operators[f"_random_{distribution}"]
    return draw(*parameters, shape=_default(shape, out), dtype=dtype, ctx=ctx, out=out, **more)


def _default(shape: Shape | None, out: NDArray | None) -> Shape:
    if shape is not None:
        return shape
    return (1,) if out is None else out.shape


def uniform(
    low: Parameter = 0,
    high: Parameter = 1,
    shape: Shape | None = None,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Return numbers drawn uniformly from [low, high).

    Of numbers the result has the shape ``shape``, (1,) unless given; of arrays (a, ...) it is (a, ...,
    *shape).  ArgumentError if low is above high, DTypeError for a dtype that is no float, InputTypeError for
    a number beside an array, ShapeError if arrays differ in shape.
    """
    return _draw("uniform", (low, high), shape, dtype, ctx, out, kwargs)


def normal(
    loc: Parameter = 0,
    scale: Parameter = 1,
    shape: Shape | None = None,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Return numbers drawn from the normal distribution of mean ``loc`` and standard deviation ``scale``.

    Of numbers the result has the shape ``shape``, (1,) unless given; of arrays (a, ...) it is (a, ...,
    *shape).  ArgumentError if scale is not above 0, DTypeError for a dtype that is no float, InputTypeError
    for a number beside an array, ShapeError if arrays differ in shape.
    """
    return _draw("normal", (loc, scale), shape, dtype, ctx, out, kwargs)


def randn(
    *shape: SupportsIndex,
    loc: Parameter = 0,
    scale: Parameter = 1,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Return ``normal(loc, scale, shape)`` with the extents as separate arguments, and its errors.

    randn(2, 3) -> (2, 3); ArgumentError if scale is not above 0.
    """
    return normal(loc, scale, shape or None, dtype, ctx, out, **kwargs)


def exponential(
    scale: Parameter = 1,
    shape: Shape | None = None,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Return numbers drawn from the exponential distribution of mean ``scale``.

    Of numbers the result has the shape ``shape``, (1,) unless given; of arrays (a, ...) it is (a, ...,
    *shape).  ArgumentError if scale is below 0, ZeroDivisionError if it is 0, DTypeError for a dtype that is
    no float.
    """
    rate = 1.0 / scale if isinstance(scale, NDArray) else 1.0 / float(scale)
    return _draw("exponential", (rate,), shape, dtype, ctx, out, kwargs)


def gamma(
    alpha: Parameter = 1,
    beta: Parameter = 1,
    shape: Shape | None = None,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Return numbers from the gamma distribution of shape ``alpha``, scale ``beta`` and mean alpha * beta.

    Of numbers the result has the shape ``shape``, (1,) unless given; of arrays (a, ...) it is (a, ...,
    *shape).  ArgumentError if one is not above 0, DTypeError for a dtype that is no float, InputTypeError for
    a number beside an array, ShapeError if arrays differ in shape.
    """
    return _draw("gamma", (alpha, beta), shape, dtype, ctx, out, kwargs)


def poisson(
    lam: Parameter = 1,
    shape: Shape | None = None,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Return whole numbers drawn from the Poisson distribution of mean ``lam``.

    Of numbers the result has the shape ``shape``, (1,) unless given; of arrays (a, ...) it is (a, ...,
    *shape).  ArgumentError if lam is below 0, DTypeError for a dtype that is no float.
    """
    return _draw("poisson", (lam,), shape, dtype, ctx, out, kwargs)


def negative_binomial(
    k: Parameter = 1,
    p: Parameter = 1,
    shape: Shape | None = None,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Return how many failures come before ``k`` successes of probability ``p``; a number ``k`` is an int.

    Of numbers the result has the shape ``shape``, (1,) unless given; of arrays (a, ...) it is (a, ...,
    *shape).  ArgumentError unless k is at least 0 and p in (0, 1], DTypeError for a dtype that is no float,
    InputTypeError for a number beside an array, ShapeError if arrays differ in shape.
    """
    return _draw("negative_binomial", (k, p), shape, dtype, ctx, out, kwargs)


def generalized_negative_binomial(
    mu: Parameter = 1,
    alpha: Parameter = 1,
    shape: Shape | None = None,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Return whole numbers of mean ``mu`` and variance ``mu + alpha * mu**2``.

    Of numbers the result has the shape ``shape``, (1,) unless given; of arrays (a, ...) it is (a, ...,
    *shape).  ArgumentError if one is below 0, DTypeError for a dtype that is no float, InputTypeError for a
    number beside an array, ShapeError if arrays differ in shape.
    """
    return _draw("generalized_negative_binomial", (mu, alpha), shape, dtype, ctx, out, kwargs)


def randint(
    low: SupportsIndex,
    high: SupportsIndex,
    shape: Shape | None = None,
    dtype: object = None,
    ctx: Context | None = None,
    out: NDArray | None = None,
    **kwargs: object,
) -> NDArray:
    """Return integers drawn uniformly from [low, high), int32 unless ``dtype`` is int64.

    The result has the shape ``shape``, (1,) unless given.  ArgumentError unless low is below high, DTypeError
    for another dtype.
    """
    if dtype is None and out is not None:
        dtype = out.dtype
    return _randint(low, high, shape=_default(shape, out), dtype=dtype, ctx=ctx, out=out, **kwargs)


def multinomial(
    data: NDArray,
    shape: Shape | None = None,
    get_prob: bool = False,
    out: NDArray | None = None,
    dtype: str = "int32",
    **kwargs: object,
) -> NDArray | list[NDArray]:
    """Return outcomes drawn by the probabilities along the last axis of ``data``.

    data (..., k) -> (..., *shape): each row of ``data`` gets as many as ``shape`` says.  With ``get_prob``
    their log-likelihood comes too, through which gradients go to the probabilities.  ShapeError if there is
    no such axis, ArgumentError for a dtype that outcomes cannot have.
    """
    return _multinomial(data, () if shape is None else shape, get_prob, dtype, out=out, **kwargs)


def shuffle(data: NDArray, **kwargs: object) -> NDArray:
    """Return the elements of a vector, or the rows of an array of more axes, in a random order.

    data (n, ...) -> the same shape.  ShapeError for an array without axes.
    """
    return _shuffle(data, **kwargs)


def rand_zipfian(
    true_classes: NDArray, num_sampled: int, range_max: int, ctx: Context | None = None
) -> tuple[NDArray, NDArray, NDArray]:
    """Draw classes below ``range_max`` from a nearly log-uniform distribution, with replacement.

    Returns ``num_sampled`` classes (int64), how often ``true_classes`` are to be expected among that many,
    and how often each class that was drawn is (both float64).  true_classes (any) -> (num_sampled,), that of
    true_classes, (num_sampled,).  ArgumentError for a ``range_max`` of 0.
    """
    log_range = math.log(range_max + 1)
    numbers = uniform(0, log_range, shape=(num_sampled,), dtype="float64", ctx=ctx)
    sampled = (_exp(numbers) - 1).astype("int64") % range_max

    def expected(classes: NDArray) -> NDArray:
        wide = classes.astype("float64")
        return _log((wide + 2.0) / (wide + 1.0)) / log_range * num_sampled

    return sampled, expected(true_classes.as_in_context(sampled.context)), expected(sampled)
