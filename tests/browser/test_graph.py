"""The recorded graph of a cell: drawn, walked through backward, checked, and changed by hand."""

import pytest


@pytest.fixture
def tutorial(notebook):
    """The tutorial's first example, run up to the graph; then with head gradients."""
    notebook.visit()
    notebook.wait_ready()
    for number in range(1, 5):
        assert notebook.run(number) == "ok"
    return notebook


def graph_of(notebook, number):
    notebook.cell(number).locator("button.draw").click()
    notebook.cell(number).locator(".canvas svg").wait_for()
    return notebook.cell(number).locator(".panel")


def texts(panel, kind="*"):
    return panel.locator(f".canvas {kind}").all_text_contents()


def test_the_graph_shows_operators_shapes_values_and_gradients(tutorial):
    panel = graph_of(tutorial, 4)
    assert texts(panel, "text.operator") == ["_mul_scalar scalar=2.0", "broadcast_mul"]
    assert texts(panel, "text.name") == ["x (2, 2)", "y (2, 2)", "z (2, 2)"]
    assert texts(panel, "text.numbers") == ["[[1, 2], [3, 4]]", "[[2, 4], [6, 8]]", "[[2, 8], [18, 32]]"]
    assert texts(panel, "text.gradient") == [
        "grad [[4, 8], [12, 16]]",
        "grad [[1, 2], [3, 4]]",
        "grad [[1, 1], [1, 1]]",
    ]


def test_keys_step_through_backward(tutorial):
    panel = graph_of(tutorial, 4)
    panel.locator(".canvas").focus()
    keyboard = tutorial.page.keyboard
    keyboard.press("Home")
    assert texts(panel, "text.gradient") == ["", "", "grad [[1, 1], [1, 1]]"]
    keyboard.press("ArrowRight")
    assert "broadcast_mul" in panel.locator(".stage").inner_text()
    assert texts(panel, "text.gradient")[:2] == ["grad [[2, 4], [6, 8]]", "grad [[1, 2], [3, 4]]"]
    assert texts(panel, ".current text.operator") == ["broadcast_mul"]
    formulas = panel.locator(".terms annotation").all_text_contents()
    assert formulas == [r"\bar{y} \mathrel{+}= \bar{z} \, x", r"\bar{x} \mathrel{+}= \bar{z} \, y"]
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    assert texts(panel, "text.gradient")[0] == "grad [[4, 8], [12, 16]]"
    keyboard.press("ArrowLeft")
    assert texts(panel, ".current text.operator") == ["broadcast_mul"]
