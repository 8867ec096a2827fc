"""What do operators and training steps cost on the first GPU, beside PyTorch eager on the same device?

Rates of elementwise operators and reductions are compared with that of a device-to-device copy; products run
with exact float32 and, in a process of its own, with TF32. Times are medians of samples, by the device's
events. Where PyTorch or its GPU is missing, its column is left out. `gpu.py trial` takes small sizes, to see
that all of it runs.
"""

import ctypes
import os
import statistics
import subprocess
import sys
import time

import mxnet as mx
from peers import imperative, shapes
from timing import row

os.environ.setdefault("OMP_NUM_THREADS", "1")
ALLOW_TF32 = "MXNET_CUDA_TENSOR_OP_MATH_ALLOW_CONVERSION"
TRIAL = "trial" in sys.argv
COUNT, SIDE, STEPS = (1 << 12, 64, 2) if TRIAL else (64 << 20, 4096, 10_000)
SAMPLES, SECONDS = 1 if TRIAL else 9, 0.02  # of a sample


def by_the_wall(call, count):
    """Give the seconds of one call, of so many, where the device has no events: in a rehearsal."""
    mx.nd.waitall()
    start = time.perf_counter()
    for _ in range(count):
        call()
    mx.nd.waitall()
    return (time.perf_counter() - start) / count


class Events:
    """The device's clock: two events in the default stream, in which both libraries work."""

    def __init__(self, runtime):
        self.runtime, self.pair = runtime, (ctypes.c_void_p(), ctypes.c_void_p())
        for event in self.pair:
            self.ask("cudaEventCreate", ctypes.byref(event))

    def ask(self, name, *arguments):
        """Call CUDA's runtime; stop where it fails."""
        status = getattr(self.runtime, name)(*arguments)
        if status:
            sys.exit(f"gpu.py: {name} failed with status {status}.")

    def sample(self, call, count):
        """Give the seconds of one call, of so many."""
        begin, end = self.pair
        took = ctypes.c_float()
        self.ask("cudaEventRecord", begin, None)
        for _ in range(count):
            call()
        self.ask("cudaEventRecord", end, None)
        self.ask("cudaEventSynchronize", end)
        self.ask("cudaEventElapsedTime", ctypes.byref(took), begin, end)
        return took.value / 1e3 / count


def clock():
    """Give a function that times calls, by the runtime that ndgrad's library has opened."""
    for name in ("libcudart.so.13", "libcudart.so.12"):
        try:
            return Events(ctypes.CDLL(name, os.RTLD_NOLOAD | os.RTLD_NOW)).sample
        except OSError:
            continue
    return by_the_wall


def median(sample, call):
    """Give the seconds of one call."""
    count = 1
    call()  # whatever is made once
    while (took := sample(call, count) * count) < SECONDS and count < 1 << 16:
        count *= 2 if took > SECONDS / 8 else 8
    return statistics.median(sample(call, count) for _ in range(SAMPLES))


def torch_cases(tf32):
    """Give PyTorch's cases on the GPU, or None without it."""
    try:
        import torch
    except ImportError:
        return None
    if not torch.cuda.is_available():
        return None
    torch.set_default_device("cuda")
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    from peers import torch_cases

    return torch_cases.gpu_cases(COUNT, SIDE)


def figure(case, seconds, copy):
    """Give a case's time as a rate, with its share of a copy's, or as a duration."""
    if case in shapes.GPU_PASSES:
        rate = shapes.GPU_PASSES[case] * 4 * COUNT / seconds / 1e9
        return f"{rate:.0f} GB/s ({rate / copy:.0%})"
    if case == "dot":
        return f"{2 * SIDE**3 / seconds / 1e12:.3g} TFLOP/s"
    return f"{seconds * 1e6:.3g} us"


def print_cases(sample, tf32):
    """Print the table; products only, if they are of TF32."""
    copy = 8 * COUNT / median(sample, imperative.copy(COUNT)) / 1e9
    ours, theirs = imperative.gpu_cases(COUNT, SIDE), torch_cases(tf32)
    if not tf32:
        row(f"float32, {COUNT:,} elements, of a copy's rate", "ndgrad", *(["PyTorch"] if theirs else []))
        row("copy", f"{copy:.0f} GB/s")
    for case in ["dot"] if tf32 else ours:
        libraries = [ours, theirs] if theirs else [ours]
        times = [median(sample, library[case]()) for library in libraries]
        label = case if case != "dot" else f"dot, {SIDE}, {'TF32' if tf32 else 'float32'}"
        row(label, *(figure(case, seconds, copy) for seconds in times))


def print_growth():
    """Print by how much memory grows while an MLP learns."""
    step = imperative.CASES["MLP step, batch 256"]()
    step()
    mx.nd.waitall()
    before, _ = mx.context.gpu_memory_info(0)
    for _ in range(STEPS):
        step()
    mx.nd.waitall()
    row(f"memory that {STEPS:,} steps take more", f"{before - mx.context.gpu_memory_info(0)[0]:,} bytes")


def main():
    """Print the table, if there is a GPU."""
    if mx.num_gpus() == 0:
        sys.exit("gpu.py: there is no GPU, so nothing was measured.")
    tf32 = os.environ.get(ALLOW_TF32) == "1"
    with mx.gpu(0):
        print_cases(clock(), tf32)
        if not tf32:
            subprocess.run([sys.executable, *sys.argv], env=os.environ | {ALLOW_TF32: "1"}, check=True)
            print_growth()


if __name__ == "__main__":
    main()
