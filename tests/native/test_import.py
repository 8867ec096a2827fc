"""Imports in fresh interpreters: what is loaded, in which order, and what happens beside a real mxnet."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mxnet


def run(code: str, **options) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


ORDERS = [
    "import mxnet as mx",
    "import mxnet.nd",
    "import mxnet.ndarray.random",
    "import mxnet.ndarray.ndarray",
    "from mxnet.autograd import record",
    "from mxnet import nd, autograd",
    "import mxnet.base, ndgrad.nd",
    "import ndgrad, mxnet",
    "from ndgrad.nd import array; import mxnet.random",
    "import ndgrad.random",
    "import ndgrad._core",
]
CHECK = """
import sys, mxnet, ndgrad
assert mxnet.nd is mxnet.ndarray is ndgrad.nd is sys.modules["mxnet.nd"] is sys.modules["mxnet.ndarray"]
assert mxnet.autograd is ndgrad.autograd is sys.modules["mxnet.autograd"]
assert mxnet.nd.NDArray is type(ndgrad.nd.ones(1))
assert mxnet.MXNetError is ndgrad.base.MXNetError
files = [m.__file__ for m in {id(m): m for m in sys.modules.values()}.values()
         if getattr(m, "__name__", "").split(".")[0] in ("ndgrad", "mxnet") and getattr(m, "__file__", None)]
assert len(files) == len(set(files)) >= 8, files
print("ok")
"""


@pytest.mark.parametrize("first", ORDERS)
def test_any_import_may_come_first(first):
    assert run(first + CHECK) == "ok"


def test_import_does_not_load_numpy():
    loaded = run("import sys, ndgrad, mxnet; print([m for m in ('numpy', 'asyncio') if m in sys.modules])")
    assert loaded == "[]"


def test_works_where_numpy_is_absent():
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "from ndgrad import nd\n"
        "x = nd.array([[0.1, 2]])\n"
        "print(x, x.dtype, x[0, 0].asscalar(), nd.ones(1, dtype='int32').asscalar() // 1)\n"
        "try: x.asnumpy()\n"
        "except ImportError as error: print(error)\n"
    )
    lines = run(code).split("\n")
    assert lines[:2] == ["[[0.1 2. ]]", "<NDArray 1x2 @cpu(0)> <class 'numpy.float32'> 0.1 1"]
    assert "NumPy is not installed" in lines[2]


def test_a_real_mxnet_wins(tmp_path):
    shutil.copy(mxnet.__file__, tmp_path)
    (tmp_path / "mxnet").mkdir()
    (tmp_path / "mxnet" / "__init__.py").write_text("REAL = True\n")
    assert (
        run("import mxnet, ndgrad; print(mxnet.REAL, 'mxnet.nd' in __import__('sys').modules)", cwd=tmp_path)
        == "True False"
    )


def test_the_shim_is_a_single_file():
    assert Path(mxnet.__file__).name == "mxnet.py"


def test_exit_with_graphs_alive():
    code = (
        "from ndgrad import nd, autograd\n"
        "class F(autograd.Function):\n"
        "    def forward(self, x): self.save_for_backward(x); return x * 2\n"
        "    def backward(self, dy): return dy\n"
        "x = nd.ones(3); x.attach_grad()\n"
        "with autograd.record(): y = F()(x) * x\n"
        "scope = autograd.record(); scope.__enter__()\n"
        "view = memoryview(x)\n"
        "print('ok')\n"
    )
    assert run(code) == "ok"
