"""Shapes, indices and what follows from them."""

from __future__ import annotations

import math

import arrangements
import moves
from plain import Plain
from rows import FLOATS, NUMBERS, SHAPES, Draw, Given, Row, entry, index, sample

from ndgrad import nd
from ndgrad.base import ArgumentError, AxisError, CallError, DTypeError, ShapeError


def like(*shape: int) -> Given:
    """An input of which only the shape matters."""
    return Given(Plain(shape, [0.0] * math.prod(shape)))


def whole(*shape: int) -> nd.NDArray:
    return nd.ones(shape, dtype="int32")


SEQUENCES = [
    sample((3, 2, 2), index(1, 3), use_sequence_length=True),
    sample((2, 3, 2), index(2, 1, dtype="int32"), use_sequence_length=True, axis=1),
    sample((3, 2)),
    sample((2, 3), axis=1),
]
SEQUENCE_REFUSALS = [
    ("missing", CallError, ["use_sequence_length", "missing"], [(3, 2)], {"use_sequence_length": True}),
    ("unused", CallError, ["use_sequence_length", "given"], [(3, 2), (2,)], {}),
    ("axis", ShapeError, ["(3, 2)", "axis 2"], [(3, 2)], {"axis": 2}),
    ("one_axis", ShapeError, ["(3,)"], [(3,)], {}),
    ("count", ShapeError, ["(3, 2)", "(2,)", "(3,)"], [(3, 2), (3,)], {"use_sequence_length": True}),
    (
        "length",
        IndexError,
        ["sequence 1", "(3, 2)", "length -1"],
        [(3, 2), lambda: nd.array([1.0, -1.0])],
        {"use_sequence_length": True},
    ),
]

