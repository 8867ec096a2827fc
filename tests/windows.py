"""What windows over images compute, in plain Python: convolution, pooling and their transposes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from plain import Index, Plain, Shape, indices

Numbers = Sequence[int]


def each(values: Numbers, axes: int, otherwise: int) -> tuple[int, ...]:
    """An empty parameter means the same number along every axis."""
    return tuple(values) or (otherwise,) * axes


class Windows:
    """Where the taps of windows lie: output o looks through tap t at input o*stride + t*dilate - pad."""

    def __init__(
        self, size: Numbers, kernel: Numbers, stride: Numbers = (), dilate: Numbers = (), pad: Numbers = ()
    ) -> None:
        axes = len(kernel)
        self.size, self.kernel = tuple(size), tuple(kernel)
        self.stride, self.dilate, self.pad = each(stride, axes, 1), each(dilate, axes, 1), each(pad, axes, 0)

    @property
    def out(self) -> Shape:
        sides = zip(self.size, self.kernel, self.stride, self.dilate, self.pad, strict=True)
        return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, d, p in sides)

    def taps(self, place: Index) -> Iterator[tuple[Index, Index]]:
        """Each tap of a window that sees an element, and which."""
        for tap in indices(self.kernel):
            sides = zip(place, tap, self.stride, self.dilate, self.pad, strict=True)
            at = tuple(o * s + t * d - p for o, t, s, d, p in sides)
            if all(0 <= a < n for a, n in zip(at, self.size, strict=True)):
                yield tap, at


def total(shape: Shape, parts: Iterator[tuple[Index, float]]) -> Plain:
    """The sum of the parts that fall on each element."""
    sums = dict.fromkeys(indices(shape), 0.0)
    for index, value in parts:
        sums[index] += value
    return Plain(shape, sums.values())


def meetings(
    windows: Windows, images: int, channels: int, filters: int, groups: int
) -> Iterator[tuple[Index, Index, Index]]:
    """Which elements of the image, the weight and the result meet in a convolution."""
    of_group = channels // groups
    for image, filter_, place in (
        (i, f, p) for i in range(images) for f in range(filters) for p in indices(windows.out)
    ):
        group = filter_ // (filters // groups)
        for channel in range(of_group):
            for tap, at in windows.taps(place):
                yield (
                    (image, group * of_group + channel, *at),
                    (filter_, channel, *tap),
                    (image, filter_, *place),
                )


def with_bias(x: Plain, bias: Plain | None) -> Plain:
    return x if bias is None else Plain.build(x.shape, lambda index: x[index] + bias[(index[1],)])


def convolution(
    x: Plain,
    weight: Plain,
    bias: Plain | None = None,
    *,
    kernel: Numbers,
    stride: Numbers = (),
    dilate: Numbers = (),
    pad: Numbers = (),
    num_group: int = 1,
    **_: object,
) -> Plain:
    windows, filters = Windows(x.shape[2:], kernel, stride, dilate, pad), weight.shape[0]
    met = meetings(windows, *x.shape[:2], filters, num_group)
    return with_bias(
        total((x.shape[0], filters, *windows.out), ((o, x[i] * weight[w]) for i, w, o in met)), bias
    )


def deconvolution(
    x: Plain,
    weight: Plain,
    bias: Plain | None = None,
    *,
    kernel: Numbers,
    stride: Numbers = (),
    dilate: Numbers = (),
    pad: Numbers = (),
    adj: Numbers = (),
    target_shape: Numbers = (),
    num_filter: int,
    num_group: int = 1,
    **_: object,
) -> Plain:
    """What windows of a result would have seen, had they made x; a target cuts off both ends."""
    axes = len(kernel)
    stride, dilate = each(stride, axes, 1), each(dilate, axes, 1)
    pad, adj = each(pad, axes, 0), each(adj, axes, 0)
    whole = [
        s * (n - 1) + d * (k - 1) + 1 for n, k, s, d in zip(x.shape[2:], kernel, stride, dilate, strict=True)
    ]
    if any(target_shape):
        size = tuple(target_shape)
        pad = tuple((w - t + 1) // 2 for w, t in zip(whole, size, strict=True))
    else:
        size = tuple(w - 2 * p + a for w, p, a in zip(whole, pad, adj, strict=True))
    windows = Windows(size, kernel, stride, dilate, pad)
    met = meetings(windows, x.shape[0], num_filter, x.shape[1], num_group)
    parts = ((i, x[o] * weight[w]) for i, w, o in met)
    return with_bias(total((x.shape[0], num_filter, *size), parts), bias)


def weight_gradient(
    x: Plain,
    g: Plain,
    *,
    kernel: Numbers,
    stride: Numbers = (),
    dilate: Numbers = (),
    pad: Numbers = (),
    num_group: int = 1,
) -> Plain:
    met = meetings(Windows(x.shape[2:], kernel, stride, dilate, pad), *x.shape[:2], g.shape[1], num_group)
    return total((g.shape[1], x.shape[1] // num_group, *kernel), ((w, x[i] * g[o]) for i, w, o in met))


def columns(x: Plain, *, kernel: Numbers, **params: Numbers) -> Plain:
    windows, (images, channels) = Windows(x.shape[2:], kernel, **params), x.shape[:2]
    taps, places = list(indices(windows.kernel)), list(indices(windows.out))

    def element(index: Index) -> float:
        image, row, column = index
        seen = dict(windows.taps(places[column])).get(taps[row % len(taps)])
        return 0.0 if seen is None else x[(image, row // len(taps), *seen)]

    return Plain.build((images, channels * len(taps), len(places)), element)


def from_columns(x: Plain, *, output_size: Numbers, kernel: Numbers, **params: Numbers) -> Plain:
    windows, taps = Windows(output_size, kernel, **params), list(indices(tuple(kernel)))
    shape = (x.shape[0], x.shape[1] // len(taps), *output_size)
    return total(
        shape,
        (
            ((image, channel, *at), x[(image, channel * len(taps) + taps.index(tap), column)])
            for image in range(shape[0])
            for channel in range(shape[1])
            for column, place in enumerate(indices(windows.out))
            for tap, at in windows.taps(place)
        ),
    )


# ------------------------------------------------------------------------------------------- pooling


Seen = list[tuple[Index, float]]


class Span(NamedTuple):
    """Elements along an axis, and how many they count for in an average."""

    elements: range
    share: int


def span(begin: int, end: int, extent: int, share: int) -> Span:
    return Span(range(max(begin, 0), max(0, min(end, extent))), share)


def slid(o: int, n: int, kernel: int, stride: int, pad: int, inside: bool) -> Span:
    begin, end = o * stride - pad, o * stride - pad + kernel
    within = len(range(max(begin, 0), min(end, n)))
    return span(begin, end, n, within if inside else min(end, n + pad) - begin)


def part(o: int, n: int, count: int) -> Span:
    begin, end = math.floor(o * n / count), math.ceil((o + 1) * n / count)
    return span(begin, end, n, end - begin)


def pool(
    x: Plain,
    spans: Sequence[Sequence[Span]],
    fold: Callable[[list[tuple[Index, float]], int], float],
    last: bool,
) -> Plain:
    """Folds the elements (and their indices) of each window, which is one span of each axis."""
    first = 1 if last else 2
    shape = list(x.shape)
    shape[first : first + len(spans)] = map(len, spans)

    def element(index: Index) -> float:
        window = [spans[axis][index[first + axis]] for axis in range(len(spans))]
        seen = []
        for at in itertools.product(*(s.elements for s in window)):
            place = list(index)
            place[first : first + len(spans)] = at
            seen.append((tuple(place), x[tuple(place)]))
        return fold(seen, math.prod(s.share for s in window))

    return Plain.build(shape, element)


def average_of(seen: Seen, share: int) -> float:
    return sum(value for _, value in seen) / share if share > 0 else 0.0


def sum_of(seen: Seen, _: int) -> float:
    return sum(value for _, value in seen)


def root_of_powers(p: int) -> Callable[[Seen, int], float]:
    def fold(seen: Seen, _: int) -> float:
        power = sum(value**p for _, value in seen)
        return math.copysign(abs(power) ** (1 / p), power)

    return fold


def pooling(
    x: Plain,
    *,
    kernel: Numbers = (),
    pool_type: str = "max",
    global_pool: bool = False,
    pooling_convention: str = "valid",
    stride: Numbers = (),
    pad: Numbers = (),
    p_value: int = 2,
    count_include_pad: bool | None = None,
    layout: str | None = None,
) -> Plain:
    last, axes = bool(layout) and layout.endswith("C"), x.ndim - 2
    size = x.shape[1:-1] if last else x.shape[2:]
    if global_pool:
        kernel, stride, pad = size, (), ()
    stride, pad = each(stride, axes, 1), each(pad, axes, 0)
    count = {
        "valid": lambda n, k, s, p: (n + 2 * p - k) // s + 1,
        "full": lambda n, k, s, p: math.ceil((n + 2 * p - k) / s) + 1,
        "same": lambda n, k, s, p: math.ceil(n / s),
    }[pooling_convention]
    sides = list(zip(size, kernel, stride, pad, strict=True))
    inside = count_include_pad is not None and not count_include_pad
    spans = [[slid(o, *side, inside) for o in range(count(*side))] for side in sides]
    folds = {
        "max": lambda seen, _: max(value for _, value in seen),
        "avg": average_of,
        "sum": sum_of,
        "lp": root_of_powers(p_value),
    }
    return pool(x, spans, folds[pool_type], last)


def pooling_v1(
    x: Plain,
    *,
    kernel: Numbers = (),
    pool_type: str = "max",
    global_pool: bool = False,
    pad: Numbers = (),
    **p: object,
) -> Plain:
    """The zeros around the data are elements like any other."""
    if global_pool:
        return pooling(x, pool_type=pool_type, global_pool=True)
    top, left = pad or (0, 0)
    height, width = x.shape[2:]

    def element(index: Index) -> float:
        i, j = index[2] - top, index[3] - left
        return x[(*index[:2], i, j)] if 0 <= i < height and 0 <= j < width else 0.0

    around = Plain.build((*x.shape[:2], height + 2 * top, width + 2 * left), element)
    if pool_type != "avg":
        return pooling(around, kernel=kernel, pool_type=pool_type, **p)
    return pooling(around, kernel=kernel, pool_type="sum", **p).map(lambda v: v / math.prod(kernel))


def adaptive_average(x: Plain, *, output_size: int | Numbers = 1) -> Plain:
    counts = (
        (output_size,) * 2 if isinstance(output_size, int) else tuple(output_size) * (3 - len(output_size))
    )
    spans = [
        [part(o, n, count) for o in range(count)] for n, count in zip(x.shape[2:], counts[:2], strict=True)
    ]
    return pool(x, spans, average_of, last=False)


def spans_of(
    size: Numbers,
    extents: Numbers,
    kernel: Numbers = (),
    stride: Numbers = (),
    pad: Numbers = (),
    average: str = "none",
) -> list[list[Span]]:
    axes = len(size)
    if not kernel:
        return [[part(o, n, count) for o in range(count)] for n, count in zip(extents, size, strict=True)]
    sides = zip(size, extents, kernel, each(stride, axes, 1), each(pad, axes, 0), strict=True)
    return [[slid(o, n, k, s, p, average == "inside") for o in range(count)] for count, n, k, s, p in sides]


def pool_sum(
    x: Plain,
    *,
    size: Numbers,
    kernel: Numbers = (),
    stride: Numbers = (),
    pad: Numbers = (),
    average: str = "none",
    last: bool = False,
) -> Plain:
    spans = spans_of(size, x.shape[1:-1] if last else x.shape[2:], kernel, stride, pad, average)
    return pool(x, spans, sum_of if average == "none" else average_of, last)


def pool_spread(g: Plain, *, shape: Shape, **params: object) -> Plain:
    """The transpose: what each element of the input adds to each sum."""

    def element(index: Index) -> float:
        unit = Plain.build(shape, lambda i: float(i == index))
        return sum(a * b for a, b in zip(pool_sum(unit, **params).values, g.values, strict=True))

    return Plain.build(shape, element)


def pool_choose(x: Plain, other: Plain, *, size: Numbers, last: bool = False, **params: object) -> Plain:
    spans = spans_of(
        size, x.shape[1:-1] if last else x.shape[2:], **{"stride": (), "pad": (), "average": "", **params}
    )

    def largest(seen: Seen, _: int) -> float:
        return other[max(seen, key=lambda pair: pair[1])[0]] if seen else 0.0

    return pool(x, spans, largest, last)


def pool_return(x: Plain, g: Plain, **params: object) -> Plain:
    def element(index: Index) -> float:
        unit = Plain.build(x.shape, lambda i: float(i == index))
        return sum(a * b for a, b in zip(pool_choose(x, unit, **params).values, g.values, strict=True))

    return Plain.build(x.shape, element)
