"""The cases in JAX, under jit."""

import jax
from jax import nn, numpy

from . import shapes

SQUARE = (4096, 4096)
HALF = (shapes.TRANSPOSED, shapes.TRANSPOSED)


def array(shape, scale=1.0):
    """Give numbers of the shape."""
    return scale * jax.random.uniform(jax.random.key(len(shape)), shape, minval=-1.0)


def of(count, shape, function):
    """Give a function of so many arrays of the shape, compiled, whose end is waited for."""

    def prepare():
        arrays = [jax.random.uniform(jax.random.key(k), shape) + 0.5 for k in range(count)]
        compiled = jax.jit(function)
        return lambda: compiled(*arrays).block_until_ready()

    return prepare


def cycle():
    """Give the gradient of the tutorial's function."""
    x = array((2, 2))
    gradient = jax.jit(jax.grad(lambda x: (x * 2 * x).sum()))
    return lambda: gradient(x).block_until_ready()


def convolve(data, weight):
    """Give a convolution without padding."""
    return jax.lax.conv(data, weight, (1, 1), "VALID")


def convolution():
    """Give a convolution and both its gradients."""
    data, weight = array(shapes.CONVOLUTION["data"]), array(shapes.CONVOLUTION["weight"], 0.1)
    step = jax.jit(jax.value_and_grad(lambda d, w: convolve(d, w).sum(), (0, 1)))
    return lambda: jax.block_until_ready(step(data, weight))


def trainer(forward, parameters, data):
    """Give a whole step: forward, loss, backward, update."""
    classes = numpy.arange(len(data)) % shapes.CLASSES

    def loss(parameters):
        rows = nn.log_softmax(forward(parameters, data))
        return -rows[numpy.arange(len(data)), classes].sum()

    def step(parameters):
        value, gradients = jax.value_and_grad(loss)(parameters)
        return value, [p - 0.01 * g for p, g in zip(parameters, gradients, strict=True)]

    compiled = jax.jit(step)
    return lambda: jax.block_until_ready(compiled(parameters))


def mlp():
    """Give a step of the MLP."""
    parameters = [p for shape in shapes.MLP for p in (array(shape, 0.05), array(shape[:1], 0.05))]

    def forward(p, x):
        return nn.relu(x @ p[0].T + p[1]) @ p[2].T + p[3]

    return trainer(forward, parameters, array((shapes.BATCH, shapes.FEATURES)))


def lenet():
    """Give a step of LeNet."""
    parameters = [p for shape in shapes.LENET for p in (array(shape, 0.1), array(shape[:1], 0.1))]

    def stage(x, weight, bias):
        x = nn.relu(convolve(x, weight) + bias[:, None, None])
        return jax.lax.reduce_window(x, -numpy.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")

    def forward(p, x):
        x = stage(stage(x, p[0], p[1]), p[2], p[3]).reshape(len(x), -1)
        return nn.relu(x @ p[4].T + p[5]) @ p[6].T + p[7]

    return trainer(forward, parameters, array((shapes.IMAGES, 1, 28, 28)))


CASES = {
    "a + b, 2x2": of(2, (2, 2), numpy.add),
    "y = x*2; z = y*x; z.backward()": cycle,
    "a + b, 1 M": of(2, (shapes.MILLION,), numpy.add),
    "a + b, 16 M": of(2, (16 * shapes.MILLION,), numpy.add),
    **{f"{name}, 1 M": of(1, (shapes.MILLION,), getattr(numpy, name)) for name in ("exp", "tanh", "log")},
    "sigmoid, 1 M": of(1, (shapes.MILLION,), nn.sigmoid),
    "sum, 16 M": of(1, SQUARE, numpy.sum),
    "sum, axis 0": of(1, SQUARE, lambda a: a.sum(axis=0)),
    "sum, axis 1": of(1, SQUARE, lambda a: a.sum(axis=1)),
    "softmax, 4096x1000": of(1, (4096, 1000), nn.softmax),
    **{f"dot, {n}": of(2, (n, n), numpy.matmul) for n in shapes.GEMM},
    f"dot, {shapes.TRANSPOSED}, a.T b": of(2, HALF, lambda a, b: a.T @ b),
    f"dot, {shapes.TRANSPOSED}, a b.T": of(2, HALF, lambda a, b: a @ b.T),
    f"dot, {shapes.TRANSPOSED}, a.T b.T": of(2, HALF, lambda a, b: a.T @ b.T),
    "convolution 3x3, forward and backward": convolution,
    "MLP step, batch 256": mlp,
    "LeNet step, batch 64": lenet,
}
