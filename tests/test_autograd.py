"""Recording, backward, where gradients go, and gradients of gradients."""

from __future__ import annotations

import math
import sys

import pytest
from support import Cube, flags, leaf

import ndgrad as mx
from ndgrad import _core, autograd, nd
from ndgrad.base import ArgumentError, GraphError, ShapeError

# ------------------------------------------------------------------------------------------- scopes


def test_scopes_set_and_restore_both_flags():
    seen = [flags()]
    with autograd.record():
        seen.append(flags())
        with autograd.pause():
            seen.append(flags())
            with autograd.train_mode():
                seen.append(flags())
        with autograd.predict_mode():
            seen.append(flags())
        seen.append(flags())
    seen.append(flags())
    assert seen == [
        (False, False),
        (True, True),
        (False, False),
        (False, True),
        (True, False),
        (True, True),
        (False, False),
    ]


@pytest.mark.parametrize(
    ("scope", "inside"),
    [
        (lambda: autograd.record(), (True, True)),
        (lambda: autograd.record(train_mode=False), (True, False)),
        (lambda: autograd.record(False), (True, False)),
        (lambda: autograd.pause(), (False, False)),
        (lambda: autograd.pause(train_mode=True), (False, True)),
        (lambda: autograd.train_mode(), (False, True)),
        (lambda: autograd.predict_mode(), (False, False)),
    ],
)
def test_scope_flags(scope, inside):
    with scope():
        assert flags() == inside
    assert flags() == (False, False)


@pytest.mark.parametrize(
    "scope", [autograd.record, autograd.pause, autograd.train_mode, autograd.predict_mode]
)
def test_scope_restores_after_an_exception(scope):
    with autograd.train_mode():
        with pytest.raises(KeyError), scope():
            raise KeyError
        assert flags() == (False, True)


def test_scope_can_be_entered_again():
    scope = autograd.record()
    for _ in range(2):
        with scope:
            assert flags() == (True, True)
        assert flags() == (False, False)
    with scope, autograd.pause(), scope:
        assert flags() == (True, True)


def test_scope_returns_nothing_and_swallows_nothing():
    with autograd.record() as value:
        assert value is None
    assert autograd.record().__exit__ is not None
    with pytest.raises(GraphError, match="not entered"):
        autograd.record().__exit__(None, None, None)


def test_set_recording_and_set_training_return_what_was():
    assert autograd.set_recording(True) is False
    assert autograd.set_recording(False) is True
    assert autograd.set_training(True) is False
    assert autograd.set_training(False) is True


if sys.platform != "emscripten":  # no threads there

    def in_thread(function):
        import threading

        results = []
        thread = threading.Thread(target=lambda: results.append(function()))
        thread.start()
        thread.join()
        return results

    def test_flags_are_of_a_thread():
        with autograd.record():
            assert in_thread(flags) == [(False, False)]
            assert flags() == (True, True)

    def test_default_context_is_of_a_thread():
        with mx.Context("cpu", 1):
            assert in_thread(mx.current_context) == [mx.cpu(0)]

    def test_graph_made_in_a_thread_is_differentiated_in_another():
        x = leaf([3.0])

        def record():
            with autograd.record():
                return x * x

        [y] = in_thread(record)
        y.backward()
        assert x.grad._values() == [6]


# ----------------------------------------------------------------------------------------- backward


def test_tutorials_first_gradient():
    x = leaf([[1, 2], [3, 4]])
    with autograd.record():
        y = x * 2
        z = y * x
    z.backward()
    assert x.grad._values() == [4, 8, 12, 16]
    assert y.grad is None


def test_head_gradient_multiplies():
    x = leaf([3.0, 1, 2, 5])
    with autograd.record():
        y = 3 * x * x
    y.backward(nd.array([2, 0.5, -1, 0]))
    assert x.grad._values() == [36, 3, -12, 0]


