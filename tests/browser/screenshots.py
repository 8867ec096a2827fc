"""Takes pictures of the built page for a person to look at.

    python -m tests.browser.screenshots [folder]

One for each of two widths and two colour schemes: while loading, after Run all, with the graph, with an
error, with pictures.
"""

import re
import sys
from itertools import product
from pathlib import Path

from .browsers import chromium
from .notebook import DIST, Notebook
from .server import Server

ERROR = "def inverse(v):\n    return 1 / v\n\nprint('before')\ninverse(0)"


def take(browser, url: str, folder: Path, width: int, scheme: str) -> None:
    """Go through the page once and leave pictures of it in ``folder``."""
    language = "zh-CN" if scheme == "light" else "en"
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language
    )
    notebook = Notebook(context.new_page(), url)

    def shoot(name: str, full_page: bool = False) -> None:
        notebook.page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=full_page)

    notebook.open()
    notebook.page.wait_for_function("document.querySelector('#progress').value > 0")
    shoot("loading")
    notebook.page.click("#run-all")
    notebook.wait_state(notebook.cells(), "ok")
    shoot("finished", full_page=True)
    notebook.cell(7).locator("button.draw").click()
    notebook.cell(7).locator(".canvas svg").wait_for()
    notebook.cell(7).get_by_role("button", name=re.compile("下一步|Next step")).click()
    notebook.cell(7).evaluate("cell => cell.scrollIntoView()")
    shoot("graph")
    notebook.run(2, ERROR)
    notebook.cell(2).evaluate("cell => cell.scrollIntoView()")
    shoot("error")
    for name, cell in (("softmax", 4), ("descent", 4)):
        notebook.page.goto(f"{url}{name}.html")
        notebook.page.click("#run-all")
        notebook.wait_state(cell, "ok")
        notebook.cell(cell).evaluate("cell => cell.scrollIntoView()")
        shoot(name)
    context.close()


def main() -> None:
    """Take all of them."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, Server({"/": DIST}) as server:
        for width, scheme in product((360, 1280), ("light", "dark")):
            take(browser, server.url, folder, width, scheme)
    print(f"pictures are in {folder}/")


if __name__ == "__main__":
    main()
