"""The autograd tutorial, taken from its document: every cell runs and prints the document's numbers."""

from __future__ import annotations

import contextlib
import io

import pytest
from tutorial_text import find, read_cells, read_shown

DOCUMENT = "autograd.zh.md"
CELLS = read_cells(find(DOCUMENT))


def run(cells):
    """What each cell prints, in one namespace."""
    namespace, printed = {"__name__": "__main__"}, []
    for number, cell in enumerate(cells, start=1):
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            exec(compile(cell.code, f"<cell {number}>", "exec"), namespace)
        printed.append(stream.getvalue())
    return printed


def test_document_has_its_cells():
    assert len(CELLS) == 10
    assert sum(cell.shown is not None for cell in CELLS) == 3


def test_cells_print_the_documents_numbers():
    for number, (cell, printed) in enumerate(zip(CELLS, run(CELLS), strict=True), start=1):
        shown = read_shown(cell.shown) if cell.shown else read_shown("")
        assert read_shown(printed) == shown, f"cell {number}"


def test_loop_of_the_last_part_took_the_books_turns():
    """The seed's own draws, so that the gradient is 2 to the 11th and not another power."""
    namespace = {}
    for cell in CELLS:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(cell.code, namespace)
    assert namespace["a"].grad._values() == [2048, 204800, 20480]


@pytest.mark.parametrize(
    "other",
    [
        "[[1.2000002 0.16]]\n<NDArray 1x2 @cpu(0)>",
        "[1.2 0.16]\n<NDArray 1x2 @cpu(0)>",
        "[[1.2 0.16]]\n<NDArray 2x1 @cpu(0)>",
        "[[1.2 0.16]]\n<NDArray 1x2 @cpu(1)>",
        "[[1.2]]\n<NDArray 1x2 @cpu(0)>",
        "",
    ],
)
def test_comparison_can_fail(other):
    book = "[[ 1.20000005  0.16      ]]\n<NDArray 1x2 @cpu(0)>"
    assert read_shown("\n[[1.2  0.16]]\n<NDArray 1x2 @cpu(0)>") == read_shown(book)
    assert read_shown(other) != read_shown(book)