def test_head_gradient_may_be_named_or_none():
    x = leaf([3.0])
    for arguments in ({}, {"out_grad": None}, {"out_grad": nd.ones(1)}):
        with autograd.record():
            y = x * x
        y.backward(**arguments)
        assert x.grad._values() == [6]


def test_uses_add_up():
    x = leaf([1.0, 2])
    with autograd.record():
        y = x * 2 + x * 3 + x
    y.backward()
    assert x.grad._values() == [6, 6]


def test_one_array_as_both_inputs():
    x = leaf([3.0])
    with autograd.record():
        y = x * x / x - x
    y.backward()
    assert x.grad._values() == [0]


def test_diamond():
    x = leaf([2.0])
    with autograd.record():
        a = x * x
        b, c = a * 3, a + 1
        d = b * c
    d.backward()  # d = 3 x^4 + 3 x^2
    assert x.grad._values() == [12 * 8 + 6 * 2]


def test_constants_get_no_gradient():
    x, c = leaf([1.0]), nd.array([5.0])
    with autograd.record():
        y = x * c + c
    y.backward()
    assert x.grad._values() == [5]
    assert c.grad is None


def test_intermediate_has_no_gradient_but_can_be_attached():
    x = leaf([1.0, 2])
    with autograd.record():
        y = x * 2
        assert y.grad is None
        y.attach_grad()
        z = y * y
    z.backward()
    assert y.grad._values() == [4, 8]
    assert x.grad._values() == [0, 0], "attach_grad cuts what came before"


def test_leaf_as_head():
    x = leaf([1.0, 2])
    x.backward(nd.array([3.0, 4]))
    assert x.grad._values() == [3, 4]
    x.backward()
    assert x.grad._values() == [1, 1]


def test_unreached_leaf_keeps_its_gradient():
    x, w = leaf([1.0]), leaf([1.0])
    w.grad[:] = 7
    with autograd.record():
        y = x * 2
    y.backward()
    assert (x.grad._values(), w.grad._values()) == ([2], [7])


def test_two_scopes_share_a_graph():
    x = leaf([1.0, 1])
    with autograd.record():
        y = x * 2
    with autograd.record():
        z = y * 3
    z.backward()
    assert x.grad._values() == [6, 6]


def test_backward_inside_the_scope():
    x = leaf([2.0])
    with autograd.record():
        y = x * x
        y.backward()
        assert x.grad._values() == [4]
        assert flags() == (True, True)
        y = x * x * x
        y.backward()
    assert x.grad._values() == [12]


def test_pause_cuts():
    x = leaf([2.0])
    with autograd.record():
        y = x * x
        with autograd.pause():
            factor = y * 1
        z = factor * x
    z.backward()
    assert x.grad._values() == [4]


@pytest.mark.parametrize(
    "cut", [lambda y: y.detach(), nd.BlockGrad, nd.stop_gradient], ids=["detach", "BlockGrad", "alias"]
)
def test_cut_off(cut):
    x = leaf([1.0, 2])
    with autograd.record():
        z = cut(x * 2) * x
    z.backward()
    assert x.grad._values() == [2, 4]


def test_detach_shares_the_data_and_has_no_gradient():
    x = leaf([1.0, 2])
    d = x.detach()
    assert d.grad is None
    d[0] = 9
    assert x._values() == [9, 2]
    assert x.copy().grad is None


def test_zero_gradient_operators_are_no_error():
    x = leaf([1.0, 2])
    with autograd.record():
        y = nd.argmax(x, axis=0) + nd.floor(x).sum() + nd.sign(x).sum() + (x > 1).sum()
    y.backward()
    assert x.grad._values() == [0, 0]
    with autograd.record():
        y = nd.one_hot(x, 3)
    y.backward()
    assert x.grad._values() == [0, 0]


