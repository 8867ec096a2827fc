"""RNN: what the table of operators does not reach."""

from __future__ import annotations

import math

import pytest
from engines import Source
from gradcheck import to_array
from plain import Plain

import ndgrad as mx
from ndgrad import autograd, nd

KEPT = 0.25  # of the outputs between layers


def layer(x: nd.NDArray, parameters: nd.NDArray) -> nd.NDArray:
    return nd.RNN(x, parameters, nd.zeros((1, 2, 3)), state_size=3, num_layers=1, mode="rnn_tanh")


def test_dropout_between_layers_in_training_only():
    x = nd.random.normal(shape=(4, 2, 3))
    weights, biases = nd.random.normal(shape=(2, 18)), nd.random.normal(shape=(2, 6))
    packed = nd.concat(weights.reshape(-1), biases.reshape(-1), dim=0)
    first, second = (nd.concat(weights[i], biases[i], dim=0) for i in range(2))

    def both() -> nd.NDArray:
        more = {"state_size": 3, "num_layers": 2, "mode": "rnn_tanh", "p": 1 - KEPT}
        return nd.RNN(x, packed, nd.zeros((2, 2, 3)), **more)

    assert both()._values() == layer(layer(x, first), second)._values()
    mx.random.seed(3)
    with autograd.train_mode():
        found = both()
    units = Source(3).fill(24, "unit32")
    mask = to_array(Plain((4, 2, 3), [(unit <= KEPT) / KEPT for unit in units]), "float32")
    assert found._values() == layer(layer(x, first) * mask, second)._values()


@pytest.mark.parametrize("steps", [64, 65, 150])
def test_many_steps(steps):
    """More than a split has outputs.  Each output is the sum so far, a step's gradient counts those after."""
    x, one = nd.ones((steps, 1, 1)), nd.array([1, 1, 0, 0])
    x.attach_grad()
    with autograd.record():
        y = nd.RNN(x, one, nd.zeros((1, 1, 1)), state_size=1, num_layers=1, mode="rnn_relu")
    y.backward()
    assert y._values() == list(range(1, steps + 1))
    assert x.grad._values() == list(range(steps, 0, -1))


@pytest.mark.parametrize("clip_nan", [False, True])
def test_nan_in_a_clipped_state_stays_nan(clip_nan):
    """And the unit beside it, which is not nan, is clipped."""
    limits = {"lstm_state_clip_min": -1.0, "lstm_state_clip_max": 1.0, "lstm_state_clip_nan": clip_nan}
    arrays = (nd.zeros((1, 1, 3)), nd.zeros(56), nd.zeros((1, 1, 2)), nd.array([[[math.nan, 5.0]]]))
    sizes = {"state_size": 2, "num_layers": 1, "state_outputs": True}
    *_, cell = nd.RNN(*arrays, mode="lstm", **sizes, **limits)
    first, second = cell._values()
    assert math.isnan(first)
    assert second == 1.0
