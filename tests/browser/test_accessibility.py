"""The page for everybody: axe finds nothing serious, and the keyboard reaches everything."""

from itertools import product

import pytest

from .notebook import Notebook
from .tutorial import REPOSITORY

AXE = REPOSITORY / "web/node_modules/axe-core/axe.min.js"
SERIOUS = ("serious", "critical")
ERROR = "print('before')\nprint('x' * 500)\n1 / 0"
CURVE = "from ndgrad import plot\nc = plot.Curve('loss')\nfor i in range(9): c.add(i, i * i)"
PICTURE = "class P:\n    def _repr_svg_(self): return '<svg xmlns=\"http://www.w3.org/2000/svg\"/>'\nP()"


def violations(page):
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, { iframes: false })")["violations"]
    return [
        (violation["id"], [node["html"][:200] for node in violation["nodes"]])
        for violation in found
        if violation["impact"] in SERIOUS
    ]


@pytest.mark.parametrize(("width", "scheme"), product((360, 1280), ("light", "dark")))
def test_axe_finds_nothing_serious(notebook, width, scheme):
    page = notebook.page
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    notebook.run(1, ERROR)
    notebook.run(2, CURVE)
    notebook.run(3, PICTURE)
    notebook.cell(2).locator("canvas").wait_for()
    page.click("#share")
    page.locator("#link").wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("address", ["softmax.html", "cell.html"])
def test_axe_finds_nothing_serious_before_python_is_there(context, page_url, address):
    page = context.new_page()
    page.route("**/runtime/**", lambda route: route.abort())
    page.goto(page_url + address)
    page.locator("nd-cell[data-state]").first.wait_for()
    assert violations(page) == []
    page.close()


def test_everything_is_reached_by_keyboard(context, page_url):
    """Tab goes through the bar, the tools and every cell; from an editor it leads on after Escape."""
    notebook = Notebook(context.new_page(), page_url)
    notebook.page.route("**/runtime/**", lambda route: route.abort())
    notebook.open()
    reached = set()
    for _ in range(80):
        notebook.page.keyboard.press("Tab")
        notebook.page.wait_for_timeout(10)
        where = notebook.page.evaluate(
            """() => {
                const { id, className } = document.activeElement;
                const cell = document.activeElement.closest('nd-cell');
                return [id, className, cell?.getAttribute('number') ?? ''].join(' ');
            }"""
        )
        reached.add(where.strip())
        if "cm-content" in where:
            notebook.page.keyboard.press("Escape")
    text = "\n".join(reached)
    for name in ("run-all", "restart", "language", "share", "save", "open", "reset", "add"):
        assert name in text
    for number in range(1, notebook.cells() + 1):
        assert f"run {number}" in text
    notebook.page.close()
