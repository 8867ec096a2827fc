"""Random numbers, by the scheme that engines.py writes out."""

from __future__ import annotations

import math
from collections.abc import Callable

from engines import Source
from plain import Plain, Shape, broadcast, elementwise
from rows import FLOATS, SEED, Draw, Given, Params, Row, Sample, entry, sample

from ndgrad import nd
from ndgrad.base import CallError, DTypeError, ShapeError

# Of each distribution its parameters as numbers, good and bad, and the domains of its arrays of parameters.
DISTRIBUTIONS: dict[str, tuple[Params, Params, tuple[tuple[float, float], ...]]] = {
    "uniform": ({"low": -2.5, "high": 1.5}, {"low": 2, "high": 1}, ((-2, 0), (1, 3))),
    "normal": ({"loc": 0.5, "scale": 2}, {"scale": -1}, ((-2, 2), (0.5, 3))),
    "exponential": ({"lam": 2.5}, {"lam": 0}, ((0.5, 2),)),
    "gamma": ({"alpha": 0.5, "beta": 2}, {"alpha": 0}, ((0.25, 3), (0.5, 2))),
    "poisson": ({"lam": 20.5}, {"lam": -1}, ((0.5, 20),)),
    "negative_binomial": ({"k": 3, "p": 0.25}, {"k": -1}, ((1, 5), (0.2, 0.8))),
    "generalized_negative_binomial": ({"mu": 2.5, "alpha": 0.5}, {"alpha": -1}, ((1, 5), (0.2, 0.8))),
}
DEFAULTS: dict[str, tuple[float, ...]] = {
    "uniform": (0, 1),
    "normal": (0, 1),
    "exponential": (1,),
    "gamma": (1, 1),
    "poisson": (1,),
    "negative_binomial": (1, 1),
    "generalized_negative_binomial": (1, 1),
}


def extents(shape: int | Shape | None) -> Shape:
    return (shape,) if isinstance(shape, int) else shape or ()


def numbers(distribution: str, shape: Shape, params: Params, dtype: str) -> Plain:
    given = [value for name, value in params.items() if name not in ("shape", "dtype")]
    row = [*given, *DEFAULTS[distribution][len(given) :]]
    return Plain(shape, Source(SEED).numbers(distribution, [row] * math.prod(shape), dtype))


def random_row(distribution: str) -> Row:
    good, bad, _ = DISTRIBUTIONS[distribution]

    def reference(shape: Shape = (1,), dtype: str = "float32", **params: object) -> Plain:
        return numbers(distribution, shape, params, dtype)

    return entry(
        reference,
        [
            sample(shape=(2, 3), **good),
            sample(shape=(70,), **good),
            sample(shape=(), dtype="float64", **good),
            sample(shape=(5,), dtype="float16", **good),
            sample(shape=(0, 3)),
            sample(),
        ],
        [
            ("rule", ValueError, ["must", next(iter(bad))], [], bad),
            ("dtype", DTypeError, ["int32", "float64"], [], {"dtype": "int32"}),
            ("negative", ShapeError, ["(-1,)"], [], {"shape": (-1,)}),
        ],
        ["float32"],
        result_dtype="float32",
        draws_numbers=True,
    )


def like_row(distribution: str) -> Row:
    good, bad, _ = DISTRIBUTIONS[distribution]

    def reference(x: Plain, **params: object) -> Plain:
        return numbers(distribution, x.shape, params, "float64")

    return entry(
        reference,
        [sample((2, 3), **good), sample((70,)), sample(()), sample((0, 3))],
        [
            ("rule", ValueError, ["must", next(iter(bad))], [(2,)], bad),
            ("shape", CallError, ["shape"], [(2,)], {"shape": (2,)}),
            ("missing", CallError, ["1 input"], [], {}),
        ],
        ["float64"],
        draws_numbers=True,
    )


def sample_row(distribution: str) -> Row:
    domains = DISTRIBUTIONS[distribution][2]
    inputs = [Draw((2, 3), *domain) for domain in domains]

    def reference(*arrays: Plain, shape: int | Shape = (), dtype: str = "float32") -> Plain:
        more = extents(shape)
        rows = [row for row in zip(*(a.values for a in arrays), strict=True) for _ in range(math.prod(more))]
        return Plain(arrays[0].shape + more, Source(SEED).numbers(distribution, rows, dtype))

    def short(extent: Shape, **params: object) -> Sample:
        return sample(*(Draw(extent, *domain) for domain in domains), **params)

    ones = [(2, 3) for _ in inputs]
    return entry(
        reference,
        [
            sample(*inputs),
            sample(*inputs, shape=(20,)),
            short((2,), shape=(2, 2), dtype="float16"),
            short(()),
            short((0,), shape=(2,)),
            short((2,), shape=(0,)),
        ],
        [
            ("dtype", DTypeError, ["int32", "float64"], ones, {"dtype": "int32"}),
            ("negative", ShapeError, ["-1"], ones, {"shape": (-1,)}),
            ("axes", ShapeError, ["(2, 3)", "more than 8"], ones, {"shape": (1,) * 7}),
            *([("shapes", ShapeError, ["(2, 3)", "(3,)"], [(2, 3), (3,)], {})] if len(ones) == 2 else []),
        ],
        ["float32"],
        result_dtype="float32",
        draws_numbers=True,
        blocks=True,
    )


