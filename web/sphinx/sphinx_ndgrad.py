"""A directive for Sphinx and MyST documents that makes Python a runnable cell of ndgrad.

In ``conf.py``::

    extensions = ["sphinx_ndgrad"]
    ndgrad_url = "https://your.host/ndgrad/"

The directive ``nd-cell`` takes Python and the attributes of the element ``<nd-cell>`` as options. Where
no script runs, and in what is no HTML, the cell is a block of code like any other.
"""

from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

SCRIPT = "ndgrad-cell.js"
# Said by their being there, and said with a value.
FLAGS = ("hidden", "readonly")
VALUES = ("expected", "height", "lang", "session")


class RunnableCell(nodes.literal_block):
    """A block of code, and what writers that know cells need besides."""


class CellDirective(SphinxDirective):
    """``nd-cell``: its content is the code."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {name: directives.flag for name in FLAGS} | {
        name: directives.unchanged_required for name in VALUES
    }

    def run(self) -> list[nodes.Node]:
        """Make the cell."""
        self.assert_has_content()
        code = "\n".join(self.content)
        cell = RunnableCell(code, code, language="python", attributes=self.options)
        self.set_source_info(cell)
        return [cell]


def visit_html(self: HTML5Translator, cell: RunnableCell) -> None:
    """Write the element, with the code in it as Sphinx shows code."""
    options = cell["attributes"]
    given = [name for name in FLAGS if name in options]
    given += [f'{name}="{escape(options[name])}"' for name in VALUES if name in options]
    code = self.highlighter.highlight_block(cell.astext(), "python", location=cell)
    self.body.append(f"{' '.join(['<nd-cell', *given])}>{code}</nd-cell>\n")
    raise nodes.SkipNode


def add_script(app: Sphinx, *page: object) -> None:
    """Bring the script into the pages that have cells, and into no others."""
    document = page[-1]
    if not isinstance(document, nodes.document) or not any(document.findall(RunnableCell)):
        return
    url = app.config.ndgrad_url
    if not url:
        raise ConfigError("ndgrad_url is not set: give the address of ndgrad's files, or a folder of _static")
    app.add_js_file(f"{url.rstrip('/')}/{SCRIPT}", type="module")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    app.add_config_value("ndgrad_url", "", "env")
    app.add_node(RunnableCell, html=(visit_html, None))
    app.add_directive("nd-cell", CellDirective)
    app.connect("html-page-context", add_script)
    return {"version": "0.1.0", "parallel_read_safe": True, "parallel_write_safe": True}
