"""The names that the books use are here."""

from __future__ import annotations

from pathlib import Path

import pytest

import ndgrad as mx
from ndgrad import nd

USES = dict(
    line.split() for line in (Path(__file__).parent / "golden/book_names.txt").read_text().splitlines()[1:]
)
# What the books name and is not here: why.
MISSING = {
    "mx.nd.asnumpy": "a slip of the book's: MXNet does not have it either",
    "mx.nd.shape": "a slip of the book's: MXNet does not have it either",
    "mx.nd.npx.relu": "mx.npx is not part of nd",
    **{
        f"NDArray.{name}": "a method of mx.np's arrays" for name in ("cumsum", "dot", "item", "std", "tolist")
    },
}


def find(name: str) -> object:
    thing: object = nd.NDArray if name.startswith("NDArray.") else mx
    for part in name.removeprefix("NDArray.").removeprefix("mx.").split("."):
        thing = getattr(thing, part)
    return thing


@pytest.mark.parametrize("name", sorted(USES))
def test_name(name):
    if name not in MISSING:
        assert find(name) is not None
        return
    with pytest.raises(AttributeError):
        find(name)
