"""Timing shared by the scripts: best of several repeats, less the cost of an empty call."""

import timeit
from collections.abc import Callable


def nanoseconds(call: Callable[[], object], number: int = 20000, repeats: int = 7) -> float:
    """Time one call in nanoseconds: the best of the repeats, without the loop's own cost."""
    best = min(timeit.repeat(call, number=number, repeat=repeats))
    empty = min(timeit.repeat(lambda: None, number=number, repeat=repeats))
    return (best - empty) / number * 1e9


def row(name: str, *cells: str) -> None:
    """Print one line of a table."""
    print(f"{name:42s}" + "".join(f"{cell:>21s}" for cell in cells))
