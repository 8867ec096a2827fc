"""Convolution, pooling, sampling and resizing of images."""

from __future__ import annotations

import sampling
import windows
from rows import FLOATS, Draw, Row, Sample, entry, sample

from ndgrad import nd
from ndgrad.base import CallError, DTypeError, ShapeError

WIDE = FLOATS[1:]  # what is composed of many operators, each of which rounds


def whole_image() -> nd.NDArray:
    return nd.ones((1, 2, 3, 3), dtype="int32")


SQUARE = {"kernel": (2, 2)}
CONVOLUTIONS: list[Sample] = [
    sample((1, 2, 3, 3), (3, 2, 2, 2), (3,), num_filter=3, **SQUARE),
    sample((2, 1, 4, 3), (2, 1, 2, 1), num_filter=2, kernel=(2, 1), stride=(2, 1), no_bias=True),
    sample((1, 1, 4, 5), (1, 1, 2, 2), (1,), num_filter=1, dilate=(2, 3), pad=(1, 2), **SQUARE),
    sample((1, 4, 2, 3), (4, 2, 1, 2), num_filter=4, kernel=(1, 2), num_group=2, no_bias=True),
    sample((1, 2, 2, 2), (2, 2, 1, 1), (2,), num_filter=2, kernel=(1, 1), layout="NCHW"),
    sample((2, 2, 5), (2, 1, 3), (2,), num_filter=2, kernel=(3,), stride=(2,), pad=(1,), num_group=2),
    sample((1, 1, 2, 3, 2), (2, 1, 2, 2, 1), num_filter=2, kernel=(2, 2, 1), pad=(0, 1, 0), no_bias=True),
    sample((0, 2, 3, 3), (1, 2, 2, 2), (1,), num_filter=1, **SQUARE),
]
DECONVOLUTIONS: list[Sample] = [
    sample((1, 2, 2, 2), (2, 3, 2, 2), num_filter=3, **SQUARE),
    sample(
        (1, 1, 2, 3),
        (1, 2, 3, 2),
        (2,),
        num_filter=2,
        kernel=(3, 2),
        stride=(2, 3),
        pad=(1, 0),
        no_bias=False,
    ),
    sample((1, 1, 3, 2), (1, 1, 2, 2), num_filter=1, stride=(2, 3), adj=(1, 2), **SQUARE),
    sample((1, 1, 2, 3), (1, 1, 3, 3), num_filter=1, kernel=(3, 3), stride=(2, 2), target_shape=(4, 5)),
    sample(
        (1, 1, 2, 2),
        (1, 1, 3, 2),
        num_filter=1,
        kernel=(3, 2),
        stride=(2, 2),
        dilate=(2, 3),
        pad=(1, 1),
    ),
    sample((1, 1, 3, 2), (1, 1, 1, 1), num_filter=1, kernel=(1, 1), stride=(2, 2)),
    sample((1, 4, 1, 2), (4, 1, 2, 2), num_filter=2, num_group=2, **SQUARE),
    sample((2, 1, 3), (1, 2, 2), num_filter=2, kernel=(2,), stride=(3,)),
    sample((1, 1, 2, 1, 2), (1, 1, 2, 2, 1), num_filter=1, kernel=(2, 2, 1), stride=(1, 2, 1)),
    sample((0, 2, 3, 3), (2, 1, 2, 2), num_filter=1, **SQUARE),
]


def convolution_refusals(filters: int, weight: tuple[int, ...]) -> list[tuple]:
    data, three = (1, 2, 4, 4), {"num_filter": filters, "no_bias": True, "kernel": (3, 3)}
    return [
        ("weight", ShapeError, [str(data), str(weight), "(9, 9, 3, 3)"], [data, (9, 9, 3, 3)], three),
        ("no_bias", CallError, ["bias"], [data, weight], {**three, "no_bias": False}),
        ("bias", CallError, ["no_bias"], [data, weight, (filters,)], three),
        (
            "bias_shape",
            ShapeError,
            [f"({filters},)", "(7,)"],
            [data, weight, (7,)],
            {**three, "no_bias": False},
        ),
        ("groups", ShapeError, ["num_group=3"], [data, weight], {**three, "num_group": 3}),
        ("no_filter", ShapeError, ["num_filter=0"], [data, weight], {**three, "num_filter": 0}),
        ("axes", ShapeError, ["2 axes"], [(4, 4), weight], three),
        ("kernel", ValueError, ["kernel", "3"], [data, weight], {**three, "kernel": (3, 3, 3)}),
        ("stride", ValueError, ["stride", "0"], [data, weight], {**three, "stride": (0, 1)}),
        ("pad", ValueError, ["pad", "-1"], [data, weight], {**three, "pad": (-1, 0)}),
        ("layout", ValueError, ["NCHW", "transpose"], [data, weight], {**three, "layout": "NHWC"}),
        (
            "dtypes",
            DTypeError,
            ["float32", "float64"],
            [data, lambda: nd.ones(weight, dtype="float64")],
            three,
        ),
        ("missing", CallError, ["kernel is required"], [data, weight], {"num_filter": filters}),
        ("one", CallError, ["2 to 3 inputs"], [data], three),
    ]


