"""x[key] and x[key] = value against plain Python, what shares memory, and what is refused."""

from __future__ import annotations

import itertools

import pytest
from gradcheck import to_array
from plain import Plain, broadcast, indices

from ndgrad import autograd, nd

SHAPE = (3, 4, 5)
NEW, ALL = None, Ellipsis


def numbers(shape=SHAPE):
    return Plain(shape, range(len(Plain.build(shape, lambda _: 0).values)))


def array(plain, dtype="float32"):
    return to_array(plain, dtype)


# ------------------------------------------------------------------------------------ the reference


def explicit(key, ndim):
    """The key as a list with an entry for every axis, and None for the new ones."""
    items = list(key) if isinstance(key, tuple) else [key]
    taken = sum(item is not None and item is not ALL for item in items)
    at = next((k for k, item in enumerate(items) if item is ALL), len(items))
    return [*items[:at], *[slice(None)] * (ndim - taken), *items[at + 1 :]]


def places(shape, key):
    """The shape of x[key] and for each of its indices the index into x; NumPy's rules for integers."""
    axis, positions, arrays, layout, fancy = 0, {}, {}, [], []
    for number, item in enumerate(explicit(key, len(shape))):
        if item is None:
            layout.append(("new", None))
            continue
        if isinstance(item, slice):
            positions[axis] = range(*item.indices(shape[axis]))
            layout.append(("slice", axis))
        else:
            fancy.append(number)
            arrays[axis] = item if isinstance(item, Plain) else Plain((), [item])
            layout.append(("block", axis))
        axis += 1
    advanced = any(plain.shape for plain in arrays.values())
    block = broadcast_of(arrays.values()) if advanced else ()
    where = [k for k, (kind, _) in enumerate(layout) if kind == "block"]
    apart = advanced and where != list(range(where[0], where[0] + len(where)))
    order = [entry for entry in layout if entry[0] != "block"]
    front = 0 if apart or not where else where[0]
    order[front:front] = [("block", None)]
    return assemble(shape, order, positions, arrays, block)


def broadcast_of(plains):
    shapes = [plain.shape for plain in plains]
    ndim = max(map(len, shapes))
    return tuple(
        max((s[len(s) - ndim + k] for s in shapes if len(s) - ndim + k >= 0), default=1) for k in range(ndim)
    )


def assemble(shape, order, positions, arrays, block):
    result = []
    for kind, axis in order:
        result += {"new": [1], "slice": [len(positions.get(axis, ()))], "block": list(block)}[kind]
    wide = {axis: broadcast(plain, block) for axis, plain in arrays.items()}

    def source(index):
        rest, found = list(index), {}
        for kind, axis in order:
            if kind == "block":
                here = tuple(rest[: len(block)])
                del rest[: len(block)]
                found.update({a: int(plain[here]) % shape[a] for a, plain in wide.items()})
            else:
                place = rest.pop(0)
                if kind == "slice":
                    found[axis] = positions[axis][place]
        return tuple(found[a] for a in range(len(shape)))

    return tuple(result), source


def expected(x, key):
    shape, source = places(x.shape, key)
    return Plain.build(shape, lambda index: x[source(index)])


def as_key(key):
    """Plains as NDArrays."""
    if isinstance(key, tuple):
        return tuple(map(as_key, key))
    return array(key) if isinstance(key, Plain) else key


# ----------------------------------------------------------------------------------------- the keys

ITEMS = [0, -1, slice(None), slice(1, None), slice(None, None, -2), slice(2, 2)]
BASIC = [
    *ITEMS,
    *itertools.product(ITEMS, repeat=2),
    *[(a, b, c) for a in (0, slice(1, 3)) for b in (-1, slice(None, None, 3)) for c in (2, slice(-2, None))],
    ALL, (ALL, 0), (0, ALL), (ALL, slice(1, 3)), (1, ALL, 2), (ALL, slice(None, None, -1), 0),
    NEW, (NEW, 0), (slice(None), NEW), (ALL, NEW), (NEW, ALL, NEW), (0, NEW, 1), (NEW, 1, 2, 3),
    slice(-100, 100), slice(5, 1), slice(-1, None, -1), slice(100, -100, -3),
]  # fmt: skip
LIST, GRID, COLUMN = Plain((2,), [2, 0]), Plain((2, 2), [0, 1, -1, 2]), Plain((2, 1), [1, -2])
ADVANCED = [
    LIST, GRID, Plain((1,), [1]), Plain((0,), []), Plain((3,), [1, 1, 1]),
    (LIST, LIST), (LIST, 1), (1, LIST), (slice(None), LIST), (slice(1, None), LIST), (LIST, slice(1, 3)),
    (ALL, LIST), (LIST, ALL), (LIST, ALL, LIST), (slice(None), LIST, LIST), (LIST, slice(None), LIST),
    (0, slice(None), LIST), (LIST, slice(None), 0), (slice(None), 0, LIST), (slice(None), LIST, 0),
    (GRID, LIST), (COLUMN, LIST), (COLUMN, LIST, slice(None, None, -2)), (LIST, COLUMN, GRID),
    (NEW, LIST), (LIST, NEW), (LIST, NEW, LIST), (slice(None), NEW, LIST),
    (NEW, slice(None), LIST, LIST, NEW), (slice(None), LIST, NEW, LIST), (slice(None), 0, NEW, LIST),
    (slice(None), slice(None), GRID), (slice(1, 1), LIST),
]  # fmt: skip


