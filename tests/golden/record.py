"""Asks MXNet 1.9.1 and writes its answers into this folder, a file per family of operators.

    make golden MXNET_PYTHON=/path/to/python                      # everything
    cd tests; python -m golden.record /path/to/python NAME ...    # the operators of these names only

The path is that of an environment with the real MXNet, which needs Python 3.10:

    python3.10 -m venv mxnet && mxnet/bin/pip install mxnet==1.9.1 'numpy<1.24'

The script itself runs where ndgrad is installed: the cases are those of its table of tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Collection, Sequence

from golden.cases import cases_of, families
from golden.data import FOLDER, read_all, to_line

SECONDS_PER_CASE = 60
PYTHONS_OWN_ERROR = 1
DIED = "MXNet died of it"
UNSURE = "MXNet's answer depends on what memory held before"
# Bytes that glibc fills memory with before it gives it away.
FILLINGS = ("85", "170")


class MXNet:
    """A process that answers cases; one that dies of a case is replaced."""

    def __init__(self, python: str, filling: str) -> None:
        self.command = [python, "-m", "golden.mxnet_worker"]
        self.environment = os.environ | {"MALLOC_PERTURB_": filling}
        self.process: subprocess.Popen | None = None

    def answer(self, case: dict) -> str:
        process = self.started()
        timer = threading.Timer(SECONDS_PER_CASE, process.kill)
        timer.start()
        try:
            print(to_line(case), file=process.stdin, flush=True)
            answer = process.stdout.readline().strip()
        except BrokenPipeError:
            answer = ""
        timer.cancel()
        return answer or self.without_gradients(case)

    def started(self) -> subprocess.Popen:
        if self.process is None:
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(
                self.command, cwd=FOLDER.parent, env=self.environment, stdin=pipe, stdout=pipe, text=True
            )
        return self.process

    def without_gradients(self, case: dict) -> str:
        """The answer to a case that ended the process."""
        code, self.process = self.process.wait(), None
        if code == PYTHONS_OWN_ERROR:
            sys.exit(f"mxnet_worker.py failed, not MXNet: {to_line(case)}")
        return to_line(case | {"error": DIED}) if "only" in case else self.answer(case | {"only": "outputs"})

    def close(self) -> None:
        if self.process:
            self.process.stdin.close()
            self.process.wait()


def sure_answer(both: Sequence[MXNet], case: dict) -> str:
    """What MXNet answers whatever uninitialized memory holds."""
    first, second = (mxnet.answer(case) for mxnet in both)
    return first if first == second else to_line(case | {"error": UNSURE})


def record(both: Sequence[MXNet], chosen: Collection[str]) -> None:
    recorded, found = read_all(), families()
    for path in FOLDER.glob("*.jsonl"):
        if path.stem not in found:
            path.unlink()
    for family, rows in found.items():
        lines = []
        for name, row in sorted(rows.items()):
            if not chosen or name in chosen:
                lines += [sure_answer(both, case) for case in cases_of(name, row)]
            else:
                lines += [to_line(case) for case in recorded.get(name, ())]
        path = FOLDER / f"{family}.jsonl"
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        print(f"{path.name}: {len(rows)} operators, {len(lines)} cases, {path.stat().st_size:,} bytes")


def main(python: str, *chosen: str) -> None:
    both = [MXNet(python, filling) for filling in FILLINGS]
    record(both, chosen)
    for mxnet in both:
        mxnet.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