REPEATING: dict[str, Row] = {
    "tile": entry(
        arrangements.tile,
        [
            sample((2, 3), reps=(2, 2)),
            sample((2, 3), reps=(2,)),
            sample((3,), reps=(2, 1, 2)),
            sample((2, 1, 2), reps=(1, 3, 1)),
            sample((2, 3), reps=()),
            sample((), reps=(2,)),
            sample((0, 3), reps=(2, 2)),
        ],
        [
            ("zero", ArgumentError, ["axis 1", "0 times"], [(2, 3)], {"reps": (1, 0)}),
            ("negative", ArgumentError, ["axis 0", "-2 times"], [(2, 3)], {"reps": (-2, 1)}),
            ("huge", MemoryError, ["memory"], [(2, 3)], {"reps": (2**40, 2**40)}),
            ("missing", CallError, ["reps is required"], [(2, 3)], {}),
        ],
    ),
    "repeat": entry(
        arrangements.repeat,
        [
            sample((2, 3), repeats=2),
            sample((2, 3), repeats=2, axis=0),
            sample((2, 3, 2), repeats=3, axis=-2),
            sample((2, 3), repeats=1, axis=1),
            sample((2, 3), repeats=0, axis=1),
            sample((), repeats=2),
            sample((0, 3), repeats=2, axis=1),
        ],
        [
            ("negative", ArgumentError, ["-1 times"], [(2, 3)], {"repeats": -1}),
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"repeats": 2, "axis": 2}),
            ("huge", MemoryError, ["memory"], [(2, 3)], {"repeats": 2**60}),
        ],
    ),
    "reverse": entry(
        arrangements.reverse,
        [
            sample((2, 3), axis=(0,)),
            sample((2, 3, 2), axis=(1, -1)),
            sample((2, 3), axis=1),
            sample((2, 3), axis=()),
            sample((0, 3), axis=(1,)),
        ],
        [
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axis": 2}),
            ("twice", AxisError, ["twice", "(2, 3)"], [(2, 3)], {"axis": (0, -2)}),
            ("missing", CallError, ["axis is required"], [(2, 3)], {}),
        ],
    ),
    "Pad": entry(
        arrangements.pad,
        [
            sample((1, 1, 2, 3), mode="constant", pad_width=(0, 0, 0, 0, 1, 2, 0, 1), constant_value=1.5),
            sample((1, 2, 3, 2), mode="edge", pad_width=(0, 0, 0, 0, 2, 1, 3, 0)),
            sample((1, 1, 3, 4), mode="reflect", pad_width=(0, 0, 0, 0, 2, 1, 1, 3)),
            sample((1, 1, 2, 2, 2), mode="edge", pad_width=(0, 0, 0, 0, 1, 0, 0, 1, 1, 1)),
            sample((3,), mode="reflect", pad_width=(2, 2)),
            sample((2, 3), mode="edge", pad_width=(0, 0, 0, 0)),
            sample((0, 2), mode="constant", pad_width=(0, 1, 1, 1)),
            sample((0, 2), mode="edge", pad_width=(0, 0, 1, 1)),
        ],
        [
            ("count", ArgumentError, ["(2, 3)", "4 widths"], [(2, 3)], {"mode": "edge", "pad_width": (1, 1)}),
            (
                "reflect",
                ArgumentError,
                ["axis 0", "(2, 3)", "2 and 0"],
                [(2, 3)],
                {"mode": "reflect", "pad_width": (2, 0, 0, 0)},
            ),
            (
                "negative",
                ArgumentError,
                ["axis 1", "-1"],
                [(2, 3)],
                {"mode": "constant", "pad_width": (0, 0, -1, 0)},
            ),
            (
                "edge_of_nothing",
                ArgumentError,
                ["axis 0", "(0,)"],
                [(0,)],
                {"mode": "edge", "pad_width": (1, 0)},
            ),
            ("mode", ValueError, ["mode", "'wrap'"], [(2,)], {"mode": "wrap", "pad_width": (1, 1)}),
            ("many", ArgumentError, ["65", "64"], [(2,)], {"mode": "edge", "pad_width": (1,) * 65}),
        ],
    ),
    "depth_to_space": entry(
        arrangements.depth_to_space,
        [
            sample((2, 4, 1, 2), block_size=2),
            sample((1, 2, 2, 1), block_size=1),
            sample((0, 4, 2, 2), block_size=2),
        ],
        [
            ("axes", ShapeError, ["(2, 3)"], [(2, 3)], {"block_size": 2}),
            ("channels", ShapeError, ["2 x 2", "(1, 6, 1, 1)"], [(1, 6, 1, 1)], {"block_size": 2}),
            ("zero", ShapeError, ["0 x 0"], [(1, 4, 1, 1)], {"block_size": 0}),
        ],
    ),
    "space_to_depth": entry(
        arrangements.space_to_depth,
        [
            sample((2, 1, 2, 4), block_size=2),
            sample((1, 2, 2, 1), block_size=1),
            sample((0, 1, 2, 2), block_size=2),
        ],
        [
            ("axes", ShapeError, ["(2, 3)"], [(2, 3)], {"block_size": 2}),
            ("height", ShapeError, ["2 x 2", "(1, 1, 3, 2)"], [(1, 1, 3, 2)], {"block_size": 2}),
            ("huge", ShapeError, ["(1, 1, 0, 0)"], [(1, 1, 0, 0)], {"block_size": 2**40}),
        ],
    ),
}