POOLINGS: list[Sample] = [
    sample((2, 1, 3, 3), **SQUARE),
    sample((1, 2, 4, 3), kernel=(3, 2), stride=(2, 1), pad=(1, 1)),
    sample((1, 1, 4, 5), kernel=(3, 2), stride=(2, 2), pooling_convention="full"),
    sample((1, 1, 5, 4), kernel=(2, 2), stride=(3, 2), pooling_convention="same", pool_type="sum"),
    sample((1, 2, 3, 3), global_pool=True),
    sample((1, 2, 3, 3), global_pool=True, pool_type="avg", kernel=(2, 2), pad=(1, 1)),
    sample((1, 1, 4, 4), kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="avg"),
    sample(
        (1, 1, 4, 4),
        kernel=(3, 3),
        stride=(2, 2),
        pad=(1, 1),
        pool_type="avg",
        count_include_pad=False,
    ),
    sample(
        (1, 1, 4, 3), kernel=(3, 2), stride=(2, 2), pad=(1, 1), pool_type="avg", pooling_convention="full"
    ),
    sample((1, 1, 3, 3), pool_type="lp", p_value=1, **SQUARE),
    sample(Draw((1, 1, 3, 3), 0.5, 2), pool_type="lp", p_value=2, pad=(1, 1), **SQUARE),
    sample(Draw((1, 1, 3, 3), -2, -0.5), pool_type="lp", p_value=3, **SQUARE),
    sample((1, 2, 3, 2), layout="NHWC", **SQUARE),
    sample((1, 3, 2, 2), layout="NHWC", pool_type="avg", **SQUARE),
    sample((2, 1, 5), kernel=(3,), stride=(2,), pool_type="sum", layout="NCW"),
    sample((1, 4, 2), kernel=(2,), layout="NWC"),
    sample((1, 1, 2, 3, 2), kernel=(2, 2, 1), stride=(1, 1, 2)),
    sample((0, 1, 3, 3), **SQUARE),
]
POOLS: list[Sample] = [
    sample((1, 1, 3, 4), size=(2, 3), **SQUARE),
    sample((1, 2, 3, 3), size=(2, 2), kernel=(2, 2), stride=(2, 1), pad=(1, 0), average="inside"),
    sample((1, 3, 2, 2), size=(2, 1), kernel=(2, 2), average="whole", last=True),
    sample((1, 1, 5), size=(3,), average="whole"),
    sample((0, 1, 3), size=(3,)),
]


def spread(s: Sample) -> Sample:
    """The transpose of a sample of _pool_sum."""
    shape = s.inputs[0].shape
    return sample(windows.pool_sum(s.plains()[0], **s.params).shape, shape=shape, **s.params)


def choose(s: Sample) -> Sample:
    return sample(s.inputs[0].shape, s.inputs[0].shape, **s.params)


def put_back(s: Sample) -> Sample:
    return sample(s.inputs[0].shape, windows.pool_sum(s.plains()[0], **s.params).shape, **s.params)


def pool_refusals(*others: object) -> list[tuple]:
    return [
        ("axes", ShapeError, ["(2, 2)"], [(2, 2), *others], {"size": (1,)}),
        ("size", ValueError, ["size", "(1, 1, 3)"], [(1, 1, 3), *others], {"size": (1, 1)}),
        ("negative", ValueError, ["size", "-1"], [(1, 1, 3), *others], {"size": (-1,)}),
        ("text", ValueError, ["average", "'all'"], [(1, 1, 3), *others], {"size": (1,), "average": "all"}),
    ]


