"""DLPack on a GPU: with ndgrad, and a library made up here; CuPy and PyTorch where there is a real GPU."""

from __future__ import annotations

import ctypes
import gc
import os

import pytest
from lending import NAMES, Lender, Plain, Versioned, look, python

import ndgrad as mx
from ndgrad import _core, autograd, nd
from ndgrad.base import ArgumentError, ContextError

pytestmark = pytest.mark.skipif(mx.num_gpus() == 0, reason="there is no GPU")

GPU, CPU = mx.gpu(0), mx.cpu()
KINDS = {Plain: None, Versioned: (1, 0)}


def numbers():
    return nd.array([[1, 2, 3], [4, 5, 6]], ctx=GPU)


# ------------------------------------------------------------------------------------------------ out


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_exported(kind):
    x = numbers()
    assert x.__dlpack_device__() == (2, 0)
    assert x.as_in_context(CPU).__dlpack_device__() == (1, 0)
    part, all_of_it = (y.__dlpack__(max_version=KINDS[kind]) for y in (x[1:], x))
    tensor, whole = look(part, kind).tensor, look(all_of_it, kind).tensor
    assert (tensor.device, tensor.device_id, tensor.shape[:2]) == (2, 0, [1, 3])
    assert tensor.data + tensor.byte_offset == whole.data + whole.byte_offset + 12


@pytest.mark.skipif(mx.num_gpus() < 2, reason="there is one GPU only")
def test_the_second_gpu():
    x = numbers().as_in_context(mx.gpu(1))
    assert x.__dlpack_device__() == (2, 1)
    assert nd.from_dlpack(x).context == mx.gpu(1)


@pytest.mark.parametrize("stream", [None, -1, 1, 2])
def test_streams_that_need_no_waiting(stream):
    assert nd.from_dlpack(numbers().__dlpack__(stream=stream))._values() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("stream", [0, -2, "1", 1.0])
def test_streams_that_are_none(stream):
    with pytest.raises(ArgumentError, match="stream must be None, -1, 1, 2 or the address"):
        numbers().__dlpack__(stream=stream)


@pytest.mark.skipif("rehearsal" not in os.environ.get("NDGRAD_GPU_LIBRARY", ""), reason="streams are made up")
def test_the_takers_stream_waits_for_all_that_was_asked_for():
    """A stream of the rehearsal is a number in memory: how many kernels and copies it waits for."""
    x, stream = numbers(), ctypes.c_int64(-1)

    def waits_for(**arguments):
        x.__dlpack__(**arguments)
        return stream.value

    first = waits_for(stream=ctypes.addressof(stream))
    x += 1
    x *= 2
    assert first > 0 and waits_for(stream=-1) == first, "who names no stream waits by himself"
    then = waits_for(stream=ctypes.addressof(stream))
    assert then == first + 2 == waits_for(stream=ctypes.addressof(stream))
    assert waits_for(stream=ctypes.addressof(stream), copy=True) > then, "for the copy too"


def test_a_copy_for_the_cpu():
    x = numbers()
    capsule = x.__dlpack__(dl_device=(1, 0), max_version=(1, 0))
    assert look(capsule, Versioned).flags == 2
    there = nd.from_dlpack(capsule)
    assert (there.context, there._values()) == (CPU, [1, 2, 3, 4, 5, 6])
    with pytest.raises(BufferError, match="by a copy only"):
        x.__dlpack__(dl_device=(1, 0), copy=False)
    with pytest.raises(BufferError, match=r"gpu\(0\)"):
        x.__dlpack__(dl_device=(2, 1))
    with pytest.raises(BufferError, match=r"cpu\(0\)"):
        x.as_in_context(CPU).__dlpack__(dl_device=(2, 0))


# ------------------------------------------------------------------------------------------- and back


class Elsewhere:
    """Another library's tensor, which notes how it was asked for."""

    def __init__(self, x, old=False):
        self.x, self.old, self.asked = x, old, []

    def __dlpack_device__(self):
        return (2, 0)

    def __dlpack__(self, **arguments):
        self.asked.append(arguments)
        if self.old and "max_version" in arguments:
            raise TypeError("unexpected keyword argument 'max_version'")
        return self.x.__dlpack__(**arguments)


