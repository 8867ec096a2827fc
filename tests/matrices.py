"""Linear algebra in plain Python, for small matrices: by definition or by the plainest method there is."""

from __future__ import annotations

import math
from collections.abc import Callable

from plain import Plain

Matrix = list[list[float]]


def flipped(a: Matrix) -> Matrix:
    return [list(column) for column in zip(*a, strict=True)]


def inner(x: list[float], y: list[float]) -> float:
    return sum(a * b for a, b in zip(x, y, strict=True))


def product(a: Matrix, b: Matrix) -> Matrix:
    return [[inner(row, column) for column in zip(*b, strict=True)] for row in a]


def identity(n: int, columns: int | None = None) -> Matrix:
    return [[float(i == j) for j in range(n if columns is None else columns)] for i in range(n)]


def triangle(a: Matrix, lower: bool = True, offset: int = 0) -> Matrix:
    def stays(i: int, j: int) -> bool:
        return j <= i + offset if lower else j >= i + offset

    return [[x if stays(i, j) else 0.0 for j, x in enumerate(row)] for i, row in enumerate(a)]


def det(a: Matrix) -> float:
    """By the first row."""
    if not a:
        return 1.0
    minors = ([row[:j] + row[j + 1 :] for row in a[1:]] for j in range(len(a)))
    return math.fsum(
        (-1) ** j * x * det(minor) for j, (x, minor) in enumerate(zip(a[0], minors, strict=True))
    )


def inverse(a: Matrix) -> Matrix:
    """By cofactors."""
    n, whole = len(a), det(a)

    def cofactor(i: int, j: int) -> float:
        return (-1) ** (i + j) * det([row[:j] + row[j + 1 :] for k, row in enumerate(a) if k != i])

    return [[cofactor(j, i) / whole for j in range(n)] for i in range(n)]


def reflection(v: list[float]) -> Matrix:
    scale = 2 / inner(v, v)
    return [[(i == j) - scale * x * y for j, y in enumerate(v)] for i, x in enumerate(v)]


def cholesky(a: Matrix) -> Matrix:
    rows: Matrix = []
    for i, row in enumerate(a):
        new: list[float] = []
        for j in range(i):
            new.append((row[j] - inner(new, rows[j][:j])) / rows[j][j])
        new.append(math.sqrt(row[i] - inner(new, new)))
        rows.append(new + [0.0] * (len(a) - i - 1))
    return rows


def eigen(a: Matrix) -> tuple[list[float], Matrix]:
    """Ascending eigenvalues of a symmetric matrix and eigenvectors in rows, by Jacobi's rotations."""
    n, vectors = len(a), identity(len(a))
    for _ in range(20):
        for p in range(n):
            for q in range(p + 1, n):
                angle = math.atan2(2 * a[p][q], a[q][q] - a[p][p]) / 2
                turn = identity(n)
                turn[p][p] = turn[q][q] = math.cos(angle)
                turn[p][q], turn[q][p] = -math.sin(angle), math.sin(angle)
                a, vectors = product(product(turn, a), flipped(turn)), product(turn, vectors)
    pairs = sorted(((a[i][i], vectors[i]) for i in range(n)), key=lambda pair: pair[0])
    return [value for value, _ in pairs], [settled(vector) for _, vector in pairs]


def settled(vector: list[float]) -> list[float]:
    """With the sign that makes its largest element positive."""
    return [math.copysign(1, max(vector, key=abs)) * x for x in vector]


# ---------------------------------------------------------------------------------------- batches


def matrices(x: Plain) -> list[Matrix]:
    rows, all_rows = x.shape[-2], vectors(x)
    return [all_rows[k * rows : (k + 1) * rows] for k in range(math.prod(x.shape[:-2]))]


def vectors(x: Plain) -> list[list[float]]:
    n = x.shape[-1]
    return [x.values[k * n : (k + 1) * n] for k in range(math.prod(x.shape[:-1]))]


def flat(value: object) -> list[float]:
    return [x for part in value for x in flat(part)] if isinstance(value, list) else [value]


def batched(function: Callable[..., object], *ranks: int) -> Callable[..., Plain | list[Plain]]:
    """A function of matrices as one of batches; its results have as many axes of their own as ranks says."""

    def reference(*xs: Plain, **params: object) -> Plain | list[Plain]:
        items = list(zip(*map(matrices, xs), strict=True))
        probes = items or [tuple(identity(*x.shape[-2:]) for x in xs)]  # a batch of none shows the shapes
        calls = [function(*matrices, **params) for matrices in probes]
        columns = zip(*(call if len(ranks) > 1 else (call,) for call in calls), strict=True)
        plains = [
            gathered(list(column), xs[0].shape[:-2], rank)
            for column, rank in zip(columns, ranks, strict=True)
        ]
        return plains if len(ranks) > 1 else plains[0]

    return reference


def gathered(results: list, batch: tuple[int, ...], rank: int) -> Plain:
    inner: tuple[int, ...] = ()
    value = results[0]
    for _ in range(rank):
        inner, value = (*inner, len(value)), value[0]
    shape = (*batch, *inner) or (1,)
    return Plain(shape, flat(results) if math.prod(shape) else [])
