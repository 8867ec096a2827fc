"""MXNet's registered operators that are Python here: what does their work, and the file that tests it."""

from __future__ import annotations

BACKED_BY_PYTHON: dict[str, tuple[str, str]] = {
    "_CustomFunction": ("autograd.Function", "test_function.py"),
    "_copyto": ("NDArray.copyto", "test_python_api.py"),
}
