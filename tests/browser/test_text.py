"""The reader's text: it survives, it travels by link and by file, and a link never runs anything."""

import re

import pytest

from .notebook import Notebook
from .tutorial import read_cells

CELLS = read_cells()


@pytest.fixture
def reader(context, page_url):
    """A page whose Python is never waited for: text needs none."""
    notebook = Notebook(context.new_page(), page_url)
    notebook.page.route("**/runtime/**", lambda route: route.abort())
    notebook.open()
    yield notebook
    notebook.close()


def type_into(notebook, number, text):
    notebook.cell(number).locator(".code").click()
    notebook.cell(number).locator(".cm-content").press("Control+a")
    notebook.page.keyboard.type(text)


def share(notebook):
    notebook.page.click("#share")
    notebook.page.wait_for_function("document.querySelector('#link').value")
    return notebook.page.input_value("#link").partition("#")[2]


def saved(notebook, number, text):
    """Wait until the browser has written the text down."""
    notebook.page.wait_for_function(
        """([number, text]) => new Promise((resolve) => {
            indexedDB.open('keyval-store').onsuccess = ({ target: { result: database } }) => {
                const store = database.transaction('keyval').objectStore('keyval');
                store.getAll().onsuccess = ({ target: { result } }) => {
                    database.close();
                    resolve(result.some((codes) => codes[number - 1] === text));
                };
            };
        })""",
        arg=[number, text],
    )


def test_text_survives_a_reload_and_a_crash(reader):
    type_into(reader, 2, "kept = 1")
    saved(reader, 2, "kept = 1")
    reader.visit()
    assert reader.code(2) == "kept = 1"
    assert reader.code(1) == CELLS[0].code
    type_into(reader, 3, "kept = 2")
    saved(reader, 3, "kept = 2")
    crash(reader)
    assert (reader.code(2), reader.code(3)) == ("kept = 1", "kept = 2")


def crash(reader):
    """The renderer's process goes down, and the reader opens the page again."""
    context = reader.page.context
    with reader.page.expect_event("crash"):
        try:
            reader.page.goto("chrome://crash", timeout=2000)
        except Exception as error:
            assert "crash" in str(error).lower()
    reader.page.close()
    reader.page = context.new_page()
    reader.page.route("**/runtime/**", lambda route: route.abort())
    reader.visit()


def test_text_survives_a_python_that_dies(fresh):
    fresh.write(1, "import os\nos._exit(1)")
    assert fresh.run(1) == "dead"
    assert fresh.code(1) == "import os\nos._exit(1)"
    fresh.page.click("#restart")
    assert fresh.code(1) == "import os\nos._exit(1)"


def test_reset_brings_the_document_back(reader):
    type_into(reader, 2, "changed = 1")
    reader.page.click("#add")
    assert reader.cells() == len(CELLS) + 1
    reader.page.click("#reset")
    assert [reader.code(n) for n in range(1, reader.cells() + 1)] == [cell.code for cell in CELLS]
    reader.visit()
    assert reader.code(2) == CELLS[1].code


def test_a_shared_text_comes_with_a_link_and_leaves_the_own_alone(reader):
    type_into(reader, 2, "shared = '字'")
    fragment = share(reader)
    type_into(reader, 2, "own = 1")
    saved(reader, 2, "own = 1")
    reader.visit(f"#{fragment}")
    assert reader.code(2) == "shared = '字'"
    banner = reader.page.locator("#banner")
    assert re.search("链接.*没有运行|link.*Nothing", banner.inner_text())
    type_into(reader, 3, "changed = 1")
    saved(reader, 3, "changed = 1")
    reader.visit(f"#{fragment}")
    assert reader.code(3) == "changed = 1"
    reader.page.click("#discard")
    assert (reader.code(2), reader.code(3)) == ("own = 1", CELLS[2].code)
    assert "#" not in reader.page.url
    reader.visit(f"#{fragment}")
    reader.page.click("#keep")
    saved(reader, 2, "shared = '字'")
    reader.visit()
    assert reader.code(2) == "shared = '字'"
    assert banner.is_hidden()


def test_a_shared_text_says_where_it_came_from(reader, page_url):
    fragment = share(reader)
    reader.page.goto(page_url + "reference/index.html")
    reader.page.evaluate("address => { location.href = address }", f"{page_url}#{fragment}")
    reader.page.wait_for_selector("#banner.shared")
    assert page_url.split("/")[2] in reader.page.inner_text("#banner")
    reader.visit(f"#{fragment}")
    assert "浏览器没有告知来源" in reader.page.inner_text("#banner")


@pytest.mark.parametrize(
    "ending",
    ["", "&run=1", "&autorun", "?run=all"],
)
def test_a_link_never_runs_anything(context, opened, ending):
    """Neither when Python becomes ready nor later, whatever else the link says."""
    opened.write(1, "import js\nprint('ran')")
    fragment = share(opened)
    opened.visit(f"?run=1&autorun=true#{fragment}{ending}")
    opened.wait_ready()
    opened.page.wait_for_timeout(300)
    assert {opened.state(number) for number in range(1, opened.cells() + 1)} == {"idle"}
    assert opened.output(1) == ""


def test_files_are_saved_and_opened(reader, tmp_path):
    type_into(reader, 1, "saved = 1")
    with reader.page.expect_download() as download:
        reader.page.click("#save")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "autograd.py"
    assert path.read_text("utf-8").startswith("# %%\nsaved = 1\n\n# %%\nx = nd.array")
    path.write_text(path.read_text("utf-8") + "\n# %%\nmore = 1\n", "utf-8")
    reader.page.click("#reset")
    with reader.page.expect_file_chooser() as chooser:
        reader.page.click("#open")
    chooser.value.set_files(path)
    reader.page.wait_for_selector(f'nd-cell[number="{len(CELLS) + 1}"]')
    assert (reader.code(1), reader.code(len(CELLS) + 1)) == ("saved = 1", "more = 1")
    reader.visit()
    assert reader.code(len(CELLS) + 1) == "more = 1"
