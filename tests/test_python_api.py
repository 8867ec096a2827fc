"""The Python side: printing, numbers, operators, contexts, pickles, names, and mxnet as another name."""

from __future__ import annotations

import copy
import gc
import importlib
import inspect
import io
import math
import operator
import pickle
import sys

import pytest

import ndgrad
from ndgrad import _core, autograd, nd

DTYPES = ("float16", "float32", "float64", "int8", "uint8", "int32", "int64", "bool")


# ----------------------------------------------------------------------------------------- printing

PRINTED = [
    (lambda: nd.array([[1, 2], [3, 4]]), "\n[[1. 2.]\n [3. 4.]]\n<NDArray 2x2 @cpu(0)>"),
    (lambda: nd.array(5), "\n5.0\n<NDArray  @cpu(0)>"),
    (lambda: nd.array([]), "\n[]\n<NDArray 0 @cpu(0)>"),
    (lambda: nd.zeros((2, 0, 3)), "\n[]\n<NDArray 2x0x3 @cpu(0)>"),
    (lambda: nd.array([1e-8, 1, 1000000]), "\n[1.e-08 1.e+00 1.e+06]\n<NDArray 3 @cpu(0)>"),
    (lambda: nd.array([math.nan, math.inf]), "\n[nan inf]\n<NDArray 2 @cpu(0)>"),
    (lambda: nd.array([-0.69314718]), "\n[-0.6931472]\n<NDArray 1 @cpu(0)>"),
    (lambda: nd.array([1, -10], dtype="int32"), "\n[  1 -10]\n<NDArray 2 @cpu(0)>"),
    (lambda: nd.array([1, 0], dtype="bool"), "\n[ True False]\n<NDArray 2 @cpu(0)>"),
    (lambda: nd.array([0.1, 1 / 3], dtype="float64"), "\n[0.1        0.33333333]\n<NDArray 2 @cpu(0)>"),
    (lambda: nd.array([0.1, 1 / 3], dtype="float16"), "\n[0.1    0.3333]\n<NDArray 2 @cpu(0)>"),
    (lambda: nd.ones(1, ctx=ndgrad.cpu(1)), "\n[1.]\n<NDArray 1 @cpu(1)>"),
    (
        lambda: nd.arange(2000),
        "\n[0.000e+00 1.000e+00 2.000e+00 ... 1.997e+03 1.998e+03 1.999e+03]\n<NDArray 2000 @cpu(0)>",
    ),
    (lambda: nd.zeros((2, 1, 2)), "\n[[[0. 0.]]\n\n [[0. 0.]]]\n<NDArray 2x1x2 @cpu(0)>"),
]


@pytest.mark.parametrize(("make", "text"), PRINTED, ids=range(len(PRINTED)))
def test_printed(make, text):
    x = make()
    assert (repr(x), str(x)) == (text, text)
    assert f"{[x]}" == f"[{text}]"


def test_format_specs_are_refused_as_by_any_object():
    with pytest.raises(TypeError):
        format(nd.ones(1), ".2f")


# --------------------------------------------------------------------------- numbers and attributes


@pytest.mark.parametrize("dtype", DTYPES)
def test_asscalar(dtype):
    for x in (nd.array([1], dtype=dtype), nd.array(1, dtype=dtype)):
        number = x.asscalar()
        assert number == 1
        assert type(number) is x.dtype
        assert f"{number}" == {"b": "True", "f": "1.0"}.get(dtype[0], "1")


def test_asscalar_prints_as_many_digits_as_the_dtype_has():
    assert str(nd.array([0.1]).asscalar()) == "0.1"
    assert str(nd.array([1 / 3]).asscalar()) == "0.33333334"
    assert str(nd.array([1 / 3], dtype="float64").asscalar()) == "0.3333333333333333"
    assert str(nd.array([1 / 3], dtype="float16").asscalar()) == "0.3333"


def test_asscalar_of_anything_but_one_element():
    for shape in ((0,), (2,), (1, 2), (2, 0)):
        with pytest.raises(ValueError, match="not a scalar"):
            nd.zeros(shape).asscalar()


