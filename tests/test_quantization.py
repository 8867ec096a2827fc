"""What the table's samples of quantized arrays leave out: unsigned bytes, round trips, zero gradients."""

from __future__ import annotations

import pytest
from gradcheck import to_array
from plain import Plain, cast

import ndgrad as mx
from ndgrad import autograd, nd

C = nd.contrib
REALS = [[-1.3, 0.2, 2.1], [0.7, -0.4, 1.9]]


def values(*arrays: nd.NDArray) -> list[list[float]]:
    return [array._values() for array in arrays]


def ends(low: float, high: float) -> list[nd.NDArray]:
    return [nd.array([low]), nd.array([high])]


def unsigned(*levels: float, shape: tuple[int, ...] | None = None) -> nd.NDArray:
    return to_array(Plain(shape or (len(levels),), levels), "uint8")


@pytest.mark.parametrize("out_type", ["int8", "uint8"])
def test_a_round_trip_loses_half_a_level(out_type):
    x = nd.abs(nd.array(REALS)) if out_type == "uint8" else nd.array(REALS)
    back = C.dequantize(*C.quantize_v2(x, out_type=out_type))
    level = 2.1 / (127.5 if out_type == "int8" else 255.5)
    assert max(nd.abs(back - x)._values()) <= level / 2 * 1.001


def test_a_dense_layer_is_near_the_real_one():
    x, w, b = nd.array(REALS), nd.array([[0.5, -0.25, 1.0], [0.1, 0.9, -0.6]]), nd.array([0.3, -0.2])
    parts = [C.quantize_v2(part) for part in (x, w, b)]
    arrays, ranges = [part[0] for part in parts], [end for part in parts for end in part[1:]]
    out = C.quantized_fully_connected(*arrays, *ranges, num_hidden=2)
    assert out[0].dtype == mx.nd.zeros(1, dtype="int32").dtype
    wanted = nd.FullyConnected(x, w, b, num_hidden=2)
    for back in (C.dequantize(*out), C.dequantize(*C.requantize(*out))):
        assert max(nd.abs(back - wanted)._values()) < 0.05


def test_large_sums_are_exact():
    """Beyond what float32 can count."""
    data, weight = nd.ones((1, 3001)) * 255, nd.ones((1, 3001)) * 127
    out, _low, _high = C.quantized_fully_connected(
        data.astype("uint8"), weight.astype("int8"), *ends(0, 1), *ends(-1, 1), num_hidden=1, no_bias=True
    )
    assert out._values() == [3001 * 255 * 127]


def test_bytes_without_a_sign_stay_so():
    x = unsigned(0, 7, 200, 255, shape=(1, 1, 2, 2))
    assert values(*C.quantized_act(x, *ends(0, 3), act_type="relu")) == [[0, 7, 200, 255], [0], [3]]
    assert values(*C.quantized_flatten(x, *ends(0, 3))) == [[0, 7, 200, 255], [0], [3]]
    pooled = C.quantized_pooling(x, *ends(0, 3), kernel=(2, 2), pool_type="avg")
    assert values(*pooled) == [[116], [0], [3]]
    joined = C.quantized_concat(
        unsigned(9, shape=(1, 1)), unsigned(200, shape=(1, 1)), *ends(0, 1), *ends(0, 2)
    )
    assert values(*joined) == [[4, 200], [0], [2]]
    for y in (C.quantized_act(x, *ends(0, 3), act_type="relu"), pooled, joined, C.quantize_v2(x)):
        assert y[0].dtype == x.dtype


def test_integers_are_quantized_already():
    assert values(*C.quantize_v2(unsigned(3, 255))) == [[3, 255], [0], [255.5]]
    signed = to_array(Plain((2,), [-128, 5]), "int8")
    assert values(*C.quantize_v2(signed)) == [[-128, 5], [-127.5], [127.5]]
    given = C.quantize_v2(signed, min_calib_range=-1.0, max_calib_range=2.0)
    assert values(*given) == [[-128, 5], [-1], [2]]


def test_a_range_that_reaches_nowhere():
    zero = nd.zeros(2)
    assert values(*C.quantize_v2(zero))[0] == [0, 0]
    assert values(C.dequantize(*C.quantize_v2(zero))) == [[0, 0]]
    assert values(*C.quantize(nd.array([0.0, 5.0]), *ends(0, 0)))[0] == [0, 255]


def test_numbers_beyond_the_range_are_limited():
    inf = float("inf")
    x = nd.array([-inf, -9.0, 9.0, inf, float("nan")])
    assert values(*C.quantize(x, *ends(-1, 1), out_type="int8"))[0] == [-128, -128, 127, 127, -128]
    assert values(*C.quantize(x, *ends(-1, 1)))[0] == [0, 0, 255, 255, 0]


def test_gradients_are_zero():
    x = nd.array(REALS)
    x.attach_grad()
    with autograd.record():
        y = C.dequantize(*C.quantize_v2(x)) + C.dequantize(*C.quantize(x, *ends(-1, 1)))
        y = y + C.quantized_elemwise_mul(
            *(C.quantize_v2(x)[0] for _ in range(2)), *ends(-1, 1), *ends(-1, 1), enable_float_output=True
        )
    y.backward()
    assert x.grad._values() == [0] * 6


def test_one_float_is_rounded_once():
    """The product with the scale is a float32, as MXNet's is."""
    x = 0.3
    level = cast(cast(x, "float32") * cast(127 / 1.7, "float32"), "float32")
    found = C.quantize(nd.array([x]), *ends(-1.1, 1.7), out_type="int8")[0]
    assert found._values() == [round(level)]
