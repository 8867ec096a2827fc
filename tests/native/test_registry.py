"""Names, inputs, parameters and defaults against MXNet 1.9.1's own registry of operators."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from ndgrad import _core

REGISTRY = json.loads((Path(__file__).parents[1] / "golden/registry.json").read_text())
PRESENT = [name for name in REGISTRY if name in _core.operators]

# Parameters that MXNet registers and operators here do not list: why.
LEFT_OUT = {
    "ctx": "a keyword of every operator without inputs",
    "is_int": "the number itself says it",
    "num_args": "the call says it",
    "num_weights": "the call says it",
    "num_arrays": "the call says it",
    "infer_range": "of symbols",
}
# States that only MXNet's symbols list.
STATES = {"BatchNorm_v1": ["moving_mean", "moving_var"], "IdentityAttachKLSparseReg": ["moving_avg"]}
# Defaults that look different: () and None stand for MXNet's, which the texts name, and what MXNet cannot do
# without is required.
OTHER_DEFAULTS = {
    *(
        ("Crop", "offset"),
        ("Crop", "h_w"),
        ("GridGenerator", "target_shape"),
        ("SpatialTransformer", "target_shape"),
    ),
    *((f"_contrib_MultiBox{name}", "variances") for name in ("Detection", "Target")),
    *((f"_contrib_{name}Proposal", list_) for name in ("Multi", "") for list_ in ("scales", "ratios")),
    *(("_contrib_MultiBoxPrior", name) for name in ("sizes", "ratios", "steps", "offsets")),
    *(("_image_normalize", name) for name in ("mean", "std")),
    *((name, "shape") for name in ("_full", "_ones", "_zeros", "_ravel_multi_index", "_unravel_index")),
    ("slice_axis", "end"),
    ("smooth_l1", "scalar"),
}
# Python's linspace counts; the operator's MXNet form takes a step that is not used.
OTHER_PARAMETERS = {"_linspace"}


def described(name: str) -> dict:
    return _core.describe(name)


def default_of(text: str) -> object:
    """The default in MXNet's words: "float, optional, default=0.2"."""
    found = re.search(r"default=(.*)$", text)
    if not found:
        return "required"
    value = found[1].strip().strip("'")
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value


def same_default(found: object, wanted: object) -> bool:
    if isinstance(wanted, (list, tuple)):
        return list(found or ()) == list(wanted)
    if isinstance(found, bool) or isinstance(wanted, bool):
        return bool(found) == bool(wanted)
    if isinstance(found, (int, float)) and isinstance(wanted, (int, float)):
        return found == pytest.approx(wanted, rel=1e-6)
    return found == wanted or (found is None and wanted in ("None", None, -1))


@pytest.mark.parametrize("name", [name for name in PRESENT if name not in OTHER_PARAMETERS])
def test_as_mxnet_registers_it(name):
    entry, row = REGISTRY[name], described(name)
    if not row["variadic"]:
        assert list(row["inputs"]) == entry["inputs"] + STATES.get(name, [])
    found = {p["name"]: p for p in row["params"]}
    wanted = {p: text for p, text in entry["params"].items() if p in found or p not in LEFT_OUT}
    assert list(found) == list(wanted)
    for parameter, text in wanted.items():
        default = "required" if found[parameter]["required"] else found[parameter]["default"]
        if (name, parameter) in OTHER_DEFAULTS:
            continue
        assert same_default(default, default_of(text)), f"{parameter}: {default!r}, not {text}"


@pytest.mark.parametrize("name", PRESENT)
def test_aliases(name):
    for alias in REGISTRY[name]["aliases"]:
        if not alias.startswith("_sparse_"):
            assert alias in _core.operators, f"{name} is also called {alias}"
            assert described(alias) == described(name)
