"""What does a small operator cost? 2x2 arrays, one thread; NumPy beside it where it is installed."""

import sys

from ndgrad import autograd, nd
from timing import nanoseconds, row


def recorded_add(x, y):
    """Give a function that adds under record()."""

    def run():
        with autograd.record():
            return x + y

    return run


def cycle(x):
    """Give the tutorial's own cycle: y = x*2; z = y*x; z.backward()."""

    def run():
        with autograd.record():
            y = x * 2
            z = y * x
        z.backward()

    return run


def main() -> None:
    """Print the table."""
    a, b = nd.array([[1, 2], [3, 4]]), nd.array([[5, 6], [7, 8]])
    x = nd.array([[1, 2], [3, 4]])
    x.attach_grad()
    print(f"{nd.__name__.split('.')[0]} on {sys.platform}, Python {sys.version.split()[0]}")
    row("2x2", "ns")
    row("a + b", f"{nanoseconds(lambda: a + b):.0f}")
    row("a * 2", f"{nanoseconds(lambda: a * 2):.0f}")
    row("nd.tanh(a)", f"{nanoseconds(lambda: nd.tanh(a)):.0f}")
    row("a.sum()", f"{nanoseconds(lambda: a.sum()):.0f}")
    row("with record(): x + b", f"{nanoseconds(recorded_add(x, b)):.0f}")
    row("y = x*2; z = y*x; z.backward()", f"{nanoseconds(cycle(x), 5000):.0f}")
    try:
        import numpy
    except ImportError:
        return
    u, v = numpy.ones((2, 2), "float32"), numpy.ones((2, 2), "float32")
    row("NumPy: u + v", f"{nanoseconds(lambda: u + v):.0f}")


if __name__ == "__main__":
    main()
