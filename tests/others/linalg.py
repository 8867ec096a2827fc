"""Linear algebra on batches of matrices: mx.nd.linalg."""

from __future__ import annotations

import math

import matrices
from matrices import Matrix, batched, flipped, product
from plain import Plain
from rows import ALL, FLOATS, Draw, Row, Sample, entry, sample

from ndgrad import nd
from ndgrad.base import AxisError, CallError, DTypeError, ShapeError

# ------------------------------------------------------------------------------- inputs that are fit


def multiple_of_identity(x: nd.NDArray) -> nd.NDArray:
    n = x.shape[-1]
    return nd.eye(n, dtype="float64") * (n + 1)


def dominant(x: nd.NDArray) -> nd.NDArray:
    """Regular, and so are its triangles: the diagonal outweighs the rest."""
    return nd.broadcast_add(x, multiple_of_identity(x))


def symmetric(x: nd.NDArray) -> nd.NDArray:
    return x + x.swapaxes(-2, -1)


def positive(x: nd.NDArray) -> nd.NDArray:
    return symmetric(dominant(x))


def regular(*shape: int) -> Draw:
    return Draw(shape, -1, 1, dominant)


def definite(*shape: int) -> Draw:
    return Draw(shape, -1, 1, positive)


SQUARES = [sample(regular(3, 3)), sample(regular(2, 2, 2)), sample(regular(1, 1)), sample(regular(0, 2, 2))]
DEFINITES = [
    sample(definite(3, 3)),
    sample(definite(2, 2, 2)),
    sample(definite(1, 1)),
    sample(definite(0, 2, 2)),
]

# ------------------------------------------------------------------------------------ the references


def scaled(a: Matrix, by: float) -> Matrix:
    return [[by * x for x in row] for row in a]


def total(a: Matrix, b: Matrix) -> Matrix:
    return [[x + y for x, y in zip(*rows, strict=True)] for rows in zip(a, b, strict=True)]


def gemm2(
    a: Matrix, b: Matrix, transpose_a: bool = False, transpose_b: bool = False, alpha: float = 1.0
) -> Matrix:
    return scaled(product(flipped(a) if transpose_a else a, flipped(b) if transpose_b else b), alpha)


def gemm(a: Matrix, b: Matrix, c: Matrix, beta: float = 1.0, **params: float) -> Matrix:
    return total(gemm2(a, b, **params), scaled(c, beta))


def rows_first(x: Plain) -> Plain:
    """Axes 0 and 1 of three exchanged."""
    m, n, k = x.shape
    return Plain.build((n, m, k), lambda index: x[(index[1], index[0], index[2])])


def along_axis(function: object) -> object:
    """With axis=0 of three the rows lie along the first axis, and the batch along the second."""
    over_batches = batched(function, 2)

    def reference(*xs: Plain, axis: int = -2, **params: object) -> Plain:
        if axis == -2:
            return over_batches(*xs, **params)
        return rows_first(over_batches(*map(rows_first, xs), **params))

    return reference


def syrk(a: Matrix, transpose: bool = False, alpha: float = 1.0) -> Matrix:
    return gemm2(a, a, transpose, not transpose, alpha)


def triangular(
    a: Matrix,
    b: Matrix,
    transpose: bool = False,
    rightside: bool = False,
    lower: bool = True,
    alpha: float = 1.0,
    solve: bool = False,
) -> Matrix:
    a = matrices.triangle(a, lower)
    a = matrices.inverse(a) if solve else a
    a = flipped(a) if transpose else a
    return scaled(product(b, a) if rightside else product(a, b), alpha)


def trsm(a: Matrix, b: Matrix, **params: float) -> Matrix:
    return triangular(a, b, solve=True, **params)


def potri(a: Matrix) -> Matrix:
    lower = matrices.triangle(a)
    return matrices.inverse(product(lower, flipped(lower)))


