"""Every operator's gradient against finite differences in float64, to the second order.

Each sample of each row of the table is differentiated as it is, and again with its inputs taken, inside the
recording, as contiguous views (slice and reshape), as strided slices, and as broadcasts of smaller arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import gradcheck
import pytest
from gradcheck import to_array
from optable import ROWS
from plain import Plain, Shape, cast
from rows import Draw, Row, Sample

from ndgrad import autograd, nd


@dataclass(frozen=True)
class Layout:
    """How an input of a shape comes from a leaf of another one."""

    name: str
    leaf: Callable[[Shape], Shape]
    take: Callable[[nd.NDArray, Shape], nd.NDArray]


def size_of(shape: Shape) -> int:
    return len(Plain.build(shape, lambda _: 0).values)


def view_leaf(shape: Shape) -> Shape:
    return (size_of(shape) + 2,) if size_of(shape) else (shape[0] + 2, *shape[1:])


def take_view(leaf: nd.NDArray, shape: Shape) -> nd.NDArray:
    """A slice along the first axis, reshaped; both share the leaf's memory."""
    count = leaf.shape[0] - 2
    return leaf[1 : 1 + count].reshape(shape) if size_of(shape) else leaf[1 : 1 + count]


def strided_leaf(shape: Shape) -> Shape:
    return (*shape[:-1], 2 * shape[-1]) if shape else ()


def take_strided(leaf: nd.NDArray, shape: Shape) -> nd.NDArray:
    """Every second column, from the last; a copy with a gradient of its own."""
    return leaf[..., ::-2] if shape else leaf


def spread_axis(shape: Shape) -> int | None:
    wide = [axis for axis, extent in enumerate(shape) if extent > 1]
    return wide[0] if wide and 0 not in shape else None


def spread_leaf(shape: Shape) -> Shape:
    axis = spread_axis(shape)
    return shape if axis is None else (*shape[:axis], 1, *shape[axis + 1 :])


def take_spread(leaf: nd.NDArray, shape: Shape) -> nd.NDArray:
    return leaf if leaf.shape == shape else leaf.broadcast_to(shape)


DIRECT = Layout("direct", lambda shape: shape, lambda leaf, shape: leaf)
LAYOUTS = [
    DIRECT,
    Layout("view", view_leaf, take_view),
    Layout("strided", strided_leaf, take_strided),
    Layout("broadcast", spread_leaf, take_spread),
]


def cases() -> list[tuple[Row, Layout]]:
    rows = [row for row in ROWS if row.reference and row.draws and not row.blocks and not row.own_gradient]
    return [(row, layout) for row in rows for layout in LAYOUTS if row.ties or layout.name != "broadcast"]


def taken(draw: Draw, x: nd.NDArray) -> nd.NDArray:
    return x if draw.prepare is None else draw.prepare(x)


def problem(row: Row, sample: Sample, layout: Layout) -> tuple[gradcheck.Function, list[Plain]]:
    """The operator as a function of the leaves its drawn inputs are taken from, and the leaves' values.

    Outputs of another dtype, such as positions, are left out.
    """
    plains = sample.plains()

    def function(*leaves: nd.NDArray) -> list[nd.NDArray]:
        rest = iter(leaves)
        inputs = [
            taken(i, layout.take(next(rest), i.shape))
            if isinstance(i, Draw)
            else to_array(plain, i.dtype or "float64")
            for i, plain in zip(sample.inputs, plains, strict=True)
        ]
        outputs = gradcheck.outputs_of(partial(row.operator, **sample.params), inputs)
        return [y for k, y in enumerate(outputs) if row.dtype_of("float64", sample.params, k) == "float64"]

    draws = [i for i in sample.inputs if isinstance(i, Draw)]
    return function, [draw.plain(layout.leaf(draw.shape), salt) for salt, draw in enumerate(draws)]


@pytest.mark.parametrize(("row", "layout"), cases(), ids=lambda value: value.name)
def test_gradient(row, layout, instruction_set):
    for sample in row.samples:
        if row.dtype_of("float64", sample.params) == "float64":
            gradcheck.check(row.name, *problem(row, sample, layout), orders=2 if row.differentiable else 1)


@pytest.mark.parametrize("row", [row for row in ROWS if row.formula], ids=lambda row: row.name)
def test_gradient_of_long_vectors(row, instruction_set):
    """The fused kernels on whole vectors and the elements left over."""
    sample = row.samples[0]
    points = [draw.plain((19,), salt) for salt, draw in enumerate(sample.inputs)]
    gradcheck.check(row.name, lambda *xs: row.operator(*xs, **sample.params), points, orders=1)


def test_table_says_which_gradients_are_zero():
    for row in ROWS:
        if row.differentiable or not row.draws or row.changes:  # while recording, no leaf may be written
            continue
        for sample in row.samples:
            xs = gradcheck.leaves(sample.plains())
            with autograd.record():
                y = row.operator(*xs, **sample.params)
            autograd.backward(y)
            assert all(value == 0 for x in xs for value in x.grad._values()), row.name


SMOOTH = [row for row in ROWS if row.formula and row.differentiable]


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 3e-6), ("float16", 6e-3)])
@pytest.mark.parametrize("row", SMOOTH, ids=lambda row: row.name)
def test_gradient_in_narrower_dtypes(row, dtype, tolerance, instruction_set):
    """It is the float64 gradient at the same inputs, rounded."""
    sample = row.samples[0]
    points = [
        draw.plain((9,), salt).map(lambda v: cast(v, "float16")) for salt, draw in enumerate(sample.inputs)
    ]
    found, wanted = (gradients_in(d, row, sample, points) for d in (dtype, "float64"))
    for f, w in zip(found, wanted, strict=True):
        assert abs(f - w) <= tolerance * (1 + abs(w))


def gradients_in(dtype: str, row: Row, sample: Sample, points: list[Plain]) -> list[float]:
    xs = gradcheck.leaves(points, dtype)
    with autograd.record():
        y = row.operator(*xs, **sample.params)
    y.backward()
    assert all(x.grad.dtype == x.dtype for x in xs)
    return [value for x in xs for value in x.grad._values()]
