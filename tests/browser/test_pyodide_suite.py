"""The tests that every home shares pass inside Pyodide in Chromium, and can fail there."""

import re

import pytest

from .browsers import Missing
from .suite import run_suite


def run(browser, *options):
    try:
        return run_suite(browser, list(options), lambda text: print(text, end="", flush=True))
    except Missing as missing:
        pytest.fail(str(missing), pytrace=False)


def test_shared_tests_pass_in_chromium(browser, figures):
    result = run(browser)
    figures.append(f"shared tests: {result.summary}")
    assert result.code == 0, f"pytest in Chromium ended with code {result.code}:\n{result.output}"
    assert result.count("passed") > 0


def test_wrong_gradient_fails_in_chromium(browser, figures):
    """A canary: with the gradient of tanh falsified, its tests fail, and arctanh's still pass."""
    result = run(browser, "--canary", "-k", "gradient and tanh")
    figures.append(f"with a wrong gradient (must fail): {result.summary}")
    assert "tanh is falsified" in result.output
    assert result.code == 1, f"a wrong gradient went unnoticed:\n{result.output}"
    failed = re.findall(r"^FAILED (\S+)", result.output, re.MULTILINE)
    assert len(failed) == result.count("failed") > 0
    assert [test for test in failed if not re.search(r"\btanh\b", test)] == []
    assert result.count("passed") > 0
    assert result.count("error") == 0
