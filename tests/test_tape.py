"""The life of the tape: what it keeps and frees, writes that it notices, graphs of any length."""

from __future__ import annotations

import gc
import math

import pytest
from support import Cube, leaf, usage

from ndgrad import _core, autograd, nd
from ndgrad.base import GraphError, MXNetError

# ------------------------------------------------------------------------ retained and freed graphs

FREED = "already|freed|retain_graph"


def test_backward_twice_needs_retain_graph():
    x = leaf([1.0, 2])
    with autograd.record():
        y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad._values() == [2, 4]
    x.grad[:] = 7
    with pytest.raises(GraphError, match=FREED):
        y.backward()
    assert x.grad._values() == [7, 7]
    assert y._values() == [1, 4]


def test_shared_part_is_freed_with_the_first_head():
    x = leaf([1.0, 1])
    with autograd.record():
        y = x * x
        z, w = y.sum(), y * 3
    z.backward()
    with pytest.raises(GraphError):
        w.backward()
    assert x.grad._values() == [2, 2]


def test_retained_by_grad():
    x = leaf([3.0])
    with autograd.record():
        y = x * x
    assert autograd.grad(y, x, retain_graph=True)[0]._values() == [6]
    assert autograd.grad(y, x)[0]._values() == [6]
    with pytest.raises(GraphError, match=FREED):
        autograd.grad(y, x)


def test_backward_frees_what_it_kept_alive():
    x = leaf([1.0] * 1000)
    with autograd.record():
        y = nd.exp(x)
        for _ in range(10):
            y = nd.exp(y * 0.1)
    kept = _core.bytes_in_use(), _core.nodes_in_use()
    y.backward()
    assert kept[0] - _core.bytes_in_use() >= 10 * 4000
    assert kept[1] - _core.nodes_in_use() == 20, "all but the one that y still points at"


def test_dropping_the_head_frees_the_tape():
    x = leaf([1.0] * 1000)
    before = _core.bytes_in_use(), _core.nodes_in_use()
    with autograd.record():
        y = nd.exp(nd.exp(x * 0.1))
    assert _core.nodes_in_use() == before[1] + 3
    del y
    assert (_core.bytes_in_use(), _core.nodes_in_use()) == before


def test_only_what_the_gradient_needs_is_kept():
    x = leaf([1.0] * 1000)
    with autograd.record():
        start = _core.bytes_in_use()
        y = x + 1
        for _ in range(20):
            y = y + 1
    assert _core.bytes_in_use() - start < 2 * 4000 + 1000, "sums need none of their inputs"


def test_nothing_is_recorded_without_a_leaf():
    a = nd.ones(3)
    before = _core.nodes_in_use()
    with autograd.record():
        b = a * 2 + a
    assert _core.nodes_in_use() == before
    with pytest.raises(GraphError, match=r"record\(\).*\(3,\)"):
        b.backward()


NOT_IN_GRAPH = r"Cannot differentiate node because it is not in a computational graph"


def test_backward_outside_a_recording():
    x = leaf([1.0, 1])
    y = x * 2
    with pytest.raises(GraphError, match=NOT_IN_GRAPH):
        y.backward()
    with autograd.record():
        y = x * 2
    z = y * 3
    with pytest.raises(GraphError, match=NOT_IN_GRAPH):
        z.backward()
    y.backward()
    assert x.grad._values() == [2, 2]


# ---------------------------------------------------------------------------------- writes in place


def writes(x):
    """Every way of writing into an array."""
    other = nd.array([5.0, 6])
    return {
        "all": lambda: x.__setitem__(slice(None), 5),
        "item": lambda: x.__setitem__(0, 5),
        "list": lambda: x.__setitem__([0, 1], other),
        "iadd": lambda: x.__iadd__(1),
        "isub": lambda: x.__isub__(other),
        "imul": lambda: x.__imul__(2),
        "idiv": lambda: x.__itruediv__(2),
        "imod": lambda: x.__imod__(2),
        "out": lambda: nd.exp(other, out=x),
        "copyto": lambda: other.copyto(x),
        "random": lambda: nd.random.uniform(out=x, shape=(2,)),
    }


