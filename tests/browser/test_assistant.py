"""What the editor is told of names, outside a browser and in it."""

import json

import pytest

from ndgrad import nd

from .tutorial import load_worker_module

assistant = load_worker_module("assistant")


def complete(line, **namespace):
    return {entry["label"]: entry for entry in json.loads(assistant.complete(namespace, line))}


def describe(line, **namespace):
    entries = json.loads(assistant.describe(namespace, line))
    return entries[0] if entries else None


def test_operators_follow_nd_with_their_documentation():
    found = complete("y = nd.arc", nd=nd)
    assert {"arccos", "arcsin", "arctan"} <= set(found)
    assert found["arctan"]["kind"] == "function"
    assert found["arctan"]["detail"]


def test_methods_follow_an_array():
    assert {"attach_grad", "backward", "grad"} <= set(complete("x.", x=nd.ones((2,))))
    assert "_core" not in complete("x.", x=nd.ones((2,)))


def test_what_the_first_cell_imports_is_known_before_it_has_run():
    assert "record" in complete("with autograd.re")
    assert "array" in complete("nd.arr")


def test_plain_names_are_the_cells_and_pythons():
    found = complete("pri", private=1, prime=2)
    assert {"print", "private", "prime"} <= set(found)
    assert complete("whi")["while"]["kind"] == "keyword"


@pytest.mark.parametrize("line", ["missing.", "1.", "f().", "x[0].", "x.missing.", "'text'."])
def test_of_what_is_not_a_name_nothing_is_known(line):
    assert complete(line, x=nd.ones((2,))) == {}
    assert describe(line.rstrip(".") + "_") is None


def test_nothing_is_called():
    class Watched:
        def __call__(self):
            raise AssertionError

        @property
        def fails(self):
            raise AssertionError

    assert "fails" in complete("w.", w=Watched())
    assert describe("w.fails", w=Watched()) is None
    assert complete("w().", w=Watched()) == {}


def test_a_name_is_described():
    described = describe("z = nd.dot", nd=nd)
    assert described["label"].startswith("nd.dot(")
    assert described["detail"] == assistant._documentation(nd.dot)
    assert describe("count", count=3)["detail"] == "3"


def test_the_editor_completes_and_documents(notebook):
    notebook.write(1, "from mxnet import nd\n")
    assert notebook.run(1) == "ok"
    notebook.write(2, "")
    editor = notebook.cell(2).locator(".cm-content")
    editor.click()
    notebook.page.keyboard.type("nd.arcta")
    options = notebook.cell(2).locator(".cm-tooltip-autocomplete li")
    options.first.wait_for()
    assert (
        options.all_text_contents() == ["arctan", "arctan2", "arctanh"]
        or "arctan" in options.all_text_contents()
    )
    notebook.page.wait_for_timeout(150)  # So long the list is not yet open for keys.
    notebook.page.keyboard.press("Enter")
    assert notebook.code(2) == "nd.arctan"
    notebook.page.keyboard.press("Escape")
    editor.get_by_text("arctan").hover()
    tooltip = notebook.cell(2).locator(".documentation")
    tooltip.wait_for()
    assert tooltip.locator("code").text_content().startswith("nd.arctan(")