def test_scalars_compute():
    x = nd.array([2.5]).asscalar()
    assert (x * 2, x + 1, -x, x > 1, int(x), round(float(x), 1)) == (5, 3.5, -2.5, True, 2, 2.5)
    n = nd.array([7], dtype="int32").asscalar()
    assert (n // 2, n % 4, list(range(n))[-1], [0] * int(n)) == (3, 3, 6, [0] * 7)


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtype_is_a_class(dtype):
    x = nd.ones(1, dtype=dtype)
    assert isinstance(x.dtype, type)
    assert x.dtype is nd.zeros(3, dtype=dtype).dtype
    assert x.dtype.__name__.rstrip("_") == dtype
    assert _core.dtype_name(x.dtype) == dtype


def test_dtype_prints_as_in_the_tutorials():
    assert str(nd.ones(1).dtype) == "<class 'numpy.float32'>"
    assert str(nd.ones(1, dtype="int32").dtype) == "<class 'numpy.int32'>"


def test_attributes():
    x = nd.zeros((2, 3))
    assert (x.shape, x.size, x.ndim, x.stype, x.context, len(x)) == ((2, 3), 6, 2, "default", ndgrad.cpu(), 2)
    assert isinstance(x.handle, int)
    assert x.wait_to_read() is None
    assert nd.waitall() is None
    for name in ("shape", "size", "dtype", "grad", "context"):
        with pytest.raises(AttributeError):
            setattr(x, name, None)
    with pytest.raises(AttributeError):
        x.note = 1


def test_truth():
    assert [bool(nd.array(v)) for v in ([0.0], [2.0], [], 0, 3, [math.nan])] == [
        False,
        True,
        False,
        False,
        True,
        True,
    ]
    with pytest.raises(ValueError, match="ambiguous"):
        bool(nd.ones(2))


def test_what_mxnets_arrays_do_not_have():
    for call in (float, int, complex, operator.index, math.sqrt):
        with pytest.raises(TypeError):
            call(nd.ones(1))
    for name in ("item", "tolist", "numpy", "real"):
        assert not hasattr(nd.ones(1), name)


def test_hash_and_identity():
    x, y = nd.ones(1), nd.ones(1)
    assert len({x, y, x}) == 2
    assert {x: 1}[x] == 1
    assert x in [x]


def test_iteration():
    x = nd.arange(6).reshape((3, 2))
    assert [row._values() for row in x] == [[0, 1], [2, 3], [4, 5]]
    assert [a.asscalar() for a in nd.arange(3)] == [0, 1, 2]
    a, b, _ = x
    assert (a._values(), b._values()) == ([0, 1], [2, 3])
    assert next(reversed(nd.arange(2))).asscalar() == 1


# ---------------------------------------------------------------------------------------- operators

ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.mod, operator.pow]
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("apply", [*ARITHMETIC, *COMPARISONS], ids=lambda f: f.__name__)
def test_operators(apply):
    a, b = [3.0, 2.0, 0.5], [2.0, 2.0, 4.0]
    x, y = nd.array(a, dtype="float64"), nd.array(b, dtype="float64")
    both = [apply(u, v) for u, v in zip(a, b, strict=True)]
    assert apply(x, y)._values() == both
    assert apply(x, 2.0)._values() == apply(x, 2)._values() == [apply(u, 2.0) for u in a]
    assert apply(2.0, x)._values() == apply(2, x)._values() == [apply(2.0, u) for u in a]
    assert apply(x, True)._values() == [apply(u, 1.0) for u in a]
    assert apply(x, y).dtype is x.dtype


@pytest.mark.parametrize(
    "apply", [operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.imod]
)
def test_operators_in_place(apply):
    plain = getattr(operator, apply.__name__[1:])
    x = nd.array([[5.0, 7], [9, 11]], dtype="float64")
    view, same = x[0], x
    x = apply(x, 2)
    assert x is same
    assert view._values() == [plain(5, 2), plain(7, 2)]
    y = nd.array([[6.0, 7], [8, 9]], dtype="float64")
    y = apply(y, nd.array([2.0, 3], dtype="float64"))
    assert y._values() == [plain(6, 2), plain(7, 3), plain(8, 2), plain(9, 3)]
    i = nd.array([7], dtype="int32")
    i = apply(i, 2.9)
    assert (i._values(), i.dtype) == ([math.trunc(plain(7, 2))], nd.zeros(1, dtype="int32").dtype)


