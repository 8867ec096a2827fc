"""Files: MXNet's .params to the byte, NumPy's .npz and .npy, pickles, and what is wrong with a file."""

from __future__ import annotations

import os
import pathlib
import pickle
import stat
import struct
import zipfile

import mutate_files
import pytest
from mutate_files import DTYPES, list_file, npy_file, oldest_record, params_file, ramp, v1_record, zip_file

import ndgrad
from ndgrad import _core, autograd, nd
from ndgrad.base import ArgumentError, FormatError, InputTypeError, ShapeError

SHAPES = [(3,), (2, 3), (1, 1, 4), (2, 1, 2, 1, 2), (), (0,), (2, 0, 3)]

# Files that MXNet 1.9.1 wrote.
LIST = """
    1201000000000000 0000000000000000 0200000000000000
    c9fa93f9 00000000 02000000 0100000000000000 0200000000000000 01000000 00000000 00000000 0000803f 00000040
    c9fa93f9 00000000 01000000 0200000000000000 01000000 00000000 05000000 0101
    0000000000000000
"""
NAMED = """
    1201000000000000 0000000000000000 0200000000000000
    c9fa93f9 00000000 01000000 0100000000000000 01000000 00000000 00000000 0000803f
    c9fa93f9 00000000 01000000 0100000000000000 01000000 00000000 02000000 0000
    0200000000000000 0100000000000000 78 0200000000000000 c3a9
"""
NUMPY_SHAPES = """
    1201000000000000 0000000000000000 0200000000000000
    cafa93f9 00000000 00000000 01000000 00000000 00000000 00004040
    cafa93f9 00000000 02000000 0000000000000000 0200000000000000 01000000 00000000 00000000
    0000000000000000
"""
ROW_SPARSE = """
    1201000000000000 0000000000000000 0100000000000000
    c9fa93f9 01000000 02000000 0200000000000000 0300000000000000 02000000 0400000000000000 0300000000000000
"""
# pickle.dumps(nd.array([1, 2, 3]), 2), where mx was MXNet 1.9.1
PICKLE = (
    b"\x80\x02cmxnet.ndarray.ndarray\nNDArray\nq\x00N\x85q\x01Rq\x02}q\x03X\x06\x00\x00\x00handleq\x04c__builtin__\n"
    b"bytearray\nq\x05c_codecs\nencode\nq\x06X1\x00\x00\x00\xc3\x89\xc3\xba\xc2\x93\xc3\xb9\x00\x00\x00\x00\x01\x00\x00"
    b"\x00\x03\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xc2\x80?\x00\x00\x00"
    b"@\x00\x00@@q\x07X\x06\x00\x00\x00latin1q\x08\x86q\tRq\n\x85q\x0bRq\x0csb."
)


def content(x: nd.NDArray) -> tuple:
    return x.shape, memoryview(x).format, x.context, x._values()


def contents(loaded) -> list | dict:
    if isinstance(loaded, dict):
        return {name: content(x) for name, x in loaded.items()}
    return [content(x) for x in loaded]


def some(dtype: str, shape: tuple[int, ...]) -> nd.NDArray:
    return (
        (nd.ones(shape) * 3).astype(dtype) if 0 in shape or shape == () else ramp(len_of(shape), dtype, shape)
    )


def len_of(shape: tuple[int, ...]) -> int:
    return nd.ones(shape).size


# --------------------------------------------------------------------------------------------- .params


@pytest.mark.parametrize(
    ("file", "data"),
    [
        (LIST, [nd.array([[1, 2]]), nd.ones(2, dtype="int8")]),
        (NAMED, {"x": nd.ones(1), "é": nd.zeros(1, dtype="float16")}),
        (NUMPY_SHAPES, [nd.array(3), nd.zeros((0, 2))]),
    ],
    ids=["list", "named", "numpy-shapes"],
)
def test_files_are_those_of_mxnet(tmp_path, file, data):
    written = bytes.fromhex(file)
    nd.save(str(tmp_path / "x"), data)
    assert (tmp_path / "x").read_bytes() == written
    by_buffer = [nd.load_frombuffer(kind(written)) for kind in (bytes, bytearray, memoryview)]
    for loaded in (nd.load(str(tmp_path / "x")), *by_buffer):
        assert type(loaded) is type(data)
        assert contents(loaded) == contents(data)


