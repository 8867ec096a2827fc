"""Arrays from numbers, sequences, buffers and ranges, and changes of dtype, context and shape."""

from __future__ import annotations

import array as arrays
import math

import pytest
from plain import cast

import ndgrad as mx
from ndgrad import _core, nd
from ndgrad.base import AxisError, ContextError, InputTypeError, MXNetError, ShapeError

DTYPES = ("float16", "float32", "float64", "int8", "uint8", "int32", "int64", "bool")


def name(x):
    return _core.dtype_name(x.dtype)


# -------------------------------------------------------------------------------------------- array

SOURCES = [
    (5, (), [5]),
    (2.5, (), [2.5]),
    (True, (), [1]),
    ([], (0,), []),
    ([[]], (1, 0), []),
    ([1, 2, 3], (3,), [1, 2, 3]),
    ((1, 2.5), (2,), [1, 2.5]),
    ([[1, 2], [3, 4]], (2, 2), [1, 2, 3, 4]),
    ([(1, 2), [3, 4]], (2, 2), [1, 2, 3, 4]),
    ([True, False], (2,), [1, 0]),
    (range(4), (4,), [0, 1, 2, 3]),
    ([range(2), range(2, 4)], (2, 2), [0, 1, 2, 3]),
    (arrays.array("d", [1.5, 2.5]), (2,), [1.5, 2.5]),
    (arrays.array("i", [1, -2]), (2,), [1, -2]),
    (arrays.array("B", [255, 0]), (2,), [255, 0]),
    (memoryview(b"\x01\x02\x03\x04").cast("B", (2, 2)), (2, 2), [1, 2, 3, 4]),
    (memoryview(arrays.array("h", range(6)))[::2], (3,), [0, 2, 4]),
    ([arrays.array("f", [1, 2]), [3, 4]], (2, 2), [1, 2, 3, 4]),
    (bytearray(b"ab"), (2,), [97, 98]),
    ([float("inf"), -0.0], (2,), [math.inf, -0.0]),
    ([[[[[[[[3]]]]]]]], (1,) * 8, [3]),
]


@pytest.mark.parametrize(("source", "shape", "values"), SOURCES, ids=lambda v: str(v)[:40])
def test_array_of(source, shape, values):
    x = nd.array(source)
    assert (x.shape, x._values(), name(x)) == (shape, values, "float32")


@pytest.mark.parametrize("dtype", DTYPES)
def test_array_in_a_dtype(dtype):
    x = nd.array([0, 1, 3.7], dtype=dtype)
    assert (x._values(), name(x)) == ([cast(v, dtype) for v in (0, 1, 3.7)], dtype)
    assert name(nd.array(x)) == dtype, "an array keeps its dtype"
    assert name(nd.array(x, dtype="float64")) == "float64"


def test_array_copies():
    x = nd.zeros(2)
    y = nd.array(x)
    y[:] = 1
    buffer = bytearray(2)
    z = nd.array(buffer)
    buffer[0] = 9
    assert (x._values(), z._values()) == ([0, 0], [0, 0])


def test_large_integers_keep_their_digits():
    big = 2**53 + 1
    assert nd.array([big, -big], dtype="int64")._values() == [big, -big]
    assert nd.array(arrays.array("q", [big]), dtype="int64")._values() == [big]


@pytest.mark.parametrize("kind", ["python", "int64 buffer", "float"])
def test_numbers_wrap_into_smaller_integers(kind):
    source = {"python": [300, -1], "int64 buffer": arrays.array("q", [300, -1]), "float": [300.0, -1.0]}[kind]
    assert nd.array(source, dtype="uint8")._values() == [44, 255]
    assert nd.array(source, dtype="int8")._values() == [44, -1]


class Index:
    def __index__(self):
        return 3


def test_shape_of_an_index_object():
    assert nd.zeros(Index()).shape == (3,)
    assert nd.zeros((2, Index())).shape == (2, 3)


