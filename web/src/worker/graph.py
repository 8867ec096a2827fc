"""What cells recorded, for the page to draw; and recorded blocks, run again with other numbers.

A ``backward`` frees its graph, so what is behind its heads is noted before it, and what cells left on the
tape when they end.  All that the page gets is JSON: names, shapes and the numbers of small arrays.

The worker loads this file beside runner.py.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import json
import math
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import TYPE_CHECKING

from ndgrad import autograd
from ndgrad.nd import NDArray

if TYPE_CHECKING:  # the first graph imports it
    from ndgrad.tape import Step, Value

MOST_STEPS = 200  # that can be looked at
SMALL = 64  # elements whose numbers are shown
LEAF_BYTES = 1 << 16  # of a variable, for its value to be kept
MOST_HEADS = 4
SHARE = 0.05  # of a cell's time may go into noting one backward after another
PATIENCE = 2.0  # seconds that a block may take
STEPS = [10 ** (-k / 2) for k in range(1, 13)]  # by which the gradient is checked

Heads = NDArray | Sequence[NDArray]
Weights = Sequence[NDArray | None]


class Unfit(Exception):
    """The recorded block cannot be run again; the argument is the page's name for the reason."""


@dataclass
class Snapshot:
    """What was behind some heads at one moment."""

    label: str
    names: list[str]
    weights: list[NDArray | None]
    objective: float
    leaves: list[tuple[NDArray, bytes] | None]
    operators: list[str | None]
    graph: dict
    block: CodeType | None = None


