"""Products of windows of sizes around the kernels' vectors, tiles and blocks; odd cases of pooling."""

from __future__ import annotations

import pytest

from ndgrad import _core, autograd, nd

# Channels, filters, height, width, kernel, stride, dilate, pad.
SIZES = [
    (3, 7, 9, 40, (3, 3), (1, 1), (1, 1), (1, 1)),  # rows longer than a vector
    (2, 3, 6, 7, (3, 2), (1, 1), (1, 2), (2, 0)),  # rows shorter than one, few filters
    (2, 13, 11, 19, (2, 5), (2, 3), (1, 1), (0, 2)),  # no two neighbours in a row of windows
    (30, 2, 5, 36, (3, 3), (1, 1), (1, 1), (0, 0)),  # more taps than a block is deep
    (1, 1, 30, 30, (1, 3), (1, 1), (1, 1), (0, 1)),  # more windows than a block is wide
    (5, 110, 4, 4, (1, 1), (1, 1), (1, 1), (0, 0)),  # more filters than a block is high
]


def whole(*shape: int, dtype: str) -> nd.NDArray:
    """Small whole numbers, so that every order of summation gives the same."""
    return ((nd.arange(nd.ones(shape).size, dtype=dtype) * 7) % 11 - 5).reshape(shape)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_of_windows(size, dtype, instruction_set):
    channels, filters, height, width, *window = size
    params = dict(zip(("kernel", "stride", "dilate", "pad"), window, strict=True))
    x = whole(2, channels, height, width, dtype=dtype)
    weight = whole(filters, channels, *window[0], dtype=dtype)
    columns, rows = nd.im2col(x, **params), weight.reshape((filters, -1))

    y = nd.Convolution(x, weight, num_filter=filters, no_bias=True, **params)
    assert y._values() == nd.stack(*(nd.dot(rows, c) for c in columns))._values()

    g = whole(*y.shape, dtype=dtype)
    maps = g.reshape((2, filters, -1))
    back = nd.stack(*(nd.dot(rows, m, transpose_a=True) for m in maps))
    adj = tuple(
        (n + 2 * p - d * (k - 1) - 1) % s for n, k, s, d, p in zip((height, width), *window, strict=True)
    )
    spread = nd.Deconvolution(g, weight, num_filter=channels, adj=adj, **params)
    assert spread._values() == nd.col2im(back, output_size=(height, width), **params)._values()

    slope = _core.operators["_conv_weight_gradient"](x, g, **params)
    wanted = sum(nd.dot(m, c, transpose_b=True) for m, c in zip(maps, columns, strict=True))
    assert slope._values() == wanted._values()


def test_nan_is_the_largest_only_of_nothing_else():
    nan = float("nan")
    x = nd.array([[[nan, 1.0, nan, nan, 3.0, nan]]])
    assert nd.Pooling(x, kernel=(2,), stride=(2,))._values()[::2] == [1, 3]
    assert str(nd.Pooling(x, kernel=(2,), stride=(2,))._values()[1]) == "nan"


def test_ties_of_pooling_go_to_the_first():
    x = nd.array([[[2.0, 2.0, 2.0]]])
    x.attach_grad()
    with autograd.record():
        y = nd.Pooling(x, kernel=(2,))
    y.backward()
    assert x.grad._values() == [1, 1, 0]
