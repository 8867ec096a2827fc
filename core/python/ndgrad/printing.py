"""Text of arrays and scalars, character for character as NumPy prints them.

The rules are those of ``str(array)`` under NumPy 2.3 and later with default print options: at
most eight digits after the point, only as many as the dtype needs to tell its values apart, lines
of at most 75 columns, and only the edges of an array of more than 1000 elements.  NumPy itself is
not used, for it is absent where this runs in a browser.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

__all__ = ["format_array", "format_scalar"]

_PRECISION = 8  # digits after the point, at most
_THRESHOLD = 1000  # a larger array shows only its edges
_EDGE = 3  # elements shown at each end of a long axis
_LINE_WIDTH = 75

# Significand bits; frexp exponent of the least normal number; digits after the first that any
# normal number keeps, so that trying fewer finds nothing shorter; and those that always suffice.
_NARROW = {"float16": (11, -13, 2, 4), "float32": (24, -125, 5, 8)}

# From where a magnitude takes an exponent: alone, and in an array. These are the rules of NumPy 1, with which
# MXNet's books were printed; NumPy 2.3 changed them for the narrow dtypes.
_FLOATS = ("float16", "float32", "float64")
_SCALAR_LARGE = 1e16
_ARRAY_LARGE = 1e8
_SMALL = 1e-4

# Arrays divide in their own precision, where a quotient exceeds 1000 only when it is past halfway from 1000
# to the next number of the dtype.
_ARRAY_RATIO = {"float16": 1000.25, "float32": 1000 + 2.0**-15, "float64": 1000.0}


def format_array(
    values: Callable[[int, int], Sequence[float | int | bool]],
    shape: tuple[int, ...],
    dtype: str,
) -> str:
    """Return what ``str`` of a NumPy array of this shape and dtype prints.

    ``values(start, stop)`` gives the elements ``start`` to ``stop - 1`` in C order; of an array of
    more than 1000 elements only those that are printed are asked for.
    """
    if not shape:
        return format_scalar(values(0, 1)[0], dtype)
    size = math.prod(shape)
    if size == 0:
        return "[]"
    cut = tuple(size > _THRESHOLD and length > 2 * _EDGE for length in shape)
    kept = tuple(2 * _EDGE if is_cut else length for length, is_cut in zip(shape, cut, strict=True))
    shown = [value for start, stop in _runs(shape, cut) for value in values(start, stop)]
    return _block(iter(_words(shown, dtype)), kept, cut, 1)


def format_scalar(value: float | int | bool, dtype: str) -> str:
    """Return what ``str`` of a NumPy scalar of this dtype prints."""
    if dtype == "bool":
        return str(bool(value))
    if dtype not in _FLOATS:
        return str(int(value))
    number = float(value)
    if dtype == "float64" or not math.isfinite(number):
        return repr(number)
    twin = _shortest(number, dtype)
    if number == 0 or _SMALL <= abs(number) < _SCALAR_LARGE:
        return repr(twin)
    return f"{twin:.{_digits_after_first(twin)}e}"


# Which elements are shown, and where they go.


def _runs(shape: tuple[int, ...], cut: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Return the ranges of flat positions that are shown, as few as the gaps allow."""
    unit = math.prod(shape)
    if not any(cut):
        return [(0, unit)]
    last = max(axis for axis, is_cut in enumerate(cut) if is_cut)
    starts = [0]
    for length, is_cut in zip(shape[:last], cut[:last], strict=True):
        unit //= length
        places = [*range(_EDGE), *range(length - _EDGE, length)] if is_cut else [*range(length)]
        starts = [start + place * unit for start in starts for place in places]
    edge = unit // shape[last] * _EDGE  # the axes below are whole, so this much is contiguous
    ends = ((0, edge), (unit - edge, unit))
    return [(start + first, start + stop) for start in starts for first, stop in ends]


