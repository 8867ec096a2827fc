"""autograd.tape and autograd.draw: what was recorded, with gradients and formulas, and its picture."""

from xml.etree import ElementTree

import pytest

from ndgrad import autograd, nd
from ndgrad.base import ArgumentError, GraphError, MXNetError


def values(array):
    """Give the elements as lists, without NumPy."""
    return memoryview(array).tolist()


def tutorial():
    """Record the tutorial's first example."""
    x = nd.array([[1, 2], [3, 4]])
    x.attach_grad()
    with autograd.record():
        y = x * 2
        z = y * x
    return x, y, z


def test_steps_inputs_and_gradients():
    x, y, z = tutorial()
    tape = autograd.tape(z, names={"x": x, "y": y, "z": z})
    assert [step.operator for step in tape] == [None, "_mul_scalar", "broadcast_mul"]
    leaf, double, product = tape
    assert leaf.is_variable and not leaf.inputs
    assert double.parameters == {"scalar": 2.0}
    assert [entry.value.name for entry in product.inputs] == ["y", "x"]
    assert [entry.source for entry in product.inputs] == [double, leaf]
    assert values(product.outputs[0].gradient) == [[1, 1], [1, 1]]
    assert values(double.outputs[0].gradient) == [[1, 2], [3, 4]]
    by_y, by_x = (values(entry.gradient) for entry in product.inputs)
    assert by_y == [[1, 2], [3, 4]] and by_x == [[2, 4], [6, 8]]
    assert values(leaf.outputs[0].gradient) == [[4, 8], [12, 16]]
    assert values(leaf.outputs[0].array) == [[1, 2], [3, 4]]
    assert tape.heads == product.outputs and len(tape) == 3 and tape[0:2] == [leaf, double]
    assert repr(tape).splitlines()[1] == "y (2, 2) = _mul_scalar(x, scalar=2.0)"


def test_reading_changes_nothing():
    x, _, z = tutorial()
    autograd.tape(z)
    assert values(x.grad) == [[0, 0], [0, 0]]
    autograd.draw(z)
    z.backward()
    assert values(x.grad) == [[4, 8], [12, 16]]


def test_head_gradients_are_the_weights_that_come_in():
    x, _, z = tutorial()
    tape = autograd.tape(z, head_grads=nd.array([[10, 1], [0.1, 0.01]]))
    expected = [[40, 8], [1.2, 0.16]]
    assert nd.norm(tape[0].outputs[0].gradient - nd.array(expected)).asscalar() < 1e-6
    assert autograd.tape(z, gradients=False)[0].outputs[0].gradient is None
    two = autograd.tape([z, z], head_grads=[None, nd.zeros((2, 2))])
    assert values(two[0].outputs[0].gradient) == [[4, 8], [12, 16]]
    assert values(x.grad) == [[0, 0], [0, 0]]


def test_arrays_without_names_get_some_and_keep_what_the_tape_kept():
    x = nd.array([1, 2])
    x.attach_grad()
    with autograd.record():
        z = nd.tanh(x * nd.array([3, 4])) + nd.array([5])
    tape = autograd.tape(z)
    assert repr(tape).splitlines() == [
        "v1 (2,): variable",
        "v2 (2,) = broadcast_mul(v1, c1)",
        "v3 (2,) = tanh(v2)",
        "v4 (2,) = broadcast_add(v3, c2)",
    ]
    assert values(tape[1].inputs[1].value.array) == [3, 4]
    assert tape[1].inputs[1].source is None and tape[3].inputs[1].value.array is None


