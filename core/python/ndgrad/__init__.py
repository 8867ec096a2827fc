"""ndgrad: Apache MXNet's imperative ``nd`` and ``autograd`` on a C core of their own.

::

    from ndgrad import nd, autograd

    x = nd.array([[1, 2], [3, 4]])
    x.attach_grad()
    with autograd.record():
        y = x * x
    y.backward()
    print(x.grad)

Programs written for MXNet need no change: ``import mxnet as mx`` gives this package where MXNet is not
installed.
"""

from __future__ import annotations

import sys

from ndgrad import _core, autograd, base, context, nd, operator, plot, random, test_utils, util
from ndgrad.base import MXNetError
from ndgrad.context import Context, cpu, cpu_pinned, current_context, gpu, num_gpus

__version__ = "0.1.0"

ndarray = nd

if sys.platform == "emscripten":
    _core.set_relaxed_file(f"{__path__[0]}/relaxed.wasm")

__all__ = [
    "Context",
    "MXNetError",
    "autograd",
    "base",
    "context",
    "cpu",
    "cpu_pinned",
    "current_context",
    "gpu",
    "nd",
    "ndarray",
    "num_gpus",
    "operator",
    "plot",
    "random",
    "test_utils",
    "util",
]