class Recorder:
    """Notes what the cells of a session record, and answers the page's questions about it."""

    def __init__(self, namespace: dict[str, object]) -> None:
        """Watch every backward of cells that have ``namespace``."""
        self._namespace = namespace
        self._cells: dict[int, list[Snapshot]] = {}
        self._block: CodeType | None = None
        self._noted: list[Snapshot] = []
        self._replayed: list[tuple[list[NDArray], list[NDArray | None]]] | None = None
        self._last = 0
        self._began = self._spent = 0.0
        self._watch()

    def _watch(self) -> None:
        of_array, of_module, of_grad = NDArray.backward, autograd.backward, autograd.grad

        @functools.wraps(of_array)
        def array_backward(
            head: NDArray, out_grad: NDArray | None = None, *rest: bool, **named: bool
        ) -> None:
            if self._see([head], [out_grad]):
                of_array(head, out_grad, *rest, **named)

        @functools.wraps(of_module)
        def module_backward(
            heads: Heads, head_grads: Weights | NDArray | None = None, *rest: bool, **named: bool
        ) -> None:
            if self._see(*_lists(heads, head_grads)):
                of_module(heads, head_grads, *rest, **named)

        @functools.wraps(of_grad)
        def module_grad(
            heads: Heads,
            variables: Heads,
            head_grads: Weights | NDArray | None = None,
            retain_graph: bool | None = None,
            create_graph: bool = False,
            train_mode: bool = True,
        ) -> list[NDArray]:
            # What it makes is recorded behind the heads of a later backward: there it is drawn.
            if not (create_graph or self._see(*_lists(heads, head_grads))):
                retain_graph = True
            return of_grad(heads, variables, head_grads, retain_graph, create_graph, train_mode)

        NDArray.backward, autograd.backward = array_backward, module_backward
        autograd.grad = module_grad

    def _see(self, heads: Sequence[NDArray], weights: Weights) -> bool:
        """Note a backward that is about to happen; False if the graph must stay: a block runs again."""
        if self._replayed is not None:
            self._replayed.append((list(heads), list(weights)))
            return False
        now = time.perf_counter()
        if not self._noted or self._spent < SHARE * (now - self._began):
            snapshot = self._note(heads, weights)
            self._noted = [snapshot] if snapshot else self._noted
            self._spent += time.perf_counter() - now
        return True

    def _note(self, heads: Sequence[NDArray], weights: Weights) -> Snapshot | None:
        """Take down what is behind the heads; None where there is nothing, or too much, to see."""
        with contextlib.suppress(Exception), autograd.pause():
            tape = autograd.tape(heads, weights, names=self._namespace)
            if len(tape) <= MOST_STEPS:
                names = [head.name for head in tape.heads]
                kept = [weight if weight is None else weight.copy() for weight in weights]
                variables = [step.outputs[0].array for step in tape if step.is_variable]
                leaves = [_keep(array) for array in variables]
                graph = _describe(tape, kept)
                operators = [step.operator for step in tape]
                objective = _objective(heads, kept)
                return Snapshot(", ".join(names), names, kept, objective, leaves, operators, graph)
        return None

    def begin(self) -> None:
        """Get ready for a cell's run."""
        self._noted = []
        self._last = max((place for _, _, place in self._live()), default=0)
        self._began, self._spent = time.perf_counter(), 0.0

    def end(self, cell: int, source: str) -> list[str]:
        """Look at what a cell has left; the labels of what can be drawn, the one to begin with first."""
        if "record" in source:
            self._block = _find_block(source)
        live = sorted(self._live(), key=lambda item: -item[2])
        left = [self._note([array], [None]) for _, array, place in live[:MOST_HEADS] if place > self._last]
        self._cells[cell] = [snapshot for snapshot in [*self._noted, *left] if snapshot]
        for snapshot in self._cells[cell]:
            snapshot.block = self._block
        return [snapshot.label for snapshot in self._cells[cell]]

    def _live(self) -> Iterator[tuple[str, NDArray, int]]:
        """Variables of the session that an operator on the tape made, with its number."""
        from ndgrad import _core

        for name, value in self._namespace.items():
            if isinstance(value, NDArray) and not name.startswith("_") and value.grad is None:
                place = _core.tape_place(value)
                if place:
                    yield name, value, place[0]

    def answer(self, question: str) -> str:
        """Answer in JSON: a graph, with the changes asked for; or the checks of one gradient."""
        asked = json.loads(question)
        snapshots = self._cells.get(asked["cell"], [])
        try:
            snapshot = snapshots[asked["head"]]
            changes = [(int(variable), int(element), value) for variable, element, value in asked["changes"]]
            if asked["kind"] == "check":
                return json.dumps(self._check(snapshot, changes, *map(int, asked["of"])))
            return json.dumps(self._changed(snapshot, changes))
        except Unfit as reason:
            return json.dumps({"refused": reason.args[0]})
        except Exception:
            return json.dumps({"refused": "broken"})

    def _changed(self, snapshot: Snapshot, changes: list[tuple[int, int, float]]) -> dict:
        if not changes:
            return snapshot.graph
        self._make_sure(snapshot)
        with self._again(snapshot, changes) as (heads, weights, scope):
            tape = autograd.tape(heads, weights, names=scope)
            return _describe(tape, weights)

    def _check(self, snapshot: Snapshot, changes: list, variable: int, element: int) -> dict:
        """Compare one element's gradient with central differences."""
        self._make_sure(snapshot)
        with self._again(snapshot, changes) as (heads, weights, _):
            tape = autograd.tape(heads, weights)
            leaf = [step.outputs[0] for step in tape if step.is_variable][variable]
            gradient = _flat(leaf.gradient)[element]
            at = _flat(snapshot.leaves[variable][0])[element]
        errors = []
        for step in STEPS:
            eps = step * max(1.0, abs(at))
            low, high = (
                self._value(snapshot, [*changes, (variable, element, at + sign * eps)]) for sign in (-1, 1)
            )
            difference = (high[0] - low[0]) / (high[1] - low[1])
            scale = max(abs(gradient), abs(difference))
            errors.append([eps, abs(difference - gradient) / scale if scale else 0.0, difference])
        return {"gradient": gradient, "checks": [[_finite(number) for number in row] for row in errors]}

    def _value(self, snapshot: Snapshot, changes: list) -> tuple[float, float]:
        """Give the weighted sum of the heads, and what the last change came to in its variable's dtype."""
        variable, element, _ = changes[-1]
        with self._again(snapshot, changes) as (heads, weights, _):
            return _objective(heads, weights), _flat(snapshot.leaves[variable][0])[element]

    def _make_sure(self, snapshot: Snapshot) -> None:
        """Refuse a block that does not give the same again and again: it draws random numbers, say.

        Where other variables have changed since, the block is taken as it is with the present ones.
        """
        if self._repeats(snapshot):
            return
        snapshot.leaves = [leaf and _keep(leaf[0]) for leaf in snapshot.leaves]
        if not (self._repeats(snapshot) or self._repeats(snapshot)):
            raise Unfit("unsteady")

    def _repeats(self, snapshot: Snapshot) -> bool:
        """Whether the block gives what it gave the last time."""
        before = snapshot.objective
        with self._again(snapshot, []) as (heads, weights, _):
            if [step.operator for step in autograd.tape(heads, gradients=False)] != snapshot.operators:
                raise Unfit("unsteady")
            snapshot.objective = _objective(heads, weights)
        return snapshot.objective == before

    @contextlib.contextmanager
    def _again(self, snapshot: Snapshot, changes: list) -> Iterator[tuple[list, list, dict]]:
        """Run the recorded block with the variables as they were, but for the changes.

        Gives its heads, their weights and its names.  It runs in a copy of the namespace, silently, and its
        backward does nothing.  Variables are written past the tape's notice and get their present values
        back, so that the session goes on as it was.
        """
        if snapshot.block is None:
            raise Unfit("noBlock")
        if any(snapshot.leaves[variable] is None for variable, _, _ in changes):
            raise Unfit("noVariable")
        scope = dict(self._namespace)
        known = [leaf for leaf in snapshot.leaves if leaf]
        present = [_bytes(array) for array, _ in known]
        try:
            for array, value in known:
                _write(array, value)
            for variable, element, value in changes:
                _put(snapshot.leaves[variable][0], element, value)
            self._replayed = []
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                _run(snapshot.block, scope)
            yield *(self._replayed[-1] if self._replayed else _named(snapshot, scope)), scope
        finally:
            self._replayed = None
            for (array, _), value in zip(known, present, strict=True):
                _write(array, value)