CUTTING: dict[str, Row] = {
    "diag": entry(
        arrangements.diag,
        [
            sample((3, 3)),
            sample((2, 4), k=1),
            sample((3, 2), k=-1),
            sample((2, 3), k=7),
            sample((2,), k=1),
            sample((2,), k=-2),
            sample((3, 2, 2), k=-1),
            sample((2, 3, 4), k=1, axis1=-1, axis2=0),
            sample((2, 0)),
        ],
        [
            ("no_axis", ShapeError, ["()"], [()], {}),
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axis2": 2}),
            ("same", AxisError, ["axis 1", "(2, 3)"], [(2, 3)], {"axis1": 1}),
            ("far", ShapeError, [str(2**60)], [(2, 3)], {"k": 2**60}),
        ],
    ),
    "slice_like": entry(
        arrangements.slice_like,
        [
            sample((3, 4), (2, 3)),
            sample((3, 4), (2, 3), axes=(-1,)),
            sample((3, 4, 2), (2, 3), axes=(0, 1)),
            sample((), ()),
            sample((3, 2), (0, 2)),
        ],
        [
            ("larger", ShapeError, ["axis 1", "(2, 3)", "(2, 4)"], [(2, 3), (2, 4)], {}),
            ("fewer", ShapeError, ["axis 1", "(2, 3)", "(2,)"], [(2, 3), (2,)], {}),
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3), (2, 3)], {"axes": (2,)}),
        ],
    ),
    "Crop": entry(
        arrangements.crop,
        [
            sample((1, 2, 3, 4), h_w=(2, 2), offset=(1, 2)),
            sample((1, 1, 5, 4), h_w=(2, 2), center_crop=True),
            sample((2, 1, 3, 4), (1, 1, 2, 3)),
            sample((0, 1, 3, 4), h_w=(1, 1)),
        ],
        [
            ("axes", ShapeError, ["(2, 3)"], [(2, 3)], {"h_w": (1, 1)}),
            (
                "beyond",
                ShapeError,
                ["axis 2", "(1, 1, 3, 3)"],
                [(1, 1, 3, 3)],
                {"h_w": (2, 2), "offset": (2, 0)},
            ),
            ("larger", ShapeError, ["axis 3", "extent 4"], [(1, 1, 3, 3)], {"h_w": (2, 4)}),
            ("pair", ArgumentError, ["pairs"], [(1, 1, 3, 3)], {"h_w": (1,)}),
        ],
    ),
    "_split_v2": entry(
        arrangements.split_v2,
        [
            sample((2, 5), indices=(0, 1, 3)),
            sample((2, 5), indices=(), sections=3),
            sample((2, 2), indices=(0, 0)),
            sample((2, 3), indices=(), sections=2, axis=0, squeeze_axis=True),
            sample((2, 2), indices=(0, 1), axis=-1, squeeze_axis=True),
            sample((2, 3), indices=(0,)),
            sample((0, 3), indices=(0, 1)),
        ],
        [
            ("order", ShapeError, ["axis 1", "(2, 5)"], [(2, 5)], {"indices": (0, 3, 1)}),
            ("first", ShapeError, ["axis 1", "(2, 5)"], [(2, 5)], {"indices": (1, 3)}),
            ("beyond", ShapeError, ["axis 0", "(2, 5)"], [(2, 5)], {"indices": (0, 3), "axis": 0}),
            ("squeeze", ShapeError, ["squeeze_axis"], [(2, 5)], {"indices": (0, 1), "squeeze_axis": True}),
            ("many", ShapeError, ["65"], [(2, 5)], {"indices": (), "sections": 65}),
        ],
    ),
    "reshape_like": entry(
        arrangements.reshape_like,
        [
            sample((2, 3), (3, 2)),
            sample((), (1, 1)),
            sample((0, 3), (2, 0)),
            sample((6, 2), (2, 3, 5), lhs_end=1, rhs_end=2),
            sample((2, 6), (5, 2, 3), lhs_begin=-1, rhs_begin=1),
            sample((2, 3, 2), (3, 2), lhs_begin=0, lhs_end=-1, rhs_begin=0, rhs_end=None),
        ],
        [
            ("size", ShapeError, ["(2, 3)", "(4, 2)"], [(2, 3), (4, 2)], {}),
            ("one", CallError, ["2 inputs"], [(2, 3)], {}),
            ("keyword", CallError, ["shape"], [(2, 3), (3, 2)], {"shape": (3, 2)}),
            ("begin", AxisError, ["(2, 3)", "2 to before 2"], [(2, 3), (2, 3)], {"lhs_begin": 2}),
            ("end", AxisError, ["(3, 2)", "0 to before 3"], [(2, 3), (3, 2)], {"rhs_end": 3}),
            ("many", ShapeError, ["too many"], [(1,) * 5, (1,) * 5], {"lhs_begin": 0, "lhs_end": 1}),
        ],
    ),
    "broadcast_like": entry(
        arrangements.broadcast_like,
        [
            sample((1, 3), (2, 3)),
            sample((), (2, 2)),
            sample((0, 1), (0, 3)),
            sample((1, 2), (4, 3), lhs_axes=(0,), rhs_axes=(1,)),
            sample((1, 2, 1), (4, 3), lhs_axes=(-1, 0), rhs_axes=(0, -1)),
        ],
        [
            ("extent", ShapeError, ["(2, 3)", "(2, 4)"], [(2, 3), (2, 4)], {}),
            ("shrink", ShapeError, ["(2, 3)", "(1, 3)"], [(2, 3), (1, 3)], {}),
            ("one", CallError, ["2 inputs"], [(2, 3)], {}),
            ("count", ArgumentError, ["as many"], [(1, 3), (2, 3)], {"lhs_axes": (0,), "rhs_axes": (0, 1)}),
            ("half", ArgumentError, ["as many"], [(1, 3), (2, 3)], {"lhs_axes": (0,)}),
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(1, 3), (2, 3)], {"lhs_axes": 0, "rhs_axes": 2}),
        ],
    ),
}