NO_SOURCES = [
    (None, TypeError, "None"),
    ("abc", TypeError, "'abc'"),
    (b"abc", TypeError, "array like"),
    ({1: 2}, TypeError, "array like"),
    ({1, 2}, TypeError, "array like"),
    (object(), TypeError, "array like"),
    (1j, TypeError, ""),
    ([1, None], TypeError, "None"),
    ([1, "a"], TypeError, "'a'"),
    ([[1], [1, 2]], ValueError, "ragged"),
    ([[1, 2], 3], ValueError, "ragged"),
    ([1, [2, 3]], ValueError, "ragged"),
    ([[[[[[[[[3]]]]]]]]], ValueError, "8"),
    (iter([1, 2]), TypeError, ""),
]


@pytest.mark.parametrize(("source", "kind", "message"), NO_SOURCES, ids=lambda v: str(v)[:30])
def test_no_array_of(source, kind, message):
    with pytest.raises(kind, match=message or None):
        nd.array(source)


def test_no_array_of_a_list_of_arrays():
    with pytest.raises(InputTypeError, match=r"source_array must be array like object.*(stack|concat)"):
        nd.array([nd.ones(1), nd.ones(1)])


def test_list_that_changes_while_it_is_read():
    class Evil:
        """A sequence that empties the list it is in when it is read for the second time."""

        reads = 0

        def __len__(self):
            return 2

        def __getitem__(self, place):
            Evil.reads += place == 0
            if Evil.reads == 2:
                numbers.clear()
            if place > 1:
                raise IndexError(place)
            return 1.0

    numbers = [Evil(), [3.0, 4.0]]
    with pytest.raises((IndexError, ValueError)):
        nd.array(numbers)
    assert Evil.reads == 2


def test_list_that_contains_itself():
    loop = []
    loop.append(loop)
    with pytest.raises(ValueError, match="8"):
        nd.array(loop)


# -------------------------------------------------------------------------------- constants, ranges


@pytest.mark.parametrize(("make", "value"), [(nd.zeros, 0), (nd.ones, 1)])
@pytest.mark.parametrize("dtype", [None, *DTYPES])
def test_constants(make, value, dtype):
    for shape, wanted in ((3, (3,)), ((2, 3), (2, 3)), ([2, 2], (2, 2)), ((), ()), ((0, 3), (0, 3))):
        x = make(shape, dtype=dtype)
        assert x.shape == wanted
        assert name(x) == (dtype or "float32")
        assert x._values() == [value] * math.prod(wanted)


def test_full():
    assert nd.full((2, 2), 7)._values() == [7] * 4
    assert nd.full(3, 2.5, dtype="float64")._values() == [2.5] * 3
    assert nd.full((2, 2), [1, 2])._values() == [1, 2, 1, 2]
    assert nd.full((), 7).asscalar() == 7
    out = nd.zeros(2)
    assert nd.full((2,), 3, out=out) is out
    assert out._values() == [3, 3]


def test_empty():
    x = nd.empty((2, 3), dtype="int8")
    assert (x.shape, name(x), len(x._values())) == ((2, 3), "int8", 6)
    assert nd.empty(4).shape == (4,)


def test_like():
    x = nd.array([[1, 2]], dtype="int32")
    for make, value in ((nd.zeros_like, 0), (nd.ones_like, 1)):
        y = make(x)
        assert (y.shape, name(y), y._values()) == ((1, 2), "int32", [value] * 2)


ARANGES = [
    ((3,), {}, [0, 1, 2]),
    ((2, 5), {}, [2, 3, 4]),
    ((0, 1, 0.25), {}, [0, 0.25, 0.5, 0.75]),
    ((5, 0, -2), {}, [5, 3, 1]),
    ((0, 3), {"repeat": 2}, [0, 0, 1, 1, 2, 2]),
    ((0,), {}, []),
    ((3, 1), {}, []),
    ((-2.5,), {}, []),
    ((2.5,), {}, [0, 1, 2]),
]


@pytest.mark.parametrize(("positional", "named", "wanted"), ARANGES)
def test_arange(positional, named, wanted):
    x = nd.arange(*positional, **named)
    assert (x._values(), name(x)) == (wanted, "float32")
    assert nd.arange(*positional, **named, dtype="int64")._values() == [int(v) for v in wanted]


