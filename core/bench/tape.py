"""What does a tape of 1,000,000 operators cost? Chains on a 2x2 array: recorded, differentiated, freed."""

import time

from ndgrad import _core, autograd, nd
from timing import row

COUNT = 1_000_000
CHAINS = {
    "x * c": lambda x, c: x * 1.0000001,
    "x + array": lambda x, c: x + c,
    "x * array": lambda x, c: x * c,
    "tanh(x)": lambda x, c: nd.tanh(x),
}


def measure(step) -> tuple[float, ...]:
    """Give microseconds to record, differentiate and free an operator, then its bytes of tape and in all."""
    leaf, other = nd.ones((2, 2)), nd.ones((2, 2))
    leaf.attach_grad()
    before = _core.tape_bytes_in_use(), _core.bytes_in_use()
    start = time.perf_counter()
    with autograd.record():
        x = leaf
        for _ in range(COUNT):
            x = step(x, other)
    recorded = time.perf_counter()
    tape, data = _core.tape_bytes_in_use() - before[0], _core.bytes_in_use() - before[1]
    x.backward(retain_graph=True)
    differentiated = time.perf_counter()
    del x
    freed = time.perf_counter()
    times = (recorded - start, differentiated - recorded, freed - differentiated)
    return *(t / COUNT * 1e6 for t in times), tape / COUNT, (tape + data) / COUNT


def main() -> None:
    """Print the table."""
    row(f"{COUNT:,} operators, each", "record us", "backward us", "free us", "tape bytes", "with data bytes")
    for name, step in CHAINS.items():
        record, back, free, tape, everything = measure(step)
        row(name, f"{record:.2f}", f"{back:.2f}", f"{free:.2f}", f"{tape:.0f}", f"{everything:.0f}")


if __name__ == "__main__":
    main()
