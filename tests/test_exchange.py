"""Memory shared with other libraries: DLPack's capsules and Python's buffers."""

from __future__ import annotations

import array
import gc

import pytest

from ndgrad import _core, autograd, nd
from ndgrad.base import ArgumentError, DTypeError, GraphError, InputTypeError, ShapeError

DTYPES = {"float32": "f", "float64": "d", "uint8": "B", "int32": "i", "int8": "b", "int64": "q"}


# ---------------------------------------------------------------------------------------------- DLPack

EXPORTS = {
    "function for reading": nd.to_dlpack_for_read,
    "function for writing": nd.to_dlpack_for_write,
    "method for reading": lambda x: x.to_dlpack_for_read(),
    "method for writing": lambda x: x.to_dlpack_for_write(),
    "protocol": lambda x: x.__dlpack__(),
    "protocol with version": lambda x: x.__dlpack__(max_version=(1, 0)),
    "protocol with later version": lambda x: x.__dlpack__(stream=None, max_version=(2, 5), dl_device=(1, 0)),
    "the array": lambda x: x,
}


@pytest.mark.parametrize("export", EXPORTS)
@pytest.mark.parametrize("dtype", [*DTYPES, "float16", "bool"])
def test_both_see_what_either_writes(export, dtype):
    for shape in [(2, 3), (6,), (), (1, 6, 1)]:
        x = nd.ones(shape, dtype=dtype)
        y = nd.from_dlpack(EXPORTS[export](x))
        assert (y.shape, y.dtype, y._values()) == (x.shape, x.dtype, x._values())
        x._full(0)
        assert y._values() == x._values() == [0] * x.size
        y._full(1)
        assert x._values() == [1] * x.size


def test_views_are_exported_where_they_lie():
    x = nd.arange(12).reshape((4, 3))
    y = nd.from_dlpack(x[2:])
    assert (y.shape, y._values()) == ((2, 3), [6, 7, 8, 9, 10, 11])
    y[0] = 0
    assert x[2]._values() == [0, 0, 0]


def test_arrays_without_elements():
    y = nd.from_dlpack(nd.zeros((0, 3), dtype="int8"))
    assert (y.shape, y.dtype) == ((0, 3), nd.ones(1, dtype="int8").dtype)


def test_the_elements_outlive_the_exporter():
    before = _core.bytes_in_use()
    x = nd.arange(1000)
    capsule = nd.to_dlpack_for_read(x)
    del x
    y = nd.from_dlpack(capsule)
    del capsule
    view = y[10:20]
    del y
    assert view._values() == list(range(10, 20))
    assert _core.bytes_in_use() - before > 4000
    del view
    assert _core.bytes_in_use() == before


def test_capsules_that_nobody_takes_are_freed():
    before = _core.bytes_in_use()
    for export in EXPORTS.values():
        export(nd.ones(1000))
    assert _core.bytes_in_use() == before


def test_a_capsule_is_used_once():
    for version in (None, (1, 0)):
        capsule = nd.ones(2).__dlpack__(max_version=version)
        nd.from_dlpack(capsule)
        assert "used_dltensor" in repr(capsule)
        with pytest.raises(InputTypeError, match="has not been consumed"):
            nd.from_dlpack(capsule)


def test_things_that_are_no_tensors():
    for wrong in (None, 5, "x", [1.0], object()):
        with pytest.raises(AssertionError, match="__dlpack__"):
            nd.from_dlpack(wrong)
    for wrong in (None, 5, [1.0]):
        with pytest.raises(InputTypeError, match="takes an NDArray"):
            nd.to_dlpack_for_read(wrong)


class Exporter:
    def __init__(self, capsule, error=None):
        self.capsule, self.error = capsule, error

    def __dlpack__(self, **arguments):
        if self.error:
            raise self.error
        if arguments:
            raise TypeError("an older library takes no max_version")
        return self.capsule


def test_exporters():
    assert nd.from_dlpack(Exporter(nd.to_dlpack_for_read(nd.ones(2))))._values() == [1, 1]
    with pytest.raises(InputTypeError):
        nd.from_dlpack(Exporter("no capsule"))
    with pytest.raises(BufferError, match="no export"):
        nd.from_dlpack(Exporter(None, BufferError("no export")))


def test_requests_of_the_protocol():
    x = nd.array([1, 2, 3])
    assert x.__dlpack_device__() == (1, 0)
    copy = nd.from_dlpack(x.__dlpack__(copy=True))
    copy[:] = 0
    assert x._values() == [1, 2, 3]
    shared = nd.from_dlpack(x.__dlpack__(copy=False))
    shared[:] = 0
    assert x._values() == [0, 0, 0]
    with pytest.raises(BufferError, match=r"on cpu\(0\).*not on \(2, 0\)"):
        x.__dlpack__(dl_device=(2, 0))
    with pytest.raises(ArgumentError, match="no streams"):
        x.__dlpack__(stream=1)


def test_exports_for_writing_are_writes():
    x = nd.array([1, 2])
    x.attach_grad()
    with autograd.record():
        y = x * x
        with pytest.raises(GraphError, match="part of the recorded graph"):
            nd.to_dlpack_for_write(x)
        with pytest.raises(GraphError, match="part of the recorded graph"):
            y.to_dlpack_for_write()
        assert nd.from_dlpack(nd.to_dlpack_for_read(y))._values() == [1, 4]
    nd.to_dlpack_for_write(x)
    with pytest.raises(GraphError, match="overwritten"):
        y.backward()


def test_exports_keep_no_graph():
    x = nd.ones(2)
    x.attach_grad()
    with autograd.record():
        y = x * x
    before = _core.nodes_in_use()
    capsule = nd.to_dlpack_for_read(y)
    del y
    assert _core.nodes_in_use() == before - 1
    assert nd.from_dlpack(capsule)._values() == [1, 1]


