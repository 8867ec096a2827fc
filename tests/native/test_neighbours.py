"""Arrays exchanged with the real NumPy, PyTorch and JAX.

NumPy is always there; `make test-neighbours` installs all three, of their latest versions.
"""

from __future__ import annotations

import gc
import io

import numpy as np
import pytest

from ndgrad import _core, autograd, nd
from ndgrad.base import ArgumentError, DTypeError

DTYPES = ("float16", "float32", "float64", "int8", "uint8", "int32", "int64", "bool")
NUMPY = tuple(map(int, np.__version__.split(".")[:2]))


def address(x: nd.NDArray) -> int:
    return np.asarray(memoryview(x)).ctypes.data


def library(name: str):
    return pytest.importorskip(name, reason=f"{name} is not installed; make test-neighbours has it")


# ----------------------------------------------------------------------------------------------- NumPy


@pytest.mark.parametrize("dtype", DTYPES)
def test_asarray_shares_and_array_copies(dtype):
    x = nd.array([[0, 1, 2], [3, 4, 5]], dtype=dtype)
    shared, copied = np.asarray(x), np.array(x)
    assert shared.dtype == copied.dtype == np.dtype(dtype)
    assert (shared.ctypes.data, copied.ctypes.data == address(x)) == (address(x), False)
    x._full(1)
    assert shared.all() and not copied.all()
    shared[:] = 0
    assert x._values() == [0] * 6


def test_asarray_keeps_the_elements():
    x = nd.arange(1000)
    shared = np.asarray(x)[10:]
    del x
    gc.collect()
    assert shared[0] == 10


def test_array_protocol():
    x = nd.array([[1, 2], [3, 4]])
    for shared in (x.__array__(), x.__array__("float32"), x.__array__(np.float32, copy=False)):
        assert shared.ctypes.data == address(x)
    for copied in (x.__array__(copy=True), x.__array__("float64"), x.__array__("int8", copy=True)):
        assert copied.ctypes.data != address(x)
        assert copied.tolist() == [[1, 2], [3, 4]]
    assert x.__array__("int8").dtype == np.int8
    with pytest.raises(ValueError, match="float32 does not become int8 without a copy"):
        x.__array__("int8", copy=False)
    assert nd.array(5).__array__().shape == () and nd.zeros((0, 3)).__array__().shape == (0, 3)


@pytest.mark.skipif(NUMPY < (2, 0), reason="NumPy 1 has other rules for copies")
def test_asarray_obeys_numpy_2():
    x = nd.ones(3)
    assert np.asarray(x, copy=False).ctypes.data == address(x)
    assert np.asarray(x, copy=True).ctypes.data != address(x)
    with pytest.raises(ValueError):
        np.asarray(x, dtype="int8", copy=False)


@pytest.mark.parametrize("dtype", DTYPES)
def test_from_numpy_shares(dtype):
    for shape in [(2, 3), (), (4,), (1, 0, 2)]:
        a = np.ones(shape, dtype)
        x = nd.from_numpy(a)
        assert (x.shape, x.dtype) == (a.shape, a.dtype.type)
        x._full(0)
        assert not a.any()
        assert not a.flags.writeable, "as in MXNet"
        with pytest.raises(ValueError, match="read-only"):
            a[...] = 1
        again = nd.from_numpy(a)
        again._full(1)
        assert a.all() and x._values() == [1] * a.size


def test_from_numpy_of_memory_of_others():
    whole = np.zeros((4, 3), "float32")
    rows = nd.from_numpy(whole[1:3])
    rows[:] = 5
    assert whole.sum() == 30
    read_only = np.frombuffer(bytes(8), "float32")
    x = nd.from_numpy(read_only)
    assert not x.writable
    with pytest.raises(ArgumentError, match="for reading only"):
        x[:] = 1


def test_memory_maps(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(1000.0))
    x = nd.from_numpy(np.load(tmp_path / "x.npy", mmap_mode="r"))
    assert (x.writable, x[999].asscalar()) == (False, 999)
    with pytest.raises(ArgumentError, match="for reading only"):
        x += 1
    y = nd.from_numpy(np.load(tmp_path / "x.npy", mmap_mode="r+"))
    y[0] = 7
    assert x[0].asscalar() == 7


