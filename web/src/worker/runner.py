"""Runs cells: what a cell prints, gives or raises goes to ``emit(stream, text)`` as it happens.

What is not text, such as a picture, goes to ``show(mime, data, id)``; what is shown with the same
``id`` again replaces it.

The worker loads this file into Pyodide, but nothing here needs Pyodide: any CPython runs it.
"""

import ast
import base64
import inspect
import io
import json
import linecache
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from types import CodeType, ModuleType
from typing import Protocol

Emit = Callable[[str, str], object]
Show = Callable[[str, str, int | None], object]

# The methods by which Jupyter, too, asks an object for its picture, the best first.
CURVE = "application/vnd.ndgrad.curve+json"
# Seconds between two pictures of a curve that grows.
FRAME = 0.05
PICTURES = {"_repr_svg_": "image/svg+xml", "_repr_png_": "image/png", "_repr_html_": "text/html"}


class Curve(Protocol):
    """What is asked of a curve of ``ndgrad.plot``."""

    number: int
    x: str
    names: Sequence[str]
    points: Sequence[tuple[float, ...]]


class Stream(io.TextIOBase):
    """A text stream that passes on every finished line at once, and the rest when flushed."""

    encoding = "utf-8"

    def __init__(self, name: str, emit: Emit) -> None:
        """Be the stream ``name`` of whatever ``emit`` reaches."""
        self.name = name
        self._emit = emit
        self._line = ""

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str) -> int:
        """Take ``text`` and return its length."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._line += text
        if "\n" in text:
            end = self._line.rindex("\n") + 1
            line, self._line = self._line[:end], self._line[end:]
            self._emit(self.name, line)
        return len(text)

    def flush(self) -> None:
        """Pass on a line that is not finished."""
        if self._line:
            line, self._line = self._line, ""
            self._emit(self.name, line)


class Session:
    """The namespace that all cells of a document share, with its output streams."""

    def __init__(self, emit: Emit, show: Show) -> None:
        """Take over ``sys.stdout``, ``sys.stderr`` and the module ``__main__``."""
        self._emit = emit
        self._show = show
        self._curves: dict[int, Curve] = {}
        self._curves_shown = 0.0
        sys.stdout = self._stdout = Stream("stdout", emit)
        sys.stderr = self._stderr = Stream("stderr", emit)
        # A module of its own, so that classes defined in cells pickle and resolve their types.
        self._main = ModuleType("__main__")
        self.namespace = self._main.__dict__
        self.namespace["display"] = self.display
        sys.modules["__main__"] = self._main
        self.namespace = self._main.__dict__

    async def run(self, cell: int, source: str) -> bool:
        """Run one cell and say whether it came to its end without an exception."""
        name = f"<cell {cell}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        try:
            value = None
            for code in _compile(source, name):
                value = eval(code, self._main.__dict__)
                if inspect.iscoroutine(value) and code.co_flags & inspect.CO_COROUTINE:
                    value = await value
            if value is not None:
                self._main.__dict__["_"] = value
                self.display(value)
            return True
        except BaseException as error:  # SystemExit too: it must end the cell, not the page.
            self._flush()
            self._emit("error", format_error(error))
            return False
        finally:
            self._flush()

    def display(self, *values: object) -> None:
        """Show each value as a picture, where it knows how to be one, or else as its ``repr``."""
        for value in values:
            picture = _picture(value)
            text = "" if picture else repr(value)
            self._flush()
            if picture:
                self._show(*picture, None)
            else:
                # MXNet's arrays start with an empty line, made for the prompt's own line.
                self._emit("value", text.lstrip("\n"))

    def curve_grew(self, curve: Curve) -> None:
        """Show a curve of ``ndgrad.plot`` as it grows, but no more often than can be seen."""
        self._curves[curve.number] = curve
        if time.monotonic() - self._curves_shown > FRAME:
            self._show_curves()

    def _show_curves(self) -> None:
        for number, curve in self._curves.items():
            columns = [
                [_json_number(value) for value in column] for column in zip(*curve.points, strict=True)
            ]
            data = {"x": curve.x, "names": curve.names, "columns": columns}
            self._show(CURVE, json.dumps(data), number)
        self._curves.clear()
        self._curves_shown = time.monotonic()

    def _flush(self) -> None:
        self._show_curves()
        self._stdout.flush()
        self._stderr.flush()


def _picture(value: object) -> tuple[str, str] | None:
    """The value's picture, as a kind and its text; None where it has none."""
    for name, mime in PICTURES.items():
        method = getattr(type(value), name, None)
        data = method(value) if method else None
        if isinstance(data, bytes):
            data = base64.b64encode(data).decode("ascii")
        if isinstance(data, str):
            return mime, data
    return None


def _json_number(value: float) -> float | None:
    """JSON has no infinities and no nan: there the curve has a gap."""
    return value if abs(value) < float("inf") else None


def _compile(source: str, name: str) -> list[CodeType]:
    """The cell's statements and, where it ends in one, its last expression, which gives a value."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = compile(source, name, "exec", flags | ast.PyCF_ONLY_AST)
    last = [tree.body.pop()] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
    codes = [compile(tree, name, "exec", flags, dont_inherit=True)]
    for statement in last:
        expression = ast.Expression(statement.value)
        codes.append(compile(expression, name, "eval", flags, dont_inherit=True))
    return codes


def format_error(error: BaseException) -> str:
    """The traceback as Python prints it, with the frames of cells only."""
    shown = traceback.TracebackException.from_exception(error)
    _keep_cells(shown, set())
    return "".join(shown.format())


def _keep_cells(shown: traceback.TracebackException, seen: set[int]) -> None:
    """Drop every other frame, here and in the causes, contexts and groups below."""
    if id(shown) in seen:
        return
    seen.add(id(shown))
    shown.stack[:] = [frame for frame in shown.stack if frame.filename.startswith("<cell ")]
    below = [shown.__cause__, shown.__context__, *(shown.exceptions or [])]
    for other in filter(None, below):
        _keep_cells(other, seen)
