"""Boxes and regions of interest."""

from __future__ import annotations

import regions
from plain import Plain
from rows import FLOATS, Draw, Given, Row, entry, sample

from ndgrad import nd
from ndgrad.base import CallError, DTypeError, ShapeError

# -------------------------------------------------------------------------- inputs that are boxes


def as_boxes(x: nd.NDArray) -> nd.NDArray:
    """Corner and size become two corners."""
    return nd.concat(x[..., :2], x[..., :2] + x[..., 2:], dim=-1)


def boxes(*shape: int) -> Draw:
    return Draw(shape, 0.1, 0.6, as_boxes)


def labelled(classes: list[float]) -> object:
    """Boxes behind a column of classes."""

    def prepare(x: nd.NDArray) -> nd.NDArray:
        column = nd.array(classes, dtype="float64").reshape((*x.shape[:-1], 1))
        return nd.concat(column, as_boxes(x), dim=-1)

    return prepare


def labels(*classes: list[float]) -> Draw:
    shape = (len(classes), len(classes[0]), 4)
    return Draw(shape, 0.1, 0.6, labelled([c for row in classes for c in row]))


def scored(classes: list[float]) -> object:
    """Classes, scores (the first column) and boxes."""

    def prepare(x: nd.NDArray) -> nd.NDArray:
        column = nd.array(classes, dtype="float64").reshape((*x.shape[:-1], 1))
        return nd.concat(column, x[..., :1], as_boxes(x[..., 1:]), dim=-1)

    return prepare


def detections(*classes: list[float]) -> Draw:
    shape = (len(classes), len(classes[0]), 5)
    return Draw(shape, 0.1, 0.6, scored([c for row in classes for c in row]))


# ---------------------------------------------------------------------------------------- regions

ROIS = [[0, 0, 0, 20, 20], [1, 8, 12, 30, 30], [1, -20, -20, 10, 5], [-1, 0, 0, 20, 20], [0, 50, 50, 80, 80]]
TURNED = [[0, 15, 15, 20, 10, 30], [1, 20, 10, 12, 30, -45], [-1, 0, 0, 20, 20, 0]]


def of_dtype(rows: list[list[float]]) -> object:
    """Regions of the data's dtype that no gradient flows to."""

    def prepare(x: nd.NDArray) -> nd.NDArray:
        return nd.BlockGrad(x * 0 + nd.array(rows, dtype="float64"))

    return prepare


def rois(rows: list[list[float]] = ROIS) -> Draw:
    return Draw((len(rows), len(rows[0])), -1, 1, of_dtype(rows))


NO_ROIS = Draw((0, 5))
POOLED = {"pooled_size": (2, 3), "spatial_scale": 0.125}
ROI_REFUSALS = [
    ("data", ShapeError, ["(2, 3, 3)", "(1, 5)"], [(2, 3, 3), (1, 5)], POOLED),
    ("rois", ShapeError, ["(1, 4)", "regions"], [(1, 1, 3, 3), (1, 4)], POOLED),
    ("image", IndexError, ["image 1", "1"], [(1, 1, 3, 3), (1, 5)], POOLED),
    ("bins", ValueError, ["pooled_size"], [(1, 1, 3, 3), (1, 5)], {**POOLED, "pooled_size": (0, 2)}),
    ("scale", CallError, ["spatial_scale is required"], [(1, 1, 3, 3), (1, 5)], {"pooled_size": (2, 2)}),
]


def one_roi(*values: float) -> object:
    return lambda: nd.array([values])


SAMPLE_REFUSALS = [
    ("large", ValueError, ["region 0", "large"], [(1, 1, 3, 3), one_roi(0, 0, 0, 1e9, 1)], POOLED),
    ("nan", ValueError, ["region 0", "finite"], [(1, 1, 3, 3), one_roi(0, float("nan"), 0, 1, 1)], POOLED),
]
LISTED = {"kind": "average", "groups": (2, 1), **POOLED}
WHOLE = [lambda: nd.ones((1, 2, 4), dtype="int32"), lambda: nd.ones((1, 2, 4), dtype="int32")]

