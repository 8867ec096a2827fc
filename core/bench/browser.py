"""What do the cases of peers/ cost in a Chromium worker, beside other libraries in workers of the same one?

`make bench-browser` builds ndgrad's wheel and the peers. All take turns; a cell is the best of the turns.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
sys.path.insert(0, str(REPOSITORY))

from tests.browser.browsers import chromium  # noqa: E402
from tests.browser.server import Server  # noqa: E402

from peers.shapes import BROWSER  # noqa: E402
from peers.tables import best, cells  # noqa: E402
from timing import row  # noqa: E402

TURNS = 3
MOUNTS = {
    "/pyodide/": REPOSITORY / "web/node_modules/pyodide",
    "/wasm/": REPOSITORY / "wasm",
    "/dist/": REPOSITORY / "dist",
    "/built/": REPOSITORY / "build/peers",
    "/numpy/": REPOSITORY / "build/peers-numpy/wheels",
    "/packages/": HERE / "peers/web/node_modules",
    "/": HERE / "peers/web",
}


def python(library: str, prefix: str, *patterns: str) -> tuple[str, dict]:
    """Give the worker that runs a module of peers/ in Pyodide, and what it needs: wheels and modules."""
    found = [list(MOUNTS[prefix].glob(pattern)) for pattern in patterns]
    wheels = [f"{prefix}{wheel.name}" for [wheel] in found]
    modules = {file.name: file.read_text() for file in (HERE / "peers").glob("*.py")}
    return "/python.mjs", {"wheels": wheels, "modules": modules, "library": library}


def peers() -> dict[str, tuple[str, dict]]:
    """Give each peer's worker and its first message."""
    return {
        "ndgrad": python("imperative", "/dist/", "ndgrad-*wasm32.whl"),
        "TensorFlow.js": ("/built/tfjs.js", {}),
        "jax-js": ("/built/jax-js.js", {}),
        "NumPy, HIPS autograd": python("hips_cases", "/numpy/", "numpy-*wasm32.whl", "autograd-*.whl"),
    }


def seconds(page, peer: str, case: str) -> float | None:
    """Give what a call takes now; an error is shown and counts as none."""
    answer = page.evaluate("([peer, name]) => ask(peer, name)", [peer, case])
    if "error" in answer:
        print(f"{peer}: {case}: {answer['error'].splitlines()[0]}", file=sys.stderr)
    return answer.get("seconds")


def main() -> None:
    """Print the table."""
    with chromium() as browser, Server(MOUNTS) as server:
        page = browser.new_page()
        page.goto(f"{server.url}page.html")
        workers = peers()
        for peer, (address, message) in workers.items():
            answer = page.evaluate("(words) => start(...words)", [peer, address, message])
            if "error" in answer:
                sys.exit(f"{peer}: {answer['error']}")
        row(f"Chromium {browser.version} (speed over ndgrad's)", *workers)
        for case in BROWSER:
            row(case, *cells(case, best(TURNS, workers, lambda peer, case=case: seconds(page, peer, case))))


if __name__ == "__main__":
    main()
