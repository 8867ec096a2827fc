"""The checks can fail: with the canary the gradient tests of a few operators fail, those and no others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import gradcheck
import pytest

TESTS = Path(__file__).parents[1]
CHOSEN = "test_gradient and (tanh or sin or sigmoid) and not narrower"


def run(*options: str, **environment: str) -> tuple[int, dict[str, str], int]:
    """pytest's exit code, each test that failed with its first message, and how many passed."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-o",
        "addopts=",
        "-rf",
        "--tb=short",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [*command, *options, "-k", CHOSEN, str(TESTS / "test_gradients.py")],
        env={**os.environ, "COLUMNS": "300", "NDGRAD_CANARY": "", **environment},
        capture_output=True,
        text=True,
        cwd=TESTS.parent,
    )
    failed = dict(re.findall(r"^FAILED \S+::(\S+) - (.*)", done.stdout, re.MULTILINE))
    passed = re.search(r"(\d+) passed", done.stdout)
    assert done.stdout.count("CANARY") == (len(gradcheck.CANARIES) if options or environment else 0)
    return done.returncode, failed, int(passed[1]) if passed else 0


def test_without_the_canary_they_pass():
    code, failed, passed = run()
    assert (code, failed) == (0, {})
    assert passed > 30


@pytest.mark.parametrize(("options", "environment"), [(["--canary"], {}), ([], {"NDGRAD_CANARY": "1"})])
def test_with_the_canary_its_operators_fail(options, environment):
    """Each in the result that is falsified, for every layout and instruction set."""
    code, failed, passed = run(*options, **environment)
    assert (code, passed > 30) == (1, True)
    for name, what in gradcheck.CANARIES.items():
        own = {test: message for test, message in failed.items() if re.search(rf"-{name}[-\]]", test)}
        assert all(f"{name}: {what} 0" in message for message in own.values()), own
        for layout in ("direct", "view", "strided", "broadcast"):
            assert any(test.endswith(f"-{name}-{layout}]") for test in own)
        failed = {test: message for test, message in failed.items() if test not in own}
    assert failed == {}, "others failed too"