def test_indices_get_zero_gradient():
    x, at = leaf([1.0, 2, 3]), leaf([0.0, 0, 2])
    at.grad[:] = 7
    with autograd.record():
        y = nd.take(x, at)
    y.backward(nd.array([1.0, 10, 100]))
    assert x.grad._values() == [11, 0, 100]
    assert at.grad._values() == [0, 0, 0]


def test_comparison_is_a_constant_factor():
    x = leaf([1.0, -2])
    with autograd.record():
        y = (x > 0) * x
    y.backward()
    assert x.grad._values() == [1, 0]


KINKS = [
    ("relu", nd.relu, [0.0], [0.0]),
    ("abs", nd.abs, [0.0], [0.0]),
    ("clip", lambda x: nd.clip(x, 0, 1), [0.0, 1, 2], [1, 1, 0]),
    ("sqrt", nd.sqrt, [0.0], [math.inf]),
    ("max", nd.max, [2.0, 2, 1], [1, 1, 0]),
    ("min", nd.min, [1.0, 2, 1], [1, 0, 1]),
    ("maximum", lambda x: nd.maximum(x, nd.array([2.0, 1])), [2.0, 0], [1, 0]),
    ("minimum", lambda x: nd.minimum(x, nd.array([2.0, 1])), [2.0, 3], [1, 0]),
]


@pytest.mark.parametrize(("name", "function", "at", "wanted"), KINKS, ids=[name for name, *_ in KINKS])
@pytest.mark.parametrize("create_graph", [False, True])
def test_gradient_at_a_kink(name, function, at, wanted, create_graph):
    """MXNet's choices, by both forms of the gradient."""
    x = leaf(at)
    with autograd.record():
        y = function(x)
        [gradient] = autograd.grad(y, x, create_graph=create_graph)
    assert gradient._values() == wanted


def test_no_derivative_is_nan():
    for function, at in ((nd.norm, [0.0, 0]), (nd.prod, [0.0, 2])):
        x = leaf(at)
        with autograd.record():
            y = function(x)
        y.backward()
        assert math.isnan(x.grad._values()[0])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "int64", "uint8", "int8"])
def test_gradient_has_the_leafs_dtype(dtype):
    x = leaf([1, 2, 3], dtype)
    with autograd.record():
        y = x * x
    y.backward()
    assert x.grad.dtype == x.dtype
    assert x.grad._values() == [2, 4, 6]


def test_cast_is_differentiated():
    x = leaf([1.0, 2])
    with autograd.record():
        y = x.astype("float64") * 2
        assert _core.dtype_name(y.dtype) == "float64"
    y.backward()
    assert _core.dtype_name(x.grad.dtype) == "float32"
    assert x.grad._values() == [2, 2]


def test_copy_to_another_context_is_differentiated():
    x = leaf([1.0, 2])
    with autograd.record():
        y = x.as_in_context(mx.cpu(1)) * 3
    y.backward()
    assert x.grad._values() == [3, 3]
    assert x.grad.context == x.context


def test_out_of_a_fresh_array_is_recorded():
    x, o = leaf([0.0, 1]), nd.zeros(2)
    with autograd.record():
        nd.exp(x, out=o)
    o.backward()
    assert x.grad._values()[0] == 1
    assert math.isclose(x.grad._values()[1], math.e, rel_tol=1e-6)


def test_unused_output_counts_as_zero():
    x = leaf([1.0, 2])
    with autograd.record():
        a, b = nd.split(x, 2, axis=0)
    a.backward()
    assert x.grad._values() == [1, 0]
    assert b._values() == [2]


def test_views_taken_inside_are_differentiated():
    x = leaf([1.0, 2, 3, 4])
    with autograd.record():
        y = (x.reshape((2, 2))[0] * 3).sum()
    y.backward()
    assert x.grad._values() == [3, 3, 0, 0]


def test_view_taken_before_is_another_array():
    x = leaf([1.0, 2])
    v = x[0:1]
    with autograd.record():
        z = v * 3
    with pytest.raises(GraphError):
        z.backward()


