"""Random arrays, their views, and keys to index them with, for the tests against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ndgrad import nd

FLOATS = ["float16", "float32", "float64"]
INTEGERS = ["int8", "uint8", "int32", "int64"]
DTYPES = [*FLOATS, *INTEGERS, "bool"]
# The fixture only chooses the kernels, so one setting serves all examples of a test.
FEW = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
on_all_kernels = pytest.mark.usefixtures("instruction_set")


# --------------------------------------------------------------------------------------- strategies

EXTENTS = st.integers(0, 5)
SHAPES = st.lists(EXTENTS, max_size=4).map(tuple)
SEEDS = st.integers(0, 2**32 - 1)


def numbers(shape, dtype, seed, low=-4.0, high=4.0):
    """Values of a dtype; of floats, such that sums and products of a few stay exact or nearly so."""
    generator = np.random.default_rng(seed)
    if dtype == "bool":
        return generator.integers(0, 2, shape).astype(bool)
    if dtype in INTEGERS:
        return generator.integers(0 if dtype == "uint8" else -9, 10, shape).astype(dtype)
    return generator.uniform(low, high, shape).astype(dtype)


def to_nd(a):
    return nd.array(a, dtype=a.dtype.name)


@st.composite
def arrays(draw, dtypes=FLOATS, shapes=SHAPES):
    return numbers(draw(shapes), draw(st.sampled_from(dtypes)), draw(SEEDS))


@st.composite
def as_view(draw, a):
    """The same elements in an array of their own, or inside a larger one."""
    whole = np.concatenate([np.zeros_like(a)[:1], a, np.ones_like(a)[:1]]) if a.ndim and a.shape[0] else None
    if whole is None or draw(st.booleans()):
        return to_nd(a)
    return to_nd(whole)[1:-1]


@st.composite
def broadcasting(draw, dtypes=FLOATS):
    """Two arrays that broadcast: some axes of each are 1, or missing in front."""
    shape, dtype = draw(SHAPES), draw(st.sampled_from(dtypes))
    pair = []
    for _ in range(2):
        own = [1 if draw(st.booleans()) and draw(st.booleans()) else extent for extent in shape]
        start = draw(st.integers(0, len(own))) if draw(st.booleans()) else 0
        pair.append(numbers(tuple(own[start:]), dtype, draw(SEEDS)))
    return pair


TOLERANCE = {"float16": 2e-3, "float32": 2e-6, "float64": 1e-13}


def assert_same(x, wanted, scale=1.0):
    """Equal shape, dtype and values; floats within a few units in the last place times `scale`."""
    found = x.asnumpy()
    wanted = np.asarray(wanted)
    wanted = wanted.reshape(wanted.shape or found.shape)
    assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
    if found.dtype.name in TOLERANCE:
        limit = TOLERANCE[found.dtype.name] * scale
        np.testing.assert_allclose(found.astype("float64"), wanted.astype("float64"), rtol=limit, atol=limit)
    else:
        np.testing.assert_array_equal(found, wanted)


# -------------------------------------------------------------------------------------------- keys


def slices(extent):
    ends = st.none() | st.integers(-extent - 2, extent + 2)
    return st.builds(slice, ends, ends, st.none() | st.integers(-3, 3).filter(bool))


def index_arrays(extent):
    shapes = st.sampled_from([(1,), (3,), (2, 1), (2, 3)])
    return st.builds(
        lambda seed, shape: np.random.default_rng(seed).integers(-extent, extent, shape), SEEDS, shapes
    )


@st.composite
def keys(draw, shape, advanced):
    """A key of ints, slices, None, one Ellipsis and, if advanced, at least one array of integers."""
    items = []
    for extent in shape[: draw(st.integers(0, len(shape)))]:
        kinds = [slices(extent)] + [st.integers(-extent, extent - 1)] * bool(extent)
        items.append(draw(st.one_of(kinds + [index_arrays(extent)] * (advanced and bool(extent)))))
    if advanced and not any(isinstance(item, np.ndarray) for item in items):
        at = draw(st.sampled_from([axis for axis, extent in enumerate(shape) if extent]))
        items[at:] = [*[slice(None)] * (at - len(items)), draw(index_arrays(shape[at]))]
    for _ in range(draw(st.integers(0, 2))):
        items.insert(draw(st.integers(0, len(items))), None)
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), Ellipsis)
    return tuple(items)


def as_nd_key(key):
    """NumPy's arrays, in turn, as NDArrays, lists and themselves."""
    forms = [lambda a: nd.array(a, dtype="int64"), lambda a: a.tolist(), lambda a: a, nd.array]
    return tuple(
        forms[(place + item.size) % 4](item) if isinstance(item, np.ndarray) else item
        for place, item in enumerate(key)
    )  # fmt: skip
