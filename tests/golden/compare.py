"""Calls ndgrad as MXNet was called and says where its answer is another than the recorded one."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from golden.data import FLOATS, SEED, head
from golden.expectations import EXACT, TOLERANCES
from gradcheck import to_array
from plain import Plain, cast

import ndgrad
from ndgrad import _core, autograd, nd

# Of each dtype the binary digits after the first, and the exponent of the smallest number that has all.
PRECISION = {"float16": (10, -14), "float32": (23, -126), "float64": (52, -1022)}

Array = list  # dtype, shape, values: as in the data
Parts = Iterator[tuple[str, Array]]  # what a case consists of, by name

# How many numbers of each dtype were compared with MXNet's, on each set of kernels.
tally: defaultdict[str, Counter[str]] = defaultdict(Counter)


@dataclass(frozen=True)
class Finding:
    """What came of a part of a case; no message if ndgrad's answer is MXNet's."""

    part: str
    message: str | None


def findings(case: dict) -> Iterator[Finding]:
    """First whether one library refuses what the other does not; then each part, if neither does."""
    answers, refusal = as_far_as_it_goes(case)
    refused = "outputs 0" not in answers
    if "error" in case:
        yield Finding(refusal_part(case), None if refused else "only MXNet refuses")
        return
    yield Finding(refusal_part(case), f"only ndgrad refuses: {refusal}" if refused else None)
    for part, wanted in recorded(case) if not refused else ():
        found = answers.get(part)
        message = difference(found, wanted, allowed(case, part)) if found else f"ndgrad has none: {refusal}"
        yield Finding(part, message)


def parts(case: dict) -> list[str]:
    """The names of all parts that a case can have findings on."""
    return [refusal_part(case), *(part for part, _array in recorded(case))]


def refusal_part(case: dict) -> str:
    """With what MXNet said if it refused."""
    return f"refusal: {case['error']}" if "error" in case else "refusal"


def numbers_of(case: dict) -> Counter[str]:
    """How many numbers of each dtype are compared, besides the inputs that stay as they are."""
    counts: Counter[str] = Counter()
    for part, (dtype, _shape, values) in recorded(case):
        kind, which = part.split()
        if kind != "input" or which in case.get("written", ()):
            counts[dtype] += len(values)
    return counts


# --------------------------------------------------------------------------------- the two answers


def recorded(case: dict) -> Parts:
    """MXNet's answer, as far as there is one."""
    for kind in ("outputs", "recorded"):
        yield from numbered(kind, case.get(kind, ()))
    for k, values in enumerate(case.get("gradients", ())):
        if values is not None:
            dtype, shape, _values = case["inputs"][k]
            yield f"gradient {k}", [dtype, shape, values or [0] * math.prod(shape)]
    for k, (dtype, shape, before) in enumerate(case["inputs"] if "outputs" in case else ()):
        yield f"input {k}", [dtype, shape, case.get("written", {}).get(str(k), before)]


def answer(case: dict) -> Parts:
    """ndgrad's."""
    inputs = [to_array(Plain(shape, values), dtype) for dtype, shape, values in case["inputs"]]
    yield from numbered("outputs", map(describe, call(case, inputs)))
    yield from numbered("input", map(describe, inputs))
    if "recorded" in case or "gradients" in case:
        yield from differentiate(case, inputs)
        yield from numbered("input", map(describe, inputs))


def as_far_as_it_goes(case: dict) -> tuple[dict[str, Array], str | None]:
    """The parts of ndgrad's answer before it refuses, perhaps, to go on; and what it says then."""
    answers = {}
    try:
        for part, array in answer(case):
            answers[part] = array
    except Exception as error:  # of whatever kind
        return answers, f"{type(error).__name__}: {error}"
    return answers, None


