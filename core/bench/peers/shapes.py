"""What the cases compute on, the same in every library, and what a call of each moves or computes."""

import random

MILLION = 1 << 20
BATCH, FEATURES, HIDDEN, CLASSES = 256, 784, 256, 10  # the MLP
IMAGES = 64  # LeNet's batch
CONVOLUTION = {"data": (32, 16, 28, 28), "weight": (32, 16, 3, 3)}
LENET = ((6, 1, 5, 5), (16, 6, 5, 5), (120, 256), (84, 120), (CLASSES, 84))  # its weights; each has a bias
FUNCTIONS = ("exp", "tanh", "sigmoid", "log")
GEMM = (64, 512, 2048)
TRANSPOSED = 512

GIGABYTES, GIGAFLOPS, MICROSECONDS, MILLISECONDS = "GB/s", "GFLOP/s", "us", "ms"


def _amounts() -> dict[str, tuple[float, str]]:
    four = 4 * 4096 * 4096
    amounts = {
        "a + b, 2x2": (0, MICROSECONDS),
        "a + b, 2x2, recording": (0, MICROSECONDS),
        "y = x*2; z = y*x; z.backward()": (0, MICROSECONDS),
        "a + b, 1 M": (12 * MILLION, GIGABYTES),
        "a + b, 16 M": (12 * 16 * MILLION, GIGABYTES),
    }
    amounts |= {f"{name}, 1 M": (8 * MILLION, GIGABYTES) for name in FUNCTIONS}
    amounts |= dict.fromkeys(("sum, 16 M", "sum, axis 0", "sum, axis 1"), (four, GIGABYTES))
    amounts |= {"softmax, 4096x1000": (8 * 4096 * 1000, GIGABYTES)}
    amounts |= {f"dot, {n}": (2.0 * n**3, GIGAFLOPS) for n in GEMM}
    forms = (f"dot, {TRANSPOSED}, {form}" for form in ("a.T b", "a b.T", "a.T b.T"))
    amounts |= dict.fromkeys(forms, (2.0 * TRANSPOSED**3, GIGAFLOPS))
    steps = ("convolution 3x3, forward and backward", "MLP step, batch 256", "LeNet step, batch 64")
    return amounts | dict.fromkeys(steps, (0, MILLISECONDS))


AMOUNTS = _amounts()


def numbers(count: int, scale: float = 1.0) -> list[float]:
    """Give numbers in [-scale, scale), the same ones every time."""
    draw = random.Random(count).random
    return [scale * (2 * draw() - 1) for _ in range(count)]
