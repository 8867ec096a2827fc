"""What the docstrings of operators say: shapes, dtypes, errors; and that it is so."""

from __future__ import annotations

import re

import pytest
from optable import ROWS, whole_draw
from rows import ALL, FLOATS, Draw, Row

import ndgrad as mx
from ndgrad import _core, creation, joining, nd
from ndgrad.base import DTypeError

NAMESPACES = ("_linalg_", "_contrib_", "_image_", "_random_", "_sample_")
PUBLIC = [row for row in ROWS if not row.name.startswith("_") or row.name.startswith(NAMESPACES)]
DTYPES = {
    "all": ALL,
    "float16": FLOATS,
    "int32": ("int32", "int64"),
    "int8": ("int8", "uint8", *FLOATS),
}


def documentation(row: Row) -> str:
    return _core.operators[row.name].__doc__


def section(row: Row, name: str) -> str:
    found = re.search(rf"^{name}: (.*?)^(?=\S)", documentation(row), re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def by_name(value: object) -> str:
    return getattr(value, "name", None) or str(value)


@pytest.mark.parametrize("row", PUBLIC, ids=by_name)
def test_sections(row):
    text = documentation(row)
    assert "->" in section(row, "Shapes")
    assert section(row, "Dtypes")
    assert section(row, "Errors").endswith("of another kind.")
    assert "Gradient: " in text
    assert "\n\n\n" not in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("row", PUBLIC, ids=by_name)
def test_errors_are_named(row):
    """Whatever the tests' table has it refuse."""
    for refusal in row.refusals:
        with pytest.raises(refusal.kind) as caught:
            refusal.call(row.name)
        if caught.type is not MemoryError:
            assert caught.type.__name__ in section(row, "Errors") + section(row, "Dtypes"), refusal.label


@pytest.mark.parametrize("row", PUBLIC, ids=by_name)
def test_parameters_are_explained(row):
    """Behind a semicolon, if the first sentences do not name them and there is anything to choose."""
    summary, _, listed = documentation(row).partition("\n\nShapes: ")
    for parameter in _core.describe(row.name)["params"]:
        name, choices = parameter["name"], parameter["choices"]
        found = re.search(rf"^    {name}: (.*(?:\n {{8}}.*)*)", listed, re.MULTILINE)
        assert ";" in found[1] or name in summary.lower() or len(choices or "ab") == 1, name


FUNCTIONS = [
    *(getattr(nd, name) for name in (*creation.__all__, *_core.binary_functions)),
    *(getattr(nd, name) for name in joining.__all__ if name not in ("waitall", "reset_arrays")),
    *(getattr(mx.random, name) for name in mx.random.__all__),
    *(getattr(nd.contrib, name) for name in ("foreach", "while_loop", "cond", "rand_zipfian")),
    *(getattr(nd.NDArray, name) for name in ("reshape", "astype", "backward", "expand_dims", "squeeze")),
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_functions_name_their_errors(function):
    assert re.search(r"[A-Z]\w+Error", function.__doc__)


def call(row: Row, dtype: str, odd: int | None = None, other: str = "") -> None:
    """Call it with every sample until one is taken; the odd input has another dtype."""
    failure = AssertionError("no sample")
    for sample in row.samples:
        plains = sample.plains() if dtype in FLOATS else sample.plains(whole_draw(dtype))
        arrays = sample.arrays(plains, dtype)
        if odd is not None:
            if len(arrays) <= max(odd, 1) or not isinstance(sample.inputs[odd], Draw):
                continue
            arrays[odd] = arrays[odd].astype(other)
        has_type = not arrays and any(p["kind"] == "dtype" for p in _core.describe(row.name)["params"])
        try:
            row.operator(*arrays, **{**sample.params, **({"dtype": dtype} if has_type else {})})
        except DTypeError as error:
            failure = error
        else:
            return
    raise failure


# An update by way of float32 takes inputs of several dtypes, and a quantized layer: test_optimizer.py,
# test_quantization.py.
OF_ONE_DTYPE = [("float16",), ("float32",)]


@pytest.mark.parametrize("row", [row for row in PUBLIC if row.dtypes not in OF_ONE_DTYPE], ids=by_name)
def test_dtypes_are_those_it_takes(row):
    claimed = DTYPES[re.match(r"\w+", section(row, "Dtypes"))[0]]
    for dtype in ALL:
        if dtype in claimed:
            call(row, dtype)
        else:
            with pytest.raises(DTypeError):
                call(row, dtype)


def drawn(row: Row) -> list[int]:
    """Which inputs of the longest sample are."""
    longest = max(row.samples, key=lambda sample: len(sample.inputs))
    return [k for k, one in enumerate(longest.inputs) if isinstance(one, Draw)]


ALIKE = [row for row in PUBLIC if "one for all" in section(row, "Dtypes") and len(drawn(row)) > 1]


@pytest.mark.parametrize("row", ALIKE, ids=by_name)
def test_dtypes_that_must_be_alike(row):
    for k in drawn(row):
        with pytest.raises(DTypeError):
            call(row, "float32", k, "float64")