ASSIGNING: dict[str, Row] = {
    "_slice_assign": entry(
        arrangements.slice_assign,
        [
            sample((3, 4), (2, 2), begin=(0, 1), end=(2, 3)),
            sample((3, 4), (3, 2), begin=(None, 3), end=(None, None), step=(1, -2)),
            sample((3,), (0,), begin=(2,), end=(1,)),
            sample((0, 3), (0, 2), begin=(None, 1), end=(None, 3)),
        ],
        [
            ("shape", ShapeError, ["(1, 2)", "(2, 2)"], [(3, 4), (1, 2)], {"begin": (0, 1), "end": (2, 3)}),
            ("dtype", DTypeError, ["float32", "int32"], [(3,), lambda: whole(1)], {"begin": 0, "end": 1}),
            ("axes", AxisError, ["(3,)"], [(3,), (1,)], {"begin": (0, 0), "end": (1, 1)}),
            ("step", ArgumentError, ["step", "0"], [(3,), (1,)], {"begin": 0, "end": 1, "step": 0}),
        ],
    ),
    "_slice_assign_scalar": entry(
        arrangements.slice_assign_scalar,
        [
            sample((3, 4), begin=(0, 1), end=(2, 3), scalar=1.0),
            sample((3, 4), begin=(None, 3), end=(None, None), step=(1, -2)),
            sample((0, 3), begin=(None, 1), end=(None, 3)),
        ],
        [
            ("axes", AxisError, ["(3,)"], [(3,)], {"begin": (0, 0), "end": (1, 1)}),
            ("step", ArgumentError, ["step", "0"], [(3,)], {"begin": 0, "end": 1, "step": 0}),
            ("missing", CallError, ["end is required"], [(3,)], {"begin": 0}),
        ],
    ),
    "scatter_nd": entry(
        arrangements.scatter_nd,
        [
            sample((3,), index(0, 2, 0, 1, 1, 0, shape=(2, 3)), shape=(3, 2)),
            sample((2, 2), index(1, -1, shape=(1, 2), dtype="int32"), shape=(3, 2)),
            sample((0, 2), Given(Plain((1, 0), [])), shape=(3, 2)),
        ],
        [
            ("bounds", IndexError, ["index 1", "axis 0"], [(3,), (2, 3)], {"shape": (1, 2)}),
            ("shapes", ShapeError, ["(4,)", "(2, 3)", "(3, 2)"], [(4,), (2, 3)], {"shape": (3, 2)}),
            ("missing", CallError, ["shape is required"], [(3,), (1, 3)], {}),
        ],
    ),
    "_scatter_set_nd": entry(
        arrangements.scatter_set,
        [
            sample((3, 2), (3,), index(0, 2, 0, 1, 1, 0, shape=(2, 3)), shape=(3, 2)),
            sample((3, 2), (2, 2), index(1, -1, shape=(1, 2)), shape=(3, 2)),
            sample((3, 2), (0, 2), Given(Plain((1, 0), [])), shape=(3, 2)),
        ],
        [
            ("bounds", IndexError, ["index 1", "axis 0"], [(1, 2), (3,), (2, 3)], {"shape": (1, 2)}),
            ("shapes", ShapeError, ["(4,)", "(3,)"], [(3, 2), (4,), (2, 3)], {"shape": (3, 2)}),
            ("dtype", DTypeError, ["int32"], [(3, 2), lambda: whole(3), (2, 3)], {"shape": (3, 2)}),
        ],
    ),
    "_contrib_index_copy": entry(
        arrangements.index_copy,
        [
            sample((3, 2), index(2, 0), (2, 2)),
            sample((4,), index(1, -1, dtype="int64"), (2,)),
            sample((3, 2), Given(Plain((0,), [])), (0, 2)),
        ],
        [
            ("rows", ShapeError, ["(3, 2)", "(2,)", "(3, 2)"], [(3, 2), (2,), (3, 2)], {}),
            ("bounds", IndexError, ["index 1", "axis 0"], [(1, 2), (2,), (2, 2)], {}),
            ("no_axis", ShapeError, ["()"], [(), (1,), (1,)], {}),
        ],
    ),
    "fill_element_0index": entry(
        arrangements.fill_element,
        [
            sample((3, 4), (3,), index(1, 0, 3)),
            sample((2, 1), (2,), index(0, 0, dtype="int32")),
            sample((0, 3), (0,), Given(Plain((0,), []))),
        ],
        [
            ("bounds", IndexError, ["index 1", "axis 1"], [(2, 1), (2,), (2,)], {}),
            ("rows", ShapeError, ["(3, 4)", "(2,)"], [(3, 4), (2,), (3,)], {}),
            ("axes", ShapeError, ["(3,)"], [(3,), (3,), (3,)], {}),
        ],
    ),
}