TRANSPOSED = [(1, 2, 4, 4), (2, 4, 3, 3)]  # data and weight of a deconvolution
THREE = {"num_filter": 4, "kernel": (3, 3)}
MODES = ("to_even_down", "to_even_up", "to_odd_down", "to_odd_up")
POINTS = Draw((1, 2, 2, 3), -1.3, 1.27)
UNDER = Draw((1, 6), -0.61, 0.58)
TRANSFORMER = {"transform_type": "affine", "sampler_type": "bilinear"}
DEFORMABLE = {"num_filter": 2, "kernel": (2, 1), "no_bias": True}
MOVES = Draw((1, 4, 2, 2), -0.93, 0.89)

TABLE: dict[str, Row] = {
    "Convolution": entry(
        windows.convolution,
        CONVOLUTIONS,
        [
            *convolution_refusals(4, (4, 2, 3, 3)),
            (
                "room",
                ShapeError,
                ["kernel of 5", "extent 4"],
                [(1, 2, 4, 4), (1, 2, 5, 1)],
                {"num_filter": 1, "no_bias": True, "kernel": (5, 1)},
            ),
            (
                "whole_numbers",
                DTypeError,
                ["int32", "astype"],
                [whole_image, whole_image],
                {"num_filter": 1, "no_bias": True, "kernel": (3, 3)},
            ),
        ],
        FLOATS,
    ),
    "Deconvolution": entry(
        windows.deconvolution,
        DECONVOLUTIONS,
        [
            *convolution_refusals(4, (2, 4, 3, 3)),
            (
                "adj",
                ValueError,
                ["adj", "stride"],
                [(1, 2, 4, 4), (2, 4, 3, 3)],
                {"num_filter": 4, "kernel": (3, 3), "adj": (1, 0)},
            ),
            (
                "target",
                ValueError,
                ["target_shape", "7", "6"],
                [(1, 2, 4, 4), (2, 4, 3, 3)],
                {"num_filter": 4, "kernel": (3, 3), "target_shape": (7, 7)},
            ),
            (
                "pad_all",
                ValueError,
                ["pad of 9"],
                [(1, 2, 4, 4), (2, 4, 3, 3)],
                {"num_filter": 4, "kernel": (3, 3), "pad": (9, 9)},
            ),
            ("nothing", ShapeError, ["(1, 2, 0, 4)"], [(1, 2, 0, 4), (2, 4, 3, 3)], THREE),
        ],
        FLOATS,
    ),
    "_conv_weight_gradient": entry(
        windows.weight_gradient,
        [
            sample((2, 2, 3, 3), (2, 3, 2, 2), **SQUARE),
            sample(
                (1, 4, 4, 3),
                (1, 2, 3, 3),
                kernel=(2, 2),
                stride=(2, 1),
                dilate=(1, 2),
                pad=(1, 1),
                num_group=2,
            ),
            sample((1, 1, 4), (1, 2, 2), kernel=(2,), stride=(2,)),
            sample((0, 1, 3, 3), (0, 2, 2, 2), **SQUARE),
        ],
        [
            ("shape", ShapeError, ["(1, 3, 2, 2)", "(1, 3, 4, 4)"], [(1, 2, 3, 3), (1, 3, 4, 4)], SQUARE),
            ("axes", ShapeError, ["(1, 3, 2)"], [(1, 2, 3, 3), (1, 3, 2)], SQUARE),
            (
                "groups",
                ShapeError,
                ["num_group=2"],
                [(1, 2, 3, 3), (1, 3, 2, 2)],
                {**SQUARE, "num_group": 2},
            ),
        ],
        FLOATS,
    ),
    "Pooling": entry(
        windows.pooling,
        POOLINGS,
        [
            ("room", ShapeError, ["kernel of 4", "extent 3"], [(1, 1, 3, 3)], {"kernel": (4, 1)}),
            ("kernel", ValueError, ["kernel"], [(1, 1, 3, 3)], {"kernel": (2,)}),
            ("no_kernel", ValueError, ["kernel"], [(1, 1, 3, 3)], {}),
            (
                "pad",
                ValueError,
                ["pad 2", "kernel, 2"],
                [(1, 1, 3, 3)],
                {"kernel": (2, 2), "pad": (2, 2)},
            ),
            (
                "same",
                ValueError,
                ["same", "pad"],
                [(1, 1, 3, 3)],
                {"kernel": (2, 2), "pad": (1, 1), "pooling_convention": "same"},
            ),
            ("p_value", ValueError, ["p_value"], [(1, 1, 3, 3)], {"kernel": (2, 2), "pool_type": "lp"}),
            (
                "layout",
                ValueError,
                ["NCHW or NHWC", "(1, 1, 3, 3)"],
                [(1, 1, 3, 3)],
                {"kernel": (2, 2), "layout": "NCW"},
            ),
            ("axes", ShapeError, ["(3, 3)"], [(3, 3)], {"kernel": (2, 2)}),
            ("whole_numbers", DTypeError, ["int32", "astype"], [whole_image], {"kernel": (2, 2)}),
            (
                "type",
                ValueError,
                ["pool_type", "'median'"],
                [(1, 1, 3, 3)],
                {"kernel": (2, 2), "pool_type": "median"},
            ),
        ],
        FLOATS,
        ties=False,
    ),
    "Pooling_v1": entry(
        windows.pooling_v1,
        [
            sample((2, 1, 3, 3), **SQUARE),
            sample((1, 1, 4, 3), kernel=(3, 2), stride=(2, 1), pad=(1, 1)),
            sample(
                Draw((1, 1, 4, 4), -2, -1),
                kernel=(2, 2),
                pad=(2, 2),
                stride=(3, 3),
                pooling_convention="full",
            ),
            sample(
                (1, 1, 5, 4), pool_type="avg", pad=(1, 0), stride=(2, 2), pooling_convention="full", **SQUARE
            ),
            sample((1, 1, 3, 3), pool_type="sum", pad=(0, 1), **SQUARE),
            sample((1, 2, 3, 3), pool_type="avg", global_pool=True, pad=(1, 1), **SQUARE),
            sample((0, 1, 3, 3), **SQUARE),
        ],
        [
            ("room", ShapeError, ["kernel of 4", "extent 3"], [(1, 1, 3, 3)], {"kernel": (4, 1)}),
            ("kernel", ValueError, ["kernel"], [(1, 1, 3, 3)], {"kernel": (2,), "pool_type": "avg"}),
            ("axes", ShapeError, ["(1, 3, 3)"], [(1, 3, 3)], SQUARE),
            ("stride", ValueError, ["stride"], [(1, 1, 3, 3)], {"stride": (0, 1), **SQUARE}),
            ("pad", ValueError, ["-1"], [(1, 1, 3, 3)], {"pad": (-1, 1), **SQUARE}),
            ("whole_numbers", DTypeError, ["int32", "astype"], [whole_image], SQUARE),
            ("type", ValueError, ["pool_type", "'lp'"], [(1, 1, 3, 3)], {"pool_type": "lp", **SQUARE}),
        ],
        FLOATS,
        ties=False,
    ),
    "_contrib_AdaptiveAvgPooling2D": entry(
        windows.adaptive_average,
        [
            sample((1, 2, 3, 4)),
            sample((1, 1, 3, 4), output_size=2),
            sample((1, 1, 3, 4), output_size=(2, 3)),
            sample((1, 1, 2, 2), output_size=(3, 5)),
            sample((0, 1, 3, 4), output_size=2),
        ],
        [
            ("axes", ShapeError, ["4 axes", "(3, 3)"], [(3, 3)], {}),
            ("three", ValueError, ["output_size", "3"], [(1, 1, 3, 3)], {"output_size": (1, 2, 3)}),
            ("zero", ValueError, ["output_size", "0"], [(1, 1, 3, 3)], {"output_size": 0}),
        ],
        FLOATS,
    ),
    "_pool_sum": entry(windows.pool_sum, POOLS, pool_refusals(), FLOATS),
    "_pool_spread": entry(
        windows.pool_spread,
        [spread(s) for s in POOLS],
        [
            (
                "shape",
                ShapeError,
                ["(1, 1, 2)", "(1, 1, 4)"],
                [(1, 1, 2)],
                {"size": (3,), "shape": (1, 1, 4)},
            ),
            ("no_shape", ShapeError, ["()"], [(1, 1, 2)], {"size": (2,)}),
            ("negative", ShapeError, ["(1, 1, -4)"], [(1, 1, 2)], {"size": (2,), "shape": (1, 1, -4)}),
        ],
        FLOATS,
    ),
    "_pool_choose": entry(
        windows.pool_choose,
        [choose(s) for s in POOLS],
        [
            *pool_refusals((1, 1, 3))[1:],
            ("shapes", ShapeError, ["(1, 1, 3)", "(1, 1, 4)"], [(1, 1, 3), (1, 1, 4)], {"size": (1,)}),
        ],
        FLOATS,
        ties=False,
    ),
    "_pool_return": entry(
        windows.pool_return,
        [put_back(s) for s in POOLS],
        [
            *pool_refusals((1, 1, 1)),
            ("shapes", ShapeError, ["(1, 1, 3)", "(1, 1, 4)"], [(1, 1, 3), (1, 1, 4)], {"size": (1,)}),
        ],
        FLOATS,
        ties=False,
    ),
    "im2col": entry(
        windows.columns,
        [
            sample((1, 2, 3, 3), **SQUARE),
            sample((2, 1, 3, 4), kernel=(2, 2), stride=(2, 1), dilate=(1, 2), pad=(1, 1)),
            sample((1, 2, 4), kernel=(3,), pad=(1,)),
            sample((1, 1, 2, 2, 3), kernel=(1, 2, 2)),
            sample((0, 1, 3, 3), **SQUARE),
        ],
        [
            ("room", ShapeError, ["kernel of 4"], [(1, 1, 3, 3)], {"kernel": (4, 1)}),
            ("channels", ShapeError, ["(1, 0, 3)", "channels"], [(1, 0, 3)], {"kernel": (1,)}),
            ("axes", ShapeError, ["2 axes"], [(3, 3)], {"kernel": (1, 1)}),
        ],
        FLOATS,
    ),
    "col2im": entry(
        windows.from_columns,
        [
            sample((1, 8, 4), output_size=(3, 3), **SQUARE),
            sample(
                (2, 4, 6),
                output_size=(3, 4),
                kernel=(2, 2),
                stride=(2, 1),
                dilate=(1, 3),
                pad=(1, 1),
            ),
            sample((1, 6, 4), output_size=(4,), kernel=(3,), pad=(1,)),
            sample((0, 4, 4), output_size=(3, 3), **SQUARE),
        ],
        [
            (
                "rows",
                ShapeError,
                ["multiple of 4", "(1, 6, 4)"],
                [(1, 6, 4)],
                {"output_size": (3, 3), **SQUARE},
            ),
            (
                "columns",
                ShapeError,
                ["4 columns", "(1, 4, 5)"],
                [(1, 4, 5)],
                {"output_size": (3, 3), **SQUARE},
            ),
            ("axes", ShapeError, ["(4, 4)"], [(4, 4)], {"output_size": (3, 3), **SQUARE}),
        ],
        FLOATS,
    ),
    "UpSampling": entry(
        sampling.up_sampling,
        [
            sample((1, 2, 2, 3), scale=2, sample_type="nearest"),
            sample((1, 2, 1, 2), (1, 1, 2, 4), scale=4, sample_type="nearest"),
            sample((1, 1, 1, 2), (1, 1, 2, 4), scale=2, sample_type="nearest", multi_input_mode="sum"),
            sample((1, 2, 2, 2), (2, 1, 4, 4), scale=2, sample_type="bilinear", num_filter=2),
            sample((1, 1, 2, 2), (1, 1, 5, 5), scale=3, sample_type="bilinear", num_filter=1),
            sample((0, 2, 2, 3), scale=2, sample_type="nearest"),
        ],
        [
            ("scale", ValueError, ["scale", "0"], [(1, 1, 2, 2)], {"scale": 0, "sample_type": "nearest"}),
            ("axes", ShapeError, ["4 axes", "(2, 2)"], [(2, 2)], {"scale": 2, "sample_type": "nearest"}),
            (
                "factor",
                ShapeError,
                ["(1, 1, 3, 3)", "4 by 4"],
                [(1, 1, 2, 2), (1, 1, 3, 3)],
                {"scale": 2, "sample_type": "nearest"},
            ),
            (
                "weight",
                CallError,
                ["weight"],
                [(1, 1, 2, 2)],
                {"scale": 2, "sample_type": "bilinear", "num_filter": 1},
            ),
            (
                "filters",
                ValueError,
                ["num_filter", "3"],
                [(1, 1, 2, 2), (1, 1, 4, 4)],
                {"scale": 2, "sample_type": "bilinear", "num_filter": 3},
            ),
            ("type", CallError, ["sample_type is required"], [(1, 1, 2, 2)], {"scale": 2}),
        ],
        FLOATS,
    ),
    "_contrib_BilinearResize2D": entry(
        sampling.bilinear_resize,
        [
            sample((1, 2, 3, 2), height=4, width=5),
            sample((1, 1, 3, 4), height=2, width=3, align_corners=False),
            sample((1, 1, 3, 4)),
            sample((1, 1, 3, 2), scale_height=1.7, scale_width=2.0),
            sample((1, 1, 3, 2), (1, 1, 2, 4), mode="like"),
            sample((1, 1, 3, 2), mode="odd_scale", scale_height=2.0, scale_width=2.0),
            *(
                sample((1, 1, 3, 2), mode=mode)
                for mode in ("to_even_down", "to_even_up", "to_odd_down", "to_odd_up")
            ),
        ],
        [
            ("like", CallError, ["like"], [(1, 1, 3, 2)], {"mode": "like"}),
            ("two", CallError, ["like"], [(1, 1, 3, 2), (1, 1, 3, 2)], {}),
            ("axes", ShapeError, ["4 axes", "(3, 2)"], [(3, 2)], {}),
            ("height", ValueError, ["height 0"], [(1, 1, 3, 2)], {"height": 0}),
            ("nothing", ValueError, ["(1, 1, 0, 2)"], [(1, 1, 0, 2)], {}),
        ],
        WIDE,
    ),
    "GridGenerator": entry(
        sampling.grid_generator,
        [
            sample((2, 6), transform_type="affine", target_shape=(2, 3)),
            sample((1, 6), transform_type="affine", target_shape=(1, 1)),
            sample((1, 2, 2, 3), transform_type="warp"),
            sample((0, 6), transform_type="affine", target_shape=(2, 2)),
        ],
        [
            (
                "affine",
                ShapeError,
                ["(n, 6)", "(2, 5)"],
                [(2, 5)],
                {"transform_type": "affine", "target_shape": (2, 2)},
            ),
            ("warp", ShapeError, ["(2, 6)"], [(2, 6)], {"transform_type": "warp"}),
            ("target", ValueError, ["target_shape"], [(2, 6)], {"transform_type": "affine"}),
            ("type", CallError, ["transform_type is required"], [(2, 6)], {}),
        ],
        WIDE,
    ),
    "BilinearSampler": entry(
        sampling.sampler,
        [
            sample((1, 2, 3, 4), POINTS),
            sample((2, 1, 2, 2), Draw((2, 2, 1, 2), -0.9, 0.95)),
        ],
        [
            ("data", ShapeError, ["(3, 3)"], [(3, 3), (1, 2, 2, 2)], {}),
            ("grid", ShapeError, ["(1, 3, 2, 2)"], [(1, 1, 3, 3), (1, 3, 2, 2)], {}),
            ("images", ShapeError, ["(1, 1, 3, 3)", "(2, 2, 2, 2)"], [(1, 1, 3, 3), (2, 2, 2, 2)], {}),
            ("nothing", ShapeError, ["(1, 1, 0, 3)"], [(1, 1, 0, 3), (1, 2, 2, 2)], {}),
        ],
        WIDE,
    ),
    "SpatialTransformer": entry(
        sampling.spatial_transformer,
        [
            sample((1, 2, 3, 4), UNDER, target_shape=(2, 3), **TRANSFORMER),
        ],
        [
            (
                "loc",
                ShapeError,
                ["(n, 6)", "(1, 5)"],
                [(1, 1, 3, 3), (1, 5)],
                {**TRANSFORMER, "target_shape": (2, 2)},
            ),
            ("target", ValueError, ["target_shape"], [(1, 1, 3, 3), (1, 6)], TRANSFORMER),
            (
                "images",
                ShapeError,
                ["(2, 6)"],
                [(1, 1, 3, 3), (2, 6)],
                {**TRANSFORMER, "target_shape": (2, 2)},
            ),
        ],
        WIDE,
    ),
    "Correlation": entry(
        sampling.correlation,
        [
            sample((1, 2, 3, 4), (1, 2, 3, 4)),
            sample((1, 1, 3, 3), (1, 1, 3, 3), kernel_size=3, pad_size=2, stride1=2),
            sample(
                (1, 1, 2, 3),
                Draw((1, 1, 2, 3), -1.9, 2.05),
                max_displacement=2,
                stride2=2,
                pad_size=2,
                is_multiply=False,
            ),
        ],
        [
            ("even", ValueError, ["kernel_size", "2"], [(1, 1, 3, 3), (1, 1, 3, 3)], {"kernel_size": 2}),
            ("shapes", ShapeError, ["(1, 1, 3, 3)", "(1, 1, 3, 4)"], [(1, 1, 3, 3), (1, 1, 3, 4)], {}),
            ("room", ShapeError, ["(1, 1, 2, 3)"], [(1, 1, 2, 3), (1, 1, 2, 3)], {}),
            ("stride", ValueError, ["stride1", "0"], [(1, 1, 3, 3), (1, 1, 3, 3)], {"stride1": 0}),
        ],
        WIDE,
        ties=False,
    ),
    "_contrib_DeformableConvolution": entry(
        sampling.deformable_convolution,
        [
            sample((1, 2, 3, 2), MOVES, (2, 2, 2, 1), **DEFORMABLE),
            sample(
                (1, 2, 2, 2),
                Draw((1, 8, 2, 2), -0.93, 0.89),
                (2, 1, 2, 1),
                (2,),
                num_filter=2,
                kernel=(2, 1),
                stride=(1, 1),
                pad=(1, 0),
                dilate=(2, 1),
                num_group=2,
                num_deformable_group=2,
            ),
        ],
        [
            (
                "offset",
                ShapeError,
                ["offset", "(1, 4, 2, 2)", "(1, 2, 2, 2)"],
                [(1, 2, 3, 2), (1, 2, 2, 2), (2, 2, 2, 1)],
                DEFORMABLE,
            ),
            (
                "bias",
                CallError,
                ["bias"],
                [(1, 2, 3, 2), (1, 4, 2, 2), (2, 2, 2, 1)],
                {**DEFORMABLE, "no_bias": False},
            ),
            (
                "weight",
                ShapeError,
                ["(2, 2, 2, 2)"],
                [(1, 2, 3, 2), (1, 4, 2, 2), (2, 2, 2, 2)],
                DEFORMABLE,
            ),
            (
                "groups",
                ValueError,
                ["num_deformable_group=3"],
                [(1, 2, 3, 2), (1, 4, 2, 2), (2, 2, 2, 1)],
                {**DEFORMABLE, "num_deformable_group": 3},
            ),
            ("axes", ShapeError, ["(3, 2)"], [(3, 2), (1, 4, 2, 2), (2, 2, 2, 1)], DEFORMABLE),
        ],
        WIDE,
    ),
    "_contrib_ModulatedDeformableConvolution": entry(
        sampling.modulated_convolution,
        [
            sample((1, 2, 3, 2), MOVES, (1, 2, 2, 2), (2, 2, 2, 1), **DEFORMABLE),
            sample(
                (1, 2, 2, 2),
                Draw((1, 8, 2, 2), -0.93, 0.89),
                (1, 4, 2, 2),
                (2, 1, 2, 1),
                (2,),
                num_filter=2,
                kernel=(2, 1),
                pad=(1, 0),
                dilate=(2, 1),
                num_group=2,
                num_deformable_group=2,
            ),
        ],
        [
            (
                "mask",
                ShapeError,
                ["mask", "(1, 2, 2, 2)", "(1, 4, 2, 2)"],
                [(1, 2, 3, 2), (1, 4, 2, 2), (1, 4, 2, 2), (2, 2, 2, 1)],
                DEFORMABLE,
            ),
            (
                "bias",
                CallError,
                ["bias"],
                [(1, 2, 3, 2), (1, 4, 2, 2), (1, 2, 2, 2), (2, 2, 2, 1)],
                {**DEFORMABLE, "no_bias": False},
            ),
            (
                "three",
                CallError,
                ["4 to 5 inputs"],
                [(1, 2, 3, 2), (1, 4, 2, 2), (1, 2, 2, 2)],
                DEFORMABLE,
            ),
        ],
        WIDE,
    ),
}
