"""What the page promises its reader, whatever the cells compute."""

import re

import pytest

from .notebook import START_TIMEOUT, runtime_bytes

# Parts of addresses and file names that belong to the machinery and to nobody's cell.
INTERNAL = ["runner", "pyodide", "site-packages", "/lib/", "ndgrad/", "mxnet.py", "_base.py"]

# Collects every progress the page shows, from before its scripts run.
WATCH_PROGRESS = """
window.seen = [];
document.addEventListener('DOMContentLoaded', () => {
  const bar = document.querySelector('#progress'), status = document.querySelector('#status');
  if (!status) return;  // A frame of the page.
  new MutationObserver(() => seen.push([bar.value, bar.max, status.textContent]))
    .observe(status, { childList: true });
});
"""


def test_loading_shows_its_bytes(opened):
    opened.page.add_init_script(WATCH_PROGRESS)
    opened.page.reload()
    opened.wait_ready()
    seen = opened.page.evaluate("seen")
    total = runtime_bytes()
    loading = [(value, maximum) for value, maximum, text in seen if "MB" in text]
    values = [value for value, _ in loading]
    assert {maximum for _, maximum in loading} == {total}
    assert values == sorted(values)
    assert len(set(values)) > 5
    assert values[-1] == total
    shown = re.findall(r"([\d.]+) / ([\d.]+) MB", " ".join(text for _, _, text in seen))
    assert {maximum for _, maximum in shown} == {f"{total / 1e6:.1f}"}
    assert opened.page.locator("#progress").is_hidden()


def test_everything_comes_from_the_pages_own_origin(notebook):
    elsewhere = [url for url in notebook.requests if not url.startswith((notebook.url, "data:"))]
    assert elsewhere == []


def test_output_arrives_while_the_cell_runs(notebook):
    notebook.start(1, "import time\nprint('begun')\ntime.sleep(2)\nprint('ended')")
    notebook.cell(1).locator(".stdout").wait_for()
    assert notebook.state(1) == "running"
    assert notebook.output(1) == "begun\n"
    notebook.wait_state(1, "ok")
    assert notebook.output(1) == "begun\nended\n"


def test_streams_are_told_apart(notebook):
    notebook.run(1, "import sys\nprint('out')\nprint('err', file=sys.stderr)")
    assert notebook.output(1, "stdout") == "out\n"
    assert notebook.output(1, "stderr") == "err\n"
    assert notebook.cell(1).get_by_role("log").count() == 1


def test_last_value_is_shown(notebook):
    assert notebook.run(1, "x = [1, 2]\nx") == "ok"
    assert notebook.output(1, "value") == "[1, 2]"
    notebook.run(1, "x = 3")
    assert notebook.output(1) == ""


def test_cells_share_their_variables(notebook):
    notebook.run(1, "shared = 41")
    notebook.run(2, "shared + 1")
    assert notebook.output(2) == "42"


def test_keys_run_a_cell_and_leave_the_editor(notebook):
    notebook.write(1, "'by keyboard'")
    notebook.cell(1).locator(".cm-content").click()
    notebook.page.keyboard.press("Shift+Enter")
    notebook.wait_state(1, "ok")
    assert notebook.output(1) == "'by keyboard'"
    notebook.page.keyboard.press("Escape")
    notebook.page.keyboard.press("Tab")
    assert not notebook.page.evaluate("document.activeElement.matches('.cm-content')")


def test_numbers_stand_beside_their_lines(fresh):
    """In cells that the window has not shown yet, too, as in a printout."""
    tops = """(cell) => ['.cm-gutterElement:not(:first-child)', '.cm-line'].map((kind) =>
        [...cell.querySelectorAll(kind)].map((line) => Math.round(line.getBoundingClientRect().top)))"""
    fresh.cell(8).locator(".cm-content").wait_for(state="attached")
    numbers, lines = fresh.cell(8).evaluate(tops)
    assert min(lines) > fresh.page.viewport_size["height"]
    assert numbers == lines
    assert len(set(numbers)) == 12


def test_traceback_shows_the_cells_lines_only(notebook):
    notebook.run(1, "def half(x):\n    return 1 / x")
    assert notebook.run(2, "y = 0\nprint('before')\nhalf(y)") == "failed"
    text = notebook.output(2, "error")
    assert 'File "<cell 2>", line 3, in <module>\n    half(y)' in text
    assert 'File "<cell 1>", line 2, in half\n    return 1 / x' in text
    assert text.rstrip().endswith("ZeroDivisionError: division by zero")
    assert [part for part in INTERNAL if part in text] == []
    assert notebook.output(2, "stdout") == "before\n"


def test_error_of_the_package_shows_no_frame_of_its_own(notebook):
    source = "from mxnet import nd\na = nd.ones((2, 3))\na + nd.ones((4, 5))"
    assert notebook.run(1, source) == "failed"
    text = notebook.output(1, "error")
    assert 'File "<cell 1>", line 3, in <module>' in text
    # The last line is the message, which may name an operator and its module.
    frames = text.splitlines()[:-1]
    assert [part for part in INTERNAL if part in "\n".join(frames)] == []


