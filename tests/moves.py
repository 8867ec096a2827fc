"""What the operators that are neither elementwise nor reductions give, as maps of indices."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from plain import Index, Plain, broadcast, indices, reduce

Extents = Sequence[int]


def put(index: Index, axis: int, *positions: int) -> Index:
    """The index with what stands at the axis replaced."""
    return index[:axis] + positions + index[axis + 1 :]


def scattered(shape: Extents, places: Callable[[Index], Index], data: Plain) -> Plain:
    """Zeros with each element of `data` added at its place."""
    result = Plain(shape, [0.0] * math.prod(shape))
    flat = {index: number for number, index in enumerate(indices(tuple(shape)))}
    for index, value in zip(indices(data.shape), data.values, strict=True):
        result.values[flat[places(index)]] += value
    return result


# ------------------------------------------------------------------------------------------- shapes


def reshape(x: Plain, shape: Extents = (), target_shape: Extents = (), keep_highest: bool = False) -> Plain:
    """Of MXNet's codes 0 keeps an extent and -1 infers one; in target_shape 0 infers one."""
    extents = [x.shape[a] if extent == 0 else extent for a, extent in enumerate(shape)]
    if target_shape and not shape:
        kept = (x.shape[0], *target_shape[1:]) if keep_highest else target_shape
        extents = [extent or -1 for extent in kept]
    known = math.prod(extent for extent in extents if extent != -1)
    return x.reshaped([len(x.values) // known if extent == -1 else extent for extent in extents])


def flatten(x: Plain) -> Plain:
    rows = x.shape[0] if x.ndim else 1
    return x.reshaped((rows, math.prod(x.shape[1:])))


def expand_dims(x: Plain, axis: int) -> Plain:
    at = axis % (x.ndim + 1)
    return x.reshaped((*x.shape[:at], 1, *x.shape[at:]))


def squeeze(x: Plain, axis: int | Extents | None = None) -> Plain:
    ones = [a for a, extent in enumerate(x.shape) if extent == 1]
    named = [axis] if isinstance(axis, int) else axis
    gone = {a % x.ndim for a in (ones if named is None else named)}
    return x.reshaped([extent for a, extent in enumerate(x.shape) if a not in gone] or (1,))


def transpose(x: Plain, axes: Extents | None = None) -> Plain:
    order = list(axes or reversed(range(x.ndim)))
    places = [order.index(a) for a in range(x.ndim)]
    return Plain.build([x.shape[a] for a in order], lambda index: x[tuple(index[p] for p in places)])


def swap_axes(x: Plain, dim1: int = 0, dim2: int = 0) -> Plain:
    order = list(range(x.ndim))
    order[dim1], order[dim2] = order[dim2], order[dim1]
    return transpose(x, order)


def broadcast_to(x: Plain, shape: Extents) -> Plain:
    skipped = len(shape) - x.ndim
    return broadcast(x, tuple(e or x.shape[a - skipped] for a, e in enumerate(shape)))


def broadcast_axis(x: Plain, axis: int | Extents, size: int | Extents) -> Plain:
    axes, sizes = ((v,) if isinstance(v, int) else v for v in (axis, size))
    shape = x.shape
    for a, extent in zip(axes, sizes, strict=True):
        shape = put(shape, a, extent)
    return broadcast(x, shape)


# ------------------------------------------------------------------------------ joining and cutting


def concat(*arrays: Plain, dim: int = 1) -> Plain:
    axis = dim % arrays[0].ndim
    sources = [(array, place) for array in arrays for place in range(array.shape[axis])]

    def element(index: Index) -> float:
        array, place = sources[index[axis]]
        return array[put(index, axis, place)]

    return Plain.build(put(arrays[0].shape, axis, len(sources)), element)


def stack(*arrays: Plain, axis: int = 0) -> Plain:
    return concat(*(expand_dims(array, axis) for array in arrays), dim=axis)


def split(x: Plain, num_outputs: int, axis: int = 1, squeeze_axis: bool = False) -> Plain | list[Plain]:
    at, part = axis % x.ndim, x.shape[axis] // num_outputs
    parts = [slice_axis(x, axis=at, begin=k * part, end=(k + 1) * part) for k in range(num_outputs)]
    if squeeze_axis:
        parts = [p.reshaped(put(p.shape, at)) for p in parts]
    return parts if num_outputs > 1 else parts[0]


def slice_(x: Plain, begin: Extents, end: Extents, step: Extents = ()) -> Plain:
    missing = [None] * x.ndim
    limits = zip(x.shape, [*begin, *missing], [*end, *missing], [*step, *missing], strict=False)
    chosen = [range(extent)[slice(*limit)] for extent, *limit in limits]
    return Plain.build(
        [len(c) for c in chosen], lambda index: x[tuple(map(range.__getitem__, chosen, index))]
    )


def slice_axis(x: Plain, axis: int, begin: int, end: int | None = None) -> Plain:
    at = axis % x.ndim
    return slice_(x, [*[None] * at, begin], [*[None] * at, end])


def slice_scatter(data: Plain, begin: Extents, step: Extents, shape: Extents) -> Plain:
    def place(index: Index) -> Index:
        return tuple(b + s * i for b, s, i in zip(begin, step, index, strict=True))

    return scattered(shape, place, data)


# ----------------------------------------------------------------------------------------- choosing


def tamed(index: float, extent: int, mode: str) -> int:
    """An index brought inside by take's mode; what would raise never comes here."""
    cut = math.trunc(index)
    return min(max(cut, 0), extent - 1) if mode == "clip" else cut % extent


def taken(whole: Extents, indices: Plain, axis: int, mode: str) -> tuple[Extents, Callable[[Index], Index]]:
    """Of take: the result's shape, and where in the whole each of its elements lies."""
    at, width = axis % len(whole), indices.ndim

    def place(index: Index) -> Index:
        chosen = tamed(indices[index[at : at + width]], whole[at], mode)
        return (*index[:at], chosen, *index[at + width :])

    return (*whole[:at], *indices.shape, *whole[at + 1 :]), place


def take(a: Plain, indices: Plain, axis: int = 0, mode: str = "clip") -> Plain:
    shape, place = taken(a.shape, indices, axis, mode)
    return Plain.build(shape, lambda index: a[place(index)])


def take_scatter(data: Plain, indices: Plain, shape: Extents, axis: int = 0, mode: str = "clip") -> Plain:
    return scattered(shape, taken(shape, indices, axis, mode)[1], data)


def gathered(whole: Extents, indices: Plain) -> tuple[Extents, Callable[[Index], Index]]:
    width, count = indices.ndim - 1, indices.shape[0]

    def place(index: Index) -> Index:
        column = [tamed(indices[(a, *index[:width])], whole[a], "wrap") for a in range(count)]
        return (*column, *index[width:])

    return (*indices.shape[1:], *whole[count:]), place


def gather_nd(data: Plain, indices: Plain) -> Plain:
    shape, place = gathered(data.shape, indices)
    return Plain.build(shape, lambda index: data[place(index)])


def gather_scatter(data: Plain, indices: Plain, shape: Extents) -> Plain:
    return scattered(shape, gathered(shape, indices)[1], data)


def picked(
    whole: Extents, index: Plain, axis: int | None, mode: str
) -> tuple[Extents, Callable[[Index], Index]]:
    at = (-1 if axis is None else axis) % len(whole)
    kept = (*whole[:at], *whole[at + 1 :])
    chosen = index.reshaped(kept)
    return kept, lambda place: (*place[:at], tamed(chosen[place], whole[at], mode), *place[at:])


def pick(
    data: Plain, index: Plain, axis: int | None = -1, keepdims: bool = False, mode: str = "clip"
) -> Plain:
    kept, place = picked(data.shape, index, axis, mode)
    result = Plain.build(kept, lambda place_: data[place(place_)])
    at = (-1 if axis is None else axis) % data.ndim
    return expand_dims(result, at) if keepdims else result.reshaped(kept or (1,))


def pick_scatter(data: Plain, index: Plain, shape: Extents, axis: int = -1, mode: str = "clip") -> Plain:
    kept, place = picked(shape, index, axis, mode)
    return scattered(shape, place, data.reshaped(kept))


def one_hot(
    x: Plain, depth: int, on_value: float = 1.0, off_value: float = 0.0, dtype: str = "float32"
) -> Plain:
    def element(index: Index) -> float:
        return on_value if x[index[:-1]] == index[-1] else off_value

    return Plain.build((*x.shape, depth), element)


# ------------------------------------------------------------------------- products and normalising


def matrix(x: Plain, transposed: bool, first: bool) -> Plain:
    """With the axis to be summed last (of the first operand) or first (of the second) unless `transposed`."""
    if not transposed:
        return x
    ends = [*range(1, x.ndim), 0] if first else [x.ndim - 1, *range(x.ndim - 1)]
    return transpose(x, ends)


def dot(lhs: Plain, rhs: Plain, transpose_a: bool = False, transpose_b: bool = False) -> Plain:
    a, b = matrix(lhs, transpose_a, True), matrix(rhs, transpose_b, False)
    rows, columns = a.shape[:-1], b.shape[1:]

    def element(index: Index) -> float:
        row, column = index[: len(rows)], index[len(rows) :]
        return sum((a[(*row, k)] * b[(k, *column)] for k in range(b.shape[0])), start=0.0)

    result = Plain.build((*rows, *columns), element)
    return result.reshaped(result.shape or (1,))


def batch_dot(lhs: Plain, rhs: Plain, transpose_a: bool = False, transpose_b: bool = False) -> Plain:
    def one(x: Plain, number: int) -> Plain:
        return Plain.build(x.shape[1:], lambda index: x[(number, *index)])

    products = [dot(one(lhs, n), one(rhs, n), transpose_a, transpose_b) for n in range(lhs.shape[0])]
    rows, columns = lhs.shape[2 if transpose_a else 1], rhs.shape[1 if transpose_b else 2]
    return Plain((len(products), rows, columns), [value for product in products for value in product.values])


def softmax(x: Plain, axis: int = -1, temperature: float = 1.0) -> Plain:
    powers = x.map(lambda value: math.exp(value / temperature))
    total = reduce(sum, powers, axis, keepdims=True).reshaped(put(x.shape, axis % x.ndim, 1))
    shares = broadcast(total, x.shape)
    return Plain(x.shape, map(lambda p, t: p / t, powers.values, shares.values))


def log_softmax(x: Plain, axis: int = -1, temperature: float = 1.0) -> Plain:
    return softmax(x, axis, temperature).map(math.log)


# ----------------------------------------------------------------------------------------- creation


def full(shape: Extents, value: float, dtype: str = "float32") -> Plain:
    return Plain(shape, [value] * math.prod(shape))


def eye(N: int, M: int = 0, k: int = 0, dtype: str = "float32") -> Plain:
    return Plain.build((N, M or N), lambda index: float(index[1] - index[0] == k))


def arange(
    start: float, stop: float | None = None, step: float = 1.0, repeat: int = 1, dtype: str = "float32"
) -> Plain:
    first, end = (0.0, start) if stop is None else (start, stop)
    count = max(0, math.ceil((end - first) / step))
    values = [first + step * k for k in range(count) for _ in range(repeat)]
    return Plain((len(values),), values)