def test_eye():
    assert nd.eye(2)._values() == [1, 0, 0, 1]
    assert nd.eye(2, 3, 1, dtype="int32")._values() == [0, 1, 0, 0, 0, 1]
    assert nd.eye(3, k=-2)._values() == [0] * 6 + [1, 0, 0]


def test_linspace():
    assert nd.linspace(0, 1, 5)._values() == [0, 0.25, 0.5, 0.75, 1]
    assert nd.linspace(0, 1, 4, endpoint=False)._values() == [0, 0.25, 0.5, 0.75]
    assert nd.linspace(3, 9, 1)._values() == [3]
    assert nd.linspace(3, 9, 0).shape == (0,)


BAD_SHAPES = [
    (-1, ShapeError, "negative"),
    ((2, -3), ShapeError, r"\(2, -3\)"),
    ("a", TypeError, "shape"),
    ((2, "a"), TypeError, "shape"),
    (1.5, TypeError, "shape"),
    ((2, 1.5), TypeError, "shape"),
    (None, TypeError, "shape"),
    ((1,) * 9, ShapeError, "8"),
    (1 << 60, MemoryError, ""),
    ((1 << 40, 1 << 40), MemoryError, "larger than any memory"),
    (1 << 70, (OverflowError, MemoryError, ValueError), ""),
    (nd, TypeError, ""),
]


@pytest.mark.parametrize(
    "make", [nd.zeros, nd.ones, nd.empty, lambda s: nd.full(s, 1)], ids=["zeros", "ones", "empty", "full"]
)
@pytest.mark.parametrize(("shape", "kind", "message"), BAD_SHAPES, ids=lambda v: str(v)[:20])
def test_bad_shapes(make, shape, kind, message):
    with pytest.raises(kind, match=message or None):
        make(shape)


@pytest.mark.parametrize("dtype", ["float31", "", 3, object(), [], "complex64", dict, 2.5])
def test_bad_dtypes(dtype):
    for make in (nd.zeros, nd.ones, nd.empty):
        with pytest.raises(TypeError, match="dtype") as caught:
            make(2, dtype=dtype)
        assert isinstance(caught.value, MXNetError)
    with pytest.raises(TypeError, match="dtype"):
        nd.ones(2).astype(dtype)


@pytest.mark.parametrize("dtype", [float, int, bool, "float64"])
def test_dtypes_of_python(dtype):
    wanted = {float: "float64", int: "int64", bool: "bool"}.get(dtype, dtype)
    assert name(nd.zeros(2, dtype=dtype)) == wanted


def test_dtype_of_another_array():
    for dtype in DTYPES:
        assert name(nd.zeros(2, dtype=nd.ones(1, dtype=dtype).dtype)) == dtype


# --------------------------------------------------------------------------------- casts and copies

CASTS = [3.7, -3.7, 0.0, 300.0, -1.0, 65504.0, 1e5, 2.0**31, -(2.0**31), 1e-8]


@pytest.mark.parametrize("source", DTYPES)
@pytest.mark.parametrize("target", DTYPES)
def test_astype(source, target, instruction_set):
    values = [cast(v, source) for v in CASTS]
    sure = [v for v in values if target[0] in "fb" or (math.isfinite(v) and abs(v) < 2**63)]
    if target == "int32" and source[0] == "f":
        sure = [v for v in sure if -(2**31) <= v < 2**31]
    x = nd.array(sure, dtype=source)
    y = x.astype(target)
    assert name(y) == target
    assert y._values() == [cast(v, target) for v in sure]


def test_float16_rounds_to_nearest_even():
    values = [2049.0, 2051.0, 65519.0, 65520.0, 6e-8, 2.9e-8, 1 + 2**-11, 1 + 3 * 2**-11, float("nan")]
    half = nd.array(values, dtype="float64").astype("float16")._values()
    assert half[:-1] == [2048, 2052, 65504, math.inf, 2**-24, 0, 1, 1 + 2**-9]
    assert math.isnan(half[-1])
    single = nd.array(values).astype("float16")._values()
    assert single[:4] == [2048, 2052, 65504, math.inf]


