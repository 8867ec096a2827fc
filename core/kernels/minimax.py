"""Derive the polynomial coefficients of vecmath_f32.h and vecmath_f64.h: `python minimax.py [NAME ...]`.

Each row of FITS asks for the polynomial p of n coefficients that minimizes the largest |weight(z) (g(z) -
p(z))| over an interval (Remez' exchange on a dense grid). They are rounded to the target's precision,
lowest power first; where the interval does not cross 0 the rest is fitted again after each, so that it
makes up for the rounding. The error printed is that of the rounded polynomial, as a power of two: half an
ulp is 2^-24 to 2^-25 for float, 2^-53 to 2^-54 for double. Needs mpmath; nothing in the build runs this.
"""

import sys
from collections.abc import Callable
from typing import NamedTuple

from mpmath import mp, mpf

mp.dps = 100
GRID = 48  # points of the grid per coefficient


class Fit(NamedTuple):
    """A polynomial to find."""

    name: str
    bits: int  # precision of the coefficients
    count: int  # how many
    low: mpf
    high: mpf
    g: Callable[[mpf], mpf]
    weight: Callable[[mpf], mpf]


def odd(f: Callable[[mpf], mpf]) -> dict:
    """f(x) = x + x^3 p(x^2), relative error; z is x^2."""
    return {
        "g": lambda z: (f(mp.sqrt(z)) / mp.sqrt(z) - 1) / z,
        "weight": lambda z: z * mp.sqrt(z) / f(mp.sqrt(z)),
    }


HALF_LN2 = mp.log(2) / 2
ROOT = mp.sqrt(mpf(2))
QUARTER = mp.pi / 4 * mpf("1.016")  # the quadrant is found in single precision, so r may pass pi/4 a little
EXP = {"g": lambda r: (mp.exp(r) - 1 - r) / r**2, "weight": lambda r: r**2 / (mp.exp(r) - 1)}
COS = {"g": lambda z: (mp.cos(mp.sqrt(z)) - 1) / z, "weight": lambda z: z / mp.cos(mp.sqrt(z))}
# fdlibm's form: log(1 + f) = f - f^2/2 + s (f^2/2 + z p(z)) where s = f / (2 + f) and z = s^2
LOG = {
    "g": lambda z: (mp.log((1 + mp.sqrt(z)) / (1 - mp.sqrt(z))) / mp.sqrt(z) - 2) / z,
    "weight": lambda z: z / 2,
}
ERF = {
    "g": lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1,
    "weight": lambda z: mp.sqrt(z) / mp.erf(mp.sqrt(z)),
}


def tanh_root(x: mpf) -> mpf:
    """The fourth root of 1 / (1 - tanh(x))."""
    return ((mp.exp(2 * x) + 1) / 2) ** mpf("0.25")


def erfinv_by(w: mpf) -> mpf:
    """erfinv(x) / x where w = -log(1 - x^2)."""
    x = mp.sqrt(-mp.expm1(-w))
    return mp.erfinv(x) / x if w < 3 else inverse_erfc(-mp.expm1(-w)) / x


def inverse_erfc(x_squared: mpf) -> mpf:
    """erfinv(sqrt(x_squared)) near 1, by Newton steps on log(erfc)."""
    tail = (1 - x_squared) / (1 + mp.sqrt(x_squared))
    y = mp.sqrt(-mp.log(tail))
    for _ in range(60):
        y, last = y + (mp.log(mp.erfc(y)) - mp.log(tail)) * mp.erfc(y) * mp.sqrt(mp.pi) / 2 * mp.exp(y * y), y
        if abs(y - last) < mpf(10) ** -50:
            break
    return y


