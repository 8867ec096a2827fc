"""A peer's process, `python -m peers LIBRARY`: reads the name of a case on each line, answers its seconds."""

import importlib
import os
import sys

from peers.measure import seconds

MODULES = {"ndgrad": "imperative", "MXNet": "imperative", "PyTorch": "torch_cases", "NumPy": "numpy_cases"}
MODULES |= {"JAX jit": "jax_cases", "limit": "limits"}


def waiting(library, call):
    """Give a call that returns when its result is there."""
    if library != "MXNet":
        return call
    wait = importlib.import_module("mxnet.ndarray").waitall
    return lambda: (call(), wait())


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    library = sys.argv[1]
    cases = importlib.import_module(f"peers.{MODULES[library]}").CASES
    print("ready", file=answers, flush=True)
    name, call = None, None
    for line in sys.stdin:
        if line.strip() != name:
            name, call = line.strip(), None
            call = waiting(library, cases[name]()) if name in cases else None
        print(seconds(call) if call else "none", file=answers, flush=True)


if __name__ == "__main__":
    main()
