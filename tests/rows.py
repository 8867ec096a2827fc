"""What a row of the tests' table of operators is made of: a reference, samples, and what it must refuse."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gradcheck import to_array, to_plain
from plain import Plain, Shape

from ndgrad import _core, nd

FLOATS = ("float16", "float32", "float64")
INTEGERS = ("int8", "uint8", "int32", "int64")
NUMBERS = (*FLOATS, *INTEGERS)
ALL = (*NUMBERS, "bool")

SEED = 7  # of operators that draw random numbers
SHAPES = [(2, 3), (), (0, 3)]  # plain, without axes, without elements

Params = dict[str, object]


@dataclass(frozen=True)
class Draw:
    """An input that is differentiated: numbers spread evenly over a domain, in random order.

    Where the operator is defined on few of them only, `prepare` makes an input it takes, by operators that
    gradients pass through.
    """

    shape: Shape
    low: float = -2.0
    high: float = 2.0
    prepare: Callable[[nd.NDArray], nd.NDArray] | None = None

    def plain(self, shape: Shape | None = None, salt: int = 0) -> Plain:
        target = self.shape if shape is None else shape
        count = math.prod(target)
        places = random.Random(f"{target}{salt}").sample(range(count), count)
        return Plain(target, [self.low + (self.high - self.low) * (place + 0.5) / count for place in places])


@dataclass(frozen=True)
class Given:
    """An input that is not differentiated: indices, conditions."""

    values: Plain
    dtype: str = "float32"  # "": that of the inputs that are drawn


Input = Draw | Given


def spread(draw: Draw, salt: int) -> Plain:
    plain = draw.plain(salt=salt)
    return plain if draw.prepare is None else to_plain(draw.prepare(to_array(plain)))


@dataclass(frozen=True)
class Sample:
    inputs: tuple[Input, ...]
    params: Params

    def plains(self, numbers: Callable[[Draw, int], Plain] = spread) -> list[Plain]:
        return [i.values if isinstance(i, Given) else numbers(i, k) for k, i in enumerate(self.inputs)]

    def arrays(self, plains: Sequence[Plain], dtype: str) -> list[nd.NDArray]:
        dtypes = [(i.dtype or dtype) if isinstance(i, Given) else dtype for i in self.inputs]
        return [to_array(plain, dtype) for plain, dtype in zip(plains, dtypes, strict=True)]


def sample(*inputs: Input | Shape, **params: object) -> Sample:
    """A bare shape is a Draw of that shape."""
    return Sample(tuple(Draw(i) if isinstance(i, tuple) else i for i in inputs), params)


@dataclass(frozen=True)
class Refusal:
    """A call that must fail with that exception, whose message has the operator's name and these words.

    A tuple among the arguments is the shape of an array of ones, a function makes the argument.
    """

    label: str
    kind: type[Exception]
    words: Sequence[str]
    arguments: Sequence[object] = ()
    params: Params = field(default_factory=dict)

    def call(self, name: str) -> object:
        return _core.operators[name](*map(argument, self.arguments), **self.params)


def argument(recipe: object) -> object:
    if isinstance(recipe, tuple):
        return nd.ones(recipe)
    return recipe() if callable(recipe) else recipe


@dataclass(frozen=True)
class Row:
    name: str
    # From Plains and the parameters; None: the values are checked elsewhere.
    reference: Callable[..., Plain | list[Plain]] | None
    samples: Sequence[Sample]
    refusals: Sequence[Refusal] = ()
    dtypes: Sequence[str] = NUMBERS
    formula: Callable[..., float] | None = None  # of an elementwise row
    # Where it is not that of the inputs; or a function of that and the parameters, for several outputs.
    result_dtype: str | Callable[[str, Params], Sequence[str]] | None = None
    differentiable: bool = True  # says the build; False: the gradient is zero
    blocks: bool = False  # the gradient is zero although the function is not constant
    # Not the derivative of what it gives outside training; it has tests of its own (test_layers.py).
    own_gradient: bool = False
    ties: bool = True  # False: where inputs are equal there is no derivative
    changes: Sequence[int] = ()  # inputs that it writes; the reference gives them after the outputs
    draws_numbers: bool = False  # random ones: the same in every call, as after seed(SEED)

    @property
    def operator(self) -> Callable[..., nd.NDArray]:
        function = _core.operators[self.name]
        return seeded(function) if self.draws_numbers else function

    @property
    def draws(self) -> bool:
        return any(isinstance(i, Draw) for s in self.samples for i in s.inputs)

    def expected(self, plains: Sequence[Plain], params: Params) -> list[Plain]:
        result = self.reference(*plains, **params)
        return [result] if isinstance(result, Plain) else result[: len(result) - len(self.changes)]

    def changed(self, plains: Sequence[Plain], params: Params) -> list[Plain]:
        """What becomes of the inputs that it writes."""
        result = self.reference(*plains, **params)
        return list(result[len(result) - len(self.changes) :])

    def dtype_of(self, dtype: str, params: Params, output: int = 0) -> object:
        if callable(self.result_dtype):
            return self.result_dtype(dtype, params)[output]
        return params.get("dtype") or self.result_dtype or dtype


def seeded(function: Callable[..., nd.NDArray]) -> Callable[..., nd.NDArray]:
    def call(*args: object, **params: object) -> nd.NDArray:
        _core.seed(SEED)
        return function(*args, **params)

    return call


def entry(
    reference: Callable[..., Plain | list[Plain]] | None,
    samples: Sequence[Sample],
    refusals: Sequence[tuple] = (),
    dtypes: Sequence[str] = ALL,
    **facts: object,
) -> Row:
    """A row without its name; a refusal is a tuple of what a Refusal is made of."""
    return Row("", reference, samples, [Refusal(*refusal) for refusal in refusals], dtypes, **facts)


def index(*values: float, shape: Shape | None = None, dtype: str = "float32") -> Given:
    return Given(Plain(shape or (len(values),), values), dtype)