COUNTING: dict[str, Row] = {
    "add_n": entry(
        arrangements.add_n,
        [sample((2, 3), (2, 3), (2, 3)), sample((2, 3)), sample((), ()), sample((0, 3), (0, 3))],
        [
            ("shapes", ShapeError, ["(2, 3)", "(2, 4)"], [(2, 3), (2, 4)], {}),
            ("dtypes", DTypeError, ["float32", "int32"], [(2,), lambda: whole(2)], {}),
            ("none", CallError, ["at least 1"], []),
        ],
        NUMBERS,
    ),
    "cumsum": entry(
        arrangements.cumsum,
        [
            sample((2, 3)),
            sample((2, 3), axis=0),
            sample((2, 3, 2), axis=-2),
            sample((), dtype="float64"),
            sample((0, 3), axis=0),
            sample((2, 0), axis=0),
        ],
        [
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axis": 2}),
            ("dtype", TypeError, ["'float31'"], [(2, 3)], {"dtype": "float31"}),
            ("list", CallError, ["axis", "an int"], [(2, 3)], {"axis": (0, 1)}),
        ],
        NUMBERS,
    ),
    "moments": entry(
        arrangements.moments,
        [
            sample((2, 3), axes=(0,)),
            sample((2, 3, 2), axes=(0, -1), keepdims=True),
            sample((2, 3)),
            sample((3,), axes=0),
        ],
        [
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axes": (2,)}),
            ("twice", AxisError, ["twice", "(2, 3)"], [(2, 3)], {"axes": (0, -2)}),
            ("text", CallError, ["axes", "'a'"], [(2, 3)], {"axes": "a"}),
        ],
        FLOATS,
    ),
    "khatri_rao": entry(
        arrangements.khatri_rao,
        [sample((2, 3), (3, 3)), sample((2, 2), (1, 2), (2, 2)), sample((2, 3)), sample((0, 2), (3, 2))],
        [
            ("columns", ShapeError, ["input 1", "(2, 2)", "(2, 3)"], [(2, 3), (2, 2)], {}),
            ("matrix", ShapeError, ["input 0", "(3,)"], [(3,), (2, 3)], {}),
            ("none", CallError, ["at least 1"], []),
        ],
        NUMBERS,
    ),
    "_histogram": entry(
        arrangements.histogram,
        [
            sample(Draw((9,), -3, 3), bin_cnt=4, range=(-2, 2)),
            sample(Draw((2, 4), -3, 3), bin_cnt=1, range=(-9, 9)),
            sample(Draw((9,), -3, 3), index(-2, 0, 1, 3, dtype="float64")),
            sample((0,), bin_cnt=2, range=(0, 2)),
        ],
        [
            ("neither", ArgumentError, ["bin_cnt", "range"], [(3,)], {}),
            ("no_range", ArgumentError, ["range"], [(3,)], {"bin_cnt": 3}),
            ("reversed", ArgumentError, ["low <= high"], [(3,)], {"bin_cnt": 3, "range": (2, 1)}),
            ("edges", ShapeError, ["(1,)"], [(3,), (1,)], {}),
            ("dtype", ShapeError, ["float32", "int32"], [(3,), lambda: whole(2)], {}),
        ],
        ["float64"],
        result_dtype=lambda dtype, params: ("int64", dtype),
    ),
}

