"""A row of a table: what each peer took for a case."""

from collections.abc import Callable, Iterable

from .shapes import AMOUNTS, MICROSECONDS, MILLISECONDS


def best(turns: int, peers: Iterable, seconds: Callable[..., float | None]) -> list[float | None]:
    """Give each peer's best time over turns that are taken one after another; None where a peer has none."""
    taken = [[seconds(peer) for peer in peers] for _ in range(turns)]
    return [None if None in times else min(times) for times in zip(*taken, strict=True)]


def cells(case: str, times: list[float | None]) -> list[str]:
    """Give each time as the case's rate or duration, and how many times the first one's speed that is."""
    amount, unit = AMOUNTS[case]
    scale = {MICROSECONDS: 1e6, MILLISECONDS: 1e3}.get(unit)
    texts = []
    for k, seconds in enumerate(times):
        if seconds is None:
            texts.append("-")
            continue
        value = seconds * scale if scale else amount / seconds / 1e9
        texts.append(f"{value:.3g} {unit}" + (f" ({times[0] / seconds:.2f})" if k and times[0] else ""))
    return texts
