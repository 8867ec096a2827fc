"""Every operator of the build against plain Python: values, dtypes, given outputs, refused inputs."""

from __future__ import annotations

import math

import pytest
from gradcheck import to_array, to_plain
from optable import BUILD, MISSING, ROWS, whole_columns, whole_draw
from plain import Plain, Shape, cast
from rows import FLOATS, Draw, Row, Sample

from ndgrad import _core, autograd, nd
from ndgrad.base import DTypeError, ShapeError

# Relative and absolute: a few units in the last place of results near 1.
TOLERANCE = {"float64": (1e-13, 1e-14), "float32": (2e-6, 5e-7), "float16": (2e-3, 5e-4)}
CHECKED = [row for row in ROWS if row.reference]
DTYPES = [(row, dtype) for row in CHECKED for dtype in row.dtypes]
REFUSALS = [(row, refusal) for row in ROWS for refusal in row.refusals]


def by_name(value: object) -> str:
    return getattr(value, "name", None) or getattr(value, "label", None) or str(value)


def dtype_name(array: nd.NDArray) -> str:
    return _core.dtype_name(array.dtype)


def results(row: Row, sample: Sample, plains: list[Plain], dtype: str, **more: object) -> list[nd.NDArray]:
    result = row.operator(*sample.arrays(plains, dtype), **sample.params, **more)
    return [result] if isinstance(result, nd.NDArray) else result


def compare(found: nd.NDArray, wanted: Plain, dtype: str) -> None:
    assert dtype_name(found) == dtype
    assert found.shape == wanted.shape
    relative, absolute = TOLERANCE.get(dtype, (0, 0))
    for place, (f, w) in enumerate(zip(found._values(), wanted.values, strict=True)):
        if math.isnan(w):
            assert math.isnan(f)
        else:
            w = cast(w, dtype)
            assert f == w or abs(f - w) <= absolute + relative * abs(w), f"element {place}: {f}, not {w}"


def compare_all(row: Row, sample: Sample, found: list[nd.NDArray], plains: list[Plain], dtype: str) -> None:
    expected = row.expected(plains, sample.params)
    for output, (result, wanted) in enumerate(zip(found, expected, strict=True)):
        compare(result, wanted, row.dtype_of(dtype, sample.params, output))


# ---------------------------------------------------------------------------------------- the table


def test_every_operator_of_the_build_has_a_row():
    assert MISSING == [], "say what these compute: in formulas.py if of a family, else in others.py"


def test_table_covers_every_family():
    counts = {family: sum(d["family"] == family for d in BUILD.values()) for family in ("unary", "binary")}
    assert counts["unary"] >= 25
    assert {d["family"] for d in BUILD.values()} == {
        *("unary", "binary", "elemwise", "scalar", "scaled", "ternary", "reduce", "other"),
    }


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_row_refuses_three_inputs(row):
    assert len(row.refusals) >= 3, f"{row.name}: at least three refused inputs"


def test_aliases_are_the_same_operator():
    for row in BUILD.values():
        for alias in row["aliases"]:
            assert _core.describe(alias) == row


# ------------------------------------------------------------------------------------------ forward


@pytest.mark.parametrize("row", CHECKED, ids=by_name)
def test_values(row, instruction_set):
    for sample in row.samples:
        plains = sample.plains()
        found = results(row, sample, plains, "float64")
        compare_all(row, sample, found, plains, "float64")


@pytest.mark.parametrize("row", [row for row in CHECKED if row.changes], ids=by_name)
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_changed_inputs(row, dtype, instruction_set):
    """Those that the operator writes have become what they should, and the others are what they were."""
    for sample in row.samples:
        plains = [plain.map(lambda v: cast(v, dtype)) for plain in sample.plains()]
        arrays = sample.arrays(plains, dtype)
        row.operator(*arrays, **sample.params)
        wanted = list(plains)
        for which, plain in zip(row.changes, row.changed(plains, sample.params), strict=True):
            wanted[which] = plain
        for array, plain in zip(arrays, wanted, strict=True):
            compare(array, plain, dtype_name(array))


