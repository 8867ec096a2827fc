"""How long do factorizations take? float64, one thread, beside NumPy's LAPACK."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy

from ndgrad import _core, nd
from timing import nanoseconds, row


def versus(name: str, ours, theirs) -> None:
    """Print the milliseconds of both, and ours over theirs."""
    a, b = (nanoseconds(call, number=1, repeats=9) / 1e6 for call in (ours, theirs))
    row(name, f"{a:.2f} ms", f"{b:.2f} ms", f"{a / b:.2f}")


def factorizations(n: int) -> None:
    """Each of one n x n matrix."""
    u, v = numpy.random.default_rng(0).standard_normal((2, n, n))
    definite = u @ u.T + n * numpy.eye(n)
    lower = numpy.linalg.cholesky(definite)
    a, b, s, low = (nd.array(x, dtype="float64") for x in (u, v, definite, lower))
    versus(f"potrf {n}", lambda: nd.linalg.potrf(s), lambda: numpy.linalg.cholesky(definite))
    versus(f"trsm {n} (NumPy: solve)", lambda: nd.linalg.trsm(low, b), lambda: numpy.linalg.solve(lower, v))
    versus(f"inverse {n}", lambda: nd.linalg.inverse(a), lambda: numpy.linalg.inv(u))
    versus(f"det {n}", lambda: nd.linalg.det(a), lambda: numpy.linalg.det(u))
    versus(f"gelqf {n} (NumPy: qr)", lambda: nd.linalg.gelqf(a), lambda: numpy.linalg.qr(u))
    versus(f"syevd {n}", lambda: nd.linalg.syevd(s), lambda: numpy.linalg.eigh(definite))
    versus(f"svd {n}", lambda: nd.linalg.svd(a), lambda: numpy.linalg.svd(u))


def main() -> None:
    """Print the table."""
    row(f"factorizations: {_core.instruction_set()}", "ndgrad", "NumPy", "ratio")
    for n in (64, 256):
        factorizations(n)


if __name__ == "__main__":
    main()
