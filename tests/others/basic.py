"""Operators that arrays themselves need: moves, indices, constants, matrix products."""

from __future__ import annotations

from collections.abc import Callable

import formulas
import moves
from plain import Plain, broadcast, reduce
from rows import FLOATS, NUMBERS, SHAPES, Draw, Given, Row, Sample, entry, index, sample

from ndgrad.base import AxisError, CallError, DTypeError, ShapeError


def position_of(best: Callable[[list[float]], float]) -> Callable[..., Plain]:
    def reference(x: Plain, **params: object) -> Plain:
        return reduce(lambda values: values.index(best(values)), x, **params)

    return reference


def norm(x: Plain, ord: int = 2, **params: object) -> Plain:
    return reduce(formulas.REDUCE[f"_norm_l{ord}"], x, **params)


def fills(value: float) -> Callable[[Plain], Plain]:
    return lambda x: x.map(lambda _: value)


POSITIVE = Draw((2, 3), 0.3, 2)
SAME = [sample(shape) for shape in SHAPES]
MATRICES = [
    sample((2, 3), (3, 4)),
    sample((2, 3), (4, 3), transpose_b=True),
    sample((3, 2), (3, 4), transpose_a=True),
    sample((3, 2), (4, 3), transpose_a=True, transpose_b=True),
    sample((2, 0), (0, 3)),
    sample((0, 2), (2, 3)),
]


def batched(s: Sample) -> Sample:
    return sample(*((2, *draw.shape) for draw in s.inputs), **s.params)


