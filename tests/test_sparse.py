"""Sparse arrays: what is stored, what is computed, what is refused."""

from __future__ import annotations

import pytest

from ndgrad import autograd, nd
from ndgrad.base import ArgumentError, BoundsError, InputTypeError, MXNetError, ShapeError

VALUES = [[0.0, 1, 0], [2, 0, 0], [0, 0, 0], [0, 0, 3]]
BOTH = pytest.mark.parametrize("stype", ["csr", "row_sparse"])


def made(stype: str, dtype: str = "float32"):
    return nd.sparse.cast_storage(nd.array(VALUES, dtype=dtype), stype)


def dense(x) -> list:
    flat = x.tostype("default") if hasattr(x, "stype") and x.stype != "default" else x
    return [row._values() for row in flat]


def test_csr_stores_elements():
    c = made("csr")
    assert (c.data._values(), c.indices._values()) == ([1, 2, 3], [1, 0, 2])
    assert c.indptr._values() == [0, 1, 2, 2, 3]
    assert (c.stype, c.shape, c.ndim, c.size, len(c)) == ("csr", (4, 3), 2, 12, 4)
    assert repr(c) == "\n<CSRNDArray 4x3 @cpu(0)>"
    assert dense(c) == VALUES


def test_row_sparse_stores_rows():
    r = made("row_sparse")
    assert r.indices._values() == [0, 1, 3]
    assert dense(r.data) == [VALUES[0], VALUES[1], VALUES[3]]
    assert repr(r) == "\n<RowSparseNDArray 4x3 @cpu(0)>"
    assert dense(r) == VALUES


@BOTH
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int32", "int64"])
def test_dtypes_survive(stype, dtype):
    x = made(stype, dtype)
    assert x.dtype == nd.zeros(1, dtype=dtype).dtype
    assert dense(x) == VALUES
    assert dense(x.astype("float64")) == VALUES


@BOTH
def test_zeros_and_empty_store_nothing(stype):
    for x in (nd.sparse.zeros(stype, (2, 3)), nd.sparse.empty(stype, (2, 3)), nd.zeros((2, 3), stype=stype)):
        assert x.stype == stype
        assert x.data.size == 0
        assert dense(x) == [[0, 0, 0], [0, 0, 0]]
    assert made(stype).copy() is not None
    assert nd.sparse.cast_storage(nd.zeros((0, 3)), stype).shape == (0, 3)


def test_csr_from_its_parts():
    c = nd.sparse.csr_matrix(([1, 2, 3], [1, 0, 2], [0, 1, 2, 2, 3]), shape=(4, 3))
    assert dense(c) == VALUES
    assert nd.sparse.csr_matrix(([1, 2, 3], [1, 0, 2], [0, 1, 2, 2, 3])).shape == (4, 3)
    assert dense(nd.sparse.csr_matrix(([1, 2, 3], ([0, 1, 3], [1, 0, 2])), shape=(4, 3))) == VALUES
    assert dense(nd.sparse.csr_matrix([[1, 0], [0, 2]])) == [[1, 0], [0, 2]]
    assert nd.sparse.csr_matrix((2, 3)).shape == (2, 3)


def test_row_sparse_from_its_parts():
    r = nd.sparse.row_sparse_array(([[1, 2], [3, 4]], [1, 3]), shape=(5, 2))
    assert dense(r) == [[0, 0], [1, 2], [0, 0], [3, 4], [0, 0]]
    assert nd.sparse.row_sparse_array(([[1, 2], [3, 4]], [1, 3])).shape == (4, 2)
    assert nd.sparse.row_sparse_array((2, 3)).stype == "row_sparse"
    assert dense(nd.sparse.row_sparse_array([[1, 2]])) == [[1, 2]]


def test_rows_of_csr():
    c = made("csr")
    assert dense(c[1]) == [VALUES[1]]
    assert dense(c[-1]) == [VALUES[3]]
    assert dense(c[1:3]) == VALUES[1:3]
    assert dense(c[2:2]) == []
    assert dense(c[:]) == VALUES


@BOTH
def test_arithmetic_keeps_the_storage(stype):
    x = made(stype)
    for result, factor in ((x + x, 2), (x * 3, 3), (3 * x, 3), (x / 2, 0.5), (-x, -1), (x - x, 0)):
        assert result.stype == stype
        assert dense(result) == [[v * factor for v in row] for row in VALUES]
    assert dense(x * x) == [[v * v for v in row] for row in VALUES]
    assert dense(nd.sparse.square(x)) == dense(x * x)
    assert nd.sparse.relu(x).stype == stype


