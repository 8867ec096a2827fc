"""The figures for GPUs: without one the script says so, and where there is one all of it runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ndgrad as mx

SCRIPT = Path(__file__).parents[2] / "core" / "bench" / "gpu.py"


def run(**environment):
    command = [sys.executable, SCRIPT, "trial"]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)


def test_there_is_no_gpu(tmp_path):
    done = run(NDGRAD_GPU_LIBRARY=str(tmp_path / "none.so"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "gpu.py: there is no GPU, so nothing was measured.\n"


@pytest.mark.skipif(mx.num_gpus() == 0, reason="there is no GPU")
def test_every_case_runs():
    done = run()
    assert done.returncode == 0, done.stderr
    for case in ("tanh, and its gradient", "dot, 64, float32", "dot, 64, TF32", "LeNet step", "2 steps take"):
        assert done.stdout.count(case) == 1