def call(case: dict, inputs: Sequence[nd.NDArray]) -> list[nd.NDArray]:
    params = {name: from_json(value) for name, value in case["params"].items()}
    ndgrad.random.seed(SEED)
    result = _core.operators[case["op"]](*inputs, **params)
    return [result] if isinstance(result, nd.NDArray) else list(result)


def differentiate(case: dict, inputs: Sequence[nd.NDArray]) -> Parts:
    for x in filter(is_float, inputs):
        x.attach_grad()
    with autograd.record():
        outputs = call(case, inputs)
    yield from numbered("recorded", map(describe, outputs))
    if "gradients" in case:
        heads = [y for y in outputs if is_float(y)]
        autograd.backward(heads, [head_of(y, k) for k, y in enumerate(heads)])
        for k, x in enumerate(inputs):
            if is_float(x):
                yield f"gradient {k}", describe(x.grad)


def head_of(y: nd.NDArray, which: int) -> nd.NDArray:
    return to_array(Plain(y.shape, head(y.size, which)), y.dtype)


def from_json(value: object) -> object:
    """Lists stand for tuples."""
    return tuple(map(from_json, value)) if isinstance(value, list) else value


def numbered(kind: str, arrays: Iterator[Array]) -> Parts:
    return ((f"{kind} {k}", array) for k, array in enumerate(arrays))


def describe(x: nd.NDArray) -> Array:
    return [_core.dtype_name(x.dtype), list(x.shape), x._values()]


def is_float(x: nd.NDArray) -> bool:
    return _core.dtype_name(x.dtype) in FLOATS


# --------------------------------------------------------------------------------- the difference


@dataclass(frozen=True)
class Allowed:
    ulps: float
    size: float | None  # of the number that has these last places; None: of each number itself
    signs_of_zero: bool
    as_float32: bool


def allowed(case: dict, part: str) -> Allowed:
    """What the expectations say of a part."""
    tolerance, is_gradient = TOLERANCES.get(case["op"], EXACT), part.startswith("gradient")
    ulps = tolerance.gradients if is_gradient else tolerance.outputs
    # The sign of a gradient that is zero is often only that of MXNet's g * 0.
    size = largest_of(case) if tolerance.of_largest else None
    return Allowed(ulps, size, is_gradient, tolerance.as_float32)


def largest_of(case: dict) -> float:
    """The largest finite number that goes in or comes out."""
    arrays = [values for _dtype, _shape, values in (*case["inputs"], *case["outputs"])]
    arrays += case.get("written", {}).values()
    return max((abs(v) for v in itertools.chain(*arrays) if math.isfinite(v)), default=0)


def difference(found: Array, wanted: Array, limit: Allowed) -> str | None:
    if found[:2] != wanted[:2]:
        return f"{found[0]} of shape {found[1]}, not {wanted[0]} of shape {wanted[1]}"
    dtype, _shape, values = wanted
    for place, (f, w) in enumerate(zip(found[2], values, strict=True)):
        w = cast(w, dtype) if w == w else w
        if not same(f, w, limit) and not near(f, w, dtype, limit):
            return f"element {place}: {f!r}, not {w!r}"
    return None


def same(found: float, wanted: float, limit: Allowed) -> bool:
    if found != found or wanted != wanted:
        return found != found and wanted != wanted
    signs_agree = math.copysign(1, found) == math.copysign(1, wanted)
    return found == wanted and (signs_agree or limit.signs_of_zero)


def near(found: float, wanted: float, dtype: str, limit: Allowed) -> bool:
    """Within the tolerance, or less apart than the smallest number that has all digits."""
    if dtype not in FLOATS or not limit.ulps or not math.isfinite(found) or not math.isfinite(wanted):
        return False
    digits, lowest = PRECISION["float32" if limit.as_float32 and dtype == "float64" else dtype]
    size = wanted if limit.size is None else limit.size
    last_place = math.ldexp(1, math.frexp(size)[1] - 1 - digits)
    return abs(found - wanted) <= max(limit.ulps * last_place, math.ldexp(1, lowest))
