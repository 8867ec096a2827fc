"""MXNet's lesser members of NDArray, and what Python's own protocols make of one."""

from __future__ import annotations

import copy

import pytest

import ndgrad
from ndgrad import autograd, nd
from ndgrad.base import ArgumentError, AxisError, GraphError, MXNetError, ShapeError


def matrix() -> nd.NDArray:
    return nd.arange(6).reshape((2, 3))


# ------------------------------------------------------------------------------------ parts of the array


def test_at_and_slice_are_views():
    x = matrix()
    for view, values in [
        (x._at(1), [3, 4, 5]),
        (x._at(-2), [0, 1, 2]),
        (x._slice(1, 2), [3, 4, 5]),
        (x._slice(None, None), [0, 1, 2, 3, 4, 5]),
        (x._slice(0, -1), [0, 1, 2]),
        (x._slice(1, 7), [3, 4, 5]),
    ]:
        assert view._values() == values
        view[:] = view + 0
    x._at(0)[:] = 9
    x._slice(1, 2)[:] = 8
    assert x._values() == [9, 9, 9, 8, 8, 8]
    with pytest.raises(IndexError):
        x._at(2)


def test_full():
    x = matrix().astype("int32")
    assert x._full(7) is x
    assert x._values() == [7] * 6
    with autograd.record():
        x.attach_grad()
        with pytest.raises(GraphError):
            x._full(1)


def test_sync_copyfrom():
    x = matrix()
    assert x._sync_copyfrom([[1, 2, 3], [4, 5, 6]]) is None
    assert x._values() == [1, 2, 3, 4, 5, 6]
    x._sync_copyfrom(nd.zeros((2, 3), dtype="int32"))
    assert x._values() == [0] * 6
    for wrong in ([1, 2, 3], nd.ones((3, 2)), 5):
        with pytest.raises(ShapeError, match=r"shape inconsistent: expected \(2, 3\)"):
            x._sync_copyfrom(wrong)
    assert x._values() == [0] * 6


ASSIGNED = [
    ((0, 0), (1, 2), (1, 1), [9, 9, 2, 3, 4, 5]),
    ((0, 0), (1, 3), (1, 2), [9, 1, 9, 3, 4, 5]),
    ((0, None), (1, 2), (None, None), [9, 9, 2, 3, 4, 5]),
    ((0, 1), (1, None), (), [0, 9, 9, 3, 4, 5]),
    ((-1, -1), (None, -3), (1, -1), [0, 1, 2, 3, 9, 9]),
]


@pytest.mark.parametrize(("begin", "end", "step", "values"), ASSIGNED)
def test_slice_assign(begin, end, step, values):
    x = matrix()
    assert x.slice_assign(nd.full((1, 2), 9), begin, end, step) is x
    assert x._values() == values
    x = matrix()
    assert x.slice_assign_scalar(9, begin, end, step) is x
    assert x._values() == values


def test_slice_assign_refuses():
    x = matrix()
    for wrong in (nd.ones(2), nd.ones((1, 1)), nd.ones((2, 2))):
        with pytest.raises(ShapeError, match="slice_assign: shape inconsistent"):
            x.slice_assign(wrong, (0, 0), (1, 2), (1, 1))
    for bounds in (((0, 0), (1,), ()), ((0, 0), (1, 1), (1,))):
        with pytest.raises(ArgumentError, match="must name the same axes"):
            x.slice_assign_scalar(9, *bounds)
    with pytest.raises(IndexError):
        x.slice_assign_scalar(9, (0,) * 3, (1,) * 3, ())
    x.attach_grad()
    with autograd.record():
        y = x * x
        with pytest.raises(GraphError):
            y.slice_assign(nd.ones((1, 2)), (0, 0), (1, 2), ())
    assert x._values() == [0, 1, 2, 3, 4, 5]


def test_split_v2():
    x = matrix()
    x.attach_grad()
    with autograd.record():
        left, middle, right = x.split_v2(3, axis=1)
        top, bottom = x.split_v2((1,), squeeze_axis=True)
    assert [part.shape for part in (left, middle, right, top, bottom)] == [(2, 1)] * 3 + [(3,)] * 2
    assert (middle._values(), bottom._values()) == ([1, 4], [3, 4, 5])
    right.backward()
    assert x.grad._values() == [0, 0, 1, 0, 0, 1]


# ---------------------------------------------------------------------------------------- other names


def test_names_of_python_2():
    x = nd.array([1, 2])
    assert x.__div__(2)._values() == [0.5, 1]
    assert x.__div__(nd.array([4, 4]))._values() == [0.25, 0.5]
    assert x.__rdiv__(2)._values() == [2, 1]
    assert x.__idiv__(2) is x
    assert x._values() == [0.5, 1]
    assert (x[0].__nonzero__(), nd.zeros(1).__nonzero__()) == (True, False)


