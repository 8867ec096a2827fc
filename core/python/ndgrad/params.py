"""MXNet's file of arrays, ``.params``: what ``mx.nd.save`` writes, bit for bit.

In little-endian numbers, a file is ::

    u64 0x112, u64 0
    u64 count, the arrays
    u64 count, the names: each u64 length, UTF-8; there are none if a list was saved

and an array is ::

    u32 form        V2, V3 or V1; before MXNet had forms, the number of axes stood here
    i32 storage     V2, V3: 0 dense, 1 row_sparse, 2 csr
    u32 axes        not before V1
    i64 extents     u32 before V1
    i32 device type, i32 device number, i32 type flag
    the elements

MXNet writes V3 where it has been told to treat shapes as NumPy does, and reads V3 only there; V2 cannot hold
an array without axes or without elements.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from io import BytesIO
from typing import IO

from ndgrad._core import NDArray
from ndgrad.context import Context, cpu, cpu_pinned
from ndgrad.dtypes import dtype_names
from ndgrad.source import Source, element_bytes, type_flag

__all__ = ["dump", "read", "restore", "write"]

_LIST = 0x112
_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_MOST_AXES = 64  # more than any library has
_SPARSE = {1: "row_sparse", 2: "csr"}


def read(source: Source) -> list[NDArray] | dict[str, NDArray]:
    """Return what a file holds; FormatError if it is not whole."""
    magic, _, count = source.numbers("QQQ", "the header")
    if magic != _LIST:
        raise source.error("is no file of arrays: it begins neither as MXNet's nor as NumPy's do")
    arrays = [_read_array(source)[0] for _ in range(count)]
    names = [_read_name(source) for _ in range(*source.numbers("Q", "the number of names"))]
    if not names:
        return arrays
    if len(names) != len(arrays):
        raise source.error(f"is damaged: it has {len(arrays)} arrays and {len(names)} names")
    return dict(zip(names, arrays, strict=True))


def _read_name(source: Source) -> str:
    (length,) = source.numbers("Q", "the length of a name")
    try:
        return source.read(length, "a name").decode()
    except UnicodeDecodeError:
        raise source.error("is damaged: a name is not UTF-8") from None


def _read_array(source: Source) -> tuple[NDArray, int, int]:
    """Return the next array, which is in cpu(0), and the device type and number that it was saved from."""
    shape = _read_shape(source)
    device, number, flag = source.numbers("3i", "an array's device and dtype")
    if not 0 <= flag < len(dtype_names):
        raise source.error(f"has an array of MXNet's type number {flag}, which ndgrad does not know")
    return source.array(shape, flag), device, number


def _read_shape(source: Source) -> tuple[int, ...]:
    (form,) = source.numbers("I", "an array")
    if form in (_V2, _V3):
        _check_storage(source)
    if form in (_V1, _V2, _V3):
        (axes,), extent = source.numbers("I", "a number of axes"), "q"
    else:
        axes, extent = form, "I"
    if axes > _MOST_AXES:
        raise source.error(f"is damaged: an array has {axes} axes")
    if not axes and form != _V3:
        raise source.error("has an array without a shape; MXNet saves such where none was ever given")
    return source.numbers(f"{axes}{extent}", "a shape")


def _check_storage(source: Source) -> None:
    (storage,) = source.numbers("i", "a storage type")
    if storage in _SPARSE:
        raise source.error(
            f"has a {_SPARSE[storage]} array, and ndgrad's are dense; save .tostype('default')"
        )
    if storage:
        raise source.error(f"is damaged: an array has storage type {storage}")


def _form(arrays: Sequence[NDArray]) -> int:
    """Return one form for all, because MXNet reads V3 in one mode and V2 in the other."""
    return _V2 if all(array.size and array.ndim for array in arrays) else _V3


def write(file: IO[bytes], names: Sequence[str], arrays: Sequence[NDArray]) -> None:
    """Write arrays and their names, or none for a list."""
    form = _form(arrays)
    file.write(struct.pack("<3Q", _LIST, 0, len(arrays)))
    for array in arrays:
        _write_array(file, array, form)
    file.write(struct.pack("<Q", len(names)))
    for name in names:
        encoded = name.encode()
        file.write(struct.pack("<Q", len(encoded)) + encoded)


def _write_array(file: IO[bytes], array: NDArray, form: int) -> None:
    context = array.context
    file.write(struct.pack(f"<IiI{array.ndim}q", form, 0, array.ndim, *array.shape))
    file.write(struct.pack("<3i", context.device_typeid, context.device_id, type_flag(array)))
    file.write(element_bytes(array))


# ----------------------------------------------------------------------------------------------- pickles


def dump(array: NDArray) -> bytearray:
    """Return one array as a file has it; MXNet's pickles hold the same."""
    file = BytesIO()
    _write_array(file, array, _form([array]))
    return bytearray(file.getbuffer())


def restore(state: dict[str, bytes | bytearray | None]) -> NDArray:
    """Return the array of a pickle, in its context, or in cpu(0) if that is not to be had."""
    data = state.get("handle") or b""
    array, device, number = _read_array(Source(BytesIO(data), len(data), "a pickle"))
    if device in (cpu().device_typeid, cpu_pinned().device_typeid) and 0 <= number < 256:
        return array.as_in_context(Context(Context.devtype2str[device], number))
    return array
