"""The recorded graph of a cell: drawn, walked through backward, checked, and changed by hand."""

import pytest

from .tutorial import REPOSITORY


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


def test_head_gradients_are_the_weights_that_come_in(tutorial):
    assert tutorial.run(7) == "ok"
    panel = graph_of(tutorial, 7)
    panel.locator("button.first").click()
    assert "[[10, 1], [0.1, 0.01]]" in panel.locator(".terms").inner_text()
    panel.locator("button.last").click()
    assert texts(panel, "text.gradient")[0] == "grad [[40, 8], [1.2, 0.16]]"


def test_of_several_heads_one_is_chosen(tutorial):
    panel = graph_of(tutorial, 4)
    choice = panel.locator(".controls select")
    assert choice.locator("option").all_text_contents() == ["z", "y"]
    choice.select_option("y")
    panel.locator(".canvas text.operator").nth(1).wait_for(state="detached")
    assert texts(panel, "text.gradient") == ["grad [[2, 2], [2, 2]]", "grad [[1, 1], [1, 1]]"]


def test_a_slider_changes_an_element_and_its_gradient(tutorial):
    panel = graph_of(tutorial, 4)
    panel.locator("button.variable").click()
    slider = panel.locator("input[type=range]")
    slider.focus()
    for _ in range(50):
        tutorial.page.keyboard.press("ArrowRight")
    # From 1, in steps of a fiftieth, to 2.
    panel.locator("output", has_text="2; grad 8").wait_for()
    assert texts(panel, "text.gradient")[0] == "grad [[8, 8], [12, 16]]"
    assert texts(panel, "text.numbers")[-1] == "[[8, 8], [18, 32]]"
    # The session has not noticed.
    assert tutorial.run(5) == "ok"
    assert tutorial.run(6, "[number.asscalar() for number in x.grad.reshape((-1,))]") == "ok"
    assert tutorial.output(6, "value") == "[4.0, 8.0, 12.0, 16.0]"


def test_a_gradient_is_checked_by_differences(tutorial, figures):
    for number in (5, 6, 7, 8, 9):
        assert tutorial.run(number) == "ok"
    panel = graph_of(tutorial, 9)
    panel.locator("button.variable").click()
    panel.locator(".probe select").select_option("a[1]")
    panel.locator("button.check").click()
    panel.locator(".errors canvas").wait_for()
    text = panel.locator(".result").inner_text()
    assert "204800" in text
    error = float(text.split()[-1].rpartition("误差")[2])
    figures.append(f"gradient of the tutorial's loop against differences: relative error {error:.0e} at best")
    assert error < 1e-2


def test_what_cannot_be_computed_again_says_why(tutorial):
    source = (
        "with autograd.record():\n    noisy = (x * nd.random_normal(shape=(2, 2))).sum()\nnoisy.backward()"
    )
    assert tutorial.run(4, source) == "ok"
    panel = graph_of(tutorial, 4)
    panel.locator("button.variable").click()
    panel.locator("button.check").click()
    panel.locator(".refusal", has_text="随机数").wait_for()


def test_names_are_text(tutorial):
    source = (
        "class Markup(autograd.Function):\n"
        "    def forward(self, x): return x * 2\n"
        "    def backward(self, dy): return dy * 2\n"
        "Markup.__name__ = '<img src=x onerror=\"window.pwned=1\">\\\\href{javascript:1}{x}'\n"
        "with autograd.record():\n    marked = Markup()(x)"
    )
    assert tutorial.run(4, source) == "ok"
    panel = graph_of(tutorial, 4)
    assert panel.locator(":is(img, a)").count() == 0
    assert "<img" in panel.locator(".stage").inner_text()
    assert tutorial.page.evaluate("window.pwned") is None


def test_a_graph_needs_no_mouse_and_little_room(tutorial):
    page = tutorial.page
    panel = graph_of(tutorial, 4)
    tutorial.cell(4).locator("button.draw").focus()
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.className"))
    assert {"first", "next", "canvas", "variable"} <= set(reached)
    page.set_viewport_size({"width": 360, "height": 800})
    panel.locator("button.variable").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1200, "height": 800})


def test_axe_finds_nothing_serious(tutorial):
    panel = graph_of(tutorial, 4)
    panel.locator("button.variable").click()
    panel.locator("button.check").click()
    panel.locator(".errors canvas").wait_for()
    tutorial.page.evaluate((REPOSITORY / "web/node_modules/axe-core/axe.min.js").read_text("utf-8"))
    found = tutorial.page.evaluate("axe.run('nd-cell .panel')")["violations"]
    serious = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []
