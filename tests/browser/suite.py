"""Runs the tests that every home shares (tests/*.py) inside Pyodide in a Chromium worker.

    python -m tests.browser.suite [pytest's own options]

prints what pytest prints there, as it comes, and exits with pytest's code; code 70 means that no
result came, because Python crashed or the time was up.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .browsers import Missing, chromium
from .server import Server
from .tutorial import REPOSITORY

NO_RESULT = 70
TIME_LIMIT = 20 * 60 * 1000
SUPPORT = REPOSITORY / "build/wasm-toolchain/pytest"
PYODIDE = REPOSITORY / "web/node_modules/pyodide"
MOUNTS = {
    "/pyodide/": PYODIDE,
    "/repository/": REPOSITORY,
    "/wasm/": REPOSITORY / "wasm",
    "/": Path(__file__).parent,
}

# Starts the worker and passes on what it says; resolves with its last message.
_START = """
(request) => new Promise((resolve) => {
  const worker = new Worker('/suite_worker.mjs', { type: 'module' });
  worker.onerror = (event) => resolve({ error: event.message || 'the worker could not be loaded' });
  worker.onmessage = ({ data }) => 'text' in data ? report(data.text) : resolve(data);
  setTimeout(() => resolve({ error: 'the time was up' }), request.limit);
  worker.postMessage(request);
})
"""


@dataclass
class Result:
    """How a run ended: pytest's exit code and everything that it printed."""

    code: int
    output: str

    @property
    def summary(self) -> str:
        """Pytest's last line: "412 passed in 61.2s"."""
        return self.output.rstrip().rpartition("\n")[2].strip("= ")

    def count(self, outcome: str) -> int:
        """How many tests ended as ``outcome`` (passed, failed, skipped, errors)."""
        found = re.search(rf"(\d+) {outcome}", self.summary)
        return int(found[1]) if found else 0


def run_suite(browser, options: list[str], write: Callable[[str], object]) -> Result:
    """Run pytest with ``options``; its output goes to ``write`` as it comes."""
    request = _request() | {"options": options, "limit": TIME_LIMIT}
    output: list[str] = []

    def report(text: str) -> None:
        output.append(text)
        write(text)

    with Server(MOUNTS) as server:
        page = browser.new_page()
        page.expose_function("report", report)
        page.goto(f"{server.url}suite.html")
        end = page.evaluate(_START, request)
        page.close()
    if "error" in end:
        report(f"\nno result: {end['error']}\n")
    return Result(end.get("code", NO_RESULT), "".join(output))


def _request() -> dict:
    """The addresses of what the worker needs: ndgrad's wheel, pytest's wheels and the tests."""
    wheels = sorted((REPOSITORY / "dist").glob("ndgrad-*wasm32.whl"))
    support = sorted(SUPPORT.glob("*.whl"))
    if len(wheels) != 1 or not support:
        raise Missing("the WebAssembly wheel or pytest's wheels are missing: run make wasm")
    if not PYODIDE.is_dir():
        raise Missing("Pyodide is missing: run npm ci in web/")
    tests = REPOSITORY / "tests"
    data = [*(tests / "golden").rglob("*.*"), *(REPOSITORY / "web/tutorials").glob("*.md")]
    paths = [REPOSITORY / "pyproject.toml", *tests.glob("*.py"), *tests.glob("others/*.py"), *data]
    return {
        "wheel": _address(wheels[0]),
        "support": [_address(path) for path in support],
        "tests": {str(path.relative_to(REPOSITORY)): _address(path) for path in sorted(paths)},
    }


def _address(path: Path) -> str:
    return f"/repository/{path.relative_to(REPOSITORY)}"


def main() -> int:
    """Run the suite for a person, who watches it."""
    try:
        with chromium() as browser:
            return run_suite(browser, sys.argv[1:], lambda text: print(text, end="", flush=True)).code
    except Missing as missing:
        sys.exit(str(missing))


if __name__ == "__main__":
    sys.exit(main())
