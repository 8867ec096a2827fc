"""Writes core/OPERATORS.md: what of MXNet's registered `nd` operators works, from the build and its tests.

    python core/python/tools/table.py            write it
    python core/python/tools/table.py --check    fail if it is not what would be written

An operator counts as working only if the tests' table has a row for it (tests/optable.py), whose forward,
gradient and refused inputs they run.  MXNet's names are those of tests/golden/registry.json.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "tests"))

import optable  # noqa: E402
from python_operators import BACKED_BY_PYTHON, LEFT_OUT  # noqa: E402

from ndgrad import _core  # noqa: E402

TARGET = ROOT / "core/OPERATORS.md"
TESTED = {row.name: row for row in optable.ROWS}
EVERY_ORDER, ZERO, CHANGES = "every order", "zero", "writes its inputs"
WORKS, MISSING, LEFT = "works", "not yet", "left out"


def state(names: list[str]) -> tuple[str, str]:
    """Return whether an operator of these names works, and what its gradient is."""
    for name in names:
        if name in BACKED_BY_PYTHON:
            return WORKS, EVERY_ORDER
        if name in _core.operators:
            row = TESTED[_core.describe(name)["name"]]
            return WORKS, EVERY_ORDER if row.differentiable else ZERO
    return (LEFT, LEFT_OUT[names[0]]) if names[0] in LEFT_OUT else (MISSING, "")


def lines(registry: dict[str, dict[str, object]]) -> tuple[list[str], Counter[str]]:
    """Return the rows of the table, and how often each state occurs."""
    rows, counts = [], Counter[str]()
    for name, entry in registry.items():
        aliases = [alias for alias in entry["aliases"] if not alias.startswith("_sparse_")]
        status, gradient = state([name, *aliases])
        counts[status] += 1
        counts[gradient] += 1
        others = ", ".join(f"`{alias}`" for alias in aliases)
        rows.append(f"| `{name}` | {others} | {status} | {gradient} |")
    return rows, counts


def text() -> str:
    """Return the whole document."""
    registry = json.loads((ROOT / "tests/golden/registry.json").read_text())
    rows, counts = lines(registry)
    own = sum(name == _core.describe(name)["name"] for name in _core.operators)
    head = f"""# MXNet's operators here

Written by `core/python/tools/table.py` from the build and the tests' table; do not edit.

Of MXNet 1.9.1's {len(registry)} registered operators that `mx.nd` calls (those of `mx.np` and the backward
halves are not counted), **{counts[WORKS]} work**, {counts[LEFT]} are left out for a
[reason](decisions/0013-operators-left-out.md), and {counts[MISSING]} do not work yet. Of those that work,
{counts[EVERY_ORDER]} have derivatives of every order and {counts[ZERO]} have a gradient that is zero by
definition (comparisons, indices, constants, updates). This build's table has {own} operators, MXNet's and
the helpers of gradients.

| operator | other names | state | gradient, or why it is left out |
|---|---|---|---|
"""
    return head + "\n".join(rows) + "\n"


def main() -> int:
    """Write or check the document; the exit status."""
    fresh = TARGET.exists() and TARGET.read_text() == text()
    if not fresh and "--check" not in sys.argv:
        TARGET.write_text(text())
    elif not fresh:
        print("stale: core/OPERATORS.md; run python core/python/tools/table.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