WRITES = list(writes(None))


@pytest.mark.parametrize("way", WRITES)
def test_writing_into_a_leaf_while_recording_is_refused(way):
    x = leaf([1.0, 2])
    with autograd.record(), pytest.raises(GraphError, match=r"part of the recorded graph.*record\(\)"):
        writes(x)[way]()
    assert x._values() == [1, 2]


@pytest.mark.parametrize("way", WRITES)
def test_writing_into_an_intermediate_while_recording_is_refused(way):
    x = leaf([1.0, 2])
    with autograd.record():
        y = x * 2
        with pytest.raises(GraphError, match=r"\(2,\)"):
            writes(y)[way]()
        z = y * y
    z.backward()
    assert y._values() == [2, 4]
    assert x.grad._values() == [8, 16], "the tape is as it was"


@pytest.mark.parametrize("way", WRITES)
def test_saved_value_overwritten_outside_is_noticed(way):
    x = leaf([1.0, 2])
    with autograd.record():
        y = x * x
    writes(x)[way]()
    x.grad[:] = 7
    with pytest.raises(GraphError, match=r"broadcast_mul.*\(2,\).*overwritten"):
        y.backward()
    assert x.grad._values() == [7, 7]


def test_write_through_a_view_is_noticed():
    x = leaf([1.0, 2])
    view = x.reshape((2, 1))[1]
    with autograd.record():
        y = x * x
    view[:] = 5
    with pytest.raises(GraphError, match="overwritten"):
        y.backward()


def test_saved_output_overwritten_is_noticed():
    x = leaf([1.0, 2])
    with autograd.record():
        y = nd.exp(x)
    y[:] = 0
    with pytest.raises(GraphError, match=r"exp.*overwritten"):
        y.backward()


def test_values_that_are_not_needed_may_be_overwritten():
    x = leaf([1.0, 2])
    with autograd.record():
        y = x + 1
        z = y * 3
    x[:] = 9
    y[:] = 9
    z[:] = 9
    z.backward()
    assert x.grad._values() == [3, 3]


def test_optimiser_step_between_two_recordings():
    w = leaf([1.0, 2])
    for _ in range(3):
        with autograd.record():
            y = (w * w).sum()
        y.backward()
        w -= 0.25 * w.grad
        w[:] = w * 1
    assert w._values() == [0.125, 0.25]


def test_writing_under_pause_is_allowed_and_noticed():
    x = leaf([1.0, 2])
    with autograd.record():
        y = x * x
        with autograd.pause():
            x[:] = 3
    with pytest.raises(GraphError, match="overwritten"):
        y.backward()


def test_gradient_overwritten_by_a_later_pass_is_noticed():
    x, w = leaf([3.0]), leaf([2.0])
    with autograd.record():
        z = w * x.grad
        y = x * x
    y.backward()
    with pytest.raises(GraphError, match="overwritten"):
        z.backward()


def test_overwritten_constant_factor_is_noticed():
    x, c = leaf([1.0, 2]), nd.array([3.0, 4])
    with autograd.record():
        y = x * c
        c += 1  # no part of the graph, so writing is allowed
    with pytest.raises(GraphError, match="overwritten"):
        y.backward()


# -------------------------------------------------------------------------------------- long graphs

LONG = 200_000


@pytest.mark.parametrize(
    "step", [lambda y: y + 1, lambda y: y * 1.0, nd.identity], ids=["add", "mul", "identity"]
)
def test_long_chain(step):
    x = leaf([1.0])
    y, nodes = x, _core.nodes_in_use()
    with autograd.record():
        for _ in range(LONG):
            y = step(y)
    assert _core.nodes_in_use() == nodes + LONG
    y.backward()
    assert x.grad._values() == [1]
    assert _core.nodes_in_use() == nodes + 1


