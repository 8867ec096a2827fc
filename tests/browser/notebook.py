"""The page as the tests see it: cells to fill, run and read."""

from urllib.parse import urljoin

from .tutorial import REPOSITORY

DIST = REPOSITORY / "web/dist"
RUNTIME = DIST / "runtime"
# Pyodide takes about five seconds to start where two cores do everything.
START_TIMEOUT = 120_000
RUN_TIMEOUT = 60_000


# Works on the database in which pages keep their readers' text, and Python's memory.
_STORED = """
async () => {
  const result = (request) => new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
  });
  const opening = indexedDB.open('keyval-store');
  opening.onupgradeneeded = () => opening.result.createObjectStore('keyval');
  const database = await result(opening);
  const store = database.transaction('keyval', 'readwrite').objectStore('keyval');
  try { %s } finally { database.close(); }
}
"""


_HASH = """
const snapshot = await result(store.get('python:snapshot'));
return snapshot && [...new Uint8Array(await crypto.subtle.digest('SHA-256', snapshot))].join();
"""


def stored(page, work: str):
    """What the JavaScript ``work`` returns; it has the ``store``, and ``result`` waits for a request."""
    return page.evaluate(_STORED % work)


def embedded(context, url: str) -> "Notebook":
    """A page of another origin, whose cells are there."""
    notebook = Notebook(context.new_page(), url)
    notebook.page.goto(url)
    notebook.page.wait_for_selector('nd-cell[number="2"][data-state=idle]')
    return notebook


class Notebook:
    """An open page. ``problems`` collects what the page itself did wrong."""

    def __init__(self, page, url: str) -> None:
        self.page = page
        self.url = url
        self.problems: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self) -> None:
        """Open the page as somebody who has never been there."""
        self.page.goto(urljoin(self.url, "reference/index.html"))
        stored(self.page, "await result(store.clear())")
        self.visit()

    def visit(self, fragment: str = "") -> None:
        """Open the page, with what was kept of earlier visits."""
        self.page.goto("about:blank")
        self.page.goto(self.url + fragment)
        self.page.wait_for_selector("body[data-restored]")

    def visit_to_the_end(self, start: str) -> None:
        """Open the page, on which Python must ``start`` so, and give it time to keep a snapshot."""
        self.visit()
        self.wait_ready()
        assert self.page.get_attribute("body", "data-start") == start
        self.wait_settled()

    def snapshot(self) -> str | None:
        """A hash of the snapshot that is kept."""
        return stored(self.page, _HASH)

    def close(self) -> None:
        """Close the page, which must have done nothing wrong."""
        self.page.close()
        assert self.problems == []

    def wait_ready(self) -> None:
        self.page.wait_for_selector("body[data-runtime=ready]", timeout=START_TIMEOUT)

    def wait_spare(self) -> None:
        """Until a spare Python is warm, as it is a few seconds after the page has become ready."""
        self.page.wait_for_selector("body[data-spare=ready]", timeout=START_TIMEOUT)

    def wait_settled(self) -> None:
        """Until a snapshot of Python is kept too, where there was none: the page has all it wants."""
        self.wait_spare()
        self.page.wait_for_selector("body[data-settled]", timeout=START_TIMEOUT)

    def cell(self, number: int):
        return self.page.locator(f'nd-cell[number="{number}"]')

    def cells(self) -> int:
        return self.page.locator("nd-cell").count()

    def code(self, number: int) -> str:
        return self.cell(number).evaluate("cell => cell.code")

    def write(self, number: int, code: str) -> None:
        self.cell(number).evaluate("(cell, code) => { cell.code = code }", code)

    def state(self, number: int) -> str:
        return self.cell(number).get_attribute("data-state")

    def wait_state(self, number: int, *states: str, timeout: int = RUN_TIMEOUT) -> None:
        wanted = ",".join(f'nd-cell[number="{number}"][data-state={state}]' for state in states)
        self.page.wait_for_selector(wanted, timeout=timeout)

    def start(self, number: int, code: str | None = None) -> None:
        """Press the cell's Run button, without waiting for the end."""
        if code is not None:
            self.write(number, code)
        self.cell(number).locator("button.run").click()

    def run(self, number: int, code: str | None = None) -> str:
        """Run a cell to its end; the state it ends in."""
        self.start(number, code)
        self.wait_state(number, "ok", "failed", "stopped", "dead")
        return self.state(number)

    def output(self, number: int, stream: str = "") -> str:
        """What the cell shows; of one stream (stdout, stderr, value, error) if it is named."""
        blocks = self.cell(number).locator(f".output pre{'.' + stream if stream else ''}")
        return "".join(blocks.all_text_contents())

    def output_text(self, number: int) -> str:
        """Everything in the cell's output area, the page's own notes included."""
        return self.cell(number).locator(".output").inner_text()

    def mark(self, name: str) -> float:
        """When the page passed the mark last, in milliseconds of its own clock."""
        return self.page.evaluate(
            "name => performance.getEntriesByName(name).at(-1).startTime", f"ndgrad:{name}"
        )


def runtime_bytes() -> int:
    """The size of all files that the page loads before Python is ready."""
    return sum(path.stat().st_size for path in RUNTIME.iterdir() if path.suffix != ".br")


def runtime_bytes_sent() -> int:
    """What a server sends for them, compressed."""
    return sum(path.stat().st_size for path in RUNTIME.glob("*.br"))
