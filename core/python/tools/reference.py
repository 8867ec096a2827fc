"""Writes the API reference as static pages, from the build itself and the tests' table.

    python core/python/tools/reference.py FOLDER

Signatures and texts are those that ``help`` shows.  Each operator's example is a sample of the tests' table,
run now; so are its refused inputs, with the messages that they get.
"""

from __future__ import annotations

import html
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "tests"))

import optable  # noqa: E402
from plain import Plain  # noqa: E402
from rows import Given, Refusal, Row, Sample  # noqa: E402

import ndgrad as mx  # noqa: E402
from ndgrad import _core, autograd, context, nd, random  # noqa: E402

ROWS = {row.name: row for row in optable.ROWS}
MOST_ELEMENTS = 12  # of an input that an example shows

STYLE = """
:root { color-scheme: light dark; --line: #8884; --accent: light-dark(#0b62c4, #6cb0ff);
  --surface: light-dark(#f5f7fa, #1c222a); }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; font: 1rem/1.6 system-ui, sans-serif; }
a { color: var(--accent); }
code, pre { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.9em; }
pre { background: var(--surface); padding: 0.6rem 0.8rem; overflow-x: auto; border-radius: 6px; }
pre.signature { white-space: pre-wrap; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 0.3rem; padding-top: 0.6rem; border-top: 1px solid var(--line); }
h1, h2, p, dl, nav { overflow-wrap: anywhere; }
.facts { color: light-dark(#5b6575, #98a3b3); }
nav.names { columns: 14rem; } nav.names a { display: block; }
dl.refused dt { font-family: ui-monospace, monospace; font-size: 0.85em; }
"""


def escape(text: object) -> str:
    """Return text for HTML."""
    return html.escape(str(text))


# ------------------------------------------------------------------------------------------- examples


def literal(values: Plain) -> str:
    """Return a small array as nested lists, its numbers cut to two digits."""

    def nested(shape: tuple[int, ...], numbers: Iterator[float]) -> str:
        if not shape:
            number = round(next(numbers), 2)
            return repr(int(number) if number == int(number) else number)
        return "[" + ", ".join(nested(shape[1:], numbers) for _ in range(shape[0])) + "]"

    return nested(values.shape, iter(values.values))


def input_source(given: object, plain: Plain) -> str:
    """Return the call that makes an input."""
    dtype = given.dtype if isinstance(given, Given) and given.dtype != "float32" else None
    return f"nd.array({literal(plain)}" + (f", dtype={dtype!r})" if dtype else ")")


def is_showable(sample: Sample) -> bool:
    """Return whether the inputs are few and small, and none is empty."""
    shapes = [i.values.shape if isinstance(i, Given) else i.shape for i in sample.inputs]
    sizes = [len(Plain.build(shape, lambda _: 0).values) for shape in shapes]
    return len(shapes) <= 5 and all(0 < size <= MOST_ELEMENTS for size in sizes)


def call_source(path: str, sample: Sample) -> tuple[list[str], str]:
    """Return the lines that make the inputs, and the call."""
    names = "abcde"
    lines = [
        f"{names[k]} = {input_source(i, plain)}"
        for k, (i, plain) in enumerate(zip(sample.inputs, sample.plains(), strict=True))
    ]
    params = [f"{name}={value!r}" for name, value in sample.params.items()]
    return lines, f"{path}({', '.join([*names[: len(lines)], *params])})"


def example(path: str, row: Row) -> str:
    """Return a session that calls the operator, or nothing if no sample is small enough."""
    for sample in row.samples:
        if not is_showable(sample):
            continue
        lines, call = call_source(path, sample)
        scope: dict[str, object] = {"nd": nd, "mx": mx, "random": random}
        try:
            for line in lines:
                exec(line, scope)
            result = eval(call, scope)
        except mx.MXNetError:
            continue  # the digits that were cut matter to it
        session = "\n".join(f">>> {line}" for line in [*lines, call])
        return f"<pre>{escape(session)}\n{escape(repr(result).strip())}</pre>"
    return ""


def refusal_text(path: str, name: str, refusal: Refusal) -> str:
    """Return a refused call and its message."""
    try:
        refusal.call(name)
    except Exception as error:
        arguments = [a if isinstance(a, tuple) else "..." for a in refusal.arguments]
        shown = [f"<{a}>" if isinstance(a, tuple) else a for a in arguments]
        shown += [f"{key}={value!r}" for key, value in refusal.params.items()]
        call = f"{path}({', '.join(map(str, shown))})"
        return f"<dt>{escape(call)}</dt><dd>{escape(type(error).__name__)}: {escape(error)}</dd>"
    raise AssertionError(f"{name} did not refuse {refusal.label}")


