"""Members of NDArray that need no C: protocols of other libraries, pickling, and MXNet's lesser methods."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import import_module
from typing import Any, SupportsFloat

from ndgrad import _core, exchange, joining
from ndgrad._core import NDArray
from ndgrad.base import ArgumentError, MXNetError, ShapeError
from ndgrad.context import cpu

__all__ = ["install"]

_Bounds = Sequence[int | None]

_expand_dims = _core.operators["expand_dims"]
_flatten = _core.operators["Flatten"]
_squeeze = _core.operators["squeeze"]

# -------------------------------------------------------------------------------------- other libraries


def __array__(self: NDArray, dtype: object = None, copy: bool | None = None) -> Any:  # noqa: ANN401
    """Return the elements as numpy.ndarray: the same memory, or a copy if asked for or needed for the dtype.

    ArgumentError, a ValueError, if a copy is needed and ``copy`` is False.
    """
    numpy = import_module("numpy")
    shared = numpy.asarray(memoryview(self))
    if dtype is None or numpy.dtype(dtype) == shared.dtype:
        return shared.copy() if copy else shared
    if copy is False:
        raise ArgumentError(f"__array__: {shared.dtype} does not become {dtype} without a copy")
    return shared.astype(dtype)


def __dlpack__(
    self: NDArray,
    *,
    stream: object = None,
    max_version: tuple[int, int] | None = None,
    dl_device: tuple[int, int] | None = None,
    copy: bool | None = None,
) -> object:
    """Return a DLPack capsule with the array's elements, or with those of a copy.

    ``stream`` is the consumer's on the array's GPU, as CUDA numbers them: None and 1 for the default one, 2
    for the thread's, an address, or -1 for none; it waits for what ndgrad was asked to do.  ``dl_device`` may
    be the CPU, to which the elements are then copied.  BufferError if that is forbidden, if another device is
    asked for, or if the array is on read-only memory and no ``max_version`` allows to say so.
    """
    here = self.__dlpack_device__()
    wanted = here if dl_device is None else (int(dl_device[0]), int(dl_device[1]))
    if wanted not in (here, exchange.CPU):
        raise BufferError(f"the NDArray is on {self.context}, DLPack's device {here}, not on {dl_device}")
    if wanted != here and copy is False:
        raise BufferError(f"the NDArray is on {self.context}; to the CPU's memory it comes by a copy only")
    lent = self
    if wanted != here:
        lent = self.detach().as_in_context(cpu())
    elif copy:
        lent = self.detach().copy()
    exchange.precede(self, stream)  # the copy is waited for too
    with_version = max_version is not None and max_version[0] >= 1
    return _core.to_dlpack(lent, with_version, False, lent is not self)


def __dlpack_device__(self: NDArray) -> tuple[int, int]:
    """Return DLPack's numbers for the array's device."""
    context = self.context
    return (exchange.CUDA, context.device_id) if context.device_type == "gpu" else exchange.CPU


def to_dlpack_for_read(self: NDArray) -> object:
    """Return a DLPack capsule for a library that will not write into the array."""
    return exchange.to_dlpack_for_read(self)


def to_dlpack_for_write(self: NDArray) -> object:
    """Return a DLPack capsule for a library that will write into the array."""
    return exchange.to_dlpack_for_write(self)


# --------------------------------------------------------------------------------------------- pickling


def __getstate__(self: NDArray) -> dict[str, bytearray]:
    """Return what MXNet pickles: the array as it stands in a file."""
    from ndgrad import params

    return {"handle": params.dump(self)}


def __reduce__(self: NDArray) -> tuple[object, ...]:
    """Pickle as MXNet does; the gradient is not kept."""
    return NDArray, (None,), __getstate__(self)


# -------------------------------------------------------------------------------- parts of the array


def _at(self: NDArray, idx: int) -> NDArray:
    return self[idx]


def _slice(self: NDArray, start: int | None, stop: int | None) -> NDArray:
    return self[start:stop]


def _full(self: NDArray, value: SupportsFloat) -> NDArray:
    self[:] = value
    return self


def _sync_copyfrom(self: NDArray, source_array: object) -> None:
    source = _core.array(source_array, dtype=self.dtype)
    _check_shape("_sync_copyfrom", source, self.shape)
    self[:] = source


def slice_assign(
    self: NDArray,
    rhs: NDArray,
    begin: _Bounds,
    end: _Bounds,
    step: _Bounds,
) -> NDArray:
    """Write ``rhs`` into the elements from ``begin`` to ``end`` of each axis, and return the array.

    An empty ``step`` is 1 for all.  ShapeError if rhs has another shape than those elements, ArgumentError
    unless the three name the same axes.
    """
    key = _slices(begin, end, step)
    _check_shape("slice_assign", rhs, self.detach()[key].shape)
    self[key] = rhs
    return self


def slice_assign_scalar(
    self: NDArray,
    value: SupportsFloat,
    begin: _Bounds,
    end: _Bounds,
    step: _Bounds,
) -> NDArray:
    """Write a number into the elements from ``begin`` to ``end`` of each axis, and return the array.

    ArgumentError unless the three name the same axes.
    """
    self[_slices(begin, end, step)] = value
    return self


def _slices(begin: _Bounds, end: _Bounds, step: _Bounds) -> tuple[slice, ...]:
    if len(begin) != len(end) or len(step) not in (0, len(begin)):
        raise ArgumentError(f"slice_assign: begin {begin}, end {end} and step {step} must name the same axes")
    return tuple(slice(*bounds) for bounds in zip(begin, end, step or [None] * len(begin), strict=True))


def _check_shape(method: str, source: NDArray, shape: tuple[int, ...]) -> None:
    if source.shape != shape:
        raise ShapeError(f"{method}: shape inconsistent: expected {shape} vs got {source.shape}")


def split_v2(
    self: NDArray, indices_or_sections: int | Sequence[int], axis: int = 0, squeeze_axis: bool = False
) -> NDArray | list[NDArray]:
    """Return the array cut along an axis, with the shapes and errors of nd.split_v2."""
    return joining.split_v2(self, indices_or_sections, axis, squeeze_axis)


# ----------------------------------------------------------------------------------------- other shapes


def _view(self: NDArray, shape: list[int]) -> NDArray:
    return _core.view(self, tuple(shape) or (1,))


def expand_dims(self: NDArray, axis: int, inplace: bool = False, **options: object) -> NDArray:
    """Return a copy with an axis of extent 1 before the ``axis``-th; with ``inplace`` a view.

    AxisError if ``axis`` is not within -ndim-1 ... ndim.
    """
    if not inplace or not -self.ndim - 1 <= axis <= self.ndim:
        return _expand_dims(self, axis, **options)  # which says what does not fit
    at = axis % (self.ndim + 1)
    return _view(self, [*self.shape[:at], 1, *self.shape[at:]])


def flatten(self: NDArray, inplace: bool = False, **options: object) -> NDArray:
    """Return a copy of shape (n, ...) as (n, the product of the other extents); with ``inplace`` a view."""
    if not inplace:
        return _flatten(self, **options)
    return _view(self, [*(self.shape[:1] or (1,)), math.prod(self.shape[1:])])


def squeeze(
    self: NDArray, axis: int | Sequence[int] | None = None, inplace: bool = False, **options: object
) -> NDArray:
    """Return a copy without its axes of extent 1, all or those named; with ``inplace`` a view.

    ShapeError if an axis named has another extent, AxisError if it is not there or named twice.
    """
    ones = [at for at, extent in enumerate(self.shape) if extent == 1]
    named = [axis] if isinstance(axis, int) else list(axis or ones)
    gone = {at % self.ndim for at in named if -self.ndim <= at < self.ndim}
    if not inplace or len(gone) < len(named) or not gone.issubset(ones):
        return _squeeze(self, axis, **options)  # which says what does not fit
    return _view(self, [extent for at, extent in enumerate(self.shape) if at not in gone])


# -------------------------------------------------------------------------------------- other kinds of array


def tostype(self: NDArray, stype: str) -> Any:  # noqa: ANN401
    """Return a copy in a storage type: 'default', or 'csr' or 'row_sparse' (see nd.sparse)."""
    if stype == "default":
        return self.copy()
    return import_module("ndgrad.sparse").cast_storage(self, stype)


def as_np_ndarray(self: NDArray) -> NDArray:
    """Raise MXNetError: ndgrad has no mx.np arrays."""
    raise MXNetError("as_np_ndarray: ndgrad has no mx.np; asnumpy() gives an array of NumPy itself")


_MEMBERS = (
    __array__,
    __dlpack__,
    __dlpack_device__,
    to_dlpack_for_read,
    to_dlpack_for_write,
    __getstate__,
    __reduce__,
    _at,
    _slice,
    _full,
    _sync_copyfrom,
    slice_assign,
    slice_assign_scalar,
    split_v2,
    expand_dims,
    flatten,
    squeeze,
    tostype,
    as_np_ndarray,
)
_PYTHON_2 = {
    "__div__": "__truediv__",
    "__rdiv__": "__rtruediv__",
    "__idiv__": "__itruediv__",
    "__nonzero__": "__bool__",
}


def install() -> None:
    """Put the functions above into the class, and the names that Python 2 had."""
    for member in _MEMBERS:
        setattr(NDArray, member.__name__, member)
    for old, new in _PYTHON_2.items():
        setattr(NDArray, old, getattr(NDArray, new))
