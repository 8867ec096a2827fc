"""A recorded graph as a picture: SVG, laid out here in layers, from the variables at the top to the heads."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from ndgrad._core import NDArray
from ndgrad.base import ArgumentError
from ndgrad.tape import Step, Tape, Value

__all__ = ["Drawing", "draw"]

_MOST_STEPS = 200
_SMALL = 6  # elements whose values are shown
_CHARACTER, _LINE, _PADDING = 7.2, 17, 10  # pixels
_GAP, _RISE = 28, 46  # between boxes side by side, and between layers
_SWEEPS = 4  # that put boxes near what they are connected with

_STYLE = """
.ndgrad-tape text { font: 12px ui-monospace, monospace; fill: currentColor; }
.ndgrad-tape .name { font-weight: bold; }
.ndgrad-tape .gradient { fill: #c2410c; }
.ndgrad-tape rect { fill: none; stroke: currentColor; stroke-opacity: .6; }
.ndgrad-tape .variable rect { stroke: #2563eb; stroke-opacity: 1; stroke-width: 2; }
.ndgrad-tape .constant rect { stroke-dasharray: 4 3; }
.ndgrad-tape path { fill: none; stroke: currentColor; stroke-opacity: .6; }
"""


@dataclass(eq=False)
class _Box:
    """A variable, a constant, an operator with its output, or a bend of an edge; and where it is drawn."""

    kind: str
    lines: list[tuple[str, str]]  # of a class and the text
    sources: list[_Box] = field(default_factory=list)
    layer: int = 0
    x: float = 0
    y: float = 0
    passed: float = 0  # of a bend: the height of the layer that it leads through

    @property
    def width(self) -> float:
        return max((len(text) for _, text in self.lines), default=0) * _CHARACTER + 2 * _PADDING

    @property
    def height(self) -> float:
        return len(self.lines) * _LINE + _PADDING if self.lines else self.passed


def _shorten(numbers: object) -> str:
    if isinstance(numbers, list):
        return f"[{', '.join(_shorten(number) for number in numbers)}]"
    return f"{numbers:.4g}"


def _numbers(array: NDArray | None) -> str | None:
    return _shorten(memoryview(array).tolist()) if array is not None and array.size <= _SMALL else None


def _describe(value: Value) -> list[tuple[str, str]]:
    lines = [("name", f"{value.name} {value.shape}")]
    numbers, gradient = _numbers(value.array), _numbers(value.gradient)
    if numbers:
        lines.append(("value", numbers))
    if gradient:
        lines.append(("gradient", f"grad {gradient}"))
    return lines


def _label(step: Step) -> str:
    words = [f"{name}={value}" for name, value in step.parameters.items() if value not in (None, False, ())]
    return f"{step.operator} {' '.join(words)}".strip()


def _box(step: Step) -> _Box:
    lines = [] if step.is_variable else [("operator", _label(step))]
    for value in step.outputs:
        lines += _describe(value)
    return _Box("variable" if step.is_variable else "step", lines)


def _boxes(tape: Tape) -> list[_Box]:
    """Give the boxes, each in a layer below all that it is made from; variables just above what uses them."""
    made: dict[int, _Box] = {}
    constants: list[_Box] = []
    for step in tape:
        box = made[step.number] = _box(step)
        for entry in step.inputs:
            if entry.source is None:
                constants.append(_Box("constant", _describe(entry.value)))
            box.sources.append(made[entry.source.number] if entry.source else constants[-1])
        box.layer = 1 + max((source.layer for source in box.sources), default=-1)
    for box in reversed(made.values()):
        for source in box.sources:
            if not source.sources:
                source.layer = min(source.layer or box.layer - 1, box.layer - 1)
    return [*made.values(), *constants]


def _bend(box: _Box) -> list[_Box]:
    """Lead edges that cross layers through a bend in each of them, so that they pass between the boxes."""
    bends = []
    for position, source in enumerate(box.sources):
        for layer in range(source.layer + 1, box.layer):
            source = _Box("bend", [], [source], layer)
            bends.append(source)
        box.sources[position] = source
    return bends


def _layers(boxes: list[_Box]) -> list[list[_Box]]:
    layers: list[list[_Box]] = [[] for _ in range(1 + max(box.layer for box in boxes))]
    for box in boxes:
        layers[box.layer].append(box)
    return layers


def _spread(layer: list[_Box]) -> None:
    """Put the boxes of a layer side by side, in order, around 0."""
    x = -sum(box.width + _GAP for box in layer) / 2
    for box in layer:
        box.x = x + box.width / 2
        x += box.width + _GAP


def _sweep(layers: list[list[_Box]], neighbours: dict[_Box, list[_Box]]) -> None:
    for layer in layers:
        layer.sort(
            key=lambda box: (
                sum(n.x for n in neighbours[box]) / len(neighbours[box]) if neighbours[box] else box.x
            )
        )
        _spread(layer)


def _arrange(boxes: list[_Box]) -> tuple[float, float]:
    """Place the boxes, each near the middle of its neighbours in the layers beside; give width and height."""
    layers = _layers(boxes)
    above = {box: box.sources for box in boxes}
    below: dict[_Box, list[_Box]] = {box: [] for box in boxes}
    for box in boxes:
        for source in box.sources:
            below[source].append(box)
    for layer in layers:
        _spread(layer)
    for _ in range(_SWEEPS):
        _sweep(layers, above)
        _sweep(layers[::-1], below)
    y = float(_PADDING)
    for layer in layers:
        tallest = max(box.height for box in layer)
        for box in layer:
            box.y, box.passed = y, tallest
        y += tallest + _RISE
    left = min(box.x - box.width / 2 for box in boxes) - _PADDING
    for box in boxes:
        box.x -= left
    return max(box.x + box.width / 2 for box in boxes) + _PADDING, y - _RISE + _PADDING


def _svg_text(kind: str, text: str, x: float, y: float) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(text)}</text>'


def _svg_box(box: _Box) -> str:
    lines = enumerate(box.lines, start=1)
    texts = "".join(_svg_text(kind, text, box.x, box.y + i * _LINE) for i, (kind, text) in lines)
    size = f'width="{box.width:.1f}" height="{box.height:.1f}"'
    frame = f'<rect x="{box.x - box.width / 2:.1f}" y="{box.y:.1f}" {size} rx="6"/>'
    return f'<g class="{box.kind}">{frame}{texts}</g>'


def _svg_edge(source: _Box, target: _Box) -> str:
    bends = target.kind == "bend"
    start, end = source.y + source.height, target.y - (0 if bends else 4)
    half = (start + end) / 2
    points = [(source.x, start), (source.x, half), (target.x, half), (target.x, end)]
    first, *others = (f"{x:.1f},{y:.1f}" for x, y in points)
    tail = f' V{target.y + target.height:.1f}"' if bends else '" marker-end="url(#ndgrad-arrow)"'
    return f'<path d="M{first} C{" ".join(others)}{tail}/>'


_ARROW = """<defs><marker id="ndgrad-arrow" viewBox="0 0 8 8" refX="4" refY="4"
markerWidth="8" markerHeight="8" orient="auto"><path d="M0,1 L7,4 L0,7"/></marker></defs>"""


class Drawing:
    """A picture of a recorded graph; notebooks and the playground show it, ``svg`` is its text."""

    def __init__(self, svg: str) -> None:
        """Hold the text of a picture."""
        self.svg = svg

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        """Say how to see it where nothing shows it."""
        return f"<Drawing of {len(self.svg)} characters of SVG; save it with .save(path)>"

    def save(self, path: str) -> None:
        """Write the picture into a file of SVG."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.svg)


def draw(tape: Tape) -> Drawing:
    """Draw a tape.  ArgumentError if it has more steps than can be looked at."""
    if len(tape) > _MOST_STEPS:
        raise ArgumentError(f"draw: {len(tape)} steps are too many for a picture; at most {_MOST_STEPS}")
    boxes = _boxes(tape)
    boxes += [bend for box in boxes for bend in _bend(box)]
    width, height = _arrange(boxes)
    parts = [_svg_edge(source, box) for box in boxes for source in box.sources]
    parts += [_svg_box(box) for box in boxes if box.kind != "bend"]
    view = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    names = 'class="ndgrad-tape" role="img" aria-label="recorded graph"'
    inner = f"<style>{_STYLE}</style>{_ARROW}{''.join(parts)}"
    return Drawing(f'<svg xmlns="http://www.w3.org/2000/svg" {names} {view}>{inner}</svg>')