def test_going_through_python_numbers_makes_a_constant():
    x = leaf([2.0])
    with autograd.record():
        y = x * float((x * 3).asscalar())
    y.backward()
    assert x.grad._values() == [6]


# ----------------------------------------------------------------------------------------- grad_req


def test_write_overwrites_add_accumulates():
    for request, wanted in (("write", [4, 6]), ("add", [12, 18])):
        x = leaf([2.0, 3], grad_req=request)
        for _ in range(3):
            with autograd.record():
                y = x * x
            y.backward()
        assert x.grad._values() == wanted


def test_add_goes_onto_what_is_there_and_can_be_zeroed():
    x = leaf([2.0], grad_req="add")
    x.grad[:] = 100
    with autograd.record():
        y = x * x
    y.backward(retain_graph=True)
    assert x.grad._values() == [104]
    x.grad[:] = 0
    y.backward()
    assert x.grad._values() == [4]


def test_add_in_every_dtype():
    for dtype in ("float16", "float64", "int32", "int8"):
        x = leaf([2], dtype, "add")
        for _ in range(2):
            with autograd.record():
                y = x * 3
            y.backward()
        assert x.grad._values() == [6]


def test_null_gets_nothing_but_lets_others():
    x, w = leaf([2.0], grad_req="null"), leaf([3.0])
    with autograd.record():
        y = x * w
    y.backward()
    assert (x.grad._values(), w.grad._values()) == ([0], [2])
    with autograd.record():
        y = x * x
    with pytest.raises(GraphError, match="no inputs in computation graph that require gradients"):
        y.backward()


def test_gradient_buffer_is_one_for_the_attachments_life():
    x = leaf([3.0])
    g = x.grad
    assert (g._values(), g.shape, g is x.grad) == ([0], (1,), False)
    with autograd.record():
        y = x * x
    y.backward()
    assert g._values() == [6]
    x.grad[:] = 7
    assert g._values() == [7]
    x.attach_grad()
    assert (x.grad._values(), g._values()) == ([0], [7]), "attach_grad again gives a fresh buffer"


def test_gradient_cannot_be_assigned():
    x = leaf([3.0])
    with pytest.raises(AttributeError):
        x.grad = nd.ones(1)


def test_writing_keeps_the_gradient_and_rebinding_loses_it():
    w = leaf([1.0, 2])
    w -= 0.5
    w[:] = w - 0.5
    assert w.grad._values() == [0, 0]
    w = w - 0.5
    assert w.grad is None


def test_fresh_flag():
    x = leaf([1.0])
    assert x._fresh_grad is False
    with autograd.record():
        y = x * 2
    y.backward()
    assert x._fresh_grad is True
    x._fresh_grad = False
    assert x._fresh_grad is False


def test_mark_variables():
    x, w = nd.ones(2), nd.ones(2)
    gx, gw = nd.zeros(2), nd.ones(2)
    autograd.mark_variables([x, w], [gx, gw], grad_reqs=["write", "add"])
    with autograd.record():
        y = x * 3 + w * 4
    y.backward()
    assert (gx._values(), gw._values()) == ([3, 3], [5, 5])
    autograd.mark_variables(x, gw, "null")
    assert x.grad._values() == [5, 5]


def test_mark_variables_refuses_what_does_not_fit():
    x = nd.ones(2)
    with pytest.raises(ShapeError, match=r"\(3,\).*\(2,\)"):
        autograd.mark_variables([x], [nd.zeros(3)])
    with pytest.raises(ShapeError, match=r"float64.*float32"):
        autograd.mark_variables([x], [nd.zeros(2, dtype="float64")])
    with pytest.raises(ArgumentError, match="one gradient"):
        autograd.mark_variables([x, x], [nd.zeros(2)])
    with pytest.raises(ArgumentError):
        autograd.mark_variables([x], [nd.zeros(2)], ["write", "add"])
    assert x.grad is None