CHOOSING: dict[str, Row] = {
    "argmax_channel": entry(
        arrangements.argmax_channel,
        [sample((2, 3)), sample((2, 3, 2)), sample((0, 3))],
        [
            ("axis", AxisError, ["axis 1", "(3,)"], [(3,)], {}),
            ("nothing", ShapeError, ["(2, 0)"], [(2, 0)], {}),
            ("no_axis", AxisError, ["()"], [()], {}),
        ],
        NUMBERS,
    ),
    "batch_take": entry(
        arrangements.batch_take,
        [sample((3, 2), index(5, -1, 1, dtype="int32")), sample((2, 3), index(0, 2))],
        [
            ("index", ShapeError, ["(3,)", "(2, 3)"], [(2, 3), (3,)], {}),
            ("no_axis", AxisError, ["()"], [(), (1,)], {}),
            ("one", CallError, ["2 inputs"], [(2, 3)], {}),
        ],
    ),
    "_onehot_encode": entry(
        lambda index, rows: moves.one_hot(index, rows.shape[1]),
        [sample(index(0, 2, 5), like(3, 3)), sample(index(1, dtype="int32"), like(1, 2))],
        [
            ("rows", ShapeError, ["(2,)", "(3, 4)"], [(2,), (3, 4)], {}),
            ("axes", ShapeError, ["(2,)"], [(2,), (2,)], {}),
            ("one", CallError, ["2 inputs"], [(2,)], {}),
        ],
        ["float32"],
        result_dtype="float32",
    ),
    "_contrib_boolean_mask": entry(
        arrangements.boolean_mask,
        [
            sample((3, 2), index(1, 0, -0.5)),
            sample((2, 3), index(0, 2, 1, dtype="int32"), axis=1),
            sample((3, 2), index(0, 0, 0)),
            sample((0, 2), Given(Plain((0,), []))),
        ],
        [
            ("length", ShapeError, ["axis 0", "(3, 2)", "(2,)"], [(3, 2), (2,)], {}),
            ("matrix", ShapeError, ["(3, 2)", "(3, 1)"], [(3, 2), (3, 1)], {}),
            ("axis", AxisError, ["axis 2", "(3, 2)"], [(3, 2), (2,)], {"axis": 2}),
        ],
    ),
    **{
        name: entry(reference, [*SEQUENCES, *more], SEQUENCE_REFUSALS)
        for name, reference, more in (
            (
                "SequenceMask",
                arrangements.sequence_mask,
                [
                    sample((3, 3), index(0, 2.5, 7), use_sequence_length=True, value=-2.0),
                    sample((2, 1, 0), index(1), use_sequence_length=True),
                ],
            ),
            (
                "SequenceLast",
                arrangements.sequence_last,
                [sample((2, 1, 0), index(1), use_sequence_length=True)],
            ),
            (
                "SequenceReverse",
                arrangements.sequence_reverse,
                [
                    sample((3, 3), index(0, 2, 3), use_sequence_length=True),
                    sample((2, 1, 0), index(1), use_sequence_length=True),
                ],
            ),
        )
    },
}

