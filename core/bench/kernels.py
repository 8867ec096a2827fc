"""How near are the kernels to memory speed and to peak arithmetic? float32, one thread, beside NumPy."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy

from ndgrad import _core, nd
from timing import nanoseconds, row

MILLION = 1 << 20


def versus(name: str, ours, theirs, amount: float, unit: str) -> None:
    """Print the rate of both, and ours over theirs."""
    repeats = {"number": 3, "repeats": 7}
    a, b = amount / nanoseconds(ours, **repeats), amount / nanoseconds(theirs, **repeats)
    row(name, f"{a:.1f} {unit}", f"{b:.1f} {unit}", f"{a / b:.2f}")


def elementwise() -> None:
    """Bytes moved in a second, the output freshly allocated."""
    u, v = numpy.random.rand(2, MILLION).astype("float32")
    a, b = nd.array(u), nd.array(v)
    versus("a + b, 1 M", lambda: a + b, lambda: u + v, 12 * MILLION, "GB/s")
    for name in ("exp", "tanh", "log", "sin"):
        ours, theirs = getattr(nd, name), getattr(numpy, name)
        versus(f"{name}, 1 M", lambda f=ours: f(a), lambda f=theirs: f(u), 8 * MILLION, "GB/s")
    versus("sigmoid, 1 M", lambda: nd.sigmoid(a), lambda: 1 / (1 + numpy.exp(-u)), 8 * MILLION, "GB/s")


def reductions() -> None:
    """Bytes read in a second."""
    u = numpy.random.rand(2048, 2048).astype("float32")
    a = nd.array(u)
    versus("sum, 4 M", lambda: a.sum(), lambda: u.sum(), u.nbytes, "GB/s")
    versus("sum axis 0, 2048x2048", lambda: a.sum(axis=0), lambda: u.sum(axis=0), u.nbytes, "GB/s")
    versus("sum axis 1, 2048x2048", lambda: a.sum(axis=1), lambda: u.sum(axis=1), u.nbytes, "GB/s")


def products() -> None:
    """Floating-point operations in a second."""
    for n in (64, 256, 512, 1024):
        u, v = numpy.random.rand(2, n, n).astype("float32")
        a, b = nd.array(u), nd.array(v)
        versus(f"dot {n}", lambda a=a, b=b: nd.dot(a, b), lambda u=u, v=v: u @ v, 2.0 * n**3, "GFLOP/s")


def main() -> None:
    """Print the table."""
    row(f"kernels: {_core.instruction_set()}", "ndgrad", "NumPy", "ratio")
    elementwise()
    reductions()
    products()


if __name__ == "__main__":
    main()
