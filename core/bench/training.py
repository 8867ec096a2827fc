"""How long do whole training steps take beside MXNet and PyTorch? float32, all with the same threads.

Each library runs in a process of its own, and they take turns, so that all see the same machine. MXNET_PYTHON
and TORCH_PYTHON name interpreters that have the peers; THREADS, how many threads each may use (default: 1).
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

THREADS = os.environ.get("THREADS", "1")
ROUNDS, REPEATS = 15, 4
Shapes = dict[str, tuple[int, ...]]

MLP: Shapes = {"w1": (256, 784), "b1": (256,), "w2": (10, 256), "b2": (10,)}
LENET: Shapes = {
    "k1": (20, 1, 5, 5), "c1": (20,), "k2": (50, 20, 5, 5), "c2": (50,),
    "w1": (500, 800), "b1": (500,), "w2": (10, 500), "b2": (10,),
}  # fmt: skip
CONV: Shapes = {"k": (32, 16, 3, 3), "c": (32,)}
STEPS: dict[str, tuple[Shapes, tuple[int, ...]]] = {
    "MLP 784-256-10, batch 256": (MLP, (256, 784)),
    "LeNet, batch 64": (LENET, (64, 1, 28, 28)),
    "conv2d N32 C16 28x28 K32 3x3, both ways": (CONV, (32, 16, 28, 28)),
}


def numbers(shape: tuple[int, ...], numpy: Any) -> Any:
    """Small numbers, the same for all libraries."""
    return numpy.random.RandomState(0).uniform(-0.1, 0.1, shape).astype("float32")


# ------------------------------------------------------------------------------------------- ndgrad and MXNet


def imperative(nd: Any, autograd: Any, numpy: Any, name: str) -> Callable[[], None]:
    """A step of the API that ndgrad and MXNet have in common."""
    shapes, data = STEPS[name]
    p = {key: nd.array(numbers(shape, numpy)) for key, shape in shapes.items()}
    x, label = nd.array(numbers(data, numpy)), nd.array(numpy.arange(data[0]) % 10)
    for array in [*p.values(), *([x] if name.startswith("conv") else [])]:
        array.attach_grad()

    def dense(h: Any) -> Any:
        h = nd.FullyConnected(h, p["w1"], p["b1"], num_hidden=p["b1"].shape[0])
        return nd.FullyConnected(nd.relu(h), p["w2"], p["b2"], num_hidden=10)

    def convolve(h: Any, kernel: str, bias: str) -> Any:
        h = nd.Convolution(h, p[kernel], p[bias], kernel=(5, 5), num_filter=p[bias].shape[0])
        return nd.Pooling(nd.relu(h), kernel=(2, 2), stride=(2, 2))

    def forward() -> Any:
        if name.startswith("conv"):
            return nd.Convolution(x, p["k"], p["c"], kernel=(3, 3), pad=(1, 1), num_filter=32)
        h = convolve(convolve(x, "k1", "c1"), "k2", "c2") if "k1" in p else x
        return nd.softmax_cross_entropy(dense(h), label)

    def step() -> None:
        with autograd.record():
            loss = forward()
        loss.backward()
        if not name.startswith("conv"):
            for array in p.values():
                nd.sgd_update(array, array.grad, lr=1e-6, out=array)
        nd.waitall()

    return step


# ---------------------------------------------------------------------------------------------------- PyTorch


def torch_step(torch: Any, numpy: Any, name: str) -> Callable[[], None]:
    """The same step of PyTorch."""
    functional, (shapes, data) = torch.nn.functional, STEPS[name]
    p = {key: torch.from_numpy(numbers(shape, numpy)).requires_grad_() for key, shape in shapes.items()}
    x = torch.from_numpy(numbers(data, numpy)).requires_grad_(name.startswith("conv"))
    label = torch.arange(data[0]) % 10

    def convolve(h: Any, kernel: str, bias: str) -> Any:
        return functional.max_pool2d(torch.relu(functional.conv2d(h, p[kernel], p[bias])), 2)

    def forward() -> Any:
        if name.startswith("conv"):
            return functional.conv2d(x, p["k"], p["c"], padding=1).sum()
        h = convolve(convolve(x, "k1", "c1"), "k2", "c2").flatten(1) if "k1" in p else x
        h = functional.linear(torch.relu(functional.linear(h, p["w1"], p["b1"])), p["w2"], p["b2"])
        return functional.cross_entropy(h, label, reduction="sum")

    def step() -> None:
        x.grad = None
        for array in p.values():
            array.grad = None
        forward().backward()
        if not name.startswith("conv"):
            with torch.no_grad():
                for array in p.values():
                    array -= 1e-6 * array.grad

    return step


# ------------------------------------------------------------------------------------------- taking turns


def steps_of(library: str) -> dict[str, Callable[[], None]]:
    """Every step, with the library that this process is for."""
    import numpy

    if library == "PyTorch":
        import torch

        torch.set_num_threads(int(THREADS))
        return {name: torch_step(torch, numpy, name) for name in STEPS}
    if library == "MXNet":
        import mxnet

        return {name: imperative(mxnet.nd, mxnet.autograd, numpy, name) for name in STEPS}
    from ndgrad import autograd, nd

    return {name: imperative(nd, autograd, numpy, name) for name in STEPS}


def serve(library: str) -> None:
    """Time the step named by each line of the input: the least of a few times, in milliseconds."""
    steps = steps_of(library)
    print("ready", flush=True)
    for line in sys.stdin:
        step, best = steps[line.strip()], float("inf")
        for _ in range(REPEATS):
            start = time.perf_counter()
            step()
            best = min(best, time.perf_counter() - start)
        print(best * 1e3, flush=True)


def start(library: str, python: str) -> "subprocess.Popen[str] | None":
    """A process that serves the library, or None where there is none."""
    threads = {key: THREADS for key in ("NDGRAD_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    server = subprocess.Popen(
        [python, __file__, library], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env={**os.environ, **threads},
    )  # fmt: skip
    assert server.stdout
    return server if server.stdout.readline().strip() == "ready" else None


def ask(server: "subprocess.Popen[str]", name: str) -> float:
    """The milliseconds of one round."""
    assert server.stdin and server.stdout
    server.stdin.write(name + "\n")
    server.stdin.flush()
    return float(server.stdout.readline())


def main() -> None:
    """Print the table."""
    from timing import row

    pythons = {"ndgrad": sys.executable, "PyTorch": os.environ.get("TORCH_PYTHON", sys.executable)}
    if "MXNET_PYTHON" in os.environ:
        pythons["MXNet"] = os.environ["MXNET_PYTHON"]
    servers = {library: server for library, python in pythons.items() if (server := start(library, python))}
    peers = [library for library in servers if library != "ndgrad"]
    row(f"milliseconds a step, {THREADS} threads", *servers, *(f"{peer}/ndgrad" for peer in peers))
    for name in STEPS:
        rounds = [{library: ask(server, name) for library, server in servers.items()} for _ in range(ROUNDS)]
        best = {library: min(times[library] for times in rounds) for library in servers}
        ratios = [f"{best[peer] / best['ndgrad']:.2f}" for peer in peers]
        row(name, *(f"{time:.2f}" for time in best.values()), *ratios)


if __name__ == "__main__":
    serve(sys.argv[1]) if len(sys.argv) > 1 else main()
