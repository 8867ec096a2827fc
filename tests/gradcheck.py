"""Gradients against central finite differences in float64, to the second order.

The function under test takes NDArrays and returns one or several.  Its gradient is J^T w for random weights
w of its outputs.  That is computed in both of the core's forms, fused (`backward`) and recorded
(`autograd.grad` with create_graph), and compared with the differences of w . f(x).  For the second order v
. (J^T w), with random v, is differentiated once more, by x and by w, and compared with the differences of
the first-order gradient.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from plain import Plain

from ndgrad import autograd, nd

STEP = 1e-5
TOLERANCE = 1e-6
# Which result of which operator --canary falsifies (conftest.py), to prove that a run would notice.
CANARIES = {"tanh": "gradient", "sigmoid": "recorded gradient", "sin": "second gradient"}
falsified: dict[str, str] = {}

Function = Callable[..., "nd.NDArray | list[nd.NDArray]"]


def to_array(x: Plain, dtype: str = "float64") -> nd.NDArray:
    return nd.array(x.values, dtype=dtype).reshape(x.shape) if x.values else nd.zeros(x.shape, dtype=dtype)


def to_plain(x: nd.NDArray) -> Plain:
    return Plain(x.shape, x._values())


def outputs_of(function: Function, xs: Sequence[nd.NDArray]) -> list[nd.NDArray]:
    result = function(*xs)
    return [result] if isinstance(result, nd.NDArray) else list(result)


def weights_like(points: Sequence[Plain], seed: int) -> list[Plain]:
    generator = random.Random(seed)
    return [point.map(lambda _: generator.uniform(0.5, 1.5)) for point in points]


def inner(xs: Sequence[Plain], ys: Sequence[Plain]) -> float:
    return sum(a * b for x, y in zip(xs, ys, strict=True) for a, b in zip(x.values, y.values, strict=True))


# -------------------------------------------------------------------------------------- the numbers


def forward(function: Function, points: Sequence[Plain]) -> list[Plain]:
    return [to_plain(y) for y in outputs_of(function, [to_array(point) for point in points])]


def fused(function: Function, points: Sequence[Plain], heads: Sequence[Plain]) -> list[Plain]:
    """J^T w by `backward`."""
    xs = leaves(points)
    with autograd.record():
        ys = outputs_of(function, xs)
    autograd.backward(ys, [to_array(head, y.dtype) for head, y in zip(heads, ys, strict=True)])
    return [to_plain(x.grad) for x in xs]


def recorded(
    function: Function, points: Sequence[Plain], heads: Sequence[Plain], weights: Sequence[Plain]
) -> tuple[list[Plain], list[Plain]]:
    """J^T w recorded, and the gradient of v . (J^T w) + sum(w) by x and by w."""
    xs, ws = leaves(points), leaves(heads)
    with autograd.record():
        gradients = autograd.grad(outputs_of(function, xs), xs, ws, create_graph=True)
        # The plain sums put something on the tape even where the gradient depends on neither x nor w.
        total = sum((w.sum() for w in ws), start=nd.zeros(1, dtype="float64"))
        for gradient, weight in zip(gradients, weights, strict=True):
            total = total + (gradient * to_array(weight)).sum()
    total.backward()
    return [to_plain(g) for g in gradients], [to_plain(x.grad) for x in [*xs, *ws]]


def leaves(points: Sequence[Plain], dtype: str = "float64") -> list[nd.NDArray]:
    arrays = [to_array(point, dtype) for point in points]
    for array in arrays:
        array.attach_grad()
    return arrays


def differences(value: Callable[[list[Plain]], float], points: Sequence[Plain]) -> list[Plain]:
    """The derivative of a number by every element of every point."""

    def derivative(which: int, place: int) -> float:
        sides = []
        for step in (STEP, -STEP):
            moved = [Plain(point.shape, point.values) for point in points]
            moved[which].values[place] += step
            sides.append(value(moved))
        return (sides[0] - sides[1]) / (2 * STEP)

    return [
        Plain(point.shape, [derivative(which, place) for place in range(len(point.values))])
        for which, point in enumerate(points)
    ]


# --------------------------------------------------------------------------------------- the checks


def check(name: str, function: Function, points: Sequence[Plain], orders: int = 2) -> None:
    """AssertionError unless the gradients of the first, and the second, order are those of the function."""
    heads = weights_like(forward(function, points), 1)
    first = differences(lambda moved: inner(forward(function, moved), heads), points)
    compare(name, "gradient", fused(function, points, heads), first)
    if orders < 2:
        return
    weights, count = weights_like(points, 2), len(points)

    def total(moved: list[Plain]) -> float:
        heads = moved[count:]
        return inner(fused(function, moved[:count], heads), weights) + sum(sum(head.values) for head in heads)

    gradients, second = recorded(function, points, heads, weights)
    compare(name, "recorded gradient", gradients, first)
    compare(name, "second gradient", second, differences(total, [*points, *heads]))


def compare(name: str, what: str, analytic: Sequence[Plain], numeric: Sequence[Plain]) -> None:
    factor = 1.01 if falsified.get(name) == what else 1
    for which, (found, wanted) in enumerate(zip(analytic, numeric, strict=True)):
        assert found.shape == wanted.shape, f"{name}: {what} {which}"
        for place, (a, n) in enumerate(zip(found.values, wanted.values, strict=True)):
            message = f"{name}: {what} {which}, element {place} of shape {found.shape}: {a * factor}, not {n}"
            assert abs(a * factor - n) <= TOLERANCE * (1 + abs(n)), message
