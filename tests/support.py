"""What several tests do with arrays and the tape."""

from __future__ import annotations

from collections.abc import Sequence

from ndgrad import _core, autograd, nd


def leaf(values: float | Sequence[object], dtype: str = "float32", grad_req: str = "write") -> nd.NDArray:
    """An array that gathers its gradient."""
    x = nd.array(values, dtype=dtype)
    x.attach_grad(grad_req)
    return x


def flags() -> tuple[bool, bool]:
    """Whether operators are recorded, and whether they behave as in training."""
    return autograd.is_recording(), autograd.is_training()


def usage() -> tuple[int, int, int]:
    """Bytes of arrays, nodes of the tape and their bytes, in use."""
    return _core.bytes_in_use(), _core.nodes_in_use(), _core.tape_bytes_in_use()


class Cube(autograd.Function):
    """An operator written in Python."""

    def forward(self, x: nd.NDArray) -> nd.NDArray:
        self.save_for_backward(x)
        return x * x * x

    def backward(self, dy: nd.NDArray) -> nd.NDArray:
        (x,) = self.saved_tensors
        return 3 * x * x * dy
