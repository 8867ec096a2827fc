"""Limits of the machine: the loops of limits.c, compiled where they run, on memory that is already there."""

import ctypes
import subprocess
import tempfile
from pathlib import Path

import numpy

from . import shapes

FLAGS = ("-O3", "-march=native", "-ffast-math", "-fno-builtin-memcpy", "-shared", "-fPIC")


def _compile() -> ctypes.CDLL:
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "limits.so"
        source = str(Path(__file__).with_suffix(".c"))
        subprocess.run(["cc", *FLAGS, source, "-o", library, "-lmvec", "-lm"], check=True)
        return ctypes.CDLL(str(library))


C = _compile()


def of(name, arrays, count):
    """Give a loop over so many arrays, which is no allocation and no page fault."""

    def prepare():
        held = [numpy.random.rand(count).astype("float32") + numpy.float32(0.5) for _ in range(arrays)]
        words = [ctypes.c_void_p(a.ctypes.data) for a in held] + [ctypes.c_size_t(count)]
        function = getattr(C, f"limit_{name}")
        return lambda held=held: function(*words)

    return prepare


SIXTEEN = 16 * shapes.MILLION
CASES = {
    "a + b, 1 M": of("add", 3, shapes.MILLION),
    "a + b, 16 M": of("add", 3, SIXTEEN),
    **{f"{name}, 1 M": of(name, 2, shapes.MILLION) for name in shapes.FUNCTIONS},
    **{name: of("sum", 1, SIXTEEN) for name in ("sum, 16 M", "sum, axis 0", "sum, axis 1")},
    "softmax, 4096x1000": of("exp", 2, 4096 * 1000),
}