def _lists(heads: Heads, weights: Weights | NDArray | None) -> tuple[Sequence[NDArray], Weights]:
    """Heads and their gradients, both as lists."""
    many = [heads] if isinstance(heads, NDArray) else heads
    one = [weights] if isinstance(weights, NDArray) else weights
    return many, one or [None] * len(many)


def _named(snapshot: Snapshot, scope: dict) -> tuple[list, list]:
    heads = [scope.get(name) for name in snapshot.names]
    if not all(isinstance(head, NDArray) for head in heads):
        raise Unfit("noHead")
    return heads, snapshot.weights


def _run(block: CodeType, scope: dict) -> None:
    """Run code that must not take for ever."""
    end = time.monotonic() + PATIENCE

    def trace(frame: FrameType, event: str, argument: object) -> Callable:
        if time.monotonic() > end:
            raise Unfit("slow")
        return trace

    sys.settrace(trace)
    try:
        exec(block, scope)
    finally:
        sys.settrace(None)


def _find_block(source: str) -> CodeType | None:
    """Find the last ``with autograd.record()`` of a cell that stands in no function."""
    found = None
    with contextlib.suppress(SyntaxError, RecursionError):
        waiting: list[ast.AST] = [ast.parse(source)]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.With) and any(_is_record(item.context_expr) for item in node.items):
                found = found if found and found.lineno > node.lineno else node
            elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
                waiting += ast.iter_child_nodes(node)
        return compile(ast.Module([found], []), "<block>", "exec") if found else None
    return None