def name_of(key):
    return str(key).replace("Ellipsis", "...").replace("slice", "")


@pytest.mark.parametrize("key", [*BASIC, *ADVANCED], ids=name_of)
def test_reading(key):
    x = numbers()
    found, wanted = array(x)[as_key(key)], expected(x, key)
    assert found.shape == (wanted.shape or (1,))
    assert found._values() == wanted.values


@pytest.mark.parametrize("key", [*BASIC, *ADVANCED], ids=name_of)
def test_writing_a_number(key):
    x = numbers()
    target = array(x)
    target[as_key(key)] = -5.5
    hit = set(expected(x, key).values)
    assert target._values() == [-5.5 if value in hit else value for value in x.values]


@pytest.mark.parametrize("key", [*BASIC, *ADVANCED], ids=name_of)
def test_writing_an_array(key):
    """Of a position named twice the last one counts."""
    x = numbers()
    shape, source = places(SHAPE, key)
    values = Plain(shape, range(100, 100 + len(Plain.build(shape, lambda _: 0).values)))
    wanted = dict(zip(indices(SHAPE), x.values, strict=True))
    wanted.update({source(index): values[index] for index in indices(shape)})
    target = array(x)
    target[as_key(key)] = array(values)
    assert target._values() == list(wanted.values())


@pytest.mark.parametrize("key", [*BASIC[:20], ALL, (slice(None), NEW), *ADVANCED], ids=name_of)
def test_gradient_of_reading(key):
    """Each element gets as much as the number of times it was read."""
    x = numbers()
    leaf = array(x, "float64")
    leaf.attach_grad()
    with autograd.record():
        y = leaf[as_key(key)]
    if y.size:
        y.backward()
    read = expected(x, key).values
    assert leaf.grad._values() == [read.count(value) for value in x.values]


@pytest.mark.parametrize(
    "dtype", ["float16", "float32", "float64", "int8", "uint8", "int32", "int64", "bool"]
)
def test_every_dtype(dtype):
    values = [1, 0, 1, 1, 0, 0] if dtype == "bool" else [1, 2, 3, 4, 5, 6]
    x = nd.array([values[:3], values[3:]], dtype=dtype)
    assert x[1, ::-1]._values() == values[:2:-1]
    assert x[[1, 0], [0, 2]]._values() == [values[3], values[2]]
    x[0, 1:] = 1
    x[[1], [2]] = nd.array([0])
    assert x._values() == [values[0], 1, 1, values[3], values[4], 0]
    assert x[0].dtype == x.dtype


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "int64", "uint8"])
def test_index_arrays_of_any_dtype(dtype):
    x = array(numbers((4, 2)))
    assert x[nd.array([3, 0], dtype=dtype)]._values() == [6, 7, 0, 1]


@pytest.mark.parametrize(
    "kind", [list, tuple, lambda v: range(*v, 2), memoryview], ids=["list", "tuple", "range", "buffer"]
)
def test_index_sequences(kind):
    import array as arrays

    x = array(numbers((4, 2)))
    key = kind([1, 3]) if kind is not memoryview else memoryview(arrays.array("q", [1, 3]))
    if isinstance(key, tuple):
        assert x[key,]._values() == [2, 3, 6, 7]
    else:
        found = x[key]._values()
        assert found == ([2, 3] if isinstance(key, range) else [2, 3, 6, 7])