def test_in_place_cannot_grow():
    v = nd.zeros(3)
    with pytest.raises(ValueError, match=r"\(2, 3\).*\(3,\)"):
        v += nd.ones((2, 3))
    assert v._values() == [0, 0, 0]


def test_power_in_place_rebinds():
    x = y = nd.array([3.0])
    x **= 2
    assert (x._values(), y._values(), x is y) == ([9], [3], False)


def test_unary_operators():
    x = nd.array([-1.5, 2])
    assert (-x)._values() == [1.5, -2]
    assert abs(x)._values() == [1.5, 2]
    assert (-nd.array([-(2**31)], dtype="int32"))._values() == [-(2**31)]


def test_no_promotion_and_scalars_are_cast():
    assert (nd.array([1, 2], dtype="int32") + 1.5)._values() == [2, 3]
    assert (nd.array([1, 3, -3], dtype="int32") / 2)._values() == [0, 1, -1]
    assert (7 / nd.array([2], dtype="int32"))._values() == [3]
    assert (nd.array([250], dtype="uint8") + 10)._values() == [4]
    assert _core.dtype_name((nd.array([1], dtype="float16") + 1.5).dtype) == "float16"


@pytest.mark.parametrize("other", [None, [1, 2], (1, 2), {}, object(), 1j, nd])
def test_operators_with_other_objects(other):
    x = nd.ones(2)
    for apply in ARITHMETIC:
        for operands in ((x, other), (other, x)):
            with pytest.raises(TypeError):
                apply(*operands)
    for apply in COMPARISONS:
        with pytest.raises(TypeError, match="not supported"):
            apply(x, other)
    for apply in (operator.floordiv, operator.matmul, operator.and_, operator.lshift, divmod):
        with pytest.raises(TypeError, match="unsupported operand"):
            apply(x, other)


def test_operators_give_way_to_other_classes():
    class Other:
        def __radd__(self, left):
            return "radd"

        def __mul__(self, right):
            return "mul"

    assert nd.ones(1) + Other() == "radd"
    assert Other() * nd.ones(1) == "mul"


def test_functions_of_two_take_numbers():
    assert nd.power(2, nd.array([1, 2]))._values() == [2, 4]
    assert nd.maximum(nd.arange(3), 1)._values() == [1, 1, 2]
    assert nd.subtract(5, nd.array([1]))._values() == [4]
    assert nd.lesser(1, nd.array([0, 2]))._values() == [0, 1]
    assert nd.greater_equal(1, nd.array([0, 1, 2]))._values() == [1, 1, 0]
    assert nd.modulo(5, nd.array([3]))._values() == [2]
    assert nd.divide(6, nd.array([4]))._values() == [1.5]
    assert nd.add(lhs=nd.ones(1), rhs=2)._values() == [3]
    assert nd.power(base=2, exp=nd.array([3]))._values() == [8]
    with pytest.raises(TypeError, match="not supported"):
        nd.add("a", nd.ones(1))
    with pytest.raises(TypeError, match="not supported"):
        nd.add(1, None)


OF_NUMBERS = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "true_divide": operator.truediv, "modulo": operator.mod, "power": operator.pow,
    "maximum": max, "minimum": min,
    "equal": operator.eq, "not_equal": operator.ne, "greater": operator.gt, "greater_equal": operator.ge,
    "lesser": operator.lt, "lesser_equal": operator.le, "logical_and": lambda a, b: bool(a and b),
    "logical_or": lambda a, b: bool(a or b), "logical_xor": lambda a, b: bool(a) != bool(b),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(_core.binary_functions))
