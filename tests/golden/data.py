"""How the golden data is written and read: what ndgrad's tests and MXNet's Python 3.10 share.

A file holds the cases of one family of operators, a line of JSON each, so that a difference between two
recordings is one in MXNet's behaviour.  A case is a call of an operator and what MXNet 1.9.1 answered:

    op, label   the operator, and which of its cases
    inputs      arrays, each as [dtype, shape, values]
    params      its parameters
    given       dtype and shape of the outputs, where MXNet wants them to be given
    only        "outputs" of operators that write into arrays, and where MXNet died of the gradient
    error       what MXNet said when it refused; otherwise
    outputs     arrays
    recorded    arrays: the outputs under autograd.record(), where they differ (Dropout, BatchNorm)
    gradients   of each input the values of its gradient for the head gradients `head`, or 0 if all are zero;
                null for integers.  Absent where MXNet has no gradient
    written     what inputs hold in the end, by their positions, if the operator wrote to them

The generator of random numbers is seeded with `SEED` before each call.  Numbers have the fewest digits that
give them back in their dtype.
"""

from __future__ import annotations

import itertools
import json
import math
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
FLOATS = ("float16", "float32", "float64")
SEED = 0
_HEAD = (0.5, -1.25, 2, 0.75, -1.5, 1, -0.25)


def head(count: int, which: int) -> list[float]:
    """The head gradient of an output with so many elements, the one at that place among the float outputs."""
    return list(itertools.islice(itertools.cycle(_HEAD), which, which + count))


def brief(value: float) -> float:
    """A whole number without its fraction, which is shorter to write."""
    is_whole = math.isfinite(value) and value == int(value) and abs(value) < 1e15
    return int(value) if is_whole and str(value) != "-0.0" else value


def to_line(case: dict) -> str:
    return json.dumps(case, separators=(",", ":"))


def read_all() -> dict[str, list[dict]]:
    """All cases, by their operators."""
    cases: dict[str, list[dict]] = {}
    for path in sorted(FOLDER.glob("*.jsonl")):
        for case in map(json.loads, path.read_text("utf-8").splitlines()):
            cases.setdefault(case["op"], []).append(case)
    return cases


@cache
def registered() -> frozenset[str]:
    """The names of the operators that MXNet 1.9.1 has."""
    registry = json.loads((FOLDER / "registry.json").read_text("utf-8"))
    return frozenset(name for first, entry in registry.items() for name in (first, *entry["aliases"]))