def _block(words: Iterator[str], kept: tuple[int, ...], cut: tuple[bool, ...], indent: int) -> str:
    """Lay out one axis and those below it, taking the words they need in order."""
    is_row = len(kept) == 1
    if is_row:
        parts = list(islice(words, kept[0]))
    else:
        parts = [_block(words, kept[1:], cut[1:], indent + 1) for _ in range(kept[0])]
    if cut[0]:
        parts.insert(_EDGE, "...")
    if is_row:
        return _row(parts, indent)
    return "[" + ("\n" * (len(kept) - 1) + " " * indent).join(parts) + "]"


def _row(words: list[str], indent: int) -> str:
    """Join the words of an innermost axis, breaking lines that would be too long."""
    # Each of the brackets that may close after the row takes one column, on every line alike.
    limit = _LINE_WIDTH - indent
    lines: list[str] = []
    line: list[str] = []
    used = indent
    for word in words:
        if line and used + len(word) > limit:
            lines.append(" ".join(line).rstrip())
            line, used = [], indent
        line.append(word)
        used += len(word) + 1
    lines.append(" ".join(line))  # a last word keeps its padding before the bracket
    return "[" + ("\n" + " " * indent).join(lines) + "]"


# The words themselves, all of an array of one width.


def _words(values: Sequence[float | int | bool], dtype: str) -> list[str]:
    """Return the padded text of each element."""
    if dtype in _FLOATS:
        return _float_words([float(value) for value in values], dtype)
    if dtype == "bool":
        return [" True" if value else "False" for value in values]
    texts = [str(int(value)) for value in values]
    width = max(map(len, texts))
    return [text.rjust(width) for text in texts]


def _float_words(values: list[float], dtype: str) -> list[str]:
    """Return floating-point texts with their points in one column."""
    finite = [value for value in values if math.isfinite(value)]
    others = [len(repr(value)) for value in values if not math.isfinite(value)]
    if _wants_exponents(finite, dtype):
        cells = _exponent_cells(finite, dtype)
    else:
        cells = [_fixed_cell(value, dtype) for value in finite]
    left = max((len(head) for head, _ in cells), default=0)
    right = max((len(tail) for _, tail in cells), default=0)
    left = max(left, max(others, default=0) - right - 1)
    texts = iter([f"{head.rjust(left)}.{tail.ljust(right)}" for head, tail in cells])
    width = left + 1 + right
    return [next(texts) if math.isfinite(value) else repr(value).rjust(width) for value in values]


def _wants_exponents(finite: list[float], dtype: str) -> bool:
    """Say whether the magnitudes are too large, small or far apart for plain digits."""
    sizes = [abs(value) for value in finite if value]
    if not sizes:
        return False
    least, most = min(sizes), max(sizes)
    if least < _SMALL or most >= _ARRAY_LARGE:
        return True
    return most / least > _ARRAY_RATIO[dtype]


def _fixed_cell(value: float, dtype: str) -> tuple[str, str]:
    """Return the text before and after the point, without an exponent."""
    if value.is_integer():  # before the point an array shows every digit, a scalar zeros after the shortest
        return f"{value:.0f}", ""
    head, _, tail = repr(_shortest(value, dtype)).partition(".")
    if len(tail) > _PRECISION:  # rounded once, from the value and not from its shortest digits
        head, _, tail = f"{value:.{_PRECISION}f}".partition(".")
    return head, tail.rstrip("0")


def _exponent_cells(finite: list[float], dtype: str) -> list[tuple[str, str]]:
    """Return the text before and after the point, with exponents of one width."""
    counts = []
    for twin in [_shortest(value, dtype) for value in finite]:
        text = f"{twin:.{min(_PRECISION, _digits_after_first(twin))}e}"
        # The cut may leave zeros at the end (1.50000000|3); they count for nothing.
        counts.append(len(text.partition("e")[0].partition(".")[2].rstrip("0")))
    # All take the digits of the one that needs most, the others their own exact ones, not zeros.
    precision = max(counts)
    pairs = [_rounded(value, precision, dtype).split("e") for value in finite]
    width = max(len(power) for _, power in pairs) - 1  # without the sign
    parts = [(mantissa.partition("."), power) for mantissa, power in pairs]
    return [(head, f"{tail}e{power[0]}{power[1:].zfill(width)}") for (head, _, tail), power in parts]