def test_from_numpy_with_a_copy():
    a = np.arange(6.0).reshape(2, 3).T
    x = nd.from_numpy(a, zero_copy=False)
    x[:] = 0
    assert (x.shape, x.dtype, a.sum(), a.flags.writeable) == ((3, 2), np.float64, 15, True)


def test_from_numpy_refuses_and_changes_nothing():
    for a, kind in [
        (np.ones((2, 3)).T, ArgumentError),
        (np.ones(6)[::2], ArgumentError),
        (np.ones(2, "int16"), DTypeError),
        (np.ones(2, ">f4"), DTypeError),
        (np.ones(2, "complex64"), DTypeError),
        (np.frombuffer(bytes(9), "uint8")[1:].view("float64"), ArgumentError),
    ]:
        before = a.flags.writeable
        with pytest.raises(kind):
            nd.from_numpy(a)
        assert a.flags.writeable == before


@pytest.mark.parametrize("dtype", DTYPES)
def test_numpy_by_dlpack(dtype):
    a = np.arange(6).reshape(2, 3).astype(dtype)
    if dtype != "bool" or NUMPY >= (1, 25):
        x = nd.from_dlpack(a)
        assert (address(x), x.shape, x.dtype) == (a.ctypes.data, (2, 3), np.dtype(dtype).type)
        x._full(0)
        assert not a.any()
    y = nd.ones((2, 3), dtype=dtype)
    b = np.from_dlpack(y)
    assert (b.ctypes.data, b.shape, b.dtype) == (address(y), (2, 3), np.dtype(dtype))
    del y
    gc.collect()
    assert b.all()


def test_read_only_numpy_by_dlpack():
    a = np.arange(3.0)
    a.flags.writeable = False
    if NUMPY >= (2, 1):
        x = nd.from_dlpack(a)
        assert not x.writable
        assert not np.from_dlpack(x).flags.writeable
    else:
        with pytest.raises(BufferError):
            nd.from_dlpack(a)


def test_npz_of_numpy():
    arrays = {
        **{dtype: np.arange(6).reshape(2, 3).astype(dtype) for dtype in DTYPES},
        "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "swapped": np.arange(6).reshape(3, 2).astype(">i4"),
        "both": np.asfortranarray(np.arange(24).reshape(2, 3, 4).astype(">f2")),
        "scalar": np.float32(3),
        "nothing": np.zeros((0, 3), "int8"),
        "strided": np.arange(10.0)[::3],
    }
    for write in (np.savez, np.savez_compressed):
        file = io.BytesIO()
        write(file, **arrays)
        loaded = nd.load_frombuffer(file.getvalue())
        assert list(loaded) == list(arrays)
        for name, x in loaded.items():
            assert (x.shape, x.dtype) == (arrays[name].shape, arrays[name].dtype.newbyteorder("=").type)
            assert np.array_equal(x.asnumpy(), arrays[name]), name


def test_numpy_loads_what_is_saved(tmp_path):
    data = {dtype: nd.array([[0, 1, 2], [3, 4, 5]], dtype=dtype) for dtype in DTYPES}
    data["scalar"], data["nothing"] = nd.array(3), nd.zeros((0, 3))
    nd.save(tmp_path / "x.npz", data)
    with np.load(tmp_path / "x.npz") as loaded:
        assert list(loaded) == list(data)
        for name, x in data.items():
            assert loaded[name].dtype == np.dtype(x.dtype) and np.array_equal(loaded[name], x.asnumpy())
    nd.save(tmp_path / "x.npy", data["float32"])
    assert np.array_equal(np.load(tmp_path / "x.npy"), data["float32"].asnumpy())


# --------------------------------------------------------------------------------------------- PyTorch


