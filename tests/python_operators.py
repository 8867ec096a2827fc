"""MXNet's registered operators that are Python here: what does their work, and the file that tests it."""

from __future__ import annotations

BACKED_BY_PYTHON: dict[str, tuple[str, str]] = {
    "_CustomFunction": ("autograd.Function", "test_function.py"),
    "Custom": ("nd.Custom", "test_custom_operator.py"),
    "_foreach": ("nd.contrib.foreach", "test_control_flow.py"),
    "_while_loop": ("nd.contrib.while_loop", "test_control_flow.py"),
    "_cond": ("nd.contrib.cond", "test_control_flow.py"),
    "_sparse_retain": ("nd.sparse.retain", "test_sparse.py"),
    "_copyto": ("NDArray.copyto", "test_python_api.py"),
}