@pytest.mark.parametrize("row", [row for row in CHECKED if row.formula], ids=by_name)
@pytest.mark.parametrize("size", [1, 3, 4, 8, 31, 70])
def test_values_of_vectors_of_any_length(row, size, instruction_set):
    """Whole vectors, and the elements left over after them."""
    sample = row.samples[0]
    for dtype in ("float64", "float32"):
        plains = [
            draw.plain((size,), salt).map(lambda v, d=dtype: cast(v, d))
            for salt, draw in enumerate(sample.inputs)
        ]
        arrays = [to_array(plain, dtype) for plain in plains]
        compare(row.operator(*arrays, **sample.params), row.expected(plains, sample.params)[0], dtype)


@pytest.mark.parametrize(("row", "dtype"), DTYPES, ids=by_name)
def test_dtypes(row, dtype, instruction_set):
    if row.formula and dtype not in FLOATS:
        check_whole_numbers(row, dtype)
        return
    for sample in row.samples:
        plains = [
            plain.map(lambda v: cast(v, dtype)) if isinstance(i, Draw) else plain
            for i, plain in zip(sample.inputs, drawn(sample, dtype), strict=True)
        ]
        compare_all(row, sample, results(row, sample, plains, dtype), plains, dtype)


def drawn(sample: Sample, dtype: str) -> list[Plain]:
    return sample.plains() if dtype in FLOATS else sample.plains(whole_draw(dtype))


def check_whole_numbers(row: Row, dtype: str) -> None:
    params = {name: {"scalar": 2, "a_min": 1}.get(name, 2) for name in row.samples[0].params}
    columns = whole_columns(row, dtype, params)
    assert len(columns[0].values) >= 1
    found = row.operator(*(to_array(column, dtype) for column in columns), **params)
    compare(found, row.expected(columns, params)[0], dtype)


# ------------------------------------------------------------------------------------ given outputs


def sevens(shape: Shape, dtype: str) -> nd.NDArray:
    return nd.ones(shape, dtype=dtype) * 7


def blanks(like: list[nd.NDArray]) -> list[nd.NDArray]:
    return [sevens(array.shape, dtype_name(array)) for array in like]


@pytest.mark.parametrize("row", CHECKED, ids=by_name)
def test_out(row):
    for sample in row.samples:
        plains = sample.plains()
        wanted = results(row, sample, plains, "float64")
        given = blanks(wanted)
        out = given[0] if len(given) == 1 else given
        assert row.operator(*sample.arrays(plains, "float64"), **sample.params, out=out) is out
        for g, w in zip(given, wanted, strict=True):
            assert repr(g) == repr(w)


def writable(row: Row, sample: Sample) -> list[int]:
    """The inputs that the result may be written over: those of its shape and dtype."""
    if row.dtype_of("float64", sample.params) != "float64":
        return []
    shapes = [result.shape for result in row.expected(sample.plains(), sample.params)]
    fitting = [which for which, i in enumerate(sample.inputs) if isinstance(i, Draw) and [i.shape] == shapes]
    return [which for which in fitting if which not in row.changes]


OVERWRITING = [row for row in CHECKED if any(writable(row, sample) for sample in row.samples)]


@pytest.mark.parametrize("row", OVERWRITING, ids=by_name)
def test_out_may_be_an_input(row):
    for sample in row.samples:
        for which in writable(row, sample):
            plains = sample.plains()
            inputs = sample.arrays(plains, "float64")
            row.operator(*inputs, **sample.params, out=inputs[which])
            assert repr(inputs[which]) == repr(results(row, sample, plains, "float64")[0])


