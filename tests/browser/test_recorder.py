"""What the page is told about recorded graphs, outside a browser: it is ordinary Python."""

import importlib.util
import json
import sys
from contextlib import contextmanager

import pytest

from ndgrad import autograd, nd

from .tutorial import REPOSITORY

SETUP = "from ndgrad import autograd, nd\nx = nd.array([[1, 2], [3, 4]])\nx.attach_grad()"
SQUARE = "with autograd.record():\n    y = x * 2\n    z = y * x"


class Cells:
    """A session with its recorder: runs cells and asks about them."""

    def __init__(self, recorder_class):
        self.names = {}
        self.recorder = recorder_class(self.names)
        self.run(0, SETUP)

    def run(self, cell, source):
        self.recorder.begin()
        exec(source, self.names)
        return self.recorder.end(cell, source)

    def graph(self, cell, *changes, head=0):
        return self._ask(kind="graph", cell=cell, head=head, changes=changes)

    def check(self, cell, variable=0, element=0, changes=()):
        return self._ask(kind="check", cell=cell, head=0, changes=changes, of=[variable, element])

    def _ask(self, **question):
        return json.loads(self.recorder.answer(json.dumps(question)))


@contextmanager
def session():
    """Cells with a recorder, which leave nothing behind."""
    spec = importlib.util.spec_from_file_location("graph", REPOSITORY / "web/src/worker/graph.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nd.NDArray, "backward", nd.NDArray.backward)
        patch.setattr(autograd, "backward", autograd.backward)
        patch.setattr(autograd, "grad", autograd.grad)
        patch.setitem(sys.modules, "graph", module)
        spec.loader.exec_module(module)
        yield Cells(module.Recorder)


def best(check):
    return min(error for _, error, _ in check["checks"] if error is not None)


def test_what_a_cell_leaves_recorded_is_offered_the_latest_first():
    with session() as cells:
        assert cells.run(1, SQUARE) == ["z", "y"]
        nodes = cells.graph(1)["nodes"]
        assert [node["operator"] for node in nodes] == ["", "_mul_scalar", "broadcast_mul"]
        assert nodes[0]["values"][0]["gradient"] == [4, 8, 12, 16]
        assert [node["operator"] for node in cells.graph(1, head=1)["nodes"]] == ["", "_mul_scalar"]
        assert cells.run(2, "1 + 1") == []


def test_what_backward_frees_is_noted_before_with_its_weights():
    with session() as cells:
        cells.run(1, SQUARE)
        assert cells.run(2, "z.backward(nd.array([[10, 1], [0.5, 0]]))") == ["z"]
        graph = cells.graph(2)
        assert graph["heads"] == [{"from": [2, 0], "gradient": [10, 1, 0.5, 0]}]
        assert graph["nodes"][0]["values"][0]["gradient"] == [40, 8, 6, 0]
        assert cells.names["x"].grad.asnumpy().tolist() == [[40, 8], [6, 0]]
        assert cells.run(3, SQUARE + "\nautograd.backward([z, y])") == ["z, y"]
        with pytest.raises(Exception, match="freed"):
            cells.run(4, "z.backward()")


def test_a_change_is_computed_anew_and_the_session_does_not_notice():
    with session() as cells:
        cells.run(1, SQUARE)
        [x, _, z] = cells.graph(1, [0, 1, 5])["nodes"]
        assert (x["values"][0]["numbers"], x["values"][0]["gradient"]) == ([1, 5, 3, 4], [4, 20, 12, 16])
        assert z["values"][0]["numbers"] == [2, 50, 18, 32]
        assert cells.names["z"].asnumpy().tolist() == [[2, 8], [18, 32]]
        cells.run(2, "z.backward()")
        assert cells.names["x"].grad.asnumpy().tolist() == [[4, 8], [12, 16]]


def test_a_backward_inside_the_block_writes_no_gradient_when_it_runs_again():
    with session() as cells:
        cells.run(1, SQUARE + "\n    z.backward()")
        cells.names["x"].grad[:] = 7
        assert best(cells.check(1, element=2)) < 1e-5
        assert cells.names["x"].grad.asnumpy().tolist() == [[7, 7], [7, 7]]


def test_what_grad_frees_is_noted_before_with_its_weights():
    with session() as cells:
        weights = "nd.array([[10, 1], [0.5, 0]])"
        assert cells.run(1, f"{SQUARE}\n[g] = autograd.grad(z, x, {weights})") == ["z"]
        assert cells.names["g"].asnumpy().tolist() == [[40, 8], [6, 0]]
        graph = cells.graph(1, [0, 1, 5])
        assert graph["heads"] == [{"from": [2, 0], "gradient": [10, 1, 0.5, 0]}]
        assert graph["nodes"][0]["values"][0]["gradient"] == [40, 20, 6, 0]
        assert best(cells.check(1)) < 1e-5


def test_a_grad_inside_the_block_can_run_again():
    with session() as cells:
        source = f"{SQUARE}\n    [g] = autograd.grad([z], [x])"
        assert cells.run(1, source) == ["z"]
        assert best(cells.check(1, element=2)) < 1e-5
        assert cells.run(2, f"{SQUARE}\n    [g] = autograd.grad(z, x, create_graph=True)\ng.backward()") == [
            "g"
        ]
        assert best(cells.check(2, element=2)) < 1e-5


def test_gradients_agree_with_differences_through_functions_loops_and_branches():
    with session() as cells:
        source = (
            "w = nd.array([0.5, -1])\nw.attach_grad()\n"
            "def model(v): return nd.tanh(nd.dot(v, w))\n"
            "with autograd.record():\n    out = model(x)\n"
            "    while (nd.norm(out) < 100).asscalar(): out = out * 2\n"
            "out.backward()"
        )
        assert cells.run(1, source) == ["out"]
        names = [node["values"][0]["name"] for node in cells.graph(1)["nodes"] if node["kind"] == "variable"]
        assert names == ["x", "w"]
        for variable, size in ((0, 4), (1, 2)):
            for element in range(size):
                assert best(cells.check(1, variable, element)) < 1e-2
        assert cells.names["w"].asnumpy().tolist() == [0.5, -1]


def test_in_a_training_the_block_is_taken_as_it_is_after_it():
    with session() as cells:
        source = (
            "w = nd.array([3.0])\nw.attach_grad()\n"
            "for step in range(200):\n"
            "    with autograd.record():\n        loss = (w - 1) ** 2\n"
            "    loss.backward()\n    w[:] = w - 0.001 * w.grad"
        )
        assert cells.run(1, source) == ["loss"]
        check = cells.check(1)
        # The one that was noted, or the one that would come next.
        assert 2 * (cells.names["w"].asscalar() - 1) - 1e-5 <= check["gradient"] <= 4 and best(check) < 1e-2


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def f():\n    with autograd.record():\n        return x * 2\nz = f()", "noBlock"),
        ("with autograd.record():\n    z = x * nd.random_normal(shape=(2, 2))", "unsteady"),
        ("with autograd.record():\n    z = [x * 2]\nz[0].backward()", "noHead"),
        (
            "first = True\nwith autograd.record():\n    z = x * 2\n    while not first: pass\nfirst = False",
            "slow",
        ),
        (
            "first = True\nwith autograd.record():\n    z = x * 2 if first else None * 2\nfirst = False",
            "broken",
        ),
    ],
)
def test_what_cannot_run_again_is_refused_with_the_reason(source, reason):
    with session() as cells:
        cells.run(1, source)
        assert "nodes" in cells.graph(1)
        assert cells.check(1) == {"refused": reason}
        assert cells.names["x"].asnumpy().tolist() == [[1, 2], [3, 4]]


def test_a_block_that_does_something_else_by_now_is_refused():
    with session() as cells:
        cells.run(
            1, "twice = True\nwith autograd.record():\n    z = x * 2 if twice else nd.tanh(x)\ntwice = False"
        )
        assert cells.check(1) == {"refused": "unsteady"}


def test_what_is_too_large_is_drawn_without_numbers_and_what_is_too_long_not_at_all():
    with session() as cells:
        cells.run(
            1, "big = nd.ones((100, 100))\nbig.attach_grad()\nwith autograd.record():\n    s = big.sum()"
        )
        [value] = cells.graph(1)["nodes"][0]["values"]
        assert (value["numbers"], value["gradient"], value["reached"]) == (None, None, True)
        source = (
            "with autograd.record():\n    long = x\n    for _ in range(300): long = long + 1\nlong.backward()"
        )
        assert cells.run(2, source) == []
        assert cells.names["x"].grad.asnumpy().tolist() == [[1, 1], [1, 1]]


def test_nan_and_infinity_are_text():
    with session() as cells:
        cells.run(1, "with autograd.record():\n    z = nd.log(x * 0)")
        assert cells.graph(1)["nodes"][2]["values"][0]["numbers"] == ["-inf"] * 4