@BOTH
def test_the_rest_is_dense(stype):
    x = made(stype)
    for result in (x + 1, x == x, x.T, x.sum(), nd.sparse.cos(x), x + nd.ones((4, 3))):
        assert isinstance(result, nd.NDArray)
    assert x.sum().asscalar() == 6
    assert dense(x + 1) == [[v + 1 for v in row] for row in VALUES]
    assert nd.sparse.sum(x, axis=1)._values() == [1, 2, 0, 3]


def test_dot():
    c, w = made("csr"), nd.array([[1.0, 2], [3, 4], [5, 6]])
    assert dense(nd.sparse.dot(c, w)) == dense(nd.dot(nd.array(VALUES), w))
    v = nd.array([[1.0, 2], [3, 4], [5, 6], [7, 8]])
    product = nd.sparse.dot(c, v, transpose_a=True)
    assert product.stype == "row_sparse"
    assert dense(product) == dense(nd.dot(nd.array(VALUES).T, v))
    assert dense(nd.sparse.dot(v.T, c)) == dense(nd.dot(v.T, nd.array(VALUES)))
    assert dense(nd.sparse.dot(c, w.T, transpose_b=True)) == dense(nd.sparse.dot(c, w))
    assert dense(nd.sparse.dot(nd.sparse.zeros("csr", (4, 3)), w)) == [[0, 0]] * 4


def test_gradients_through_dot():
    c, w = made("csr"), nd.array([[1.0, 2], [3, 4], [5, 6]])
    w.attach_grad()
    with autograd.record():
        y = (nd.sparse.dot(c, w) ** 2).sum()
    y.backward()
    found = dense(w.grad)
    with autograd.record():
        y = (nd.dot(nd.array(VALUES), w) ** 2).sum()
    y.backward()
    assert found == dense(w.grad)


def test_retain():
    kept = nd.sparse.retain(made("row_sparse"), nd.array([0, 2, 3]))
    assert kept.indices._values() == [0, 3]
    assert dense(kept) == [VALUES[0], [0, 0, 0], [0, 0, 0], VALUES[3]]


REFUSED = [
    (lambda: nd.sparse.csr_matrix(([1.0], [5], [0, 1]), shape=(1, 3)), BoundsError, "0 ... 2"),
    (lambda: nd.sparse.csr_matrix(([1.0], [0], [0, 2]), shape=(1, 3)), ArgumentError, "indptr"),
    (lambda: nd.sparse.csr_matrix(([1.0, 2], [0], [0, 1]), shape=(1, 3)), ShapeError, "as many data"),
    (lambda: nd.sparse.csr_matrix([1.0, 2.0]), ShapeError, "matrices"),
    (lambda: nd.sparse.row_sparse_array(([[1.0]], [3]), shape=(2, 1)), BoundsError, "0 ... 1"),
    (lambda: nd.sparse.row_sparse_array(([[1.0], [2.0]], [1, 0]), shape=(2, 1)), BoundsError, "rise"),
    (lambda: nd.sparse.row_sparse_array(([[1.0]], [0, 1]), shape=(2, 1)), ShapeError, "data of shape"),
    (lambda: nd.sparse.cast_storage(nd.ones(2), "coo"), ArgumentError, "'csr'"),
    (lambda: made("csr").tostype("row_sparse"), ArgumentError, "not supported"),
    (lambda: nd.sparse.dot(made("csr"), nd.ones((4, 2))), ShapeError, "(3, n)"),
    (lambda: nd.sparse.retain(made("csr"), nd.array([0])), InputTypeError, "RowSparseNDArray"),
    (lambda: nd.sparse.array(nd.ones((2, 2))), InputTypeError, "tostype"),
    (lambda: made("csr")[1, 0], ArgumentError, "rows"),
    (lambda: made("csr").reshape((3, 4)), MXNetError, "tostype"),
    (lambda: made("csr").no_such_thing, AttributeError, "no_such_thing"),
    (lambda: nd.sparse.zeros("csr", (3,)), ArgumentError, "csr"),
]


@pytest.mark.parametrize(("call", "kind", "words"), REFUSED)
def test_refusals(call, kind, words):
    with pytest.raises(kind) as caught:
        call()
    assert words in str(caught.value)
