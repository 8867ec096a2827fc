"""Images read between their elements, in plain Python: resizing, sampling at points, correlation."""

from __future__ import annotations

import math
from collections.abc import Sequence

from plain import Index, Plain, Shape, indices
from windows import Windows, convolution, deconvolution


def read(x: Plain, image: int, channel: int, y: float, at: float) -> float:
    """The image between its four nearest elements; zeros outside."""
    result = 0.0
    for row in (math.floor(y), math.floor(y) + 1):
        for column in (math.floor(at), math.floor(at) + 1):
            if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
                result += (1 - abs(y - row)) * (1 - abs(at - column)) * x[(image, channel, row, column)]
    return result


def position(i: int, old: int, new: int, align: bool) -> float:
    if new == 1:
        return 0.0
    return i * (old - 1) / (new - 1) if align else min(max((i + 0.5) * old / new - 0.5, 0), old - 1)


def bilinear_resize(
    x: Plain,
    like: Plain | None = None,
    *,
    height: int = 1,
    width: int = 1,
    scale_height: float | None = None,
    scale_width: float | None = None,
    mode: str = "size",
    align_corners: bool = True,
) -> Plain:
    def extent(old: int, given: int, scale: float | None, other: int) -> int:
        return {
            "size": given if scale is None else math.floor(old * (scale or 0)),
            "like": other,
            "odd_scale": math.floor((old - old % 2) * (scale or 0)) + old % 2,
            "to_even_down": old - old % 2,
            "to_even_up": old + old % 2,
            "to_odd_down": old - 1 + old % 2,
            "to_odd_up": old + 1 - old % 2,
        }[mode]

    rows, columns = x.shape[2:]
    others = (0, 0) if like is None else like.shape[2:]
    new = extent(rows, height, scale_height, others[0]), extent(columns, width, scale_width, others[1])
    return Plain.build(
        (*x.shape[:2], *new),
        lambda i: read(
            x,
            *i[:2],
            position(i[2], rows, new[0], align_corners),
            position(i[3], columns, new[1], align_corners),
        ),
    )