def test_long_chain_dropped_without_backward():
    x = leaf([1.0])
    y, nodes = x, _core.nodes_in_use()
    with autograd.record():
        for _ in range(LONG):
            y = y * y
    assert _core.nodes_in_use() == nodes + LONG
    del y
    assert _core.nodes_in_use() == nodes


def test_long_chain_of_views():
    x = leaf([1.0, 2])
    y = x
    with autograd.record():
        for _ in range(20_000):
            y = y.reshape((2, 1)).reshape((2,))[0:2]
    y.backward()
    assert x.grad._values() == [1, 1]


@pytest.mark.parametrize("differentiated", [True, False])
def test_long_chain_of_functions(differentiated):
    """Each step holds a Python object whose saved array holds the step before."""

    class Step(autograd.Function):
        def forward(self, x):
            self.save_for_backward(x)
            return x * 1

        def backward(self, dy):
            return dy

    x = leaf([1.0])
    y, nodes = x, _core.nodes_in_use()
    with autograd.record():
        for _ in range(20_000):
            y = Step()(y)
    if differentiated:
        y.backward()
        assert x.grad._values() == [1]
    del y
    assert _core.nodes_in_use() == nodes


def test_wide_graph():
    x = leaf([1.0])
    with autograd.record():
        parts = [x * k for k in range(2000)]
        y = nd.concat(*parts, dim=0).sum()
    y.backward()
    assert x.grad._values() == [1999 * 1000]


def test_one_array_used_very_often():
    x = leaf([1.0], "float64")
    with autograd.record():
        y = x * 0
        for _ in range(20_000):
            y = y + x * x
    y.backward()
    assert x.grad._values() == [40_000]


def test_deep_doubling_is_linear_work():
    """y = y + y, sixty times: 2**60 paths but sixty steps."""
    x = leaf([1.0], "float64")
    with autograd.record():
        y = x
        for _ in range(60):
            y = y + y
    y.backward()
    assert x.grad._values() == [2.0**60]


def test_long_chain_with_second_order():
    x = leaf([1.0], "float64")
    with autograd.record():
        y = x
        for _ in range(500):
            y = y * 1.001
        y = y * y
        [g] = autograd.grad(y, x, create_graph=True)
    g.backward()
    assert math.isclose(x.grad._values()[0], 2 * 1.001**1000, rel_tol=1e-9)


# ----------------------------------------------------------------------------------------- no leaks


def work(x):
    """A bit of everything that the tape can hold."""
    with autograd.record():
        a, b = nd.split(nd.tanh(x) * x, 2, axis=1)
        c = nd.concat(Cube()(a), b[:, ::-1], x[0:2][[1, 0]][:, 0:1], dim=1)
        d = nd.dot(c, c.T) + nd.where(c[:, 0:2] > 0, a[:, 0:2], b[:, 0:2] * 2)
        [g] = autograd.grad(nd.softmax(d).max(axis=0) + d.mean(axis=1), x, create_graph=True)
        loss = (g * g).sum() + nd.norm(d)
    return loss


def test_rounds_of_work_leave_nothing_behind():
    x = leaf([[0.1, 0.2, 0.3, 0.4], [0.5, -0.6, 0.7, -0.8]])
    start = usage()
    for number in range(20):
        loss = work(x)
        if number % 3 == 0:
            loss.backward()
        elif number % 3 == 1:
            with pytest.raises(MXNetError):
                loss.backward(nd.ones(3))
        del loss
        assert usage() == start


def failing_calls(x):
    """Record a step and fail in every way after it."""
    with autograd.record():
        y = x * 2
        for bad in (
            lambda: y + nd.ones(3),
            lambda: nd.dot(y, nd.ones(3)),
            lambda: y[5],
            lambda: y.reshape(3),
        ):
            with pytest.raises((ValueError, IndexError)):
                bad()


def test_failing_calls_leave_nothing_behind():
    x = leaf([[1.0, 2], [3, 4]])
    start = usage()
    for _ in range(3):
        failing_calls(x)
        gc.collect()  # tracebacks hold what their frames held
        assert usage() == start
