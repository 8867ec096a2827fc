"""What do a small operator, a long tape and the first gradient cost in a Chromium worker?

Opens the built page (`make play` or `make test-browser` builds it); overhead.py and tape.py run in a cell.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.browser.chromium import chromium  # noqa: E402
from tests.browser.notebook import DIST, Notebook  # noqa: E402
from tests.browser.server import Server  # noqa: E402

FIRST_GRADIENT = """
from mxnet import nd, autograd
x = nd.array([[1, 2], [3, 4]])
x.attach_grad()
with autograd.record():
    z = x * 2 * x
z.backward()
print(x.grad)
"""
LONG = 600_000  # milliseconds


def cell_of(script: str) -> str:
    """Python that writes the scripts into the worker's file system and runs one of them."""
    files = {name: (HERE / name).read_text() for name in ("timing.py", script)}
    return f"""
import pathlib, runpy, sys
for name, text in {files!r}.items():
    pathlib.Path(name).write_text(text)
sys.path.insert(0, ".")
_ = runpy.run_path({script!r}, run_name="__main__")
"""


def run(notebook: Notebook, code: str) -> str:
    """Run the code in the first cell and give what it printed."""
    notebook.start(1, code)
    notebook.wait_state(1, "ok", "failed", "dead", timeout=LONG)
    return notebook.output(1)


def main() -> None:
    """Print what the scripts print there."""
    with chromium() as browser, Server({"/": DIST}) as server:
        notebook = Notebook(browser.new_page(), server.url)
        notebook.open()
        notebook.wait_ready()
        run(notebook, FIRST_GRADIENT)
        passed = notebook.mark("cell-1") - notebook.mark("pyodide-ready")
        print(f"first gradient after Pyodide was ready: {passed:.0f} ms")
        for script in ("overhead.py", "tape.py"):
            print(run(notebook, cell_of(script)))


if __name__ == "__main__":
    main()
