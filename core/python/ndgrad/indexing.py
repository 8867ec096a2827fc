"""Indexing by lists and arrays: ``x[[0, 2]]``, ``x[:, idx]``, ``x[idx, 1] = 0``.

The rules are NumPy's for integer arrays.  Integers beside arrays count as arrays; arrays broadcast together;
the axes they give stand where the first of them stood, or in front if a slice, None or an Ellipsis separates
them.  There are no masks: a truth value is the number 0 or 1.

Keys of integers and slices alone never get here; the extension answers them itself.
"""

from __future__ import annotations

from math import prod

from ndgrad import _core
from ndgrad._core import NDArray

__all__ = ["get", "put"]

_gather_nd = _core.operators["gather_nd"]
_transpose = _core.operators["transpose"]

_WHOLE = slice(None)


class _Key:
    """A key read against a shape.

    ``layout`` lists the axes of the result from the left: an axis of the array that a slice shows, "new", or
    "block" for all the axes that the index arrays give together.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.slices: dict[int, slice] = {}
        self.axes: list[int] = []  # of the index arrays
        self.arrays: list[NDArray] = []
        self.layout: list[int | str] = []

    def extent(self, axis: int) -> int:
        """Return how many elements of an axis its slice shows."""
        return len(range(*self.slices[axis].indices(self.shape[axis])))

    def result_axes(self, block: tuple[int, ...]) -> list[tuple[int, bool]]:
        """Return each axis of the result, given the shape of the block: its extent, and whether it is new."""
        axes: list[tuple[int, bool]] = []
        for entry in self.layout:
            if isinstance(entry, int):
                axes.append((self.extent(entry), False))
            elif entry == "block":
                axes.extend((extent, False) for extent in block)
            else:
                axes.append((1, True))
        return axes

    def result_shape(self, block: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the result, given that of the block."""
        return tuple(extent for extent, _ in self.result_axes(block))


def _as_index(item: object) -> NDArray:
    return item if isinstance(item, NDArray) else _core.array(item, dtype="int64")


def _read(shape: tuple[int, ...], key: object) -> _Key:
    result = _Key(shape)
    items = key if isinstance(key, tuple) else (key,)
    left = len(shape) - sum(item is not None and item is not Ellipsis for item in items)
    places: list[int] = []
    axis = 0
    for place, item in enumerate(items if any(item is Ellipsis for item in items) else (*items, Ellipsis)):
        if item is None:
            result.layout.append("new")
        elif item is Ellipsis:
            axis = _add_slices(result, axis, [slice(None)] * left)
        elif isinstance(item, slice):
            axis = _add_slices(result, axis, [item])
        else:
            if not places:
                result.layout.append("block")
            places.append(place)
            result.axes.append(axis)
            result.arrays.append(_as_index(item))
            axis += 1
    if places[-1] - places[0] >= len(places):  # something stands between them, be it an empty Ellipsis
        result.layout.remove("block")
        result.layout.insert(0, "block")
    return result


def _add_slices(key: _Key, axis: int, slices: list[slice]) -> int:
    for item in slices:
        key.slices[axis] = item
        key.layout.append(axis)
        axis += 1
    return axis


def get(array: NDArray, key: object) -> NDArray:
    """Return a copy of what an advanced key selects; recorded, like an operator.

    IndexError if an index is out of bounds or the index arrays do not fit together.
    """
    read = _read(array.shape, key)
    positions = _core.positions(array, read.arrays, read.axes)
    block = positions.shape[1:]
    rest = [entry for entry in read.layout if isinstance(entry, int)]
    data = _front(_sliced(array, read), [*read.axes, *rest])
    gathered = _gather_nd(data, positions if block else _core.view(positions, (len(read.axes), 1)))
    at = read.layout.index("block")
    before = sum(isinstance(entry, int) for entry in read.layout[:at])
    if before and block:
        ends = len(block), len(block) + before
        order = [*range(*ends), *range(ends[0]), *range(ends[1], gathered.ndim)]
        gathered = _transpose(gathered, axes=order)
    return _core.view(gathered, read.result_shape(block) or (1,))


def _sliced(array: NDArray, read: _Key) -> NDArray:
    """Apply the slices; the axes of index arrays stay whole."""
    if all(item == _WHOLE for item in read.slices.values()):
        return array
    return array[tuple(read.slices.get(axis, _WHOLE) for axis in range(array.ndim))]


def _front(array: NDArray, order: list[int]) -> NDArray:
    return array if order == sorted(order) else _transpose(array, axes=order)


def put(array: NDArray, key: object, value: object) -> None:
    """Write a value, broadcast, to what an advanced key selects.

    Of positions named twice the last one counts.  IndexError as for :func:`get`; ValueError if the value does
    not fit.
    """
    read = _read(array.shape, key)
    block = _core.positions(array, read.arrays, read.axes).shape[1:]
    source = value if isinstance(value, NDArray) else _core.array(value, ctx=array.context, dtype=array.dtype)
    fitted = _fit(source, read, block)
    if prod(read.result_shape(block)):
        _core.scatter(array, _all_positions(array, read, block), fitted)


def _all_positions(array: NDArray, read: _Key, block: tuple[int, ...]) -> NDArray:
    """Return the positions on every axis, slices included, in the result's layout without its new axes."""
    entries = [entry for entry in read.layout if entry != "new"]
    widths = [len(block) if entry == "block" else 1 for entry in entries]
    indices: dict[int, NDArray] = {}
    for place, entry in enumerate(entries):
        after = sum(widths[place + 1 :])
        if isinstance(entry, int):
            shown = range(*read.slices[entry].indices(array.shape[entry]))
            indices[entry] = _spread(_core.array(shown, dtype="int64"), after)
            continue
        for axis, index in zip(read.axes, read.arrays, strict=True):
            indices[axis] = _spread(index, after)
    axes = sorted(indices)
    return _core.positions(array, [indices[axis] for axis in axes], axes)


def _spread(index: NDArray, after: int) -> NDArray:
    """Move an index array `after` axes to the left of where broadcasting would put it."""
    return _core.view(index, (*index.shape, *[1] * after)) if after else index


def _fit(source: NDArray, read: _Key, block: tuple[int, ...]) -> NDArray:
    """Return the source without the axes that the result has but the array has not."""
    axes = read.result_axes(block)
    extents = source.shape
    surplus = len(extents) - len(axes)
    leading, padded = extents[: max(surplus, 0)], (1,) * -surplus + extents[max(surplus, 0) :]
    if any(extent != 1 for extent in leading) or any(
        extent not in (1, wanted) for extent, (wanted, _) in zip(padded, axes, strict=True)
    ):
        raise ValueError(
            "operands could not be broadcast together with remapped shapes[original->remapped]: "
            f"{extents} and requested shape {read.result_shape(block)}"
        )
    kept = (extent for extent, (_, is_new) in zip(padded, axes, strict=True) if not is_new)
    return _core.view(source, tuple(kept))
