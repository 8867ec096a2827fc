"""Operators against NumPy over random shapes, axes, dtypes and views; and the way to NumPy and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
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
    on_all_kernels,
    to_nd,
)

import ndgrad as mx
from ndgrad import _core, autograd, nd
from ndgrad.base import InputTypeError

# -------------------------------------------------------------------------------------- elementwise

UNARY = {
    "abs": np.abs, "sign": np.sign, "negative": np.negative, "square": np.square,
    "floor": np.floor, "ceil": np.ceil,
    "trunc": np.trunc, "fix": np.trunc, "exp": np.exp, "expm1": np.expm1, "sin": np.sin, "cos": np.cos,
    "arctan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "arcsinh": np.arcsinh,
    "degrees": np.degrees, "radians": np.radians, "cbrt": np.cbrt, "log1p": lambda a: np.log1p(np.abs(a)),
    "log": lambda a: np.log(np.abs(a)), "log2": lambda a: np.log2(np.abs(a)),
    "log10": lambda a: np.log10(np.abs(a)),
    "sqrt": lambda a: np.sqrt(np.abs(a)), "arccosh": lambda a: np.arccosh(1 + np.abs(a)),
    "arcsin": lambda a: np.arcsin(a / 4), "arccos": lambda a: np.arccos(a / 4),
    "arctanh": lambda a: np.arctanh(a / 5),
    "tan": lambda a: np.tan(a / 4), "relu": lambda a: np.maximum(a, 0),
}  # fmt: skip
# The same changes of the input on the other side.
BEFORE = {
    **{name: nd.abs for name in ("log1p", "log", "log2", "log10", "sqrt")},
    "arccosh": lambda x: 1 + nd.abs(x),
    "arcsin": lambda x: x / 4,
    "arccos": lambda x: x / 4,
    "arctanh": lambda x: x / 5,
    "tan": lambda x: x / 4,
}


@on_all_kernels
@pytest.mark.parametrize("name", UNARY)
@FEW
@given(st.data())
def test_unary(name, data):
    a = data.draw(arrays(["float32", "float64"]))
    assume(not a.size or np.abs(a).min() > 1e-3)
    x = data.draw(as_view(a))
    before = BEFORE.get(name, lambda v: v)
    assert_same(_core.operators[name](before(x)), np.asarray(UNARY[name](a), a.dtype), scale=100)


BINARY = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "maximum": np.maximum, "minimum": np.minimum,
    "hypot": np.hypot, "div": np.divide, "mod": np.mod,
    "equal": np.equal, "not_equal": np.not_equal, "greater": np.greater, "greater_equal": np.greater_equal,
    "lesser": np.less, "lesser_equal": np.less_equal,
    "logical_and": np.logical_and, "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
}  # fmt: skip


@on_all_kernels
@pytest.mark.parametrize("name", BINARY)
@FEW
@given(st.data())
def test_binary_on_floats(name, data):
    a, b = data.draw(broadcasting(["float32", "float64"]))
    if name in ("div", "mod"):
        b = np.where(np.abs(b) < 0.5, b.dtype.type(0.75), b)
    if name == "mod":  # near a whole quotient the answer jumps
        quotient = a / b
        assume(np.all(np.abs(quotient - np.round(quotient)) > 1e-3))
    x, y = data.draw(as_view(a)), data.draw(as_view(b))
    assert_same(_core.operators[f"broadcast_{name}"](x, y), BINARY[name](a, b).astype(a.dtype), scale=10)


@on_all_kernels
@pytest.mark.parametrize("name", [name for name in BINARY if name not in ("hypot", "div")])
@FEW
@given(st.data())
def test_binary_on_integers(name, data):
    a, b = data.draw(broadcasting(INTEGERS))
    if name == "mod":
        b = np.where(b == 0, b.dtype.type(3), b)
    x, y = data.draw(as_view(a)), data.draw(as_view(b))
    assert_same(_core.operators[f"broadcast_{name}"](x, y), BINARY[name](a, b).astype(a.dtype))


@on_all_kernels
@FEW
@given(broadcasting(INTEGERS))
def test_integer_division_cuts_toward_zero(pair):
    a, b = pair
    b = np.where(b == 0, b.dtype.type(3), b)
    assert_same(to_nd(a) / to_nd(b), np.trunc(a.astype("float64") / b).astype(a.dtype))


@on_all_kernels
@FEW
@given(broadcasting(["float32", "float64"]))
def test_power(pair):
    a, b = np.abs(pair[0]) + pair[0].dtype.type(0.1), pair[1]
    assert_same(to_nd(a) ** to_nd(b), (a.astype("float64") ** b).astype(a.dtype), scale=1000)


@on_all_kernels
@FEW
@given(st.data(), st.sampled_from(["float32", "float64", "int32", "int64"]))
def test_scalars(data, dtype):
    a = data.draw(arrays([dtype]))
    number = data.draw(st.integers(1, 5))
    x, n = to_nd(a), a.dtype.type(number)
    for found, wanted in (
        (x + number, a + n),
        (number - x, n - a),
        (x * number, a * n),
        (x - number, a - n),
        (x % number, a % n),
        (x > number, (a > n).astype(dtype)),
        (number <= x, (n <= a).astype(dtype)),
    ):
        assert_same(found, wanted)


@on_all_kernels
@FEW
@given(st.data())
def test_where(data):
    a, b = data.draw(broadcasting(["float32", "int32"]))
    assume(a.shape == b.shape)
    condition = numbers(a.shape, data.draw(st.sampled_from(["bool", "float32", "int32"])), 7)
    assert_same(nd.where(to_nd(condition), to_nd(a), to_nd(b)), np.where(condition != 0, a, b))


@on_all_kernels
@FEW
@given(st.data())
def test_in_place(data):
    a, b = data.draw(broadcasting(["float32", "int32"]))
    assume(np.broadcast_shapes(a.shape, b.shape) == a.shape)
    x = data.draw(as_view(a))
    x += to_nd(b)
    x -= 1
    assert_same(x, a + b - a.dtype.type(1))


# --------------------------------------------------------------------------------------- reductions


@st.composite
def reductions(draw, dtypes):
    a = draw(arrays(dtypes, st.lists(st.integers(1, 6), max_size=4).map(tuple)))
    axes = draw(st.lists(st.integers(-a.ndim, a.ndim - 1), unique_by=lambda k: k % a.ndim)) if a.ndim else []
    return a, tuple(axes), draw(st.booleans()), draw(st.booleans())


REDUCE = {"sum": np.sum, "mean": np.mean, "prod": np.prod, "max": np.max, "min": np.min}


@on_all_kernels
@pytest.mark.parametrize("name", REDUCE)
@FEW
@given(st.data())
def test_reductions(name, data):
    dtypes = ["float32", "float64"] if name in ("mean", "prod") else ["float32", "float64", "int32", "int64"]
    a, axes, keepdims, exclude = data.draw(reductions(dtypes))
    x = data.draw(as_view(a))
    folded = tuple(k % a.ndim for k in axes) if axes else tuple(range(a.ndim))
    if exclude and axes:
        folded = tuple(k for k in range(a.ndim) if k not in folded)
    wide = a.astype("float64" if a.dtype.kind == "f" else a.dtype)
    with np.errstate(over="ignore"):
        wanted = REDUCE[name](wide, axis=folded, keepdims=keepdims).astype(a.dtype)
    found = _core.operators[name](x, axis=axes, keepdims=keepdims, exclude=exclude)
    assert_same(
        found, np.reshape(wanted, wanted.shape or (1,)), scale=100 * max(1, np.abs(wanted).max(initial=0))
    )


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@FEW
@given(st.data())
def test_positions(name, data):
    a = data.draw(arrays(["float32", "int32", "int64"], st.lists(st.integers(1, 6), max_size=4).map(tuple)))
    axis = data.draw(st.none() | st.integers(-a.ndim, a.ndim - 1)) if a.ndim else None
    wanted = np.asarray(getattr(np, name)(a, axis=axis), dtype=a.dtype)
    assert_same(_core.operators[name](to_nd(a), axis=axis), wanted.reshape(wanted.shape or (1,)))


@on_all_kernels
@FEW
@given(reductions(["float32", "float64"]), st.sampled_from([1, 2]))
def test_norm(drawn, order):
    a, axes, keepdims, _ = drawn
    wide = np.abs(a.astype("float64")) ** order
    wanted = wide.sum(axis=axes or None, keepdims=keepdims and bool(axes)) ** (1 / order)
    found = nd.norm(to_nd(a), ord=order, axis=axes, keepdims=keepdims and bool(axes))
    assert_same(
        found,
        np.reshape(wanted.astype(a.dtype), wanted.shape or (1,)),
        scale=100 * (1 + wanted.max(initial=0)),
    )


@on_all_kernels
@FEW
@given(st.data(), st.sampled_from([0.5, 1.0, 3.0]))
def test_softmax(data, temperature):
    a = data.draw(
        arrays(["float32", "float64"], st.lists(st.integers(0, 6), min_size=1, max_size=3).map(tuple))
    )
    axis = data.draw(st.integers(-a.ndim, a.ndim - 1))
    powers = np.exp(a.astype("float64") / temperature)
    wanted = powers / powers.sum(axis=axis, keepdims=True)
    assert_same(nd.softmax(to_nd(a), axis=axis, temperature=temperature), wanted.astype(a.dtype), scale=10)
    logs = np.log(wanted)
    assert_same(nd.log_softmax(to_nd(a), axis=axis, temperature=temperature), logs.astype(a.dtype), scale=100)


@on_all_kernels
@pytest.mark.parametrize("size", [1, 7, 63, 64, 65, 1000, 100_003])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64", "float16"])
def test_long_reductions(size, dtype):
    a = numbers((size, 3), dtype, size)
    wide = a.astype("float64" if a.dtype.kind == "f" else "int64")
    for axis in (0, 1, (0, 1)):
        wanted = np.reshape(wide.sum(axis=axis), (-1,))
        found = to_nd(a).sum(axis=axis).asnumpy()
        limit = {"float16": 2e-3, "float32": 1e-6, "float64": 1e-14}.get(dtype, 0) * (
            1 + np.abs(wide).sum(axis=axis)
        )
        assert np.all(np.abs(found.astype("float64") - wanted.astype(dtype)) <= limit)
        assert_same(to_nd(a).max(axis=axis), np.reshape(a.max(axis=axis), (-1,)))


# ---------------------------------------------------------------------------------------------- dot


@on_all_kernels
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@FEW
@given(st.data())
def test_dot(dtype, data):
    m, k, n = (data.draw(st.integers(0, 40) | st.integers(60, 70)) for _ in range(3))
    a, b = numbers((m, k), dtype, m), numbers((k, n), dtype, n)
    ta, tb = data.draw(st.booleans()), data.draw(st.booleans())
    x, y = to_nd(np.ascontiguousarray(a.T) if ta else a), to_nd(np.ascontiguousarray(b.T) if tb else b)
    wanted = (a.astype("float64") @ b.astype("float64")).astype(dtype)
    assert_same(nd.dot(x, y, transpose_a=ta, transpose_b=tb), wanted, scale=10 * (1 + 16 * k))


@on_all_kernels
@FEW
@given(st.data())
def test_dot_of_many_axes(data):
    left, right = (
        data.draw(st.lists(st.integers(1, 4), max_size=2)),
        data.draw(st.lists(st.integers(1, 4), max_size=2)),
    )
    k = data.draw(st.integers(1, 5))
    a, b = numbers((*left, k), "float64", 1), numbers((k, *right), "float64", 2)
    wanted = np.tensordot(a, b, axes=(-1, 0))
    assert_same(nd.dot(to_nd(a), to_nd(b)), np.reshape(wanted, wanted.shape or (1,)), scale=100)


@FEW
@given(
    st.integers(0, 3), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.booleans(), st.booleans()
)
def test_batch_dot(batch, m, k, n, ta, tb):
    a, b = numbers((batch, m, k), "float64", m), numbers((batch, k, n), "float64", n)
    x = to_nd(np.ascontiguousarray(np.swapaxes(a, 1, 2)) if ta else a)
    y = to_nd(np.ascontiguousarray(np.swapaxes(b, 1, 2)) if tb else b)
    assert_same(nd.batch_dot(x, y, transpose_a=ta, transpose_b=tb), a @ b, scale=100)


# ------------------------------------------------------------------------ moving elements, indexing


@FEW
@given(st.data())
def test_transpose_and_swapaxes(data):
    a = data.draw(arrays(DTYPES))
    axes = data.draw(st.permutations(range(a.ndim)))
    assert_same(nd.transpose(to_nd(a), axes=axes), np.transpose(a, axes))
    assert_same(to_nd(a).T, a.T)
    if a.ndim:
        i, j = (data.draw(st.integers(-a.ndim, a.ndim - 1)) for _ in range(2))
        assert_same(nd.swapaxes(to_nd(a), i, j), np.swapaxes(a, i, j))
        assert_same(nd.moveaxis(to_nd(a), i, j), np.moveaxis(a, i, j))


@FEW
@given(st.data())
def test_concat_stack_split(data):
    a = data.draw(arrays(DTYPES, st.lists(st.integers(0, 4), min_size=1, max_size=3).map(tuple)))
    axis = data.draw(st.integers(-a.ndim, a.ndim - 1))
    parts = [np.take(a, range(data.draw(st.integers(0, a.shape[axis]))), axis=axis) for _ in range(3)]
    assert_same(nd.concat(*map(to_nd, parts), dim=axis), np.concatenate(parts, axis=axis))
    where = data.draw(st.integers(-a.ndim - 1, a.ndim))
    assert_same(nd.stack(to_nd(a), to_nd(a), axis=where), np.stack([a, a], axis=where))
    doubled = np.concatenate([a, a], axis=axis)
    for found, wanted in zip(
        nd.split(to_nd(doubled), 2, axis=axis), np.split(doubled, 2, axis=axis), strict=True
    ):
        assert_same(found, wanted)


@FEW
@given(st.data())
def test_take_and_pick(data):
    a = data.draw(arrays(DTYPES, st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)))
    axis = data.draw(st.integers(-a.ndim, a.ndim - 1))
    at = np.random.default_rng(data.draw(SEEDS)).integers(
        -7, 7, data.draw(SHAPES.filter(lambda s: len(s) < 4))
    )
    for mode in ("clip", "wrap"):
        found = nd.take(to_nd(a), nd.array(at, dtype="int32"), axis=axis, mode=mode)
        assert_same(found, np.take(a, at, axis=axis, mode=mode))
    one = np.random.default_rng(1).integers(0, a.shape[axis], np.delete(a.shape, axis))
    wanted = np.take_along_axis(a, np.expand_dims(one, axis), axis)
    assert_same(nd.pick(to_nd(a), nd.array(one), axis=axis, keepdims=True), wanted)


@pytest.mark.parametrize("advanced", [False, True])
@pytest.mark.filterwarnings("ignore:Out of bound index found")  # where nothing is selected
@settings(FEW, max_examples=300)
@given(st.data())
def test_indexing(advanced, data):
    shapes = st.lists(EXTENTS, min_size=1, max_size=4).map(tuple)
    a = data.draw(arrays(["float32", "int32"], shapes.filter(any)))
    key = data.draw(keys(a.shape, advanced))
    try:
        wanted = a[key]
    except IndexError:  # arrays that do not broadcast
        with pytest.raises(IndexError):
            to_nd(a)[as_nd_key(key)]
        return
    assume(wanted.ndim <= 8)
    x = data.draw(as_view(a))
    assert_same(x[as_nd_key(key)], wanted)
    value = numbers(np.shape(wanted), a.dtype.name, 3)
    b = a.copy()
    b[key] = value
    if np.ndim(wanted) == 0 and not key:
        return
    x[as_nd_key(key)] = to_nd(value)
    assert_same(x, b)


@FEW
@given(st.data())
def test_gradient_of_indexing(data):
    """By the definition: the gradient of x[key] is the head gradient added at the key's places."""
    a = data.draw(arrays(["float64"], st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)))
    key = data.draw(keys(a.shape, data.draw(st.booleans())))
    try:
        wanted_shape = a[key].shape
    except IndexError:
        assume(False)
    x = to_nd(a)
    x.attach_grad()
    with autograd.record():
        y = x[as_nd_key(key)]
    assume(y.size)
    head = numbers(wanted_shape, "float64", 5)
    y.backward(to_nd(head).reshape(y.shape))
    gradient = np.zeros_like(a)
    np.add.at(gradient, key, head)
    assert_same(x.grad, gradient, scale=10)


