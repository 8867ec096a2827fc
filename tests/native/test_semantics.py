"""MXNet 1.9.1's measured behaviour: each case of golden/semantics.md prints what MXNet printed."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import mxnet
from ndgrad import autograd, base

GOLDEN = Path(__file__).parents[1] / "golden" / "semantics.md"
CASE = re.compile(
    r"^\*\*(.+?)\*\* \[\d\] .*?\n\n```python\n(.*?)^```\n```\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
ERROR = re.compile(r"^!(\w+): (.*)\n\Z", re.MULTILINE)
# Messages that programs and books quote; MXNet's others come from its C++ and name its internals.
MESSAGES_KEPT = {"ValueError", "TypeError", "IndexError"}

# Where ndgrad does another thing on purpose: why, and what it prints instead.
DIFFERENT = {
    "zero-size": ("shapes with an extent of 0 are arrays like any other", "(0,) (0,)\n"),
    "int-reductions": (
        "norm computes integers in float64 and cuts once, so the norm of 3, 4 is 5",
        "\n[1]\n<NDArray 1 @cpu(0)> \n[5]\n<NDArray 1 @cpu(0)>\n",
    ),
    "softmax": (
        "the last digit is the nearer one: exactly it is 0.665240956",
        "\n[[0.09003057 0.24472848 0.66524094]]\n<NDArray 1x3 @cpu(0)>\n",
    ),
    "name-kw": (
        "an unknown keyword is a mistake, not to be passed over in silence",
        "!CallError: exp has no parameter 'foo'\n",
    ),
    "no-version-check": (
        "a value that backward needs and that was overwritten is an error, not another gradient",
        "!GraphError: backward: broadcast_mul needs a value of shape (2,) that was overwritten\n",
    ),
    "second-order-limits": ("every operator can be differentiated to any order", ""),
    "error-lazy": (
        "operators run at once, so they fail at once",
        "!ArgumentError: _random_normal: scale\n",
    ),
}


@dataclass(frozen=True)
class Case:
    name: str
    code: str
    output: str


CASES = {name: Case(name, code, output) for name, code, output in CASE.findall(GOLDEN.read_text("utf-8"))}


@dataclass(frozen=True)
class Outcome:
    printed: str
    error: Exception | None


def run(case: Case) -> Outcome:
    namespace = {"mx": mxnet, "nd": mxnet.nd, "autograd": autograd, "np": np}
    stream, error = io.StringIO(), None
    mxnet.random.seed(0)
    with contextlib.redirect_stdout(stream), printing_as_then():
        try:
            exec(compile(case.code, case.name, "exec"), namespace)
        except Exception as raised:
            error = raised.with_traceback(None)
            error.__context__ = None
    autograd.set_recording(False)
    return Outcome(stream.getvalue(), error)


def printing_as_then():
    """NumPy 2 shows np.float32(1.0) in a list where the NumPy of MXNet's days showed 1.0."""
    return np.printoptions(legacy="1.25") if np.__version__ >= "2" else contextlib.nullcontext()


def assert_same(outcome: Outcome, wanted: str) -> None:
    error = ERROR.search(wanted)
    lines = (wanted[: error.start()] if error else wanted).rstrip("\n").split("\n")
    found = outcome.printed.rstrip("\n").split("\n")
    assert [
        line if same_name(line, other) else other for line, other in zip(lines, found, strict=False)
    ] == lines
    assert len(found) == len(lines)
    if not error:
        assert outcome.error is None
        return
    kind, message = error.groups()
    assert kind in names_of(type(outcome.error)), repr(outcome.error)
    if kind in MESSAGES_KEPT or not kind.startswith(("MXNet", "Assertion", "Attribute")):
        assert str(outcome.error).startswith(message)


def names_of(kind: type) -> list[str]:
    return [base.__name__ for base in kind.__mro__]


def same_name(wanted: str, found: str) -> bool:
    """Where a case prints the name of an exception's class, that of a class derived from it will do."""
    kind = getattr(base, found, None)
    return isinstance(kind, type) and wanted in names_of(kind)


# ---------------------------------------------------------------------------------------- the tests


def test_all_cases_were_read():
    assert len(CASES) == GOLDEN.read_text("utf-8").count("```python") >= 130
    assert set(DIFFERENT) <= set(CASES)


SAME = [case for name, case in CASES.items() if name not in DIFFERENT]


@pytest.mark.parametrize("case", SAME, ids=lambda case: case.name)
def test_as_mxnet(case):
    assert_same(run(case), case.output)


@pytest.mark.parametrize("name", DIFFERENT)
def test_differs_on_purpose(name):
    _reason, output = DIFFERENT[name]
    outcome = run(CASES[name])
    assert_same(outcome, output)
    with pytest.raises(AssertionError):
        assert_same(outcome, CASES[name].output)


def test_comparison_can_fail():
    outcome = Outcome("1\nCallError\n", base.ShapeError("shapes"))
    assert_same(outcome, "1\nTypeError\n!MXNetError: anything\n")
    for wanted in (
        "1\nTypeError\n",
        "1\nValueError\n!MXNetError: x\n",
        "2\nTypeError\n!MXNetError: x\n",
        "1\n!MXNetError: x\n",
        "1\nTypeError\n!TypeError: shapes\n",
        "1\nTypeError\n!ValueError: other\n",
    ):
        with pytest.raises(AssertionError):
            assert_same(outcome, wanted)
