"""Curves that grow while a model trains, drawn as they grow where something watches, as in the playground.

::

    from ndgrad import plot

    curve = plot.Curve("loss", "accuracy")
    for step in range(100):
        ...
        curve.add(step, loss.asscalar(), accuracy)
    curve                                   # in Jupyter: the finished picture
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from html import escape

__all__ = ["Curve", "watch"]

_WIDTH, _HEIGHT, _MARGIN = 480, 240, 44
_COLOURS = ("#0b62c4", "#b04a00", "#1a7f4b", "#8a2fb8")

_watcher: Callable[[Curve], object] | None = None
_numbers = itertools.count(1)


def watch(watcher: Callable[[Curve], object] | None) -> None:
    """Let ``watcher`` be called with each curve as soon as it has grown; None ends that."""
    global _watcher
    _watcher = watcher


class Curve:
    """One or more series of numbers over a common x, such as a loss over the steps of a training."""

    def __init__(self, *names: str, x: str = "step") -> None:
        """Name the series, and what they are drawn against."""
        if not names:
            raise ValueError("Curve: name at least one series, as in Curve('loss')")
        self.names = names
        self.x = x
        self.number = next(_numbers)
        self.points: list[tuple[float, ...]] = []

    def add(self, x: float, *values: float) -> None:
        """Append one point to each series: ``values`` in the order of the names."""
        if len(values) != len(self.names):
            raise ValueError(f"Curve.add: {len(values)} values for the {len(self.names)} series {self.names}")
        self.points.append((float(x), *map(float, values)))
        if _watcher:
            _watcher(self)

    def __repr__(self) -> str:
        """Say what the curve holds."""
        return f"<Curve of {', '.join(self.names)}: {len(self.points)} points>"

    def _repr_svg_(self) -> str:
        """The picture that Jupyter shows."""
        lines = "".join(self._line(i) for i in range(len(self.names)))
        (low_x, high_x), (low, high) = self._ranges()
        bottom, right = _HEIGHT - _MARGIN, _WIDTH - _MARGIN
        labels = [
            (_MARGIN, bottom + 18, "start", f"{low_x:g}"),
            (right, bottom + 18, "end", f"{high_x:g}"),
            (_WIDTH / 2, bottom + 34, "middle", escape(self.x)),
            (_MARGIN - 6, bottom, "end", f"{low:.3g}"),
            (_MARGIN - 6, _MARGIN + 4, "end", f"{high:.3g}"),
        ]
        texts = "".join(
            f'<text x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>' for x, y, anchor, text in labels
        )
        axes = f'<path d="M{_MARGIN},{_MARGIN}V{bottom}H{right}" fill="none" stroke="#5b6575"/>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}"'
            f' font-family="sans-serif" font-size="12" fill="#5b6575">{axes}{lines}{texts}</svg>'
        )

    def _line(self, i: int) -> str:
        """Series ``i`` with its name above it."""
        (low_x, high_x), (low, high) = self._ranges()
        across = (_WIDTH - 2 * _MARGIN) / (high_x - low_x)
        up = (_HEIGHT - 2 * _MARGIN) / (high - low)
        points = " ".join(
            f"{_MARGIN + (point[0] - low_x) * across:.1f},{_HEIGHT - _MARGIN - (point[i + 1] - low) * up:.1f}"
            for point in self.points
        )
        colour = _COLOURS[i % len(_COLOURS)]
        name = (
            f'<text x="{_MARGIN + 110 * i}" y="{_MARGIN - 16}" fill="{colour}">{escape(self.names[i])}</text>'
        )
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>{name}'

    def _ranges(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The least and the greatest x and value; never the same, so that they can be divided by."""
        values = [value for point in self.points for value in point[1:]]
        return _range([point[0] for point in self.points]), _range(values)


def _range(numbers: list[float]) -> tuple[float, float]:
    finite = [number for number in numbers if abs(number) < float("inf")]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    return (low, high) if low < high else (low - 0.5, low + 0.5)
