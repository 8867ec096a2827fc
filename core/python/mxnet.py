"""MXNet's name for ndgrad: ``import mxnet as mx`` where no MXNet is installed.

A single file, so that an installed MXNet, which is a folder, goes before it and loses nothing.  Its
submodules are those of ndgrad under other names, not copies: ``mxnet.nd is mxnet.ndarray is ndgrad.nd``.
"""

from __future__ import annotations

import sys

import ndgrad
from ndgrad import *  # noqa: F403
from ndgrad import autograd, base, context, nd, operator, random, test_utils, util

_modules = {
    "autograd": autograd,
    "base": base,
    "context": context,
    "nd": nd,
    "nd.random": random,
    "ndarray": nd,
    "ndarray.ndarray": nd,
    "ndarray.random": random,
    "nd.contrib": sys.modules["ndgrad.nd"].contrib,
    "ndarray.contrib": sys.modules["ndgrad.nd"].contrib,
    "operator": operator,
    "random": random,
    "test_utils": test_utils,
    "util": util,
}
sys.modules.update({f"{__name__}.{name}": module for name, module in _modules.items()})

# Programs compare it; this is the version whose behaviour they get.
__version__ = "1.9.1"


def __getattr__(name: str) -> object:
    if hasattr(ndgrad, name):
        return getattr(ndgrad, name)
    raise AttributeError(f"module {__name__!r} (which is ndgrad) has no attribute {name!r}")
