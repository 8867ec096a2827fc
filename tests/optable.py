"""The one table that drives the tests of every operator of the build.

The families unary, binary, elemwise, scalar, scaled, ternary and reduce get their samples here, from the
domains that the build's own rows state, and their references from formulas.py, by name.  Every other operator
has one entry in others.py.  An operator of the build that is in neither place fails test_ops.py.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import formulas
from others import OTHERS
from plain import Plain, Shape, cast, elementwise, fits, reduce
from rows import SHAPES, Draw, Given, Params, Refusal, Row, Sample, sample

import ndgrad as mx
from ndgrad import _core, nd
from ndgrad.base import AxisError, CallError, ContextError, DTypeError, InputTypeError, ShapeError

Domains = Sequence[tuple[float, float]]

PAIRS = [((2, 3), (2, 3)), ((2, 1, 3), (4, 1)), ((), (2, 2)), ((3,), ()), ((0, 3), (1, 3)), ((), ())]
FOLDS = [
    ((2, 3, 2), {}),
    ((2, 3, 2), {"axis": 1}),
    ((2, 3, 2), {"axis": (0, -1)}),
    ((2, 3), {"axis": -1, "keepdims": True}),
    ((2, 3, 2), {"axis": 1, "exclude": True}),
    ((2, 3), {"axis": (), "keepdims": True}),
    ((), {}),
    ((3, 0), {"axis": 0}),
]
FOLDS_OF_NOTHING = [((0, 3), {"axis": 0}), ((0,), {})]

# Where a formula has branches that the domain of the build's row leaves out.
MORE_DOMAINS: dict[str, Sequence[Domains]] = {
    **{
        name: [[(-2, -0.3)]]
        for name in (
            "abs",
            "sign",
            "relu",
            "softsign",
            "_selu",
            "_leaky_relu",
            "_elu",
            "_norm_l1",
            "_norm_l2",
        )
    },
    "gamma": [[(-1.9, -1.1)], [(5, 9)]],
    "gammaln": [[(-2.8, -2.2)], [(9, 40)]],
    "_polygamma": [[(-1.9, -1.1)], [(9, 40)]],
    "smooth_l1": [[(-0.9, -0.2)], [(1.1, 2)], [(-2, -1.1)]],
    "hard_sigmoid": [[(2.6, 4)], [(-4, -2.6)]],
    "clip": [[(-2, -0.6)], [(0.6, 2)]],
    "mod": [[(3.1, 3.4), (1.2, 1.4)], [(-3.4, -3.1), (1.2, 1.4)], [(3.1, 3.4), (-1.4, -1.2)]],
    **{name: [[(2, 3), (0, 1)]] for name in ("maximum", "minimum", "greater", "lesser")},
}
SCALED_PARAMS: dict[str, Sequence[Params]] = {
    "clip": [{"a_min": -0.5, "a_max": 0.5}],
    "_polygamma": [{}, {"order": 1}, {"order": 2}],
    "hard_sigmoid": [{}, {"alpha": 1.0, "beta": 0.3}],
    "smooth_l1": [{}, {"scalar": 1.5}],
    "_leaky_relu": [{}, {"slope": 0.1}],
    "_elu": [{}, {"slope": 1.5}],
}
# The number of a scalar operator: 1.25 but for these; the second where it comes first.
NUMBERS_BESIDE = {"power": (2.5, 1.7), "mod": (0.75, 5.2)}
RMOD_DOMAIN = [(1.05, 1.25)]  # where 5.2 % x does not jump


def drawn(shapes: Sequence[Shape], domains: Domains, **params: object) -> Sample:
    return sample(*(Draw(s, *d) for s, d in zip(shapes, domains, strict=True)), **params)


def more_samples(name: str, *shapes: Shape, **params: object) -> list[Sample]:
    return [drawn(shapes, domains, **params) for domains in MORE_DOMAINS.get(name, [])]


# ----------------------------------------------------------------------------------- refused inputs


def single_refusals(**params: object) -> list[Refusal]:
    """What any operator of one array refuses."""
    return [
        Refusal("list", InputTypeError, ["data must be an NDArray", "list"], [[1.0]], params),
        Refusal("nothing_given", CallError, ["1 input"], [], params),
        Refusal("keyword", CallError, ["foo", "data"], [(2,)], {**params, "foo": 1}),
    ]


def whole_ones() -> nd.NDArray:
    return nd.ones(2, dtype="int32")


def ones_elsewhere() -> nd.NDArray:
    return nd.ones(2, ctx=mx.cpu(1))


def pair_refusals(*shapes: Shape) -> list[Refusal]:
    return [
        Refusal("shapes", ShapeError, [str(s) for s in shapes], shapes),
        Refusal("dtypes", DTypeError, ["float32", "int32", "astype"], [(2,), whole_ones]),
        Refusal(
            "contexts",
            ContextError,
            ["(0)", "cpu(1)", "as_in_context"],
            [(2,), ones_elsewhere],
        ),
        Refusal("number", InputTypeError, ["rhs must be an NDArray", "float"], [(2, 3), 1.5]),
        Refusal("one_given", CallError, ["2 inputs", "1"], [(2, 3)]),
    ]


AXIS_REFUSALS = [
    Refusal("axis_beyond", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axis": 2}),
    Refusal("axis_below", AxisError, ["axis -3", "(2, 3)"], [(2, 3)], {"axis": -3}),
    Refusal("axis_twice", AxisError, ["twice", "(2, 3)"], [(2, 3)], {"axis": (1, -1)}),
    Refusal("axis_text", CallError, ["axis", "'a'"], [(2, 3)], {"axis": "a"}),
    Refusal("axis_float", CallError, ["axis", "1.5"], [(2, 3)], {"axis": 1.5}),
]


# ------------------------------------------------------------------ rows that follow from the build


def unary_row(row: dict) -> Row:
    name, formula = row["name"], formulas.UNARY[row["name"]]
    samples = [drawn([s], row["domains"]) for s in SHAPES] + more_samples(name, (2, 3))
    return Row(name, lambda x: x.map(formula), samples, single_refusals(), formula=formula)


def binary_row(row: dict) -> Row:
    root = row["name"].removeprefix("broadcast_")
    formula = formulas.BINARY[root]
    samples = [drawn(pair, row["domains"]) for pair in PAIRS] + more_samples(root, (2, 3), (2, 3))
    return pair_row(row["name"], formula, samples, pair_refusals((2, 3), (4,)))


def elemwise_row(row: dict) -> Row:
    formula = formulas.BINARY[row["name"].removeprefix("elemwise").removeprefix("_")]
    samples = [drawn((shape, shape), row["domains"]) for shape in SHAPES]
    return pair_row(row["name"], formula, samples, pair_refusals((2, 3), (3,)))


def pair_row(
    name: str, formula: formulas.Formula, samples: Sequence[Sample], refusals: Sequence[Refusal]
) -> Row:
    return Row(name, lambda a, b: elementwise(formula, a, b), samples, refusals, formula=formula)


def scalar_row(row: dict) -> Row:
    name = row["name"]
    root, is_first = formulas.of_scalar(name)
    number = NUMBERS_BESIDE.get(root, (1.25, 1.25))[is_first]
    domains = RMOD_DOMAIN if (root, is_first) == ("mod", True) else row["domains"]

    def apply(x: float, scalar: float) -> float:
        return formulas.BINARY[root](*((scalar, x) if is_first else (x, scalar)))

    samples = [drawn([s], domains, scalar=number) for s in SHAPES]
    if row["domains"] == [(0.0, 1.0)]:  # a number inside the domain, for both branches
        samples.append(drawn([(2, 3)], domains, scalar=0.46))
    refusals = [
        *single_refusals(scalar=2.0),
        Refusal("text", CallError, ["scalar must be a number"], [(2,)], {"scalar": "a"}),
    ]
    return Row(name, lambda x, scalar: x.map(lambda v: apply(v, scalar)), samples, refusals, formula=apply)


def scaled_row(row: dict) -> Row:
    name, formula = row["name"], formulas.SCALED[row["name"]]
    usual, *others = SCALED_PARAMS[name]
    samples = [drawn([s], row["domains"], **usual) for s in SHAPES] + more_samples(name, (2, 3), **usual)
    for params in others:
        samples += [drawn([(2, 3)], row["domains"], **params), *more_samples(name, (2, 3), **params)]
    parameter = row["params"][0]["name"]
    text = Refusal("text", CallError, [f"{parameter} must be a number"], [(2,)], {**usual, parameter: "a"})
    return Row(
        name,
        lambda x, **params: x.map(lambda v: formula(v, **params)),
        samples,
        [*single_refusals(**usual), text],
        formula=formula,
    )


def where(condition: Plain, x: Plain, y: Plain) -> Plain:
    """A condition of one dimension chooses rows."""
    if condition.ndim == 1 and x.ndim > 1 and condition.shape[0] == x.shape[0]:
        condition = condition.reshaped((*condition.shape, *[1] * (x.ndim - 1)))
    return elementwise(lambda c, a, b: a if c else b, condition, x, y)


def ternary_row(row: dict) -> Row:
    """There is one: where."""
    assert row["name"] == "where"
    mixed = Given(Plain((2, 3), [0, 1, 1, 0, -2, 0]))
    samples = [
        sample(mixed, (2, 3), (2, 3)),
        sample(Given(Plain((2,), [0.5, 0]), "float64"), (2, 3), (2, 3)),
        sample(mixed, (1, 3), (2, 1)),
        sample(Given(Plain((), [1]), "int32"), (), ()),
        sample(Given(Plain((0, 3), [])), (0, 3), (0, 3)),
    ]
    refusals = [
        Refusal("shapes", ShapeError, ["(2, 3)", "(4,)"], [(2, 3), (2, 3), (4,)]),
        Refusal("condition", ShapeError, ["(5, 1)", "(2, 3)"], [(5, 1), (2, 3), (2, 3)]),
        Refusal("dtypes", DTypeError, ["float32", "int32"], [(2,), (2,), whole_ones]),
        Refusal("missing", CallError, ["3 inputs"], [(2,), (2,)]),
    ]
    return Row("where", where, samples, refusals)


def reduce_row(row: dict) -> Row:
    name, fold = row["name"], formulas.REDUCE[row["name"]]
    extremum = name in ("max", "min")
    of_nothing = [] if extremum or name in ("mean", "_norm_l2") else FOLDS_OF_NOTHING
    samples = [drawn([shape], row["domains"], **params) for shape, params in FOLDS + of_nothing]
    refusals = [*single_refusals(), *AXIS_REFUSALS]
    if extremum:
        refusals.append(Refusal("nothing", ShapeError, ["(0, 3)", "nothing"], [(0, 3)], {"axis": 0}))
    return Row(
        name,
        lambda x, **params: reduce(fold, x, **params),
        samples + more_samples(name, (2, 3), axis=1),
        refusals,
        ties=not extremum,
    )


def other_row(row: dict) -> Row:
    entry = OTHERS[row["name"]]
    general = single_refusals(**entry.samples[0].params) if row["inputs"] == ("data",) else []
    return replace(entry, name=row["name"], refusals=[*entry.refusals, *general])


# ---------------------------------------------------------------------------------------- the table

FAMILIES: dict[str, Callable[[dict], Row]] = {
    "unary": unary_row,
    "binary": binary_row,
    "elemwise": elemwise_row,
    "scalar": scalar_row,
    "scaled": scaled_row,
    "ternary": ternary_row,
    "reduce": reduce_row,
}


def row_of(description: dict) -> Row | None:
    """The row of an operator of the build; None if nobody has said what it computes."""
    try:
        row = FAMILIES.get(description["family"], other_row)(description)
    except KeyError:
        return None
    return replace(row, differentiable=description["differentiable"])


# Aliases share a description.
BUILD: dict[str, dict] = {row["name"]: row for row in map(_core.describe, _core.operators)}
_rows = {name: row_of(description) for name, description in BUILD.items()}
MISSING = [name for name, row in _rows.items() if row is None]
ROWS = [row for row in _rows.values() if row is not None]


# -------------------------------------------------------------------- whole numbers, for the dtypes


def whole_columns(row: Row, dtype: str, params: Params) -> list[Plain]:
    """All combinations of small integers on which an elementwise row is defined and fits, as columns."""
    candidates = [n for n in (-3, -2, -1, 0, 1, 2, 3, 5) if n >= 0 or dtype != "uint8"]
    combinations = itertools.product(candidates, repeat=len(row.samples[0].inputs))
    lines = [line for line in combinations if is_defined(row, line, dtype, params)]
    return [Plain((len(lines),), column) for column in zip(*lines, strict=True)]


def is_defined(row: Row, line: Sequence[int], dtype: str, params: Params) -> bool:
    try:
        return fits(row.formula(*line, **params), dtype)
    except (ValueError, ZeroDivisionError, OverflowError):
        return False


def whole_draw(dtype: str) -> Callable[[Draw, int], Plain]:
    """Small integers for an operator that is not elementwise."""

    def numbers(draw: Draw, salt: int) -> Plain:
        pool = itertools.cycle([3, 1, 2, 1, 2] if dtype in ("uint8", "bool") else [3, -1, 2, -2, 1])
        return Plain.build(draw.shape, lambda _: cast(next(pool), dtype))

    return numbers