# --------------------------------------------------------------------- several heads, autograd.grad


def test_several_heads():
    x = leaf([1.0, 2])
    with autograd.record():
        b = x * 2
        c = b * b
    autograd.backward([b, c], head_grads=[nd.array([1.0, 1]), None])
    assert x.grad._values() == [10, 18]


def test_same_head_twice_counts_twice():
    x = leaf([1.0, 2])
    with autograd.record():
        y = x * x
    autograd.backward([y, y])
    assert x.grad._values() == [4, 8]


def test_module_backward_takes_one_array():
    x = leaf([1.0, 2])
    with autograd.record():
        y = x * x
    autograd.backward(y, nd.array([10.0, 1]))
    assert x.grad._values() == [20, 4]


def test_grad_returns_a_list_and_leaves_the_buffer_alone():
    x, w = leaf([1.0, 2]), leaf([3.0, 4])
    with autograd.record():
        y = x * x * w
    result = autograd.grad(y, [x, w])
    assert [g._values() for g in result] == [[6, 16], [1, 4]]
    assert isinstance(result, list)
    assert x.grad._values() == [0, 0]
    with autograd.record():
        y = x * x
    assert [g._values() for g in autograd.grad(y, x, nd.array([10.0, 1]))] == [[20, 4]]


def test_grad_of_several_heads():
    x = leaf([1.0, 2])
    with autograd.record():
        heads = [x * 2, x * x]
    assert autograd.grad(heads, x)[0]._values() == [4, 6]


def test_grad_of_a_null_leaf():
    x = leaf([3.0], grad_req="null")
    with autograd.record():
        y = x * x
    assert autograd.grad(y, x)[0]._values() == [6]


@pytest.mark.parametrize(
    "function",
    [lambda a, b: a + b, lambda a, b: (a + b).reshape((2, 1)), lambda a, b: nd.concat(a, b, dim=0)[0:2] + b],
    ids=["add", "reshape", "concat"],
)
def test_gradients_are_the_callers_own(function):
    """Writing into one changes neither another one nor the head gradient."""
    a, b = leaf([3.0, 4]), leaf([5.0, 6])
    with autograd.record():
        y = function(a, b)
    head = nd.ones(y.shape) * 5
    ga, gb = autograd.grad(y, [a, b], head)
    ga[:] = 0
    assert (gb._values(), head._values()) == ([5, 5], [5, 5])


def test_gradient_through_a_view_is_not_the_head_gradient():
    x, head = leaf([3.0, 4]), nd.array([[5.0, 6]])
    with autograd.record():
        y = x.reshape((1, 2))
    [g] = autograd.grad(y, x, head)
    g[:] = 0
    assert head._values() == [5, 6]


def test_backward_does_not_alias_the_head_gradient():
    x = leaf([3.0])
    head = nd.array([5.0])
    x.backward(head)
    x.grad[:] = 0
    assert head._values() == [5]


# ------------------------------------------------------------------------------------ higher orders


def derivatives(function, at, orders):
    """The first derivatives of a function of one number, each the gradient of the one before."""
    x = leaf([at], "float64")
    found = []
    with autograd.record():
        y = function(x)
        for _ in range(orders):
            [y] = autograd.grad(y, x, create_graph=True)
            found.append(y.asscalar())
    return found


