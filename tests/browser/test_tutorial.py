"""The tutorial's cells run in the page and print the document's numbers."""

import pytest

from .tutorial import parse_printed, read_cells

CELLS = dict(enumerate(read_cells(), start=1))
PRINTED = [number for number, cell in CELLS.items() if cell.printed]


@pytest.fixture(scope="module")
def finished(notebook):
    """The page after Run all."""
    notebook.page.click("#run-all")
    last = len(CELLS)
    notebook.page.wait_for_selector(f'nd-cell[number="{last}"][data-state=ok], nd-cell[data-state=failed]')
    return notebook


def test_page_has_the_documents_cells(notebook):
    assert notebook.cells() == len(CELLS) == 10


@pytest.mark.parametrize("number", CELLS)
def test_cell_runs_as_printed(finished, number):
    assert finished.code(number) == CELLS[number].code
    assert (finished.state(number), finished.output(number, "error")) == ("ok", "")
    assert finished.output(number, "stderr") == ""


@pytest.mark.parametrize("number", PRINTED)
def test_numbers_are_the_documents(finished, number):
    assert parse_printed(finished.output(number)) == parse_printed(CELLS[number].printed)


def test_comparison_tells_numbers_apart():
    """The check above can fail: it sees another number, another shape and another tag."""
    book = "[[ 1.20000005  0.16]]\n<NDArray 1x2 @cpu(0)>"
    assert parse_printed("[[1.2 0.16]]\n<NDArray 1x2 @cpu(0)>") == parse_printed(book)
    for other in (
        "[[1.2000002 0.16]]\n<NDArray 1x2 @cpu(0)>",
        "[1.2 0.16]\n<NDArray 1x2 @cpu(0)>",
        "[[1.2 0.16]]\n<NDArray 2x1 @cpu(0)>",
        "[[1.2]]\n<NDArray 1x2 @cpu(0)>",
    ):
        assert parse_printed(other) != parse_printed(book)
