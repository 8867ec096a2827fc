"""Loops and branches over arrays: ``nd.contrib.foreach``, ``while_loop`` and ``cond``.

What they call is recorded as it runs, so gradients go through them.  Where they take or give arrays, a list
of arrays, or of such lists, does as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ndgrad import _core
from ndgrad._core import NDArray
from ndgrad.base import ArgumentError, InputTypeError, ShapeError

__all__ = ["cond", "foreach", "while_loop"]

Nested = Any  # an NDArray, or a list or tuple of Nested

_stack = _core.operators["stack"]
_concat = _core.operators["concat"]
_zeros = _core.operators["_zeros"]


def _flatten(value: Nested, what: str) -> list[NDArray]:
    """Return the arrays inside, in order."""
    if isinstance(value, NDArray):
        return [value]
    if not isinstance(value, (list, tuple)):
        raise InputTypeError(
            f"{what} must be an NDArray or a nested list of them, not {type(value).__name__}"
        )
    return [array for item in value for array in _flatten(item, what)]


def _map(function: Callable[..., NDArray], *values: Nested) -> Nested:
    """Return the first value with each array replaced by the function of it and those in its place."""
    first = values[0]
    if isinstance(first, NDArray):
        return function(*values)
    return [_map(function, *items) for items in zip(*values, strict=True)]


def _pair(result: object, who: str) -> tuple[Nested, Nested]:
    if isinstance(result, (list, tuple)) and len(result) == 2:
        return result[0], result[1]
    raise ArgumentError(f"{who}: the body must return outputs and states, two things")


def _stack_steps(who: str, steps: Sequence[Nested]) -> Nested:
    """Return one step's structure, each array the stack of all steps'."""
    shapes = [[array.shape for array in _flatten(step, f"{who}: an output")] for step in steps]
    for number, found in enumerate(shapes):
        if found != shapes[0]:
            raise ShapeError(f"{who}: outputs have shapes {shapes[0]} in step 0 but {found} in step {number}")
    return _map(lambda *arrays: _stack(*arrays, axis=0), *steps)


def foreach(
    body: Callable[[Nested, Nested], tuple[Nested, Nested]], data: Nested, init_states: Nested
) -> tuple[Nested, Nested]:
    """Run ``body`` on each slice of ``data`` along its first axis.

    ``outputs, states = body(slice, states)``, the first states being ``init_states``.  Returns the outputs of
    all steps, stacked along a new first axis, and the last states: data (n, ...), outputs of a step (...) ->
    (n, ...).  ShapeError if arrays of ``data`` differ in n, have none, or outputs change their shape;
    InputTypeError for what is no array; ArgumentError if ``body`` does not return two things.
    """
    arrays = _flatten(data, "foreach: data")
    _flatten(init_states, "foreach: init_states")
    lengths = {array.shape[0] if array.shape else None for array in arrays}
    if len(lengths) != 1 or lengths & {None, 0}:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise ShapeError(
            f"foreach: data must have one common length of at least 1, but has shapes {shapes or 'none'}"
        )
    outputs, states = [], init_states
    for step in range(arrays[0].shape[0]):
        output, states = _pair(body(_map(lambda array, at=step: array[at], data), states), "foreach")
        outputs.append(output)
    return _stack_steps("foreach", outputs), states


def _truth(value: object, who: str) -> bool:
    if isinstance(value, NDArray):
        if value.size != 1:
            raise ShapeError(
                f"{who}: the condition must be a single value, not an array of shape {value.shape}"
            )
        return bool(value.asscalar())
    return bool(value)


def while_loop(
    cond: Callable[..., object],
    func: Callable[..., tuple[Nested, Nested]],
    loop_vars: Nested,
    max_iterations: int | None = None,
) -> tuple[Nested, Nested]:
    """Run ``func`` while ``cond`` holds, at most ``max_iterations`` times.

    ``output, loop_vars = func(*loop_vars)`` as long as ``cond(*loop_vars)``.  Returns the outputs of all
    steps, stacked along a new first axis which zeros fill up to ``max_iterations`` ([] if no step ran), and
    the last variables: outputs of a step (...) -> (max_iterations, ...).  ShapeError if outputs change their
    shape or ``cond`` gives an array of several elements; ValueError without ``max_iterations`` or variables,
    or if their number changes; ArgumentError if ``func`` does not return two things.
    """
    if max_iterations is None:
        raise ValueError("max_iterations should be specified")
    if not _flatten(loop_vars, "while_loop: loop_vars"):
        raise ValueError("loop_vars should contain at least one element")
    alone = isinstance(loop_vars, NDArray)
    variables: Sequence[Nested] = [loop_vars] if alone else loop_vars
    limit = int(max_iterations)
    outputs: list[Nested] = []
    while len(outputs) < limit and _truth(cond(*variables), "while_loop"):
        output, fresh = _pair(func(*variables), "while_loop")
        found = len(_flatten(fresh, "while_loop: a loop variable"))
        if found != len(_flatten(loop_vars, "while_loop: loop_vars")):
            raise ValueError("The length of loop_vars should be consistent during the loop")
        variables = [fresh] if isinstance(fresh, NDArray) else fresh
        outputs.append([] if output is None else output)
    filled = _fill_up(_stack_steps("while_loop", outputs), limit - len(outputs)) if outputs else []
    return filled, variables[0] if alone else list(variables)


def _fill_up(outputs: Nested, missing: int) -> Nested:
    def longer(array: NDArray) -> NDArray:
        zeros = _zeros((missing, *array.shape[1:]), array.dtype, ctx=array.context)
        return _concat(array, zeros, dim=0)

    return _map(longer, outputs) if missing else outputs


def cond(pred: object, then_func: Callable[[], Nested], else_func: Callable[[], Nested]) -> Nested:
    """Return ``then_func()`` if ``pred`` holds, a number or an array of one, else ``else_func()``.

    ShapeError if ``pred`` is an array of several elements.
    """
    return then_func() if _truth(pred, "cond") else else_func()
