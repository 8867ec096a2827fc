"""How long a case takes: the best of several samples, each of as many calls as fit its share of the time."""

import time
from collections.abc import Callable

SECONDS = 0.15  # that one answer takes
SAMPLES = 3


def sample(call: Callable[[], object], count: int) -> float:
    """Give the seconds of one call, of so many in a loop."""
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count


def calls_that_fit(call: Callable[[], object], seconds: float) -> int:
    """Give how many calls take about so long; the clock of a browser is too coarse for a few.

    Of two samples the shorter one: a first call may take thousands of times as long as the next.
    """
    count = 1
    while (took := min(sample(call, count), sample(call, count)) * count) < seconds / 10:
        count *= 4
    return max(1, int(seconds / took * count))


def seconds(call: Callable[[], object]) -> float:
    """Give the seconds of one call."""
    count = calls_that_fit(call, SECONDS / SAMPLES)
    return min(sample(call, count) for _ in range(SAMPLES))