def test_full_integer_key_has_shape_one():
    x = array(numbers((3, 4)))
    assert (x[1, 2].shape, x[1, 2].asscalar()) == ((1,), 6)
    assert x[-1].shape == (4,)


def test_truth_values_are_the_numbers_0_and_1():
    x = array(numbers((3, 4)))
    assert x[x > 5].shape == (3, 4, 4)
    assert x[True]._values() == x[1]._values()


def test_empty_tuple_and_ellipsis():
    x = array(numbers())
    assert x[()]._values() == x[...]._values() == x._values()


# --------------------------------------------------------------------------------- views and copies

SHARING = [
    (1, True), (slice(0, 1), True), ((0, slice(1, 3)), True), ((1, 2), True), (ALL, True),
    (slice(None), True),
    ((slice(1, 2), slice(None), slice(None)), True), ((0, NEW), True), ((0, 0, slice(1, 2)), True),
    ((slice(None), 1), False), ((slice(None), slice(None, None, 2)), False), (slice(None, None, 2), False),
    (slice(None, None, -1), False), (Plain((1,), [0]), False), ((slice(None), slice(0, 1)), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "shares"), SHARING, ids=lambda v: name_of(v) if not isinstance(v, bool) else ""
)
def test_contiguous_parts_are_views(key, shares):
    x = nd.zeros(SHAPE)
    x[as_key(key)][:] = 7
    assert (sum(x._values()) > 0) == shares


def test_writing_through_a_chain_of_views():
    y = nd.zeros((2, 2))
    y[0][1] = 5
    y[:, 0][1] = 6
    assert y._values() == [0, 5, 0, 0]
    y.reshape((4,))[2:][0] = 7
    assert y._values() == [0, 5, 7, 0]


def test_rows_of_an_iteration_are_views():
    x = nd.zeros((3, 2))
    for number, row in enumerate(x):
        row[:] = number
    assert x._values() == [0, 0, 1, 1, 2, 2]
    assert [v.shape for v in nd.arange(2)] == [(1,), (1,)]


def test_view_outlives_its_source():
    x = nd.arange(6).reshape((2, 3))
    row = x[1]
    del x
    assert row._values() == [3, 4, 5]


def test_overlapping_assignment_reads_before_it_writes():
    for target, source in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
        x = nd.arange(5)
        wanted = list(range(5))
        wanted[target] = wanted[source]
        x[target] = x[source]
        assert x._values() == wanted
    x = nd.arange(4)
    x[:] = x[::-1]
    assert x._values() == [3, 2, 1, 0]
    x = nd.arange(4).reshape((2, 2))
    x[:] = x[0]
    assert x._values() == [0, 1, 0, 1]
    x[[0, 1]] = x[[1, 0]] + nd.array([[0, 0], [10, 10]])
    assert x._values() == [0, 1, 10, 11]


# ---------------------------------------------------------------------------------- values to write


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (7, [7, 7, 7]),
        (1.9, [1.9, 1.9, 1.9]),
        (True, [1, 1, 1]),
        ([1, 2, 3], [1, 2, 3]),
        ((1, 2, 3), [1, 2, 3]),
        ([[1, 2, 3]], [1, 2, 3]),
        ([4], [4, 4, 4]),
        (range(3), [0, 1, 2]),
        (memoryview(b"abc"), [97, 98, 99]),
    ],
    ids=str,
)
def test_values(value, wanted):
    x = nd.zeros((2, 3), dtype="float64")
    x[1] = value
    assert x._values() == [0, 0, 0, *wanted]


def test_values_are_cast():
    x = nd.zeros(3, dtype="int32")
    x[:] = 1.9
    x[1] = nd.array([-2.7])
    assert x._values() == [1, -2, 1]
    y = nd.zeros(2, dtype="uint8")
    y[:] = nd.array([300.0, -1.0])
    assert y._values() == [300 % 256, 255]


def test_broadcasting_on_the_left():
    x = nd.zeros((2, 3))
    x[:] = nd.array([1, 2, 3])
    assert x._values() == [1, 2, 3, 1, 2, 3]
    x[:, 1:] = nd.array([[8], [9]])
    assert x._values() == [1, 8, 8, 1, 9, 9]
    x[0] = nd.ones((1, 1, 3))
    assert x._values() == [1, 1, 1, 1, 9, 9]


def test_array_without_axes_can_be_written():
    x = nd.array(5)
    x[()] = 7
    assert x.asscalar() == 7
    x[:] = 8
    assert x.asscalar() == 8
    x[...] = 9
    assert x.asscalar() == 9