@FEW
@given(st.data())
def test_reshape(data):
    a = data.draw(arrays(DTYPES, st.lists(st.integers(1, 6), max_size=4).map(tuple)))
    shape, rest = [], a.size
    while rest > 1 and len(shape) < 5:
        factor = data.draw(st.sampled_from([k for k in range(1, rest + 1) if rest % k == 0]))
        shape.append(factor)
        rest //= factor
    shape = (*shape, rest)
    assert_same(to_nd(a).reshape(shape), a.reshape(shape))
    if shape:
        unknown = (*shape[:-1], -1)
        assert_same(nd.reshape(to_nd(a), shape=unknown), a.reshape(shape))


@FEW
@given(st.data())
def test_broadcast_to(data):
    a, b = data.draw(broadcasting(DTYPES))
    target = np.broadcast_shapes(a.shape, b.shape)
    assume(0 not in target)
    assert_same(nd.broadcast_to(to_nd(a), shape=target), np.broadcast_to(a, target))
    assert_same(nd.broadcast_like(to_nd(a), to_nd(np.empty(target, a.dtype))), np.broadcast_to(a, target))


# -------------------------------------------------------------------------------- to NumPy and back


@FEW
@given(arrays(DTYPES))
def test_round_trip(a):
    x = to_nd(a)
    back = x.asnumpy()
    assert (back.shape, back.dtype, back.tobytes()) == (a.shape, a.dtype, a.tobytes())
    back.fill(0)
    assert x.asnumpy().tobytes() == a.tobytes(), "asnumpy copies"
    view = np.asarray(memoryview(x))
    assert (view.dtype, view.shape, view.tobytes()) == (a.dtype, a.shape, a.tobytes())
    assert np.shares_memory(np.asarray(memoryview(x)), view) or not a.size


