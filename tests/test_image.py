"""What mx.nd.image does with bytes and with chance, which the table's rows leave out."""

from __future__ import annotations

import pytest
from support import leaf

import ndgrad as mx
from ndgrad import autograd, nd

ROW = [[[10, 20, 30], [40, 100, 50], [200, 250, 0]]]  # an image of one row


def image(dtype: str = "uint8") -> nd.NDArray:
    return nd.array(ROW, dtype=dtype)


def test_to_tensor_has_a_gradient():
    x = leaf([[[0, 51, 255]]])
    with autograd.record():
        y = nd.image.to_tensor(x)
    assert y.shape == (3, 1, 1)
    y.backward(nd.array([255, 510, 0]).reshape((3, 1, 1)))
    assert x.grad._values() == [1, 2, 0]


def test_bytes_stay_bytes_and_end_at_their_limits():
    brighter = nd.image.random_brightness(image(), 1.5, 1.5)
    assert brighter.dtype == image().dtype
    assert brighter._values() == [15, 30, 45, 60, 150, 75, 255, 255, 0]
    darker = nd.image.adjust_lighting(image(), alpha=(1, 0, 0))
    assert darker._values() == [0, 0, 0, 8, 67, 17, 168, 217, 0]


def test_resized_bytes_are_rounded():
    x = nd.array([[[0], [9], [255]]], dtype="uint8")
    assert nd.image.resize(x, size=(6, 1))._values() == [0, 2, 7, 71, 194, 255]
    assert nd.image.resize(x, size=(6, 1), interp=0)._values() == [0, 0, 9, 9, 255, 255]


@pytest.mark.parametrize(
    ("random_flip", "flip", "axis"),
    [
        (nd.image.random_flip_left_right, nd.image.flip_left_right, 1),
        (nd.image.random_flip_top_bottom, nd.image.flip_top_bottom, 0),
    ],
)
def test_random_flips(random_flip, flip, axis):
    """MXNet's own sequence for this seed."""
    mx.random.seed(0)
    x = nd.arange(2).reshape((1, 2, 1) if axis else (2, 1, 1))
    assert flip(x)._values() == [1, 0]
    assert [random_flip(x)._values()[0] for _ in range(12)] == [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 0]


def test_a_random_flip_has_the_gradient_of_what_it_did():
    x = leaf([[[1], [2], [3]]])
    for seed in range(4):
        mx.random.seed(seed)
        with autograd.record():
            y = nd.image.random_flip_left_right(x)
        y.backward(nd.array([1, 2, 3]).reshape((1, 3, 1)))
        assert x.grad._values() == y._values()


def test_factors_are_mxnets():
    mx.random.seed(42)
    ones = nd.ones((1, 1, 3))
    factors = [nd.image.random_brightness(ones, 0, 1)._values()[0] for _ in range(4)]
    assert factors == pytest.approx([0.8290936, 0.7478349, 0.5581813, 0.5657354], abs=1e-7)


def test_jitter_changes_each_property_by_at_most_its_parameter():
    mx.random.seed(42)
    ones = nd.ones((2, 2, 3))
    jittered = [nd.image.random_color_jitter(ones, 0.5, 0, 0, 0)._values()[0] for _ in range(2)]
    assert jittered == pytest.approx([1.0657353, 1.0422084], abs=1e-6)  # MXNet's
    for _ in range(50):
        pixel = nd.image.random_color_jitter(image("float32"), 0, 0, 0.5, 0.5)._values()[:3]
        assert max(pixel) - min(pixel) <= 1.5 * 20 + 1e-4


def test_random_lighting_is_mxnets():
    mx.random.seed(0)
    found = nd.image.random_lighting(nd.zeros((1, 1, 3)), alpha_std=1)._values()
    assert found == pytest.approx([-65.25965, -72.00612, -75.10188], rel=1e-6)
