"""The documents' code and printed outputs, read from the Markdown that the pages are made of."""

import importlib.util
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

REPOSITORY = Path(__file__).resolve().parents[2]
TUTORIALS = REPOSITORY / "web/tutorials"
AUTOGRAD = TUTORIALS / "autograd.zh.md"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+]?(?:nan|inf)")


def load_worker_module(name: str) -> ModuleType:
    """One of the page's Python files, which are ordinary Python."""
    spec = importlib.util.spec_from_file_location(name, REPOSITORY / f"web/src/worker/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Cell:
    code: str
    printed: str | None = None


def document_names() -> list[str]:
    return sorted(path.name.removesuffix(".zh.md") for path in TUTORIALS.glob("*.zh.md"))


def page_of(name: str) -> str:
    """The file that shows the document."""
    return "index.html" if name == "autograd" else f"{name}.html"


def read_cells(document: Path = AUTOGRAD) -> list[Cell]:
    """The Python blocks in order, each with the plain block that follows it, if one does."""
    cells: list[Cell] = []
    for language, text in _FENCE.findall(document.read_text("utf-8")):
        if language == "python":
            cells.append(Cell(text.rstrip()))
        elif language == "":
            cells[-1].printed = text.strip()
    return cells


@dataclass(frozen=True)
class Printed:
    """What printing an array shows, without the padding, which changed between NumPy's versions.

    The numbers are rounded to float32: 1.20000005, from an older NumPy, is today's 1.2.
    """

    brackets: str
    numbers: tuple[float, ...]
    tags: tuple[str, ...]


def parse_printed(text: str) -> Printed:
    tags = tuple(re.findall(r"<NDArray .*>", text))
    rows = re.sub(r"<NDArray .*>", "", text)
    numbers = tuple(_float32(number) for number in _NUMBER.findall(rows))
    return Printed(re.sub(r"\s+", "", _NUMBER.sub("#", rows)), numbers, tags)


def _float32(number: str) -> float:
    return struct.unpack("f", struct.pack("f", float(number)))[0]
