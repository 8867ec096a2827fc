"""Operators written in Python and called by name: ``nd.Custom(x, op_type="sigmoid")``.

::

    class Sigmoid(mx.operator.CustomOp):
        def forward(self, is_train, req, in_data, out_data, aux):
            self.assign(out_data[0], req[0], 1 / (1 + nd.exp(-in_data[0])))

        def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
            y = out_data[0]
            self.assign(in_grad[0], req[0], out_grad[0] * y * (1 - y))

    @mx.operator.register("sigmoid")
    class SigmoidProp(mx.operator.CustomOpProp):
        def create_operator(self, ctx, in_shapes, in_dtypes):
            return Sigmoid()

The gradient is what ``backward`` says; it cannot be differentiated again.  The shorter way, whose gradients
can, is :class:`ndgrad.autograd.Function`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ndgrad import _core
from ndgrad._core import NDArray, is_recording, is_training
from ndgrad.autograd import Function
from ndgrad.base import ArgumentError, CallError, GraphError, InputTypeError, ShapeError, near_names
from ndgrad.context import Context
from ndgrad.creation import zeros

__all__ = ["Custom", "CustomOp", "CustomOpProp", "get_all_registered_operators", "register"]

Shapes = Sequence[Sequence[int]]
Types = Sequence[type]


class CustomOp:
    """What a custom operator computes."""

    def forward(
        self,
        is_train: bool,
        req: list[str],
        in_data: list[NDArray],
        out_data: list[NDArray],
        aux: list[NDArray],
    ) -> None:
        """Write the outputs into ``out_data``, by :meth:`assign`."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(
        self,
        req: list[str],
        out_grad: list[NDArray],
        in_data: list[NDArray],
        out_data: list[NDArray],
        in_grad: list[NDArray],
        aux: list[NDArray],
    ) -> None:
        """Write the gradients by the inputs into ``in_grad``, by :meth:`assign`."""
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    def assign(self, dst: NDArray, req: str, src: NDArray | float) -> None:
        """Put ``src`` into ``dst`` as ``req`` says: 'write' or 'inplace', 'add', or 'null' for not at all."""
        if req in ("write", "inplace"):
            dst[:] = src
        elif req == "add":
            dst[:] = dst + src
        elif req != "null":
            raise ArgumentError(f"assign: req must be 'write', 'inplace', 'add' or 'null', not {req!r}")


class CustomOpProp:
    """What there is to know about a custom operator before it computes.

    The arguments of its ``__init__`` are those of ``nd.Custom``, as text.
    """

    def __init__(self, need_top_grad: bool = True) -> None:
        """Say whether ``backward`` looks at the gradients by the outputs (they are there in any case)."""
        self.need_top_grad_ = need_top_grad

    def list_arguments(self) -> list[str]:
        """Return the names of the inputs."""
        return ["data"]

    def list_outputs(self) -> list[str]:
        """Return the names of the outputs."""
        return ["output"]

    def list_auxiliary_states(self) -> list[str]:
        """Return the names of the states: further inputs, without gradient, that forward may change."""
        return []

    def infer_shape(self, in_shape: Shapes) -> tuple[Shapes, Shapes] | tuple[Shapes, Shapes, Shapes]:
        """Return the shapes of the inputs, of the outputs and, if it has any, of the auxiliary states."""
        return in_shape, [in_shape[0]] * len(self.list_outputs()), []

    def infer_type(self, in_type: Types) -> tuple[Types, Types] | tuple[Types, Types, Types]:
        """Return the dtypes of the inputs, of the outputs and, if it has any, of the auxiliary states."""
        first = in_type[0]
        return in_type, [first] * len(self.list_outputs()), [first] * len(self.list_auxiliary_states())

    def declare_backward_dependency(
        self, out_grad: Sequence[int], in_data: Sequence[int], out_data: Sequence[int]
    ) -> list[int]:
        """Return which arrays backward needs.  It gets all of them, so the answer saves nothing."""
        return [*(out_grad if self.need_top_grad_ else []), *in_data, *out_data]

    def create_operator(self, ctx: Context, in_shapes: Shapes, in_dtypes: Types) -> CustomOp:
        """Return the operator for inputs of these shapes and dtypes."""
        raise NotImplementedError(f"{type(self).__name__} has no create_operator")


