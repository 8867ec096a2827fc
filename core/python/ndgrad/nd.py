"""``mx.nd``: arrays and the operators on them.

Every operator of the core's table whose name does not begin with an underscore is a function here, as are the functions
that make arrays, and those of two arguments of which one may be a number.  ``help(nd.dot)`` says what one takes.
"""

from __future__ import annotations

import types

from ndgrad import _core, base, creation, joining, random
from ndgrad._core import NDArray
from ndgrad.creation import arange, array, empty, eye, full, linspace, ones, zeros
from ndgrad.joining import concatenate, moveaxis, split_v2, waitall

_own = [*creation.__all__, *joining.__all__, *_core.binary_functions, "NDArray", "random"]
_operators = {name: function for name, function in _core.operators.items() if not name.startswith("_")}

__all__ = sorted({*_own, *_operators} - {"op"})

# Names that both have are the ones above: add, maximum and so on of two arguments, which take numbers too.
globals().update({name: function for name, function in _operators.items() if name not in _own})
globals().update(_core.binary_functions)


def _namespace(name: str, contents: dict[str, object]) -> types.ModuleType:
    module = types.ModuleType(f"{__name__}.{name}", "Operators by the names that MXNet keeps here.")
    module.__dict__.update(contents)
    return module


op = _namespace("op", dict(_operators))
_internal = _namespace("_internal", dict(_core.operators))


def __getattr__(name: str) -> object:
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{base.near_names(name, __all__)}")