def slogdet(a: Matrix) -> tuple[float, float]:
    det = matrices.det(a)
    return math.copysign(1, det), math.log(abs(det))


def gelqf(a: Matrix) -> tuple[Matrix, Matrix]:
    """By Householder's reflections, each of which turns a row against the sign of its first element."""
    l, q = a, matrices.identity(len(a[0]))
    for i in range(len(a)):
        v = [0.0] * i + l[i][i:]
        if any(v[i + 1 :]):
            v[i] += math.copysign(math.hypot(*v), v[i])
            h = matrices.reflection(v)
            l, q = product(l, h), product(h, q)
    return q[: len(a)], [row[: len(a)] for row in l]


def syevd(a: Matrix) -> tuple[Matrix, list[float]]:
    values, vectors = matrices.eigen(a)
    return vectors, values


def svd(a: Matrix) -> tuple[Matrix, list[float], Matrix]:
    squares, left = matrices.eigen(product(a, flipped(a)))
    values = [math.sqrt(square) for square in reversed(squares)]
    v = [matrices.settled(row) for row in scaled_rows(product(left[::-1], a), values)]
    ut = flipped(scaled_rows(product(v, flipped(a)), values))
    return ut, values, v


def scaled_rows(a: Matrix, divisors: list[float]) -> Matrix:
    return [[x / d for x in row] for row, d in zip(a, divisors, strict=True)]


def sumlogdiag(a: Matrix) -> float:
    return sum(math.log(a[i][i]) for i in range(len(a)))


def places(n: int, triangle: bool, offset: int = 0, lower: bool = True) -> list[tuple[int, int]]:
    """The elements of an n x n matrix that its vector holds, in order."""
    below = offset < 0 or (offset == 0 and lower)
    far = abs(offset)
    rows = range(n - far)
    pairs = [(i + far, j) for i in rows for j in (range(i + 1) if triangle else [i])]
    return pairs if below else [(j, i) for i, j in pairs]


def extract(triangle: bool) -> object:
    def take(a: Matrix, **params: int) -> list[float]:
        return [a[i][j] for i, j in places(len(a), triangle, **params)]

    return batched(take, 1)


def make(triangle: bool) -> object:
    def reference(x: Plain, **params: int) -> Plain:
        length = x.shape[-1]
        n = next(n for n in range(99) if len(places(n, triangle, **params)) == length)
        filled = [dict(zip(places(n, triangle, **params), v, strict=True)) for v in matrices.vectors(x)]
        square = [(i, j) for i in range(n) for j in range(n)]
        return Plain((*x.shape[:-1], n, n), [f.get(place, 0.0) for f in filled for place in square])

    return reference


# ---------------------------------------------------------------------------------------- the table

NOT_SQUARE = ("not_square", ShapeError, ["(2, 3)", "square"], [(2, 3)], {})
VECTOR = ("vector", ShapeError, ["(3,)", "two axes"], [(3,)], {})
WHOLE = ("whole", DTypeError, ["int32", "astype"], [lambda: nd.ones((2, 2), dtype="int32")], {})
ON_SQUARES = [NOT_SQUARE, VECTOR, WHOLE]
HIGH = ("high", ShapeError, ["(3, 2)", "more rows than columns"], [(3, 2)], {})


def zeros(*shape: int) -> object:
    return lambda: nd.zeros(shape)


def pairs(first: object, second: object, **params: object) -> list[Sample]:
    return [sample(first, second, **params), sample(first, second, transpose=True, **params)]