def test_binary_functions_of_numbers_and_of_arrays(name):
    function, plain = getattr(nd, name), OF_NUMBERS[name]
    pairs = [(2, 3), (3, 2), (2, 2), (2.5, 0.5)]
    if name not in ("divide", "true_divide", "modulo"):
        pairs += [(3, 0), (0, 0)]
    for a, b in pairs:
        wanted = plain(a, b)
        assert function(a, b) == wanted
        x, y = nd.array([a], dtype="float64"), nd.array([b], dtype="float64")
        assert [function(x, y)._values(), function(a, y)._values(), function(x, b)._values()] == [
            [wanted]
        ] * 3


@pytest.mark.parametrize("name", sorted(_core.binary_functions))
def test_binary_functions_broadcast_arrays(name):
    function = getattr(nd, name)
    x, y = nd.array([[1.0, 2]]), nd.array([[1.0], [3]])
    assert function(x, y).shape == (2, 2)
    assert function(x, 2).shape == function(2, x).shape == (1, 2)


# ---------------------------------------------------------------------- calls, names, documentation


def test_parameters_by_position_and_by_name():
    x = nd.arange(6).reshape((2, 3))
    for total in (x.sum(1), x.sum(axis=1), nd.sum(x, 1), nd.sum(data=x, axis=(1,)), nd.sum(x, axis=[1])):
        assert total._values() == [3, 12]
    assert nd.clip(x, 1, 4)._values() == x.clip(a_min=1, a_max=4)._values() == [1, 1, 2, 3, 4, 4]
    assert x.sum(1, True).shape == nd.sum(x, 1, True).shape == (2, 1)
    assert nd.exp(nd.zeros(1), name="a")._values() == [1]
    assert nd.exp(nd.zeros(1), None, "a")._values() == [1]
    out = nd.zeros(1)
    assert nd.exp(nd.zeros(1), out) is out
    assert nd.concat(x, x, dim=0, num_args=2).shape == (4, 3)


def test_methods_are_the_operators():
    x = nd.array([[0.5, 0.25]])
    methods = [name for name in vars(nd.NDArray) if name in _core.operators and not name.startswith("_")]
    assert len(methods) > 40
    simple = [name for name in methods if not any(p["required"] for p in _core.describe(name)["params"])]
    for name in simple:
        row = _core.describe(name)
        if len(row["inputs"]) == 1 and name not in ("reshape", "split", "broadcast_axes", "broadcast_to"):
            assert repr(getattr(x, name)()) == repr(_core.operators[name](x)), name


@pytest.mark.parametrize("name", [name for name in nd.__all__ if callable(getattr(nd, name))])
def test_functions_are_documented(name):
    function = getattr(nd, name)
    assert function.__name__ in (name, "NDArray")
    assert len(function.__doc__) >= 3
    if name != "NDArray":
        inspect.signature(function)


@pytest.mark.parametrize("name", sorted(_core.operators))
def test_signature_and_documentation_follow_from_the_row(name):
    row, function = _core.describe(name), _core.operators[name]
    parameters = inspect.signature(function).parameters
    inputs = [] if row["variadic"] else list(row["inputs"])
    wanted = [*inputs, *(p["name"] for p in row["params"])]
    assert [p for p in parameters if p in wanted] == wanted
    assert {"out", "name"} <= set(parameters)
    assert row["doc"].partition("\n")[0].split() == function.__doc__.partition("\n\n")[0].split()
    assert row["family"]
    assert len(row["domains"]) == len(row["inputs"])


def test_outputs_of_a_call_by_defaults():
    outputs = {"exp": 1, "topk": 1, "BatchNorm": 1, "moments": 2, "_linalg_svd": 3}
    assert {name: _core.describe(name)["outputs"] for name in outputs} == outputs


def test_describe_refuses_unknown_names():
    for name in ("nonsense", 5, None):
        with pytest.raises((KeyError, TypeError)):
            _core.describe(name)