NMS = [
    sample(detections([0, 1, 0, 2, 0, 1]), overlap_thresh=0.25),
    sample(detections([0, 1, 0, 2], [1, 1, 0, -1]), overlap_thresh=0.125, id_index=0, valid_thresh=0.25),
    sample(detections([0, 1, 0, 2, 0, 1]), overlap_thresh=0.125, id_index=0, force_suppress=True),
    sample(detections([0, 1, 0, 2, 0, 1]), overlap_thresh=0.125, id_index=0, background_id=1, topk=3),
    sample(detections([0, 1, 0, 2]), overlap_thresh=0.25, in_format="center", out_format="center"),
    sample(Draw((3, 6), 0.1, 0.9), coord_start=0, score_index=5, overlap_thresh=0.125),
    sample((0, 3, 6)),
    sample((2, 0, 6)),
]
NMS_REFUSALS = [
    ("coords", ValueError, ["coord_start=3", "(2, 6)"], [(2, 6)], {"coord_start": 3}),
    ("score", ValueError, ["score_index=6", "(2, 6)"], [(2, 6)], {"score_index": 6}),
    ("axes", ShapeError, ["(6,)"], [(6,)], {}),
    ("whole", DTypeError, ["int32"], [lambda: nd.ones((2, 6), dtype="int32")], {}),
]

SMALL = Draw((2, 3), 0, 0.9)
SCORES = Draw((1, 3, 5), 0, 1)
UNEQUAL = (1, 0.5, 0.25, 2)
TARGET = [(1, 2, 4), (1, 1, 5), (1, 2, 2)]
ONE_ROI = [(1, 1, 3, 3), (1, 5)]


def encoding(**changed: object) -> list[object]:
    """The arguments of box_encode, some of them changed."""
    usual = {"samples": (2, 3), "matches": (2, 3), "anchors": (2, 3, 4), "refs": (2, 2, 4)}
    return list({**usual, "means": (4,), "stds": (4,), **changed}.values())


INFO = [Given(Plain((n, 3), [48, 64, 1, 40, 50, 1.5][: 3 * n]), "") for n in (1, 2)]
SMALL_ANCHORS = {"scales": (2, 4), "ratios": (0.5, 1), "rpn_post_nms_top_n": 6}


def proposed(images: int) -> list[object]:
    """Scores and moves of four anchors at each of 3 x 4 cells."""
    return [Draw((images, 8, 3, 4), 0, 1), Draw((images, 16, 3, 4), -0.4, 0.4), INFO[images - 1]]


DEFORMED = {
    "spatial_scale": 0.47,
    "group_size": 2,
    "pooled_size": 3,
    "part_size": 2,
    "sample_per_part": 2,
    "trans_std": 0.1,
}
ONE_GROUP = {"group_size": 1, "sample_per_part": 1}
ONE_OUT = {"output_dim": 1, **DEFORMED}
PLACED = Given(Plain((2, 5), [0, 1.2, 2, 8, 7.4, 1, 3, 0, 11, 9]), "float32")


def whole_planes() -> nd.NDArray:
    return nd.ones((2, 4, 4, 5), dtype="int32")


def whole_proposal() -> nd.NDArray:
    return nd.ones((1, 24, 1, 1), dtype="int32")