def randint(low: int, high: int, shape: Shape = (1,), **_: object) -> Plain:
    return Plain(shape, Source(SEED).fill(math.prod(shape), "integer", low, high))


def zipfian(range_max: int, shape: tuple[int, int]) -> list[Plain]:
    classes, tries = Source(SEED).zipfian(range_max, *shape)
    return [Plain(shape, classes), Plain(shape[:1], tries)]


def shuffle(x: Plain) -> Plain:
    order = Source(SEED).order(x.shape[0], x.ndim > 1)
    return Plain.build(x.shape, lambda i: x[(order[i[0]], *i[1:])])


def multinomial(
    data: Plain, shape: int | Shape = (), get_prob: bool = False, dtype: str = "int32"
) -> Plain | list[Plain]:
    source, choices, samples = Source(SEED), data.shape[-1], math.prod(extents(shape))
    rows = [data.values[at : at + choices] for at in range(0, len(data.values), choices)]
    outcomes = [source.outcomes(row, samples) for row in rows]
    shape = data.shape[:-1] + extents(shape) or (1,)
    drawn = Plain(shape, [outcome for row in outcomes for outcome in row])
    if not get_prob:
        return drawn
    likely = (math.log(row[o]) for row, some in zip(rows, outcomes, strict=True) for o in some)
    return [drawn, Plain(shape, likely)]


CHANCES = Given(Plain((2, 3), [0.1, 0.2, 0.7, 0.25, 0.5, 0.25]), "float64")
CHANCE = Given(Plain((4,), [0.1, 0.2, 0.3, 0.4]))

# ----------------------------------------------------------------------------------------- densities


def log_uniform(_: float, low: float, high: float) -> float:
    return -math.log(high - low)


def log_normal(x: float, mu: float, sigma: float) -> float:
    return -((x - mu) ** 2) / (2 * sigma**2) - math.log(sigma * math.sqrt(2 * math.pi))


def log_exponential(x: float, lam: float) -> float:
    return math.log(lam) - lam * x


def log_gamma(x: float, alpha: float, beta: float) -> float:
    return math.log(beta**alpha * x ** (alpha - 1) / math.gamma(alpha)) - beta * x


def log_poisson(x: float, lam: float) -> float:
    return math.log(lam**x / math.gamma(x + 1)) - lam


def log_negative_binomial(x: float, k: float, p: float) -> float:
    ways = math.gamma(x + k) / (math.gamma(x + 1) * math.gamma(k))
    return math.log(ways * p**k * (1 - p) ** x)


def log_generalized_negative_binomial(x: float, mu: float, alpha: float) -> float:
    return log_negative_binomial(x, 1 / alpha, 1 / (mu * alpha + 1))


LOGS: dict[str, Callable[..., float]] = {
    "uniform": log_uniform,
    "normal": log_normal,
    "exponential": log_exponential,
    "gamma": log_gamma,
    "poisson": log_poisson,
    "negative_binomial": log_negative_binomial,
    "generalized_negative_binomial": log_generalized_negative_binomial,
}
COUNTS = Given(Plain((2, 3), [0, 2, 5, 1, 3, 0]), "")


def density_row(distribution: str) -> Row:
    domains, whole = DISTRIBUTIONS[distribution][2], distribution not in list(DISTRIBUTIONS)[:4]

    def reference(x: Plain, *parameters: Plain, is_log: bool = False) -> Plain:
        further = (1,) * (x.ndim - parameters[0].ndim)
        logs = elementwise(LOGS[distribution], x, *(p.reshaped(p.shape + further) for p in parameters))
        return logs if is_log else logs.map(math.exp)

    def drawn(shape: Shape, given: Shape, **params: object) -> Sample:
        x = COUNTS if whole else Draw(shape, 0.3, 2)
        return sample(x, *(Draw(given, *domain) for domain in domains), **params)

    ones = [(2,) for _ in domains]
    return entry(
        reference,
        [
            drawn((2, 3), (2,)),
            drawn((2, 3), (2,), is_log=True),
            drawn((2, 3), (2, 3)),
            *([] if whole else [drawn((2, 2, 2), (2,)), drawn((), ()), drawn((0, 3), (0,))]),
        ],
        [
            ("shape", ShapeError, ["(2,)", "(3, 2)"], [(3, 2), *ones], {}),
            ("axes", ShapeError, ["(2,)", "()"], [(), *ones], {}),
            ("dtype", DTypeError, ["int32"], [lambda: nd.ones((2, 3), dtype="int32"), *ones], {}),
            ("missing", CallError, [f"{len(ones) + 1} inputs"], [(2, 3)], {}),
        ],
        FLOATS[1:],
    )


