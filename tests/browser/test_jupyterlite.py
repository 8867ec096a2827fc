"""The same wheel in JupyterLite, which nobody has to tell where it is: importing it is enough."""

import contextlib

import pytest
from playwright.sync_api import TimeoutError

from .notebook import RUN_TIMEOUT, START_TIMEOUT
from .server import Server
from .tutorial import REPOSITORY, parse_printed, read_cells

SITE = REPOSITORY / "build/jupyterlite/site"
CELLS = read_cells()


def run_all(page):
    """Ask until there is an answer: a notebook that has no kernel yet forgets what it was asked."""
    output = page.locator(".jp-CodeCell").last.locator(".jp-OutputArea-output")
    for _ in range(3):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        with contextlib.suppress(TimeoutError):
            return output.wait_for(timeout=START_TIMEOUT / 2)
    pytest.fail("the notebook ran none of its cells", pytrace=False)


@pytest.fixture(scope="module")
def jupyter(browser):
    """The tutorial in JupyterLite after "Run All Cells", and the requests that it made."""
    if not (SITE / "index.html").exists():
        pytest.fail("JupyterLite is missing: run make jupyterlite", pytrace=False)
    with Server({"/": SITE}) as server:
        context = browser.new_context(locale="en")
        requests = []
        context.on("request", lambda request: requests.append(request.url))
        page = context.new_page()
        page.goto(f"{server.url}notebooks/index.html?path=autograd.zh.ipynb")
        page.locator(".jp-CodeCell").first.wait_for(timeout=START_TIMEOUT)
        run_all(page)
        yield page, [url for url in requests if not url.startswith(server.url)]
        context.close()


def run(page, code, shown):
    """Run code in the last cell, which must show what is said."""
    cell = page.locator(".jp-CodeCell").last
    cell.locator(".cm-content").fill(code)
    cell.locator(".cm-content").press("Control+Enter")
    cell.locator(".jp-OutputArea-output", has_text=shown).wait_for(timeout=RUN_TIMEOUT)


def outputs(cell):
    return "".join(cell.locator(".jp-OutputArea-output").all_text_contents())


def test_the_notebook_prints_the_books_numbers(jupyter):
    page, _ = jupyter
    cells = page.locator(".jp-CodeCell").all()
    assert len(cells) == len(CELLS) == 10
    for shown, cell in zip(cells, CELLS, strict=True):
        assert parse_printed(outputs(shown)) == parse_printed(cell.printed or "")


def test_another_number_gives_another_gradient(jupyter):
    """The comparison above is of what ran: a changed cell prints something else."""
    page, _ = jupyter
    run(page, "import ndgrad\nprint(ndgrad.nd.ones(2) + 3)", "[4. 4.]")


def test_pip_finds_the_wheel_in_the_site(jupyter):
    """For a notebook that asks for it, as it would elsewhere."""
    page, _ = jupyter
    run(page, "%pip install ndgrad\nfrom mxnet import nd\nprint(nd.ones(2) + 4)", "[5. 5.]")


def test_everything_comes_from_the_sites_own_server(jupyter):
    _, elsewhere = jupyter
    assert [url for url in elsewhere if not url.startswith(("data:", "blob:"))] == []
