"""The classes that ``x.dtype`` gives and of which ``x.asscalar()`` makes instances.

Where NumPy can be imported they are NumPy's scalar types, as in MXNet.  Elsewhere they are the classes below,
which carry the same names and print the same digits.
"""

from __future__ import annotations

from importlib import import_module
from typing import SupportsFloat, SupportsIndex

from ndgrad.printing import format_scalar

__all__ = ["dtype_names", "scalar_classes"]

# In the order of nd_dtype.
dtype_names = ("float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool")


class _Float(float):
    """A floating-point number that prints the digits its dtype needs."""

    # So that `print(x.dtype)` gives what the tutorials show; the pickle below goes by another way.
    __module__ = "numpy"

    def __repr__(self) -> str:
        return format_scalar(float(self), type(self).__name__)

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        return _scalar, (type(self).__name__, float(self))


class _Integer(int):
    """An integer of a dtype."""

    __module__ = "numpy"

    def __reduce__(self) -> tuple[object, ...]:
        return _scalar, (type(self).__name__, int(self))


def _make(name: str) -> type[_Float] | type[_Integer] | type[bool]:
    if name == "bool":
        return bool
    if name.startswith("float"):
        return type(name, (_Float,), {"__module__": "numpy", "__doc__": f"A number of dtype {name}."})
    return type(name, (_Integer,), {"__module__": "numpy", "__doc__": f"An integer of dtype {name}."})


_own = {name: _make(name) for name in dtype_names}


def _scalar(name: str, value: SupportsFloat | SupportsIndex) -> float | int | bool:
    """Restore a pickled number."""
    return _own[name](value)  # type: ignore[arg-type]


def scalar_classes() -> tuple[type, ...]:
    """Return the class for each dtype, in the core's order; imports NumPy if there is one."""
    try:
        numpy = import_module("numpy")
    except ImportError:
        return tuple(_own.values())
    return tuple(numpy.dtype(name).type for name in dtype_names)
