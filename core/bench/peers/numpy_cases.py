"""The cases that NumPy has: those without gradients."""

import numpy

from . import shapes

SQUARE = (4096, 4096)
HALF = (shapes.TRANSPOSED, shapes.TRANSPOSED)


def of(count, shape, function):
    """Give a function of so many arrays of the shape."""

    def prepare():
        arrays = [numpy.random.rand(*shape).astype("float32") + numpy.float32(0.5) for _ in range(count)]
        return lambda: function(*arrays)

    return prepare


def softmax(a):
    """Give softmax of rows, as one writes it in NumPy."""
    e = numpy.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


CASES = {
    "a + b, 2x2": of(2, (2, 2), numpy.add),
    "a + b, 1 M": of(2, (shapes.MILLION,), numpy.add),
    "a + b, 16 M": of(2, (16 * shapes.MILLION,), numpy.add),
    **{f"{name}, 1 M": of(1, (shapes.MILLION,), getattr(numpy, name)) for name in ("exp", "tanh", "log")},
    "sigmoid, 1 M": of(1, (shapes.MILLION,), lambda a: 1 / (1 + numpy.exp(-a))),
    "sum, 1 M": of(1, (shapes.MILLION,), numpy.sum),
    "sum, 16 M": of(1, SQUARE, numpy.sum),
    "sum, axis 0": of(1, SQUARE, lambda a: a.sum(axis=0)),
    "sum, axis 1": of(1, SQUARE, lambda a: a.sum(axis=1)),
    "softmax, 4096x1000": of(1, (4096, 1000), softmax),
    **{f"dot, {n}": of(2, (n, n), numpy.matmul) for n in shapes.GEMM},
    f"dot, {shapes.TRANSPOSED}, a.T b": of(2, HALF, lambda a, b: a.T @ b),
    f"dot, {shapes.TRANSPOSED}, a b.T": of(2, HALF, lambda a, b: a @ b.T),
    f"dot, {shapes.TRANSPOSED}, a.T b.T": of(2, HALF, lambda a, b: a.T @ b.T),
}
