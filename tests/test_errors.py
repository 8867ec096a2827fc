"""Bad input: the exception, its message, and arrays and tape as they were; failed allocations; garbage.

What single operators refuse is in the table (others.py, optable.py); indexing and creation have their own.
"""

from __future__ import annotations

import math
import pickle
import random

import pytest
from support import flags, usage

import ndgrad as mx
from ndgrad import _core, autograd, base, nd


@pytest.fixture
def graph():
    """A recorded graph that must give its gradient whatever happened in between."""
    x = nd.array([[1.0, 2, 3], [4, 5, 6]])
    x.attach_grad()
    with autograd.record():
        y = nd.square(x)
        z = y * y
    yield x, y, z
    assert x._values() == [1, 2, 3, 4, 5, 6]
    assert y._values() == [1, 4, 9, 16, 25, 36]
    assert x.grad._values() == [0] * 6, "a failed call wrote a gradient"
    z.backward()
    assert x.grad._values() == [4 * v**3 for v in (1, 2, 3, 4, 5, 6)]


# -------------------------------------------------------------------------------------- the classes

CLASSES = [
    (base.ArgumentError, ValueError), (base.ShapeError, ValueError), (base.DTypeError, TypeError),
    (base.AxisError, IndexError), (base.AxisError, ValueError), (base.GraphError, RuntimeError),
    (base.ContextError, ValueError), (base.CallError, TypeError), (base.InputTypeError, TypeError),
    (base.InputTypeError, AssertionError), (base.HeadGradientError, AttributeError),
    (base.GradRequestError, KeyError), (base.FunctionError, AssertionError),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "builtin"), CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_is_mxnets_and_a_builtin_one(kind, builtin):
    assert issubclass(kind, mx.MXNetError)
    assert issubclass(kind, builtin)
    assert issubclass(mx.MXNetError, RuntimeError)
    assert mx.MXNetError is base.MXNetError


@pytest.mark.parametrize("name", base.__all__)
def test_errors_can_be_pickled_and_show_their_message(name):
    kind = getattr(base, name)
    error = pickle.loads(pickle.dumps(kind("what happened")))
    assert (type(error), str(error)) == (kind, "what happened")


# ---------------------------------------------------------------------------------------- bad calls


def elsewhere():
    return nd.ones((2, 3), ctx=mx.cpu(1))


def view_from_outside(z):
    with autograd.pause():
        return z[0]