TRIANGULAR = [
    *pairs(regular(3, 3), (3, 2)),
    *pairs(regular(3, 3), (2, 3), rightside=True, alpha=1.5),
    *pairs(regular(2, 2, 2), (2, 2, 1), lower=False),
    *pairs(regular(2, 2), (1, 2), lower=False, rightside=True, alpha=-0.5),
    sample(regular(0, 2, 2), (0, 2, 3)),
]
TRIANGULAR_REFUSALS = [
    ("rows", ShapeError, ["(2, 2)", "(3, 2)", "rows"], [(2, 2), (3, 2)], {}),
    ("columns", ShapeError, ["(2, 2)", "(2, 3)", "columns"], [(2, 2), (2, 3)], {"rightside": True}),
    ("batches", ShapeError, ["(2, 2, 2)", "(3, 2, 2)"], [(2, 2, 2), (3, 2, 2)], {}),
    ("not_square", ShapeError, ["(2, 3)", "square"], [(2, 3), (2, 3)], {}),
    ("flag", CallError, ["lower", "'yes'"], [(2, 2), (2, 2)], {"lower": "yes"}),
]
PRODUCTS = [
    ((2, 3), (3, 2), {}),
    ((3, 2), (2, 3), {"transpose_a": True, "transpose_b": True, "alpha": 1.5}),
    ((2, 2, 3), (2, 3, 1), {}),
    ((2, 2, 3), (3, 2, 2), {"axis": 0}),
    ((3, 2, 2), (3, 2, 2), {"axis": 0, "transpose_a": True}),
    ((0, 2, 3), (0, 3, 2), {}),
]
ADDENDS = [(2, 2), (2, 2), (2, 2, 1), (2, 2, 2), (2, 2, 2), (0, 2, 2)]
PRODUCT_REFUSALS = [
    ("inner", ShapeError, ["(2, 3)", "(2, 2)", "summed"], [(2, 3), (2, 2)], {}),
    ("batches", ShapeError, ["(2, 2, 2)", "(1, 2, 2)"], [(2, 2, 2), (1, 2, 2)], {}),
    ("axes", ShapeError, ["(2, 2, 2)", "(2, 2)"], [(2, 2, 2), (2, 2)], {}),
    ("axis", AxisError, ["axis 1", "columns"], [(2, 2), (2, 2)], {"axis": -1}),
    ("beyond", AxisError, ["axis 5"], [(2, 2), (2, 2)], {"axis": 5}),
]


def with_addend(refusal: tuple) -> tuple:
    label, kind, words, arguments, params = refusal
    return label, kind, words, [*arguments, (2, 2)], params