TABLE: dict[str, Row] = {
    "_contrib_box_iou": entry(
        regions.box_iou,
        [
            sample(boxes(3, 4), boxes(2, 4)),
            sample(boxes(2, 2, 4), boxes(3, 4), format="center"),
            sample(boxes(0, 4), boxes(2, 4)),
        ],
        [
            ("four", ShapeError, ["(2, 5)", "4"], [(2, 4), (2, 5)], {}),
            ("axes", ShapeError, ["(4,)"], [(4,), (2, 4)], {}),
            ("whole", DTypeError, ["int32"], WHOLE, {}),
            ("format", ValueError, ["format", "'edges'"], [(2, 4), (2, 4)], {"format": "edges"}),
        ],
        FLOATS,
        blocks=True,
    ),
    "_contrib_bipartite_matching": entry(
        regions.bipartite_matching,
        [
            sample((3, 2), threshold=-1.0),
            sample((2, 3, 4), threshold=0.5),
            sample((3, 3), threshold=0.5, is_ascend=True),
            sample((4, 4), threshold=-9.0, topk=1),
        ],
        [
            ("axes", ShapeError, ["(3,)"], [(3,)], {"threshold": 0.5}),
            ("threshold", CallError, ["threshold is required"], [(2, 2)], {}),
            ("topk", CallError, ["topk"], [(2, 2)], {"threshold": 0.5, "topk": 0.5}),
        ],
        FLOATS,
        blocks=True,
    ),
    "_contrib_box_encode": entry(
        regions.box_encode,
        [
            sample(
                Draw((2, 3), -1, 2),
                Draw((2, 3), 0, 0.9),
                boxes(2, 3, 4),
                boxes(2, 2, 4),
                (4,),
                Draw((4,), 0.1, 1),
            ),
            sample((0, 3), (0, 3), boxes(0, 3, 4), boxes(0, 2, 4), (4,), (4,)),
        ],
        [
            (
                "anchors",
                ShapeError,
                ["(2, 3)", "(2, 2, 4)"],
                encoding(anchors=(2, 2, 4)),
                {},
            ),
            (
                "batches",
                ShapeError,
                ["(2, 3)", "(1, 2, 4)"],
                encoding(refs=(1, 2, 4)),
                {},
            ),
            ("means", ShapeError, ["(3,)"], encoding(means=(3,)), {}),
            ("match", IndexError, ["match 1"], encoding(refs=(2, 1, 4)), {}),
        ],
        FLOATS,
        blocks=True,
    ),
    "_contrib_box_decode": entry(
        regions.box_decode,
        [
            sample((2, 3, 4), boxes(1, 3, 4)),
            sample((1, 2, 4), boxes(1, 2, 4), format="corner", clip=0.25, std0=0.5, std3=2.0),
            sample((0, 2, 4), boxes(1, 2, 4)),
        ],
        [
            ("anchors", ShapeError, ["(2, 3, 4)", "(1, 2, 4)"], [(2, 3, 4), (1, 2, 4)], {}),
            ("shared", ShapeError, ["(2, 3, 4)"], [(2, 3, 4), (2, 3, 4)], {}),
            ("four", ShapeError, ["(2, 3, 5)"], [(2, 3, 5), (1, 3, 4)], {}),
        ],
        FLOATS,
        blocks=True,
    ),
    "_box_nms_choice": entry(
        regions.box_nms_choice, NMS, NMS_REFUSALS, FLOATS, result_dtype="int64", blocks=True
    ),
    "_contrib_box_nms": entry(
        regions.box_nms,
        [
            *NMS,
            sample(detections([0, 1, 0, 2]), overlap_thresh=0.25, out_format="center"),
            sample(detections([0, 1, 0, 2]), overlap_thresh=0.25, in_format="center"),
            sample(detections([0, 1]), topk=0),
        ],
        NMS_REFUSALS,
        FLOATS,
        ties=False,
    ),
    "_contrib_MultiBoxPrior": entry(
        regions.multibox_prior,
        [
            sample((1, 1, 2, 3)),
            sample((2, 1, 3, 2), sizes=(0.5, 0.25), ratios=(2.0, 1.0, 0.5)),
            sample((1, 2, 2, 2), sizes=(0.75,), ratios=(1.5,), clip=True),
            sample((1, 1, 2, 3), steps=(0.25, 0.125), offsets=(0.0, 0.75)),
            sample((1, 1, 0, 3)),
        ],
        [
            ("axes", ShapeError, ["(2, 3)", "height"], [(2, 3)], {}),
            ("sizes", ValueError, ["sizes"], [(1, 1, 2, 2)], {"sizes": ()}),
            ("steps", ValueError, ["steps"], [(1, 1, 2, 2)], {"steps": (0.5,)}),
            ("text", CallError, ["ratios"], [(1, 1, 2, 2)], {"ratios": "wide"}),
        ],
        FLOATS,
    ),
    "_contrib_MultiBoxTarget": entry(
        regions.multibox_target,
        [
            sample(boxes(1, 6, 4), labels([0, 1], [2, -1], [-1, -1]), (3, 4, 6)),
            sample(boxes(1, 6, 4), labels([0, 1]), (1, 2, 6), overlap_threshold=0.25, ignore_label=-2.0),
            sample(
                boxes(1, 5, 4), labels([0, 1]), (1, 2, 5), overlap_threshold=-1.0, variances=(1, 1, 0.5, 2)
            ),
            sample(boxes(1, 8, 4), labels([1, 0, -1]), (1, 3, 8), negative_mining_ratio=1.5),
            sample(
                boxes(1, 8, 4),
                labels([1]),
                (1, 3, 8),
                negative_mining_ratio=3.0,
                negative_mining_thresh=0.0625,
                minimum_negative_samples=4,
            ),
        ],
        [
            ("anchors", ShapeError, ["(1, 2, 4)", "(1, 2, 3)"], [(1, 2, 4), (1, 1, 5), (1, 2, 3)], {}),
            ("width", ShapeError, ["(1, 1, 4)"], [(1, 2, 4), (1, 1, 4), (1, 2, 2)], {}),
            ("shared", ShapeError, ["(2, 2, 4)"], [(2, 2, 4), (1, 1, 5), (1, 2, 2)], {}),
            (
                "variances",
                ValueError,
                ["variances", "4"],
                [(1, 2, 4), (1, 1, 5), (1, 2, 2)],
                {"variances": (1,)},
            ),
        ],
        FLOATS,
        blocks=True,
    ),
    "_contrib_MultiBoxDetection": entry(
        regions.multibox_detection,
        [
            sample(Draw((2, 3, 4), 0, 1), (2, 16), boxes(1, 4, 4)),
            sample(SCORES, (1, 20), boxes(1, 5, 4), threshold=0.5, clip=False, nms_threshold=0.25),
            sample(SCORES, (1, 20), boxes(1, 5, 4), force_suppress=True, nms_threshold=0.125),
            sample(SCORES, (1, 20), boxes(1, 5, 4), nms_topk=2, variances=UNEQUAL),
            sample(Draw((1, 2, 4), 0, 1), (1, 16), boxes(1, 4, 4), nms_threshold=0.0, background_id=1),
            sample(Draw((0, 2, 4), 0, 1), (0, 16), boxes(1, 4, 4)),
        ],
        [
            ("offsets", ShapeError, ["(1, 2, 4)", "(1, 12)"], [(1, 2, 4), (1, 12), (1, 4, 4)], {}),
            ("anchors", ShapeError, ["(1, 2, 4)", "(1, 3, 4)"], [(1, 2, 4), (1, 16), (1, 3, 4)], {}),
            ("axes", ShapeError, ["(2, 4)"], [(2, 4), (1, 16), (1, 4, 4)], {}),
        ],
        FLOATS,
        blocks=True,
    ),
    "_roi_argmax": entry(
        regions.roi_argmax,
        [sample((2, 2, 4, 5), rois(), **POOLED)],
        ROI_REFUSALS,
        FLOATS,
        result_dtype="int64",
    ),
    "ROIPooling": entry(
        regions.roi_pooling,
        [
            sample((2, 2, 4, 5), rois(), **POOLED),
            sample((2, 1, 4, 4), rois(), pooled_size=(3, 3), spatial_scale=0.0625),
            sample((2, 1, 4, 4), NO_ROIS, **POOLED),
        ],
        ROI_REFUSALS,
        FLOATS,
        ties=False,
    ),
    "_roi_sample": entry(
        regions.roi_sample,
        [
            sample((2, 4, 4, 5), rois(), kind="average", groups=(2, 2), **POOLED),
            sample((2, 2, 4, 5), rois(TURNED), kind="rotated", groups=(1, 2), **POOLED),
        ],
        [
            ("channels", ShapeError, ["(1, 1, 3, 3)", "2 x 1"], [(1, 1, 3, 3), (1, 5)], LISTED),
            ("groups", CallError, ["groups is required"], [(1, 1, 3, 3), (1, 5)], POOLED),
            ("samples", ValueError, ["99999"], [(1, 2, 3, 3), (1, 5)], {**LISTED, "sample_ratio": 99999}),
        ],
        FLOATS,
    ),
    "_roi_scatter": entry(
        regions.roi_scatter,
        [
            sample((5, 1, 2, 3), rois(), kind="average", groups=(2, 2), shape=(2, 4, 4, 5), **POOLED),
            sample((5, 2, 2, 3), rois(), groups=(1, 1), shape=(2, 2, 4, 5), aligned=True, **POOLED),
        ],
        [
            (
                "shape",
                ShapeError,
                ["(1, 1, 3, 3)"],
                [(1, 1, 3, 3), (1, 5)],
                {**LISTED, "shape": (2, 4, 4, 5)},
            ),
            ("extents", ShapeError, ["four"], [(1, 1, 2, 3), (1, 5)], {**LISTED, "shape": (2, 4)}),
            ("negative", ShapeError, ["-1"], [(1, 1, 2, 3), (1, 5)], {**LISTED, "shape": (1, -1, 2, 2)}),
        ],
        FLOATS,
    ),
    "_contrib_ROIAlign": entry(
        regions.roi_align,
        [
            sample((2, 2, 4, 5), rois(ROIS[:3]), **POOLED),
            sample((2, 2, 4, 5), rois(), **POOLED),
            sample((2, 1, 4, 5), rois(), aligned=True, **POOLED),
            sample((2, 1, 3, 3), rois(), sample_ratio=2, **POOLED),
            sample((2, 6, 3, 3), rois(), position_sensitive=True, **POOLED),
            sample((2, 1, 4, 4), NO_ROIS, **POOLED),
        ],
        [
            *ROI_REFUSALS,
            *SAMPLE_REFUSALS,
            (
                "channels",
                ShapeError,
                ["(1, 1, 3, 3)"],
                [(1, 1, 3, 3), (1, 5)],
                {**POOLED, "position_sensitive": True},
            ),
        ],
        FLOATS,
    ),
    "_contrib_RROIAlign": entry(
        regions.rotated_roi_align,
        [
            sample((2, 2, 4, 5), rois(TURNED[:2]), **POOLED),
            sample((2, 1, 4, 4), rois(TURNED), sampling_ratio=3, **POOLED),
        ],
        [
            ("rois", ShapeError, ["(1, 5)", "6"], [(1, 1, 3, 3), (1, 5)], POOLED),
            ("large", ValueError, ["region 0"], [(1, 1, 3, 3), one_roi(0, 0, 0, 1e9, 1, 0)], POOLED),
            ("bins", ValueError, ["pooled_size"], [(1, 1, 3, 3), (1, 6)], {**POOLED, "pooled_size": (2,)}),
        ],
        FLOATS,
    ),
    "_contrib_PSROIPooling": entry(
        regions.psroi_pooling,
        [
            sample((2, 8, 4, 5), rois(ROIS[:3]), spatial_scale=0.125, output_dim=2, pooled_size=2),
            sample((2, 4, 4, 5), rois(), spatial_scale=0.125, output_dim=1, pooled_size=3, group_size=2),
        ],
        [
            (
                "channels",
                ShapeError,
                ["(1, 3, 3, 3)", "output_dim"],
                [(1, 3, 3, 3), (1, 5)],
                {"spatial_scale": 0.5, "output_dim": 1, "pooled_size": 2},
            ),
            (
                "rois",
                ShapeError,
                ["(1, 4)"],
                [(1, 4, 3, 3), (1, 4)],
                {"spatial_scale": 0.5, "output_dim": 1, "pooled_size": 2},
            ),
            (
                "size",
                CallError,
                ["pooled_size is required"],
                [(1, 4, 3, 3), (1, 5)],
                {"spatial_scale": 0.5, "output_dim": 1},
            ),
        ],
        FLOATS,
    ),
    "_contrib_MultiProposal": entry(
        regions.proposal,
        [
            sample(*proposed(1), **SMALL_ANCHORS, rpn_min_size=4),
            sample(*proposed(2), **SMALL_ANCHORS, output_score=True, threshold=0.3, rpn_pre_nms_top_n=9),
            sample(*proposed(1), **SMALL_ANCHORS, rpn_min_size=20, iou_loss=True, rpn_pre_nms_top_n=0),
            sample(Draw((1, 24, 1, 2), 0, 1), Draw((1, 48, 1, 2), -0.4, 0.4), INFO[0], rpn_post_nms_top_n=3),
        ],
        [
            ("anchors", ShapeError, ["12 anchors", "(1, 8, 3, 4)"], [(1, 8, 3, 4), (1, 16, 3, 4), (1, 3)]),
            ("cells", ShapeError, ["(1, 16, 3, 5)"], [(1, 8, 3, 4), (1, 16, 3, 5), (1, 3)], SMALL_ANCHORS),
            ("info", ShapeError, ["(2, 3)"], [(1, 8, 3, 4), (1, 16, 3, 4), (2, 3)], SMALL_ANCHORS),
            (
                "none",
                ValueError,
                ["above 0"],
                [(1, 24, 1, 1), (1, 48, 1, 1), (1, 3)],
                {"rpn_post_nms_top_n": 0},
            ),
            (
                "stride",
                ValueError,
                ["above 0"],
                [(1, 24, 1, 1), (1, 48, 1, 1), (1, 3)],
                {"feature_stride": 0},
            ),
            ("whole", DTypeError, ["int32"], [whole_proposal, (1, 48, 1, 1), (1, 3)]),
        ],
        FLOATS[1:],
        result_dtype=lambda dtype, _params: [dtype, dtype],
        blocks=True,
    ),
    "_contrib_DeformablePSROIPooling": entry(
        regions.deformable_psroi,
        [
            sample((2, 4, 4, 5), PLACED, Draw((2, 2, 2, 2), -1, 1), output_dim=1, **DEFORMED),
            sample((2, 2, 4, 5), PLACED, Draw((2, 4, 2, 2), -1, 1), output_dim=2, **DEFORMED | ONE_GROUP),
            sample((2, 4, 4, 5), PLACED, output_dim=1, **DEFORMED | {"no_trans": True, "part_size": 0}),
        ],
        [
            ("channels", ShapeError, ["(2, 3, 4, 5)"], [(2, 3, 4, 5), (2, 5), (2, 2, 2, 2)], ONE_OUT),
            ("rois", ShapeError, ["(2, 4)"], [(2, 4, 4, 5), (2, 4), (2, 2, 2, 2)], ONE_OUT),
            ("trans", ShapeError, ["(3, 2, 2, 2)"], [(2, 4, 4, 5), (2, 5), (3, 2, 2, 2)], ONE_OUT),
            ("parts", ShapeError, ["(2, 2, 3, 3)"], [(2, 4, 4, 5), (2, 5), (2, 2, 3, 3)], ONE_OUT),
            ("no_trans", CallError, ["no_trans=False"], [(2, 4, 4, 5), (2, 5)], ONE_OUT),
            ("image", IndexError, ["image 1"], [(1, 4, 4, 5), (2, 5), (2, 2, 2, 2)], ONE_OUT),
            (
                "size",
                ValueError,
                ["1 to 1024"],
                [(2, 4, 4, 5), (2, 5), (2, 2, 2, 2)],
                {**ONE_OUT, "pooled_size": 0},
            ),
            ("whole", DTypeError, ["int32"], [whole_planes, (2, 5), (2, 2, 2, 2)], ONE_OUT),
        ],
        FLOATS,
    ),
}
