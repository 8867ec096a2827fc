"""The cases of NumPy, and those with gradients in HIPS autograd, which differentiates programs in NumPy."""

import autograd.numpy as np
import numpy
from autograd import grad
from autograd.extend import defvjp, primitive

from . import numpy_cases, shapes


def array(shape, scale=1.0):
    """Give numbers of the shape."""
    return numpy.random.uniform(-scale, scale, shape).astype("float32")


def cycle():
    """Give the gradient of the tutorial's function."""
    x = array((2, 2))
    gradient = grad(lambda x: np.sum(x * 2 * x))
    return lambda: gradient(x)


def taps(size, kernel):
    """Give, for each tap of a square window, what all windows see through it."""
    windows = size - kernel + 1
    return [(..., slice(i, i + windows), slice(j, j + windows)) for i in range(kernel) for j in range(kernel)]


@primitive
def columns(x, kernel):
    """Lay out what each window sees: (images, channels, taps, windows)."""
    seen = [x[tap].reshape(*x.shape[:2], -1) for tap in taps(x.shape[-1], kernel)]
    return numpy.stack(seen, axis=2)


def columns_added(g, shape, kernel):
    """Add up what was seen."""
    sums = numpy.zeros(shape, g.dtype)
    for k, tap in enumerate(taps(shape[-1], kernel)):
        sums[tap] += g[:, :, k].reshape(sums[tap].shape)
    return sums


defvjp(columns, lambda _, x, kernel: lambda g: columns_added(g, x.shape, kernel), argnums=[0])


def convolve(x, weight):
    """Give a convolution without padding."""
    images, channels, size, _ = x.shape
    filters, kernel = weight.shape[0], weight.shape[-1]
    seen = np.reshape(columns(x, kernel), (images, channels * kernel**2, -1))
    maps = np.matmul(np.reshape(weight, (filters, -1)), seen)
    return np.reshape(maps, (images, filters, size - kernel + 1, size - kernel + 1))


def convolution():
    """Give a convolution and both its gradients."""
    data, weight = array(shapes.CONVOLUTION["data"]), array(shapes.CONVOLUTION["weight"], 0.1)
    step = grad(lambda both: np.sum(convolve(*both)))
    return lambda: step((data, weight))


def trainer(forward, parameters, data):
    """Give a whole step: forward, loss, backward, update."""
    rows, classes = numpy.arange(len(data)), numpy.arange(len(data)) % shapes.CLASSES

    def loss(parameters):
        out = forward(parameters, data)
        out = out - np.max(out, axis=1, keepdims=True)
        return -np.sum(out[rows, classes] - np.log(np.sum(np.exp(out), axis=1)))

    gradient = grad(loss)

    def run():
        for parameter, slope in zip(parameters, gradient(parameters), strict=True):
            parameter -= numpy.float32(0.01) * slope

    return run


def relu(x):
    """Give what is above zero."""
    return np.maximum(x, numpy.float32(0))


def mlp():
    """Give a step of the MLP."""
    parameters = [p for shape in shapes.MLP for p in (array(shape, 0.05), array(shape[:1], 0.05))]

    def forward(p, x):
        return np.dot(relu(np.dot(x, p[0].T) + p[1]), p[2].T) + p[3]

    return trainer(forward, parameters, array((shapes.BATCH, shapes.FEATURES)))


def lenet(images, shapes_of_weights=shapes.LENET, pad=0):
    """Give a step of a net of convolutions, pooled by two, and layers behind them."""

    def prepare():
        parameters = [p for shape in shapes_of_weights for p in (array(shape, 0.1), array(shape[:1], 0.1))]

        def stage(x, weight, bias):
            x = relu(convolve(x, weight) + np.reshape(bias, (-1, 1, 1)))
            halves = np.reshape(x, (*x.shape[:2], x.shape[2] // 2, 2, x.shape[3] // 2, 2))
            return np.max(halves, axis=(3, 5))

        def forward(p, x):
            x = np.reshape(stage(stage(x, p[0], p[1]), p[2], p[3]), (images, -1))
            for weight, bias in zip(p[4:-2:2], p[5:-2:2], strict=True):
                x = relu(np.dot(x, weight.T) + bias)
            return np.dot(x, p[-2].T) + p[-1]

        data = numpy.pad(array((images, 1, 28, 28)), [(0, 0), (0, 0), (pad, pad), (pad, pad)])
        return trainer(forward, parameters, data)

    return prepare


CASES = {
    **numpy_cases.CASES,
    "y = x*2; z = y*x; z.backward()": cycle,
    "convolution 3x3, forward and backward": convolution,
    "MLP step, batch 256": mlp,
    "LeNet step, batch 32": lenet(32),
    "LeNet-5 step, batch 32": lenet(32, shapes.LENET_5, pad=2),
}