TABLE: dict[str, Row] = {
    "_linalg_gemm": entry(
        along_axis(gemm),
        [
            *(sample(a, b, c, **params) for (a, b, params), c in zip(PRODUCTS, ADDENDS, strict=True)),
            sample((2, 3), (3, 2), (2, 2), beta=-0.5, alpha=2.0),
        ],
        [
            *map(with_addend, PRODUCT_REFUSALS),
            ("addend", ShapeError, ["(2, 2)", "(2, 1)"], [(2, 3), (3, 2), (2, 1)], {}),
        ],
        FLOATS,
    ),
    "_linalg_gemm2": entry(
        along_axis(gemm2), [sample(a, b, **params) for a, b, params in PRODUCTS], PRODUCT_REFUSALS, FLOATS
    ),
    "_linalg_syrk": entry(
        batched(syrk, 2),
        [
            sample((2, 3)),
            sample((2, 3), transpose=True, alpha=0.5),
            sample((2, 2, 1)),
            sample((0, 2, 3)),
        ],
        [VECTOR, WHOLE, ("flag", CallError, ["transpose", "'yes'"], [(2, 2)], {"transpose": "yes"})],
        FLOATS,
    ),
    "_linalg_trmm": entry(batched(triangular, 2), TRIANGULAR, TRIANGULAR_REFUSALS, FLOATS),
    "_linalg_trsm": entry(batched(trsm, 2), TRIANGULAR, TRIANGULAR_REFUSALS, FLOATS),
    "_linalg_potrf": entry(
        batched(matrices.cholesky, 2),
        DEFINITES,
        [*ON_SQUARES, ("definite", ValueError, ["positive definite"], [zeros(2, 2)], {})],
        FLOATS,
    ),
    "_linalg_potri": entry(
        batched(potri, 2),
        SQUARES,
        [*ON_SQUARES, ("zero", ValueError, ["zero on the diagonal"], [zeros(2, 2)], {})],
        FLOATS,
    ),
    "_linalg_inverse": entry(
        batched(matrices.inverse, 2),
        SQUARES,
        [*ON_SQUARES, ("singular", ValueError, ["singular"], [(2, 2)], {})],
        FLOATS,
    ),
    "_inverse_or_zeros": entry(batched(matrices.inverse, 2), SQUARES, ON_SQUARES, FLOATS),
    "_linalg_det": entry(batched(matrices.det, 0), SQUARES, ON_SQUARES, FLOATS),
    "_linalg_slogdet": entry(batched(slogdet, 0, 0), SQUARES, ON_SQUARES, FLOATS),
    "_linalg_gelqf": entry(
        batched(gelqf, 2, 2),
        [sample((2, 3)), sample(regular(2, 2, 2)), sample(regular(3, 3)), sample((0, 2, 3)), sample((1, 3))],
        [HIGH, VECTOR, WHOLE],
        FLOATS,
        ties=False,
    ),
    "_linalg_syevd": entry(
        batched(syevd, 2, 1),
        [
            sample(Draw((3, 3), -1, 1, symmetric)),
            sample(Draw((2, 2, 2), -1, 1, symmetric)),
            sample((1, 1)),
            sample((0, 2, 2)),
        ],
        ON_SQUARES,
        FLOATS,
        ties=False,
    ),
    "_linalg_svd": entry(
        batched(svd, 2, 1, 2),
        [sample((2, 3)), sample(regular(2, 2, 2)), sample(Draw((1, 3), 0.3, 2)), sample((0, 2, 3))],
        [HIGH, VECTOR, WHOLE],
        FLOATS,
        ties=False,
    ),
    "_linalg_sumlogdiag": entry(batched(sumlogdiag, 0), SQUARES, ON_SQUARES, FLOATS),
    **{
        f"_linalg_extract{part}": entry(
            extract(part == "trian"),
            [
                sample((3, 3)),
                sample((2, 3, 3), offset=1),
                sample((3, 3), offset=-2),
                sample((0, 2, 2)),
                *([sample((3, 3), lower=False)] if part == "trian" else []),
            ],
            [*ON_SQUARES, ("offset", ValueError, ["offset 2", "(2, 2)"], [(2, 2)], {"offset": 2})],
            FLOATS,
        )
        for part in ("diag", "trian")
    },
    **{
        f"_linalg_make{part}": entry(
            make(part == "trian"),
            [
                sample((3,)),
                sample((2, 3), offset=1),
                sample((1,), offset=-2),
                sample((0, 3)),
                *([sample((6,), lower=False)] if part == "trian" else []),
            ],
            [
                ("no_axis", ShapeError, ["()"], [()], {}),
                ("whole", DTypeError, ["int32"], [lambda: nd.ones(3, dtype="int32")], {}),
                ("offset", ValueError, ["offset", "large"], [(3,)], {"offset": 1 << 40}),
                *([("side", ShapeError, ["(2, 4)", "triangle"], [(2, 4)], {})] if part == "trian" else []),
            ],
            FLOATS,
        )
        for part in ("diag", "trian")
    },
    "_triangle": entry(
        batched(matrices.triangle, 2),
        [
            sample((3, 3)),
            sample((2, 3, 2), offset=1),
            sample((2, 4), lower=False, offset=-1),
            sample((3, 3), offset=-9),
            sample((0, 2, 3)),
        ],
        [
            ("vector", ShapeError, ["(3,)", "matrix"], [(3,)], {}),
            ("offset", CallError, ["offset"], [(2, 2)], {"offset": 0.5}),
            ("flag", CallError, ["lower"], [(2, 2)], {"lower": "yes"}),
        ],
        ALL,
    ),
}
