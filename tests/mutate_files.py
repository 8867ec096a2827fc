"""Damaged files by the thousand: nd.load gives arrays or an ndgrad error, and takes little memory either way.

    python tests/mutate_files.py [count] [seed]

makes that many (100,000) out of a few good files, loads each, and prints how the loads ended.
"""

from __future__ import annotations

import collections
import io
import random
import struct
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ndgrad import _core, nd, npz, params
from ndgrad.base import MXNetError

DTYPES = ("float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool")
# What may be taken beside twice the file: by the arrays' headers, and by Python for messages (zipfile quotes
# names of 64 KiB), tracebacks, lists and buffers.
ARRAY_SLACK, PYTHON_SLACK = 4_000, 1_000_000
# Claims that a file cannot keep.
NUMBERS = (0, 1, 2, 7, 8, 31, 127, 255, 2**15, 2**16, 2**20, 2**31, 2**32 - 1, 2**40, 2**62, 2**63, 2**64 - 1)


# ----------------------------------------------------------------------------------------------- good files


def ramp(count: int, dtype: str = "float32", shape: tuple[int, ...] | None = None) -> nd.NDArray:
    return nd.arange(count, dtype="float64").reshape(shape or (count,)).astype(dtype)


def params_file(names: list[str], arrays: list[nd.NDArray]) -> bytes:
    file = io.BytesIO()
    params.write(file, names, arrays)
    return file.getvalue()


def npy_file(array: nd.NDArray) -> bytes:
    file = io.BytesIO()
    npz.write_npy(file, array)
    return file.getvalue()


def zip_file(members: dict[str, bytes], deflated: bool = False) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, archive.compression)
    return file.getvalue()


def list_file(*records: bytes) -> bytes:
    """A .params list of arrays as older versions of MXNet wrote them."""
    return struct.pack("<3Q", 0x112, 0, len(records)) + b"".join(records) + struct.pack("<Q", 0)


def v1_record(shape: tuple[int, ...], data: bytes) -> bytes:
    return struct.pack(f"<2I{len(shape)}q3i", 0xF993FAC8, len(shape), *shape, 1, 0, 0) + data


def oldest_record(shape: tuple[int, ...], data: bytes) -> bytes:
    return struct.pack(f"<I{len(shape)}I3i", len(shape), *shape, 1, 0, 0) + data


def in_other_order(data: bytes) -> bytes:
    """A big-endian, column-major .npy file of float32 numbers."""
    return data.replace(b"'<f4'", b"'>f4'").replace(b"False", b"True ")


def good_files() -> list[bytes]:
    numbers = struct.pack("<6f", *range(6))
    several = [ramp(6, dtype, (2, 3)) for dtype in DTYPES]
    members = {f"{dtype}.npy": npy_file(array) for dtype, array in zip(DTYPES, several, strict=True)}
    members["columns.npy"] = in_other_order(npy_file(ramp(6, shape=(2, 3))))
    large = npy_file(nd.random.uniform(shape=(30_000,)))
    return [
        params_file([], several),
        params_file(list(DTYPES), several),
        params_file(["scalar", "nothing"], [nd.array(5), nd.zeros((0, 3))]),
        params_file([], [ramp(60_000)]),
        list_file(v1_record((2, 3), numbers), oldest_record((3, 2), numbers)),
        npy_file(ramp(24, shape=(2, 3, 4))),
        zip_file(members),
        zip_file(members, deflated=True),
        zip_file({"large.npy": large}),
        zip_file({"large.npy": large, "zeros.npy": npy_file(nd.zeros((50_000,)))}, deflated=True),
    ]


# ------------------------------------------------------------------------------------------------- damage

Damage = Callable[[random.Random, bytearray, bytes], bytes]


def cut(choice: random.Random, data: bytearray, other: bytes) -> bytes:
    return bytes(data[: choice.randrange(len(data) + 1)])


def flip_bits(choice: random.Random, data: bytearray, other: bytes) -> bytes:
    for _ in range(choice.choice((1, 1, 2, 8, 50))):
        data[place(choice, data)] ^= 1 << choice.randrange(8)
    return bytes(data)