def test_float64_to_float16_goes_by_way_of_float32():
    """As in MXNet: the value becomes a tie, and that goes to the even neighbour."""
    value = 1 + 2**-11 + 2**-30
    assert nd.array([value], dtype="float64").astype("float16")._values() == [1]


def test_casts_out_of_range_do_not_crash():
    for values in ([math.inf, -math.inf, math.nan], [1e30, -1e30, 2.0**63]):
        for source in ("float16", "float32", "float64"):
            x = nd.array(values, dtype=source)
            for target in ("int8", "uint8", "int32", "int64", "bool"):
                assert len(x.astype(target)._values()) == 3


def test_astype_copies_unless_told():
    x = nd.zeros(2)
    assert x.astype("float32") is not x
    assert x.astype("float32", copy=False) is x
    assert x.astype("float64", copy=False) is not x
    y = x.astype("float32")
    y[:] = 1
    assert x._values() == [0, 0]


def test_contexts():
    x = nd.zeros(2)
    assert x.context == x.ctx == mx.cpu(0)
    assert x.as_in_context(mx.cpu()) is x
    y = x.as_in_context(mx.cpu(1))
    assert (y.context, y._values()) == (mx.cpu(1), [0, 0])
    with mx.Context("cpu", 2):
        assert nd.zeros(1).context == nd.array([1]).context == nd.random.uniform().context == mx.cpu(2)
        assert (x + 1).context == mx.cpu(0)
    assert nd.ones(1, ctx=mx.cpu(3)).context == mx.cpu(3)


def test_no_gpu():
    assert mx.num_gpus() == 0
    for use in (
        lambda: nd.zeros(2, ctx=mx.gpu()),
        lambda: nd.array([1], ctx=mx.gpu(0)),
        lambda: nd.ones(2).as_in_context(mx.gpu(1)),
        lambda: nd.ones(2).copyto(mx.gpu()),
        lambda: nd.random.normal(ctx=mx.gpu()),
    ):
        with pytest.raises(ContextError, match="GPU is not enabled"):
            use()


def test_copyto():
    x, t = nd.array([1, 2]), nd.zeros(2)
    assert x.copyto(t) is t
    assert t._values() == [1, 2]
    assert x.copyto(mx.cpu(1)).context == mx.cpu(1)
    assert x.copyto(x) is x
    with pytest.raises(ShapeError, match=r"\(2,\).*\(3,\)"):
        x.copyto(nd.zeros(3))
    with pytest.raises(TypeError):
        x.copyto("cpu")


def test_copy_shares_nothing():
    x = nd.zeros(2)
    y = x.copy()
    y[:] = 1
    assert x._values() == [0, 0]


# ------------------------------------------------------------------------------------------- shapes


def test_reshape_is_a_view_and_nd_reshape_a_copy():
    x = nd.zeros((2, 3))
    x.reshape((3, 2))[:] = 7
    assert set(x._values()) == {7}
    nd.reshape(x, shape=(6,))[:] = 1
    assert set(x._values()) == {7}


@pytest.mark.parametrize(
    ("codes", "shape"),
    [
        ((0, -1), (2, 12)), ((-1,), (24,)), ((-2,), (2, 3, 4)), ((2, -2), (2, 3, 4)), ((-3, 4), (6, 4)),
        ((0, -3), (2, 12)), ((-3, -2), (6, 4)), ((-4, 1, 2, -2), (1, 2, 3, 4)),
        ((2, -4, -1, 3, -2), (2, 1, 3, 4)),
        ((-1, 0), (8, 3)), ((6, 4), (6, 4)), ((1, 1, 24), (1, 1, 24)),
    ],
)  # fmt: skip
def test_reshape_codes(codes, shape):
    x = nd.arange(24).reshape((2, 3, 4))
    for y in (x.reshape(codes), x.reshape(*codes), x.reshape(shape=codes), nd.reshape(x, shape=codes)):
        assert (y.shape, y._values()) == (shape, list(range(24)))


