"""The exceptions that ndgrad raises, and the sentences that take more than a format string.

Every error of the core is an :class:`MXNetError`, as in MXNet, and at the same time the built-in exception
that a Python programmer would expect.  An index out of bounds and a failed allocation are plain
``IndexError`` and ``MemoryError``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = [
    "ArgumentError",
    "AxisError",
    "BoundsError",
    "CallError",
    "ContextError",
    "DTypeError",
    "FormatError",
    "FunctionError",
    "GradRequestError",
    "GraphError",
    "HeadGradientError",
    "InputTypeError",
    "MXNetError",
    "ShapeError",
]

# What programs test arguments with, by MXNet's names.
string_types = (str,)
integer_types = (int,)
numeric_types = (float, int)


class MXNetError(RuntimeError):
    """Whatever ndgrad cannot do."""

    # Programs and printed tracebacks know it by this name; mxnet.py makes it importable there.
    __module__ = "mxnet.base"


class ArgumentError(MXNetError, ValueError):
    """A parameter has a value that the operator does not take."""


class ShapeError(MXNetError, ValueError):
    """Shapes do not fit together."""


class DTypeError(MXNetError, TypeError):
    """Dtypes do not fit together, or one is unknown to the operator."""


class AxisError(MXNetError, IndexError, ValueError):
    """An axis that the array does not have."""


class BoundsError(MXNetError, IndexError):
    """An index array that names an element which is not there."""


class GraphError(MXNetError):
    """A backward pass or a write that the recorded graph does not allow."""


class ContextError(MXNetError, ValueError):
    """A device that is not there, or arrays on different devices."""


class CallError(MXNetError, TypeError):
    """A call that does not have the operator's form: arguments missing, unknown or of another type."""


class InputTypeError(CallError, AssertionError):
    """Something else where an NDArray is wanted.  (MXNet has an AssertionError or a TypeError here.)"""


class HeadGradientError(InputTypeError, AttributeError):
    """Something else where a head gradient is wanted.  (MXNet has an AttributeError here.)"""


class GradRequestError(ArgumentError, KeyError):
    """A grad_req that is none of 'write', 'add' and 'null'."""

    __str__ = Exception.__str__  # KeyError would show the sentence in quotes


class FunctionError(GraphError, AssertionError):
    """An autograd.Function used against its rules."""


class FormatError(MXNetError, ValueError):
    """A file that is not what it should be: of another format, damaged or cut off."""


def near_names(name: str, names: Iterable[str]) -> str:
    """Return " (did you mean 'a' or 'b'?)" for the names most like ``name``, or "" if none is."""
    import difflib  # only errors need it

    near = difflib.get_close_matches(name, list(names), n=2, cutoff=0.7)
    return f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""


def keyword_message(operator: str, keyword: str, names: Sequence[str]) -> str:
    """Return the sentence for a keyword that is none of the operator's inputs and parameters."""
    known = f"it takes {', '.join(names)}" if names else "it takes no keywords but out and name"
    return f"{operator} has no parameter {keyword!r}{near_names(keyword, names)}; {known}"


def choice_message(operator: str, parameter: str, value: object, choices: str) -> str:
    """Return the sentence for a value that is none of the parameter's choices, which blanks separate."""
    names = choices.split()
    near = near_names(value, names) if isinstance(value, str) else ""
    valid = ", ".join(map(repr, names))
    return f"{operator}: {parameter} cannot be {value!r}{near}; valid values are {valid}"


def dtype_message(value: object, operator: str = "") -> str:
    """Return the sentence for something that names no dtype."""
    names = ("float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool")
    near = near_names(value, names) if isinstance(value, str) else ""
    prefix = f"{operator}: " if operator else ""
    return f"{prefix}there is no dtype {value!r}{near}; the dtypes are {', '.join(names)}"
