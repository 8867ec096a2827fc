"""mx.operator: operators written in Python and called by name."""

from __future__ import annotations

import math

import pytest
from support import leaf

import ndgrad as mx
from ndgrad import _core, autograd, nd
from ndgrad.base import ArgumentError, CallError, GraphError, InputTypeError, ShapeError


class Sigmoid(mx.operator.CustomOp):
    def forward(self, is_train, req, in_data, out_data, aux):
        self.assign(out_data[0], req[0], 1 / (1 + nd.exp(-in_data[0])))

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        y = out_data[0]
        self.assign(in_grad[0], req[0], out_grad[0] * y * (1 - y))


@mx.operator.register("sigmoid_for_tests")
class SigmoidProp(mx.operator.CustomOpProp):
    def create_operator(self, ctx, in_shapes, in_dtypes):
        return Sigmoid()


class Scale(mx.operator.CustomOp):
    """a * b * factor and a + 1; counts its calls in training in its state."""

    def __init__(self, factor):
        self.factor = factor

    def forward(self, is_train, req, in_data, out_data, aux):
        assert not autograd.is_recording()
        self.assign(out_data[0], req[0], in_data[0] * in_data[1] * self.factor)
        self.assign(out_data[1], req[1], in_data[0] + 1)
        aux[0][:] = aux[0] + is_train

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self.assign(in_grad[0], req[0], out_grad[0] * in_data[1] * self.factor)
        self.assign(in_grad[0], "add", out_grad[1])
        self.assign(in_grad[1], req[1], out_grad[0] * in_data[0] * self.factor)
        self.assign(in_grad[1], "null", 99)


@mx.operator.register("scale_for_tests")
class ScaleProp(mx.operator.CustomOpProp):
    def __init__(self, factor="1"):
        super().__init__(need_top_grad=True)
        self.factor = float(factor)

    def list_arguments(self):
        return ["a", "b"]

    def list_outputs(self):
        return ["product", "next"]

    def list_auxiliary_states(self):
        return ["count"]

    def infer_shape(self, in_shape):
        return [in_shape[0], in_shape[0]], [in_shape[0], in_shape[0]], [(1,)]

    def create_operator(self, ctx, in_shapes, in_dtypes):
        assert (ctx, in_shapes) == (mx.cpu(), [[2], [2]])
        assert len(in_dtypes) == 2
        return Scale(self.factor)


def test_one_input_one_output():
    x = leaf([0.0, 1.0], "float64")
    with autograd.record():
        y = nd.Custom(x, op_type="sigmoid_for_tests", name="y")
    y.backward()
    wanted = [1 / (1 + math.exp(-v)) for v in (0, 1)]
    assert _core.dtype_name(y.dtype) == "float64"
    assert all(math.isclose(f, w) for f, w in zip(y._values(), wanted, strict=True))
    assert all(math.isclose(f, w * (1 - w)) for f, w in zip(x.grad._values(), wanted, strict=True))


def test_several_inputs_outputs_and_a_state():
    a, b, count = leaf([1, 2]), leaf([3, 4], grad_req="add"), nd.zeros(1)
    b.grad[:] = 1
    with autograd.record():
        product, following = nd.Custom(a, b, count, op_type="scale_for_tests", factor=2)
    autograd.backward([product, following], [nd.array([1, 1]), nd.array([10, 20])])
    assert (product._values(), following._values()) == ([6, 16], [2, 3])
    assert (a.grad._values(), b.grad._values()) == ([16, 28], [3, 5])
    nd.Custom(a, b, count, op_type="scale_for_tests")
    assert count._values() == [1], "the second call was not in training"


def test_gradient_goes_on_to_what_came_before():
    x = leaf([0.5])
    with autograd.record():
        y = nd.Custom(x * 2, op_type="sigmoid_for_tests") * 3
    y.backward()
    s = 1 / (1 + math.exp(-1))
    assert math.isclose(x.grad.asscalar(), 6 * s * (1 - s), rel_tol=1e-6)


def test_gradient_of_the_gradient_is_refused():
    x = leaf([0.5])
    with autograd.record():
        y = nd.Custom(x, op_type="sigmoid_for_tests")
        with pytest.raises(GraphError, match=r"again.*autograd\.Function"):
            autograd.grad(y, x, create_graph=True)


def test_what_a_subclass_leaves_out():
    mx.operator.register("empty_for_tests")(mx.operator.CustomOpProp)
    with pytest.raises(NotImplementedError, match="create_operator"):
        nd.Custom(nd.ones(1), op_type="empty_for_tests")
    op, prop = mx.operator.CustomOp(), mx.operator.CustomOpProp()
    with pytest.raises(NotImplementedError, match="forward"):
        op.forward(False, [], [], [], [])
    with pytest.raises(NotImplementedError, match="backward"):
        op.backward([], [], [], [], [], [])
    assert (prop.list_arguments(), prop.list_outputs(), prop.list_auxiliary_states()) == (
        ["data"],
        ["output"],
        [],
    )
    assert prop.declare_backward_dependency([1], [2], [3]) == [1, 2, 3]


def test_registered_names():
    names = mx.operator.get_all_registered_operators()
    assert {"sigmoid_for_tests", "scale_for_tests", "tanh"} <= set(names)


REFUSED = [
    (
        lambda: nd.Custom(nd.ones(1), op_type="sigmoid_for_test"),
        ArgumentError,
        "did you mean 'sigmoid_for_tests'",
    ),
    (lambda: nd.Custom(nd.ones(1), nd.ones(1), op_type="sigmoid_for_tests"), CallError, "takes 1 arrays.*2"),
    (lambda: nd.Custom(1.5, op_type="sigmoid_for_tests"), InputTypeError, "float"),
    (
        lambda: nd.Custom(nd.ones(2), nd.ones(3), nd.ones(1), op_type="scale_for_tests"),
        ShapeError,
        r"\[\[2\], \[2\]\].*\[\[2\], \[3\]\]",
    ),
    (lambda: nd.Custom(nd.ones(1)), TypeError, "op_type"),
    (lambda: mx.operator.register("x")(Sigmoid), InputTypeError, "CustomOpProp"),
    (lambda: Sigmoid().assign(nd.ones(1), "read", 1), ArgumentError, "'read'"),
]


@pytest.mark.parametrize(("call", "kind", "words"), REFUSED)
def test_refused(call, kind, words):
    with pytest.raises(kind, match=words):
        call()
