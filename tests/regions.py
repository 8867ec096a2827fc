"""Boxes and regions of interest in plain Python, by definition."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from matrices import flat, matrices, vectors
from plain import Plain

Box = Sequence[float]


def corners(box: Box, format: str = "corner") -> list[float]:
    if format == "corner":
        return list(box)
    x, y, width, height = box
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]


def centered(box: Box) -> list[float]:
    left, top, right, bottom = box
    return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]


def overlap(a: Box, b: Box) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)) - both)


def seen_from(anchor: Box, box: Box) -> list[float]:
    (x, y, width, height), (u, v, wide, high) = centered(anchor), centered(box)
    return [(u - x) / width, (v - y) / height, math.log(wide / width), math.log(high / height)]


def seen_as(anchor: Box, offsets: Box) -> list[float]:
    (x, y, width, height), (u, v, wide, high) = centered(anchor), offsets
    return corners((u * width + x, v * height + y, math.exp(wide) * width, math.exp(high) * height), "center")


def best_first(places: Iterable[int], scores: Sequence[float]) -> list[int]:
    return sorted(places, key=lambda place: -scores[place])


# ------------------------------------------------------------------------------------------- boxes


def box_iou(a: Plain, b: Plain, format: str = "corner") -> Plain:
    boxes = [[corners(box, format) for box in vectors(x)] for x in (a, b)]
    return Plain((*a.shape[:-1], *b.shape[:-1]), [overlap(p, q) for p in boxes[0] for q in boxes[1]])


def matching(
    scores: list[list[float]], threshold: float, is_ascend: bool, topk: int
) -> tuple[list[float], list[float]]:
    rows, columns = [-1.0] * len(scores), [-1.0] * len(scores[0])
    sign = 1 if is_ascend else -1
    pairs = sorted((sign * s, i, j) for i, row in enumerate(scores) for j, s in enumerate(row))
    for score, i, j in pairs:
        if score >= sign * threshold or (topk > 0 and sum(c >= 0 for c in rows) > topk):
            break
        if rows[i] < 0 and columns[j] < 0:
            rows[i], columns[j] = float(j), float(i)
    return rows, columns


def bipartite_matching(x: Plain, threshold: float, is_ascend: bool = False, topk: int = -1) -> list[Plain]:
    found = [matching(scores, threshold, is_ascend, topk) for scores in matrices(x)]
    shapes = x.shape[:-1], (*x.shape[:-2], x.shape[-1])
    return [Plain(shape, flat([pair[k] for pair in found])) for k, shape in enumerate(shapes)]


def box_encode(
    samples: Plain, matches: Plain, anchors: Plain, refs: Plain, means: Plain, stds: Plain
) -> list[Plain]:
    targets, masks = [], []
    for b, anchors_here in enumerate(matrices(anchors)):
        for i, anchor in enumerate(anchors_here):
            sampled = samples[(b, i)] > 0.5
            seen = seen_from(anchor, matrices(refs)[b][int(matches[(b, i)])])
            normal = [(s - m) / d for s, m, d in zip(seen, means.values, stds.values, strict=True)]
            targets.append(normal if sampled else [0.0] * 4)
            masks.append([float(sampled)] * 4)
    return [Plain(anchors.shape, flat(targets)), Plain(anchors.shape, flat(masks))]


def box_decode(x: Plain, anchors: Plain, format: str = "center", clip: float = -1.0, **stds: float) -> Plain:
    scales = [stds.get(f"std{k}", 1.0) for k in range(4)]

    def decoded(offsets: Box, anchor: Box) -> list[float]:
        scaled = [o * s for o, s in zip(offsets, scales, strict=True)]
        if clip > 0:
            scaled[2:] = [min(o, clip) for o in scaled[2:]]
        return seen_as(corners(anchor, format), scaled)

    pairs = [zip(boxes, vectors(anchors), strict=True) for boxes in matrices(x)]
    return Plain(x.shape, flat([decoded(*pair) for batch in pairs for pair in batch]))


def kept(
    rows: list[list[float]],
    overlap_thresh: float = 0.5,
    valid_thresh: float = 0.0,
    topk: int = -1,
    coord_start: int = 2,
    score_index: int = 1,
    id_index: int = -1,
    background_id: int = -1,
    force_suppress: bool = False,
    in_format: str = "corner",
    **_: object,
) -> list[int]:
    scores = [row[score_index] for row in rows]
    classes = [None if id_index < 0 else row[id_index] for row in rows]
    places = [i for i, s in enumerate(scores) if s > valid_thresh and classes[i] != background_id]
    chosen: list[int] = []
    for place in best_first(places, scores)[: topk if topk > 0 else None]:
        box, *others = (
            corners(rows[i][coord_start : coord_start + 4], in_format)
            for i in [place, *(i for i in chosen if force_suppress or classes[i] == classes[place])]
        )
        if all(overlap(other, box) <= overlap_thresh for other in others):
            chosen.append(place)
    return chosen


def box_nms_choice(x: Plain, **params: object) -> Plain:
    places, count = [], x.shape[-2]
    for batch, rows in enumerate(matrices(x)):
        chosen = kept(rows, **params)
        places += [batch * count + i for i in chosen] + [-1] * (count - len(chosen))
    return Plain(x.shape[:-1], places)


def box_nms(x: Plain, in_format: str = "corner", out_format: str = "corner", **params: object) -> Plain:
    if params.get("topk") == 0:
        return x
    start = params.get("coord_start", 2)

    def converted(row: list[float]) -> list[float]:
        box = row[start : start + 4]
        if in_format != out_format:
            box = centered(box) if out_format == "center" else corners(box, "center")
        return [*row[:start], *box, *row[start + 4 :]]

    rows = vectors(x)
    places = box_nms_choice(x, in_format=in_format, **params).values
    return Plain(x.shape, flat([converted(rows[i]) if i >= 0 else [-1.0] * x.shape[-1] for i in places]))


# ---------------------------------------------------------------------------------------- multibox


def multibox_prior(
    x: Plain,
    sizes: Sequence[float] = (1.0,),
    ratios: Sequence[float] = (1.0,),
    clip: bool = False,
    steps: Sequence[float] = (-1.0, -1.0),
    offsets: Sequence[float] = (0.5, 0.5),
) -> Plain:
    height, width = x.shape[2:]
    shapes = [(size, ratios[0]) for size in sizes] + [(sizes[0], ratio) for ratio in ratios[1:]]
    down, across = (s if s > 0 else 1 / max(n, 1) for s, n in zip(steps, (height, width), strict=True))
    boxes = [
        corners(
            (
                (j + offsets[1]) * across,
                (i + offsets[0]) * down,
                size * height / width * math.sqrt(ratio),
                size / math.sqrt(ratio),
            ),
            "center",
        )
        for i in range(height)
        for j in range(width)
        for size, ratio in shapes
    ]
    values = [min(max(v, 0.0), 1.0) if clip else v for v in flat(boxes)]
    return Plain((1, len(boxes), 4), values)


def matched(anchors: list[Box], boxes: list[Box], overlap_threshold: float) -> dict[int, int]:
    """The box of every anchor that has one: first each box its own, then what overlaps enough."""
    overlaps = {(i, k): overlap(a, b) for i, a in enumerate(anchors) for k, b in enumerate(boxes)}
    found: dict[int, int] = {}
    for (i, k), value in sorted(overlaps.items(), key=lambda item: -item[1]):
        if value > 1e-6 and i not in found and k not in found.values():
            found[i] = k
    for i in range(len(anchors)):
        k = max(range(len(boxes)), key=lambda k, i=i: overlaps[i, k], default=0)
        if boxes and i not in found and overlaps[i, k] > overlap_threshold > 0:
            found[i] = k
    return found


def background(scores: list[float]) -> float:
    return 1 / sum(math.exp(score - scores[0]) for score in scores)


def hard_negatives(
    anchors: list[Box],
    boxes: list[Box],
    scores: list[list[float]],
    found: dict[int, int],
    ratio: float,
    most: float,
) -> list[int]:
    free = [
        i
        for i, anchor in enumerate(anchors)
        if i not in found and max(overlap(anchor, box) for box in boxes) < most
    ]
    confidence = {i: background([row[i] for row in scores]) for i in free}
    return sorted(free, key=lambda i: confidence[i])[: int(len(found) * ratio)]


def multibox_target(
    anchor: Plain,
    label: Plain,
    cls_pred: Plain,
    overlap_threshold: float = 0.5,
    ignore_label: float = -1.0,
    negative_mining_ratio: float = -1.0,
    negative_mining_thresh: float = 0.5,
    minimum_negative_samples: int = 0,
    variances: Sequence[float] = (0.1, 0.1, 0.2, 0.2),
) -> list[Plain]:
    anchors, targets, masks, classes = vectors(anchor), [], [], []
    for rows, scores in zip(matrices(label), matrices(cls_pred), strict=True):
        end = next((k for k, row in enumerate(rows) if row[0] == -1), len(rows))
        boxes = [row[1:5] for row in rows[:end]]
        found = matched(anchors, boxes, overlap_threshold)
        others = [i for i in range(len(anchors)) if boxes and i not in found]
        if boxes and negative_mining_ratio > 0:
            others = hard_negatives(
                anchors, boxes, scores, found, negative_mining_ratio, negative_mining_thresh
            )
        for i, box in enumerate(anchors):
            seen = seen_from(box, boxes[found[i]]) if i in found else [0.0] * 4
            targets.append([s / v for s, v in zip(seen, variances, strict=True)])
            masks.append([float(i in found)] * 4)
            nothing = 0.0 if i in others else ignore_label
            classes.append(rows[found[i]][0] + 1 if i in found else nothing)
    batch, count = label.shape[0], len(anchors)
    return [
        Plain((batch, count * 4), flat(targets)),
        Plain((batch, count * 4), flat(masks)),
        Plain((batch, count), classes),
    ]


def multibox_detection(
    cls_prob: Plain,
    loc_pred: Plain,
    anchor: Plain,
    clip: bool = True,
    threshold: float = 0.01,
    background_id: int = 0,
    nms_threshold: float = 0.5,
    force_suppress: bool = False,
    variances: Sequence[float] = (0.1, 0.1, 0.2, 0.2),
    nms_topk: int = -1,
) -> Plain:
    count, out = anchor.shape[1], []
    for scores, offsets in zip(matrices(cls_prob), vectors(loc_pred), strict=True):
        rows = []
        for i, box in enumerate(vectors(anchor)):
            best = max(range(1, len(scores)), key=lambda c, i=i: scores[c][i])
            seen = [o * v for o, v in zip(offsets[i * 4 : i * 4 + 4], variances, strict=True)]
            place = [min(max(v, 0.0), 1.0) if clip else v for v in seen_as(box, seen)]
            if scores[best][i] >= threshold:
                rows.append([best - 1, scores[best][i], *place])
        if 0 < nms_threshold <= 1:
            rows = suppressed(rows, nms_threshold, force_suppress, nms_topk)
        out.append(rows + [[-1.0] * 6] * (count - len(rows)))
    return Plain((cls_prob.shape[0], count, 6), flat(out))


def suppressed(rows: list[list[float]], threshold: float, force: bool, topk: int) -> list[list[float]]:
    most = topk if 0 < topk < len(rows) else len(rows)
    order = best_first(range(len(rows)), [row[1] for row in rows])
    ranked = [list(rows[i]) for i in order[:most]]
    for i, better in enumerate(ranked):
        for row in ranked[i + 1 :]:
            rivals = better[0] >= 0 and (force or row[0] == better[0])
            if rivals and overlap(better[2:], row[2:]) >= threshold:
                row[0] = -1
    return ranked + [[-1, *row[1:]] for row in rows[most:]]


# ----------------------------------------------------------------------------------------- regions


def half_up(x: float) -> int:
    return math.floor(abs(x) + 0.5) * (1 if x >= 0 else -1)


def cells(low: float, high: float, bins: int, extent: int) -> list[range]:
    """The elements of each bin of the region from low to high, inclusive."""
    size = max(high - low + 1, 1) / bins
    edges = [(math.floor(k * size) + low, math.ceil((k + 1) * size) + low) for k in range(bins)]
    return [range(min(max(int(a), 0), extent), min(max(int(b), 0), extent)) for a, b in edges]


def roi_argmax(x: Plain, rois: Plain, pooled_size: Sequence[int], spatial_scale: float) -> Plain:
    _, channels, height, width = x.shape
    places = []
    for image, *box in vectors(rois):
        left, top, right, bottom = (half_up(v * spatial_scale) for v in box)
        for c in range(channels):
            for rows in cells(top, bottom, pooled_size[0], height):
                for columns in cells(left, right, pooled_size[1], width):
                    plane = (int(image) * channels + c) * height
                    inside = [(plane + i) * width + j for i in rows for j in columns if image >= 0]
                    places.append(max(inside, key=lambda place: x.values[place], default=-1))
    return Plain((rois.shape[0], channels, *pooled_size), places)


def roi_pooling(x: Plain, rois: Plain, **params: object) -> Plain:
    return roi_argmax(x, rois, **params).map(lambda place: x.values[place] if place >= 0 else 0.0)


Weights = dict[tuple[int, int], float]


def add(weights: Weights, place: tuple[int, int], weight: float) -> None:
    weights[place] = weights.get(place, 0.0) + weight


def point(y: float, x: float, height: int, width: int) -> Weights:
    """The elements around a point, and what each counts."""
    weights: Weights = {}
    if -1 <= y <= height and -1 <= x <= width:
        y, x = min(max(y, 0.0), height - 1), min(max(x, 0.0), width - 1)
        for i in {math.floor(y), math.ceil(y)}:
            for j in {math.floor(x), math.ceil(x)}:
                add(weights, (i, j), (1 - abs(y - i)) * (1 - abs(x - j)))
    return weights


def spread(bins: int, size: float, ratio: int) -> list[list[float]]:
    """Where along an axis each bin is sampled, from the start of the region."""
    n = ratio if ratio > 0 else math.ceil(size)
    return [[size * (k + (a + 0.5) / n) for a in range(n)] for k in range(bins)]


def aligned_bins(
    box: Box, bins: Sequence[int], scale: float, ratio: int, aligned: bool, extents: Sequence[int]
) -> list[Weights]:
    shift = 0.5 if aligned else 0.0
    left, top, right, bottom = (v * scale - shift for v in box)
    sizes = [bottom - top, right - left] if aligned else [max(bottom - top, 1), max(right - left, 1)]
    ys, xs = (spread(b, s / b, ratio) for b, s in zip(bins, sizes, strict=True))
    return [mean([point(top + y, left + x, *extents) for y in yy for x in xx]) for yy in ys for xx in xs]


def rotated_bins(
    box: Box, bins: Sequence[int], scale: float, ratio: int, aligned: bool, extents: Sequence[int]
) -> list[Weights]:
    x, y, width, height = (v * scale for v in box[:4])
    sizes = [max(height, 1), max(width, 1)]
    sine, cosine = math.sin(math.radians(box[4])), math.cos(math.radians(box[4]))
    ys, xs = (spread(b, s / b, ratio) for b, s in zip(bins, sizes, strict=True))

    def turned(v: float, u: float) -> Weights:
        v, u = v - sizes[0] / 2, u - sizes[1] / 2
        return point(y + v * cosine - u * sine, x + u * cosine + v * sine, *extents)

    return [mean([turned(v, u) for v in yy for u in xx]) for yy in ys for xx in xs]


def average_bins(
    box: Box, bins: Sequence[int], scale: float, ratio: int, aligned: bool, extents: Sequence[int]
) -> list[Weights]:
    left, top = (half_up(v) * scale for v in box[:2])
    right, bottom = (half_up(v + 1) * scale for v in box[2:])

    def ranges(start: float, size: float, bins: int, extent: int) -> list[range]:
        edges = [(math.floor(start + k * size), math.ceil(start + (k + 1) * size)) for k in range(bins)]
        return [range(min(max(a, 0), extent), min(max(b, 0), extent)) for a, b in edges]

    rows = ranges(top, max(bottom - top, 0.1) / bins[0], bins[0], extents[0])
    columns = ranges(left, max(right - left, 0.1) / bins[1], bins[1], extents[1])
    return [mean([{(i, j): 1.0} for i in ii for j in jj]) for ii in rows for jj in columns]


def mean(parts: list[Weights]) -> Weights:
    weights: Weights = {}
    for part in parts:
        for place, weight in part.items():
            add(weights, place, weight / len(parts))
    return weights


KINDS = {"align": aligned_bins, "rotated": rotated_bins, "average": average_bins}


def taps(
    rois: Plain,
    shape: Sequence[int],
    kind: str = "align",
    pooled_size: Sequence[int] = (),
    spatial_scale: float = 1.0,
    sample_ratio: int = -1,
    aligned: bool = False,
    groups: Sequence[int] = (1, 1),
) -> list[list[tuple[int, float]]]:
    """For each element of the result the elements of the data that it comes from, and their weights."""
    _, channels, height, width = shape
    elements = []
    for image, *box in vectors(rois):
        bins = KINDS[kind](box, pooled_size, spatial_scale, sample_ratio, aligned, (height, width))
        for c in range(channels // (groups[0] * groups[1])):
            for k, weights in enumerate(bins):
                row = k // pooled_size[1] * groups[0] // pooled_size[0]
                column = k % pooled_size[1] * groups[1] // pooled_size[1]
                plane = int(image) * channels + (c * groups[0] + row) * groups[1] + column
                pairs = [((plane * height + i) * width + j, w) for (i, j), w in weights.items()]
                elements.append(pairs if image >= 0 else [])
    return elements


def roi_sample(x: Plain, rois: Plain, **params: object) -> Plain:
    elements = taps(rois, x.shape, **params)
    groups = params.get("groups", (1, 1))
    shape = (rois.shape[0], x.shape[1] // (groups[0] * groups[1]), *params["pooled_size"])
    return Plain(shape, [sum(x.values[place] * w for place, w in pairs) for pairs in elements])


def roi_scatter(g: Plain, rois: Plain, shape: Sequence[int], **params: object) -> Plain:
    values = [0.0] * math.prod(shape)
    for value, pairs in zip(g.values, taps(rois, shape, **params), strict=True):
        for place, weight in pairs:
            values[place] += weight * value
    return Plain(shape, values)


def roi_align(x: Plain, rois: Plain, position_sensitive: bool = False, **params: object) -> Plain:
    groups = params["pooled_size"] if position_sensitive else (1, 1)
    return roi_sample(x, rois, groups=groups, **params)


def rotated_roi_align(x: Plain, rois: Plain, sampling_ratio: int = -1, **params: object) -> Plain:
    return roi_sample(x, rois, kind="rotated", sample_ratio=sampling_ratio, **params)


def psroi_pooling(
    x: Plain, rois: Plain, spatial_scale: float, output_dim: int, pooled_size: int, group_size: int = 0
) -> Plain:
    group, bins = group_size or pooled_size, (pooled_size, pooled_size)
    return roi_sample(
        x, rois, kind="average", pooled_size=bins, spatial_scale=spatial_scale, groups=(group, group)
    )


# --------------------------------------------------------------------------------------- proposals


def cell_anchors(stride: int, ratios: Sequence[float], scales: Sequence[float]) -> list[list[float]]:
    boxes, middle = [], (stride - 1) / 2
    for ratio in ratios:
        width = math.floor(math.sqrt(math.floor(stride * stride / ratio)) + 0.5)
        height = math.floor(width * ratio + 0.5)
        for scale in scales:
            x, y = (width * scale - 1) / 2, (height * scale - 1) / 2
            boxes.append([middle - x, middle - y, middle + x, middle + y])
    return boxes


def moved(box: Box, moves: Sequence[float], corners: bool) -> list[float]:
    if corners:
        return [a + b for a, b in zip(box, moves, strict=True)]
    ends = []
    for k in (0, 1):
        size = box[k + 2] - box[k] + 1
        center, new = box[k] + (size - 1) / 2 + moves[k] * size, math.exp(moves[k + 2]) * size
        ends.append((center - (new - 1) / 2, center + (new - 1) / 2))
    return [end[k] for k in (0, 1) for end in ends]


def shared_pixels(a: Box, b: Box) -> float:
    """As overlap, with the last pixels counting in."""
    return overlap([*a[:2], a[2] + 1, a[3] + 1], [*b[:2], b[2] + 1, b[3] + 1])


def proposal(
    scores: Plain,
    moves: Plain,
    info: Plain,
    rpn_pre_nms_top_n: int = 6000,
    rpn_post_nms_top_n: int = 300,
    threshold: float = 0.7,
    rpn_min_size: int = 16,
    scales: Sequence[float] = (4, 8, 16, 32),
    ratios: Sequence[float] = (0.5, 1, 2),
    feature_stride: int = 16,
    output_score: bool = False,
    iou_loss: bool = False,
) -> Plain | list[Plain]:
    cells = cell_anchors(feature_stride, ratios, scales)
    rows, row_scores = [], []
    for image in range(scores.shape[0]):
        height, width, scale = (info[(image, k)] for k in range(3))
        boxes, ranks = [], []
        for y in range(scores.shape[2]):
            for x in range(scores.shape[3]):
                for k, cell in enumerate(cells):
                    anchor = [c + (y if i % 2 else x) * feature_stride for i, c in enumerate(cell)]
                    box = moved(anchor, [moves[(image, 4 * k + i, y, x)] for i in range(4)], iou_loss)
                    sizes = (width, height, width, height)
                    box = [max(min(b, size - 1), 0) for b, size in zip(box, sizes, strict=True)]
                    inside = y < int(height / feature_stride) and x < int(width / feature_stride)
                    score, least = scores[(image, len(cells) + k, y, x)], rpn_min_size * scale
                    if min(box[2] - box[0], box[3] - box[1]) + 1 < least:
                        box = [b + (least / 2 if i > 1 else -least / 2) for i, b in enumerate(box)]
                        inside = False
                    boxes.append(box)
                    ranks.append(score if inside else -1)
        best = best_first(range(len(boxes)), ranks)
        chosen: list[int] = []
        for i in best[: rpn_pre_nms_top_n if rpn_pre_nms_top_n > 0 else None]:
            if all(shared_pixels(boxes[i], boxes[j]) <= threshold for j in chosen):
                chosen.append(i)
        for i in range(rpn_post_nms_top_n):
            place = chosen[:rpn_post_nms_top_n][i % min(len(chosen), rpn_post_nms_top_n)]
            rows += [image, *boxes[place]]
            row_scores.append(ranks[place])
    out = Plain((len(row_scores), 5), rows)
    return [out, Plain((len(row_scores), 1), row_scores)] if output_score else out


def between(x: Plain, image: int, channel: int, y: float, x_: float) -> float:
    """An element of a plane, interpolated between the four around it."""
    height, width = x.shape[2:]
    y, x_ = min(max(y, 0), height - 1), min(max(x_, 0), width - 1)
    total = 0.0
    for i in {math.floor(y), math.ceil(y)}:
        for j in {math.floor(x_), math.ceil(x_)}:
            total += (1 - abs(y - i)) * (1 - abs(x_ - j)) * x[(image, channel, i, j)]
    return total


def deformable_psroi(
    x: Plain,
    rois: Plain,
    trans: Plain | None = None,
    *,
    spatial_scale: float,
    output_dim: int,
    group_size: int,
    pooled_size: int,
    part_size: int = 0,
    sample_per_part: int = 1,
    trans_std: float = 0.0,
    no_trans: bool = False,
) -> Plain:
    part, (height, width) = part_size or pooled_size, x.shape[2:]

    def side(region: int, axis: int) -> tuple[float, float]:
        first, last = (math.floor(rois[(region, k + axis)] + 0.5) for k in (1, 3))
        start = first * spatial_scale - 0.5
        return start, max((last + 1) * spatial_scale - 0.5 - start, 0.1)

    def element(index: tuple[int, ...]) -> float:
        region, channel, *bins = index
        cell, points = [b * part // pooled_size for b in bins], []
        for axis in (1, 0):
            start, size = side(region, axis)
            if trans is not None:
                kind = channel * trans.shape[1] // 2 // output_dim
                start += trans[(region, 2 * kind + axis, *cell)] * trans_std * size
            begin, step = bins[1 - axis] * size / pooled_size, size / pooled_size / sample_per_part
            points.append([start + begin + k * step for k in range(sample_per_part)])
        row, column = (b * group_size // pooled_size for b in bins)
        plane = (channel * group_size + row) * group_size + column
        inside = [
            (v, u)
            for v in points[0]
            for u in points[1]
            if -0.5 <= v <= height - 0.5 and -0.5 <= u <= width - 0.5
        ]
        image = int(rois[(region, 0)])
        return sum((between(x, image, plane, *point) for point in inside), 0.0) / max(len(inside), 1)

    return Plain.build((rois.shape[0], output_dim, pooled_size, pooled_size), element)
