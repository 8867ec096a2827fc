"""What was recorded, to be looked at: the steps behind an array, and the gradients that flow there.

:func:`ndgrad.autograd.tape` is the way in.  Nothing here computes: the core lists the steps, and the
gradients are those of its own backward pass, which writes no ``.grad`` and keeps the graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from ndgrad import _core
from ndgrad._core import NDArray
from ndgrad.latex import chain_rule

__all__ = ["Input", "Step", "Tape", "Value", "read"]


@dataclass
class Value:
    """An array of the graph: its name, shape and dtype; the array and its gradient where they are known."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    array: NDArray | None = None
    gradient: NDArray | None = None


@dataclass
class Input:
    """What a step read: a value, the step that made it (None: a constant), the gradient that goes back."""

    value: Value
    source: Step | None
    gradient: NDArray | None = None


@dataclass
class Step:
    """An operator that was recorded, or a variable: then the operator is None and there are no inputs."""

    number: int
    operator: str | None
    parameters: dict[str, object]
    inputs: list[Input] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)

    @property
    def is_variable(self) -> bool:
        """Whether this is an array that ``attach_grad`` made a variable."""
        return self.operator is None

    def chain_rule(self, position: int = 0) -> str:
        """Return in LaTeX what flows back to the input at ``position``, by the operator's row of the table.

        A bar means the gradient by what is under it.  IndexError if there is no such input.
        """
        return chain_rule(self, position)


class Tape(Sequence[Step]):
    """The steps behind one or more arrays, in the order in which they were recorded."""

    def __init__(self, steps: list[Step], heads: list[Value]) -> None:
        """Hold the steps, and the values that they lead to."""
        self._steps = steps
        self.heads = heads

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> list[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | list[Step]:
        """Return a step, or several."""
        return self._steps[index]

    def __len__(self) -> int:
        """Return how many steps there are."""
        return len(self._steps)

    def __repr__(self) -> str:
        """Write the steps as assignments."""
        return "\n".join(_line(step) for step in self._steps)


def _line(step: Step) -> str:
    """Write a step as an assignment."""
    outputs = ", ".join(f"{value.name} {value.shape}" for value in step.outputs)
    if step.is_variable:
        return f"{outputs}: variable"
    words = [entry.value.name for entry in step.inputs]
    words += [f"{name}={value!r}" for name, value in step.parameters.items()]
    return f"{outputs} = {step.operator}({', '.join(words)})"


class _Names:
    """Names for places on the tape: those that the caller's variables have, else v1, v2 ... and c1, c2 ..."""

    def __init__(self, variables: Mapping[str, object] | None) -> None:
        self._given: dict[tuple[int, int], tuple[str, NDArray]] = {}
        self._constants: dict[int, str] = {}
        self._count = {"v": 0, "c": 0}
        for name, value in (variables or {}).items():
            if isinstance(value, NDArray) and not name.startswith("_") and (place := _core.tape_place(value)):
                self._given.setdefault(place, (name, value))

    def _next(self, letter: str) -> str:
        self._count[letter] += 1
        return f"{letter}{self._count[letter]}"

    def output(self, place: tuple[int, int]) -> tuple[str, NDArray | None]:
        return self._given.get(place) or (self._next("v"), None)

    def constant(self, array: NDArray | None) -> str:
        if array is not None and array.size == 1:
            return f"{array.asscalar():g}"
        return self._next("c")


def _outputs(row: _core.TapeStep, names: _Names) -> list[Value]:
    values = []
    for index, (shape, dtype, kept) in enumerate(row[4]):
        name, array = names.output((row[0], index))
        values.append(Value(name, shape, dtype, kept if array is None else array.detach()))
    return values


def _inputs(row: _core.TapeStep, steps: dict[int, Step], names: _Names) -> list[Input]:
    entries = []
    for source, output, shape, dtype, kept in row[3]:
        if source is None:
            entries.append(Input(Value(names.constant(kept), shape, dtype, kept), None))
            continue
        value = steps[source].outputs[output]
        if value.array is None:
            value.array = kept
        entries.append(Input(value, steps[source]))
    return entries


def _add_gradients(
    steps: dict[int, Step], heads: list[NDArray], head_grads: Sequence[NDArray | None] | None
) -> None:
    for number, by_outputs, by_inputs in _core.tape_backward(heads, head_grads):
        step = steps[number]
        for value, gradient in zip(step.outputs, by_outputs, strict=True):
            value.gradient = gradient
        for entry, back in zip(step.inputs, by_inputs, strict=bool(by_inputs)):
            entry.gradient = back


def read(
    heads: NDArray | Sequence[NDArray],
    head_grads: NDArray | Sequence[NDArray | None] | None,
    names: Mapping[str, object] | None,
    gradients: bool,
) -> Tape:
    """Do what :func:`ndgrad.autograd.tape` says."""
    many = [heads] if isinstance(heads, NDArray) else list(heads)
    many_grads = [head_grads] if isinstance(head_grads, NDArray) else head_grads
    given = _Names(names)
    steps: dict[int, Step] = {}
    for position, row in enumerate(_core.tape_steps(many), start=1):
        step = Step(position, row[1], row[2], _inputs(row, steps, given))
        step.outputs = _outputs(row, given)
        steps[row[0]] = step
    if gradients:
        _add_gradients(steps, many, many_grads)
    places = [place for head in many if (place := _core.tape_place(head))]
    return Tape(list(steps.values()), [steps[number].outputs[output] for number, output in places])
