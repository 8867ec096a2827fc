"""``nd.save`` and ``nd.load``: arrays in files, MXNet's own and NumPy's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader, BytesIO
from typing import IO

from ndgrad._core import NDArray
from ndgrad.base import ArgumentError, InputTypeError

__all__ = ["load", "load_frombuffer", "save"]

Path = str | os.PathLike[str]


def load(fname: Path) -> NDArray | list[NDArray] | dict[str, NDArray]:
    """Return the arrays of a file, in cpu(0): a list or a dict, as they were saved.

    The file's first bytes tell whether it is MXNet's ``.params``, NumPy's ``.npz``, which gives a dict, or
    its ``.npy``, which gives one array.  FormatError if it is none of these, damaged or cut off; OSError if
    it cannot be read.
    """
    path = os.fsdecode(fname)
    with open(path, "rb") as file:
        return _read(file, repr(path))


def load_frombuffer(buf: bytes | bytearray | memoryview) -> NDArray | list[NDArray] | dict[str, NDArray]:
    """Return the arrays of a file whose content is given; as :func:`load`."""
    if not isinstance(buf, bytes | bytearray | memoryview):
        raise InputTypeError("load_frombuffer takes the bytes of a file; load takes its name")
    return _read(BytesIO(buf), "the buffer")


def _read(file: BufferedReader | BytesIO, name: str) -> NDArray | list[NDArray] | dict[str, NDArray]:
    from ndgrad import npz, params
    from ndgrad.source import Source

    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    magic = file.read(len(npz.NPY_MAGIC))
    file.seek(0)
    if magic.startswith(npz.ZIP_MAGIC):
        return npz.read_npz(file, size, name)
    source = Source(file, size, name)
    return npz.read_npy(source) if magic == npz.NPY_MAGIC else params.read(source)


def save(fname: Path, data: NDArray | list[NDArray] | tuple[NDArray, ...] | dict[str, NDArray]) -> None:
    """Write an array, a list or a dict of arrays into a file, which MXNet 1.x reads too.

    A name that ends in ``.npz`` or, for a single array, ``.npy`` makes a file for NumPy.  What had the name
    before stays as it is until all is written.  An array that has no axes or no elements makes a file that
    MXNet reads under ``mx.util.np_shape(True)`` only.
    """
    from ndgrad import npz, params

    names, arrays = _sort(data)
    path = os.fsdecode(fname)
    if path.endswith(".npy") and not isinstance(data, NDArray):
        raise ArgumentError("save: an .npy file holds one array; let the name end in .npz for several")
    with _replacing(path) as file:
        if path.endswith(".npy"):
            npz.write_npy(file, arrays[0])
        elif path.endswith(".npz"):
            npz.write_npz(file, names, arrays)
        else:
            params.write(file, names, arrays)


def _sort(data: object) -> tuple[list[str], list[NDArray]]:
    """Return names, of which a list has none, and arrays."""
    if isinstance(data, NDArray):
        return [], [data]
    if not isinstance(data, list | tuple | dict):
        raise ArgumentError(
            "data needs to either be a NDArray, dict of str, NDArray pairs or a list of NDarrays."
        )
    names, arrays = (list(data), list(data.values())) if isinstance(data, dict) else ([], list(data))
    if not all(isinstance(name, str) for name in names) or not all(isinstance(a, NDArray) for a in arrays):
        raise InputTypeError("save only accept dict str->NDArray or list of NDArray")
    return names, arrays


@contextmanager
def _replacing(path: str) -> Iterator[IO[bytes]]:
    """Give a file that takes the place of another once all is written, and vanishes if something fails."""
    path = os.path.realpath(path)
    if os.path.exists(path) and not os.path.isfile(
        path
    ):  # a device or a pipe, or a folder, which open refuses
        with open(path, "wb") as file:
            yield file
        return
    part = f"{path}.{os.urandom(4).hex()}.part"
    try:
        with open(part, "xb") as file:
            yield file
        if os.path.exists(path):
            os.chmod(part, os.stat(path).st_mode & 0o7777)
        os.replace(part, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.remove(part)
        raise
