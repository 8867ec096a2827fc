"""Curves: what they hold, their picture, and who is told that they grow."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from ndgrad import plot


def test_curve_keeps_its_points():
    curve = plot.Curve("loss", "accuracy", x="epoch")
    curve.add(0, 2, 0.5)
    curve.add(1, 1.5, 0.75)
    assert curve.points == [(0.0, 2.0, 0.5), (1.0, 1.5, 0.75)]
    assert repr(curve) == "<Curve of loss, accuracy: 2 points>"


def test_watcher_is_told_of_every_point():
    grown = []
    curve = plot.Curve("loss")
    plot.watch(lambda curve: grown.append((curve.number, len(curve.points))))
    try:
        curve.add(0, 1)
        curve.add(1, 2)
    finally:
        plot.watch(None)
    curve.add(2, 3)
    assert grown == [(curve.number, 1), (curve.number, 2)]
    assert plot.Curve("other").number != curve.number


def test_picture_is_svg_with_the_points_in_their_places():
    curve = plot.Curve("a<b")
    for x, value in [(0, 0), (1, 1), (2, 4)]:
        curve.add(x, value)
    root = ElementTree.fromstring(curve._repr_svg_())
    [line] = root.iter("{http://www.w3.org/2000/svg}polyline")
    points = [tuple(map(float, point.split(","))) for point in line.get("points").split()]
    assert points == [(44, 196), (240, 158), (436, 44)]
    assert "a<b" in [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0], [float("nan"), 1.0], [float("inf"), 1.0]])
def test_picture_of_too_little_is_still_one(values):
    curve = plot.Curve("loss")
    for step, value in enumerate(values):
        curve.add(step, value)
    ElementTree.fromstring(curve._repr_svg_())


def test_wrong_numbers_of_values_are_refused():
    with pytest.raises(ValueError, match="name at least one series"):
        plot.Curve()
    curve = plot.Curve("loss", "accuracy")
    with pytest.raises(ValueError, match=re.escape("1 values for the 2 series ('loss', 'accuracy')")):
        curve.add(0, 1)
    assert curve.points == []