DESCRIBING: dict[str, Row] = {
    "shape_array": entry(
        lambda x: Plain((x.ndim,), x.shape),
        [sample((2, 3)), sample(()), sample((0, 3))],
        result_dtype="int64",
    ),
    "size_array": entry(
        lambda x: Plain((1,), [len(x.values)]),
        [sample((2, 3)), sample(()), sample((0, 3))],
        result_dtype="int64",
    ),
    "_contrib_index_array": entry(
        arrangements.index_array,
        [
            sample((2, 3)),
            sample((2, 3, 2), axes=(-1, 0)),
            sample((2, 3), axes=()),
            sample(()),
            sample((0, 3)),
        ],
        [
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axes": (2,)}),
            ("nine", ShapeError, ["(1, 1, 1, 1, 1, 1, 1, 1)"], [(1,) * 8], {}),
            ("text", CallError, ["axes", "'a'"], [(2, 3)], {"axes": "a"}),
        ],
        result_dtype="int64",
    ),
    "_contrib_arange_like": entry(
        arrangements.arange_like,
        [
            sample((2, 3)),
            sample((2, 3), axis=1, start=2, step=3),
            sample((2, 5), axis=-1, repeat=2),
            sample((0, 3)),
        ],
        [
            ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axis": 2}),
            ("repeat", ArgumentError, ["0 times"], [(2, 3)], {"repeat": 0}),
            ("text", CallError, ["start", "'a'"], [(2, 3)], {"start": "a"}),
        ],
        NUMBERS,
    ),
    "_ravel_multi_index": entry(
        arrangements.ravel,
        [
            sample(index(0, 1, 1, 2, shape=(2, 2)), shape=(2, 3)),
            sample(index(1, 0, 2, shape=(3, 1)), shape=(-1, 2, 3)),
            sample(Given(Plain((2, 0), [])), shape=(2, 3)),
        ],
        [
            ("shape", ShapeError, ["1 axes", "(2, 3)"], [(2, 3)], {"shape": (4,)}),
            ("missing", ArgumentError, ["shape"], [(2, 3)], {}),
            ("extent", ShapeError, ["extent 1"], [(2, 3)], {"shape": (2, 0)}),
        ],
        ["float32"],
        result_dtype="float32",
    ),
    "_unravel_index": entry(
        arrangements.unravel,
        [
            sample(index(1, 5, 4), shape=(2, 3)),
            sample(index(17, 30, shape=(2, 1)), shape=(-1, 3, 2)),
            sample(Given(Plain((0,), [])), shape=(2, 3)),
        ],
        [
            ("missing", ArgumentError, ["shape"], [(2, 3)], {}),
            ("extent", ShapeError, ["extent 1"], [(2,)], {"shape": (2, 0)}),
            ("nine", ShapeError, ["(1, 1, 1, 1, 1, 1, 1, 1)"], [(1,) * 8], {"shape": (2, 2)}),
        ],
        ["float32"],
        result_dtype="float32",
    ),
    "_identity_with_attr_like_rhs": entry(
        arrangements.same,
        [sample((2, 3), (2, 3)), sample((), ()), sample((0, 3), (0, 3))],
        [
            ("shapes", ShapeError, ["(2, 3)", "(2, 4)"], [(2, 3), (2, 4)], {}),
            ("dtypes", DTypeError, ["float32", "int32"], [(2,), lambda: whole(2)], {}),
            ("one", CallError, ["2 inputs"], [(2, 3)], {}),
        ],
    ),
    "cast_storage": entry(
        arrangements.same,
        [sample(shape, stype="default") for shape in SHAPES],
        [
            ("sparse", ArgumentError, ["dense"], [(2,)], {"stype": "csr"}),
            ("unknown", ValueError, ["stype", "'coo'"], [(2,)], {"stype": "coo"}),
            ("missing", CallError, ["stype is required"], [(2,)], {}),
        ],
    ),
    "_linspace": entry(
        arrangements.linspace,
        [
            sample(start=0, stop=1, num=5),
            sample(start=0, stop=1, num=4, endpoint=False, dtype="float64"),
            sample(start=9, stop=-3, num=4, dtype="int32"),
            sample(start=2, stop=9, num=1),
            sample(start=2, stop=9, num=0),
        ],
        [
            ("missing", CallError, ["num is required"], [], {"start": 0, "stop": 1}),
            ("negative", ShapeError, ["(-1,)"], [], {"start": 0, "stop": 1, "num": -1}),
            ("text", CallError, ["stop", "'a'"], [], {"start": 0, "stop": "a", "num": 2}),
        ],
        ["float32"],
        result_dtype="float32",
    ),
    "_zeros_without_dtype": entry(
        lambda shape=(1,), **_: moves.full(shape, 0),
        [sample(shape=(2, 3)), sample(shape=()), sample(shape=(0, 3)), sample()],
        [
            ("negative", ShapeError, ["(-1,)"], [], {"shape": (-1,)}),
            ("dtype", DTypeError, ["number 9"], [], {"dtype": 9}),
            ("text", CallError, ["shape", "'a'"], [], {"shape": "a"}),
        ],
        ["float32"],
        result_dtype="float32",
    ),
}

TABLE: dict[str, Row] = {**REPEATING, **CUTTING, **ASSIGNING, **COUNTING, **CHOOSING, **DESCRIBING}
