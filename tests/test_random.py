"""Random numbers are MXNet 1.9.1's, bit for bit: as recorded, and by the scheme written out in Python."""

from __future__ import annotations

import math
import operator

import pytest
from engines import Source, single
from gradcheck import to_array
from plain import Plain, cast

import ndgrad as mx
from ndgrad import _core, nd
from ndgrad.base import MXNetError

# What MXNet 1.9.1 printed after mx.random.seed(s): nine digits name a float32.
RECORDED = [
    (1, "random_normal", "-0.67765152 0.10073948 0.57595438"),
    (1, "random.randn", "-0.67765152 0.10073948 0.57595438"),
    (1, "random.normal", "-0.67765152 0.10073948 0.57595438 -0.34692520 -0.22134334 -1.80471897"),
    (1, "random.uniform", "0.52383333 0.05501367 0.03996297 0.59453225 0.18596531 0.69035321"),
    (1, "random.randint", "196 868 115 323 684 263"),
    (1, "random.exponential", "0.74198735 0.05658482 0.04078342"),
    (0, "random.normal", "2.21220636 0.77400380 1.04344034 1.18392551 1.89171135 -1.23474145"),
    (0, "random.uniform", "0.54881352 0.59284461 0.71518934 0.84426576 0.60276335 0.85794562"),
    (0, "random.randint", "751 344 403 199 739 314"),
    (42, "random.normal", "0.52944279 1.97536862 0.29129395 -0.25185385 -0.11550321 -0.68913978"),
    (42, "random.uniform", "0.82909364 0.74783492 0.55818135 0.56573540 0.63112146 0.99649858"),
]
LIMITS = {"random.randint": (0, 1000), "random.exponential": (1,)}


def float32(text):
    return single(float(text))


@pytest.mark.parametrize(("seed", "name", "wanted"), RECORDED)
def test_recorded_numbers(seed, name, wanted):
    mx.random.seed(seed)
    numbers = [float32(text) for text in wanted.split()]
    draw = operator.attrgetter(name)(nd)
    if name == "random.randn":
        assert draw(len(numbers))._values() == numbers
    else:
        assert draw(*LIMITS.get(name, ()), shape=len(numbers))._values() == numbers


def test_recorded_weights():
    """gluon's default initializer; MXNet printed these with eight decimals."""
    mx.random.seed(1)
    wanted = [0.00333667, -0.06229809, -0.06440519, 0.01323452, -0.04396486, 0.02664945]
    found = nd.random.uniform(-0.07, 0.07, shape=(2, 3))._values()
    assert [round(value, 8) for value in found] == wanted


