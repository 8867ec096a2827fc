"""Does the cost grow in proportion? Additions of 1 to 64 M elements, and tapes of 10^3 to 10^6 operators."""

import time

from ndgrad import autograd, nd
from timing import nanoseconds, row


def addition(elements: int) -> float:
    """Give the nanoseconds of a sum with a fresh output."""
    a, b = nd.ones(elements), nd.ones(elements)
    return nanoseconds(lambda: a + b, number=max(1, min(20000, 10**7 // elements)), repeats=5)


def chain(length: int) -> tuple[float, float, float]:
    """Give the microseconds to record, differentiate and free an operator of a chain."""
    x = nd.ones((2, 2))
    x.attach_grad()
    start = time.perf_counter()
    with autograd.record():
        y = x
        for _ in range(length):
            y = y * x
    recorded = time.perf_counter()
    y.backward(retain_graph=True)
    differentiated = time.perf_counter()
    del y
    freed = time.perf_counter()
    return tuple(
        t / length * 1e6 for t in (recorded - start, differentiated - recorded, freed - differentiated)
    )


def main() -> None:
    """Print both tables."""
    row("a + b, elements", "ns", "ns an element", "GB/s")
    for power in range(0, 27, 2):
        elements = 1 << power
        ns = addition(elements)
        row(f"{elements:,}", f"{ns:.0f}", f"{ns / elements:.3f}", f"{12 * elements / ns:.1f}")
    row("tape, operators", "record us", "backward us", "free us")
    for power in range(3, 7):
        best = min((chain(10**power) for _ in range(5 if power < 6 else 2)), key=sum)
        row(f"{10**power:,}", *(f"{us:.3f}" for us in best))


if __name__ == "__main__":
    main()