def dirichlet(x: Plain, alpha: Plain, is_log: bool = False) -> Plain:
    shape, k, further = x.shape[:-1], x.shape[-1], (1,) * (x.ndim - alpha.ndim)
    spread = broadcast(alpha.reshaped(alpha.shape[:-1] + further + (k,)), x.shape)

    def log_density(at: int) -> float:
        xs, alphas = x.values[at : at + k], spread.values[at : at + k]
        powers = sum((a - 1) * math.log(v) for v, a in zip(xs, alphas, strict=True))
        return powers + math.lgamma(sum(alphas)) - sum(map(math.lgamma, alphas))

    logs = Plain(shape or (1,), [log_density(at) for at in range(0, len(x.values), k)])
    return logs if is_log else logs.map(math.exp)


TABLE: dict[str, Row] = {
    **{f"_random_pdf_{name}": density_row(name) for name in LOGS},
    "_random_pdf_dirichlet": entry(
        dirichlet,
        [
            sample(Draw((2, 3), 0.1, 0.6), Draw((2, 3), 0.5, 3)),
            sample(Draw((2, 2, 3), 0.1, 0.6), Draw((2, 3), 0.5, 3), is_log=True),
            sample(Draw((2, 3), 0.1, 0.6), Draw((3,), 0.5, 3)),
        ],
        [
            ("last", ShapeError, ["(2, 3)", "(2, 2)"], [(2, 3), (2, 2)], {}),
            ("first", ShapeError, ["(2, 3)", "(3, 3)"], [(2, 3), (3, 3)], {}),
            ("scalar", ShapeError, ["()", "(2, 3)"], [(2, 3), ()], {}),
        ],
        FLOATS[1:],
    ),
    **{f"_random_{name}": random_row(name) for name in DISTRIBUTIONS},
    **{f"_random_{name}_like": like_row(name) for name in DISTRIBUTIONS},
    **{f"_sample_{name}": sample_row(name) for name in DISTRIBUTIONS},
    "_random_randint": entry(
        randint,
        [
            sample(low=0, high=9, shape=(2, 3)),
            sample(low=-5, high=5, shape=(130,), dtype="int64"),
            sample(low=-5, high=-4),
        ],
        [
            ("range", ValueError, ["low", "[3, 3)"], [], {"low": 3, "high": 3}),
            ("dtype", DTypeError, ["float32", "int64"], [], {"low": 0, "high": 9, "dtype": "float32"}),
            ("missing", CallError, ["high is required"], [], {"low": 0}),
        ],
        ["int32"],
        result_dtype="int32",
        draws_numbers=True,
    ),
    "_sample_unique_zipfian": entry(
        zipfian,
        [
            sample(range_max=1000, shape=(3, 20)),
            sample(range_max=3, shape=(1, 3)),
            sample(range_max=5, shape=(1500, 2)),
        ],
        [
            ("few", ValueError, ["3 distinct", "range_max=2"], [], {"range_max": 2, "shape": (1, 3)}),
            ("shape", ShapeError, ["rows"], [], {"range_max": 5, "shape": (3,)}),
            ("negative", ShapeError, ["-1"], [], {"range_max": 5, "shape": (-1, 2)}),
        ],
        ["int64"],
        result_dtype="int64",
        draws_numbers=True,
    ),
    "_shuffle": entry(
        shuffle,
        [sample((7,)), sample((4, 2, 3)), sample((1,)), sample((0, 3)), sample((300,))],
        [("scalar", ShapeError, ["()", "axis"], [()], {})],
        draws_numbers=True,
    ),
    "_sample_multinomial": entry(
        multinomial,
        [
            sample(CHANCES),
            sample(CHANCES, shape=(2, 5)),
            sample(CHANCES, shape=4, get_prob=True, dtype="float64"),
            sample(CHANCE),
            sample(CHANCE, shape=9, dtype="int32"),
        ],
        [
            ("scalar", ShapeError, ["()", "probabilities"], [()], {}),
            ("nothing", ShapeError, ["(2, 0)"], [(2, 0)], {}),
            ("dtype", ValueError, ["dtype", "'int64'", "uint8"], [(3,)], {"dtype": "int64"}),
        ],
        ["int32"],
        result_dtype="int32",
        draws_numbers=True,
    ),
}
