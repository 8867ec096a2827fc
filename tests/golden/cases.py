"""Which cases MXNet is asked: those of the tests' own table of operators (optable.py), in several dtypes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from golden.data import FLOATS, brief, registered
from optable import BUILD, ROWS, whole_columns, whole_draw
from others import PARTS
from plain import Plain, Shape, cast
from rows import INTEGERS, Draw, Given, Params, Row, Sample

# Of how many samples cases in a dtype are made: the data is to stay small.
SAMPLES = {"float32": 10, "float64": 1, "float16": 1} | dict.fromkeys(INTEGERS, 1)
USUAL, USUAL_INTEGER = "float32", "int32"
DIGITS = 2  # after the point, of drawn numbers

BEYOND = (0.0, -0.0, float("inf"), float("-inf"), float("nan"))
TINIEST = {"float16": 6e-8, "float32": 1e-45, "float64": 5e-324}
SUBNORMAL = {"float16": 3e-5, "float32": 3e-39, "float64": 3e-309}
NORMAL = {"float16": 7e-5, "float32": 2e-38, "float64": 3e-308}
LARGEST = {"float16": 65504.0, "float32": 3.4028235e38, "float64": 1.7976931348623157e308}
LARGE = {
    "float16": [9.5, -9.5, 40, 1e3],
    "float32": [89, -89, 1e5, -1e10],
    "float64": [710, -710, 1e9, -1e100],
}
NUMBERS_BESIDE = (0.1, 0, -2)  # of the operators of an array and a number


@dataclass(frozen=True)
class Call:
    label: str
    inputs: list[list]  # dtype, shape, values
    params: Params
    given: list[list] | None = None  # dtype and shape of each output that MXNet wants to be given


def families() -> dict[str, dict[str, Row]]:
    """The rows that MXNet knows, by family, which names the file of their cases, and by MXNet's name."""
    found: dict[str, dict[str, Row]] = {}
    for row in ROWS:
        if name := name_in_mxnet(row.name):
            found.setdefault(family_of(row.name), {})[name] = row
    return found


def family_of(name: str) -> str:
    """The build's, or the module of the table that has the row."""
    modules = (part.__name__.rpartition(".")[2] for part in PARTS if name in part.TABLE)
    return next(modules, BUILD[name]["family"])


def name_in_mxnet(name: str) -> str | None:
    """MXNet's name of an operator of the build; None if it has none."""
    names = (name, *BUILD[name]["aliases"])
    return next((n for n in names if n in registered()), None)


def cases_of(name: str, row: Row) -> Iterator[dict]:
    for call in (*sample_calls(row), *special_calls(row), *refused_calls(row)):
        case = {"op": name, "label": call.label, "inputs": call.inputs, "params": to_json(call.params)}
        only = {"only": "outputs"} if row.changes or call.given else {}
        yield case | only | ({"given": call.given} if call.given else {})


# ---------------------------------------------------------------------------------------- samples


def sample_calls(row: Row) -> Iterator[Call]:
    for dtype, count in SAMPLES.items():
        if dtype not in row.dtypes and dtype != USUAL:
            continue
        if row.formula and dtype in INTEGERS:
            yield whole_numbers(row, dtype)
            continue
        suitable = [k for k, s in enumerate(row.samples) if is_known_to_mxnet(s) and takes(s, dtype)]
        for k in suitable[:count]:
            s = row.samples[k]
            inputs = drawn(s, dtype)
            given = outputs_of(row, s, dtype, inputs) if row.name.endswith("_update") else None
            yield Call(f"{k}-{dtype}", inputs, s.params, given)


def is_known_to_mxnet(s: Sample) -> bool:
    """MXNet's nd takes an extent of 0 for one not known yet, and a shape without axes likewise."""
    shapes = [i.values.shape if isinstance(i, Given) else i.shape for i in s.inputs]
    shapes += [value for name, value in s.params.items() if name == "shape"]
    return all(map(has_elements, shapes))


def has_elements(shape: int | Shape) -> bool:
    return shape not in (0, ()) and (isinstance(shape, int) or 0 not in shape)


def takes(s: Sample, dtype: str) -> bool:
    """Whether the dtype makes a difference to a sample."""
    return dtype == USUAL or any(isinstance(i, Draw) for i in s.inputs)


def drawn(s: Sample, dtype: str) -> list[list]:
    plains = s.plains() if dtype in FLOATS else s.plains(whole_draw(dtype))
    return [
        describe(plain, given_dtype(i, dtype)) if isinstance(i, Given) else describe(rounded(plain), dtype)
        for plain, i in zip(plains, s.inputs, strict=True)
    ]