def test_namespaces():
    assert nd.op.exp is nd.exp
    assert nd._internal._plus_scalar(nd.ones(1), scalar=2)._values() == [3]
    assert nd.random.uniform is ndgrad.random.uniform
    assert ndgrad.ndarray is nd
    assert not [name for name in nd.__all__ if name.startswith("_")]
    assert all(hasattr(nd, name) for name in nd.__all__)
    assert isinstance(ndgrad.__version__, str)


# ----------------------------------------------------------------------------------------- contexts


def test_contexts():
    assert (str(ndgrad.cpu()), repr(ndgrad.gpu(1)), str(ndgrad.cpu_pinned())) == (
        "cpu(0)",
        "gpu(1)",
        "cpu_pinned(0)",
    )
    assert ndgrad.cpu() == ndgrad.cpu(0) != ndgrad.cpu(1)
    assert ndgrad.cpu() != ndgrad.gpu()
    assert ndgrad.cpu() != "cpu(0)"
    assert len({ndgrad.cpu(), ndgrad.Context("cpu", 0), ndgrad.Context(ndgrad.cpu())}) == 1
    assert (ndgrad.gpu(2).device_type, ndgrad.gpu(2).device_id, ndgrad.cpu().device_typeid) == ("gpu", 2, 1)
    assert ndgrad.context.num_gpus() == 0
    assert pickle.loads(pickle.dumps(ndgrad.gpu(3))) == ndgrad.gpu(3)


def test_default_context_is_scoped():
    assert ndgrad.current_context() == ndgrad.cpu()
    with pytest.raises(KeyError), ndgrad.cpu(1) as entered:
        assert (nd.ones(1).context, ndgrad.current_context(), entered) == (ndgrad.cpu(1),) * 3
        with ndgrad.Context("cpu", 2):
            assert nd.ones(1).context == ndgrad.cpu(2)
        assert nd.ones(1).context == ndgrad.cpu(1)
        raise KeyError
    assert ndgrad.current_context() == ndgrad.cpu()


# ------------------------------------------------------------------------------- pickles and copies


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(2, 3), (), (0, 3)])
@pytest.mark.parametrize("protocol", [0, 2, pickle.HIGHEST_PROTOCOL])
def test_pickle(dtype, shape, protocol):
    x = nd.ones(shape, dtype=dtype, ctx=ndgrad.cpu(1))
    y = pickle.loads(pickle.dumps(x, protocol))
    assert (repr(y), y.dtype) == (repr(x), x.dtype)
    assert y is not x


def test_pickle_of_a_view_and_without_gradient():
    x = nd.arange(10)
    x.attach_grad()
    y = pickle.loads(pickle.dumps(x[3:5]))
    assert (y._values(), y.grad) == ([3, 4], None)
    assert pickle.loads(pickle.dumps(x)).grad is None
    assert len(pickle.dumps(nd.zeros(100_000)[:2])) < 1000


@pytest.mark.parametrize("dtype", DTYPES)
def test_pickle_of_scalars(dtype):
    number = nd.array([1], dtype=dtype).asscalar()
    again = pickle.loads(pickle.dumps(number))
    assert (again, type(again)) == (number, type(number))


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, nd.NDArray.copy], ids=lambda f: f.__name__)
def test_copies(duplicate):
    x = nd.array([1.0, 2])
    x.attach_grad()
    y = duplicate(x)
    y[:] = 7
    assert (x._values(), y.grad) == ([1, 2], None)
    with autograd.record():
        z = duplicate(x) * 3
    z.backward()
    assert x.grad._values() == [3, 3], "a copy is recorded"


# ------------------------------------------------------------------------------ the buffer protocol


@pytest.mark.parametrize("dtype", DTYPES)
def test_memoryview(dtype):
    x = nd.array([[1, 0], [1, 1]], dtype=dtype)
    view = memoryview(x)
    assert (view.shape, view.format) == (
        (2, 2),
        "edfbBiq?"[["float16", "float64", "float32", "int8", "uint8", "int32", "int64", "bool"].index(dtype)],
    )
    assert view.nbytes == 4 * view.itemsize
    if dtype != "float16":  # Python 3.11 cannot read it
        assert view.tolist() == [[1, 0], [1, 1]]
    assert bytes(memoryview(x[1])) == bytes(view)[2 * view.itemsize :]
    assert repr(nd.array(view, dtype=dtype)) == repr(x)


