"""NumPy's files: ``.npy`` holds one array, ``.npz`` several by name, as a zip archive of the former."""

from __future__ import annotations

import re
import struct
import sys
from array import array as machine_array
from collections.abc import Sequence
from io import BufferedReader, BytesIO
from typing import IO, TYPE_CHECKING

from ndgrad import _core
from ndgrad._core import NDArray
from ndgrad.base import ArgumentError, FormatError, MXNetError
from ndgrad.source import PIECE, Source, element_bytes, type_flag

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

__all__ = ["NPY_MAGIC", "ZIP_MAGIC", "read_npy", "read_npz", "write_npy", "write_npz"]

NPY_MAGIC = b"\x93NUMPY"
ZIP_MAGIC = b"PK"

_TYPES = ("f4", "f8", "f2", "u1", "i4", "i1", "i8", "b1")  # in the order of dtype_names
_LONGEST_HEADER = 10_000
_FIELDS = (r"'descr': *'([^']*)'", r"'fortran_order': *(True|False)", r"'shape': *\(([\d, ]*)\)")
_STORED, _DEFLATED = 0, 8

_transpose = _core.operators["transpose"]


# ------------------------------------------------------------------------------------------------- .npy


def read_npy(source: Source) -> NDArray:
    """Return the array of an .npy file; FormatError if it is not whole."""
    descr, fortran_order, extents = _read_header(source)
    order, code = descr[:1], descr[1:]
    if code not in _TYPES:
        raise source.error(f"has elements of NumPy's type {descr!r}; ndgrad knows {', '.join(_TYPES)}")
    # A longer number is as wrong as its first twenty digits.
    shape = tuple(int(extent[:20]) for extent in re.findall(r"\d+", extents))
    in_columns = fortran_order == "True"
    array = source.array(shape[::-1] if in_columns else shape, _TYPES.index(code))
    if order == (">" if sys.byteorder == "little" else "<"):
        _swap_bytes(element_bytes(array), int(code[1]))
    return _transpose(array) if in_columns else array


def _read_header(source: Source) -> list[str]:
    """Return the texts of the type, the order and the shape."""
    magic = source.read(len(NPY_MAGIC), "the header")
    major, _ = source.numbers("BB", "the header")
    (length,) = source.numbers("H" if major == 1 else "I", "the header")
    if magic != NPY_MAGIC or not 1 <= major <= 3 or length > _LONGEST_HEADER:
        raise source.error("is damaged: it does not begin as NumPy's .npy format does")
    header = source.read(length, "the header").decode("latin-1")
    found = [match[1] for pattern in _FIELDS if (match := re.search(pattern, header))]
    if len(found) != len(_FIELDS):
        raise source.error(f"holds no plain array: its header is {header.strip()[:200]!r}")
    return found


def _swap_bytes(data: memoryview, item: int) -> None:
    if item == 1:
        return
    typecode = {2: "H", 4: "I", 8: "Q"}[item]
    for start in range(0, len(data), PIECE):
        piece = machine_array(typecode)
        piece.frombytes(data[start : start + PIECE])
        piece.byteswap()
        data[start : start + PIECE] = memoryview(piece).cast("B")


def write_npy(file: IO[bytes], array: NDArray) -> None:
    """Write an .npy file."""
    code = _TYPES[type_flag(array)]
    order = "|" if code.endswith("1") else "<"
    header = f"{{'descr': '{order}{code}', 'fortran_order': False, 'shape': {array.shape}, }}"
    padded = header + " " * (-(len(header) + 11) % 64) + "\n"  # the elements begin at a multiple of 64
    file.write(NPY_MAGIC + struct.pack("<BBH", 1, 0, len(padded)) + padded.encode())
    file.write(element_bytes(array))


# ------------------------------------------------------------------------------------------------- .npz


def read_npz(file: BufferedReader | BytesIO, size: int, name: str) -> dict[str, NDArray]:
    """Return the arrays of an .npz file; FormatError if it is not whole."""
    import zlib  # with zipfile, slow to import
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(file) as archive:
            return _read_members(archive, size, name)
    except MXNetError:
        raise
    # What zipfile raises, depending on where the damage is.
    except (BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError) as error:
        raise FormatError(f"load: {name} is no .npz file or is damaged: {str(error)[:200]}") from None


def _read_members(archive: ZipFile, size: int, name: str) -> dict[str, NDArray]:
    members = archive.infolist()
    places = {member.header_offset for member in members}
    if len(places) != len(members) or sum(member.compress_size for member in members) > size:
        raise FormatError(f"load: {name} is damaged: its members overlap")
    return {_array_name(member, name): _read_member(archive, member, name) for member in members}


def _array_name(member: ZipInfo, name: str) -> str:
    if not member.filename.endswith(".npy"):
        raise FormatError(f"load: {name} holds {member.filename!r}, which is no .npy file")
    return member.filename.removesuffix(".npy")


def _read_member(archive: ZipFile, member: ZipInfo, name: str) -> NDArray:
    name = f"{member.filename!r} in {name}"
    if member.compress_type not in (_STORED, _DEFLATED) or member.flag_bits & 1:
        raise FormatError(f"load: {name} is encrypted or compressed in another way than NumPy does")
    # What a member says of its size is not believed: it is inflated once to see, and once to be kept.
    size = member.compress_size if member.compress_type == _STORED else _inflated_size(archive, member)
    if size != member.file_size:
        raise FormatError(f"load: {name} is damaged: it has {size} bytes and says {member.file_size}")
    with archive.open(member) as file:
        source = Source(file, size, name)
        array = read_npy(source)
        if source.left:
            raise source.error(f"is damaged: {source.left} bytes follow the array")
        return array


def _inflated_size(archive: ZipFile, member: ZipInfo) -> int:
    with archive.open(member) as file:
        return sum(len(piece) for piece in iter(lambda: file.read(PIECE), b""))


def write_npz(file: IO[bytes], names: Sequence[str], arrays: Sequence[NDArray]) -> None:
    """Write an .npz file, not compressed; arrays without names are called arr_0, arr_1 and so on."""
    from zipfile import ZipFile, ZipInfo

    with ZipFile(file, "w") as archive:
        for name, array in zip(names or [f"arr_{i}" for i in range(len(arrays))], arrays, strict=True):
            member = ZipInfo(f"{name}.npy")
            if member.filename != f"{name}.npy":
                raise ArgumentError(f"save: an .npz file cannot hold an array named {name!r}")
            with archive.open(member, "w", force_zip64=True) as target:
                write_npy(target, array)