def test_the_producer_is_told_our_stream():
    new, old = Elsewhere(numbers()), Elsewhere(numbers(), old=True)
    assert nd.from_dlpack(new)._values() == nd.from_dlpack(old)._values()
    assert new.asked == [{"max_version": (1, 0), "stream": 1}]
    assert old.asked[1:] == [{"stream": 1}]


@pytest.mark.parametrize("copied", [False, True])
def test_memory_is_shared(copied):
    x = numbers()
    y = nd.from_dlpack(x.__dlpack__(copy=copied))
    assert y.context == GPU
    y *= 10
    assert (x._values() == y._values()) is not copied
    del x
    gc.collect()
    assert (y + 1)._values() == [11, 21, 31, 41, 51, 61]


def lend(x, kind=Plain, **fields):
    """A made-up library lends the elements of `x`."""
    capsule = x.__dlpack__()
    return Lender(kind, **{"data": look(capsule, Plain).tensor.data, "device": 2, **fields})


@pytest.mark.parametrize("kind", KINDS)
def test_memory_of_another_library(kind):
    x = numbers()
    lender = lend(x, kind)
    y = nd.from_dlpack(lender.capsule)
    assert (y.context, y._values()) == (GPU, x._values())
    y.attach_grad()
    with autograd.record():
        z = (y * y).sum()
    z.backward()
    assert y.grad._values() == [2, 4, 6, 8, 10, 12]
    y += 1
    assert x._values() == [2, 3, 4, 5, 6, 7]
    assert lender.deleted == 0
    del y, z
    gc.collect()
    assert lender.deleted == 1


def test_read_only_memory():
    y = nd.from_dlpack(lend(numbers_kept := numbers(), Versioned, flags=1).capsule)
    with pytest.raises(ArgumentError, match="for reading only"):
        y += 1
    assert y._values() == numbers_kept._values()


def test_what_is_refused_stays_the_lenders():
    x = numbers()
    for fields, error, message in (
        ({"device_id": 200}, ContextError, r"gpu\(200\)"),
        ({"device_id": -1}, ContextError, "number -1"),
        ({"strides": (1, 2)}, ArgumentError, "row-major"),
        ({"byte_offset": 2}, ArgumentError, "not aligned"),
    ):
        lender = lend(x, **fields)
        with pytest.raises(error, match=message):
            nd.from_dlpack(lender.capsule)
        gc.collect()
        assert (lender.deleted, python.PyCapsule_GetName(lender.capsule)) == (0, NAMES[Plain])


def test_a_taker_deletes():
    before = _core.bytes_in_use()
    capsule = numbers().__dlpack__()
    managed = look(capsule, Plain)
    python.PyCapsule_SetName(capsule, b"used_dltensor")
    del capsule
    assert _core.bytes_in_use() > before
    managed.deleter(ctypes.addressof(managed))
    assert _core.bytes_in_use() == before


# ------------------------------------------------------------------------------- where there is a real GPU


def library(name):
    """Another library that sees a GPU itself; the rehearsal's is in nobody else's sight."""
    found = pytest.importorskip(name, reason=f"{name} is not installed")
    try:
        there = found.cuda.is_available()  # of both
    except Exception:
        there = False
    if not there:
        pytest.skip(f"{name} sees no GPU: not run")
    return found


def test_pytorch():
    torch = library("torch")
    x = numbers()
    there = torch.from_dlpack(x)
    assert (there.device.type, there.tolist()) == ("cuda", [[1, 2, 3], [4, 5, 6]])
    there += 1
    torch.cuda.synchronize()
    assert x._values() == [2, 3, 4, 5, 6, 7]
    assert nd.from_dlpack(torch.arange(6.0, device="cuda"))._values() == [0, 1, 2, 3, 4, 5]


def test_pytorch_on_a_stream_of_its_own():
    torch = library("torch")
    for _ in range(20):
        x = nd.ones((1 << 22,), ctx=GPU)
        for _ in range(20):
            x += 1
        with torch.cuda.stream(torch.cuda.Stream()):
            y = torch.from_dlpack(x) * 2
            z = nd.from_dlpack(y)
        assert float(z.min().asscalar()) == float(z.max().asscalar()) == 42


def test_cupy():
    cupy = library("cupy")
    x = numbers()
    there = cupy.from_dlpack(x)
    there += 1
    cupy.cuda.Device().synchronize()
    assert x._values() == [2, 3, 4, 5, 6, 7]
    assert nd.from_dlpack(cupy.arange(6, dtype="float32"))._values() == [0, 1, 2, 3, 4, 5]
