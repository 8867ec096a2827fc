"""A tutorial's code and the output it shows, from its document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from plain import cast

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+]?(?:nan|inf)")
TAG = re.compile(r"<NDArray .*>")


@dataclass
class Cell:
    code: str
    shown: str | None = None


def find(name: str) -> Path:
    """The document in the checkout, or beside the tests where they were copied without it."""
    here = Path(__file__).resolve().parent
    places = [
        here.parent / "web" / "tutorials" / name,
        here / "golden" / name,
        here / name,
        Path.cwd() / name,
    ]
    found = [place for place in places if place.is_file()]
    assert found, f"{name} is in none of {[str(place) for place in places]}"
    return found[0]


def read_cells(document: Path) -> list[Cell]:
    """The Python blocks in order, each with the block of output that follows it, if one does."""
    cells: list[Cell] = []
    for language, text in FENCE.findall(document.read_text("utf-8")):
        if language == "python":
            cells.append(Cell(text))
        else:
            assert cells and cells[-1].shown is None and language == "", f"output of no cell: {text}"
            cells[-1].shown = text
    return cells


@dataclass(frozen=True)
class Shown:
    """Printed arrays without what changed between versions of NumPy: the padding, and 1.20000005 for 1.2."""

    brackets: str
    numbers: tuple[float, ...]
    tags: tuple[str, ...]


def read_shown(text: str) -> Shown:
    rows = TAG.sub("", text)
    numbers = tuple(cast(float(number), "float32") for number in NUMBER.findall(rows))
    return Shown(re.sub(r"\s+", "", NUMBER.sub("#", rows)), numbers, tuple(TAG.findall(text)))
