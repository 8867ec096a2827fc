"""mx.test_utils and mx.util."""

from __future__ import annotations

import math

import pytest

import ndgrad as mx
from ndgrad import _core, autograd, base, nd
from ndgrad import test_utils as utils


def test_devices():
    assert list(utils.list_gpus()) == []
    assert utils.default_context() == mx.cpu()
    utils.set_default_context(mx.cpu(1))
    assert nd.ones(1).context == mx.cpu(1)
    utils.set_default_context(mx.cpu())
    assert mx.util.get_gpu_count() == 0
    with pytest.raises(base.ContextError, match="GPU is not enabled"):
        mx.util.get_gpu_memory(0)


def test_random_shapes_and_arrays():
    for _ in range(20):
        assert all(1 <= extent <= 4 for extent in utils.rand_shape_nd(3, 4))
        assert all(0 <= extent <= 2 for extent in utils.rand_shape_nd(3, 2, allow_zero_size=True))
        a, b, c = utils.rand_shape_3d(1, 2, 3)
        assert (a, b <= 2, c <= 3) == (1, True, True)
    assert len(utils.rand_shape_2d()) == 2
    x = utils.rand_ndarray((2, 3), dtype="float64")
    assert (x.shape, _core.dtype_name(x.dtype), len(set(x._values()))) == ((2, 3), "float64", 6)
    with pytest.raises(base.ArgumentError, match="'csr'"):
        utils.rand_ndarray((2, 3), "csr")
    assert utils.default_dtype() is nd.ones(1).dtype


def test_comparison():
    x = nd.array([1.0, math.inf, 0.0])
    assert utils.same(x, x.copy())
    assert not utils.same(x, x[:2])
    assert not utils.same(x, x + nd.array([0, 0, 1e-20]))
    assert utils.almost_equal(x, [1.00005, math.inf, 0.0005])
    assert not utils.almost_equal(x, [1.0, math.inf, 0.002])
    assert not utils.almost_equal(nd.array([math.nan]), nd.array([math.nan]))
    assert utils.almost_equal(nd.array([math.nan]), nd.array([math.nan]), equal_nan=True)
    assert utils.almost_equal(nd.ones((2, 3)), nd.ones((1, 3)))
    assert not utils.almost_equal(nd.ones((2, 3)), nd.ones((1, 3)), use_broadcast=False)
    assert not utils.almost_equal(nd.array([5], dtype="int32"), nd.array([6], dtype="int32"))
    with pytest.raises(
        AssertionError, match=r"this and that.*rtol=0\.0001, atol=0\.001: element 1 is 2\.0 and 2\.5"
    ):
        utils.assert_almost_equal(nd.array([1, 2]), nd.array([1, 2.5]), names=("this", "that"))


def test_same_array():
    x = nd.arange(4)
    assert utils.same_array(x, x.reshape((4,)))
    assert not utils.same_array(x, x.copy())
    assert not utils.same_array(x, x + 1)
    assert x._values() == [0, 1, 2, 3]


def test_assert_exception():
    utils.assert_exception(nd.zeros, base.ShapeError, (-1,))
    with pytest.raises(AssertionError, match="did not raise ShapeError"):
        utils.assert_exception(nd.zeros, base.ShapeError, (1,))


def test_environment_and_flags():
    mx.util.setenv("NDGRAD_TEST_VARIABLE", "1")
    assert mx.util.getenv("NDGRAD_TEST_VARIABLE") == "1"
    mx.util.setenv("NDGRAD_TEST_VARIABLE", None)
    assert mx.util.getenv("NDGRAD_TEST_VARIABLE") is None
    assert not mx.util.is_np_array()
    assert not mx.util.is_np_shape()
    assert isinstance("a", base.string_types)
    assert isinstance(1, base.integer_types)
    assert isinstance(1.5, base.numeric_types)


def test_there_are_no_symbols():
    with pytest.raises(base.MXNetError, match="symbols"):
        autograd.get_symbol(nd.ones(1))
