"""Compares ndgrad.printing with NumPy's own ``str``, which is what it has to reproduce."""

from __future__ import annotations

import itertools
import math
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ndgrad import printing

np = pytest.importorskip("numpy")
if int(np.__version__.split(".")[0]) > 1:
    pytest.skip("arrays print by the rules of NumPy 1 (core/decisions/0006)", allow_module_level=True)


FLOATS = ["float16", "float32", "float64"]
INTEGERS = ["int8", "uint8", "int32", "int64"]
DTYPES = [*FLOATS, *INTEGERS, "bool"]
WORD = {"float16": "uint16", "float32": "uint32", "float64": "uint64"}

SHAPES = [
    (),
    *[(n,) for n in (0, 1, 2, 3, 6, 7, 8, 9, 13, 14, 15, 18, 19, 25, 37, 75, 100, 999, 1000, 1001)],
    *[(2000,), (0, 0), (0, 3), (2, 0), (1, 1), (3, 4), (10, 10), (7, 1), (1, 7), (20, 30)],
    *[(1001, 1), (1, 1001), (1, 1000), (40, 25), (26, 40), (40, 26), (334, 3), (3, 334), (6, 167)],
    *[(167, 6), (7, 143), (143, 7), (2, 2000), (2000, 2), (1, 2000), (40, 50), (2, 1, 1000)],
    *[(2, 0, 3), (1, 1, 1), (2, 3, 4), (10, 10, 10), (7, 11, 13), (7, 11, 14), (1001, 1, 1)],
    *[(1, 1001, 1), (1, 1, 1001), (6, 6, 30), (6, 30, 6), (30, 6, 6), (30, 30, 2), (2, 30, 30)],
    *[(30, 2, 30), (7, 7, 7, 7), (2, 2, 2, 2), (1, 2, 0, 3), (6, 6, 6, 6), (3, 4, 5, 20)],
    *[(20, 5, 4, 3), (3, 20, 20, 2), (2, 3, 2, 3, 2), (4, 4, 4, 4, 4), (1, 7, 1, 200, 1)],
    *[(7, 2, 7, 2, 7), (1, 1, 1, 1, 1), (2, 1, 0, 1, 2), (2, 2, 2, 2, 2, 2), (1, 8, 1, 8, 1, 20)],
    *[(1, 1, 2, 1, 2, 1, 2), (2, 2, 1, 1, 2, 1, 1, 3), (2, 2, 2, 2, 2, 2, 2, 8), (1,) * 8],
]

# Magnitudes on both sides of every limit, and the ends of every dtype.
LANDMARKS = [
    *[0.0, 5e-324, 2.2250738585072014e-308, 1e-300, 1e-45, 1.1754943508222875e-38, 1e-38, 1e-30],
    *[6e-8, 6.103515625e-05, 1e-8, 1.5e-8, 9.9e-5, 9.9999e-5, 9.9999999e-5, 1e-4, 1.0001e-4, 1e-3],
    *[0.01, 0.1, 1 / 3, 0.123456785, 0.5, 0.999999995, 1.0, 1.5, 1.00000001, 1.000000005, math.pi],
    *[10.0, 99.95, 100.0, 999.0, 999.5, 1000.0, 1000.0001, 1000.1, 1001.0, 2048.0, 9999.5, 65504.0],
    *[123456.7, 999999.0, 999999.9, 1e6, 1000001.0, 9999999.0, 1e7, 16777215.0, 16777216.0],
    *[99999999.0, 99999999.9, 99999999.99999999, 1e8, 100000001.0, 123456789.123, 1e15, 9.99e15],
    *[9999999999999998.0, 1e16, 1.0000000000000002e16, 1e22, 1e30, 3.4028234663852886e38, 1e99],
    *[9.99e99, 1e100, 1e300, 1.7976931348623157e308, math.inf, math.nan],
]


def ours(array: Any) -> str:
    """Print a NumPy array with the module, checking which elements it asks for."""
    flat = array.reshape(-1)
    fetched = 0

    def values(start: int, stop: int) -> list[Any]:
        nonlocal fetched
        assert 0 <= start < stop <= array.size
        fetched += stop - start
        return flat[start:stop].tolist()  # type: ignore[no-any-return]

    text: str = printing.format_array(values, array.shape, str(array.dtype))
    if array.size > 1000:
        assert fetched == math.prod(min(n, 6) for n in array.shape)
    return text


def check(array: Any) -> None:
    """Compare one array, showing the elements when it differs."""
    assert ours(array) == str(array), (array.dtype, array.shape, array.reshape(-1)[:20].tolist())


