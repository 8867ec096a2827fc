"""Reading files without believing what they say about themselves."""

from __future__ import annotations

import struct
from math import prod
from typing import IO

from ndgrad import _core
from ndgrad._core import NDArray
from ndgrad.base import FormatError, ShapeError
from ndgrad.context import cpu
from ndgrad.dtypes import dtype_names

__all__ = ["PIECE", "Source", "element_bytes", "type_flag"]

PIECE = 1 << 16  # bytes that are read at a time where not everything is
_MAX_DIM = 8
_MOST_ELEMENTS = 1 << 56
_FORMATS = "fdeBibq?"  # of the struct module, in the order of dtype_names


def element_bytes(array: NDArray) -> memoryview:
    """Return an array's memory, as bytes that can be read and written."""
    return memoryview(array).cast("B") if array.size else memoryview(b"")


def type_flag(array: NDArray) -> int:
    """Return the position of an array's dtype in ``dtype_names``, which is MXNet's number for it."""
    return _FORMATS.index(memoryview(array).format)


class Source:
    """The bytes of a file, read once from front to back.

    It knows how many are left, so that no number in a file leads to more memory than the file itself fills.
    ``name`` is for messages.
    """

    def __init__(self, file: IO[bytes], size: int, name: str) -> None:
        """Begin at the place where ``file`` stands, with ``size`` bytes to come."""
        self._file = file
        self.left = size
        self._name = name

    def error(self, what: str) -> FormatError:
        """Return the exception that says what is wrong with the file."""
        return FormatError(f"load: {self._name} {what}")

    def _claim(self, count: int, what: str) -> None:
        if count > self.left:
            raise self.error(f"is cut off or damaged: {what} takes {count} bytes, and {self.left} are left")
        self.left -= count

    def read(self, count: int, what: str) -> bytes:
        """Return the next ``count`` bytes, which are for ``what``."""
        self._claim(count, what)
        return self._take(count, what)

    def _take(self, count: int, what: str) -> bytes:
        found = self._file.read(count)
        if len(found) != count:
            raise self.error(f"ends inside {what}")
        return found

    def numbers(self, layout: str, what: str) -> tuple[int, ...]:
        """Return the next little-endian numbers, by a format of the struct module."""
        layout = "<" + layout
        return struct.unpack(layout, self.read(struct.calcsize(layout), what))

    def array(self, shape: tuple[int, ...], flag: int) -> NDArray:
        """Return a new array, in cpu(0), of the next elements; their dtype is ``dtype_names[flag]``."""
        if len(shape) > _MAX_DIM:
            raise ShapeError(f"load: {self._name} has an array of {len(shape)} axes; the most is {_MAX_DIM}")
        # An array without elements takes no memory however long its other axes are, but there are limits.
        if min(shape, default=0) < 0 or prod(extent or 1 for extent in shape) > _MOST_ELEMENTS:
            raise self.error(f"is damaged: an array has shape {shape}")
        what = f"an array of shape {shape} and dtype {dtype_names[flag]}"
        self._claim(prod(shape) * struct.calcsize(_FORMATS[flag]), what)
        array = _core.empty(shape, cpu(), dtype_names[flag])
        target = element_bytes(array)
        for start in range(0, len(target), PIECE):
            piece = target[start : start + PIECE]
            piece[:] = self._take(len(piece), what)
        return array