def test_assignment_across_contexts():
    import ndgrad as mx

    x, y = nd.zeros(2), nd.ones(2, ctx=mx.cpu(1))
    x[:] = y
    assert (x._values(), x.context) == ([1, 1], mx.current_context())


# ------------------------------------------------------------------------------------------ refused

REFUSED = [
    (5, IndexError, "index 5 is out of bounds for axis 0 with size 3"),
    (-4, IndexError, "index -4 is out of bounds for axis 0 with size 3"),
    ((0, 4), IndexError, "index 4 is out of bounds for axis 1 with size 4"),
    ((0, 0, 0, 0), IndexError, r"too many indices \(4\) for array with 3 dimensions"),
    ((ALL, ALL), IndexError, "single ellipsis"),
    (1.0, ValueError, "does not support slicing with key 1.0 of type <class 'float'>"),
    ("a", ValueError, "does not support slicing with key a of type <class 'str'>"),
    (b"a", ValueError, "does not support slicing"),
    ({1}, ValueError, "does not support slicing"),
    (object, ValueError, "does not support slicing"),
    ((0, "a"), ValueError, "does not support slicing with key a"),
    (2**70, IndexError, ""),
    (slice(0, 1, 0), ValueError, "zero"),
    (slice("a"), TypeError, "slice indices"),
    (slice(0.5), TypeError, "slice indices"),
    (Plain((2,), [0, 3]), IndexError, "index 3(.0)? is out of bounds for axis 0 with size 3"),
    (Plain((1,), [-4]), IndexError, "out of bounds for axis 0 with size 3"),
    ([0, 3], IndexError, "index 3 is out of bounds for axis 0 with size 3"),
    ([-4], IndexError, "index -4 is out of bounds for axis 0 with size 3"),
    ((slice(None), [0, 4]), IndexError, "index 4 is out of bounds for axis 1 with size 4"),
    ((LIST, Plain((3,), [0, 1, 2])), IndexError, r"could not be broadcast.*\(2,\).*\(3,\)"),
    (Plain((1,), [float("nan")]), IndexError, "out of bounds"),
    (Plain((1,), [1e30]), IndexError, "out of bounds"),
    ((NEW,) * 6, ValueError, "8"),
    ([[0], [0, 1]], ValueError, "ragged"),
    (["a"], (TypeError, ValueError), ""),
]


@pytest.mark.parametrize(
    ("key", "kind", "message"), REFUSED, ids=lambda v: name_of(v) if isinstance(v, tuple) else None
)
def test_refused_keys(key, kind, message):
    x = array(numbers())
    with pytest.raises(kind, match=message or None):
        x[as_key(key)]
    with pytest.raises(kind, match=message or None):
        x[as_key(key)] = 1
    assert x._values() == numbers().values


@pytest.mark.parametrize(
    ("key", "value", "kind", "message"),
    [
        (0, [1, 2], ValueError, r"could not be broadcast.*\(2,\).*\(4, 5\)"),
        (slice(None), nd.ones((2, 4, 5)).shape, ValueError, "could not be broadcast"),
        (([0, 1], [0, 1]), [[1] * 5] * 3, ValueError, r"could not be broadcast.*\(3, 5\).*\(2, 5\)"),
        (0, "abc", TypeError, "'abc'"),
        (0, None, TypeError, "None"),
        (0, {1: 2}, TypeError, ""),
        (0, [[1, 2], [3]], ValueError, "ragged"),
        (0, ["a"], TypeError, "'a'"),
        (0, 1j, TypeError, ""),
        (0, object(), TypeError, ""),
    ],
    ids=str,
)
def test_refused_values(key, value, kind, message):
    x = array(numbers())
    with pytest.raises(kind, match=message or None):
        x[key] = value
    assert x._values() == numbers().values


def test_elements_cannot_be_deleted():
    x = nd.ones(3)
    with pytest.raises(TypeError, match="deleted"):
        del x[0]


def test_array_without_axes_has_no_items():
    x = nd.array(5)
    for use in (len, iter, lambda a: a[0], lambda a: a[0:1]):
        with pytest.raises((TypeError, IndexError)):
            use(x)
    assert x[...].asscalar() == 5
    assert x[None].shape == (1,)


def test_failed_advanced_write_changes_nothing():
    x = nd.zeros((3, 2))
    with pytest.raises(IndexError):
        x[[0, 1, 7]] = 5
    assert sum(x._values()) == 0
