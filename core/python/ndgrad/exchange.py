"""Arrays shared with other libraries without a copy: DLPack, and NumPy's arrays.

What is written on one side is seen on the other, but the tape knows only of writes through ndgrad.
"""

from __future__ import annotations

from typing import Any

from ndgrad import _core
from ndgrad._core import NDArray
from ndgrad.base import ArgumentError

__all__ = ["from_dlpack", "from_numpy", "to_dlpack_for_read", "to_dlpack_for_write"]

CPU = (1, 0)  # DLPack's number of the device type, and the device's
CUDA = 2

# How CUDA numbers streams that are no objects of their own. The default one is ndgrad's, and the thread's
# keeps its order.
NO_STREAM, DEFAULT_STREAM, THREADS_STREAM = -1, 1, 2


def precede(array: NDArray, stream: object) -> None:
    """Make a stream of the array's GPU wait for what ndgrad was asked to do there."""
    if stream is None:
        return
    if array.context.device_type != "gpu":
        raise ArgumentError("__dlpack__: the CPU has no streams; stream must be None")
    if not isinstance(stream, int) or stream < NO_STREAM or stream == 0:
        raise ArgumentError(
            f"__dlpack__: stream must be None, -1, 1, 2 or the address of a stream of CUDA's, not {stream!r}"
        )
    if stream > THREADS_STREAM:
        _core.precede(array, stream)


def is_on_gpu(tensor: object) -> bool:
    """Whether another library's tensor says that it is on a GPU of CUDA's."""
    device = getattr(tensor, "__dlpack_device__", None)
    return device is not None and device()[0] == CUDA


def from_dlpack(dlpack: object) -> NDArray:
    """Return an array on the elements of another library's tensor: of PyTorch, JAX, NumPy ...

    ``dlpack`` has a method ``__dlpack__``, or is the capsule that this returns, which can be used once.
    The tensor has to lie in row-major order, ArgumentError if not, and in the CPU's memory or on a GPU that
    ndgrad can use, ContextError if not; DTypeError if ndgrad has no such elements.  Memory that was given
    for reading only cannot be written through the array.
    """
    export = getattr(dlpack, "__dlpack__", None)
    if export is None:
        return _core.from_capsule(dlpack)
    stream = {"stream": DEFAULT_STREAM} if is_on_gpu(dlpack) else {}
    try:
        capsule = export(max_version=(1, 0), **stream)
    except TypeError:  # from before there were versions
        capsule = export(**stream)
    return _core.from_capsule(capsule)


def to_dlpack_for_read(data: NDArray) -> object:
    """Return a DLPack capsule with the array's elements, for a library that will not write into them."""
    return _core.to_dlpack(data, False, False, False)


def to_dlpack_for_write(data: NDArray) -> object:
    """Return a DLPack capsule with the array's elements, for a library that will write into them at once.

    It counts as a write: GraphError if the array is part of a graph that is being recorded.
    """
    return _core.to_dlpack(data, False, True, False)


def from_numpy(ndarray: Any, zero_copy: bool = True, array_cls: type = NDArray) -> NDArray:  # noqa: ANN401
    """Return an array on the elements of a NumPy array, of another buffer, or of a copy unless ``zero_copy``.

    A NumPy array whose elements are shared is made read-only, as MXNet does; write through the new array.
    What was read-only and is not the NumPy array's own memory stays so.  ArgumentError if the elements are
    not in row-major order, DTypeError if ndgrad has no such elements.
    """
    if not zero_copy:
        return _core.array(ndarray, dtype=ndarray.dtype)
    flags = getattr(ndarray, "flags", None)
    if flags is None:
        return _core.share(ndarray)
    writeable = flags.writeable
    if flags.owndata:
        flags.writeable = True  # it may have been shared before
    try:
        shared = _core.share(ndarray)
        writeable = False
    finally:
        flags.writeable = writeable
    return shared