def test_exports_for_reading_leave_the_graph_alone():
    x = nd.array([1, 2])
    x.attach_grad()
    with autograd.record():
        y = x * x
        z = nd.from_dlpack(y) * x
        copy = y.__dlpack__(copy=True)
    nd.to_dlpack_for_read(x)
    y.backward(retain_graph=True)
    assert x.grad._values() == [2, 4]
    z.backward()
    assert x.grad._values() == [1, 4], "an imported array is a constant"
    assert nd.from_dlpack(copy)._values() == [1, 4]


# --------------------------------------------------------------------------------------------- buffers


@pytest.mark.parametrize("dtype", DTYPES)
def test_buffers_are_shared(dtype):
    source = array.array(DTYPES[dtype], [1, 2, 3])
    x = nd.from_numpy(source)
    assert (x.shape, x._values(), x.dtype) == ((3,), [1, 2, 3], nd.ones(1, dtype=dtype).dtype)
    source[0] = 7
    x[1] = 8
    assert (x._values(), list(source)) == ([7, 8, 3], [7, 8, 3])
    assert x.writable


def test_shapes_of_buffers():
    source = memoryview(array.array("f", range(24))).cast("B").cast("f", (2, 3, 4))
    assert nd.from_numpy(source).shape == (2, 3, 4)
    assert nd.from_numpy(array.array("d")).shape == (0,)
    assert nd.from_numpy(bytearray(5)).dtype == nd.ones(1, dtype="uint8").dtype
    assert nd.from_numpy(memoryview(bytearray(b"\0\1")).cast("?"))._values() == [False, True]


def test_a_shared_buffer_is_kept():
    source = bytearray(b"\1\2\3")
    x = nd.from_numpy(source)[1:]
    with pytest.raises(BufferError):
        source.append(4)
    del x
    source.append(4)
    assert len(source) == 4


class Owner(array.array):
    """Memory whose end runs code that works with arrays."""

    def __del__(self):
        self.ended.append((nd.ones(3) * 2)._values())


def test_owners_are_let_go_once():
    Owner.ended = []
    x = nd.from_numpy(Owner("f", [1, 2, 3]))
    x.attach_grad()
    gradient = x.grad
    with autograd.record():
        y = x * x
    del x
    gc.collect()
    assert Owner.ended == [], "the tape still needs the elements"
    y.backward()
    del y
    gc.collect()
    assert Owner.ended == [[2, 2, 2]]
    assert gradient._values() == [2, 4, 6]


WRITES = {
    "[:]": lambda x: x.__setitem__(slice(None), 0),
    "[0]": lambda x: x.__setitem__(0, 0),
    "[[0]]": lambda x: x.__setitem__([0], 0),
    "+=": lambda x: x.__iadd__(1),
    "out": lambda x: nd.square(nd.ones(4, dtype="uint8"), out=x),
    "copyto": lambda x: nd.ones(4, dtype="uint8").copyto(x),
    "of a view": lambda x: x[1:3].__setitem__(slice(None), 0),
    "of a reshaped view": lambda x: x.reshape((2, 2)).__setitem__(slice(None), 0),
    "_full": lambda x: x._full(0),
    "gradient": lambda x: autograd.mark_variables(nd.ones(4, dtype="uint8"), x),
    "for another library": nd.to_dlpack_for_write,
}


@pytest.mark.parametrize("write", WRITES)
def test_read_only_memory_is_not_written(write):
    source = bytes(range(4))
    x = nd.from_numpy(source)
    assert not x.writable and not x[1:].writable
    with pytest.raises(ArgumentError, match="for reading only"):
        WRITES[write](x)
    assert (source, x._values()) == (bytes([0, 1, 2, 3]), [0, 1, 2, 3])
    copy = x.copy()
    copy[:] = 9
    assert copy.writable and (x + 1)._values() == [1, 2, 3, 4]


def test_read_only_memory_is_exported_as_such():
    x = nd.from_numpy(bytes(4))
    assert memoryview(x).readonly
    with pytest.raises(BufferError, match="max_version"):
        x.__dlpack__()
    with pytest.raises(BufferError, match="max_version"):
        nd.to_dlpack_for_read(x)
    y = nd.from_dlpack(x)
    assert not y.writable
    with pytest.raises(ArgumentError, match="for reading only"):
        y[:] = 1
    with pytest.raises(ArgumentError, match="for reading only"):
        nd.to_dlpack_for_write(x)


REFUSED = {
    "strides": (lambda: memoryview(bytearray(8))[::2], ArgumentError, "c-contiguous"),
    "misaligned": (lambda: memoryview(bytearray(9))[1:].cast("d"), ArgumentError, "not aligned"),
    "dtype": (lambda: array.array("H", [1]), DTypeError, "format 'H'"),
    "axes": (lambda: memoryview(bytes(1)).cast("B", (1,) * 9), ShapeError, "9 dimensions"),
    "list": (lambda: [1, 2], TypeError, "bytes-like"),
    "number": (lambda: 5, TypeError, "bytes-like"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_buffers(name):
    make, kind, message = REFUSED[name]
    source = make()
    with pytest.raises(kind, match=message):
        nd.from_numpy(source)


def test_memory_that_runs_out():
    source = bytearray(4)
    for share, allocations in ((nd.from_numpy, 2), (nd.from_dlpack, 3)):
        for n in range(1, allocations + 1):
            given = source if share is nd.from_numpy else nd.ones(3)
            _core.fail_allocation(n)
            with pytest.raises(MemoryError):
                share(given)
            _core.fail_allocation(0)
    source.append(1)  # nobody holds it
