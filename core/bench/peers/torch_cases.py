"""The cases in PyTorch, eager."""

import os

import torch

from . import shapes

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
functional = torch.nn.functional


def array(shape, scale=1.0):
    """Give numbers of the shape."""
    return scale * (2 * torch.rand(shape) - 1)


def leaf(shape, scale=1.0):
    """Give numbers of the shape that have a gradient."""
    return array(shape, scale).requires_grad_()


def recording():
    """Give the recorded sum."""
    a, b = leaf((2, 2)), array((2, 2))
    return lambda: a + b


def cycle():
    """Give the tutorial's cycle; MXNet's gradient is written, not added to."""
    x, head = leaf((2, 2)), torch.ones(2, 2)

    def run():
        y = x * 2
        z = y * x
        x.grad = None
        z.backward(head)

    return run


def binary(prepare_shape, function):
    """Give a function of two arrays of the shape."""

    def prepare():
        a, b = torch.rand(prepare_shape) + 0.5, torch.rand(prepare_shape) + 0.5
        return lambda: function(a, b)

    return prepare


def unary(prepare_shape, function):
    """Give a function of one array of the shape."""

    def prepare():
        a = torch.rand(prepare_shape) + 0.5
        return lambda: function(a)

    return prepare


def derived(function, inputs, count):
    """Give a function of every element and its gradients by all inputs."""

    def prepare():
        head, *leaves = (torch.rand(count) + 0.5 for _ in range(inputs + 1))
        for made in leaves:
            made.requires_grad_()

        def run():
            for made in leaves:
                made.grad = None
            function(*leaves).backward(head)

        return run

    return prepare


def convolution():
    """Give a convolution and both its gradients."""
    data, weight = leaf(shapes.CONVOLUTION["data"]), leaf(shapes.CONVOLUTION["weight"], 0.1)
    head = torch.ones(32, 32, 26, 26)

    def run():
        data.grad = weight.grad = None
        functional.conv2d(data, weight).backward(head)

    return run


def trainer(parameters, forward, data, classes):
    """Give a whole step: forward, loss, backward, update."""

    def run():
        loss = functional.cross_entropy(forward(data), classes, reduction="sum")
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                parameter -= 0.01 * parameter.grad
                parameter.grad = None

    return run


def labels(count):
    """Give a class for each row."""
    return torch.arange(count) % shapes.CLASSES


def mlp():
    """Give a step of the MLP."""
    parameters = [p for shape in shapes.MLP for p in (leaf(shape, 0.05), leaf(shape[:1], 0.05))]
    w1, b1, w2, b2 = parameters

    def forward(x):
        return functional.linear(functional.relu(functional.linear(x, w1, b1)), w2, b2)

    return trainer(parameters, forward, array((shapes.BATCH, shapes.FEATURES)), labels(shapes.BATCH))


def lenet():
    """Give a step of LeNet."""
    parameters = [p for shape in shapes.LENET for p in (leaf(shape, 0.1), leaf(shape[:1], 0.1))]
    w1, b1, w2, b2, *dense = parameters

    def forward(x):
        for weight, bias in ((w1, b1), (w2, b2)):
            x = functional.max_pool2d(functional.relu(functional.conv2d(x, weight, bias)), 2)
        x = functional.relu(functional.linear(x.flatten(1), dense[0], dense[1]))
        return functional.linear(x, dense[2], dense[3])

    return trainer(parameters, forward, array((shapes.IMAGES, 1, 28, 28)), labels(shapes.IMAGES))


SQUARE = (4096, 4096)
HALF = (shapes.TRANSPOSED, shapes.TRANSPOSED)
CASES = {
    "a + b, 2x2": binary((2, 2), torch.add),
    "a + b, 2x2, recording": recording,
    "y = x*2; z = y*x; z.backward()": cycle,
    "a + b, 1 M": binary(shapes.MILLION, torch.add),
    "a + b, 16 M": binary(16 * shapes.MILLION, torch.add),
    **{f"{name}, 1 M": unary(shapes.MILLION, getattr(torch, name)) for name in shapes.FUNCTIONS},
    "sum, 16 M": unary(SQUARE, torch.sum),
    "sum, axis 0": unary(SQUARE, lambda a: a.sum(0)),
    "sum, axis 1": unary(SQUARE, lambda a: a.sum(1)),
    "softmax, 4096x1000": unary((4096, 1000), lambda a: a.softmax(-1)),
    **{f"dot, {n}": binary((n, n), torch.matmul) for n in shapes.GEMM},
    f"dot, {shapes.TRANSPOSED}, a.T b": binary(HALF, lambda a, b: a.T @ b),
    f"dot, {shapes.TRANSPOSED}, a b.T": binary(HALF, lambda a, b: a @ b.T),
    f"dot, {shapes.TRANSPOSED}, a.T b.T": binary(HALF, lambda a, b: a.T @ b.T),
    "convolution 3x3, forward and backward": convolution,
    "MLP step, batch 256": mlp,
    "LeNet step, batch 64": lenet,
}


def gpu_cases(count, side):
    """Give the cases of gpu.py."""
    square = (side, count // side)
    return {
        "a + b": binary((count,), torch.add),
        "exp": unary((count,), torch.exp),
        "tanh": unary((count,), torch.tanh),
        "sum": unary((count,), torch.sum),
        "sum, axis 0": unary(square, lambda a: a.sum(0)),
        "sum, axis 1": unary(square, lambda a: a.sum(1)),
        "tanh, and its gradient": derived(torch.tanh, 1, count),
        "a * b, and its gradients": derived(torch.mul, 2, count),
        "dot": binary((side, side), torch.matmul),
        **{case: CASES[case] for case in shapes.GPU_STEPS},
    }
