"""The most memory that a step of training takes, and gradients that take the place of others."""

import math

import pytest

from ndgrad import _core, autograd, nd

FLOAT = 4
CLASSES = 10


def bytes_of(*shapes):
    return FLOAT * sum(math.prod(shape) for shape in shapes)


def step_of(shapes, net, data):
    """A function that trains once, on parameters of the shapes."""
    parameters = [nd.random.normal(scale=0.01, shape=shape) for shape in shapes]
    label = nd.arange(data.shape[0]) % CLASSES
    for parameter in parameters:
        parameter.attach_grad()

    def step():
        with autograd.record():
            loss = nd.softmax_cross_entropy(net(data, *parameters), label)
        loss.backward()
        for parameter in parameters:
            nd.sgd_update(parameter, parameter.grad, lr=0.001, out=parameter)

    return step


def peak_of(step):
    """Of a step after others, above what is there before and after it."""
    step()
    before = _core.bytes_in_use()
    _core.peak_bytes()
    step()
    assert _core.bytes_in_use() == before
    return _core.peak_bytes() - before


def perceptron(x, w, b, w2, b2, w3, b3):
    x = nd.relu(nd.FullyConnected(x, w, b, num_hidden=256))
    x = nd.relu(nd.FullyConnected(x, w2, b2, num_hidden=256))
    return nd.FullyConnected(x, w3, b3, num_hidden=CLASSES)


def convolutional(x, w, b, w2, b2):
    x = nd.relu(nd.Convolution(x, w, b, kernel=(5, 5), num_filter=8))
    x = nd.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")
    return nd.FullyConnected(x, w2, b2, num_hidden=CLASSES)


def test_a_perceptron_needs_what_must_live():
    """While the middle layer goes back: what both showed, the gradients of its output, weight and input."""
    units, rows = 256, 512
    shapes = [(units, 100), (units,), (units, units), (units,), (CLASSES, units), (CLASSES,)]
    peak = peak_of(step_of(shapes, perceptron, nd.random.normal(shape=(rows, 100))))
    assert peak <= 1.1 * bytes_of(*4 * [(rows, units)], *shapes[2:])


def test_a_convolutional_net_needs_what_must_live():
    """While pooling goes back: what it got and gave, the gradients of both, and of the parameters behind."""
    rows, image, pooled = 16, (8, 24, 24), (8, 12, 12)
    shapes = [(8, 1, 5, 5), (8,), (CLASSES, math.prod(pooled)), (CLASSES,)]
    peak = peak_of(step_of(shapes, convolutional, nd.random.normal(shape=(rows, 1, 28, 28))))
    assert peak <= 1.1 * bytes_of(*2 * [(rows, *image)], *2 * [(rows, *pooled)], *shapes[2:])


# ------------------------------------------------------------------ gradients in the place of others


def chain(x):
    return nd.tanh(nd.exp(x * 0.5) - 1)


def test_a_chain_goes_back_in_one_buffer():
    x = nd.ones((1000,))
    x.attach_grad()
    with autograd.record():
        y = chain(x)
    before = _core.bytes_in_use()
    _core.peak_bytes()
    y.backward()
    assert _core.peak_bytes() - before <= 1.5 * bytes_of(x.shape)


def test_the_heads_gradient_stays():
    x, head = nd.array([0.5, -1.0]), nd.array([2.0, 3.0])
    x.attach_grad()
    with autograd.record():
        y = chain(x)
    y.backward(head)
    assert head._values() == [2, 3]


def test_a_gradient_that_goes_two_ways_stays():
    """The sum hands one array on to both of its inputs, which change it each in their own way."""
    x = nd.array([0.5, -1.0])
    x.attach_grad()
    with autograd.record():
        y = (x * 3 + x * 5) * 2
    y.backward()
    assert x.grad._values() == [16, 16]


class Keeper(autograd.Function):
    """The identity, which keeps the gradient that it is given."""

    def forward(self, x):
        return x + 0

    def backward(self, dy):
        self.kept = dy
        return dy


def test_a_gradient_that_python_keeps_stays():
    x, keeper = nd.array([0.5, -1.0]), Keeper()
    x.attach_grad()
    with autograd.record():
        y = keeper(x * 7) * 2
    y.backward()
    assert keeper.kept._values() == [2, 2]
    assert x.grad._values() == [14, 14]


@pytest.mark.parametrize("again", [2, 3])
def test_a_kept_graph_gives_the_same_again(again):
    x = nd.array([0.5, -1.0])
    x.attach_grad()
    with autograd.record():
        y = chain(x)
    found = []
    for _ in range(again):
        y.backward(retain_graph=True)
        found.append(x.grad._values())
    assert found == again * found[:1]
