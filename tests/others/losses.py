"""Output layers, losses, the products of attention."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import moves
from plain import Plain
from rows import FLOATS, Given, Row, entry, index, sample

from ndgrad import nd
from ndgrad.base import CallError, DTypeError, ShapeError


def same(x: Plain, *_: Plain, **__: object) -> Plain:
    return x


def softmax_output(
    x: Plain, label: Plain, multi_output: bool = False, preserve_shape: bool = False, **_: object
) -> Plain:
    if multi_output or preserve_shape:
        return moves.softmax(x, 1 if multi_output else -1)
    return moves.softmax(x.reshaped((x.shape[0], math.prod(x.shape[1:])))).reshaped(x.shape)


def class_gradient(
    shares: Plain, label: Plain, classes: Plain, on: float = 1.0, off: float = 0.0, scale: float = 1.0
) -> Plain:
    def element(place: tuple[int, ...]) -> float:
        inside = int(label[place[0], 0]) == classes[0, place[1]]
        return scale * (shares[place] - (on if inside else off))

    return Plain.build(shares.shape, element)


def softmax_cross_entropy(x: Plain, label: Plain) -> Plain:
    shares = moves.softmax(x)
    picked = [shares[(row, int(k) % x.shape[1])] for row, k in enumerate(label.values)]
    return Plain((1,), [-sum(math.log(max(p, 1e-8)) for p in picked)])


def collapsed(path: Sequence[int], blank: int) -> list[int]:
    """What a path of classes says: repetitions count once, blanks not at all."""
    return [k for k, _ in itertools.groupby(path) if k != blank]


def ctc_loss(
    x: Plain,
    label: Plain,
    *lengths: Plain,
    use_data_lengths: bool = False,
    use_label_lengths: bool = False,
    blank_label: str = "first",
) -> Plain:
    """By all paths there are; 0 for a label that no path gives."""
    (times, batch, classes), most = x.shape, label.shape[1]
    shares, rest = moves.softmax(x), list(lengths)
    durations = rest.pop(0).values if use_data_lengths else [times] * batch
    blank, padding = (0, 0) if blank_label == "first" else (classes - 1, -1)
    losses = []
    for n in range(batch):
        wanted = [int(label[(n, i)]) for i in range(most)]
        end = wanted.index(padding) if padding in wanted else most
        wanted = wanted[: int(rest[0].values[n]) if use_label_lengths else end]
        paths = itertools.product(range(classes), repeat=int(durations[n]))
        total = sum(
            math.prod(shares[(t, n, k)] for t, k in enumerate(path))
            for path in paths
            if path and collapsed(path, blank) == wanted
        )
        losses.append(-math.log(total) if total else 0.0)
    return Plain((batch,), losses)


def ctc_states(
    label: Plain, lengths: Plain | None = None, *, classes: int, blank_label: str = "first"
) -> list[Plain]:
    (batch, most), first = label.shape, blank_label == "first"
    blank, shape = 0 if first else classes - 1, (batch, 2 * most + 1)
    words = [[int(label[(n, i)]) for i in range(most)] for n in range(batch)]
    for n, word in enumerate(words):
        padding = [i for i, k in enumerate(word) if k < first]
        del word[int(lengths.values[n]) if lengths else (padding or [most])[0] :]
    states = [[blank if i % 2 == 0 else word[i // 2] for i in range(2 * len(word) + 1)] for word in words]

    def where(allowed: Callable[[list[int], int], bool]) -> Plain:
        return Plain.build(
            shape, lambda at: 0.0 if at[1] < len(states[at[0]]) and allowed(states[at[0]], at[1]) else -1e30
        )

    return [
        Plain.build(shape, lambda at: at[0] * classes + [*states[at[0]], *[blank] * shape[1]][at[1]]),
        where(lambda _, i: i < 2),
        where(lambda state, i: i % 2 == 1 and (i == 1 or state[i] != state[i - 2])),
        where(lambda state, i: i >= len(state) - 2),
    ]


def head_part(x: Plain, heads: int, parts: int, which: int) -> list[list[list[list[float]]]]:
    """Of the interleaved projections [batch][head][time] a vector."""
    length, batch, width = x.shape
    size = width // (heads * parts)

    def vector(t: int, n: int, h: int) -> list[float]:
        first = (h * parts + which) * size
        return [x[(t, n, first + i)] for i in range(size)]

    return [[[vector(t, n, h) for t in range(length)] for h in range(heads)] for n in range(batch)]


def products(queries: Plain, keys: Plain, heads: int, parts: tuple[int, int], which: int) -> Plain:
    q, k = head_part(queries, heads, parts[0], 0), head_part(keys, heads, parts[1], which)
    shape = (queries.shape[1] * heads, queries.shape[0], keys.shape[0])

    def element(place: tuple[int, ...]) -> float:
        n, h = divmod(place[0], heads)
        a, b = q[n][h][place[1]], k[n][h][place[2]]
        return sum(u * v for u, v in zip(a, b, strict=True)) / math.sqrt(len(a))

    return Plain.build(shape, element)


def weighted(x: Plain, attention: Plain, heads: int, parts: int) -> Plain:
    values, size = head_part(x, heads, parts, parts - 1), x.shape[2] // (heads * parts)

    def element(place: tuple[int, ...]) -> float:
        t, n, (h, i) = place[0], place[1], divmod(place[2], size)
        return sum(attention[(n * heads + h, t, u)] * values[n][h][u][i] for u in range(x.shape[0]))

    return Plain.build((attention.shape[1], x.shape[1], heads * size), element)


CLASSES = index(1, 0)
REGRESSION = [
    sample((2, 3), Given(Plain((2, 3), [0, 1, 0.5, 2, 0, 1]))),
    sample((2, 1), Given(Plain((2,), [0, 1])), grad_scale=2.0),
    sample((0, 3), Given(Plain((0, 3), []))),
]
REGRESSION_REFUSALS = [
    ("label", ShapeError, ["(2, 3)", "(2, 4)"], [(2, 3), (2, 4)], {}),
    ("order", ShapeError, ["(2, 3)", "(3, 2)"], [(2, 3), (3, 2)], {}),
    ("one", CallError, ["2 inputs"], [(2, 3)], {}),
]
ROWS_REFUSALS = [
    ("label", ShapeError, ["(2, 3)", "(3,)"], [(2, 3), (3,)], {}),
    ("axes", ShapeError, ["(2, 3, 1)", "(2,)"], [(2, 3, 1), (2,)], {}),
    ("one", CallError, ["2 inputs"], [(2, 3)], {}),
]
HEADS = {"heads": 2}
HEADS_REFUSALS = [
    ("missing", CallError, ["heads is required"], [(2, 1, 12)], {}),
    ("heads", ShapeError, ["heads=5", "(2, 1, 12)"], [(2, 1, 12), (2, 1, 12)], {"heads": 5}),
    ("none", ShapeError, ["heads=0"], [(2, 1, 12), (2, 1, 12)], {"heads": 0}),
    ("axes", ShapeError, ["(2, 12)"], [(2, 12), (2, 12)], HEADS),
]
SELF_REFUSALS = [
    (label, kind, words, given[:1], params) for label, kind, words, given, params in HEADS_REFUSALS
]
LABELS = Given(Plain((2, 2), [1, 2, 2, 0]))
LAST = Given(Plain((2, 2), [1, 1, 0, -1]), "int32")

CLASS_OF_ROW = Given(Plain((2, 1), [1.7, 5]), "")
CLASSES_IN_ROW = Given(Plain((1, 3), [0, 1, 2]), "")

TABLE: dict[str, Row] = {
    "_attach_gradient": entry(
        same,
        [sample((2, 3), (2, 3), (2, 3)), sample((1,), (2, 3), (2, 3), times_head=True)],
        [
            ("shapes", ShapeError, ["(2, 3)", "(3, 2)"], [(1,), (2, 3), (3, 2)], {}),
            ("dtypes", DTypeError, ["int32"], [(2,), (2,), lambda: nd.ones(2, dtype="int32")], {}),
            ("two", CallError, ["3 inputs"], [(2,), (2,)], {}),
        ],
        own_gradient=True,
    ),
    "_class_gradient": entry(
        class_gradient,
        [
            sample((2, 3), CLASS_OF_ROW, CLASSES_IN_ROW),
            sample((2, 3), CLASS_OF_ROW, CLASSES_IN_ROW, on=0.9, off=0.05, scale=-2.0),
            sample((0, 3), Given(Plain((0, 1), []), ""), CLASSES_IN_ROW),
        ],
        [
            ("label", ShapeError, ["input 1", "(2,)", "(2, 3)"], [(2, 3), (2,), (1, 3)], {}),
            ("classes", ShapeError, ["input 2", "(1, 4)", "(2, 3)"], [(2, 3), (2, 1), (1, 4)], {}),
            ("dtypes", DTypeError, ["int32"], [(2, 3), (2, 1), lambda: nd.ones((1, 3), dtype="int32")], {}),
        ],
        FLOATS,
    ),
    "SoftmaxOutput": entry(
        softmax_output,
        [
            sample((2, 3), CLASSES),
            sample((2, 3), Given(Plain((2, 3), [0, 1, 0, 0.5, 0.25, 0.25]))),
            sample((2, 3, 2), Given(Plain((2, 2), [0, 2, 1, 0])), multi_output=True, normalization="valid"),
            sample((2, 2, 3), Given(Plain((2, 2), [0, 2, 1, 0])), preserve_shape=True, normalization="batch"),
            sample((2, 2, 3), CLASSES, use_ignore=True, ignore_label=1.0),
            sample((2, 3), CLASSES, smooth_alpha=0.1, grad_scale=2.0, out_grad=True),
            sample((0, 3), index(shape=(0,))),
        ],
        [
            ("label", ShapeError, ["(2, 3)", "(3,)"], [(2, 3), (3,)], {}),
            ("no_classes", ShapeError, ["(2,)"], [(2,), (2,)], {}),
            ("positions", ShapeError, ["(2, 3, 4)", "(2, 3)"], [(2, 3, 4), (2, 3)], {"multi_output": True}),
            ("how", ValueError, ["normalization", "'all'"], [(2, 3), (2,)], {"normalization": "all"}),
        ],
        FLOATS,
        own_gradient=True,
    ),
    "softmax_cross_entropy": entry(
        softmax_cross_entropy,
        [sample((2, 3), CLASSES), sample((1, 4), index(2)), sample((0, 3), index(shape=(0,)))],
        ROWS_REFUSALS,
        FLOATS,
    ),
    **{
        name: entry(reference, REGRESSION, REGRESSION_REFUSALS, FLOATS, own_gradient=True)
        for name, reference in (
            ("LinearRegressionOutput", same),
            ("LogisticRegressionOutput", lambda x, _, **__: x.map(lambda v: 1 / (1 + math.exp(-v)))),
            ("MAERegressionOutput", same),
        )
    },
    "SVMOutput": entry(
        same,
        [sample((2, 3), CLASSES), sample((2, 3), CLASSES, use_linear=True, margin=0.5)],
        ROWS_REFUSALS,
        FLOATS,
        own_gradient=True,
    ),
    "CTCLoss": entry(
        ctc_loss,
        [
            sample((4, 2, 3), LABELS),
            sample((3, 2, 3), LAST, blank_label="last"),
            sample((4, 2, 3), LABELS, index(4, 2), use_data_lengths=True),
            sample((3, 2, 3), LABELS, index(1, 0, dtype="int32"), use_label_lengths=True),
            sample(
                (3, 2, 3), LABELS, index(3, 1), index(2, 1), use_data_lengths=True, use_label_lengths=True
            ),
            sample((2, 2, 3), LAST, blank_label="last"),  # no path says 1, 1 in two steps
            sample((1, 1, 1), Given(Plain((1, 0), []))),
            sample((2, 0, 3), Given(Plain((0, 1), []))),
        ],
        [
            ("label", ShapeError, ["(4, 2, 3)", "(3, 2)"], [(4, 2, 3), (3, 2)], {}),
            ("long", ShapeError, ["(2, 1, 3)"], [(2, 1, 3), (1, 3)], {}),
            ("class", IndexError, ["class 1", "1"], [(2, 1, 1), (1, 1)], {}),
            ("missing", CallError, ["use_data_lengths"], [(2, 1, 3), (1, 1)], {"use_data_lengths": True}),
            ("lengths", ShapeError, ["(2,)"], [(2, 1, 3), (1, 1), (2,)], {"use_data_lengths": True}),
            (
                "length",
                IndexError,
                ["0 ... 1", "3"],
                [(2, 1, 3), (1, 1), lambda: nd.array([3])],
                {"use_label_lengths": True},
            ),
        ],
        FLOATS,
    ),
    "_ctc_states": entry(
        ctc_states,
        [
            sample(Given(Plain((2, 3), [1, 1, 2, 2, 0, 1])), classes=3),
            sample(Given(Plain((2, 2), [0, 1, 1, -1]), "int32"), classes=3, blank_label="last"),
            sample(Given(Plain((2, 2), [2, 1, 1, 1])), index(0, 2), classes=3),
            sample(Given(Plain((0, 2), [])), classes=3),
        ],
        [
            ("axes", ShapeError, ["(3,)"], [(3,)], {"classes": 3}),
            ("classes", ShapeError, ["0"], [(2, 3)], {"classes": 0}),
            ("class", IndexError, ["class 1", "1"], [(2, 3)], {"classes": 1}),
            ("lengths", ShapeError, ["(2, 3)", "(3,)"], [(2, 3), (3,)], {"classes": 3}),
            ("length", IndexError, ["0 ... 1", "3"], [(1, 1), lambda: nd.array([3])], {"classes": 2}),
        ],
        ("float64",),
    ),
    "_contrib_interleaved_matmul_selfatt_qk": entry(
        lambda x, heads: products(x, x, heads, (3, 3), 1),
        [sample((2, 2, 12), **HEADS), sample((3, 1, 3), heads=1), sample((0, 1, 6), heads=2)],
        SELF_REFUSALS,
        FLOATS,
    ),
    "_contrib_interleaved_matmul_selfatt_valatt": entry(
        lambda x, attention, heads: weighted(x, attention, heads, 3),
        [sample((2, 2, 12), (4, 2, 2), **HEADS), sample((3, 1, 3), (1, 3, 3), heads=1)],
        [
            *HEADS_REFUSALS[1:],
            ("attention", ShapeError, ["(4, 2, 3)"], [(2, 2, 12), (4, 2, 3)], HEADS),
        ],
        FLOATS,
    ),
    "_contrib_interleaved_matmul_encdec_qk": entry(
        lambda queries, keys, heads: products(queries, keys, heads, (1, 2), 0),
        [sample((2, 2, 4), (3, 2, 8), **HEADS), sample((1, 1, 3), (2, 1, 6), heads=1)],
        [
            *HEADS_REFUSALS[1:],
            ("batches", ShapeError, ["(4, 2, 2)", "(2, 3, 2)"], [(2, 2, 4), (3, 1, 8)], HEADS),
        ],
        FLOATS,
    ),
    "_contrib_interleaved_matmul_encdec_valatt": entry(
        lambda x, attention, heads: weighted(x, attention, heads, 2),
        [sample((3, 2, 8), (4, 2, 3), **HEADS), sample((2, 1, 6), (1, 1, 2), heads=1)],
        [
            *HEADS_REFUSALS[1:],
            ("attention", ShapeError, ["(4, 2, 2)"], [(3, 2, 8), (4, 2, 2)], HEADS),
        ],
        FLOATS,
    ),
}
