"""Automatic differentiation: record operators, then send gradients back through them.

::

    x = nd.array([1, 2])
    x.attach_grad()
    with autograd.record():
        y = x * x
    y.backward()
    x.grad          # [2. 4.]

The tape, the scopes and the passes are the core's; what is written in Python is :class:`Function`, an
operator of one's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

from ndgrad import _core
from ndgrad._core import (
    NDArray,
    backward,
    grad,
    is_recording,
    is_training,
    mark_variables,
    pause,
    predict_mode,
    record,
    set_recording,
    set_training,
    train_mode,
)
from ndgrad.base import FunctionError, MXNetError

if TYPE_CHECKING:
    from ndgrad.drawing import Drawing
    from ndgrad.tape import Tape

__all__ = [
    "Function",
    "backward",
    "draw",
    "get_symbol",
    "grad",
    "is_recording",
    "is_training",
    "mark_variables",
    "pause",
    "predict_mode",
    "record",
    "set_recording",
    "set_training",
    "tape",
    "train_mode",
]


def get_symbol(x: NDArray) -> NoReturn:
    """Raise MXNetError: the tape cannot be had as a symbol, for there are no symbols here."""
    raise MXNetError(
        "get_symbol: there are no symbols here; differentiate what was recorded with autograd.grad"
    )


def tape(
    heads: NDArray | Sequence[NDArray],
    head_grads: NDArray | Sequence[NDArray | None] | None = None,
    names: Mapping[str, object] | None = None,
    gradients: bool = True,
) -> Tape:
    """Return what was recorded behind the heads: a sequence of steps, from old to new.

    A step has an operator (None: a variable), parameters, inputs and outputs with their names, shapes,
    dtypes, arrays (where something still holds them) and gradients; ``step.chain_rule(i)`` is the formula in
    LaTeX by which the gradient flows back to input i.  ``names`` gives arrays the names of variables: pass
    ``locals()``.  The gradients are those of ``backward(heads, head_grads)``, but no ``.grad`` is written and
    the graph stays; ``gradients=False`` leaves them out.

    GraphError if a head was not recorded, if its graph was freed, or if there is no variable behind it.
    """
    from ndgrad.tape import read

    return read(heads, head_grads, names, gradients)


def draw(
    heads: NDArray | Sequence[NDArray],
    head_grads: NDArray | Sequence[NDArray | None] | None = None,
    names: Mapping[str, object] | None = None,
    gradients: bool = True,
) -> Drawing:
    """Return a picture of what was recorded behind the heads; arguments and errors as for :func:`tape`.

    Notebooks and the playground show it; ``.svg`` is its text and ``.save(path)`` writes a file.
    ArgumentError if there are more than 200 steps.
    """
    from ndgrad.drawing import draw as draw_tape

    return draw_tape(tape(heads, head_grads, names, gradients))


class Function:
    """An operator whose forward and backward are written in Python.

    Derive from it, define :meth:`forward` and :meth:`backward`, and call an instance, once::

        class Sigmoid(autograd.Function):
            def forward(self, x):
                y = 1 / (1 + nd.exp(-x))
                self.save_for_backward(y)
                return y

            def backward(self, dy):
                y, = self.saved_tensors
                return dy * y * (1 - y)

        y = Sigmoid()(x)
    """

    # Set here, not in __init__, for derived classes seldom call that.
    _called = False
    _saved: tuple[NDArray, ...] = ()
    _inputs: tuple[NDArray, ...] = ()
    _outputs: tuple[NDArray, ...] = ()

    def forward(self, *inputs: NDArray) -> NDArray | Sequence[NDArray]:
        """Compute the outputs.  Nothing that happens here is recorded."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, *output_grads: NDArray) -> NDArray | Sequence[NDArray]:
        """Return the gradient by each input, from the gradients by the outputs."""
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    def save_for_backward(self, *tensors: NDArray) -> None:
        """Keep arrays for :meth:`backward`, which finds them in ``self.saved_tensors``."""
        self._saved = tensors

    @property
    def saved_tensors(self) -> tuple[NDArray, ...]:
        """What :meth:`save_for_backward` was given."""
        return self._saved

    def __call__(self, *inputs: NDArray) -> NDArray | Sequence[NDArray]:
        """Return what forward returns; record the call if recording is on."""
        if self._called:
            raise FunctionError("each Function instance can be called once only; create another instance")
        self._called = True
        recording = set_recording(False)
        try:
            result = self.forward(*inputs)
        finally:
            set_recording(recording)
        if not recording:
            return result
        outputs = (result,) if isinstance(result, NDArray) else tuple(result)
        handles = _core.record_function(self, inputs, outputs)
        self._keep(inputs, outputs)
        return handles[0] if isinstance(result, NDArray) else list(handles)

    def _keep(self, inputs: tuple[NDArray, ...], outputs: tuple[NDArray, ...]) -> None:
        """Remember what a second derivative through a saved output needs."""
        if any(saved is output for saved in self._saved for output in outputs):
            self._inputs, self._outputs = inputs, outputs

    def _relink(self) -> None:
        """Give the saved outputs their place on the tape.

        They were saved before they had one, and must not hold the step that holds this Function.  When the
        backward pass is itself recorded, they are recorded anew as outputs of this very Function.
        """
        handles = _core.record_function(self, self._inputs, self._outputs)
        places = {id(output): handle for output, handle in zip(self._outputs, handles, strict=True)}
        self._saved = tuple(places.get(id(saved), saved) for saved in self._saved)

    def _gradients(self, output_grads: tuple[NDArray, ...], inputs: int) -> tuple[NDArray | None, ...]:
        """Run backward and check what it returns; the extension calls this."""
        saved = self._saved
        if self._outputs and is_recording():
            self._relink()
        try:
            result = self.backward(*output_grads)
        finally:
            self._saved = saved
        gradients = tuple(result) if isinstance(result, (list, tuple)) else (result,)
        name = type(self).__name__
        if len(gradients) != inputs:
            raise FunctionError(
                f"{name}.backward returned {len(gradients)} gradients for the {inputs} inputs of forward"
            )
        for gradient in gradients:
            if gradient is not None and not isinstance(gradient, NDArray):
                raise FunctionError(f"{name}.backward must return NDArrays, not {type(gradient)}")
        return gradients