def check_scalar(value: Any) -> None:
    """Compare one NumPy scalar."""
    got = printing.format_scalar(value.item(), str(value.dtype))
    assert got == str(value), (value.dtype, value.item())


def cast(values: Any, dtype: str) -> Any:
    """Round values to a dtype, letting them overflow."""
    with np.errstate(all="ignore"):
        return np.asarray(values, "float64").astype(dtype)


def random_bits(rng: Any, shape: Any, dtype: str) -> Any:
    """Return elements of any bit pattern, NaN and infinity among them."""
    if dtype == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    word = np.dtype(WORD.get(dtype, dtype))
    info = np.iinfo(word)
    bits = rng.integers(info.min, info.max, shape, dtype=word, endpoint=True)
    return np.asarray(bits, word).view(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_shapes(shape: tuple[int, ...], dtype: str) -> None:
    rng = np.random.default_rng(1)
    count = math.prod(shape)
    check(random_bits(rng, shape, dtype))
    check(np.zeros(shape, dtype))
    check(np.asarray(np.arange(count).reshape(shape)).astype(dtype))
    check(np.asarray(-np.arange(count).reshape(shape)).astype(dtype))
    for scale in (0.1, 1.0, 50.0):
        check(cast(rng.normal(size=shape) * scale, dtype if dtype in FLOATS else "float64"))


@pytest.mark.parametrize("dtype", FLOATS)
def test_every_axis_combination_of_long_and_short(dtype: str) -> None:
    rng = np.random.default_rng(2)
    for rank in range(1, 5):
        for shape in itertools.product((1, 3, 6, 7), repeat=rank):
            check(cast(rng.normal(size=shape), dtype))
            if rank < 4:
                check(cast(rng.normal(size=(*shape, 1001)), dtype))
                check(cast(rng.normal(size=(1001, *shape)), dtype))


@pytest.mark.parametrize("dtype", FLOATS)
def test_widths_around_the_line_limit(dtype: str) -> None:
    for length in range(1, 80):
        for value in (1.0, -1.0, 0.5, 123.25, 1e-7, -1e-7, math.nan, -math.inf):
            for leading in ((), (1,), (2, 1), (1, 1, 2)):
                check(cast(np.full((*leading, length), value), dtype))


@pytest.mark.parametrize("dtype", FLOATS)
def test_landmark_scalars(dtype: str) -> None:
    for value in LANDMARKS:
        for signed in (value, -value):
            here = cast([signed] * 2, dtype)
            with np.errstate(over="ignore"):
                beside = np.nextafter(here, np.array([-np.inf, np.inf], dtype))
            for number in (here[0], *beside):
                number = np.asarray(number)
                check_scalar(number[()])
                check(number)
                check(number.reshape(1))


@pytest.mark.parametrize("dtype", FLOATS)
def test_landmark_pairs(dtype: str) -> None:
    signed = [sign * value for value in LANDMARKS for sign in (1, -1)]
    for pair in itertools.product(signed, repeat=2):
        check(cast(pair, dtype))


@pytest.mark.parametrize("dtype", FLOATS)
def test_ratio_limit(dtype: str) -> None:
    rng = np.random.default_rng(3)
    for least in cast(10 ** rng.uniform(-4, 2.9, 1000), dtype):
        with np.errstate(over="ignore"):
            most = (least * np.float64(1000)).astype(dtype)
            for _ in range(3):
                check(np.array([least, most], dtype))
                check(np.array([least, -np.nextafter(most, np.array(0, dtype))], dtype))
                most = np.nextafter(most, np.array(np.inf, dtype))


def test_every_float16_alone() -> None:
    for value in np.arange(65536, dtype="uint16").view("float16"):
        check_scalar(value)
        check(value.reshape(1))


def test_every_float16_in_arrays() -> None:
    every = np.arange(65536, dtype="uint16").view("float16")
    for order in (every, np.random.default_rng(4).permutation(every), np.sort(every)):
        for size in (2, 16, 1000):
            for start in range(0, 65536, size):
                check(order[start : start + size])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_random_bit_patterns(dtype: str) -> None:
    rng = np.random.default_rng(5)
    for value in random_bits(rng, 40000, dtype):
        check_scalar(value)
    for row in random_bits(rng, (20000, 1), dtype):
        check(row)
    for row in random_bits(rng, (3000, 5), dtype):
        check(row)


@pytest.mark.parametrize("dtype", FLOATS)
def test_random_magnitudes(dtype: str) -> None:
    rng = np.random.default_rng(6)
    for _ in range(6000):
        low, high = np.sort(rng.uniform(-9, 9, 2))
        values = 10 ** rng.uniform(low, high, rng.integers(1, 12)) * rng.choice([-1, 1])
        if rng.random() < 0.3:
            values = np.round(values, rng.integers(0, 10))
        if rng.random() < 0.3:
            values[rng.integers(len(values))] = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0])
        check(cast(values, dtype))


