"""Gradients that are not derivatives, and casts that keep what is not a float."""

from __future__ import annotations

import math

import pytest

from ndgrad import autograd, nd

VALUES = [[1.0, 2.5, -1.25], [0.5, -0.5, 0.0]]


def gradient(function, head=2.0, dtype="float32"):
    x = nd.array(VALUES, dtype=dtype)
    x.attach_grad()
    with autograd.record():
        y = function(x)
    y.backward(nd.full(y.shape, head, dtype=dtype))
    return x.grad


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (nd.contrib.round_ste, 2),
        (nd.contrib.sign_ste, 2),
        (lambda x: nd.contrib.gradientmultiplier(x, scalar=3), 6),
        (nd.make_loss, 1),
        (nd.MakeLoss, 1),
        (lambda x: nd.MakeLoss(x, grad_scale=3), 3),
        (lambda x: nd.MakeLoss(x, grad_scale=3, normalization="batch"), 1.5),
        (lambda x: nd.MakeLoss(x, grad_scale=3, normalization="valid", valid_thresh=0.4), 1),
        (lambda x: nd.MakeLoss(x, grad_scale=3, normalization="valid", valid_thresh=40), 3),
    ],
    ids=["round", "sign", "multiplier", "make_loss", "MakeLoss", "scale", "batch", "valid", "none_valid"],
)
def test_gradient_is_not_the_derivative(function, wanted, dtype):
    assert set(gradient(function, dtype=dtype)._values()) == {wanted}


def test_multiplied_gradients_are_differentiable():
    """The second order goes through both multiplications."""
    x = nd.array([3.0])
    x.attach_grad()
    with autograd.record():
        y = nd.contrib.gradientmultiplier(x * x * x, scalar=2)
        [first] = autograd.grad(y, [x], create_graph=True)
    first.backward()
    assert first.asscalar() == 2 * 27
    assert x.grad.asscalar() == 2 * 18


def test_casts_leave_integers_alone():
    whole, half = nd.array([1, 2], dtype="int32"), nd.ones(2, dtype="float16")
    assert nd.amp_cast(whole, dtype="float16").dtype == whole.dtype
    dtypes = [x.dtype for x in nd.amp_multicast(whole, half, nd.ones(2), num_outputs=3)]
    assert dtypes == [whole.dtype, nd.ones(1).dtype, nd.ones(1).dtype]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_what_is_not_finite(dtype):
    x = nd.array([1.0, math.inf, -math.inf, math.nan], dtype=dtype)
    assert nd.contrib.isnan(x)._values() == [0, 0, 0, 1]
    assert nd.contrib.isinf(x)._values() == [0, 1, 1, 0]
    assert nd.contrib.isfinite(x)._values() == [1, 0, 0, 0]


def test_whole_numbers_are_finite():
    x = nd.array([-(2**31), 0, 5], dtype="int32")
    assert nd.contrib.isfinite(x)._values() == [1, 1, 1]
    assert nd.contrib.isnan(x)._values() == nd.contrib.isinf(x)._values() == [0, 0, 0]


def test_transform_and_back():
    x = nd.array(VALUES)
    back = nd.contrib.ifft(nd.contrib.fft(x)) / 3
    assert nd.contrib.allclose(back, x, atol=1e-6).asscalar() == 1


def test_second_names_of_scalar_and_strict_operators():
    x = nd.array([2.0, 3.0])
    assert nd._internal._RMinusScalar(x, scalar=5)._values() == [3, 2]
    assert nd._internal._PlusScalar(x)._values() == [3, 4]
    assert nd._internal._Not_Equal(x, x)._values() == [0, 0]