AT = [0, 97, 98, 99, 195, 196, 99999]
LARGE = {
    "uniform": (
        "0.52383333 0.57466674 0.86663705 0.89201903 0.80193865 0.57053161 0.99073464",
        50013.664787379326,
    ),
    "normal": (
        "-0.67765152 0.18051039 0.68629861 -0.31165880 -1.19707775 -0.78445327 0.28382069",
        267.7927137840552,
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_draw_uses_all_engines(name):
    wanted, total = LARGE[name]
    mx.random.seed(1)
    values = getattr(nd.random, name)(shape=100_000)._values()
    assert [values[place] for place in AT] == [float32(text) for text in wanted.split()]
    assert math.isclose(math.fsum(values), total, rel_tol=1e-12)


def test_draw_of_200():
    mx.random.seed(1)
    values = nd.random.normal(shape=200)._values()
    wanted = "-0.67765152 0.79317123 0.68629861 -0.31165880 0.58635807 -0.78445327 -1.11330926 -0.05299991"
    places = [0, 49, 50, 51, 99, 100, 150, 199]
    assert [values[place] for place in places] == [float32(text) for text in wanted.split()]


def test_float64_draws_go_on_where_the_last_stopped():
    mx.random.seed(1)
    normal = nd.random.normal(shape=3, dtype="float64")._values()
    uniform = nd.random.uniform(shape=3, dtype="float64")._values()
    assert normal == [0.12775559915621246, -0.029788008749208023, -2.1338757952302823]
    assert uniform == [0.6999670399051516, 0.6339425401466073, 0.7616056322367305]


# -------------------------------------------------------------------------- the scheme, written out


SEEDS = [0, 1, 42, -1, 2**31 - 1, 123456789]


@pytest.mark.parametrize("seed", SEEDS)
def test_uniform_by_the_scheme(seed):
    mx.random.seed(seed)
    source = Source(seed)
    for count in (3, 70, 64, 65, 1, 0, 200):
        assert nd.random.uniform(shape=count)._values() == source.fill(count, "unit32")
        assert nd.random.uniform(shape=count, dtype="float64")._values() == source.fill(count, "unit64")


@pytest.mark.parametrize("seed", SEEDS[:3])
@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_randint_by_the_scheme(seed, dtype):
    mx.random.seed(seed)
    source = Source(seed)
    for low, high, count in ((0, 10, 5), (-100, 100, 130), (0, 2**31 - 1, 66), (5, 6, 3)):
        found = nd.random.randint(low, high, shape=count, dtype=dtype)
        assert _core.dtype_name(found.dtype) == dtype
        assert found._values() == source.fill(count, "integer", low, high)


def test_scaled_uniform_is_rounded_twice():
    mx.random.seed(7)
    source = Source(7)
    low, width = float32(-2.7), cast(float32(5.3) - float32(-2.7), "float32")
    wanted = [cast(low + cast(width * u, "float32"), "float32") for u in source.fill(100, "unit32")]
    assert nd.random.uniform(-2.7, 5.3, shape=100)._values() == wanted


def test_exponential_by_the_scheme():
    mx.random.seed(7)
    source = Source(7)
    rate = cast(1 / 2.5, "float32")
    wanted = [cast(-math.log(1 - u) / rate, "float32") for u in source.fill(100, "unit32")]
    assert nd.random.exponential(2.5, shape=100)._values() == wanted


def test_float16_comes_from_the_float64_path():
    mx.random.seed(7)
    wanted = [cast(cast(u, "float32"), "float16") for u in Source(7).fill(70, "unit64")]
    assert nd.random.uniform(shape=70, dtype="float16")._values() == wanted


def test_normal_is_scaled_and_moved():
    mx.random.seed(3)
    plain = nd.random.normal(shape=70)._values()
    mx.random.seed(3)
    moved = nd.random.normal(2.5, 0.3, shape=70)._values()
    assert moved == [cast(cast(z * float32(0.3), "float32") + 2.5, "float32") for z in plain]


# ------------------------------------------------------------------------------------------ seeding


def test_same_seed_same_numbers():
    draws = []
    for _ in range(2):
        mx.random.seed(5)
        draws.append([nd.random.normal(shape=70)._values(), nd.random.randint(0, 9, shape=5)._values()])
    assert draws[0] == draws[1]


def test_seed_takes_32_bits():
    numbers = []
    for seed in (3, 3 + 2**32, 3 - 2**32):
        mx.random.seed(seed)
        numbers.append(nd.random.uniform(shape=5)._values())
    assert numbers[0] == numbers[1] == numbers[2]


def test_seed_of_a_context():
    mx.random.seed(5, ctx=mx.cpu())
    found = nd.random.uniform(shape=70)._values()
    assert found == Source(5).fill(70, "unit32")


@pytest.mark.parametrize("seed", [1.5, "1", None, [1]])
def test_seed_must_be_an_int(seed):
    with pytest.raises(ValueError, match="seed_state must be int"):
        mx.random.seed(seed)


def test_contexts_share_the_generators():
    mx.random.seed(5)
    first = nd.random.uniform(shape=3, ctx=mx.cpu(0))._values()
    second = nd.random.uniform(shape=3, ctx=mx.cpu(1))._values()
    assert first + second == Source(5).fill(6, "unit32")


# ------------------------------------------------------------------------------------ the functions


@pytest.mark.parametrize(
    "draw", [nd.random.uniform, nd.random.normal, nd.random.exponential, nd.random.randn]
)
def test_shapes_and_dtypes(draw):
    x = draw()
    assert (x.shape, _core.dtype_name(x.dtype)) == ((1,), "float32")
    if draw is nd.random.randn:
        assert draw(2, 3).shape == (2, 3)
        return
    assert draw(shape=(2, 3)).shape == (2, 3)
    assert draw(shape=()).shape == ()
    assert draw(shape=(0, 3)).shape == (0, 3)
    out = nd.zeros((2, 2))
    assert draw(out=out) is out
    assert len(set(out._values())) == 4


def test_names_without_module():
    mx.random.seed(2)
    a = nd.random_uniform(low=0, high=2, shape=3)._values()
    mx.random.seed(2)
    b = nd.uniform(0, 2, shape=(3,))._values()
    mx.random.seed(2)
    c = mx.random.uniform(0, 2, 3)._values()
    assert a == b == c


def test_draws_are_not_recorded():
    x = nd.ones(3)
    x.attach_grad()
    with mx.autograd.record():
        noise = nd.random.normal(shape=3)
        y = x * noise
    y.backward()
    assert x.grad._values() == noise._values()


BAD = [
    (lambda: nd.random.normal(0, -1, shape=2), ValueError, "scale.*-1"),
    (lambda: nd.random.uniform(2, 1), ValueError, "low"),
    (lambda: nd.random.uniform(float("nan"), 1), ValueError, "low"),
    (lambda: nd.random.exponential(-1), ValueError, "lam"),
    (lambda: nd.random.exponential(0), (ValueError, ZeroDivisionError), ""),
    (lambda: nd.random.randint(3, 3), ValueError, "low"),
    (lambda: nd.random.randint(0, 1.5), TypeError, "1.5"),
    (lambda: nd.random.uniform(shape=-1), ValueError, "negative"),
    (lambda: nd.random.uniform(shape="a"), TypeError, "shape"),
    (lambda: nd.random.uniform(dtype="int32"), TypeError, "int32.*float16.*float32.*float64"),
    (lambda: nd.random.randint(0, 5, dtype="float32"), TypeError, "float32.*int32.*int64"),
    (lambda: nd.random.uniform(nd.ones(2), 1), TypeError, "all be arrays, not NDArray and int"),
    (lambda: nd.random.normal(0, nd.ones(2)), AssertionError, "all be arrays, not int and NDArray"),
    (lambda: nd.random.normal(nd.ones(2), nd.ones(3)), ValueError, r"\(2,\) and \(3,\)"),
    (lambda: nd.random.normal(nd.ones(2), nd.ones(2, dtype="float64")), TypeError, "float32.*float64"),
    (lambda: nd.random.uniform(foo=1), TypeError, "foo"),
    (lambda: nd.random.gamma(0, 1), ValueError, "alpha and beta must"),
    (lambda: nd.random.gamma(1, -1), ValueError, "alpha and beta must"),
    (lambda: nd.random.poisson(-1), ValueError, "lam must"),
    (lambda: nd.random.negative_binomial(-1), ValueError, "k must"),
    (lambda: nd.random.negative_binomial(1, 0), ValueError, "p be above 0"),
    (lambda: nd.random.negative_binomial(2.5, 0.5), TypeError, "k.*2.5"),
    (lambda: nd.random.generalized_negative_binomial(-1), ValueError, "mu and alpha"),
    (lambda: nd.random.normal_like(nd.ones(2, dtype="int32")), TypeError, "int32.*float32"),
    (lambda: nd.random.multinomial(nd.ones(2, dtype="int32")), TypeError, "int32"),
    (lambda: nd.random.shuffle(nd.array(5)), ValueError, r"\(\)"),
    (lambda: nd.random.uniform("a", 1), TypeError, "'a'"),
    (lambda: nd.random.uniform(out=nd.zeros(2), shape=3), ValueError, r"\(3,\).*\(2,\)"),
    (lambda: nd.random.uniform(shape=1 << 60), MemoryError, ""),
]


@pytest.mark.parametrize(("call", "kind", "message"), BAD, ids=range(len(BAD)))
def test_bad_parameters(call, kind, message):
    mx.random.seed(9)
    with pytest.raises(kind, match=message or None) as caught:
        call()
    assert isinstance(caught.value, (MXNetError, MemoryError, ZeroDivisionError))
    assert nd.random.uniform(shape=3)._values() == Source(9).fill(3, "unit32"), "no numbers were used up"


# -------------------------------------------------------------------------------- arrays of parameters


def test_arrays_of_parameters_give_a_row_of_numbers_each():
    low, high = nd.array([[0, 10], [20, 30]]), nd.array([[1, 12], [24, 38]])
    mx.random.seed(3)
    found = nd.random.uniform(low, high, shape=(3, 7))
    assert found.shape == (2, 2, 3, 7)
    rows = [(a, b) for a, b in zip(low._values(), high._values(), strict=True) for _ in range(21)]
    assert found._values() == Source(3).numbers("uniform", rows, "float32")


@pytest.mark.parametrize(("name", "second"), [("exponential", False), ("poisson", False), ("gamma", True)])
def test_functions_take_arrays(name, second):
    first = nd.array([0.5, 2])
    parameters = (first, nd.array([2, 3])) if second else (first,)
    mx.random.seed(3)
    found = getattr(nd.random, name)(*parameters, shape=5)
    mx.random.seed(3)
    arrays = (1 / first,) if name == "exponential" else parameters
    assert repr(found) == repr(_core.operators[f"_sample_{name}"](*arrays, shape=5))


def test_parameters_of_no_sense_in_arrays_make_nan():
    numbers = nd.random.gamma(nd.array([-1, 2]), nd.array([1, 1]), shape=3)._values()
    assert all(math.isnan(number) for number in numbers[:3])
    assert all(number > 0 for number in numbers[3:])
    too_large = nd.array([1e300], dtype="float64")  # for the float32 that is asked for
    assert math.isnan(nd.random.gamma(too_large, too_large).asscalar())


def test_parameters_in_float64_are_used_as_such():
    mx.random.seed(3)
    found = nd.random.uniform(*(nd.array([v], dtype="float64") for v in (0.1, 0.3)), shape=5, dtype="float64")
    units = Source(3).fill(5, "unit64")
    assert found._values() == [0.1 + (0.3 - 0.1) * unit for unit in units]


def test_out_decides_the_dtype():
    out = nd.zeros((2, 3), dtype="float64")
    mx.random.seed(3)
    assert nd.random.uniform(out=out) is out
    assert out._values() == Source(3).fill(6, "unit64")
    whole = nd.zeros(4, dtype="int64")
    assert nd.random.randint(0, 9, out=whole) is whole


def test_randn_takes_arrays():
    assert nd.random.randn(2, 3, loc=nd.zeros(4), scale=nd.ones(4)).shape == (4, 2, 3)


# ------------------------------------------------------------------------------------ source B and more


def test_shuffle_and_multinomial_as_recorded():
    mx.random.seed(1)
    assert nd.random.shuffle(nd.arange(10))._values() == [3, 5, 4, 2, 6, 9, 7, 0, 8, 1]
    mx.random.seed(1)
    rows = nd.shuffle(nd.arange(20).reshape((10, 2)))
    assert [row // 2 for row in rows[:, 0]._values()] == [7, 9, 2, 6, 3, 1, 4, 8, 0, 5]
    mx.random.seed(1)
    chances = nd.array([0.1, 0.2, 0.3, 0.4])
    assert nd.random.multinomial(chances, shape=10)._values() == [2, 0, 0, 2, 1, 3, 3, 3, 2, 0]


def test_multinomial_sends_gradients_to_the_probabilities():
    """The numbers are MXNet's."""
    chances = nd.array([[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
    chances.attach_grad()
    mx.random.seed(1)
    with mx.autograd.record():
        outcomes, likely = nd.random.multinomial(chances, shape=4, get_prob=True)
        again = mx.autograd.grad(likely.sum(), chances, create_graph=True)[0]
        again.sum().backward()
    assert outcomes._values() == [2, 0, 0, 2, 0, 1, 1, 1]
    assert [round(v, 6) for v in likely._values()] == [
        -0.356675,
        -2.302585,
        -2.302585,
        -0.356675,
        *[-0.693147] * 4,
    ]
    second = [-2 / 0.01, 0, -2 / 0.49, -1 / 0.25, -3 / 0.25, 0]
    assert all(math.isclose(f, w, rel_tol=1e-6) for f, w in zip(chances.grad._values(), second, strict=True))


def test_multinomial_gradient_as_recorded():
    chances = nd.array([[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
    chances.attach_grad()
    mx.random.seed(1)
    with mx.autograd.record():
        _, likely = nd.random.multinomial(chances, shape=4, get_prob=True)
    likely.backward(nd.array([[1, 2, 3, 4], [10, 20, 30, 40]]))
    wanted = [50, 0, 7.1428576, 20, 180, 0]
    assert all(math.isclose(f, w, rel_tol=1e-6) for f, w in zip(chances.grad._values(), wanted, strict=True))


def test_probabilities_short_of_one_have_an_outcome_beyond():
    mx.random.seed(1)
    outcomes, likely = nd.random.multinomial(nd.array([0.1, 0.1]), shape=5, get_prob=True)
    assert outcomes._values() == [2, 0, 0, 2, 1]
    assert likely.shape == (5,)


def test_rand_zipfian():
    """MXNet's numbers."""
    mx.random.seed(1)
    classes, of_true, of_drawn = nd.contrib.rand_zipfian(nd.array([3]), 4, 5)
    assert (classes._values(), _core.dtype_name(classes.dtype)) == ([0, 1, 2, 4], "int64")
    wanted = [
        0.498155148939376,
        1.5474112289381663,
        0.9051775421236673,
        0.6422336868144989,
        0.40702239318429123,
    ]
    found = of_true._values() + of_drawn._values()
    assert all(math.isclose(f, w, rel_tol=1e-14) for f, w in zip(found, wanted, strict=True))


def test_shuffle_keeps_the_draws_when_memory_runs_out():
    x = to_array(Plain((5,), range(5)))
    mx.random.seed(4)
    _core.fail_allocation(2)
    with pytest.raises(MemoryError):
        nd.shuffle(x)
    _core.fail_allocation(0)
    assert nd.shuffle(x)._values() == Source(4).order(5, rows=False)