@pytest.mark.parametrize("shift", [1, 3, 8])
@pytest.mark.parametrize(
    "apply", [nd.exp, lambda v, out: nd.broadcast_add(v, v, out=out)], ids=["exp", "add"]
)
def test_out_may_overlap_an_input(apply, shift, instruction_set):
    """What is still to be read must not have been written."""
    for dtype in ("float32", "float64", "int32"):
        memory = nd.array([k % 5 for k in range(64)], dtype=dtype)
        for source, target in (
            (memory[: 64 - shift], memory[shift:]),
            (memory[shift:], memory[: 64 - shift]),
        ):
            wanted = apply(source.copy(), out=nd.zeros(source.shape, dtype=dtype))._values()
            assert apply(source, out=target) is target
            assert target._values() == wanted


@pytest.mark.parametrize("row", CHECKED, ids=by_name)
def test_out_of_another_shape_or_dtype_is_refused(row):
    sample = row.samples[0]
    plains = sample.plains()
    wanted = results(row, sample, plains, "float32")
    other = "int32" if dtype_name(wanted[0]) != "int32" else "float32"
    longer = sevens((*wanted[0].shape, 5), dtype_name(wanted[0]))
    changed = sevens(wanted[0].shape, other)
    for bad, kind, words in (
        (longer, ShapeError, [str(longer.shape), str(wanted[0].shape)]),
        (changed, DTypeError, [other, dtype_name(wanted[0])]),
    ):
        out = bad if len(wanted) == 1 else [bad, *blanks(wanted[1:])]
        with pytest.raises(kind) as caught:
            row.operator(*sample.arrays(plains, "float32"), **sample.params, out=out)
        assert all(word in str(caught.value) for word in [row.name, *words]), str(caught.value)
        assert set(bad._values()) == {7}


# ----------------------------------------------------------------------------------- refused inputs


@pytest.mark.parametrize(("row", "refusal"), REFUSALS, ids=by_name)
def test_refusals(row, refusal):
    with pytest.raises(refusal.kind) as caught:
        refusal.call(row.name)
    message = str(caught.value)
    for word in (row.name.strip("_"), *refusal.words):
        assert word in message


# ----------------------------------------------------------------- what the domains above leave out

INF, NAN = math.inf, math.nan
EDGES = [
    ("log", [0.0, -1.0, INF, NAN], [-INF, NAN, INF, NAN]),
    ("log2", [0.0, 8.0], [-INF, 3.0]),
    ("log10", [0.0, 1000.0], [-INF, 3.0]),
    ("log1p", [-1.0, 1e-10, -2.0], [-INF, 1e-10, NAN]),
    ("expm1", [1e-10, -INF, 800.0], [1e-10, -1.0, INF]),
    ("exp", [-INF, INF, 800.0, -800.0], [0.0, INF, INF, 0.0]),
    ("sqrt", [0.0, -1.0, INF], [0.0, NAN, INF]),
    ("rsqrt", [0.0, INF], [INF, 0.0]),
    ("cbrt", [0.0, -8.0, -INF], [0.0, -2.0, -INF]),
    ("reciprocal", [0.0, -0.0, INF], [INF, -INF, 0.0]),
    ("tanh", [INF, -INF, 30.0, -30.0], [1.0, -1.0, 1.0, -1.0]),
    ("sigmoid", [INF, -INF, 0.0, -800.0], [1.0, 0.0, 0.5, 0.0]),
    ("log_sigmoid", [800.0, -800.0], [0.0, -800.0]),
    ("erf", [INF, -INF, 0.0], [1.0, -1.0, 0.0]),
    ("erfinv", [1.0, -1.0, 2.0, 0.0], [INF, -INF, NAN, 0.0]),
    ("gamma", [0.0, -1.0, 5.0, INF, -INF], [INF, NAN, 24.0, INF, NAN]),
    ("gammaln", [0.0, -1.0, 1.0, INF], [INF, INF, 0.0, INF]),
    ("_polygamma", [0.0, -1.0, 1.0, INF, -INF, NAN], [-INF, NAN, -0.57721566490153286, INF, NAN, NAN]),
    ("arcsin", [1.0, -1.0, 1.5], [math.pi / 2, -math.pi / 2, NAN]),
    ("arccos", [1.0, -1.0, -1.5], [0.0, math.pi, NAN]),
    ("arctan", [INF, -INF], [math.pi / 2, -math.pi / 2]),
    ("arccosh", [1.0, 0.5, INF], [0.0, NAN, INF]),
    ("arctanh", [1.0, -1.0, 2.0], [INF, -INF, NAN]),
    ("sin", [INF, 1e5], [NAN, math.sin(1e5)]),
    ("cos", [-INF, -1e5], [NAN, math.cos(1e5)]),
    ("sinh", [INF, -800.0], [INF, -INF]),
    ("cosh", [-INF, 0.0], [INF, 1.0]),
    ("abs", [-0.0, -INF, NAN], [0.0, INF, NAN]),
    ("sign", [0.0, -3.0, 7.0], [0.0, -1.0, 1.0]),
    ("relu", [-1.0, 0.0, 2.0], [0.0, 0.0, 2.0]),
    ("round", [0.5, 1.5, -0.5, -2.5, 0.49], [1.0, 2.0, -1.0, -3.0, 0.0]),
    ("rint", [0.5, 1.5, 2.5, -0.5, -1.5], [0.0, 1.0, 2.0, -1.0, -2.0]),
    ("fix", [-1.5, 1.5], [-1.0, 1.0]),
    ("trunc", [-1.5, 1e15 + 0.5], [-1.0, 1e15]),
    ("floor", [-1.5, 1.5, -0.0], [-2.0, 1.0, -0.0]),
    ("ceil", [-1.5, 1.5], [-1.0, 2.0]),
    ("logical_not", [0.0, -0.0, 3.0], [1.0, 1.0, 0.0]),
]