def test_reshape_from_the_right():
    x = nd.zeros((10, 5, 4))
    assert x.reshape((-1, 0)).shape == (40, 5)
    assert x.reshape((-1, 0), reverse=True).shape == nd.reshape(x, (-1, 0), True).shape == (50, 4)


@pytest.mark.parametrize(
    "codes", [(2, 2), (5, 5), (-1, -1), (0, 0, 0), (-5,), (-4, 4, 4), (-3,), (-1, 4), (1,) * 9]
)
def test_bad_reshape(codes):
    x = nd.arange(6)
    for reshape in (x.reshape, lambda c: nd.reshape(x, shape=c)):
        with pytest.raises(ValueError, match=r"[Rr]eshape"):
            reshape(codes)


def test_joining_functions():
    a, b = nd.array([[1, 2]]), nd.array([[3, 4]])
    assert nd.concatenate([a, b])._values() == [1, 2, 3, 4]
    assert nd.concatenate([a, b], axis=1).shape == (1, 4)
    assert nd.concatenate([a], always_copy=False) is a
    assert nd.concatenate([a]) is not a
    assert [part._values() for part in nd.split_v2(nd.arange(5), [1, 3])] == [[0], [1, 2], [3, 4]]
    assert [part._values() for part in nd.split_v2(nd.arange(4), 2)] == [[0, 1], [2, 3]]
    assert nd.split_v2(nd.arange(4), 1).shape == (4,)
    with pytest.raises(ValueError, match="3 equal parts"):
        nd.split_v2(nd.arange(4), 3)
    rows = nd.arange(4).reshape((2, 2)).split_v2(2, squeeze_axis=True)
    assert [row._values() for row in rows] == [[0, 1], [2, 3]]


def test_histogram():
    x = nd.array([-1, 0, 0.5, 2, 4, 5], dtype="float64")
    counts, edges = nd.histogram(x, 2, (0, 4))
    assert (counts._values(), _core.dtype_name(counts.dtype)) == ([2, 2], "int64")
    assert (edges._values(), _core.dtype_name(edges.dtype)) == ([0, 2, 4], "float64")
    assert nd.histogram(x, nd.array([0, 1, 9], dtype="float64"))[0]._values() == [2, 3]
    counts, edges = nd.histogram(x, 3)
    assert (counts._values(), edges._values()) == ([3, 1, 2], [-1, 1, 3, 5])
    assert _core.dtype_name(counts.dtype) == _core.dtype_name(edges.dtype) == "float32"
    assert nd.histogram(nd.ones(3), 2)[1]._values() == [0.5, 1, 1.5], "one value only"
    assert nd.histogram(nd.zeros((0,)), 2)[0]._values() == [0, 0]


def test_onehot_encode():
    out = nd.full((2, 3), 7)
    assert nd.onehot_encode(nd.array([2, 0]), out) is out
    assert out._values() == [0, 0, 1, 1, 0, 0]


def test_reset_arrays():
    a, b = nd.ones((2, 3)), nd.ones(2, dtype="int32")
    assert nd.reset_arrays(a, b, num_arrays=2) == []
    assert (a._values(), b._values()) == ([0] * 6, [0, 0])


def test_moveaxis():
    x = nd.zeros((2, 3, 4))
    assert nd.moveaxis(x, 0, -1).shape == (3, 4, 2)
    assert nd.moveaxis(x, [0, 1], [1, 0]).shape == (3, 2, 4)
    with pytest.raises(AxisError, match="3"):
        nd.moveaxis(x, 3, 0)
    with pytest.raises(ValueError, match="twice"):
        nd.moveaxis(x, [0, 0], [1, 2])


def test_transpose_attribute():
    x = nd.arange(6).reshape((2, 3))
    assert x.T._values() == [0, 3, 1, 4, 2, 5]
    x.T[:] = 9
    assert x._values() == list(range(6)), "a copy"
    assert x.transpose((1, 0)).shape == x.transpose().shape == (3, 2)
