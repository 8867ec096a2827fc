"""Sort, argsort and topk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from moves import put
from plain import Index, Plain, Shape, indices
from rows import NUMBERS, Given, Params, Row, entry, sample

from ndgrad.base import ArgumentError, AxisError, CallError


def ordered(x: Plain, axis: int | None, ascending: bool, k: int = 0) -> dict[Index, Index]:
    """Where each element of the result comes from; equal ones keep their order, as in MXNet's short rows."""
    if axis is None:
        places = ordered(x.reshaped((len(x.values),)), 0, ascending, k)
        every = list(indices(x.shape))
        return {to: every[place[0]] for to, place in places.items()}
    at = axis % x.ndim
    result = {}
    for corner in indices(put(x.shape, at, 1)):
        row = [put(corner, at, i) for i in range(x.shape[at])]
        row.sort(key=lambda index: x[index] if ascending else -x[index])
        result |= {put(corner, at, i): place for i, place in enumerate(row[: k or None])}
    return dict(sorted(result.items()))


def shape_of(x: Plain, axis: int | None, k: int) -> Shape:
    return (k or len(x.values),) if axis is None else put(x.shape, axis % x.ndim, k or x.shape[axis])


def positions(x: Plain, places: dict[Index, Index], axis: int | None, k: int = 0) -> Plain:
    every = list(indices(x.shape))
    found = [every.index(p) if axis is None else p[axis] for p in places.values()]
    return Plain(shape_of(x, axis, k), found)


def sort(x: Plain, axis: int | None = -1, is_ascend: bool = True) -> Plain:
    places = ordered(x, axis, is_ascend)
    return Plain(shape_of(x, axis, 0), [x[place] for place in places.values()])


def argsort(x: Plain, axis: int | None = -1, is_ascend: bool = True, dtype: str = "float32") -> Plain:
    return positions(x, ordered(x, axis, is_ascend), axis)


def order(
    x: Plain, axis: int | None = -1, is_ascend: bool = True, k: int = 0, dtype: str = "float32"
) -> list[Plain]:
    places, every = ordered(x, axis, is_ascend, k), list(indices(x.shape))
    flat = Plain(shape_of(x, axis, k), [every.index(place) for place in places.values()])
    return [flat, positions(x, places, axis, k)]


def topk(
    x: Plain, axis: int | None = -1, k: int = 1, ret_typ: str = "indices", is_ascend: bool = False
) -> Plain | list[Plain]:
    places = ordered(x, axis, is_ascend, k)
    values = Plain(shape_of(x, axis, k), [x[place] for place in places.values()])
    mask = Plain.build(x.shape, lambda index: float(index in places.values()))
    found = positions(x, places, axis, k)
    return {"value": values, "indices": found, "mask": mask, "both": [values, found]}[ret_typ]


def order_dtypes(dtype: str, params: Params) -> Sequence[str]:
    return ["int64", str(params.get("dtype", "float32"))]


def topk_dtypes(dtype: str, params: Params) -> Sequence[str]:
    positions = str(params.get("dtype", "float32"))
    return [positions if params.get("ret_typ", "indices") == "indices" else dtype, positions]


TIES = Given(Plain((2, 4), [3, 1, 3, 1, 0, 0, 0, 0]), "int32")
WAYS = [
    sample((2, 5)),
    sample((2, 5), is_ascend=False),
    sample((3, 2, 2), axis=0),
    sample((3, 2, 2), axis=1, is_ascend=False),
    sample((2, 3), axis=None),
    sample((), axis=None),
    sample((0, 3)),
    sample((2, 0)),
]
POSITIONS = [*WAYS, sample(TIES), sample(TIES, is_ascend=False), sample((2, 5), dtype="int32")]
FIRST = [
    sample((2, 5)),
    sample((2, 5), k=3),
    sample((2, 5), k=3, is_ascend=True),
    sample((3, 2, 2), k=2, axis=0),
    sample((2, 3), k=4, axis=None),
    sample((2, 3), k=0),
    sample((0, 3), k=2),
]
REFUSED = [
    ("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axis": 2}),
    ("no_axis", AxisError, ["axis -1", "()"], [()], {}),
    ("axis_text", CallError, ["axis", "'a'"], [(2, 3)], {"axis": "a"}),
]
TOO_MANY = ("k", ArgumentError, ["k is 4", "(2, 3)", "3 elements"], [(2, 3)], {"k": 4})

TABLE: dict[str, Row] = {
    "sort": entry(sort, WAYS, REFUSED, NUMBERS, ties=False),
    "argsort": entry(argsort, POSITIONS, REFUSED, NUMBERS, result_dtype="float32"),
    "_order": entry(
        order,
        [*POSITIONS, sample((2, 5), k=3)],
        [*REFUSED, TOO_MANY],
        NUMBERS,
        result_dtype=order_dtypes,
    ),
    "topk": entry(
        topk,
        [
            replace(s, params={**s.params, "ret_typ": kind})
            for s in FIRST
            for kind in ("indices", "value", "mask", "both")
        ],
        [
            *REFUSED,
            TOO_MANY,
            ("kind", ArgumentError, ["ret_typ", "'all'", "both"], [(2, 3)], {"ret_typ": "all"}),
        ],
        NUMBERS,
        result_dtype=topk_dtypes,
        ties=False,
    ),
}