FITS = [
    Fit("exp_f32", 24, 5, -HALF_LN2 * mpf("1.002"), HALF_LN2 * mpf("1.002"), **EXP),
    Fit("log_f32", 24, 4, mpf(0), ((ROOT - 1) / (ROOT + 1)) ** 2, **LOG),
    Fit("sin_f32", 24, 4, mpf(0), QUARTER**2, **odd(mp.sin)),
    Fit("cos_f32", 24, 4, mpf(0), QUARTER**2, **COS),
    Fit("sinh_f32", 24, 4, mpf(0), mpf(1), **odd(mp.sinh)),
    Fit("tanh_f32", 24, 8, mpf(0), mpf("1.25") ** 2, **odd(mp.tanh)),
    Fit("tanh_far_f32", 24, 9, mpf("1.25"), mpf("9.06"), tanh_root, lambda x: 4 / tanh_root(x) ** 5),
    Fit("atan_f32", 24, 9, mpf(0), mpf(1), **odd(mp.atan)),
    Fit("asin_f32", 24, 6, mpf(0), mpf("0.55") ** 2, **odd(mp.asin)),
    Fit("erf_f32", 24, 7, mpf(0), mpf("0.9") ** 2, **ERF),
    Fit("log_erfc_f32", 24, 7, mpf("0.9"), mpf("3.95"), lambda a: mp.log(mp.erfc(a)), lambda a: mp.erfc(a)),
    Fit("exp_f64", 53, 11, -HALF_LN2 * mpf("1.0001"), HALF_LN2 * mpf("1.0001"), **EXP),
    Fit("log_f64", 53, 7, mpf(0), ((ROOT - 1) / (ROOT + 1)) ** 2, **LOG),
    Fit("sin_f64", 53, 6, mpf(0), (mp.pi / 4 * mpf("1.0001")) ** 2, **odd(mp.sin)),
    Fit("cos_f64", 53, 7, mpf(0), (mp.pi / 4 * mpf("1.0001")) ** 2, **COS),
    Fit("sinh_f64", 53, 7, mpf(0), mpf(1), **odd(mp.sinh)),
    Fit("erfinv_centre_f64", 53, 12, mpf(0), mpf(5), erfinv_by, lambda w: 1 / erfinv_by(w)),
    Fit(
        "erfinv_tail_f64",
        53,
        12,
        mp.sqrt(mpf(5)),
        mpf(4),
        lambda s: erfinv_by(s * s),
        lambda s: 1 / erfinv_by(s * s),
    ),
]


def chebyshev_points(low: mpf, high: mpf, count: int) -> list[mpf]:
    """Points of the interval that lie denser towards its ends."""
    return [
        (low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)
    ]


def horner(coefficients: list[mpf], z: mpf) -> mpf:
    """The polynomial's value at z."""
    value = mpf(0)
    for c in reversed(coefficients):
        value = value * z + c
    return value


def extremes(errors: list[mpf]) -> list[int]:
    """The index of the largest error of each run of equal sign."""
    runs: list[int] = []
    for i, e in enumerate(errors):
        if runs and (e > 0) == (errors[runs[-1]] > 0):
            if abs(e) > abs(errors[runs[-1]]):
                runs[-1] = i
        else:
            runs.append(i)
    return runs


def remez(z: list[mpf], g: list[mpf], weight: list[mpf], count: int) -> list[mpf]:
    """The `count` coefficients of the polynomial closest to g on the points z."""
    points = [round(i * (len(z) - 1) / count) for i in range(count + 1)]
    for _ in range(40):
        rows = [[z[p] ** k for k in range(count)] + [(-1) ** i / weight[p]] for i, p in enumerate(points)]
        solution = mp.lu_solve(mp.matrix(rows), mp.matrix([g[p] for p in points]))
        coefficients, level = list(solution[:count]), abs(solution[count])
        errors = [w * (y - horner(coefficients, x)) for x, y, w in zip(z, g, weight, strict=True)]
        runs = extremes(errors)
        while len(runs) > count + 1:
            runs.pop(0 if abs(errors[runs[0]]) < abs(errors[runs[-1]]) else -1)
        if len(runs) <= count or max(abs(errors[r]) for r in runs) < level * (1 + mpf(10) ** -4):
            break
        points = runs
    return coefficients


def rounded(x: mpf, bits: int) -> mpf:
    """x to so many bits."""
    with mp.workprec(bits):
        return +x


def fit(row: Fit) -> tuple[list[mpf], mpf]:
    """Coefficients, each rounded, and the largest weighted error they leave."""
    z = chebyshev_points(row.low, row.high, GRID * row.count)
    g, weight = [row.g(x) for x in z], [abs(row.weight(x)) for x in z]
    if row.low < 0:
        fixed = [rounded(c, row.bits) for c in remez(z, g, weight, row.count)]
    else:
        fixed = []
        while len(fixed) < row.count:
            k = len(fixed)
            rest = [(y - horner(fixed, x)) / x**k for x, y in zip(z, g, strict=True)]
            next_one = remez(z, rest, [w * x**k for x, w in zip(z, weight, strict=True)], row.count - k)[0]
            fixed.append(rounded(next_one, row.bits))
    return fixed, max(w * abs(y - horner(fixed, x)) for x, y, w in zip(z, g, weight, strict=True))


def main(names: list[str]) -> None:
    """Print the rows named, or all."""
    for row in FITS:
        if names and row.name not in names:
            continue
        coefficients, error = fit(row)
        print(f"{row.name}: 2^{float(mp.log(error, 2)):.1f}")
        print(
            "    "
            + ", ".join(f"{float(c):.9g}f" if row.bits == 24 else f"{float(c):.17g}" for c in coefficients)
        )


if __name__ == "__main__":
    main(sys.argv[1:])
