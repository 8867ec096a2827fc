"""Operators that MXNet keeps under contrib, and their like."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable

import formulas
from moves import put
from plain import Index, Plain, reduce
from rows import ALL, FLOATS, NUMBERS, Draw, Given, Params, Row, entry, sample

from ndgrad import nd
from ndgrad.base import AxisError, CallError, DTypeError, ShapeError

ODD = Given(Plain((2, 3), [1, math.inf, -math.inf, math.nan, 0, -2]))


def quadratic(x: Plain, a: float = 0, b: float = 0, c: float = 0) -> Plain:
    return x.map(lambda v: a * v * v + b * v + c)


def div_sqrt_dim(x: Plain) -> Plain:
    return x.map(lambda v: v / math.sqrt(x.shape[-1]))


def allclose(a: Plain, b: Plain, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = True) -> Plain:
    def close(u: float, v: float) -> bool:
        both_nan = math.isnan(u) and math.isnan(v)
        return u == v or abs(u - v) <= atol + rtol * abs(v) or (equal_nan and both_nan)

    return Plain((), [all(map(close, a.values, b.values))])


def copied(x: Plain, **_: object) -> Plain:
    return x


def truth_of(function: Callable[[float], bool]) -> Callable[[Plain], Plain]:
    return lambda x: x.map(lambda v: float(function(v)))


def transformed(x: Plain, compute_size: int = 128) -> Plain:
    n = x.shape[-1]

    def element(index: Index) -> float:
        frequency, part = divmod(index[-1], 2)
        turns = [-2j * math.pi * frequency * i / n for i in range(n)]
        total = sum(x[put(index, x.ndim - 1, i)] * cmath.exp(turn) for i, turn in enumerate(turns))
        return total.imag if part else total.real

    return Plain.build((*x.shape[:-1], 2 * n), element)


def transformed_back(x: Plain, compute_size: int = 128) -> Plain:
    n = x.shape[-1] // 2

    def element(index: Index) -> float:
        def pair(k: int) -> complex:
            real, imaginary = (x[put(index, x.ndim - 1, 2 * k + part)] for part in (0, 1))
            return complex(real, imaginary)

        turns = [2j * math.pi * index[-1] * k / n for k in range(n)]
        return sum(pair(k) * cmath.exp(turn) for k, turn in enumerate(turns)).real

    return Plain.build((*x.shape[:-1], n), element)


def count_sketch(x: Plain, h: Plain, s: Plain, out_dim: int, processing_batch_size: int = 32) -> Plain:
    def element(index: Index) -> float:
        columns = [i for i, place in enumerate(h.values) if place == index[1]]
        return sum((s.values[i] * x[(index[0], i)] for i in columns), start=0.0)

    return Plain.build((x.shape[0], out_dim), element)


def getnnz(x: Plain, axis: int | None = None) -> Plain:
    return reduce(sum, x.map(lambda v: int(v != 0)), axis)


def hawkes(
    lda: Plain,
    alpha: Plain,
    beta: Plain,
    state: Plain,
    lags: Plain,
    marks: Plain,
    valid_length: Plain,
    max_time: Plain,
) -> list[Plain]:
    """Event by event; states[k] is as of the last event of that mark."""
    likelihoods, all_states = [], []
    for row in range(lda.shape[0]):
        kinds = range(lda.shape[1])
        states, last = [state[(row, k)] for k in kinds], [0.0 for _ in kinds]
        time = total = 0.0

        def until(
            k: int, moment: float, states: list[float] = states, last: list[float] = last, row: int = row
        ) -> float:
            """The integral of the intensity; the state decays."""
            since, before = moment - last[k], states[k]
            states[k] *= math.exp(-beta[(k,)] * since)
            return lda[(row, k)] * since + alpha[(k,)] * (before - states[k])

        for event in range(int(valid_length[(row,)])):
            time, k = time + lags[(row, event)], int(marks[(row, event)])
            total -= until(k, time)
            total += math.log(lda[(row, k)] + alpha[(k,)] * beta[(k,)] * states[k])
            states[k], last[k] = states[k] + 1, time
        total -= sum(until(k, max_time[(row,)]) for k in kinds)
        likelihoods.append(total)
        all_states += states
    return [Plain((len(likelihoods),), likelihoods), Plain(state.shape, all_states)]


def doubles() -> nd.NDArray:
    return nd.ones(2, dtype="float64")


def halves() -> nd.NDArray:
    return nd.ones((2, 3), dtype="float16")


WIDTHS = ("float16", "float32", "float64")


def multicast_dtypes(dtype: str, params: Params) -> list[str]:
    """Of an array of the dtype, one of float32, and one of int32."""
    pick = min if params.get("cast_narrow") else max
    common = pick(dtype, "float32", key=WIDTHS.index)
    return [common, common, "int32"]


def given(*values: float, shape: tuple[int, ...], dtype: str = "float32") -> Given:
    return Given(Plain(shape, values), dtype)


RATES = [Draw((2, 3), 0.5, 2), Draw((3,), 0.2, 0.8), Draw((3,), 0.5, 2), Draw((2, 3), 0, 1)]
EVENTS = given(0, 1, 2, 1, 1, 1, 0, 9, shape=(2, 4), dtype="int32")
HAWKES = [(2, 3), (3,), (3,), (2, 3), (2, 4), (2, 4), (2,), (2,)]
HOLES = given(1, 0, -2, 0, 0, 0.5, shape=(2, 3))
PLACES = given(0, 3, 0, 2, shape=(1, 4))
SIGNS = Draw((1, 4))

TABLE: dict[str, Row] = {
    "_contrib_quadratic": entry(
        quadratic,
        [sample((2, 3), a=2.0, b=-3.0, c=0.5), sample((2, 3)), sample((0, 3), a=1.0), sample((), b=1.0)],
        [],
        FLOATS,
    ),
    "_contrib_div_sqrt_dim": entry(
        div_sqrt_dim,
        [sample((2, 3)), sample((2, 2, 4)), sample((0, 3))],
        [("no_axis", ShapeError, ["()"], [()], {})],
        FLOATS,
    ),
    **{
        f"_contrib_{name}": entry(
            truth_of(getattr(math, name)), [sample((2, 3)), sample(()), sample((0,))], [], FLOATS
        )
        for name in ("isnan", "isinf", "isfinite")
    },
    "_contrib_allclose": entry(
        allclose,
        [
            sample((2, 3), (2, 3)),
            sample(ODD, ODD),
            sample(ODD, ODD, equal_nan=False),
            sample(given(1, 100, shape=(2,)), given(1.001, 100.5, shape=(2,)), rtol=0.006),
            sample(given(1, 100, shape=(2,)), given(1.001, 100.5, shape=(2,)), atol=0.1, rtol=0.0),
            sample((0,), (0,)),
        ],
        [
            ("shapes", ShapeError, ["(2,)", "(3,)"], [(2,), (3,)]),
            ("dtypes", DTypeError, ["float32", "float64"], [(2,), doubles]),
            ("one", CallError, ["2 inputs"], [(2,)]),
        ],
        FLOATS,
        result_dtype="uint8",
    ),
    "_contrib_gradientmultiplier": entry(
        copied, [sample((2, 3), scalar=3.0), sample((0, 3)), sample(())], [], ALL, blocks=True
    ),
    "_contrib_round_ste": entry(
        lambda x: x.map(formulas.UNARY["round"]),
        [sample((2, 3)), sample(()), sample((0,))],
        [],
        NUMBERS,
        blocks=True,
    ),
    "_contrib_sign_ste": entry(
        lambda x: x.map(formulas.sign), [sample((2, 3)), sample(()), sample((0,))], [], NUMBERS, blocks=True
    ),
    "make_loss": entry(copied, [sample((2, 3)), sample(()), sample((0,))], [], ALL, blocks=True),
    "MakeLoss": entry(
        copied,
        [sample((2, 3)), sample((2, 3), grad_scale=2.0, normalization="valid"), sample(())],
        [("kind", ValueError, ["normalization", "'all'"], [(2,)], {"normalization": "all"})],
        ALL,
        blocks=True,
    ),
    "amp_cast": entry(
        copied,
        [sample((2, 3), dtype="float64"), sample((), dtype="float64")],
        [("dtype", CallError, ["dtype is required"], [(2,)], {})],
        FLOATS,
    ),
    "amp_multicast": entry(
        lambda *arrays, **_: list(arrays),
        [
            sample((2, 3), given(1, 2, shape=(2,)), given(3, 4, shape=(2,), dtype="int32"), **params)
            for params in ({"num_outputs": 3}, {"num_outputs": 3, "cast_narrow": True})
        ],
        [
            ("count", CallError, ["2", "1 array"], [(2,)], {"num_outputs": 2}),
            ("none", CallError, ["at least 1"], [], {"num_outputs": 0}),
            ("missing", CallError, ["num_outputs is required"], [(2,)], {}),
        ],
        FLOATS,
        result_dtype=multicast_dtypes,
        blocks=True,
    ),
    "_contrib_fft": entry(
        transformed,
        [sample((2, 5)), sample((2, 4)), sample((3,)), sample((2, 1, 2), compute_size=1), sample((0, 3))],
        [("nothing", ShapeError, ["(2, 0)"], [(2, 0)], {})],
        FLOATS,
    ),
    "_contrib_ifft": entry(
        transformed_back,
        [sample((2, 10)), sample((2, 4)), sample((2,)), sample((0, 4))],
        [("odd", ShapeError, ["(2, 3)", "pairs"], [(2, 3)], {})],
        FLOATS,
    ),
    "_contrib_count_sketch": entry(
        count_sketch,
        [sample((3, 4), PLACES, SIGNS, out_dim=4), sample((0, 4), PLACES, SIGNS, out_dim=5)],
        [
            ("places", ShapeError, ["(3, 4)", "(1, 3)"], [(3, 4), (1, 3), (1, 4)], {"out_dim": 4}),
            ("out_dim", ShapeError, ["out_dim > 0"], [(3, 4), (1, 4), (1, 4)], {"out_dim": 0}),
            ("one_axis", ShapeError, ["(4,)"], [(4,), (1, 4), (1, 4)], {"out_dim": 4}),
        ],
        FLOATS,
    ),
    "_contrib_getnnz": entry(
        getnnz,
        [sample(HOLES), sample(HOLES, axis=1), sample(HOLES, axis=0), sample(ODD), sample((0, 3))],
        [("axis", AxisError, ["axis 2", "(2, 3)"], [(2, 3)], {"axis": 2})],
        ALL,
        result_dtype="int64",
    ),
    **{
        f"_scatter_{name}_scalar": entry(
            lambda x, scalar=1.0, sign=sign: x.map(lambda v: v + sign * scalar),
            [sample((2, 3), scalar=2.0), sample((2, 3)), sample(()), sample((0,), scalar=3.0)],
            [],
            NUMBERS,
        )
        for name, sign in (("plus", 1), ("minus", -1))
    },
    "_contrib_hawkesll": entry(
        hawkes,
        [
            sample(*RATES, Draw((2, 4), 0.1, 0.5), EVENTS, given(4, 3, shape=(2,)), Draw((2,), 2, 3)),
            sample(*RATES, Draw((2, 4), 0.1, 0.5), EVENTS, given(0, 1, shape=(2,)), Draw((2,), 2, 3)),
        ],
        [
            ("rates", ShapeError, ["(2, 3)", "(3, 4)"], [(2, 3), *HAWKES[1:4], (3, 4), (3, 4), (3,), (3,)]),
            ("alpha", ShapeError, ["alpha"], [(2, 3), (2,), *HAWKES[2:]]),
            ("one_axis", ShapeError, ["(3,)"], [(3,), *HAWKES[1:]]),
            ("mark", IndexError, ["mark 1", "1 mark"], [(2, 1), (1,), (1,), (2, 1), *HAWKES[4:]]),
            ("dtypes", DTypeError, ["float64"], [(2, 3), lambda: nd.ones(3, dtype="float64"), *HAWKES[2:]]),
            ("whole", DTypeError, ["int32"], [lambda: nd.ones((2, 3), dtype="int32"), *HAWKES[1:]]),
        ],
        FLOATS[1:],
    ),
}
