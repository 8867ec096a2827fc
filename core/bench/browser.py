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
    "/packages/": HERE / "peers/web/node_modules",
    "/": HERE / "peers/web",
}
PEERS = {"ndgrad": "/ndgrad.mjs", "TensorFlow.js": "/built/tfjs.js", "jax-js": "/built/jax-js.js"}


def files() -> dict:
    """Give what ndgrad's worker needs: its wheel, and the modules that hold the cases."""
    [wheel] = (REPOSITORY / "dist").glob("ndgrad-*wasm32.whl")
    names = ("__init__.py", "imperative.py", "measure.py", "shapes.py")
    modules = {name: (HERE / "peers" / name).read_text() for name in names}
    return {"wheel": f"/dist/{wheel.name}", "modules": modules}


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
        for peer, address in PEERS.items():
            answer = page.evaluate("(words) => start(...words)", [peer, address, files()])
            if "error" in answer:
                sys.exit(f"{peer}: {answer['error']}")
        row(f"Chromium {browser.version} (speed over ndgrad's)", *PEERS)
        for case in BROWSER:
            row(case, *cells(case, best(TURNS, PEERS, lambda peer, case=case: seconds(page, peer, case))))


if __name__ == "__main__":
    main()