ORDERS = [
    ("x**5", lambda x: x * x * x * x * x, 1.5, [5 * 1.5**4, 20 * 1.5**3, 60 * 1.5**2, 120 * 1.5]),
    ("power", lambda x: x**4, 1.5, [4 * 1.5**3, 12 * 1.5**2, 24 * 1.5]),
    ("sin", nd.sin, 0.5, [math.cos(0.5), -math.sin(0.5), -math.cos(0.5), math.sin(0.5)]),
    ("exp", lambda x: nd.exp(2 * x), 0.3, [2**k * math.exp(0.6) for k in (1, 2, 3)]),
    ("log", nd.log, 2.0, [1 / 2, -1 / 4, 2 / 8, -6 / 16]),
    ("reciprocal", lambda x: 1 / x, 2.0, [-1 / 4, 2 / 8, -6 / 16]),
    ("sqrt", nd.sqrt, 4.0, [1 / 4, -1 / 32, 3 / 256]),
    ("square", lambda x: nd.square(x) * x, 3.0, [27, 18, 6]),
    ("dot", lambda x: nd.dot(x, x) * x, 3.0, [27, 18, 6]),
    ("number to x", lambda x: 2**x, 3.0, [8 * math.log(2) ** k for k in (1, 2, 3)]),
    ("views", lambda x: (x.reshape((1, 1))[0] * x)[0:1] * x, 3.0, [27, 18, 6]),
    ("sigmoid", nd.sigmoid, 0.0, [0.25, 0, -0.125]),
    ("tanh", nd.tanh, 0.0, [1, 0, -2]),
    ("softmax", lambda x: nd.softmax(nd.concat(x, x * 0, dim=0))[0:1], 0.0, [0.25, 0, -0.125]),
    ("function", lambda x: Cube()(x), 2.0, [12, 12, 6]),
]


@pytest.mark.parametrize(("name", "function", "at", "wanted"), ORDERS, ids=[name for name, *_ in ORDERS])
def test_derivatives_to_the_third_order(name, function, at, wanted):
    found = derivatives(function, at, len(wanted))
    assert len(found) >= 3
    for f, w in zip(found, wanted, strict=True):
        assert math.isclose(f, w, rel_tol=1e-9, abs_tol=1e-9), f"{found}, not {wanted}"


def test_second_order_by_backward():
    x = leaf([0.5], "float64")
    with autograd.record():
        g = autograd.grad(nd.sin(x), x, create_graph=True, retain_graph=True)[0]
    g.backward()
    assert math.isclose(x.grad._values()[0], -math.sin(0.5), rel_tol=1e-12)


def test_mixed_second_derivatives():
    x, y = leaf([2.0], "float64"), leaf([3.0], "float64")
    with autograd.record():
        f = x * x * y * y * y
        gx, gy = autograd.grad(f, [x, y], create_graph=True)
        gxx, gxy = autograd.grad(gx, [x, y], create_graph=True)
        gyx, gyy = autograd.grad(gy, [x, y], create_graph=True)
    found = [g.asscalar() for g in (gxx, gxy, gyx, gyy)]
    assert found == [2 * 27, 2 * 2 * 3 * 9, 2 * 2 * 3 * 9, 4 * 6 * 3]


def test_gradient_penalty():
    """A gradient as part of what is differentiated next."""
    x = leaf([1.0, 2], "float64")
    with autograd.record():
        y = (x * x * x).sum()
        [g] = autograd.grad(y, x, create_graph=True)
        loss = y + (g * g).sum()
    loss.backward()
    assert x.grad._values() == [3 + 36, 12 + 36 * 8]


def test_gradient_that_does_not_depend_on_the_variable():
    x = leaf([1.0])
    with autograd.record():
        y = 2 * x + 1
        [g] = autograd.grad(y, x, create_graph=True)
    assert g._values() == [2]
    with pytest.raises(GraphError):
        g.backward()


def test_without_create_graph_the_gradient_is_a_constant():
    x = leaf([3.0])
    with autograd.record():
        [g] = autograd.grad(x * x * x, x)
        z = g * x
    z.backward()
    assert x.grad._values() == [27]


def test_create_graph_outside_record():
    """The recording of the gradient is create_graph's, not the scope's."""
    x = leaf([3.0], "float64")
    with autograd.record():
        y = x * x * x
    [g] = autograd.grad(y, x, create_graph=True)
    g.backward()
    assert x.grad._values() == [18]
