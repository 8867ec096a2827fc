"""A row of a table: what each peer took for a case."""

from .shapes import AMOUNTS, MICROSECONDS, MILLISECONDS


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
