"""DLPack by hand: its structures as another library sees and makes them, and each deleter called once."""

from __future__ import annotations

import ctypes
import gc
import threading

import pytest
from lending import DELETER, NAMES, Lender, Plain, Versioned, look, python

from ndgrad import _core, nd
from ndgrad.base import ArgumentError, ContextError, DTypeError, InputTypeError, ShapeError

# -------------------------------------------------------------------------------------- what ndgrad gives


CODES = {
    "float16": (2, 16), "float32": (2, 32), "float64": (2, 64), "int8": (0, 8), "int32": (0, 32),
    "int64": (0, 64), "uint8": (1, 8), "bool": (6, 8),
}  # fmt: skip


@pytest.mark.parametrize("dtype", CODES)
@pytest.mark.parametrize("kind", [Plain, Versioned])
def test_what_is_exported(dtype, kind):
    x = nd.zeros((5, 2, 3), dtype=dtype)[1:]
    capsule = x.__dlpack__(max_version=(1, 1) if kind is Versioned else None)
    managed = look(capsule, kind)
    tensor = managed.tensor
    assert (tensor.device, tensor.device_id, tensor.ndim, tensor.byte_offset) == (1, 0, 3, 0)
    assert (tensor.code, tensor.bits, tensor.lanes) == (*CODES[dtype], 1)
    assert (tensor.shape[:3], tensor.strides[:3]) == ([4, 2, 3], [6, 3, 1])
    ctypes.c_char.from_address(tensor.data).value = b"\1"
    assert memoryview(x).cast("B")[0] == 1
    if kind is Versioned:
        assert (managed.major, managed.minor, managed.flags) == (1, 0, 0)


def test_flags():
    assert look(nd.from_numpy(bytes(4)).__dlpack__(max_version=(1, 0)), Versioned).flags == 1
    assert look(nd.ones(3).__dlpack__(max_version=(1, 0), copy=True), Versioned).flags == 2


@pytest.mark.parametrize("kind", [Plain, Versioned])
def test_a_taker_deletes_on_any_thread(kind):
    before = _core.bytes_in_use()
    capsule = nd.ones(1000).__dlpack__(max_version=(1, 0) if kind is Versioned else None)
    managed = look(capsule, kind)
    python.PyCapsule_SetName(capsule, b"used_" + NAMES[kind])
    del capsule
    assert _core.bytes_in_use() > before, "the capsule has nothing more to do with it"
    thread = threading.Thread(target=lambda: managed.deleter(ctypes.addressof(managed)))
    thread.start()
    thread.join()
    assert _core.bytes_in_use() == before


# -------------------------------------------------------------------------------------- what ndgrad takes


TAKEN = [
    ({}, [0, 1, 2, 3, 4, 5]),
    ({"strides": (3, 1)}, [0, 1, 2, 3, 4, 5]),
    ({"byte_offset": 8}, [2, 3, 4, 5, 6, 7]),
    ({"shape": (1, 6), "strides": (77, 1)}, [0, 1, 2, 3, 4, 5]),
    ({"shape": (6, 1), "strides": (1, -5)}, [0, 1, 2, 3, 4, 5]),
    ({"shape": ()}, [0]),
    ({"shape": (0, 3), "strides": (9, 9)}, []),
    ({"shape": (3, 0), "data": None}, []),
    ({"device": 3}, [0, 1, 2, 3, 4, 5]),
]


@pytest.mark.parametrize("kind", [Plain, Versioned])
@pytest.mark.parametrize(("fields", "values"), TAKEN)
def test_what_is_taken(kind, fields, values):
    lender = Lender(kind, **fields)
    x = nd.from_dlpack(lender.capsule)
    assert lender.name() == b"used_" + NAMES[kind]
    assert (x.shape, x._values()) == (tuple(fields.get("shape", (2, 3))), values)
    if values:
        x._full(9)
        assert lender.numbers[fields.get("byte_offset", 0) // 4] == 9
        view, x = x.reshape((-1,))[:1], None
        assert lender.deleted == 0, "a view needs the memory"
        del view
    del x
    assert lender.deleted == 1
    lender.capsule = None
    gc.collect()
    assert lender.deleted == 1


def test_a_missing_deleter():
    for kind in (Plain, Versioned):
        lender = Lender(kind)
        lender.managed.deleter = DELETER(0)
        assert nd.from_dlpack(lender.capsule)._values() == [0, 1, 2, 3, 4, 5]


def test_read_only_tensors():
    lender = Lender(Versioned, flags=1)
    x = nd.from_dlpack(lender.capsule)
    assert not x.writable
    with pytest.raises(ArgumentError, match="for reading only"):
        x += 1
    assert nd.from_dlpack(Lender(Versioned, flags=2).capsule).writable


REFUSED = [
    ({"strides": (1, 2)}, ArgumentError, "row-major"),
    ({"strides": (6, 1)}, ArgumentError, "row-major"),
    ({"strides": (-3, 1)}, ArgumentError, "row-major"),
    ({"strides": (0, 1)}, ArgumentError, "row-major"),
    ({"byte_offset": 2}, ArgumentError, "not aligned"),
    ({"data": None}, ArgumentError, "not aligned"),
    ({"device": 4}, ContextError, "another device"),
    ({"device": 2, "device_id": 200}, ContextError, r"gpu\(200\)"),
    ({"bits": 16, "code": 0}, DTypeError, "type code 0 with 16 bits"),
    ({"bits": 16, "code": 4}, DTypeError, "type code 4 with 16 bits"),
    ({"lanes": 4}, DTypeError, "4 lanes"),
    ({"ndim": 9}, ShapeError, "9 dimensions"),
    ({"ndim": -1}, ShapeError, "-1 dimensions"),
    ({"shape": (2, -3)}, ShapeError, "negative extent"),
    ({"shape": (2**40, 2**40)}, MemoryError, "larger than any memory"),
    ({"shape": (2**62, 2**62), "strides": (2**62, 1)}, MemoryError, "larger than any memory"),
]


@pytest.mark.parametrize("kind", [Plain, Versioned])
@pytest.mark.parametrize(("fields", "error", "message"), REFUSED)
def test_what_is_refused_stays_the_lenders(kind, fields, error, message):
    lender = Lender(kind, **fields)
    with pytest.raises(error, match=message):
        nd.from_dlpack(lender.capsule)
    gc.collect()
    assert (lender.deleted, lender.name()) == (0, NAMES[kind])


def test_later_versions_are_refused():
    lender = Lender(Versioned, major=2)
    with pytest.raises(ArgumentError, match="DLPack 2; ndgrad knows DLPack 1"):
        nd.from_dlpack(lender.capsule)
    assert (lender.deleted, lender.name()) == (0, NAMES[Versioned])


def test_other_capsules_are_refused():
    lender = Lender()
    for name in (b"used_dltensor", b"tensor", b""):
        python.PyCapsule_SetName(lender.capsule, name)
        with pytest.raises(InputTypeError, match="has not been consumed"):
            nd.from_dlpack(lender.capsule)
        assert lender.deleted == 0


def test_memory_that_runs_out():
    lender = Lender()
    for n in (1, 2):
        _core.fail_allocation(n)
        with pytest.raises(MemoryError):
            nd.from_dlpack(lender.capsule)
    _core.fail_allocation(0)
    assert (lender.deleted, lender.name()) == (0, NAMES[Plain])
    assert nd.from_dlpack(lender.capsule)._values() == [0, 1, 2, 3, 4, 5]
    assert lender.deleted == 1