@pytest.mark.parametrize(("name", "inputs", "wanted"), EDGES, ids=[name for name, *_ in EDGES])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_edges(name, inputs, wanted, dtype, instruction_set):
    found = _core.operators[name](nd.array(inputs, dtype=dtype))
    compare(found, Plain((len(wanted),), wanted), dtype)


BITS = [(0.0, 0.0), (0.0, 2.0), (2.0, 0.0), (2.0, 2.0)]
TRUTHS = {
    "equal": "1001",
    "not_equal": "0110",
    "greater": "0010",
    "lesser": "0100",
    "greater_equal": "1011",
    "lesser_equal": "1101",
    "logical_and": "0001",
    "logical_or": "0111",
    "logical_xor": "0110",
}
PAIR_EDGES = [
    ("div", 1.0, 0.0, INF),
    ("div", -1.0, 0.0, -INF),
    ("div", 0.0, 0.0, NAN),
    ("mod", -3.5, 2.0, 0.5),
    ("mod", -3.5, -2.0, -1.5),
    ("mod", 3.5, -2.0, -0.5),
    ("power", 0.0, 0.0, 1.0),
    ("power", -2.0, 3.0, -8.0),
    ("power", -2.0, 0.5, NAN),
    ("power", 2.0, -1074.0, 5e-324),
    ("power", 0.0, -1.0, INF),
    ("hypot", 3e200, 4e200, 5e200),
    ("hypot", INF, NAN, INF),
    *(
        (name, a, b, float(truth))
        for name, truths in TRUTHS.items()
        for (a, b), truth in zip(BITS, truths, strict=True)
    ),
]


@pytest.mark.parametrize(("name", "a", "b", "wanted"), PAIR_EDGES)
def test_pair_edges(name, a, b, wanted, instruction_set):
    pair = [nd.array([number] * 5, dtype="float64") for number in (a, b)]
    compare(_core.operators[f"broadcast_{name}"](*pair), Plain((5,), [wanted] * 5), "float64")


def test_a_number_beside_float16_is_rounded_to_it():
    x = nd.array([65504.0, 1.0], dtype="float16")
    assert (x * 0.1)._values() == [6548.0, 0.0999755859375]
    assert (x % 0.1)._values()[1] == 0.000244140625  # 0.1 is below a tenth there
    wide = nd.array([65504.0], dtype="float32")
    assert (wide * 0.1).astype("float16")._values() == [6552.0]