def outputs_of(row: Row, s: Sample, dtype: str, inputs: list[list]) -> list[list]:
    """Updates of many weights at once want arrays for them."""
    plains = [Plain(shape, values) for _dtype, shape, values in inputs]
    expected = row.expected(plains, s.params)
    return [[row.dtype_of(dtype, s.params, k), list(plain.shape)] for k, plain in enumerate(expected)]


def given_dtype(given: Given, dtype: str) -> str:
    """MXNet's labels have the dtype of the data; its indices may have any."""
    return dtype if given.dtype in ("", USUAL) and dtype in FLOATS else given.dtype or dtype


def rounded(plain: Plain) -> Plain:
    return plain.map(lambda v: round(v, DIGITS))


def whole_numbers(row: Row, dtype: str) -> Call:
    params = {name: {"a_min": 1}.get(name, 2) for name in row.samples[0].params}
    step = 1 if dtype == USUAL_INTEGER or len(row.samples[0].inputs) == 1 else 5
    columns = [Plain((len(c.values[::step]),), c.values[::step]) for c in whole_columns(row, dtype, params)]
    return Call(f"whole-{dtype}", [describe(column, dtype) for column in columns], params)


# -------------------------------------------------------------------------------- special numbers


def special_calls(row: Row) -> Iterator[Call]:
    """Of an elementwise row: zeros, infinities, no numbers; and apart from those the largest and smallest."""
    if not row.formula:
        return
    params = row.samples[0].params
    choices = [{"scalar": n} for n in NUMBERS_BESIDE] if set(params) == {"scalar"} else [params]
    lines_of = (singles, pairs)[len(row.samples[0].inputs) - 1]
    # What an elemwise operator computes, its broadcasting form computes too.
    dtypes = (USUAL,) if BUILD[row.name]["family"] == "elemwise" else FLOATS
    for dtype, chosen in itertools.product(dtypes, choices):
        if dtype != USUAL and chosen != choices[0]:
            continue
        beside = f"-{chosen['scalar']}" if len(choices) > 1 else ""
        for kind, lines in lines_of(dtype).items():
            if kind == "extreme" and chosen != choices[0]:
                continue
            columns = [describe(Plain((len(lines),), c), dtype) for c in zip(*lines, strict=True)]
            yield Call(f"{kind}{beside}-{dtype}", columns, chosen)


def singles(dtype: str) -> dict[str, list[tuple[float]]]:
    tiny = [TINIEST[dtype], -SUBNORMAL[dtype], SUBNORMAL[dtype], NORMAL[dtype]]
    extreme = [LARGEST[dtype], -LARGEST[dtype], *tiny, *LARGE[dtype]]
    return {"special": [(x,) for x in (*BEYOND, 1, -1, 0.5, -1.5, 2.5)], "extreme": [(x,) for x in extreme]}


def pairs(dtype: str) -> dict[str, list[tuple[float, float]]]:
    extreme = itertools.product((LARGEST[dtype], -2.5, SUBNORMAL[dtype]), repeat=2)
    return {"special": list(itertools.product((*BEYOND, -2.5), repeat=2)), "extreme": list(extreme)}


# ------------------------------------------------------------------------------------------ refusals


def refused_calls(row: Row) -> Iterator[Call]:
    """What the table says that ndgrad refuses, where MXNet can be asked: arrays of ones, and parameters."""
    for refusal in row.refusals:
        if refusal.label == "keyword":  # some of MXNet's operators pass over keywords, of whatever name
            continue
        shapes = [a for a in refusal.arguments if isinstance(a, tuple) and has_elements(a)]
        if len(shapes) == len(refusal.arguments):
            ones = [describe(Plain.build(shape, lambda _: 1), USUAL) for shape in shapes]
            yield Call(f"refused-{refusal.label}", ones, refusal.params)


# -------------------------------------------------------------------------------------------- writing


def describe(plain: Plain, dtype: str) -> list:
    return [dtype, list(plain.shape), [shortest(cast(v, dtype), dtype) for v in plain.values]]


def shortest(value: float, dtype: str) -> float:
    """The number with the fewest digits that gives a value back in its dtype."""
    if dtype not in FLOATS:
        return int(value)
    candidates = (float(f"{value:.{digits}g}") for digits in range(1, 18))
    return brief(next(c for c in candidates if cast(c, dtype) == value or value != value))


def to_json(value: object) -> object:
    if isinstance(value, dict):
        return {name: to_json(v) for name, v in value.items()}
    return (
        [to_json(v) for v in value] if isinstance(value, Iterable) and not isinstance(value, str) else value
    )