def claim(choice: random.Random, data: bytearray, other: bytes) -> bytes:
    """Some number is another one."""
    for _ in range(choice.choice((1, 1, 2))):
        layout = choice.choice(("<H", "<I", "<Q"))
        number = choice.choice((*NUMBERS, len(data), 2 * len(data), 4 * len(data), len(data) // 4))
        size = struct.calcsize(layout)
        at = min(place(choice, data), max(len(data) - size, 0)) // 4 * 4
        data[at : at + size] = struct.pack(layout, number % (1 << 8 * size))
    return bytes(data)


def wrong_magic(choice: random.Random, data: bytearray, other: bytes) -> bytes:
    length = choice.choice((1, 4, 8))
    data[:length] = choice.choice((other[:length], choice.randbytes(length)))
    return bytes(data)


def splice(choice: random.Random, data: bytearray, other: bytes) -> bytes:
    """A piece of another file comes in, over what was there or before it."""
    start, stop = sorted(choice.randrange(len(other) + 1) for _ in range(2))
    at = place(choice, data)
    data[at : at + choice.choice((0, stop - start))] = other[start:stop]
    return bytes(data)


def lose(choice: random.Random, data: bytearray, other: bytes) -> bytes:
    at = place(choice, data)
    del data[at : at + choice.choice((1, 4, 8, 100))]
    return bytes(data)


def repeat(choice: random.Random, data: bytearray, other: bytes) -> bytes:
    start, stop = sorted(place(choice, data) for _ in range(2))
    return bytes(data[:stop] + data[start:])


def renumber(choice: random.Random, data: bytearray, other: bytes) -> bytes:
    """Digits in an .npy header, which is text, become others."""
    digits = [at for at in range(min(len(data), 4000)) if data[at : at + 1].isdigit()]
    if digits:
        at = choice.choice(digits)
        data[at : at + 1] = choice.choice((b"", b"9", b"99999", b"9" * 30, b"-1", b"0", b"8, 9", b"1," * 70))
    return bytes(data)


DAMAGES: tuple[Damage, ...] = (cut, flip_bits, claim, wrong_magic, splice, lose, repeat, renumber)


def place(choice: random.Random, data: bytearray) -> int:
    """Somewhere; more often near the beginning or the end, where the headers are."""
    last = max(len(data) - 1, 0)
    near_start, near_end = min(choice.randrange(200), last), max(last - choice.randrange(400), 0)
    return choice.choice((choice.randint(0, last), near_start, near_end))


def damaged(choice: random.Random, good: list[bytes]) -> bytes:
    data = choice.choice(good)
    if data.startswith(b"PK") and choice.random() < 0.5:
        return damaged_inside(choice, data, good)
    return choice.choice(DAMAGES)(choice, bytearray(data), choice.choice(good))


def damaged_inside(choice: random.Random, data: bytes, good: list[bytes]) -> bytes:
    """A whole zip archive, with the right checksums, of damaged members."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {member.filename: archive.read(member) for member in archive.infolist()}
        deflated = any(member.compress_type == zipfile.ZIP_DEFLATED for member in archive.infolist())
    name = choice.choice(list(members))
    members[name] = choice.choice(DAMAGES)(choice, bytearray(members[name]), choice.choice(good))
    return zip_file(members, deflated)


# ------------------------------------------------------------------------------------------------ measuring


class Peak:
    """The most memory that arrays took, which is seen where they are made."""

    def __init__(self) -> None:
        self.bytes = 0

    def watch(self, make: Callable[..., nd.NDArray]) -> Callable[..., nd.NDArray]:
        def watched(*arguments: object) -> nd.NDArray:
            array = make(*arguments)
            self.bytes = max(self.bytes, _core.bytes_in_use())
            return array

        return watched


@contextmanager
def watching() -> Iterator[Peak]:
    peak, empty, transpose = Peak(), _core.empty, npz._transpose
    _core.empty, npz._transpose = peak.watch(empty), peak.watch(transpose)
    tracemalloc.start()
    try:
        yield peak
    finally:
        tracemalloc.stop()
        _core.empty, npz._transpose = empty, transpose


def inflated(data: bytes) -> int:
    """How large a file is, where a zip archive counts as what it holds and can be read."""
    total = len(data)
    with suppress(Exception), zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            with suppress(Exception):
                total += len(archive.read(member))
    return total


def load(data: bytes, peak: Peak) -> str:
    """Load a file and return how that ended; anything but arrays and an ndgrad error comes out as it is."""
    before, peak.bytes = _core.bytes_in_use(), _core.bytes_in_use()
    tracemalloc.reset_peak()
    python_before = tracemalloc.get_traced_memory()[0]
    try:
        nd.load_frombuffer(data)
        outcome = "loaded"
    except MXNetError as error:
        outcome = type(error).__name__
    arrays, python = peak.bytes - before, tracemalloc.get_traced_memory()[1] - python_before
    excess = max(arrays - ARRAY_SLACK, arrays + python - PYTHON_SLACK)
    assert excess <= 2 * len(data) or excess <= 2 * inflated(data), (arrays, python, len(data))
    assert _core.bytes_in_use() == before, "something of a file stayed in memory"
    return outcome


def run(count: int, seed: int) -> collections.Counter[str]:
    """How the loads of so many damaged files ended."""
    choice, good = random.Random(seed), good_files()
    outcomes: collections.Counter[str] = collections.Counter()
    with watching() as peak:
        for number in range(count):
            data = damaged(choice, good)
            try:
                outcomes[load(data, peak)] += 1
            except BaseException:
                print(f"file {number} of seed {seed}: {len(data)} bytes, {data[:2000].hex()}")
                raise
    return outcomes


if __name__ == "__main__":
    count, seed = map(int, [*sys.argv[1:], *("100000", "1")[len(sys.argv) - 1 :]])
    outcomes = run(count, seed)
    print(f"{outcomes.total()} damaged files: {dict(outcomes)}")