def test_gradient_beside_float16_has_the_rounded_number():
    x = nd.ones(1, dtype="float16")
    x.attach_grad()
    for retained in (False, True):
        with autograd.record():
            y = x * 0.1
            (gradient,) = autograd.grad(y, [x], create_graph=retained)
        assert gradient._values() == [0.0999755859375]


@pytest.mark.parametrize("name", ["relu", "smooth_l1"])
def test_gradient_at_nan_is_nan(name, instruction_set):
    x = nd.array([NAN, 2.0, -2.0] * 7)
    x.attach_grad()
    with autograd.record():
        y = _core.operators[name](x)
    y.backward()
    first, above, below, *_ = x.grad._values()
    assert math.isnan(first)
    assert (above, below) == (1.0, {"relu": 0.0, "smooth_l1": -1.0}[name])


def test_reshape_takes_more_codes_than_axes():
    codes = (-4, 1, 1, -4, 1, 1, -4, -1, 2)
    assert nd.reshape(nd.ones((1, 1, 6)), shape=codes).shape == (1, 1, 1, 1, 3, 2)
    assert nd.reshape(nd.ones((1, 1, 6)), shape=codes, reverse=True).shape == (1, 1, 1, 1, 3, 2)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_integers_wrap(dtype, instruction_set):
    most = {"int8": 2**7 - 1, "uint8": 2**8 - 1, "int32": 2**31 - 1, "int64": 2**63 - 1}[dtype]
    x = nd.array([most] * 40, dtype=dtype)
    assert set((x + nd.ones(40, dtype=dtype))._values()) == {cast(most + 1, dtype)}
    assert set((x * nd.array([3] * 40, dtype=dtype))._values()) == {cast(3 * most, dtype)}
    assert set(x._values()) == {most}


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_integer_division_by_zero_is_an_error(dtype):
    x, zero = nd.array([6, 7], dtype=dtype), nd.array([3, 0], dtype=dtype)
    for divide in (lambda: x / zero, lambda: x / 0, lambda: 1 / zero, lambda: x % zero, lambda: x % 0):
        with pytest.raises(ValueError, match=r"integer division by zero.*float32"):
            divide()
    assert x._values() == [6, 7]


def test_most_negative_integer_divided_by_minus_one():
    """The quotient does not fit; the processor's own instruction would trap."""
    for dtype, least in (("int8", -(2**7)), ("int32", -(2**31)), ("int64", -(2**63))):
        x, minus = nd.array([least, 6], dtype=dtype), nd.array([-1, -1], dtype=dtype)
        assert (x / minus)._values() == [least, -6]
        assert (x % minus)._values() == [0, 0]


@pytest.mark.parametrize("name", ["nansum", "nanprod"])
def test_nan_does_not_count(name):
    x = nd.array([[1.0, NAN, 3.0], [NAN, NAN, NAN]])
    empty = {"nansum": 0.0, "nanprod": 1.0}[name]
    assert _core.operators[name](x, axis=1)._values() == [{"nansum": 4.0, "nanprod": 3.0}[name], empty]


@pytest.mark.parametrize("name", ["max", "min", "sum", "prod", "mean"])
def test_nan_counts(name, instruction_set):
    assert math.isnan(_core.operators[name](nd.array([1.0, NAN, 3.0])).asscalar())


