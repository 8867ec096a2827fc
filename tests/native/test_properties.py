"""What holds for all shapes, axes, dtypes and views: NumPy's results, its refusals, adjoint gradients."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import (
    DTYPES,
    EXTENTS,
    FEW,
    INTEGERS,
    SEEDS,
    SHAPES,
    arrays,
    as_nd_key,
    as_view,
    assert_same,
    broadcasting,
    keys,
    numbers,
    slices,
    to_nd,
)

from ndgrad import autograd, nd
from ndgrad.base import AxisError, ShapeError

SOME_AXES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


def an_axis(a):
    return st.integers(-a.ndim, a.ndim - 1)


# ------------------------------------------------------------------------------------------- slicing


@FEW
@given(st.data())
def test_slice(data):
    a = data.draw(arrays(DTYPES, st.lists(EXTENTS, min_size=1, max_size=4).map(tuple)))
    chosen = [data.draw(slices(extent)) for extent in a.shape[: data.draw(st.integers(1, a.ndim))]]
    begin, end, step = zip(*((s.start, s.stop, s.step or 1) for s in chosen), strict=True)
    assert_same(nd.slice(data.draw(as_view(a)), begin=begin, end=end, step=step), a[tuple(chosen)])


@FEW
@given(st.data())
def test_slice_axis(data):
    a = data.draw(arrays(DTYPES, SOME_AXES))
    axis = data.draw(an_axis(a))
    begin, end = (data.draw(st.integers(-a.shape[axis], a.shape[axis])) for _ in range(2))
    key = [slice(None)] * a.ndim
    key[axis] = slice(begin, end)
    assert_same(nd.slice_axis(data.draw(as_view(a)), axis=axis, begin=begin, end=end), a[tuple(key)])


@FEW
@given(st.data())
def test_gather_nd(data):
    a = data.draw(arrays(DTYPES, SOME_AXES))
    depth, shape = data.draw(st.integers(1, a.ndim)), data.draw(SHAPES.filter(lambda s: 0 < len(s) < 3))
    generator = np.random.default_rng(data.draw(SEEDS))
    at = np.stack([generator.integers(-extent, extent, shape) for extent in a.shape[:depth]])
    dtype = data.draw(st.sampled_from(["float32", "int32", "int64"]))
    assert_same(nd.gather_nd(data.draw(as_view(a)), nd.array(at, dtype=dtype)), a[tuple(at)])


@FEW
@given(arrays(INTEGERS, SHAPES.filter(lambda s: len(s) < 4)), st.integers(1, 9), st.sampled_from(DTYPES))
def test_one_hot(at, depth, dtype):
    is_there = at[..., None] == np.arange(depth)
    assert_same(nd.one_hot(to_nd(at), depth, dtype=dtype), is_there.astype(dtype))
    found = nd.one_hot(to_nd(at), depth, on_value=0, off_value=1, dtype=dtype)
    assert_same(found, (~is_there).astype(dtype))


# ------------------------------------------------------------------------------------------- writing


@pytest.mark.filterwarnings("ignore:Out of bound index found")  # where nothing is selected
@FEW
@given(st.data())
def test_set_with_what_broadcasts(data):
    """A number, a list, or an array with axes of extent 1 or without the first ones."""
    a = data.draw(arrays(["float32", "int32"], SOME_AXES))
    key = data.draw(keys(a.shape, data.draw(st.booleans())))
    try:
        target = a[key].shape
    except IndexError:
        assume(False)
    assume(target)
    small = tuple(1 if data.draw(st.booleans()) else extent for extent in target)
    value = numbers(small[data.draw(st.integers(0, len(small))) :], a.dtype.name, 1)
    form = data.draw(st.sampled_from([to_nd, np.ndarray.tolist, lambda v: v]))
    x = data.draw(as_view(a))
    x[as_nd_key(key)] = form(value)
    a[key] = value
    assert_same(x, a)


@FEW
@given(st.data())
def test_views_share_memory(data):
    """What is written through a view is there in what it is a view of, and nothing else changes."""
    a = data.draw(arrays(["float32", "int64"], SOME_AXES))
    whole = to_nd(a)
    start = data.draw(st.integers(0, a.shape[0] - 1))
    stop = data.draw(st.integers(start + 1, a.shape[0]))
    view, wanted = whole[start:stop], a.copy()
    if data.draw(st.booleans()):
        view = view.reshape((-1,))
    view *= 3
    wanted[start:stop] *= 3
    assert_same(whole, wanted)
    whole[:] = 1
    assert_same(view, np.ones(view.shape, a.dtype))


# -------------------------------------------------------------------------------------------- shapes


# How a reshape code takes extents of the source to extents of the target: source, code, target.
RESHAPES = {
    "kept": lambda m, n: ([m], [0], [m]),
    "named": lambda m, n: ([m], [m], [m]),
    "inferred": lambda m, n: ([m], [-1], [m]),
    "merged": lambda m, n: ([m, n], [-3], [m * n]),
    "split": lambda m, n: ([m * n], [-4, m, n], [m, n]),
    "split and inferred": lambda m, n: ([m * n], [-4, -1, n], [m, n]),
    "the rest": lambda m, n: ([m, n], [-2], [m, n]),
}


@FEW
@given(st.data())
def test_reshape_codes(data):
    extents = st.integers(1, 3)
    chosen = data.draw(st.lists(st.sampled_from(["kept", "named", "merged", "split"]), max_size=2))
    chosen += data.draw(st.lists(st.sampled_from(["inferred", "split and inferred"]), max_size=1))
    chosen += data.draw(st.lists(st.just("the rest"), max_size=1))
    assume(chosen)
    made = [RESHAPES[name](data.draw(extents), data.draw(extents)) for name in chosen]
    source, codes, target = (tuple(itertools.chain(*column)) for column in zip(*made, strict=True))
    a = numbers(source, "float32", 1)
    assert_same(data.draw(as_view(a)).reshape(codes), a.reshape(target))
    if len(codes) <= 8:  # an operator's parameter has no room for more
        assert_same(nd.reshape(to_nd(a), shape=codes), a.reshape(target))


@FEW
@given(st.data())
def test_axes_of_extent_one(data):
    a = data.draw(arrays(DTYPES, st.lists(st.integers(0, 2), max_size=5).map(tuple)))
    ones = [axis for axis, extent in enumerate(a.shape) if extent == 1]
    where = data.draw(st.integers(-a.ndim - 1, a.ndim))
    assert_same(nd.expand_dims(data.draw(as_view(a)), axis=where), np.expand_dims(a, where))
    if ones:
        chosen = tuple(data.draw(st.lists(st.sampled_from(ones), min_size=1, unique=True)))
        assert_same(nd.squeeze(to_nd(a), axis=chosen), np.squeeze(a, chosen))


# ---------------------------------------------------------------------------------- the same refusals


@FEW
@given(SHAPES, SHAPES)
def test_broadcasts_what_numpy_broadcasts(left, right):
    a, b = np.ones(left, "float32"), np.ones(right, "float32")
    try:
        wanted = a + b
    except ValueError:
        with pytest.raises(ShapeError):
            to_nd(a) + to_nd(b)
    else:
        assert_same(to_nd(a) + to_nd(b), wanted)


@FEW
@given(SHAPES, SHAPES, st.integers(-4, 4))
def test_joins_what_numpy_joins(left, right, axis):
    a, b = np.ones(left, "float32"), np.ones(right, "float32")
    try:
        wanted = np.concatenate([a, b], axis=axis)
    except ValueError:
        with pytest.raises((ShapeError, AxisError)):
            nd.concat(to_nd(a), to_nd(b), dim=axis)
    else:
        assert_same(nd.concat(to_nd(a), to_nd(b), dim=axis), wanted)


@FEW
@given(*[SHAPES.filter(lambda s: 0 < len(s) < 3)] * 2)
def test_multiplies_the_matrices_that_numpy_multiplies(left, right):
    a, b = numbers(left, "float64", 1), numbers(right, "float64", 2)
    try:
        wanted = a @ b
    except ValueError:
        with pytest.raises(ShapeError):
            nd.dot(to_nd(a), to_nd(b))
    else:
        assert_same(nd.dot(to_nd(a), to_nd(b)), np.reshape(wanted, wanted.shape or (1,)), scale=100)


# -------------------------------------------------------------------------------------------- numbers


@FEW
@given(st.data(), st.sampled_from(DTYPES), st.sampled_from(DTYPES))
def test_casts(data, source, target):
    a = data.draw(arrays([source]))
    assume(a.min(initial=0) >= 0 or target != "uint8")
    assert_same(data.draw(as_view(a)).astype(target), a.astype(target))


@FEW
@given(*[st.integers(-40, 40)] * 2, st.integers(-12, 12).filter(bool), st.sampled_from(["float32", "int32"]))
def test_arange(start, stop, quarters, dtype):
    step = quarters / 4 if dtype == "float32" else quarters
    assert_same(nd.arange(start, stop, step, dtype=dtype), np.arange(start, stop, step, dtype=dtype))


# ------------------------------------------------------------------- gradients of linear operators

# Of an array of at least one axis: an operator that is linear, with its parameters drawn.
LINEAR = {
    "transpose": lambda a: st.permutations(range(a.ndim)).map(lambda axes: lambda x: nd.transpose(x, axes)),
    "sum": lambda a: an_axis(a).map(lambda axis: lambda x: nd.sum(x, axis=axis)),
    "slice_axis": lambda a: st.just(lambda x: nd.slice_axis(x, axis=0, begin=0, end=-1)),
    "reversed": lambda a: st.just(lambda x: x[::-1]),
    "take": lambda a: an_axis(a).map(lambda axis: lambda x: nd.take(x, nd.array([0, 3, 0, 1]), axis=axis)),
    "gather_nd": lambda a: st.just(lambda x: nd.gather_nd(x, nd.array([[0, 0, -1]]))),
    "pick": lambda a: an_axis(a).map(lambda axis: lambda x: nd.pick(x, nd.sum(x * 0, axis=axis), axis=axis)),
    "concat": lambda a: an_axis(a).map(lambda axis: lambda x: nd.concat(x, x, x * 2, dim=axis)),
    "stack": lambda a: an_axis(a).map(lambda axis: lambda x: nd.stack(x, x * 3, axis=axis)),
    "split": lambda a: an_axis(a).map(
        lambda axis: lambda x: nd.split(nd.concat(x, x, dim=axis), 2, axis=axis)[1]
    ),
    "broadcast_like": lambda a: st.just(lambda x: nd.broadcast_like(x, nd.ones((2, *x.shape)))),
    "dot": lambda a: st.just(lambda x: nd.dot(x, nd.ones((x.shape[-1], 2), dtype="float64"))),
    "where": lambda a: st.just(lambda x: nd.where(nd.ones_like(x) > 0, x, -x)),
}


@pytest.mark.parametrize("name", LINEAR)
@FEW
@given(st.data())
def test_gradient_is_the_adjoint(name, data):
    """Of a linear f: the product of g and f(x) is that of x and its gradient, exact on whole numbers."""
    a = data.draw(arrays(["int32"], SOME_AXES)).astype("float64")
    function = data.draw(LINEAR[name](a))
    x = data.draw(as_view(a))
    x.attach_grad()
    with autograd.record():
        y = function(x)
    assume(y.size)
    head = numbers(y.shape, "int32", 7).astype("float64")
    y.backward(to_nd(head))
    assert np.sum(head * y.asnumpy()) == np.sum(a * x.grad.asnumpy())


@FEW
@given(broadcasting(["int32"]))
def test_gradients_of_products_are_adjoints(pair):
    """The same of a product, which is linear in each operand, where both broadcast."""
    a, b = (part.astype("float64") for part in pair)
    x, y = to_nd(a), to_nd(b)
    x.attach_grad()
    y.attach_grad()
    with autograd.record():
        z = x * y
    assume(z.size)
    head = numbers(z.shape, "int32", 7).astype("float64")
    z.backward(to_nd(head).reshape(z.shape))
    product = np.sum(head * z.asnumpy())
    assert product == np.sum(a * x.grad.asnumpy()) == np.sum(b * y.grad.asnumpy())


@FEW
@given(st.data())
def test_gradients_add_up_along_all_ways(data):
    """The gradient of a sum of several uses of x is the sum of their gradients."""
    a = data.draw(arrays(["int32"], SOME_AXES)).astype("float64")
    axis, counts = data.draw(an_axis(a)), data.draw(st.lists(st.integers(-3, 3), min_size=1, max_size=4))
    x = to_nd(a)
    x.attach_grad()
    with autograd.record():
        total = sum((nd.sum(x * k, axis=axis) for k in counts), start=nd.zeros(1, dtype="float64"))
    total.backward()
    assert_same(x.grad, np.full_like(a, math.fsum(counts)))