@pytest.mark.parametrize("dtype", DTYPES)
def test_torch(dtype):
    torch = library("torch")
    for shape in [(2, 3), (), (1, 4, 1)]:
        t = torch.ones(shape, dtype=getattr(torch, dtype))
        x = nd.from_dlpack(t)
        assert (address(x), x.shape, x.dtype) == (t.data_ptr(), shape, np.dtype(dtype).type)
        x._full(0)
        assert not t.any()
        back = torch.from_dlpack(x)
        assert (back.data_ptr(), back.shape, back.dtype) == (t.data_ptr(), t.shape, t.dtype)
        del x, t
        gc.collect()
        assert not back.any()
    assert nd.from_dlpack(torch.zeros((0, 3))).shape == (0, 3)
    assert torch.from_dlpack(nd.zeros((0, 3))).shape == (0, 3)


def test_torch_capsules():
    torch = library("torch")
    t = torch.arange(4.0)
    x = nd.from_dlpack(torch.utils.dlpack.to_dlpack(t))
    y = torch.utils.dlpack.from_dlpack(nd.to_dlpack_for_write(x))
    y += 1
    assert t.tolist() == x._values() == [1, 2, 3, 4]
    copied = torch.from_dlpack(x, copy=True)
    copied += 1
    assert x._values() == [1, 2, 3, 4]


def test_torch_memory_is_let_go():
    torch = library("torch")
    before = _core.bytes_in_use()
    tensors = [torch.from_dlpack(nd.ones(1000)) for _ in range(10)]
    assert _core.bytes_in_use() >= before + 40_000
    del tensors
    gc.collect()
    assert _core.bytes_in_use() == before


def test_torch_tensors_that_cannot_be_shared():
    torch = library("torch")
    for t, kind in [
        (torch.arange(6.0).reshape(2, 3).T, ArgumentError),
        (torch.zeros(2, dtype=torch.bfloat16), DTypeError),
        (torch.zeros(2, dtype=torch.int16), DTypeError),
        (torch.zeros(2, dtype=torch.complex64), DTypeError),
        (torch.zeros(2, requires_grad=True), Exception),
    ]:
        with pytest.raises(kind):
            nd.from_dlpack(t)
    assert nd.from_dlpack(torch.arange(6.0).reshape(2, 3).T.contiguous())._values() == [0, 3, 1, 4, 2, 5]


def test_gradients_of_both():
    """The same function of the same memory."""
    torch = library("torch")
    x = nd.array([1, 2, 3])
    x.attach_grad()
    with autograd.record():
        y = (x * x).sum()
    y.backward()
    t = torch.from_dlpack(x).requires_grad_()
    (t * t).sum().backward()
    assert t.grad.tolist() == x.grad._values()
    assert nd.from_dlpack(t.grad)._values() == [2, 4, 6]


# ------------------------------------------------------------------------------------------------- JAX


@pytest.mark.parametrize("dtype", DTYPES)
def test_jax(dtype):
    jax = library("jax")
    jax.config.update("jax_enable_x64", True)
    j = jax.numpy.arange(6).reshape(2, 3).astype(dtype)
    x = nd.from_dlpack(j)
    assert (address(x), x.shape, x.dtype) == (j.unsafe_buffer_pointer(), (2, 3), np.dtype(dtype).type)
    values = x._values()
    del j
    gc.collect()
    assert x._values() == values
    # JAX copies what does not begin a cache line, as small arrays may not.
    small, large = nd.ones((2, 2), dtype=dtype), nd.ones((64, 64), dtype=dtype)
    copied, shared = jax.dlpack.from_dlpack(small), jax.dlpack.from_dlpack(large)
    assert (copied.dtype, copied.shape, copied.all()) == (np.dtype(dtype), (2, 2), True)
    assert (shared.unsafe_buffer_pointer(), shared.all()) == (address(large), True)


def test_jax_memory_is_let_go():
    jax = library("jax")
    before = _core.bytes_in_use()
    arrays = [jax.dlpack.from_dlpack(nd.ones(1000)) for _ in range(10)]
    assert float(arrays[3].sum()) == 1000
    del arrays
    gc.collect()
    assert _core.bytes_in_use() == before
