"""What the cases compute on, the same in every library, and what a call of each moves or computes."""

import random

MILLION = 1 << 20
BATCH, FEATURES, HIDDEN, CLASSES = 256, 784, 256, 10  # the MLP
IMAGES = 64  # LeNet's batch
CONVOLUTION = {"data": (32, 16, 28, 28), "weight": (32, 16, 3, 3)}
# As it was published, for images padded by 2.
LENET_5 = (
    (6, 1, 5, 5),
    (16, 6, 5, 5),
    (120, 400),
    (84, 120),
    (CLASSES, 84),
)
MLP = ((HIDDEN, FEATURES), (CLASSES, HIDDEN))  # its weights; each has a bias
LENET = ((20, 1, 5, 5), (50, 20, 5, 5), (500, 800), (CLASSES, 500))  # its weights; each has a bias
FUNCTIONS = ("exp", "tanh", "sigmoid", "log")
GEMM = (64, 512, 1024, 2048)
TRANSPOSED = 512

GIGABYTES, GIGAFLOPS, MICROSECONDS, MILLISECONDS = "GB/s", "GFLOP/s", "us", "ms"


SMALL = ("a + b, 2x2", "a + b, 2x2, recording", "y = x*2; z = y*x; z.backward()")
MAPPED = tuple(f"{name}, 1 M" for name in FUNCTIONS)
SUMS = ("sum, 16 M", "sum, axis 0", "sum, axis 1")
FORMS = tuple(f"dot, {TRANSPOSED}, {form}" for form in ("a.T b", "a b.T", "a.T b.T"))
STEPS = ("convolution 3x3, forward and backward", "MLP step, batch 256", "LeNet step, batch 64")
NATIVE = (
    *SMALL,
    "a + b, 1 M",
    "a + b, 16 M",
    *MAPPED,
    *SUMS,
    "softmax, 4096x1000",
    "dot, 64",
    "dot, 512",
    "dot, 2048",
)
NATIVE += (*FORMS, *STEPS)
BROWSER = (
    *SMALL,
    "a + b, 1 M",
    "a + b, 16 M",
    *MAPPED,
    "sum, 1 M",
    "softmax, 4096x1000",
    "dot, 64",
    "dot, 512",
    "dot, 1024",
)
SMALL_STEPS = ("LeNet-5 step, batch 32", "LeNet step, batch 32")
BROWSER += (*FORMS, *STEPS[:2], *SMALL_STEPS)

# What a call of a case moves or computes, and the unit of its rate or time.
AMOUNTS = {
    **dict.fromkeys(SMALL, (0, MICROSECONDS)),
    "a + b, 1 M": (12 * MILLION, GIGABYTES),
    "a + b, 16 M": (12 * 16 * MILLION, GIGABYTES),
    **dict.fromkeys(MAPPED, (8 * MILLION, GIGABYTES)),
    "sum, 1 M": (4 * MILLION, GIGABYTES),
    **dict.fromkeys(SUMS, (4 * 4096 * 4096, GIGABYTES)),
    "softmax, 4096x1000": (8 * 4096 * 1000, GIGABYTES),
    **{f"dot, {n}": (2.0 * n**3, GIGAFLOPS) for n in GEMM},
    **dict.fromkeys(FORMS, (2.0 * TRANSPOSED**3, GIGAFLOPS)),
    **dict.fromkeys((*STEPS, *SMALL_STEPS), (0, MILLISECONDS)),
}


GPU_STEPS = (*SMALL, *STEPS)
# How often a case of gpu.py reads or writes each float32, forward and backward.
GPU_PASSES = {
    "a + b": 3,
    "exp": 2,
    "tanh": 2,
    "sum": 1,
    "sum, axis 0": 1,
    "sum, axis 1": 1,
    "tanh, and its gradient": 2 + 3,
    "a * b, and its gradients": 3 + 5,
}


def numbers(count: int, scale: float = 1.0) -> list[float]:
    """Give numbers in [-scale, scale), the same ones every time."""
    draw = random.Random(count).random
    return [scale * (2 * draw() - 1) for _ in range(count)]
