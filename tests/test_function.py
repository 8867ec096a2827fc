"""autograd.Function: operators written in Python."""

from __future__ import annotations

import math

import pytest
from support import flags, leaf

from ndgrad import _core, autograd, nd
from ndgrad.base import FunctionError

# -------------------------------------------------------------------------------- autograd.Function


class Sigmoid(autograd.Function):
    def forward(self, x):
        y = 1 / (1 + nd.exp(-x))
        self.save_for_backward(y)
        return y

    def backward(self, dy):
        (y,) = self.saved_tensors
        return dy * y * (1 - y)


def test_function():
    x = leaf([0.0, 1])
    with autograd.record():
        z = Sigmoid()(x)
    z.backward()
    first, second = x.grad._values()
    assert first == 0.25
    assert math.isclose(second, 0.19661193, rel_tol=1e-6)


def test_function_within_a_graph_and_twice_differentiated():
    x = leaf([0.0, 1], "float64")
    with autograd.record():
        y = Sigmoid()(x * 2) * 3
        [g] = autograd.grad(y, x, create_graph=True)
    g.backward()
    for found, at in zip(x.grad._values(), (0.0, 2.0), strict=True):
        s = 1 / (1 + math.exp(-at))
        assert math.isclose(found, 12 * s * (1 - s) * (1 - 2 * s), rel_tol=1e-9, abs_tol=1e-12)


def test_function_instance_is_called_once():
    x, function = leaf([0.0]), Sigmoid()
    with autograd.record():
        function(x)
    with pytest.raises(AssertionError, match="called once"):
        function(x)


def test_function_without_recording_only_computes():
    nodes = _core.nodes_in_use()
    y = Sigmoid()(nd.zeros(1))
    assert y._values() == [0.5]
    assert _core.nodes_in_use() == nodes


def test_nothing_is_recorded_inside_a_function():
    seen = []

    class Probe(autograd.Function):
        def forward(self, x):
            seen.append(flags())
            return x * 2

        def backward(self, dy):
            seen.append(flags())
            return dy * 5

    x = leaf([1.0])
    with autograd.record():
        y = Probe()(x)
    y.backward()
    assert seen == [(False, True), (False, True)]
    assert x.grad._values() == [5]


class SplitSum(autograd.Function):
    """Two inputs, two outputs."""

    def forward(self, a, b):
        return a + b, a * b

    def backward(self, dsum, dproduct):
        return dsum + dproduct * 10, dsum + dproduct * 100


def test_function_of_several_inputs_and_outputs():
    a, b = leaf([1.0]), leaf([2.0])
    with autograd.record():
        total, product = SplitSum()(a, b)
    assert (total._values(), product._values()) == ([3], [2])
    autograd.backward([total, product], [nd.array([1.0]), nd.array([1.0])])
    assert (a.grad._values(), b.grad._values()) == ([11], [101])
    with autograd.record():
        total, product = SplitSum()(a, b)
    product.backward()
    assert a.grad._values() == [10], "an unused output has gradient zero"


def test_function_may_return_none_for_zero():
    class Half(autograd.Function):
        def forward(self, a, b):
            return a * b

        def backward(self, dy):
            return dy, None

    a, b = leaf([1.0]), leaf([2.0])
    with autograd.record():
        y = Half()(a, b)
    y.backward()
    assert (a.grad._values(), b.grad._values()) == ([1], [0])


def test_function_may_return_its_input():
    class Same(autograd.Function):
        def forward(self, x):
            return x

        def backward(self, dy):
            return dy * 7

    x = leaf([1.0])
    with autograd.record():
        y = Same()(x)
    y.backward()
    assert x.grad._values() == [7]
    assert x.grad is not None


def returning(result):
    class Bad(autograd.Function):
        def forward(self, x):
            return x * 1

        def backward(self, dy):
            return result(dy)

    return Bad()


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda dy: (dy, dy), "2 gradients for"),
        (lambda dy: 5, "NDArray"),
        (lambda dy: nd.ones(3), r"\(3,\).*\(2,\)"),
        (lambda dy: nd.ones(2, dtype="float64"), "float64.*float32"),
        (lambda dy: dy.nonsense, "nonsense"),
        (lambda dy: 1 // 0, "division"),
    ],
    ids=["too_many", "number", "shape", "dtype", "attribute", "exception"],
)
def test_error_in_a_functions_backward(result, message):
    x = leaf([1.0, 2])
    x.grad[:] = 7
    with autograd.record():
        y = returning(result)(x * 1) * 2
    with pytest.raises(Exception, match=message):
        y.backward()
    assert x.grad._values() == [7, 7]
    assert flags() == (False, False)
    with autograd.record():
        z = x * 3
    z.backward()
    assert x.grad._values() == [3, 3], "the next pass works"


def test_exception_of_a_functions_backward_arrives_as_it_is():
    class Custom(Exception):
        pass

    def fail(dy):
        raise Custom("mine")

    x = leaf([1.0, 2])
    with autograd.record():
        y = returning(fail)(x)
    with pytest.raises(Custom, match="mine"):
        y.backward()


def test_error_in_a_functions_forward():
    class Bad(autograd.Function):
        def forward(self, x):
            raise ValueError("forward failed")

    x = leaf([1.0])
    with autograd.record():
        with pytest.raises(ValueError, match="forward failed"):
            Bad()(x)
        assert flags() == (True, True)


@pytest.mark.parametrize("result", [5, "ab", None, [1.0]])
def test_function_must_return_arrays(result):
    class Bad(autograd.Function):
        def forward(self, x):
            return result

    x = leaf([1.0])
    with autograd.record(), pytest.raises((FunctionError, TypeError)):
        Bad()(x)


def test_function_without_forward_or_backward():
    class Empty(autograd.Function):
        pass

    with pytest.raises(NotImplementedError, match="Empty has no forward"):
        Empty()(nd.ones(1))

    class NoBackward(autograd.Function):
        def forward(self, x):
            return x * 2

    x = leaf([1.0])
    with autograd.record():
        y = NoBackward()(x)
    with pytest.raises(NotImplementedError, match="NoBackward has no backward"):
        y.backward()


def test_backward_inside_a_functions_backward():
    class Nested(autograd.Function):
        def forward(self, x):
            self.save_for_backward(x)
            return x * x

        def backward(self, dy):
            (x,) = self.saved_tensors
            inner = x.detach()
            inner.attach_grad()
            with autograd.record():
                y = inner * inner
            y.backward(dy)
            return inner.grad

    x = leaf([3.0])
    with autograd.record():
        y = Nested()(x) * 2
    y.backward()
    assert x.grad._values() == [12]


def test_backward_through_the_same_steps_inside_a_functions_backward():
    """The inner pass visits steps that the outer one is about to visit."""

    class Inner(autograd.Function):
        def forward(self, x):
            return x * 1

        def backward(self, dy):
            [g] = autograd.grad(side, x, retain_graph=True)
            return dy * g.asscalar()

    x = leaf([3.0])
    with autograd.record():
        square = x * x
        side = square * 2 + x
        y = Inner()(square) * 10 + square
    y.backward()
    assert x.grad._values() == [(10 * (4 * 3 + 1) + 1) * 6]


def test_function_that_drops_its_own_graph():
    """The step goes while its backward runs."""
    kept = []

    class Dropping(autograd.Function):
        def forward(self, x):
            return x * 2

        def backward(self, dy):
            kept.clear()
            return dy * 2

    x = leaf([3.0])
    with autograd.record():
        kept.append(Dropping()(x))
        total = kept[0] * 1
    total.backward()
    assert x.grad._values() == [2]
