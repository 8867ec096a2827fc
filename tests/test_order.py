"""Ordering beyond what the table of operators samples: ties in long rows, nan, and rows of every shape."""

from __future__ import annotations

import math
import random

import pytest

from ndgrad import nd

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize("ascending", [True, False])
def test_nan_comes_last(ascending):
    x = nd.array([3.0, NAN, 1.0, -INF, NAN, INF, 2.0])
    found = nd.sort(x, is_ascend=ascending)._values()
    assert found[:5] == sorted([3.0, 1.0, -INF, INF, 2.0], reverse=not ascending)
    assert all(math.isnan(value) for value in found[5:])
    assert set(nd.argsort(x, is_ascend=ascending)._values()[5:]) == {1, 4}


def test_zeros_of_both_signs_are_equal():
    assert nd.argsort(nd.array([0.0, -0.0, -1.0, 0.0]))._values() == [2, 0, 1, 3]


def test_integers_that_a_double_cannot_tell_apart():
    big = 2**62
    x = nd.array([big + 1, big, -big - 1, -big], dtype="int64")
    assert nd.sort(x)._values() == [-big - 1, -big, big, big + 1]
    assert nd.topk(x, k=2, ret_typ="value")._values() == [big + 1, big]


# Long runs of equal keys, keys in order and against it, and keys that lead pivots astray.
PATTERNS = {
    "random": lambda n: [random.Random(n).random() for _ in range(n)],
    "few": lambda n: [random.Random(n).randrange(3) for _ in range(n)],
    "equal": lambda n: [1] * n,
    "rising": lambda n: list(range(n)),
    "falling": lambda n: list(range(n, 0, -1)),
    "organ": lambda n: [min(i, n - i) for i in range(n)],
    "bad": lambda n: worst_case(n),
}


def worst_case(n: int) -> list[int]:
    """Keys that lead the middle one of three astray as a pivot (Musser, 1997)."""
    half = n // 2
    return [i if i % 2 else half + i for i in range(1, half + 1)] + [2 * i for i in range(1, n - half + 1)]


@pytest.mark.parametrize("size", [2, 15, 16, 17, 33, 1000, 20_000])
@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_rows_of_any_length(pattern, size):
    keys = pattern(size)
    x = nd.array(keys, dtype="float64")
    for ascending in (True, False):
        wanted = sorted(map(float, keys), reverse=not ascending)
        assert nd.sort(x, is_ascend=ascending)._values() == wanted
        places = nd.argsort(x, is_ascend=ascending, dtype="int64")._values()
        assert sorted(places) == list(range(size))
        assert [float(keys[place]) for place in places] == wanted
        for k in {1, size // 16 or 1, size // 3 or 1}:
            assert nd.topk(x, k=k, is_ascend=ascending, ret_typ="value")._values() == wanted[:k]


# What MXNet 1.9.1 gave for equal elements.
TIED = [(7 * i * i) % 5 for i in range(24)]
TIES = [
    (3, False, [7, 3, 2]),
    (3, True, [10, 5, 0]),
    (8, False, [12, 23, 22, 18, 17, 13, 8, 7]),
    (24, True, [15, 0, 5, 10, 20, 16, 14, 19, 11, 9, 21, 6, 4, 1, 18, 22, 23, 17, 13, 12, 8, 7, 3, 2]),
]


def test_order_of_ties_is_that_of_mxnet():
    x = nd.array(TIED)
    for k, ascending, places in TIES:
        assert nd.topk(x, k=k, is_ascend=ascending)._values() == places