def test_sum_of_many_float32_keeps_its_accuracy(instruction_set):
    """A running sum in float32 would stop at 16,777,216."""
    assert nd.ones(20_000_000 // 16).sum().asscalar() == 20_000_000 // 16
    tenth = nd.full(300_000, 0.1)
    assert abs(tenth.sum().asscalar() / (300_000 * cast(0.1, "float32")) - 1) < 1e-6


def test_large_integers_stay_exact():
    big = 2**62 + 1
    x = nd.array([big, 1], dtype="int64")
    assert (x + nd.array([1, 1], dtype="int64"))._values() == [big + 1, 2]
    assert x.sum()._values() == [big + 1]
    assert x.max()._values() == [big]
    assert x.reshape((1, 2)).T._values() == [big, 1]


@pytest.mark.parametrize(
    "shape", [(3, 19, 5), (33, 20, 17), (65, 7, 130), (1, 3, 300), (2, 513, 3), (5, 1025, 1)]
)
def test_dot_of_sizes_around_the_kernels_blocks(shape, instruction_set):
    """On small whole numbers, so that every order of summation gives the same."""
    rows, depth, columns = shape
    a = Plain.build((rows, depth), lambda i: (i[0] * 7 + i[1] * 3) % 11 - 5)
    b = Plain.build((depth, columns), lambda i: (i[0] * 5 + i[1] * 2) % 13 - 6)
    corners = [(i, j) for i in {0, rows // 2, rows - 1} for j in {0, columns // 2, columns - 1}]
    wanted = {(i, j): sum(a[(i, k)] * b[(k, j)] for k in range(depth)) for i, j in corners}
    for dtype in ("float32", "float64"):
        left, right = to_array(a, dtype), to_array(b, dtype)
        for product in (
            nd.dot(left, right),
            nd.dot(left.T, right, transpose_a=True),
            nd.dot(left, right.T, transpose_b=True),
            nd.dot(left.T, right.T, transpose_a=True, transpose_b=True),
        ):
            found = to_plain(product)
            assert {corner: found[corner] for corner in corners} == wanted


def test_extremes_of_infinities_and_of_the_ends_of_a_dtype(instruction_set):
    for size in (1, 2, 9, 40):
        assert nd.max(nd.array([-INF] * size)).asscalar() == -INF
        assert nd.min(nd.array([INF] * size, dtype="float64")).asscalar() == INF
        for dtype, least, most in (
            ("int8", -(2**7), 2**7 - 1),
            ("uint8", 0, 255),
            ("int64", -(2**63), 2**63 - 1),
        ):
            assert nd.max(nd.array([least] * size, dtype=dtype))._values() == [least]
            assert nd.min(nd.array([most] * size, dtype=dtype))._values() == [most]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_softmax_of_large_numbers(axis, instruction_set):
    x = nd.array([[[1000.0, 1001.0], [-1000.0, 1000.0]], [[0.0, 0.0], [-INF, 1.0]]])
    assert all(math.isclose(v, 1, rel_tol=1e-6) for v in nd.softmax(x, axis=axis).sum(axis=axis)._values())
    logs = nd.log_softmax(nd.array([0.0, -2000.0]))._values()
    assert logs == [0.0, -2000.0]


def test_softmax_in_another_dtype():
    x = nd.array([1.0, 2.0, 3.0])
    for name in ("softmax", "log_softmax"):
        wide = _core.operators[name](x, dtype="float64")
        compare(wide, to_plain(_core.operators[name](x.astype("float64"))), "float64")


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float16", "float64"])
def test_indices_of_any_dtype(dtype):
    x = nd.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    at = nd.array([2, 0], dtype=dtype)
    assert nd.take(x, at)._values() == [5, 6, 1, 2]
    assert nd.pick(x[:2], nd.array([1, 0], dtype=dtype))._values() == [2, 3]
    assert nd.gather_nd(x, nd.array([[2, 0], [1, 1]], dtype=dtype))._values() == [6, 2]
    assert nd.one_hot(at, 3)._values() == [0, 0, 1, 1, 0, 0]


def test_nan_as_an_index_does_not_crash():
    x, nan = nd.array([1.0, 2.0]), nd.array([NAN])
    for mode in ("clip", "wrap"):
        assert nd.take(x, nan, mode=mode)._values()[0] in (1, 2)
    with pytest.raises(IndexError):
        nd.take(x, nan, mode="raise")
