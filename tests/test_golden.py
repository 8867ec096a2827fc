"""ndgrad's answers beside those that MXNet 1.9.1 gave to the same calls; see golden/record.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest
from golden.cases import families
from golden.compare import findings, numbers_of, parts, tally
from golden.data import read_all
from golden.expectations import DIFFERENT, NOT_RECORDED, TOLERANCES

CASES = read_all()
PATTERNS = [pattern for patterns in DIFFERENT.values() for pattern in patterns]


def name_of(case: dict, part: str) -> str:
    return f"{case['op']}/{case['label']} {part}"


def is_answered(case: dict) -> bool:
    """Whether MXNet computed a sample of the table."""
    return "outputs" in case and not case["label"].startswith("refused")


def is_different(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in PATTERNS)


def complaints(case: dict) -> Iterator[str]:
    """Each part that differs from MXNet's and should not, or should and does not."""
    for finding in findings(case):
        name = name_of(case, finding.part)
        if is_different(name) != bool(finding.message):
            yield f"{name}: {finding.message or 'as MXNet, though listed as different'}"


@pytest.mark.parametrize("name", CASES)
def test_as_mxnet(name, instruction_set):
    assert [text for case in CASES[name] for text in complaints(case)] == []
    tally[instruction_set] += sum(map(numbers_of, CASES[name]), Counter())


def test_every_operator_of_mxnet_has_cases():
    names = {name for rows in families().values() for name in rows}
    compared = {name for name, cases in CASES.items() if any(map(is_answered, cases))}
    assert names - compared == set(NOT_RECORDED), "run 'make golden', or say why not"


def test_comparison_can_fail():
    (case, *_) = CASES["exp"]
    dtype, shape, (first, *others) = case["outputs"][0]
    assert [*complaints(case)] == []
    assert [*complaints(case | {"outputs": [[dtype, shape, [first * 1.000001, *others]]]})] != []
    assert [*complaints(case | {"outputs": [["float64", shape, [first, *others]]]})] != []
    assert [*complaints(case | {"gradients": [[0, *case["gradients"][0][1:]]]})] != []
    assert [*complaints(case | {"error": "no"})] == ["exp/0-float32 refusal: no: only MXNet refuses"]
    assert [*complaints(case | {"params": {"foo": 1}})] != []


def test_expectations_are_of_operators_and_cases_that_exist():
    names = [name_of(case, part) for cases in CASES.values() for case in cases for part in parts(case)]
    assert [p for p in PATTERNS if not any(fnmatchcase(name, p) for name in names)] == []
    assert set(TOLERANCES) <= set(CASES)