BAD_CALLS = [
    ("shapes", lambda x, y, z: y + nd.ones(4), base.ShapeError, r"broadcast_add.*\(2, 3\) and \(4,\)"),
    ("strict shapes", lambda x, y, z: nd.elemwise_mul(y, nd.ones(3)), base.ShapeError,
     r"\(2, 3\).*\(3,\).*broadcast_mul"),
    ("dtypes", lambda x, y, z: y * nd.ones((2, 3), dtype="int32"), base.DTypeError, "float32.*int32.*astype"),
    ("contexts", lambda x, y, z: y - elsewhere(), base.ContextError, r"cpu\(0\).*cpu\(1\).*as_in_context"),
    ("axis", lambda x, y, z: y.sum(axis=2), base.AxisError, r"sum.*axis 2.*\(2, 3\).*-2 to 1"),
    ("axes twice", lambda x, y, z: y.sum(axis=(0, 0)), base.AxisError, r"sum.*axis 0.*twice"),
    ("dot", lambda x, y, z: nd.dot(y, y), base.ShapeError, r"dot.*\(2, 3\) and \(2, 3\)"),
    ("reshape", lambda x, y, z: y.reshape((4, 2)), ValueError, r"\(4, 2\)"),
    ("gpu", lambda x, y, z: y.as_in_context(mx.gpu()), base.ContextError, "GPU is not enabled.*cpu"),
    ("no array", lambda x, y, z: nd.exp([1.0]), base.InputTypeError, r"exp.*NDArray.*list.*nd.array"),
    ("list of arrays", lambda x, y, z: nd.concat([y, y]), base.InputTypeError, r"concat.*concat\(\*arrays\)"),
    ("no input", lambda x, y, z: nd.exp(), base.CallError, "exp.*1 input"),
    ("too many", lambda x, y, z: nd.exp(y, None, None, None), base.CallError, "exp.*3 positional.*4"),
    ("keyword", lambda x, y, z: nd.sum(y, axes=1), base.CallError, "sum.*'axes'.*'axis'"),
    ("twice", lambda x, y, z: nd.sum(y, 1, axis=1), base.CallError, "sum.*axis.*twice"),
    ("choice", lambda x, y, z: nd.take(y, y, mode="up"), base.ArgumentError, "take.*'up'.*clip.*wrap"),
    ("None operand", lambda x, y, z: y == None, TypeError, "NoneType.*not supported"),  # noqa: E711
    ("list operand", lambda x, y, z: y * [], TypeError, r"unsupported operand.*\*|multiply sequence"),
    ("floor division", lambda x, y, z: y // 2, TypeError, "unsupported operand.*//.*'NDArray' and 'int'"),
    ("matmul", lambda x, y, z: y @ y, TypeError, "unsupported operand.*@.*'NDArray' and 'NDArray'"),
    ("modulus", lambda x, y, z: pow(y, 2, 3), TypeError, "modulus"),
    ("complex", lambda x, y, z: y + 1j, TypeError, ""),
    ("huge number", lambda x, y, z: y + 10**400, OverflowError, ""),
    ("attribute", lambda x, y, z: y.nonsense, AttributeError, "nonsense"),
    ("function", lambda x, y, z: nd.tahn, AttributeError, "tahn.*'tanh'"),
    ("truth", lambda x, y, z: bool(y), ValueError, "ambiguous"),
    ("scalar", lambda x, y, z: y.asscalar(), ValueError, "not a scalar"),
    ("float", lambda x, y, z: float(y), TypeError, ""),
    ("grad_req", lambda x, y, z: y.attach_grad("sum"), KeyError, "'write', 'add' or 'null', not 'sum'"),
    ("grad_req type", lambda x, y, z: y.attach_grad(7), base.GradRequestError, "7"),
    ("stype", lambda x, y, z: y.attach_grad(stype="csr"), base.ArgumentError, "stype"),
    ("context kind", lambda x, y, z: mx.Context("tpu"), base.ArgumentError, "'tpu'.*cpu.*gpu"),
    ("context type", lambda x, y, z: nd.ones(1, ctx="cpu"), TypeError, ""),
    ("out", lambda x, y, z: nd.exp(y, out=nd.ones(3)), base.ShapeError, r"exp.*\(2, 3\).*\(3,\)"),
    ("out kind", lambda x, y, z: nd.exp(y, out="a"), base.InputTypeError, "out.*'a'"),
    ("too many outs", lambda x, y, z: nd.exp(y, out=[nd.ones((2, 3)), nd.ones((2, 3))]), base.ArgumentError,
     "1 output.*2 arrays"),
    ("too few outs", lambda x, y, z: nd.split(y, 3, out=[nd.ones((2, 1))]), base.ArgumentError,
     "3 outputs.*1 array"),
    ("instruction set", lambda x, y, z: _core.use_instruction_set("z80"), base.ArgumentError, "'z80'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "kind", "message"), [row[1:] for row in BAD_CALLS], ids=[row[0] for row in BAD_CALLS]
)
@pytest.mark.parametrize("recording", [False, True], ids=["paused", "recording"])
def test_bad_calls(graph, call, kind, message, recording):
    with autograd.record() if recording else autograd.pause(), pytest.raises(kind, match=message or None):
        call(*graph)


BAD_PASSES = [
    ("head shape", lambda x, y, z: z.backward(nd.ones(3)), base.ShapeError, r"\(3,\).*\(2, 3\)"),
    ("head dtype", lambda x, y, z: z.backward(nd.ones((2, 3), dtype="int32")), base.DTypeError,
     "int32.*float32.*astype"),
    ("head list", lambda x, y, z: z.backward([1.0]), AttributeError, r"head gradient.*NDArray.*list"),
    ("head number", lambda x, y, z: z.backward(1.0), base.HeadGradientError, "1.0"),
    ("head context", lambda x, y, z: z.backward(elsewhere()), base.ContextError, "context.*as_in_context"),
    ("constant head", lambda x, y, z: nd.ones(2).backward(), base.GraphError, r"attach_grad|record\(\)"),
    ("view from outside", lambda x, y, z: view_from_outside(z).backward(), base.GraphError, r"record\(\)"),
    ("one bad head of two", lambda x, y, z: autograd.backward([z, nd.ones(1)]), base.GraphError, r"\(1,\)"),
    ("no heads", lambda x, y, z: autograd.backward([]), base.ArgumentError, "empty"),
    ("head kind", lambda x, y, z: autograd.backward("z"), base.InputTypeError, "'z'"),
    ("heads and gradients", lambda x, y, z: autograd.backward([z, y], [nd.ones((2, 3))]), base.ArgumentError,
     "2 heads but 1"),
    ("no variables", lambda x, y, z: autograd.grad(z, []), base.ArgumentError, "empty"),
    ("variable kind", lambda x, y, z: autograd.grad(z, [None]), base.InputTypeError, "variable"),
    ("unmarked variable", lambda x, y, z: autograd.grad(z, [x, y]), base.GraphError, "attach_grad"),
    ("constant variable", lambda x, y, z: autograd.grad(z, nd.ones(2)), base.GraphError, "attach_grad"),
    ("keyword", lambda x, y, z: z.backward(retain=True), TypeError, "backward.*'retain'"),
    ("too many arguments", lambda x, y, z: z.backward(None, False, True, 1), TypeError, "backward"),
    ("missing", lambda x, y, z: autograd.grad(z), TypeError, "grad.*variables"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "kind", "message"), [row[1:] for row in BAD_PASSES], ids=[row[0] for row in BAD_PASSES]
)
@pytest.mark.parametrize("recording", [False, True], ids=["paused", "recording"])
def test_bad_passes(graph, call, kind, message, recording):
    with autograd.record() if recording else autograd.pause():
        before = flags()
        with pytest.raises(kind, match=message):
            call(*graph)
        assert flags() == before


def test_unreachable_variable(graph):
    w = nd.ones(3)
    w.attach_grad()
    with pytest.raises(base.GraphError, match=r"2-th variable.*\(3,\).*unreachable"):
        autograd.grad(graph[2], [graph[0], w])


def test_backward_twice_says_what_to_do():
    x = nd.ones(2)
    x.attach_grad()
    with autograd.record():
        y = x * x
    y.backward()
    with pytest.raises(base.GraphError, match=r"\(2,\).*retain_graph=True|retain_graph=True.*\(2,\)"):
        y.backward()


# ----------------------------------------------------------------- failing half-way changes nothing


def test_failed_division_leaves_its_target():
    a, zero, out = (
        nd.array([6, 7], dtype="int32"),
        nd.array([2, 0], dtype="int32"),
        nd.array([8, 9], dtype="int32"),
    )
    for divide in (
        lambda: nd.broadcast_div(a, zero, out=out),
        lambda: a.__itruediv__(zero),
        lambda: a.__imod__(0),
    ):
        with pytest.raises(ValueError, match="division by zero"):
            divide()
    assert (a._values(), out._values()) == ([6, 7], [8, 9])


def test_failed_take_leaves_its_target():
    out = nd.zeros(2)
    with pytest.raises(IndexError, match=r"take: index 5 .*\(2,\)"):
        nd.take(nd.ones(2), nd.array([0, 5]), mode="raise", out=out)
    assert out._values() == [0, 0]


def test_wrong_number_of_outs_leaves_them():
    outs = [nd.zeros((2, 1)), nd.zeros((2, 1)), nd.zeros((2, 1)), nd.zeros((2, 1))]
    for given in (outs, outs[:2]):
        with pytest.raises(ValueError, match="3 outputs"):
            nd.split(nd.ones((2, 3)), 3, out=given)
        assert all(out._values() == [0, 0] for out in outs)


def test_error_in_the_middle_of_a_pass_leaves_all_gradients():
    """The newest steps succeed before an older one fails."""
    x, w = nd.array([1.0]), nd.array([2.0])
    for leaf in (x, w):
        leaf.attach_grad("add")
    with autograd.record():
        y = nd.square(x)
        z = y * w
    x[:] = 5
    for _ in range(2):
        with pytest.raises(base.GraphError, match="overwritten"):
            z.backward()
        assert (x.grad._values(), w.grad._values()) == ([0], [0])
    assert flags() == (False, False)


# ----------------------------------------------------------------------------------- no memory left


class Double(autograd.Function):
    def forward(self, x):
        self.save_for_backward(x)
        return x * 2

    def backward(self, dy):
        return dy * 2


def elementwise(x):
    return nd.tanh(x) * x + nd.exp(-x) / 3 - (x > 1) * x


def broadcasting(x):
    return (x * x[0] + x.sum(axis=1, keepdims=True)) * x.mean()


def halves(x):
    return (nd.sigmoid(x.astype("float16")) * 2).astype("float32")


def shaping(x):
    return nd.concat(x.reshape((3, 2)).T, nd.stack(x[0], x[1])[:, ::-1], dim=1).expand_dims(0).squeeze()


def indexing(x):
    parts = nd.split(x, 3, axis=1)
    return (
        x[[1, 0]][:, [0, 2]] + nd.take(x, nd.array([0, 5]), axis=1) + parts[1] + nd.pick(x, nd.ones(2)).sum()
    )


def products(x):
    return nd.dot(x, x, transpose_b=True) + nd.batch_dot(x.expand_dims(0), x.T.expand_dims(0))[0]


def normalising(x):
    return nd.softmax(x, axis=0) + nd.log_softmax(x) + nd.norm(x) + nd.where(x > 2, x, x * x) + x.max(axis=0)


def python_function(x):
    return Double()(nd.square(x)) + Double()(x)


PROGRAMS = [elementwise, broadcasting, halves, shaping, indexing, products, normalising, python_function]


def pass_once(program, x):
    with autograd.record():
        y = program(x)
    y.backward()


def pass_twice(program, x):
    with autograd.record():
        [g] = autograd.grad(program(x).sum(), x, create_graph=True)
        h = (g * x).sum()
    h.backward()


RUNS = {
    "first order": (pass_once, "write"),
    "added": (pass_once, "add"),
    "second order": (pass_twice, "write"),
}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
@pytest.mark.parametrize(("run", "request_"), RUNS.values(), ids=RUNS)
def test_failing_at_every_allocation(program, run, request_):
    """Each allocation of forward and backward fails once: MemoryError, nothing leaked, x as it was."""
    numbers = [1.5, 0.5, 2.5, 3.5, 0.25, 1.25]
    x = nd.array(numbers).reshape((2, 3))
    x.attach_grad(request_)
    run(program, x)
    wanted = x.grad._values()
    assert any(wanted)
    x.grad[:] = 0
    before, failures = usage(), 0
    while True:
        _core.fail_allocation(failures + 1)
        try:
            run(program, x)
            break
        except MemoryError:
            failures += 1
        finally:
            _core.fail_allocation(0)
        assert usage() == before
        assert flags() == (False, False)
        assert x._values() == numbers
        assert x.grad._values() == [0] * 6
    assert failures > 10
    assert x.grad._values() == wanted
    assert usage() == before


WRITES = [
    ("array", lambda x, o: nd.array([[1, 2], [3, 4]])),
    ("setitem", lambda x, o: o.__setitem__(slice(None), x * 1)),
    ("setitem list", lambda x, o: o.__setitem__(([0, 1], [1, 0]), nd.ones(2))),
    ("setitem strided", lambda x, o: o.__setitem__((slice(None), slice(None, None, -1)), o)),
    ("setitem cast", lambda x, o: o.__setitem__(0, nd.array([7, 8], dtype="int32"))),
    ("out", lambda x, o: nd.dot(x, x, out=o)),
    ("out aliased", lambda x, o: nd.transpose(o, out=o)),
    ("iadd", lambda x, o: o.__iadd__(nd.ones(2))),
    ("copyto", lambda x, o: nd.ones((2, 2), dtype="int32").copyto(o)),
    ("attach_grad", lambda x, o: o.attach_grad()),
    ("uniform", lambda x, o: nd.random.uniform(shape=(2, 2), dtype="float16")),
    ("exponential", lambda x, o: nd.random.exponential(shape=(2, 2), dtype="float64")),
]  # fmt: skip


@pytest.mark.parametrize("write", [row[1] for row in WRITES], ids=[row[0] for row in WRITES])
def test_writing_without_memory_changes_nothing(write):
    x, o = nd.array([[1.0, 2], [3, 4]]), nd.array([[5.0, 6], [7, 8]])
    before, failures = usage(), 0
    while True:
        _core.fail_allocation(failures + 1)
        try:
            result = write(x, o)
            break
        except MemoryError:
            failures += 1
        finally:
            _core.fail_allocation(0)
        assert o._values() == [5, 6, 7, 8]
        assert o.grad is None
        assert usage() == before
    del result
    assert failures >= 1


def test_recording_into_out_without_memory():
    """The step on the tape is the last allocation; what is given must not have been written before."""
    x, o = nd.array([1.0, 2]), nd.array([5.0, 6])
    x.attach_grad()
    failures = 0
    while True:
        _core.fail_allocation(failures + 1)
        try:
            with autograd.record():
                nd.square(x, out=o)
            break
        except MemoryError:
            failures += 1
        finally:
            _core.fail_allocation(0)
        assert o._values() == [5, 6]
    assert failures >= 1
    o.backward()
    assert x.grad._values() == [2, 4]


def test_memory_error_says_how_much():
    with pytest.raises(MemoryError, match="4398046511"):
        nd.zeros(1 << 40)
    with pytest.raises(MemoryError, match=r"\(1099511627776, 1099511627776\)"):
        nd.zeros((1 << 40, 1 << 40))


# ------------------------------------------------------------------- nothing aborts the interpreter

# What changes the state of the process rather than taking arrays.
SETTERS = {
    *("set_recording", "set_training", "set_default_context", "use_instruction_set", "fail_allocation"),
    *("seed", "seed_context"),
}
PLACES = [
    *((f"operator {name}", function) for name, function in _core.operators.items()),
    *((f"nd.{name}", getattr(nd, name)) for name in nd.__all__ if name not in {*_core.operators, "random"}),
    *((f"NDArray.{name}", method) for name, method in vars(nd.NDArray).items() if callable(method)),
    *((f"random.{name}", getattr(mx.random, name)) for name in mx.random.__all__ if name != "seed"),
    *((f"_core.{name}", function) for name, function in vars(_core).items()
      if callable(function) and name not in SETTERS and not isinstance(function, type)),
]  # fmt: skip
EXPECTED = (
    *(mx.MXNetError, ValueError, TypeError, IndexError, KeyError, AttributeError),
    *(MemoryError, OverflowError, ImportError),
)


def garbage(generator):
    """One argument: an array of any kind, or a value that fits some parameters and not others."""
    shape = generator.choice([(), (0,), (1,), (3,), (2, 3), (3, 2), (2, 0, 3), (1, 1, 1, 1, 1, 1, 1, 2)])
    dtype = generator.choice(
        ["float32"] * 4 + ["float64", "float16", "int32", "uint8", "int64", "int8", "bool"]
    )
    array = nd.ones(shape, dtype=dtype)
    if generator.random() < 0.3:
        array.attach_grad()
    values = [
        None, True, 0, 1, -1, 2, 7, 2**62, -(2**63), 2**63 - 1, 2**64, 1.5, math.nan, math.inf, -math.inf,
        1e300, "", "a", "float64", "\0", b"x", (), (0,), (-1,), (1, 2), (0, 1), (2**62, 4), (-(2**63),),
        (1,) * 9, [1, 2], [array, array], {}, object(), slice(None), slice(2**63, -(2**70), -(2**65)),
        Ellipsis, mx.cpu(1), mx.gpu(), float,
    ]  # fmt: skip
    return generator.choice([*[array] * len(values), *values])


@pytest.mark.parametrize(("name", "function"), PLACES, ids=[name for name, _ in PLACES])
def test_garbage_is_refused_or_computed(name, function):
    """Any arguments at all: a result or a Python exception, and the tape and the flags in order."""
    generator = random.Random(name)
    parameters = (
        [p["name"] for p in _core.describe(name.split()[1])["params"]] if name.startswith("operator") else []
    )
    for _ in range(12):
        positional = [garbage(generator) for _ in range(generator.choice([0, 1, 1, 1, 2, 2, 2, 3, 4]))]
        names = [*parameters, "out", "nonsense"]
        named = {generator.choice(names): garbage(generator) for _ in range(generator.choice([0, 0, 1, 2]))}
        with autograd.record() if generator.random() < 0.5 else autograd.pause():
            try:
                result = function(*positional, **named)
                if isinstance(result, nd.NDArray):
                    repr(result)
                    if result.grad is None and generator.random() < 0.5:
                        result.backward()
            except EXPECTED:
                pass


def test_deeply_nested_key_and_source():
    deep = []
    for _ in range(500):  # with 10,000 Pyodide's own lists end its interpreter
        deep = [deep]
    for use in (nd.array, nd.ones(3).__getitem__):
        with pytest.raises((ValueError, RecursionError)):
            use(deep)


def test_unhashable_and_odd_keywords():
    x = nd.ones(2)
    for keywords in ({"": 1}, {"axis\0": 1}, {"ä": 1}, {"axis ": 0}, {"x" * 10_000: 1}):
        with pytest.raises(TypeError):
            nd.sum(x, **keywords)


def test_the_class_makes_no_arrays():
    for arguments in ((), (5,), (None, True), ([1, 2],)):
        with pytest.raises(base.CallError, match="makes no arrays"):
            nd.NDArray(*arguments)
    with pytest.raises(TypeError):
        nd.NDArray.__new__(nd.NDArray)
    with pytest.raises(TypeError):
        object.__new__(nd.NDArray)
    with pytest.raises(TypeError):
        _core.Scope()


def test_methods_on_other_objects():
    for method in (nd.NDArray.sum, nd.NDArray.backward, nd.NDArray.__getitem__, nd.NDArray.__add__):
        with pytest.raises(TypeError):
            method(5, 5)
    with pytest.raises(TypeError):
        nd.NDArray.shape.__get__(5)
