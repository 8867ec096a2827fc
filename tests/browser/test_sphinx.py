"""Cells in a document of Sphinx: the directive, the pages it makes, and what is no page."""

import re
import subprocess
import sys

import pytest

from .notebook import DIST, embedded
from .server import Server
from .tutorial import REPOSITORY

CONFIGURATION = """
import sys
sys.path.insert(0, {extension!r})
extensions = ["myst_parser", "sphinx_ndgrad"]
language = "en"
ndgrad_url = {url!r}
"""

LESSON = """
# A lesson

```{nd-cell}
:hidden:

from mxnet import autograd, nd
x = nd.array([1, 2])
```

```{nd-cell}
---
expected: |
  [2. 4.]
  <NDArray 2 @cpu(0)>
---
x.attach_grad()
with autograd.record():
    y = (x * x).sum()
y.backward()
print(x.grad)
```

```{nd-cell}
:readonly:
:height: 6rem
print("<b>", x.shape)
```

```{nd-cell}
:session: other
:lang: en
x
```

[Another page](other.rst)
"""

OTHER = """
Another page
============

Nothing runs here.
"""

RESTRUCTURED = """
In reStructuredText
===================

.. nd-cell::
   :expected: 2

   if True:
       print(1 + 1)
"""


@pytest.fixture(scope="session")
def extension(tmp_path_factory):
    """The extension as pip installs it, in a folder."""
    folder = tmp_path_factory.mktemp("extension")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    source = REPOSITORY / "web/sphinx"
    subprocess.run([*command, "--no-build-isolation", "--target", folder, source], check=True)
    return folder


def sphinx(extension, folder, builder, url, pages):
    """Build a site of ``pages``; the finished process."""
    source = folder / "source"
    source.mkdir()
    (source / "conf.py").write_text(CONFIGURATION.format(extension=str(extension), url=url))
    for name, text in pages.items():
        (source / name).write_text(text)
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--builder", builder]
    return subprocess.run([*command, source, folder / builder], capture_output=True, text=True)


@pytest.fixture(scope="module")
def lesson(context, extension, tmp_path_factory):
    """A built site, opened where its cells are."""
    folder = tmp_path_factory.mktemp("site")
    with Server({"/": DIST}, {"Access-Control-Allow-Origin": "*"}) as playground:
        pages = {"index.md": LESSON, "other.rst": f":orphan:\n{OTHER}"}
        done = sphinx(extension, folder, "html", playground.url, pages)
        assert done.returncode == 0, done.stderr
        with Server({"/": folder / "html"}) as server:
            notebook = embedded(context, server.url)
            yield notebook
            notebook.close()


def test_cells_of_a_document_run(lesson):
    assert lesson.cell(1).is_hidden()
    assert lesson.run(2) == "ok"
    assert lesson.output(2, "stdout").split() == ["[2.", "4.]", "<NDArray", "2", "@cpu(0)>"]
    assert lesson.cell(2).locator(".match").text_content() == "✓ The same"


def test_options_become_attributes(lesson):
    assert lesson.code(3) == 'print("<b>", x.shape)'
    has = "cell => [cell.hasAttribute('readonly'), cell.getAttribute('height')]"
    assert lesson.cell(3).evaluate(has) == [True, "6rem"]
    assert lesson.run(3) == "ok"
    assert lesson.output(3, "stdout") == "<b> (2,)\n"
    assert lesson.run(4) == "failed"
    assert "NameError" in lesson.output(4, "error")


def test_pages_without_cells_load_no_script(lesson):
    page = lesson.page.request.get(f"{lesson.url}other.html").text()
    assert "Nothing runs here" in page
    assert "ndgrad-cell.js" not in page


def test_restructured_text_and_a_folder_of_static_files(extension, tmp_path):
    done = sphinx(extension, tmp_path, "html", "ndgrad/", {"index.rst": RESTRUCTURED})
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "html/index.html").read_text("utf-8")
    cell = r'<nd-cell expected="2"><div class="highlight"><pre>.*print.*</pre></div>\n</nd-cell>'
    assert re.search(cell, page, re.DOTALL)
    assert re.search(r'<script type="module" src="_static/ndgrad/ndgrad-cell.js', page)


def test_what_is_no_page_shows_the_code(extension, tmp_path):
    done = sphinx(extension, tmp_path, "text", "", {"index.rst": RESTRUCTURED})
    assert done.returncode == 0, done.stderr
    assert "   if True:\n       print(1 + 1)\n" in (tmp_path / "text/index.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (RESTRUCTURED, "ndgrad_url is not set"),
        (RESTRUCTURED.replace(":expected: 2", ":expected:"), "argument required"),
        (RESTRUCTURED.replace(":expected: 2", ":colour: red"), 'unknown option: "colour"'),
        (RESTRUCTURED.partition("   :expected")[0], "none found"),
    ],
)
def test_mistakes_are_said(extension, tmp_path, page, words):
    done = sphinx(extension, tmp_path, "html", "", {"index.rst": page})
    assert done.returncode != 0
    assert words in done.stderr