@pytest.mark.parametrize("suffix", ["params", "npz"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_what_was_saved_is_loaded(tmp_path, dtype, suffix):
    name = tmp_path / f"arrays.{suffix}"
    data = {str(shape): some(dtype, shape) for shape in SHAPES}
    nd.save(name, data)
    assert contents(nd.load(name)) == contents(data)
    nd.save(name, list(data.values()))
    loaded = nd.load(name)
    assert contents(loaded if suffix == "params" else list(loaded.values())) == contents(list(data.values()))


def test_forms_of_the_data(tmp_path):
    name = str(tmp_path / "x")
    x = nd.array([1, 2])
    for data, loaded in [(x, [x]), ([x], [x]), ((x, x), [x, x]), ([], []), ({}, []), ({"": x}, {"": x})]:
        nd.save(name, data)
        assert contents(nd.load(name)) == contents(loaded)


def test_views_and_recorded_arrays_are_saved(tmp_path):
    x = nd.arange(6).reshape((3, 2))
    x.attach_grad()
    with autograd.record():
        y = x[1:] * 2
        nd.save(tmp_path / "x", [x[1], y])
        (row, double) = nd.load(tmp_path / "x")
    assert (row._values(), double._values()) == ([2, 3], [4, 6, 8, 10])
    assert not double.grad


def test_older_forms_are_loaded():
    numbers = struct.pack("<6f", *range(6))
    file = list_file(v1_record((2, 3), numbers), oldest_record((3, 2), numbers), oldest_record((0,), b""))
    shapes = [(2, 3), (3, 2), (0,)]
    assert contents(nd.load_frombuffer(file)) == contents([some("float32", shape) for shape in shapes])


def test_arrays_come_to_the_cpu():
    gpu = bytearray.fromhex(LIST)
    gpu[52:56] = struct.pack("<i", 2)
    assert nd.load_frombuffer(bytes(gpu))[0].context == ndgrad.cpu()
    assert nd.load_frombuffer(params_file([], [nd.ones(2, ctx=ndgrad.cpu(1))]))[0].context == ndgrad.cpu()


def test_what_follows_is_ignored_as_by_mxnet():
    assert len(nd.load_frombuffer(bytes.fromhex(LIST) + b"more")) == 2


# ------------------------------------------------------------------------------------------- .npy, .npz


def test_npy(tmp_path):
    x = ramp(6, "int32", (2, 3))
    nd.save(tmp_path / "x.npy", x)
    file = (tmp_path / "x.npy").read_bytes()
    header = b"{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }"
    assert file.startswith(b"\x93NUMPY\x01\x00\x76\x00" + header)
    assert (file.index(b"\n") + 1) % 64 == 0
    assert content(nd.load(tmp_path / "x.npy")) == content(x)


HEADERS = [
    (b"'<f4'", b"'=f4'", list(range(6))),
    (b"'<f4'", b"'|f4'", list(range(6))),
    (b"False", b"True ", [0, 2, 4, 1, 3, 5]),
    (b"'shape': (2, 3), }", b"'shape':(2,3)}    ", list(range(6))),
    (b"'<f4', 'fortran_order': False", b"'>f4', 'fortran_order': True ", [0, 2, 4, 1, 3, 5]),
    (b"\x01\x00\x76\x00{", b"\x02\x00\x76\x00\x00\x00{", list(range(6))),
]


@pytest.mark.parametrize(("old", "new", "values"), HEADERS, ids=lambda value: str(value)[:30])
def test_headers_of_npy(old, new, values):
    file = npy_file(ramp(6, shape=(2, 3)))
    assert old in file
    if b">" in new:
        file = file[:-24] + struct.pack(">6f", *range(6))
    loaded = nd.load_frombuffer(file.replace(old, new))
    assert (loaded.shape, loaded._values()) == ((2, 3), values)


@pytest.mark.parametrize("dtype", DTYPES)
def test_npy_in_the_other_byte_order(dtype):
    x = some(dtype, (2, 3))
    file, size = npy_file(x), len(bytes(memoryview(x))) // 6
    code = {1: "B", 2: "H", 4: "I", 8: "Q"}[size]
    swapped = struct.pack(f">6{code}", *struct.unpack(f"<6{code}", file[-6 * size :]))
    assert content(nd.load_frombuffer(file[: -6 * size].replace(b"'<", b"'>") + swapped)) == content(x)


def test_npz_is_a_zip_archive(tmp_path):
    nd.save(tmp_path / "x.npz", {"a": nd.array([1, 2]), "b/c.npy": nd.array(5)})
    with zipfile.ZipFile(tmp_path / "x.npz") as archive:
        assert archive.namelist() == ["a.npy", "b/c.npy.npy"]
        assert archive.read("a.npy") == npy_file(nd.array([1, 2]))
    assert list(nd.load(tmp_path / "x.npz")) == ["a", "b/c.npy"]
    nd.save(tmp_path / "x.npz", [nd.ones(1), nd.ones(2)])
    assert list(nd.load(tmp_path / "x.npz")) == ["arr_0", "arr_1"]


def test_compressed_npz():
    x = nd.zeros((300, 400))
    file = zip_file({"x.npy": npy_file(x), "y.npy": npy_file(nd.array([7]))}, deflated=True)
    assert len(file) < 2000
    assert contents(nd.load_frombuffer(file)) == contents({"x": x, "y": nd.array([7])})


# --------------------------------------------------------------------------------------------- refusals


def npy_of_shape(shape: str) -> bytes:
    """A file of two elements that says another shape."""
    text = f"(2,), }}{' ' * (len(shape) - 4)}", f"{shape}, }}"
    return npy_file(ramp(2)).replace(*(each.encode() for each in text))


def member_that_lies() -> bytes:
    """A small deflated member, of which both zip and .npy say that it holds 100 MB."""
    header = npy_of_shape("(25000000,)")[:128]
    file = bytearray(zip_file({"x.npy": header + bytes(1000)}, deflated=True))
    directory = file.index(b"PK\x01\x02")
    for at in (22, directory + 24):
        file[at : at + 4] = struct.pack("<I", 128 + 100_000_000)
    return bytes(file)


def members_that_overlap() -> bytes:
    """A directory with one member a hundred times."""
    file = zip_file({"x.npy": npy_file(ramp(1000))})
    start, end = file.index(b"PK\x01\x02"), file.index(b"PK\x05\x06")
    directory = file[start:end] * 100
    counts = struct.pack("<4H2IH", 0, 0, 100, 100, len(directory), start, 0)
    return file[:start] + directory + b"PK\x05\x06" + counts


def member_larger_than_the_file() -> bytes:
    file = bytearray(zip_file({"x.npy": npy_file(ramp(6))}))
    struct.pack_into("<2I", file, file.index(b"PK\x01\x02") + 20, 10**6, 10**6)
    return bytes(file)


def with_number(at: int, layout: str, number: int) -> bytes:
    file = bytearray.fromhex(LIST)
    struct.pack_into(layout, file, at, number)
    return bytes(file)


def one_name() -> bytes:
    return struct.pack("<2Qs", 1, 1, b"x")


WRONG = {
    "empty": (b"", "the header takes 24 bytes, and 0 are left"),
    "text": (b"not a file of arrays at all", "neither as MXNet's nor as NumPy's"),
    "cut off": (bytes.fromhex(LIST)[:-9], "takes 2 bytes, and 1 are left"),
    "cut names": (bytes.fromhex(NAMED)[:-1], "a name takes 2 bytes, and 1 are left"),
    "count": (with_number(16, "<Q", 2**63), "an array without a shape"),
    "extent": (with_number(36, "<q", 2**40), "takes 8796093022208 bytes, and "),
    "negative": (with_number(36, "<q", -1), r"shape \(-1, 2\)"),
    "axes": (with_number(32, "<I", 2**31), "has 2147483648 axes"),
    "no axes": (with_number(32, "<I", 0), "an array without a shape"),
    "type": (with_number(60, "<i", 12), "type number 12"),
    "storage": (with_number(28, "<i", 7), "storage type 7"),
    "sparse": (bytes.fromhex(ROW_SPARSE), r"row_sparse array.*tostype\('default'\)"),
    "names": (bytes.fromhex(LIST)[:-8] + one_name(), "2 arrays and 1 names"),
    "utf-8": (bytes.fromhex(NAMED)[:-1] + b"x", "a name is not UTF-8"),
    "npy type": (npy_file(ramp(2)).replace(b"<f4", b"<c8"), "NumPy's type '<c8'"),
    "npy records": (npy_file(ramp(2)).replace(b"'<f4'", b"[('a', 'f4')]"), "its header is|takes"),
    "npy version": (npy_file(ramp(2)).replace(b"NUMPY\1", b"NUMPY\4"), "does not begin as"),
    "npy size": (npy_of_shape("(9,)"), "takes 36 bytes, and 8 are left"),
    "npy digits": (npy_of_shape("(" + "9" * 41 + ",)"), "is damaged"),
    "npy empty": (npy_of_shape("(0, 99999999999999999999)"), "is damaged"),
    "zip cut": (zip_file({"x.npy": npy_file(ramp(2))})[:-5], "not a zip file"),
    "zip member": (zip_file({"x.txt": b"text"}), "'x.txt', which is no .npy file"),
    "zip checksum": (zip_file({"x.npy": npy_file(ramp(2))}).replace(b"\x80\x3f", b"\x80\x40"), "Bad CRC-32"),
    "zip more": (zip_file({"x.npy": npy_file(ramp(2)) + b"more"}), "4 bytes follow the array"),
    "zip lies": (member_that_lies(), "is damaged"),
    "zip overlaps": (members_that_overlap(), "its members overlap"),
    "zip member's size": (member_larger_than_the_file(), "its members overlap"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_files(tmp_path, name):
    file, message = WRONG[name]
    (tmp_path / "x").write_bytes(file)
    with mutate_files.watching() as peak:
        with pytest.raises(FormatError, match=message):
            nd.load_frombuffer(file)
        with pytest.raises(FormatError, match="x"):
            nd.load(tmp_path / "x")
    assert peak.bytes < 10_000 + len(file)


def test_too_many_axes():
    with pytest.raises(ShapeError, match="9 axes; the most is 8"):
        nd.load_frombuffer(list_file(v1_record((1,) * 9, bytes(4))))


def test_encrypted_and_other_compressions():
    for at, number in ((8, 1), (10, 12)):
        file = bytearray(zip_file({"x.npy": npy_file(ramp(2))}))
        struct.pack_into("<H", file, file.index(b"PK\x01\x02") + at, number)
        with pytest.raises(FormatError, match="encrypted or compressed in another way"):
            nd.load_frombuffer(bytes(file))


def test_what_cannot_be_read_is_an_os_error(tmp_path):
    for wrong in (tmp_path / "missing", tmp_path):
        with pytest.raises(OSError, match=str(tmp_path)):
            nd.load(wrong)
    with pytest.raises(OSError):
        nd.save(tmp_path / "missing" / "x", nd.ones(1))


@pytest.mark.parametrize("wrong", [5, None, nd.ones(1)])
def test_names_that_are_none(wrong):
    with pytest.raises(TypeError):
        nd.load(wrong)
    with pytest.raises(TypeError):
        nd.save(wrong, nd.ones(1))


def test_buffers_that_are_none():
    for wrong in ("text", 5, None, [1]):
        with pytest.raises(InputTypeError, match="the bytes of a file"):
            nd.load_frombuffer(wrong)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("abc", ArgumentError),
        (5, ArgumentError),
        (None, ArgumentError),
        ([1.0], InputTypeError),
        ([[nd.ones(1)]], InputTypeError),
        ({1: nd.ones(1)}, InputTypeError),
        ({"a": 1}, InputTypeError),
    ],
)
def test_data_that_is_none(tmp_path, data, kind):
    with pytest.raises(kind, match="NDArray"):
        nd.save(tmp_path / "x", data)
    assert os.listdir(tmp_path) == []


def test_npy_holds_one_array(tmp_path):
    for data in ([nd.ones(1)], {"a": nd.ones(1)}):
        with pytest.raises(ArgumentError, match="holds one array"):
            nd.save(tmp_path / "x.npy", data)


# ------------------------------------------------------------------------------------------- safe saving


class Disaster(Exception):
    pass


@pytest.mark.parametrize("suffix", ["params", "npz", "npy"])
def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch, suffix):
    def fail(array):
        raise Disaster

    name = tmp_path / f"x.{suffix}"
    nd.save(name, nd.ones(3))
    before = name.read_bytes()
    monkeypatch.setattr(f"ndgrad.{'params' if suffix == 'params' else 'npz'}.element_bytes", fail)
    with pytest.raises(Disaster):
        nd.save(name, nd.zeros(5))
    assert name.read_bytes() == before
    assert os.listdir(tmp_path) == [name.name]


def test_a_name_that_npz_cannot_hold(tmp_path):
    nd.save(tmp_path / "x.npz", nd.ones(3))
    with pytest.raises(ArgumentError, match="cannot hold an array named"):
        nd.save(tmp_path / "x.npz", {"a": nd.ones(1), "a\0b": nd.ones(1)})
    assert list(nd.load(tmp_path / "x.npz")) == ["arr_0"]


def test_a_file_is_replaced_with_its_mode_and_through_links(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    nd.save(real, nd.ones(3))
    real.chmod(0o640)
    link.symlink_to(real)
    nd.save(link, nd.zeros(5))
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert nd.load(real)[0].shape == (5,)


def test_a_device_is_written_not_replaced():
    null = pathlib.Path(os.devnull)
    nd.save(null, nd.ones(3))
    assert not null.is_file()


# ---------------------------------------------------------------------------------------------- pickles


def test_pickles_of_mxnet():
    import mxnet  # noqa: F401  by whose name the pickle asks for the class

    assert content(pickle.loads(PICKLE)) == content(nd.array([1, 2, 3]))


def test_the_state_is_mxnets():
    x = nd.array([1, 2, 3])
    state = x.__getstate__()
    assert state == {"handle": bytearray(bytes.fromhex(
        "c9fa93f9 00000000 01000000 0300000000000000 01000000 00000000 00000000 0000803f 00000040 00004040"
    ))}  # fmt: skip
    y = nd.NDArray(None)
    assert (y.shape, y._values()) == ((0,), [])
    y.__setstate__(state)
    assert content(y) == content(x)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("dtype", DTYPES)
def test_pickles(dtype, protocol):
    for shape in SHAPES:
        x = some(dtype, shape).as_in_context(ndgrad.cpu(2))
        assert content(pickle.loads(pickle.dumps(x, protocol))) == content(x)
    both = pickle.loads(pickle.dumps([x, x], protocol))
    assert both[0] is both[1]


def test_broken_pickles():
    good = bytes(nd.ones(2).__getstate__()["handle"])
    for wrong in ({"handle": good[:-1]}, {"handle": b""}, {"handle": None}, {}):
        with pytest.raises(FormatError, match="a pickle"):
            nd.NDArray(None).__setstate__(wrong)
    for wrong in (None, {"handle": 5}):
        with pytest.raises((TypeError, AttributeError)):
            nd.NDArray(None).__setstate__(wrong)
    y = nd.ones(3)
    with pytest.raises(ArgumentError, match="NDArray\\(None\\) only"):
        y.__setstate__({"handle": good})
    assert y._values() == [1, 1, 1]
    again = pickle.loads(pickle.dumps(nd.NDArray(None)))
    assert again.shape == (0,)


# ------------------------------------------------------------------------------------ damage by the thousand


def test_damaged_files():
    outcomes = mutate_files.run(3000, seed=20)
    assert outcomes.total() == 3000
    assert outcomes["loaded"] > 300 and outcomes["FormatError"] > 1500


def test_good_files_are_good():
    for file in mutate_files.good_files():
        assert nd.load_frombuffer(file) is not None


def test_memory_that_runs_out(tmp_path):
    nd.save(tmp_path / "x", [nd.ones(3), nd.ones(4)])
    for n in range(1, 5):
        _core.fail_allocation(n)
        with pytest.raises(MemoryError):
            nd.load(tmp_path / "x")
    _core.fail_allocation(0)
    assert isinstance(nd.load(tmp_path / "x"), list)
