"""What each elementwise operator and each reduction computes, in Python's own arithmetic."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

Formula = Callable[..., float]


def sign(x: float) -> float:
    return (x > 0) - (x < 0)


def cut(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def smooth_l1(x: float, scalar: float = 1.0) -> float:
    near = abs(x) < 1 / scalar**2
    return (scalar * x) ** 2 / 2 if near else abs(x) - 0.5 / scalar**2


def erfinv(x: float) -> float:
    """By bisection."""
    if abs(x) >= 1:
        raise ValueError
    low, high = -6.0, 6.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if math.erf(middle) < x else (low, middle)
    return high


def polygamma(x: float, order: float = 0.0) -> float:
    """The sum of 1 / (x + k)^(order + 1); what lies beyond 2000 is an integral with two corrections."""
    power, end = order + 1, 2000
    terms = [(x + k) ** -power for k in range(end)]
    y = x + end
    if order == 0:
        return math.log(y) - 1 / (2 * y) - 1 / (12 * y**2) - math.fsum(terms)
    rest = y**-order / order + y**-power / 2 + power * y ** -(power + 1) / 12
    return (-1) ** power * math.factorial(int(order)) * (math.fsum(terms) + rest)


UNARY: dict[str, Formula] = {
    "abs": abs,
    "sign": sign,
    "negative": operator.neg,
    "square": lambda x: x * x,
    "relu": lambda x: max(x, 0),
    "logical_not": lambda x: x == 0,
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": math.trunc,
    "fix": math.trunc,
    "rint": lambda x: math.ceil(x - 0.5),
    "round": lambda x: math.copysign(math.floor(abs(x) + 0.5), x),
    "reciprocal": lambda x: 1 / x,
    "sqrt": math.sqrt,
    "rsqrt": lambda x: 1 / math.sqrt(x),
    "cbrt": math.cbrt,
    "rcbrt": lambda x: 1 / math.cbrt(x),
    "exp": math.exp,
    "expm1": math.expm1,
    "log": math.log,
    "log1p": math.log1p,
    "log2": math.log2,
    "log10": math.log10,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "arcsinh": math.asinh,
    "arccosh": math.acosh,
    "arctanh": math.atanh,
    "degrees": math.degrees,
    "radians": math.radians,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "log_sigmoid": lambda x: -math.log1p(math.exp(-x)),
    "erf": math.erf,
    "erfinv": erfinv,
    "gamma": math.gamma,
    "gammaln": math.lgamma,
    "_softrelu": lambda x: math.log1p(math.exp(x)),
    "_gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "_selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
}

BINARY: dict[str, Formula] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "mod": operator.mod,
    "power": operator.pow,
    "maximum": max,
    "minimum": min,
    "hypot": math.hypot,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "lesser": operator.lt,
    "lesser_equal": operator.le,
    "logical_and": lambda a, b: bool(a) and bool(b),
    "logical_or": lambda a, b: bool(a) or bool(b),
    "logical_xor": lambda a, b: bool(a) != bool(b),
}

SCALED: dict[str, Formula] = {
    "clip": lambda x, a_min, a_max: cut(x, a_min, a_max),
    "hard_sigmoid": lambda x, alpha=0.2, beta=0.5: cut(alpha * x + beta, 0, 1),
    "smooth_l1": smooth_l1,
    "_polygamma": polygamma,
    "_leaky_relu": lambda x, slope=0.25: x if x > 0 else slope * x,
    "_elu": lambda x, slope=0.25: x if x > 0 else slope * math.expm1(x),
}

REDUCE: dict[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "mean": lambda values: sum(values) / len(values) if values else math.nan,
    "prod": math.prod,
    "max": max,
    "min": min,
    "nansum": lambda values: sum(v for v in values if v == v),
    "nanprod": lambda values: math.prod(v for v in values if v == v),
    "_square_sum": lambda values: sum(v * v for v in values),
    "_all_finite": lambda values: all(map(math.isfinite, values)),
    "_norm_l1": lambda values: sum(map(abs, values)),
    "_norm_l2": lambda values: math.hypot(*values),
}

# What MXNet calls the operator of an array and a number where that is not the name of the row.
_SCALAR_ROWS = {"plus": "add", "minus": "sub"}


def of_scalar(name: str) -> tuple[str, bool]:
    """The row of `_<row>_scalar` or `_r<row>_scalar`, and whether the number comes first."""
    short = name.removeprefix("_").removesuffix("_scalar")
    row = _SCALAR_ROWS.get(short, short)
    return (row, False) if row in BINARY else (_SCALAR_ROWS.get(short[1:], short[1:]), True)