# The shortest digits of a narrow float.


def _digits_after_first(twin: float) -> int:
    """Count the digits that the shortest text of a double has after its first."""
    digits = repr(twin).partition("e")[0].replace(".", "").lstrip("-0").rstrip("0")
    return max(0, len(digits) - 1)


def _shortest(value: float, dtype: str) -> float:
    """Return the double whose ``repr`` has the fewest digits that name ``value`` in its dtype.

    A double keeps any 15 digits and a narrower float never needs more than 9, so the double
    nearest to those digits prints as just them.
    """
    if dtype == "float64" or value == 0:
        return value
    size = abs(value)
    least_normal, sure, enough = _NARROW[dtype][1:]
    below, above = _reach(size, dtype)
    for count in range(sure if math.frexp(size)[1] >= least_normal else 0, enough + 1):
        text, names_it = _decimal(size, count, below, above)
        if names_it:
            break
    return math.copysign(float(text), value)


def _rounded(value: float, count: int, dtype: str) -> str:
    """Return ``value`` with ``count`` digits after the first."""
    if dtype == "float64" or abs(math.frexp(value)[0]) != 0.5:
        return f"{value:.{count}e}"
    size = abs(value)
    return "-"[: value < 0] + _decimal(size, count, *_reach(size, dtype))[0]


def _reach(size: float, dtype: str) -> tuple[float, float]:
    """Return how far below and above a number a decimal may be and still name it.

    That is up to the midpoints to its neighbours in the dtype.
    """
    bits, least_normal = _NARROW[dtype][:2]
    fraction, exponent = math.frexp(size)
    half = math.ldexp(0.5, max(exponent, least_normal) - bits)
    return (half / 2 if fraction == 0.5 and exponent > least_normal else half), half


def _decimal(size: float, count: int, below: float, above: float) -> tuple[str, bool]:
    """Return a number with ``count`` digits after the first, and whether that names it."""
    text = f"{size:.{count}e}"
    if -below < float(text) - size < above or _names(text, size, below, above):
        return text, True
    if below != above:
        # The neighbour below a power of two is nearer than the one above, so the decimal nearest
        # to the power may be out of reach below, and the next one within reach above: then that
        # is the one nearest to the middle of the upper part.
        higher = f"{size + below:.{count}e}"
        if _names(higher, size, below, above):
            return higher, True
    return text, False


def _names(text: str, size: float, below: float, above: float) -> bool:
    """Say whether a decimal is nearer to a number than to its neighbours."""
    twin = float(text)
    gap = twin - size
    if gap not in (-below, above):
        return -below < gap < above
    # The double is a midpoint; the text may still be off it by less than a double can tell, as
    # 7.038531e-26 is in float32.  The even significands are multiples of twice the spacing.
    return _is_inside(text, twin, gap > 0, size % (4 * above) == 0)


def _is_inside(text: str, midpoint: float, is_upper: bool, is_even: bool) -> bool:
    """Say whether a decimal that as a double equals a midpoint is on the number's side of it.

    ``is_upper`` says that the midpoint is above the number.  A decimal exactly on it belongs to
    the neighbour with the even significand.
    """
    digits, _, power = text.replace(".", "").partition("e")
    exponent = int(power) - (len(digits) - 1)
    numerator, denominator = midpoint.as_integer_ratio()
    decimal = int(digits) * 10 ** max(exponent, 0) * denominator
    exact = numerator * 10 ** max(-exponent, 0)
    return is_even if decimal == exact else (decimal < exact) == is_upper