@pytest.mark.parametrize("dtype", FLOATS)
def test_plain_digits_cut_at_eight(dtype: str) -> None:
    """Decimals of nine and more digits, those ending in a 5 at the ninth above all."""
    rng = np.random.default_rng(7)
    for digits in rng.integers(1, 10**8, 10000):
        check(cast([digits * 1e-8 + 5e-9], dtype))
        check(cast([digits / 2**30, 0.5], dtype))
        check(cast([(digits * 10 + 5) * 1e-9 * 10.0 ** rng.integers(0, 9)], dtype))


@pytest.mark.parametrize(("dtype", "exponents"), [("float16", (-24, 16)), ("float32", (-149, 128))])
def test_powers_of_two(dtype: str, exponents: tuple[int, int]) -> None:
    """Their lower neighbour is nearer than the upper, and with it the digits change."""
    for exponent in range(*exponents):
        for factor in (1, -1, 3, 5):
            value = cast(math.ldexp(factor, exponent), dtype)
            check_scalar(value[()])
            check(value.reshape(1))


def test_float32_decimals_on_midpoints() -> None:
    """Of all decimals of eight digits just one pair of float32 is decided by the exact text."""
    for number, exponent in ((11420669, -107), (11420670, -107), (8388612, 2), (8388613, 2)):
        value = np.float32(math.ldexp(number, exponent))
        check_scalar(value)
        check(value.reshape(1))
    rng = np.random.default_rng(10)
    for step in rng.integers(0, 2**20, 2000):  # numbers next to multiples of ten, 2 away
        for value in np.float32(33554450 + 20 * step) + np.float32([-4, -2, 0, 2, 4]):
            check_scalar(np.float32(value))


def test_powers_of_two_float64() -> None:
    for exponent in range(-1074, 1024):
        value = np.float64(math.ldexp(1, exponent))
        check_scalar(value)
        check(np.array([value, -value]))


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers(dtype: str) -> None:
    info = np.iinfo(dtype)
    marks = {0, 1, 9, 10, 99, 100, -1, -9, -10, -99, info.min, info.max, info.max // 10}
    fitting = [mark for mark in sorted(marks) if info.min <= mark <= info.max]
    for pair in itertools.product(fitting, repeat=2):
        check(np.array(pair, dtype))
    for mark in fitting:
        check_scalar(np.array(mark, dtype)[()])
    rng = np.random.default_rng(8)
    for _ in range(500):
        shape = tuple(rng.integers(1, 9, rng.integers(1, 5)))
        check(random_bits(rng, shape, dtype) // 10 ** int(rng.integers(0, 3)))


def test_bools() -> None:
    for count in range(1, 6):
        for pattern in itertools.product((False, True), repeat=count):
            check(np.array(pattern))
    check_scalar(np.bool_(True))
    check_scalar(np.bool_(False))


@settings(max_examples=2000, deadline=None, database=None)
@given(st.lists(st.floats(width=64), min_size=1, max_size=30))
def test_any_float64(values: list[float]) -> None:
    check(np.array(values))


@settings(max_examples=2000, deadline=None, database=None)
@given(st.lists(st.floats(width=32), min_size=1, max_size=30))
def test_any_float32(values: list[float]) -> None:
    check(np.array(values, "float32"))


@settings(max_examples=300, deadline=None, database=None)
@given(st.lists(st.integers(0, 8), max_size=5), st.sampled_from(DTYPES), st.integers(0, 2**32))
def test_any_shape(shape: list[int], dtype: str, seed: int) -> None:
    check(random_bits(np.random.default_rng(seed), tuple(shape), dtype))


def test_ten_by_ten_takes_less_than_a_millisecond() -> None:
    array = np.random.default_rng(9).normal(size=(10, 10)).astype("float32")
    flat = array.reshape(-1).tolist()
    best = math.inf
    for _ in range(20):
        start = time.perf_counter()
        printing.format_array(lambda a, b: flat[a:b], (10, 10), "float32")
        best = min(best, time.perf_counter() - start)
    assert best < 1e-3