def up_sampling(
    *inputs: Plain, scale: int, sample_type: str, multi_input_mode: str = "concat", num_filter: int = 0
) -> Plain:
    if sample_type == "bilinear":
        size = 2 * scale - scale % 2
        pair = {"kernel": (size, size), "stride": (scale, scale), "pad": (scale // 2, scale // 2)}
        return deconvolution(*inputs, num_filter=num_filter, num_group=num_filter, **pair)
    height, width = (extent * scale for extent in inputs[0].shape[2:])
    channels = [(x, c) for x in inputs for c in range(x.shape[1])]

    def repeated(x: Plain, image: int, channel: int, row: int, column: int) -> float:
        return x[(image, channel, row * x.shape[2] // height, column * x.shape[3] // width)]

    if multi_input_mode == "sum":
        return Plain.build(
            (*inputs[0].shape[:2], height, width), lambda i: sum(repeated(x, *i) for x in inputs)
        )
    return Plain.build(
        (inputs[0].shape[0], len(channels), height, width),
        lambda i: repeated(channels[i[1]][0], i[0], channels[i[1]][1], i[2], i[3]),
    )


# ------------------------------------------------------------------------------------- transformers


def evenly(i: int, n: int) -> float:
    return 2 * i / (n - 1) - 1 if n > 1 else 0.0


def grid_generator(x: Plain, *, transform_type: str, target_shape: Shape = ()) -> Plain:
    def affine(index: Index) -> float:
        image, which, row, column = index
        point = evenly(column, target_shape[1]), evenly(row, target_shape[0]), 1.0
        return sum(x[(image, 3 * which + k)] * point[k] for k in range(3))

    def warp(index: Index) -> float:
        _, which, row, column = index
        place, extent = (row, x.shape[2]) if which else (column, x.shape[3])
        return (x[index] + place) / ((extent - 1) / 2) - 1

    return (
        Plain.build(x.shape, warp)
        if transform_type == "warp"
        else Plain.build((x.shape[0], 2, *target_shape), affine)
    )


def sampler(x: Plain, grid: Plain) -> Plain:
    def element(index: Index) -> float:
        image, channel, row, column = index
        across, down = (grid[(image, which, row, column)] for which in (0, 1))
        return read(x, image, channel, (down + 1) * (x.shape[2] - 1) / 2, (across + 1) * (x.shape[3] - 1) / 2)

    return Plain.build((*x.shape[:2], *grid.shape[2:]), element)


def spatial_transformer(x: Plain, affine: Plain, *, target_shape: Shape, **_: str) -> Plain:
    return sampler(x, grid_generator(affine, transform_type="affine", target_shape=target_shape))


def correlation(
    a: Plain,
    b: Plain,
    *,
    kernel_size: int = 1,
    max_displacement: int = 1,
    stride1: int = 1,
    stride2: int = 1,
    pad_size: int = 0,
    is_multiply: bool = True,
) -> Plain:
    images, channels, *size = a.shape
    half, radius = kernel_size // 2, max_displacement // stride2
    moves = [
        (y * stride2, x * stride2) for y in range(-radius, radius + 1) for x in range(-radius, radius + 1)
    ]
    out = [math.ceil((n + 2 * (pad_size - half - max_displacement)) / stride1) for n in size]

    def at(x: Plain, image: int, channel: int, row: int, column: int) -> float:
        inside = 0 <= row < size[0] and 0 <= column < size[1]
        return x[(image, channel, row, column)] if inside else 0.0

    def element(index: Index) -> float:
        image, (down, across) = index[0], moves[index[1]]
        centre = [i * stride1 + half + max_displacement - pad_size for i in index[2:]]
        result = 0.0
        for channel, y, x in indices((channels, kernel_size, kernel_size)):
            row, column = centre[0] + y - half, centre[1] + x - half
            p, q = at(a, image, channel, row, column), at(b, image, channel, row + down, column + across)
            result += p * q if is_multiply else abs(p - q)
        return result / (kernel_size**2 * channels)

    return Plain.build((images, len(moves), *out), element)


# -------------------------------------------------------------------------- deformable convolution


def deformable(
    x: Plain,
    offset: Plain,
    mask: Plain | None,
    weight: Plain,
    bias: Plain | None,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilate: Sequence[int],
    pad: Sequence[int],
    num_group: int,
    groups: int,
) -> Plain:
    windows = Windows(x.shape[2:], kernel, stride, dilate, pad)
    taps = list(indices(windows.kernel))

    def seen(index: Index) -> float:
        """What a tap sees, laid out as an image whose rows are taps and whose columns are windows."""
        image, channel, tap, place = index
        group, window = channel // (x.shape[1] // groups), list(indices(windows.out))[place]
        point = []
        for axis in (0, 1):
            moved = offset[(image, 2 * (group * len(taps) + tap) + axis, *window)]
            start = window[axis] * windows.stride[axis] - windows.pad[axis]
            point.append(start + taps[tap][axis] * windows.dilate[axis] + moved)
        if mask is not None:
            return read(x, image, channel, *point) * mask[(image, group * len(taps) + tap, *window)]
        if not all(0 <= p < n for p, n in zip(point, x.shape[2:], strict=True)):
            return 0.0
        return read(x, image, channel, *(min(p, n - 1) for p, n in zip(point, x.shape[2:], strict=True)))

    columns = Plain.build((*x.shape[:2], len(taps), math.prod(windows.out)), seen)
    kernels = weight.reshaped((*weight.shape[:2], len(taps), 1))
    result = convolution(columns, kernels, bias, kernel=(len(taps), 1), num_group=num_group)
    return result.reshaped((*result.shape[:2], *windows.out))


def deformable_convolution(
    x: Plain,
    offset: Plain,
    weight: Plain,
    bias: Plain | None = None,
    *,
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    dilate: Sequence[int] = (),
    pad: Sequence[int] = (),
    num_group: int = 1,
    num_deformable_group: int = 1,
    **_: object,
) -> Plain:
    window = kernel, stride, dilate, pad
    return deformable(x, offset, None, weight, bias, *window, num_group, num_deformable_group)


def modulated_convolution(
    x: Plain,
    offset: Plain,
    mask: Plain,
    weight: Plain,
    bias: Plain | None = None,
    *,
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    dilate: Sequence[int] = (),
    pad: Sequence[int] = (),
    num_group: int = 1,
    num_deformable_group: int = 1,
    **_: object,
) -> Plain:
    window = kernel, stride, dilate, pad
    return deformable(x, offset, mask, weight, bias, *window, num_group, num_deformable_group)
