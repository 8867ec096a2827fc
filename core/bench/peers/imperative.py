"""The cases in the API that ndgrad and MXNet share."""

import math

from mxnet import autograd, nd

from . import shapes


def array(shape, scale=1.0):
    """Give numbers of the shape."""
    return nd.array(shapes.numbers(math.prod(shape), scale)).reshape(shape)


def big(*shape):
    """Give numbers in [0.5, 1.5), drawn by the library."""
    return nd.random.uniform(0.5, 1.5, shape=shape)


def leaf(shape, scale=1.0):
    """Give numbers of the shape that have a gradient."""
    made = array(shape, scale)
    made.attach_grad()
    return made


def small():
    """Give the unrecorded sum."""
    a, b = array((2, 2)), array((2, 2))
    return lambda: a + b


def recording():
    """Give the recorded sum."""
    a, b = leaf((2, 2)), array((2, 2))

    def run():
        with autograd.record():
            return a + b

    return run


def cycle():
    """Give the tutorial's cycle."""
    x = leaf((2, 2))

    def run():
        with autograd.record():
            y = x * 2
            z = y * x
        z.backward()

    return run


def addition(count):
    """Give a sum with a fresh output."""

    def prepare():
        a, b = big(count), big(count)
        return lambda: a + b

    return prepare


def mapped(name, count=shapes.MILLION):
    """Give a function of every element."""

    def prepare():
        a, function = big(count), getattr(nd, name)
        return lambda: function(a)

    return prepare


def derived(function, inputs, count):
    """Give a function of every element and its gradients by all inputs."""

    def prepare():
        head, *leaves = (big(count) for _ in range(inputs + 1))
        for made in leaves:
            made.attach_grad()

        def run():
            with autograd.record():
                y = function(*leaves)
            y.backward(head)

        return run

    return prepare


def copy(count):
    """Give a copy from memory to memory of the device, on which the rates of others are measured."""
    a, b = big(count), big(count)
    return lambda: a.copyto(b)


def reduction(*shape, **options):
    """Give a sum along an axis, or of everything."""

    def prepare():
        a = big(*shape)
        return lambda: a.sum(**options)

    return prepare


def softmax():
    """Give softmax of rows."""
    a = big(4096, 1000)
    return lambda: nd.softmax(a)


def product(n, **transposes):
    """Give a matrix product."""

    def prepare():
        a, b = big(n, n), big(n, n)
        return lambda: nd.dot(a, b, **transposes)

    return prepare


def convolution():
    """Give a convolution and both its gradients."""
    data, weight = leaf(shapes.CONVOLUTION["data"]), leaf(shapes.CONVOLUTION["weight"], 0.1)

    def run():
        with autograd.record():
            out = nd.Convolution(data, weight, kernel=(3, 3), num_filter=weight.shape[0], no_bias=True)
        out.backward()

    return run


def descend(parameters, rate=0.01):
    """Take a step along the gradients."""
    for parameter in parameters:
        nd.sgd_update(parameter, parameter.grad, lr=rate, out=parameter)


def trainer(parameters, forward, data, classes):
    """Give a whole step: forward, loss, backward, update."""

    def run():
        with autograd.record():
            loss = nd.softmax_cross_entropy(forward(data), classes)
        loss.backward()
        descend(parameters)

    return run


def labels(count):
    """Give a class for each row."""
    return nd.array([i % shapes.CLASSES for i in range(count)])


def mlp():
    """Give a step of the MLP."""
    parameters = [p for shape in shapes.MLP for p in (leaf(shape, 0.05), leaf(shape[:1], 0.05))]
    w1, b1, w2, b2 = parameters

    def forward(x):
        hidden = nd.relu(nd.FullyConnected(x, w1, b1, num_hidden=shapes.HIDDEN))
        return nd.FullyConnected(hidden, w2, b2, num_hidden=shapes.CLASSES)

    return trainer(parameters, forward, array((shapes.BATCH, shapes.FEATURES)), labels(shapes.BATCH))


def lenet(images, shapes_of_weights=shapes.LENET, pad=0):
    """Give a step of a net of convolutions, pooled by two, and layers behind them."""

    def prepare():
        parameters = [p for shape in shapes_of_weights for p in (leaf(shape, 0.1), leaf(shape[:1], 0.1))]
        layers = list(zip(parameters[::2], parameters[1::2], strict=True))

        def stage(x, weight, bias, pad):
            kind = {"kernel": weight.shape[2:], "num_filter": weight.shape[0], "pad": (pad, pad)}
            x = nd.relu(nd.Convolution(x, weight, bias, **kind))
            return nd.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")

        def forward(x):
            x = stage(stage(x, *layers[0], pad), *layers[1], 0)
            for weight, bias in layers[2:-1]:
                x = nd.relu(nd.FullyConnected(x, weight, bias, num_hidden=weight.shape[0]))
            return nd.FullyConnected(x, *layers[-1], num_hidden=shapes.CLASSES)

        return trainer(parameters, forward, array((images, 1, 28, 28)), labels(images))

    return prepare


CASES = {
    "a + b, 2x2": small,
    "a + b, 2x2, recording": recording,
    "y = x*2; z = y*x; z.backward()": cycle,
    "a + b, 1 M": addition(shapes.MILLION),
    "a + b, 16 M": addition(16 * shapes.MILLION),
    **{f"{name}, 1 M": mapped(name) for name in shapes.FUNCTIONS},
    "sum, 1 M": reduction(shapes.MILLION),
    "sum, 16 M": reduction(4096, 4096),
    "sum, axis 0": reduction(4096, 4096, axis=0),
    "sum, axis 1": reduction(4096, 4096, axis=1),
    "softmax, 4096x1000": softmax,
    **{f"dot, {n}": product(n) for n in shapes.GEMM},
    f"dot, {shapes.TRANSPOSED}, a.T b": product(shapes.TRANSPOSED, transpose_a=True),
    f"dot, {shapes.TRANSPOSED}, a b.T": product(shapes.TRANSPOSED, transpose_b=True),
    f"dot, {shapes.TRANSPOSED}, a.T b.T": product(shapes.TRANSPOSED, transpose_a=True, transpose_b=True),
    "convolution 3x3, forward and backward": convolution,
    "MLP step, batch 256": mlp,
    **{f"LeNet step, batch {images}": lenet(images) for images in (32, 64)},
    "LeNet-5 step, batch 32": lenet(32, shapes.LENET_5, pad=2),
}


def gpu_cases(count, side):
    """Give the cases of gpu.py."""
    return {
        "a + b": addition(count),
        "exp": mapped("exp", count),
        "tanh": mapped("tanh", count),
        "sum": reduction(count),
        "sum, axis 0": reduction(side, count // side, axis=0),
        "sum, axis 1": reduction(side, count // side, axis=1),
        "tanh, and its gradient": derived(nd.tanh, 1, count),
        "a * b, and its gradients": derived(nd.multiply, 2, count),
        "dot": product(side),
        **{case: CASES[case] for case in shapes.GPU_STEPS},
    }