FORMULAS = [
    (lambda x: x * 2, r"\bar{x} \mathrel{+}= \bar{z} \, 2"),
    (lambda x: 1 - x, r"\bar{x} \mathrel{+}= -\bar{z}"),
    (lambda x: x**3, r"\bar{x} \mathrel{+}= \bar{z} \, 3 \, x^{3 - 1}"),
    (nd.tanh, r"\bar{x} \mathrel{+}= \bar{z} \, \left(1 - z^2\right)"),
    (nd.log, r"\bar{x} \mathrel{+}= \frac{\bar{z}}{x}"),
    (nd.sqrt, r"\bar{x} \mathrel{+}= \frac{\bar{z}}{2 \, z}"),
    (nd.sum, r"\bar{x} \mathrel{+}= \bar{z}"),
    (
        nd.relu,
        r"\bar{x} \mathrel{+}= \begin{cases} \bar{z} & \text{if } z > 0 \\ 0 & \text{else} \end{cases}",
    ),
    (lambda x: nd.dot(x, x.T), r"\bar{x} \mathrel{+}= \bar{z} \cdot \frac{\partial z}{\partial x}"),
]


@pytest.mark.parametrize("function, formula", FORMULAS)
def test_formulas(function, formula):
    x = nd.array([[1, 2], [3, 4]])
    x.attach_grad()
    with autograd.record():
        z = function(x)
    assert autograd.tape(z, names={"x": x, "z": z})[-1].chain_rule(0) == formula


def test_functions_of_ones_own_and_several_outputs():
    class Double(autograd.Function):
        def forward(self, x):
            return x * 2

        def backward(self, dy):
            return dy * 2

    x = nd.array([1, 2, 3, 4])
    x.attach_grad()
    with autograd.record():
        first, _ = nd.split(Double()(x), num_outputs=2, axis=0)
    tape = autograd.tape(first)
    assert [step.operator for step in tape] == [None, "Double", "split"]
    assert len(tape[2].outputs) == 2 and values(tape[0].outputs[0].gradient) == [2, 2, 0, 0]


def test_picture_is_well_formed_and_shows_names_and_values():
    x, y, z = tutorial()
    picture = autograd.draw(z, names={"<x>": x, "y": y})
    root = ElementTree.fromstring(picture.svg)
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "<x> (2, 2)" in texts and "broadcast_mul" in texts and "[[1, 2], [3, 4]]" in texts
    assert "grad [[4, 8], [12, 16]]" in texts
    assert picture._repr_svg_() == picture.svg and "SVG" in repr(picture)


def test_picture_keeps_its_boxes_apart():
    x, w = nd.ones((2, 2)), nd.ones((2, 2))
    x.attach_grad()
    w.attach_grad()
    with autograd.record():
        y = x
        for _ in range(5):
            y = nd.tanh(y * w) + x
    root = ElementTree.fromstring(autograd.draw(y).svg)
    boxes = [
        [float(r.get(k)) for k in ("x", "y", "width", "height")]
        for r in root.iter("{http://www.w3.org/2000/svg}rect")
    ]
    assert len(boxes) == 17
    for i, (ax, ay, aw, ah) in enumerate(boxes):
        for bx, by, bw, bh in boxes[:i]:
            assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay


def test_refused():
    x, _, z = tutorial()
    with pytest.raises(GraphError, match="not in a computational graph"):
        autograd.tape(nd.ones(2))
    with pytest.raises(MXNetError, match="NDArray"):
        autograd.tape([3])
    with pytest.raises(MXNetError, match="shape"):
        autograd.tape(z, head_grads=nd.ones(3))
    with pytest.raises(IndexError):
        autograd.tape(z)[-1].chain_rule(2)
    with autograd.record():
        for _ in range(201):
            x = x + 1
    with pytest.raises(ArgumentError, match="at most 200"):
        autograd.draw(x)
    z.backward()
    with pytest.raises(GraphError, match="freed by an earlier backward"):
        autograd.tape(z)


def test_steps_that_are_no_operators_have_names():
    x = nd.array([[1, 2], [3, 4]])
    x.attach_grad()
    with autograd.record():
        y = nd.BatchNorm(x, nd.ones(2), nd.zeros(2), nd.zeros(2), nd.ones(2))
        z = nd.IdentityAttachKLSparseReg(y, nd.full((2,), 0.5))
    tape = autograd.tape(z)
    assert {"_move_averages", "_regularize"} <= {step.operator for step in tape}
    assert [step.is_variable for step in tape].count(True) == 1
