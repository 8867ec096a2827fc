"""Cells in somebody else's page, as an element and as an iframe, and the built folder on any server."""

import shutil
import subprocess
import sys

import pytest

from .notebook import DIST, START_TIMEOUT, Notebook, embedded
from .server import Server

HOST = """<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>A blog</title>
  <style>pre, button {{ color: red }}</style>
  <p>Some prose.</p>
  <nd-cell hidden>
    from mxnet import autograd, nd
    x = nd.array([1, 2])
  </nd-cell>
  <nd-cell expected="[2. 4.]
&lt;NDArray 2 @cpu(0)&gt;">
    x.attach_grad()
    with autograd.record():
        y = (x * x).sum()
    y.backward()
    print(x.grad)
  </nd-cell>
  <nd-cell readonly height="6rem">print(x.shape)</nd-cell>
  <nd-cell session="other">x</nd-cell>
  <iframe src="{url}cell.html#{code}" width="600" height="200"></iframe>
  <script type="module" src="{url}ndgrad-cell.js"></script>
"""


@pytest.fixture(scope="module")
def playground():
    """The built page on a server that lets other pages use it."""
    with Server({"/": DIST}, {"Access-Control-Allow-Origin": "*"}) as server:
        yield server.url


@pytest.fixture
def blog(context, playground, tmp_path, code):
    """A page of another origin with cells in it."""
    (tmp_path / "index.html").write_text(HOST.format(url=playground, code=code), "utf-8")
    with Server({"/": tmp_path}) as server:
        notebook = embedded(context, server.url)
        yield notebook
        notebook.close()


@pytest.fixture(scope="module")
def code(context, page_url):
    """A text that is shared by link."""
    notebook = Notebook(context.new_page(), page_url)
    notebook.page.route("**/runtime/**", lambda route: route.abort())
    notebook.open()
    for number in range(1, notebook.cells() + 1):
        notebook.write(number, f"print('cell {number}')")
    notebook.page.click("#share")
    notebook.page.wait_for_function("document.querySelector('#link').value")
    fragment = notebook.page.input_value("#link").partition("#")[2]
    notebook.page.close()
    return fragment


def runtime_requests(notebook):
    return [url for url in notebook.requests if "/runtime/" in url]


def test_cells_of_another_page_run_and_share_a_python(blog):
    assert runtime_requests(blog) == []
    assert blog.cell(1).is_hidden()
    assert blog.run(2) == "ok"
    assert blog.output(2, "stdout").split() == ["[2.", "4.]", "<NDArray", "2", "@cpu(0)>"]
    assert blog.cell(2).locator(".match").text_content() == "✓ The same"
    assert blog.run(3) == "ok"
    assert blog.output(3, "stdout") == "(2,)\n"
    assert blog.run(4) == "failed"
    assert "NameError" in blog.output(4, "error")
    # Another session has another Python, made of the same files.
    assert len(runtime_requests(blog)) == 4


def test_attributes_of_a_cell(blog):
    blog.cell(3).locator(".code").hover()
    editor = blog.cell(3).locator(".cm-content")
    editor.click()
    blog.page.keyboard.type("changed")
    assert blog.code(3) == "print(x.shape)"
    assert blog.cell(3).evaluate("cell => getComputedStyle(cell).getPropertyValue('--height')") == "6rem"
    assert blog.cell(2).locator("button.run").get_attribute("aria-label") == "Run cell 2"


LIGHT, DARK = "rgb(245, 247, 250)", "rgb(28, 34, 42)"


@pytest.mark.parametrize(
    ("preferred", "declared", "surface"),
    [
        ("dark", "normal", LIGHT),
        ("light", "dark", DARK),
        ("dark", "light dark", DARK),
        ("light", "light dark", LIGHT),
    ],
)
def test_a_cell_is_light_or_dark_as_its_page_is(blog, preferred, declared, surface):
    """A page that does not say so is light, whatever the reader prefers elsewhere."""
    blog.page.emulate_media(color_scheme=preferred)
    blog.page.evaluate("scheme => (document.documentElement.style.colorScheme = scheme)", declared)
    assert blog.cell(2).evaluate("cell => getComputedStyle(cell).backgroundColor") == surface


def test_python_is_fetched_when_the_reader_comes_near(blog):
    blog.page.wait_for_timeout(200)
    assert runtime_requests(blog) == []
    blog.cell(2).hover()
    blog.page.wait_for_function("document.querySelector('iframe[sandbox]')")
    assert len(runtime_requests(blog)) == 4


def test_a_cell_stops_by_its_own_button(blog):
    blog.start(2, "while True: pass")
    blog.wait_state(2, "running", timeout=START_TIMEOUT)
    blog.cell(2).get_by_role("button", name="Stop cell 2").click()
    blog.wait_state(2, "stopped")


def test_an_iframe_shows_what_its_address_brings_and_runs_it_when_asked(blog):
    frame = blog.page.frame_locator("iframe:not([sandbox])")
    frame.locator('nd-cell[number="2"][data-state=idle]').wait_for()
    assert frame.locator("nd-cell[data-state=idle]").count() == 10
    frame.locator('nd-cell[number="2"] button.run').click()
    frame.locator('nd-cell[number="2"][data-state=ok]').wait_for(timeout=START_TIMEOUT)
    assert frame.locator('nd-cell[number="2"] .output .stdout').text_content() == "cell 2\n"


def test_the_built_folder_works_below_any_path_of_any_server(context, tmp_path):
    """As from a USB stick: Python's own web server, a folder with a space in its name."""
    shutil.copytree(DIST, tmp_path / "my lessons" / "ndgrad")
    command = [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            port = server.stdout.readline().split(b"port ")[1].split()[0].decode()
            notebook = Notebook(context.new_page(), f"http://127.0.0.1:{port}/my%20lessons/ndgrad/")
            notebook.open()
            notebook.wait_ready()
            assert notebook.run(1, "import mxnet as mx\nmx.nd.ones((1,))") == "ok"
            notebook.close()
        finally:
            server.terminate()
