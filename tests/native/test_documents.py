"""The playground's documents: in both languages the same cells, which print what the documents say."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
from tutorial_text import read_cells, read_shown

WEB = Path(__file__).resolve().parents[2] / "web"
NAMES = sorted(path.name.removesuffix(".zh.md") for path in (WEB / "tutorials").glob("*.zh.md"))


def document(name, language):
    return read_cells(WEB / "tutorials" / f"{name}.{language}.md")


def test_there_are_documents():
    assert {"autograd", "regression", "softmax", "higher-order", "descent"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_cells(name):
    assert document(name, "en") == document(name, "zh")


@pytest.mark.parametrize("name", NAMES)
def test_cells_print_what_the_document_says(name, monkeypatch):
    monkeypatch.chdir(WEB / "public/data")
    namespace = {"__name__": "__main__"}
    for number, cell in enumerate(document(name, "zh"), start=1):
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            exec(compile(cell.code, f"<cell {number}>", "exec"), namespace)
        shown, printed = (cell.shown or "").strip("\n"), stream.getvalue().strip("\n")
        # The book's arrays have another padding; of everything else each character counts.
        same = read_shown(printed) == read_shown(shown) if "<NDArray" in shown else printed == shown
        assert same, f"cell {number} prints\n{printed}\nand not\n{shown}"
