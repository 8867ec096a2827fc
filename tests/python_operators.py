"""MXNet's registered operators that are Python here, each with the function that does its work and the test of it."""

from __future__ import annotations

BACKED_BY_PYTHON: dict[str, str] = {
    "_CustomFunction": "test_function.py: autograd.Function",
    "_copyto": "test_python_api.py: NDArray.copyto",
}