@pytest.mark.parametrize("layout", ["C", "F", "strided", "reversed", "transposed", "readonly"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_array_of_any_numpy_layout(layout, dtype):
    a = numbers((4, 6), dtype, 3)
    a = {
        "C": a, "F": np.asfortranarray(a), "strided": a[::2, 1::3], "reversed": a[::-1, ::-1],
        "transposed": a.T,
        "readonly": np.lib.stride_tricks.as_strided(a, writeable=False),
    }[layout]  # fmt: skip
    assert_same(nd.array(a, dtype=dtype), a.astype(dtype))
    x = nd.zeros(a.shape, dtype=dtype)
    x[:] = a
    assert_same(x, a.astype(dtype))


@pytest.mark.parametrize("dtype", ["uint16", "uint32", "uint64", "int16", "longlong", "bool", "float64"])
def test_array_of_numpys_other_dtypes(dtype):
    a = np.array([[0, 1], [2, 200]]).astype(dtype)
    assert_same(nd.array(a), a.astype("float32"))
    assert_same(nd.array(a, dtype="int64"), a.astype("int64"))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i4", "i8"])
def test_bytes_in_the_other_order_are_refused(dtype):
    a = np.arange(3).astype(dtype).newbyteorder() if np.__version__ < "2" else np.arange(3, dtype=f">{dtype}")
    with pytest.raises(TypeError, match="bytes in the other order"):
        nd.array(a)


STRANGE = [
    np.array(["a"]),
    np.array([1j]),
    np.array([object()]),
    np.zeros(2, "datetime64[s]"),
    np.zeros(2, [("x", "f4")]),
    np.zeros((1,) * 9),
]


@pytest.mark.parametrize("a", STRANGE, ids=lambda a: a.dtype.name)
def test_numpy_arrays_that_are_refused(a):
    with pytest.raises((TypeError, ValueError)):
        nd.array(a)


def test_longdouble_is_read_or_refused():
    try:
        assert nd.array(np.array([1.5], dtype=np.longdouble)).asscalar() == 1.5
    except TypeError as error:
        assert "longdouble" in str(error) or "'g'" in str(error) or "format" in str(error)


def test_numpy_scalars_are_scalars():
    x = nd.array([1.0, 2])
    for kind in (np.float64, np.float32, np.int64, np.uint8, np.bool_):
        two = kind(1)
        assert (x * two)._values() == (two * x)._values() == [1, 2]
        assert isinstance(two * x, nd.NDArray)
        assert (x == two)._values() == [1, 0]
        y = x.copy()
        y += two
        assert y._values() == [2, 3]
        y[0] = two
        assert y._values()[0] == 1
    assert nd.clip(x, np.float32(1.5), np.float64(3))._values() == [1.5, 2]
    assert nd.sum(nd.ones((2, 3)), axis=np.int64(1)).shape == (2,)
    assert nd.zeros((np.int32(2), 3)).shape == (2, 3)
    assert x[np.int64(1)].asscalar() == 2


def test_numpy_arrays_are_no_operands():
    x = nd.ones(2)
    for mix in (
        lambda: x + np.ones(2),
        lambda: np.ones(2) + x,
        lambda: x * np.ones((2, 1)),
        lambda: np.ones(2) > x,
    ):
        with pytest.raises(TypeError):
            mix()
    with pytest.raises(AssertionError):
        nd.exp(np.ones(2))
    y = nd.ones(2)
    with pytest.raises(TypeError):
        y += np.ones(2)


def test_dtypes_are_numpys():
    for name in DTYPES:
        x = nd.ones(1, dtype=name)
        assert x.dtype is np.dtype(name).type
        assert type(x.asscalar()) is np.dtype(name).type
        for form in (np.dtype(name), np.dtype(name).type, name):
            assert nd.zeros(1, dtype=form).dtype is x.dtype
            assert x.astype(form).dtype is x.dtype
    assert nd.array(np.arange(2.0)).dtype is np.float32
    for refused in (np.complex64, "uint16", np.dtype("M8[s]"), np.dtype([("a", "f4")])):
        with pytest.raises(TypeError):
            nd.zeros(1, dtype=refused)


def test_asscalar_of_two_axes_is_an_array():
    number = nd.array([[7]]).asscalar()
    assert (type(number), number.shape, number.item()) == (np.ndarray, (1, 1), 7)


def test_numpy_functions_on_arrays():
    x = nd.array([[1.0, 2], [3, 4]])
    assert np.array(memoryview(x)).sum() == 10
    assert math.isclose(float(np.asarray(x.asnumpy()).mean()), 2.5)


def test_memory_is_aligned_for_vectors():
    for size in (1, 3, 1000):
        address = np.asarray(memoryview(nd.zeros(size, dtype="float64"))).ctypes.data
        assert address % 8 == 0


def test_seed_makes_numpy_comparable():
    mx.random.seed(1)
    a = nd.random.uniform(shape=1000).asnumpy()
    assert a.dtype == np.float32
    assert 0.45 < a.mean() < 0.55


def test_arithmetic_with_numpy_says_what_to_do():
    x, a = nd.ones((2, 3)), np.ones((2, 3), "float32")
    for mix in (
        lambda: a + x,
        lambda: x + a,
        lambda: a - x,
        lambda: x * a,
        lambda: a / x,
        lambda: x**a,
        lambda: x == a,
        lambda: nd.add(x, a),
    ):
        with pytest.raises(InputTypeError, match=r"numpy.ndarray.*nd\.array"):
            mix()
    assert (np.float32(2) * x)._values() == [2.0] * 6
