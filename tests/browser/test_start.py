"""How fast the page starts, against Pyodide as it comes, in the same run; and that it starts offline."""

import pytest

from .notebook import DIST, RUNTIME, START_TIMEOUT, Notebook, runtime_bytes_sent
from .server import Server
from .tutorial import REPOSITORY

MOUNTS = {"/pyodide/": REPOSITORY / "web/node_modules/pyodide", "/": REPOSITORY / "tests/browser"}

# From the start of a worker to a Python that has run something, in milliseconds.
_BARE = """
() => new Promise((resolve, reject) => {
  const begin = performance.now();
  const code = `
    import { loadPyodide } from '${location.origin}/pyodide/pyodide.mjs';
    const pyodide = await loadPyodide({ indexURL: '${location.origin}/pyodide/' });
    pyodide.runPython('1 + 1');
    postMessage('ready');`;
  const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(address, { type: 'module' });
  worker.onerror = (event) => reject(event.message);
  worker.onmessage = () => { worker.terminate(); resolve(performance.now() - begin); };
})
"""


def bare(context, url):
    page = context.new_page()
    page.goto(url + "bare.html")
    milliseconds = page.evaluate(_BARE)
    page.close()
    return milliseconds


def first_gradient(context, page_url, start):
    """The marks of a visit in which a reader presses Run all at once, from navigation, in milliseconds.

    Python's ``start`` must be as said. The page has time to keep a snapshot for the next visit.
    """
    notebook = Notebook(context.new_page(), page_url)
    notebook.visit()
    notebook.page.click("#run-all")
    notebook.wait_state(6, "ok", timeout=START_TIMEOUT)
    marks = {name: notebook.mark(name) for name in ("start", "starting", "pyodide-ready", "ready", "cell-6")}
    assert notebook.page.get_attribute("body", "data-start") == start
    notebook.wait_settled()
    notebook.page.close()
    return marks


def test_time_to_the_first_gradient(browser, page_url, figures):
    """Figures, not limits: machines differ. Bare Pyodide on the same machine is what to compare with."""
    context = browser.new_context()
    with Server(MOUNTS) as server:
        for visit, start in (("first", "ordinary"), ("second", "snapshot")):
            plain, marks = bare(context, server.url), first_gradient(context, page_url, start)
            assert list(marks.values()) == sorted(marks.values())
            download = marks["starting"] - marks["start"]
            figures.append(
                f"{visit} visit: first gradient {marks['cell-6']:.0f} ms after navigation "
                f"(page {marks['start']:.0f}, files {download:.0f}, "
                f"Pyodide {marks['pyodide-ready'] - marks['starting']:.0f}, "
                f"ndgrad {marks['ready'] - marks['pyodide-ready']:.0f}, "
                f"cells {marks['cell-6'] - marks['ready']:.0f}); bare Pyodide {plain:.0f} ms"
            )
    context.close()


def test_all_of_python_is_six_megabytes(figures):
    figures.append(
        f"runtime: {runtime_bytes_sent():,} bytes sent, in {len(list(RUNTIME.glob('*.br')))} files"
    )
    assert runtime_bytes_sent() <= 6_000_000


@pytest.mark.parametrize("page", ["", "softmax.html"])
def test_a_second_visit_works_offline(browser, page):
    context = browser.new_context()
    with Server({"/": DIST}) as server:
        notebook = Notebook(context.new_page(), server.url + page)
        notebook.visit()
        notebook.page.wait_for_function(
            "navigator.serviceWorker.ready.then((registration) => registration.active.state === 'activated')",
            timeout=START_TIMEOUT,
        )
    # The server is gone.
    notebook.visit()
    notebook.wait_ready()
    assert notebook.run(1) == "ok"
    context.close()
    assert notebook.problems == []
