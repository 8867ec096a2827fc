"""What programs take from ``mx.test_utils``: comparing arrays, and making some to compare."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from ndgrad import _core
from ndgrad import random as sampling
from ndgrad._core import NDArray, array
from ndgrad.base import ArgumentError
from ndgrad.context import Context, current_context, num_gpus
from ndgrad.dtypes import dtype_names, scalar_classes

__all__ = [
    "almost_equal",
    "assert_almost_equal",
    "assert_exception",
    "default_context",
    "default_dtype",
    "list_gpus",
    "rand_ndarray",
    "rand_shape_2d",
    "rand_shape_3d",
    "rand_shape_nd",
    "same",
    "same_array",
    "set_default_context",
]

# Relative and absolute; dtypes that are not here are compared exactly.
_TOLERANCES = {"float16": (1e-2, 1e-1), "float32": (1e-4, 1e-3), "float64": (1e-5, 1e-20)}


def list_gpus() -> range:
    """Return the numbers of the GPUs that can be used."""
    return range(num_gpus())


def default_context() -> Context:
    """Return the context that new arrays go to."""
    return current_context()


def set_default_context(ctx: Context) -> None:
    """Let new arrays of this thread go to a context."""
    _core.set_default_context(ctx)


def default_dtype() -> type:
    """Return the class of float32 numbers."""
    return scalar_classes()[dtype_names.index("float32")]


def rand_shape_nd(num_dim: int, dim: int = 10, allow_zero_size: bool = False) -> tuple[int, ...]:
    """Return a random shape of ``num_dim`` extents from 1, or 0, to ``dim``."""
    return tuple(random.randint(0 if allow_zero_size else 1, dim) for _ in range(num_dim))


def rand_shape_2d(dim0: int = 10, dim1: int = 10, allow_zero_size: bool = False) -> tuple[int, ...]:
    """Return a random shape of two extents of at most ``dim0`` and ``dim1``."""
    return tuple(rand_shape_nd(1, dim, allow_zero_size)[0] for dim in (dim0, dim1))


def rand_shape_3d(
    dim0: int = 10, dim1: int = 10, dim2: int = 10, allow_zero_size: bool = False
) -> tuple[int, ...]:
    """Return a random shape of three extents of at most ``dim0``, ``dim1`` and ``dim2``."""
    return tuple(rand_shape_nd(1, dim, allow_zero_size)[0] for dim in (dim0, dim1, dim2))


def rand_ndarray(
    shape: Sequence[int], stype: str = "default", dtype: object = None, ctx: Context | None = None
) -> NDArray:
    """Return an array of normal numbers; ArgumentError for a sparse ``stype``."""
    if stype != "default":
        raise ArgumentError(f"rand_ndarray: arrays are dense here, so stype must be 'default', not {stype!r}")
    numbers = sampling.normal(shape=shape, ctx=ctx)
    return numbers if dtype is None else numbers.astype(dtype)


def _dtype_of(x: object) -> str:
    dtype = getattr(x, "dtype", None)
    return "float64" if dtype is None else _core.dtype_name(dtype)


def _wide(x: object) -> NDArray:
    return x.astype("float64") if isinstance(x, NDArray) else array(x, dtype="float64")


def same(a: object, b: object) -> bool:
    """Return whether two arrays have the same shape and elements."""
    x, y = _wide(a), _wide(b)
    return x.shape == y.shape and _first_mismatch(x, y, 0.0, 0.0, False) is None


def _first_mismatch(a: NDArray, b: NDArray, rtol: float, atol: float, equal_nan: bool) -> int | None:
    """Return where, in row-major order, |a - b| > atol + rtol |b| first."""
    close = (a == b) + ((a - b).abs() <= atol + rtol * b.abs())
    if equal_nan:
        close = close + (a != a) * (b != b)
    values = close._values(0, close.size)
    return next((place for place, value in enumerate(values) if not value), None)


def assert_almost_equal(
    a: object,
    b: object,
    rtol: float | None = None,
    atol: float | None = None,
    names: tuple[str, str] = ("a", "b"),
    equal_nan: bool = False,
    use_broadcast: bool = True,
) -> None:
    """Raise AssertionError unless |a - b| <= atol + rtol |b| everywhere.

    The tolerances are those of the less precise dtype unless given.  Shapes broadcast if ``use_broadcast``.
    """
    x, y = _wide(a), _wide(b)
    if x.shape != y.shape and not use_broadcast:
        raise AssertionError(f"{names[0]} has shape {x.shape} and {names[1]} {y.shape}")
    usual = [_TOLERANCES.get(_dtype_of(value), (0.0, 0.0)) for value in (a, b)]
    relative = max(r for r, _ in usual) if rtol is None else rtol
    absolute = max(t for _, t in usual) if atol is None else atol
    place = _first_mismatch(x, y, relative, absolute, equal_nan)
    if place is not None:
        left, right = ((value + 0 * other)._values(place, place + 1)[0] for value, other in ((x, y), (y, x)))
        raise AssertionError(
            f"{names[0]} and {names[1]} differ by more than rtol={relative}, atol={absolute}: "
            f"element {place} is {left} and {right}"
        )


def almost_equal(
    a: object,
    b: object,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    use_broadcast: bool = True,
) -> bool:
    """Return whether :func:`assert_almost_equal` would find nothing."""
    try:
        assert_almost_equal(a, b, rtol, atol, equal_nan=equal_nan, use_broadcast=use_broadcast)
    except AssertionError:
        return False
    return True


def same_array(array1: NDArray, array2: NDArray) -> bool:
    """Return whether two arrays share their memory, so that writing to one changes the other."""
    if not same(array1, array2):
        return False
    array1[:] = array1 + 1
    shared = same(array1, array2)
    array1[:] = array1 - 1
    return shared


def assert_exception(
    f: Callable[..., object], exception_type: type[Exception], *args: object, **kwargs: object
) -> None:
    """Raise AssertionError unless the call raises such an exception."""
    try:
        f(*args, **kwargs)
    except exception_type:
        return
    raise AssertionError(f"did not raise {exception_type.__name__}")
