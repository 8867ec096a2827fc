"""What do the cases of peers/ cost in ndgrad and in its peers, with THREADS threads (1), taking turns?

Other libraries join where their Python is named: `native.py PyTorch=PYTHON MXNet=PYTHON "JAX jit=PYTHON"`.
All take turns, one at a time, in processes of their own; a cell is the best of the turns.
"""

import os
import subprocess
import sys
from pathlib import Path

from peers.shapes import NATIVE
from peers.tables import best, cells
from timing import row

TURNS = 5
THREADS = os.environ.get("THREADS", "1")
NAMES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NDGRAD_THREADS")
LIMITS = dict.fromkeys(NAMES, THREADS)


class Peer:
    """A library in a process of its own."""

    def __init__(self, library: str, python: str) -> None:
        command = [python, "-m", "peers", library]
        pipe, environment = subprocess.PIPE, {**os.environ, **LIMITS}
        folder = Path(__file__).parent
        self.library = library
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, text=True, cwd=folder, env=environment
        )
        self.ready = self.process.stdout.readline().strip() == "ready"

    def seconds(self, case: str) -> float | None:
        """Give the seconds that a call takes now, if the library has the case."""
        self.process.stdin.write(case + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        return None if answer in ("", "none") else float(answer)

    def close(self) -> None:
        """Let the process end."""
        self.process.stdin.close()
        self.process.wait()


def limit_threads() -> None:
    """Leave the peers as many CPUs as threads: JAX heeds nothing else."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(THREADS)])


def main() -> None:
    """Print the table; in brackets the peer's speed over ndgrad's, so less than 1 is slower than ndgrad."""
    pythons = {"ndgrad": sys.executable, "NumPy": sys.executable, "limit": sys.executable}
    pythons |= dict(argument.split("=", 1) for argument in sys.argv[1:])
    limit_threads()
    peers = [peer for peer in (Peer(*item) for item in pythons.items()) if peer.ready]
    row("(speed over ndgrad's)", *(peer.library for peer in peers))
    for case in NATIVE:
        row(case, *cells(case, best(TURNS, peers, lambda peer, case=case: peer.seconds(case))))
    for peer in peers:
        peer.close()


if __name__ == "__main__":
    main()