def _is_record(node: ast.expr) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return getattr(called, "attr", getattr(called, "id", "")) == "record"


def _objective(heads: Sequence[NDArray], weights: Weights) -> float:
    """What backward differentiates: the sum of the heads, weighted by the head gradients."""
    total = 0.0
    for head, weight in zip(heads, weights, strict=True):
        exact = head.detach().astype("float64")
        total += (exact if weight is None else exact * weight.astype("float64")).sum().asscalar()
    return float(total)


# ---------------------------------------------------------------------------------------- elements in memory


def _view(array: NDArray) -> memoryview:
    return memoryview(array).cast("B")


def _bytes(array: NDArray) -> bytes:
    return bytes(_view(array))


def _write(array: NDArray, value: bytes) -> None:
    _view(array)[:] = value


def _put(array: NDArray, element: int, value: float) -> None:
    view = memoryview(array)
    struct.pack_into(view.format, view.cast("B"), element * view.itemsize, value)


def _flat(array: NDArray) -> list[float]:
    view = memoryview(array)
    return [number for (number,) in struct.iter_unpack(view.format, bytes(view.cast("B")))]


def _keep(array: NDArray | None) -> tuple[NDArray, bytes] | None:
    """Keep a variable and its value, where it is not too large."""
    if array is None or not 0 < memoryview(array).nbytes <= LEAF_BYTES:
        return None
    return array, _bytes(array)


# -------------------------------------------------------------------------------------------- for the page


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _numbers(array: NDArray | None) -> list | None:
    """The elements of a small array; JSON has no nan and no infinities, so these are text."""
    if array is None or not 0 < array.size <= SMALL:
        return None
    return [number if math.isfinite(number) else str(number) for number in map(float, _flat(array))]


def _describe(tape: Sequence[Step], weights: Weights) -> dict:
    """Write a tape as nodes: variables, constants and operators, each after those that it was made from."""
    nodes: list[dict] = []
    places: dict[int, int] = {}
    for step in tape:
        inputs = []
        for position, entry in enumerate(step.inputs):
            if entry.source is None:
                nodes.append(_node("constant", None, {}, [entry.value], []))
                source = (len(nodes) - 1, 0)
            else:
                output = next(i for i, value in enumerate(entry.source.outputs) if value is entry.value)
                source = (places[entry.source.number], output)
            rule = step.chain_rule(position) if entry.gradient is not None else ""
            inputs.append({"from": source, "gradient": _numbers(entry.gradient), "rule": rule})
        places[step.number] = len(nodes)
        kind = "variable" if step.is_variable else "step"
        nodes.append(_node(kind, step.operator, step.parameters, step.outputs, inputs))
    heads = [
        {"from": place, "gradient": _weight(head, weight)}
        for head, weight in zip(tape.heads, weights, strict=True)
        for place in _place(tape, places, head)
    ]
    return {"nodes": nodes, "heads": heads}


def _weight(head: Value, weight: NDArray | None) -> list | None:
    if weight is None and math.prod(head.shape) <= SMALL:
        return [1.0] * math.prod(head.shape)
    return _numbers(weight)


def _place(tape: Sequence[Step], places: dict[int, int], head: Value) -> list[tuple[int, int]]:
    return [
        (places[step.number], i) for step in tape for i, value in enumerate(step.outputs) if value is head
    ][:1]


def _node(kind: str, operator: str | None, parameters: dict, values: Sequence[Value], inputs: list) -> dict:
    words = [f"{name}={value}" for name, value in parameters.items() if value not in (None, False, ())]
    shown = [
        {
            "name": value.name,
            "shape": value.shape,
            "dtype": value.dtype,
            "numbers": _numbers(value.array),
            "gradient": _numbers(value.gradient),
            "reached": value.gradient is not None,
        }
        for value in values
    ]
    return {
        "kind": kind,
        "operator": operator or "",
        "parameters": " ".join(words),
        "values": shown,
        "inputs": inputs,
    }
