"""Small things that programs take from ``mx.util``."""

from __future__ import annotations

import os

from ndgrad.context import gpu_memory_info, num_gpus

__all__ = ["get_gpu_count", "get_gpu_memory", "getenv", "is_np_array", "is_np_shape", "setenv"]


def getenv(name: str) -> str | None:
    """Return an environment variable, or None."""
    return os.environ.get(name)


def setenv(name: str, value: str | None) -> None:
    """Set an environment variable, or with None remove it."""
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def get_gpu_count() -> int:
    """Return how many GPUs can be used."""
    return num_gpus()


def get_gpu_memory(gpu_dev_id: int) -> tuple[int, int]:
    """Return a GPU's free and total memory; ContextError if it is not there."""
    return gpu_memory_info(gpu_dev_id)


def is_np_array() -> bool:
    """Return whether arrays are ``mx.np`` arrays: they are not."""
    return False


def is_np_shape() -> bool:
    """Return whether shapes follow ``mx.np``'s rules: they follow ``mx.nd``'s."""
    return False
