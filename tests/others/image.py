"""Image preprocessing: mx.nd.image."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable, Sequence

import sampling
from plain import Index, Plain, Shape
from rows import FLOATS, NUMBERS, Draw, Given, Row, Sample, entry, sample

from ndgrad.base import CallError, ShapeError

WIDE = FLOATS[1:]


def to_tensor(x: Plain) -> Plain:
    *batch, rows, columns, channels = x.shape
    return Plain.build((*batch, channels, rows, columns), lambda i: x[(*i[:-3], *i[-2:], i[-3])] / 255)


def normalize(x: Plain, mean: float | tuple = 0.0, std: float | tuple = 1.0) -> Plain:
    def of(numbers: float | tuple, channel: int) -> float:
        numbers = numbers if isinstance(numbers, tuple) else (numbers,)
        return numbers[channel % len(numbers)]

    return Plain.build(x.shape, lambda i: (x[i] - of(mean, i[-3])) / of(std, i[-3]))


def crop(image: Plain, x: int, y: int, width: int, height: int) -> Plain:
    shape = (*image.shape[:-3], height, width, image.shape[-1])
    return Plain.build(shape, lambda i: image[(*i[:-3], i[-3] + y, i[-2] + x, i[-1])])


def resize(x: Plain, size: int | tuple, keep_ratio: bool = False, interp: int = 1) -> Plain:
    *batch, rows, columns, channels = x.shape
    width, height = (size, size) if isinstance(size, int) else size
    if keep_ratio and isinstance(size, int):
        width, height = (size, rows * size // columns) if rows > columns else (columns * size // rows, size)
    planes = Plain.build(
        (math.prod(batch), channels, rows, columns), lambda i: x[(*i[: len(batch)], i[2], i[3], i[1])]
    )

    def at(i: int, old: int, new: int) -> float:
        centre = min(max((i + 0.5) * old / new - 0.5, 0), old - 1)
        return centre if interp else math.floor(i * old / new)

    def element(index: Index) -> float:
        image = index[0] if batch else 0
        return sampling.read(
            planes, image, index[-1], at(index[-3], rows, height), at(index[-2], columns, width)
        )

    return Plain.build((*batch, height, width, channels), element)


def grey(x: Plain, row: int, column: int) -> float:
    if x.shape[2] == 1:
        return x[(row, column, 0)]
    return sum(share * x[(row, column, c)] for c, share in enumerate((0.299, 0.587, 0.114)))


def contrast(x: Plain, min_factor: float, max_factor: float) -> Plain:
    mean = sum(grey(x, row, column) for row in range(x.shape[0]) for column in range(x.shape[1]))
    mean /= x.shape[0] * x.shape[1]
    return x.map(lambda v: mean + (v - mean) * min_factor)


def saturation(x: Plain, min_factor: float, max_factor: float) -> Plain:
    return Plain.build(x.shape, lambda i: grey(x, *i[:2]) + (x[i] - grey(x, *i[:2])) * min_factor)


def hue(x: Plain, min_factor: float, max_factor: float) -> Plain:
    def turned(row: int, column: int) -> tuple[float, float, float]:
        h, lightness, s = colorsys.rgb_to_hls(*(x[(row, column, c)] for c in range(3)))
        return colorsys.hls_to_rgb((h + min_factor) % 1, lightness, s)

    return x if x.shape[2] == 1 else Plain.build(x.shape, lambda i: turned(*i[:2])[i[2]])


LIGHTS = [  # the principal components of ImageNet's colours times their deviations
    [-0.5675 * 55.46, 0.7192 * 4.794, 0.4009 * 1.148],
    [-0.5808 * 55.46, -0.0045 * 4.794, -0.8140 * 1.148],
    [-0.5836 * 55.46, -0.6948 * 4.794, 0.4203 * 1.148],
]


def lighting(x: Plain, alpha: tuple[float, float, float]) -> Plain:
    if x.shape[2] == 1:
        return x
    return Plain.build(x.shape, lambda i: x[i] + sum(a * b for a, b in zip(alpha, LIGHTS[i[2]], strict=True)))


def picture(shape: Shape) -> Given:
    return Given(Plain(shape, [37 * i % 256 for i in range(math.prod(shape))]), "uint8")


COLOURS = Draw((2, 2, 3), 0.03, 0.97)
GREYS = Draw((2, 2, 1), 0.03, 0.97)
IMAGES = [
    ("axes", ShapeError, ["(height, width, channels)", "(2, 2)"], [(2, 2)]),
    ("batch", ShapeError, ["(1, 2, 2, 3)"], [(1, 2, 2, 3)]),
]


def with_params(refusals: list[tuple], **params: object) -> list[tuple]:
    return [(*refusal, params) for refusal in refusals]


def by_factor(reference: Callable[..., Plain]) -> Row:
    """Where both ends of the range are the same, nothing is random."""
    samples: list[Sample] = [
        sample(image, min_factor=factor, max_factor=factor)
        for image in (COLOURS, GREYS)
        for factor in (0.5, 1.25)  # as float32, which MXNet draws in
    ]
    refusals = [
        *with_params(IMAGES, min_factor=1, max_factor=1),
        (
            "channels",
            ShapeError,
            ["1 or 3 channels", "(2, 2, 2)"],
            [(2, 2, 2)],
            {"min_factor": 1, "max_factor": 1},
        ),
        ("negative", ValueError, ["negative", "-1"], [(2, 2, 3)], {"min_factor": -1, "max_factor": 1}),
        ("missing", CallError, ["max_factor is required"], [(2, 2, 3)], {"min_factor": 1}),
    ]
    return entry(reference, samples, refusals, WIDE, ties=False)


NO_JITTER = {"brightness": 0, "contrast": 0, "saturation": 0, "hue": 0}

SIDES = {"top": 1, "bot": 3, "left": 2, "right": 1}


def mirrored(i: int, extent: int, kind: int) -> int:
    """Step by step back into the image, as from one mirror to the other."""
    while not 0 <= i < extent and extent > 1:
        if kind == 3:
            i += extent if i < 0 else -extent
        else:
            i = (-i if i < 0 else 2 * extent - 2 - i) + (kind == 2) * (-1 if i < 0 else 1)
    return min(max(i, 0), extent - 1)


def make_border(
    x: Plain,
    top: int,
    bot: int,
    left: int,
    right: int,
    type: int = 0,
    value: float = 0.0,
    values: Sequence[float] = (),
) -> Plain:
    height, width, channels = x.shape

    def element(index: Index) -> float:
        i, j, channel = index[0] - top, index[1] - left, index[2]
        if 0 <= i < height and 0 <= j < width:
            return x[(i, j, channel)]
        if type == 0:
            return values[channel] if values else value
        if type == 1:
            return x[(min(max(i, 0), height - 1), min(max(j, 0), width - 1), channel)]
        return x[(mirrored(i, height, type), mirrored(j, width, type), channel)]

    return Plain.build((top + height + bot, left + width + right, channels), element)


TABLE: dict[str, Row] = {
    "_image_to_tensor": entry(
        to_tensor,
        # Bytes: differences of a result in float32 would show nothing; test_image.py has its gradient.
        [sample(picture((2, 3, 3))), sample(picture((2, 1, 2, 3))), sample(picture((0, 2, 3)))],
        [("axes", ShapeError, ["(height, width, channels)", "(2, 2)"], [(2, 2)], {})],
        ["float32"],
        result_dtype="float32",
    ),
    "_image_normalize": entry(
        normalize,
        [
            sample((3, 2, 2), mean=(0.1, 0.2, 0.3), std=(0.5, 0.6, 0.7)),
            sample((2, 1, 2, 2), mean=0.1, std=(0.5,)),
            sample((3, 2, 2)),
        ],
        [
            ("channels", ShapeError, ["1 or 3 channels", "(2, 2, 2)"], [(2, 2, 2)], {}),
            ("mean", ValueError, ["mean", "2 numbers", "3 channels"], [(3, 2, 2)], {"mean": (1, 2)}),
            ("std", ValueError, ["std", "3 numbers", "1 channels"], [(1, 2, 2)], {"std": (1, 2, 3)}),
        ],
        WIDE,
    ),
    "_image_crop": entry(
        crop,
        [
            sample((3, 4, 2), x=1, y=0, width=2, height=2),
            sample((2, 3, 3, 1), x=0, y=2, width=3, height=1),
        ],
        [
            (
                "beyond",
                ValueError,
                ["x=2", "(3, 3, 1)"],
                [(3, 3, 1)],
                {"x": 2, "y": 0, "width": 2, "height": 1},
            ),
            ("before", ValueError, ["y=-1"], [(3, 3, 1)], {"x": 0, "y": -1, "width": 2, "height": 1}),
            ("nothing", ValueError, ["0 by 1"], [(3, 3, 1)], {"x": 0, "y": 0, "width": 0, "height": 1}),
        ],
        FLOATS,
    ),
    "_image_resize": entry(
        resize,
        [
            sample((2, 3, 2), size=3),
            sample((3, 2, 1), size=(3, 4)),
            sample((2, 2, 3, 1), size=(2, 3)),
            sample((2, 3, 1), size=(5, 3), interp=0),
            sample((2, 3, 1), size=4, keep_ratio=True),
            sample((3, 2, 1), size=4, keep_ratio=True),
        ],
        [
            ("size", ValueError, ["size"], [(2, 2, 3)], {}),
            ("zero", ValueError, ["size"], [(2, 2, 3)], {"size": (0, 2)}),
            ("interp", ValueError, ["interp", "2"], [(2, 2, 3)], {"size": 2, "interp": 2}),
            ("nothing", ShapeError, ["(0, 2, 3)"], [(0, 2, 3)], {"size": 2}),
        ],
        WIDE,
    ),
    "_image_flip_left_right": entry(
        lambda x: Plain.build(x.shape, lambda i: x[(i[0], x.shape[1] - 1 - i[1], i[2])]),
        [sample((2, 2, 3)), sample((0, 2, 3))],
        with_params(IMAGES),
        FLOATS,
    ),
    "_image_flip_top_bottom": entry(
        lambda x: Plain.build(x.shape, lambda i: x[(x.shape[0] - 1 - i[0], *i[1:])]),
        [sample((2, 2, 3)), sample((2, 0, 3))],
        with_params(IMAGES),
        FLOATS,
    ),
    # Images that flipping does not change; test_image.py has others.
    "_image_random_flip_left_right": entry(lambda x: x, [sample((2, 1, 3))], with_params(IMAGES), FLOATS),
    "_image_random_flip_top_bottom": entry(lambda x: x, [sample((1, 2, 3))], with_params(IMAGES), FLOATS),
    "_image_random_brightness": by_factor(lambda x, min_factor, max_factor: x.map(lambda v: v * min_factor)),
    "_image_random_contrast": by_factor(contrast),
    "_image_random_saturation": by_factor(saturation),
    "_image_random_hue": by_factor(hue),
    "_image_random_color_jitter": entry(
        lambda x, **_: x,
        [sample(COLOURS, **NO_JITTER), sample(GREYS, **NO_JITTER)],
        [
            *with_params(IMAGES, **NO_JITTER),
            ("negative", ValueError, ["contrast"], [(2, 2, 3)], {**NO_JITTER, "contrast": -1}),
        ],
        FLOATS,
    ),
    "_image_adjust_lighting": entry(
        lighting,
        [sample(COLOURS, alpha=(0.1, -0.2, 0.3)), sample(GREYS, alpha=(1, 2, 3))],
        [
            *with_params(IMAGES, alpha=(1, 2, 3)),
            ("alpha", ValueError, ["three numbers", "2"], [(2, 2, 3)], {"alpha": (1, 2)}),
        ],
        WIDE,
    ),
    "_image_random_lighting": entry(
        lambda x, **_: x,
        [sample(COLOURS, alpha_std=0), sample(GREYS, alpha_std=0.5)],
        [
            *with_params(IMAGES),
            ("negative", ValueError, ["alpha_std", "-1"], [(2, 2, 3)], {"alpha_std": -1}),
        ],
        FLOATS,
    ),
    "_cvcopyMakeBorder": entry(
        make_border,
        [
            sample((2, 3, 2), **SIDES, value=2.0),
            sample((2, 2, 3), **SIDES, values=(1.0, -2.0, 0.5)),
            *(sample((3, 2, 1), **SIDES, type=kind) for kind in (1, 2, 3, 4)),
            sample((1, 3, 1), top=2, bot=0, left=5, right=4, type=4),
            sample((0, 2, 1), top=1, bot=0, left=0, right=0),
        ],
        [
            ("axes", ShapeError, ["(2, 3)"], [(2, 3)], SIDES),
            ("negative", ValueError, ["0 or more"], [(2, 2, 3)], {**SIDES, "left": -1}),
            ("type", ValueError, ["not 5"], [(2, 2, 3)], {**SIDES, "type": 5}),
            ("nothing", ValueError, ["with elements"], [(0, 2, 3)], {**SIDES, "type": 1}),
            ("values", ValueError, ["2 numbers", "3 channels"], [(2, 2, 3)], {**SIDES, "values": (1, 2)}),
        ],
        NUMBERS,
    ),
    "_cvimresize": entry(
        lambda x, w, h, interp=1: resize(x, (w, h), interp=interp),
        [sample((2, 3, 2), w=4, h=3), sample((3, 2, 1), w=1, h=2, interp=0), sample((2, 2, 3), w=2, h=2)],
        [
            ("axes", ShapeError, ["(1, 2, 2, 3)"], [(1, 2, 2, 3)], {"w": 2, "h": 2}),
            ("zero", ValueError, ["size"], [(2, 2, 3)], {"w": 0, "h": 2}),
            ("interp", ValueError, ["interp", "2"], [(2, 2, 3)], {"w": 2, "h": 2, "interp": 2}),
            ("missing", CallError, ["h is required"], [(2, 2, 3)], {"w": 2}),
        ],
        WIDE,
    ),
}