def test_syntax_error_shows_its_line(notebook):
    assert notebook.run(1, "x = 1\nfor y in x\n    pass") == "failed"
    text = notebook.output(1, "error")
    assert 'File "<cell 1>", line 2\n    for y in x' in text
    assert [part for part in INTERNAL if part in text] == []


def test_page_goes_on_after_an_error(notebook):
    notebook.run(1, "kept = 'kept'")
    assert notebook.run(2, "1 / 0") == "failed"
    assert notebook.run(2, "kept") == "ok"
    assert notebook.output(2) == "'kept'"
    assert notebook.output(2, "error") == ""


def test_run_all_stops_at_an_error(notebook):
    notebook.write(1, "1 / 0")
    notebook.page.click("#run-all")
    notebook.wait_state(1, "failed")
    notebook.page.wait_for_function("document.querySelector('#stop').disabled")
    assert notebook.state(3) == "idle"


def test_exit_ends_the_cell_and_not_the_page(notebook):
    assert notebook.run(1, "import sys\nsys.exit(1)") == "failed"
    assert notebook.run(2, "'still here'") == "ok"


def test_output_for_ever_is_cut(notebook):
    assert notebook.run(1, "for i in range(300_000): print(i)\nraise KeyError('last')") == "failed"
    assert len(notebook.output(1, "stdout")) == 200_000
    assert "more characters not shown" in notebook.output(1, "stderr")
    assert "KeyError: 'last'" in notebook.output(1, "error")


def test_interface_speaks_two_languages(notebook):
    button = notebook.page.locator("#run-all")
    assert button.text_content() == "全部运行"
    notebook.page.click("#language")
    assert button.text_content() == "Run all"
    assert notebook.page.locator("html").get_attribute("lang") == "en"
    assert notebook.cell(1).get_by_role("button", name="Run cell 1").count() == 1
    notebook.page.click("#language")
    assert button.text_content() == "全部运行"


@pytest.mark.parametrize("width", [360, 1200])
def test_page_fits_the_window(notebook, width):
    notebook.page.set_viewport_size({"width": width, "height": 800})
    notebook.run(1, "print('x' * 1000)\n1 / 0")
    assert notebook.page.evaluate("document.documentElement.scrollWidth") == width
    notebook.page.set_viewport_size({"width": 1200, "height": 800})


def test_restart_clears_variables_and_outputs(fresh):
    fresh.run(1, "gone = 1\nprint('shown')")
    fresh.page.click("#restart")
    fresh.page.wait_for_selector("body:not([data-runtime=ready])")
    assert (fresh.state(1), fresh.output(1)) == ("idle", "")
    assert fresh.run(2, "gone") == "failed"
    assert "NameError: name 'gone' is not defined" in fresh.output(2, "error")


@pytest.mark.parametrize("loop", ["while True: pass", "while True: print('on and on')"])
def test_stop_ends_a_loop(fresh, loop):
    code = f"print('begun')\n{loop}"
    fresh.start(1, code)
    fresh.cell(1).locator(".stdout").wait_for()
    fresh.start(2, "'waits'")
    fresh.page.click("#stop")
    fresh.wait_state(1, "stopped", timeout=2_000)
    assert fresh.code(1) == code
    assert fresh.output(1).startswith("begun\n")
    assert fresh.state(2) == "idle"
    assert fresh.run(2) == "ok"
    assert fresh.output(2) == "'waits'"


def test_stop_before_python_is_ready_takes_the_cell_back(opened):
    opened.start(1, "1 / 0")
    opened.wait_state(1, "queued")
    opened.page.click("#stop")
    opened.wait_state(1, "idle")
    opened.wait_ready()
    assert opened.state(1) == "idle"


@pytest.mark.parametrize("end", ["os._exit(0)", "os.abort()"])
def test_python_that_dies_is_replaced_by_the_next_run(fresh, end):
    assert fresh.run(1, f"import os\nprint('before')\n{end}") == "dead"
    assert fresh.output(1, "stdout").startswith("before\n")
    assert [part for part in INTERNAL if part in fresh.output(1)] == []
    assert fresh.page.get_attribute("body", "data-runtime") == "dead"
    assert fresh.run(2, "'alive again'") == "ok"


def test_file_that_cannot_be_loaded_is_named_and_restart_tries_again(context, opened):
    context.route("**/*.whl", lambda route: route.fulfill(status=404))
    opened.page.reload()
    opened.page.wait_for_selector("body[data-runtime=dead]", timeout=START_TIMEOUT)
    assert re.search(r"ndgrad-.*\.whl.*404", opened.page.text_content("#status"))
    context.unroute("**/*.whl")
    opened.page.click("#restart")
    opened.wait_ready()
