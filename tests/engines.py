"""MXNet's scheme of random numbers, written out: the tests' reference for every operator that draws.

The steps are those of the C core, each rounded as it is there; logarithms and powers are Python's own, so
that what comes of them agrees to the last digit but one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence

from plain import cast


def single(value: float) -> float:
    """The number as a float32."""
    return cast(value, "float32")


class Engine:
    """std::mt19937(seed): Python's generator, started in the one-word way."""

    def __init__(self, seed: int) -> None:
        state = [seed % 2**32]
        for i in range(1, 624):
            state.append((1812433253 * (state[-1] ^ state[-1] >> 30) + i) % 2**32)
        self.generator = random.Random()
        self.generator.setstate((3, (*state, 624), None))

    def draw(self) -> int:
        return self.generator.getrandbits(32)

    def unit32(self) -> float:
        value = single(single(self.draw()) * 2.0**-32)
        return value if value < 1 else 1 - 2.0**-24

    def unit64(self) -> float:
        low, high = self.draw(), self.draw()
        value = (low + high * 2.0**32) / 2.0**64
        return value if value < 1 else 1 - 2.0**-53

    def below(self, n: int) -> int:
        scaling = (2**32 - 1) // n
        number = self.draw()
        while number >= n * scaling:
            number = self.draw()
        return number // scaling

    def integer(self, low: int, high: int) -> int:
        a, b = self.draw(), self.draw()
        return low + ((a << 31) + b) % (high - low)


class Numbers:
    """The distributions, from an engine's draws in one precision."""

    def __init__(self, engine: Engine, wide: bool) -> None:
        self.engine = engine
        self.unit = engine.unit64 if wide else engine.unit32
        self.round: Callable[[float], float] = float if wide else single

    def uniform(self, low: float, high: float) -> float:
        return self.round(low + self.round(single(high - low) * self.unit()))

    def standard_normal(self) -> float:
        r = self.round
        while True:
            x, y = r(r(2 * self.unit()) - 1), r(r(2 * self.unit()) - 1)
            square = r(r(x * x) + r(y * y))
            if 0 < square <= 1:
                return r(y * r(math.sqrt(r(-2 * r(math.log(square)) / square))))

    def normal(self, loc: float, scale: float) -> float:
        return self.round(self.round(self.standard_normal() * scale) + loc)

    def exponential(self, lam: float) -> float:
        return self.round(-math.log(1 - self.unit()) / lam)

    def gamma(self, alpha: float, beta: float) -> float:
        r = self.round
        d = r(alpha + 2 / 3 if alpha < 1 else alpha - 1 / 3)
        k = r(math.sqrt(9 * d))
        c = r(1 / k)
        while True:
            z = self.standard_normal()
            if z <= -k:
                continue
            x = r(1 + c * z)
            v = r(r(x * x) * x)
            if math.log(1 - self.unit()) < 0.5 * z * z + d * (1 - v + math.log(v)):
                break
        sample = r(r(d * v) * beta)
        return r(sample * self.unit() ** r(1 / alpha)) if alpha < 1 else sample

    def poisson(self, lam: float) -> float:
        return self._poisson_large(lam) if lam >= 12 else self._poisson_small(lam)

    def _poisson_small(self, lam: float) -> float:
        limit, product, count = single(math.exp(-lam)), self.unit(), 0
        while product > limit:
            product, count = single(product * self.unit()), count + 1
        return count

    def _poisson_large(self, lam: float) -> float:
        width, log_lam = single(math.sqrt(2 * lam)), single(math.log(lam))
        log_peak = single(single(lam * log_lam) - single(math.lgamma(lam + 1)))
        while True:
            y = single(math.tan(single(single(math.pi) * self.unit())))
            count = single(single(width * y) + lam)
            if count < 0:
                continue
            count = math.floor(count)
            log_ratio = single(single(count * log_lam) - single(math.lgamma(count + 1))) - log_peak
            if self.unit() <= 0.9 * (1 + y * y) * single(math.exp(log_ratio)):
                return count

    def negative_binomial(self, k: float, p: float) -> float:
        return self.poisson(self.gamma(k, single(single(1 - p) / p)))

    def generalized_negative_binomial(self, mu: float, alpha: float) -> float:
        return self.poisson(self.gamma(single(1 / alpha), single(alpha * mu)) if alpha else mu)


class Source:
    """The engines of a context, and which element comes from which."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.engines: dict[int, Engine] = {}
        self.single = Engine(127 * seed)  # what MXNet shuffles with

    def engine(self, number: int) -> Engine:
        if number not in self.engines:
            self.engines[number] = Engine(127 * self.seed + number)
        return self.engines[number]

    def spread(self, count: int, least: int = 64) -> Iterator[Engine]:
        """The engine that makes each element in turn."""
        engines = min(-(-count // least), 1024)
        step = -(-count // engines) if count else 1
        for place in range(count):
            yield self.engine(place // step)

    def fill(self, count: int, method: str, *arguments: object) -> list[float]:
        return [getattr(engine, method)(*arguments) for engine in self.spread(count)]

    def numbers(self, distribution: str, parameters: Sequence[Sequence[float]], dtype: str) -> list[float]:
        """One number for each row of parameters, as an operator of that dtype makes it."""
        whole = distribution == "poisson" or distribution.endswith("binomial")
        wide = dtype == "float64" or (dtype == "float16" and distribution != "gamma")
        return [
            cast(single(value) if dtype == "float16" else value, dtype)
            for engine, row in zip(self.spread(len(parameters)), parameters, strict=True)
            for value in [getattr(Numbers(engine, wide and not whole), distribution)(*map(single, row))]
        ]

    def order(self, count: int, rows: bool) -> list[int]:
        """A shuffled range, in the order for rows or in that for elements."""
        order = list(range(count))
        for i in range(count - 1, 0, -1) if rows else range(1, count):
            j = self.single.below(i + 1)
            order[i], order[j] = order[j], order[i]
        return order

    def outcomes(self, probabilities: Sequence[float], samples: int) -> list[int]:
        total, sums = 0.0, []
        for probability in probabilities:
            total += single(probability)
            sums.append(single(total))
        units = [self.single.unit32() for _ in range(samples)]
        return [sum(s < unit for s in sums) for unit in units]

    def zipfian(self, limit: int, rows: int, count: int) -> tuple[list[int], list[int]]:
        """Rows of distinct classes, and how many tries each took."""
        classes, tries = [], []
        for engine in self.spread(rows, least=1):
            row: list[int] = []
            tries.append(0)
            while len(row) < count:
                number = round(math.exp(engine.unit64() * math.log(limit))) - 1
                tries[-1] += 1
                if number not in row:
                    row.append(number)
            classes += row
        return classes, tries
