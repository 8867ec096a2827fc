"""Answers cases with the real MXNet 1.9.1: reads a line for each and writes the line with the answer added.

Runs under MXNet's own Python, started by record.py.  Operators are called through MXNet's registry, so that
every registered one can be, also those that the Python namespaces hide or wrap.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import sys

os.environ["MXNET_ENGINE_TYPE"] = "NaiveEngine"  # a refusal belongs to the call that caused it
os.environ["OMP_NUM_THREADS"] = "1"  # sums in one order

import numpy as np
from golden.data import FLOATS, SEED, brief, head, to_line
from mxnet._ctypes.ndarray import _imperative_invoke
from mxnet.base import _LIB, OpHandle, c_str, check_call

import mxnet as mx
from mxnet import autograd

TRACE = ("Traceback", "  File")
BEGINNING = re.compile(r"^(?:\w*Error: )*(?:\[[\d:]+\] \S+ )?")
ADDRESS = re.compile(r"0x[0-9a-f]+")
LONGEST_MESSAGE = 120


class Refused(Exception):
    """MXNet's exception of whatever class, with what it says."""


def operator(name: str):
    handle = OpHandle()
    check_call(_LIB.NNGetOpHandle(c_str(name), ctypes.byref(handle)))

    def call(inputs: list, params: dict, given: list | None = None) -> list:
        words = [str(value) for value in params.values()]
        try:
            return _imperative_invoke(handle.value, inputs, list(params), words, given, False, True)
        except Exception as error:
            raise Refused(message(error)) from error

    return call


def to_array(description: list):
    dtype, shape, values = description
    return mx.nd.array(np.array(values, dtype=dtype).reshape(shape), dtype=dtype)


def numbers(array) -> list:
    """The elements, floats with the fewest digits."""
    a = array.asnumpy()
    if a.dtype.kind == "f":
        return [brief(float(str(value))) for value in a.ravel()]
    return [int(value) for value in a.ravel()]


def describe(array) -> list:
    return [np.dtype(array.dtype).name, list(array.shape), numbers(array)]


def is_float(array) -> bool:
    return np.dtype(array.dtype).name in FLOATS


def heads(outputs: list) -> list:
    return [
        mx.nd.array(np.array(head(y.size, which)).reshape(y.shape), dtype=y.dtype)
        for which, y in enumerate(outputs)
    ]


def differentiate(call, inputs: list, params: dict) -> dict:
    """The outputs under record(), and the gradients; without gradients where MXNet has none."""
    variables = [x for x in inputs if is_float(x)]
    for x in variables:
        x.attach_grad()
    mx.random.seed(SEED)
    with autograd.record():
        outputs = call(inputs, params)
    recorded = [describe(y) for y in outputs]
    differentiable = [y for y in outputs if is_float(y)]
    try:
        autograd.backward(differentiable, heads(differentiable))
    except Exception:  # of whatever class
        return {"recorded": recorded}
    gradients = [numbers(x.grad) if is_float(x) else None for x in inputs]
    return {"recorded": recorded, "gradients": [g and (g if any(g) else 0) for g in gradients]}


def answer(case: dict) -> dict:
    """The case with MXNet's answer."""
    call, params = operator(case["op"]), {name: from_json(value) for name, value in case["params"].items()}
    inputs = [to_array(description) for description in case["inputs"]]
    given = [mx.nd.zeros(shape, dtype=dtype) for dtype, shape in case.get("given", ())]
    mx.random.seed(SEED)
    try:
        found = {"outputs": [describe(y) for y in call(inputs, params, given or None)]}
        if any(map(is_float, inputs)) and "only" not in case:
            found |= differentiate(call, inputs, params)
    except Refused as refused:
        return case | {"error": str(refused)}
    if to_line(found.get("recorded")) == to_line(found["outputs"]):  # by text, so that nan is nan
        del found["recorded"]
    written = {
        str(place): after
        for place, (x, before) in enumerate(zip(inputs, case["inputs"], strict=True))
        if to_line(after := numbers(x)) != to_line(before[2])
    }
    return case | found | ({"written": written} if written else {})


def from_json(value):
    """Lists stand for tuples."""
    return tuple(map(from_json, value)) if isinstance(value, list) else value


def message(error: Exception) -> str:
    """What MXNet says, without the trace before it and the parameters after it."""
    lines = [line for line in str(error).splitlines() if line and not line.startswith(TRACE)]
    return ADDRESS.sub("(address)", BEGINNING.sub("", lines[0]))[:LONGEST_MESSAGE].strip()


def main() -> None:
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # MXNet prints warnings
    for line in sys.stdin:
        print(to_line(answer(json.loads(line))), file=replies, flush=True)


if __name__ == "__main__":
    main()