def test_memoryview_of_odd_shapes():
    assert memoryview(nd.array(5)).tolist() == 5
    assert memoryview(nd.zeros((2, 0))).tolist() == [[], []]
    assert bytes(memoryview(nd.zeros((0, 3)))) == b""


def test_memory_lives_as_long_as_its_view():
    x = nd.arange(1000)
    view = memoryview(x)
    del x
    gc.collect()
    assert view[999] == 999


def test_who_asks_for_memory_to_write_is_held_to_the_rules():
    x = nd.array([1.0, 2])
    x.attach_grad()
    with (
        autograd.record(),
        pytest.raises((TypeError, ndgrad.base.GraphError)),
    ):  # CPython may replace it
        io.BytesIO(bytes(8)).readinto(x)
    assert x._values() == [1, 2]
    with autograd.record():
        y = x * x
    assert io.BytesIO(bytes(8)).readinto(x) == 8
    assert x._values() == [0, 0]
    with pytest.raises(ndgrad.base.GraphError, match="overwritten"):
        y.backward()


def test_writing_through_memory():
    x = nd.zeros(3)
    memoryview(x)[1] = 5
    assert x._values() == [0, 5, 0]


# -------------------------------------------------------------------------------------------- mxnet


def test_mxnet_is_another_name():
    mx = importlib.import_module("mxnet")
    assert mx.nd is mx.ndarray is nd
    assert mx.autograd is autograd
    assert mx.random is ndgrad.random
    assert (mx.cpu, mx.gpu, mx.Context, mx.MXNetError) == (
        ndgrad.cpu,
        ndgrad.gpu,
        ndgrad.Context,
        ndgrad.MXNetError,
    )
    assert mx.MXNetError.__module__ == "mxnet.base"
    assert mx.__version__ == "1.9.1"


SUBMODULES = {
    "mxnet.nd": "ndgrad.nd",
    "mxnet.ndarray": "ndgrad.nd",
    "mxnet.ndarray.ndarray": "ndgrad.nd",
    "mxnet.nd.random": "ndgrad.random",
    "mxnet.ndarray.random": "ndgrad.random",
    "mxnet.autograd": "ndgrad.autograd",
    "mxnet.random": "ndgrad.random",
    "mxnet.base": "ndgrad.base",
    "mxnet.context": "ndgrad.context",
}


@pytest.mark.parametrize(("alias", "name"), SUBMODULES.items())
def test_mxnets_submodules(alias, name):
    assert importlib.import_module(alias) is sys.modules[name]


def test_mxnets_imports():
    namespace = {}
    exec(
        "import mxnet as mx\n"
        "import mxnet.ndarray as F\n"
        "import mxnet.autograd as ag\n"
        "from mxnet import nd, autograd\n"
        "from mxnet.ndarray import NDArray, zeros\n"
        "from mxnet.base import MXNetError\n"
        "from mxnet.autograd import record\n",
        namespace,
    )
    assert namespace["NDArray"] is nd.NDArray
    assert namespace["F"] is namespace["nd"] is nd
    assert namespace["record"] is autograd.record


def test_no_module_is_loaded_twice():
    importlib.import_module("mxnet.ndarray.random")
    files = {}
    for module in list(sys.modules.values()):
        name, file = getattr(module, "__name__", ""), getattr(module, "__file__", None)
        if file and name.split(".")[0] in ("ndgrad", "mxnet"):
            files.setdefault(file, set()).add(id(module))
    assert len(files) >= 8
    assert all(len(modules) == 1 for modules in files.values())


def test_what_mxnet_has_and_ndgrad_lacks():
    mx = importlib.import_module("mxnet")
    with pytest.raises(AttributeError, match="gluon"):
        mx.gluon
    with pytest.raises(ImportError):
        importlib.import_module("mxnet.gluon")
    with pytest.raises(AttributeError, match="Convolutionn"):
        mx.nd.Convolutionn
