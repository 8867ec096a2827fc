"""Devices: ``mx.cpu()``, ``mx.gpu(0)``, and the one that new arrays go to.

``Context`` objects are equal when their device type and number are.  In a ``with`` statement one becomes
the default::

    with mx.Context("cpu", 1):
        x = nd.ones(2)   # on cpu(1)

A context of a device that is not there can be made; using it is a :class:`~ndgrad.base.ContextError`.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import ClassVar

from ndgrad import _core
from ndgrad.base import ArgumentError

__all__ = ["Context", "cpu", "cpu_pinned", "current_context", "gpu", "gpu_memory_info", "num_gpus"]


class _Entered(threading.local):
    """The contexts that ``with`` statements of this thread have replaced, oldest first."""

    def __init__(self) -> None:
        self.replaced: list[Context] = []


_entered = _Entered()


class Context:
    """A device: a type ('cpu', 'gpu', 'cpu_pinned') and a number.

    ``Context(other)`` is a copy.  :class:`~ndgrad.base.ArgumentError` if the type is unknown.
    """

    __slots__ = ("device_id", "device_typeid")

    devtype2str: ClassVar[dict[int, str]] = {1: "cpu", 2: "gpu", 3: "cpu_pinned"}
    devstr2type: ClassVar[dict[str, int]] = {name: number for number, name in devtype2str.items()}

    device_typeid: int
    device_id: int

    def __init__(self, device_type: str | Context, device_id: int = 0) -> None:
        """Name the device, or copy another context."""
        if isinstance(device_type, Context):
            self.device_typeid, self.device_id = device_type.device_typeid, device_type.device_id
            return
        if device_type not in self.devstr2type:
            raise ArgumentError(f"there is no device type {device_type!r}; there are cpu, gpu and cpu_pinned")
        self.device_typeid, self.device_id = self.devstr2type[device_type], device_id

    @property
    def device_type(self) -> str:
        """The type's name."""
        return self.devtype2str[self.device_typeid]

    def __eq__(self, other: object) -> bool:
        """Whether both are the same device."""
        if not isinstance(other, Context):
            return NotImplemented
        return (self.device_typeid, self.device_id) == (other.device_typeid, other.device_id)

    def __hash__(self) -> int:
        """Agree with ``==``."""
        return hash((self.device_typeid, self.device_id))

    def __repr__(self) -> str:
        """Return the text that arrays print: cpu(0)."""
        return f"{self.device_type}({self.device_id})"

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by name."""
        return Context, (self.device_type, self.device_id)

    def __enter__(self) -> Context:
        """Make this the default context of the thread."""
        replaced = _core.default_context()
        _core.set_default_context(self)
        _entered.replaced.append(replaced)
        return self

    def __exit__(self, *exception: object) -> None:
        """Put the former default back."""
        _core.set_default_context(_entered.replaced.pop())

    def empty_cache(self) -> None:
        """Give the memory that is kept for the next arrays back to the system."""
        _core.release_memory()


@cache
def _of(device_typeid: int, device_id: int) -> Context:
    """Return the context of an array; the extension calls this."""
    return Context(Context.devtype2str[device_typeid], device_id)


def cpu(device_id: int = 0) -> Context:
    """Return a CPU context.  All CPU contexts are the same processor; the number only tells them apart."""
    return Context("cpu", device_id)


def cpu_pinned(device_id: int = 0) -> Context:
    """Return the context of host memory that a GPU can copy from directly."""
    return Context("cpu_pinned", device_id)


def gpu(device_id: int = 0) -> Context:
    """Return a GPU context, whether or not there is such a GPU."""
    return Context("gpu", device_id)


def current_context() -> Context:
    """Return the context that new arrays of this thread go to."""
    return _core.default_context()


def num_gpus() -> int:
    """Return how many GPUs can be used: none without the library of their kernels, or a driver."""
    return _core.gpu_count()


def gpu_memory_info(device_id: int = 0) -> tuple[int, int]:
    """Return a GPU's free and total memory in bytes; ContextError if it is not there."""
    return _core.gpu_memory_info(device_id)
