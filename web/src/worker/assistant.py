"""What the editor asks while a reader types: which names may follow, and what a name means.

Names and attributes are looked up, nothing is called. Nothing here needs Pyodide: any CPython runs it.
"""

import builtins
import importlib
import inspect
import json
import keyword
import re

# A dotted name at the end, or nothing where it would continue a call, an index or a text.
DOTTED = re.compile(r"(?<![\w.])(?:[^\W\d]\w*(?:\.[^\W\d]\w*)*\.?)?$")
# What a document's first cell usually imports, for a reader who has not run it yet.
USUAL = {"mx": "mxnet", "mxnet": "mxnet", "nd": "ndgrad.nd", "autograd": "ndgrad.autograd"}
MOST = 300


class Assistant:
    """Answers the editor's questions about the names of ``namespace``."""

    def __init__(self, namespace: dict[str, object]) -> None:
        """Look names up there, and then where they usually come from."""
        self._namespace = namespace

    def answer(self, question: str) -> str:
        """The answer to a question of the page, both as JSON."""
        asked = json.loads(question)
        try:
            return {"complete": complete, "describe": describe}[asked["kind"]](self._namespace, asked["line"])
        except Exception:  # An object of a cell's may refuse to be looked at.
            return "[]"


def complete(namespace: dict[str, object], line: str) -> str:
    """The names that can follow ``line``, as JSON: a list of objects with label, kind and detail."""
    found = DOTTED.search(line)
    if not found:
        return "[]"
    base, _, start = found[0].rpartition(".")
    if base:
        target = _lookup(namespace, base)
        candidates = {} if target is None else {name: (target, name) for name in dir(target)}
    else:
        names = {*namespace, *dir(builtins), *keyword.kwlist}
        candidates = {name: (namespace, name) for name in names}
    fitting = sorted(name for name in candidates if name.startswith(start) and _public(name, start))
    return json.dumps([_entry(name, *candidates[name]) for name in fitting[:MOST]])


def describe(namespace: dict[str, object], line: str) -> str:
    """What the dotted name at the end of ``line`` is, in the same form; an empty list if it is nothing."""
    found = DOTTED.search(line)
    target = _lookup(namespace, found[0]) if found else None
    if target is None:
        return "[]"
    label = found[0] + _signature(target) if callable(target) else found[0]
    detail = _documentation(target) if _documented(target) else repr(target)[:400]
    return json.dumps([{"label": label, "kind": _kind(target), "detail": detail}])


def _public(name: str, start: str) -> bool:
    return not name.startswith("_") or start.startswith("_")


def _lookup(namespace: dict[str, object], dotted: str) -> object:
    first, *rest = dotted.split(".")
    try:
        target = _first(namespace, first)
        for name in rest:
            target = getattr(target, name)
    except Exception:  # A property may raise anything; then there is nothing to say.
        return None
    return target


def _first(namespace: dict[str, object], name: str) -> object:
    if name in namespace:
        return namespace[name]
    if name in USUAL:
        return importlib.import_module(USUAL[name])
    return getattr(builtins, name)


def _entry(name: str, owner: object, attribute: str) -> dict[str, str]:
    """A line of the list of completions."""
    if isinstance(owner, dict):
        target = owner.get(name, getattr(builtins, name, None))
    else:
        target = inspect.getattr_static(owner, attribute, None)
    kind = "keyword" if keyword.iskeyword(name) else _kind(target)
    detail = _documentation(target).partition("\n")[0][:120] if _documented(target) else ""
    return {"label": name, "kind": kind, "detail": detail}


def _kind(target: object) -> str:
    if inspect.ismodule(target):
        return "namespace"
    if inspect.isclass(target):
        return "class"
    return "function" if callable(target) else "variable"


def _documented(target: object) -> bool:
    """Whether its documentation is its own, and not that of its type."""
    return callable(target) or inspect.ismodule(target) or isinstance(target, property)


def _documentation(target: object) -> str:
    return (inspect.getdoc(target) or "")[:2000]


def _signature(target: object) -> str:
    try:
        return str(inspect.signature(target))
    except (TypeError, ValueError):
        return "(...)"
