"""The page's runner of cells, outside a browser: it is ordinary Python."""

import asyncio
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from .tutorial import load_worker_module

runner = load_worker_module("runner")


@pytest.fixture
def emitted():
    return []


@pytest.fixture
def run(emitted, monkeypatch):
    """Runs a cell; returns whether it went well."""
    sessions = []

    def run(source, cell=1):
        # Not before the test's own call: pytest changes the streams until then.
        if not sessions:
            for name in ("stdout", "stderr"):
                monkeypatch.setattr(sys, name, getattr(sys, name))
            sessions.append(
                runner.Session(
                    lambda stream, text: emitted.append((stream, text)),
                    lambda mime, data, id: emitted.append((mime, data)),
                )
            )
            run.session = sessions[0]
        # In a thread of its own: Playwright keeps an event loop running in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(sessions[0].run(cell, source))).result()

    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    return run


def error_of(emitted):
    [text] = [text for stream, text in emitted if stream == "error"]
    return text


def test_each_line_is_passed_on_when_it_is_finished(run, emitted):
    assert run("print('a', 'b')\nprint('c', end='')\nprint('d')")
    assert emitted == [("stdout", "a b\n"), ("stdout", "cd\n")]


def test_an_unfinished_line_comes_at_a_flush_or_at_the_end(run, emitted):
    run("print('a', end='', flush=True)\nprint('b', end='')")
    assert emitted == [("stdout", "a"), ("stdout", "b")]


def test_streams_are_kept_apart(run, emitted):
    run("import sys\nprint('x', file=sys.stderr)\n_ = sys.stdout.write('y\\n')")
    assert emitted == [("stderr", "x\n"), ("stdout", "y\n")]


@pytest.mark.parametrize(
    ("source", "shown"),
    [("1 + 1", "2"), ("'a'", "'a'"), ("x = 3", None), ("None", None), ("", None), ("# only", None)],
)
def test_last_expression_is_shown(run, emitted, source, shown):
    assert run(source)
    assert emitted == ([] if shown is None else [("value", shown)])


def test_value_comes_after_what_was_printed(run, emitted):
    run("print('first', end='')\n'second'")
    assert emitted == [("stdout", "first"), ("value", "'second'")]


def test_empty_line_before_an_array_is_not_shown(run, emitted):
    run("class Array:\n    def __repr__(self): return '\\n[1]\\n<NDArray 1 @cpu(0)>'\nArray()")
    assert emitted == [("value", "[1]\n<NDArray 1 @cpu(0)>")]


@pytest.mark.parametrize(
    ("method", "data", "shown"),
    [
        ("_repr_svg_", "'<svg/>'", ("image/svg+xml", "<svg/>")),
        ("_repr_png_", "b'PNG'", ("image/png", "UE5H")),
        ("_repr_html_", "'<b>x</b>'", ("text/html", "<b>x</b>")),
        ("_repr_html_", "None", ("value", "plain")),
    ],
)
def test_what_knows_how_to_be_a_picture_is_shown_as_one(run, emitted, method, data, shown):
    source = f"class P:\n def {method}(self): return {data}\n def __repr__(self): return 'plain'\n"
    assert run(f"{source}print('first', end='')\ndisplay(P())\nP")
    assert emitted == [("stdout", "first"), shown, ("value", "<class '__main__.P'>")]


def test_a_growing_curve_is_shown_now_and_then_and_whole_at_the_end(run, emitted, monkeypatch):
    monkeypatch.setattr(runner, "FRAME", 0.001)
    assert run("pass")
    curve = SimpleNamespace(number=7, x="step", names=["loss"], points=[])
    for step in range(100):
        time.sleep(0.0005)
        curve.points.append((step, step or float("nan")))
        run.session.curve_grew(curve)
    assert run("pass")
    assert 2 <= len(emitted) < 100
    shown = [json.loads(data) for mime, data in emitted if mime == runner.CURVE]
    assert [len(data["columns"][0]) for data in shown] == sorted(len(data["columns"][0]) for data in shown)
    assert shown[-1]["columns"] == [[*range(100)], [None, *range(1, 100)]]


def test_cells_share_a_namespace(run, emitted):
    run("x = 20")
    run("def double(): return 2 * x", cell=2)
    run("x += 1\ndouble()", cell=3)
    assert emitted == [("value", "42")]


def test_top_level_await(run, emitted):
    assert run("import asyncio\nawait asyncio.sleep(0)\nawait asyncio.sleep(0, 'woke')")
    assert emitted == [("value", "'woke'")]


def test_classes_of_cells_pickle(run, emitted):
    run("class A: pass\nimport pickle\ntype(pickle.loads(pickle.dumps(A()))) is A")
    assert emitted == [("value", "True")]


def test_traceback_has_the_cells_frames_only(run, emitted):
    run("import json\n\ndef parse(text):\n    return json.loads(text)")
    assert not run("x = 1\nparse('{')", cell=2)
    text = error_of(emitted)
    assert text.startswith("Traceback (most recent call last):\n")
    assert "File \"<cell 2>\", line 2, in <module>\n    parse('{')" in text
    assert 'File "<cell 1>", line 4, in parse\n    return json.loads(text)' in text
    assert text.count('File "') == 2
    assert "JSONDecodeError" in text.splitlines()[-1]


def test_causes_and_contexts_are_cleaned_too(run, emitted):
    run(
        "import json\n"
        "try:\n    json.loads('{')\n"
        "except ValueError as error:\n    raise RuntimeError('outer') from error"
    )
    text = error_of(emitted)
    assert "direct cause" in text
    assert text.count('File "') == text.count('File "<cell 1>"') == 2


def test_syntax_error_shows_its_line(run, emitted):
    assert not run("x = 1\nif x\n    pass")
    text = error_of(emitted)
    assert 'File "<cell 1>", line 2\n    if x' in text
    assert "SyntaxError: expected ':'" in text
    assert "runner" not in text


def test_exit_ends_the_cell_only(run, emitted):
    assert not run("import sys\nsys.exit(3)")
    assert error_of(emitted).endswith("SystemExit: 3\n")
    assert run("'still here'")


def test_a_repr_that_fails_is_the_cells_error(run, emitted):
    assert not run("class Bad:\n    def __repr__(self): raise ValueError('no repr')\nBad()")
    assert "line 2, in __repr__" in error_of(emitted)


def test_output_before_an_error_comes_first(run, emitted):
    run("print('half', end='')\n1 / 0")
    assert [stream for stream, _ in emitted] == ["stdout", "error"]
