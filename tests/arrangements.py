"""What the operators that arrange elements anew give: repeating, padding, cutting, sequences, assignments."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Sequence

import moves
from moves import Extents, put
from plain import Index, Plain, broadcast, indices, reduce

# -------------------------------------------------------------------------------- repeating, padding


def in_front(values: Sequence[int], ndim: int) -> tuple[int, ...]:
    """The values with ones in front, as many as there are axes."""
    return (*[1] * (ndim - len(values)), *values)


def tile(x: Plain, reps: Extents) -> Plain:
    ndim = max(x.ndim, len(reps))
    shape, times = in_front(x.shape, ndim), in_front(reps, ndim)
    whole = x.reshaped(shape)
    return Plain.build(
        [e * t for e, t in zip(shape, times, strict=True)],
        lambda index: whole[tuple(i % e for i, e in zip(index, shape, strict=True))],
    )


def repeat(x: Plain, repeats: int, axis: int | None = None) -> Plain:
    source = x.reshaped((len(x.values),)) if axis is None else x
    at = (axis or 0) % source.ndim
    shape = put(source.shape, at, source.shape[at] * repeats)
    return Plain.build(shape, lambda index: source[put(index, at, index[at] // repeats)])


def reverse(x: Plain, axis: int | Extents) -> Plain:
    turned = {a % x.ndim for a in ((axis,) if isinstance(axis, int) else axis)}
    return Plain.build(
        x.shape,
        lambda index: x[tuple(x.shape[a] - 1 - i if a in turned else i for a, i in enumerate(index))],
    )


def padded_place(place: int, extent: int, mode: str) -> int | None:
    """Where along an axis a padded element comes from; None for the constant."""
    if 0 <= place < extent:
        return place
    if mode == "edge":
        return min(max(place, 0), extent - 1)
    return extent - 1 - abs(extent - 1 - abs(place)) if mode == "reflect" else None


def pad(x: Plain, mode: str, pad_width: Extents, constant_value: float = 0.0) -> Plain:
    before, after = pad_width[::2], pad_width[1::2]

    def element(index: Index) -> float:
        places = [padded_place(i - b, e, mode) for i, b, e in zip(index, before, x.shape, strict=True)]
        return constant_value if None in places else x[tuple(places)]

    return Plain.build([b + e + a for b, e, a in zip(before, x.shape, after, strict=True)], element)


def depth_to_space(x: Plain, block_size: int) -> Plain:
    (n, c, h, w), b = x.shape, block_size
    depth = c // b**2

    def element(index: Index) -> float:
        image, channel, row, column = index
        return x[(image, (row % b * b + column % b) * depth + channel, row // b, column // b)]

    return Plain.build((n, depth, h * b, w * b), element)


def space_to_depth(x: Plain, block_size: int) -> Plain:
    (n, c, h, w), b = x.shape, block_size

    def element(index: Index) -> float:
        image, channel, row, column = index
        inside = channel // c
        return x[(image, channel % c, row * b + inside // b, column * b + inside % b)]

    return Plain.build((n, c * b * b, h // b, w // b), element)


# ------------------------------------------------------------------------------------------- cutting


def diag(x: Plain, k: int = 0, axis1: int = 0, axis2: int = 1) -> Plain:
    if x.ndim == 1:
        side = x.shape[0] + abs(k)
        return Plain.build((side, side), lambda index: x[(min(index),)] if index[1] - index[0] == k else 0.0)
    rows, columns = axis1 % x.ndim, axis2 % x.ndim
    others = [a for a in range(x.ndim) if a not in (rows, columns)]
    places = [(r, r + k) for r in range(x.shape[rows]) if 0 <= r + k < x.shape[columns]]

    def element(index: Index) -> float:
        at = dict(zip(others, index, strict=False))
        at[rows], at[columns] = places[index[-1]]
        return x[tuple(at[a] for a in range(x.ndim))]

    return Plain.build((*[x.shape[a] for a in others], len(places)), element)


def slice_like(x: Plain, shape_like: Plain, axes: Extents = ()) -> Plain:
    shape = list(x.shape)
    for axis in axes or range(x.ndim):
        shape[axis] = shape_like.shape[axis]
    return Plain.build(shape, lambda index: x[index])


def crop(*arrays: Plain, offset: Extents = (0, 0), h_w: Extents = (0, 0), center_crop: bool = False) -> Plain:
    x = arrays[0]
    size = arrays[1].shape[2:] if len(arrays) > 1 else h_w
    if center_crop:
        offset = [(e - s) // 2 for e, s in zip(x.shape[2:], size, strict=True)]
    (top, left), batch = offset, x.shape[:2]
    return Plain.build((*batch, *size), lambda i: x[(i[0], i[1], i[2] + top, i[3] + left)])


def split_v2(
    x: Plain, indices: Extents, axis: int = 1, squeeze_axis: bool = False, sections: int = 0
) -> Plain | list[Plain]:
    at, extent = axis % x.ndim, x.shape[axis]
    if sections:
        sizes = [extent // sections + (k < extent % sections) for k in range(sections)]
        indices = list(itertools.accumulate([0, *sizes[:-1]]))
    limits = zip(indices, [*indices[1:], extent], strict=True)
    parts = [moves.slice_axis(x, axis=at, begin=b, end=e) for b, e in limits]
    if squeeze_axis:
        parts = [part.reshaped(put(part.shape, at)) for part in parts]
    return parts if len(parts) > 1 else parts[0]


# --------------------------------------------------------------------------------------- assignments


def replaced(x: Plain, places: Sequence[Index], values: Sequence[float]) -> Plain:
    flat = {index: number for number, index in enumerate(indices(x.shape))}
    result = Plain(x.shape, x.values)
    for place, value in zip(places, values, strict=True):
        result.values[flat[place]] = value
    return result


def slice_places(x: Plain, begin: Extents, end: Extents, step: Extents = ()) -> list[Index]:
    missing = [None] * x.ndim
    limits = zip(x.shape, [*begin, *missing], [*end, *missing], [*step, *missing], strict=False)
    return list(itertools.product(*(range(extent)[slice(*limit)] for extent, *limit in limits)))


def slice_assign(lhs: Plain, rhs: Plain, begin: Extents, end: Extents, step: Extents = ()) -> Plain:
    return replaced(lhs, slice_places(lhs, begin, end, step), rhs.values)


def slice_assign_scalar(
    data: Plain, begin: Extents, end: Extents, step: Extents = (), scalar: float = 0.0
) -> Plain:
    places = slice_places(data, begin, end, step)
    return replaced(data, places, [scalar] * len(places))


def scatter_set(lhs: Plain, rhs: Plain, indices: Plain, shape: Extents) -> Plain:
    part, place = moves.gathered(lhs.shape, indices)
    return replaced(lhs, [place(index) for index in itertools.product(*map(range, part))], rhs.values)


def scatter_nd(data: Plain, indices: Plain, shape: Extents) -> Plain:
    return scatter_set(Plain(shape, [0.0] * math.prod(shape)), data, indices, shape)


def index_copy(old: Plain, index: Plain, new: Plain) -> Plain:
    return scatter_set(old, new, index.reshaped((1, *index.shape)), old.shape)


def fill_element(lhs: Plain, mhs: Plain, rhs: Plain) -> Plain:
    return replaced(lhs, [(row, int(column)) for row, column in enumerate(rhs.values)], mhs.values)


# ----------------------------------------------------------------------------------------- sequences


def lengths_of(data: Plain, lengths: Plain | None, axis: int) -> list[int]:
    whole = [data.shape[axis]] * data.shape[1 - axis]
    return whole if lengths is None else [math.trunc(length) for length in lengths.values]


def sequence_mask(
    data: Plain, lengths: Plain | None = None, value: float = 0.0, axis: int = 0, **_: object
) -> Plain:
    last = lengths_of(data, lengths, axis)
    return Plain.build(data.shape, lambda i: data[i] if i[axis] < last[i[1 - axis]] else value)


def sequence_last(data: Plain, lengths: Plain | None = None, axis: int = 0, **_: object) -> Plain:
    last = lengths_of(data, lengths, axis)

    def element(index: Index) -> float:
        pair = (last[index[0]] - 1, index[0])
        return data[(*(pair[::-1] if axis else pair), *index[1:])]

    return Plain.build((data.shape[1 - axis], *data.shape[2:]), element)


def sequence_reverse(data: Plain, lengths: Plain | None = None, axis: int = 0, **_: object) -> Plain:
    last = lengths_of(data, lengths, axis)

    def element(index: Index) -> float:
        end, time = last[index[1 - axis]], index[axis]
        return data[put(index, axis, end - 1 - time if time < end else time)]

    return Plain.build(data.shape, element)


# -------------------------------------------------------------------------------- sums and counting


def cumsum(a: Plain, axis: int | None = None, dtype: str | None = None) -> Plain:
    x = a.reshaped((len(a.values),)) if axis is None else a
    at = (axis or 0) % x.ndim
    return Plain.build(x.shape, lambda i: sum((x[put(i, at, k)] for k in range(i[at] + 1)), start=0.0))


def add_n(*arrays: Plain) -> Plain:
    return Plain(arrays[0].shape, map(sum, zip(*(x.values for x in arrays), strict=True)))


def moments(x: Plain, axes: Extents | None = None, keepdims: bool = False) -> list[Plain]:
    def variance(values: list[float]) -> float:
        mean = sum(values) / len(values)
        return sum((v - mean) ** 2 for v in values) / len(values)

    mean = reduce(lambda values: sum(values) / len(values), x, axes, keepdims)
    return [mean, reduce(variance, x, axes, keepdims)]


def khatri_rao(*matrices: Plain) -> Plain:
    columns = matrices[0].shape[1]
    rows = list(itertools.product(*(range(m.shape[0]) for m in matrices)))
    return Plain.build(
        (len(rows), columns),
        lambda i: math.prod(m[(row, i[1])] for m, row in zip(matrices, rows[i[0]], strict=True)),
    )


def histogram(
    data: Plain, bins: Plain | None = None, bin_cnt: int = 0, range: Sequence[float] = ()
) -> list[Plain]:
    if bins is None:
        low, high = range
        bins = Plain.build((bin_cnt + 1,), lambda i: low + (high - low) * i[0] / bin_cnt)
    edges, counts = bins.values, [0] * (len(bins.values) - 1)
    for value in data.values:
        if edges[0] <= value <= edges[-1]:
            counts[min(bisect.bisect_right(edges, value), len(counts)) - 1] += 1
    return [Plain((len(counts),), counts), bins]


# --------------------------------------------------------------------------------- choosing, indices


def argmax_channel(x: Plain) -> Plain:
    return reduce(lambda values: values.index(max(values)), x, 1)


def batch_take(a: Plain, indices: Plain) -> Plain:
    return moves.pick(a, indices)


def boolean_mask(data: Plain, index: Plain, axis: int = 0) -> Plain:
    at = axis % data.ndim
    kept = [place for place, value in enumerate(index.values) if value]
    return Plain.build(put(data.shape, at, len(kept)), lambda i: data[put(i, at, kept[i[at]])])


def index_array(x: Plain, axes: Extents | None = None) -> Plain:
    chosen = range(x.ndim) if axes is None else axes
    return Plain.build((*x.shape, len(chosen)), lambda i: i[:-1][chosen[i[-1]]])


def arange_like(
    x: Plain, start: float = 0.0, step: float = 1.0, repeat: int = 1, axis: int | None = None
) -> Plain:
    shape = x.shape if axis is None else (x.shape[axis],)
    return Plain(shape, [start + k // repeat * step for k in range(math.prod(shape))])


def ravel(data: Plain, shape: Extents) -> Plain:
    strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    return Plain.build(
        data.shape[1:], lambda i: sum(data[(axis, *i)] * stride for axis, stride in enumerate(strides))
    )


def unravel(data: Plain, shape: Extents) -> Plain:
    def element(index: Index) -> float:
        left = data[index[1:]] // math.prod(shape[index[0] + 1 :])
        return left % shape[index[0]] if index[0] else left

    return Plain.build((len(shape), *data.shape), element)


def linspace(start: float, stop: float, num: int, endpoint: bool = True, dtype: str = "float32") -> Plain:
    gaps = num - 1 if endpoint else num
    return Plain((num,), [start + (stop - start) * k / max(gaps, 1) for k in range(num)])


# -------------------------------------------------------------------- shapes with some axes replaced


def reshape_like(lhs: Plain, rhs: Plain, **limits: int | None) -> Plain:
    mine = slice(limits.get("lhs_begin"), limits.get("lhs_end"))
    its = slice(limits.get("rhs_begin"), limits.get("rhs_end"))
    shape = list(lhs.shape)
    shape[mine] = rhs.shape[its]
    return lhs.reshaped(shape)


def broadcast_like(
    lhs: Plain, rhs: Plain, lhs_axes: Extents | None = None, rhs_axes: Extents | None = None
) -> Plain:
    shape = list(rhs.shape if lhs_axes is None else lhs.shape)
    for axis, other in zip(lhs_axes or (), rhs_axes or (), strict=True):
        shape[axis] = rhs.shape[other]
    return broadcast(lhs, tuple(shape))


def same(x: Plain, *_: Plain, **__: object) -> Plain:
    return x