TABLE: dict[str, Row] = {
    "norm": entry(
        norm,
        [
            sample(POSITIVE),
            sample(POSITIVE, ord=1),
            sample(POSITIVE, axis=1),
            sample(Draw((2, 3), -2, -0.3), ord=1, axis=0, keepdims=True),
            sample(Draw((2, 3, 2), 0.3, 2), axis=(0, 2)),
            sample(Draw((), 0.3, 2)),
            sample((2, 0), axis=0),
        ],
        [
            ("order", ValueError, ["ord", "3"], [(2, 3)], {"ord": 3}),
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axis": 2}),
            ("dtype", DTypeError, ["float64", "float32"], [(2, 3)], {"out_dtype": "float64"}),
        ],
        FLOATS,
    ),
    **{
        name: entry(
            position_of(best),
            [sample((2, 3)), sample((2, 3), axis=0), sample((2, 3), axis=-1, keepdims=True), sample(())],
            [
                ("nothing", ShapeError, ["(0,)"], [(0,)], {}),
                ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axis": 2}),
                ("axis_text", CallError, ["axis", "'a'"], [(2, 3)], {"axis": "a"}),
            ],
            NUMBERS,
        )
        for name, best in (("argmax", max), ("argmin", min))
    },
    "dot": entry(
        moves.dot,
        [
            *MATRICES,
            sample((3,), (3,)),
            sample((2, 2, 3), (3, 2)),
            sample((3,), (3, 2)),
            sample((2, 3), (3,)),
        ],
        [
            ("shapes", ShapeError, ["(2, 3)", "(2, 4)"], [(2, 3), (2, 4)], {}),
            (
                "transposed",
                ShapeError,
                ["(2, 3)", "(3, 4)", "transpose_a"],
                [(2, 3), (3, 4)],
                {"transpose_a": True},
            ),
            ("no_axis", ShapeError, ["()", "(3,)"], [(), (3,)], {}),
            ("flag", CallError, ["transpose_a", "'yes'"], [(2, 3), (3, 4)], {"transpose_a": "yes"}),
            ("one", CallError, ["2 inputs"], [(2, 3)], {}),
            (
                "storage",
                ValueError,
                ["forward_stype", "'sparse'"],
                [(2, 3), (3, 4)],
                {"forward_stype": "sparse"},
            ),
        ],
        FLOATS,
    ),
    "batch_dot": entry(
        moves.batch_dot,
        [*map(batched, MATRICES), sample((0, 2, 3), (0, 3, 2))],
        [
            ("shapes", ShapeError, ["(2, 2, 3)", "(2, 2, 4)"], [(2, 2, 3), (2, 2, 4)], {}),
            ("batches", ShapeError, ["(2, 2, 3)", "(3, 3, 4)"], [(2, 2, 3), (3, 3, 4)], {}),
            ("matrix", ShapeError, ["(2, 3)", "(3, 4)"], [(2, 3), (3, 4)], {}),
        ],
        FLOATS,
    ),
    "_copy": entry(lambda x: x, SAME),
    "BlockGrad": entry(lambda x: x, SAME, blocks=True),
    "Cast": entry(
        lambda x, dtype: x,
        [sample(shape, dtype="float64") for shape in SHAPES],
        [
            ("missing", CallError, ["dtype is required"], [(2,)], {}),
            ("unknown", TypeError, ["dtype", "'float31'"], [(2,)], {"dtype": "float31"}),
            ("number", TypeError, ["dtype", "3"], [(2,)], {"dtype": 3}),
        ],
    ),
    "zeros_like": entry(fills(0), SAME),
    "ones_like": entry(fills(1), SAME),
    "reshape": entry(
        moves.reshape,
        [
            sample((2, 3), shape=(3, 2)),
            sample((2, 3), shape=(-1,)),
            sample((2, 3, 2), shape=(0, -1)),
            sample((1,), shape=()),
            sample((), shape=(1, 1)),
            sample((0, 3), shape=(0, 7)),
            sample((2, 6), shape=(3, 4), target_shape=(4, 3)),
            sample((2, 6), target_shape=(4, 0)),
            sample((2, 6), target_shape=(9, 0, 3), keep_highest=True),
        ],
        [
            ("size", ShapeError, ["6", "(2, 3)", "(4, 2)"], [(2, 3)], {"shape": (4, 2)}),
            ("smaller", ShapeError, ["(2, 3)", "(5,)"], [(2, 3)], {"shape": (5,)}),
            ("two_unknown", ShapeError, ["(2, 3)", "(-1, -1)"], [(2, 3)], {"shape": (-1, -1)}),
            ("code", ShapeError, ["(2, 3)", "(-7,)"], [(2, 3)], {"shape": (-7,)}),
            ("split", ShapeError, ["(2, 3)", "-4"], [(2, 3)], {"shape": (-4, 3, 3, 0)}),
            ("text", CallError, ["shape", "'a'"], [(2, 3)], {"shape": "a"}),
            ("nine", ShapeError, ["(1, 1, 1"], [(1,)], {"shape": (1,) * 9}),
            ("codes", ShapeError, ["24", "25"], [(1,)], {"shape": (-1,) * 25}),
            ("target", ShapeError, ["(2, 3)", "(4, 1)"], [(2, 3)], {"target_shape": (4, 0)}),
            ("negative", ShapeError, ["(2, 3)", "(-2, -3)"], [(2, 3)], {"target_shape": (-2, -3)}),
        ],
    ),
    "Flatten": entry(moves.flatten, [sample((2, 3, 2)), sample((2,)), sample(()), sample((0, 3, 2))]),
    "expand_dims": entry(
        moves.expand_dims,
        [sample((2, 3), axis=1), sample((2, 3), axis=-1), sample((), axis=0), sample((0, 3), axis=0)],
        [
            ("axis", AxisError, ["axis 3", "(2, 3)"], [(2, 3)], {"axis": 3}),
            ("missing", CallError, ["axis is required"], [(2, 3)], {}),
            ("nine", ShapeError, ["(1, 1, 1, 1, 1, 1, 1, 1)"], [(1,) * 8], {"axis": 0}),
        ],
    ),
    "squeeze": entry(
        moves.squeeze,
        [
            sample((1, 3, 1)),
            sample((1, 3, 1), axis=0),
            sample((1, 3, 1), axis=(0, -1)),
            sample((1, 1)),
            sample((1, 0)),
        ],
        [
            ("extent", ShapeError, ["axis 1", "(1, 3)"], [(1, 3)], {"axis": 1}),
            ("axis", AxisError, ["axis 2", "(1, 3)"], [(1, 3)], {"axis": 2}),
            ("twice", AxisError, ["twice", "(1, 3)"], [(1, 3)], {"axis": (0, 0)}),
        ],
    ),
    "transpose": entry(
        moves.transpose,
        [
            sample((2, 3)),
            sample((2, 3, 2), axes=(1, 0, 2)),
            sample((2, 1, 3), axes=(2, 0, 1)),
            sample((3,)),
            sample(()),
            sample((0, 3)),
        ],
        [
            ("count", AxisError, ["(2, 3)", "1 axes"], [(2, 3)], {"axes": (0,)}),
            ("twice", AxisError, ["twice", "(2, 3)"], [(2, 3)], {"axes": (0, 0)}),
            ("beyond", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axes": (0, 2)}),
        ],
    ),
    "SwapAxis": entry(
        moves.swap_axes,
        [sample((2, 3, 2), dim1=0, dim2=2), sample((2, 3), dim1=-1, dim2=0), sample((0, 3), dim1=0, dim2=1)],
        [
            ("first", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"dim1": 2}),
            ("second", AxisError, ["axis -3", "(2, 3)"], [(2, 3)], {"dim2": -3}),
            ("text", CallError, ["dim1", "'a'"], [(2, 3)], {"dim1": "a"}),
        ],
    ),
    "broadcast_to": entry(
        moves.broadcast_to,
        [
            sample((1, 3), shape=(2, 3)),
            sample((1, 3), shape=(2, 0)),
            sample((3,), shape=(2, 3)),
            sample((), shape=(2, 2)),
            sample((0, 1), shape=(0, 3)),
        ],
        [
            ("extent", ShapeError, ["(2, 3)", "(2, 4)"], [(2, 3)], {"shape": (2, 4)}),
            ("shrink", ShapeError, ["(2, 3)", "(1, 3)"], [(2, 3)], {"shape": (1, 3)}),
            ("fewer", ShapeError, ["(2, 3)", "(3,)"], [(2, 3)], {"shape": (3,)}),
            ("negative", ShapeError, ["(-1,)"], [(1,)], {"shape": (-1,)}),
        ],
    ),
    "_broadcast_exactly": entry(
        broadcast,
        [sample((1, 3), shape=(2, 3)), sample((1, 3), shape=(0, 3)), sample((), shape=(2, 2))],
        [
            ("extent", ShapeError, ["(2, 3)", "(2, 4)"], [(2, 3)], {"shape": (2, 4)}),
            ("shrink", ShapeError, ["(2, 3)", "(1, 3)"], [(2, 3)], {"shape": (1, 3)}),
            ("negative", ShapeError, ["(-1,)"], [(1,)], {"shape": (-1,)}),
        ],
    ),
    "broadcast_axis": entry(
        moves.broadcast_axis,
        [
            sample((1, 3), axis=0, size=2),
            sample((1, 2, 1), axis=(0, 2), size=(2, 3)),
            sample((1, 0), axis=0, size=2),
        ],
        [
            ("extent", ShapeError, ["axis 1", "(1, 3)"], [(1, 3)], {"axis": 1, "size": 4}),
            ("count", ValueError, ["as many sizes as axes"], [(1, 3)], {"axis": 0, "size": (2, 3)}),
            ("axis", AxisError, ["axis 2", "(1, 3)"], [(1, 3)], {"axis": 2, "size": 2}),
            ("negative", ShapeError, ["(-2, 3)"], [(1, 3)], {"axis": 0, "size": -2}),
        ],
    ),
    "concat": entry(
        moves.concat,
        [
            sample((2, 3), (2, 1)),
            sample((2, 3), (1, 3), (2, 3), dim=0),
            sample((2, 2, 3), (2, 2, 1), dim=-1),
            sample((2, 3)),
            sample((0, 3), (2, 3), dim=0),
            sample((0, 3), (0, 2)),
        ],
        [
            ("shapes", ShapeError, ["(2, 3)", "(3, 3)", "axis 1"], [(2, 3), (3, 3)], {}),
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3), (2, 3)], {"dim": 2}),
            ("no_axis", AxisError, ["()"], [(), ()], {"dim": 0}),
            ("ndim", ShapeError, ["(2, 3)", "(2,)"], [(2, 3), (2,)], {"dim": 0}),
            ("none", CallError, ["at least 1"], []),
        ],
    ),
    "stack": entry(
        moves.stack,
        [
            sample((2, 3), (2, 3)),
            sample((2, 3), (2, 3), (2, 3), axis=1),
            sample((3,), (3,), axis=-1),
            sample((), ()),
            sample((0, 2), (0, 2)),
        ],
        [
            ("shapes", ShapeError, ["(2, 3)", "(2, 4)"], [(2, 3), (2, 4)], {}),
            ("axis", AxisError, ["axis 3", "(2, 3)"], [(2, 3), (2, 3)], {"axis": 3}),
            ("nine", ShapeError, ["(1, 1, 1, 1, 1, 1, 1, 1)"], [(1,) * 8, (1,) * 8], {}),
        ],
    ),
    "split": entry(
        moves.split,
        [
            sample((2, 4), num_outputs=2),
            sample((3, 2), num_outputs=3, axis=0, squeeze_axis=True),
            sample((2, 3), num_outputs=1),
            sample((2, 3, 2), num_outputs=2, axis=-1),
            sample((0, 4), num_outputs=2),
        ],
        [
            ("parts", ShapeError, ["(2, 3)", "2 equal parts"], [(2, 3)], {"num_outputs": 2}),
            ("none", ShapeError, ["(2, 3)", "0"], [(2, 3)], {"num_outputs": 0}),
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"num_outputs": 1, "axis": 2}),
            (
                "squeeze",
                ShapeError,
                ["squeeze_axis", "(2, 4)"],
                [(2, 4)],
                {"num_outputs": 2, "squeeze_axis": True},
            ),
            ("missing", CallError, ["num_outputs is required"], [(2, 3)], {}),
        ],
    ),
    "slice": entry(
        moves.slice_,
        [
            sample((4, 3), begin=(1,), end=(3,)),
            sample((3, 4), begin=(None, 1), end=(None, -1)),
            sample((3, 4), begin=(None, None), end=(None, None), step=(-1, 2)),
            sample((4,), begin=(3,), end=(0,), step=(-2,)),
            sample((3, 2), begin=(2,), end=(1,)),
            sample((0, 3), begin=(0, 1), end=(0, 3)),
            sample((3,), begin=(-2,), end=(9,)),
        ],
        [
            ("axes", AxisError, ["(2, 3)"], [(2, 3)], {"begin": (0, 0, 0), "end": (1, 1, 1)}),
            ("step", ValueError, ["step", "0"], [(2, 3)], {"begin": (0,), "end": (1,), "step": (0,)}),
            ("missing", CallError, ["end is required"], [(2, 3)], {"begin": (0,)}),
            ("text", CallError, ["begin", "'a'"], [(2, 3)], {"begin": ("a",), "end": (1,)}),
        ],
    ),
    "slice_axis": entry(
        moves.slice_axis,
        [
            sample((2, 4), axis=1, begin=1, end=3),
            sample((4, 2), axis=0, begin=-2),
            sample((2, 3), axis=-1, begin=0, end=-1),
            sample((0, 3), axis=1, begin=0, end=2),
        ],
        [
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axis": 2, "begin": 0}),
            ("missing", CallError, ["begin is required"], [(2, 3)], {"axis": 0}),
            ("text", CallError, ["end", "'a'"], [(2, 3)], {"axis": 0, "begin": 0, "end": "a"}),
        ],
    ),
    "_slice_scatter": entry(
        moves.slice_scatter,
        [
            sample((2, 2), begin=(1, 0), step=(1, 2), shape=(4, 4)),
            sample((2,), begin=(3,), step=(-2,), shape=(4,)),
            sample((0, 2), begin=(0, 0), step=(1, 1), shape=(2, 2)),
        ],
        [
            ("beyond", IndexError, ["(2,)", "2"], [(2,)], {"begin": (1,), "step": (1,), "shape": (2,)}),
            ("axes", ShapeError, ["(2, 2)"], [(2, 2)], {"begin": (0,), "step": (1,), "shape": (2,)}),
            ("negative", ShapeError, ["(-2,)"], [(0,)], {"begin": (0,), "step": (1,), "shape": (-2,)}),
        ],
    ),
    "take": entry(
        moves.take,
        [
            sample((3, 2), index(0, 2, 5, -1)),
            sample((3, 2), index(0, 5, -1, -4), mode="wrap"),
            sample((3, 2), index(2, 0, -3, 0), mode="raise"),
            sample((2, 3), index(0, 2, 2, 1, shape=(2, 2), dtype="int32"), axis=1),
            sample((3, 2), index(1, shape=(), dtype="int64")),
            sample((3, 2), Given(Plain((0,), []))),
            sample((2, 0), index(1, 0)),
        ],
        [
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3), (2,)], {"axis": 2}),
            ("mode", ValueError, ["mode", "'bounce'", "clip"], [(2, 3), (2,)], {"mode": "bounce"}),
            ("bounds", IndexError, ["index 1", "axis 0", "(1, 3)"], [(1, 3), (2,)], {"mode": "raise"}),
            ("nothing", IndexError, ["(0, 3)"], [(0, 3), (2,)], {}),
            ("one", CallError, ["2 inputs"], [(2, 3)], {}),
        ],
    ),
    "_take_scatter": entry(
        moves.take_scatter,
        [
            sample((3, 2), index(0, 2, 0), shape=(4, 2)),
            sample((2, 3), index(0, 5, -1), shape=(2, 3), axis=1, mode="wrap"),
            sample((0, 2), Given(Plain((0,), [])), shape=(3, 2)),
        ],
        [
            ("shapes", ShapeError, ["(3, 2)", "(2,)"], [(3, 2), (2,)], {"shape": (4, 2)}),
            ("axis", AxisError, ["axis 2", "(4, 2)"], [(3, 2), (3,)], {"shape": (4, 2), "axis": 2}),
            ("no_shape", AxisError, ["()"], [(3, 2), (3,)], {}),
        ],
        NUMBERS,
    ),
    "gather_nd": entry(
        moves.gather_nd,
        [
            sample((3, 2), index(0, 2, 0, 1, 1, 1, shape=(2, 3))),
            sample((3, 2), index(2, -1, 0, 0, shape=(1, 2, 2), dtype="int64")),
            sample((3, 2), index(2, 1, shape=(2, 1))),
            sample((3, 2), Given(Plain((1, 0), []))),
        ],
        [
            ("bounds", IndexError, ["index 1", "axis 0", "(1, 2)"], [(1, 2), (2, 3)], {}),
            ("too_many", ShapeError, ["(3, 2)", "(2,)"], [(2,), (3, 2)], {}),
            ("no_axis", ShapeError, ["()", "(2,)"], [(2,), ()], {}),
        ],
    ),
    "_gather_scatter": entry(
        moves.gather_scatter,
        [
            sample((3,), index(0, 2, 0, 1, 1, 1, shape=(2, 3)), shape=(3, 2)),
            sample((2, 2), index(1, 1, shape=(1, 2)), shape=(3, 2)),
            sample((0, 2), Given(Plain((1, 0), [])), shape=(3, 2)),
        ],
        [
            ("bounds", IndexError, ["index 1", "axis 0"], [(3,), (2, 3)], {"shape": (1, 2)}),
            ("shapes", ShapeError, ["(4,)", "(2, 3)", "(3, 2)"], [(4,), (2, 3)], {"shape": (3, 2)}),
            ("one", CallError, ["2 inputs"], [(3,)], {"shape": (3,)}),
        ],
        NUMBERS,
    ),
    "pick": entry(
        moves.pick,
        [
            sample((2, 3), index(0, 2)),
            sample((2, 3), index(1, 0, 5), axis=0),
            sample((2, 3), index(-1, 4), keepdims=True, mode="wrap"),
            sample((3,), index(1)),
            sample((2, 3), index(1, 1), axis=None),
            sample((0, 3), Given(Plain((0,), []))),
        ],
        [
            ("index", ShapeError, ["(3,)", "(2, 3)", "(2,)"], [(2, 3), (3,)], {}),
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3), (2,)], {"axis": 2}),
            ("mode", ValueError, ["mode", "'raise'"], [(2, 3), (2,)], {"mode": "raise"}),
        ],
    ),
    "_pick_scatter": entry(
        moves.pick_scatter,
        [
            sample((2,), index(0, 2), shape=(2, 3)),
            sample((3,), index(1, 0, 5), shape=(2, 3), axis=0),
            sample((0,), Given(Plain((0,), [])), shape=(0, 3)),
        ],
        [
            ("sizes", ShapeError, ["(3,)", "(2,)", "(2, 3)"], [(3,), (2,)], {"shape": (2, 3)}),
            ("axis", ValueError, ["axis 2", "(2, 3)"], [(2,), (2,)], {"shape": (2, 3), "axis": 2}),
            ("no_shape", ValueError, ["()"], [(2,), (2,)], {}),
        ],
    ),
    "one_hot": entry(
        moves.one_hot,
        [
            sample(index(0, 2, 5, -1), depth=3),
            sample(index(0, 1, shape=(2, 1), dtype="int32"), depth=2, on_value=7, off_value=-1, dtype="int8"),
            sample(index(1, shape=()), depth=2),
            sample(Given(Plain((0,), [])), depth=2),
        ],
        [
            ("depth", CallError, ["depth is required"], [(2,)], {}),
            ("negative", ShapeError, ["depth -1", "(2,)"], [(2,)], {"depth": -1}),
            ("text", CallError, ["depth", "'a'"], [(2,)], {"depth": "a"}),
            ("nine", ShapeError, ["(1, 1, 1, 1, 1, 1, 1, 1)"], [(1,) * 8], {"depth": 2}),
        ],
        ["float32"],
        result_dtype="float32",
    ),
    **{
        name: entry(
            lambda shape, dtype="float32", _value=value: moves.full(shape, _value),
            [sample(shape=(2, 3), dtype="int8"), sample(shape=()), sample(shape=(0, 3), dtype="bool")],
            [
                ("negative", ShapeError, ["(2, -1)"], [], {"shape": (2, -1)}),
                ("text", CallError, ["shape", "'a'"], [], {"shape": "a"}),
                ("nine", ShapeError, ["9", "8"], [], {"shape": (1,) * 9}),
                ("dtype", TypeError, ["'float31'"], [], {"shape": (2,), "dtype": "float31"}),
            ],
            ["float32"],
            result_dtype="float32",
        )
        for name, value in (("_zeros", 0), ("_ones", 1))
    },
    "_full": entry(
        moves.full,
        [
            sample(shape=(2, 3), value=2.5),
            sample(shape=(), value=-3, dtype="int64"),
            sample(shape=(0,), value=1),
        ],
        [
            ("missing", CallError, ["value is required"], [], {"shape": (2,)}),
            ("text", CallError, ["value", "'a'"], [], {"shape": (2,), "value": "a"}),
            ("negative", ShapeError, ["(-1,)"], [], {"shape": (-1,), "value": 1}),
        ],
        ["float32"],
        result_dtype="float32",
    ),
    "_eye": entry(
        moves.eye,
        [sample(N=3), sample(N=2, M=4, k=1, dtype="int32"), sample(N=3, k=-2), sample(N=2, k=9), sample(N=0)],
        [
            ("missing", CallError, ["N is required"], []),
            ("negative", ShapeError, ["(-2, -2)"], [], {"N": -2}),
            ("text", CallError, ["N", "'a'"], [], {"N": "a"}),
        ],
        ["float32"],
        result_dtype="float32",
    ),
    "_arange": entry(
        moves.arange,
        [
            sample(start=3),
            sample(start=2, stop=5, dtype="int32"),
            sample(start=0, stop=1, step=0.25, repeat=2),
            sample(start=5, stop=0, step=-2),
            sample(start=5, stop=0),
        ],
        [
            ("missing", CallError, ["start is required"], []),
            ("step", ValueError, ["step", "0"], [], {"start": 3, "step": 0}),
            ("repeat", ValueError, ["repeat", "0"], [], {"start": 3, "repeat": 0}),
            ("endless", ValueError, ["finite"], [], {"start": 0, "stop": float("inf")}),
        ],
        ["float32"],
        result_dtype="float32",
    ),
}
