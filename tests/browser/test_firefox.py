"""A visit in Firefox: the same page, by the same helpers, where Chromium's tests look at everything."""

import time

import pytest

from .browsers import Missing, firefox
from .notebook import DIST, Notebook
from .server import Server
from .test_robustness import ISOLATION
from .tutorial import parse_printed, read_cells

CELLS = dict(enumerate(read_cells(), start=1))
PRINTED = [number for number, cell in CELLS.items() if cell.printed]
# What Firefox reports, as an exception of nothing, where a worker is ended in the middle of its work.
ENDED_WORKER = "undefined"


@pytest.fixture(scope="module")
def context():
    """A profile of Firefox."""
    try:
        with firefox() as browser:
            yield browser.new_context(viewport={"width": 1200, "height": 800}, locale="zh-CN")
    except Missing as missing:
        pytest.fail(str(missing), pytrace=False)


def opened(context, server):
    notebook = Notebook(context.new_page(), server.url)
    notebook.open()
    notebook.wait_ready()
    return notebook


def close(notebook):
    notebook.page.close()
    assert [problem for problem in notebook.problems if problem != ENDED_WORKER] == []


@pytest.fixture(scope="module")
def visit(context):
    """The tutorial after Run all."""
    with Server({"/": DIST}) as server:
        notebook = opened(context, server)
        notebook.page.click("#run-all")
        notebook.wait_state(len(CELLS), "ok")
        yield notebook
        close(notebook)


@pytest.mark.parametrize("number", PRINTED)
def test_numbers_are_the_books(visit, number):
    assert parse_printed(visit.output(number)) == parse_printed(CELLS[number].printed)
    assert visit.cell(number).locator(".match[data-text=same]").count() == 1


def test_the_graph_is_drawn(visit):
    visit.cell(4).locator("button.draw").click()
    visit.cell(4).locator(".canvas svg").wait_for()
    operators = visit.cell(4).locator(".canvas text.operator").all_text_contents()
    assert operators == ["_mul_scalar scalar=2.0", "broadcast_mul"]


def test_a_changed_number_runs_by_keyboard(visit):
    visit.cell(1).locator(".cm-content").click()
    visit.page.keyboard.press("Control+a")
    visit.page.keyboard.type("nd.array([1, 4]).sum()")
    visit.page.keyboard.press("Shift+Enter")
    visit.cell(1).locator(".output", has_text="[5.]").wait_for()


def test_a_loop_stops_and_the_next_run_works(visit, figures):
    visit.wait_spare()
    visit.start(2, "while True: pass")
    visit.wait_state(2, "running")
    begin = time.perf_counter()
    visit.page.click("#stop")
    visit.wait_state(2, "stopped")
    stopped = time.perf_counter()
    assert visit.run(2, "1 + 1") == "ok"
    ended = time.perf_counter()
    figures.append(
        f"Firefox: Stop by ending the worker {(stopped - begin) * 1000:.0f} ms, "
        f"the next Run {(ended - stopped) * 1000:.0f} ms, the test's own way included"
    )


def test_text_survives_and_is_shared(visit):
    page = visit.page
    page.click("#share")
    page.wait_for_function("document.querySelector('#link').value")
    fragment = page.input_value("#link").partition("#")[2]
    visit.visit()
    assert visit.code(1) == "nd.array([1, 4]).sum()"
    page.click("#reset")
    assert visit.code(1) == CELLS[1].code
    visit.visit(f"#{fragment}")
    assert visit.code(1) == "nd.array([1, 4]).sum()"
    visit.wait_ready()
    assert {visit.state(number) for number in CELLS} == {"idle"}


def test_interrupt_keeps_the_variables(context):
    """Where the server's headers allow shared memory."""
    with Server({"/": DIST}, ISOLATION) as server:
        notebook = opened(context, server)
        assert notebook.run(1, "kept = 'kept'") == "ok"
        notebook.start(2, "while True: pass")
        notebook.wait_state(2, "running")
        notebook.page.click("#stop")
        notebook.wait_state(2, "interrupted")
        assert notebook.run(3, "kept") == "ok"
        assert notebook.output(3) == "'kept'"
        close(notebook)
