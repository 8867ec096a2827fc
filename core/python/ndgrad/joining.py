"""Functions of ``nd`` that put other operators together: ``concatenate``, ``moveaxis``, ``split_v2``."""

from __future__ import annotations

from collections.abc import Sequence

from ndgrad import _core
from ndgrad._core import NDArray
from ndgrad.base import ArgumentError, AxisError

__all__ = ["concatenate", "moveaxis", "split_v2", "waitall"]

_concat = _core.operators["concat"]
_slice_axis = _core.operators["slice_axis"]
_squeeze = _core.operators["squeeze"]
_transpose = _core.operators["transpose"]


def waitall() -> None:
    """Do nothing: elements are there when an operator returns."""


def concatenate(arrays: Sequence[NDArray], axis: int = 0, always_copy: bool = True) -> NDArray:
    """Return the arrays one after another along an axis; a single one itself unless ``always_copy``."""
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

    A single part comes as it is, not in a list.  ArgumentError if equal parts are asked for and do not exist.
    """
    extent = ary.shape[axis]
    if isinstance(indices_or_sections, int):
        sections = indices_or_sections
        if sections < 1 or extent % sections:
            raise ArgumentError(f"split_v2: an axis of {extent} cannot be cut into {sections} equal parts")
        cuts = [part * (extent // sections) for part in range(1, sections)]
    else:
        cuts = list(indices_or_sections)
    parts = [
        _slice_axis(ary, axis=axis, begin=begin, end=end)
        for begin, end in zip([0, *cuts], [*cuts, extent], strict=True)
    ]
    if squeeze_axis:
        parts = [_squeeze(part, axis=axis) for part in parts]
    return parts[0] if len(parts) == 1 else parts
