"""Printed arrays and scalars written out, so that they are tested where NumPy is absent."""

from __future__ import annotations

import importlib
import importlib.util
import math
from pathlib import Path
from types import ModuleType

import pytest


def _load() -> ModuleType:
    """Take the module from the package, or from its file where the package cannot be imported."""
    try:
        return importlib.import_module("ndgrad.printing")
    except (ImportError, OSError):
        path = Path(__file__).parents[1] / "core" / "python" / "ndgrad" / "printing.py"
        spec = importlib.util.spec_from_file_location("ndgrad_printing", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


printing = _load()

INF, NAN = math.inf, math.nan
F32_TENTH = 0.10000000149011612  # the float32 nearest to 0.1, and so on
F32_THIRD = 0.3333333432674408
F32_1E_4 = 9.999999747378752e-05

ARRAYS = [
    ((0,), "float32", [], "[]"),
    ((3, 0, 2), "bool", [], "[]"),
    ((), "float32", [F32_TENTH], "0.1"),
    ((), "int64", [-7], "-7"),
    ((), "bool", [1], "True"),
    ((3,), "float32", [1.0, 2.0, 3.0], "[1. 2. 3.]"),
    ((2,), "float32", [F32_TENTH, F32_THIRD], "[0.1        0.33333334]"),
    ((2,), "float64", [0.1, 1 / 3], "[0.1        0.33333333]"),
    ((2,), "float16", [0.0999755859375, 0.333251953125], "[0.1    0.3333]"),
    ((2,), "float64", [0.0, -0.0], "[ 0. -0.]"),
    ((4,), "float32", [1.0, NAN, -INF, -2.5], "[ 1.   nan -inf -2.5]"),
    ((2,), "float64", [NAN, INF], "[nan inf]"),
    ((2,), "float64", [1e8, 1.0], "[1.e+08 1.e+00]"),
    ((2,), "float64", [99999999.0, 999999.0], "[99999999.   999999.]"),
    ((1,), "float32", [16777216.0], "[16777216.]"),
    ((1,), "float32", [999999.0], "[999999.]"),
    ((1,), "float16", [999.5], "[999.5]"),
    ((1,), "float16", [1000.0], "[1000.]"),
    ((2,), "float64", [1.0, 1000.0], "[   1. 1000.]"),
    ((2,), "float64", [1.0, 1000.1], "[1.0000e+00 1.0001e+03]"),
    ((1,), "float32", [F32_1E_4], "[1.e-04]"),
    ((2,), "float64", [1e5, 1e-100], "[1.e+005 1.e-100]"),
    ((2,), "float16", [3.5762786865234375e-07, 4.172325134277344e-07], "[3.6e-07 4.2e-07]"),
    ((2,), "float64", [1.50000000312, 0.5], "[1.5 0.5]"),
    ((2, 2), "int32", [1, -10, 100, 0], "[[  1 -10]\n [100   0]]"),
    ((2, 2), "bool", [True, False, True, True], "[[ True False]\n [ True  True]]"),
    ((2, 1, 2), "uint8", [1, 2, 3, 255], "[[[  1   2]]\n\n [[  3 255]]]"),
]

SCALARS = [
    (0.0, "float32", "0.0"),
    (-0.0, "float16", "-0.0"),
    (1.0, "float64", "1.0"),
    (F32_TENTH, "float32", "0.1"),
    (F32_TENTH, "float64", "0.10000000149011612"),
    (F32_1E_4, "float32", "1e-04"),
    (1e-4, "float64", "0.0001"),
    (1e15, "float64", "1000000000000000.0"),
    (1e16, "float64", "1e+16"),
    (9999999198986240.0, "float32", "9999999000000000.0"),
    (1.00000003e16, "float32", "1e+16"),
    (16777216.0, "float32", "16777216.0"),
    (123456.703125, "float32", "123456.7"),
    (65504.0, "float16", "65500.0"),
    (0.015625, "float16", "0.01563"),
    (5.960464477539063e-08, "float16", "6e-08"),
    (1.401298464324817e-45, "float32", "1e-45"),
    (3.4028234663852886e38, "float32", "3.4028235e+38"),
    (math.ldexp(11420669, -107), "float32", "7.038531e-26"),
    (math.ldexp(11420670, -107), "float32", "7.0385313e-26"),
    (5e-324, "float64", "5e-324"),
    (NAN, "float32", "nan"),
    (-INF, "float16", "-inf"),
    (-128, "int8", "-128"),
    (2**63 - 1, "int64", "9223372036854775807"),
    (False, "bool", "False"),
]

LONG_ROW = """\
[ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.
 18. 19.]"""

COLUMN = """\
[[   0.]
 [   1.]
 [   2.]
 ...
 [ 998.]
 [ 999.]
 [1000.]]"""

CUBE = """\
[[[   0    1    2 ...    9   10   11]
  [  12   13   14 ...   21   22   23]]

 [[  24   25   26 ...   33   34   35]
  [  36   37   38 ...   45   46   47]]

 [[  48   49   50 ...   57   58   59]
  [  60   61   62 ...   69   70   71]]

 ...

 [[1128 1129 1130 ... 1137 1138 1139]
  [1140 1141 1142 ... 1149 1150 1151]]

 [[1152 1153 1154 ... 1161 1162 1163]
  [1164 1165 1166 ... 1173 1174 1175]]

 [[1176 1177 1178 ... 1185 1186 1187]
  [1188 1189 1190 ... 1197 1198 1199]]]"""


@pytest.mark.parametrize(("shape", "dtype", "flat", "text"), ARRAYS)
def test_array(shape: tuple[int, ...], dtype: str, flat: list[float], text: str) -> None:
    assert printing.format_array(lambda start, stop: flat[start:stop], shape, dtype) == text


@pytest.mark.parametrize(("value", "dtype", "text"), SCALARS)
def test_scalar(value: float, dtype: str, text: str) -> None:
    assert printing.format_scalar(value, dtype) == text


@pytest.mark.parametrize(
    ("shape", "dtype", "text"),
    [((20,), "float32", LONG_ROW), ((1001, 1), "float64", COLUMN), ((50, 2, 12), "int32", CUBE)],
)
def test_long_array(shape: tuple[int, ...], dtype: str, text: str) -> None:
    got = printing.format_array(lambda start, stop: range(start, stop), shape, dtype)
    assert got == text


def test_only_the_edges_of_a_large_array_are_fetched() -> None:
    asked: list[tuple[int, int]] = []

    def values(start: int, stop: int) -> list[int]:
        asked.append((start, stop))
        return list(range(start, stop))

    printing.format_array(values, (10**6, 1), "int64")
    assert asked == [(0, 3), (999997, 1000000)]
    asked.clear()
    printing.format_array(values, (2, 1000), "int64")
    assert asked == [(0, 3), (997, 1000), (1000, 1003), (1997, 2000)]