def test_writable():
    x = nd.ones(3)
    assert x.writable is True
    assert (x * 2).writable and x[1:].writable
    with pytest.raises(AttributeError):
        x.writable = False


def test_kinds_of_arrays():
    x = matrix()
    x.attach_grad()
    with autograd.record():
        y = x.tostype("default")
    assert y is not x
    y.backward()
    assert x.grad._values() == [1] * 6
    assert x.tostype("csr").stype == "csr"
    for wrong in ("x", None):
        with pytest.raises(ArgumentError, match="row_sparse"):
            x.tostype(wrong)
    assert x.as_nd_ndarray() is x
    with pytest.raises(MXNetError, match="asnumpy"):
        x.as_np_ndarray()


def test_members_are_documented_and_named():
    for name in ("slice_assign", "slice_assign_scalar", "split_v2", "tostype", "as_np_ndarray", "writable"):
        assert len(getattr(nd.NDArray, name).__doc__) > 20
        assert getattr(nd.NDArray, name).__name__ == name


# --------------------------------------------------------------------------------- Python's protocols


def test_containers():
    x = nd.array([1, 2, 3])
    assert (1 in x, 7 in x, len(x)) == (True, False, 3)
    assert [row.asscalar() for row in reversed(x)] == [3, 2, 1]
    with pytest.raises((TypeError, IndexError)):
        len(nd.array(1))
    with pytest.raises((TypeError, IndexError)):
        iter(nd.array(1)).__next__()


def test_hash_is_mxnets():
    x = nd.ones(2)
    assert hash(x) == id(x) // 16


def test_copies_of_structures():
    x = nd.array([1, 2])
    x.attach_grad()
    once = {"x": x, "again": [x]}
    deep, shallow = copy.deepcopy(once), copy.copy(once)
    assert shallow["x"] is x
    deep["x"][:] = 5
    assert x._values() == [1, 2]
    assert deep["x"].grad is None
    assert copy.copy(nd.ones(1, ctx=ndgrad.cpu(1))).context == ndgrad.cpu(1)


def test_no_python_numbers():
    for convert in (float, int, complex, round, [1, 2].__getitem__):
        with pytest.raises(TypeError):
            convert(nd.ones(1, dtype="int32"))


# ------------------------------------------------------------------------------------------- other shapes

SHAPED = [
    ("expand_dims", (2, 3), (1,), (2, 1, 3)),
    ("expand_dims", (2, 3), (-1,), (2, 3, 1)),
    ("expand_dims", (), (0,), (1,)),
    ("flatten", (2, 3, 4), (), (2, 12)),
    ("flatten", (3,), (), (3, 1)),
    ("flatten", (), (), (1, 1)),
    ("flatten", (0, 3), (), (0, 3)),
    ("squeeze", (1, 2, 1), (), (2,)),
    ("squeeze", (1, 2, 1), (0,), (2, 1)),
    ("squeeze", (1, 2, 1), (-1,), (1, 2)),
    ("squeeze", (1, 2, 1), ((0, 2),), (2,)),
    ("squeeze", (1, 1), (), (1,)),
]


@pytest.mark.parametrize(("name", "shape", "arguments", "wanted"), SHAPED)
def test_inplace_gives_a_view(name, shape, arguments, wanted):
    x = nd.ones(shape)
    copy_, view = getattr(x, name)(*arguments), getattr(x, name)(*arguments, inplace=True)
    assert copy_.shape == view.shape == wanted
    view[:] = 7
    assert set(x._values()) <= {7}
    assert set(copy_._values()) <= {1}


@pytest.mark.parametrize("name", ["expand_dims", "flatten", "squeeze"])
def test_gradient_passes_through_a_view(name):
    x = nd.arange(6).reshape((2, 1, 3))
    x.attach_grad()
    with autograd.record():
        y = getattr(x * x, name)(*[0] * (name == "expand_dims"), inplace=True)
    y.backward()
    assert x.grad._values() == [0, 2, 4, 6, 8, 10]


@pytest.mark.parametrize("inplace", [False, True])
def test_shapes_that_cannot_be(inplace):
    x = nd.ones((2, 1))
    for change, kind in (
        (lambda: x.expand_dims(4, inplace=inplace), AxisError),
        (lambda: x.squeeze(0, inplace=inplace), ShapeError),
        (lambda: x.squeeze(2, inplace=inplace), AxisError),
        (lambda: x.squeeze((1, -1), inplace=inplace), AxisError),
    ):
        with pytest.raises(kind):
            change()
