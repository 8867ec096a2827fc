"""Optimizer updates beyond what the table of operators samples."""

from __future__ import annotations

import math

import pytest

from ndgrad import autograd, nd
from ndgrad.base import GraphError


@pytest.mark.parametrize("size", [1, 7, 8, 67])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_writes_over_the_weight(size, dtype, instruction_set):
    """As optimizers call it: out is the weight; whole vectors, and the elements left over."""
    weight, grad, mom = (nd.arange(size, dtype=dtype) * scale for scale in (1, 2, 4))
    assert nd.sgd_mom_update(weight, grad, mom, lr=0.5, momentum=0.25, out=weight) is weight
    assert mom._values() == [0.25 * 4 * i - 0.5 * 2 * i for i in range(size)]
    assert weight._values() == [float(i) for i in range(size)]


def test_weight_stays_without_out():
    weight, grad = nd.ones(3), nd.ones(3)
    assert nd.sgd_update(weight, grad, lr=0.5)._values() == [0.5] * 3
    assert weight._values() == [1.0] * 3


@pytest.mark.parametrize("scale", [0.0, math.nan, math.inf])
def test_adamw_skips_gradients_that_overflowed(scale):
    weight, grad, mean, var = (nd.full(2, value) for value in (1, math.nan, 3, 4))
    out = nd._internal._adamw_update(weight, grad, mean, var, nd.array([scale]), lr=0.1, eta=1.0, out=weight)
    assert [x._values() for x in (out, mean, var)] == [[1.0] * 2, [3.0] * 2, [4.0] * 2]


def test_recording_refuses_to_write_a_leaf():
    weight, grad, mom = nd.ones(2), nd.ones(2), nd.ones(2)
    mom.attach_grad()
    for dtype in ("float32", "float16"):
        arrays = [weight.astype(dtype), grad.astype(dtype), mom.astype(dtype)]
        arrays[2].attach_grad()
        with autograd.record(), pytest.raises(GraphError):
            nd.sgd_mom_update(*arrays, lr=0.1, momentum=0.9)
        assert arrays[2]._values() == [1.0, 1.0]


def test_values_needed_by_backward_are_watched():
    """A state that is written after it was used makes backward fail, as any other write does."""
    x, state = nd.ones(2), nd.ones(2)
    x.attach_grad()
    with autograd.record():
        y = x * state
    nd.sgd_mom_update(nd.ones(2), nd.ones(2), state, lr=0.1, momentum=0.9)
    with pytest.raises(GraphError):
        y.backward()


@pytest.mark.parametrize("before", [0.0, 1.0])
@pytest.mark.parametrize("element", [2.0, math.inf])
def test_finiteness_gathered_over_calls(before, element):
    out = nd.array([before])
    nd.multi_all_finite(nd.array([1.0, element]), init_output=False, out=out)
    assert out._values() == [float(before and math.isfinite(element))]
    nd.all_finite(nd.array([1.0, element]), out=out)
    assert out._values() == [float(math.isfinite(element))]


def test_sums_of_squares_of_half_precision_do_not_overflow():
    x = nd.full(100, 100, dtype="float16")
    assert nd.multi_sum_sq(x, x * 2, num_arrays=2)._values() == [1e6, 4e6]
