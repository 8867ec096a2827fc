"""``mx.nd``: arrays and the operators on them.

Every operator of the core's table whose name does not begin with an underscore is a function here, as are the
functions that make arrays, and those of two arguments of which one may be a number.  ``help(nd.dot)`` says
what one takes.
"""

from __future__ import annotations

import importlib
import types

from ndgrad import (
    _core,
    base,
    control_flow,
    creation,
    exchange,
    files,
    joining,
    members,
    operator,
    random,
)

_operators = {name: function for name, function in _core.operators.items() if not name.startswith("_")}

# The later ones win: maximum and its like are operators of two arrays, and here take numbers too.
_contents: dict[str, object] = {
    **_operators,
    **_core.binary_functions,
    **{
        name: getattr(module, name)
        for module in (creation, joining, files, exchange)
        for name in module.__all__
    },
    "Custom": operator.Custom,
    "NDArray": _core.NDArray,
    "random": random,
}
globals().update(_contents)
members.install()

__all__ = sorted(_contents)


def _namespace(name: str, contents: dict[str, object]) -> types.ModuleType:
    module = types.ModuleType(f"{__name__}.{name}", "Operators by the names that MXNet keeps here.")

    def missing(attribute: str) -> object:
        known = sorted(name for name in contents if not name.startswith("_"))
        near = base.near_names(attribute, known)
        raise AttributeError(f"module {module.__name__!r} has no attribute {attribute!r}{near}")

    module.__dict__.update(contents, __getattr__=missing)
    return module


def _family(name: str, *prefixes: str, **more: object) -> types.ModuleType:
    """Return the operators whose names have one of the prefixes, without it."""
    contents = {
        full.removeprefix(prefix): function
        for prefix in prefixes
        for full, function in _core.operators.items()
        if full.startswith(prefix)
    }
    return _namespace(name, contents | more)


op = _namespace("op", dict(_operators))
_internal = _namespace("_internal", dict(_core.operators))
linalg = _family("linalg", "_linalg_")
contrib = _family(
    "contrib",
    "_contrib_",
    rand_zipfian=random.rand_zipfian,
    **{name: getattr(control_flow, name) for name in control_flow.__all__},
)
image = _family("image", "_image_")


def __getattr__(name: str) -> object:
    if name == "sparse":  # few programs need it
        return importlib.import_module("ndgrad.sparse")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{base.near_names(name, __all__)}")
