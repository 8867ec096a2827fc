"""Functions of ``nd`` that put operators together: ``concatenate``, ``moveaxis``, ``split_v2`` and more."""

from __future__ import annotations

from collections.abc import Sequence

from ndgrad import _core
from ndgrad._core import NDArray
from ndgrad.base import ArgumentError, AxisError

__all__ = ["concatenate", "histogram", "moveaxis", "onehot_encode", "reset_arrays", "split_v2", "waitall"]

_concat = _core.operators["concat"]
_histogram = _core.operators["_histogram"]
_onehot_encode = _core.operators["_onehot_encode"]
_split = _core.operators["_split_v2"]
_transpose = _core.operators["transpose"]


def waitall() -> None:
    """Wait until GPUs are done; elsewhere elements are there when an operator returns."""
    _core.wait_all()


def concatenate(arrays: Sequence[NDArray], axis: int = 0, always_copy: bool = True) -> NDArray:
    """Return the arrays one after another along an axis; a single one itself unless ``always_copy``.

    Arrays (a_i, b) -> (the sum of a_i, b).  ShapeError if other extents differ, DTypeError if dtypes do,
    AxisError if there is no such axis.
    """
    if len(arrays) == 1 and not always_copy:
        return arrays[0]
    return _concat(*arrays, dim=axis)


def _axes(value: int | Sequence[int], ndim: int, name: str) -> list[int]:
    given = [value] if isinstance(value, int) else list(value)
    for axis in given:
        if not -ndim <= axis < ndim:
            raise AxisError(f"moveaxis: {name} {axis} is none of the {ndim} axes")
    positions = [axis % ndim for axis in given]
    if len(set(positions)) != len(positions):
        raise ArgumentError(f"moveaxis: {name} {value!r} names an axis twice")
    return positions


def moveaxis(tensor: NDArray, source: int | Sequence[int], destination: int | Sequence[int]) -> NDArray:
    """Return a copy whose axes ``source`` stand at ``destination``; the others keep their order.

    AxisError if one is out of range, ArgumentError if the two differ in number or repeat an axis.
    """
    moved = _axes(source, tensor.ndim, "source")
    places = _axes(destination, tensor.ndim, "destination")
    if len(moved) != len(places):
        raise ArgumentError(f"moveaxis: source has {len(moved)} axes but destination {len(places)}")
    order = [axis for axis in range(tensor.ndim) if axis not in moved]
    for place, axis in sorted(zip(places, moved, strict=True)):
        order.insert(place, axis)
    return _transpose(tensor, axes=order)


def split_v2(
    ary: NDArray, indices_or_sections: int | Sequence[int], axis: int = 0, squeeze_axis: bool = False
) -> NDArray | list[NDArray]:
    """Return the array cut along an axis, into equal parts or before the given indices.

    ary (a, b) -> arrays (a_i, b), or (b,) if ``squeeze_axis`` and a_i is 1.  A single part comes as it is,
    not in a list.  ArgumentError if equal parts are asked for and do not exist, ShapeError if indices do not
    ascend, IndexError if there is no such axis.
    """
    if not isinstance(indices_or_sections, int):
        return _split(ary, (0, *indices_or_sections), axis, squeeze_axis)
    sections, extent = indices_or_sections, ary.shape[axis]
    if sections < 1 or extent % sections:
        raise ArgumentError(f"split_v2: an axis of {extent} cannot be cut into {sections} equal parts")
    return _split(ary, (), axis, squeeze_axis, sections)


def _range(a: NDArray) -> tuple[float, float]:
    """Return the least and the greatest element, apart from each other."""
    low, high = (float(a.min().asscalar()), float(a.max().asscalar())) if a.size else (0.0, 1.0)
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def histogram(
    a: NDArray, bins: int | NDArray = 10, range: tuple[float, float] | None = None
) -> list[NDArray]:
    """Return how many elements lie in each bin, and the edges of the bins, one more than bins.

    ``bins`` holds the edges, or says into how many equal parts ``range`` is cut.  The last bin has both its
    edges.  Counts are int64, edges of the dtype of ``a``; without ``range``, which then is from the least to
    the greatest element, both are float32.  a (any) -> (bins,), (bins + 1,).  ArgumentError for fewer than
    one bin, ShapeError for edges that are not on one axis.
    """
    if isinstance(bins, NDArray):
        return list(_histogram(a, bins))
    if range is not None:
        return list(_histogram(a, bin_cnt=bins, range=range))
    wide = a.astype("float64")
    return [array.astype("float32") for array in _histogram(wide, bin_cnt=bins, range=_range(wide))]


def onehot_encode(indices: NDArray, out: NDArray) -> NDArray:
    """Write into each row of ``out`` a 1 at the row's index and zeros elsewhere; return ``out``.

    ``indices`` has shape (n,), ``out`` (n, classes), else ShapeError.
    """
    return _onehot_encode(indices, out, out=out)


def reset_arrays(*data: NDArray, num_arrays: int | None = None) -> list[NDArray]:
    """Set every element of the arrays to 0 and return an empty list; ``num_arrays`` is how many they are."""
    for array in data:
        array[:] = 0
    return []
