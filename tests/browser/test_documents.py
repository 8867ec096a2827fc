"""Every document: readable without Python, in two languages, and its cells print what it says."""

import gzip

import pytest

from .notebook import DIST, START_TIMEOUT, Notebook
from .tutorial import TUTORIALS, document_names, page_of, parse_printed, read_cells

BYTES_BEFORE_THE_FIRST_RUN = 150_000


@pytest.mark.parametrize("name", document_names())
def test_cells_print_what_the_document_says(context, page_url, name):
    notebook = Notebook(context.new_page(), page_url + page_of(name))
    notebook.open()
    check_printed(notebook, name)
    notebook.close()


def check_printed(notebook, name):
    """Run all cells of a document that has just been opened: each must print what the document says."""
    notebook.page.click("#run-all")
    cells = read_cells(TUTORIALS / f"{name}.zh.md")
    notebook.page.wait_for_selector(
        f'nd-cell[number="{len(cells)}"][data-state=ok], nd-cell[data-state=failed]', timeout=START_TIMEOUT
    )
    for number, cell in enumerate(cells, start=1):
        assert notebook.code(number) == cell.code
        assert (notebook.state(number), notebook.output(number, "error")) == ("ok", "")
        printed, shown = notebook.output(number, "stdout").strip("\n"), cell.printed or ""
        same = parse_printed(printed) == parse_printed(shown) if "<NDArray" in shown else printed == shown
        assert same, f"cell {number} prints\n{printed}\nand not\n{shown}"


def test_a_training_draws_its_curve_while_it_runs(context, page_url, figures):
    notebook = Notebook(context.new_page(), page_url + "softmax.html")
    notebook.open()
    notebook.wait_ready()
    for number in (1, 3):
        assert notebook.run(number) == "ok"
    # The page itself looks at every frame: asked from outside, a fast training may be over.
    notebook.page.evaluate(
        """(cell) => {
            window.frames_ = [];
            window.labels_ = new Set();
            const tick = (now) => {
                const chart = cell.querySelector("figure.curve");
                if (chart && cell.dataset.state === "running") {
                    frames_.push(now);
                    labels_.add(chart.getAttribute("aria-label"));
                }
                requestAnimationFrame(tick);
            };
            requestAnimationFrame(tick);
        }""",
        notebook.cell(4).element_handle(),
    )
    notebook.start(4)
    notebook.wait_state(4, "ok")
    frames, labels = notebook.page.evaluate("[frames_, [...labels_]]")
    chart = notebook.cell(4).locator("figure.curve")
    assert chart.count() == 1
    assert len(labels) > 1
    assert "epoch 40.0" in chart.get_attribute("aria-label")  # 39.95 to three digits
    rate = (len(frames) - 1) / (frames[-1] - frames[0]) * 1000
    figures.append(f"softmax classifier: {rate:.0f} frames a second while it trains with its live curve")
    assert rate > 20
    notebook.page.close()


def test_prose_formulas_and_code_are_there_without_scripts(browser, page_url):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for name in document_names():
        page.goto(page_url + page_of(name))
        assert page.locator("h1").first.is_visible()
        assert page.locator("nd-cell code").first.is_visible()
    context.close()


def test_the_switch_changes_prose_interface_and_explanations_and_keeps_python(fresh):
    page = fresh.page
    fresh.run(1, "kept = 1\nkept / 0")
    fresh.run(2, "from mxnet import nd\nnd.ones((2, 3)) + nd.ones((4, 5))")
    shown = page.locator("article .prose:visible")
    assert "作为一个玩具的例子" in " ".join(shown.all_text_contents())
    assert "不能除以零" in fresh.output_text(1)
    assert "形状合不上" in fresh.output_text(2)
    page.click("#language")
    assert "As a toy example" in " ".join(shown.all_text_contents())
    assert "作为" not in " ".join(shown.all_text_contents())
    assert "Division by zero" in fresh.output_text(1)
    assert "The shapes do not fit together" in fresh.output_text(2)
    assert page.locator("html").get_attribute("lang") == "en"
    page.reload()
    assert page.locator("html").get_attribute("lang") == "en"
    assert "As a toy example" in " ".join(shown.all_text_contents())
    page.click("#language")


def test_bytes_before_the_first_run(browser, page_url, figures):
    """What a reader's browser loads to show a document and run it, Python itself apart."""
    context = browser.new_context()
    for name in document_names():
        page = context.new_page()
        page.route("**/runtime/**", lambda route: route.abort())
        loaded = set()
        page.on("requestfinished", lambda request, loaded=loaded: loaded.add(request.url.partition("?")[0]))
        page.goto(page_url + page_of(name), wait_until="networkidle")
        paths = [DIST / (url.removeprefix(page_url) or "index.html") for url in loaded if "data:" not in url]
        total = sum(len(gzip.compress(path.read_bytes())) for path in paths)
        figures.append(f"{name}: {total:,} bytes (gzip) in {len(paths)} files before the first Run")
        assert total <= BYTES_BEFORE_THE_FIRST_RUN, [path.name for path in paths]
        page.close()
    context.close()


def test_an_error_marks_its_lines_in_the_editors(fresh):
    fresh.run(1, "def half(x):\n    return 1 / x")
    assert fresh.run(2, "y = 0\nhalf(y)") == "failed"
    assert fresh.cell(1).locator(".cm-line.failed").all_text_contents() == ["    return 1 / x"]
    assert fresh.cell(2).locator(".cm-line.failed").all_text_contents() == ["half(y)"]
    fresh.run(2, "half(1)")
    assert fresh.cell(2).locator(".cm-line.failed").count() == 0