# ------------------------------------------------------------------------------------------- entries


def other_names(description: dict) -> str:
    """Return a line with the operator's other names, if it has some."""
    aliases = [f"nd.{alias}" for alias in description["aliases"] if not alias.startswith("_")]
    return f'<p class="facts">also {escape(", ".join(aliases))}</p>' if aliases else ""


def operator_entry(path: str, function: Callable) -> str:
    """Return the section of an operator."""
    description = _core.describe(function.__name__)
    row = ROWS[description["name"]]
    refused = "".join(refusal_text(path, row.name, refusal) for refusal in row.refusals[:6])
    return (
        heading(path, function)
        + other_names(description)
        + example(path, row)
        + f'<details><summary>Refused</summary><dl class="refused">{refused}</dl></details>'
    )


def heading(path: str, thing: object) -> str:
    """Return the name, the signature and the text of anything."""
    name = path.rpartition(".")[2]
    try:
        signature = f"{path}{inspect.signature(thing)}" if callable(thing) else path  # type: ignore[arg-type]
        signature = signature.replace("=Ellipsis", "=...")
    except (TypeError, ValueError):
        signature = path
    return (
        f'<h2 id="{escape(name)}">{escape(path)}</h2><pre class="signature">{escape(signature)}</pre>'
        f"<pre>{escape(inspect.getdoc(thing) or '')}</pre>"
    )


def entry(path: str, thing: object) -> str:
    """Return the section of a function, a class or an operator."""
    return operator_entry(path, thing) if is_operator(thing) else heading(path, thing)  # type: ignore[arg-type]


def is_operator(thing: object) -> bool:
    """Return whether it is a row of the table."""
    return inspect.isbuiltin(thing) and thing.__name__ in _core.operators


# --------------------------------------------------------------------------------------------- pages


def page(title: str, body: str) -> str:
    """Return a whole document."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{escape(title)} - ndgrad</title><style>{STYLE}</style></head>\n"
        '<body><p><a href="index.html">ndgrad reference</a></p>'
        f"<h1>{escape(title)}</h1>\n{body}</body></html>\n"
    )


def namespace_page(path: str, contents: dict[str, object]) -> str:
    """Return the page of a namespace."""
    names = sorted(contents, key=str.lower)
    links = "".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in names)
    sections = "\n".join(entry(f"{path}.{name}", contents[name]) for name in names)
    return page(f"mx.{path}", f'<nav class="names">{links}</nav>\n{sections}\n')


def public(thing: object) -> dict[str, object]:
    """Return what a namespace offers, apart from other modules."""
    names = getattr(thing, "__all__", None) or [name for name in vars(thing) if not name.startswith("_")]
    contents = {name: getattr(thing, name) for name in names}
    return {name: value for name, value in contents.items() if callable(value)}


def canonical(contents: dict[str, object]) -> dict[str, object]:
    """Return the contents with each operator under one name only."""
    chosen: dict[object, str] = {}
    for name, value in contents.items():
        key = _core.describe(value.__name__)["name"] if is_operator(value) else name
        if key not in chosen or name == key or (chosen[key] != key and name < chosen[key]):
            chosen[key] = name
    return {name: contents[name] for name in chosen.values()}


def pages() -> dict[str, str]:
    """Return every page by its file's name."""
    methods = {name: getattr(nd.NDArray, name) for name in dir(nd.NDArray) if not name.startswith("_")}
    spaces: dict[str, dict[str, object]] = {
        "nd": canonical(public(nd)),
        **{f"nd.{name}": canonical(public(getattr(nd, name))) for name in ("linalg", "contrib", "image")},
        "nd.NDArray": methods,
        "random": public(random),
        "autograd": public(autograd),
        "context": public(context),
    }
    spaces = {name: contents for name, contents in spaces.items() if contents}
    files = {f"{name}.html": namespace_page(name, contents) for name, contents in spaces.items()}
    links = "".join(
        f'<li><a href="{name}.html">mx.{name}</a> ({len(contents)})</li>' for name, contents in spaces.items()
    )
    intro = f"<p>ndgrad {escape(mx.__version__)}: every name, its signature, and what it was seen to do.</p>"
    return {**files, "index.html": page("Reference", f"{intro}<ul>{links}</ul>")}


def main() -> int:
    """Write the pages; the exit status."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.html"):
        old.unlink()
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
