"""Fixtures for tests in a browser. What is missing fails them: skipped, nobody would notice."""

import pytest

from .browsers import Missing, chromium
from .notebook import DIST, Notebook
from .server import Server

_FIGURES: list[str] = []


@pytest.fixture(scope="session")
def browser():
    try:
        with chromium() as started:
            yield started
    except Missing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def page_url():
    if not (DIST / "index.html").exists():
        pytest.fail("web/dist is missing: run npm ci && npm run build in web/", pytrace=False)
    with Server({"/": DIST}) as server:
        yield server.url


@pytest.fixture(scope="session")
def context(browser):
    """One browser profile, so that Pyodide's files come from its cache after the first page."""
    # Without the service worker, what a test does to the network is done to the page.
    context = browser.new_context(
        viewport={"width": 1200, "height": 800}, locale="zh-CN", service_workers="block"
    )
    yield context
    context.close()


def _open(context, url):
    notebook = Notebook(context.new_page(), url)
    notebook.open()
    return notebook


@pytest.fixture
def opened(context, page_url):
    """A page that has just begun to load Python."""
    notebook = _open(context, page_url)
    yield notebook
    notebook.close()


@pytest.fixture
def fresh(opened):
    """A page with a Python of its own, to do with as the test likes."""
    opened.wait_ready()
    return opened


@pytest.fixture(scope="module")
def notebook(context, page_url):
    """A page with a Python that all tests of a module share and leave running."""
    notebook = _open(context, page_url)
    notebook.wait_ready()
    yield notebook
    notebook.close()


@pytest.fixture
def reader(browser, page_url):
    """A page in a profile of its own, in which a snapshot of Python has been kept."""
    context = browser.new_context(service_workers="block")
    notebook = Notebook(context.new_page(), page_url)
    notebook.visit_to_the_end("ordinary")
    yield notebook
    context.close()
    assert notebook.problems == []


@pytest.fixture(scope="session")
def figures():
    """Takes lines to show when all tests are over: times, sizes and counts."""
    return _FIGURES


def pytest_terminal_summary(terminalreporter):
    if _FIGURES:
        terminalreporter.section("in browsers")
        for line in _FIGURES:
            terminalreporter.write_line(line)
