"""What every run of the tests shares: the canary, and the proof after each test that nothing leaked."""

from __future__ import annotations

import gc
import os

import gradcheck
import pytest
from golden.compare import tally

import ndgrad
from ndgrad import _core

INSTRUCTION_SETS = ("baseline", "avx2", "avx512", "neon", "wasm128", "relaxed")

# Every test with gpu(0) as its default context: on a GPU, or on the rehearsal of one (core/cuda/rehearsal).
ON_GPU = os.environ.get("NDGRAD_TEST_GPU") == "1"


def pytest_addoption(parser):
    parser.addoption(
        "--canary",
        action="store_true",
        default=os.environ.get("NDGRAD_CANARY") == "1",
        help="falsify some gradients by 1 %%, so that the run must fail (also by NDGRAD_CANARY=1)",
    )


def pytest_configure(config):
    if config.getoption("--canary"):
        gradcheck.falsified.update(gradcheck.CANARIES)


def pytest_report_header(config):
    canaries = [f"CANARY: {name} is falsified in its {what}" for name, what in gradcheck.falsified.items()]
    return [f"ndgrad kernels: {', '.join(available_instruction_sets())}", *canaries]


def pytest_terminal_summary(terminalreporter):
    """How many numbers were compared with MXNet's."""
    for kernels, counts in sorted(tally.items()):
        numbers = ", ".join(f"{dtype} {count:,}" for dtype, count in sorted(counts.items()))
        terminalreporter.write_line(f"compared with MXNet, {kernels}: {numbers}")


def available_instruction_sets() -> list[str]:
    """The instruction sets whose kernels this build has and this machine can run; a GPU has one."""
    if ON_GPU:
        return [_core.instruction_set()]
    used, found = _core.instruction_set(), []
    for name in INSTRUCTION_SETS:
        try:
            _core.use_instruction_set(name)
        except ValueError:
            continue
        found.append(name)
    _core.use_instruction_set(used)
    return found


@pytest.fixture(params=available_instruction_sets())
def instruction_set(request):
    """Runs a test on each set of kernels."""
    used = _core.instruction_set()
    _core.use_instruction_set(request.param)
    assert _core.instruction_set() == request.param
    yield request.param
    _core.use_instruction_set(used)


@pytest.fixture(autouse=ON_GPU)
def on_gpu():
    """Runs a test on the first GPU; where there is none it is skipped, not passed."""
    if ndgrad.num_gpus() == 0:
        pytest.skip("there is no GPU")
    with ndgrad.gpu(0):
        yield


# -------------------------------------------------------------------------------------------- leaks


def usage() -> tuple[int, int, int]:
    return _core.bytes_in_use(), _core.nodes_in_use(), _core.tape_bytes_in_use()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """A test that passes leaves no array and no tape behind, and the flags as they were."""
    before = usage()
    result = yield
    _core.fail_allocation(0)
    flags = _core.is_recording(), _core.is_training()
    assert flags == (False, False), f"recording, training left on: {flags}"
    for generation in range(3):  # collecting everything takes long and is seldom needed
        if usage() == before:
            return result
        gc.collect(generation)
    grown = [after - was for after, was in zip(usage(), before, strict=True)]
    assert max(grown) <= 0, f"left behind, in array bytes, tape nodes and tape bytes: {grown}"
    return result