Prop = TypeVar("Prop", bound=type[CustomOpProp])
_registered: dict[str, type[CustomOpProp]] = {}


def register(reg_name: str) -> Callable[[Prop], Prop]:
    """Return a class decorator that lets ``nd.Custom`` find the operator by this name."""

    def keep(prop: Prop) -> Prop:
        if not (isinstance(prop, type) and issubclass(prop, CustomOpProp)):
            raise InputTypeError(f"register: {prop!r} is no class derived from CustomOpProp")
        _registered[reg_name] = prop
        return prop

    return keep


def get_all_registered_operators() -> list[str]:
    """Return the names of all operators, the custom ones among them."""
    return sorted({*_core.operators, *_registered})


class _Call(Function):
    """One call of a custom operator, as the tape knows it."""

    def __init__(
        self, op: CustomOp, outputs: Sequence[tuple[Sequence[int], type]], aux: list[NDArray]
    ) -> None:
        self._op, self._specs, self._aux = op, outputs, aux

    def forward(self, *inputs: NDArray) -> list[NDArray]:
        outputs = [zeros(shape, inputs[0].context, dtype) for shape, dtype in self._specs]
        self._op.forward(is_training(), ["write"] * len(outputs), list(inputs), outputs, self._aux)
        self.save_for_backward(*inputs, *outputs)
        return outputs

    def backward(self, *output_grads: NDArray) -> list[NDArray]:
        if is_recording():
            raise GraphError(
                "Custom: the gradient of a CustomOp cannot be differentiated again; use autograd.Function"
            )
        count = len(self.saved_tensors) - len(output_grads)
        inputs, outputs = list(self.saved_tensors[:count]), list(self.saved_tensors[count:])
        gradients = [zeros(x.shape, x.context, x.dtype) for x in inputs]
        self._op.backward(["write"] * count, list(output_grads), inputs, outputs, gradients, self._aux)
        return gradients


def _prop(op_type: str, parameters: dict[str, object]) -> CustomOpProp:
    if op_type not in _registered:
        near = near_names(op_type, _registered)
        raise ArgumentError(f"Custom: no operator is registered as {op_type!r}{near}")
    return _registered[op_type](**{name: str(value) for name, value in parameters.items()})  # type: ignore[arg-type]


def Custom(
    *data: NDArray, op_type: str, name: str | None = None, **kwargs: object
) -> NDArray | list[NDArray]:
    """Call the custom operator registered as ``op_type``.

    ``data`` are its inputs, then its auxiliary states.  Other keywords go to the operator's CustomOpProp, as
    text.  ArgumentError if there is no such operator, ShapeError if its ``infer_shape`` wants other shapes.
    """
    prop = _prop(op_type, kwargs)
    states, inputs = len(prop.list_auxiliary_states()), len(prop.list_arguments())
    if len(data) != inputs + states:
        raise CallError(f"Custom: {op_type} takes {inputs + states} arrays, but got {len(data)}")
    for array in data:
        if not isinstance(array, NDArray):
            raise InputTypeError(f"Custom: {op_type} takes NDArrays, not {type(array).__name__}")
    arrays, aux = data[:inputs], list(data[inputs:])
    shapes, types = [list(x.shape) for x in arrays], [x.dtype for x in arrays]
    wanted, out_shapes = prop.infer_shape(shapes)[:2]
    if [tuple(shape) for shape in wanted] != [x.shape for x in arrays]:
        raise ShapeError(f"Custom: {op_type} wants inputs of shapes {wanted}, but got {shapes}")
    out_types = prop.infer_type(types)[1]
    op = prop.create_operator(arrays[0].context, shapes, types)
    outputs = _Call(op, list(zip(out_shapes, out_types, strict=True)), aux)(*arrays)
    return outputs[0] if len(outputs) == 1 else list(outputs)
