"""What does a small operator cost? 2x2 arrays, one thread; NumPy beside it where it is installed."""

import sys

from ndgrad import nd
from peers import imperative
from timing import nanoseconds, row


def main() -> None:
    """Print the table."""
    a = nd.array([[1, 2], [3, 4]])
    print(f"{nd.__name__.split('.')[0]} on {sys.platform}, Python {sys.version.split()[0]}")
    row("2x2", "ns")
    row("a + b", f"{nanoseconds(imperative.small()):.0f}")
    row("a * 2", f"{nanoseconds(lambda: a * 2):.0f}")
    row("nd.tanh(a)", f"{nanoseconds(lambda: nd.tanh(a)):.0f}")
    row("a.sum()", f"{nanoseconds(lambda: a.sum()):.0f}")
    row("with record(): x + b", f"{nanoseconds(imperative.recording()):.0f}")
    row("y = x*2; z = y*x; z.backward()", f"{nanoseconds(imperative.cycle(), 5000):.0f}")
    try:
        import numpy
    except ImportError:
        return
    u, v = numpy.ones((2, 2), "float32"), numpy.ones((2, 2), "float32")
    row("NumPy: u + v", f"{nanoseconds(lambda: u + v):.0f}")


if __name__ == "__main__":
    main()
